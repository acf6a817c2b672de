"""Variance shares of a grid: Sobol' indices of the values of the grid, each as likely as the others.

A full grid has every combination, so the conditional means and variances are plain averages and the indices exact for
these values (Sobol', Mathematics and Computers in Simulation 55 (2001) 271). With cells missing only first-order
shares of the cells that are there are given.
"""

from __future__ import annotations

import itertools

import numpy as np

from heatsim.errors import UsageError
from heatsim.sweeps.findings.indices import Indices, joined, varies
from heatsim.sweeps.findings.table import CaseTable

_FEWEST = 4
_FEWEST_OF_A_VALUE = 5
"""Cells that each value of a name has on average, from which on shares are given though most cells are not there: with
one or two cells each, a name would explain everything."""


def grid_shares(table: CaseTable, values: np.ndarray) -> Indices:
    """Return the shares of a figure on a grid, or on a part of one that was selected along its dimensions.

    Parameters
    ----------
    table
        The cases.
    values
        Of the figure, NaN where there is none; (cases,).
    """
    cells = values.reshape(table.shape)
    axes = [i for i, length in enumerate(table.shape) if length > 1]
    names = tuple(table.dims[i] for i in axes)
    good = ~np.isnan(values)
    if not names or good.sum() < _FEWEST:
        raise UsageError(
            f"{good.sum()} of {len(values)} cells of the grid have a value, over {len(names)} names that vary; "
            f"shares need {_FEWEST} cells and one name"
        )
    cells = np.squeeze(cells)
    complete = bool(good.all())
    arrays: dict[str, np.ndarray] = {}
    thin: list[str] = []
    if varies(values[good]):
        arrays = _full(cells) if complete else {"S1": np.array([_between(cells, i) for i in range(cells.ndim)])}
    if arrays and 2 * good.sum() < len(good):
        there = [
            np.any(~np.isnan(cells), axis=tuple(k for k in range(cells.ndim) if k != i)).sum()
            for i in range(cells.ndim)
        ]
        few = good.sum() < _FEWEST_OF_A_VALUE * np.array(there)
        arrays["S1"][few] = np.nan
        thin = [name for name, without in zip(names, few, strict=True) if without]
    return Indices(
        "variance shares of a full grid, exact for its values"
        if complete
        else "first-order shares of a part of a grid",
        names,
        arrays,
        int(good.sum()),
        int((~good).sum()),
        joined(
            "" if arrays else "does not vary",
            ""
            if complete
            else f"{(~good).sum()} of {len(good)} cells have no value: shares of names overlap, and ST is not known",
            f"too few cells per value of {', '.join(thin)}" if thin else "",
        ),
    )


def _full(cells: np.ndarray) -> dict[str, np.ndarray]:
    # in units of the spread around the middle: squares of large numbers would lose the small differences
    cells = (cells - cells.mean()) / cells.std()
    count = cells.ndim
    every = tuple(range(count))
    alone = np.array([_explained(cells, (i,)) for i in every])
    total = np.array([float(cells.var(axis=i).mean()) for i in every])
    pairs = np.full((count, count), np.nan)
    for i, j in itertools.combinations(every, 2):
        pairs[i, j] = pairs[j, i] = _explained(cells, (i, j)) - alone[i] - alone[j]
    return {"S1": alone, "ST": total} | ({"S2": pairs} if count > 1 else {})


def _explained(cells: np.ndarray, by: tuple[int, ...]) -> float:
    """Variance of the mean over everything else."""
    others = tuple(i for i in range(cells.ndim) if i not in by)
    return float(cells.mean(axis=others).var())


def _between(cells: np.ndarray, axis: int) -> float:
    """Variance of the means along an axis, each with the weight of its cells, over the variance of all cells."""
    rows = np.moveaxis(cells, axis, 0).reshape(cells.shape[axis], -1)
    present = ~np.isnan(rows)
    counts = present.sum(axis=1)
    some = counts > 0
    means = np.where(present, rows, 0.0).sum(axis=1)[some] / counts[some]
    everything = rows[present]
    weighted = np.average((means - everything.mean()) ** 2, weights=counts[some])
    return float(weighted / everything.var())
