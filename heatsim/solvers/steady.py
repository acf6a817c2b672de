"""The result of a trim: a steady state that a run can start from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class TrimPoint:
    """A steady state.

    Attributes
    ----------
    states
        State path (`unit.state`) -> value, SI, in the order of the system.
    memory
        Memory of each sampled unit.
    commands
        Held outputs of sampled units by path.
    inputs
        System inputs that were frozen, by scalar name.
    time
        Time at which the inputs were frozen, s.
    held
        States that kept their start values.
    residual
        Largest scaled derivative of the states that were to settle, 1/s.
    worst
        Path of the state with that derivative.
    method
        "newton" or "integration".
    outputs
        Outputs by path.
    hidden, opaque
        State that sampled units keep themselves, and that of opaque units, by unit.
    """

    states: dict[str, float]
    memory: dict[str, dict[str, float]]
    commands: dict[str, float]
    inputs: dict[str, float]
    time: float
    held: tuple[str, ...]
    residual: float
    worst: str
    method: str
    outputs: dict[str, float] = field(default_factory=dict)
    hidden: dict[str, Any] = field(default_factory=dict)
    opaque: dict[str, bytes] = field(default_factory=dict)

    def __repr__(self) -> str:
        rate = f"; largest rate {self.residual:.2g}/s at {self.worst}" if self.worst else ""
        return f"TrimPoint({len(self.states)} states, {len(self.held)} held, by {self.method}{rate})"
