"""Newton's method with a pseudo time step that grows as it converges."""

from __future__ import annotations

import casadi as ca
import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import splu

from heatsim.solvers.cvodes import content_key
from heatsim.solvers.frozen import Frozen

_KEPT = 8
_JACOBIANS: dict[str, ca.Function] = {}
"""Jacobians of earlier calls of this process by the content of their equations, the least recently used first."""


def newton(frozen: Frozen, x0: np.ndarray, u: np.ndarray, iterations: int) -> np.ndarray | None:
    """Pseudo-transient Newton (switched evolution relaxation); None when it does not converge.

    Kelley and Keyes, Convergence analysis of pseudo-transient continuation, SIAM J. Numer. Anal. 35 (1998).
    """
    free = np.flatnonzero(frozen.free)
    if free.size == 0:
        return x0
    jacobian = _jacobian(frozen.kernel.ode)
    parameters = [frozen.kernel.parameters][: jacobian.n_in() - 3]
    x = x0.copy()
    step = 1.0
    norm = frozen.norm(x, u)
    goal = 1e-3 * frozen.tolerance
    for _ in range(iterations):
        if not np.isfinite(norm):
            return None
        if norm <= goal:
            return x
        scale = frozen.scale[free]
        rate = np.asarray(frozen.composite.ode(frozen.time, x, u)).ravel()[free] / scale
        matrix = sp.csc_matrix(jacobian(frozen.time, x, u, *parameters).sparse())[free][:, free]
        matrix = sp.diags(1.0 / scale) @ matrix @ sp.diags(scale)
        try:
            correction = splu(sp.csc_matrix(sp.identity(free.size) / step - matrix)).solve(rate)
        except RuntimeError:
            # exactly singular: the pseudo time step has grown too far
            step *= 0.1
            continue
        trial = x.copy()
        trial[free] += scale * correction
        trial_norm = frozen.norm(trial, u)
        if not np.isfinite(trial_norm) or trial_norm > 10.0 * norm:
            step *= 0.1
            if step < 1e-6:
                return None
            continue
        step *= float(np.clip(3.0 * norm / max(trial_norm, 1e-300), 0.3, 100.0))
        step = min(step, 1e12)
        if trial_norm > 0.99 * norm and norm <= frozen.tolerance and step >= 1e12:
            return x
        x, norm = trial, trial_norm
    return x if norm <= frozen.tolerance else None


def _jacobian(ode: ca.Function) -> ca.Function:
    """Derivatives of a right-hand side by its states, made once for each structure.

    Deriving them takes longer than Newton's iterations; where parameters are arguments, all cases of a sweep have the
    same.
    """
    if not ode.is_a("SXFunction"):
        return _derived(ode)
    key = content_key(ode, np.zeros(0))
    made = _JACOBIANS.pop(key, None) or _derived(ode)
    _JACOBIANS[key] = made
    while len(_JACOBIANS) > _KEPT:
        del _JACOBIANS[next(iter(_JACOBIANS))]
    return made


def _derived(ode: ca.Function) -> ca.Function:
    return ode.factory("ode_jacobian", ode.name_in(), ["jac:ode:x"])
