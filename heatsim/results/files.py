"""Keeps Datasets on disk as netCDF files that are complete or not there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import netCDF4
import numpy as np
import xarray as xr

from heatsim.errors import UsageError
from heatsim.whole_file import whole_file


def save(ds: xr.Dataset, path: str | Path) -> Path:
    """Write a Dataset to netCDF under a temporary name, then rename, so that a file under `path` is always complete.

    Parameters
    ----------
    ds
        The result.
    path
        Target file; its folder is created.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    UsageError
        When the folder cannot be written, or an attribute does not fit into a netCDF file.
    """
    target = Path(path)
    for name in ds.variables:
        check_name(target, str(name))
    for name, attrs in (("", ds.attrs), *((str(n), v.attrs) for n, v in ds.variables.items())):
        for key, value in attrs.items():
            check_attribute(target, name or "the Dataset", key, value)
    encoding = {
        name: {"zlib": True, "complevel": 1}
        for name, variable in ds.data_vars.items()
        if variable.ndim and variable.dtype.kind in "fiu"
    }
    with whole_file(target, "the result") as temporary:
        ds.to_netcdf(temporary, engine="netcdf4", encoding=encoding)
    return target


def set_attributes(path: str | Path, attributes: Mapping[str, str | float]) -> None:
    """Set attributes of a Dataset that lies in a file and is not open."""
    with netCDF4.Dataset(path, "a") as file:
        file.setncatts(dict(attributes))


def check_name(target: Path, name: str) -> None:
    """Refuse the name of a variable that netCDF cannot hold.

    Raises
    ------
    UsageError
        For a name with a slash or a control character, one that begins with a sign, or ends with a space.
    """
    first = name[:1]
    begins = first.isascii() and (first.isalnum() or first == "_")
    if not (begins or not first.isascii()) or "/" in name or name != name.rstrip() or not name.isprintable():
        raise UsageError(
            f"{target}: a netCDF file cannot hold a variable called '{name}'; leave it out by variables=, or rename it"
        )


def check_attribute(target: Path, owner: str, key: str, value: object) -> None:
    """Refuse an attribute that netCDF cannot hold."""
    if value is None or isinstance(value, bool | np.bool_):
        raise UsageError(
            f"{target}: attribute '{key}' of {owner} is {value}, which netCDF cannot hold; write a string or a number"
        )


def load(path: str | Path) -> xr.Dataset:
    """Read a Dataset that `save` wrote, whole, so that the file is closed again.

    Raises
    ------
    UsageError
        When there is no such file.
    """
    source = Path(path)
    if not source.is_file():
        raise UsageError(f"{source}: no such result file; check the path")
    with xr.open_dataset(source, engine="netcdf4", decode_times=False) as ds:
        return ds.load()
