"""Runs the cases of a plan that have not ended, by the engine that was asked for, and keeps the status file."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from heatsim.errors import UsageError, listed
from heatsim.processes import processors
from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.case_texts import CaseTexts
from heatsim.sweeps.keeping.files_read import FilesRead
from heatsim.sweeps.keeping.folder import SweepFolder
from heatsim.sweeps.keeping.records import CaseRecord
from heatsim.sweeps.plan import SweepPlan
from heatsim.sweeps.running.case_lock import preparing, refuse_running_cases
from heatsim.sweeps.running.ending import ended_in_order
from heatsim.sweeps.running.local import run_local
from heatsim.sweeps.running.progress import Progress, Tell
from heatsim.sweeps.running.runner import Limits
from heatsim.sweeps.studies.fingerprint import FileWatch, of_file
from heatsim.sweeps.studies.study import FunctionStudy, to_bytes
from heatsim.sweeps.survey import Survey, survey

if TYPE_CHECKING:
    from distributed import Client

Show = Callable[[Progress], AbstractContextManager[Any]]
"""Makes a context that shows the progress while it is open."""


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

    def __post_init__(self) -> None:
        if self.jobs is not None and self.jobs < 1:
            raise UsageError(f"jobs {self.jobs}: give the number of processes, at least 1")
        if self.jobs is not None and self.dask is not None:
            raise UsageError("jobs is of this machine and dask of a cluster, whose workers say how many they are")
        if self.limits.time is not None and not 0.0 < self.limits.time < float("inf"):
            raise UsageError(f"time limit {self.limits.time:g} s: give a positive time")
        if self.limits.memory is not None and self.limits.memory <= 0:
            raise UsageError(f"memory limit {self.limits.memory} B: give a positive size")


def prepare(what: SweepPlan, *, resume: bool = False, accept_changes: bool = False) -> None:
    """Write the definition of a sweep into its folder without running anything; parameters as for `run`."""
    with what.folder.lock():
        refuse_running_cases(what.folder)
        what.folder.begin(what.definition, resume=resume, accept_changes=accept_changes)


def prepare_once(what: SweepPlan) -> None:
    """Write the definition into a folder that has none; many commands of one sweep may do so at once."""
    while not what.folder.definition_file.exists():
        with preparing(what.folder):
            if not what.folder.definition_file.exists():
                what.folder.begin(what.definition)


def run(
    what: SweepPlan,
    engine: Engine,
    *,
    resume: bool = False,
    retry_failed: bool = False,
    accept_changes: bool = False,
    tell: Tell | None = None,
    show: Show | None = None,
) -> Progress:
    """Run all cases that have not ended.

    Parameters
    ----------
    what, engine
        The sweep, and where it runs.
    resume
        Go on with a sweep that the folder holds; without it such a folder is refused.
    retry_failed
        Run the cases again that failed; those that were killed from outside are run again in any case.
    accept_changes
        Use finished cases although study or settings have changed since.
    tell
        Called with "started" or "ended", the case, and its record when it has ended; by one thread at a time.
    show
        Makes a context that shows the progress.

    Returns
    -------
    Progress
        How the cases ended, those of earlier sessions included.

    Raises
    ------
    UsageError
        When another sweep is in the folder, when it is not to be used, or when results cannot be kept any more.
    KeyboardInterrupt
        By Ctrl-C. SIGTERM and SIGHUP end the process as ever, when nothing else handles them, but in order.
    """
    with ended_in_order() as received, ExitStack() as opened:
        # a cluster that does not answer leaves no folder behind
        new = not what.folder.definition_file.exists()
        client = _client(engine, opened) if new else None
        opened.enter_context(what.folder.lock())
        refuse_running_cases(what.folder)
        found = survey(what, retry_failed)
        changed = files_changed(what, found.read)
        # one that was mended after all its cases had failed is mixed with nothing
        mended = retry_failed and found.usable == 0 and not new and what.folder.read().study == what.definition.study
        accept = accept_changes or mended
        what.folder.begin(what.definition, resume=resume, accept_changes=accept, changed=changed)
        if found.waiting and client is None:
            client = _client(engine, opened)
        jobs = min(engine.jobs or processors(), max(found.waiting, 1))
        slots = jobs if engine.dask is None else None
        progress = Progress(what.folder, found, slots, tell, CaseTexts(what.definition).line)
        try:
            with progress, nullcontext() if show is None else show(progress):
                _run(what, engine, client, found, jobs, progress, FilesRead() if changed else found.read)
        except KeyboardInterrupt as error:
            error.args = (
                f"{progress.ended} of {progress.total} cases have ended and are kept in {what.folder.path}; go on with "
                "resume=True",
            )
            if received:
                print(f"heatsim: ended by {received[0].name}: {error}", file=sys.stderr)
            raise
    return progress


def _client(engine: Engine, opened: ExitStack) -> Client | None:
    """Return a client of the cluster that was asked for; it is closed with `opened`."""
    if engine.dask is None:
        return None
    from heatsim.sweeps.running.dask_cluster import connected

    return opened.enter_context(connected(engine.dask))


def _run(
    what: SweepPlan,
    engine: Engine,
    client: Client | None,
    found: Survey,
    jobs: int,
    progress: Progress,
    read: FilesRead,
) -> None:
    """Run the cases that wait; `read` has the files of cases before, as far as they are still the same."""
    cases, content = found.cases(what), to_bytes(what.study)
    files = FileWatch(what.study, what.definition.fingerprint)

    def heard(event: str, case: SweepCase, record: CaseRecord | None) -> None:
        if event == "ended":
            refuse_other_files(files, read, what.folder, case, record)
            if record is not None:
                read.add(record.provenance)
        progress.tell(event, case, record)

    if found.waiting == 0:
        return
    if client is None:
        run_local(cases, content, what.folder, engine.limits, jobs, heard)
    else:
        from heatsim.sweeps.running.dask_engine import run_dask

        run_dask(cases, content, what.folder, engine.limits, client, heard)


def refuse_other_files(
    files: FileWatch, read: FilesRead, folder: SweepFolder, case: SweepCase, record: CaseRecord | None
) -> None:
    """Raise UsageError when files of a case that has just ended have changed, and keep nothing of it."""
    changed, hint = files.changed(case.settings, case.values), ""
    if not changed and record is not None and (changed := read.others(record.provenance)):
        hint = "; files that cases make for themselves belong into a temporary folder"
    if changed:
        folder.record(case.id).unlink(missing_ok=True)
        raise UsageError(
            f"files have changed while the sweep ran ({listed(changed, 4)}), and results of both are not mixed; what "
            f"ended before is kept: put back what was changed and go on with resume=True (--resume){hint}"
        )


def files_changed(what: SweepPlan, read: FilesRead) -> list[str]:
    """Return the files that cases have read and that are others now."""
    if not isinstance(what.study, FunctionStudy):
        return []
    folder = what.study.folder

    def now(name: str) -> str | None:
        return of_file(folder / name) if (folder / name).is_file() else None

    return read.changed(now)
