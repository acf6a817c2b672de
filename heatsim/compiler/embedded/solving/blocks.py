"""Solve the blocks: explicit expressions wherever equations are linear in what they are solved for.

Every unknown is replaced by its expression when the next block is built, one `substitute` per block on symbols that
occur in it, so the effort grows with the number of equations. Expressions share their parts (they are one graph), so
nothing is copied.

Inside a block of several equations, unknowns with a constant coefficient are eliminated first. If the rest is linear
it is solved by elimination, otherwise it stays as a loop that Newton's method solves inside the FMU at each evaluation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NoReturn

import casadi as ca

from heatsim.compiler.embedded.equations.assembly import Residual
from heatsim.compiler.embedded.explain import block_lines
from heatsim.compiler.embedded.reading.sources import SourceMap
from heatsim.compiler.embedded.solving.singularity import is_rounding_error, is_singular
from heatsim.compiler.embedded.solving.sorting import Block
from heatsim.errors import CompilerError


@dataclass(frozen=True)
class Loop:
    """A nonlinear block: residuals that depend on their unknowns, on states, inputs, parameters and earlier loops."""

    unknowns: tuple[ca.SX, ...]
    residuals: tuple[ca.SX, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the unknowns that are iterated on."""
        return tuple(symbol.name() for symbol in self.unknowns)


@dataclass(frozen=True)
class Coupled:
    """A block that is more than one assignment, for the record.

    Attributes
    ----------
    kind : `explicit` (solved by putting in), `linear` or `nonlinear`
    unknowns : all unknowns of the block
    left : those that are left when the others are put in: iterated on, or given by the linear system
    """

    kind: Literal["explicit", "linear", "nonlinear"]
    unknowns: tuple[str, ...]
    left: tuple[str, ...]


@dataclass
class Solution:
    """Expressions of the unknowns in states, inputs, parameters, time and the unknowns of loops."""

    expressions: dict[str, ca.SX] = field(default_factory=dict)
    loops: list[Loop] = field(default_factory=list)
    largest_linear: int = 1
    coupled: list[Coupled] = field(default_factory=list)

    def resolve(self, expression: ca.SX) -> ca.SX:
        """Replace all solved unknowns in an expression."""
        known = [symbol for symbol in ca.symvar(expression) if symbol.name() in self.expressions]
        if not known:
            return expression
        return ca.substitute(expression, ca.vertcat(*known), ca.vertcat(*(self.expressions[s.name()] for s in known)))


def solve(
    residuals: Sequence[Residual],
    unknowns: Sequence[ca.SX],
    order: Sequence[Block],
    sources: SourceMap,
    values: Mapping[str, float] | None = None,
) -> Solution:
    """Solve all blocks in order.

    Parameters
    ----------
    values : of parameters, with which coefficients are looked at that must not be singular

    Raises
    ------
    CompilerError
        An equation does not depend on the unknown that it must give, or a linear block is singular.
    """
    solution = Solution()
    for block in order:
        if len(block.rows) == 1 and _put_in(solution, residuals[block.rows[0]], unknowns[block.columns[0]]):
            continue
        rows = [solution.resolve(residuals[row].expression) for row in block.rows]
        symbols = [unknowns[column] for column in block.columns]
        where = [residuals[row] for row in block.rows]
        names = {symbol.name() for symbol in symbols}
        stepped = [inside_steps(residuals[row].expression) & names for row in block.rows]
        try:
            if len(rows) == 1:
                _solve_single(solution, rows[0], symbols[0], where[0], sources, bool(stepped[0]), values or {})
            else:
                if not any(stepped) and is_singular(rows, symbols, values or {}):
                    _fail_singular(where, sources)
                _solve_several(solution, rows, symbols, where, sources, stepped)
        except CompilerError as error:
            error.details = block_lines(where, [symbol.name() for symbol in symbols], sources)
            raise
    return solution


# operations that jump while their slope is zero, so that a Jacobian does not show what they depend on
_STEPS = frozenset(
    {ca.OP_LT, ca.OP_LE, ca.OP_EQ, ca.OP_NE, ca.OP_FLOOR, ca.OP_CEIL, ca.OP_SIGN, ca.OP_FMOD, ca.OP_COPYSIGN}
)


