"""The best cases of a sweep, of those that meet constraints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from heatsim.errors import UsageError
from heatsim.sweeps.design.expressions import Expression
from heatsim.sweeps.findings.table import CaseTable, case_table


def best(
    sweep: xr.Dataset | str | Path,
    figure: str,
    n: int = 10,
    *,
    largest: bool = False,
    constraints: Sequence[str] = (),
) -> pd.DataFrame:
    """Return the best cases of a sweep.

    Parameters
    ----------
    sweep
        Dataset of `open_sweep`, whole or in part (`ds.sel(...)`), or the folder.
    figure
        What is to be small, or large.
    n
        How many cases at most.
    largest
        Whether large is good.
    constraints
        Comparisons over figures and swept names, such as `T_supply_min >= 75degC` or `starts < 20`; numbers without a
        unit are SI. Cases that do not meet them all are left out, and those in which a figure that decides is NaN.

    Returns
    -------
    pandas.DataFrame
        A row a case, the best first, equal ones in the order of the sweep; index: number of the case from 0, in the
        order of the cells of the Dataset. Columns: what is swept, `figure`, the other figures, all SI.
        `attrs`: `units` (column -> unit), `cases` (all), `not_ok` (failed, missing or left out before),
        `without_value` (`figure` is NaN or infinite), `unmet` (constraint -> good cases that do not meet it), `left`
        (cases to choose from).
        The table is empty when no case is left.

    Raises
    ------
    UsageError
        When a name is unknown or a unit does not fit.
    """
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
        raise UsageError(f"n = {n}: give how many cases, a whole number from 1 on")
    table = case_table(sweep)
    name = table.figure(figure)
    values = table.figures[name].to_numpy()
    met, unmet = meets(table, constraints)
    good = np.flatnonzero(table.ok & met & np.isfinite(values))
    # stable, also for the largest: equal cases stay in the order of the sweep
    order = good[np.argsort(-values[good] if largest else values[good], kind="stable")][:n]
    others = [column for column in table.figures if column != name]
    found = pd.concat([table.swept, table.figures[[name, *others]], table.others], axis=1).iloc[order]
    found.attrs = {
        "units": {column: table.units[column] for column in found if column in table.units},
        "cases": len(table.ok),
        "not_ok": int((~table.ok).sum()),
        "without_value": int((table.ok & ~np.isfinite(values)).sum()),
        "unmet": unmet,
        "left": len(good),
    }
    return found


def meets(table: CaseTable, constraints: Sequence[str]) -> tuple[np.ndarray, dict[str, int]]:
    """Return which cases meet all constraints, bool (cases,), and how many of the good ones do not meet each.

    Cases that did not end well do not meet a constraint, as their figures are not known.
    """
    constraints = [constraints] if isinstance(constraints, str) else list(constraints)
    columns = pd.concat([table.swept, table.figures, table.others], axis=1)
    met, unmet = table.ok.copy(), {}
    known: dict[str, str | None] = {str(name): table.units.get(str(name)) for name in columns}
    for text in constraints:
        expression = Expression(text, known)
        if not expression.names:
            raise UsageError(f"constraint '{text}' names neither a figure nor what is swept")
        used = columns[list(expression.names)]
        rows = zip(*(used[name].tolist() for name in expression.names), strict=True)
        holds = np.array(
            [
                good and expression.holds(dict(zip(expression.names, row, strict=True)))
                for good, row in zip(table.ok, rows, strict=True)
            ],
            dtype=bool,
        )
        unmet[text] = int((table.ok & ~holds).sum())
        met &= holds
    return met, unmet
