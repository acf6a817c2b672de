"""A swept name with its values, or with the bounds of a sample: from lists, arrays, tuples and texts.

Texts are those of the command line: `range(a,b,n)`, `logrange(a,b,n)`, `choices(a,b,...)`; in a sample `range(a,b)`,
`logrange(a,b)` and `choices(...)`.
"""

from __future__ import annotations

import decimal
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from heatsim import units
from heatsim.errors import UnitError, UsageError, near_miss
from heatsim.sweeps.case import Value, shown
from heatsim.sweeps.design.values import Quantity, float_text, has_offset, read_one, to_si

MOST = 1_000_000
"""Cases that a sweep may have."""

RESERVED = ("case", "time", "status", "reason", "message", "case_id")
"""Names that the Dataset of a sweep has itself."""

_CALL = re.compile(r"([A-Za-z_]\w*)\s*\((.*)\)", re.DOTALL)
_COMMA = re.compile(r""",(?=(?:[^'"]|'[^']*'|"[^"]*")*$)""")
_WHOLE = re.compile(r"\d+")


@dataclass(frozen=True)
class Axis:
    """A swept name.

    Attributes
    ----------
    name
        Parameter (`unit.name`), input, controller setting, or option of the study.
    values
        The values, SI, no two equal, in the order given; of a sample the choices, or None.
    bounds
        Lowest and highest value of a sample, SI, or None.
    logarithmic
        Whether a sample is even in the logarithm.
    units
        SI unit that the values were given in, or None where they had none.
    """

    name: str
    values: tuple[Value, ...] | None
    bounds: tuple[float, float] | None = None
    logarithmic: bool = False
    units: str | None = None

    @property
    def numeric(self) -> bool:
        """Whether its values are numbers."""
        return self.values is None or not isinstance(self.values[0], bool | str)


def read_axis(name: str, given: Any) -> Axis:
    """Return an axis of a grid: its values; UsageError names what is wrong.

    Parameters
    ----------
    name
        What is swept.
    given
        A list or array of values, one value, or a text.
    """
    column, unit = read_column(name, given)
    repeated = _repeated(column)
    if repeated is not None:
        raise UsageError(f"{name}: {shown(repeated)} is given twice")
    return Axis(name, tuple(column), units=unit)


def read_column(name: str, given: Any) -> tuple[list[Value], str | None]:
    """Return values, which may repeat, and their unit; as `read_axis`."""
    check_name(name)
    call = _call(name, given)
    if call is None:
        return _values(name, _listed(name, given), given)
    function, arguments = call
    if function == "choices":
        return _values(name, arguments, given)
    if len(arguments) != 3:
        raise UsageError(f"{name}: {given}: write the number of values too, such as {function}(1, 5, 5)")
    low, high = _ends(name, arguments, given)
    count = _count(name, arguments[2], given)
    spaced = _spaced_logarithmically if function == "logrange" else _spaced
    return spaced(name, low, high, count, given), _si(low.unit)


def sample_axis(name: str, given: Any) -> Axis:
    """Return an axis of a sample: bounds or choices; UsageError names what is wrong.

    Parameters
    ----------
    name
        What is swept.
    given
        A tuple (low, high), a list or array of choices, or a text.
    """
    check_name(name)
    call = _call(name, given)
    if call is not None and call[0] != "choices":
        function, arguments = call
        if len(arguments) != 2:
            raise UsageError(f"{name}: {given}: a sample takes {function}(low, high), or choices(...) for fixed values")
    elif isinstance(given, tuple):
        function, arguments = "range", list(given)
        if len(arguments) != 2:
            raise UsageError(f"{name}: {given}: a sample takes (low, high); write choices as a list")
    else:
        column, unit = _values(name, call[1] if call else _listed(name, given), given)
        repeated = _repeated(column)
        if repeated is not None:
            raise UsageError(f"{name}: {shown(repeated)} is given twice")
        if len(column) < 2:
            raise UsageError(f"{name}: one value is no sample; set it for all cases, or give bounds or choices")
        if not isinstance(column[0], bool | str):
            # a step up is a larger number then, and the sign of its effect has a meaning
            column = sorted(column)  # type: ignore[type-var]
        return Axis(name, tuple(column), units=unit)
    low, high = _ends(name, arguments, given)
    bounds = (float(low.value), float(high.value))
    if not bounds[0] < bounds[1]:
        raise UsageError(f"{name}: {given}: the lower bound of a sample comes first")
    if function == "logrange":
        _check_logarithmic(name, low, high, given)
    return Axis(name, None, bounds, function == "logrange", _si(low.unit))


