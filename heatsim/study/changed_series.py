"""Input series that a run changes: times a factor, plus an offset, or constant."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from heatsim.errors import UsageError, near_miss

_BOUNDS = {
    "P_IT": (0.0, math.inf),
    "Q_flow_demand": (0.0, math.inf),
    "heat_pump_available": (0.0, 1.0),
    "T_outdoor": (150.0, 400.0),
    "T_ground": (150.0, 400.0),
}
"""What series can be, SI: the plant takes a negative demand for none, and figures would count it."""


@dataclass(frozen=True)
class SeriesChange:
    """What becomes of an input series: `factor * series + offset`.

    Attributes
    ----------
    factor
        On every value of the series, 1.
    offset
        Added after that, in the SI unit of the series.
    constant
        Value that is taken instead of the series, SI, before factor and offset; None: the series itself.
    """

    factor: float = 1.0
    offset: float = 0.0
    constant: float | None = None


def changed(series: Mapping[str, xr.DataArray], changes: Mapping[str, SeriesChange]) -> dict[str, xr.DataArray]:
    """Return input series with the changes made; those without a change are handed on as they are.

    Raises
    ------
    UsageError
        If a change names no series, is not of finite numbers, or gives values that the series cannot have.
    """
    found = dict(series)
    for name, change in changes.items():
        if name not in found:
            raise UsageError(
                f"there is no input series '{name}'{near_miss(name, found)}; there are {', '.join(sorted(found))}"
            )
        numbers = (change.factor, change.offset, 0.0 if change.constant is None else change.constant)
        if not all(map(math.isfinite, numbers)):
            raise UsageError(f"{name}: factor, offset and constant must be finite numbers")
        found[name] = _changed(found[name], change)
        _check(name, found[name])
    return found


def _check(name: str, one: xr.DataArray) -> None:
    low, high = _BOUNDS.get(name, (-math.inf, math.inf))
    smallest, largest = float(one.min()), float(one.max())
    if smallest < low or largest > high:
        wrong, bound = (smallest, f"less than {low:g}") if smallest < low else (largest, f"more than {high:g}")
        unit = one.attrs.get("units", "")
        raise UsageError(
            f"{name}: its change makes it {wrong:g} {unit}, and it cannot be {bound} {unit}; choose another factor, "
            "offset or constant"
        )


def _changed(one: xr.DataArray, change: SeriesChange) -> xr.DataArray:
    if change.constant is not None:
        # two knots alone: each knot of a series is an event, and a constant has none
        ends = one["time"].values[[0, -1]].astype(float)
        value = change.factor * change.constant + change.offset
        return xr.DataArray(np.full(2, value), {"time": ("time", ends, one["time"].attrs)}, "time", one.name, one.attrs)
    return one.copy(data=change.factor * one.values + change.offset)
