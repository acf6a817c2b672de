"""Units at the edge: `14MW`, `75 degC`, `7d`, and the unit strings of Modelica and FMI (`W/(m2.K)`, `kg/s`, `1`).

Inside heatsim everything is SI. This module turns what a person writes into SI numbers and answers whether two unit
strings fit together. A small grammar of our own (the Modelica unit expression with the symbols of this field) answers
nearly everything; only a unit outside of it (`BTU/hour`, `gallon/minute`) makes pint load, which is slow.
"""

from __future__ import annotations

import importlib
import math
import re
import tokenize
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from heatsim.errors import UnitError, near_miss

# Exponents of kg, m, s, K, A, mol, cd, EUR. Angles are dimensionless, as in SI.
_Dimension = tuple[float, ...]
_BASES = ("kg", "m", "s", "K", "A", "mol", "cd", "EUR")
_NONE: _Dimension = (0.0,) * len(_BASES)
_TEMPERATURE: _Dimension = (0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0)
_PINT_BASES = {
    "[mass]": 0,
    "[length]": 1,
    "[time]": 2,
    "[temperature]": 3,
    "[current]": 4,
    "[substance]": 5,
    "[luminosity]": 6,
    "[currency]": 7,
}


@dataclass(frozen=True)
class _Unit:
    """A unit as SI = factor*value + offset, with the exponents of the base units."""

    dimension: _Dimension
    factor: float
    offset: float = 0.0


def _dimension(**exponents: float) -> _Dimension:
    return tuple(float(exponents.get(base, 0)) for base in _BASES)


_POWER = _dimension(kg=1, m=2, s=-3)
_ENERGY = _dimension(kg=1, m=2, s=-2)
_PRESSURE = _dimension(kg=1, m=-1, s=-2)

# Symbols that take an SI prefix.
_PREFIXABLE: dict[str, _Unit] = {
    "W": _Unit(_POWER, 1.0),
    "Wh": _Unit(_ENERGY, 3600.0),
    "J": _Unit(_ENERGY, 1.0),
    "Pa": _Unit(_PRESSURE, 1.0),
    "bar": _Unit(_PRESSURE, 1e5),
    "N": _Unit(_dimension(kg=1, m=1, s=-2), 1.0),
    "Hz": _Unit(_dimension(s=-1), 1.0),
    "s": _Unit(_dimension(s=1), 1.0),
    "m": _Unit(_dimension(m=1), 1.0),
    "g": _Unit(_dimension(kg=1), 1e-3),
    "K": _Unit(_TEMPERATURE, 1.0),
    "l": _Unit(_dimension(m=3), 1e-3),
    "L": _Unit(_dimension(m=3), 1e-3),
    "A": _Unit(_dimension(A=1), 1.0),
    "V": _Unit(_dimension(kg=1, m=2, s=-3, A=-1), 1.0),
    "mol": _Unit(_dimension(mol=1), 1.0),
    "EUR": _Unit(_dimension(EUR=1), 1.0),
}
# Symbols that stand alone.
_ALONE: dict[str, _Unit] = {
    "1": _Unit(_NONE, 1.0),
    "%": _Unit(_NONE, 0.01),
    "percent": _Unit(_NONE, 0.01),
    "rad": _Unit(_NONE, 1.0),
    "deg": _Unit(_NONE, math.pi / 180.0),
    "rev": _Unit(_NONE, 2.0 * math.pi),
    "rpm": _Unit(_dimension(s=-1), 2.0 * math.pi / 60.0),
    "min": _Unit(_dimension(s=1), 60.0),
    "h": _Unit(_dimension(s=1), 3600.0),
    "d": _Unit(_dimension(s=1), 86400.0),
    "t": _Unit(_dimension(kg=1), 1000.0),
    "cd": _Unit(_dimension(cd=1), 1.0),
    "degC": _Unit(_TEMPERATURE, 1.0, 273.15),
    "°C": _Unit(_TEMPERATURE, 1.0, 273.15),
}
_PREFIXES = {"G": 1e9, "M": 1e6, "k": 1e3, "h": 1e2, "c": 1e-2, "m": 1e-3, "u": 1e-6, "µ": 1e-6, "n": 1e-9}
# "hPa" and "hl" are in use, "hs" or "hW" are not and would hide a slip of the pen.
_SPARSE_PREFIXES = {"h": ("Pa", "l", "L"), "c": ("m", "l", "L")}

