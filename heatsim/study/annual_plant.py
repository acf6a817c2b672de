"""The plant of an annual run: its input series, its system, and the system with the policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import xarray as xr

from heatsim.dispatch.comparison import without_tank
from heatsim.dispatch.execution import scheduled
from heatsim.dispatch.forecasts import forecasts
from heatsim.dispatch.planner import Planner
from heatsim.dispatch.plant import Tariff
from heatsim.dispatch.reading import plant_of
from heatsim.reference import reference_plant
from heatsim.study import dispatch_series
from heatsim.study.annual_options import HOUR, SUPERVISOR, Annual
from heatsim.study.dispatch_policies import has_tank, make
from heatsim.system import System


def inputs(options: Annual, report: Callable[[str], None] | None = None) -> dict[str, xr.DataArray]:
    """Return the input series of the run by name: the plant's inputs and the prices; say where they come from."""
    series, notes = dispatch_series.of(options)
    if report is not None:
        for line in notes:
            report(line)
    return series


def build(
    options: Annual, series: Mapping[str, xr.DataArray], report: Callable[[str], None] | None
) -> tuple[System, System]:
    """Return the plant with the user's settings, and the same plant with the policy."""
    planned = options.policy != SUPERVISOR
    system = reference_plant(
        options.it_capacity,
        preset=options.preset,
        heat_capacity=options.heat_capacity,
        storage_volume=options.storage_volume,
        supervisor_period=options.period,
        compiler=options.compiler,
        report=report,
    )
    for name, value in options.settings.items():
        system.set(name, value)
    if not planned:
        return system, system
    if not has_tank(options.policy):
        system = without_tank(system)
    if report is not None:
        report("reading the plant that plans are made for")
    tariff = Tariff(grid_charge=options.grid_charge, co2_price=options.co2_price)
    plant = plant_of(system, tariff=tariff, start_cost=options.start_cost)
    if not has_tank(options.policy):
        plant = replace(plant, tank=None)
    policy = make(options.policy, plant, every=options.replan, horizon=options.horizon, seed=options.seed)
    # plans are made to the end of the last interval, wherever in it the run ends
    last = float(np.ceil(options.stop / HOUR - 1e-9)) * HOUR
    known_series = forecasts(_longer(series, last), stop=last)
    return system, scheduled(system, policy, known_series, plant, every=options.replan, horizon=options.horizon)


def _longer(series: Mapping[str, xr.DataArray], stop: float) -> dict[str, xr.DataArray]:
    """Return series that hold their last value up to `stop`, less than an interval of a plan later."""
    found = {}
    for name, one in series.items():
        end = float(one["time"].values[-1])
        last = one.isel(time=[-1]).assign_coords(time=[stop])
        found[name] = one if end >= stop else xr.concat([one, last], "time", combine_attrs="override")
    return found


class FailedPlans:
    """Tells once of each plan that failed, in the run itself: its reason is not among the results."""

    def __init__(self, system: System, tell: Callable[[str], None]) -> None:
        self._planner = system.members["planner"].unit if "planner" in system.members else None
        self._tell = tell
        self._told: set[float] = set()

    def report(self) -> None:
        """Tell of those since the last time."""
        if not isinstance(self._planner, Planner):
            return
        for t in sorted(set(self._planner.failures) - self._told):
            reason = self._planner.failures[t]
            self._tell(f"the plan at {t / HOUR:g} h failed, the one before stays in force: {reason}")
            self._told.add(t)
