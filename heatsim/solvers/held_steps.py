"""Jacobi steps of Co-Simulation FMUs that hold their inputs, in one tight loop.

What the general driver does for such a step is known beforehand: inputs are taken from the signals (with linear
extrapolation at their mean over the step), every unit makes its step, and outputs that depend directly on inputs are
asked again in an order in which once is enough. Without polynomials and trial steps a step costs no more than in a loop
that is written by hand. Results are those of the general driver, bit by bit; it makes the steps in which anything else
happens: sample times, jumps of inputs, checkpoints, outputs between two exchanges, and the last one.
"""

from __future__ import annotations

import math
import time as clock
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

import numpy as np

from heatsim.fmu.printed import redirected
from heatsim.solvers.co_simulation_unit import CoSimulationUnit
from heatsim.solvers.cosimulation import CoSimulation
from heatsim.solvers.coupling import Point
from heatsim.solvers.exchange import Slot
from heatsim.solvers.extrapolation import History

_PIECE = 256  # steps between two reports


@dataclass(frozen=True)
class _Unit:
    """A participant: its inputs are factor*stack[signal] + offset, or stack[signal] where there is no factor."""

    participant: CoSimulationUnit
    advance: Callable[[float, float, np.ndarray], np.ndarray]
    signal: np.ndarray
    factor: np.ndarray | None
    offset: np.ndarray
    outputs: slice

    @classmethod
    def of(cls, slot: Slot, unit: CoSimulationUnit) -> _Unit:
        links = slot.links
        plain = bool((links.factor == 1.0).all() and (links.offset == 0.0).all())
        first = int(slot.signals[0]) if slot.signals.size else 0
        return cls(
            unit,
            unit.advance_held,
            links.signal,
            None if plain else links.factor,
            links.offset,
            slice(first, first + slot.signals.size),
        )


