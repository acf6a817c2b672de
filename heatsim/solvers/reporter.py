"""Tells a progress function how far a run is, not more often than is of use."""

from __future__ import annotations

import time
from collections.abc import Callable

Progress = Callable[[float, float], None]
_INTERVAL = 0.25


class Reporter:
    """Calls a progress function at most every quarter of a second of wall time."""

    def __init__(self, progress: Progress | None, stop: float) -> None:
        self._progress = progress
        self._stop = stop
        self._next = 0.0

    def __call__(self, t: float) -> None:
        if self._progress is None:
            return
        now = time.monotonic()
        if now >= self._next or t >= self._stop:
            self._next = now + _INTERVAL
            self._progress(t, self._stop)
