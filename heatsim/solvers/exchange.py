"""The exchange of signals between participants at one instant.

All signals are one stack: outputs of the units in the graph, externals (system inputs, commands of sampled units,
outputs of opaque units), and a zero for inputs that are constants. At an exchange the stack is made consistent: the
graph gives its outputs for its states and externals at once; opaque units whose outputs depend directly on inputs are
asked again until nothing changes. In a cycle through opaque units that need not come about, and Newton's method
(MINPACK's hybrid method) finishes what is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import root

from heatsim.solvers.cluster import Cluster, Links
from heatsim.solvers.compose import Composite
from heatsim.solvers.coupling_history import take_up
from heatsim.solvers.cycles import first_guesses
from heatsim.solvers.kinks import kinks_of_outputs
from heatsim.solvers.participant import Discarded, Participant

# scaled changes below this are rounding; an equation that Newton leaves with more than the limit has no solution there
_SAME = 1e-12
_LIMIT = 1e-9
_PASSES = 4
_NAMED = 4


@dataclass(frozen=True)
class Slot:
    """A participant and its place among the signals.

    Attributes
    ----------
    participant
        The unit or cluster.
    links
        Where its inputs come from.
    signals
        Positions of its outputs in the stack.
    states
        Positions of its states among those of the composite; none for an opaque unit.
    """

    participant: Participant
    links: Links
    signals: np.ndarray
    states: np.ndarray

    @property
    def in_graph(self) -> bool:
        """Whether its equations are known."""
        return isinstance(self.participant, Cluster)

    @property
    def units(self) -> tuple[str, ...]:
        """Names of the units of the participant."""
        return self.participant.units if isinstance(self.participant, Cluster) else (self.participant.name,)

    @cached_property
    def divisible(self) -> bool:
        """Whether a step may be cut into several without a change of the method, since heatsim integrates the unit."""
        return self.in_graph or bool(getattr(self.participant, "divisible", False))

    @cached_property
    def feeds_through(self) -> bool:
        """Whether one of its outputs depends directly on an input."""
        return bool(np.any(self.participant.feedthrough))

    def inputs(self, stack: np.ndarray) -> np.ndarray:
        """Its inputs from the stack of signals."""
        return self.links.factor * stack[self.links.signal] + self.links.offset

    def polynomials(self, c: np.ndarray) -> np.ndarray:
        """Coefficients of its inputs from those of all signals, shape (3, n_inputs)."""
        own = self.links.factor * c[:, self.links.signal]
        own[0] += self.links.offset
        return own


def slot_of_cluster(cluster: Cluster) -> Slot:
    """Slot of units of the graph."""
    return Slot(cluster, cluster.links, cluster.signals, cluster.states)


def slot_of_opaque(composite: Composite, participant: Participant) -> Slot:
    """Slot of a unit that keeps its state to itself, under its name in the system."""
    place = composite.opaque_slices[participant.name]
    first = len(composite.outputs)
    return Slot(
        participant,
        Links.of(composite, composite.sources[participant.name]),
        np.arange(first + place.start, first + place.stop),
        np.zeros(0, dtype=int),
    )


class Exchange:
    """Makes the signals consistent at an instant.

    Attributes
    ----------
    names
        Path of each signal in the stack.
    states, state_nominal
        Path and magnitude of each state of the graph.
    n_outputs, n_inputs
        The stack begins with the outputs of the graph, then system inputs, then commands.
    opaque
        Positions of the outputs of opaque units.
    coupled
        Positions of the signals that one participant gives to another (or, in a group that shares no more than an
        integrator, to one of its units).
    nominal
        Magnitude of each signal by its port, shape (n_signals,).
    direct
        Boolean, shape (n_signals, n_inputs + n_commands): signal i depends on a system input or command without a
        state in between.
    follows
        Boolean, shape (n_signals, n_opaque_outputs + 1): signal i depends on an output of an opaque unit, or (last) on
        time by itself, without a state in between.
    discrete
        Boolean, shape (n_signals,): whole numbers, which are held between exchanges.
    known
        Boolean, shape (n_signals,): system inputs, commands and the zero, which need no extrapolation.
    """

    def __init__(self, composite: Composite, slots: Sequence[Slot]) -> None:
        self._composite = composite
        self._slots = tuple(slots)
        n_y, n_u = len(composite.outputs), len(composite.externals)
        self.n_outputs, self.n_inputs = n_y, composite.n_inputs
        self.states, self.state_nominal = composite.states, composite.nominal
        self.names = (*composite.outputs, *composite.externals, "0")
        self._known_end = n_y + composite.n_inputs + composite.n_commands
        self.opaque = np.arange(self._known_end, n_y + n_u)
        self.known = np.zeros(n_y + n_u + 1, dtype=bool)
        self.known[n_y : self._known_end] = self.known[-1] = True
        used = {int(i) for slot in slots for i in slot.links.signal}
        self.coupled = np.array([i for i in sorted(used) if not self.known[i]], dtype=int)
        self.nominal = np.ones(n_y + n_u + 1)
        self.nominal[:n_y] = [abs(port.nominal) or 1.0 for port in composite.output_ports]
        for slot in self._slots:
            if not slot.in_graph:
                self.nominal[slot.signals] = [abs(port.nominal) or 1.0 for port in slot.participant.outputs]
        self.discrete = np.zeros(n_y + n_u + 1, dtype=bool)
        for slot in self._slots:
            if not slot.in_graph:
                self.discrete[slot.signals] = getattr(slot.participant, "discrete_outputs", False)
        self._passing = tuple(s for s in self._slots if not s.in_graph and s.feeds_through)
        self.direct, self.follows, self.cyclic = self._dependence()

    def jumped_with(self, jumped: np.ndarray, kink: bool) -> np.ndarray:
        """Signals that jump when those of opaque units do, and with `kink` those that time by itself may make jump."""
        return np.asarray(jumped | (self.follows @ np.append(jumped[self.opaque], kink)))

    def kinks(self, start: float, stop: float) -> np.ndarray:
        """Times between `start` and `stop` at which coupling signals change their dependence on time, s."""
        return kinks_of_outputs(self._composite, self.coupled[self.coupled < self.n_outputs], start, stop)

    @property
    def feeds_through(self) -> bool:
        """Whether outputs of opaque units depend directly on inputs."""
        return bool(self._passing)

    def stack(self) -> np.ndarray:
        """A stack of zeros."""
        return np.zeros(len(self.names))

    def externals(self, stack: np.ndarray) -> np.ndarray:
        """Externals of the composite in the stack."""
        return stack[self.n_outputs : -1]

    def put_known(self, stack: np.ndarray, inputs: np.ndarray, commands: np.ndarray) -> None:
        """Put system inputs and commands into the stack."""
        first = self.n_outputs + self.n_inputs
        stack[self.n_outputs : first] = inputs
        stack[first : self._known_end] = commands

    def start(
        self, t: float, stop: float, x: np.ndarray, stack: np.ndarray, opaque: Mapping[str, bytes] | None = None
    ) -> None:
        """Initialise the opaque units, those first that give inputs to others, and make the stack consistent.

        With `opaque` they take up these states instead.
        """
        for slot in self._slots:
            if not slot.in_graph:
                stack[slot.signals] = first_guesses(slot.participant.outputs)
        for slot in self._slots:
            if not slot.in_graph:
                self._put_outputs(t, x, stack)
                if opaque is None:
                    stack[slot.signals] = slot.participant.start(t, stop, slot.inputs(stack))
                else:
                    take_up(slot.participant, t, stop, slot.inputs(stack), opaque)
                    stack[slot.signals] = slot.participant.output(t, slot.inputs(stack))
        self.settle(t, x, stack)

    def settle(self, t: float, x: np.ndarray, stack: np.ndarray) -> None:
        """Make the stack consistent with states, known signals, and states of opaque units, in place.

        Raises
        ------
        Discarded
            When a signal is not finite or a cycle through opaque units has no solution; names the signals.
        """
        self._put_outputs(t, x, stack)
        if self._passing and not self._pass_through(t, x, stack):
            self._solve(t, x, stack)
        if not np.isfinite(stack).all():
            self._refuse(t, stack)

    def _put_outputs(self, t: float, x: np.ndarray, stack: np.ndarray) -> None:
        if self.n_outputs:
            stack[: self.n_outputs] = self._composite.output(t, x, self.externals(stack)).full().ravel()

    def _pass(self, t: float, stack: np.ndarray) -> np.ndarray:
        """Outputs of all units that feed through, one after the other; returns the scaled changes of the stack."""
        change = np.zeros(stack.size)
        for slot in self._passing:
            before = stack[slot.signals].copy()
            after = slot.participant.output(t, slot.inputs(stack))
            stack[slot.signals] = after
            change[slot.signals] = np.abs(after - before) / np.maximum(self.nominal[slot.signals], np.abs(after))
        return change

    def _pass_through(self, t: float, x: np.ndarray, stack: np.ndarray) -> bool:
        """Pass until nothing changes; False when that does not come about."""
        for _ in range(_PASSES if self.cyclic else self.opaque.size + 2):
            change = self._pass(t, stack)
            if not change.any():
                return True
            if not np.isfinite(stack[self.opaque]).all():
                return True
            self._put_outputs(t, x, stack)
            if self.cyclic and change.max() <= _SAME:
                return True
        return False

    def _solve(self, t: float, x: np.ndarray, stack: np.ndarray) -> None:
        positions = np.concatenate([slot.signals for slot in self._passing])
        scale = np.maximum(self.nominal[positions], np.abs(stack[positions]))

        def residual(z: np.ndarray) -> np.ndarray:
            trial = stack.copy()
            trial[positions] = z * scale
            self._put_outputs(t, x, trial)
            # all units see the trial, not each other's answers
            given = [slot.participant.output(t, slot.inputs(trial)) for slot in self._passing]
            return np.asarray(np.concatenate(given) / scale - z)

        found = root(residual, stack[positions] / scale, method="hybr", options={"xtol": _SAME})
        left = np.abs(residual(found.x))
        if not (np.isfinite(left).all() and left.max() <= _LIMIT):
            order = np.argsort(-np.nan_to_num(left, nan=np.inf))
            worst = [self.names[positions[i]] for i in order[:_NAMED] if not left[i] <= _LIMIT]
            raise Discarded(
                f"no consistent values of {', '.join(repr(name) for name in worst)} at t = {t:.9g} s: they depend on "
                "each other directly, through opaque units; put a state between, e.g. a sensor lag or an actuator, or "
                "give start values nearer to the solution"
            )
        stack[positions] = found.x * scale
        self._put_outputs(t, x, stack)
        # leaves every unit with the inputs found
        self._pass(t, stack)
        self._put_outputs(t, x, stack)

    def _refuse(self, t: float, stack: np.ndarray) -> None:
        worst = int(np.argmin(np.isfinite(stack)))
        cycle = self._composite.unsolved(stack[: self.n_outputs])
        raise Discarded(
            f"signal '{self.names[worst]}' is {stack[worst]} at t = {t:.9g} s; "
            f"{cycle or 'check the inputs and parameters of its unit, or take a smaller step'}"
        )

    def _dependence(self) -> tuple[np.ndarray, np.ndarray, bool]:
        """Direct dependence of every signal on what is known, on opaque units and time; whether these form a cycle."""
        composite = self._composite
        n_y, n_u = self.n_outputs, len(composite.externals)
        first = self._known_end - n_y
        # time is one more external
        graph = np.column_stack([composite.feedthrough, np.zeros(n_y, dtype=bool)])
        if n_y:
            graph[composite.output.jac_sparsity(0, 0).get_triplet()[0], -1] = True
        own = np.zeros((n_u + 1, n_u + 1), dtype=bool)
        for slot in self._passing:
            through = np.zeros((len(slot.participant.outputs), n_y + n_u + 1), dtype=bool)
            for column, signal in enumerate(slot.links.signal):
                through[:, signal] |= slot.participant.feedthrough[:, column]
            own[slot.signals - n_y] = through[:, :n_y] @ graph
            own[slot.signals - n_y, :-1] |= through[:, n_y:-1]
        while self._passing:
            more = own | (own @ own)
            if (more == own).all():
                break
            own = more
        direct = np.zeros((n_y + n_u + 1, n_u + 1), dtype=bool)
        direct[:n_y] = graph | (graph @ own) if self._passing else graph
        direct[n_y:-1] = own[:-1]
        return direct[:, :first], direct[:, first:], bool(np.diag(own).any())
