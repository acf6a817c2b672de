"""Find linear equations that contradict or repeat each other although no coefficient is exactly zero.

Elimination sees a singular system only when what is left of a coefficient is exactly 0. With 0.1 x + 0.3 y = u and
0.3 x + 0.9 y = 3 u a rounding error of 1e-16 is left, and the result would be noise. So the coefficients are looked at
as a matrix, when they are numbers with default parameters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import casadi as ca
import numpy as np

LARGEST_CONDITION = 1e14  # of the matrix with rows and columns scaled; beyond, no digit of a result can be trusted
LARGEST_SIZE = 300  # the effort grows with the third power
SCALINGS = 3


def is_singular(rows: Sequence[ca.SX], unknowns: Sequence[ca.SX], values: Mapping[str, float]) -> bool:
    """True when equations that are linear with known coefficients have no single solution.

    Parameters
    ----------
    rows : expressions that must be zero
    unknowns : symbols to solve for, as many
    values : of parameters; a system with other symbols in its coefficients is not judged
    """
    if len(rows) > LARGEST_SIZE:
        return False
    matrix = ca.jacobian(ca.vertcat(*rows), ca.vertcat(*unknowns))
    symbols = ca.symvar(matrix)
    if any(symbol.name() not in values for symbol in symbols):
        return False
    function = ca.Function("coefficients", symbols, [ca.densify(matrix)])
    numbers = function.call([values[symbol.name()] for symbol in symbols])[0].full()
    if not np.all(np.isfinite(numbers)):
        return False  # the FMU tells which value is not finite
    for _ in range(SCALINGS):
        for axis in (0, 1):
            largest = np.max(np.abs(numbers), axis=axis, keepdims=True)
            if np.any(largest == 0.0):
                return True
            numbers = numbers / np.sqrt(largest)
    return bool(np.linalg.cond(numbers) > LARGEST_CONDITION)
