"""One schedule from several plans: of each interval what the plan in force said."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from heatsim.dispatch.forecasts import step_of
from heatsim.dispatch.plant import DispatchPlant
from heatsim.errors import InputError


def in_force(plans: Mapping[float, xr.Dataset], times: np.ndarray, plant: DispatchPlant) -> xr.Dataset:
    """Return the schedule that was in force in each interval.

    Parameters
    ----------
    plans
        Schedules by the time at which they were made, s.
    times
        Begins of the intervals, s.
    plant
        Its tariff gives the charge on the power peak.

    Returns
    -------
    xarray.Dataset
        Schedule. Intervals that no plan covers, because it ended and those after it failed, are not a number; the
        attribute `intervals_without_plan` counts them.

    Raises
    ------
    InputError
        If an interval lies before the first plan.
    """
    made = np.array(sorted(plans))
    if not made.size or times[0] < made[0] - 1e-6:
        known = f"the first was made at {made[0] / 3600.0:g} h" if made.size else "none was made"
        raise InputError(f"no plan was in force at t = {times[0] / 3600.0:g} h ({known}); give the plans from there on")
    number = np.searchsorted(made, times + 1e-6) - 1
    pieces, charge, missing = [], [], 0
    for i in np.unique(number):
        schedule = plans[float(made[i])]
        own = times[number == i]
        first = int(np.argmin(np.abs(schedule["time"].values - own[0])))
        part = slice(first, first + own.size)
        piece = schedule.drop_vars(["state_of_charge", "time_edge"]).isel(time=part)
        if piece.sizes["time"] < own.size or np.any(np.abs(piece["time"].values - own) > 1e-6 * step_of(schedule)):
            piece = piece.reindex(time=own, method="nearest", tolerance=1e-6 * step_of(schedule))
            missing += int(np.isnan(piece["Q_flow_heat_pump"].values).sum())
        pieces.append(piece)
        stored = schedule["state_of_charge"].values[first : first + own.size + 1]
        charge.append(np.append(stored, np.full(own.size + 1 - stored.size, np.nan)))
    result = xr.concat(
        pieces, "time", data_vars="minimal", coords="minimal", compat="override", combine_attrs="override"
    )
    for piece, last in zip(pieces[1:], pieces[:-1], strict=True):
        _count_starts(result, piece, last, plant)
    step, begin = step_of(result), plans[float(made[0])]
    edges = ("time_edge", np.append(times, times[-1] + step), begin["time_edge"].attrs)
    # The begin of each interval is that of its own plan; the end of the last one closes the line.
    values = np.concatenate([*(one[:-1] for one in charge), charge[-1][-1:]])
    result = result.assign_coords(time_edge=edges)
    result = result.assign(state_of_charge=("time_edge", values, begin["state_of_charge"].attrs))
    peak = plant.tariff.peak_charge * float(result["P_bought"].max())
    return result.assign_attrs(plans=len(plans), cost_peak=peak, intervals_without_plan=missing)


def _count_starts(result: xr.Dataset, piece: xr.Dataset, last: xr.Dataset, plant: DispatchPlant) -> None:
    """Count the machines that a plan takes over running, started shortly before its begin for its first interval."""
    more = piece["machines_on_group"].values[:, 0] - last["machines_on_group"].values[:, -1]
    missing = np.maximum(more, 0.0).sum() - piece["starts"].values[0]
    if missing > 0.5:
        wear = {group.name: group.start_cost for group in plant.heat_pumps}
        cost = sum(wear[str(name)] * max(one, 0.0) for name, one in zip(piece["group"].values, more, strict=True))
        at = {"time": piece["time"].values[0]}
        result["starts"].loc[at] += missing
        result["cost_starts"].loc[at] = max(float(result["cost_starts"].loc[at]), cost)
