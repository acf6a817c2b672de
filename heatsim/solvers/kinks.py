"""Finds the times at which a right-hand side that depends on time by itself has kinks or jumps.

An integrator at rest takes long steps, and would step over a short pulse that a model makes from `time`, a table of a
signal for example. The comparisons, minima and absolute values of time in the equations say where such a signal
changes; the run is cut there, as it is at the knots of signals from outside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import casadi as ca
import numpy as np

if TYPE_CHECKING:
    from heatsim.solvers.compose import Composite

_TWO_SIDED = {ca.OP_LT, ca.OP_LE, ca.OP_EQ, ca.OP_NE, ca.OP_FMIN, ca.OP_FMAX}
_ONE_SIDED = {ca.OP_FABS, ca.OP_SIGN}
_PERIODIC = {ca.OP_FLOOR, ca.OP_CEIL}
_GRID = 4000
_BISECTIONS = 60


def kinks(ode: ca.Function, start: float, stop: float) -> np.ndarray:
    """Times between `start` and `stop` at which a comparison of time in the equations changes.

    Parameters
    ----------
    ode
        CasADi function of (t, x, u).
    start, stop
        Time span, s.

    Returns
    -------
    numpy.ndarray
        Increasing times, s. Exact for comparisons that are straight lines of time, such as `time < 3600` and those of
        tables; others are found as far as they change no more than once in 1/4000 of the span. Empty for equations
        that call an FMU, which do not show what they compare.
    """
    switches = _switches(ode)
    if not switches:
        return np.zeros(0)
    t = ode.sx_in(0)
    values = ca.Function("switches", [t], [ca.vertcat(*switches)])
    grid = np.linspace(start, stop, _GRID + 1)
    signs = np.sign(np.asarray(values.map(grid.size)(grid[None, :])))
    found = [grid[1:-1][np.any((signs[:, 1:-1] == 0) & (signs[:, :-2] != signs[:, 2:]), axis=0)]]
    rows, columns = np.nonzero(signs[:, :-1] * signs[:, 1:] < 0)
    if rows.size:
        found.append(_bisect(values, rows, grid[columns], grid[columns + 1], signs[rows, columns]))
    times = np.unique(np.concatenate(found))
    return times[(times > start) & (times < stop)]


def kinks_of_outputs(composite: Composite, outputs: np.ndarray, start: float, stop: float) -> np.ndarray:
    """The same for some outputs of a composite, by their positions."""
    function = composite.output
    if not outputs.size or not function.is_a("SXFunction"):
        return np.zeros(0)
    arguments = function.sx_in()
    chosen = ca.densify(function(*arguments)[outputs.tolist()])
    return kinks(ca.Function("outputs", arguments, [chosen]), start, stop)


def _bisect(values: ca.Function, rows: np.ndarray, low: np.ndarray, high: np.ndarray, sign: np.ndarray) -> np.ndarray:
    """Where the switches of `rows` change their sign between `low` and `high`; all are halved together."""
    batch = values.map(rows.size)
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        same = np.sign(np.asarray(batch(middle[None, :]))[rows, np.arange(rows.size)]) == sign
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return high


def _switches(ode: ca.Function) -> list[ca.SX]:
    """Expressions of time alone whose change of sign is a kink or a jump."""
    if not ode.is_a("SXFunction") or ode.jac_sparsity(0, 0).nnz() == 0:
        return []
    expressions = None
    on_time: list[bool] = [False] * ode.sz_w()
    on_others: list[bool] = [False] * ode.sz_w()
    found = []
    for k in range(ode.n_instructions()):
        operation = ode.instruction_id(k)
        if operation == ca.OP_OUTPUT:
            continue
        target = ode.instruction_output(k)[0]
        sources = ode.instruction_input(k)
        if operation == ca.OP_INPUT:
            on_time[target], on_others[target] = sources[0] == 0, sources[0] != 0
            continue
        timed, other = any(on_time[s] for s in sources), any(on_others[s] for s in sources)
        on_time[target], on_others[target] = timed, other
        if not timed or other or operation not in _TWO_SIDED | _ONE_SIDED | _PERIODIC:
            continue
        expressions = ode.instructions_sx() if expressions is None else expressions
        node = expressions[k]
        if operation in _TWO_SIDED:
            found.append(node.dep(0) - node.dep(1))
        elif operation in _ONE_SIDED:
            found.append(node.dep(0))
        else:
            found.append(ca.sin(np.pi * node.dep(0)))
    return found
