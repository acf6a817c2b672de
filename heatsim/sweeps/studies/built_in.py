"""Built-in studies of the plant as studies of a sweep: from the values of a case to the study's own record.

A swept name is an option of the study, `unit.name` of its plant, or one of its input series; with `:factor` or
`:offset` behind it, what it would be is multiplied, or added to. Everything ends in the study's own record, so that a
case is the run that anybody can repeat with that record.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import xarray as xr

from heatsim.errors import UsageError, near_miss
from heatsim.study import annual, dispatch_series, load_study
from heatsim.study.changed_series import SeriesChange
from heatsim.study.dispatch_policies import POLICIES
from heatsim.sweeps.case import SweepCase, Value
from heatsim.sweeps.studies.failure import ChecksFailed
from heatsim.sweeps.studies.fingerprint import of_file, of_heatsim
from heatsim.sweeps.studies.names import applied, number, split_name
from heatsim.sweeps.studies.options import OPTIONS, option_value
from heatsim.sweeps.studies.plant_names import described, effective, not_degrees, not_scaled, put, values_of
from heatsim.sweeps.studies.plant_studies import ADAPTERS, Adapter, usual
from heatsim.sweeps.studies.series_names import refuse_unknown
from heatsim.sweeps.studies.set_points import SET_POINTS, refuse_some, spread
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

_HIDDEN = {
    "P_IT": ("seed", "utilisation"),
    "Q_flow_demand": ("demand", "demand_peak"),
    "heat_pump_available": ("trip",),
    "price_electricity": ("price",),
    "price_gas": ("gas_price",),
}
"""Options that have no effect when a series is constant. Of a seed: where it is that of the IT load alone."""
_OF_PLANS = ("replan", "horizon", "start_cost", "grid_charge", "co2_price")
"""Options of a year that no figure depends on when the supervisor runs the plant by itself."""
_SIZES = {"storage_volume": "storage.V", "heat_capacity": "heat_pump.Q_flow_nominal"}
"""Options that are a parameter of the plant, among others."""


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
    folder
        What relative file names count from.
    data
        Folder of known input files that is used when a case names none.
    """

    name: str
    folder: Path = field(default_factory=Path.cwd)
    data: str | None = field(default_factory=lambda: os.environ.get(dispatch_series.VARIABLE))

    def reference(self) -> str:
        """Return the name of the study."""
        return self.name

    def fingerprint(self) -> Mapping[str, str]:
        """Return versions and hashes of heatsim, and of the input files that are used when none is named."""
        found = dict(of_heatsim())
        if self._uses_data and self.data:
            found.update({f"data {path}": of_file(path) for path in dispatch_series.known_files(self.data)})
        return found

    @property
    def _uses_data(self) -> bool:
        return "data" in OPTIONS[self.name]

    def files(self, name: str, value: str) -> tuple[Path, ...]:
        """Return the input files that an option names."""
        option = OPTIONS[self.name].get(name)
        if option is None:
            return ()
        if option.kind == "folder":
            return tuple(dispatch_series.known_files(self.folder / value))
        return (_file_part(self.folder / value),) if option.names_file(value) else ()

    def check(self, case: SweepCase) -> None:
        """Refuse names, values and series that the study does not have, and values without an effect."""
        _, record, systems = self._made(case)
        for path in record.settings:
            for system in systems[:1]:
                effective(system, path)
        if self._adapter.has_series:
            refuse_some(record.settings)
        names = self._adapter.results(record, systems)
        if "policy" not in case.values:
            _refuse_without_plans(case, record)
        else:  # one of several may have what is asked for
            for policy in (annual.SUPERVISOR, next(iter(POLICIES))):
                names |= self._adapter.results(replace(record, policy=policy), systems)
        refuse_unknown(self.name, case.series, names)
        self._adapter.check(record)

    def describe(self, name: str) -> tuple[str | None, str | None]:
        """Return SI unit and description of a swept name."""
        base, change = split_name(name)
        unit, text = self._described(base)
        return ("1" if change == "factor" else unit), (f"{text}, {change}" if change and text else text)

    def _described(self, name: str) -> tuple[str | None, str | None]:
        option = OPTIONS[self.name].get(name)
        if option is not None:
            unit = option.unit or ("1" if option.kind in ("quantity", "whole") else None)
            return unit, option.description
        if self._adapter.has_series and name in SERIES:
            return SERIES[name]
        if self._adapter.has_series and name in SET_POINTS:
            return "K", SET_POINTS[name]
        return described(self._adapter.plant(self._adapter.record())[0], name)

    def warm(self) -> None:
        """Load the study; its plant is built by the first case that needs it, and kept."""
        load_study(self.name)

    def run(self, case: SweepCase) -> xr.Dataset:
        """Run the case and return figures, and series where they are wanted.

        Raises
        ------
        ChecksFailed
            When the run ended and did not pass the checks of the study.
        """
        adapter, record, systems = self._made(case)
        found = adapter.run(record, systems[0], bool(case.series))
        if found.failure is not None:
            raise ChecksFailed(found.failure)
        kept = found.series if case.series else xr.Dataset(attrs=found.series.attrs)
        return kept.assign(found.figures)

    def options(self, case: SweepCase) -> Any:
        """Return the study's record for a case; UsageError for a name or value that it cannot take."""
        return self._made(case)[1]

    @property
    def _adapter(self) -> Adapter:
        return ADAPTERS[self.name]

    def _made(self, case: SweepCase) -> tuple[Adapter, Any, tuple[System, ...]]:
        """Return how the study runs, its record for a case, and its systems with the settings put in."""
        adapter, known = self._adapter, OPTIONS[self.name]
        found = self._sorted({**case.settings, **case.values})
        _refuse_hidden(found, self.name)
        record = self._record(found)
        systems = tuple(system.copy() for system in adapter.plant(record))
        settings: dict[str, Any] = {}
        for path, value in found.settings.items():
            for system in systems:
                put(system, path, value)
            settings.update(values_of(systems[0], path))
        for path, change in found.changes.items():
            if path in known or path in SERIES:
                continue
            usually = [values_of(system, path) for system in systems]
            if usually[1:] and usually[0] != usually[1]:
                raise UsageError(
                    f"{path}: is not the same before and after the cure of {record.scenario} "
                    f"({_values(usually[0])} and {_values(usually[1])}), so there is no one value to begin from; sweep "
                    f"{path} itself, which then holds for both"
                )
            for name, value in usually[0].items():
                if "factor" in change and described(systems[0], path)[0] == "K":
                    not_scaled(path, value)
                settings[name] = applied(path, change, value)
                for system in systems:
                    put(system, name, settings[name])
        return adapter, replace(record, settings=settings), systems

    def _record(self, found: _Sorted) -> Any:
        """Return the study's record with options and series, without settings."""
        adapter, known = self._adapter, OPTIONS[self.name]
        chosen: dict[str, Any] = {}
        for name, value in found.options.items():
            one = option_value(name, known[name], value)
            if one is not None:
                chosen[name] = str(self.folder / one) if known[name].names_file(one) else one
        if self._uses_data and self.data:
            chosen.setdefault("data", str(self.folder / self.data))
        record = adapter.record(**chosen)
        # a size that follows from the capacity has to be changed after it
        for name in sorted(found.changes, key=lambda one: one != "it_capacity"):
            if name in known:
                record = replace(record, **{name: applied(name, found.changes[name], usual(record, name))})
        if not adapter.has_series:
            return record
        series: dict[str, SeriesChange] = {}
        for name, value in found.series.items():
            constant = number(name, value, SERIES[name][0])
            if SERIES[name][0] == "K":
                not_degrees(name, constant)
            series[name] = SeriesChange(constant=constant)
        for name, change in found.changes.items():
            if name in SERIES:
                if "factor" in change and SERIES[name][0] == "K":
                    not_scaled(name)
                series[name] = replace(series.get(name, SeriesChange()), **change)
        return replace(record, changes=series)

    def _sorted(self, values: Mapping[str, Value]) -> _Sorted:
        found = _Sorted()
        for name, value in values.items():
            base, change = split_name(name)
            kind = self._kind(base)
            if kind == "set points":
                for path, one in spread(base, change, value, values).items():
                    if change:
                        found.changes.setdefault(path, {})[change] = one
                    else:
                        found.settings[path] = one
                continue
            if not change:
                getattr(found, kind)[base] = value
                continue
            option = OPTIONS[self.name].get(base)
            if option is not None and not option.numeric:
                raise UsageError(f"{name}: {base} is no quantity; sweep {_instead(base, change)}")
            unit = "1" if change == "factor" else self._described(base)[0] or "1"
            found.changes.setdefault(base, {})[change] = number(name, value, unit)
        return found

    def _kind(self, name: str) -> str:
        if name in OPTIONS[self.name]:
            return "options"
        series = SERIES if self._adapter.has_series else {}
        if name in series:
            return "series"
        if series and name in SET_POINTS:
            return "set points"
        if "." in name:
            return "settings"
        known = [*OPTIONS[self.name], *series, *(SET_POINTS if series else ())]
        raise UsageError(
            f"{self.name} has no '{name}'{near_miss(name, known)}; write unit.name for its plant"
            + (f", one of the series {', '.join(series)}, a set point {', '.join(SET_POINTS)}" if series else "")
            + f", or an option: {', '.join(OPTIONS[self.name])}"
        )


