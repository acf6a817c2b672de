"""Tables of nodes, pipes and consumers: read from CSV, pandas or xarray, columns checked, numbers in SI units.

A column is named after its quantity, with the unit in brackets behind it when it is not the SI unit: `length [km]`,
`Q_flow_nominal [kW]`, `T_secondary_supply [degC]`. A variable of a Dataset may have its unit in `attrs["units"]`
instead. Every message names the table, the row and the next step.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, Union

import numpy as np
import pandas as pd
import xarray as xr

from heatsim.errors import InputError, UnitError, near_miss
from heatsim.units import convert

Table: TypeAlias = Union[str, os.PathLike[str], pd.DataFrame, xr.Dataset]  # noqa: UP007 - a value at run time
_HEADING = re.compile(r"\s*(.*?)\s*(?:\[([^\]]*)\])?\s*")


@dataclass(frozen=True)
class Column:
    """One column: name, SI unit (None for words), whether it must be there, and what it is for."""

    name: str
    unit: str | None = None
    required: bool = False


NODES = (Column("name", required=True), Column("kind"), Column("bypass", "kg/s"), Column("T_bypass", "K"))
PIPES = (
    Column("name"),
    Column("from", required=True),
    Column("to", required=True),
    Column("length", "m", required=True),
    Column("size"),
    Column("D_inner", "m"),
    Column("s_wall", "m"),
    Column("U", "W/(m.K)"),
    Column("U_between", "W/(m.K)"),
)
CONSUMERS = (
    Column("name", required=True),
    Column("node", required=True),
    Column("Q_flow_nominal", "W", required=True),
    Column("kind"),
    Column("dT", "K"),
    Column("bypass_share", "1"),
    Column("T_secondary_supply", "K"),
    Column("T_secondary_return", "K"),
    Column("dT_return", "K"),
    Column("dp_nominal", "Pa"),
)
# differences of temperature: degC as a unit would shift them by 273.15
_DIFFERENCES = frozenset({"dT", "dT_return"})


def read(table: Table, what: str, columns: Sequence[Column]) -> pd.DataFrame:
    """Return a table with the given columns, numbers as float in SI units (NaN where empty), words as str.

    Parameters
    ----------
    table
        Path of a CSV file, DataFrame, or Dataset whose variables share one dimension.
    what
        Name of the table for messages: `nodes`, `pipes` or `consumers`.
    columns
        Columns that there may be.

    Raises
    ------
    InputError
        For a file that cannot be read, a column that is unknown, missing or given twice, a unit that does not fit,
        a cell that is no number or empty where a value is needed.
    """
    raw, units = _raw(table, what)
    known = {column.name: column for column in columns}
    found = pd.DataFrame(index=range(len(raw)))
    for position, heading in enumerate(raw.columns):
        match = _HEADING.fullmatch(str(heading))
        name, unit = (match[1], match[2]) if match else (str(heading), None)
        if name not in known:
            raise InputError(
                f"{what}: unknown column '{name}'{near_miss(name, known)}; rename or drop it, there may be "
                + ", ".join(known)
            )
        if name in found:
            raise InputError(f"{what}: column '{name}' is there twice; drop one")
        column = known[name]
        unit = units.get(str(heading)) if unit is None else unit
        cells = raw.iloc[:, position]
        found[name] = _words(cells) if column.unit is None else _numbers(cells, column, unit, what)
    for column in columns:
        if column.required and column.name not in found:
            raise InputError(f"{what}: column '{column.name}' is missing; add it")
        if column.name not in found:
            found[column.name] = "" if column.unit is None else np.nan
        empty = (found[column.name] == "") if column.unit is None else found[column.name].isna()
        if column.required and empty.any():
            row = int(np.flatnonzero(empty)[0])
            raise InputError(f"{what}, row {row + 1}: '{column.name}' is empty; give a value")
    if found.empty:
        raise InputError(f"{what}: the table has no rows; give at least one")
    return found


def _raw(table: Table, what: str) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the table as it is, and units that stand beside it, by column."""
    if isinstance(table, pd.DataFrame):
        return table.reset_index(drop=True), {}
    if isinstance(table, xr.Dataset):
        if len(table.dims) != 1:
            raise InputError(f"{what}: the Dataset has {len(table.dims)} dimensions; give one with a single dimension")
        dimension = str(next(iter(table.dims)))
        units = {
            str(name): str(values.attrs["units"]) for name, values in table.variables.items() if "units" in values.attrs
        }
        frame = table.to_dataframe().reset_index()
        named = dimension in table.coords and not np.issubdtype(table[dimension].dtype, np.number)
        return (frame.rename(columns={dimension: "name"}) if named else frame.drop(columns=dimension)), units
    path = Path(table)
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False, comment="#", skipinitialspace=True), {}
    except FileNotFoundError:
        siblings = [child.name for child in path.parent.iterdir()] if path.parent.is_dir() else []
        raise InputError(
            f"{what}: no file {path}{near_miss(path.name, siblings)}; give the path of a CSV file"
        ) from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError, IsADirectoryError) as error:
        raise InputError(
            f"{what}: cannot read {path} as CSV ({error}); give comma-separated columns with a heading"
        ) from None


def _words(cells: pd.Series) -> list[str]:
    return ["" if pd.isna(cell) else str(cell).strip() for cell in cells]


def _numbers(cells: pd.Series, column: Column, unit: str | None, what: str) -> np.ndarray:
    values = np.full(len(cells), np.nan)
    for row, cell in enumerate(cells):
        if pd.isna(cell) or str(cell).strip() == "":
            continue
        try:
            values[row] = float(cell)
        except (TypeError, ValueError):
            raise InputError(f"{what}, row {row + 1}: '{column.name}' is '{cell}', not a number; correct it") from None
        if not np.isfinite(values[row]):
            raise InputError(f"{what}, row {row + 1}: '{column.name}' is {cell}; give a finite number")
    if not unit:
        return values
    if column.name in _DIFFERENCES and unit in ("degC", "°C"):
        unit = "K"
    try:
        return np.asarray(convert(values, unit, str(column.unit)), dtype=float)
    except UnitError as error:
        raise InputError(f"{what}: column '{column.name} [{unit}]': {error}") from None