_NUMBER = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*", re.DOTALL)
_TOKEN = re.compile(r"\s*(?:([A-Za-z°µ%]+|1(?![0-9]))(?:\^|\*\*)?([+-]?\d+)?|([./*()]))")
# What may go to pint: names joined by one operator each. pint alone would read 'W W' as W2 and 'W.' as W.
_NAME = r"\(*[A-Za-z][A-Za-z_]+(?:(?:\^|\*\*)?-?\d+)?\)*"
_PLAUSIBLE = re.compile(rf"{_NAME}(?:\s*[*/]\s*{_NAME})*")
_PINT_SHORT = ("ft", "psi", "gal", "lb", "oz", "yd", "mi", "inch", "hp", "BTU", "Btu", "degF", "degR", "day", "bbl")

# SI units that have a name in this field; anything else is written with the base units.
_SI_NAMES = (
    "1",
    "W",
    "J",
    "Pa",
    "K",
    "s",
    "kg",
    "m3",
    "kg/s",
    "m3/s",
    "1/s",
    "EUR/J",
    "EUR/W",
    "kg/J",
    "W/K",
    "J/K",
    "W/(m2.K)",
    "W/(m.K)",
    "J/(kg.K)",
    "W/m2",
    "Pa.s",
    "N",
    "V",
)

_EXAMPLES = ("W", "kW", "MW", "J", "kWh", "MWh", "s", "min", "h", "d", "K", "degC", "Pa", "kPa", "bar", "kg/s", "m3/h")


def _symbol(name: str) -> _Unit | None:
    """Return the unit of one symbol, with or without prefix; None when it is not one of ours."""
    if name in _ALONE:
        return _ALONE[name]
    if name in _PREFIXABLE:
        return _PREFIXABLE[name]
    prefix, base = name[:1], name[1:]
    if prefix in _PREFIXES and base in _PREFIXABLE and base in _SPARSE_PREFIXES.get(prefix, (base,)):
        unit = _PREFIXABLE[base]
        return _Unit(unit.dimension, unit.factor * _PREFIXES[prefix])
    return None


class _Expression:
    """Recursive descent over a Modelica unit expression; `value` is None when a symbol or the syntax is not ours."""

    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str, str]] = []
        position = 0
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:
                self.value: _Unit | None = None
                return
            self._tokens.append((match[1] or "", match[2] or "", match[3] or ""))
            position = match.end()
        self._next = 0
        value = self._product()
        self.value = value if self._next == len(self._tokens) else None

    def _peek(self) -> str:
        return self._tokens[self._next][2] if self._next < len(self._tokens) else ""

    def _product(self) -> _Unit | None:
        value = self._factor()
        while value is not None and self._peek() in ("/", ".", "*"):
            sign = -1.0 if self._peek() == "/" else 1.0
            self._next += 1
            other = self._factor()
            if other is None:
                return None
            dimension = tuple(a + sign * b for a, b in zip(value.dimension, other.dimension, strict=True))
            # An offset only has a meaning for a temperature alone: in W/degC the degree is a difference.
            value = _Unit(dimension, value.factor * other.factor**sign)
        return value

    def _factor(self) -> _Unit | None:
        if self._next >= len(self._tokens):
            return None
        name, exponent, sign = self._tokens[self._next]
        self._next += 1
        if sign == "(":
            value = self._product()
            if value is None or self._peek() != ")":
                return None
            self._next += 1
            return value
        unit = _symbol(name) if name else None
        if unit is None or not exponent:
            return unit
        power = int(exponent)
        return _Unit(tuple(power * e for e in unit.dimension), unit.factor**power)


@lru_cache(maxsize=1)
def _registry() -> Any:
    """Return the pint registry. Loaded on first need: it takes longer than everything else in this module together."""
    registry = importlib.import_module("pint").UnitRegistry(autoconvert_offset_to_baseunit=True)
    registry.define("EUR = [currency] = euro")
    return registry


