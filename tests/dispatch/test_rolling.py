"""Windows that overlap: as good as one plan of the whole, its state carried on, its limits kept."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from dispatch_cases import PER_MWH, given, pumps, simple, store

from heatsim.dispatch.optimum import optimise
from heatsim.dispatch.plant import CHP, Curve, DispatchPlant, Tariff
from heatsim.dispatch.rolling import optimise_rolling, state_after
from heatsim.dispatch.schedule import total_cost
from heatsim.dispatch.state import DispatchState
from heatsim.errors import SimulationError, UsageError

HOUR = 3600.0
START = DispatchState(state_of_charge=0.2, machines_on={"heat_pump": 1}, since={"heat_pump": (HOUR, 0.0)})


def days(number: int = 36, **changes) -> xr.Dataset:
    """Return forecasts that swing twice a day."""
    hour = np.arange(number)
    values = {"price": 30.0 + 25.0 * np.sin(2 * np.pi * hour / 12.0), "gas": 32.0, "IT": 5.0} | changes
    return given(5.0 + 3.0 * np.sin(2 * np.pi * hour / 24.0), **values)


def plant(**changes) -> DispatchPlant:
    """Return a plant with minimum times and starts that cost."""
    group = pumps(minimum_on=3 * HOUR, minimum_off=2 * HOUR, start_cost=8.0)
    return simple(heat_pumps=(group,), tank=store(12.0, UA=300.0), **changes)


def test_windows_come_close_to_the_whole():
    data = days()
    whole = optimise(plant(), START, data, gap=0.0)
    shares = []
    schedule = optimise_rolling(
        plant(), START, data, window=12 * HOUR, overlap=12 * HOUR, gap=0.0, progress=shares.append
    )
    assert total_cost(whole) - 1e-6 <= total_cost(schedule) <= 1.01 * total_cost(whole)
    assert schedule.attrs["bound"] <= total_cost(whole) + 1e-6
    assert schedule.attrs["gap"] == pytest.approx(1.0 - schedule.attrs["bound"] / total_cost(schedule))
    assert schedule.attrs["windows"] == len(shares) == 2
    assert shares == [pytest.approx(1 / 3), 1.0]
    assert set(whole.variables) == set(schedule.variables)
    np.testing.assert_array_equal(schedule["time_edge"], whole["time_edge"])


def test_minimum_times_hold_across_windows():
    data = days(16, price=np.tile([5.0, 120.0], 8))
    schedule = optimise_rolling(plant(), START, data, window=5 * HOUR, overlap=1 * HOUR, gap=0.0)
    # One interval at a time from the state before it: every step must be admissible on its own.
    state = START
    for i in range(data.sizes["time"]):
        part = schedule.isel(time=slice(i, i + 1)).isel(time_edge=slice(i, i + 2))
        ages, on = state.since["heat_pump"], state.machines_on["heat_pump"]
        now = int(part["machines_on"].values[0])
        assert now >= sum(age < 3 * HOUR for age in ages[:on])
        assert now <= 2 - sum(age < 2 * HOUR for age in ages[on:])
        state = state_after(plant(), state, part)
    assert schedule.attrs["windows"] == 3


def test_state_after_a_schedule_plans_on_as_one_plan_would():
    data = days(24)
    whole = optimise(plant(), START, data, gap=0.0)
    first = whole.isel(time=slice(0, 9)).isel(time_edge=slice(0, 10))
    state = state_after(plant(), START, first)
    assert state.t == 9 * HOUR
    assert state.state_of_charge == first["state_of_charge"].values[-1]
    rest = optimise(plant(), state, data.isel(time=slice(9, None)).assign_attrs(data.attrs), gap=0.0)
    assert total_cost(first) + total_cost(rest) == pytest.approx(total_cost(whole), rel=1e-6)


def test_state_after_counts_loads_engine_and_peak():
    chp = CHP(heat=2e6, power=2e6, fuel=5e6)
    groups = (pumps(), pumps(name="poor", COP=Curve((45.0,), (2.5,)), heat=2e6))
    case = simple(heat_pumps=groups, chp=chp, tank=None)
    data = given([9.0, 12.0, 15.0], price=[10.0, 10.0, 400.0])
    schedule = optimise(case, DispatchState(), data, gap=0.0)
    state = state_after(case, DispatchState(), schedule)
    assert state.chp_on
    assert state.chp_since == HOUR * np.sum(schedule["Q_flow_chp"].values > 0.0)
    assert state.peak_power == pytest.approx(float(schedule["P_bought"].max()))
    for g, group in enumerate(groups):
        share = schedule["Q_flow_group"].values[g, -1] / max(state.machines_on[group.name] * group.heat, 1.0)
        assert state.load.get(group.name, 0.0) == pytest.approx(share)


def test_power_peak_of_the_whole_is_known_to_every_window():
    # Two megawatts of power save 280 EUR an hour: 12 hours do not pay for the peak, 24 do.
    data = given([8.0] * 24, price=20.0, gas=40.0)
    case = simple(tank=None, tariff=Tariff(peak_charge=2.5e-3))
    schedule = optimise_rolling(case, DispatchState(), data, window=12 * HOUR, overlap=0.0, gap=0.0)
    whole = optimise(case, DispatchState(), data, gap=0.0)
    assert schedule.attrs["cost_peak"] == pytest.approx(5000.0)
    assert total_cost(schedule) == pytest.approx(total_cost(whole), rel=1e-6)


def test_tank_is_full_for_a_dear_window_that_is_not_yet_in_sight():
    data = given([4.0] * 16, price=[10.0] * 8 + [300.0] * 8, gas=50.0)
    case = simple(tank=store(12.0))
    schedule = optimise_rolling(case, DispatchState(), data, window=8 * HOUR, overlap=0.0, gap=0.0)
    assert schedule["state_of_charge"].values[8] == pytest.approx(1.0)
    assert total_cost(schedule) == pytest.approx(total_cost(optimise(case, DispatchState(), data, gap=0.0)), rel=1e-6)


def test_limit_of_co2_holds_over_all_windows():
    data = days(16, co2=100.0, price=60.0, gas=12.0)
    case, windows = plant(), {"window": 8 * HOUR, "overlap": 0.0}
    free = optimise_rolling(case, START, data, **windows)
    limit = 0.7 * float(free["co2"].sum())
    kept = optimise_rolling(case.having(tariff__co2_limit=limit), START, data, **windows)
    assert float(kept["co2"].sum()) <= limit * (1.0 + 1e-9)
    assert total_cost(kept) > total_cost(free)
    assert float(kept["cost_co2"].sum()) == 0.0
    with pytest.raises(SimulationError, match="the least CO2 of the horizon exceeds"):
        optimise_rolling(case.having(tariff__co2_limit=1.0), START, data, **windows)


def test_short_horizon_is_one_plan():
    data = days(12)
    schedule = optimise_rolling(plant(), START, data, gap=0.0, final_value=10 * PER_MWH)
    whole = optimise(plant(), START, data, gap=0.0, final_value=10 * PER_MWH)
    assert total_cost(schedule) == total_cost(whole)
    assert schedule.attrs["windows"] == 1


@pytest.mark.parametrize(("name", "length"), [("window", 5000.0), ("window", 0.0), ("overlap", 1800.0)])
def test_windows_are_whole_numbers_of_intervals(name, length):
    with pytest.raises(UsageError, match=f"{name} of {length:g} s"):
        optimise_rolling(plant(), START, days(12), **{name: length})
