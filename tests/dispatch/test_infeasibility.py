"""A plan that cannot be says which constraint, when, how much, and what to do."""

from __future__ import annotations

import pytest
from dispatch_cases import MW, given, pumps, simple, store

from heatsim.dispatch.optimum import optimise
from heatsim.dispatch.plant import PeakPlant, Tariff
from heatsim.dispatch.state import DispatchState
from heatsim.errors import SimulationError

LOCKED = DispatchState(state_of_charge=0.5, machines_on={"heat_pump": 2}, since={"heat_pump": (0.0, 0.0)})


def refusal(plant, state, data, **arguments) -> str:
    """Return the message of a plan that cannot be."""
    with pytest.raises(SimulationError) as caught:
        optimise(plant, state, data, **arguments)
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_demand_above_all_sources():
    plant = simple(tank=None, peak=PeakPlant(heat=5e6))
    text = refusal(plant, DispatchState(), given([4.0, 15.0, 14.0, 4.0]))
    assert "heat is short by 2 MW at t = 1 h (2 intervals, 3 MWh)" in text
    assert "15 MW are wanted, boilers give up to 5 MW" in text
    assert "PeakPlant.heat" in text


def test_demand_too_large_for_hall_and_boilers_is_not_the_fault_of_the_hall():
    # 3 MW of waste heat make 4 MW with heat pumps: more of it would help, a kilowatt for every kilowatt and a third.
    plant = simple(tank=None, peak=PeakPlant(heat=5e6))
    text = refusal(plant, DispatchState(), given([4.0, 15.0], IT=[3.0, 3.0]))
    assert "heat is short by" in text
    assert "15 MW are wanted" in text


def test_date_where_the_forecasts_have_one():
    data = given([4.0, 15.0]).assign_attrs(start_time="2020-01-15T00:00:00+01:00")
    assert "t = 1 h (2020-01-15T01:00:00)" in refusal(
        simple(tank=None, peak=PeakPlant(heat=5e6)), DispatchState(), data
    )


def test_tank_takes_what_it_can_before_heat_is_short():
    plant = simple(tank=store(10.0), peak=PeakPlant(heat=0.0))
    # 8 MW of heat pumps in the first hour fill the tank by 4 MWh; 14 MW are then 2 MW too much.
    text = refusal(plant, DispatchState(state_of_charge=0.0), given([4.0, 14.0]))
    assert "heat is short by 2 MW" in text


def test_machines_that_must_run_make_too_much():
    plant = simple(heat_pumps=(pumps(minimum_on=7200.0),), tank=None)
    text = refusal(plant, LOCKED, given([3.0, 3.0, 3.0]))
    assert "1 MW too much heat at t = 0 h (2 intervals, 2 MWh)" in text
    assert "minimum_on" in text


def test_hall_without_the_heat_that_running_machines_need():
    plant = simple(heat_pumps=(pumps(minimum_on=3600.0),))
    text = refusal(plant, LOCKED, given([8.0, 8.0], IT=[1.0, 9.0]))
    assert "the hall offers 2 MW too little heat at t = 0 h" in text


def test_final_charge_out_of_reach():
    plant = simple(tank=store(100.0))
    text = refusal(plant.having(peak__heat=4e6), DispatchState(state_of_charge=0.1), given([8.0]), final_charge=0.5)
    assert "the tank ends 0.36 of its capacity below final_charge" in text


def test_limit_of_co2_too_low():
    plant = simple(tank=None, tariff=Tariff(co2_limit=150e0))
    # 4 MWh from the heat pump need 1 MWh of electricity at 400 kg.
    text = refusal(plant, DispatchState(), given([4.0], co2=400.0))
    assert "exceeds Tariff.co2_limit of 0.15 t by 0.25 t" in text


def test_what_can_be_planned_is_not_refused():
    plant = simple(heat_pumps=(pumps(minimum_on=7200.0),), tank=store(10.0))
    schedule = optimise(plant, LOCKED, given([3.0, 3.0, 3.0]))
    assert schedule["machines_on"].values[:2].tolist() == [2, 2]
    assert float(schedule["Q_flow_charge"][0]) >= 1.0 * MW - 1.0
