"""Integrates a right-hand side over segments in which all inputs are straight lines of time.

One CVODES object serves every segment: time is scaled to the segment, and start, length and the lines `a + b*(t - t_k)`
of the inputs are parameters; where parabolas are asked for, `c*(t - t_k)**2` as well. States are scaled by their
nominal values, so that `rtol` also sets the absolute tolerance (`rtol*nominal`). States on which nothing depends,
energy meters, are integrated from zero in each segment. A grid of equal output intervals is integrated in one go,
without a restart in between.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import casadi as ca
import numpy as np

from heatsim.errors import SimulationError
from heatsim.solvers.interrupt import interruptible

_TOO_MUCH_WORK = "CV_TOO_MUCH_WORK"
_MAX_STEPS = 200_000
# building CVODES for one more number of intervals costs as much as some forty restarts
_WORTH_BUILDING = 40
# first step relative to the interval; saves CVODES the search for one, a quarter of a restart's work (measured on the
# reference plant at some 20 s between restarts); the error test shortens it where it is too long
_FIRST_STEP = 1e-2


@dataclass
class Statistics:
    """Work done by integrators: restarts, internal steps, right-hand sides and factorised Jacobians."""

    segments: int = 0
    steps: int = 0
    evaluations: int = 0
    factorisations: int = 0


def _elimination_order(jacobian: ca.Sparsity) -> np.ndarray:
    """Return the states in the order of approximate minimum degree.

    CasADi's csparse eliminates in the order given. For a network of 100 consumers (2500 states) a factorisation takes
    1 ms in this order, 25 to 40 ms in that of the model.
    """
    n = jacobian.size1()
    return np.array((jacobian + jacobian.T + ca.Sparsity.diag(n)).amd(), dtype=int) if n else np.zeros(0, dtype=int)


class SegmentIntegrator:
    """CVODES (BDF, Newton, sparse direct solver) for `der(x) = ode(t, x, u)`.

    Parameters
    ----------
    name
        What is integrated, for messages.
    ode
        CasADi function of (t, x, u).
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
    ) -> None:
        self.name = name
        self.states = states
        self.nominal = nominal
        self.rtol = rtol
        self.statistics = statistics
        self.quadratic = quadratic
        self._ode = ode
        self._n_inputs = ode.size1_in(2)
        self._meters = np.ones(len(states), dtype=bool)
        self._meters[ode.jac_sparsity(0, 1).get_triplet()[1]] = False
        # a step given could meet an explicit function of time whole periods later and see nothing of it, and so could
        # a long step of a system at rest
        self._timed = ode.jac_sparsity(0, 0).nnz() > 0
        self._step_given = not self._timed
        self._order = _elimination_order(ode.jac_sparsity(0, 1))
        self._place = np.argsort(self._order)
        self._problem = self._scaled_problem()
        self._integrators: dict[tuple[int, bool], ca.Function] = {}
        self._wanted: dict[int, int] = {}

    def _scaled_problem(self) -> dict[str, Any]:
        kind: Any = ca.SX if self._ode.is_a("SXFunction") else ca.MX
        s, z = kind.sym("s"), kind.sym("z", len(self.states))
        n = self._n_inputs
        w = kind.sym("w", 2 + (3 if self.quadratic else 2) * n)
        start, length = w[0], w[1]
        elapsed = s * length
        u = w[2 : 2 + n] + w[2 + n : 2 + 2 * n] * elapsed
        if self.quadratic:
            u += w[2 + 2 * n :] * elapsed**2
        derivative = self._ode(start + elapsed, z[self._place.tolist()] * self.nominal, u)
        scaled = derivative * length / self.nominal
        return {"t": s, "x": z, "p": w, "ode": scaled[self._order.tolist()]}

    def _integrator(self, intervals: int, step_given: bool) -> ca.Function:
        """CVODES over `intervals` units of scaled time; it searches its first step or is given one."""
        key = (intervals, step_given)
        if key not in self._integrators:
            options: dict[str, Any] = {
                "reltol": self.rtol,
                "abstol": self.rtol,
                "max_num_steps": _MAX_STEPS,
                "step0": _FIRST_STEP if step_given else 0.0,
                "max_step_size": 1.0 if self._timed else 0.0,  # one output interval
                "linear_solver": "csparse",
                "newton_scheme": "direct",
                "show_eval_warnings": False,
                "disable_internal_warnings": True,
            }
            grid = [float(i) for i in range(1, intervals + 1)]
            self._integrators[key] = ca.integrator("segment", "cvodes", self._problem, 0.0, grid, options)
        return self._integrators[key]

    def advance(
        self, x: np.ndarray, start: float, end: float, a: np.ndarray, b: np.ndarray, c: np.ndarray | None = None
    ) -> np.ndarray:
        """State at `end` from the state at `start`; inputs are a + b*(t - start) + c*(t - start)**2.

        Raises
        ------
        SimulationError
            When CVODES stops or a state becomes non-finite.
        """
        return self.advance_grid(x, start, end - start, 1, a, b, c)[:, 0]

    def advance_grid(
        self,
        x: np.ndarray,
        start: float,
        interval: float,
        intervals: int,
        a: np.ndarray,
        b: np.ndarray,
        c: np.ndarray | None = None,
    ) -> np.ndarray:
        """States at start + interval*(1…intervals), shape (n_states, intervals), with as few restarts as pay off."""
        if not self.states:
            return np.zeros((0, intervals))
        if c is None or not self.quadratic:
            if c is not None and c.any():
                raise ValueError("parabolas as inputs need an integrator made with quadratic=True")
            c = np.zeros(self._n_inputs if self.quadratic else 0)
        columns: list[np.ndarray] = []
        done = 0
        for count in self._portions(intervals):
            elapsed = done * interval
            lines = (a + b * elapsed, b, c)
            if c.size:
                lines = (lines[0] + c * elapsed**2, b + 2 * c * elapsed, c)
            columns.append(self._advance(x, start + elapsed, interval, count, *lines))
            x, done = columns[-1][:, -1], done + count
        return columns[0] if len(columns) == 1 else np.concatenate(columns, axis=1)

    def _portions(self, intervals: int) -> list[int]:
        """Whole when the number is a power of two or comes often, else powers of two: `[8, 2, 1]` for 11."""
        self._wanted[intervals] = self._wanted.get(intervals, 0) + 1
        if self._wanted[intervals] > _WORTH_BUILDING:
            return [intervals]
        return [1 << k for k in range(intervals.bit_length() - 1, -1, -1) if intervals >> k & 1]

    def _advance(
        self, x: np.ndarray, start: float, interval: float, intervals: int, a: np.ndarray, b: np.ndarray, c: np.ndarray
    ) -> np.ndarray:
        """States at start + interval*(1…intervals) without a restart in between."""
        # a meter that has counted for long would have a loose tolerance, so each segment counts from zero
        counted = np.where(self._meters, x, 0.0)
        z, w = (x - counted) / self.nominal, np.concatenate([[start, interval], a, b, c])
        integrator = self._integrator(intervals, self._step_given)
        try:
            try:
                with interruptible():
                    result = integrator(x0=z[self._order], p=w)["xf"]
            except RuntimeError as error:
                if not self._step_given or _TOO_MUCH_WORK in str(error):
                    raise
                # the first step was far too long for this segment
                integrator = self._integrator(intervals, False)
                with interruptible():
                    result = integrator(x0=z[self._order], p=w)["xf"]
        except RuntimeError as error:
            raise self._failure(x, start, start + interval * intervals, a, b, c, str(error)) from error
        states = np.asarray(result)[self._place] * self.nominal[:, None] + counted[:, None]
        if not np.isfinite(states).all():
            raise self._failure(x, start, start + interval * intervals, a, b, c, "a state became non-finite")
        stats = integrator.stats()
        counter = self.statistics
        counter.segments += 1
        counter.steps += stats["nsteps"]
        counter.evaluations += stats["nfevals"]
        counter.factorisations += stats["nlinsetups"]
        return states

    def _failure(
        self, x: np.ndarray, start: float, end: float, a: np.ndarray, b: np.ndarray, c: np.ndarray, reason: str
    ) -> SimulationError:
        """Error that names a state whose derivative is not finite, or the one that moves fastest at the start."""
        flag = re.search(r"CV_[A-Z_]+", reason)
        what = flag.group(0) if flag else reason.splitlines()[0][:120]
        # along the inputs too: a root may have become negative on the way
        for t in np.linspace(start, end, 11):
            inputs = a + b * (t - start) + (c * (t - start) ** 2 if c.size else 0.0)
            derivative = np.asarray(self._ode(t, x, inputs)).ravel()
            if not np.isfinite(derivative).all():
                break
        speed = np.abs(derivative) / self.nominal
        if not np.isfinite(speed).all():
            worst = int(np.argmin(np.isfinite(speed)))
            detail = f"the derivative of '{self.states[worst]}' is {derivative[worst]} with the inputs of t = {t:.6g} s"
            action = "check the inputs then and its unit's parameters (division by zero, root of a negative number)"
        elif what == _TOO_MUCH_WORK:
            worst = int(np.argmax(speed))
            detail = f"{_MAX_STEPS} steps did not suffice; '{self.states[worst]}' = {x[worst]:.6g} moves fastest"
            action = (
                "look for a state that swings or grows without limit, or try a smaller output_step or a larger rtol"
            )
        else:
            worst = int(np.argmax(speed))
            detail = f"'{self.states[worst]}' = {x[worst]:.6g} moves fastest, {derivative[worst]:.3g} per second"
            action = "check its inputs and parameters, or try another rtol"
        return SimulationError(
            f"{self.name}: the integrator stopped between t = {start:.6g} and {end:.6g} s ({what}); {detail}; {action}"
        )
