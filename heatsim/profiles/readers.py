"""Readers: one quantity from a CSV file, cut to the window of the run, in SI, time in seconds from the run's start.

What lies between two rows: demand and temperature are straight lines, price and utilisation are held over the step. The
last row stands for its whole step, so that a file ending on 23:45 covers the day. The rules for files are in
`heatsim.profiles.table`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr

from heatsim.errors import InputError
from heatsim.profiles.series import Interpolation, Start, clock, make_series, seconds
from heatsim.profiles.table import Column, numbers, read_column, read_rows, show, split_path
from heatsim.units import parse_quantity

_US = np.timedelta64(1, "us")


def read_demand(
    path: str | Path,
    *,
    start: Start | None = None,
    duration: str | float = "24h",
    peak: str | float | None = None,
    utc_offset: float = 1.0,
) -> xr.DataArray:
    """Read a heat demand.

    Parameters
    ----------
    path : str or Path
        `FILE.csv` or `FILE.csv:column`. Of several columns of a power the one with `heat` or `demand` in its name is
        used; electric loads are not considered.
    start : str or datetime, optional
        Clock time of t = 0 in local standard time; the file's first row when not given.
    duration : str or float
        Length of the window (`"24h"`, s).
    peak : str or float, optional
        Scales the series so that the file's largest value (of the whole file, not of the window) equals this
        (`"14MW"`, W).
    utc_offset : float
        Hours that the run's clock is ahead of UTC, for stamps with a time zone.

    Returns
    -------
    xr.DataArray
        `Q_flow_demand` in W, linear.

    Raises
    ------
    InputError
        If the file cannot be used or does not cover the window, or a demand is negative.
    """
    column = read_column(path, unit="W", keywords=("heat", "demand"), exclude=("electric",), utc_offset=utc_offset)
    negative = column.values < 0
    if negative.any():
        index = int(np.argmax(negative))
        raise InputError(
            f"{column.file.name}: row {column.row(index)}, column '{column.name}' is negative "
            f"({column.values[index]:g} W); a heat demand is 0 or more"
        )
    values = column.values
    if peak is not None:
        largest = float(values.max())
        wanted = parse_quantity(peak, "W")
        if not wanted > 0:
            raise InputError(f"demand peak is {wanted:g} W; give a positive heat flow")
        if largest == 0:
            raise InputError(f"{column.source}: all values are zero; there is nothing to scale to the peak")
        values = values * (wanted / largest)
    return _window(column, values, start, duration, "Q_flow_demand", "W", "Heat demand of the district", "linear")


def read_weather(
    path: str | Path,
    *,
    start: Start | None = None,
    duration: str | float = "24h",
    utc_offset: float = 1.0,
) -> xr.DataArray:
    """Read the outdoor air temperature.

    A typical year (365 days from New Year's midnight, no 29th of February) is used by month, day and hour for any
    start: its own year does not matter, runs over New Year start again, the 29th of February repeats the 28th.

    Parameters
    ----------
    path : str or Path
        `FILE.csv` or `FILE.csv:column`. Of several columns of a temperature the one with `temperature` or `outdoor`
        in its name is used.
    start, duration, utc_offset
        As in `read_demand`.

    Returns
    -------
    xr.DataArray
        `T_outdoor` in K, linear.

    Raises
    ------
    InputError
        If the file cannot be used, does not cover the window, or holds temperatures outside of -90 to 65 degC.
    """
    column = read_column(
        path,
        unit="K",
        keywords=("temperature", "outdoor"),
        exclude=("ground", "soil", "dew", "water"),
        utc_offset=utc_offset,
    )
    strange = (column.values < 183.15) | (column.values > 338.15)
    if strange.any():
        index = int(np.argmax(strange))
        raise InputError(
            f"{column.file.name}: row {column.row(index)}, column '{column.name}' is "
            f"{column.values[index] - 273.15:.1f} degC; check the unit in the column's name"
        )
    if _is_typical_year(column):
        start = column.stamps[0] if start is None else start
        column = _typical_year(column, start, seconds(duration))
    return _window(column, column.values, start, duration, "T_outdoor", "K", "Outdoor air temperature", "linear")


def read_price(
    path: str | Path,
    *,
    start: Start | None = None,
    duration: str | float = "24h",
    carrier: str = "electricity",
    utc_offset: float = 1.0,
) -> xr.DataArray:
    """Read the price of an energy carrier. Prices may be negative.

    Parameters
    ----------
    path : str or Path
        `FILE.csv` or `FILE.csv:column`. Of several columns of a price the one with the carrier in its name is used.
    start, duration, utc_offset
        As in `read_demand`.
    carrier : str
        `"electricity"` or `"gas"`.

    Returns
    -------
    xr.DataArray
        `price_electricity` or `price_gas` in EUR/J, held over each step.

    Raises
    ------
    InputError
        If the file cannot be used or does not cover the window.
    """
    words = {"electricity": (("electric",), ("gas",)), "gas": (("gas",), ("electric",))}
    if carrier not in words:
        raise InputError(f"carrier '{carrier}' is unknown; use electricity or gas")
    keywords, exclude = words[carrier]
    column = read_column(path, unit="EUR/J", keywords=keywords, exclude=exclude, utc_offset=utc_offset)
    long_name = f"{carrier.capitalize()} price"
    return _window(column, column.values, start, duration, f"price_{carrier}", "EUR/J", long_name, "held")


def read_utilisation(path: str | Path, *, start: Start = "2020-01-15", duration: str | float = "24h") -> xr.DataArray:
    """Read the hourly utilisation of IT equipment, for `it_load`.

    Parameters
    ----------
    path : str or Path
        `FILE.csv` or `FILE.csv:column`: the first column counts the hours of the year from 1, the other one (or the
        chosen one) is a utilisation from 0 to 1.
    start, duration
        As in `read_demand`; row n is the mean of hour n of the start's year.

    Returns
    -------
    xr.DataArray
        `utilisation` (1), held over each hour.

    Raises
    ------
    InputError
        If the file cannot be used, does not cover the window, or a value lies outside of 0 to 1.
    """
    file, wanted = split_path(path)
    header, rows = read_rows(file)
    name = wanted if wanted is not None else header[1]
    if name not in header[1:]:
        raise InputError(f"{file.name}: no column '{name}'; it has {', '.join(header[1:])}")
    if wanted is None and len(header) > 2:
        raise InputError(f"{file.name}: {', '.join(header[1:])} all fit; choose one with {file.name}:{name}")
    hours = numbers(file, header[0] or "hour", [row[0] for row in rows])
    wrong = hours != np.arange(1, hours.size + 1)
    if wrong.any():
        index = int(np.argmax(wrong))
        raise InputError(
            f"{file.name}: row {index + 2}: hour {hours[index]:g} instead of {index + 1}; count hours from 1"
        )
    values = numbers(file, name, [row[header.index(name)] for row in rows])
    outside = (values < 0) | (values > 1)
    if outside.any():
        index = int(np.argmax(outside))
        raise InputError(f"{file.name}: row {index + 2}, column '{name}' is {values[index]:g}; a utilisation is 0 to 1")
    year = clock(start).astype("datetime64[Y]").astype("datetime64[us]")
    stamps = year + np.arange(hours.size) * np.timedelta64(3600, "s").astype("timedelta64[us]")
    column = Column(file, name, stamps, values, 3600.0)
    return _window(column, values, start, duration, "utilisation", "1", "Utilisation of the IT equipment", "held")


def _is_typical_year(column: Column) -> bool:
    first, last = column.stamps[0], column.stamps[-1]
    year = first.astype("datetime64[Y]")
    days = column.stamps.size * column.step / 86400.0
    leap_day = np.any(column.stamps.astype("datetime64[D]").astype(str) == f"{year}-02-29")
    return bool(first == year and last.astype("datetime64[Y]") == year and abs(days - 365.0) < 1e-9 and not leap_day)


def _typical_year(column: Column, start: Start, duration: float) -> Column:
    """Return the rows of a typical year on the run's calendar, from the row before the start to one after the end."""
    step = np.timedelta64(round(column.step * 1e6), "us")
    begin = clock(start)
    year = begin.astype("datetime64[Y]").astype("datetime64[us]")
    first = year + ((begin - year) // step) * step
    count = int(np.ceil(duration / column.step)) + 2
    stamps = first + np.arange(count) * step
    days = stamps.astype("datetime64[D]")
    new_year = stamps.astype("datetime64[Y]").astype("datetime64[D]")
    day = (days - new_year).astype(int)
    in_leap_year = ((new_year.astype("datetime64[Y]") + 1).astype("datetime64[D]") - new_year).astype(int) == 366
    day = day - (in_leap_year & (day >= 59))  # day 59 of a leap year is the 29th of February: repeat the 28th
    second = (stamps - days.astype("datetime64[us]")) / np.timedelta64(1, "s")
    row = np.round((day * 86400.0 + second) / column.step).astype(int)
    return Column(column.file, column.name, stamps, column.values[row], column.step)


def _window(
    column: Column,
    values: np.ndarray,
    start: Start | None,
    duration: str | float,
    name: str,
    unit: str,
    long_name: str,
    interpolation: Interpolation,
) -> xr.DataArray:
    """Cut a column to the window and count time from its start; knots at both ends are interpolated."""
    end = seconds(duration)
    begin = column.stamps[0] if start is None else clock(start)
    time = (column.stamps - begin) / _US / 1e6
    covered = time[-1] + column.step
    if time[0] > 1e-6 or covered < end - 1e-6:
        first, last = column.stamps[0], column.stamps[-1] + np.timedelta64(round(column.step * 1e6), "us")
        window_end = begin + np.timedelta64(round(end * 1e6), "us")
        raise InputError(
            f"{column.source} covers {show(first)} to {show(last)}, the run needs {show(begin)} to "
            f"{show(window_end)}; choose another start or duration"
        )
    gaps = np.flatnonzero((np.diff(time) > column.step + 1e-3) & (time[:-1] < end) & (time[1:] > 0))
    if gaps.size:
        index = int(gaps[0])
        raise InputError(
            f"{column.file.name}: row {column.row(index + 1)}: gap in time from {show(column.stamps[index])} to "
            f"{show(column.stamps[index + 1])} (usual step {column.step:g} s); fill it or choose another start"
        )
    time = np.append(time, covered)
    values = np.append(values, values[-1])
    inside = (time > 1e-6) & (time < end - 1e-6)
    edges = np.array([0.0, end])
    if interpolation == "held":
        at_edges = values[np.searchsorted(time, edges + 1e-6, side="right") - 1]
        at_edges[1] = values[inside][-1] if inside.any() else at_edges[0]
    else:
        at_edges = np.interp(edges, time, values)
    return make_series(
        np.concatenate([edges[:1], time[inside], edges[1:]]),
        np.concatenate([at_edges[:1], values[inside], at_edges[1:]]),
        name=name,
        units=unit,
        long_name=long_name,
        interpolation=interpolation,
        start=begin,
        source=column.source + (" (summer time shifted to standard time)" if column.summer_time_removed else ""),
    )
