"""What an FMU can really do: its claims tried out on instances of their own.

State: after some steps the state is kept; the steps that follow are made, others too, and after going back the first
must give the same outputs and states bit by bit; the same through bytes. Reset: a second run after it must be the first
one bit by bit. Directional derivatives: against finite differences, on a kink those of both sides. Input derivatives
(Co-Simulation of FMI 2.0): the end of a step must come closer to that of many short steps than without. Dependencies:
no output may move with an input that it is said not to depend on.

Steps are those of Co-Simulation, or for Model Exchange explicit Euler steps with their `completedIntegratorStep`, so
short that no state moves far.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from heatsim.errors import FmuError
from heatsim.fmu.binary import Binary
from heatsim.fmu.description import Claims, Description
from heatsim.fmu.trial import Connectors, Trial, TrialRun

__all__ = ["Capabilities", "Finding", "Trial"]

_STEPS = 3
_SUBSTEPS = 32
# of a directional derivative against finite differences, relative to the largest of its column
_DERIVATIVE_LIMIT = 1e-3
_NOT_OFFERED = "not offered"
_WORKS = "works"


@dataclass(frozen=True)
class Finding:
    """One capability: what the description says, whether it works, and why not."""

    name: str
    claimed: bool
    works: bool
    why: str


class Capabilities:
    """Tested capabilities of one interface of an FMU; each is tested when first asked for.

    Parameters
    ----------
    open_instance
        Makes a new instance.
    description, interface
        Of the FMU.
    trial
        How it is tried.
    """

    def __init__(
        self, open_instance: Callable[[], Binary], description: Description, interface: str, trial: Trial
    ) -> None:
        self._open_instance = open_instance
        self._unopened: FmuError | None = None
        self._description = description
        self._co_simulation = interface == "co_simulation"
        self._trial = trial
        self.claims: Claims = description.interfaces[interface]
        self._connectors = Connectors.of(description)
        self.inputs, self.outputs = list(self._connectors.inputs), list(self._connectors.outputs)
        self._real_inputs, self._real_outputs = self._connectors.real_inputs, self._connectors.real_outputs
        self._seen = self._connectors.seen

    @cached_property
    def state(self) -> Finding:
        """Whether a kept state brings everything back."""
        return self._found("state", self.claims.can_get_and_set_state, self._try_state)

    @cached_property
    def serialize(self) -> Finding:
        """Whether a state survives as bytes, in another instance."""
        return self._found("serialize", self.claims.can_serialize_state, self._try_serialize)

    @cached_property
    def reset(self) -> Finding:
        """Whether a reset instance is as good as a new one."""
        return self._found("reset", True, self._try_reset)

    @cached_property
    def directional_derivatives(self) -> Finding:
        """Whether directional derivatives agree with finite differences."""
        return self._found(
            "directional derivatives", self.claims.provides_directional_derivatives, self._try_derivatives
        )

    @cached_property
    def input_derivatives(self) -> Finding:
        """Whether the first derivatives of inputs have the effect that they should have."""
        return self._found("input derivatives", self.claims.can_interpolate_inputs, lambda: self._try_slopes(1))

    @cached_property
    def second_input_derivatives(self) -> Finding:
        """Whether the second ones have."""
        return self._found("second input derivatives", self.input_derivatives.works, lambda: self._try_slopes(2))

    @cached_property
    def feedthrough(self) -> np.ndarray:
        """Which outputs depend directly on which inputs, by the description and by trial; shape (outputs, inputs)."""
        return self._description.feedthrough(self.outputs, self.inputs) | self._moving

    @cached_property
    def dependencies(self) -> Finding:
        """Whether the outputs depend on no inputs but those of the description."""
        extra = self._moving & ~self._description.feedthrough(self.outputs, self.inputs)
        if not extra.any():
            return Finding("dependencies", True, True, _WORKS)
        i, j = np.argwhere(extra)[0]
        return Finding(
            "dependencies", True, False, f"'{self.outputs[i]}' moves with '{self.inputs[j]}', which it does not tell"
        )

    def all(self) -> tuple[Finding, ...]:
        """All findings, for a table."""
        return (
            self.state,
            self.serialize,
            self.reset,
            self.directional_derivatives,
            *([self.input_derivatives, self.second_input_derivatives] if self._co_simulation else []),
            self.dependencies,
        )

    def _open(self) -> Binary:
        """A new instance; one that did not open, perhaps after its whole time limit, is not tried again."""
        if self._unopened is not None:
            raise self._unopened
        try:
            return self._open_instance()
        except FmuError as error:
            self._unopened = error
            raise

    # -- trials --------------------------------------------------------------------------------------------------

    def _found(self, name: str, claimed: bool, attempt: Callable[[], str]) -> Finding:
        if not claimed:
            return Finding(name, False, False, _NOT_OFFERED)
        try:
            why = attempt()
        except FmuError as error:
            why = str(error)
        return Finding(name, True, not why, why or _WORKS)

    def _try_state(self) -> str:
        with TrialRun(self._open(), self._trial, self._connectors) as run:
            run.steps(_STEPS)
            token = run.save()
            before = run.seen()
            first = run.steps(_STEPS)
            run.restore(token)
            if not _same(run.seen(), before):
                return self._difference("going back does not bring back", run.seen(), before)
            run.steps(_STEPS, shift=1.0)
            run.restore(token)
            again = run.steps(_STEPS)
            return "" if _same(first, again) else self._difference("after going back differs", again, first)

    def _try_serialize(self) -> str:
        if not self.state.works:
            return f"its state does not come back ({self.state.why})"
        with TrialRun(self._open(), self._trial, self._connectors) as run:
            run.steps(_STEPS)
            kept = run.pack()
            first = run.steps(_STEPS)
        with TrialRun(self._open(), self._trial, self._connectors) as other:
            other.unpack(kept)
            again = other.steps(_STEPS)
            return "" if _same(first, again) else self._difference("differs from bytes", again, first)

    def _try_reset(self) -> str:
        with TrialRun(self._open(), self._trial, self._connectors) as run:
            first = np.concatenate([run.seen(), run.steps(2 * _STEPS)])
            run.binary.reset()
            run.start()
            again = np.concatenate([run.seen(), run.steps(2 * _STEPS)])
            return "" if _same(first, again) else self._difference("differs after a reset", again, first)

    def _difference(self, what: str, found: np.ndarray, expected: np.ndarray) -> str:
        bad = (found != expected) & ~(np.isnan(found) & np.isnan(expected))
        name = self._seen[int(np.argmax(bad)) % len(self._seen)] if bad.any() else "the result"
        return f"'{name}' {what}"

    def _try_derivatives(self) -> str:
        states = list(self._description.states)
        rates = {v.derivative_of: v.name for v in self._description.variables.values() if v.derivative_of}
        unknowns = list(self._real_outputs)
        knowns = list(self._real_inputs)
        if not self._co_simulation:
            unknowns += [rates[n] for n in states]
            knowns = [*states, *knowns]
        if not unknowns or not knowns:
            return ""
        with TrialRun(self._open(), self._trial, self._connectors) as run:
            run.steps(_STEPS)
            run.settle()
            run.scatter()
            for j, known in enumerate(knowns):
                step = 1e-6 * max(1.0, abs(float(run.value(known))), self._nominal(known))
                low, high = run.moved(known, -step, unknowns), run.moved(known, step, unknowns)
                finite = (high - low) / (2.0 * step)
                rounding = 1e-15 * (np.abs(high) + np.abs(low)) / step
                middle = run.moved(known, 0.0, unknowns)
                told = run.binary.directional_derivative(unknowns, [knowns[j]], np.ones(1))
                limit = _DERIVATIVE_LIMIT * np.maximum(np.abs(finite), np.abs(told)) + 1e3 * rounding
                # on a kink (a limit, a ramp of two speeds) what lies between both sides is as good
                sides = np.array([middle - low, high - middle]) / step
                bad = ~((told >= sides.min(axis=0) - limit) & (told <= sides.max(axis=0) + limit))
                if bad.any():
                    i = int(np.argmax(bad))
                    return (
                        f"d {unknowns[i]} / d {known} is {told[i]:.6g} by the FMU and {finite[i]:.6g} by finite "
                        "differences"
                    )
        return ""

    def _try_slopes(self, order: int) -> str:
        if not self._real_inputs:
            return "it has no real inputs"
        if not self.claims.can_handle_variable_step:
            return "it takes steps of one length only, so the effect cannot be compared with that of shorter ones"
        moved = False
        for name in self._real_inputs:
            held = self._after_slope(name, order, 1, 0)
            told = self._after_slope(name, order, 1, order)
            fine = self._after_slope(name, order, _SUBSTEPS, 0)
            effect = np.abs(fine - held)
            if not np.any(effect > 1e-9 * (1.0 + np.abs(fine))):
                continue
            if np.array_equal(told, held):
                return f"the derivative of order {order} of '{name}' has no effect"
            if np.any(np.abs(told - fine) > 0.2 * np.max(effect)):
                return f"the derivative of order {order} of '{name}' has a wrong effect"
            moved = True
        return "" if moved else "no input has an effect within a step"

    def _after_slope(self, name: str, order: int, substeps: int, told: int) -> np.ndarray:
        """Outputs and states at the end of a step, one input going up by a power of time."""
        h = self._trial.step
        with TrialRun(self._open(), self._trial, self._connectors) as run:
            run.steps(1)
            base = run.value(name)
            rise = 0.1 * max(1.0, abs(float(base)), self._nominal(name))
            for i in range(substeps):
                # held at the mean of each substep
                a, b = i / substeps, (i + 1) / substeps
                mean = rise * (b ** (order + 1) - a ** (order + 1)) / (order + 1) * substeps if substeps > 1 else 0.0
                if told:
                    factorial = 1.0 if order == 1 else 2.0
                    run.binary.set_input_derivatives([name], order, np.array([factorial * rise / h**order]))
                run.step(h / substeps, {name: base + mean})
            return run.seen()

    @cached_property
    def _moving(self) -> np.ndarray:
        """Outputs that were seen to move with an input at one instant."""
        moving = np.zeros((len(self.outputs), len(self.inputs)), dtype=bool)
        if not moving.size:
            return moving
        try:
            with TrialRun(self._open(), self._trial, self._connectors) as run:
                run.steps(_STEPS)
                run.settle()
                for j, name in enumerate(self.inputs):
                    if name not in self._real_inputs:
                        continue
                    base = run.moved(name, 0.0, self.outputs)
                    step = 1e-3 * max(1.0, abs(float(run.value(name))), self._nominal(name))
                    moving[:, j] = run.moved(name, step, self.outputs) != base
                    run.moved(name, 0.0, self.outputs)
        except FmuError:
            # a failing FMU tells nothing here; what it says about itself stands
            return np.zeros_like(moving)
        return moving

    def _nominal(self, name: str) -> float:
        return abs(self._description.variables[name].nominal or 1.0)


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    """Equal bit by bit; a NaN is equal to itself."""
    return bool(np.array_equal(a, b, equal_nan=True))
