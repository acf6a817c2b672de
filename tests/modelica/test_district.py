"""The network: losses, hydraulics, consumers, delay."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr
from modelica_plant import Plant, Run

import heatsim as hs

PEAK = {f"Q_flow_demand[{i + 1}]": 14e6 * share for i, share in enumerate((0.30, 0.25, 0.25, 0.20))}


def at(share: float) -> dict[str, float]:
    return {name: share * value for name, value in PEAK.items()}


@pytest.fixture(scope="module")
def grid(plant: Callable) -> Plant:
    return plant("Plants.DistrictGrid")


@pytest.fixture(scope="module")
def peak(grid: Plant) -> Run:
    return grid.run(40000, inputs=at(1) | {"speed_pump": 0.95})


def test_peak_is_met_with_the_design_pressure(peak: Run) -> None:
    assert peak["Q_flow_delivered_total"][-1] == pytest.approx(14e6, rel=1e-3)
    assert peak["Q_flow_unmet"][-1] < 1e3
    assert 0.4e5 < peak["dp_critical"][-1] < 1.0e5
    assert 6e5 < peak["dp_pump"][-1] < 11e5


def test_primary_return_is_three_to_five_kelvin_above_secondary_return(peak: Run) -> None:
    returns = [peak[f"consumer_{i}.T_primary"][-1] - 313.15 for i in (1, 2, 3, 4)]
    assert all(3 < value < 5 for value in returns)


def test_loss_of_a_january_day_is_a_small_share_of_the_heat(grid: Plant) -> None:
    run = grid.run(40000, inputs=at(8 / 14) | {"speed_pump": 0.65, "T_ground": 279.15})
    share = run["Q_flow_loss"][-1] / (run["Q_flow_loss"][-1] + run["Q_flow_delivered_total"][-1])
    assert 0.03 < share < 0.15


def test_loss_is_that_of_the_pipes_at_their_temperatures(grid: Plant) -> None:
    """Independent: lengths times U times water minus ground, at the mean of the ends of every pipe."""
    run = grid.run(60000, inputs=at(1) | {"speed_pump": 0.95}, points=3)
    expected = 0.0
    for name, length, u in (
        ("trunk_1", 1000, 0.358), ("trunk_2", 1000, 0.358), ("trunk_3", 1000, 0.369),
        ("branch_1", 1600, 0.337), ("branch_2", 1500, 0.337), ("branch_3", 1300, 0.337), ("branch_4", 1400, 0.337),
    ):  # fmt: skip
        for side in ("supply", "return"):
            cells = [run[state][-1] for state in run.values if state.startswith(f"{name}_{side}.T[")]
            expected += length * u * ((cells[0] + cells[-1]) / 2 - 281.15)
    assert run["Q_flow_loss"][-1] == pytest.approx(expected, rel=2e-3)


def test_step_of_the_supply_arrives_after_the_delay_of_the_pipes(grid: Plant) -> None:
    """Half of a step reaches consumer 3 after the sum of volume/flow on its way, with the wall's share of heat."""
    settled = grid.run(40000, inputs=at(0.7) | {"speed_pump": 0.8})
    run = grid.run(7200, inputs=at(0.7) | {"speed_pump": 0.8, "T_supply": 350.15}, x0=settled.final, points=2001)
    rise = run["T_consumer[3]"] - run["T_consumer[3]"][0]
    arrived = np.interp(0.5 * rise[-1], rise, run.time)
    flow = {k: run[f"consumer_{k}.m_flow"].mean() for k in (1, 2, 3, 4)}
    delay = 0.0
    for length, diameter, wall, m_flow in (
        (1000, 0.2630, 0.005, run["m_flow"].mean()),
        (1000, 0.2630, 0.005, run["m_flow"].mean() - flow[1]),
        (1000, 0.2101, 0.0045, run["m_flow"].mean() - flow[1] - flow[2]),
        (1300, 0.1603, 0.004, flow[3]),
    ):
        capacity = 975.5 * 4192 * np.pi / 4 * diameter**2 + 7850 * 480 * np.pi * (diameter + wall) * wall
        delay += length * capacity / (4192 * m_flow)
    assert arrived == pytest.approx(delay, rel=0.03)


def test_unmet_demand_shows_when_the_pump_is_too_slow(grid: Plant) -> None:
    run = grid.run(20000, inputs=at(1) | {"speed_pump": 0.5})
    assert run["Q_flow_unmet"][-1] > 1e6
    total = run["Q_flow_delivered_total"][-1] + run["Q_flow_unmet"][-1]
    assert total == pytest.approx(14e6, rel=2e-3)


def test_consumers_without_demand_close_their_valves(grid: Plant) -> None:
    run = grid.run(20000, inputs=at(0) | {"speed_pump": 0.3})
    assert run.array("opening")[-1].max() < 0.02
    assert 0.05 < run["m_flow"][-1] < 2  # the bypass
    assert run["Q_flow_delivered_total"][-1] == pytest.approx(0, abs=1)


