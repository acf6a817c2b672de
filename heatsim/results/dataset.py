"""Makes one xarray.Dataset of a finished run."""

from __future__ import annotations

from collections.abc import Sequence

import xarray as xr

from heatsim.results.columns import columns_of
from heatsim.results.provenance import attributes_of
from heatsim.solvers.record import Run

TIME = {"units": "s", "long_name": "Time"}


def to_dataset(run: Run, variables: str | Sequence[str] | None = None) -> xr.Dataset:
    """Dataset of a run.

    Parameters
    ----------
    run
        The raw arrays.
    variables
        Which to keep: names or patterns (`"storage.*"`, `"*.T_supply"`); the word "states" adds all states. None keeps
        outputs, commands and system inputs.

    Returns
    -------
    xarray.Dataset
        Coordinate `time` in s. `unit.variable` in a system, `variable` for one FMU alone. An array variable is one
        entry with its own dimension, `unit.layer` when its description ends in "per layer".

    Raises
    ------
    UsageError
        When a pattern matches nothing.
    """
    columns = columns_of(run.system, run.composite, run.alone, variables)
    data = {column.name: column.variable(run.x, run.u, run.y) for column in columns}
    return xr.Dataset(data, coords={"time": xr.Variable("time", run.time, TIME)}, attrs=attributes_of(run))
