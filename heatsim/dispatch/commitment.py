"""Equal machines of which only the number counts: who may start or stop, given their minimum times."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence

import numpy as np

from heatsim.dispatch.state import LONG_AGO

TICK = 1e-6
"""Times closer than this are the same, s."""


class Commitment:
    """Machines of a group on their way through the intervals.

    The machine that has stood longest starts first and the one that has run longest stops first, so that numbers are
    enough: what a number of machines may do is what these machines may do.

    Parameters
    ----------
    machines
        Number of machines.
    running
        Machines that run at the begin.
    since
        Time since the last change of each machine, s, the running ones first; those not given changed long ago.
    minimum_on, minimum_off
        Shortest time a machine runs and stands, s.
    begin
        Time of the begin, s.
    """

    def __init__(
        self,
        machines: int,
        running: int,
        since: Sequence[float],
        minimum_on: float,
        minimum_off: float,
        begin: float,
    ) -> None:
        ages = (*since, *([LONG_AGO] * (machines - len(since))))[:machines]
        self.machines, self.minimum_on, self.minimum_off = machines, minimum_on, minimum_off
        self.running = sorted(begin - age for age in ages[:running])
        self.standing = sorted(begin - age for age in ages[running:])

    @property
    def on(self) -> int:
        """Number of running machines."""
        return len(self.running)

    def held(self, t: float) -> int:
        """Return how many of the running machines must still run at `t`, s."""
        return sum(t - one < self.minimum_on - TICK for one in self.running)

    def limits(self, times: np.ndarray, available: np.ndarray) -> tuple[int, int]:
        """Return the lowest and the highest number that may run in the first of the intervals.

        Parameters
        ----------
        times, available
            Begin of this and the next intervals, s, and the machines available in each. A machine is not started when
            it would have to stop before its minimum time because fewer are available then; machines that are taken
            away stop at once.
        """
        now = float(times[0])
        low = min(self.held(now), int(available[0]))
        free = sum(now - one >= self.minimum_off - TICK for one in self.standing)
        high = min(self.on + free, int(available[0]))
        ahead = times < now + self.minimum_on - TICK
        for t, room in zip(times[ahead], available[ahead], strict=True):
            high = min(high, max(self.on, self.on + int(room) - self.held(float(t))))
        return low, max(low, high)

    def change(self, t: float, number: int) -> tuple[int, int]:
        """Let `number` machines run from `t`, s, on; return the starts and the stops."""
        starts, stops = max(number - self.on, 0), max(self.on - number, 0)
        self.standing, started = self.standing[starts:], self.standing[:starts]
        self.running, stopped = self.running[stops:], self.running[:stops]
        # New lists, so that a copy (`after`) leaves the original as it is.
        self.running = self.running + [t] * len(started)
        self.standing = self.standing + [t] * len(stopped)
        return starts, stops

    def after(self, t: float, number: int) -> Commitment:
        """Return a copy in which `number` machines run from `t`, s, on."""
        result = copy.copy(self)
        result.change(t, number)
        return result

    def ages(self, t: float) -> tuple[float, ...]:
        """Return the time since the last change of each machine, s, the running ones first."""
        return tuple(min(t - one, LONG_AGO) for one in (*self.running, *self.standing))


def lengths(minimum: float, step: float) -> int:
    """Return the number of intervals of `step` that cover a minimum time, at least one."""
    return max(1, math.ceil(minimum / step - 1e-9))