def _from_pint(text: str) -> _Unit | None:
    # Short symbols are where pint surprises ('hs' hours, 'kWs' kilowatts, 'kw' a week with prefix), so only words and
    # a few well-known symbols go there.
    names = re.findall(r"[A-Za-z_]+", text)
    if not _PLAUSIBLE.fullmatch(text) or any(
        len(name) < 4 and name not in _PINT_SHORT and _symbol(name) is None for name in names
    ):
        return None
    registry = _registry()
    try:
        unit = registry.parse_units(text)
        zero = registry.Quantity(0.0, unit).to_base_units().magnitude
        one = registry.Quantity(1.0, unit).to_base_units().magnitude
    except (
        AttributeError,
        ValueError,
        TypeError,
        KeyError,
        tokenize.TokenError,
        importlib.import_module("pint").PintError,
    ):
        return None
    dimension = [0.0] * len(_BASES)
    for base, exponent in unit.dimensionality.items():
        if base not in _PINT_BASES:
            return None
        dimension[_PINT_BASES[base]] = float(exponent)
    return _Unit(tuple(dimension), float(one - zero), float(zero))


@lru_cache(maxsize=1024)
def _lookup(text: str) -> _Unit | None:
    stripped = text.strip()
    if not stripped:
        return _ALONE["1"]
    return _symbol(stripped) or _Expression(stripped).value or _from_pint(stripped)


def _hint(text: str) -> str:
    """Return a near miss for an unknown unit: most often only the case of a letter is wrong (`kw`, `mwh`)."""
    candidates = [*_EXAMPLES, *_PREFIXABLE, *_ALONE]
    for candidate in (*candidates, "GW", "GWh", "GJ", "MJ", "kJ", "EUR/MWh", "EUR/kWh"):
        if candidate.casefold() == text.strip().casefold():
            return f" (did you mean '{candidate}'?)"
    return near_miss(text, candidates)


def _unit(text: str) -> _Unit:
    unit = _lookup(text)
    if unit is None:
        raise UnitError(f"unknown unit '{text}'{_hint(text)}; known are for example {', '.join(_EXAMPLES)}")
    return unit


def known(unit: str) -> bool:
    """Return whether `unit` is a unit string that heatsim understands."""
    return _lookup(unit) is not None


@dataclass(frozen=True)
class Definition:
    """What a unit means: SI value = factor*value + offset.

    Attributes
    ----------
    exponents
        Exponents of kg, m, s, K, A, mol, cd, EUR; angles are dimensionless.
    factor, offset
        Conversion to SI.
    """

    exponents: tuple[float, ...]
    factor: float
    offset: float


def definition(unit: str) -> Definition:
    """Return what a unit string means.

    Raises
    ------
    UnitError
        If it is not a unit.

    Examples
    --------
    >>> definition("kWh").factor, definition("degC").offset
    (3600000.0, 273.15)
    """
    found = _unit(unit)
    return Definition(found.dimension, found.factor, found.offset)


def compatible(a: str, b: str) -> bool:
    """Return whether two units measure the same kind of quantity, so that one converts to the other.

    Parameters
    ----------
    a, b : str
        Unit strings, as in Modelica (`W/(m2.K)`) or as written by a person (`kW`). An empty string counts as `1`.

    Raises
    ------
    UnitError
        If one of them is not a unit.

    Examples
    --------
    >>> compatible("kW", "W"), compatible("kg/s", "m3/s")
    (True, False)
    """
    return _unit(a).dimension == _unit(b).dimension


def si(unit: str) -> str:
    """Return the SI unit of what a unit measures, as Modelica writes it.

    Raises
    ------
    UnitError
        If it is not a unit.

    Examples
    --------
    >>> si("MWh"), si("degC"), si("l/min"), si("EUR/MWh"), si("%")
    ('J', 'K', 'm3/s', 'EUR/J', '1')
    """
    wanted = _unit(unit).dimension
    for name in _SI_NAMES:
        if _unit(name).dimension == wanted:
            return name
    above, below = (
        [
            base if abs(exponent) == 1.0 else f"{base}{abs(exponent):g}"
            for base, exponent in zip(_BASES, wanted, strict=True)
            if sign * exponent > 0
        ]
        for sign in (1.0, -1.0)
    )
    numerator = ".".join(above) or "1"
    if not below:
        return numerator
    return f"{numerator}/{below[0]}" if len(below) == 1 else f"{numerator}/({'.'.join(below)})"


