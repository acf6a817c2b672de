"""Graph and units with events as one model for the event integrator: consistent signals, events of all at once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from heatsim.errors import (  # the public name is part of the contract
    ConnectionError,  # noqa: A004
    SimulationError,
    UsageError,
)
from heatsim.solvers.compose import Composite
from heatsim.solvers.consistent_start import depending
from heatsim.solvers.event_unit import EventUnit
from heatsim.solvers.exchange import Exchange, slot_of_opaque
from heatsim.solvers.hybrid_jacobian import HybridJacobian
from heatsim.solvers.merge import slices_of
from heatsim.solvers.participant import Discarded

_MOST_ROUNDS = 100  # of events that cause each other at one instant
_MOST_STARTS = 20
_SAME = 1e-12  # of inputs, relative to their magnitude
_WORTH_A_JACOBIAN = 20  # states of the graph


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
        self._held = self._check_discrete_inputs()
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
        for index, path in self._held.items():
            if slopes[index] != 0.0:
                raise UsageError(
                    f"{path}: only changes at events, and the system input '{self._composite.externals[index]}' runs "
                    f"straight from knot to knot at t = {t:.9g} s; give it with interpolation 'held'"
                )
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

    def resume(
        self, t: float, stop: float, x0: np.ndarray, inputs: np.ndarray, commands: np.ndarray, kept: Mapping[str, bytes]
    ) -> np.ndarray:
        """Take up kept states of the units, by name, instead of initialising them; returns all states.

        Raises
        ------
        UsageError
            When the state of a unit was not kept.
        """
        for unit in self._units:
            if unit.name not in kept:
                raise UsageError(
                    f"{unit.name}: start_from holds no state of this FMU with events; start from a checkpoint, "
                    "or at its start values without start_from"
                )
            unit.import_state(t, stop, unit.u, kept[unit.name])
        self.follow(t, inputs, np.zeros_like(inputs), commands)
        for unit, slot in zip(self._units, self._slots, strict=True):
            self._stack[slot.signals] = unit.output(unit.t, unit.u)
        y = np.concatenate([x0, *(unit.x for unit in self._units)])
        self._make_consistent(t, y)
        return y

    def states_of_units(self, t: float, y: np.ndarray) -> dict[str, bytes]:
        """State of each unit by name, for a checkpoint; raises FmuError with the name of one that cannot give it."""
        self._make_consistent(t, y)
        for unit, slot, place in zip(self._units, self._slots, self._places, strict=True):
            unit.settle_at(t, y[place], slot.inputs(self._stack))
        return {unit.name: unit.export_state() for unit in self._units}

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

    def _check_discrete_inputs(self) -> dict[int, str]:
        """System inputs that drive inputs which only change at events, with the path of one such input.

        Raises
        ------
        ConnectionError
            When a signal that changes between events drives such an input.
        """
        exchange, held = self._exchange, {}
        first = len(self._composite.outputs)
        changing = np.zeros(len(exchange.names), dtype=bool)
        changing[:first] = True
        for unit, slot in zip(self._units, self._slots, strict=True):
            changing[slot.signals] = ~unit.discrete_outputs
        for unit, slot in zip(self._units, self._slots, strict=True):
            for i in unit.event_inputs:
                signal = int(slot.links.signal[i])
                path = f"{unit.name}.{unit.inputs[i].name}"
                if changing[signal]:
                    raise ConnectionError(
                        f"connection {exchange.names[signal]} -> {path}: the input only changes at events, and the "
                        "signal changes between them; drive it by a sampled unit, a held signal or a discrete output"
                    )
                if first <= signal < first + self._composite.n_inputs:
                    held[signal - first] = path
        return held

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
