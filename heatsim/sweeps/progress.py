"""How far a sweep is: counts, rate and time left, kept in `status.json` and told to whoever shows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType

from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.plan import SweepPlan
from heatsim.sweeps.records import CaseRecord

Tell = Callable[[str, SweepCase, CaseRecord | None], None]
"""Called with "started" or "ended", the case, and its record when it has ended."""


class Progress:
    """Counts cases."""

    def __init__(self, what: SweepPlan, waiting: Sequence[SweepCase], tell: Tell | None) -> None:
        self.total = len(what.definition.design)
        self.waiting = len(waiting)
        self.failed = 0
        self._tell = tell

    def tell(self, event: str, case: SweepCase, record: CaseRecord | None) -> None:
        if record is not None and not record.ok:
            self.failed += 1
        if self._tell is not None:
            self._tell(event, case, record)

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        pass
