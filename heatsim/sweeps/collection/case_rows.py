"""The cases of a sweep as rows: how each was run, and everything that it gave; for pandas and for spreadsheets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from heatsim.errors import UsageError
from heatsim.sweeps.collection.opening import STATES, open_sweep
from heatsim.sweeps.keeping.folder import SweepFolder
from heatsim.whole_file import whole_file

_STATES = tuple(name for name in STATES if name != "case_id")


def cases_table(folder: str | Path) -> pd.DataFrame:
    """Return how each case was run.

    Parameters
    ----------
    folder
        Of the sweep.

    Returns
    -------
    pandas.DataFrame
        A row for each case, in the order of the points, with its identifier as index: the swept values (SI), `status`
        (ok, failed, missing), `reason`, `message`, `seconds` (time that the case took, s), `host`, `begin` (UTC) and
        `attempts`; these with the suffix `.result` where a swept name is the same. What is not known of a case is NaN,
        NaT, or an empty text.

    Raises
    ------
    UsageError
        When there is no sweep in the folder.
    """
    where = SweepFolder(Path(folder))
    definition = where.read()
    rows: list[dict[str, Any]] = []
    names = []
    for case in definition.cases():
        names.append(case.id)
        record = where.kept(case.id)
        made = {} if record is None else record.provenance
        told = {
            "status": "missing" if record is None else record.status,
            "reason": "" if record is None else record.reason,
            "message": "" if record is None else record.message,
            "seconds": float(made.get("seconds", np.nan)),
            "host": str(made.get("host", "")),
            "begin": pd.to_datetime(made.get("begin"), utc=True),
            "attempts": float(made.get("attempts", np.nan if record is None else 1)),
        }
        own = {f"{name}.result" if name in case.values else name: value for name, value in told.items()}
        rows.append({**case.values, **own})
    return pd.DataFrame(rows, index=pd.Index(names, name="case_id"))


def to_csv(sweep: xr.Dataset | str | Path, file: str | Path) -> Path:
    """Write a sweep to a CSV file: a row for each case with its swept values, figures, and how it ended.

    Parameters
    ----------
    sweep
        Dataset of `open_sweep`, whole or a part of it, or the folder.
    file
        To write; it appears whole or not at all. Columns are `name [unit]`, SI, or the name where there is no unit;
        numbers have all their digits, and a figure that a case does not have is an empty field. Arrays are left out.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    UsageError
        When there is no sweep, or the file cannot be written.
    """
    ds = sweep if isinstance(sweep, xr.Dataset) else open_sweep(sweep)
    if "status" not in ds or "case_id" not in ds:
        raise UsageError("this is not the Dataset of a sweep; give the folder, or what open_sweep has returned")
    dims = ds["status"].dims
    single = [name for name, variable in ds.variables.items() if set(variable.dims) <= set(dims)]
    figures = [name for name in single if name not in ds.coords and name not in STATES]
    swept = [name for name in single if name in ds.coords]
    columns: dict[str, np.ndarray] = {}
    for name in ("case_id", *swept, *_STATES, *figures):
        values = ds[name].broadcast_like(ds["status"]).transpose(*dims).values.ravel()
        units = str(ds[name].attrs.get("units", "1"))
        columns[str(name) if units == "1" else f"{name} [{units}]"] = values
    table = pd.DataFrame(columns)
    table = table[table["status"] != "left out"]
    with whole_file(Path(file), "the table of cases") as temporary:
        table.to_csv(temporary, index=False, encoding="utf-8")
    return Path(file)
