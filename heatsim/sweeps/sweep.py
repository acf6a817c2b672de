"""`hs.sweep`: from a study and what is swept to a folder of cases and one Dataset."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import xarray as xr

from heatsim.sweeps.case import SweepCase, Value
from heatsim.sweeps.collection import open_sweep
from heatsim.sweeps.engine import Engine, run
from heatsim.sweeps.plan import plan
from heatsim.sweeps.progress import Tell
from heatsim.sweeps.runner import Limits
from heatsim.sweeps.study import Study


def sweep(
    study: str | Path | Study | Callable[[SweepCase], Any],
    over: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    *,
    out: str | Path,
    sample: str = "grid",
    constraints: Sequence[str] = (),
    settings: Mapping[str, Value] | None = None,
    seed: int = 0,
    series: bool | Sequence[str] = False,
    jobs: int | None = None,
    resume: bool = False,
    retry_failed: bool = False,
    accept_changes: bool = False,
    time_limit: float | None = None,
    memory_limit: int | None = None,
    dask: Any = None,
    tell: Tell | None = None,
) -> xr.Dataset:
    """Run a study over many cases; resumable."""
    engine = Engine(jobs, Limits(time_limit, memory_limit), dask)
    what = plan(
        study, over, out=out, sample=sample, constraints=constraints, settings=settings, seed=seed, series=series
    )
    run(what, engine, resume=resume, retry_failed=retry_failed, accept_changes=accept_changes, tell=tell)
    return open_sweep(what.folder.path)
