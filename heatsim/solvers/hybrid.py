"""Monolithic method for systems with FMUs that have events: states of the graph and of these FMUs in one CVODE.

The signals are consistent in every evaluation of the right-hand side. An event of one unit is an event of all: each is
told the inputs as they are after it, and those whose inputs change again once more, until nothing changes. So results
at an event are right limits for all units. Where system inputs jump, sampled units tick, or a unit has an event, the
integration starts again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from heatsim.errors import SimulationError
from heatsim.solvers.compose import Composite
from heatsim.solvers.consistent_start import depending, start_states
from heatsim.solvers.event_integrator import EventIntegrator
from heatsim.solvers.event_unit import EventUnit
from heatsim.solvers.exchange import Exchange, slot_of_opaque
from heatsim.solvers.hybrid_jacobian import HybridJacobian
from heatsim.solvers.integrator import Statistics
from heatsim.solvers.merge import slices_of
from heatsim.solvers.opaque import close_all, open_event_units
from heatsim.solvers.participant import Discarded
from heatsim.solvers.record import Recorder
from heatsim.solvers.reporter import Reporter
from heatsim.solvers.sampling import SampledUnits
from heatsim.solvers.segments import TimeLine
from heatsim.system.system import System

_MOST_ROUNDS = 100  # of events that cause each other at one instant
_MOST_STARTS = 20
_LEAST_STEPS = 500
_WORTH_A_JACOBIAN = 20  # states of the graph
_SAME = 1e-12  # of inputs, relative to their magnitude


def run_with_events(
    system: System,
    composite: Composite,
    sampled: SampledUnits,
    line: TimeLine,
    x0: np.ndarray,
    rtol: float,
    statistics: Statistics,
    report: Reporter,
    recorder: Recorder,
) -> None:
    """Open the FMUs with events, run along the time line, and close them; the arguments are those of `integrate`.

    Raises
    ------
    UsageError
        When an opaque unit is a Co-Simulation FMU.
    FmuError
        When a binary cannot be used here.
    """
    units = open_event_units(system, rtol, statistics)
    start, inputs = float(line.breaks[0]), line.values[0]
    states = partial(start_states, system, composite, start, inputs) if depending(composite) else None
    try:
        integrate(composite, units, sampled, line, x0, rtol, statistics, report, recorder, states)
    finally:
        close_all(units)


def integrate(
    composite: Composite,
    units: Sequence[EventUnit],
    sampled: SampledUnits,
    line: TimeLine,
    x0: np.ndarray,
    rtol: float,
    statistics: Statistics,
    report: Reporter,
    recorder: Recorder,
    states: Callable[[np.ndarray], np.ndarray] | None = None,
) -> None:
    """Run along the time line.

    Parameters
    ----------
    composite, sampled
        The system; the sampled units have not been initialised.
    units
        FMUs with events, all opaque units of the composite.
    line
        Segments, ticks and output times.
    x0
        States of the graph at the start, shape (n_states,).
    rtol
        Relative tolerance.
    statistics, report
        Counter of work and progress reporter.
    recorder
        Gets states of the graph and externals at the output times, right limits.
    states
        Start values of the graph from the outputs of the units, where they depend on inputs.

    Raises
    ------
    SimulationError
        When the integration stops, events come without end, or a unit fails; names it and the time.
    """
    model = HybridModel(composite, units)
    n = len(composite.states)
    # only a step that ends between two changes of an indicator shows them
    max_step = min(float(np.max(np.diff(line.output_times))), float(line.breaks[-1] - line.breaks[0]) / _LEAST_STEPS)
    integrator = EventIntegrator(model, rtol, max_step, statistics)
    last = line.breaks.size - 1
    t = float(line.breaks[0])
    inputs = line.values[0]
    y = model.start(t, float(line.breaks[last]), x0, inputs, sampled.commands, states)
    sampled.initialise(t, y[:n], inputs, model.opaque(t, y))
    for k in range(last + 1):
        # an event within rounding of the break has been carried through at its own time
        t = max(float(line.breaks[k]), integrator.t) if k else t
        inputs, slopes = line.values[k], line.slopes[k]
        begin = float(line.breaks[k])
        fresh = bool(k == 0 or line.changes[k].any() or line.jumps[k].any() or line.kinks[k])
        if fresh:
            model.follow(begin, inputs, slopes, sampled.commands)
        if k and line.jumps[k].any():
            y = model.event(t, y)
        if fresh:
            # a time event may be due at once
            integrator.restart(t, y)
            y = integrator.to(t, t)
            t = integrator.t
        if k in line.ticks:
            before = sampled.commands
            sampled.tick(begin, line.ticks[k], y[:n], inputs, model.opaque(t, y))
            if not np.array_equal(before, sampled.commands):
                model.follow(begin, inputs, slopes, sampled.commands)
                integrator.restart(t, model.event(t, y))
                y = integrator.to(t, t)
                t = integrator.t
        first = int(line.first_output[k])
        if line.at_break[k]:
            recorder.put(first, y[:n], model.externals(t, y))
            first += 1
        report(begin)
        if k == last:
            break
        end = float(line.breaks[k + 1])
        for row in range(first, int(line.first_output[k + 1])):
            y = integrator.to(float(line.output_times[row]), end)
            recorder.put(row, y[:n], model.externals(integrator.t, y))
            report(integrator.t)
        y = integrator.to(end, end)


class HybridModel:
    """Graph and units with events as one model for the event integrator; y is (states of the graph, of each unit).

    Parameters
    ----------
    composite
        The graph.
    units
        All opaque units, each with events.
    """

    def __init__(self, composite: Composite, units: Sequence[EventUnit]) -> None:
        self.name = "the coupled system"
        self._composite = composite
        self._units = list(units)
        self._slots = [slot_of_opaque(composite, unit) for unit in units]
        self._exchange = Exchange(composite, self._slots)
        self._stack = self._exchange.stack()
        self._n = len(composite.states)
        pieces = slices_of({"": self._n, **{unit.name: len(unit.states) for unit in units}})
        self._places = [pieces[unit.name] for unit in units]
        self.states = (*composite.states, *(f"{unit.name}.{state}" for unit in units for state in unit.states))
        self.n_indicators = sum(unit.n_indicators for unit in units)
        self.watches_steps = any(unit.needs_completed_step for unit in units)
        self._jacobian = HybridJacobian(composite, self._units, self._slots) if self._n >= _WORTH_A_JACOBIAN else None
        self._begin = 0.0
        self._inputs = self._slopes = np.zeros(composite.n_inputs)
        self._commands = np.zeros(composite.n_commands)
        self._at: tuple[float, np.ndarray] | None = None

    @property
    def nominal(self) -> np.ndarray:
        """Magnitude of each state."""
        return np.concatenate([self._composite.nominal, *(unit.nominal for unit in self._units)])

    @property
    def sparsity(self) -> Any:
        """Entries of the Jacobian; None for a small graph, where finite differences are as fast."""
        return None if self._jacobian is None else self._jacobian.sparsity

    @property
    def next_event(self) -> float:
        """Time of the next time event of any unit, s."""
        return min((unit.next_event for unit in self._units), default=np.inf)

    def follow(self, t: float, inputs: np.ndarray, slopes: np.ndarray, commands: np.ndarray) -> None:
        """From `t` on system inputs are straight lines, and commands are held."""
        self._begin, self._inputs, self._slopes, self._commands = t, inputs, slopes, commands.copy()
        self._at = None

    def start(
        self,
        t: float,
        stop: float,
        x0: np.ndarray,
        inputs: np.ndarray,
        commands: np.ndarray,
        states: Callable[[np.ndarray], np.ndarray] | None = None,
    ) -> np.ndarray:
        """Initialise the units with inputs that are consistent with what they give; returns all states.

        `states` gives the start values of the graph from the outputs of the units where they depend on inputs.

        Raises
        ------
        SimulationError
            When the start values of units depend on each other and do not settle.
        """
        self.follow(t, inputs, np.zeros_like(inputs), commands)
        self._exchange.put_known(self._stack, inputs, commands)
        self._exchange.start(t, stop, x0, self._stack)
        given = [unit.u.copy() for unit in self._units]
        x = x0
        for _ in range(_MOST_STARTS):
            if states is not None:
                x0, x = states(self._stack[self._exchange.opaque]), x0
                self._exchange.settle(t, x0, self._stack)
            late = [k for k, slot in enumerate(self._slots) if not self._same(k, slot.inputs(self._stack), given[k])]
            if not late and np.all(np.abs(x - x0) <= _SAME * np.maximum(self._composite.nominal, np.abs(x0))):
                return np.concatenate([x0, *(unit.x for unit in self._units)])
            for k in late:
                given[k] = self._slots[k].inputs(self._stack)
                self._stack[self._slots[k].signals] = self._units[k].start(t, stop, given[k])
            self._exchange.settle(t, x0, self._stack)
        names = ", ".join([*(self._units[k].name for k in late), *(depending(self._composite) if states else [])])
        raise SimulationError(
            f"{names}: start values depend on inputs that depend on them, and do not settle at t = {t:.9g} s; give "
            "start values nearer to the solution, or a state without initial equations between"
        )

    def opaque(self, t: float, y: np.ndarray) -> np.ndarray:
        """Outputs of the units, as they stand among the externals."""
        self._make_consistent(t, y)
        return self._stack[self._exchange.opaque].copy()

    def externals(self, t: float, y: np.ndarray) -> np.ndarray:
        """System inputs, commands and outputs of the units."""
        self._make_consistent(t, y)
        return self._exchange.externals(self._stack).copy()

    def rates(self, t: float, y: np.ndarray) -> np.ndarray:
        """Derivatives of all states."""
        self._make_consistent(t, y)
        result = np.empty(len(self.states))
        if self._n:
            externals = self._exchange.externals(self._stack)
            with self._graph(t):
                result[: self._n] = self._composite.ode(t, y[: self._n], externals).full().ravel()
        for unit, slot, place in zip(self._units, self._slots, self._places, strict=True):
            if unit.states:
                result[place] = unit.rates(t, y[place], slot.inputs(self._stack))
        return result

    def jacobian(self, t: float, y: np.ndarray) -> np.ndarray:
        """Entries of the Jacobian in the order of `sparsity`."""
        assert self._jacobian is not None
        self._make_consistent(t, y)
        with self._graph(t):
            return self._jacobian.at(t, y, self._exchange.externals(self._stack), self._stack)

    def indicators(self, t: float, y: np.ndarray) -> np.ndarray:
        """Event indicators of all units."""
        self._make_consistent(t, y)
        found = [
            unit.indicators(t, y[place], slot.inputs(self._stack))
            for unit, slot, place in zip(self._units, self._slots, self._places, strict=True)
            if unit.n_indicators
        ]
        return np.concatenate([np.zeros(0), *found])

    def step_done(self, t: float, y: np.ndarray) -> bool:
        """Tell the units that want to know it; True when one asks for an event."""
        self._make_consistent(t, y)
        asked = [
            unit.step_done(t, y[place], slot.inputs(self._stack))
            for unit, slot, place in zip(self._units, self._slots, self._places, strict=True)
            if unit.needs_completed_step
        ]
        return any(asked)

    def event(self, t: float, y: np.ndarray) -> np.ndarray:
        """Carry an event through in all units, until none has inputs that it was not told of.

        Raises
        ------
        SimulationError
            When events cause each other without end; names the units.
        """
        y = y.copy()
        told: list[np.ndarray | None] = [None] * len(self._units)
        for _ in range(_MOST_ROUNDS):
            self._at = None
            self._make_consistent(t, y)
            late = [
                k
                for k, slot in enumerate(self._slots)
                if (known := told[k]) is None or not self._same(k, slot.inputs(self._stack), known)
            ]
            if not late:
                return y
            # all are told what was consistent before, so that the order of the units does not matter
            given = [self._slots[k].inputs(self._stack) for k in late]
            for k, u in zip(late, given, strict=True):
                y[self._places[k]] = self._units[k].event(t, y[self._places[k]], u)
                told[k] = u
        names = ", ".join(self._units[k].name for k in late)
        raise SimulationError(
            f"{names}: events at t = {t:.9g} s cause each other without end; use hysteresis or pre(...) in one of the "
            "models, or a state between them"
        )

    def indicator_name(self, index: int) -> str:
        """Unit and number of an indicator, for messages."""
        for unit in self._units:
            if index < unit.n_indicators:
                return f"{unit.name}: event indicator {index + 1}"
            index -= unit.n_indicators
        raise IndexError(index)

    def _same(self, k: int, u: np.ndarray, known: np.ndarray) -> bool:
        magnitude = np.array([port.nominal for port in self._units[k].inputs])
        return bool(np.all(np.abs(u - known) <= _SAME * np.maximum(magnitude, np.abs(known))))

    def _make_consistent(self, t: float, y: np.ndarray) -> None:
        """Bring all signals to a point."""
        if self._at is not None and self._at[0] == t and np.array_equal(self._at[1], y):
            return
        self._at = None
        self._exchange.put_known(self._stack, self._inputs + self._slopes * (t - self._begin), self._commands)
        for unit, slot, place in zip(self._units, self._slots, self._places, strict=True):
            unit.x = y[place].copy()
            if not unit.feedthrough.any():
                # depends on the states alone, so that inputs of the point before do
                self._stack[slot.signals] = unit.output_at(t, unit.x, slot.inputs(self._stack))
        with self._graph(t):
            self._exchange.settle(t, y[: self._n], self._stack)
        self._at = (t, y.copy())

    @contextlib.contextmanager
    def _graph(self, t: float) -> Iterator[None]:
        try:
            yield
        except RuntimeError as error:
            # what CasADi makes of the failure of a binary in the graph
            names = [name for name, block in self._composite.blocks.items() if not block.symbolic]
            raise Discarded(
                f"{', '.join(names) or 'the graph'}: its equations cannot be evaluated at t = {t:.9g} s; "
                "check the inputs and parameters, or open an FMU with isolate=True to see what it says"
            ) from error
