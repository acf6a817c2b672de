"""Reads what heatsim has written: the result of a run, or the folder of a sweep."""

from __future__ import annotations

from pathlib import Path

import xarray as xr

from heatsim import results


def load(path: str | Path) -> xr.Dataset:
    """Read a result that `save` wrote, or a sweep.

    Parameters
    ----------
    path
        A netCDF file, which is read whole and closed again; or the folder of a sweep (`open_sweep`), whose time series
        are read when they are used.

    Raises
    ------
    UsageError
        When there is no such file, or no sweep in the folder.
    """
    if Path(path).is_dir():
        from heatsim.sweeps.collection.opening import open_sweep

        return open_sweep(path)
    return results.load(path)
