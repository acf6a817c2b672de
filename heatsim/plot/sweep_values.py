"""What figures and pages of a sweep share: swept names and figures in units for people, how each case ended.

Takes the Dataset of a sweep (`heatsim.sweeps.open_sweep`): a dimension for each swept name of a grid, or the dimension
`case` with the swept names as coordinates; `status` with "ok", "failed", "missing" or "left out"; figures in SI units.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from heatsim.edge import Quantity, is_number
from heatsim.errors import UsageError, listed, near_miss

CASE = "case"
"""Dimension of cases that do not form a grid."""
BOOKKEEPING = ("status", "reason", "message", "case_id")


def quantity(ds: xr.Dataset, name: str) -> Quantity:
    """Return a swept name or figure of a sweep in units for people; an unknown one is a UsageError with a near miss."""
    if name not in ds.variables and name not in ds.coords:
        known = [*swept_names(ds), *figure_names(ds)]
        raise UsageError(f"the sweep has no '{name}'{near_miss(name, known)}; it has {listed(known)}")
    return Quantity.of(name, np.asarray(ds[name].values), ds[name].attrs)


def swept_names(ds: xr.Dataset) -> list[str]:
    """Return the swept names in their order."""
    if CASE in ds.dims:
        return [
            str(name) for name in ds.coords if name != CASE and ds[name].dims == (CASE,) and name not in BOOKKEEPING
        ]
    return [str(name) for name in ds["status"].dims]


def figure_names(ds: xr.Dataset) -> list[str]:
    """Return the figures that are numbers, one a case, in their order."""
    dims = set(ds["status"].dims)
    return [
        str(name)
        for name, variable in ds.data_vars.items()
        if name not in BOOKKEEPING and set(variable.dims) == dims and is_number(_sample(variable))
    ]


def _sample(variable: xr.DataArray) -> np.ndarray:
    return variable.values if variable.dtype.kind == "O" else np.empty(0, variable.dtype)


def status_of(ds: xr.Dataset) -> np.ndarray:
    """Return how each case stands, texts of the shape of `ds["status"]`."""
    return ds["status"].values.astype(str)


def along_cases(ds: xr.Dataset) -> xr.Dataset:
    """Return the sweep with one row a case, in the order of the points: dimension `case`, swept names as coordinates.

    Points that constraints have taken out of a grid are no cases, and are left out.
    """
    names, dims = swept_names(ds), set(ds["status"].dims)
    wanted = ds[[str(name) for name, variable in ds.data_vars.items() if set(variable.dims) == dims]]
    if CASE in ds.dims:
        flat = wanted
    else:
        flat = wanted.stack({CASE: names}, create_index=False).transpose(CASE)
    return flat.isel({CASE: np.flatnonzero(flat["status"].values.astype(str) != "left out")})
