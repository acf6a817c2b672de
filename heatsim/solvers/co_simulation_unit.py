"""A Co-Simulation FMU as a participant: it brings its own solver and advances by itself from one exchange to the next.

Inputs are held over a step, at the values that the coupling gives for it; those FMUs of FMI 2.0 that were seen to use
derivatives of inputs get the slopes too. A step that the FMU ends early (FMI 3.0) goes on from there with the inputs of
that time. A step that it discards (FMI 2.0) is made in shorter ones when its state can be brought back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from math import isfinite
from typing import Any, cast

import numpy as np

from heatsim.errors import FmuError, SimulationError
from heatsim.fmu.binary import CallError
from heatsim.fmu.capabilities import Capabilities, Trial
from heatsim.fmu.fmu import Fmu, port_of
from heatsim.solvers.unit_failure import unit_failure
from heatsim.system.member import Member

_SHORTEST = 2.0**-12  # of a step that is discarded again and again, as a share of the step asked for
_SAME_STEP = 1e-9
_MOST_REPEATED = 50  # steps; keeping the state before each one would double the time of a small FMU


class CoSimulationUnit:
    """A Co-Simulation FMU, a `Participant`.

    Parameters
    ----------
    member
        The unit in its system; its FMU's interface is Co-Simulation.
    tolerance
        Relative tolerance for the FMU's own solver, or None for its default.

    Attributes
    ----------
    discrete_inputs, discrete_outputs
        Boolean, shapes (n_inputs,) and (n_outputs,): whole numbers, which may be held but not extrapolated.
    jumped
        Whether one of the discrete outputs changed in the last step.
    steps
        Number of steps of the FMU so far.

    Raises
    ------
    FmuError
        When the FMU has inputs or outputs that are no numbers, or its binary cannot be used.
    UsageError
        For unknown parameters.
    """

    def __init__(self, member: Member, tolerance: float | None = None) -> None:
        name, fmu = member.name, cast(Fmu, member.unit)
        self.name = name
        self.fmu = fmu
        self.steps = 0
        self._tolerance = tolerance
        self._values = {**fmu.checked_parameters(member.parameters, name), **_settable(name, fmu, member.start)}
        self._capabilities = Capabilities(
            lambda: fmu.open_binary(name), fmu.description, "co_simulation", Trial.of(fmu.description, self._values)
        )
        claims = self._capabilities.claims
        for variable in (*fmu.inputs.values(), *fmu.outputs.values()):
            if variable.name not in (*self._capabilities.inputs, *self._capabilities.outputs):
                kind = "an array" if variable.shape else variable.fmi_type
                raise FmuError(f"{name}: '{variable.name}' is {kind}; export the FMU with scalar numbers as connectors")
        self.inputs = tuple(port_of(v) for v in fmu.inputs.values())
        self.outputs = tuple(port_of(v) for v in fmu.outputs.values())
        self.discrete_inputs = np.array([v.type != "Real" for v in fmu.inputs.values()], dtype=bool)
        self.discrete_outputs = np.array([v.type != "Real" for v in fmu.outputs.values()], dtype=bool)
        self._has_discrete = bool(self.discrete_outputs.any())
        self.jumped = False
        self._variable_steps = claims.can_handle_variable_step
        self._first_step: float | None = None
        self._real = [v.name for v in fmu.inputs.values() if v.type == "Real"]
        self._real_places = np.flatnonzero(~self.discrete_inputs)
        self._binary: Any = None
        self._tokens: set[int] = set()
        # for undoing a discarded step: a kept state and the steps since, which are made again
        self._guard = 0
        self._past: list[tuple[float, float, np.ndarray]] = []
        self._stale = True
        self._keep = True
        self._y = np.zeros(len(self.outputs))
        # the last step and the one before: time, length and inputs
        self._good: tuple[float, float, np.ndarray] | None = None
        self._earlier: tuple[float, float, np.ndarray] | None = None

    @cached_property
    def can_rollback(self) -> bool:
        """Whether the FMU's state can be kept and brought back; tested."""
        return self._capabilities.state.works

    @cached_property
    def input_degree(self) -> int:
        """Degree of inputs inside a step that the FMU was seen to follow."""
        if not self._capabilities.input_derivatives.works:
            return 0
        return 2 if self._capabilities.second_input_derivatives.works else 1

    @cached_property
    def feedthrough(self) -> np.ndarray:
        """Which outputs depend directly on which inputs, by the description and by trial."""
        return self._capabilities.feedthrough

    @cached_property
    def _direct(self) -> bool:
        return bool(self.feedthrough.any())

    def start(self, t: float, stop: float, u: np.ndarray) -> np.ndarray:
        """Initialise at `t`; returns the outputs."""
        self._initialise(t, stop, u)
        self._y = self._finite(self._get(t), t, "at the start", u)
        return self._y.copy()

    def output(self, t: float, u: np.ndarray) -> np.ndarray:
        """Outputs at the present time with these inputs, which must not be changed."""
        if self._direct:
            try:
                self._binary.set(self._in, u)
                self._y = self._binary.get(self._out)
            except FmuError as error:
                raise self._failed(error, f"at t = {t:.9g} s", u) from error
            # the sum of squares is finite when all are, but for numbers beyond 1e154
            if not isfinite(self._y.dot(self._y)):
                self._finite(self._y, t, f"at t = {t:.9g} s", u)
        return self._y

    def advance(self, t: float, end: float, c: np.ndarray) -> np.ndarray:
        """Make a step from `t` to `end`; returns the outputs at `end`, which must not be changed."""
        if not self.input_degree:
            y = self.advance_held(t, end, c[0].copy())
            self.check(t, end)
            return y
        if self._watched:
            self._before(t, end - t)
        given = c.copy()
        try:
            reached, y = self._step(t, end - t, given, 0.0)
        except FmuError as error:
            reached, y = end, self._recovered(error, t, end, given)
        if end - reached > _SAME_STEP * (end - t):
            y = self._rest(t, reached, end, given)
        if self._has_discrete:
            self.jumped = bool((y != self._y)[self.discrete_outputs].any())
        self._y = y
        known = (t, end - t, given)
        self._good, self._earlier = known, self._good
        if self._guarded:
            self._past.append(known)
        self.check(t, end)
        return y

    def advance_held(self, t: float, end: float, u: np.ndarray) -> np.ndarray:
        """The same with held inputs, shape (n_inputs,), an array not to be changed any more; `check` is not called."""
        h = end - t
        # spelled out, since calls of Python functions take as long as those of a small FMU
        if self._watched and (self._stale or len(self._past) >= _MOST_REPEATED or not self._variable_steps):
            self._before(t, h)
        self.steps += 1
        try:
            reached, y = self._binary.advance(t, h, self._in, u, self._out, self._keep)
        except FmuError as error:
            reached, y = end, self._recovered(error, t, end, u)
        if end - reached > _SAME_STEP * h:
            y = self._rest(t, reached, end, u)
        if self._has_discrete:
            self.jumped = bool((y != self._y)[self.discrete_outputs].any())
        self._y = y
        known = (t, h, u)
        self._good, self._earlier = known, self._good
        if self._guarded:
            self._past.append(known)
        return y

    def check(self, t: float, end: float) -> None:
        """Raise SimulationError when an output of the last step, from `t` to `end`, is not finite."""
        # the sum of squares is finite when all are, but for numbers beyond 1e154
        if not isfinite(self._y.dot(self._y)):
            given = None if self._good is None else self._good[2]
            self._good = self._earlier
            self._finite(self._y, end, self._where(t, end), given)

    def save(self) -> Any:
        """Keep the present state."""
        token = self._binary.save_state()
        self._tokens.add(token)
        self._keep = True
        return token, self._y, self._good

    def restore(self, token: Any) -> None:
        """Go back to a kept state."""
        number, self._y, self._good = token
        self._binary.restore_state(number)
        self._stale = True

    def discard(self, token: Any) -> None:
        """Free a kept state."""
        self._tokens.discard(token[0])
        self._keep = bool(self._tokens) or self._guarded
        self._binary.free_state(token[0])

    def export_state(self) -> bytes:
        """State for a checkpoint, with the hash of the FMU that it belongs to."""
        finding = self._capabilities.serialize
        if not finding.works:
            raise FmuError(
                f"{self.name}: the FMU cannot give its state for a checkpoint ({finding.why}); run without a "
                "checkpoint, or use its Model Exchange interface"
            )
        token = self._binary.save_state()
        state = self._binary.serialize(token)
        self._binary.free_state(token)
        head = json.dumps({"sha256": self.fmu.sha256, "first_step": self._first_step, "y": self._y.tobytes().hex()})
        return head.encode() + b"\n" + state

    def import_state(self, t: float, stop: float, u: np.ndarray, state: bytes) -> None:
        """Take up a state from a checkpoint instead of `start`."""
        head, _, data = state.partition(b"\n")
        known = json.loads(head)
        if known["sha256"] != self.fmu.sha256:
            raise FmuError(
                f"{self.name}: the checkpoint is of another version of {self.fmu.path.name}; start anew, or use the "
                "FMU that it was made with"
            )
        self._initialise(t, stop, u)
        try:
            token = self._binary.deserialize(data)
            self._binary.restore_state(token)
            self._binary.free_state(token)
        except FmuError as error:
            raise self._failed(error, f"taking up the checkpoint at t = {t:.9g} s", u) from error
        self._first_step = known["first_step"]
        self._y = np.frombuffer(bytes.fromhex(known["y"])).copy()

    def close(self) -> None:
        """Free the instance."""
        if self._binary is not None:
            self._binary.close()
            self._binary = None
            self._tokens.clear()

    def findings(self) -> Capabilities:
        """Tested capabilities."""
        return self._capabilities

    # -- inside --------------------------------------------------------------------------------------------------

    @cached_property
    def _watched(self) -> bool:
        return self._guarded or not self._variable_steps

    def _before(self, t: float, h: float) -> None:
        """Check the length of a step, and keep a state from which it can be made again."""
        if not self._variable_steps:
            self._check_step(t, h)
        if self._guarded and (self._stale or len(self._past) == _MOST_REPEATED):
            self._guard = self._binary.save_state(self._guard)
            self._past.clear()
            self._stale = False

    def _recovered(self, error: FmuError, t: float, end: float, given: np.ndarray) -> np.ndarray:
        """Outputs at the end of a step that failed first; raises when it cannot be made in pieces."""
        if self._guarded and isinstance(error, CallError) and error.status == "discard":
            return self._in_pieces(t, end, given, error)
        raise self._failed(error, self._where(t, end), given) from error

    @cached_property
    def _guarded(self) -> bool:
        """Whether each step may have to be undone: FMUs of FMI 2.0 may discard it."""
        return self.fmu.fmi_version.startswith("2") and self.can_rollback

    def _initialise(self, t: float, stop: float, u: np.ndarray) -> None:
        self.close()
        # tried before the instance is made: some FMUs allow only one at a time
        self._keep = self._guarded
        if self._capabilities.claims.can_be_instantiated_only_once:
            self._capabilities.all()
        self._first_step, self._good, self._guard, self._stale = None, None, 0, True
        self._past.clear()
        self._binary = self.fmu.open_binary(self.name)
        self._in = self._binary.group([port.name for port in self.inputs])
        self._out = self._binary.group([port.name for port in self.outputs])
        given = {port.name: float(value) for port, value in zip(self.inputs, u, strict=True)}
        try:
            self._binary.initialise(t, stop, self._tolerance, {**self._values, **given})
        except FmuError as error:
            raise self._failed(error, f"initialising at t = {t:.9g} s", u) from error

    def _get(self, t: float) -> np.ndarray:
        try:
            values: np.ndarray = self._binary.get(self._out)
        except FmuError as error:
            raise self._failed(error, f"at t = {t:.9g} s", None) from error
        return values

    def _step(self, t: float, h: float, given: np.ndarray, since: float) -> tuple[float, np.ndarray]:
        """One step of the FMU, `since` seconds after its polynomials began; whole numbers stay as they are."""
        u = given
        if given.ndim == 2:
            u = given[0]
            if since:
                u = np.where(self.discrete_inputs, u, u + since * (given[1] + since * given[2]))
            for order, rate in ((1, given[1] + 2.0 * since * given[2]), (2, 2.0 * given[2]))[: self.input_degree]:
                self._binary.set_input_derivatives(self._real, order, rate[self._real_places])
        self.steps += 1
        result: tuple[float, np.ndarray] = self._binary.advance(t, h, self._in, u, self._out, self._keep)
        return result

    def _rest(self, begin: float, t: float, end: float, given: np.ndarray) -> np.ndarray:
        """Go on after an early return."""
        y, least = self._y, begin
        try:
            while end - t > _SAME_STEP * (end - begin):
                if not t > least:
                    raise CallError(f"{self.name}: the FMU returns early at {t:.9g} s without getting on")
                least = t
                t, y = self._step(t, end - t, given, t - begin)
        except FmuError as error:
            raise self._failed(error, self._where(t, end), given) from error
        return y

    def _in_pieces(self, begin: float, end: float, given: np.ndarray, error: CallError) -> np.ndarray:
        """A step that was discarded, in shorter ones."""
        self._binary.restore_state(self._guard)
        for t, h, before in self._past:
            self._step(t, h, before, 0.0)
        self._guard = self._binary.save_state(self._guard)
        self._stale = True
        t, h = begin, end - begin
        shortest = _SHORTEST * h
        y = self._y
        while end - t > _SAME_STEP * (end - begin):
            granted = (error.last_time or 0.0) - t
            h = granted if shortest < granted < h * (1.0 - _SAME_STEP) else 0.5 * h
            if h < shortest:
                raise self._failed(error, self._where(begin, end), given) from error
            self._binary.restore_state(self._guard)
            while end - t > _SAME_STEP * (end - begin):
                try:
                    t, y = self._step(t, min(h, end - t), given, t - begin)
                except CallError as again:
                    if again.status != "discard":
                        raise self._failed(again, self._where(t, t + h), given) from again
                    error = again
                    break
                self._guard = self._binary.save_state(self._guard)
        return y

    def _check_step(self, t: float, h: float) -> None:
        if self._first_step is None:
            self._first_step = h
        elif abs(h - self._first_step) > _SAME_STEP * max(h, self._first_step, abs(t) * 1e-3):
            raise SimulationError(
                f"{self.name}: at t = {t:.9g} s a step of {h:.9g} s would follow one of {self._first_step:.9g} s, and "
                "the FMU only takes steps of one length; choose a constant step that divides the sample times, the "
                "jumps of inputs and the end of the run"
            )

    def _finite(self, y: np.ndarray, t: float, where: str, u: np.ndarray | None) -> np.ndarray:
        bad = ~np.isfinite(y)
        if bad.any():
            port = self.outputs[int(np.argmax(bad))]
            raise self._failed(
                FmuError(f"{self.name}: output '{port.name}' is {y[bad][0]}{self._binary.last_words()}"), where, u
            )
        return y

    def _where(self, t: float, end: float) -> str:
        return f"in the step from t = {t:.9g} to {end:.9g} s"

    def _failed(self, error: FmuError, where: str, u: np.ndarray | None) -> SimulationError:
        good = None if self._good is None else (self._good[0], self._good[2])
        return unit_failure(self.name, error, where, self.inputs, u, good, self._guarded)


def _settable(name: str, fmu: Fmu, start: Mapping[str, float]) -> dict[str, float]:
    for state in start:
        variable = fmu.variables[state]
        if variable.initial not in ("exact", "approx"):
            raise FmuError(
                f"{name}: the FMU calculates the start value of '{state}' itself; set the parameter that it follows "
                "from"
            )
    return {n: float(v) for n, v in start.items()}
