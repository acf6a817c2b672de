"""`hs.sweep`: from a study and what is swept to a folder of cases and one Dataset."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xarray as xr

from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.collection.opening import open_sweep
from heatsim.sweeps.plan import plan
from heatsim.sweeps.running.display import display
from heatsim.sweeps.running.engine import Engine, run
from heatsim.sweeps.running.progress import Tell
from heatsim.sweeps.running.runner import Limits
from heatsim.sweeps.studies.study import Study

if TYPE_CHECKING:
    from distributed import Client


def sweep(
    study: str | Path | Study | Callable[[SweepCase], Any],
    over: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    *,
    out: str | Path,
    sample: str = "grid",
    constraints: Sequence[str] = (),
    settings: Mapping[str, Any] | None = None,
    seed: int = 0,
    series: bool | str | Sequence[str] = False,
    jobs: int | None = None,
    resume: bool = False,
    retry_failed: bool = False,
    accept_changes: bool = False,
    time_limit: float | None = None,
    memory_limit: int | None = None,
    dask: Client | str | None = None,
    progress: bool = False,
    tell: Tell | None = None,
) -> xr.Dataset:
    """Run a study over many cases, each kept as a file as soon as it has ended, and return them as one Dataset.

    Whatever ends the sweep, Ctrl-C or a power cut, costs the cases in flight at most; `resume=True` goes on. A case
    that fails, crashes or exceeds a limit is marked with its reason, and the others go on.

    Parameters
    ----------
    study
        A function `study(case) -> Dataset | dict`, which reads `case["name"]`; the name of a built-in study
        (`load_swing`, `annual`, ...) or Modelica class; or `FILE.py[:FUNCTION]`.
    over
        What is swept: name -> values. Values are lists or arrays in SI, lists of quantities (`["75degC", "80degC"]`),
        or `range(a,b,n)`, `logrange(a,b,n)`, `choices(a,b,...)` as text; of a sample `(low, high)`, `range(low,high)`,
        `logrange(low,high)`, or choices. With `sample="list"`: a sequence of mappings, one a case.
        Names for built-in studies: an option (`preset`, `method`, `storage_volume`, ...), `unit.name` (a parameter,
        start value, constant input or controller setting), a system input (its constant value), and any of the numeric
        ones with `:factor` or `:offset` behind it.
    out
        Folder of the sweep; `heatsim.open_sweep` reads it again at any time.
    sample
        `grid` (each value with each), `zip` (first with first, ...), `list`, or SALib's `lhs:N` (Latin hypercube),
        `sobol:N` and `morris:N`, which give the sensitivity indices.
    constraints
        Expressions such as `"storage_volume >= 100"`; points for which one does not hold are left out.
    settings
        What all cases share: names as in `over`, SI values or quantities.
    seed
        Of a sample.
    series
        Whether time series are kept: all, none, or those that names or patterns (`"storage.*"`) match.
    jobs
        Processes on this machine; default: as many as processors.
    resume
        Go on with the sweep that `out` holds; other points may be added. Without it such a folder is refused.
    retry_failed
        When resuming: run failed cases again.
    accept_changes
        When resuming: use finished cases although study, settings or inputs have changed since.
    time_limit
        Longest time that a case may take, s.
    memory_limit
        Most memory that a case may take, B.
    dask
        A `distributed.Client`, or address or file of a scheduler, to run on its workers; they must see `out`.
    progress
        Show how far the sweep is: a live table on a terminal, a line every twentieth of the cases elsewhere, as in a
        notebook. Programs read `status.json` in `out`.
    tell
        Called with `"started"` or `"ended"`, the case, and its record (None when it has started), by one thread at a
        time.

    Returns
    -------
    xarray.Dataset
        A dimension for each name of a grid, else the dimension `case`; figures, `status`, `reason`, `message`, and the
        series that were kept, which are read when they are used. See `heatsim.open_sweep`.

    Raises
    ------
    UsageError
        Before anything runs: unknown study, names, values or units; a folder that holds another sweep. Later: when
        results cannot be kept any more (disk full); what has ended stays.

    Examples
    --------
    >>> over = {"storage_volume": "range(500m3,3000m3,6)"}
    >>> ds = heatsim.sweep("load_swing", over, out="results/tank")  # doctest: +SKIP
    """
    engine = Engine(jobs, Limits(time=time_limit, memory=memory_limit), dask)
    what = plan(
        study, over, out=out, sample=sample, constraints=constraints, settings=settings, seed=seed, series=series
    )
    run(
        what,
        engine,
        resume=resume,
        retry_failed=retry_failed,
        accept_changes=accept_changes,
        tell=tell,
        show=display if progress else None,
    )
    return open_sweep(what.folder.path)
