"""A policy carried out on the dynamic plant: its schedule becomes set points of the supervisor, loops stay closed."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from heatsim.control import INTERVENTIONS, Intervention, ScheduledSupervisor, Supervisor
from heatsim.dispatch.forecasts import check, step_of, window
from heatsim.dispatch.planner import OUTPUTS, Planner
from heatsim.dispatch.plans_in_force import in_force
from heatsim.dispatch.plant import DispatchPlant
from heatsim.dispatch.policies import Policy
from heatsim.dispatch.reading import check_system, check_tank, plant_of, setpoint_of
from heatsim.dispatch.realised import realised
from heatsim.errors import UsageError
from heatsim.fmu.block import array_shapes
from heatsim.results.checkpoints import load_checkpoint
from heatsim.simulation import simulate
from heatsim.solvers import TrimPoint, trim
from heatsim.solvers.transfer import transfer
from heatsim.system import System

HALL_BAND = 4.0
"""Facility water above the set point of the dry coolers at which the heat pumps have to help, K: transients of a stop
stay below 2.5 K, and the technology loop, some 2 K warmer, stays below 40 °C where the coolers act at 32 °C."""
BOILER_SHARE = 0.02
"""Heat of the boilers beyond the plan that counts as a deviation, share of their size."""


@dataclass(frozen=True)
class Execution:
    """What a policy planned and what the plant did.

    Attributes
    ----------
    dataset
        The run.
    planned
        Schedule in force in each interval: of one plan, or the first hours of each of several.
    realised
        What the meters say, same schema.
    plans
        All plans by the time at which they were made, s.
    failures
        Plans that failed, by time, s; the one before stayed in force.
    plant
        The plant as dispatch saw it.
    """

    dataset: xr.Dataset = field(repr=False)
    planned: xr.Dataset = field(repr=False)
    realised: xr.Dataset = field(repr=False)
    plans: Mapping[float, xr.Dataset] = field(repr=False)
    failures: Mapping[float, str]
    plant: DispatchPlant = field(repr=False)


def scheduled(
    system: System,
    policy: Policy,
    forecasts: xr.Dataset,
    plant: DispatchPlant,
    *,
    every: float | None = None,
    horizon: float | None = None,
    keep_plans: bool = False,
) -> System:
    """Return a copy of a system whose supervisor follows the plans of a policy.

    Parameters
    ----------
    system
        Reference plant with the sampled supervisor; it stays as it is.
    policy
        What plans.
    forecasts
        Forecasts of the whole run.
    plant
        The plant as dispatch sees it (`plant_of`).
    every, horizon
        As for `execute`.
    keep_plans
        Whether the unit `planner` keeps all schedules in its attribute `plans`.

    Raises
    ------
    UsageError
        If the system lacks a unit, is supervised in another way, or the plant has other machines or another
        tank.
    """
    check_system(system)
    check_tank(system, plant)
    other = system.copy()
    unit = _supervisor(other, plant.tank.capacity if plant.tank else 1.0)
    other.replace("supervisor", unit)
    layers = sum(name.startswith("T[") for name in other.members["storage"].ports["outputs"])
    planner = Planner(
        policy,
        forecasts,
        plant,
        layers=layers,
        machines=unit.machines,
        every=getattr(policy, "every", math.inf) if every is None else every,
        horizon=getattr(policy, "horizon", None) if horizon is None else horizon,
        period=unit.period,
        keep_plans=keep_plans,
    )
    other.add("planner", planner)
    for i in range(1, layers + 1):
        other.connect(f"storage.T[{i}]", f"planner.T[{i}]")
    for i in range(1, unit.machines + 1):
        other.connect(f"heat_pump.capacity_actual[{i}]", f"planner.capacity[{i}]")
    for source, target in (
        ("heat_pump.E_el", "planner.E_machines"),
        ("heat_pump.E_pumps", "planner.E_pumps"),
        ("grid.E_pump", "planner.E_network"),
        ("planner.Q_flow_heat_pump", "supervisor.Q_flow_planned"),
        ("planner.Q_flow_before", "supervisor.Q_flow_before"),
        ("planner.Q_flow_next", "supervisor.Q_flow_next"),
        ("planner.full", "supervisor.full_planned"),
        ("planner.full_before", "supervisor.full_before"),
        ("planner.full_next", "supervisor.full_next"),
        ("planner.machines_on", "supervisor.machines_planned"),
        ("planner.machines_before", "supervisor.machines_before"),
        ("planner.machines_next", "supervisor.machines_next"),
        ("planner.charge_begin", "supervisor.charge_begin"),
        ("planner.charge_end", "supervisor.charge_end"),
        ("planner.begin", "supervisor.begin"),
        ("planner.end", "supervisor.end"),
        ("peak.T_out", "supervisor.T_supply"),
        ("peak.load", "supervisor.peak_load"),
        ("heat_pump.derating", "supervisor.derating"),
        ("hall.T_fws_supply", "supervisor.T_hall_supply"),
    ):
        other.connect(source, target)
    return other


def output_names(system: System) -> set[str]:
    """Return the names of the outputs that `scheduled` of a system has, before there is anything that plans.

    Parameters
    ----------
    system
        Reference plant with the sampled supervisor.
    """
    check_system(system)
    names = {f"{m.name}.{n}" for m in system.members.values() if m.name != "supervisor" for n in m.names("outputs")}
    for unit, ports in (("supervisor", _supervisor(system, 1.0).outputs), ("planner", OUTPUTS)):
        known = [port.name for port in ports]
        names |= {f"{unit}.{name}" for name in (*known, *array_shapes(known))}
    return names


def _supervisor(system: System, tank_capacity: float) -> ScheduledSupervisor:
    """Return what replaces the supervisor of a system; the capacity of its tank in J."""
    unit = system.members["supervisor"].unit
    assert isinstance(unit, Supervisor)
    if isinstance(unit, ScheduledSupervisor):
        raise UsageError(f"{system.name}: its supervisor follows a plan already; give the plant without it")
    own = {port.name: port.start for port in unit.parameters}
    return ScheduledSupervisor(
        tank_capacity=tank_capacity,
        T_network_setpoint=setpoint_of(system, "network_supply"),
        T_hall_limit=setpoint_of(system, "dry_cooler") + HALL_BAND,
        machines=unit.machines,
        machine_heat=own["machine_heat"] or 0.0,
        period=unit.period,
        T_fws_setpoint=own["T_fws_setpoint"] or 0.0,
        T_sink_setpoint=own["T_sink_setpoint"] or 0.0,
        limits=unit.limits,
        on_at_start=unit.on_at_start,
    )


def execute(
    system: System,
    policy: Policy,
    inputs: Mapping[str, Any],
    forecasts: xr.Dataset,
    *,
    stop: float,
    start: float = 0.0,
    plant: DispatchPlant | None = None,
    every: float | None = None,
    horizon: float | None = None,
    start_from: Any = None,
    output_step: float = 300.0,
    **settings: Any,
) -> Execution:
    """Carry out a policy on the plant.

    Parameters
    ----------
    system
        Reference plant with the sampled supervisor; it stays as it is.
    policy
        What plans: `plan(state, forecasts) -> schedule`, and a `name`.
    inputs
        Inputs of the plant; others (prices) are left aside.
    forecasts
        What really will be (`heatsim.dispatch.forecasts`), from `start` to `stop` or longer. The policy sees them from
        the present interval on; one that plans with errors makes them itself.
    start, stop
        Time span, s; `start` at the begin of an interval.
    plant
        The plant as dispatch sees it; that of the policy, or `plant_of(system)`, when left out.
    every
        Time from one plan to the next, s; the policy's `every`, or infinite, when left out.
    horizon
        Length of a plan, s; the policy's `horizon`, or two weeks, when left out.
    start_from
        Steady state of `system` or of the scheduled one, or end of a run of `system` (checkpoint, Dataset); the steady
        state of `system` at `start` when left out. Not the end of a run that followed a plan: the plan that would be
        in force is not in it.
    output_step
        Distance of the results, s.
    settings
        Others of `hs.simulate`: `method`, `checkpoint`, `stream`, `progress`, …

    Raises
    ------
    UsageError, InputError
        If system, forecasts, a schedule, or what the run starts from do not fit.
    SimulationError
        If the run or its first plan fails. A later plan that fails is reported, and the one before stays in force.
    """
    check_system(system)
    data = check(forecasts)
    own = plant or getattr(policy, "plant", None) or plant_of(system)
    _check_span(data, start, stop)
    series = {name: inputs[name] for name in system.inputs if name in inputs}
    other = scheduled(system, policy, data, own, every=every, horizon=horizon, keep_plans=True)
    point = trim(system, at=series, t=start) if start_from is None else start_from
    point = load_checkpoint(point) if isinstance(point, str | Path) else point
    _check_no_plan(point)
    if isinstance(point, TrimPoint) and "planner" not in point.memory:
        point = transfer(point, other)
    dataset = simulate(other, series, start=start, stop=stop, output_step=output_step, start_from=point, **settings)
    planner = other.members["planner"].unit
    assert isinstance(planner, Planner)
    name = policy.name
    dataset.attrs["policy"] = name
    done = realised(dataset, own, data, policy=name)
    planned = in_force(planner.plans, done["time"].values, own)
    return Execution(dataset, planned, done, dict(planner.plans), dict(planner.failures), own)


def _check_span(data: xr.Dataset, start: float, stop: float) -> None:
    step = step_of(data)
    first = float(data["time"].values[0])
    if abs((start - first) / step - round((start - first) / step)) > 1e-9:
        raise UsageError(f"start = {start:g} s lies inside an interval of the forecasts; start at one of their times")
    window(data, start, stop)
    last = float(data["time"].values[-1]) + step
    if last < stop - 1e-6:
        raise UsageError(
            f"the forecasts end at {last / 3600.0:g} h, before stop = {stop / 3600.0:g} h; give longer ones"
        )


def _check_no_plan(point: Any) -> None:
    """Refuse to start from the middle of a plan: nobody could tell later what was planned for the first intervals."""
    if isinstance(point, xr.Dataset):
        memory = json.loads(str(point.attrs.get("memory", "{}"))).get("memory", {})
    else:
        memory = getattr(point, "memory", {})
    if memory.get("planner", {}).get("plans", 0.0) > 0.0:
        raise UsageError(
            "start_from is of a run that followed a plan, and does not hold that plan; go on with "
            "hs.resume(…, scheduled(…)) and realised(…), or start from a run or a steady state of the plant alone"
        )


def interventions(execution: Execution) -> pd.DataFrame:
    """Return when and why the plant left the plan.

    Parameters
    ----------
    execution
        What `execute` gave.

    Returns
    -------
    pandas.DataFrame
        Columns `begin_h`, `length_h`, `reason`, in the order of time: what the mode sequence says at each output, and
        the intervals in which boilers gave more than `BOILER_SHARE` of their size beyond the plan.
    """
    time = execution.dataset["time"].values / 3600.0
    code = execution.dataset["supervisor.intervention"].values.round().astype(int)
    breaks = np.flatnonzero(np.diff(code)) + 1
    rows = []
    for first, last in zip([0, *breaks], [*breaks, code.size - 1], strict=True):
        if code[first] and time[last] > time[first]:
            rows.append((time[first], time[last] - time[first], INTERVENTIONS[Intervention(code[first])]))
    extra = execution.realised["Q_flow_peak"].values - execution.planned["Q_flow_peak"].values
    for k in np.flatnonzero(extra > BOILER_SHARE * execution.plant.peak.heat):
        begin, length = execution.realised["time"].values[k] / 3600.0, step_of(execution.realised) / 3600.0
        rows.append((begin, length, "tank empty: boilers give heat that was not planned"))
    return pd.DataFrame(sorted(rows), columns=["begin_h", "length_h", "reason"])
