"""A policy that is a function of the user, and the checks of what it returns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import xarray as xr

from heatsim.dispatch.follow import Moment, Wish, follow
from heatsim.dispatch.forecasts import check, horizon
from heatsim.dispatch.plant import DispatchPlant
from heatsim.dispatch.schedule import VARIABLES
from heatsim.dispatch.state import DispatchState
from heatsim.dispatch.violations import violations
from heatsim.errors import HeatsimError, SimulationError, UsageError

PlanFunction = Callable[[DispatchState, xr.Dataset], Any]


class UserPolicy:
    """A policy that is a function of the user.

    Parameters
    ----------
    function
        Called as `function(state, forecasts)` with the forecasts from `state.t` on. It returns either the heat of the
        heat pumps in each interval, shape (intervals,), W (a DataArray over `time`, an array or a list; infinite for
        all that the hall offers), which is walked forward within the plant's limits as the rules are, or a whole
        schedule (`heatsim.dispatch.schedule`), which must keep them itself.
    name
        Name of the policy.
    plant
        What is planned.
    whole
        Whether the machines of a returned schedule must run whole.

    Examples
    --------
    Half of what is wanted comes from the heat pumps:

    >>> policy = UserPolicy(lambda state, forecasts: 0.5 * forecasts["Q_flow_demand"], "half", plant)
    """

    def __init__(self, function: PlanFunction, name: str, plant: DispatchPlant, *, whole: bool = True) -> None:
        if not callable(function):
            raise UsageError(f"UserPolicy needs a function of state and forecasts, not {type(function).__name__}")
        if not name or not name.isprintable():
            raise UsageError("UserPolicy needs a name")
        self.function, self.name, self.plant, self.whole = function, name, plant, whole

    def plan(self, state: DispatchState, forecasts: xr.Dataset) -> xr.Dataset:
        """Return the schedule of the function.

        Raises
        ------
        SimulationError
            If the function fails.
        UsageError
            If what it returns cannot be used; one line names the policy, the value and the time.
        """
        data = horizon(check(forecasts), state.t)
        try:
            # A copy, so that a function that changes what it is given changes nothing else.
            returned = self.function(state, data.copy(deep=True))
        except HeatsimError:
            raise
        except Exception as error:
            raise SimulationError(f"policy '{self.name}' failed: {type(error).__name__}: {error}") from error
        if isinstance(returned, xr.Dataset):
            return self._schedule(state, data, returned)
        heat = self._heat(data, returned)
        return follow(self.plant, state, data, lambda moment: _wish(heat, moment), policy=self.name)

    def _heat(self, data: xr.Dataset, returned: Any) -> np.ndarray:
        """Return the heat of the heat pumps in each interval, W."""
        number, time = data.sizes["time"], data["time"].values
        if isinstance(returned, xr.DataArray) and "time" in returned.coords:
            _same_time(self.name, returned["time"].values, time)
        try:
            heat = np.asarray(returned, dtype=float)
        except (TypeError, ValueError):
            raise UsageError(
                f"policy '{self.name}' returned {type(returned).__name__}; return {number} heat flows of the heat "
                "pumps, W, or a schedule"
            ) from None
        if heat.shape != (number,):
            raise UsageError(
                f"policy '{self.name}' returned values of shape {heat.shape}, not ({number},); give one an interval"
            )
        for wrong, what in ((np.isnan(heat), "not a number"), (heat < 0.0, "negative")):
            if wrong.any():
                at = int(np.argmax(wrong))
                raise UsageError(
                    f"policy '{self.name}' returned a heat flow that is {what} ({heat[at]:g}) at "
                    f"t = {time[at] / 3600.0:g} h; give at least 0 W"
                )
        finite = heat[np.isfinite(heat)]
        largest = float(np.max(finite, initial=0.0))
        smallest = min(group.minimum_load * group.heat for group in self.plant.heat_pumps)
        # All heat flows below a hundredth of the lowest load of one machine: nobody means this; MW or kW are likely.
        if 0.0 < largest < 0.01 * smallest and finite.size == heat.size:
            raise UsageError(
                f"policy '{self.name}' returned heat flows up to {largest:g} W, less than a hundredth of one machine's "
                f"lowest load of {smallest:g} W; give W, not MW or kW"
            )
        return heat

    def _schedule(self, state: DispatchState, data: xr.Dataset, schedule: xr.Dataset) -> xr.Dataset:
        """Return a schedule that keeps the plant's limits."""
        missing = [name for name in (*VARIABLES, "state_of_charge") if name not in schedule]
        if missing:
            raise UsageError(
                f"policy '{self.name}' returned a schedule without '{missing[0]}'; make it with "
                "schedule.make_schedule, or return the heat flows of the heat pumps"
            )
        if "time" not in schedule.coords:
            raise UsageError(f"policy '{self.name}' returned a schedule without 'time'; use that of the forecasts")
        _same_time(self.name, schedule["time"].values, data["time"].values)
        number = data.sizes["time"]
        for name in (*VARIABLES, "state_of_charge"):
            size = number + 1 if name == "state_of_charge" else number
            values = schedule[name].values
            if values.shape != (size,) or not np.all(np.isfinite(values)):
                raise UsageError(
                    f"policy '{self.name}' returned '{name}' of shape {values.shape} or with values that are not "
                    f"finite; give {size} finite numbers"
                )
        broken = violations(self.plant, state, data, schedule, whole=self.whole)
        if broken:
            more = f" ({len(broken) - 1} more)" if len(broken) > 1 else ""
            raise UsageError(f"policy '{self.name}' returned a schedule that breaks a limit: {broken[0]}{more}")
        return schedule.assign_attrs(policy=self.name)


def _wish(heat: np.ndarray, moment: Moment) -> Wish:
    return Wish(float(heat[moment.index]))


def _same_time(name: str, own: np.ndarray, time: np.ndarray) -> None:
    if own.shape != time.shape or np.any(np.abs(own - time) > 1e-6 * max(abs(float(time[-1])), 1.0)):
        raise UsageError(
            f"policy '{name}' returned {own.size} intervals, not the {time.size} of the forecasts from "
            f"{time[0] / 3600.0:g} h on; use their 'time'"
        )