def between_logarithmically(low: float, high: float, share: Fraction | float) -> float:
    """Return the value at a share (0 to 1) of the way from low to high, even in the logarithm.

    Decimal arithmetic: its logarithm is the same on every machine, that of the processor is not, and a value that
    differs in its last digit would be another case.
    """
    with decimal.localcontext(decimal.Context(prec=30)):
        way = Fraction(share)
        exponent = decimal.Decimal(way.numerator) / decimal.Decimal(way.denominator)
        begin, end = decimal.Decimal(repr(low)), decimal.Decimal(repr(high))
        # 20 digits: what is a round number comes out as one
        found = begin * (exponent * (end / begin).ln()).exp()
        return min(max(float(f"{found:.20e}"), low), high)


def check_name(name: Any) -> None:
    """Refuse a name that cannot be swept."""
    if not isinstance(name, str) or not name or re.search(r"[\s=,'\"/]", name):
        raise UsageError(f"{name!r} is not a name that can be swept; write names without spaces, such as storage.V")
    if name in RESERVED:
        raise UsageError(f"'{name}' is a name of the result itself; give what is swept another one")


def _call(name: str, given: Any) -> tuple[str, list[Any]] | None:
    if not isinstance(given, str):
        return None
    match = _CALL.fullmatch(given.strip())
    if match is None:
        return None
    functions: Sequence[str] = ("range", "logrange", "choices")
    if match[1] not in functions:
        raise UsageError(
            f"{name}: '{given}': unknown '{match[1]}'{near_miss(match[1], functions)}; "
            "write range(a,b,n), logrange(a,b,n) or choices(a,b,...)"
        )
    arguments = [part.strip() for part in _COMMA.split(match[2])]
    if not all(arguments):
        raise UsageError(f"{name}: {given}: a value is missing")
    return match[1], arguments


def _listed(name: str, given: Any) -> list[Any]:
    if isinstance(given, str | bool | int | float | np.generic):
        return [given]
    if isinstance(given, Mapping | Set) or not hasattr(given, "__len__") or not hasattr(given, "__iter__"):
        # an order that is not fixed would number the cases differently each time
        raise UsageError(f"{name}: {given!r} is not a list of values; give a list, an array, a value or a text")
    if hasattr(given, "magnitude"):
        raise UsageError(f"{name}: a quantity of pint is not read; give numbers in SI, or texts such as '75degC'")
    array = given if isinstance(given, list | tuple | range) else np.asarray(given)
    if isinstance(array, np.ndarray) and array.ndim != 1:
        raise UsageError(f"{name}: an array of {array.ndim} dimensions; give one with one dimension")
    unit = getattr(given, "attrs", {}).get("units")
    found = list(array)
    if not found:
        raise UsageError(f"{name}: no values; give at least one")
    # with a space: half of unit "1" is not 0.51
    return [f"{value!r} {unit}" for value in array.tolist()] if unit and isinstance(array, np.ndarray) else found


