"""Options of the built-in studies: which can be swept, their units, and how a swept value becomes one.

A study's options are the fields of its frozen record; this module knows what kind each is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from heatsim.errors import UsageError
from heatsim.sweeps.case import Value
from heatsim.sweeps.studies.names import number


@dataclass(frozen=True)
class Option:
    """How a value becomes an option.

    Attributes
    ----------
    kind
        `quantity`, `whole` (number), `text`, `file`, `folder`, `price or file`, `trip`, `names` or `numbers`.
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
        return self.kind in ("quantity", "price or file")

    def names_file(self, value: Any) -> bool:
        """Whether a value names a file or a folder."""
        if not isinstance(value, str):
            return False
        return self.kind in ("file", "folder") or (self.kind == "price or file" and ".csv" in value.lower())


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
    "annual": {
        **_SPAN,
        **_PLANT,
        **_SERIES,
        **_RTOL,
        **_TARIFF,
        **_PLANS,
        "policy": Option("text", description="Who runs the plant"),
        "part": _seconds("Length of the parts of the run"),
        "period": _seconds("Sample time of the supervisor"),
    },
    "storage_dispatch": {
        **_SPAN,
        **_PLANT,
        **_SERIES,
        **_TARIFF,
        **_PLANS,
        "policies": Option("names", description="Policies side by side"),
        "peak_charge": Option("quantity", "EUR/W", "Charge on the highest hourly power"),
        "heat_value": Option("quantity", "EUR/J", "Earned by heat recovered"),
        "calibrations": Option("whole", description="Runs from which the plan learns the plant"),
    },
    "loop_hunting": {
        "scenario": Option("text", description="What goes wrong"),
        "levels": Option("numbers", description="Loads of the map, over full load"),
        "gains": Option("numbers", description="Factors on the gain in the map"),
        "compiler": Option("text", description="What makes the FMUs"),
    },
    "class": {
        "library": Option("folder", description="Modelica package folder or .mo file"),
        "stop": _seconds("End of the run"),
        "output_step": _seconds("Step of the results"),
        **_RTOL,
        "compiler": Option("text", description="What makes the FMU"),
    },
}
"""Options by study."""

NO_OPTIONS = ("jobs", "settings", "changes")
"""Fields of the records that are no options of a sweep: a case has one process, and names are swept by themselves."""


def option_value(name: str, option: Option, value: Value) -> Any:
    """Return a swept value as the study's record takes it; None leaves the option at its default.

    Raises
    ------
    UsageError
        When the value cannot be one of the option; names it.
    """
    return None if value is None else _READERS[option.kind](name, option, value)


def _number(name: str, option: Option, value: Value) -> float:
    return number(name, value, option.unit or "1")


def _whole(name: str, option: Option, value: Value) -> int:
    found = number(name, value, "1")
    if found != round(found):
        raise UsageError(f"{name}: takes whole numbers, not {value}")
    return int(found)


def _text(name: str, option: Option, value: Value) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{name}: takes a text, not {value}")
    return value


def _price(name: str, option: Option, value: Value) -> float | str:
    if isinstance(value, str) and ".csv" in value.lower():
        return value
    return number(name, value, option.unit)


def _trip(name: str, option: Option, value: Value) -> tuple[float, float] | None:
    if value == "none":
        return None
    begin, slash, duration = str(value).partition("/")
    if not slash:
        raise UsageError(f"{name}: '{value}'; write TIME/DURATION, such as 14h/30min, or none")
    return number(name, begin, "s"), number(name, duration, "s")


def _names(name: str, option: Option, value: Value) -> tuple[str, ...]:
    # commas divide the choices of a range, so a list within one is written with "+"
    return tuple(part.strip() for part in _text(name, option, value).replace("+", ",").split(",") if part.strip())


def _numbers(name: str, option: Option, value: Value) -> tuple[float, ...]:
    parts = str(value).replace("+", ",").split(",")
    found = tuple(number(name, part.strip(), "1") for part in parts)
    if not all(one > 0.0 for one in found) or len(set(found)) < len(found):
        raise UsageError(f"{name}: '{value}'; write positive numbers, such as 0.5+1+2")
    return tuple(sorted(found))


_READERS: Mapping[str, Callable[[str, Option, Value], Any]] = {
    "quantity": _number,
    "whole": _whole,
    "text": _text,
    "file": _text,
    "folder": _text,
    "price or file": _price,
    "trip": _trip,
    "names": _names,
    "numbers": _numbers,
}
