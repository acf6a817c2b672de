"""Sweeps as Datasets without running anything: a design, and a function in place of a study."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import numpy as np
import xarray as xr

from heatsim.sweeps.case import Value
from heatsim.sweeps.design.points import ATTRIBUTE, Design


def collected(
    design: Design,
    figures: dict[str, Callable[[dict[str, Value]], Any]],
    failed: Collection[int] = (),
    units: dict[str, str] | None = None,
) -> xr.Dataset:
    """The Dataset of a sweep whose cases gave these figures; `failed` are numbers of points."""
    size = int(np.prod(design.shape))
    status = np.full(size, "left out", dtype=object)
    columns: dict[str, list[Any]] = {name: [None] * size for name in figures}
    for number, (where, values) in enumerate(zip(design.positions(), design, strict=True)):
        status[where] = "failed" if number in failed else "ok"
        for name, function in figures.items():
            columns[name][where] = None if number in failed else function(values)
    data: dict[str, Any] = {"status": (design.dims, status.reshape(design.shape))}
    for name, column in columns.items():
        numbers = all(value is None or type(value) in (int, float, np.float64) for value in column)
        array = np.array(column, dtype=object)
        if numbers:
            array = np.where(status == "ok", array, np.nan).astype(float)
        data[name] = (design.dims, array.reshape(design.shape), {"units": (units or {}).get(name, "")})
    if design.method == "grid":
        coords: dict[str, Any] = {axis.name: list(axis.values or ()) for axis in design.axes}
    else:
        coords = {name: ("case", [point[i] for point in design.points]) for i, name in enumerate(design.names)}
    for axis in design.axes:
        coords[axis.name] = xr.Variable(
            axis.name if design.method == "grid" else "case",
            coords[axis.name] if design.method == "grid" else coords[axis.name][1],
            {"units": axis.units} if axis.units else {},
        )
    return xr.Dataset(data, coords, {ATTRIBUTE: design.attribute()})
