"""A CSV file of one time series a column: finds the column and its unit, checks every cell and every time stamp.

Rules: comma-separated, a header line, decimal points, one row a time step, evenly spaced. `time` holds ISO stamps
(`2020-01-31 14:00:00`). Stamps without a time zone are the clock of the run, local standard time; a file that shows the
two jumps of daylight saving is shifted to it. Stamps with a zone (`+00:00`, `Z`) are converted to the run's clock. The
unit of a column is the end of its name: `heat_demand_MW`, `temperature_C`, `price_EUR_per_MWh`, or in brackets, `heat
demand [kW]`; capital or small letters do not matter at the end of a name, so that `_mw` is the megawatt. The whole file
is checked, except that a gap is only an error for a run that needs it.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from heatsim import units
from heatsim.errors import InputError, near_miss

# Endings of column names, longest first; the meaning is fixed because letters' case is often lost in data files.
_SUFFIXES = {
    "eur_per_mwh": "EUR/MWh",
    "eur_per_kwh": "EUR/kWh",
    "eur_mwh": "EUR/MWh",
    "eur_kwh": "EUR/kWh",
    "eur_per_j": "EUR/J",
    "degc": "degC",
    "gw": "GW",
    "mw": "MW",
    "kw": "kW",
    "mwh": "MWh",
    "kwh": "kWh",
    "w": "W",
    "c": "degC",
    "k": "K",
}
_BRACKETS = re.compile(r"^(.*?)\s*[\[(]\s*([^\])]+?)\s*[\])]\s*$")
_ZONE = re.compile(r"(?:Z|[+-]\d{2}(?::?\d{2})?)$")
_DATE_ONLY = re.compile(r"^\d{4}-?\d{2}-?\d{2}$")
_HINTS = {
    "W": "_W, _kW or _MW",
    "K": "_C, _degC or _K",
    "EUR/J": "_EUR_per_MWh, _eur_mwh or _EUR_per_kWh",
}


@dataclass(frozen=True)
class Column:
    """One checked column: increasing stamps on the run's clock (`datetime64[us]`), usual step in s, SI values."""

    file: Path
    name: str
    stamps: np.ndarray
    values: np.ndarray
    step: float
    summer_time_removed: bool = False

    @property
    def source(self) -> str:
        """File name and column, for messages and attributes."""
        return f"{self.file.name}:{self.name}"

    def row(self, index: int) -> int:
        """Line of the file (the header is line 1) of a value."""
        return index + 2


def split_path(path: str | Path) -> tuple[Path, str | None]:
    """Split `FILE.csv:column` into its file and column; the column is None when none is given."""
    text = str(path)
    if isinstance(path, Path) or Path(text).exists():
        return Path(path), None
    head, colon, tail = text.rpartition(":")
    # A drive letter's colon is followed by a path.
    if colon and len(head) > 1 and not re.search(r"[\\/]", tail):
        return Path(head), tail.strip()
    return Path(text), None


def unit_of(column: str) -> str | None:
    """Return the unit that a column's name ends in, or None when it ends in none."""
    match = _BRACKETS.match(column)
    if match:
        return match[2] if units.known(match[2]) else None
    lower = column.lower()
    for suffix, unit in _SUFFIXES.items():
        if lower.endswith("_" + suffix):
            return unit
    return None


