"""The Dataset of a sweep as a flat table: one row a case, columns of what is swept and of the figures."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from heatsim.errors import UsageError, listed, near_miss
from heatsim.sweeps.collection.opening import STATES, open_sweep
from heatsim.sweeps.design.points import ATTRIBUTE, Design
from heatsim.sweeps.keeping.records import OK


@dataclass(frozen=True)
class CaseTable:
    """Cases as rows.

    Attributes
    ----------
    design
        Of the sweep, without its points.
    dims, shape
        Of the Dataset: rows are its cells in row-major order.
    swept
        What is swept, a column each, SI.
    figures
        Numbers that the cases gave, a column each, SI, float; NaN where a case did not end well.
    others
        Names and switches that the cases gave, a column each.
    ok
        Whether a case has ended well; bool, (cases,).
    units
        Of the columns, as far as known.
    """

    design: Design
    dims: tuple[str, ...]
    shape: tuple[int, ...]
    swept: pd.DataFrame
    figures: pd.DataFrame
    others: pd.DataFrame
    ok: np.ndarray
    units: dict[str, str]

    def figure(self, name: str) -> str:
        """Return the name of a figure; UsageError when there is none of it, or it is no number."""
        if name in self.figures:
            return name
        if name in self.others:
            raise UsageError(f"figure '{name}' is no number; choose one of {listed(self.figures)}")
        if name in self.swept:
            raise UsageError(f"'{name}' is swept, and no figure; choose one of {listed(self.figures)}")
        raise UsageError(f"figure '{name}' is unknown{near_miss(name, self.figures)}; there are {listed(self.figures)}")


def case_table(sweep: xr.Dataset | str | Path) -> CaseTable:
    """Return the cases of a sweep as a table.

    Parameters
    ----------
    sweep
        Dataset of `open_sweep`, whole or in part (`ds.sel(...)`), or the folder.

    Raises
    ------
    UsageError
        When it is not the Dataset of a sweep.
    """
    ds = sweep if isinstance(sweep, xr.Dataset) else open_sweep(sweep)
    if ATTRIBUTE not in ds.attrs or "status" not in ds:
        raise UsageError("this is not the Dataset of a sweep; give the folder, or what open_sweep has returned")
    design = Design.from_attribute(json.loads(ds.attrs[ATTRIBUTE]))
    status = ds["status"]
    dims = tuple(str(dim) for dim in status.dims)
    names = [name for name in design.names if name in ds.coords]
    swept = {name: ds[name].broadcast_like(status).transpose(*dims).values.ravel() for name in names}
    ok = status.values.ravel() == OK
    figures: dict[str, np.ndarray] = {}
    others: dict[str, np.ndarray] = {}
    for name, variable in ds.data_vars.items():
        if name in STATES or set(variable.dims) != set(dims):
            continue
        values = variable.transpose(*dims).values.ravel()
        numbers = _numbers(values, ok)
        if numbers is None:
            others[str(name)] = values
        else:
            figures[str(name)] = numbers
    columns = [*names, *figures, *others]
    return CaseTable(
        design,
        dims,
        status.shape,
        pd.DataFrame(swept, index=range(len(ok))),
        pd.DataFrame(figures, index=range(len(ok))),
        pd.DataFrame(others, index=range(len(ok))),
        ok,
        {name: str(ds[name].attrs["units"]) for name in columns if "units" in ds[name].attrs},
    )


def _numbers(values: np.ndarray, ok: np.ndarray) -> np.ndarray | None:
    """Return values as float, NaN where a case is not ok; None when they are no numbers."""
    if values.dtype.kind not in "iufO":
        return None
    if values.dtype.kind == "O" and not all(
        isinstance(value, int | float | np.number) and not isinstance(value, bool) for value in values[ok]
    ):
        return None
    found = np.full(len(values), np.nan)
    found[ok] = values[ok].astype(float)
    return found
