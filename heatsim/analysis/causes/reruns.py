"""Repeats a case with one thing changed, and says what became of the oscillation of its loops."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

import numpy as np
import xarray as xr

from heatsim.analysis.causes.oscillation import Oscillation, without_drift
from heatsim.analysis.hunting.detect import hunting
from heatsim.analysis.hunting.figures import LoopVerdict
from heatsim.analysis.hunting.signals import LoopSignals, loop_signals
from heatsim.case import Case
from heatsim.errors import HeatsimError, HeatsimWarning, UsageError
from heatsim.solvers.operating_point import OperatingPoint
from heatsim.solvers.steady import TrimPoint
from heatsim.solvers.transfer import transfer
from heatsim.solvers.trim import trim
from heatsim.system.inputs import Inputs
from heatsim.system.system import System

GONE = 0.15
"""Amplitude that is left over the amplitude before, below which an oscillation is gone."""

LESS = 0.5
"""The same below which it is weaker; with an amplitude that halves within the span it is dying out, so gone as well."""

DYING = -0.05
"""Relative change of the amplitude from cycle to cycle below which what remains is a transient."""

CYCLES = 10.0
"""Periods of the grown oscillation that a re-run covers; longer cases are cut to that."""


class Outcome(str, Enum):
    """What a change did to the oscillation of a loop."""

    CALM = "calm"
    SMALLER = "gone, a smaller one remains"
    WEAKER = "weaker"
    GOES_ON = "goes on"
    AT_LIMIT = "rests at a limit"
    FAILED = "run failed"


@dataclass(frozen=True)
class Effect:
    """What a re-run did to one loop.

    Attributes
    ----------
    outcome
        In a word.
    before, after
        Amplitude of the controlled variable, SI.
    period
        Period in the re-run, s; NaN when it is calm.
    """

    outcome: Outcome
    before: float
    after: float
    period: float = float("nan")

    @property
    def ratio(self) -> float:
        """Amplitude after over before."""
        return self.after / self.before if self.before > 0 else float("nan")


@dataclass(frozen=True)
class Rerun:
    """A repetition of the case.

    Attributes
    ----------
    label
        What was changed.
    effects
        Loop name -> what became of it.
    failure
        Message when the run failed; there are no effects then.
    """

    label: str
    effects: Mapping[str, Effect] = field(default_factory=dict)
    failure: str | None = None

    def outcome(self, loop: str) -> Outcome:
        """Return what became of a loop."""
        return self.effects[loop].outcome if loop in self.effects else Outcome.FAILED

    def calms(self, loop: str) -> bool:
        """Return whether the oscillation of a loop is gone, be it that a much smaller one remains."""
        return self.outcome(loop) in (Outcome.CALM, Outcome.SMALLER)


class Reruns:
    """Repeats a case; each repetition is run once and kept.

    Parameters
    ----------
    case
        The hunting case.
    ds
        Its result.
    span
        Time span in which the oscillation is judged, s.
    loops
        Oscillation of each loop that is looked at.
    limit
        Most runs; further ones are refused (`left`).
    tell
        Called with a line before each run.
    """

    def __init__(
        self,
        case: Case,
        ds: xr.Dataset,
        span: tuple[float, float],
        loops: Mapping[str, Oscillation],
        limit: int,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self.case, self.ds, self.span, self.limit = case, ds, span, limit
        self.loops = dict(loops)
        self.done: dict[str, Rerun] = {}
        self._tell = tell or (lambda line: None)
        slowest = max(o.period for o in self.loops.values())
        last = max(o.onset for o in self.loops.values())
        self.stop = min(span[1], max(last, span[0]) + CYCLES * slowest)
        self.start = max(span[0], self.stop - max(4.0 * slowest, 0.4 * (self.stop - span[0])))
        self._point: TrimPoint | None = None

    @property
    def left(self) -> int:
        """Number of runs that may still be made."""
        return self.limit - len(self.done)

    def run(
        self,
        label: str,
        system: System,
        inputs: Inputs | None = None,
        frozen: Iterable[str] = (),
        own_start: bool = False,
        slower: float = 1.0,
    ) -> Rerun:
        """Repeat the case with another system or other inputs.

        Parameters
        ----------
        label
            What is changed; a label that was run before gives the former result.
        system
            System to run.
        inputs
            Inputs to run it with; those of the case when left out.
        frozen
            Loops whose command is held, which are judged by their controlled variable alone.
        own_start
            Start from the steady state for `inputs` rather than that of the case.
        slower
            Factor by which the change may make the loop slower. Above 1 the run is as long as the case, it is judged
            over the whole span, and oscillations of a period that is longer by this factor count as well.
        """
        if label in self.done:
            return self.done[label]
        if self.left <= 0:
            return Rerun(label, failure="not run: the number of re-runs is used up")
        self._tell(label)
        try:
            start_from = self._begin(system, inputs if own_start else None)
            other = replace(
                self.case,
                system=system,
                twin=None,
                inputs=self.case.inputs if inputs is None else inputs,
                stop=self.span[1] if slower > 1.0 else self.stop,
                start_from=start_from,
            )
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", HeatsimWarning)
                found = Rerun(label, self._effects(other.run(), set(frozen), slower))
        except HeatsimError as error:
            found = Rerun(label, failure=str(error))
        self.done[label] = found
        return found

    def steady_state(self) -> OperatingPoint | None:
        """Return a steady state of the case: with a twin, which settles, that for the inputs at the end of the
        oscillation, else that which the case starts from; None when it starts from something else."""
        if not isinstance(self.case.start_from, str):
            return None
        if self.case.twin is not None:
            try:
                return transfer(trim(self.case.twin, at=self.case.inputs, t=self.stop), self.case.system)
            except HeatsimError:
                pass  # a twin that does not settle there either; that of the start is known
        return transfer(self._start(), self.case.system)

    def _start(self) -> TrimPoint:
        if self._point is None:
            self._point = trim(self.case.twin or self.case.system, at=self.case.inputs, t=self.case.start)
        return self._point

    def _begin(self, system: System, inputs: Inputs | None) -> Any:
        case = self.case
        if not isinstance(case.start_from, str):
            return case.start_from
        if inputs is not None:
            return transfer(trim(case.twin or case.system, at=inputs, t=case.start), system)
        return transfer(self._start(), system)

    def _effects(self, ds: xr.Dataset, frozen: set[str], slower: float) -> dict[str, Effect]:
        found = {}
        window = self.span if slower > 1.0 else (self.start, self.stop)
        table = hunting(ds, loops=[o.signals.loop for o in self.loops.values()], windows=[window])
        for name, before in self.loops.items():
            after = loop_signals(ds, before.signals.loop)
            if after.refused:
                raise UsageError(f"loop '{name}': {after.refused}")
            found[name] = self._effect(before, after.between(*window), name in frozen, table[name], slower)
        return found

    def _effect(
        self, before: Oscillation, after: LoopSignals, frozen: bool, verdict: LoopVerdict, slower: float
    ) -> Effect:
        was = before.signals.between(self.start, self.stop)
        # a slower cycle must not pass for a drift; a window of two of them shows it
        longest = min(slower * before.period, 0.5 * float(after.time[-1] - after.time[0]))
        longest = max(longest, before.period)
        amplitude = _size(was.measurement, was.step, before.period)
        left = _size(after.measurement, after.step, longest)
        ratio = _over(left, amplitude)
        decay = _decay(after.measurement, after.step, longest)
        if not frozen:
            # a valve that still hunts where the temperature does not feel it, is not calm
            moved = _size(was.command, was.step, before.period)
            command = _over(_size(after.command, after.step, longest), moved) if moved > 0.0 else 0.0
            if command > ratio:
                ratio, decay = command, _decay(after.command, after.step, longest)
        outcome = Outcome.GOES_ON
        if ratio < GONE or (ratio < LESS and decay < LESS):
            outcome = Outcome.AT_LIMIT if not frozen and _at_limit(after) else Outcome.CALM
        elif ratio < LESS:
            outcome = Outcome.WEAKER
        if outcome is Outcome.CALM and not frozen and verdict.hunts and (verdict.growth or 0.0) > DYING:
            outcome = Outcome.SMALLER
        period = verdict.period if outcome is not Outcome.CALM and verdict.period is not None else np.nan
        return Effect(outcome, amplitude, left, float(period))


def _over(after: float, before: float) -> float:
    """Ratio of two amplitudes; what did not move before and moves now, has not become calm."""
    if before > 0.0:
        return after / before
    return 0.0 if after <= 0.0 else float("inf")


def _size(values: np.ndarray, step: float, period: float) -> float:
    """Amplitude of the sine with the power of a signal without its drift."""
    return float(np.sqrt(2.0) * np.std(without_drift(values, max(round(period / step), 2))))


def _decay(values: np.ndarray, step: float, period: float) -> float:
    """Amplitude in the second half of a span over that in the first."""
    moved = without_drift(values, max(round(period / step), 2))
    half = moved.size // 2
    first, second = float(np.std(moved[:half])), float(np.std(moved[half:]))
    return second / first if first > 0.0 else 0.0


def _at_limit(signals: LoopSignals) -> bool:
    """Whether the command rests at one of its limits all the time."""
    near = 1e-3 * max(signals.command_range, 1e-12)
    for limit in (signals.y_min, signals.y_max):
        if limit is not None and bool(np.all(np.abs(signals.command - limit) < near)):
            return True
    return False
