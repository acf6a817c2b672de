"""Keeps Datasets on disk as netCDF files that are complete or not there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import numpy as np
import xarray as xr

from heatsim.errors import UsageError


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
    temporary = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = temporary_beside(target)
        ds.to_netcdf(temporary, engine="netcdf4", encoding=encoding)
        os.replace(temporary, target)
    except (OSError, RuntimeError) as error:  # the latter from the netCDF library, when the disk is full
        reason = getattr(error, "strerror", None) or error
        raise UsageError(
            f"{target}: the result cannot be written ({reason}); choose another folder or free space"
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
    return target


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


def temporary_beside(target: Path) -> Path:
    """A new empty file beside the target, with the rights that any new file gets."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}-", suffix=".tmp", dir=target.parent)
    os.close(handle)
    # mkstemp shuts others out; the umask can only be read by setting it
    umask = os.umask(0)
    os.umask(umask)
    os.chmod(name, 0o666 & ~umask)
    return Path(name)


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
