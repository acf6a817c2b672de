"""What a sweep has so far: cases that ended well, failures in groups of equal messages, cases that wait."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.keeping.files_read import FilesRead
from heatsim.sweeps.keeping.records import CaseNotes, CaseRecord
from heatsim.sweeps.plan import SweepPlan, runs

_MOST_GROUPS = 200
"""Messages that are kept apart: thousands of failures, each with a text of its own, must not fill the memory."""

_NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?")


@dataclass(frozen=True)
class FailureGroup:
    """Failures for the same reason with the same message, numbers in it apart.

    Attributes
    ----------
    reason
        Key of `heatsim.sweeps.keeping.records.REASONS`.
    message, first
        Of the first of them: one line, and the identifier of the case.
    count
        How many there are.
    """

    reason: str
    message: str
    first: str
    count: int = 1


class Failures:
    """Failed cases, counted in groups."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str], FailureGroup] = {}
        self.count = 0
        self.others = 0

    def add(self, record: CaseRecord) -> bool:
        """Count a failure; returns whether it is the first of its group."""
        self.count += 1
        key = (record.reason, _NUMBER.sub("#", record.message))
        known = self._groups.get(key)
        if known is None and len(self._groups) >= _MOST_GROUPS:
            self.others += 1
            return False
        self._groups[key] = (
            FailureGroup(record.reason, record.message, record.id)
            if known is None
            else FailureGroup(known.reason, known.message, known.first, known.count + 1)
        )
        return known is None

    def groups(self, most: int | None = None) -> tuple[list[FailureGroup], int]:
        """Return the groups, the largest first, and the number of failures that are in none of those returned."""
        ordered = sorted(self._groups.values(), key=lambda group: -group.count)
        shown = ordered[:most]
        return shown, self.count - sum(group.count for group in shown)


@dataclass
class Survey:
    """What a sweep has.

    Attributes
    ----------
    total
        Cases of the sweep.
    left_out
        Points that a constraint has taken out.
    ok
        Cases that ended well.
    failures
        Cases that failed and are not to be run again.
    again
        Cases that failed and are to be run again.
    seconds
        Time that the cases which ended well have taken together, s.
    notes
        What is to be said of them.
    usable
        Cases in the folder that ended well, also those that are not of this sweep any more: they may come back.
    read
        Files that these have opened.
    """

    total: int
    left_out: int
    ok: int = 0
    failures: Failures = field(default_factory=Failures)
    again: int = 0
    seconds: float = 0.0
    notes: CaseNotes = field(default_factory=CaseNotes)
    usable: int = 0
    read: FilesRead = field(default_factory=FilesRead)
    _waits: bytearray = field(default_factory=bytearray, repr=False)

    @property
    def ended(self) -> int:
        """Cases that are not to be run."""
        return self.ok + self.failures.count

    @property
    def waiting(self) -> int:
        """Cases that are to be run."""
        return self.total - self.ended

    def _use(self, record: CaseRecord) -> None:
        self.usable += 1
        self.read.add(record.provenance)

    def cases(self, what: SweepPlan) -> Iterator[SweepCase]:
        """Give the cases that are to be run, made one by one."""
        for waits, case in zip(self._waits, what.definition.cases(), strict=True):
            if waits:
                yield case


def survey(what: SweepPlan, retry_failed: bool = False) -> Survey:
    """Read how the cases of a sweep have ended so far.

    Parameters
    ----------
    what
        The sweep.
    retry_failed
        Whether cases that failed are to be run again.
    """
    found = Survey(len(what.definition.design), what.definition.design.left_out)
    found._waits = bytearray(found.total)
    others = what.folder.records()
    for index, case in enumerate(what.definition.cases()):
        others.discard(case.id)
        record = what.folder.kept(case.id)
        if record is not None and record.ok:
            found.ok += 1
            found._use(record)
            found.notes.add(record)
            found.seconds += float(record.provenance.get("seconds", 0.0))
        elif record is not None and not runs(record, retry_failed):
            found.failures.add(record)
        else:
            found._waits[index] = 1
            found.again += record is not None
    for case_id in others:
        if (record := what.folder.kept(case_id)) is not None and record.ok:
            found._use(record)
    return found
