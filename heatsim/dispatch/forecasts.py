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
PRICES = (0.01 / 3.6e9, 5.0 / 3.6e6)
"""Mean absolute prices outside of which a series is taken for one in a wrong unit: 0.01 EUR/MWh and 5 EUR/kWh, EUR/J.
A price of exactly zero is one."""
POWERS = (1e3, 1e11)
"""Largest values of demand and IT power outside of which a series is taken for one in a wrong unit, W."""
HIGHEST_CO2 = 5.0 / 3.6e6
"""Largest CO2 of electricity: 5 kg/kWh, several times that of lignite, in kg/J."""


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
        step = float(data.attrs["step"])
    else:
        time = data["time"].values
        if time.size < 2:
            raise InputError("forecasts of one interval need the attribute 'step', s")
        # The usual distance, so that a gap after the first interval is still seen as one.
        step = float(np.median(np.diff(time)))
    if not (np.isfinite(step) and step > 0.0):
        raise InputError(f"forecasts have intervals of {step:g} s; give times that increase")
    return step


def check(data: xr.Dataset) -> xr.Dataset:
    """Return forecasts that can be planned with, the optional `co2_electricity` and availability filled in.

    Raises
    ------
    InputError
        Names the first thing that cannot be used: missing variable or hours, a value that is not finite, negative
        demand, a power or price in a wrong unit, a share above one.
    """
    if "time" not in data.coords or data["time"].dims != ("time",):
        raise InputError("forecasts need the coordinate 'time', the begin of each interval, s")
    for name, (units, _) in REQUIRED.items():
        if name not in data:
            raise InputError(f"forecasts lack '{name}' ({units})")
    if data["time"].size == 0:
        raise InputError("forecasts hold no interval")
    if not np.issubdtype(data["time"].dtype, np.number):
        raise InputError(f"forecasts: 'time' is of type {data['time'].dtype}; give seconds from the begin of the run")
    time = data["time"].values.astype(float)
    step = step_of(data)
    _check_times(time, step)
    for name in (*REQUIRED, *(one for one in OPTIONAL if one in data)):
        values, units = data[name].values, (REQUIRED | OPTIONAL)[name][0]
        if values.shape != time.shape:
            raise InputError(
                f"forecasts: '{name}' has shape {values.shape}, not {time.shape}; give one value an interval"
            )
        if not np.issubdtype(values.dtype, np.number):
            raise InputError(f"forecasts: '{name}' is of type {values.dtype}; give numbers in {units}")
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


def _check_times(time: np.ndarray, step: float) -> None:
    if not np.all(np.isfinite(time)):
        raise InputError(f"forecasts: time {int(np.argmax(~np.isfinite(time)))} is not finite; give seconds")
    distances = np.diff(time)
    wrong = np.flatnonzero(np.abs(distances - step) > 1e-6 * step)
    if not wrong.size:
        return
    at, distance = time[wrong[0]] / 3600.0, float(distances[wrong[0]])
    if distance <= 1e-6 * step:
        raise InputError(f"forecasts: time does not increase after t = {at:g} h; sort the intervals, remove doubles")
    missing = distance / step - 1.0
    if missing > 0.0 and abs(missing - round(missing)) < 1e-6:
        raise InputError(
            f"forecasts: {round(missing)} intervals of {step:g} s are missing after t = {at:g} h; fill them"
        )
    raise InputError(
        f"forecasts: an interval of {distance:g} s at t = {at:g} h among those of {step:g} s; make all equally long"
    )


def _check_ranges(data: xr.Dataset, time: np.ndarray) -> None:
    for name in ("Q_flow_demand", "P_IT", "co2_electricity", "heat_pump_available"):
        if name in data and data[name].values.min() < 0.0:
            at = time[int(np.argmin(data[name].values))] / 3600.0
            raise InputError(
                f"forecasts: '{name}' is negative at t = {at:g} h ({data[name].values.min():g}); give values from 0 on"
            )
    for name in ("Q_flow_demand", "P_IT"):
        largest = float(data[name].values.max())
        if largest and not POWERS[0] <= largest <= POWERS[1]:
            raise InputError(f"forecasts: '{name}' has values up to {largest:g} W; give W (MW times 1e6)")
    for name in ("price_electricity", "price_gas"):
        mean = float(np.mean(np.abs(data[name].values)))
        if mean and not PRICES[0] <= mean <= PRICES[1]:
            raise InputError(
                f"forecasts: '{name}' has a mean of {mean:g} EUR/J, which is {mean * 3.6e9:.3g} EUR/MWh; "
                "give EUR/J (EUR/MWh divided by 3.6e9), or the price with its unit, such as 35EUR/MWh"
            )
    if "co2_electricity" in data and float(data["co2_electricity"].values.max()) > HIGHEST_CO2:
        highest = float(data["co2_electricity"].values.max())
        raise InputError(
            f"forecasts: 'co2_electricity' rises to {highest:g} kg/J, which is {highest * 3.6e6:.3g} kg/kWh; "
            "give kg/J (kg/kWh divided by 3.6e6)"
        )
    if "heat_pump_available" in data and float(data["heat_pump_available"].values.max()) > 1.0 + 1e-9:
        highest = float(data["heat_pump_available"].values.max())
        raise InputError(f"forecasts: 'heat_pump_available' rises to {highest:g}; give the share that is, 0 to 1")
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
