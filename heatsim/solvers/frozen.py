"""A system with frozen inputs, some states held: what a steady state is looked for in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatsim.solvers.compose import Composite
from heatsim.solvers.kernel import Kernel


@dataclass(frozen=True)
class Frozen:
    """Composite with states that may move, and inputs at rest.

    Attributes
    ----------
    composite
        The continuous part of the system.
    kernel
        Its equations with parameters as arguments, where they can be.
    inputs
        System inputs, shape (n_inputs,).
    time
        Time at which they are frozen, s.
    free
        Mask of the states that move, shape (n_states,).
    tolerance
        Largest rate of a settled state, relative to its magnitude, 1/s.
    scale
        Magnitude of each state, shape (n_states,).
    """

    composite: Composite
    kernel: Kernel
    inputs: np.ndarray
    time: float
    free: np.ndarray
    tolerance: float
    scale: np.ndarray

    def rates(self, x: np.ndarray, u: np.ndarray) -> np.ndarray:
        """Derivatives relative to the magnitude of each state, held ones zero, 1/s."""
        derivative = np.asarray(self.composite.ode(self.time, x, u)).ravel()
        return np.where(self.free, derivative, 0.0) / self.scale

    def norm(self, x: np.ndarray, u: np.ndarray) -> float:
        """Largest of these rates, 1/s."""
        return float(np.max(np.abs(self.rates(x, u)), initial=0.0))

    def moved(self, x: np.ndarray, other: np.ndarray) -> float:
        """Largest difference of two state vectors, relative to magnitudes."""
        return float(np.max(np.abs(other - x) / self.scale, initial=0.0))
