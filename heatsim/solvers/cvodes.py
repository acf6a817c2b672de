"""CVODES objects: made for a number of equal intervals, kept for later runs of the process, called without copies.

CasADi's calls convert each number on the way in and out, which for a segment of a few steps costs more than the steps.
Here arguments and results stay in arrays that the object knows.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import casadi as ca
import numpy as np

from heatsim.compiler.native import native
from heatsim.solvers.interrupt import interruptible

MAX_STEPS = 200_000
# in output intervals: below, time stands still, as it does in front of a derivative that is not a number
_LEAST_STEP = 1e-12
_SOLVER = {"linear_solver": "csparse", "newton_scheme": "direct"}
_KEPT = 16


class Cvodes:
    """CVODES over `intervals` units of scaled time.

    Parameters
    ----------
    problem
        Equations as dictionary of expressions (t, x, p, u, ode), or as external function.
    intervals
        Number of intervals; results are given at the end of each.
    options
        Options that differ.
    """

    def __init__(self, problem: dict[str, Any] | ca.Function, intervals: int, options: dict[str, Any]) -> None:
        grid = [float(i) for i in range(1, intervals + 1)]
        settings: dict[str, Any] = {
            **_SOLVER,
            "max_num_steps": MAX_STEPS,
            "min_step_size": _LEAST_STEP,
            "show_eval_warnings": False,
            "disable_internal_warnings": True,
            **options,
        }
        self.function = ca.integrator("segment", "cvodes", problem, 0.0, grid, settings)
        pair: tuple[Any, Any] = self.function.buffer()
        self._buffer, self._call = pair
        names = self.function.name_in()
        self._arguments = {}
        for name in ("x0", "p", "u"):
            index = names.index(name)
            # column by column, as CasADi keeps them
            array: Any = np.zeros(self.function.size_in(index)[::-1])
            self._arguments[name] = array
            self._buffer.set_arg(index, memoryview(array.reshape(-1)))
        self._result: Any = np.zeros(self.function.size_out(0)[::-1])
        self._buffer.set_res(0, memoryview(self._result.reshape(-1)))

    def __call__(self, x0: np.ndarray, p: np.ndarray, u: np.ndarray) -> np.ndarray:
        """States at the end of each interval, shape (n_states, intervals).

        Parameters
        ----------
        x0, p
            Start and parameters, one dimension.
        u
            Controls, shape (n_controls, intervals).

        Raises
        ------
        RuntimeError
            When CVODES stops; the message has its flag.
        """
        self._arguments["x0"][0] = x0
        self._arguments["p"][0] = p
        self._arguments["u"][:] = u.T
        with interruptible():
            self._call()
        return self._result.T.copy()

    def stats(self) -> dict[str, Any]:
        """What the last call did."""
        return dict(self._buffer.stats())


@dataclass
class Equations:
    """Scaled equations and the CVODES objects made for them, by number of intervals and first step."""

    problem: dict[str, Any] | ca.Function
    made: dict[tuple[int, float], Cvodes] = field(default_factory=dict)


_EQUATIONS: dict[str, Equations] = {}
"""What earlier runs of this process have made, the least recently used first: a sweep builds its solvers once."""


def recall(key: str) -> Equations | None:
    """Equations of an earlier run."""
    return _EQUATIONS.get(key)


def keep(key: str, equations: Equations) -> Equations:
    """Keep equations for later runs, as those used last."""
    _EQUATIONS.pop(key, None)
    _EQUATIONS[key] = equations
    while len(_EQUATIONS) > _KEPT:
        del _EQUATIONS[next(iter(_EQUATIONS))]
    return equations


def content_key(ode: ca.Function, nominal: np.ndarray, *settings: float) -> str:
    """Content of what a CVODES object is made from."""
    digest = hashlib.sha256(ode.serialize().encode())
    digest.update(np.asarray(nominal, dtype=float).tobytes())
    digest.update(repr(settings).encode())
    return digest.hexdigest()


def compiled(problem: dict[str, Any]) -> ca.Function:
    """A problem of CVODES as external function, in a library with all functions that CVODES asks of it by name.

    Raises
    ------
    CompilerError
        When it cannot be compiled.
    """

    def functions() -> list[ca.Function]:
        probe = ca.integrator("probe", "cvodes", problem, 0.0, [1.0], _SOLVER)
        whole = probe.oracle()
        symbols = whole.sx_in()
        oracle = ca.Function("hs_dae", symbols, whole.call(symbols), whole.name_in(), whole.name_out())
        return [oracle, *(probe.get_function(name) for name in probe.get_function() if name != whole.name())]

    arguments = [problem[name] for name in ("t", "x", "p", "u")]
    return ca.external("hs_dae", str(native(ca.Function("dae", arguments, [problem["ode"]]), functions)))