def inside_steps(expression: ca.SX) -> set[str]:
    """Return the names of the symbols that decide where an expression jumps (relations, `floor`, `sign`)."""
    symbols = ca.symvar(expression)
    function = ca.Function("steps", symbols, [expression])
    operations = [function.instruction_id(k) for k in range(function.n_instructions())]
    if _STEPS.isdisjoint(operations):
        return set()
    held: dict[int, int] = {}  # symbols in each place of the working memory, as bits
    found = 0
    for k, operation in enumerate(operations):
        if operation in (ca.OP_OUTPUT, ca.OP_CONST):
            if operation == ca.OP_CONST:
                held[function.instruction_output(k)[0]] = 0
            continue
        arguments = function.instruction_input(k)
        if operation == ca.OP_INPUT:
            bits = 1 << arguments[0]
        else:
            bits = 0
            for argument in arguments:
                bits |= held[argument]
            if operation in _STEPS:
                found |= bits
        held[function.instruction_output(k)[0]] = bits
    return {symbol.name() for number, symbol in enumerate(symbols) if found >> number & 1}


def _put_in(solution: Solution, residual: Residual, symbol: ca.SX) -> bool:
    """Solve an equation that has the unknown alone on a side and not on the other: most equations are like that."""
    for side, other in ((0, 1), (1, 0)):
        if residual.sides is None:
            return False
        variable, value = residual.sides[side], residual.sides[other]
        if variable.is_symbolic() and variable.name() == symbol.name():
            if any(item.name() == symbol.name() for item in ca.symvar(value)):
                return False
            solution.expressions[symbol.name()] = solution.resolve(value)
            return True
    return False


def _linear_parts(expression: ca.SX, symbol: ca.SX) -> tuple[ca.SX, ca.SX] | None:
    """Return (a, b) with expression = a*symbol + b, or None when it is not linear."""
    slope = ca.jacobian(expression, symbol)
    if ca.depends_on(slope, symbol):
        return None
    return ca.densify(slope), ca.substitute(expression, symbol, ca.SX(0))


def _quotient(b: ca.SX, a: ca.SX) -> ca.SX:
    """Return -b/a without needless operations."""
    if a.is_constant():
        factor = float(a)
        if factor == 1:
            return -b
        if factor == -1:
            return b
    return -b / a


def _solve_single(
    solution: Solution,
    row: ca.SX,
    symbol: ca.SX,
    where: Residual,
    sources: SourceMap,
    is_stepped: bool,
    values: Mapping[str, float],
) -> None:
    parts = None if is_stepped else _linear_parts(row, symbol)
    if parts is None:
        solution.loops.append(Loop((symbol,), (row,)))
        solution.coupled.append(Coupled("nonlinear", (symbol.name(),), (symbol.name(),)))
        return
    a, b = parts
    if a.is_zero() or is_rounding_error(row, symbol, a, values):
        sources.fail(
            where.span, f"{where.describe(sources)} does not determine '{symbol.name()}'; its coefficient is zero"
        )
    solution.expressions[symbol.name()] = _quotient(b, a)


def _occurring(row: ca.SX, names: Container[str]) -> set[str]:
    return {name for name in (symbol.name() for symbol in ca.symvar(row)) if name in names}


def _solve_several(
    solution: Solution,
    rows: list[ca.SX],
    symbols: list[ca.SX],
    where: list[Residual],
    sources: SourceMap,
    stepped: list[set[str]],
) -> None:
    """Solve a block of several equations; `stepped` names the unknowns that decide where each of them jumps."""
    open_symbols = {symbol.name(): symbol for symbol in symbols}
    open_rows = dict(enumerate(rows))
    occurring = {number: _occurring(row, open_symbols) for number, row in open_rows.items()}
    without_pivot: set[int] = set()  # rows that were looked at and have not changed since
    eliminated: list[tuple[ca.SX, ca.SX]] = []  # in the order of elimination; each may depend on those that follow
    while True:
        pivot = _constant_pivot(open_rows, open_symbols, occurring, without_pivot, stepped)
        if pivot is None:
            break
        number, symbol, expression = pivot
        del open_rows[number]
        del open_symbols[symbol.name()]
        eliminated.append((symbol, expression))
        for other, row in open_rows.items():
            if symbol.name() in occurring[other]:
                open_rows[other] = ca.substitute(row, symbol, expression)
                occurring[other] = _occurring(open_rows[other], open_symbols)
                if symbol.name() in stepped[other]:
                    stepped[other] |= _occurring(expression, open_symbols)
                without_pivot.discard(other)
    rest, unknowns = list(open_rows.values()), list(open_symbols.values())
    kind: Literal["explicit", "linear", "nonlinear"] = "explicit"
    if rest:
        stacked, vector = ca.vertcat(*rest), ca.vertcat(*unknowns)
        matrix = ca.jacobian(stacked, vector)
        if ca.depends_on(matrix, vector) or any(stepped[number] & set(open_symbols) for number in open_rows):
            kind = "nonlinear"
            solution.loops.append(Loop(tuple(unknowns), tuple(rest)))
        else:
            kind = "linear"
            solution.largest_linear = max(solution.largest_linear, len(rest))
            zero = ca.substitute(stacked, vector, ca.SX.zeros(len(unknowns)))
            for symbol, expression in zip(unknowns, _solve_linear(matrix, -zero, where, sources), strict=True):
                solution.expressions[symbol.name()] = expression
    left = tuple(symbol.name() for symbol in unknowns)
    solution.coupled.append(Coupled(kind, tuple(symbol.name() for symbol in symbols), left))
    for symbol, expression in reversed(eliminated):
        solution.expressions[symbol.name()] = solution.resolve(expression)


