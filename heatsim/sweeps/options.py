"""Options of the built-in studies: which can be swept, their units, and how a swept value becomes one.

A study's options are the fields of its frozen record; this module knows what kind each is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from heatsim import units
from heatsim.errors import UsageError
from heatsim.sweeps.case import Value


@dataclass(frozen=True)
class Option:
    """How a value becomes an option.

    Attributes
    ----------
    kind
        `quantity`, `whole` (number), `text`, `file`, or `price or file`; else the name of a parser below.
    unit
        SI unit of a quantity.
    description
        For the results.
    """

    kind: str
    unit: str = ""
    description: str = ""

    @property
    def numeric(self) -> bool:
        """Whether `:factor` and `:offset` have a meaning."""
        return self.kind in ("quantity", "whole", "price or file")


def _seconds(text: str) -> Option:
    return Option("quantity", "s", text)


_SERIES = {
    "demand": Option("file", description="Heat demand"),
    "weather": Option("file", description="Outdoor air temperature"),
    "price": Option("file", description="Electricity price"),
    "gas_price": Option("price or file", "EUR/J", "Gas price"),
    "utilisation": Option("file", description="Utilisation of the hall"),
    "demand_peak": Option("quantity", "W", "Largest heat demand of the year"),
    "seed": Option("whole", description="Seed"),
}
_PLANT = {
    "preset": Option("text", description="Plant"),
    "it_capacity": Option("quantity", "W", "Rated IT power"),
    "heat_capacity": Option("quantity", "W", "Nominal heat of all heat pumps"),
    "storage_volume": Option("quantity", "m3", "Water in the tank"),
    "compiler": Option("text", description="What makes the FMUs"),
}
_SPAN = {
    "start": Option("text", description="Clock time of the start"),
    "stop": _seconds("Length of the run"),
    "output_step": _seconds("Step of the results"),
}
_TARIFF = {
    "grid_charge": Option("quantity", "EUR/J", "Charge on electricity"),
    "co2_price": Option("quantity", "EUR/kg", "Price of CO2"),
    "start_cost": Option("quantity", "EUR", "Wear of a start of a heat pump"),
}
_PLANS = {
    "data": Option("folder", description="Folder with files of input series"),
    "replan": _seconds("Time between plans"),
    "horizon": _seconds("Length of a plan"),
}
_RTOL = {"rtol": Option("quantity", "1", "Relative tolerance")}

OPTIONS: Mapping[str, Mapping[str, Option]] = {
    "load_swing": {
        **_SPAN,
        **_PLANT,
        **_SERIES,
        **_RTOL,
        "method": Option("text", description="How units are coupled"),
        "step": _seconds("Step between exchanges of co-simulation"),
        "trip": Option("trip", description="Trip of all heat pumps: start and duration"),
    },
}
"""Options by study."""

_FREE = ("jobs", "settings", "changes")
"""Fields of the records that are no options of a sweep: a case has one process, and names are swept by themselves."""


def option_value(name: str, option: Option, value: Value) -> Any:
    """Return a swept value as the study's record takes it; UsageError when it cannot be one."""
    try:
        return _READERS[option.kind](option, value)
    except UsageError as error:
        raise type(error)(f"{name}: {error}") from error


def _number(option: Option, value: Value) -> float:
    if value is None or isinstance(value, bool):
        raise UsageError(f"takes a number in {option.unit or '1'}, not {value}")
    number = units.parse_quantity(value, option.unit) if isinstance(value, str) else float(value)
    if not math.isfinite(number):
        raise UsageError(f"takes a finite number, not {value}")
    return number


def _whole(option: Option, value: Value) -> int:
    number = _number(option, value)
    if number != round(number):
        raise UsageError(f"takes whole numbers, not {value}")
    return int(number)


def _text(option: Option, value: Value) -> str | None:
    if value is not None and not isinstance(value, str):
        raise UsageError(f"takes a name, not {value}")
    return value


def _price(option: Option, value: Value) -> Any:
    if isinstance(value, str) and ".csv" in value.lower():
        return value
    return None if value is None else _number(option, value)


def _trip(option: Option, value: Value) -> tuple[float, float] | None:
    if value is None or value == "none":
        return None
    begin, slash, duration = str(value).partition("/")
    if not slash:
        raise UsageError(f"'{value}': write TIME/DURATION, such as 14h/30min, or none")
    return units.parse_quantity(begin, "s"), units.parse_quantity(duration, "s")


_READERS: Mapping[str, Callable[[Option, Value], Any]] = {
    "quantity": _number,
    "whole": _whole,
    "text": _text,
    "file": _text,
    "folder": _text,
    "price or file": _price,
    "trip": _trip,
}
