"""How long the steps of a co-simulation are.

Lengths that adapt are the first one times a power of two: changing the step causes errors of its own (Kyllingstad,
arXiv:2512.13845), so changes are to be few. Towards a known instant near by, steps are shortened to equal parts.
"""

from __future__ import annotations

import math

import numpy as np

from heatsim.errors import SimulationError
from heatsim.solvers.cosimulation import CoSimulation
from heatsim.solvers.coupling import Point
from heatsim.solvers.extrapolation import at
from heatsim.solvers.participant import Ended

# lengths lie between the first one divided and multiplied by these
_SHORTEST = 2.0**20
_LONGEST = 2.0**10
# known instants at most so many steps away are reached in equal steps
_NEAR = 16
_TRIES_AT_SHORTEST = 10


class Constant:
    """Steps of one length from the start of the run on; known instants between cut a step in two.

    Parameters
    ----------
    step
        Length, s.
    """

    rollback = False
    adapts = False

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


class Adaptive:
    """Steps that follow the error of the extrapolation, for units that cannot go back.

    What the signals were thought to be at the end of a step is compared with what they are (predictor and corrector),
    relative to the tolerance, and a PI controller chooses the length: Kyllingstad, Sadjina and Skjong, Error estimation
    and step size control with minimal subsystem interfaces, arXiv:2406.17353. A step that was too long is not repeated.
    After a jump, which nothing foretold, steps are no longer than the one given; at the start, where nothing is known
    of the signals, they run up to it from a small part of it.

    Parameters
    ----------
    step
        Length after the start, s.
    tolerance
        Of a coupling signal, relative to the larger of its nominal value and its magnitude so far.
    degree
        Of the extrapolation.
    """

    rollback = False
    adapts = True
    # gains of Gustafsson's controller for an error of order n: 0.3/n and 0.4/n
    _INTEGRAL, _PROPORTIONAL = 0.3, 0.4
    _SAFETY = 0.8
    _FACTORS = (0.2, 1.5)
    _RUN_UP = 2.0**-6

    def __init__(self, step: float, tolerance: float, degree: int) -> None:
        self.first = step
        self.length = self.wished = step * self._RUN_UP
        self.tolerance = tolerance
        self.order = degree + 1
        self.before = 1.0
        self.tries = 0

    def take(self, run: CoSimulation, point: Point) -> Point:
        """Take the next step and choose the length of the one after."""
        coupled = run.exchange.coupled
        if point.t > run.begin and point.broken[coupled].any():
            self.length, self.wished = min(self.length, self.first), min(self.wished, self.first)
        step, given = run.tried(point, _towards(run, point, self.length))
        arrived = run.arrive(step)
        run.accept(step, given, arrived)
        foretold = at(point.history.extrapolated()[:, coupled], step.length)
        error = np.abs(arrived.stack[coupled] - foretold) / (self.tolerance * run.scale[coupled])
        error[arrived.broken[coupled]] = 0.0
        self._choose(run, point, step.length, error)
        return arrived

    def _choose(self, run: CoSimulation, point: Point, length: float, error: np.ndarray) -> None:
        """New length from the errors of the step from `point`, relative to the tolerance."""
        if not error.size:
            self.length = self.wished = self.first * _LONGEST
            return
        age = point.history.age
        orders = np.ones(error.size) if age is None else age[run.exchange.coupled] + 1.0
        # of the length wished for, which may be longer than the step was
        expected = max(float((error * (self.wished / length) ** orders).max()), 1e-12)
        factor = (
            self._SAFETY
            * expected ** (-self._INTEGRAL / self.order)
            * (self.before / expected) ** (self._PROPORTIONAL / self.order)
        )
        self.before = expected
        self.wished *= min(max(factor, self._FACTORS[0]), self._FACTORS[1])
        self.wished = min(max(self.wished, self.first / _SHORTEST), self.first * _LONGEST)
        while self.wished < self.length:
            self.length /= 2.0
        if self.wished >= 2.0 * self.length:
            self.length *= 2.0
        self._check(run, point, length, error)

    def _check(self, run: CoSimulation, point: Point, length: float, error: np.ndarray) -> None:
        self.tries = self.tries + 1 if error.max() > 1.0 and self.wished <= self.first / _SHORTEST else 0
        if self.tries > _TRIES_AT_SHORTEST:
            name = run.exchange.names[run.exchange.coupled[int(np.argmax(error))]]
            raise SimulationError(
                f"signal '{name}' still moves by {error.max():.3g} times the tolerance in a step of {length:.3g} s at "
                f"t = {point.t:.9g} s; take a larger tolerance, or merge its unit with its neighbours with clusters="
            )


