"""What a sweep has to know of each built-in study: its record, its plant, its checks, how it is run and what it gives.

Systems and input series are kept from case to case where building them costs more than copying them: a system is
copied before values are set in it, and series are never written into.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import xarray as xr

from heatsim import analysis
from heatsim.errors import UsageError, near_miss
from heatsim.reference import reference_plant
from heatsim.reference.presets import preset as find_preset
from heatsim.reference.sizing import Sizing
from heatsim.study import annual, dispatch_files, dispatch_series, load_swing, loop_hunting, storage_dispatch
from heatsim.study.dispatch_policies import POLICIES
from heatsim.sweeps.studies.series_names import of_planned, of_plant
from heatsim.system import System

_GIVES = {"gas_price": "price_gas", "demand_peak": "Q_flow_demand"}
"""Numeric options that may be files or unset, and the series that they give."""
_BUILT = ("it_capacity", "preset", "compiler", "supervisor_period")


@dataclass(frozen=True)
class Found:
    """What a case gave: figures, series on request, and why the run failed its checks, if it did."""

    figures: dict[str, xr.DataArray]
    series: xr.Dataset
    failure: str | None = None


@dataclass(frozen=True)
class Adapter:
    """A built-in study as seen from a sweep.

    Attributes
    ----------
    record
        Class of its options.
    plant
        Systems that its settings go into, without settings; not to be changed.
    check
        Raises UsageError for options that cannot be run; also looks at the input files.
    run
        Runs a record, with the plant that the settings are in already and whether series are wanted.
    results
        Names of the time series that a record gives with its systems.
    has_series
        Whether it has input series that can be changed.
    """

    record: Callable[..., Any]
    plant: Callable[[Any], tuple[System, ...]]
    check: Callable[[Any], None]
    run: Callable[[Any, System, bool], Found]
    results: Callable[[Any, tuple[System, ...]], set[str]]
    has_series: bool = True


def usual(record: Any, name: str) -> float:
    """Return the value that an option has when it is not given, SI; UsageError when it has none."""
    value = getattr(record, name)
    if isinstance(value, str):
        raise UsageError(f"{name}: is the file {value}; change the series that is read from it, {_GIVES[name]}")
    if value is not None:
        return float(value)
    if name == "demand_peak" and record.demand is None:
        return load_swing.network_peak(record.preset, record.it_capacity)
    if name in ("it_capacity", "heat_capacity", "storage_volume"):
        sizing = _sizing(record)
        return sizing.it_capacity if name == "it_capacity" else float(getattr(sizing, name))
    series = f", or change the series, {_GIVES[name]}" if name in _GIVES else ""
    raise UsageError(f"{name}: has no value that could be changed; give one, or sweep its values themselves{series}")


def _sizing(record: Any) -> Sizing:
    return Sizing.of(find_preset(record.preset), record.it_capacity)


@lru_cache(maxsize=16)
def _plant(*key: Any) -> System:
    return reference_plant(**dict(zip(_BUILT, key, strict=True)))


def _reference(record: Any) -> tuple[System, ...]:
    """Return the plant of a record; one of other sizes is a copy with what the sizes give set in it."""
    built = {"supervisor_period": getattr(record, "period", 60.0)}
    plant = _plant(*(built[name] if name in built else getattr(record, name) for name in _BUILT))
    if record.heat_capacity is None and record.storage_volume is None:
        return (plant,)
    sizing = _sizing(record)
    before, other = sizing.settings(), sizing.sized(record.heat_capacity, record.storage_volume)
    plant = plant.copy()
    for path, value in other.settings().items():
        if value != before[path]:
            plant.set(path, value)
    return (plant,)


_OF_SERIES = (
    *("start", "stop", "preset", "it_capacity", "demand", "weather", "price", "gas_price", "utilisation"),
    *("demand_peak", "trip", "seed"),
)


@lru_cache(maxsize=16)
def _day_series(*key: Any) -> Mapping[str, xr.DataArray]:
    return load_swing.inputs(load_swing.LoadSwing(**dict(zip(_OF_SERIES, key, strict=True))))


def _series_of_day(record: load_swing.LoadSwing) -> dict[str, xr.DataArray]:
    kept = _day_series(*(getattr(record, name) for name in _OF_SERIES))
    return load_swing.changed(kept, record.changes)


def _check_day(record: load_swing.LoadSwing) -> None:
    load_swing.check(record)
    _series_of_day(record)


def _run_day(record: load_swing.LoadSwing, plant: System, series: bool) -> Found:
    result = load_swing.run(record, series=_series_of_day(record), system=plant)
    return Found(_of_kpis(result.kpis), result.dataset, result.failure)


_OF_PLANS = (*(name for name in _OF_SERIES if name != "trip"), "data")


@lru_cache(maxsize=1024)
def _look_at_files(record: Callable[..., Any], *key: Any) -> None:
    """Raise InputError when input files cannot be used; once for each choice of them, since a year takes seconds."""
    dispatch_series.of(record(**dict(zip(_OF_PLANS, key, strict=True))))


def _check_year(record: annual.Annual) -> None:
    annual.check(record)
    _look_at_files(annual.Annual, *(getattr(record, name) for name in _OF_PLANS))


def _run_year(record: annual.Annual, plant: System, series: bool) -> Found:
    with tempfile.TemporaryDirectory(prefix="heatsim-annual-") as folder:
        result = annual.run(record, Path(folder))
        try:
            kept = result.dataset.load() if series else result.dataset.drop_vars(list(result.dataset.data_vars))
            return Found(_of_kpis(result.kpis), kept.load(), result.failure)
        finally:
            result.dataset.close()


def _check_dispatch(record: storage_dispatch.StorageDispatch) -> None:
    storage_dispatch.check(record)
    _look_at_files(storage_dispatch.StorageDispatch, *(getattr(record, name) for name in _OF_PLANS))


def _run_dispatch(record: storage_dispatch.StorageDispatch, plant: System, series: bool) -> Found:
    result = storage_dispatch.run(replace(record, jobs=1))
    kept = storage_dispatch.schedules(result) if result.runs else xr.Dataset()
    return Found(dict(_of_policies(result)), kept, result.failure)


def _scenario(record: loop_hunting.LoopHunting) -> tuple[System, ...]:
    if record.scenario not in loop_hunting.SCENARIOS:
        known = loop_hunting.SCENARIOS
        raise UsageError(
            f"scenario: there is no '{record.scenario}'{near_miss(record.scenario, known)}; there are "
            f"{', '.join(known)}"
        )
    return tuple(
        loop_hunting.scenario_case(record.scenario, cured, record.compiler, ()).system for cured in (False, True)
    )


def _run_hunting(record: loop_hunting.LoopHunting, plant: System, series: bool) -> Found:
    result = loop_hunting.run(replace(record, jobs=1))
    # whether a loop hunts is what is asked for here, so a loop that does not is no failure of the case
    return Found(dict(_of_loops(result)), result.before.dataset)


def _results_of_plant(record: Any, systems: tuple[System, ...]) -> set[str]:
    plans = getattr(record, "policy", annual.SUPERVISOR) != annual.SUPERVISOR
    return (of_planned if plans else of_plant)(systems[0]) | {"price_electricity", "price_gas"}


def _results_of_dispatch(record: Any, systems: tuple[System, ...]) -> set[str]:
    return dispatch_files.schedule_names()


def _results_of_scenario(record: Any, systems: tuple[System, ...]) -> set[str]:
    return of_plant(systems[0])


ADAPTERS: Mapping[str, Adapter] = {
    "load_swing": Adapter(load_swing.LoadSwing, _reference, _check_day, _run_day, results=_results_of_plant),
    "annual": Adapter(annual.Annual, _reference, _check_year, _run_year, results=_results_of_plant),
    "storage_dispatch": Adapter(
        storage_dispatch.StorageDispatch, _reference, _check_dispatch, _run_dispatch, results=_results_of_dispatch
    ),
    "loop_hunting": Adapter(
        loop_hunting.LoopHunting, _scenario, lambda record: None, _run_hunting, _results_of_scenario, has_series=False
    ),
}
"""By name of the study."""


def figure(value: float | str | bool | None, unit: str, text: str) -> xr.DataArray:
    """Return a figure with its unit and description; one that is not defined for a run is NaN."""
    return xr.DataArray(math.nan if value is None else value, attrs={"units": unit, "long_name": text})


def _of_kpis(table: analysis.KpiTable) -> dict[str, xr.DataArray]:
    return {one.name: figure(one.value, one.unit, one.description) for one in table}


def _of_policies(result: storage_dispatch.DispatchResult) -> Iterator[tuple[str, xr.DataArray]]:
    for name, run in result.runs.items():
        title = POLICIES[name]
        yield f"earned:{name}", figure(result.earned(name), "EUR", f"Earned against no tank: {title}")
        for row in result.gaps[name].rows:
            yield f"{row.name}:{name}", figure(row.realised, row.unit, f"{row.description}: {title}")
            yield f"{row.name}_planned:{name}", figure(row.planned, row.unit, f"{row.description}, planned: {title}")
        for key, (value, unit) in run.figures.items():
            yield f"{key}:{name}", figure(value, unit, f"{key.replace('_', ' ')}: {title}")
        yield f"energy_residual:{name}", figure(run.energy_residual, "1", f"Energy that is missing: {title}")
        yield f"unmet_of_the_day:{name}", figure(run.unmet, "1", f"Demand that is not met within a day: {title}")
        yield f"plans:{name}", figure(float(run.plans), "1", f"Number of plans: {title}")


def _of_loops(result: loop_hunting.HuntingResult) -> Iterator[tuple[str, xr.DataArray]]:
    loop = result.scenario.loop
    shows = result.failure is None
    yield "cured", figure(shows, "1", f"Whether {loop} hunts before its cure and not after")
    for word, table in (("before", result.before), ("after", result.after)):
        for row in table:
            what = f"{row.loop}, {word} the cure"
            yield f"{row.loop}.hunts:{word}", figure(row.hunts, "1", f"Whether the loop hunts: {what}")
            yield f"{row.loop}.verdict:{word}", figure(row.verdict.value, "1", f"Verdict: {what}")
            yield f"{row.loop}.amplitude:{word}", figure(row.amplitude, row.unit or "1", f"Amplitude: {what}")
            yield f"{row.loop}.period:{word}", figure(row.period, "s", f"Period: {what}")