def _values(name: str, given: list[Any], whole: Any) -> tuple[list[Value], str | None]:
    if len(given) > MOST:
        raise UsageError(f"{name}: {len(given)} values; a sweep may have {MOST} cases")
    read = [read_one(name, value) for value in given]
    kinds = {_kind(value): value for value in read}
    if len(kinds) > 1:
        raise UsageError(f"{name}: {' and '.join(kinds)} in one list; give one kind")
    quantities = [value for value in read if isinstance(value, Quantity)]
    if not quantities:
        return [value for value in read if not isinstance(value, Quantity)], None
    unit = _common_unit(name, quantities, whole)
    whole_numbers = all(quantity.whole for quantity in quantities)
    return [quantity.value if whole_numbers else float(quantity.value) for quantity in quantities], unit


def _kind(value: Quantity | str | bool) -> str:
    return "numbers" if isinstance(value, Quantity) else "switches" if isinstance(value, bool) else "names"


def _common_unit(name: str, quantities: list[Quantity], given: Any) -> str | None:
    with_unit = [quantity for quantity in quantities if quantity.unit]
    if not with_unit:
        return None
    first = with_unit[0].unit
    if len(with_unit) < len(quantities):
        bare = next(quantity for quantity in quantities if not quantity.unit)
        raise UnitError(f"{name}: {given}: {float_text(bare.number)} has no unit and others have; give all of them one")
    for quantity in with_unit:
        if not units.compatible(first, quantity.unit):
            raise UnitError(f"{name}: {given}: '{first}' and '{quantity.unit}' measure different quantities")
    return _si(first)


def _si(unit: str) -> str | None:
    return units.si(unit) if unit else None


def _ends(name: str, arguments: list[Any], given: Any) -> tuple[Quantity, Quantity]:
    low, high = (_end(name, argument, given) for argument in arguments[:2])
    _common_unit(name, [low, high], given)
    if low.value == high.value:
        raise UsageError(f"{name}: {given}: both ends are {shown(low.value)}; give one value, or two that differ")
    return low, high


def _end(name: str, argument: Any, given: Any) -> Quantity:
    read = read_one(name, argument)
    if not isinstance(read, Quantity):
        raise UsageError(f"{name}: {given}: {argument!r} is not a number; names go into choices")
    return read


def _count(name: str, text: Any, given: Any) -> int:
    if not _WHOLE.fullmatch(text) or int(text) < 2:
        raise UsageError(f"{name}: {given}: '{text}' is not a number of values; write a whole number from 2 on")
    if int(text) > MOST:
        raise UsageError(f"{name}: {given}: {text} values; a sweep may have {MOST} cases")
    return int(text)


def _spaced(name: str, low: Quantity, high: Quantity, count: int, given: Any) -> list[Value]:
    shares = [Fraction(i, count - 1) for i in range(count)]
    if low.unit == high.unit:
        # evenly in the unit that was written, and exactly: range(0.1,0.5,5) has 0.3 and not 0.30000000000000004
        return [to_si(low.number + share * (high.number - low.number), low.unit) for share in shares]
    begin, end = (Fraction(repr(float(quantity.value))) for quantity in (low, high))
    return [float(begin + share * (end - begin)) for share in shares]


def _spaced_logarithmically(name: str, low: Quantity, high: Quantity, count: int, given: Any) -> list[Value]:
    _check_logarithmic(name, low, high, given)
    begin, end = float(low.value), float(high.value)
    smallest, largest = min(begin, end), max(begin, end)
    found: list[Value] = [between_logarithmically(smallest, largest, Fraction(i, count - 1)) for i in range(count)]
    return found if begin < end else found[::-1]


def _check_logarithmic(name: str, low: Quantity, high: Quantity, given: Any) -> None:
    if any(has_offset(quantity.unit) for quantity in (low, high)):
        raise UnitError(f"{name}: {given}: a logarithm of '{low.unit}' has no meaning; write K, or use range")
    if min(low.value, high.value) <= 0:
        raise UsageError(f"{name}: {given}: both ends of a logarithmic range are above zero; use range")


def _repeated(column: Sequence[Value]) -> Value:
    seen = set()
    for value in column:
        if value in seen:
            return value
        seen.add(value)
    return None
