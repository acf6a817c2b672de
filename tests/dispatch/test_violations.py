"""Every kind of broken constraint is found, and costs are those of a hand calculation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr
from dispatch_cases import MW, PER_MWH, given, pumps, simple, store

from heatsim.dispatch.evaluate import PARTS, evaluate
from heatsim.dispatch.plant import CHP, Curve, DispatchPlant, Hall, Network, PeakPlant, Tariff
from heatsim.dispatch.policies import FollowDemand, RecoverAll
from heatsim.dispatch.schedule import make_schedule, total_cost
from heatsim.dispatch.state import DispatchState
from heatsim.dispatch.violations import violations
from heatsim.errors import UsageError

HOUR = 3600.0


def test_costs_by_hand() -> None:
    """One hour at 6 MW: 2 machines at 0.75, all parts of the cost from numbers on paper."""
    plant = simple(
        hall=Hall(heat_per_power=1.0, rejection_power=0.1),
        heat_pumps=(pumps(standby=10e3, pump=0.01, start_cost=7.0, start_energy=36e6),),
        network=Network(loss=0.5 * MW, pump=(2e4, 1e-3)),
        tariff=Tariff(
            grid_charge=10.0 * PER_MWH,
            peak_charge=1e-4,
            co2_price=0.05,
            heat_value=2.0 * PER_MWH,
            co2_gas=200.0 * PER_MWH,
        ),
    )
    data = given([7.5], IT=10.0, price=50.0, gas=30.0, co2=400.0)
    values = {"Q_flow_heat_pump": [6 * MW], "machines_on": [2], "starts": [2], "Q_flow_recovered": [4.5 * MW]}
    values |= {"Q_flow_peak": [2 * MW]}
    schedule = make_schedule(plant, DispatchState(), data, values, np.array([0.5, 0.5]), policy="by hand")
    found = evaluate(plant, DispatchState(), data, schedule)
    # 1.5 compressors + 0.02 standby + 0.06 condenser pumps + 0.02 starts + 0.55 dry coolers + 0.0275 network pump
    bought = 1.5 + 0.02 + 0.06 + 0.02 + 0.55 + 0.0275
    co2 = 400.0 * bought + 200.0 * 2.0
    assert found["electricity"] == pytest.approx(60.0 * bought)
    assert found["gas"] == pytest.approx(60.0)
    assert found["co2"] == pytest.approx(co2)
    assert found["co2_price"] == pytest.approx(0.05 * co2)
    assert found["starts"] == pytest.approx(14.0)
    assert found["peak"] == pytest.approx(100.0 * bought)
    assert found["heat_value"] == pytest.approx(-9.0)
    assert found["total"] == pytest.approx(sum(found[name] for name in PARTS))
    assert found["electricity_bought"] == pytest.approx(bought * 3.6e9)


def test_power_follows_the_largest_convex_curve_below_the_part_load_curve() -> None:
    """A corner above the chord of its neighbors counts as the chord: at load 0.75, (0.5 + 1)/2 instead of 0.9."""
    plant = simple(heat_pumps=(pumps(part_load=Curve((0.5, 0.75, 1.0), (0.5, 0.9, 1.0))),), tank=None)
    data = given([6.0])
    schedule = FollowDemand(plant).plan(DispatchState(), data)
    assert float(schedule["P_heat_pump"][0]) == pytest.approx(2 * 1e6 * 0.75)
    assert evaluate(plant, DispatchState(), data, schedule)["electricity"] == pytest.approx(1.5 * 30.0)


def _plant() -> DispatchPlant:
    return simple(
        heat_pumps=(pumps(minimum_on=2 * HOUR, minimum_off=2 * HOUR),),
        tank=store(10.0, UA=200.0, charge_min=0.1, charge_max=0.9, charge_power=3 * MW, discharge_power=5 * MW),
        peak=PeakPlant(heat=6 * MW, efficiency=0.9, after_tank=True),
        chp=CHP(heat=2 * MW, power=1 * MW, fuel=4 * MW, minimum_on=0.0, minimum_off=0.0),
        tariff=Tariff(co2_limit=1e5),
    )


def _good() -> tuple[DispatchState, xr.Dataset, xr.Dataset]:
    state = DispatchState(state_of_charge=0.5, machines_on={"heat_pump": 1}, since={"heat_pump": (HOUR, HOUR)})
    data = given([4.0, 5.0, 7.0, 9.0, 5.0, 3.0], IT=5.0, T_outdoor=280.0)
    return state, data, RecoverAll(_plant()).plan(state, data)


def _set(name: str, hour: int, change: float) -> Callable[[xr.Dataset], None]:
    def mutate(schedule: xr.Dataset) -> None:
        schedule[name][{schedule[name].dims[-1]: hour}] += change

    return mutate


def _several(*changes: Callable[[xr.Dataset], None]) -> Callable[[xr.Dataset], None]:
    def mutate(schedule: xr.Dataset) -> None:
        for change in changes:
            change(schedule)

    return mutate


def test_a_good_schedule_breaks_nothing() -> None:
    state, data, schedule = _good()
    assert violations(_plant(), state, data, schedule) == []
    assert evaluate(_plant(), state, data, schedule)["total"] == pytest.approx(total_cost(schedule))


@pytest.mark.parametrize(
    ("change", "constraint", "hour"),
    [
        (_set("Q_flow_peak", 2, 1e4), "heat balance", 2),
        (_set("Q_flow_rejected", 1, 1e4), "hall balance", 1),
        (_set("P_bought", 3, 1e4), "electricity balance", 3),
        (_set("P_fuel", 3, 1e4), "fuel", 3),
        (_several(_set("P_bought", 3, 1e4), _set("P_sold", 3, 1e4)), "buys and sells at once", 3),
        (_set("Q_flow_recovered", 0, 1e4), "'Q_flow_recovered' is not heat less compressors' power", 0),
        (_set("P_heat_pump", 0, 1e4), "'P_heat_pump' is not on the curve", 0),
        (_set("Q_flow_group", 4, 5e6), "'heat_pump' above full load", 4),
        (_set("Q_flow_group", 4, -6e6), "'heat_pump' below its lowest load", 4),
        (_set("machines_on_group", 1, 2.0), "'heat_pump' runs more machines than are available", 1),
        (_set("machines_on_group", 1, 0.5), "'heat_pump' runs fractions of machines", 1),
        (_set("machines_on_group", 0, -1.0), "'heat_pump' stops before its minimum running time", 0),
        (_set("starts", 4, 1.0), "'starts' are not those of 'machines_on'", 4),
        (_set("machines_on", 4, 1.0), "machines of the groups are not 'machines_on'", 4),
        (_set("Q_flow_heat_pump", 4, 1e5), "heat of the groups is not 'Q_flow_heat_pump'", 4),
        (_set("Q_flow_peak", 5, 8e6), "'Q_flow_peak' exceeds the boilers", 5),
        (_set("Q_flow_unmet", 5, 1e5), "demand is unmet", 5),
        (_set("Q_flow_unmet", 5, 9e6), "'Q_flow_unmet' exceeds the demand", 5),
        (_set("Q_flow_rejected", 5, -9e6), "'Q_flow_rejected' is negative", 5),
        (_set("Q_flow_chp", 2, 3e6), "engine above full load", 2),
        (_set("Q_flow_chp", 2, 5e5), "engine below its lowest load", 2),
        (_set("P_chp", 2, 5e5), "engine's power", 2),
        (_set("Q_flow_charge", 1, 4e6), "tank is charged too fast", 1),
        (_set("Q_flow_charge", 1, -9e6), "tank is discharged too fast", 1),
        (_set("Q_flow_charge", 1, 1e5), "tank balance", 1),
        (_set("state_of_charge", 0, 0.1), "state of charge does not begin at the state", 0),
        (_set("state_of_charge", 3, 0.6), "tank above its usable range", 2),
        (_set("state_of_charge", 3, -0.9), "tank below its usable range", 2),
        (_set("Q_flow_peak", 0, 1e6), "boilers behind the tank heat before it is empty", 0),
    ],
)
def test_each_broken_constraint_is_found(change: Callable[[xr.Dataset], None], constraint: str, hour: int) -> None:
    state, data, schedule = _good()
    schedule = schedule.copy(deep=True)
    change(schedule)
    found = {one.constraint: one for one in violations(_plant(), state, data, schedule)}
    assert constraint in found, list(found)
    assert found[constraint].t == hour * HOUR
    assert found[constraint].amount > 0.0


def _plan(numbers: list[int], *, heat: list[float] | None = None, **changes: Any) -> list[str]:
    """Return what a schedule with these machines breaks; state: one machine that has run for an hour."""
    plant = simple(tank=None, heat_pumps=(pumps(**changes),))
    heat = [3.0 * n for n in numbers] if heat is None else heat
    state = DispatchState(machines_on={"heat_pump": 1}, since={"heat_pump": (HOUR,)}, load={"heat_pump": 0.75})
    data = given(np.array(heat) + 1.0)
    values = {
        "Q_flow_heat_pump": np.array(heat) * MW,
        "Q_flow_recovered": 0.75 * np.array(heat) * MW,
        "P_heat_pump": 0.25 * np.array(heat) * MW,
        "P_bought": 0.25 * np.array(heat) * MW,
        "machines_on": np.array(numbers, dtype=float),
        "starts": np.maximum(np.diff(numbers, prepend=1), 0.0),
        "Q_flow_peak": np.full(len(numbers), MW),
        "P_fuel": np.full(len(numbers), MW),
    }
    schedule = make_schedule(plant, state, data, values, np.zeros(len(numbers) + 1), policy="by hand")
    return [str(one) for one in violations(plant, state, data, schedule)]


def test_minimum_times() -> None:
    early_stop, early_start = "stops before its minimum running time", "starts before its minimum standing time"
    assert _plan([1, 2, 2, 1, 0, 0, 1], minimum_on=2 * HOUR, minimum_off=2 * HOUR) == []
    assert early_stop in _plan([0, 0, 0], minimum_on=2 * HOUR)[0]
    assert early_stop in _plan([1, 2, 0, 0], minimum_on=2 * HOUR)[0]
    # One of two is stopped after an hour: the older one, so nothing is broken.
    assert _plan([1, 2, 1, 1], minimum_on=2 * HOUR) == []
    assert early_start in _plan([1, 0, 2], minimum_off=2 * HOUR)[0]
    assert _plan([1, 0, 1, 2], minimum_off=2 * HOUR) == []


def test_ramps() -> None:
    """0.25 an hour: 1 MW a machine; a started machine begins at 2 MW, and may reach 3 MW in its first hour."""
    ramp = {"ramp": 0.25 / HOUR}
    assert _plan([1, 1, 2, 1], heat=[4.0, 3.0, 7.0, 4.0], **ramp) == []
    assert "rises faster than its ramp by 0.5 MW at t = 1 h" in _plan([1, 1, 1], heat=[2.5, 4.0, 4.0], **ramp)[0]
    assert "falls faster than its ramp by 0.5 MW at t = 1 h" in _plan([1, 1, 1], heat=[4.0, 2.5, 2.0], **ramp)[0]
    assert "rises faster than its ramp by 1 MW at t = 1 h" in _plan([1, 2, 2], heat=[3.0, 8.0, 8.0], **ramp)[0]


def test_a_machine_that_is_taken_away_may_stop_early() -> None:
    plant = simple(tank=None, heat_pumps=(pumps(minimum_on=4 * HOUR),))
    data = given([4.0, 4.0], heat_pump_available=[1.0, 0.0])
    state = DispatchState(machines_on={"heat_pump": 1}, since={"heat_pump": (HOUR,)})
    schedule = FollowDemand(plant).plan(state, data)
    np.testing.assert_array_equal(schedule["machines_on"], [1.0, 0.0])
    assert violations(plant, state, data, schedule) == []


def test_a_limit_on_co2() -> None:
    plant, data = simple(tank=None), given([4.0, 4.0])
    schedule = FollowDemand(plant).plan(DispatchState(), data)
    limited = plant.having(tariff__co2_limit=500.0)
    (found,) = violations(limited, DispatchState(), data, schedule)
    assert found.constraint == "CO2 exceeds its limit"
    assert found.amount == pytest.approx(2 * 400.0 - 500.0)


def test_what_does_not_fit_is_named() -> None:
    state, data, schedule = _good()
    with pytest.raises(UsageError, match=r"the schedule has 6 intervals from 0 h on, the forecasts have 4 from 2 h on"):
        evaluate(_plant(), state, data.isel(time=slice(2, None)).assign_attrs(data.attrs), schedule)
    two = simple(heat_pumps=(pumps(), pumps(name="second")))
    with pytest.raises(UsageError, match="needs 'machines_on_group' and 'Q_flow_group'"):
        evaluate(two, state, data, schedule.drop_vars(["machines_on_group", "Q_flow_group"]))
