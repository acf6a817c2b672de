"""What is swept as the coordinates of a Dataset."""

from __future__ import annotations

import numpy as np
import xarray as xr

from heatsim.sweeps.case import Value
from heatsim.sweeps.design.points import POINT
from heatsim.sweeps.keeping.definition import Definition


def coordinates(definition: Definition) -> dict[str, xr.Variable]:
    """Return swept name -> values: along itself in a grid, along `case` otherwise."""
    design = definition.design
    if design.method == "grid":
        columns = [axis.values or () for axis in design.axes]
    else:
        columns = [tuple(point[i] for point in design.points) for i in range(len(design.axes))]
    found = {}
    for axis, values in zip(design.axes, columns, strict=True):
        units, long_name = definition.described.get(axis.name, (None, None))
        attributes = {"units": units or axis.units or "1", "long_name": long_name or axis.name}
        dims = (axis.name,) if design.method == "grid" else (POINT,)
        found[axis.name] = xr.Variable(dims, _array(values), attributes)
    return found


def _array(values: tuple[Value, ...]) -> np.ndarray:
    """Return an array of one type: of numbers, switches, or texts when there is anything else."""
    switches = [isinstance(value, bool) for value in values]
    if values and all(switches):
        return np.array(values, dtype=bool)
    if any(switches) or not all(isinstance(value, int | float) for value in values):
        texts = np.empty(len(values), dtype=object)
        texts[:] = [value if isinstance(value, str) else str(value).lower() for value in values]
        return texts
    if values and all(isinstance(value, int) and abs(value) < 2**63 for value in values):
        return np.array(values, dtype=np.int64)
    return np.array(values, dtype=float)
