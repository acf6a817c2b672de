"""Block lower triangular form: which unknown is solved from which equation, in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import casadi as ca
import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching

from heatsim.compiler.embedded.equations.assembly import Residual
from heatsim.compiler.embedded.reading.sources import SourceMap
from heatsim.errors import CompilerError

UNCONNECTED = "zero flow of the unconnected"  # see `flat`


@dataclass(frozen=True)
class Block:
    """Equations that must be solved together, by number, and the unknowns they give."""

    rows: tuple[int, ...]
    columns: tuple[int, ...]


class StructureError(CompilerError):
    """A model without a structural solution, with the equations and unknowns in question, by number."""

    def __init__(self, message: str, rows: tuple[int, ...], columns: tuple[int, ...]) -> None:
        super().__init__(message)
        self.rows = rows
        self.columns = columns


def incidence(residuals: Sequence[ca.SX], unknowns: Sequence[ca.SX]) -> list[list[int]]:
    """Return for each residual the numbers of the unknowns that occur in it."""
    numbers = {symbol.name(): number for number, symbol in enumerate(unknowns)}
    result = []
    for expression in residuals:
        found = (numbers.get(symbol.name()) for symbol in ca.symvar(expression))
        result.append(sorted(number for number in found if number is not None))
    return result


def sort(
    residuals: Sequence[Residual], unknowns: Sequence[ca.SX], state_names: frozenset[str], sources: SourceMap
) -> list[Block]:
    """Sort equations and unknowns into blocks, in the order in which they can be solved.

    Raises
    ------
    StructureError
        Not as many equations as unknowns, or no unknown can be solved from some equation. The message names the
        equations and variables that are left over (Dulmage-Mendelsohn decomposition).
    """
    if not residuals and not unknowns:
        return []
    occurrences = incidence([residual.expression for residual in residuals], unknowns)
    spare_rows, spare_columns = _left_over(occurrences, len(unknowns))
    if spare_rows or spare_columns:
        raise StructureError(
            _singular_message(residuals, unknowns, spare_rows, spare_columns, occurrences, state_names, sources),
            tuple(spare_rows),
            tuple(spare_columns),
        )
    rows = [row for row, columns in enumerate(occurrences) for _ in columns]
    columns = [column for found in occurrences for column in found]
    pattern = ca.Sparsity.triplet(len(residuals), len(unknowns), rows, columns)
    count, row_order, column_order, row_blocks, column_blocks, _, _ = pattern.btf()
    return [
        Block(
            tuple(row_order[row_blocks[k] : row_blocks[k + 1]]),
            tuple(column_order[column_blocks[k] : column_blocks[k + 1]]),
        )
        for k in range(count)
    ]


def _left_over(occurrences: Sequence[Sequence[int]], unknowns: int) -> tuple[list[int], list[int]]:
    """Return the equations and unknowns that a maximum matching leaves over.

    With each left-over equation come those that it competes with, and likewise for unknowns: any one of them could be
    the wrong one. The left-over one itself comes first.
    """
    if not occurrences or not unknowns:
        return list(range(len(occurrences))), list(range(unknowns))
    indices = [column for columns in occurrences for column in columns]
    starts = np.concatenate([[0], np.cumsum([len(columns) for columns in occurrences])])
    graph = csr_matrix((np.ones(len(indices)), indices, starts), shape=(len(occurrences), unknowns))
    column_of = maximum_bipartite_matching(graph, perm_type="column")
    row_of = np.full(unknowns, -1)
    for row, column in enumerate(column_of):
        if column >= 0:
            row_of[column] = row
    rows_with: list[list[int]] = [[] for _ in range(unknowns)]
    for row, columns in enumerate(occurrences):
        for column in columns:
            rows_with[column].append(row)
    spare_rows = [row for row in range(len(occurrences)) if column_of[row] < 0]
    spare_columns = [column for column in range(unknowns) if row_of[column] < 0]
    for row in spare_rows:
        spare_rows += [r for r in (int(row_of[c]) for c in occurrences[row]) if r >= 0 and r not in spare_rows]
    for column in spare_columns:
        spare_columns += [
            c for c in (int(column_of[r]) for r in rows_with[column]) if c >= 0 and c not in spare_columns
        ]
    return spare_rows, spare_columns


def _singular_message(
    residuals: Sequence[Residual],
    unknowns: Sequence[ca.SX],
    rows: Sequence[int],
    columns: Sequence[int],
    occurrences: Sequence[Sequence[int]],
    state_names: frozenset[str],
    sources: SourceMap,
) -> str:
    """Name what is left over, and say 'high index' when equations tie states to each other."""
    excess = len(residuals) - len(unknowns)
    counts = f"{len(residuals)} for {len(unknowns)} unknown{'' if len(unknowns) == 1 else 's'}"
    parts = [f"too {'many' if excess > 0 else 'few'} equations, {counts}" if excess else "not solvable"]
    if columns:
        names = [f"'{unknowns[column].name()}'" for column in columns]
        parts.append(("not determined: " if len(names) == 1 else "not determined is one of ") + _some(names))
    if rows:
        listed = [residuals[row].describe(sources) for row in rows]
        parts.append(("too many: " if len(rows) == 1 else "too many is one of ") + _some(listed))
    tied = _tied(residuals, rows, [unknowns[column].name() for column in columns], occurrences, state_names)
    if tied:
        what = (
            f"the state {tied[0]} is prescribed by an equation"
            if len(tied) == 1
            else f"the states {_some(tied)} are tied to each other by an equation"
        )
        parts.append(f"{what} (high index): use one state less, or put a volume, an inertia or a resistance in between")
    elif any(residuals[row].origin.startswith(UNCONNECTED) for row in rows):
        parts.append("connect the connectors that are not connected, or build a model that contains this one")
    elif excess > 0:
        parts.append("take an equation away, or give it an unknown")
    elif excess < 0:
        parts.append("add an equation, or make it an input or a parameter")
    else:
        parts.append("look for a variable that occurs in no equation, and for an equation that repeats another")
    return "; ".join(parts)


def _tied(
    residuals: Sequence[Residual],
    rows: Sequence[int],
    names: Sequence[str],
    occurrences: Sequence[Sequence[int]],
    state_names: frozenset[str],
) -> list[str]:
    """Return the states that equations too many prescribe while their derivatives are not determined."""
    tied: set[str] = set()
    for row in rows:
        states = {symbol.name() for symbol in ca.symvar(residuals[row].expression)} & state_names
        tied |= {state for state in states if not occurrences[row] or f"der({state})" in names}
    return sorted(tied)


def _some(items: list[str]) -> str:
    return ", ".join(items[:6]) + (f" and {len(items) - 6} more" if len(items) > 6 else "")