def same(a: str, b: str) -> bool:
    """Return whether two unit strings mean the same unit, so that a value needs no conversion.

    Examples
    --------
    >>> same("W", "J/s"), same("kW", "W"), same("degC", "K")
    (True, False, False)
    """
    first, second = _unit(a), _unit(b)
    return (
        first.dimension == second.dimension
        and math.isclose(first.factor, second.factor, rel_tol=1e-12)
        and math.isclose(first.offset, second.offset, rel_tol=1e-12)
    )


def convert(values: ArrayLike, from_unit: str, to_unit: str) -> Any:
    """Convert a number or an array from one unit to another, offsets of temperatures included.

    Parameters
    ----------
    values : float or array_like
        Values in `from_unit`, any shape.
    from_unit, to_unit : str
        Unit strings of the same kind of quantity.

    Returns
    -------
    float or ndarray
        Values in `to_unit`, the shape of `values`.

    Raises
    ------
    UnitError
        If a unit is unknown or the two do not measure the same kind of quantity.

    Examples
    --------
    >>> convert(75.0, "degC", "K")
    348.15
    >>> convert([1.0, 2.0], "MW", "kW").tolist()
    [1000.0, 2000.0]
    """
    source, target = _unit(from_unit), _unit(to_unit)
    if source.dimension != target.dimension:
        raise UnitError(f"cannot convert '{from_unit}' to '{to_unit}': they measure different quantities")
    array = np.asarray(values, dtype=float)
    # Dividing once by the ratio of factors keeps round numbers round (1 kWh -> 3.6e6 J and back).
    result = array * (source.factor / target.factor)
    if source.offset != target.offset:
        result = result + (source.offset - target.offset) / target.factor
    return float(result) if array.ndim == 0 else result


def parse_quantity(text: str | float, unit: str) -> float:
    """Return the number that a person wrote as a quantity, in `unit`.

    Parameters
    ----------
    text : str or float
        `"14MW"`, `"75 degC"`, `"7d"`, `"1e6"`, `14e6`. A number without a unit is taken to be in `unit` already
        (SI everywhere inside heatsim). `C` is a degree Celsius where a temperature is expected.
    unit : str
        Unit of the result.

    Raises
    ------
    UnitError
        If there is no finite number, the unit is unknown, or it measures something else.

    Examples
    --------
    >>> parse_quantity("14MW", "W"), parse_quantity("7d", "s"), parse_quantity("75 degC", "K")
    (14000000.0, 604800.0, 348.15)
    """
    expected = _unit(unit)
    shown = unit.strip() or "1"
    if isinstance(text, bool) or not isinstance(text, str | int | float | np.number):
        raise UnitError(f"'{text}' is not a quantity; write a number with a unit that converts to '{shown}'")
    if not isinstance(text, str):
        number, suffix = float(text), ""
    else:
        match = _NUMBER.fullmatch(text)
        if match is None:
            raise UnitError(f"'{text}' does not start with a number; write for example '12.5 {shown}'")
        number, suffix = float(match[1]), match[2]
        if suffix.startswith(",") or suffix.startswith("_"):
            raise UnitError(f"'{text}' has a '{suffix[0]}' inside its number; write a decimal point and no separators")
    if not math.isfinite(number):
        raise UnitError(f"'{text}' is not a finite number; write for example '12.5 {shown}'")
    if not suffix:
        return number
    if suffix == "C" and expected.dimension == _TEMPERATURE:
        suffix = "degC"
    if not known(suffix):
        raise UnitError(f"'{text}': unknown unit '{suffix}'{_hint(suffix)}; write a unit that converts to '{shown}'")
    if not compatible(suffix, unit):
        raise UnitError(f"'{text}' cannot be expressed in '{shown}': write a unit that converts to '{shown}'")
    return float(convert(number, suffix, unit))
