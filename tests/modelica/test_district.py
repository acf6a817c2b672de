"""The network: losses, hydraulics, consumers, delay."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from modelica_plant import Plant, Run

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
