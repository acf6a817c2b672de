"""Finds limits and other kinks that an operating point lies on: there a linear model holds in one direction only.

Jacobians take the derivative of one side of a minimum, maximum or switch without a word. Steps to both sides tell.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from heatsim.analysis.linear_system import source_value
from heatsim.fmu.block import Block
from heatsim.solvers.compose import Composite

# step relative to the magnitude, share of the larger slope by which the sides must differ, and share of the largest
# entry of its row that the difference must have to matter
_STEP = 1e-5
_DIFFERENT = 0.05
_MATTERS = 1e-3


@dataclass(frozen=True)
class Kink:
    """A kink of a unit's equations in one of its inputs or states.

    Attributes
    ----------
    unit, column
        The unit, and its state or input in which the kink lies.
    rows
        Rates `der(state)` and outputs that have it, with their slopes upwards and downwards, the most different first.
    """

    unit: str
    column: str
    rows: dict[str, tuple[float, float]]

    def __str__(self) -> str:
        row, (up, down) = next(iter(self.rows.items()))
        return f"{self.unit}: {row} changes by {up:.3g} per unit of '{self.column}' upwards and by {down:.3g} downwards"


def kinks_at(composite: Composite, t: float, x: np.ndarray, u: np.ndarray, counts: np.ndarray) -> tuple[Kink, ...]:
    """Kinks of the blocks of a system at a point.

    Parameters
    ----------
    composite
        The continuous part.
    t, x, u
        The point.
    counts
        Boolean, shape (n_states,): states whose rates matter; those of meters do not.

    Returns
    -------
    tuple of Kink
        One entry for each input or state of a unit in which its equations have a kink within 1e-5 of its magnitude;
        empty when there are none.
    """
    y = np.asarray(composite.output(t, x, u)).ravel()
    stack = np.concatenate([y, u])
    found: list[Kink] = []
    for name, block in composite.blocks.items():
        inputs = np.array([source_value(s, stack, y.size) for s in composite.sources[name]], dtype=float)
        states = composite.state_slices[name]
        found.extend(_of_block(block, t, x[states], inputs, counts[states]))
    return tuple(found)


def _of_block(block: Block, t: float, x: np.ndarray, u: np.ndarray, counts: np.ndarray) -> list[Kink]:
    point = np.concatenate([x, u])
    columns = [*(port.name for port in block.states), *(port.name for port in block.inputs)]
    rows = [*(f"der({port.name})" for port in block.states), *(port.name for port in block.outputs)]
    if not columns or not rows:
        return []
    rows_count = np.append(counts, np.ones(len(block.outputs), dtype=bool))
    nominal = np.array([port.nominal for port in (*block.states, *block.inputs)])
    size = np.maximum(np.abs(point), np.abs(nominal))
    h = _STEP * size
    base = _values(block, t, point[:, None], x.size)
    up = (_values(block, t, point[:, None] + np.diag(h), x.size) - base) / h
    down = (base - _values(block, t, point[:, None] - np.diag(h), x.size)) / h
    larger = np.maximum(np.abs(up), np.abs(down))
    gap = np.abs(up - down)
    with np.errstate(invalid="ignore"):
        matters = gap * size > _MATTERS * (larger * size).max(axis=1, keepdims=True)
        bad = sp.coo_matrix((gap > _DIFFERENT * larger) & matters & np.isfinite(gap) & rows_count[:, None])
    kinks = []
    for column in np.unique(bad.col):
        of = bad.row[bad.col == column]
        # the row in which the sides differ most for their size comes first
        of = of[np.argsort(-gap[of, column] / larger[of, column], kind="stable")]
        slopes = {rows[i]: (float(up[i, column]), float(down[i, column])) for i in of}
        kinks.append(Kink(block.name, columns[column], slopes))
    return kinks


def _values(block: Block, t: float, points: np.ndarray, n_states: int) -> np.ndarray:
    """Rates and outputs at points, shape (n_rows, n_points)."""
    count = points.shape[1]
    parameters = np.repeat(block.parameter_values[:, None], count, axis=1)
    ode, y = block.function.map(count)(np.full((1, count), t), points[:n_states], points[n_states:], parameters)
    return np.concatenate([np.asarray(ode), np.asarray(y)])
