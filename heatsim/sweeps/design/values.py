"""One value of a sweep: a number in SI, a name, or a switch, from what a person wrote.

`500m3`, `75 degC`, `14MW` become SI numbers of their own kind of quantity, so no target unit is needed. The arithmetic
is exact (rational numbers, rounded once), so that `1.1MW` and `1.1e6` are the same value and thus the same case.
"""

from __future__ import annotations

import math
import numbers
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from heatsim import units
from heatsim.errors import UnitError, UsageError
from heatsim.sweeps.case import Value

FACTOR = ":factor"
"""Ending of a name: times what it would be."""

OFFSET = ":offset"
"""Ending of a name: plus what it would be."""

_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*)", re.DOTALL)
_WHOLE = re.compile(r"[+-]?\d+")
_CLOCK = re.compile(r"\d{4}-\d{2}(-\d{2}([T ]\d{2}(:\d{2}){0,2})?)?|\d{1,2}:\d{2}(:\d{2})?")
_SWITCHES = {"true": True, "false": False, "True": True, "False": False}
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212"
_NOT_FINITE = ("nan", "inf", "infinity")
_LARGEST_WHOLE = 2**53


@dataclass(frozen=True)
class Quantity:
    """A number as it was written.

    Attributes
    ----------
    number
        Exactly the decimal number.
    unit
        As written; empty where there was none.
    whole
        Whether it was a whole number without a unit, which stays an int.
    """

    number: Fraction
    unit: str = ""
    whole: bool = False

    @property
    def value(self) -> int | float:
        """In SI."""
        return int(self.number) if self.whole else to_si(self.number, self.unit)


def read_value(name: str, given: Any) -> tuple[Value, str | None]:
    """Return a value in SI, and the SI unit that it was given in, None where it had none.

    Parameters
    ----------
    name
        What it is a value of; for messages, and for what a factor or an offset may be.
    given
        A number (SI), a switch, or a text: a quantity ("500m3"), a number, `true` or `false`, else a name. Quotes
        inside the text make it a name whatever it looks like ("'2stage'").

    Raises
    ------
    UsageError
        When it is none of these or not finite; UnitError when the unit is unknown, or has no meaning for `name`.
    """
    read = read_one(name, given)
    if not isinstance(read, Quantity):
        return read, None
    return read.value, units.si(read.unit) if read.unit else None


def read_one(name: str, given: Any) -> Quantity | str | bool:
    """Return what a person gave as a quantity, a name or a switch; as `read_value`."""
    if isinstance(given, bool | np.bool_):
        return bool(given)
    if isinstance(given, str):
        return _read_text(name, given.strip())
    if isinstance(given, numbers.Integral):
        return _whole(name, int(given))
    if isinstance(given, float | np.floating):
        if not math.isfinite(given):
            raise UsageError(f"{name}: {given} is not a finite number")
        return Quantity(exact(float(given)))
    raise UsageError(
        f"{name}: {given!r} cannot be swept; give numbers in SI, texts with a unit such as '75degC', names, or switches"
    )


def exact(number: float) -> Fraction:
    """Return a finite number as the shortest decimal that stands for it, exactly."""
    # -0.0 becomes 0: the two are equal, so they must be one case
    return Fraction(repr(number))


def to_si(number: Fraction, unit: str) -> float:
    """Return a number of a unit in SI, rounded once."""
    factor, offset = exact_unit(unit)
    try:
        return float(number * factor + offset)
    except OverflowError as error:
        raise UsageError(f"{float_text(number)}{unit}: too large a number") from error


def in_own_unit(name: str, value: Value, given: str | None, own: str | None) -> Value:
    """Return an SI value that was given with a unit as a number of the unit that the study has for the name.

    Some parameters are no SI numbers (coolant flow in `l/min`); numbers without a unit are in that unit already.
    """
    if given is None or not own or not units.known(own) or isinstance(value, bool | str) or value is None:
        return value
    factor, offset = exact_unit(own)
    if name.endswith(OFFSET):
        offset = Fraction(0)
    if (factor, offset) == (1, 0):
        return value
    found = (exact(float(value)) - offset) / factor
    # 1.1 l/min went to m3/s, rounded, and comes back as 1.1
    short = exact(float(f"{float(found):.15g}"))
    return float(short if abs(float(short * factor + offset) - value) <= 2.0 * math.ulp(value) else found)


def float_text(number: Fraction) -> str:
    """Return a rational number for people."""
    try:
        return f"{float(number):.6g}"
    except OverflowError:
        return str(number)


def has_offset(unit: str) -> bool:
    """Return whether zero of a unit is not zero in SI (`degC`)."""
    return bool(unit) and units.definition(unit).offset != 0.0


def _read_text(name: str, text: str) -> Quantity | str | bool:
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    if text in _SWITCHES:
        return _SWITCHES[text]
    if not text:
        raise UsageError(f"{name}: an empty text is no value")
    if text.lstrip("+-").casefold() in _NOT_FINITE:
        raise UsageError(f"{name}: '{text}' is not a finite number")
    match = _NUMBER.fullmatch(text)
    if match is None:
        if text[0] in _DASHES and _NUMBER.match(text[1:]):
            raise UsageError(f"{name}: '{text}' begins with a dash that is no minus; write -{text[1:]}")
        if set(text) & set("(),"):
            raise UsageError(f"{name}: '{text}' is not understood; write range(a,b,n), choices(a,b,...) or one value")
        return text
    written, unit = match[1], match[2]
    if not unit:
        return _whole(name, int(written)) if _WHOLE.fullmatch(written) else _number(name, text, written)
    if _CLOCK.fullmatch(text):
        return text
    if unit[0] in ",_;":
        raise UsageError(
            f"{name}: '{text}' has a '{unit[0]}' in its number; write a decimal point, and values as choices(a,b)"
        )
    _check_unit(name, text, unit)
    return _number(name, text, written, unit)


def _number(name: str, text: str, written: str, unit: str = "") -> Quantity:
    # as a float first: it is how large a number may be, and an exact 1e999999999 would take all the memory
    if not math.isfinite(float(written)):
        raise UsageError(f"{name}: '{text}' is too large a number")
    return Quantity(exact(float(written)), unit)


def _whole(name: str, number: int) -> Quantity:
    if abs(number) > _LARGEST_WHOLE:
        raise UsageError(f"{name}: {number} is too large for a whole number (at most 2**53)")
    return Quantity(Fraction(number), whole=True)


def _check_unit(name: str, text: str, unit: str) -> None:
    try:
        meaning = units.definition(unit)
    except UnitError as error:
        raise UnitError(f"{name}: '{text}': {error}; a name that begins with a number goes into quotes") from error
    if name.endswith(FACTOR) and not units.compatible(unit, "1"):
        raise UnitError(f"{name}: '{text}' has a unit, and a factor has none; write a number such as 1.1")
    if name.endswith(OFFSET) and meaning.offset:
        raise UnitError(f"{name}: '{text}' is a point on a scale, and an offset is a difference; write it in K")


@lru_cache(maxsize=256)
def exact_unit(unit: str) -> tuple[Fraction, Fraction]:
    """Return factor and offset of a unit, SI = factor * number + offset."""
    if not unit:
        return Fraction(1), Fraction(0)
    meaning = units.definition(unit)
    factor, inverse = meaning.factor, 1.0 / meaning.factor
    # 1/3600 has no short decimal, but its inverse has
    shorter = len(repr(inverse)) < len(repr(factor))
    return 1 / exact(inverse) if shorter else exact(factor), exact(meaning.offset)
