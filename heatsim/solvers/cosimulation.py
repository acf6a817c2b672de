"""Drives a co-simulation: exchanges, steps between them, sampled units, results.

At each instant of exchange the sampled units that are due tick, the signals are made consistent, and a method takes all
participants to the next one. System inputs and commands are exact inside a step, with their own jumps: units of the
graph are cut there. An exchange takes place where a system input jumps that feeds through to a coupling signal or goes
to an opaque unit, and at each tick. Results do not depend on the steps: units of the graph and FMUs with events are
integrated to the output times inside a step. Outputs of Co-Simulation FMUs there lie on lines between exchanges
(whole numbers are held); where steps adapt, exchanges take place at all output times instead.
"""

from __future__ import annotations

import time as clock
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from heatsim.fmu.printed import redirected
from heatsim.solvers.checkpoint import Checkpoints
from heatsim.solvers.coupling import Control, CouplingStatistics, Method, Observer, Point, Shortcut, Step
from heatsim.solvers.coupling_history import history_of, opaque_states, put_history
from heatsim.solvers.exchange import Exchange, Slot
from heatsim.solvers.extrapolation import History, at, lowered, shifted
from heatsim.solvers.record import Recorder
from heatsim.solvers.reporter import Reporter
from heatsim.solvers.sampling import SampledUnits
from heatsim.solvers.segments import TimeLine, time_tolerance


