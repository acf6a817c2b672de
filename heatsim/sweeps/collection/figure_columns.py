"""Figures of all cases as columns, filled case by case, so that no records need to be kept in memory.

All numbers are floats, NaN where a case has none, so that the type of a column does not depend on which cases have
ended; switches are 0 and 1 for the same reason.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr

from heatsim import units
from heatsim.errors import UnitError
from heatsim.sweeps.keeping.outcome import CaseFigure

SWITCH = {"flag_values": np.array([0.0, 1.0]), "flag_meanings": "false true"}
"""Attributes of a switch, as the CF conventions have them."""


class FigureColumns:
    """Figures by name, for a number of positions."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._columns: dict[str, _Column] = {}

    def add(self, at: int, case_id: str, name: str, figure: CaseFigure) -> None:
        """Take a figure of a case."""
        if name not in self._columns:
            self._columns[name] = _Column(name, self._size)
        self._columns[name].add(at, case_id, figure)

    def notes(self) -> Iterator[str]:
        """Give a line for each figure that is not simply what the cases gave."""
        for column in self._columns.values():
            yield from column.notes()

    def variables(self, dims: tuple[str, ...], shape: tuple[int, ...]) -> Iterator[tuple[str, xr.Variable]]:
        """Give name and variable of each figure, in the order in which the cases have them."""
        for name, column in self._columns.items():
            if column.usable:
                values, attributes = column.values()
                yield name, xr.Variable(dims, values.reshape(shape), attributes)


class _Column:
    def __init__(self, name: str, size: int) -> None:
        self.name = name
        self.usable = True
        self._numbers = np.full(size, np.nan)
        self._texts: dict[int, str] = {}
        self._kinds: set[type] = set()
        self._long_name = ""
        self._first: tuple[str, str] | None = None  # unit, and the case that has it
        self._other: tuple[str, str] | None = None

    def add(self, at: int, case_id: str, figure: CaseFigure) -> None:
        self._long_name = self._long_name or figure.long_name
        value = figure.value
        if value is None or value != value:
            return
        if isinstance(value, str):
            self._texts[at] = value
        else:
            self._numbers[at] = self._in_first_units(float(value), figure.units, case_id)
        self._kinds.add(str if isinstance(value, str) else bool if isinstance(value, bool) else float)

    def _in_first_units(self, value: float, given: str, case_id: str) -> float:
        if self._first is None:
            self._first = (given, case_id)
        if given == self._first[0]:
            return value
        self._other = self._other or (given, case_id)
        try:
            return float(units.convert(value, given, self._first[0]))
        except UnitError:
            self._other = (given, case_id)
            self.usable = False
            return np.nan

    def notes(self) -> Iterator[str]:
        if self._other is not None and self._first is not None:
            (first, a), (other, b) = self._first, self._other
            what = f"'{first or '1'}' in case {a} and '{other or '1'}' in case {b}"
            end = f"it is given in '{first or '1'}'" if self.usable else "it is left out"
            yield f"figure '{self.name}' has the unit {what}; {end}"
        if str in self._kinds and len(self._kinds) > 1:
            yield f"figure '{self.name}' is a number in some cases and a text in others; it is given as texts"

    def values(self) -> tuple[np.ndarray, dict[str, object]]:
        attributes: dict[str, object] = {
            "units": (self._first or ("",))[0] or "1",
            "long_name": self._long_name or self.name,
        }
        if str not in self._kinds:
            return self._numbers, {**attributes, **(SWITCH if self._kinds == {bool} else {})}
        values = np.full(self._numbers.size, "", dtype=object)
        for place in np.flatnonzero(~np.isnan(self._numbers)):
            values[place] = repr(float(self._numbers[place]))
        for at, text in self._texts.items():
            values[at] = text
        return values, attributes
