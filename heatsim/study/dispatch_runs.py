"""One policy on the plant: what a process of the dispatch study does, and what it found.

The run is judged on outputs every minute; what is kept of it has the output step that was asked for.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import xarray as xr

from heatsim import analysis, profiles
from heatsim.dispatch.comparison import without_tank
from heatsim.dispatch.execution import execute, interventions
from heatsim.dispatch.plant import DispatchPlant
from heatsim.errors import UsageError
from heatsim.reference import reference_plant
from heatsim.reference.presets import preset as find_preset
from heatsim.study import dispatch_policies
from heatsim.system import System

JUDGED_STEP = 60.0
"""Step of the outputs that limits and meters are judged on, s."""

CHECKED = (
    *("chip_max", "chip_violation", "tcs_supply_max", "tcs_supply_violation", "hall_air_max", "hall_air_violation"),
    *("network_supply_min", "network_supply_violation", "unmet_share", "energy_reuse_factor", "seasonal_cop"),
)
"""Key figures of `heatsim.analysis` that are kept of each run."""


@dataclass(frozen=True)
class Job:
    """What a process needs to run a policy.

    Attributes
    ----------
    policy
        Name in `heatsim.study.dispatch_policies.POLICIES`.
    plant
        The plant as dispatch sees it, with its tank.
    preset, it_capacity, compiler, settings
        The dynamic plant, as in `heatsim.study.storage_dispatch.StorageDispatch`.
    series, forecasts
        Inputs with prices, and their interval means.
    start, stop
        Clock time of t = 0, and length of the run, s.
    every, horizon, seed
        Of plans that are made again.
    output_step
        Of what is kept of the run, s.
    sizes
        Heat of all heat pumps, W, and volume of the tank, m3; None: as the preset has it.
    """

    policy: str
    plant: DispatchPlant
    preset: str
    it_capacity: float | None
    compiler: str
    settings: tuple[tuple[str, Any], ...]
    series: Mapping[str, xr.DataArray] = field(repr=False)
    forecasts: xr.Dataset = field(repr=False)
    start: str
    stop: float
    every: float
    horizon: float
    seed: int
    output_step: float
    sizes: tuple[float | None, float | None] = (None, None)


@dataclass(frozen=True)
class PolicyRun:
    """What a policy planned, what the plant did, and whether it was safe.

    Attributes
    ----------
    policy
        Its name.
    plant
        The plant as dispatch saw it; without a tank for "no_tank".
    planned, realised
        Schedules.
    run
        Run of the plant, thinned.
    figures
        Key figures by name: value and unit.
    energy_residual
        Largest share of the exchanged energy that is missing in a unit, a bond or the whole, 1.
    unmet
        Heat that was asked for and not delivered (`heatsim.analysis.shortage`), over the demand, 1.
    interventions
        Hours in which the mode sequence left the plan, by reason.
    failures
        Plans that failed during the run, by time, s; the one before stayed in force.
    plans
        Number of plans.
    seconds
        Computing time, s.
    """

    policy: str
    plant: DispatchPlant = field(repr=False)
    planned: xr.Dataset = field(repr=False)
    realised: xr.Dataset = field(repr=False)
    run: xr.Dataset = field(repr=False)
    figures: Mapping[str, tuple[float | None, str]]
    energy_residual: float
    unmet: float
    interventions: Mapping[str, float]
    failures: Mapping[float, str]
    plans: int
    seconds: float


@lru_cache(maxsize=4)  # with and without a tank; a sweep asks for many plants
def dynamic_plant(
    preset: str,
    it_capacity: float | None,
    compiler: str,
    settings: tuple[tuple[str, Any], ...],
    with_tank: bool,
    sizes: tuple[float | None, float | None] = (None, None),
) -> System:
    """Return the dynamic plant; without a tank it has the volume that separates its circuits."""
    heat, volume = sizes
    system = reference_plant(it_capacity, preset=preset, heat_capacity=heat, storage_volume=volume, compiler=compiler)
    for name, value in settings:
        system.set(name, value)
    found = system.members["storage"].parameter_value("V")
    if found is not None and not found > 0.0:
        raise UsageError(
            f"storage.V is {found:g} m3; give a tank with a volume: the policy no_tank is the plant without one"
        )
    return system if with_tank else without_tank(system)


def run_policy(job: Job) -> PolicyRun:
    """Run a policy on the plant and judge the run.

    Raises
    ------
    SimulationError
        If the run or its first plan fails.
    """
    begin = time.perf_counter()
    policy = dispatch_policies.make(job.policy, job.plant, every=job.every, horizon=job.horizon, seed=job.seed)
    with_tank = dispatch_policies.has_tank(job.policy)
    system = dynamic_plant(job.preset, job.it_capacity, job.compiler, job.settings, with_tank, job.sizes)
    done = execute(
        system,
        policy,
        job.series,
        job.forecasts,
        stop=job.stop,
        output_step=min(JUDGED_STEP, job.output_step),
    )
    dataset = profiles.attach(done.dataset, job.series)
    dataset.attrs |= {"study": "storage_dispatch", "start_time": job.start, "policy": job.policy}
    dataset.attrs |= find_preset(job.preset).limits()
    table = analysis.kpis(dataset)
    asked, unmet = (float(done.realised[name].sum()) for name in ("Q_flow_demand", "Q_flow_unmet"))
    found = interventions(done)
    return PolicyRun(
        policy=job.policy,
        plant=done.plant,
        planned=_named(done.planned, job),
        realised=_named(done.realised, job),
        run=thinned(dataset, job.output_step),
        figures={name: (table.record(name).value, table.record(name).unit) for name in CHECKED},
        energy_residual=analysis.audit(dataset).worst.share,
        unmet=unmet / asked if asked > 0.0 else 0.0,
        interventions={str(k): float(v) for k, v in found.groupby("reason")["length_h"].sum().items()},
        failures=done.failures,
        plans=len(done.plans),
        seconds=time.perf_counter() - begin,
    )


def _named(schedule: xr.Dataset, job: Job) -> xr.Dataset:
    """Return a schedule with the name that the study gives its policy, on the clock."""
    return schedule.assign_attrs(policy=job.policy, start_time=job.start)


def thinned(dataset: xr.Dataset, step: float) -> xr.Dataset:
    """Return the outputs of a run at multiples of a step, s, with the first and the last."""
    t = dataset["time"].values
    keep = np.abs(t / step - np.round(t / step)) * step < 1e-6
    keep[[0, -1]] = True
    return dataset.isel(time=np.flatnonzero(keep))
