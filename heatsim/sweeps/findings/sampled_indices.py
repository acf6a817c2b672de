"""Indices of samples whose structure the analysis needs: blocks of Saltelli's scheme, trajectories of Morris.

The rows of a sample are put back in place from the cases (equal rows share one), and the structure is checked on the
values themselves: a Dataset that was sorted or cut gives an error, not other indices.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from heatsim.errors import UsageError
from heatsim.sweeps.design.sampling import FEWEST, levels
from heatsim.sweeps.findings.indices import CONFIDENCE, Indices, joined, numbered, varies
from heatsim.sweeps.findings.table import CaseTable

_MANY = 0.1
"""Share of a sample that may be missing without a warning on what is left."""


def sobol_indices(table: CaseTable, values: np.ndarray) -> Indices:
    """Return first, second and total order of a Sobol' sample.

    Parameters
    ----------
    table
        The cases.
    values
        Of the figure, NaN where there is none; (cases,).
    """
    names = table.design.names
    size = 2 * len(names) + 2
    inputs, outputs = _rows(table, values, size)
    _check_blocks(table, inputs)
    good = ~np.isnan(outputs).any(axis=1)
    _enough(table, "blocks", size, good, FEWEST["sobol"])
    kept = outputs[good].ravel()
    arrays: dict[str, np.ndarray] = {}
    if varies(kept):
        analysis = importlib.import_module("SALib.analyze.sobol")
        found = analysis.analyze(
            _problem(names), kept, calc_second_order=True, conf_level=CONFIDENCE, seed=_seed(table)
        )
        arrays = {name: np.asarray(found[name], dtype=float) for name in ("S1", "S1_conf", "ST", "ST_conf")}
        arrays |= {name: _symmetric(np.asarray(found[name], dtype=float)) for name in ("S2", "S2_conf")}
    return Indices(
        "Sobol' indices of a Saltelli sample (SALib)",
        names,
        arrays,
        kept.size,
        outputs.size - kept.size,
        joined("" if arrays else "does not vary", _missing("blocks", size, good)),
    )


def morris_indices(table: CaseTable, values: np.ndarray) -> Indices:
    """Return elementary effects of Morris trajectories, per full range of a name; as `sobol_indices`.

    The effect of a choice by name is that of changing it; choices that are numbers are as far apart as their places.
    """
    names = table.design.names
    size = len(names) + 1
    inputs, outputs = _rows(table, values, size)
    _check_trajectories(table, inputs)
    good = ~np.isnan(outputs).any(axis=1)
    _enough(table, "trajectories", size, good, FEWEST["morris"])
    kept = outputs[good].ravel()
    found = importlib.import_module("SALib.analyze.morris").analyze(
        _problem(names),
        inputs[good].reshape(-1, len(names)),
        _steps_to_scale(table, inputs[good], outputs[good]).ravel(),
        conf_level=CONFIDENCE,
        num_levels=levels(table.design.axes),
        seed=_seed(table),
    )
    given = list(found["names"])
    order = [given.index(f"x{i}") for i in range(len(names))]
    arrays = {name: np.asarray(found[name], dtype=float)[order] for name in ("mu", "mu_star", "mu_star_conf", "sigma")}
    named = [axis.name for axis in table.design.axes if not axis.numeric]
    return Indices(
        "elementary effects of Morris trajectories (SALib)",
        names,
        arrays,
        kept.size,
        outputs.size - kept.size,
        joined(
            "" if varies(kept) else "does not vary",
            _missing("trajectories", size, good),
            f"mu of {', '.join(named)} depends on the order of the choices" if named else "",
        ),
    )


def _steps_to_scale(table: CaseTable, inputs: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """Return outputs as if every step were the share of the range that SALib divides by; of choices it is another."""
    axes = table.design.axes
    if all(axis.bounds is not None for axis in axes):
        return outputs
    steps = levels(axes)
    step = steps / (2.0 * (steps - 1.0))
    moved = np.abs(np.diff(inputs, axis=1))
    factors = np.ones(moved.shape[:2])
    for i, axis in enumerate(axes):
        if axis.bounds is None:
            here = moved[:, :, i] > 0.0
            part = moved[:, :, i][here] / (len(axis.values or ()) - 1.0) if axis.numeric else 1.0
            factors[here] = step / part
    changes = factors * np.diff(outputs, axis=1)
    return np.cumsum(np.concatenate([outputs[:, :1], changes], axis=1), axis=1)


def _problem(names: tuple[str, ...]) -> dict[str, Any]:
    # names of our own: SALib sorts and refuses some
    return {"num_vars": len(names), "names": [f"x{i}" for i in range(len(names))], "bounds": [[0.0, 1.0]] * len(names)}


def _seed(table: CaseTable) -> int:
    # SALib takes 0 for no seed, and its intervals would differ each time
    return table.design.seed + 1


def _rows(table: CaseTable, values: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs (groups, size, names) and outputs (groups, size) of all rows of the sample."""
    rows = np.array(table.design.rows or range(len(values)), dtype=int)
    if (
        len(rows) != table.design.samples * size
        or len(values) != rows.max() + 1
        or set(table.design.names) - set(table.swept)
    ):
        raise _disturbed(table)
    inputs = numbered(table)[rows]
    return inputs.reshape(-1, size, inputs.shape[1]), values[rows].reshape(-1, size)


def _check_blocks(table: CaseTable, inputs: np.ndarray) -> None:
    """Each block is A, A with one column of B, ..., B with one column of A, ..., B."""
    count = inputs.shape[2]
    first, last = inputs[:, 0], inputs[:, -1]
    for i in range(count):
        column = np.arange(count) == i
        if not (
            np.array_equal(inputs[:, 1 + i], np.where(column, last, first))
            and np.array_equal(inputs[:, 1 + count + i], np.where(column, first, last))
        ):
            raise _disturbed(table)


def _check_trajectories(table: CaseTable, inputs: np.ndarray) -> None:
    """Each trajectory changes every name once, and one at a time."""
    changed = np.diff(inputs, axis=1) != 0.0
    if not (np.all(changed.sum(axis=1) == 1) and np.all(changed.sum(axis=2) == 1)):
        raise _disturbed(table)


def _disturbed(table: CaseTable) -> UsageError:
    return UsageError(
        f"the cases are not those of the {table.design.method} sample in its order any more (selected, or sorted?); "
        "give the folder, or the Dataset as open_sweep has returned it"
    )


def _enough(table: CaseTable, groups: str, size: int, good: np.ndarray, fewest: int) -> None:
    if good.sum() < fewest:
        raise UsageError(
            f"{good.sum()} of {len(good)} {groups} of {size} cases are complete, and indices need {fewest}; "
            "go on with the sweep if it has not ended, see why cases fail, or take a larger sample"
        )


def _missing(groups: str, size: int, good: np.ndarray) -> str:
    missing = int((~good).sum())
    if not missing:
        return ""
    text = f"{missing} of {len(good)} {groups} left out, as cases in them have no value"
    if missing > _MANY * len(good):
        text += ": the indices describe the part that runs"
    return text


def _symmetric(upper: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(upper), upper.T, upper)
