"""The hall against tables, published ranges and independent balances."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from modelica_plant import Run

import heatsim as hs

# OCP OAI liquid-cooling guidelines 2023: coolant flow in l/min, resistance case to inlet in K/W, 1 kW, PG25
COLD_PLATE = [(0.4, 0.0389), (0.6, 0.0300), (0.8, 0.0265), (1.0, 0.0245), (1.4, 0.0220), (1.8, 0.0209), (2.4, 0.0197)]


@pytest.fixture(scope="module")
def nominal(plant: Callable) -> Run:
    return plant("Plants.DataCenterLoop").run(20000)


@pytest.mark.parametrize(("flow", "resistance"), COLD_PLATE)
def test_cold_plate_follows_the_table(plant: Callable, flow: float, resistance: float) -> None:
    run = plant("Validation.ColdPlateTable").run(600, inputs={"V_flow": flow}, points=3)
    assert run["R"][-1] == pytest.approx(resistance, rel=0.018)


def test_chip_and_plate_react_within_about_two_seconds(plant: Callable) -> None:
    model = plant("Plants.DataCenterLoop")
    settled = model.run(20000)
    step = model.run(20, inputs={"P_IT": 12e6}, x0=settled.final, points=2001)
    rise = (step["T_chip"] - step["T_chip"][0]) / (step["T_chip"][1000] - step["T_chip"][0])
    assert 1.0 < step.time[(rise > 0.632).argmax()] < 3.5


def test_nominal_point_has_the_temperatures_of_the_design(nominal: Run) -> None:
    celsius = {name: nominal[name][-1] - 273.15 for name in nominal.values if name.startswith("T_")}
    assert 2 < celsius["T_tcs_supply"] - celsius["T_fws_supply"] < 5
    assert 50 < celsius["T_chip"] < 75
    assert celsius["T_fws_out"] == pytest.approx(40, abs=0.5)
    assert celsius["T_tcs_return"] - celsius["T_tcs_supply"] == pytest.approx(10, abs=0.3)
    assert celsius["T_air"] == pytest.approx(25, abs=1)
    assert nominal["m_flow_tcs"][-1] / 1012 * 60000 / 8500 == pytest.approx(1.5, rel=0.01)  # l/min per kW


def test_heat_to_recovery_is_all_that_goes_in(nominal: Run) -> None:
    shaft = 0.93 * nominal["P_pumps"][-1]
    heat = nominal["P_IT_drawn"][-1] + shaft + nominal["P_fans"][-1] + nominal["P_trim"][-1]
    assert nominal["P_auxiliary"][-1] == pytest.approx(
        nominal["P_pumps"][-1] + nominal["P_fans"][-1] + nominal["P_trim"][-1], rel=1e-9
    )
    assert nominal["P_trim"][-1] == pytest.approx(1.53e6 / 6, rel=0.005)
    assert nominal["Q_flow_recovery"][-1] + nominal["Q_flow_rejected"][-1] == pytest.approx(heat, rel=1e-4)


def test_loop_without_sink_warms_by_the_heat_of_its_pump(plant: Callable) -> None:
    """Facility pumps off: processors throttle to nothing, then the technology loop rises by some 7 K an hour."""
    run = plant("Plants.DataCenterLoop").run(10800, inputs={"speed_fws": 0}, points=361)
    assert run["P_IT_drawn"][-1] < 1e4
    hour = (run.time >= 7200).argmax()
    assert run["T_tcs_return"][-1] - run["T_tcs_return"][hour] == pytest.approx(7, abs=0.5)


def test_dry_coolers_carry_the_whole_load_on_a_hot_day(plant: Callable) -> None:
    """Without recovery the water comes back as it left; at 35 degC outdoor air the chips stay below 75 degC."""
    model = plant("Plants.DataCenterLoop")
    state, returned = None, 313.15
    for _ in range(40):
        run = model.run(
            1800,
            inputs={"T_fws_in": returned, "T_outdoor": 308.15, "opening_cooler": 1, "speed_fan": 1},
            x0=state,
            points=3,
        )
        state, returned = run.final, run["T_fws_out"][-1]
    assert run["Q_flow_rejected"][-1] == pytest.approx(10.4e6, rel=0.03)
    assert returned - 308.15 == pytest.approx(15, abs=1.5)
    assert run["T_chip"][-1] < 273.15 + 75
    assert run["P_fans"][-1] == pytest.approx(0.018 * 10.48e6 + 30e3, rel=0.05)


def test_more_water_cools_more(plant: Callable) -> None:
    model = plant("Plants.DataCenterLoop")
    warm = model.run(20000, inputs={"opening_cdu": 0.6, "opening_crah": 0.6}, points=3)
    cold = model.run(20000, inputs={"opening_cdu": 1.0, "opening_crah": 1.0}, points=3)
    assert warm["T_tcs_supply"][-1] > cold["T_tcs_supply"][-1] + 3
    assert warm["T_air"][-1] > cold["T_air"][-1] + 3
    assert warm["m_flow_fws"][-1] < cold["m_flow_fws"][-1]


def test_plant_scales_with_its_size(plant: Callable) -> None:
    model = plant("Plants.DataCenterLoop")
    run = model.run(20000, inputs={"P_IT": 2.5e6}, parameters={"P_IT_nominal": 2.5e6}, points=3)
    full = model.run(20000, points=3)
    for name in ("T_chip", "T_tcs_supply", "T_fws_out", "T_air"):
        assert run[name][-1] == pytest.approx(full[name][-1], abs=0.05)
    assert run["m_flow_fws"][-1] == pytest.approx(full["m_flow_fws"][-1] / 4, rel=1e-3)
    assert run["P_pumps"][-1] == pytest.approx(full["P_pumps"][-1] / 4, rel=1e-3)


def test_water_freezes_in_dry_coolers_at_rest_as_the_documentation_says(plant: Callable) -> None:
    """At -15 degC: below 0 degC after 9 minutes without flow, below 2 degC with less than 4 % of the flow."""
    model = plant("Plants.DataCenterLoop")
    frost = {"T_outdoor": 258.15}
    run = model.run(3600, inputs=frost, points=361)
    assert run.time[(run["T_cooler"] < 273.15).argmax()] == pytest.approx(540, abs=60)
    assert run["T_fws_supply"].min() > 273.15 + 29  # none of it reaches the hall
    trickle = [model.run(7200, inputs=frost | {"opening_cooler": x}, points=3)["T_cooler"][-1] for x in (0.03, 0.05)]
    assert trickle[0] < 273.15 + 2 < trickle[1]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("dT_cooler_nominal", 12.0, "the air cannot carry"),
        ("dT_cooler_nominal", 9.0, "below the outdoor air"),
        ("dT_cdu_nominal", 1.0, "cannot reach dT_nominal"),
        ("liquid_share", 1.0, "liquid_share must lie between"),
    ],
)
def test_impossible_sizes_are_refused(plant: Callable, name: str, value: float, message: str) -> None:
    model = plant("Plants.DataCenterLoop")
    assert model.violated() == []
    assert any(message in text for text in model.violated({name: value}))


def example(name: str, stop: float, step: float = 10.0) -> dict[str, np.ndarray]:
    """Run an example of the library with heatsim itself; arrays have one row for each time."""
    run = hs.simulate(hs.build(f"HeatReuse.Examples.{name}"), stop=stop, output_step=step)
    return {str(variable): run[variable].values for variable in (*run.data_vars, "time")}


def test_an_underfed_rack_gets_less_coolant_and_hotter_chips() -> None:
    """At one pressure difference flows go with 1/sqrt(resistance); the table gives the chips over 34 degC."""
    run = example("RackImbalance", 600.0)
    flow, chip = run["m_flow"][-2], run["T_chip"][-2]
    assert flow[1] / flow[0] == pytest.approx(1.6**-0.5, rel=0.01)
    assert flow[2] / flow[0] == pytest.approx(3**-0.5, rel=0.01)
    assert flow[3] / flow[0] == pytest.approx(1.3, rel=0.01)
    devices = np.array([100, 100, 100, 130])
    resistance = np.interp(flow / 1023 * 60000 / devices, *zip(*COLD_PLATE, strict=True))
    assert chip - 307.15 == pytest.approx(1000 * resistance, rel=0.03)
    assert chip.argmax() == 2


def test_a_valve_that_opens_takes_flow_from_its_neighbours() -> None:
    """Flow of a branch by hand: open valve and fixed part at the pressure difference that the others leave."""
    run = example("ParallelCDUs", 1490.0)
    flow, dp, T = (run[name] for name in ("m_flow_fws", "dp_header", "T_tcs_supply"))
    before, after = 59, 149
    assert flow[after, 0] > 1.8 * flow[before, 0]
    assert (flow[after, 1:] < 0.95 * flow[before, 1:]).all()
    assert (T[after, 1:] > T[before, 1:]).all()
    for k, lift in ((before, 0.75), (after, 1.0)):  # m = 1.25 m_nominal sqrt(dp/1 bar/(0.5/phi2 + 0.5)) in each branch
        phi = 50.0 ** (np.array([lift, 0.75, 0.75, 0.75]) - 1)
        expected = 1.25 * 1e6 / (4186 * 10) * np.sqrt(dp[k] / 1e5 / (0.5 / phi**2 + 0.5))
        assert flow[k] == pytest.approx(expected, rel=0.01)


def test_chips_without_flow_throttle_trip_and_stay_bounded() -> None:
    run = example("ChipLossOfFlow", 180.0, 0.25)
    throttled, tripped = (run["time"][(run["T_die"] > limit).argmax()] - 60 for limit in (368.15, 383.15))
    assert throttled == pytest.approx(8, abs=0.6)
    assert tripped == pytest.approx(23, abs=1)
    assert run["T_die"].max() < 386.15
    assert run["P_IT_drawn"][-1] == pytest.approx(0, abs=1)


def test_dry_cooler_ends_where_the_outdoor_air_is() -> None:
    """35 degC and water of 40 degC: a third of the heat at 25 degC; cubic fan power; wetted pads reach lower."""
    run = example("FreeCooling", 57600.0, 3600.0)
    night, noon = {name: values[:7] for name, values in run.items()}, run
    assert noon["Q_flow_dry"][-1] == pytest.approx(10e6 / 3, rel=0.01)
    assert noon["T_out_dry"][-1] - 273.15 == pytest.approx(36.67, abs=0.05)
    assert noon["T_outdoor"][-1] < noon["T_out_dry"][-1] < noon["T_out_glycol"][-1]
    assert noon["T_wet"][-1] < noon["T_out_wet"][-1] < noon["T_outdoor"][-1]
    assert night["P_fan"][-1] == pytest.approx(noon["P_fan"][-1] / 8, rel=1e-3)
    assert noon["T_wet"][-1] - 273.15 == pytest.approx(22.2, abs=1.0)  # psychrometric chart, 35 degC and 32 %


def test_coolers_at_half_flow_leave_hot_air_to_the_servers() -> None:
    after = example("HallAirCooling", 3000.0)
    before = {name: values[:119] for name, values in after.items()}
    assert after["T_cold"][-1] > before["T_cold"][-1] + 5
    assert after["m_flow_server"][-1] > before["m_flow_server"][-1] > after["m_flow_crah"][-1]
    assert after["P_fans"][-1] > before["P_fans"][-1]


def test_a_network_takes_over_the_heat() -> None:
    run = example("NetworkCooling", 7200.0, 20.0)
    assert run["Q_flow_network"][-1] == pytest.approx(run["Q_flow_recovery"][80], rel=0.01)
    assert run["T_fws_supply"].max() < 273.15 + 33
    rise = run["T_network_return"][-1] - 281.15
    assert run["Q_flow_network"][-1] == pytest.approx(run["m_flow_network"][-1] * 4190 * rise, rel=0.005)


def test_a_lake_takes_the_heat_and_its_permit_raises_the_flow() -> None:
    run = example("LakeCooling", 31536000.0, 86400.0)
    late = run["time"] > 86400 * 5
    assert run["Q_flow"][late].max() < 10.2e6
    assert run["T_outfall"][late].max() < 298.15 + 5
    assert run["P_pump"][late].max() > 10 * run["P_pump"][late].min()


def test_small_cdus_feel_a_job_that_moves_between_large_ones() -> None:
    run = example("ManyCDUs", 3600.0)
    flow = run["m_flow_cdu"]
    assert np.ptp(flow[85:180, 2]) / flow[85, 2] > 0.01
    assert run["Q_flow_recovery"][-1] == pytest.approx(8.45e6 * 1.048, rel=0.02)
