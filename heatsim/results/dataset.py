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
        outputs, commands and system inputs. The ledger of bonds is always kept.

    Returns
    -------
    xarray.Dataset
        Coordinate `time` in s. `unit.variable` in a system, `variable` for one FMU alone. An array variable is one
        entry with its own dimension, `unit.layer` when its description ends in "per layer". `ledger.bond.unit` is the
        energy that a unit of a co-simulation has received over a bond without meters.

    Raises
    ------
    UsageError
        When a pattern matches nothing.
    """
    columns = columns_of(run.system, run.composite, run.alone, variables)
    data = {column.name: column.variable(run.x, run.u, run.y) for column in columns}
    data.update(ledger_variables(run))
    return xr.Dataset(data, coords={"time": xr.Variable("time", run.time, TIME)}, attrs=attributes_of(run))


def ledger_variables(run: Run) -> dict[str, xr.Variable]:
    """Energy that each unit has received over the bonds without meters, `ledger.bond.unit`, J over time."""
    return {
        name: xr.Variable("time", values, {"units": "J", "long_name": run.ledger.descriptions[name]})
        for name, values in run.ledger.entries.items()
    }
