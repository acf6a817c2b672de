"""Block lower triangular form: which unknown is solved from which equation, in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import casadi as ca

from heatsim.compiler.embedded.assembly import Residual
from heatsim.compiler.embedded.sources import SourceMap
from heatsim.errors import CompilerError


@dataclass(frozen=True)
class Block:
    """Equations that must be solved together, by number, and the unknowns they give."""

    rows: tuple[int, ...]
    columns: tuple[int, ...]


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
    CompilerError
        Not as many equations as unknowns, or no unknown can be solved from some equation. The message names the
        equations and variables that are left over (Dulmage-Mendelsohn decomposition).
    """
    if not residuals and not unknowns:
        return []
    occurrences = incidence([residual.expression for residual in residuals], unknowns)
    rows = [row for row, columns in enumerate(occurrences) for _ in columns]
    columns = [column for found in occurrences for column in found]
    pattern = ca.Sparsity.triplet(len(residuals), len(unknowns), rows, columns)
    count, row_order, column_order, row_blocks, column_blocks, coarse_rows, coarse_columns = pattern.btf()
    spare_rows = row_order[coarse_rows[3] : coarse_rows[4]]
    spare_columns = column_order[coarse_columns[0] : coarse_columns[1]]
    if spare_rows or spare_columns:
        left_over = column_order[coarse_columns[0] : coarse_columns[2]] if spare_columns else []
        raise CompilerError(
            _singular_message(
                residuals, unknowns, spare_rows, spare_columns or left_over, occurrences, state_names, sources
            )
        )
    return [
        Block(
            tuple(row_order[row_blocks[k] : row_blocks[k + 1]]),
            tuple(column_order[column_blocks[k] : column_blocks[k + 1]]),
        )
        for k in range(count)
    ]


def _singular_message(
    residuals: Sequence[Residual],
    unknowns: Sequence[ca.SX],
    rows: Sequence[int],
    columns: Sequence[int],
    occurrences: Sequence[Sequence[int]],
    state_names: frozenset[str],
    sources: SourceMap,
) -> str:
    """Name what is left over, and say 'high index' when an equation ties states to each other."""
    parts = [f"{len(residuals)} equations for {len(unknowns)} unknowns"]
    if columns:
        names = [f"'{unknowns[column].name()}'" for column in columns]
        parts.append("no equation determines " + _some(names))
    if rows:
        parts.append("too many are " + _some([residuals[row].describe(sources) for row in rows]))
        for row in rows:
            tied = sorted({symbol.name() for symbol in ca.symvar(residuals[row].expression)} & state_names)
            if not occurrences[row] and tied:
                parts.append(
                    f"the states {', '.join(tied)} are tied to each other by an equation (high index): use one "
                    "state less, or put a "
                    "volume, an inertia or a resistance between them"
                )
                break
        else:
            if columns and len(residuals) == len(unknowns):
                parts.append(
                    "the model is structurally singular or of high index: look for a state or an input that is "
                    "prescribed by an equation"
                )
    return "; ".join(parts)


def _some(items: list[str]) -> str:
    return ", ".join(items[:6]) + (f" and {len(items) - 6} more" if len(items) > 6 else "")
