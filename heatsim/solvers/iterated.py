"""Iterated co-simulation: a step is repeated until the signals at its end no longer change.

Within a step the signals of all participants are polynomials through the exchanges and the values at the end (waveform
relaxation with one point). The values at the end are a fixed point of a Gauss-Seidel sweep over the participants. The
second sweep begins with what the first gave; from then on the differences between sweeps tell how the end depends on
itself (Anderson's acceleration; Walker and Ni, 2011, in their notation), so that couplings too stiff for plain
iteration converge too. All participants go back to the start of the step between sweeps.
"""

from __future__ import annotations

import numpy as np

from heatsim.errors import SimulationError
from heatsim.solvers.cosimulation import CoSimulation
from heatsim.solvers.coupling import Step
from heatsim.solvers.extrapolation import at
from heatsim.solvers.gauss_seidel import hold_jumped, sweep

_MAX_ITERATIONS = 50
_NAMED = 3

MEMORY = 5
"""Differences between sweeps that the acceleration remembers."""


class NotConverged(SimulationError):
    """The signals at the end of a step keep changing."""


class Iterated:
    """Sweeps over a step until its end is consistent.

    Parameters
    ----------
    tolerance
        Change of a coupling signal from one sweep to the next, relative to the larger of its nominal value and its
        magnitude so far.
    """

    rollback = True

    def __init__(self, tolerance: float) -> None:
        self.tolerance = tolerance

    def step(self, run: CoSimulation, step: Step, c: np.ndarray) -> np.ndarray:
        """Repeat the step until it converges; the participants stay at its end.

        Raises
        ------
        NotConverged
            Names the signals that change most, and by how much.
        """
        signals = run.exchange.coupled
        scale = run.scale[signals]
        tokens = run.save()
        acceleration = _Anderson()
        z = at(c[:, signals], step.length) / scale
        try:
            for sweeps in range(_MAX_ITERATIONS):
                if sweeps:
                    run.restore(tokens)
                run.statistics.iterations += 1
                given = c.copy()
                given[:, signals] = step.point.history.interpolated(signals, z * scale, step.length)
                hold_jumped(run, step, given)
                given = sweep(run, step, given)
                change = step.at_end[signals] / scale - z
                if not np.isfinite(change).all():
                    break
                if not signals.size or np.abs(change).max() <= self.tolerance:
                    return given
                z = acceleration.next(z, change)
        finally:
            run.discard(tokens)
        raise NotConverged(self._message(run, step, sweeps + 1, change))

    def _message(self, run: CoSimulation, step: Step, sweeps: int, latest: np.ndarray) -> str:
        signals = run.exchange.coupled
        size = np.abs(np.nan_to_num(latest, nan=np.inf))
        worst = [i for i in np.argsort(-size)[:_NAMED] if size[i] > self.tolerance]
        listed = ", ".join(
            f"'{run.exchange.names[signals[i]]}' by {latest[i] * run.scale[signals[i]]:.3g}" for i in worst
        )
        return (
            f"the step from {step.point.t:.9g} to {step.end:.9g} s does not converge: after {sweeps} "
            f"iterations there still change {listed}; take a smaller step, step_control='rollback', or merge the "
            "units with clusters="
        )


class _Anderson:
    """Next guess of a fixed point from the last guesses and what they changed to."""

    def __init__(self) -> None:
        self._guesses: list[np.ndarray] = []
        self._changes: list[np.ndarray] = []

    def next(self, guess: np.ndarray, change: np.ndarray) -> np.ndarray:
        """Guess after `guess`, which the iteration changed by `change`."""
        self._guesses = [*self._guesses[-MEMORY:], guess]
        self._changes = [*self._changes[-MEMORY:], change]
        result = guess + change
        if len(self._changes) > 1:
            moved, changed = np.diff(self._guesses, axis=0).T, np.diff(self._changes, axis=0).T
            weights = np.linalg.lstsq(changed, change, rcond=1e-10)[0]
            result = result - (moved + changed) @ weights
        return result
