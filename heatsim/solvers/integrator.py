"""Integrates a right-hand side over segments in which all inputs are polynomials of time, piece by piece.

One CVODES object serves every segment: time is scaled to the output interval, so that one call covers a grid of equal
intervals. Inputs are `a + b*tau + c*tau**2` of the time `tau` since the instant that a piece is anchored at; a grid may
have other pieces in each interval. States are scaled by their nominal values, so that `rtol` also sets the absolute
tolerance (`rtol*nominal`). States on which nothing depends, energy meters, are integrated from zero in each call.
Each state has a length of the output interval of its own among the parameters, zero for one that is held: runs and
searches for steady states have the same equations, hence the same CVODES objects and the same machine code.

CVODES restarts in each call and goes on within it. Over a kink of an input it may go on, since the error test sees it;
over a jump it must not: going on is measured to be ten times less accurate at the same tolerance than a restart.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import casadi as ca
import numpy as np

from heatsim.errors import SimulationError
from heatsim.solvers.buffered import Buffered
from heatsim.solvers.cvodes import MAX_STEPS, Equations, compiled, content_key, cvodes, keep, recall
from heatsim.solvers.integrator_failure import TOO_MUCH_WORK, Stopped

# building CVODES for one more number of intervals costs as much as some forty restarts where its Jacobian has to be
# derived, and next to nothing where it is compiled
_WORTH_BUILDING = 40
_LONG = 64
_NOT_QUADRATIC = "parabolas as inputs need an integrator made with quadratic=True"
# first steps relative to the interval, which save CVODES the search for one; the error test shortens one that is too
# long. A segment that went through in a few steps makes the next one begin with a longer step, a failed test with a
# shorter one: sampled control of a plant nearly at rest then takes one or two steps a sample.
_FIRST_STEPS = (1e-2, 1e-1, 1.0)
_FEW = 3


@dataclass
class Statistics:
    """Work done by integrators.

    Attributes
    ----------
    segments
        Restarts.
    steps, failures
        Internal steps, and attempts at one that did not converge or failed the test of the error.
    newton_iterations, evaluations, factorisations
        Iterations, right-hand sides and factorised Jacobians of these steps.
    machine_code
        Whether the equations were compiled.
    events
        Events of FMUs.
    """

    segments: int = 0
    steps: int = 0
    failures: int = 0
    newton_iterations: int = 0
    evaluations: int = 0
    factorisations: int = 0
    machine_code: bool = False
    events: int = 0


def _elimination_order(jacobian: ca.Sparsity) -> np.ndarray:
    """Return the states in the order of approximate minimum degree.

    CasADi's csparse eliminates in the order given. For a network of 100 consumers (2500 states) a factorisation takes
    1 ms in this order, 25 to 40 ms in that of the model.
    """
    n = jacobian.size1()
    return np.array((jacobian + jacobian.T + ca.Sparsity.diag(n)).amd(), dtype=int) if n else np.zeros(0, dtype=int)


class SegmentIntegrator:
    """CVODES (BDF, Newton, sparse direct solver) for `der(x) = ode(t, x, u)` or `ode(t, x, u, p)`.

    Parameters
    ----------
    name
        What is integrated, for messages.
    ode
        CasADi function of (t, x, u) or (t, x, u, p).
    states
        Names of the states, for messages.
    nominal
        Magnitude of each state, shape (n_states,).
    rtol
        Relative tolerance.
    statistics
        Counter that the work is added to.
    quadratic
        Whether inputs may be parabolas of time; costs a parameter more for each.
    native
        Whether the equations are compiled to machine code first; needs an SX function.
    parameters
        Values of p, shape (n_parameters,).
    inputs
        Names of the inputs, for messages.
    moving
        Mask of the states that move, shape (n_states,); the others keep their values. None: all.
    learning
        Whether compiled equations begin with longer steps where earlier segments allow it. Without, the numbers are
        those of equations that are not compiled.

    Raises
    ------
    CompilerError
        When the equations cannot be compiled.
    """

    def __init__(
        self,
        name: str,
        ode: ca.Function,
        states: tuple[str, ...],
        nominal: np.ndarray,
        rtol: float,
        statistics: Statistics,
        quadratic: bool = False,
        native: bool = False,
        parameters: np.ndarray | None = None,
        inputs: tuple[str, ...] = (),
        moving: np.ndarray | None = None,
        learning: bool = True,
    ) -> None:
        self.name = name
        self.states = states
        self.nominal = nominal
        self.rtol = rtol
        self.statistics = statistics
        self.quadratic = quadratic
        self.inputs = inputs
        self._ode = ode
        self._parameters = np.zeros(0) if parameters is None else parameters
        self._moving = np.ones(len(states)) if moving is None else moving.astype(float)
        self._n_inputs = ode.size1_in(2)
        self._meters = np.ones(len(states), dtype=bool)
        self._meters[ode.jac_sparsity(0, 1).get_triplet()[1]] = False
        # a step given could meet an explicit function of time whole periods later and see nothing of it, and so could
        # a long step of a system at rest
        self._timed = ode.jac_sparsity(0, 0).nnz() > 0
        self._order = _elimination_order(ode.jac_sparsity(0, 1))
        self._place = np.argsort(self._order)
        # each one is an object of CVODES, for which only compiled equations bring their Jacobian along
        self._compiled = native and bool(states) and ode.is_a("SXFunction")
        self._first_steps = _FIRST_STEPS if self._compiled and learning else _FIRST_STEPS[:1]
        key = content_key(ode, nominal, rtol, quadratic, native)
        self._equations = keep(key, recall(key) or self._scaled_problem())
        self.forget()

    def forget(self) -> None:
        """Forget what was learnt from earlier segments, so that what follows does not depend on them in any bit."""
        self._level = 0
        self._spent: dict[int, int] = {}  # restarts by which numbers of intervals were cut

    def _scaled_problem(self) -> Equations:
        kind: Any = ca.SX if self._ode.is_a("SXFunction") else ca.MX
        n = self._n_inputs
        s, z = kind.sym("s"), kind.sym("z", len(self.states))
        p = kind.sym("p", 2 + len(self.states) + self._parameters.size)
        w = kind.sym("w", 1 + (3 if self.quadratic else 2) * n)
        start, length = p[0], p[1]
        lengths = p[2 : 2 + len(self.states)]
        since = (s - w[0]) * length
        u = w[1 : 1 + n] + w[1 + n : 1 + 2 * n] * since
        if self.quadratic:
            u += w[1 + 2 * n :] * since**2
        arguments = [start + s * length, z[self._place.tolist()] * self.nominal, u]
        if self._ode.n_in() > 3:
            arguments.append(p[2 + len(self.states) :])
        scaled = (self._ode(*arguments) * lengths / self.nominal)[self._order.tolist()]
        problem = {"t": s, "x": z, "p": p, "u": w, "ode": scaled}
        return Equations(compiled(problem) if self._compiled else problem)

    def _integrator(self, intervals: int, first_step: float) -> Buffered:
        """CVODES over `intervals` units of scaled time; it searches its first step when none is given (0)."""
        key = (intervals, first_step)
        if key not in self._equations.made:
            options = {
                "reltol": self.rtol,
                "abstol": self.rtol,
                "step0": first_step,
                "max_step_size": 1.0 if self._timed else 0.0,  # one output interval
            }
            self._equations.made[key] = cvodes(self._equations.problem, intervals, options)
        return self._equations.made[key]

    def advance(
        self, x: np.ndarray, start: float, end: float, a: np.ndarray, b: np.ndarray, c: np.ndarray | None = None
    ) -> np.ndarray:
        """State at `end` from the state at `start`; inputs are a + b*(t - start) + c*(t - start)**2.

        Raises
        ------
        SimulationError
            When CVODES stops or a state becomes non-finite.
        """
        if not self.states:
            return np.zeros(0)
        parts = [np.zeros(1), a, b]
        if self.quadratic:
            parts.append(np.zeros_like(a) if c is None else c)
        elif c is not None and c.any():
            raise ValueError(_NOT_QUADRATIC)
        return self._advance(x, start, end - start, np.concatenate(parts)[:, None])[:, 0]

    def advance_pieces(
        self,
        x: np.ndarray,
        start: float,
        interval: float,
        anchors: np.ndarray,
        a: np.ndarray,
        b: np.ndarray,
        c: np.ndarray | None = None,
    ) -> np.ndarray:
        """States at start + interval*(1…n), shape (n_states, n); inputs may have other polynomials in each interval.

        Parameters
        ----------
        x, start
            State and time at the start.
        interval
            Length of each interval, s.
        anchors
            Time from which `tau` counts in each interval, shape (n,). Intervals on one piece have the same numbers.
        a, b, c
            Coefficients, shape (n_inputs, n). Inputs must not jump between intervals.
        """
        intervals = anchors.size
        if not self.states:
            return np.zeros((0, intervals))
        if c is not None and not self.quadratic:
            if c.any():
                raise ValueError(_NOT_QUADRATIC)
            c = None
        parts = [(anchors - start)[None, :] / interval, a, b]
        if self.quadratic:
            parts.append(np.zeros_like(a) if c is None else c)
        pieces = np.concatenate(parts)
        columns: list[np.ndarray] = []
        done = 0
        for count in self._portions(intervals):
            part = pieces[:, done : done + count].copy()
            part[0] -= done
            columns.append(self._advance(x, start + done * interval, interval, part))
            x, done = columns[-1][:, -1], done + count
        return columns[0] if len(columns) == 1 else np.concatenate(columns, axis=1)

    def _portions(self, intervals: int) -> list[int]:
        """Whole when the number is large or comes often, else powers of two: `[8, 2, 1]` for 11."""
        if self._compiled:
            return [intervals]
        parts = [1 << k for k in range(intervals.bit_length() - 1, -1, -1) if intervals >> k & 1]
        self._spent[intervals] = self._spent.get(intervals, 0) + len(parts) - 1
        return [intervals] if intervals >= _LONG or self._spent[intervals] > _WORTH_BUILDING else parts

    def _advance(self, x: np.ndarray, start: float, interval: float, pieces: np.ndarray) -> np.ndarray:
        """States at the ends of the intervals without a restart in between."""
        # a meter that has counted for long would have a loose tolerance, so each call counts from zero
        counted = np.where(self._meters, x, 0.0)
        z = ((x - counted) / self.nominal)[self._order]
        p = self._arguments(start, interval)
        first_step = 0.0 if self._timed else self._first_steps[self._level]
        integrator = self._integrator(pieces.shape[1], first_step)
        try:
            try:
                scaled = integrator(z, p, pieces)
            except RuntimeError as error:
                if not first_step or TOO_MUCH_WORK in str(error):
                    raise
                # the first step was far too long for this segment
                self._level = 0
                integrator = self._integrator(pieces.shape[1], 0.0)
                scaled = integrator(z, p, pieces)
        except RuntimeError as error:
            raise self._failure(x, start, interval, pieces, str(error)) from error
        states = scaled[self._place] * self.nominal[:, None] + counted[:, None]
        if not np.isfinite(states).all():
            raise self._failure(x, start, interval, pieces, "a state became non-finite")
        stats = integrator.stats()
        if stats["netfails"]:
            self._level = max(self._level - 1, 0)
        elif stats["nsteps"] <= _FEW:
            self._level = min(self._level + 1, len(self._first_steps) - 1)
        counter = self.statistics
        counter.segments += 1
        counter.steps += stats["nsteps"]
        counter.failures += stats["netfails"] + stats["nncfails"]
        counter.newton_iterations += stats["nniters"]
        counter.evaluations += stats["nfevals"]
        counter.factorisations += stats["nlinsetups"]
        return states

    def _arguments(self, start: float, interval: float) -> np.ndarray:
        """Parameters of the scaled equations."""
        return np.concatenate([[start, interval], interval * self._moving, self._parameters])

    def _inputs_at(self, s: float, interval: float, pieces: np.ndarray) -> np.ndarray:
        """Inputs at scaled time `s`."""
        n = self._n_inputs
        piece = pieces[:, min(int(s), pieces.shape[1] - 1)]
        since = (s - piece[0]) * interval
        u = piece[1 : 1 + n] + piece[1 + n : 1 + 2 * n] * since
        return np.asarray(u + piece[1 + 2 * n :] * since**2 if self.quadratic else u)

    def _failure(
        self, x: np.ndarray, start: float, interval: float, pieces: np.ndarray, reason: str
    ) -> SimulationError:
        count = pieces.shape[1]

        def inputs_at(t: float) -> np.ndarray:
            return self._inputs_at((t - start) / interval, interval, pieces)

        def derivative(t: float, state: np.ndarray) -> np.ndarray:
            arguments = [t, state, inputs_at(t), *([self._parameters] if self._ode.n_in() > 3 else [])]
            return self._ode(*arguments).full().ravel() * self._moving

        def advance(state: np.ndarray, begin: float, end: float) -> np.ndarray:
            """Piece by piece, since each may have its own polynomial."""
            marks = start + interval * np.arange(count + 1)
            marks = np.concatenate([[begin], marks[(marks > begin) & (marks < end)], [end]])
            for low, high in pairwise(marks):
                piece = pieces[:, [min(int((0.5 * (low + high) - start) / interval), count - 1)]].copy()
                piece[0] = (start + piece[0] * interval - low) / (high - low)
                z, p = (state / self.nominal)[self._order], self._arguments(low, high - low)
                state = self._integrator(1, 0.0)(z, p, piece)[self._place, 0] * self.nominal
            return state

        return Stopped(
            self.name,
            self.states,
            self.inputs,
            self.nominal,
            start,
            start + interval * count,
            x,
            reason,
            MAX_STEPS,
            derivative,
            inputs_at,
            advance,
        ).error()
