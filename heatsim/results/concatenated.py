"""Writes the parts of a run that lie in files into one file, part by part, so that memory does not grow with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import xarray as xr

from heatsim.errors import UsageError
from heatsim.results.dataset import TIME
from heatsim.results.joined import join
from heatsim.whole_file import whole_file

_ROWS = 1024  # in a chunk of the file


def concatenate(parts: Sequence[str | Path], target: str | Path, attributes: Mapping[str, Any] | None = None) -> Path:
    """Write the parts of a run into one netCDF file, each instant once; `join` for files that memory cannot hold.

    Parameters
    ----------
    parts
        Files of the parts in the order of time, as `save` wrote them. Where they overlap, the later one counts.
    target
        File to write; it appears whole or not at all.
    attributes
        Added to those that `join` would give.

    Raises
    ------
    UsageError
        When the parts leave a gap, hold other variables, or come from other systems.
    """
    if not parts:
        raise UsageError("concatenate needs the files of the parts of a run, one or more")
    heads = [_head(Path(part)) for part in parts]
    whole = join(*heads)
    time = whole["time"].values
    with whole_file(Path(target), "the result") as temporary, netCDF4.Dataset(temporary, "w") as file:
        _lay_out(file, Path(parts[0]), time)
        first = 0
        for i, part in enumerate(parts):
            own = heads[i]["time"].values
            end = time.size
            if i + 1 < len(heads):
                end = int(np.searchsorted(time, heads[i + 1]["time"].values[0] - 1e-6))
            _fill(file, Path(part), first, end - first, int(np.searchsorted(own, time[first] - 1e-6)))
            first = end
        file.setncatts({**whole.attrs, **(attributes or {})})
    return Path(target)


def _head(path: Path) -> xr.Dataset:
    """Times and attributes of a part; the names of its variables without their values."""
    if not path.is_file():
        raise UsageError(f"{path}: no such result file; check the path")
    with xr.open_dataset(path, engine="netcdf4", decode_times=False) as ds:
        names = {name: ("time", np.zeros(ds.sizes["time"], dtype=np.int8)) for name in ds.data_vars}
        return xr.Dataset(names, coords={"time": ds["time"].load()}, attrs=ds.attrs)


def _lay_out(file: netCDF4.Dataset, pattern: Path, time: np.ndarray) -> None:
    with netCDF4.Dataset(pattern) as source:
        for name, dimension in source.dimensions.items():
            file.createDimension(name, time.size if name == "time" else dimension.size)
        for name, variable in source.variables.items():
            chunks = [min(_ROWS, time.size) if d == "time" else source.dimensions[d].size for d in variable.dimensions]
            added = file.createVariable(
                name, variable.dtype, variable.dimensions, zlib=True, complevel=1, chunksizes=chunks or None
            )
            added.setncatts({key: variable.getncattr(key) for key in variable.ncattrs() if key != "_FillValue"})
            if name == "time":
                added.setncatts(TIME)
                added[:] = time
            elif "time" not in variable.dimensions:
                added[...] = variable[...]


def _fill(file: netCDF4.Dataset, part: Path, first: int, count: int, skip: int) -> None:
    with netCDF4.Dataset(part) as source:
        for name, variable in source.variables.items():
            if name == "time" or "time" not in variable.dimensions:
                continue
            if variable.dimensions[0] != "time":
                raise UsageError(f"{part}: '{name}' does not have time as its first dimension; save it so")
            file.variables[name][first : first + count] = variable[skip : skip + count]
