"""One time series as the rest of heatsim takes it: a DataArray over `time` in seconds from the start of the run.

The attribute `interpolation` says what lies between two knots: `linear` (a straight line) or `held` (the value of the
knot until the next one, where it jumps). Every series reaches from 0 to the end of the run.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import ArrayLike

from heatsim.errors import InputError
from heatsim.units import parse_quantity

Interpolation = Literal["linear", "held"]
Start = str | dt.datetime | np.datetime64

DAY = 86400.0
YEAR = 365.0 * DAY


def make_series(
    time: ArrayLike,
    values: ArrayLike,
    *,
    name: str,
    units: str,
    long_name: str,
    interpolation: Interpolation,
    start: Start | None = None,
    source: str = "",
) -> xr.DataArray:
    """Return a checked series.

    Parameters
    ----------
    time : array_like, shape (n,)
        Knots in s from the start of the run, strictly increasing, n >= 2.
    values : array_like, shape (n,)
        Values in `units`, all finite.
    name, units, long_name, interpolation
        Name and attributes of the series.
    start : str or datetime, optional
        Clock time of t = 0, kept as the attribute `start_time` (ISO).
    source : str
        Where the numbers come from, kept as an attribute when given.

    Raises
    ------
    InputError
        If the knots do not increase or a value is not finite.
    """
    knots = np.asarray(time, dtype=float)
    data = np.asarray(values, dtype=float)
    if knots.ndim != 1 or knots.shape != data.shape or knots.size < 2:
        raise InputError(f"series '{name}': {data.shape} values for {knots.shape} times; give two or more of each")
    steps = np.diff(knots)
    if not np.all(steps > 0):
        row = int(np.argmax(~(steps > 0))) + 1
        raise InputError(
            f"series '{name}': time does not increase at knot {row} (t = {knots[row]:g} s); sort the knots"
        )
    if not np.all(np.isfinite(data)):
        row = int(np.argmax(~np.isfinite(data)))
        raise InputError(f"series '{name}': value at t = {knots[row]:g} s is not finite; fill or remove it")
    attrs = {"units": units, "long_name": long_name, "interpolation": interpolation}
    if start is not None:
        attrs["start_time"] = iso(clock(start))
    if source:
        attrs["source"] = source
    time_attrs = {"units": "s", "long_name": "Time from the start of the run"}
    return xr.DataArray(data, coords={"time": ("time", knots, time_attrs)}, dims="time", name=name, attrs=attrs)


def clock(start: Start) -> np.datetime64:
    """Return a start time as a clock time without zone (local standard time), in microseconds.

    Raises
    ------
    InputError
        If the text is no ISO time, or carries a time zone: the run's clock is local standard time.
    """
    try:
        stamp = pd.Timestamp(start)
    except (ValueError, TypeError) as problem:
        raise InputError(
            f"start '{start}' is not an ISO time; write for example 2020-01-15 or 2020-01-15T06:00"
        ) from problem
    if stamp is pd.NaT:
        raise InputError("start is not a time; write for example 2020-01-15 or 2020-01-15T06:00")
    if stamp.tzinfo is not None:
        raise InputError(f"start '{start}' has a time zone; write the local standard time without it")
    return np.datetime64(stamp.to_datetime64(), "us")


def iso(stamp: np.datetime64) -> str:
    """Return a clock time as ISO text in whole seconds."""
    return str(stamp.astype("datetime64[s]"))


def seconds(duration: str | float) -> float:
    """Return a duration (`"7d"`, `"24h"`, or seconds) in seconds; it must be positive."""
    value = parse_quantity(duration, "s")
    if value <= 0:
        raise InputError(f"duration '{duration}' is not positive; write for example 24h")
    return value


def knots(duration: float, step: float) -> np.ndarray:
    """Return knots 0, step, 2 step, ... in s, the last one at `duration` exactly."""
    regular = np.arange(0.0, duration - 1e-6, step)
    return np.append(regular, duration)


def hour_of_day(start: Start, time: np.ndarray) -> np.ndarray:
    """Return the clock hour (0 <= h < 24) at `time` (s from `start`)."""
    midnight = clock(start).astype("datetime64[D]")
    offset = (clock(start) - midnight) / np.timedelta64(1, "s")
    return ((time + offset) % DAY) / 3600.0


def day_of_year(start: Start, time: np.ndarray) -> np.ndarray:
    """Return the time of the year in days (0 at New Year's midnight) at `time` (s from `start`)."""
    new_year = clock(start).astype("datetime64[Y]")
    offset = (clock(start) - new_year) / np.timedelta64(1, "s")
    return (time + offset) / DAY


def weekday(start: Start, time: np.ndarray) -> np.ndarray:
    """Return the day of the week (0 Monday to 6 Sunday) at `time` (s from `start`)."""
    stamps = clock(start) + (np.asarray(time) * 1e6).astype("timedelta64[us]")
    # 1970-01-01 was a Thursday.
    return (stamps.astype("datetime64[D]").astype(int) + 3) % 7


def integral(series: xr.DataArray) -> float:
    """Return the integral of a series over its whole time (units times s), between knots as `interpolation` says."""
    time, values = series["time"].values, series.values
    if series.attrs.get("interpolation", "linear") == "held":
        return float(np.sum(values[:-1] * np.diff(time)))
    return float(np.sum(0.5 * (values[1:] + values[:-1]) * np.diff(time)))


def value_at(series: xr.DataArray, time: ArrayLike) -> np.ndarray:
    """Return the values of a series at `time` (s), between knots as `interpolation` says.

    Raises
    ------
    InputError
        If a time lies outside of the series.
    """
    wanted = np.asarray(time, dtype=float)
    own = series["time"].values
    if wanted.size and (wanted.min() < own[0] - 1e-6 or wanted.max() > own[-1] + 1e-6):
        raise InputError(
            f"series '{series.name}' covers {own[0]:g} to {own[-1]:g} s, "
            f"asked for {wanted.min():g} to {wanted.max():g} s; read a longer window"
        )
    if series.attrs.get("interpolation", "linear") == "held":
        return series.values[np.clip(np.searchsorted(own, wanted + 1e-6, side="right") - 1, 0, None)]
    return np.interp(wanted, own, series.values)