class HeldSteps:
    """A shortcut of a run.

    Parameters
    ----------
    run
        A run whose method is Jacobi with steps of one length.
    step
        The length, s.
    """

    def __init__(self, run: CoSimulation, step: float) -> None:
        self._run = run
        self._step = step
        self._breaks: list[float] = run.line.breaks.tolist()
        self._at_break: list[bool] = run.line.at_break.tolist()
        self._units = [
            _Unit.of(slot, slot.participant) for slot in run.slots if isinstance(slot.participant, CoSimulationUnit)
        ]
        self._jumping = [unit for unit in self._units if unit.participant.discrete_outputs.any()]
        self._known = run.exchange.known
        self._passing = self._order()

    def fits(self) -> bool:
        """Whether there are only units that hold their inputs, and nobody who looks at each step."""
        run = self._run
        return (
            run.degree <= 1
            # a system input on a slope is the general driver's
            and not run.line.slopes.any()
            and self._passing is not None
            and len(self._units) == len(run.slots)
            and run.exchange.n_outputs == 0
            and all(getattr(observer, "idle", False) for observer in run.observers)
            and all(unit.participant.input_degree == 0 for unit in self._units)
        )

    def take(self, point: Point) -> Point | None:
        """Take all steps up to the next one in which more happens, but not too many; None when that is the next."""
        ends = self._ends(point)
        if not ends:
            return None
        run, exchange = self._run, self._run.exchange
        stack, t, k = point.stack.copy(), point.t, point.k
        externals = slice(exchange.n_outputs, stack.size - 1)
        seconds = [0.0] * len(self._units)
        rows: list[np.ndarray] = []
        first = done = 0
        linear, broken = run.degree == 1, point.broken
        earlier: np.ndarray | None = None
        earlier_t = t
        if len(point.history.times) > 1:
            earlier, earlier_t = point.history.values[1], point.history.times[1]
        try:
            with redirected():
                for end, last in ends:
                    slopes = None
                    if linear:
                        if earlier is not None:
                            slopes = (stack - earlier) / (t - earlier_t)
                            slopes[broken] = 0.0
                        earlier, earlier_t = stack.copy(), t
                    self._sweep(stack, t, end, slopes, seconds)
                    if exchange.n_inputs and last != k:
                        run.put_inputs(stack, end, last)
                    for unit in self._passing or ():
                        stack[unit.outputs] = unit.participant.output(end, _inputs(unit, stack))
                    t, k = end, last
                    done += 1
                    if linear:
                        broken = self._broken()
                    if self._at_break[k] and t - self._breaks[k] <= run.tolerance:
                        first = first if rows else int(run.line.first_output[k])
                        rows.append(stack[externals].copy())
        finally:
            run.statistics.steps_accepted += done
            run.statistics.exchanges += done
            for unit, spent in zip(self._units, seconds, strict=True):
                run.statistics.unit_seconds[unit.participant.name] += spent
            if rows:
                run.put_rows(first, rows)
        np.maximum(run.scale, np.abs(stack), out=run.scale)
        broken, history = self._broken(), point.history
        if earlier is not None and linear:
            history = History(run.degree, (earlier_t,), (earlier,), np.zeros(stack.size, dtype=int))
        return Point(t, k, point.x, stack, history.after(t, stack, broken), broken)

    def _broken(self) -> np.ndarray:
        """Signals that have no slope after the last step: what is known, and outputs of units that had an event."""
        broken = self._known
        for unit in self._jumping:
            if unit.participant.jumped:
                broken = broken.copy()
                broken[unit.outputs] = True
        return broken if broken is self._known else self._run.exchange.jumped_with(broken, False)

    def _sweep(self, stack: np.ndarray, t: float, end: float, slopes: np.ndarray | None, seconds: list[float]) -> None:
        """All units make a step; then their outputs are the signals."""
        results = []
        began = clock.perf_counter()
        for i, unit in enumerate(self._units):
            u = _inputs(unit, stack)
            if slopes is not None:
                # held at the mean over the step
                own = slopes[unit.signal]
                u += (end - t) * ((own if unit.factor is None else unit.factor * own) / 2.0)
            results.append(unit.advance(t, end, u))
            now = clock.perf_counter()
            seconds[i] += now - began
            began = now
        for unit, y in zip(self._units, results, strict=True):
            stack[unit.outputs] = y
        # not finite when one of them is not, or for numbers beyond 1e154
        if not math.isfinite(stack.dot(stack)):
            for unit in self._units:
                unit.participant.check(t, end)

    def _ends(self, point: Point) -> list[tuple[float, int]]:
        """Ends of the next plain steps, and the last break at or before each."""
        run, breaks, tolerance = self._run, self._breaks, self._run.tolerance
        limit = run.landing(point.t) - tolerance
        done = math.floor((point.t - run.begin + tolerance) / self._step)
        ends: list[tuple[float, int]] = []
        k = point.k
        for i in range(1, _PIECE + 1):
            end = run.snapped(run.begin + (done + i) * self._step)
            if end >= limit:
                break
            inside = bisect_left(breaks, end - tolerance)
            if any(self._at_break[k + 1 : inside]):
                break
            k = bisect_right(breaks, end + tolerance) - 1
            ends.append((end, k))
        return ends

    def _order(self) -> list[_Unit] | None:
        """Units whose outputs depend directly on inputs, in an order in which each is asked once; None for cycles."""
        passing = [unit for unit in self._units if unit.participant.feedthrough.any()]
        graph: dict[int, set[int]] = {}
        for i, unit in enumerate(passing):
            used = set(unit.signal[unit.participant.feedthrough.any(axis=0)].tolist())
            graph[i] = {
                j
                for j, other in enumerate(passing)
                if any(
                    other.outputs.start + row in used
                    for row in np.flatnonzero(other.participant.feedthrough.any(axis=1)).tolist()
                )
            }
        try:
            return [passing[i] for i in TopologicalSorter(graph).static_order()]
        except CycleError:
            return None


def _inputs(unit: _Unit, stack: np.ndarray) -> np.ndarray:
    """Inputs of a unit, in an array of their own."""
    u: np.ndarray = stack[unit.signal]
    if unit.factor is not None:
        u *= unit.factor
        u += unit.offset
    return u
