"""Tables of nodes, pipes and consumers: read from CSV, pandas or xarray, columns checked, numbers in SI units.

A column is named after its quantity, with the unit in brackets behind it when it is not the SI unit: `length [km]`,
`Q_flow_nominal [kW]`, `T_secondary_supply [degC]`. A variable of a Dataset may have its unit in `attrs["units"]`
instead. A CSV file has commas, semicolons or tabs between its cells, as its heading shows; with semicolons or tabs a
number may have a decimal comma. Lines that begin with `#` are comments. Every message names the table, the row and the
next step.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
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
# the same unit as people write it; W/mK would be read as watt per millikelvin
_SPELLINGS = dict.fromkeys(("W/mK", "W/(mK)", "W/(m K)", "W/(m*K)", "W/m/K", "W/m.K", "W/m K"), "W/(m.K)")
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+(?:[eE][-+]?\d+)?")


def read(table: Table, what: str, columns: Sequence[Column]) -> pd.DataFrame:
    """Return a table with the given columns, numbers as float in SI units (NaN where empty), words as str.

    Parameters
    ----------
    table
        Path of a CSV file, DataFrame (a named index is a column), or Dataset whose variables share one dimension.
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
        unnamed = all(name is None or name in table.columns for name in table.index.names)
        return table.reset_index(drop=unnamed), {}
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
    if not isinstance(table, str | os.PathLike):
        raise InputError(f"{what}: a {type(table).__name__} is no table; give a CSV file, a DataFrame or a Dataset")
    return _csv(Path(table), what), {}


def _csv(path: Path, what: str) -> pd.DataFrame:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        siblings = [child.name for child in path.parent.iterdir()] if path.parent.is_dir() else []
        raise InputError(
            f"{what}: no file {path}{near_miss(path.name, siblings)}; give the path of a CSV file"
        ) from None
    except UnicodeDecodeError:
        raise InputError(f"{what}: {path} is not in UTF-8; save it as CSV in UTF-8") from None
    except OSError as error:
        raise InputError(f"{what}: cannot read {path} ({error.strerror}); give the path of a CSV file") from None
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if not lines:
        raise InputError(f"{what}: {path} is empty; give a heading and a line for each row")
    between = max(",;\t", key=lines[0].count)
    heading, *rows = (
        [cell.strip() for cell in row] for row in csv.reader(lines, delimiter=between, skipinitialspace=True)
    )
    rows = [row for row in rows if any(row)]
    for number, row in enumerate(rows, 1):
        if len(row) != len(heading):
            raise InputError(
                f"{what}, row {number}: {len(row)} cells under {len(heading)} headings; correct it, or put cells that "
                "hold the separator into quotes"
            )
    if between != ",":
        rows = _points(rows, what)
    return pd.DataFrame(rows, columns=pd.Index(heading), dtype=str)


def _points(rows: list[list[str]], what: str) -> list[list[str]]:
    """Return cells with decimal points instead of commas."""
    with_comma = [(i, cell) for i, row in enumerate(rows, 1) for cell in row if _DECIMAL_COMMA.fullmatch(cell)]
    if not with_comma:
        return rows
    for i, row in enumerate(rows, 1):
        for cell in row:
            if re.fullmatch(r"[-+]?\d+\.\d+", cell):
                raise InputError(
                    f"{what}, row {i}: '{cell}' has a point, '{with_comma[0][1]}' in row {with_comma[0][0]} a comma; "
                    "write all numbers with one decimal sign and none for thousands"
                )
    return [[cell.replace(",", ".") if _DECIMAL_COMMA.fullmatch(cell) else cell for cell in row] for row in rows]


def _words(cells: pd.Series) -> list[str]:
    """Return cells as text; whole numbers without a point, which pandas adds where a column has empty cells."""
    return ["" if pd.isna(cell) else _word(cell) for cell in cells]


def _word(cell: object) -> str:
    if isinstance(cell, Real) and not isinstance(cell, bool) and float(cell).is_integer():
        return str(int(float(cell)))
    return str(cell).strip()


def _numbers(cells: pd.Series, column: Column, unit: str | None, what: str) -> np.ndarray:
    values = np.full(len(cells), np.nan)
    for row, cell in enumerate(cells):
        if pd.isna(cell) or str(cell).strip() == "":
            continue
        try:
            if isinstance(cell, bool | np.bool_) or "_" in str(cell):
                raise TypeError
            values[row] = float(cell)
        except (TypeError, ValueError):
            raise InputError(f"{what}, row {row + 1}: '{column.name}' is '{cell}', not a number; correct it") from None
        if not np.isfinite(values[row]):
            raise InputError(f"{what}, row {row + 1}: '{column.name}' is {cell}; give a finite number")
    if not unit:
        return values
    if column.name in _DIFFERENCES:
        if unit not in ("K", "degC", "°C"):
            raise InputError(f"{what}: column '{column.name} [{unit}]' is a difference of temperatures; give it in K")
        return values
    unit = _SPELLINGS.get(unit, unit)
    try:
        return np.asarray(convert(values, unit, str(column.unit)), dtype=float)
    except UnitError as error:
        raise InputError(f"{what}: column '{column.name} [{unit}]': {error}") from None
