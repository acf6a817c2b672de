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
SMALL = 1e-6  # coefficients above are not looked at
NOISE = 1e-14  # of the terms that a coefficient is the sum of


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


def is_rounding_error(row: ca.SX, unknown: ca.SX, slope: ca.SX, values: Mapping[str, float]) -> bool:
    """True when the coefficient of the unknown in one linear equation is only what rounding has left, 0.1 + 0.2 - 0.3.

    Parameters
    ----------
    row : expression that must be zero
    unknown, slope : symbol to solve for, and its coefficient
    values : of parameters; a coefficient with other symbols is not judged
    """
    symbols = ca.symvar(slope)
    if any(symbol.name() not in values for symbol in symbols):
        return False
    number = float(ca.Function("slope", symbols, [slope]).call([values[symbol.name()] for symbol in symbols])[0])
    if not 0.0 < abs(number) < SMALL:
        return False
    terms = _size_of_terms(row, {**values, unknown.name(): 1.0}) - _size_of_terms(row, {**values, unknown.name(): 0.0})
    return abs(number) < NOISE * terms


def _size_of_terms(row: ca.SX, values: Mapping[str, float]) -> float:
    """Return what the terms of an expression add up to when all have the same sign; unknown symbols are 0."""
    symbols = ca.symvar(row)
    function = ca.Function("row", symbols, [row])
    held: dict[int, float] = {}
    total = 0.0
    for k in range(function.n_instructions()):
        operation, inputs = function.instruction_id(k), function.instruction_input(k)
        if operation == ca.OP_OUTPUT:
            total = held[inputs[0]]
            continue
        if operation == ca.OP_INPUT:
            size = abs(values.get(symbols[inputs[0]].name(), 0.0))
        elif operation == ca.OP_CONST:
            size = abs(function.instruction_constant(k))
        elif operation in (ca.OP_ADD, ca.OP_SUB):
            size = held[inputs[0]] + held[inputs[1]]
        elif operation == ca.OP_TWICE:
            size = 2 * held[inputs[0]]
        elif operation == ca.OP_NEG:
            size = held[inputs[0]]
        elif operation == ca.OP_MUL:
            size = held[inputs[0]] * held[inputs[1]]
        else:
            return 0.0  # nothing is said about other operations
        held[function.instruction_output(k)[0]] = size
    return total
