"""Units of an SSP file: written from heatsim's unit strings, read from their base units."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass

from heatsim import units
from heatsim.errors import UnitError, UsageError
from heatsim.ssp.xml import add, find, find_all, number, required

_BASES = ("kg", "m", "s", "K", "A", "mol", "cd")
_ANGLE = re.compile(r"\s*(rad|deg|rev|rpm)(?![A-Za-z])")


@dataclass(frozen=True)
class Unit:
    """A unit of a file: SI value = factor*value + offset.

    Attributes
    ----------
    name
        Its name in the file.
    definition
        Exponents of the base units, factor and offset; None when the file does not define it.
    """

    name: str
    definition: units.Definition | None

    @property
    def text(self) -> str:
        """Unit string for heatsim: the name where it means the same to heatsim, else the SI base units."""
        if self.definition is None:
            return self.name
        if units.known(self.name) and _close(units.definition(self.name), self.definition):
            return self.name
        return si_text(self.definition)


def of_text(text: str) -> units.Definition | None:
    """What a unit string of heatsim means; None for "" and for strings that heatsim does not know."""
    return units.definition(text) if text and units.known(text) else None


def si_text(definition: units.Definition) -> str:
    """Unit string of the SI base units with these exponents, `kg.m2.s-3`."""
    parts = []
    for base, exponent in zip((*_BASES, "EUR"), definition.exponents, strict=True):
        if exponent:
            parts.append(base if exponent == 1 else f"{base}{exponent:g}")
    return ".".join(parts) or "1"


def conversion(source: units.Definition, target: units.Definition) -> tuple[float, float]:
    """(factor, offset) with value_in_target = factor*value_in_source + offset.

    Raises
    ------
    UnitError
        When the units measure different things.
    """
    if source.exponents != target.exponents:
        raise UnitError(f"'{si_text(source)}' and '{si_text(target)}' measure different things")
    if source == target:
        return 1.0, 0.0
    return source.factor / target.factor, (source.offset - target.offset) / target.factor


def _close(a: units.Definition, b: units.Definition) -> bool:
    return a.exponents == b.exponents and abs(a.factor - b.factor) <= 1e-9 * abs(b.factor) and a.offset == b.offset


class UnitWriter:
    """Collects the units that a file uses, and writes their definitions."""

    def __init__(self) -> None:
        self._used: dict[str, units.Definition] = {}

    def name(self, text: str) -> str | None:
        """Name to refer to a unit by; None when SSP cannot express it (money, unknown units, no unit at all)."""
        found = of_text(text)
        if found is None or found.exponents[-1] or any(e != int(e) for e in found.exponents):
            return None
        self._used[text] = found
        return text

    def write(self, root: ET.Element, name: str) -> None:
        """Append the element with all units that were asked for, if any."""
        if not self._used:
            return
        table = add(root, name)
        for text, found in self._used.items():
            unit = add(table, "ssc:Unit", name=text)
            base = add(unit, "ssc:BaseUnit")
            for key, exponent in zip(_BASES, found.exponents, strict=False):
                if exponent:
                    base.set(key, str(int(exponent)))
            # angles count as dimensionless in heatsim, not in SSP
            if _ANGLE.match(text):
                base.set("rad", "1")
            if found.factor != 1.0:
                base.set("factor", repr(found.factor))
            if found.offset != 0.0:
                base.set("offset", repr(found.offset))


def read_units(root: ET.Element, path: str, where: str) -> dict[str, Unit]:
    """Units that a file defines.

    Parameters
    ----------
    root
        Root element of the file.
    path
        Path of the element that holds them, with prefix.
    where
        The file, for messages.

    Raises
    ------
    UsageError
        When an exponent is no whole number, or a factor is zero.
    """
    result: dict[str, Unit] = {}
    for element in find_all(root, f"{path}/ssc:Unit"):
        name = required(element, "name", where)
        base = find(element, "ssc:BaseUnit")
        if base is None:
            result[name] = Unit(name, of_text(name))
            continue
        exponents = [number(base.get(key), 0.0, f"{where}: unit '{name}'") for key in _BASES]
        factor = number(base.get("factor"), 1.0, f"{where}: unit '{name}'")
        offset = number(base.get("offset"), 0.0, f"{where}: unit '{name}'")
        if factor == 0.0 or any(e != int(e) for e in exponents):
            raise UsageError(f"{where}: unit '{name}' has a factor of zero or a broken exponent; correct its BaseUnit")
        result[name] = Unit(name, units.Definition((*exponents, 0.0), factor, offset))
    return result


def unit_named(table: dict[str, Unit], name: str | None) -> Unit | None:
    """Unit that an attribute refers to; one that the file does not define is taken by its name."""
    if not name:
        return None
    return table.get(name) or Unit(name, of_text(name))
