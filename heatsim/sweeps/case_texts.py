"""Swept values of cases as people read them: in the units of plots and reports, not in SI."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from heatsim.edge import Quantity
from heatsim.sweeps.case import SweepCase, Value
from heatsim.sweeps.collection.coordinates import coordinates
from heatsim.sweeps.keeping.definition import Definition


class CaseTexts:
    """Writes the swept values of the cases of a sweep.

    Unit and digits of a name follow from all its values in the sweep, so that a case reads the same in the live table,
    in messages, and on the axes of a plot.

    Parameters
    ----------
    definition
        Of the sweep.
    """

    def __init__(self, definition: Definition) -> None:
        self._quantities = {
            name: Quantity.of(name, found.values, found.attrs) for name, found in coordinates(definition).items()
        }

    @property
    def headings(self) -> tuple[str, ...]:
        """Swept names with their units, for a list."""
        return tuple(one.heading for one in self._quantities.values())

    def rows(self, points: Iterable[Sequence[Value]]) -> list[tuple[str, ...]]:
        """Return the values of points, in the order of `headings`, for people."""
        quantities = list(self._quantities.values())
        return [tuple(one.read(si, unit=False) for one, si in zip(quantities, p, strict=True)) for p in points]

    def plain(self, case: SweepCase) -> tuple[str, ...]:
        """Return the values of a case, in the order of `headings`, so that programs can read them as numbers."""
        return tuple(one.plain(case.values[name]) for name, one in self._quantities.items())

    def line(self, case: SweepCase) -> str:
        """Return the values of a case with their names and units."""
        return ", ".join(f"{name} = {self._quantities[name].read(si)}" for name, si in case.values.items())
