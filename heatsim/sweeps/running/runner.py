"""Runs cases in a process of its own, one after another, and always comes back with a record.

All engines run cases through this: an exception, a crash, a time limit or a memory limit end the case and never the
sweep. What ends the sweep is raised: a study that cannot be loaded, a folder that takes no more files.
"""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any

from heatsim.isolation.child_process import ProcessEnded
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
from heatsim.sweeps.running.attempt import Attempt, tail, why
from heatsim.sweeps.running.study_process import FINISH, START_LIMIT, Limits, Stopped, StudyProcess

_NO_LIMIT = 1e9  # s
_NEXT_STEP = "what has ended is kept; go on with resume=True (--resume) when there is room"


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
        self._folder = SweepFolder(folder.path.absolute(), folder.definition_file.exists())
        self._limits = limits
        self._fingerprint = {} if fingerprint is None else fingerprint
        self._process = StudyProcess(study, self._folder, limits, self._fingerprint)

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
            attempt = self._process.take_up(case, attempts)
            try:
                answer = self._answer(attempt)
            except ProcessEnded as ended:
                printed = attempt.child.printed()
                self._process.drop()
                self._tidy(attempt)
                # it may have been ended in the moment after it had written the record
                if (record := self._written(attempt)) is not None:
                    return record
                if self._process.stopped:
                    raise Stopped from ended
                if ended.cause == "time limit" and attempt.writing:
                    raise CannotKeep(
                        f"{self._folder.record(case.id)}: was not written within {START_LIMIT:g} s; {_NEXT_STEP}"
                    ) from ended
                if (found := why(ended, attempt, printed)) is None:
                    continue
                return self._fail(attempt, *found, tail(printed))
            except BaseException:  # Ctrl-C
                self._process.drop()
                self._tidy(attempt)
                raise
            if answer[0] == "kept":
                self._process.recycle(answer[1])
                return self._read(case)
            if answer[0] == "full":
                raise _full(answer[1])
            if answer[0] == "gone":
                raise FolderGone(answer[1])
            _, reason, message, trace, taken = answer
            printed = attempt.child.printed()
            if reason == "memory limit":
                self._process.drop()
                if not attempt.alone:
                    continue  # what earlier cases have left behind is not this one's
            else:
                self._process.recycle(taken)
            return self._fail(attempt, reason, message, f"{tail(printed)}{trace}")

    def stop(self) -> None:
        """End the process now; `run`, in another thread, comes back at once. Nothing can be run any more."""
        self._process.stop()

    def close(self) -> None:
        """End the process, which may tidy up."""
        self._process.drop(FINISH)

    def __enter__(self) -> CaseRunner:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

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
