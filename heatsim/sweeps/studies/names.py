"""Names that are swept: `NAME`, `NAME:factor` and `NAME:offset`."""

from __future__ import annotations

import math
from collections.abc import Mapping

from heatsim import units
from heatsim.errors import UsageError
from heatsim.sweeps.case import Value

CHANGES = ("factor", "offset")
"""What may stand behind the colon of a swept name."""


def split_name(name: str) -> tuple[str, str]:
    """Return the name and what is done to its value: "", "factor" or "offset"."""
    base, colon, change = name.rpartition(":")
    if not colon:
        return name, ""
    if change not in CHANGES or not base:
        raise UsageError(f"{name}: '{change}' is unknown; write {base or 'NAME'}:factor or {base or 'NAME'}:offset")
    return base, change


def number(name: str, value: Value, unit: str) -> float:
    """Return a value as a finite number in `unit`; UsageError that names it when it is none."""
    if value is None or isinstance(value, bool):
        raise UsageError(f"{name}: takes a number, not {value}")
    try:
        found = units.parse_quantity(value, unit) if isinstance(value, str) else float(value)
    except UsageError as error:
        raise type(error)(f"{name}: {error}") from error
    if not math.isfinite(found):
        raise UsageError(f"{name}: takes a finite number, not {value}")
    return found


def applied(name: str, change: Mapping[str, float], value: float) -> float:
    """Return `factor * value + offset`.

    Raises
    ------
    UsageError
        For a factor on zero, which would change nothing.
    """
    if "factor" in change and value == 0.0:
        raise UsageError(f"{name}:factor has no effect, since {name} is 0; sweep {name} itself, or {name}:offset")
    return change.get("factor", 1.0) * value + change.get("offset", 0.0)
