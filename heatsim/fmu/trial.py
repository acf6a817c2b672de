"""An FMU on trial: an instance that makes some steps, is moved, goes back and repeats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from heatsim.fmu.binary import Binary
from heatsim.fmu.description import Description, Variable
from heatsim.fmu.instance import settle

# how far a state may go in a trial, relative to its magnitude
_FARTHEST = 1e-3
# multiples of it, less their whole part, are all different
_GOLDEN = 0.6180339887498949


@dataclass(frozen=True)
class Trial:
    """How an FMU is tried: from time `t` with steps of `step`, s, with these parameters and inputs by name."""

    t: float
    step: float
    values: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, description: Description, values: Mapping[str, float] | None = None) -> Trial:
        """Steps as the description gives them, or a five-hundredth of its default experiment, or of 0.01 s."""
        experiment = description.experiment
        t = experiment.start or 0.0
        span = (experiment.stop or 0.0) - t
        claims = description.interfaces.get("co_simulation")
        fixed = None if claims is None else claims.fixed_internal_step
        return cls(t, experiment.step or fixed or (span / 500.0 if span > 0.0 else 0.01), dict(values or {}))


@dataclass(frozen=True)
class Connectors:
    """Names of the scalar numbers that go in and out of an FMU; `seen` are outputs and continuous states."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    real_inputs: tuple[str, ...]
    real_outputs: tuple[str, ...]
    seen: tuple[str, ...]

    @classmethod
    def of(cls, description: Description) -> Connectors:
        """Connectors of a description."""
        by: dict[str, list[Variable]] = {"input": [], "output": []}
        for variable in description.variables.values():
            if variable.causality in by and _scalar_number(variable):
                by[variable.causality].append(variable)
        inputs, outputs = (tuple(v.name for v in by[kind]) for kind in ("input", "output"))
        real = [tuple(v.name for v in by[kind] if v.type == "Real") for kind in ("input", "output")]
        return cls(inputs, outputs, real[0], real[1], (*outputs, *description.states))


class TrialRun:
    """One instance that is stepped on, with its own time and inputs; closed at the end of a `with` block.

    Parameters
    ----------
    binary
        A new instance.
    trial
        How it is tried.
    connectors
        Names of its inputs and of its outputs.

    Attributes
    ----------
    t, u
        Present time, s, and inputs to start from, shape (n_inputs,).
    """

    def __init__(self, binary: Binary, trial: Trial, connectors: Connectors) -> None:
        self.binary = binary
        self._trial = trial
        self._co_simulation = binary.interface == "co_simulation"
        self._inputs = list(connectors.inputs)
        self._real_inputs = set(connectors.real_inputs)
        self._states = list(binary.description.states)
        self._in = binary.group(connectors.inputs)
        self._out = binary.group(connectors.outputs)
        self._seen = binary.group(connectors.seen)
        self._x = np.zeros(0)
        self.start()

    def __enter__(self) -> TrialRun:
        return self

    def __exit__(self, *_: object) -> None:
        self.binary.close()

    def start(self) -> None:
        """Initialise."""
        trial = self._trial
        self.t = trial.t
        self.binary.initialise(trial.t, None, None, trial.values)
        self.u = self.binary.get(self._in)
        if not self._co_simulation:
            settle(self.binary)
            self.binary.enter_continuous_time_mode()
            self._x = self.binary.states()

    def step(self, h: float, inputs: Mapping[str, float] | None = None) -> None:
        """One step."""
        u = self.u.copy()
        for name, value in (inputs or {}).items():
            u[self._inputs.index(name)] = value
        if self._co_simulation:
            self.t, _ = self.binary.advance(self.t, h, self._in, u, self._out, True)
            return
        dx = self.binary.derivatives(self.t, self._x, self._in, u)
        # explicit steps of a stiff model would leave all bounds; decades, so that another rate gives another state
        fastest = float(np.max(np.abs(dx) / np.maximum(1.0, np.abs(self._x)), initial=0.0))
        if 0.0 < fastest < np.inf:
            h = min(h, 10.0 ** np.floor(np.log10(_FARTHEST / fastest)))
        self.t += h
        self._x = self._x + h * dx
        self.binary.place(self.t, self._x, self._in, u)
        event, _ = self.binary.completed_step(True)
        if event:
            self.binary.enter_event_mode()
            settle(self.binary)
            self.binary.enter_continuous_time_mode()
            self._x = self.binary.states()

    def steps(self, n: int, shift: float = 0.0) -> np.ndarray:
        """Steps with real inputs that move a little; everything seen at their ends, in one vector."""
        rows = []
        for i in range(n):
            moved = {
                name: self.u[j] + 1e-3 * (i + shift) * max(1.0, abs(float(self.u[j])))
                for j, name in enumerate(self._inputs)
                if name in self._real_inputs
            }
            self.step(self._trial.step, moved)
            rows.append(self.seen())
        return np.concatenate(rows)

    def seen(self) -> np.ndarray:
        """Outputs and states as the FMU gives them."""
        return self.binary.get(self._seen)

    def value(self, name: str) -> float:
        """One value."""
        return float(self.binary.get(self.binary.group([name]))[0])

    def settle(self) -> None:
        """Take the present inputs for those to move from."""
        self.u = self.binary.get(self._in)

    def scatter(self) -> None:
        """Move each state a little, by another amount: states that are all alike lie on the kinks of many models."""
        places = (np.arange(1, self._x.size + 1) * _GOLDEN) % 1.0 - 0.5
        self._x = self._x + _FARTHEST * places * np.maximum(1.0, np.abs(self._x))

    def moved(self, name: str, by: float, unknowns: Sequence[str]) -> np.ndarray:
        """Unknowns at the present time with one input or state moved."""
        u, x = self.u.copy(), self._x.copy()
        if name in self._inputs:
            u[self._inputs.index(name)] += by
        else:
            x[self._states.index(name)] += by
        if self._co_simulation:
            self.binary.set(self._in, u)
        else:
            self.binary.place(self.t, x, self._in, u)
        return self.binary.get(self.binary.group(unknowns))

    def save(self) -> tuple[int, float, np.ndarray]:
        """Keep the state."""
        return self.binary.save_state(), self.t, self._x

    def restore(self, token: tuple[int, float, np.ndarray]) -> None:
        """Go back."""
        number, self.t, self._x = token
        self.binary.restore_state(number)

    def pack(self) -> tuple[bytes, float, np.ndarray]:
        """State as bytes."""
        return self.binary.serialize(self.binary.save_state()), self.t, self._x

    def unpack(self, kept: tuple[bytes, float, np.ndarray]) -> None:
        """Take up a state from bytes."""
        data, self.t, self._x = kept
        self.binary.restore_state(self.binary.deserialize(data))


def _scalar_number(variable: Variable) -> bool:
    return variable.shape == () and not variable.clocked and variable.fmi_type not in ("String", "Binary", "Clock")
