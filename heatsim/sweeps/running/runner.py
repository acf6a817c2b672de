"""Runs cases in a process of its own, one after another, and always comes back with a record.

All engines run cases through this: an exception, a crash, a time limit or a memory limit end the case and never the
sweep. What ends the sweep is raised: a study that cannot be loaded, a folder that takes no more files.
"""

from __future__ import annotations

import errno
import os
import pickle
import signal
import sys
import threading
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from heatsim.errors import SimulationError, UsageError
from heatsim.isolation.child_process import ChildProcess, ProcessEnded
from heatsim.isolation.containment import Containment
from heatsim.isolation.inside import machine_memory
from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.keeping.folder import SweepFolder
from heatsim.sweeps.keeping.records import (
    FAILED,
    CannotKeep,
    CaseRecord,
    DamagedRecord,
    FolderGone,
    read_record,
    write_record,
)
from heatsim.sweeps.running.attempt import Attempt, from_outside, tail, why
from heatsim.sweeps.running.memory import MemoryWatch
from heatsim.sweeps.running.surroundings import ENVIRONMENT
from heatsim.wording import size

START_LIMIT = 600.0
"""Longest time that a process may take to load the study, or to write a result, s."""

_STARTS = 10  # times that a process is started that is ended from outside before it has taken up a case
_LONGEST_PAUSE = 30.0  # s between these
_FINISH = 2.0  # s for a process to end by itself
_START_SHARE = 100  # a process is not replaced before it has worked so many times as long as its start took
_NO_LIMIT = 1e9  # s
_NEXT_STEP = "what has ended is kept; go on with resume=True (--resume) when there is room"


@dataclass(frozen=True)
class Limits:
    """What a case may take.

    Attributes
    ----------
    time
        Longest time of a case, s; None: no limit.
    memory
        Most memory of its process and of all that it starts, B; None: no limit.
    recycle
        Cases after which a process is replaced by a fresh one, unless its start would take more than 1 % of the time.
    """

    time: float | None = None
    memory: int | None = None
    recycle: int = 500


class Stopped(Exception):
    """The runner has been told to stop, and the case has not ended."""


