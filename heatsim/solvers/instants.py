"""Instants of a time line as a co-simulation meets them, which chooses its exchanges while it runs."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

import numpy as np

from heatsim.solvers.segments import TimeLine


class Instants:
    """Breaks of a time line.

    Parameters
    ----------
    line
        The time line.
    tolerance
        Distance at which instants count as one, s.

    Attributes
    ----------
    breaks
        Times, s.
    outputs, jumps, bends
        Breaks at which there is a result, a system input jumps, or one begins a new straight line; increasing.
    """

    def __init__(self, line: TimeLine, tolerance: float) -> None:
        self.line = line
        self.tolerance = tolerance
        self.breaks: list[float] = line.breaks.tolist()
        self.outputs: list[int] = np.flatnonzero(line.at_break).tolist()
        self.jumps: list[int] = np.flatnonzero(line.jumps.any(axis=1)).tolist()
        self.bends: list[int] = np.flatnonzero(line.changes.any(axis=1)).tolist()

    def last_before(self, t: float) -> int:
        """Last break at or before `t`."""
        return bisect_right(self.breaks, t + self.tolerance) - 1

    def is_at(self, t: float, k: int) -> bool:
        """Whether `t`, which is not before break `k`, is the same instant."""
        return t <= self.breaks[k] + self.tolerance

    def snapped(self, t: float) -> float:
        """Break that is the same instant as `t`, or `t` itself."""
        i = bisect_left(self.breaks, t - self.tolerance)
        return self.breaks[i] if i < len(self.breaks) and self.breaks[i] <= t + self.tolerance else t

    def between(self, k: int, end: float) -> tuple[int, int]:
        """First break after break `k`, and the first one not before `end`."""
        return k + 1, bisect_left(self.breaks, end - self.tolerance)

    @staticmethod
    def of(chosen: list[int], first: int, last: int) -> list[int]:
        """Those of increasing breaks that lie in [first, last)."""
        return chosen[bisect_left(chosen, first) : bisect_left(chosen, last)]

    def inputs(self, t: float, k: int) -> np.ndarray:
        """System inputs at a time at or after break `k` and not after the next, on the line that begins at `k`."""
        if t == self.breaks[k]:
            return self.line.values[k]
        return np.asarray(self.line.values[k] + self.line.slopes[k] * (t - self.breaks[k]))

    def stops(self, inputs: np.ndarray) -> list[int]:
        """Breaks at which a unit with these system inputs has to stop: results, new lines, changes of equations."""
        line = self.line
        changed = line.at_break | line.kinks | line.changes[:, np.unique(inputs)].any(axis=1)
        stops: list[int] = np.flatnonzero(changed).tolist()
        return stops
