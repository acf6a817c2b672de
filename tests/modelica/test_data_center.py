"""The hall against tables, published ranges and independent balances."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from modelica_plant import Run

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
    assert nominal["Q_flow_recovery"][-1] + nominal["Q_flow_rejected"][-1] == pytest.approx(heat, rel=1e-4)


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