@pytest.mark.parametrize(("share", "speed"), [(1.0, 0.95), (0.7, 0.8), (0.5, 0.6), (0.3, 0.5), (0.15, 0.4)])
def test_thermostats_are_stable_over_the_load(grid: Plant, share: float, speed: float) -> None:
    settled = grid.run(40000, inputs=at(share) | {"speed_pump": speed}, points=3)
    disturbed = at(share) | {"speed_pump": speed, "Q_flow_demand[2]": 1.2 * share * PEAK["Q_flow_demand[2]"]}
    run = grid.run(20000, inputs=disturbed, x0=settled.final, points=401)
    assert np.ptp(run.array("T_secondary")[-20:], axis=0).max() < 0.02


def test_scaled_network_keeps_its_pressures(grid: Plant, peak: Run) -> None:
    demand = {name: value / 4 for name, value in PEAK.items()}
    run = grid.run(40000, inputs=demand | {"speed_pump": 0.95}, parameters={"Q_flow_nominal": 3.5e6}, points=3)
    assert run["dp_pump"][-1] == pytest.approx(peak["dp_pump"][-1], rel=0.05)
    assert run["Q_flow_delivered_total"][-1] == pytest.approx(3.5e6, rel=0.02)


def test_supply_near_the_consumers_set_point_is_no_singularity(grid: Plant) -> None:
    """With 66 degC both ends of the substation's exchanger have 4 K at the design point, so their mean is 4 K too."""
    assert grid.violated({"T_supply_nominal": 339.15}) == []
    assert any("primary supply must be more" in text for text in grid.violated({"T_supply_nominal": 335.15}))
    run = grid.run(
        40000,
        inputs=at(0.6) | {"speed_pump": 0.95, "T_supply": 339.15},
        parameters={"T_supply_nominal": 339.15},
        points=3,
    )
    assert run["Q_flow_delivered_total"][-1] == pytest.approx(0.6 * 14e6, rel=1e-3)


# --- one substation ---------------------------------------------------------------------------------------------------

HOUSE = """model House "One substation at a constant pressure difference"
  parameter Real authority = 0.5;
  input Real demand(unit="W", start=3.5e6);
  input Real T_supply(unit="K", start=346.15);
  output Real m_flow(unit="kg/s") = substation.m_flow;
  output Real opening(unit="1") = substation.opening;
  output Real T_return(unit="K") = substation.T_primary;
  output Real T_secondary(unit="K") = substation.T_secondary;
  output Real delivered(unit="W") = substation.Q_flow_delivered;
protected
  HeatReuse.District.Substation substation(authority=authority);
  HeatReuse.Boundaries.SupplyAndReturn network(dp=6e4);
equation
  network.T_supply = T_supply;
  substation.Q_flow_demand = demand;
  connect(network.port_supply, substation.port_a);
  connect(substation.port_b, network.port_return);
end House;
"""
M_DESIGN = 3.5e6 / (4190 * 29)
"""Primary flow at the design point, 73 to 44 degC."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Callable:
    """Return a function that gives the steady state of a substation."""
    file = tmp_path_factory.mktemp("house") / "House.mo"
    file.write_text(HOUSE, encoding="utf-8")
    model = hs.build("House", library=file)

    def settle(demand: float, T_supply: float = 346.15, **parameters: float) -> xr.Dataset:
        inputs = {"demand": demand, "T_supply": T_supply}
        return hs.simulate(model, inputs=inputs, parameters=parameters, stop=14400.0, output_step=60.0).isel(time=-1)

    return settle


@pytest.mark.parametrize("authority", [0.25, 0.5, 0.8])
def test_flow_of_a_substation_follows_lift_and_authority(house: Callable, authority: float) -> None:
    """Flow over that of the open valve: 1/sqrt(1 - N + N/phi2), phi = 50^(lift - 1)."""
    for share in (0.3, 0.6, 1.0):
        found = house(share * 3.5e6, authority=authority)
        phi = 50 ** (float(found["opening"]) - 1)
        expected = 1.2 * M_DESIGN / np.sqrt(1 - authority + authority / phi**2)
        assert float(found["m_flow"]) == pytest.approx(expected, rel=5e-3)


def test_return_of_a_substation_at_the_design_point_and_off_it(house: Callable) -> None:
    """4 K above the secondary return by design; less at low demand; more with a colder supply."""
    design = house(3.5e6)
    assert float(design["T_return"]) == pytest.approx(317.15, abs=0.1)
    assert float(design["T_secondary"]) == pytest.approx(333.15, abs=0.02)
    assert float(design["m_flow"]) == pytest.approx(M_DESIGN, rel=5e-3)
    half = house(1.75e6)
    # counterflow: UA of the design point with film coefficients of flow^0.8; both ends solved for by hand
    low, high = 0.0, 4.0
    log_mean = (13 - 4) / np.log(13 / 4)
    for _ in range(60):
        cold = 0.5 * (low + high)
        flow = 0.5 * 29 / (33 - cold)  # of the design flow
        ua = 3.5e6 / log_mean * 2 / (flow**-0.8 + 0.5**-0.8)
        heat = ua * (13 - cold) / np.log(13 / cold)
        low, high = (cold, high) if heat < 1.75e6 else (low, cold)
    # the conduction that keeps both sides together at rest takes 0.4 % of the heat, which costs 0.1 K
    assert float(half["T_return"]) - 313.15 == pytest.approx(cold + 0.1, abs=0.1)
    assert float(half["T_return"]) < float(design["T_return"])
    assert float(house(1.75e6, T_supply=339.15)["T_return"]) > float(half["T_return"]) + 1
