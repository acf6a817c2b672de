"""Forecasts: what a plan is made from, as one Dataset of means over equal intervals.

`forecasts` makes it from the input series of a run (`heatsim.profiles`), `check` refuses one that cannot be planned
with, `window` cuts out a horizon.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from heatsim.dispatch.plant import DispatchPlant
from heatsim.errors import InputError
from heatsim.profiles.series import value_at

REQUIRED = {
    "Q_flow_demand": ("W", "Heat demand of all consumers"),
    "P_IT": ("W", "Power of the IT equipment"),
    "T_outdoor": ("K", "Outdoor air temperature"),
    "price_electricity": ("EUR/J", "Electricity price"),
    "price_gas": ("EUR/J", "Gas price"),
}
OPTIONAL = {
    "co2_electricity": ("kg/J", "CO2 of the electricity"),
    "T_source": ("K", "Water to the heat pumps"),
    "T_sink": ("K", "Water leaving the condensers"),
    "heat_pump_available": ("1", "Share of the heat pumps that is available"),
}
CO2_ELECTRICITY = 0.366 / 3.6e6
"""German mix of 2020, kg/J (Umweltbundesamt, 2021, first estimate), as in `heatsim.analysis.kpis`."""
HIGHEST_PRICE = 5.0 / 3.6e6
"""Mean absolute price above which a series is taken for one in a wrong unit: 5 EUR/kWh, in EUR/J."""


def forecasts(
    series: Mapping[str, xr.DataArray], *, stop: float, start: float = 0.0, step: float = 3600.0
) -> xr.Dataset:
    """Return interval means of input series.

    Parameters
    ----------
    series
        Series by name (`profiles.dataset`), in SI units over `time` in s; those of `REQUIRED`, others are optional.
    start, stop
        Horizon, s on the clock of the series; a whole number of steps.
    step
        Length of an interval, s.

    Returns
    -------
    xarray.Dataset
        Variables over `time`, the begin of each interval, s; attribute `step`. Checked.

    Raises
    ------
    InputError
        If a series is missing, does not cover the horizon, or cannot be planned with.
    """
    number = (stop - start) / step
    if not number >= 1 or abs(number - round(number)) > 1e-6:
        raise InputError(f"a horizon of {stop - start:g} s is no whole number of intervals of {step:g} s")
    edges = start + step * np.arange(round(number) + 1)
    variables = {}
    for name, (units, long_name) in (REQUIRED | OPTIONAL).items():
        if name in series:
            values = _means(series[name], edges)
            variables[name] = ("time", values, {"units": units, "long_name": long_name})
        elif name in REQUIRED:
            raise InputError(f"forecasts need the series '{name}' ({units}); there are {', '.join(series)}")
    time = ("time", edges[:-1], {"units": "s", "long_name": "Begin of the interval"})
    result = xr.Dataset(variables, coords={"time": time}, attrs={"step": step})
    starts = [one.attrs["start_time"] for one in series.values() if "start_time" in one.attrs]
    if starts:
        result.attrs["start_time"] = starts[0]
    return check(result)


def _means(series: xr.DataArray, edges: np.ndarray) -> np.ndarray:
    """Return the mean of a series over each interval, exact for its interpolation."""
    own = series["time"].values.astype(float)
    inside = own[(own > edges[0]) & (own < edges[-1])]
    grid = np.unique(np.concatenate([edges, inside]))
    left = value_at(series, grid[:-1])
    if series.attrs.get("interpolation", "linear") == "held":
        areas = left * np.diff(grid)
    else:
        areas = 0.5 * (left + value_at(series, grid[1:])) * np.diff(grid)
    total = np.concatenate([[0.0], np.cumsum(areas)])
    at_edges = total[np.searchsorted(grid, edges)]
    return np.diff(at_edges) / np.diff(edges)


def step_of(data: xr.Dataset) -> float:
    """Return the length of the intervals, s."""
    if "step" in data.attrs:
        return float(data.attrs["step"])
    time = data["time"].values
    if time.size < 2:
        raise InputError("forecasts of one interval need the attribute 'step', s")
    return float(time[1] - time[0])


def check(data: xr.Dataset) -> xr.Dataset:
    """Return forecasts that can be planned with, the optional `co2_electricity` and availability filled in.

    Raises
    ------
    InputError
        Names the first thing that cannot be used: missing variable or hours, a value that is not finite, negative
        demand, a price in a wrong unit.
    """
    for name, (units, _) in REQUIRED.items():
        if name not in data:
            raise InputError(f"forecasts lack '{name}' ({units})")
    time = data["time"].values.astype(float)
    step = step_of(data)
    if time.size == 0:
        raise InputError("forecasts hold no interval")
    gaps = np.flatnonzero(np.abs(np.diff(time) - step) > 1e-6 * step)
    if gaps.size:
        missing = (time[gaps[0] + 1] - time[gaps[0]]) / step - 1.0
        raise InputError(
            f"forecasts: {missing:g} intervals are missing after t = {time[gaps[0]] / 3600.0:g} h; fill them"
        )
    for name in (*REQUIRED, *(one for one in OPTIONAL if one in data)):
        values, units = data[name].values, (REQUIRED | OPTIONAL)[name][0]
        if values.shape != time.shape:
            raise InputError(f"forecasts: '{name}' has shape {values.shape}, not {time.shape}; give one value an hour")
        own = data[name].attrs.get("units", units)
        if own != units:
            raise InputError(f"forecasts: '{name}' is in {own}; convert it to {units}")
        if not np.all(np.isfinite(values)):
            at = time[int(np.argmax(~np.isfinite(values)))] / 3600.0
            raise InputError(f"forecasts: '{name}' at t = {at:g} h is not finite; fill or remove it")
    _check_ranges(data, time)
    if "co2_electricity" not in data:
        attrs = {"units": "kg/J", "long_name": OPTIONAL["co2_electricity"][1]}
        data = data.assign(co2_electricity=("time", np.full(time.size, CO2_ELECTRICITY), attrs))
    if "heat_pump_available" not in data:
        attrs = {"units": "1", "long_name": OPTIONAL["heat_pump_available"][1]}
        data = data.assign(heat_pump_available=("time", np.ones(time.size), attrs))
    return data.assign_attrs(step=step)


def _check_ranges(data: xr.Dataset, time: np.ndarray) -> None:
    for name in ("Q_flow_demand", "P_IT", "co2_electricity"):
        if name in data and data[name].values.min() < 0.0:
            at = time[int(np.argmin(data[name].values))] / 3600.0
            raise InputError(f"forecasts: '{name}' is negative at t = {at:g} h ({data[name].values.min():g})")
    for name in ("price_electricity", "price_gas"):
        mean = float(np.mean(np.abs(data[name].values)))
        if mean > HIGHEST_PRICE:
            raise InputError(
                f"forecasts: '{name}' has a mean of {mean:g} EUR/J, which is {mean * 3.6e6:.3g} EUR/kWh; "
                "give EUR/J (EUR/MWh divided by 3.6e9)"
            )
    for name in ("T_outdoor", "T_source", "T_sink"):
        if name in data and not 200.0 < float(data[name].values.min()) <= float(data[name].values.max()) < 450.0:
            raise InputError(f"forecasts: '{name}' leaves 200 to 450 K; give temperatures in K")


def window(data: xr.Dataset, start: float, stop: float) -> xr.Dataset:
    """Return the intervals that begin in `start <= t < stop` (s).

    Raises
    ------
    InputError
        If the forecasts do not begin at or before `start` or hold no interval of the window.
    """
    time = data["time"].values
    inside = (time >= start - 1e-6) & (time < stop - 1e-6)
    if not inside.any() or time[0] > start + 1e-6:
        raise InputError(
            f"forecasts cover {time[0] / 3600.0:g} to {(time[-1] + step_of(data)) / 3600.0:g} h; "
            f"the plan needs {start / 3600.0:g} to {stop / 3600.0:g} h"
        )
    return data.isel(time=inside).assign_attrs(data.attrs)


def horizon(data: xr.Dataset, start: float, stop: float = np.inf) -> xr.Dataset:
    """Return the intervals of a plan that begins at `start` (s); as `window`, and `start` must begin an interval.

    Raises
    ------
    InputError
        If the forecasts do not cover the plan, or `start` lies within an interval.
    """
    result = window(data, start, stop)
    late = float(result["time"].values[0]) - start
    if late > 1e-6 * step_of(data):
        raise InputError(
            f"the plan begins at {start / 3600.0:g} h, within an interval of the forecasts (the next begins "
            f"{late:g} s later); plan at the begin of an interval"
        )
    return result


def heat_offered(plant: DispatchPlant, data: xr.Dataset) -> np.ndarray:
    """Return the heat offered by the hall in each interval, W."""
    return plant.hall.heat(data["P_IT"].values)


def lift(plant: DispatchPlant, data: xr.Dataset) -> np.ndarray:
    """Return the lift of the heat pumps in each interval, K."""
    source = data["T_source"].values if "T_source" in data else plant.hall.T_source(data["P_IT"].values)
    sink = data["T_sink"].values if "T_sink" in data else np.full(data.sizes["time"], plant.T_sink)
    return np.asarray(sink - source, dtype=float)


def heat_wanted(plant: DispatchPlant, data: xr.Dataset) -> np.ndarray:
    """Return the heat that must be fed in: demand, loss of the network and of the boilers, in each interval, W."""
    return data["Q_flow_demand"].values + plant.network.loss + plant.peak.losses
