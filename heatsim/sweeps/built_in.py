"""Built-in studies of the plant as studies of a sweep: from the values of a case to the study's record and back.

A swept name is an option of the study, `unit.name` of its plant, or one of its input series; with `:factor` or
`:offset` behind it what it would be is multiplied, or added to. Everything ends in the study's own record, so that a
case is the run that anybody can repeat with that record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from heatsim.errors import UsageError, near_miss
from heatsim.study import load_study
from heatsim.study.changed_series import SeriesChange
from heatsim.sweeps.case import SweepCase, Value
from heatsim.sweeps.failure import ChecksFailed
from heatsim.sweeps.options import OPTIONS, Option, option_value
from heatsim.system import System

SERIES: Mapping[str, tuple[str, str]] = {
    "P_IT": ("W", "Power of the IT equipment"),
    "T_outdoor": ("K", "Outdoor air temperature"),
    "T_ground": ("K", "Ground temperature at the depth of the pipes"),
    "Q_flow_demand": ("W", "Heat demand of all consumers"),
    "heat_pump_available": ("1", "Heat pumps available"),
    "price_electricity": ("EUR/J", "Electricity price"),
    "price_gas": ("EUR/J", "Gas price"),
}
"""Input series of the plant: unit and description."""

CHANGES = ("factor", "offset")
"""What may stand behind the colon of a swept name."""


@dataclass(frozen=True)
class _Sorted:
    """The values of a case by what they are."""

    options: dict[str, Value] = field(default_factory=dict)
    settings: dict[str, Value] = field(default_factory=dict)
    series: dict[str, Value] = field(default_factory=dict)
    changes: dict[str, dict[str, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class PlantStudy:
    """A built-in study of the plant.

    Attributes
    ----------
    name
        Of the study.
    """

    name: str

    def reference(self) -> str:
        return self.name

    def fingerprint(self) -> Mapping[str, str]:
        return {}

    def check(self, case: SweepCase) -> None:
        self.options(case)

    def describe(self, name: str) -> tuple[str | None, str | None]:
        base, _, change = name.partition(":")
        unit, text = self._described(base)
        return ("1" if change == "factor" else unit), (f"{text}, {change}" if change and text else text)

    def _described(self, name: str) -> tuple[str | None, str | None]:
        if name in OPTIONS[self.name]:
            option = OPTIONS[self.name][name]
            return option.unit or ("1" if option.numeric else None), option.description
        if name in SERIES:
            return SERIES[name]
        unit, _, inner = name.partition(".")
        member = _base(load_study(self.name).LoadSwing()).members.get(unit)
        for group in ("parameters", "states", "inputs"):
            port = None if member is None else member.ports[group].get(inner)
            if port is not None:
                return port.unit or "1", port.description or None
        return None, None

    def warm(self) -> None:
        load_study(self.name)

    def run(self, case: SweepCase) -> xr.Dataset:
        """Run the case: its record, the study, and what it gave as figures and series."""
        study = load_study(self.name)
        result = study.run(self.options(case))
        if result.failure is not None:
            raise ChecksFailed(result.failure)
        figures = {
            kpi.name: (
                (),
                np.nan if kpi.value is None else kpi.value,
                {"units": kpi.unit, "long_name": kpi.description},
            )
            for kpi in result.kpis
        }
        series = result.dataset if case.series else xr.Dataset(attrs=result.dataset.attrs)
        return series.assign(figures)

    def options(self, case: SweepCase) -> Any:
        """Return the study's record for a case; UsageError for a name or value that it cannot take."""
        return self._options({**case.settings, **case.values})

    def _options(self, values: Mapping[str, Value]) -> Any:
        study = load_study(self.name)
        found = self._sorted(values)
        known = OPTIONS[self.name]
        chosen = {name: option_value(name, known[name], value) for name, value in found.options.items()}
        record = study.LoadSwing(**{name: value for name, value in chosen.items() if value is not None})
        for name, change in found.changes.items():
            if name in known:
                record = replace(record, **{name: _applied(change, _usual(record, name))})
        series = {name: SeriesChange(constant=_number(name, value)) for name, value in found.series.items()}
        for name, change in found.changes.items():
            if name in SERIES:
                series[name] = replace(series.get(name, SeriesChange()), **change)
        record = replace(record, changes=series)
        system = _base(record).copy()
        for path, value in found.settings.items():
            system.set(path, value)
        settings: dict[str, Any] = dict(found.settings)
        for path, change in found.changes.items():
            if path not in known and path not in SERIES:
                settings[path] = _applied(change, _value(system, path))
                system.set(path, settings[path])
        return replace(record, settings=settings)

    def _sorted(self, values: Mapping[str, Value]) -> _Sorted:
        found = _Sorted()
        for name, value in values.items():
            base, colon, change = name.partition(":")
            if colon and change not in CHANGES:
                raise UsageError(f"{name}: '{change}' is unknown; write {base}:factor or {base}:offset")
            kind = self._kind(base)
            if colon:
                option = OPTIONS[self.name].get(base)
                if option is not None and not option.numeric:
                    raise UsageError(f"{name}: {base} is no number; sweep its values themselves")
                found.changes.setdefault(base, {})[change] = _number(name, value)
            else:
                getattr(found, kind)[base] = value
        return found

    def _kind(self, name: str) -> str:
        if name in OPTIONS[self.name]:
            return "options"
        if name in SERIES:
            return "series"
        if "." in name:
            return "settings"
        known = [*OPTIONS[self.name], *SERIES]
        raise UsageError(
            f"{self.name} has no '{name}'{near_miss(name, known)}; write unit.name for its plant, one of the series "
            f"{', '.join(SERIES)}, or an option: {', '.join(OPTIONS[self.name])}"
        )


def _number(name: str, value: Value) -> float:
    return float(option_value(name, Option("quantity", "1"), value))


def _applied(change: Mapping[str, float], value: float) -> float:
    return change.get("factor", 1.0) * value + change.get("offset", 0.0)


def _usual(record: Any, name: str) -> float:
    """Value that an option has without a change."""
    value = getattr(record, name)
    if value is None:
        raise UsageError(f"{name} has no value to change; give one")
    return float(value)


def _value(system: System, path: str) -> float:
    unit, _, name = path.partition(".")
    if unit not in system.members:
        system.set(path, 0.0)  # says what is there
    member = system.members[unit]
    value = member.parameter_value(name)
    if value is None:
        value = member.inputs.get(name)
    if value is None:
        system.set(path, 0.0)
        raise UsageError(f"{path}: has no value to change; give one")
    return value


@lru_cache(maxsize=8)
def _plant(*key: Any) -> System:
    from heatsim.reference import reference_plant

    names = ("it_capacity", "preset", "heat_capacity", "storage_volume", "compiler")
    return reference_plant(**dict(zip(names, key, strict=True)))


def _base(record: Any) -> System:
    """The plant of a record without its settings."""
    return _plant(record.it_capacity, record.preset, record.heat_capacity, record.storage_volume, record.compiler)


def built_in(name: str) -> PlantStudy:
    """Return a built-in study."""
    load_study(name)
    return PlantStudy(name)


def is_file(text: str) -> bool:
    """Whether a text names a Python file, perhaps with a function behind a colon."""
    return Path(text.partition(":")[0]).suffix == ".py"
