"""A Model Exchange FMU with events, run through its binary: state events, time events and step events.

By itself it is a participant of co-simulation: it integrates its states from one exchange to the next with CVODE. In
the monolithic method its equations are part of a larger system (`hybrid`), and only what the FMU says is used here.
"""

from __future__ import annotations

import contextlib
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np

from heatsim.errors import FmuError, SimulationError
from heatsim.fmu.binary import CallError
from heatsim.fmu.capabilities import Capabilities, Trial
from heatsim.fmu.fmu import Fmu
from heatsim.solvers.event_integrator import EventIntegrator
from heatsim.solvers.input_line import InputLine
from heatsim.solvers.integrator import Statistics
from heatsim.solvers.participant import Ended, kind_of
from heatsim.solvers.segments import time_tolerance
from heatsim.system.member import Member

_MOST_UPDATES = 100  # of discrete states at one event
_SHOWN = 6  # inputs in a message


@dataclass(frozen=True)
class _Kept:
    """A kept state: that of the FMU by its number, and what belongs to it here."""

    token: int
    t: float
    x: np.ndarray
    u: np.ndarray
    nominal: np.ndarray
    next_event: float


class EventUnit:
    """A Model Exchange FMU with events; a `Participant`.

    Attributes
    ----------
    name
        Name of the unit.
    inputs, outputs
        Ports in the order of the vectors.
    input_degree
        2: inputs are evaluated inside the right-hand side.
    divisible
        A step may be cut into several, for results inside it.
    discrete_inputs, discrete_outputs
        Boolean, shapes (n_inputs,) and (n_outputs,): values that may be held but not extrapolated.
    event_inputs
        Positions of the inputs that only change at events.
    states
        Names of the continuous states.
    n_indicators
        Number of event indicators.
    needs_completed_step
        Whether the FMU wants to be told of each step.
    nominal
        Magnitude of each state, shape (n_states,).
    next_event
        Time of the next time event, s; infinite when there is none.
    jumped
        Boolean, shape (n_outputs,): outputs that jumped at an event inside the last step.
    t, x, u
        Time, states and inputs as they are now.

    Parameters
    ----------
    member
        The unit in its system, with parameters and start values.
    rtol
        Relative tolerance of the integration.
    statistics
        Counter that the work is added to.

    Raises
    ------
    FmuError
        When the binary cannot be used here.
    """

    input_degree = 2
    divisible = True

    def __init__(self, member: Member, rtol: float, statistics: Statistics) -> None:
        fmu = cast(Fmu, member.unit)
        self.name = member.name
        self.inputs = tuple(member.ports["inputs"].values())
        self.outputs = tuple(member.ports["outputs"].values())
        self.states = fmu.description.states
        self.n_indicators = fmu.description.event_indicators
        values = fmu.checked_parameters(member.parameters, member.name)
        self._capabilities = Capabilities(
            lambda: fmu.open_binary(member.name),
            fmu.description,
            "model_exchange",
            Trial.of(fmu.description, {**values, **member.start}),
        )
        for variable in (*fmu.inputs.values(), *fmu.outputs.values()):
            if variable.name not in (*self._capabilities.inputs, *self._capabilities.outputs):
                kind = "an array" if variable.shape else variable.fmi_type
                raise FmuError(
                    f"{self.name}: '{variable.name}' is {kind}; export the FMU with scalar numbers as connectors"
                )
        self.needs_completed_step = self._capabilities.claims.needs_completed_integrator_step
        self.discrete_inputs = np.array([v.type != "Real" for v in fmu.inputs.values()], dtype=bool)
        self.discrete_outputs = np.array(
            [v.type != "Real" or v.variability in ("discrete", "constant") for v in fmu.outputs.values()], dtype=bool
        )
        self.t = 0.0
        self.x = np.zeros(len(self.states))
        self.u = np.zeros(len(self.inputs))
        self.nominal = np.ones(len(self.states))
        self.next_event = math.inf
        self._values = {**values, **member.start}
        self._fmu = fmu
        kinds = [fmu.variables[port.name] for port in self.inputs]
        continuous = [v.type == "Real" and v.variability == "continuous" for v in kinds]
        self._continuous = np.flatnonzero(continuous)
        self._discrete = np.flatnonzero(np.logical_not(continuous))
        self.event_inputs = tuple(int(i) for i in self._discrete)
        if self._capabilities.claims.can_be_instantiated_only_once:
            # everything that is tried on instances of its own, as long as there is none here
            self._capabilities.all()
            _ = self.feedthrough
        self._open()
        self._used = False
        self._line = InputLine(self)
        self.jumped: np.ndarray = np.zeros(len(self.outputs), dtype=bool)
        self._integrator = EventIntegrator(self._line, rtol, 0.0, statistics)

    # -- the FMU's equations at a point; nothing of this changes the unit but `start` and `event`

    def start(self, t: float, stop: float, u: np.ndarray) -> np.ndarray:
        """Initialise at `t` with these inputs; returns the outputs."""
        values = dict(self._values)
        values.update(zip((port.name for port in self.inputs), np.asarray(u, dtype=float).tolist(), strict=True))
        with self._calling(t, u):
            if self._used:
                self._renew()
            self._used = True
            self._binary.initialise(t, stop, None, values)
            self._settle(t)
            self.x = self._binary.states()
            self.nominal = self._magnitudes()
        if not np.isfinite(self.x).all():
            worst = self.states[int(np.argmin(np.isfinite(self.x)))]
            raise SimulationError(
                f"{self.name}: state '{worst}' is not finite after initialisation at t = {t:.9g} s; check its "
                "parameters, start values and inputs"
            )
        self.t, self.u = t, np.array(u, dtype=float)
        return self.output(t, u)

    @cached_property
    def can_rollback(self) -> bool:
        """Whether the FMU's state can be kept and brought back; tested."""
        return self._capabilities.state.works

    @cached_property
    def feedthrough(self) -> np.ndarray:
        """Which outputs depend directly on which inputs, by the description and by trial, (n_outputs, n_inputs)."""
        return self._capabilities.feedthrough

    def _renew(self) -> None:
        """Go back to before the initialisation; with another instance where a reset does not do that."""
        if self._capabilities.reset.works:
            self._binary.reset()
        else:
            self._binary.close()
            self._open()

    def _open(self) -> None:
        self._binary = self._fmu.open_binary(self.name)
        self._continuous_group = self._binary.group([self.inputs[i].name for i in self._continuous])
        self._discrete_group = self._binary.group([self.inputs[i].name for i in self._discrete])
        self._output_group = self._binary.group([port.name for port in self.outputs])

    def rates(self, t: float, x: np.ndarray, u: np.ndarray) -> np.ndarray:
        """Derivatives of the states; raises `Discarded` where the FMU gives none."""
        with self._calling(t, u):
            return self._binary.derivatives(t, x, self._continuous_group, u[self._continuous])

    def indicators(self, t: float, x: np.ndarray, u: np.ndarray) -> np.ndarray:
        """Event indicators; raises `Discarded` where the FMU gives none."""
        with self._calling(t, u):
            return self._binary.indicators(t, x, self._continuous_group, u[self._continuous])

    def output_at(self, t: float, x: np.ndarray, u: np.ndarray) -> np.ndarray:
        """Outputs at a point; raises `Discarded` where the FMU gives none."""
        with self._calling(t, u):
            self._binary.place(t, x, self._continuous_group, u[self._continuous])
            return self._binary.get(self._output_group)

    def step_done(self, t: float, x: np.ndarray, u: np.ndarray) -> bool:
        """Tell that a step ended at this point; True when the FMU asks for an event."""
        with self._calling(t, u):
            self._binary.place(t, x, self._continuous_group, u[self._continuous])
            event, terminate = self._binary.completed_step(False)
        if terminate:
            self._ended(t)
        return event

    def event(self, t: float, x: np.ndarray, u: np.ndarray) -> np.ndarray:
        """Carry an event through at this point; returns the states after it and sets `next_event`."""
        with self._calling(t, u):
            self._binary.place(t, x, self._continuous_group, u[self._continuous])
            self._binary.enter_event_mode()
            if self._discrete.size:
                self._binary.set(self._discrete_group, u[self._discrete])
            states, nominals = self._settle(t)
            if nominals:
                self.nominal = self._magnitudes()
            after = self._binary.states() if states else np.array(x, dtype=float)
        if not np.isfinite(after).all():
            worst = self.states[int(np.argmin(np.isfinite(after)))]
            raise SimulationError(
                f"{self.name}: an event at t = {t:.9g} s sets state '{worst}' to a value that is not finite; check its "
                "inputs and parameters"
            )
        self.t, self.x, self.u = t, after, np.array(u, dtype=float)
        return after

    def settle_at(self, t: float, x: np.ndarray, u: np.ndarray) -> None:
        """Leave the FMU and this unit at a point."""
        with self._calling(t, u):
            self._binary.place(t, x, self._continuous_group, u[self._continuous])
        self.t, self.x, self.u = t, np.array(x, dtype=float), np.array(u, dtype=float)

    def _settle(self, t: float) -> tuple[bool, bool]:
        """Event iteration, then continuous time; returns whether states and nominal values changed."""
        states = nominals = False
        for _ in range(_MOST_UPDATES):
            info = self._binary.update_discrete_states()
            if info.terminate:
                self._ended(t)
            states, nominals = states or info.states_changed, nominals or info.nominals_changed
            if not info.again:
                self.next_event = math.inf if info.next_time is None else info.next_time
                self._binary.enter_continuous_time_mode()
                return states, nominals
        raise SimulationError(
            f"{self.name}: its event at t = {t:.9g} s does not come to an end within {_MOST_UPDATES} updates of its "
            "discrete states; use hysteresis or pre(...) in the model"
        )

    def _magnitudes(self) -> np.ndarray:
        found = np.abs(self._binary.nominals())
        return np.where(np.isfinite(found) & (found > 0.0), found, 1.0)

    def _ended(self, t: float) -> None:
        raise Ended(
            f"{self.name}: the FMU asks to end the simulation at t = {t:.9g} s{self._binary.last_words()}; end the run "
            "before, or check its inputs and parameters"
        )

    @contextlib.contextmanager
    def _calling(self, t: float, u: np.ndarray) -> Iterator[None]:
        try:
            yield
        except CallError as error:
            given = [f"{port.name} = {value:.6g}" for port, value in zip(self.inputs, u, strict=True)]
            more = ", …" if len(given) > _SHOWN else ""
            inputs = f" with {', '.join(given[:_SHOWN])}{more}" if given else ""
            text = f"{error} (at t = {t:.9g} s{inputs}); check its inputs and parameters"
            raise kind_of(error.status)(text) from error

    # -- as participant of co-simulation

    def output(self, t: float, u: np.ndarray) -> np.ndarray:
        """Outputs at the present time with these inputs."""
        return self.output_at(t, self.x, np.asarray(u, dtype=float))

    def advance(self, t: float, end: float, c: np.ndarray) -> np.ndarray:
        """Advance from `t` to `end` with inputs of coefficients `c`, shape (3, n_inputs); returns the outputs there.

        Inputs that jumped since the step before are an event.
        """
        self._line.follow(t, c)
        # an event within rounding of the exchange has been carried through at its own time
        begin = self.t if 0.0 < self.t - t <= time_tolerance(t, end) else t
        if not np.array_equal(c[0], self.u):
            self.event(begin, self.x, np.array(c[0], dtype=float))
        self.jumped = np.zeros(len(self.outputs), dtype=bool)
        self._integrator.max_step = end - t
        self._integrator.restart(begin, self.x)
        self.x = self._integrator.to(end, end).copy()
        self.t, self.u = self._integrator.t, self._line.inputs(end)
        return self.output_at(self.t, self.x, self.u)

    def save(self) -> _Kept:
        """Keep the present state."""
        with self._calling(self.t, self.u):
            token = self._binary.save_state()
        return _Kept(token, self.t, self.x.copy(), self.u.copy(), self.nominal.copy(), self.next_event)

    def restore(self, token: _Kept) -> None:
        """Go back to a kept state."""
        with self._calling(token.t, token.u):
            self._binary.restore_state(token.token)
        self.t, self.x, self.u = token.t, token.x.copy(), token.u.copy()
        self.nominal, self.next_event = token.nominal.copy(), token.next_event

    def discard(self, token: _Kept) -> None:
        """Free a kept state."""
        self._binary.free_state(token.token)

    def forget(self) -> None:
        """Let the integrator begin anew, as in a run that is resumed here."""
        self._integrator.forget()

    def export_state(self) -> bytes:
        """State for a checkpoint; raises FmuError when the FMU cannot give it."""
        if not self._capabilities.serialize.works:
            raise FmuError(
                f"{self.name}: the FMU cannot give its state for a checkpoint ({self._capabilities.serialize.why}); "
                "run without checkpoints, or export it with canSerializeFMUState"
            )
        kept = self.save()
        try:
            with self._calling(self.t, self.u):
                own = np.frombuffer(self._binary.serialize(kept.token), dtype=np.uint8)
        finally:
            self.discard(kept)
        file = io.BytesIO()
        np.savez(file, fmu=own, x=self.x, u=self.u, nominal=self.nominal, times=np.array([self.t, self.next_event]))
        return file.getvalue()

    def import_state(self, t: float, stop: float, u: np.ndarray, state: bytes) -> None:
        """Take up a state from a checkpoint instead of `start`."""
        with np.load(io.BytesIO(state), allow_pickle=False) as kept:
            # with the inputs of then: a state can be given to an instance that is initialised
            self.start(t, stop, kept["u"])
            with self._calling(t, u):
                token = self._binary.deserialize(kept["fmu"].tobytes())
                self._binary.restore_state(token)
                self._binary.free_state(token)
            self.x, self.u, self.nominal = kept["x"], kept["u"], kept["nominal"]
            self.t, self.next_event = (float(value) for value in kept["times"])

    def close(self) -> None:
        """Free the instance."""
        self._binary.close()
