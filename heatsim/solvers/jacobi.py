"""Jacobi co-simulation: every participant by itself over a step, then one exchange of signals.

Coupling signals inside a step are extrapolated (`extrapolation`). Units written in Python, which do not depend on each
other inside a step, share one integrator.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from heatsim.solvers.cosimulation import CoSimulation
from heatsim.solvers.coupling import Step
from heatsim.solvers.starting import with_start


class Jacobi:
    """All participants at once, with signals extrapolated from the exchange before the step."""

    rollback = False

    def step(self, run: CoSimulation, step: Step, c: np.ndarray) -> np.ndarray:
        """Advance every participant over the step."""
        return with_start(_sweep, run, step, c)


def _sweep(run: CoSimulation, step: Step, c: np.ndarray) -> np.ndarray:
    for slot in run.slots:
        run.advance(slot, step, c)
    return c


def side_by_side(units: Sequence[str], fmus: frozenset[str]) -> list[list[str]]:
    """Groups of units that share an integrator: those written in Python; each FMU by itself."""
    python = [name for name in units if name not in fmus]
    return [[name] for name in units if name in fmus] + ([python] if python else [])
