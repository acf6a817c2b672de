"""A function of the user as a policy: what comes back is checked, and named in one line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr
from dispatch_cases import MW, given, simple

from heatsim.dispatch.policies import FollowDemand, Policy, RecoverAll, UserPolicy
from heatsim.dispatch.state import DispatchState
from heatsim.errors import SimulationError, UsageError

HOUR = 3600.0


def _data() -> xr.Dataset:
    return given([4.0, 5.0, 6.0])


def _returning(value: Any) -> UserPolicy:
    return UserPolicy(lambda state, forecasts: value, "mine", simple())


def test_heat_flows_are_walked_within_the_limits() -> None:
    """A DataArray, an array, a list, and infinity for all that there is; 1 MW is below the lowest load of 2 MW."""
    half = UserPolicy(lambda state, forecasts: 0.75 * forecasts["Q_flow_demand"], "half", simple())
    schedule = half.plan(DispatchState(state_of_charge=0.5), _data())
    np.testing.assert_allclose(schedule["Q_flow_heat_pump"] / MW, [3.0, 3.75, 4.5])
    assert schedule.attrs["policy"] == "half"
    assert isinstance(half, Policy)
    schedule = _returning([1.2 * MW, 100 * MW, 0.0]).plan(DispatchState(state_of_charge=0.5), _data())
    np.testing.assert_allclose(schedule["Q_flow_heat_pump"] / MW, [2.0, 8.0, 0.0])
    everything = _returning(np.full(3, np.inf)).plan(DispatchState(), _data())
    rule = RecoverAll(simple()).plan(DispatchState(), _data())
    np.testing.assert_allclose(everything["Q_flow_heat_pump"], rule["Q_flow_heat_pump"])


def test_a_whole_schedule_is_taken_as_it_is() -> None:
    inner = FollowDemand(simple())
    policy = UserPolicy(lambda state, forecasts: inner.plan(state, forecasts), "mine", simple())
    schedule = policy.plan(DispatchState(t=HOUR), _data())
    np.testing.assert_allclose(schedule["Q_flow_heat_pump"] / MW, [5.0, 6.0])
    assert schedule.attrs["policy"] == "mine"


def test_the_function_gets_a_copy() -> None:
    def spoil(state: DispatchState, forecasts: xr.Dataset) -> np.ndarray:
        forecasts["Q_flow_demand"][:] = 0.0
        return np.full(3, 4 * MW)

    schedule = UserPolicy(spoil, "spoil", simple()).plan(DispatchState(), _data())
    np.testing.assert_allclose(schedule["Q_flow_demand"] / MW, [4.0, 5.0, 6.0])


def _schedule(change: Any) -> xr.Dataset:
    schedule = FollowDemand(simple()).plan(DispatchState(), _data()).copy(deep=True)
    return change(schedule)


def _with(name: str, value: float) -> Any:
    def change(schedule: xr.Dataset) -> xr.Dataset:
        schedule[name][1] = value
        return schedule

    return change


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, r"'mine' returned values of shape \(\), not \(3,\)|'mine' returned NoneType"),
        ("all", "'mine' returned str; return 3 heat flows of the heat pumps, W, or a schedule"),
        ([1e6, 1e6], r"'mine' returned values of shape \(2,\), not \(3,\); give one an interval"),
        ([1e6, np.nan, 1e6], r"not a number \(nan\) at t = 1 h"),
        ([1e6, 1e6, -5.0], r"negative \(-5\) at t = 2 h; give at least 0 W"),
        ([4.0, 5.0, 6.0], "heat flows up to 6 W, less than a hundredth .* give W, not MW or kW"),
        (_data()["Q_flow_demand"].assign_coords(time=[1.0, 2.0, 3.0]), "not the 3 of the forecasts from 0 h on"),
        (_schedule(lambda one: one.drop_vars("P_bought")), "a schedule without 'P_bought'"),
        (_schedule(lambda one: one.isel(time=slice(0, 2), time_edge=slice(0, 3))), "returned 2 intervals, not the 3"),
        (_schedule(_with("Q_flow_peak", np.nan)), r"'Q_flow_peak' of shape \(3,\) or with values that are not finite"),
        (_schedule(_with("Q_flow_peak", 1e6)), "breaks a limit: heat balance by 1 MW at t = 1 h"),
    ],
)
def test_what_cannot_be_used_is_named_in_one_line(value: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message) as error:
        _returning(value).plan(DispatchState(), _data())
    assert "\n" not in str(error.value)


def test_a_function_that_fails_is_named() -> None:
    def fails(state: DispatchState, forecasts: xr.Dataset) -> None:
        raise KeyError("P_heating")

    with pytest.raises(SimulationError, match="policy 'broken' failed: KeyError: 'P_heating'"):
        UserPolicy(fails, "broken", simple()).plan(DispatchState(), _data())
    with pytest.raises(UsageError, match="needs a function of state and forecasts, not list"):
        UserPolicy([1.0], "list", simple())
    with pytest.raises(UsageError, match="needs a name"):
        UserPolicy(fails, "", simple())