class CoSimulation:
    """Participants, and what carries them from one exchange to the next.

    Parameters
    ----------
    exchange
        Makes signals consistent.
    slots
        Participants with their places among the signals, in the order in which they advance.
    sampled
        Sampled units, their memory set.
    line
        Breaks, ticks and output times; output times are among the breaks.
    method, control
        How a step is taken, and how long it is.
    degree
        Of the extrapolation.
    recorder, report, statistics
        Take results, progress and counts.
    observers
        See each accepted step.

    Attributes
    ----------
    scale, state_scale
        For each signal and state of the graph the larger of its nominal value and its largest magnitude so far.
    begin, stop, tolerance
        Time span, and the distance at which instants count as one, s.
    """

    def __init__(
        self,
        exchange: Exchange,
        slots: Sequence[Slot],
        sampled: SampledUnits,
        line: TimeLine,
        method: Method,
        control: Control,
        degree: int,
        recorder: Recorder,
        report: Reporter,
        statistics: CouplingStatistics,
        observers: Sequence[Observer] = (),
    ) -> None:
        self.exchange = exchange
        self.slots = tuple(slots)
        self.sampled = sampled
        self.line = line
        self.method = method
        self.control = control
        self.degree = degree
        self.statistics = statistics
        self.observers = tuple(observers)
        self.begin, self.stop = float(line.breaks[0]), float(line.breaks[-1])
        self.tolerance = time_tolerance(self.begin, self.stop)
        self.scale, self.state_scale = exchange.nominal.copy(), exchange.state_nominal.copy()
        self._recorder = recorder
        self._report = report
        self._breaks: list[float] = line.breaks.tolist()
        self._graph = [slot for slot in self.slots if slot.in_graph]
        self._discrete = np.flatnonzero(exchange.discrete)
        self._n_states = sum(slot.states.size for slot in self._graph)
        self._inputs = slice(exchange.n_outputs, exchange.n_outputs + exchange.n_inputs)
        self._known = [self._known_columns(slot) for slot in self.slots]
        self._stops = [self._stops_of(*known) for known in self._known]
        self._place = {id(slot): i for i, slot in enumerate(self.slots)}
        self._outputs: list[int] = np.flatnonzero(line.at_break).tolist()
        self._jumps: list[int] = np.flatnonzero(line.jumps.any(axis=1)).tolist()
        self._bends: list[int] = np.flatnonzero(line.changes.any(axis=1)).tolist()
        self._landings = self._landings_of()
        self.shortcut: Shortcut | None = None
        statistics.unit_seconds = {slot.participant.name: 0.0 for slot in self.slots}

    @cached_property
    def can_go_back(self) -> bool:
        """Whether all participants can go back to a kept state."""
        return all(slot.participant.can_rollback for slot in self.slots)

    def count_from(self, origin: float) -> None:
        """Count steps from an earlier time than the start: that of the run which is gone on with."""
        self.begin = origin
        self.tolerance = time_tolerance(origin, self.stop)

    def run(
        self,
        x0: np.ndarray,
        fresh: bool,
        history: Mapping[str, Any] | None = None,
        opaque: Mapping[str, bytes] | None = None,
        checkpoints: Checkpoints | None = None,
    ) -> None:
        """Run from the states `x0` of the graph to the end of the time line.

        Parameters
        ----------
        x0
            States of the graph at the start, shape (n_states,).
        fresh
            Whether the sampled units have to be asked for their first memory.
        history
            What was remembered at a checkpoint; the run goes on from there.
        opaque
            States of the opaque units to start from, by name; None initialises them.
        checkpoints
            Takes checkpoints at the breaks that are meant for it, and at the end.

        Raises
        ------
        SimulationError
            When a participant stops, a signal becomes non-finite, or the coupling does not converge.
        """
        if history:
            point = put_history(self, x0, history, opaque or {})
        else:
            point = self.first_point(x0, fresh, opaque)
        self._record(point)
        shortcut = self.shortcut if self.shortcut is not None and self.shortcut.fits() else None
        while point.t < self.stop:
            self._report(point.t)
            point = (shortcut and shortcut.take(point)) or self.control.take(self, point)
            self._pause(point, checkpoints)
        self._report(point.t)

    def _pause(self, point: Point, checkpoints: Checkpoints | None) -> None:
        """Take a checkpoint when it is time, and let the integrators begin anew there."""
        pause = self.line.checkpoints[point.k] and abs(point.t - self._breaks[point.k]) <= self.tolerance
        if checkpoints is not None and (pause or point.t >= self.stop):
            u = self.exchange.externals(point.stack)
            checkpoints.take(point.t, point.x, u, opaque_states(self), history_of(self, point))
        if pause:
            for slot in self._graph:
                slot.participant.forget()  # type: ignore[attr-defined]

    def first_point(self, x0: np.ndarray, fresh: bool, opaque: Mapping[str, bytes] | None = None) -> Point:
        """Start all participants; the exchange at the start of the run."""
        begin = self._breaks[0]
        for slot in self._graph:
            slot.participant.x = x0[slot.states].copy()  # type: ignore[attr-defined]
        stack = self.exchange.stack()
        inputs = self.line.values[0]
        self.exchange.put_known(stack, inputs, self.sampled.commands)
        self.exchange.start(begin, self.stop, x0, stack, opaque)
        places = self.exchange.opaque
        if fresh:
            self.sampled.initialise(begin, x0, inputs, stack[places])
        self.sampled.tick(begin, self.line.ticks.get(0, []), x0, inputs, stack[places])
        self.exchange.put_known(stack, inputs, self.sampled.commands)
        self.exchange.settle(begin, x0, stack)
        self._widen_scales(x0, stack)
        broken = np.ones(stack.size, dtype=bool)
        return Point(begin, 0, x0, stack, History(self.degree).after(begin, stack, broken), broken)

    def _widen_scales(self, x: np.ndarray, stack: np.ndarray) -> None:
        np.maximum(self.scale, np.abs(stack), out=self.scale)
        np.maximum(self.state_scale, np.abs(x), out=self.state_scale)

    # instants

    def landing(self, t: float) -> float:
        """The next instant after `t` at which there has to be an exchange, s."""
        return self._landings[bisect_right(self._landings, t + self.tolerance)]

    def snapped(self, t: float) -> float:
        """Break of the time line that is the same instant as `t`, or `t` itself."""
        i = bisect_left(self._breaks, t - self.tolerance)
        return self._breaks[i] if i < len(self._breaks) and self._breaks[i] <= t + self.tolerance else t

    def ticks_at(self, point: Point) -> bool:
        """Whether sampled units are due at an exchange."""
        return point.k in self.line.ticks and point.t <= self._breaks[point.k] + self.tolerance

    def _landings_of(self) -> list[float]:
        """Ticks, checkpoints, jumps of inputs that go to opaque units or feed through to coupling signals, the end."""
        through = self.exchange.direct[self.exchange.coupled].any(axis=0)[: self.exchange.n_inputs].copy()
        for slot, (_, indices) in zip(self.slots, self._known, strict=True):
            if not slot.in_graph:
                through[indices] = True
        jumps = np.flatnonzero(self.line.jumps[:, through].any(axis=1)).tolist()
        pauses = np.flatnonzero(self.line.checkpoints).tolist()
        # where steps may become long, a line between exchanges could leave out what a unit does in between
        whole = self.control.adapts and any(not slot.divisible for slot in self.slots)
        results = self._outputs if whole else []
        return [self._breaks[k] for k in sorted({*jumps, *results, *self.line.ticks, *pauses, len(self._breaks) - 1})]

    def _known_columns(self, slot: Slot) -> tuple[np.ndarray, np.ndarray]:
        """Which inputs of a participant are system inputs, and which of those."""
        indices = slot.links.signal - self.exchange.n_outputs
        columns = np.flatnonzero((indices >= 0) & (indices < self.exchange.n_inputs))
        return columns, indices[columns]

    def _stops_of(self, _columns: np.ndarray, indices: np.ndarray) -> list[int]:
        """Breaks at which a unit of the graph has to stop: results, and where its inputs or equations change."""
        line = self.line
        stops: list[int] = np.flatnonzero(
            line.at_break | line.kinks | line.changes[:, np.unique(indices)].any(axis=1)
        ).tolist()
        return stops

    def _line_at(self, t: float, k: int) -> np.ndarray:
        """System inputs at a time at or after break `k` and before the next."""
        if t == self._breaks[k]:
            return self.line.values[k]
        return np.asarray(self.line.values[k] + self.line.slopes[k] * (t - self._breaks[k]))

    def put_inputs(self, stack: np.ndarray, t: float, k: int) -> None:
        """Put the system inputs at a time at or after break `k` into a stack."""
        stack[self._inputs] = self._line_at(t, k)

    def put_rows(self, first: int, rows: Sequence[np.ndarray]) -> None:
        """Record externals at consecutive output times, for a system without states in the graph."""
        self._recorder.put(first, np.zeros((len(rows), 0)), np.array(rows))

    # steps

    def trial(self, point: Point, end: float) -> Step:
        """A step on trial."""
        first, last = point.k + 1, bisect_left(self._breaks, end - self.tolerance)
        rows = self._outputs[bisect_left(self._outputs, first) : bisect_left(self._outputs, last)]
        return Step(
            point,
            end,
            first,
            last,
            rows,
            np.full((len(rows), self._n_states), np.nan),
            np.full(point.stack.size, np.nan),
            np.full((len(rows), point.stack.size), np.nan),
        )

    def coefficients(self, point: Point, end: float) -> np.ndarray:
        """Signals from `point` to `end`: extrapolated, system inputs as they are known to be; shape (3, n_signals)."""
        c = point.history.extrapolated()
        c[1, self._inputs] = self.line.slopes[point.k]
        for observer in self.observers:
            c = observer.correct(self, point, end, c)
        return c

    def tried(self, point: Point, end: float) -> tuple[Step, np.ndarray]:
        """A step taken by the method, and the coefficients that the participants were given."""
        step, c = self.trial(point, end), self.coefficients(point, end)
        with redirected():
            return step, self.method.step(self, step, c)

    def advance(self, slot: Slot, step: Step, c: np.ndarray) -> np.ndarray:
        """Advance one participant over a step; returns its outputs at the end and keeps them in the step.

        Parameters
        ----------
        slot
            The participant.
        step
            The step.
        c
            Coefficients of all signals, shape (3, n_signals).
        """
        began = clock.perf_counter()
        if self._discrete.size:
            c = c.copy()
            c[0, self._discrete], c[1:, self._discrete] = step.point.stack[self._discrete], 0.0
        advance = self._advance_cut if slot.divisible else self._advance_whole
        outputs = advance(slot, step, slot.polynomials(c))
        step.at_end[slot.signals] = outputs
        self.statistics.unit_seconds[slot.participant.name] += clock.perf_counter() - began
        return outputs

    def _advance_whole(self, slot: Slot, step: Step, c: np.ndarray) -> np.ndarray:
        """An opaque unit makes one step; a known input that bends inside it becomes a chord."""
        columns, indices = self._known[self._place[id(slot)]]
        if columns.size and self._any_of(self._bends, step.first, step.last):
            reached = self._line_at(step.end, step.last - 1)[indices]
            begun = step.point.stack[self._inputs][indices]
            c[1, columns] = slot.links.factor[columns] * (reached - begun) / step.length
        used = lowered(c, slot.participant.input_degree, step.length)
        outputs = slot.participant.advance(step.point.t, step.end, used)
        if used is not c and slot.feeds_through:
            # at the end with the inputs of the end, not with those held over the step
            outputs = slot.participant.output(step.end, at(c, step.length))
        return outputs

    def _advance_cut(self, slot: Slot, step: Step, c: np.ndarray) -> np.ndarray:
        """Units that heatsim integrates stop where known inputs or equations change and where a result is wanted."""
        participant: Any = slot.participant
        graph = slot.in_graph
        columns, indices = self._known[self._place[id(slot)]]
        stops = self._stops[self._place[id(slot)]]
        total = np.zeros(participant.integral.size if graph else 0)
        t, piece, row = step.point.t, c, 0
        for k in stops[bisect_left(stops, step.first) : bisect_left(stops, step.last)]:
            end = self._breaks[k]
            outputs = participant.advance(t, end, piece)
            if total.size:
                total += participant.integral
            if row < len(step.rows) and step.rows[row] == k:
                if graph:
                    step.states[row, slot.states] = participant.x
                else:
                    step.inside[row, slot.signals] = outputs
                row += 1
            piece = shifted(c, end - step.point.t)
            factor = slot.links.factor[columns]
            piece[0, columns] = factor * self.line.values[k, indices] + slot.links.offset[columns]
            piece[1, columns] = factor * self.line.slopes[k, indices]
            t = end
        outputs = participant.advance(t, step.end, piece)
        if total.size:
            step.integrals[participant.name] = total + participant.integral
        return np.asarray(outputs)

    @staticmethod
    def _any_of(breaks: list[int], first: int, last: int) -> bool:
        """Whether one of the sorted `breaks` lies in [first, last)."""
        i = bisect_left(breaks, first)
        return i < len(breaks) and breaks[i] < last

    def arrive(self, step: Step, tick: bool = True) -> Point:
        """The exchange at the end of a step, after the sampled units that are due there unless `tick` is False."""
        exchange, before = self.exchange, step.point
        t, k = step.end, bisect_right(self._breaks, step.end + self.tolerance) - 1
        x = np.zeros(self._n_states)
        for slot in self._graph:
            x[slot.states] = slot.participant.x  # type: ignore[attr-defined]
        stack = before.stack.copy()
        stack[exchange.opaque] = step.at_end[exchange.opaque]
        stack[self._inputs] = inputs = self._line_at(t, k)
        moved = np.zeros(exchange.direct.shape[1], dtype=bool)
        if self._any_of(self._jumps, before.k + 1, k + 1):
            moved[: exchange.n_inputs] = self.line.jumps[before.k + 1 : k + 1].any(axis=0)
        if tick and k > before.k and k in self.line.ticks:
            if exchange.feeds_through:
                exchange.settle(t, x, stack)
            commands = self.sampled.commands
            self.sampled.tick(t, self.line.ticks[k], x, inputs, stack[exchange.opaque])
            moved[exchange.n_inputs :] = self.sampled.commands != commands
            exchange.put_known(stack, inputs, self.sampled.commands)
        exchange.settle(t, x, stack)
        broken = exchange.direct @ moved
        for slot in self.slots:
            if not slot.in_graph and getattr(slot.participant, "jumped", False):
                broken[slot.signals] = True
        broken |= exchange.known
        return Point(t, k, x, stack, before.history.after(t, stack, broken), broken)

    def accept(self, step: Step, given: np.ndarray, arrived: Point) -> None:
        """Keep a step: record what lies inside it and at its end, and show it to the observers."""
        self.statistics.steps_accepted += 1
        self.statistics.exchanges += 1
        begun, opaque = step.point.stack, self.exchange.opaque
        for i, k in enumerate(step.rows):
            stack = begun.copy()
            stack[self._inputs] = self.line.values[k]
            share = (self._breaks[k] - step.point.t) / step.length
            stack[opaque] += share * (step.at_end[opaque] - begun[opaque])
            stack[self._discrete] = begun[self._discrete]
            known = np.isfinite(step.inside[i])
            stack[known] = step.inside[i][known]
            self._recorder.put(int(self.line.first_output[k]), step.states[i], self.exchange.externals(stack))
        self._record(arrived)
        self._widen_scales(arrived.x, arrived.stack)
        for observer in self.observers:
            observer.accepted(self, step, given)

    def _record(self, point: Point) -> None:
        if self.line.at_break[point.k] and point.t <= self._breaks[point.k] + self.tolerance:
            self._recorder.put(int(self.line.first_output[point.k]), point.x, self.exchange.externals(point.stack))

    # going back

    def save(self) -> list[Any]:
        """Keep the state of every participant."""
        return [slot.participant.save() for slot in self.slots]

    def restore(self, tokens: Sequence[Any]) -> None:
        """Take every participant back to a kept state."""
        for slot, token in zip(self.slots, tokens, strict=True):
            slot.participant.restore(token)

    def discard(self, tokens: Sequence[Any]) -> None:
        """Free kept states."""
        for slot, token in zip(self.slots, tokens, strict=True):
            slot.participant.discard(token)
