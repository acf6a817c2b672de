"""Where the cases of a sweep stand in its Dataset: dimensions, coordinates, the place of each case."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from heatsim.sweeps.case import Value
from heatsim.sweeps.definition import Definition
from heatsim.sweeps.design import POINT


@dataclass(frozen=True)
class Places:
    """Dimensions of a sweep.

    Attributes
    ----------
    dims, shape
        A swept name each for a grid, otherwise `case`.
    coordinates
        Swept name -> its values.
    at
        Position of each case in the flattened shape, in the order of the points.
    """

    dims: tuple[str, ...]
    shape: tuple[int, ...]
    coordinates: Mapping[str, xr.Variable]
    at: np.ndarray

    @property
    def size(self) -> int:
        """Positions, of those left out too."""
        return math.prod(self.shape)


def places(definition: Definition) -> Places:
    """Return where the cases of a sweep stand."""
    design = definition.design
    if design.method != "grid":
        columns = zip(*design.points, strict=True) if design.points else [() for _ in design.names]
        coordinates = {
            axis.name: xr.Variable((POINT,), _values(tuple(column)), _attributes(definition, axis.name, axis.units))
            for axis, column in zip(design.axes, columns, strict=True)
        }
        return Places((POINT,), (len(design),), coordinates, np.arange(len(design)))
    shape = tuple(len(axis.values or ()) for axis in design.axes)
    coordinates = {
        axis.name: xr.Variable((axis.name,), _values(axis.values or ()), _attributes(definition, axis.name, axis.units))
        for axis in design.axes
    }
    numbers = [{_key(value): i for i, value in enumerate(axis.values or ())} for axis in design.axes]
    at = np.zeros(len(design), dtype=np.int64)
    for number, length, column in zip(numbers, shape, zip(*design.points, strict=True), strict=False):
        at = at * length + np.fromiter((number[_key(value)] for value in column), np.int64, len(design))
    return Places(design.names, shape, coordinates, at)


def _key(value: Value) -> tuple[bool, Value]:
    """In Python, True equals 1; as a swept value it does not."""
    return isinstance(value, bool), value


def _values(values: tuple[Value, ...]) -> np.ndarray:
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


def _attributes(definition: Definition, name: str, given: str | None) -> dict[str, Any]:
    units, long_name = definition.described.get(name, (None, None))
    return {"units": units or given or "1", "long_name": long_name or name}
