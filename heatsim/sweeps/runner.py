"""Runs cases in a process of its own, one after another, and always comes back with a record.

All engines run cases through this: an exception, a crash, a time limit or a memory limit end the case and never the
sweep.
"""

from __future__ import annotations

import os
import pickle
from dataclasses import dataclass
from types import TracebackType

from heatsim.processes.child_process import ChildProcess, ProcessEnded
from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.folder import SweepFolder
from heatsim.sweeps.records import FAILED, CaseRecord, read_record, write_record

START_LIMIT = 300.0
"""Longest time that a process may take to load the study, s."""


@dataclass(frozen=True)
class Limits:
    """What a case may take.

    Attributes
    ----------
    time
        Longest time of a case, s; None: no limit.
    memory
        Most memory of its process, B; None: no limit.
    recycle
        Cases after which a process is replaced by a fresh one.
    """

    time: float | None = None
    memory: int | None = None
    recycle: int = 500


class CaseRunner:
    """A process that works on cases.

    Parameters
    ----------
    study
        Bytes of the study (`heatsim.sweeps.study.to_bytes`).
    folder
        Of the sweep.
    limits
        What a case may take.
    """

    def __init__(self, study: bytes, folder: SweepFolder, limits: Limits) -> None:
        self._study = study
        self._folder = folder
        self._limits = limits
        self._child: ChildProcess | None = None

    def run(self, case: SweepCase) -> CaseRecord:
        """Run a case, write its record, and return it."""
        mark = os.urandom(8).hex().encode()
        try:
            child = self._started()
            status, reason, message, log = child.call(pickle.dumps((case, mark)), self._limits.time or 1e9)
        except ProcessEnded as ended:
            status, reason, message, log = FAILED, "crash", str(ended), ""
            self._child = None
        if status != FAILED:
            return read_record(self._folder.record(case.id))
        record = CaseRecord(case.id, dict(case.values), FAILED, reason, message, log)
        write_record(record, self._folder.record(case.id))
        return record

    def _started(self) -> ChildProcess:
        if self._child is None:
            self._child = ChildProcess("heatsim.sweeps.worker", START_LIMIT)
            self._child.call(pickle.dumps((os.getpid(), str(self._folder.path), self._study)))
        return self._child

    def close(self) -> None:
        """End the process."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def __enter__(self) -> CaseRunner:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()
