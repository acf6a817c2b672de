"""Drives a co-simulation: exchanges, steps between them, sampled units, results.

At each instant of exchange the sampled units that are due tick, the signals are made consistent, and a method takes all
participants to the next one. System inputs and commands are exact inside a step, with their own jumps: units of the
graph are cut there. An exchange takes place where a system input jumps that feeds through to a coupling signal or goes
to an opaque unit, where a coupling signal that is a function of time has a kink, and at each tick. Results do not
depend on the steps: units of the graph and FMUs with events are integrated to the output times inside a step. Outputs
of Co-Simulation FMUs there lie on lines between exchanges (whole numbers are held); where steps adapt, exchanges take
place at all output times instead.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from heatsim.fmu.printed import redirected
from heatsim.solvers.checkpoint import Checkpoints
from heatsim.solvers.coupling import Control, CouplingStatistics, Method, Observer, Point, Shortcut, Step
from heatsim.solvers.coupling_history import history_of, opaque_states, put_history
from heatsim.solvers.exchange import Exchange, Slot
from heatsim.solvers.extrapolation import History
from heatsim.solvers.instants import Instants
from heatsim.solvers.journey import Journey
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
        self.instants = Instants(line, self.tolerance)
        self.journey = Journey(exchange, self.slots, self.instants, statistics)
        self.scale, self.state_scale = exchange.nominal.copy(), exchange.state_nominal.copy()
        self._recorder = recorder
        self._report = report
        self._graph = [slot for slot in self.slots if slot.in_graph]
        self._discrete = np.flatnonzero(exchange.discrete)
        self._n_states = sum(slot.states.size for slot in self._graph)
        self._inputs = slice(exchange.n_outputs, exchange.n_outputs + exchange.n_inputs)
        self._kinks = self._kinks_of()
        self._landings = self._landings_of()
        self.shortcut: Shortcut | None = None
        statistics.unit_seconds = {slot.participant.name: 0.0 for slot in self.slots}

    @cached_property
    def can_go_back(self) -> bool:
        """Whether all participants can go back to a kept state."""
        return all(slot.participant.can_rollback for slot in self.slots)

    def count_from(self, origin: float) -> None:
        """Count steps from an earlier time than the start: that of the run which is gone on with."""
        if origin == self.begin:
            return
        self.begin = origin
        self.tolerance = self.instants.tolerance = time_tolerance(origin, self.stop)
        self._kinks = self._kinks_of()
        self._landings = self._landings_of()

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
        pause = self.line.checkpoints[point.k] and self.instants.is_at(point.t, point.k)
        if checkpoints is not None and (pause or point.t >= self.stop):
            u = self.exchange.externals(point.stack)
            checkpoints.take(point.t, point.x, u, opaque_states(self), history_of(self, point))
        if pause:
            for slot in self.slots:
                if slot.divisible:
                    # what heatsim integrates itself
                    slot.participant.forget()  # type: ignore[attr-defined]

    def first_point(self, x0: np.ndarray, fresh: bool, opaque: Mapping[str, bytes] | None = None) -> Point:
        """Start all participants; the exchange at the start of the run."""
        begin = self.instants.breaks[0]
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
        history = History(self.degree).after(begin, stack, broken)
        owed = np.zeros(0) if self.journey.correction is None else self.journey.correction.nothing_owed
        return Point(begin, 0, x0, stack, history, broken, owed)

    def _widen_scales(self, x: np.ndarray, stack: np.ndarray) -> None:
        np.maximum(self.scale, np.abs(stack), out=self.scale)
        np.maximum(self.state_scale, np.abs(x), out=self.state_scale)

    # instants

    def landing(self, t: float) -> float:
        """The next instant after `t` at which there has to be an exchange, s."""
        return self._landings[bisect_right(self._landings, t + self.tolerance)]

    def snapped(self, t: float) -> float:
        """Break of the time line that is the same instant as `t`, or `t` itself."""
        return self.instants.snapped(t)

    def ticks_at(self, point: Point) -> bool:
        """Whether sampled units are due at an exchange."""
        return point.k in self.line.ticks and self.instants.is_at(point.t, point.k)

    def _landings_of(self) -> list[float]:
        """Ticks, checkpoints, kinks, jumps of inputs that go to opaque units or feed through, the end."""
        through = self.exchange.direct[self.exchange.coupled].any(axis=0)[: self.exchange.n_inputs].copy()
        for slot in self.slots:
            if not slot.in_graph:
                through[self.journey.known_inputs(slot)] = True
        jumps = np.flatnonzero(self.line.jumps[:, through].any(axis=1)).tolist()
        pauses = np.flatnonzero(self.line.checkpoints).tolist()
        # where steps may become long, a line between exchanges could leave out what a unit does in between
        whole = self.control.adapts and any(not slot.divisible for slot in self.slots)
        results = self.instants.outputs if whole else []
        breaks = self.instants.breaks
        return [breaks[k] for k in sorted({*jumps, *results, *self._kinks, *self.line.ticks, *pauses, len(breaks) - 1})]

    def _kinks_of(self) -> list[int]:
        """Breaks at which coupling signals that are functions of time have kinks or jump."""
        times = self.exchange.kinks(self.begin, self.stop)
        found = {self.instants.last_before(t) for t in times[times > self.instants.breaks[0] + self.tolerance]}
        return sorted(k for k in found if k < len(self.instants.breaks) - 1)

    def jumped(self, step: Step) -> np.ndarray:
        """Signals that jumped inside a step or may have at its end, boolean, shape (n_signals,)."""
        kink = bool(self._kinks and self.instants.of(self._kinks, step.last, self.instants.last_before(step.end) + 1))
        if not (kink or step.jumped.any()):
            return step.jumped
        return self.exchange.jumped_with(step.jumped, kink)

    def put_inputs(self, stack: np.ndarray, t: float, k: int) -> None:
        """Put the system inputs at a time at or after break `k` into a stack."""
        stack[self._inputs] = self.instants.inputs(t, k)

    def put_rows(self, first: int, rows: Sequence[np.ndarray]) -> None:
        """Record externals at consecutive output times, for a system without states in the graph."""
        self._recorder.put(first, np.zeros((len(rows), 0)), np.array(rows))

    # steps

    def trial(self, point: Point, end: float) -> Step:
        """A step on trial."""
        first, last = self.instants.between(point.k, end)
        rows = self.instants.of(self.instants.outputs, first, last)
        return Step(
            point,
            end,
            first,
            last,
            rows,
            np.full((len(rows), self._n_states), np.nan),
            np.full(point.stack.size, np.nan),
            np.full((len(rows), point.stack.size), np.nan),
            np.zeros(point.stack.size, dtype=bool),
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
        return self.journey.advance(slot, step, c)

    def arrive(self, step: Step, tick: bool = True) -> Point:
        """The exchange at the end of a step, after the sampled units that are due there unless `tick` is False."""
        exchange, before = self.exchange, step.point
        t, k = step.end, self.instants.last_before(step.end)
        x = np.zeros(self._n_states)
        for slot in self._graph:
            x[slot.states] = slot.participant.x  # type: ignore[attr-defined]
        stack = before.stack.copy()
        stack[exchange.opaque] = step.at_end[exchange.opaque]
        stack[self._inputs] = inputs = self.instants.inputs(t, k)
        moved = np.zeros(exchange.direct.shape[1], dtype=bool)
        if self.instants.of(self.instants.jumps, before.k + 1, k + 1):
            moved[: exchange.n_inputs] = self.line.jumps[before.k + 1 : k + 1].any(axis=0)
        if tick and k > before.k and k in self.line.ticks:
            if exchange.feeds_through:
                exchange.settle(t, x, stack)
            commands = self.sampled.commands
            self.sampled.tick(t, self.line.ticks[k], x, inputs, stack[exchange.opaque])
            moved[exchange.n_inputs :] = self.sampled.commands != commands
            exchange.put_known(stack, inputs, self.sampled.commands)
        exchange.settle(t, x, stack)
        broken = exchange.direct @ moved | self.jumped(step) | exchange.known
        owed = before.owed if self.journey.correction is None else self.journey.correction.owed_after(step)
        return Point(t, k, x, stack, before.history.after(t, stack, broken), broken, owed)

    def accept(self, step: Step, given: np.ndarray, arrived: Point) -> None:
        """Keep a step: record what lies inside it and at its end, and show it to the observers."""
        self.statistics.steps_accepted += 1
        self.statistics.exchanges += 1
        begun, opaque = step.point.stack, self.exchange.opaque
        for i, k in enumerate(step.rows):
            stack = begun.copy()
            stack[self._inputs] = self.line.values[k]
            share = (self.instants.breaks[k] - step.point.t) / step.length
            stack[opaque] += share * (step.at_end[opaque] - begun[opaque])
            stack[self._discrete] = begun[self._discrete]
            known = np.isfinite(step.inside[i])
            stack[known] = step.inside[i][known]
            self._recorder.put(int(self.line.first_output[k]), step.states[i], self.exchange.externals(stack))
        self._record(arrived)
        self._widen_scales(arrived.x, arrived.stack)
        # units without states take part in the exchange only
        untold = np.isnan(step.at_end)
        step.at_end[untold] = arrived.stack[untold]
        for observer in self.observers:
            observer.accepted(self, step, given)

    def _record(self, point: Point) -> None:
        if self.line.at_break[point.k] and self.instants.is_at(point.t, point.k):
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
