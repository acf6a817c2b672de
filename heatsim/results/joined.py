"""Puts the parts of a run that was resumed behind each other."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import xarray as xr

from heatsim.errors import UsageError
from heatsim.solvers.segments import time_tolerance

_SAME = ("system", "method", "fmus", "values", "bonds")


def join(*parts: xr.Dataset) -> xr.Dataset:
    """One Dataset of the parts of a run, in the order of time, each instant once.

    Where parts overlap, the later one counts: after a run that broke off, `resume` begins at the last checkpoint.

    Parameters
    ----------
    parts
        Results of `simulate` and `resume` of one system, with the same variables.

    Returns
    -------
    xarray.Dataset
        Attributes are those of the last part; `start` is that of the first, and the numbers in `stats` are sums.

    Raises
    ------
    UsageError
        When the parts leave a gap, hold other variables, or come from other systems.
    """
    if not parts:
        raise UsageError("join needs the parts of a run, two or more")
    result = parts[0]
    for part in parts[1:]:
        result = _joined(result, part)
    return result


def _joined(first: xr.Dataset, second: xr.Dataset) -> xr.Dataset:
    for name in _SAME:
        if first.attrs.get(name) != second.attrs.get(name):
            raise UsageError(
                f"join: the parts differ in '{name}': {_short(first.attrs.get(name))} and "
                f"{_short(second.attrs.get(name))}; join parts of one run"
            )
    for name in (*first.data_vars, *second.data_vars):
        if name not in first.data_vars or name not in second.data_vars:
            raise UsageError(f"join: '{name}' is in one part only; give both the same variables=")
    begin, end = _begin(second), float(first.attrs.get("stop", first["time"].values[-1]))
    tolerance = time_tolerance(begin, end)
    if begin > end + tolerance:
        raise UsageError(f"join: nothing is known between t = {end:g} and {begin:g} s; give the part in between")
    times = first["time"].values
    kept = first.isel(time=slice(0, int(np.searchsorted(times, begin - tolerance))))
    if second["time"].values[0] > begin + tolerance:
        # the later part has no result at its start, an earlier one has
        kept = first.isel(time=slice(0, int(np.searchsorted(times, begin + tolerance, side="right"))))
    result = xr.concat([kept, second], dim="time", data_vars="minimal", coords="minimal", combine_attrs="override")
    result.attrs = {**second.attrs}
    if "start" in first.attrs:
        result.attrs["start"] = first.attrs["start"]
    result.attrs.pop("start_from", None)
    if "start_from" in first.attrs:
        result.attrs["start_from"] = first.attrs["start_from"]
    result.attrs["stats"] = json.dumps(_sum(_stats(first), _stats(second)))
    return result


def _begin(part: xr.Dataset) -> float:
    return float(part.attrs.get("start", part["time"].values[0]))


def _stats(part: xr.Dataset) -> Any:
    return json.loads(str(part.attrs.get("stats", "{}")))


def _sum(first: Any, second: Any) -> Any:
    """Sum of numbers in two trees of one shape; other values are those of the second."""
    if isinstance(first, dict) and isinstance(second, dict):
        return {
            key: _sum(first[key], second[key]) if key in first and key in second else {**first, **second}[key]
            for key in {**first, **second}
        }
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in (first, second))
    return first + second if numbers else second


def _short(value: object) -> str:
    text = str(value)
    return f"{text[:40]}…" if len(text) > 41 else text