def _instead(option: str, change: str) -> str:
    """Return what can be swept in place of a change of an option: that of the series which it gives, if it does."""
    series = next((name for name, options in _HIDDEN.items() if option in options), None)
    return "its values themselves" if series is None or option == "seed" else f"{series}:{change}"


def _refuse_hidden(found: _Sorted, study: str) -> None:
    """Refuse a value that another one leaves without an effect."""
    given = {*found.options, *found.changes}
    for option, path in _SIZES.items():
        if option in given and path in found.settings:
            raise UsageError(f"{option} and {path} give the same size; sweep one of them, or {path}:factor")
    for name in found.series:
        for option in _HIDDEN.get(name, ()):
            if option in given and (option != "seed" or study == "load_swing"):
                raise UsageError(f"{option} has no effect while {name} is constant; leave one of them out")


def _refuse_without_plans(case: SweepCase, record: Any) -> None:
    """Refuse to sweep what only plans take into account, when there are none."""
    for name in case.values:
        if split_name(name)[0] in _OF_PLANS and getattr(record, "policy", "") == "supervisor":
            raise UsageError(f"{name} has no effect without plans; choose a policy that plans, or leave it out")


def _values(found: Mapping[str, float]) -> str:
    return ", ".join(f"{value:g}" for value in found.values())


def _file_part(path: Path) -> Path:
    """Return the file of `FILE.csv:column`."""
    text = str(path)
    end = text.lower().rfind(".csv")
    return path if end < 0 else Path(text[: end + 4])


def built_in(name: str) -> PlantStudy:
    """Return a built-in study; UsageError for an unknown name."""
    load_study(name)
    return PlantStudy(name)
