"""A step that some signals have no history for, done so that quadratic extrapolation keeps its order.

A held signal makes an error of second order in such a step, which would stay the largest of all. Where all participants
can go back the step is taken a second time, with signals on straight lines to the values that it ended with.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from heatsim.solvers.cosimulation import CoSimulation
from heatsim.solvers.coupling import Step

Sweep = Callable[[CoSimulation, Step, np.ndarray], np.ndarray]


def with_start(sweep: Sweep, run: CoSimulation, step: Step, c: np.ndarray) -> np.ndarray:
    """Take a step by `sweep`, twice where quadratic signals lack a history and all participants can go back."""
    signals, history = run.exchange.coupled, step.point.history
    if history.degree < 2 or not run.can_go_back or history.age is None or history.age[signals].all():
        return sweep(run, step, c)
    tokens = run.save()
    try:
        sweep(run, step, c)
        # consistent among each other, unlike what the participants gave for signals that were held
        at_end = run.arrive(step, tick=False).stack[signals]
        run.restore(tokens)
    finally:
        run.discard(tokens)
    c = c.copy()
    c[:, signals] = history.interpolated(signals, at_end, step.length)
    return sweep(run, step, c)
