"""How far a sweep is: counts, rate and time left, kept in `status.json` and shown by whoever asks.

The file is written whole about each second, so that a program can read it at any time:

state           `running`; `finished`, `interrupted` or `stopped` (`message` says why) when nothing runs any more
cases           how many there are: total, ok, failed, running, waiting, left_out (by a constraint), and
                ended_before (of ok and failed, those that an earlier session had run)
failures        the largest groups of equal messages: reason, message, count, first (identifier of a case)
running         cases that run now: id, values, seconds
cases_per_hour  of this session; null until a case has ended
seconds_left    estimate; null until a case has ended
begin, updated  clock times of this session (UTC); host, pid: of the process that writes the file
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import platform
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from heatsim.errors import UsageError
from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.keeping.folder import SweepFolder
from heatsim.sweeps.keeping.records import CaseRecord
from heatsim.sweeps.survey import FailureGroup, Survey
from heatsim.whole_file import whole_file

Tell = Callable[[str, SweepCase, CaseRecord | None], None]
"""Called with "started" or "ended", the case, and its record when it has ended."""

PERIOD = 1.0
"""Time between two versions of the status file, s."""

_WINDOW = 200  # cases that ended last, of which the time left is estimated
_MOST = 50  # running cases and groups of failures in the status file


@dataclass(frozen=True)
class Running:
    """A case that runs now, and for how long, s."""

    case: SweepCase
    seconds: float


class Progress:
    """Counts what `tell` hears of; a context that keeps the status file.

    Parameters
    ----------
    folder
        Of the sweep.
    survey
        What the sweep had before.
    slots
        Cases that run at once; None when it is not known before they do.
    tell
        Who else is to hear.
    words
        Writes the values of a case for people.
    """

    def __init__(
        self,
        folder: SweepFolder,
        survey: Survey,
        slots: int | None,
        tell: Tell | None = None,
        words: Callable[[SweepCase], str] = str,
    ) -> None:
        self.total, self.left_out = survey.total, survey.left_out
        self.before = survey.ended
        self.ok = survey.ok
        self.failures, self.notes = survey.failures, survey.notes
        self.state, self.message = "running", ""
        self.words = words
        self._folder = folder
        self._tell = tell
        self._slots = slots
        self._lock = threading.RLock()
        self._running: dict[str, tuple[SweepCase, float]] = {}
        self._took: deque[float] = deque(maxlen=_WINDOW)
        self._new: list[FailureGroup] = []
        self._known = survey.seconds / survey.ok if survey.ok else None
        self._clock = time.monotonic()
        self._begin = dt.datetime.now(dt.timezone.utc)
        self._over = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True, name="heatsim-status")

    @property
    def failed(self) -> int:
        """Cases that failed."""
        return self.failures.count

    @property
    def ended(self) -> int:
        """Cases that have ended, now or before."""
        return self.ok + self.failed

    @property
    def seconds(self) -> float:
        """Time since the beginning of this session, s."""
        return time.monotonic() - self._clock

    @property
    def per_second(self) -> float | None:
        """Cases that ended in this session per second; None until one has."""
        here = self.ended - self.before
        return here / max(self.seconds, 1e-9) if here else None

    def running(self) -> list[Running]:
        """Return the cases that run now, the longest first."""
        now = time.monotonic()
        with self._lock:
            return [Running(case, now - since) for case, since in self._running.values()]

    @property
    def waiting(self) -> int:
        """Cases that have not begun."""
        with self._lock:
            return self.total - self.ended - len(self._running)

    def seconds_left(self) -> float | None:
        """Estimate the time until all cases have ended, s.

        The cases that wait take as long as those that ended last, failed ones included, because cases go on to fail as
        often; before one has ended, as long as the good cases of earlier sessions. None when there are neither.
        """
        with self._lock:
            mean = sum(self._took) / len(self._took) if self._took else self._known
            running = self.running()
            if mean is None:
                return None
            slots = max(self._slots or len(running), 1)
            rests = [max(mean - one.seconds, 0.0) for one in running]
            return max((self.waiting * mean + sum(rests)) / slots, *rests, mean if self.waiting else 0.0)

    def tell(self, event: str, case: SweepCase, record: CaseRecord | None) -> None:
        """Hear that a case has started or ended."""
        with self._lock:
            if event == "started":
                self._running[case.id] = (case, time.monotonic())
                self._slots = max(self._slots or 0, len(self._running))
            elif record is not None:
                _, since = self._running.pop(case.id, (case, time.monotonic()))
                self._took.append(time.monotonic() - since)
                if record.ok:
                    self.ok += 1
                    self.notes.add(record)
                elif self.failures.add(record) and len(self._new) < _MOST:
                    self._new.append(FailureGroup(record.reason, record.message, record.id))
        if self._tell is not None:
            self._tell(event, case, record)

    def worst(self, most: int) -> tuple[list[FailureGroup], int]:
        """Return the largest groups of failures, and the number of failures outside of them."""
        with self._lock:
            return self.failures.groups(most)

    def new_failures(self) -> list[FailureGroup]:
        """Return the first failure of each kind that came since the last call."""
        with self._lock:
            new, self._new = self._new, []
            return new

    def status(self) -> dict[str, Any]:
        """Return the content of the status file."""
        with self._lock:
            running = self.running()
            rate, left = self.per_second, self.seconds_left()
            return {
                "state": self.state,
                "message": self.message,
                "cases": {
                    "total": self.total,
                    "ok": self.ok,
                    "failed": self.failed,
                    "running": len(running),
                    "waiting": self.waiting,
                    "left_out": self.left_out,
                    "ended_before": self.before,
                },
                "failures": [vars(group) for group in self.worst(_MOST)[0]],
                "running": [
                    {"id": one.case.id, "values": dict(one.case.values), "seconds": round(one.seconds, 3)}
                    for one in running[:_MOST]
                ],
                "cases_per_hour": None if rate is None else rate * 3600.0,
                "seconds": round(self.seconds, 3),
                "seconds_left": left if self.state == "running" else None,
                "begin": self._begin.isoformat(timespec="seconds"),
                "updated": dt.datetime.now(dt.timezone.utc).isoformat(timespec="milliseconds"),
                "host": platform.node(),
                "pid": os.getpid(),
            }

    def __enter__(self) -> Progress:
        self._write()
        self._ticker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        with self._lock:
            if error is None:
                self.state = "finished"
            elif isinstance(error, KeyboardInterrupt):
                self.state = "interrupted"
            else:
                self.state, self.message = "stopped", f"{error}" or type(error).__name__
            self._running.clear()
        self._over.set()
        self._write()
        self._ticker.join()

    def _tick(self) -> None:
        while not self._over.wait(PERIOD):
            self._write()

    def _write(self) -> None:
        # a status that cannot be written must not end a sweep: the results say it when they cannot be written either
        with self._lock, contextlib.suppress(UsageError):
            if not self._folder.path.is_dir():
                return  # renamed or removed meanwhile: no new one in its place
            content = json.dumps(self.status())
            with whole_file(self._folder.status_file, "the status of the sweep") as temporary:
                temporary.write_text(content + "\n", encoding="utf-8")