def _constant_pivot(
    rows: dict[int, ca.SX],
    symbols: dict[str, ca.SX],
    occurring: dict[int, set[str]],
    without: set[int],
    stepped: Sequence[set[str]],
) -> tuple[int, ca.SX, ca.SX] | None:
    """Find an equation that gives an unknown with a constant coefficient; short equations first.

    Parameters
    ----------
    occurring : names of the unknowns in each equation
    without : equations that are known to have no such coefficient; those that are found are added
    stepped : names of the unknowns that decide where each equation jumps, which it cannot give in this way
    """
    for number in sorted((n for n in rows if n not in without), key=lambda n: len(occurring[n])):
        names = sorted(occurring[number])
        if not names:
            continue
        vector = ca.vertcat(*(symbols[name] for name in names))
        slopes = ca.densify(ca.jacobian(rows[number], vector))
        for k, name in enumerate(names):
            slope = slopes[k]
            if slope.is_constant() and not slope.is_zero() and name not in stepped[number]:
                constant = ca.substitute(rows[number], symbols[name], ca.SX(0))
                return number, symbols[name], _quotient(constant, slope)
        without.add(number)
    return None


def _fail_singular(where: Sequence[Residual], sources: SourceMap) -> NoReturn:
    listed = "; ".join(residual.describe(sources) for residual in where[:4])
    sources.fail(where[0].span, f"linear equations that contradict or repeat each other: {listed}")


def _solve_linear(matrix: ca.SX, right: ca.SX, where: Sequence[Residual], sources: SourceMap) -> list[ca.SX]:
    """Solve a sparse linear system by elimination, with the pivot that makes the least fill-in."""
    size = right.numel()
    rows: list[dict[int, ca.SX]] = [{} for _ in range(size)]
    for i, j in zip(*(list(x) for x in matrix.sparsity().get_triplet()), strict=True):
        if not matrix[i, j].is_zero():
            rows[i][j] = matrix[i, j]
    values = [right[i] for i in range(size)]
    pending = set(range(size))
    sequence: list[tuple[int, int]] = []
    done: set[int] = set()
    while pending:
        present = {i: [j for j in rows[i] if j not in done] for i in pending}
        counts = Counter(j for columns in present.values() for j in columns)
        candidates = [
            ((len(columns) - 1) * (counts[j] - 1), not rows[i][j].is_constant(), i, j)
            for i, columns in present.items()
            for j in columns
        ]
        if not candidates:
            _fail_singular(where, sources)
        _, _, i, j = min(candidates)
        sequence.append((i, j))
        pending.remove(i)
        done.add(j)
        for other in pending:
            if j in rows[other]:
                factor = rows[other].pop(j) / rows[i][j]
                for k, entry in rows[i].items():
                    if k not in done:
                        combined = rows[other].get(k, ca.SX(0)) - factor * entry
                        if combined.is_zero():
                            rows[other].pop(k, None)
                        else:
                            rows[other][k] = combined
                values[other] = values[other] - factor * values[i]
    result: dict[int, ca.SX] = {}
    for i, j in reversed(sequence):
        rest = values[i]
        for k, entry in rows[i].items():
            if k != j:
                rest = rest - entry * result[k]
        result[j] = rest / rows[i][j]
    return [result[k] for k in range(size)]
