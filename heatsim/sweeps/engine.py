"""Runs the cases of a plan that have not ended, by the engine that was asked for, and keeps the status file."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

from heatsim.sweeps.local import run_local
from heatsim.sweeps.plan import SweepPlan
from heatsim.sweeps.progress import Progress, Tell
from heatsim.sweeps.runner import Limits
from heatsim.sweeps.study import to_bytes


@dataclass(frozen=True)
class Engine:
    """Where cases run, and what each may take.

    Attributes
    ----------
    jobs
        Processes of this machine; None: as many as processors.
    limits
        Of each case.
    dask
        Client or address of a Dask cluster, in place of this machine.
    """

    jobs: int | None = None
    limits: Limits = field(default_factory=Limits)
    dask: Any = None


def prepare(what: SweepPlan, *, resume: bool = False, accept_changes: bool = False) -> None:
    """Write the definition of a sweep into its folder without running anything; parameters as for `run`."""
    with what.folder.lock():
        what.folder.begin(what.definition, resume=resume, accept_changes=accept_changes)


def run(
    what: SweepPlan,
    engine: Engine,
    *,
    resume: bool = False,
    retry_failed: bool = False,
    accept_changes: bool = False,
    tell: Tell | None = None,
) -> Progress:
    """Run all cases that have not ended.

    Returns
    -------
    Progress
        What was done.
    """
    with what.folder.lock():
        what.folder.begin(what.definition, resume=resume, accept_changes=accept_changes)
        waiting = list(what.waiting(retry_failed))
        with Progress(what, waiting, tell) as progress:
            run_local(
                waiting,
                to_bytes(what.study),
                what.folder,
                engine.limits,
                engine.jobs or os.cpu_count() or 1,
                progress.tell,
            )
    return progress