class Rollback:
    """Steps that are taken as a whole and in two halves, and repeated with half the length where the two differ.

    The difference, by Richardson's extrapolation, tells the error of the halves, which are kept.

    Parameters
    ----------
    step
        First length, s.
    tolerance
        Of states and coupling signals, relative to the larger of the nominal value and the magnitude so far.
    degree
        Of the extrapolation; the method is of one order more.
    """

    rollback = True
    adapts = True
    _SAFETY = 0.9
    _PATIENCE = 3

    def __init__(self, step: float, tolerance: float, degree: int) -> None:
        self.first = self.length = step
        self.tolerance = tolerance
        self.order = degree + 1
        self.kept = 0

    def take(self, run: CoSimulation, point: Point) -> Point:
        """Take the next step and choose the length of the one after."""
        tokens = run.save()
        try:
            while True:
                arrived = self._try(run, point, _towards(run, point, self.length))
                if arrived is not None:
                    return arrived
                run.restore(tokens)
                run.statistics.steps_rejected += 1
        finally:
            run.discard(tokens)

    def _try(self, run: CoSimulation, point: Point, end: float) -> Point | None:
        """Take a step whole and in halves; None when it is too long, with a smaller length chosen."""
        length = end - point.t
        tokens = run.save()
        try:
            whole, _ = run.tried(point, end)
            far = run.arrive(whole, tick=False)
            run.restore(tokens)
            first, first_given = run.tried(point, run.snapped(point.t + 0.5 * length))
            halfway = run.arrive(first, tick=False)
            second, second_given = run.tried(halfway, end)
            near = run.arrive(second, tick=False)
        except Ended:
            # no shorter step would help, and the states that were kept are of no use any more
            raise
        except SimulationError:
            if length <= self.first / _SHORTEST:
                raise
            self._shorten(length, 0.5 * length)
            return None
        finally:
            run.discard(tokens)
        error, worst = self._error(run, far, near)
        best = self._SAFETY * length * max(error, 1e-12) ** (-1.0 / (self.order + 1))
        if error > 1.0:
            if length <= self.first / _SHORTEST:
                raise SimulationError(
                    f"'{worst}' errs by {error:.3g} times the tolerance in a step of {length:.3g} s at t = "
                    f"{point.t:.9g} s; take a larger tolerance, or merge its unit with its neighbours with clusters="
                )
            self._shorten(length, max(best, length / 8.0))
            return None
        run.accept(first, first_given, halfway)
        arrived = run.arrive(second) if run.ticks_at(near) else near
        run.accept(second, second_given, arrived)
        self.kept += 1
        if best >= 2.0 * self.length and self.kept >= self._PATIENCE:
            self.length, self.kept = min(2.0 * self.length, self.first * _LONGEST), 0
        return arrived

    def _shorten(self, length: float, wished: float) -> None:
        """Choose the longest length below the step's that is not above the one wished for."""
        self.kept = 0
        while self.length > wished or self.length >= length:
            self.length /= 2.0

    def _error(self, run: CoSimulation, far: Point, near: Point) -> tuple[float, str]:
        """Largest error of the halves relative to the tolerance, and what has it."""
        signals = np.union1d(run.exchange.coupled, run.exchange.opaque)
        difference = np.concatenate(
            [np.abs(far.x - near.x) / run.state_scale, np.abs(far.stack - near.stack)[signals] / run.scale[signals]]
        )
        if not difference.size:
            return 0.0, ""
        worst = int(np.argmax(difference))
        names = run.exchange.states
        name = names[worst] if worst < len(names) else run.exchange.names[signals[worst - len(names)]]
        return float(difference[worst]) / ((2.0**self.order - 1.0) * self.tolerance), name


def _towards(run: CoSimulation, point: Point, length: float) -> float:
    """End of a step of about this length, so that the next known instant is met after equal steps."""
    landing = run.landing(point.t)
    count = math.ceil((landing - point.t - run.tolerance) / length)
    if count <= 1:
        return landing
    return run.snapped(point.t + ((landing - point.t) / count if count <= _NEAR else length))
