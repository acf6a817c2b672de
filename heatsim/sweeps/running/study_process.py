"""A process that has loaded the study of a sweep: started, given cases, replaced by a fresh one, ended.

It is started again when it ends between two cases or the machine has no room for it now. A study that cannot be loaded,
or that is another one than before, is raised.
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

from heatsim.errors import SimulationError, UsageError
from heatsim.isolation.child_process import ChildProcess, ProcessEnded
from heatsim.isolation.containment import Containment
from heatsim.isolation.inside import machine_memory
from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.keeping.folder import SweepFolder
from heatsim.sweeps.running.attempt import Attempt, from_outside
from heatsim.sweeps.running.memory import MemoryWatch
from heatsim.sweeps.running.surroundings import ENVIRONMENT
from heatsim.wording import size

START_LIMIT = 600.0
"""Longest time that a process may take to load the study, or to write a result, s."""

_STARTS = 10  # times that a process is started that is ended from outside before it has taken up a case
_LONGEST_PAUSE = 30.0  # s between these
FINISH = 2.0  # s for a process to end by itself
_START_SHARE = 100  # a process is not replaced before it has worked so many times as long as its start took


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


class StudyProcess:
    """A process with a study; the next one as soon as it has ended. Parameters as for `CaseRunner`.

    Attributes
    ----------
    folder, limits, fingerprint
        As given.
    """

    def __init__(self, study: bytes, folder: SweepFolder, limits: Limits, fingerprint: dict[str, str]) -> None:
        self.folder, self.limits, self.fingerprint = folder, limits, fingerprint
        self._study = study
        self._child: ChildProcess | None = None
        self._turn = threading.Lock()
        self._stopped = threading.Event()
        self._ran = 0  # cases of the present process
        self._first = self._took = 0.0  # memory of the present process before its first case, B, and its start, s
        self._since = 0.0

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopped.is_set()

    def take_up(self, case: SweepCase, attempts: int) -> Attempt:
        """Give the case to a process that has not ended since its last case, and begin."""
        for k in range(_STARTS):
            child = self._ready()
            attempt = Attempt(case, child, attempts, self._ran == 0)
            try:
                child.call(pickle.dumps((case, attempt.mark, attempt.provenance(self.fingerprint))), START_LIMIT)
            except ProcessEnded as ended:
                # between two cases: the fault of neither
                self.drop()
                if self.stopped:
                    raise Stopped from ended
                how = str(ended)
                self._pause(k)
                continue
            except BaseException:
                self.drop()
                raise
            self._ran += 1
            child.forget_printed(attempt.mark)
            return attempt
        raise SimulationError(
            f"the processes of the sweep end before they take up a case: the last of {_STARTS} {how}; look for what "
            "ends processes on this machine"
        )

    def stop(self) -> None:
        """End the process now; what another thread waits for comes back at once. Nothing can be run any more."""
        with self._turn:
            self._stopped.set()
            child = self._child
        if child is not None:
            child.kill()

    def drop(self, finish: float = 0.0) -> None:
        """End the process, which may tidy up for so long, s."""
        with self._turn:
            child, self._child = self._child, None
        if child is not None:
            child.finish(finish) if finish else child.kill()

    def recycle(self, taken: int) -> None:
        """Replace a process that has worked for long, or that has kept much memory since its start."""
        worked = time.monotonic() - self._since
        room = machine_memory() / (os.cpu_count() or 1) if self.limits.memory is None else self.limits.memory
        old = self._ran >= self.limits.recycle and worked > _START_SHARE * self._took
        if old or (room > 0 and taken - self._first > (room - self._first) / 2):
            self.drop(FINISH)

    def _ready(self) -> ChildProcess:
        """Return the process, or start one: again after a pause when that fails for want of room on the machine."""
        for k in range(_STARTS):
            if self._child is not None and self._child.alive:
                return self._child
            self.drop()
            try:
                return self._started()
            except ProcessEnded as ended:
                printed = self._child.printed() if self._child is not None else ""
                self.drop()
                if self.stopped:
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
                self.drop()
                raise
            self._pause(k)
        raise failure

    def _started(self) -> ChildProcess:
        """Start a process, and load the study there."""
        limit = self.limits.memory
        begin = time.monotonic()
        with self._turn:
            if self.stopped:
                raise Stopped
            self._child = child = ChildProcess(
                "heatsim.sweeps.running.worker",
                START_LIMIT,
                environment=ENVIRONMENT,
                check=None if limit is None else MemoryWatch(limit),
                ask=getattr(signal, "SIGUSR1", None),
                containment=Containment(),
            )
        where, prepared = str(self.folder.path), self.folder.prepared
        answer = child.call(pickle.dumps((os.getpid(), where, prepared, self._study, sys.path, limit)))
        if answer[0] == "unusable":
            _, wrong_call, message, trace = answer
            found = (UsageError if wrong_call else SimulationError)(
                f"the study cannot be loaded in a process of its own: {message}"
            )
            found.details = tuple(trace.splitlines())
            raise found
        _, fingerprint, read_again, self._first = answer
        if not self.fingerprint:
            self.fingerprint.update(fingerprint)
        changed = [name for name, found in read_again.items() if self.fingerprint.get(name) != found]
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