class CaseRunner:
    """A process that works on cases.

    Parameters
    ----------
    study
        Bytes of the study (`heatsim.sweeps.studies.study.to_bytes`).
    folder
        Of the sweep.
    limits
        What a case may take.
    fingerprint
        Of the study as the first process of the sweep has loaded it, filled by that one; runners of one sweep share it.
    """

    def __init__(
        self, study: bytes, folder: SweepFolder, limits: Limits, fingerprint: dict[str, str] | None = None
    ) -> None:
        self._study = study
        self._folder = SweepFolder(folder.path.absolute(), folder.definition_file.exists())
        self._limits = limits
        self._fingerprint = {} if fingerprint is None else fingerprint
        self._child: ChildProcess | None = None
        self._turn = threading.Lock()
        self._stopped = threading.Event()
        self._ran = 0  # cases of the present process
        self._first = self._took = 0.0  # memory of the present process before its first case, B, and its start, s
        self._since = 0.0

    def run(self, case: SweepCase) -> CaseRecord:
        """Run a case, write its record, and return it.

        Raises
        ------
        UsageError
            When the study cannot be loaded or has changed meanwhile, or the folder takes no more files (CannotKeep).
        SimulationError
            When no process can be started that takes up a case.
        Stopped
            When `stop` was called meanwhile, unless the case has ended before.
        """
        attempts = 0
        while True:
            attempts += 1
            attempt = self._taken_up(case, attempts)
            try:
                answer = self._answer(attempt)
            except ProcessEnded as ended:
                printed = attempt.child.printed()
                self._drop()
                self._tidy(attempt)
                # it may have been ended in the moment after it had written the record
                if (record := self._written(attempt)) is not None:
                    return record
                if self._stopped.is_set():
                    raise Stopped from ended
                if ended.cause == "time limit" and attempt.writing:
                    raise CannotKeep(
                        f"{self._folder.record(case.id)}: was not written within {START_LIMIT:g} s; {_NEXT_STEP}"
                    ) from ended
                if (found := why(ended, attempt, printed)) is None:
                    continue
                return self._fail(attempt, *found, tail(printed))
            except BaseException:  # Ctrl-C
                self._drop()
                self._tidy(attempt)
                raise
            if answer[0] == "kept":
                self._recycle(answer[1])
                return self._read(case)
            if answer[0] == "full":
                raise _full(answer[1])
            if answer[0] == "gone":
                raise FolderGone(answer[1])
            _, reason, message, trace, taken = answer
            printed = attempt.child.printed()
            if reason == "memory limit":
                self._drop()
                if not attempt.alone:
                    continue  # what earlier cases have left behind is not this one's
            else:
                self._recycle(taken)
            return self._fail(attempt, reason, message, f"{tail(printed)}{trace}")

    def stop(self) -> None:
        """End the process now; `run`, in another thread, comes back at once. Nothing can be run any more."""
        with self._turn:
            self._stopped.set()
            child = self._child
        if child is not None:
            child.kill()

    def close(self) -> None:
        """End the process, which may tidy up."""
        self._drop(_FINISH)

    def __enter__(self) -> CaseRunner:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def _taken_up(self, case: SweepCase, attempts: int) -> Attempt:
        """Give the case to a process that has not ended since its last case, and begin."""
        for k in range(_STARTS):
            child = self._ready()
            attempt = Attempt(case, child, attempts, self._ran == 0)
            try:
                child.call(pickle.dumps((case, attempt.mark, attempt.provenance(self._fingerprint))), START_LIMIT)
            except ProcessEnded as ended:
                # between two cases: the fault of neither
                self._drop()
                if self._stopped.is_set():
                    raise Stopped from ended
                how = str(ended)
                self._pause(k)
                continue
            except BaseException:
                self._drop()
                raise
            self._ran += 1
            child.forget_printed(attempt.mark)
            return attempt
        raise SimulationError(
            f"the processes of the sweep end before they take up a case: the last of {_STARTS} {how}; look for what "
            "ends processes on this machine"
        )

    def _answer(self, attempt: Attempt) -> tuple[Any, ...]:
        child = attempt.child
        attempt.clock = time.perf_counter()
        answer = child.call(b"", self._limits.time or _NO_LIMIT)
        attempt.seconds = time.perf_counter() - attempt.clock
        child.wait_printed(attempt.mark)
        if answer[0] == "log":
            attempt.writing = True
            answer = child.call(tail(child.printed()).encode(), START_LIMIT)
        return answer

    def _ready(self) -> ChildProcess:
        """Return the process, or start one: again after a pause when that fails for want of room on the machine."""
        for k in range(_STARTS):
            if self._child is not None and self._child.alive:
                return self._child
            self._drop()
            try:
                return self._started()
            except ProcessEnded as ended:
                printed = self._child.printed() if self._child is not None else ""
                self._drop()
                if self._stopped.is_set():
                    raise Stopped from ended
                if ended.cause == "memory limit":
                    raise UsageError(f"a process {ended} before its first case; raise the limit") from ended
                failure = SimulationError(f"the study cannot be loaded in a process of its own, which {ended}")
                failure.details = tuple(printed.splitlines())
                if not from_outside(ended):
                    raise failure from ended
            except OSError as error:
                failure = SimulationError(f"a process for the cases cannot be started ({error}); use fewer jobs")
                if error.errno not in (errno.EAGAIN, errno.ENOMEM):
                    raise failure from error
            except BaseException:
                self._drop()
                raise
            self._pause(k)
        raise failure

    def _started(self) -> ChildProcess:
        """Start a process, and load the study there."""
        limit = self._limits.memory
        begin = time.monotonic()
        with self._turn:
            if self._stopped.is_set():
                raise Stopped
            self._child = child = ChildProcess(
                "heatsim.sweeps.running.worker",
                START_LIMIT,
                environment=ENVIRONMENT,
                check=None if limit is None else MemoryWatch(limit),
                ask=getattr(signal, "SIGUSR1", None),
                containment=Containment(),
            )
        where, prepared = str(self._folder.path), self._folder.prepared
        answer = child.call(pickle.dumps((os.getpid(), where, prepared, self._study, sys.path, limit)))
        if answer[0] == "unusable":
            _, wrong_call, message, trace = answer
            found = (UsageError if wrong_call else SimulationError)(
                f"the study cannot be loaded in a process of its own: {message}"
            )
            found.details = tuple(trace.splitlines())
            raise found
        _, fingerprint, read_again, self._first = answer
        if not self._fingerprint:
            self._fingerprint.update(fingerprint)
        changed = [name for name, found in read_again.items() if self._fingerprint.get(name) != found]
        if changed:
            raise UsageError(
                f"the study has changed while the sweep ran ({', '.join(changed)}), and results of both are not mixed; "
                "what has ended is kept: put back what was changed and go on with resume=True (--resume)"
            )
        if limit is not None and self._first > 0.9 * limit:
            raise UsageError(
                f"memory limit {size(limit)}: a process takes {size(self._first)} before its first case; give more"
            )
        self._ran, self._since = 0, time.monotonic()
        self._took = self._since - begin
        return child

    def _pause(self, times: int) -> None:
        """Wait the longer the more often: a machine without memory may have some again in a while."""
        if self._stopped.wait(min(2.0 ** (times - 2), _LONGEST_PAUSE) if times > 1 else 0.0):
            raise Stopped

    def _drop(self, finish: float = 0.0) -> None:
        with self._turn:
            child, self._child = self._child, None
        if child is not None:
            child.finish(finish) if finish else child.kill()

    def _recycle(self, taken: int) -> None:
        """Replace a process that has worked for long, or that has kept much memory since its start."""
        worked = time.monotonic() - self._since
        room = machine_memory() / (os.cpu_count() or 1) if self._limits.memory is None else self._limits.memory
        old = self._ran >= self._limits.recycle and worked > _START_SHARE * self._took
        if old or (room > 0 and taken - self._first > (room - self._first) / 2):
            self._drop(_FINISH)

    def _tidy(self, attempt: Attempt) -> None:
        """Remove what a process has begun to write that was ended meanwhile."""
        if attempt.writing:
            for file in self._folder.record(attempt.case.id).parent.glob(f".{attempt.case.id}.*.tmp"):
                file.unlink(missing_ok=True)

    def _written(self, attempt: Attempt) -> CaseRecord | None:
        """Return the record of this attempt, if there is one; an earlier session may have left another."""
        record = self._folder.kept(attempt.case.id)
        return record if record is not None and record.provenance.get("attempt") == attempt.mark.hex() else None

    def _read(self, case: SweepCase) -> CaseRecord:
        """Return the record that the process has just written."""
        try:
            return read_record(self._folder.record(case.id))
        except (OSError, DamagedRecord) as error:
            self._folder.refuse_gone()
            raise _full(f"{self._folder.record(case.id)}: cannot be read after it was written ({error})") from error

    def _fail(self, attempt: Attempt, reason: str, message: str, log: str) -> CaseRecord:
        case = attempt.case
        seconds = attempt.seconds or time.perf_counter() - attempt.clock
        provenance = {**attempt.provenance(self._fingerprint), "seconds": seconds}
        record = CaseRecord(case.id, dict(case.values), FAILED, reason, message, log, provenance=provenance)
        self._folder.refuse_gone()
        try:
            write_record(record, self._folder.record(case.id))
        except CannotKeep as error:
            raise _full(str(error)) from error
        return record


def _full(message: str) -> CannotKeep:
    return CannotKeep(f"{message}; {_NEXT_STEP}")
