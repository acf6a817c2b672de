"""`hs.sweep`: from a study and what is swept to a folder of cases and one Dataset."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import xarray as xr

from heatsim.sweeps.case import SweepCase, Value
from heatsim.sweeps.collection import open_sweep
from heatsim.sweeps.design import design
from heatsim.sweeps.folder import Definition, SweepFolder
from heatsim.sweeps.local import run_local
from heatsim.sweeps.records import CaseRecord
from heatsim.sweeps.runner import Limits
from heatsim.sweeps.study import Study, find_study, to_bytes


def sweep(
    study: str | Path | Study | Callable[[SweepCase], Any],
    over: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    *,
    out: str | Path,
    sample: str = "grid",
    constraints: Sequence[str] = (),
    settings: Mapping[str, Value] | None = None,
    seed: int = 0,
    series: bool = False,
    jobs: int | None = None,
    resume: bool = False,
    time_limit: float | None = None,
    memory_limit: int | None = None,
    tell: Callable[[str, SweepCase, CaseRecord | None], None] | None = None,
) -> xr.Dataset:
    """Run a study over many cases; resumable."""
    found = find_study(study)
    plan = design(over, sample=sample, constraints=constraints, seed=seed)
    folder = SweepFolder(Path(out))
    definition = Definition(found.name, settings or {}, plan, series, found.fingerprint())
    with folder.lock():
        folder.write(definition)
        waiting = (case for case in definition.cases() if not folder.record(case.id).is_file())
        limits = Limits(time_limit, memory_limit)
        run_local(waiting, to_bytes(found), folder, limits, jobs or os.cpu_count() or 1, tell or (lambda *_: None))
    return open_sweep(folder.path)