def read_rows(file: Path) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of a CSV file as text.

    Raises
    ------
    InputError
        If the file is missing, empty, no text, not comma-separated, or a row has another number of cells.
    """
    if not file.is_file():
        siblings = [p.name for p in file.parent.glob("*.csv")] if file.parent.is_dir() else []
        raise InputError(f"{file}: no such file{near_miss(file.name, siblings)}; check the path")
    try:
        with file.open(encoding="utf-8-sig", newline="") as handle:
            rows = [[cell.strip() for cell in row] for row in csv.reader(handle)]
    except (UnicodeDecodeError, csv.Error) as problem:
        raise InputError(f"{file.name}: not a CSV text file ({problem}); save it as comma-separated UTF-8") from problem
    while rows and not any(rows[-1]):
        rows.pop()
    if not rows:
        raise InputError(f"{file.name}: the file is empty; it needs a header line and one row a time step")
    header = rows.pop(0)
    if len(header) < 2:
        hint = "it uses ';'" if ";" in header[0] else f"its header is '{header[0][:40]}'"
        raise InputError(f"{file.name}: no comma-separated columns ({hint}); save it with commas and decimal points")
    doubles = {name for name in header if header.count(name) > 1}
    if doubles:
        raise InputError(f"{file.name}: two columns are called '{sorted(doubles)[0]}'; rename one")
    if not rows:
        raise InputError(f"{file.name}: there is a header but no row; it needs one row a time step")
    for index, row in enumerate(rows):
        if len(row) != len(header):
            what = "is empty" if not any(row) else f"has {len(row)} cells instead of {len(header)}"
            raise InputError(f"{file.name}: row {index + 2} {what}; give every row one cell a column")
    return header, rows


def read_column(
    path: str | Path, *, unit: str, keywords: tuple[str, ...], exclude: tuple[str, ...] = (), utc_offset: float = 1.0
) -> Column:
    """Read the one column of a file that measures a quantity.

    Parameters
    ----------
    path : str or Path
        `FILE.csv`, or `FILE.csv:column` to choose the column.
    unit : str
        SI unit of the result; columns with an ending of this kind are candidates.
    keywords, exclude : tuple of str
        Several candidates: one with a keyword in its name wins. A candidate with a word of `exclude` is none.
    utc_offset : float
        Hours that the run's clock is ahead of UTC; used for stamps with a time zone.

    Raises
    ------
    InputError
        If the file, the column, its unit, a cell or a time stamp is not usable; the message names row and next step.
    """
    file, wanted = split_path(path)
    header, rows = read_rows(file)
    if "time" not in header:
        hint = near_miss("time", header)
        raise InputError(f"{file.name}: no column 'time'{hint}; it has {', '.join(header)}; rename the one with stamps")
    name = _choose(file, header, wanted, unit, keywords, exclude)
    own = unit_of(name)
    if own is None or not units.compatible(own, unit):
        ending = f"ends in the unit {own}" if own else "does not end in a unit"
        if own and units.compatible(own, "Wh") and unit == "W":
            raise InputError(
                f"{file.name}: column '{name}' is an energy ({own}); divide it by the time step and end its name in _kW"
            )
        raise InputError(f"{file.name}: column '{name}' {ending}; rename it to end in {_HINTS.get(unit, unit)}")
    position = header.index(name)
    stamps, step, shifted = time_axis(file, [row[header.index("time")] for row in rows], utc_offset)
    values = numbers(file, name, [row[position] for row in rows])
    return Column(file, name, stamps, np.asarray(units.convert(values, own, unit)), step, shifted)


def numbers(file: Path, name: str, cells: list[str]) -> np.ndarray:
    """Return the cells of a column as numbers; the first that is none is an error with its row."""
    values = np.asarray(pd.to_numeric(pd.Series(cells, dtype=object), errors="coerce"), dtype=float)
    bad = ~np.isfinite(values)
    if bad.any():
        index = int(np.argmax(bad))
        cell = cells[index]
        what = "is empty" if not cell else f"holds '{cell}'"
        more = f" (and {int(bad.sum()) - 1} more)" if bad.sum() > 1 else ""
        raise InputError(f"{file.name}: row {index + 2}, column '{name}' {what}{more}; fill it with a number")
    return values


def _choose(
    file: Path, header: list[str], wanted: str | None, unit: str, keywords: tuple[str, ...], exclude: tuple[str, ...]
) -> str:
    data = [name for name in header if name != "time"]
    if wanted is not None:
        if wanted not in header:
            raise InputError(f"{file.name}: no column '{wanted}'{near_miss(wanted, data)}; it has {', '.join(data)}")
        return wanted
    measured = [(name, unit_of(name)) for name in data]
    candidates = [
        name
        for name, own in measured
        if own and units.compatible(own, unit) and not any(word in name.lower() for word in exclude)
    ]
    if len(candidates) > 1:
        matching = [name for name in candidates if any(word in name.lower() for word in keywords)]
        candidates = matching or candidates
    if len(candidates) == 1:
        return candidates[0]
    if not candidates:
        raise InputError(
            f"{file.name}: no column ends in {_HINTS.get(unit, unit)}; it has {', '.join(data)}; "
            f"rename the right one, for example '{keywords[0]}{_HINTS.get(unit, unit).split(',')[0]}'"
        )
    raise InputError(f"{file.name}: {', '.join(candidates)} all fit; choose one with {file.name}:{candidates[0]}")


def time_axis(file: Path, cells: list[str], utc_offset: float) -> tuple[np.ndarray, float, bool]:
    """Return the stamps on the run's clock, the step in s, and whether summer time was taken out.

    Longer steps than the usual one stay: a gap only matters to a run that needs it.
    """
    zoned = [bool(_ZONE.search(cell)) and not _DATE_ONLY.match(cell) for cell in cells]
    if any(zoned) and not all(zoned):
        odd = zoned.index(not zoned[0])
        raise InputError(
            f"{file.name}: row {odd + 2}: '{cells[odd]}' and '{cells[0]}' differ in having a time zone; "
            "give all stamps one or none"
        )
    series = pd.to_datetime(pd.Series(cells, dtype=object), format="ISO8601", errors="coerce", utc=True)
    missing = series.isna().to_numpy()
    if missing.any():
        index = int(np.argmax(missing))
        raise InputError(
            f"{file.name}: row {index + 2}: time '{cells[index]}' is no ISO stamp; write it like 2020-01-31 14:00:00"
        )
    stamps = series.dt.tz_localize(None).to_numpy().astype("datetime64[us]")
    if stamps.size < 2:
        raise InputError(f"{file.name}: only one row; a series needs two or more")
    steps = np.diff(stamps) / np.timedelta64(1, "s")
    found, counts = np.unique(steps[steps > 0], return_counts=True)
    usual = float(found[np.argmax(counts)]) if found.size else 0.0
    shifted = False
    if zoned[0]:
        stamps = stamps + np.timedelta64(round(utc_offset * 3.6e9), "us")
    else:
        summer = _summer_time(stamps, usual)
        if summer.any():
            stamps = stamps - summer * np.timedelta64(3600, "s")
            steps = np.diff(stamps) / np.timedelta64(1, "s")
            shifted = True
    for index in np.flatnonzero(steps < usual - 1e-3).tolist():
        before, after = stamps[index], stamps[index + 1]
        where = f"{file.name}: row {index + 3}: time {show(after)}"
        if after == before:
            raise InputError(f"{where} is there twice; remove one of the rows")
        if after < before:
            raise InputError(f"{where} comes after {show(before)}; sort the rows by time")
        raise InputError(
            f"{where} is only {steps[index]:g} s after the row before, others {usual:g} s; space rows evenly"
        )
    return stamps, usual, shifted


def _summer_time(stamps: np.ndarray, usual: float) -> np.ndarray:
    """Return which rows of a naive time axis are in daylight-saving time, judged by its two jumps of one hour.

    The clock jumps forward on a Sunday in the second half of March and back on the last Sunday of October or the first
    of November, in the early morning. A jump of one hour anywhere else is a gap or a double row.
    """
    excess = np.diff(stamps) / np.timedelta64(1, "s") - usual
    summer = np.zeros(stamps.size, dtype=bool)
    begin: int | None = None
    for index in np.flatnonzero(np.abs(np.abs(excess) - 3600.0) < 1e-3).tolist():
        after = pd.Timestamp(stamps[index + 1])
        if after.day_of_week != 6:
            continue
        if excess[index] > 0 and after.month == 3 and after.day >= 8 and after.hour in (2, 3):
            begin = index + 1
        autumn = (after.month == 10 and after.day >= 25) or (after.month == 11 and after.day <= 7)
        if excess[index] < 0 and autumn and after.hour in (1, 2):
            summer[begin if begin is not None else 0 : index + 1] = True
            begin = None
    if begin is not None:
        summer[begin:] = True
    return summer


def show(stamp: np.datetime64) -> str:
    """Return a stamp as text for a message, in whole seconds."""
    return str(stamp.astype("datetime64[s]")).replace("T", " ")
