"""How long the steps of a co-simulation are."""

from __future__ import annotations

import math

from heatsim.solvers.coupling import Point
from heatsim.solvers.cosimulation import CoSimulation


class Constant:
    """Steps of one length from the start of the run on; known instants between cut a step in two.

    Parameters
    ----------
    step
        Length, s.
    """

    rollback = False

    def __init__(self, step: float) -> None:
        self.step = step

    def take(self, run: CoSimulation, point: Point) -> Point:
        """Take the next step."""
        done = math.floor((point.t - run.begin + run.tolerance) / self.step)
        end = min(run.snapped(run.begin + (done + 1) * self.step), run.landing(point.t))
        step, given = run.tried(point, end)
        arrived = run.arrive(step)
        run.accept(step, given, arrived)
        return arrived
