"""Operating points by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import xarray as xr

from heatsim.errors import UsageError
from heatsim.solvers.operating_point import OperatingPoint
from heatsim.solvers.steady import TrimPoint


def named_points(at: Any) -> dict[str, Any]:
    """Operating points by name; those of a list are named by the inputs in which they differ."""
    if isinstance(at, Mapping):
        if at and all(isinstance(v, Mapping | TrimPoint | OperatingPoint | xr.Dataset) for v in at.values()):
            return dict(at)
        return {"the operating point": at}
    if not isinstance(at, Sequence) or isinstance(at, str):
        return {"the operating point": at}
    if not at:
        raise UsageError("no operating points; give at= a list of inputs")
    if not all(isinstance(v, Mapping) for v in at):
        return {f"point {i}": v for i, v in enumerate(at, start=1)}
    keys = [k for k in at[0] if len({str(point.get(k)) for point in at}) > 1]
    names = [", ".join(f"{k} {_shown(point[k])}" for k in keys) for point in at]
    if len(set(names)) < len(at) or not all(names):
        names = [f"point {i}" for i in range(1, len(at) + 1)]
    return dict(zip(names, at, strict=True))


def _shown(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, int | float) else str(value)
