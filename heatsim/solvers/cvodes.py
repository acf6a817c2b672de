"""CVODES objects: made for a number of equal intervals, with equations compiled or not, kept for later runs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import casadi as ca
import numpy as np

from heatsim.compiler.native import load
from heatsim.solvers.buffered import Buffered

MAX_STEPS = 200_000
# in output intervals: below, time stands still, as it does in front of a derivative that is not a number
_LEAST_STEP = 1e-12
_SOLVER = {"linear_solver": "csparse", "newton_scheme": "direct"}
_KEPT = 16


def cvodes(problem: dict[str, Any] | ca.Function, intervals: int, options: dict[str, Any]) -> Buffered:
    """CVODES over `intervals` units of scaled time: a function `(x0, p, u) -> x` at the end of each interval.

    Parameters
    ----------
    problem
        Equations as dictionary of expressions (t, x, p, u, ode), or as external function.
    intervals
        Number of intervals; u has a column for each.
    options
        Options that differ.
    """
    grid = [float(i) for i in range(1, intervals + 1)]
    settings: dict[str, Any] = {
        **_SOLVER,
        "max_num_steps": MAX_STEPS,
        "min_step_size": _LEAST_STEP,
        "show_eval_warnings": False,
        "disable_internal_warnings": True,
        **options,
    }
    calls_binaries = isinstance(problem, dict) and not isinstance(problem["ode"], ca.SX)
    return Buffered(ca.integrator("segment", "cvodes", problem, 0.0, grid, settings), ("x0", "p", "u"), calls_binaries)


@dataclass
class Equations:
    """Scaled equations and the CVODES objects made for them, by number of intervals and first step."""

    problem: dict[str, Any] | ca.Function
    made: dict[tuple[int, float], Buffered] = field(default_factory=dict)


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
    content = ca.Function("dae", arguments, [problem["ode"]])
    return load("hs_dae", content, functions)
