"""A unit with events whose inputs are polynomials of time, as a model for the event integrator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from heatsim.solvers.event_unit import EventUnit

# an output that changes by more than this at an event, relative to itself, has jumped
_JUMP = 1e-9


class InputLine:
    """A unit whose inputs are polynomials of time, as a model for the integrator."""

    def __init__(self, unit: EventUnit) -> None:
        self._unit = unit
        self._begin = 0.0
        self._c = np.zeros((3, len(unit.inputs)))
        self.name = unit.name
        self.states = unit.states
        self.n_indicators = unit.n_indicators
        self.watches_steps = unit.needs_completed_step
        self.sparsity = None

    @property
    def nominal(self) -> np.ndarray:
        return self._unit.nominal

    @property
    def next_event(self) -> float:
        return self._unit.next_event

    def follow(self, t: float, c: np.ndarray) -> None:
        """Take inputs c[0] + c[1]*tau + c[2]*tau**2 with tau from `t` on."""
        self._begin, self._c = t, np.array(c, dtype=float)

    def inputs(self, t: float) -> np.ndarray:
        """Inputs at a time."""
        tau = t - self._begin
        return np.asarray(self._c[0] + tau * (self._c[1] + tau * self._c[2]))

    def rates(self, t: float, y: np.ndarray) -> np.ndarray:
        return self._unit.rates(t, y, self.inputs(t))

    def indicators(self, t: float, y: np.ndarray) -> np.ndarray:
        return self._unit.indicators(t, y, self.inputs(t))

    def jacobian(self, t: float, y: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def step_done(self, t: float, y: np.ndarray) -> bool:
        return self._unit.step_done(t, y, self.inputs(t))

    def event(self, t: float, y: np.ndarray) -> np.ndarray:
        unit, u = self._unit, self.inputs(t)
        before = unit.output_at(t, y, u)
        states = unit.event(t, y, u)
        after = unit.output_at(t, states, u)
        unit.jumped = unit.jumped | (np.abs(after - before) > _JUMP * (1.0 + np.abs(before)))
        return states

    def indicator_name(self, index: int) -> str:
        return f"{self.name}: event indicator {index + 1}"
