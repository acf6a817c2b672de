"""What the linear model says of an oscillation: whether the loop is unstable by itself, and whose mode it is."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

from heatsim.analysis.causes.wording import span
from heatsim.analysis.hunting.vocabulary import Cause
from heatsim.case import Case
from heatsim.errors import HeatsimError, HeatsimWarning
from heatsim.solvers.operating_point import OperatingPoint

LINEAR = (
    Cause.SENSOR_LAG,
    Cause.SLOW_SAMPLING,
    Cause.TIGHT_TUNING,
    Cause.OVERSIZED_VALVE,
    Cause.LOW_LOAD,
    Cause.INTERACTION,
    Cause.PARALLEL_CDUS,
    Cause.RETURN_TEMPERATURE,
)
"""Causes that make the linear model unstable."""

NONLINEAR = (Cause.STICTION, Cause.BACKLASH, Cause.WINDUP, Cause.MINIMUM_LOAD, Cause.TANK_CHATTER)
"""Causes that a linear model does not hold: with it, it is stable and the loop hunts all the same."""

NEAR = 0.35
"""Relative difference up to which the period of the linear mode is that of the oscillation. A limit cycle that runs
into limits is slower than the growing mode that it began as."""


@dataclass(frozen=True)
class LinearView:
    """What the linear model says of a loop.

    Attributes
    ----------
    known
        Whether there is a linear model.
    stable
        Whether the closed loop is stable in it.
    period
        Period of the least damped mode of the loop, s; NaN when unknown.
    owner
        Loop whose gain moves this mode most; "" when unknown.
    line
        All that in a line, or why there is no linear model.
    """

    known: bool
    stable: bool
    period: float
    owner: str
    line: str

    def symptoms(self, cause: Cause, period: float) -> tuple[str, ...]:
        """Return lines that speak for a cause."""
        if not self.known:
            return ()
        if cause in LINEAR and not self.stable and abs(self.period / period - 1.0) < NEAR:
            return (self.line,)
        if cause in NONLINEAR and self.stable:
            return (f"{self.line}: what makes it hunt is not linear",)
        return ()


def linear_view(case: Case, point: OperatingPoint | None, loop: str) -> LinearView:
    """Linearise a case at a steady state and look at a loop."""
    from heatsim.analysis.margins import loop_margins  # python-control is slow to load

    if point is None:
        return LinearView(False, False, math.nan, "", "no linear model: the case does not start from a steady state")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", HeatsimWarning)
            row = loop_margins(case.system, point, [loop])[loop]
    except HeatsimError as error:
        return LinearView(False, False, math.nan, "", f"no linear model: {error}")
    word = "stable" if row.stable else "unstable"
    figures = []
    if math.isfinite(row.gain_margin):
        figures.append(f"gain margin {row.gain_margin:.2g}")
    if math.isfinite(row.period):
        figures.append(f"mode of {span(row.period)}")
    line = f"the linear model of {loop} is {word}"
    if figures:
        line += f" ({', '.join(figures)})"
    return LinearView(True, row.stable, row.period, row.owner, line)
