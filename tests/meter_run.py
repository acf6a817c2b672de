"""Runs of a plant whose laws are known exactly, as meters: for tests of what is identified from meters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from heatsim.dispatch.forecasts import step_of
from heatsim.dispatch.plant import DispatchPlant
from heatsim.dispatch.power import power
from heatsim.dispatch.schedule import make_schedule
from heatsim.dispatch.state import DispatchState

UNITS = {"E": "J", "U": "J", "T": "K", "P": "W"}


@dataclass(frozen=True)
class Execution:
    """What `heatsim.dispatch.execution.execute` returns, as far as calibration looks at it."""

    planned: xr.Dataset
    realised: xr.Dataset
    dataset: xr.Dataset


def run(
    truth: DispatchPlant,
    forecasts: xr.Dataset,
    machines: np.ndarray,
    heat: np.ndarray,
    *,
    charge: float = 0.5,
    before: int = 0,
    sample: float = 60.0,
    planned: xr.Dataset | None = None,
) -> Execution:
    """Let a plant with the laws of `truth` run machines and heat of each interval.

    Parameters
    ----------
    truth
        Its laws are what happens.
    forecasts
        What really is.
    machines, heat
        Running machines and their heat together, W, in each interval; heat falls to what the hall offers.
    charge
        State of charge at the begin; below `tank.charge_min` the boilers take over.
    before
        Machines that run before the first interval.
    sample
        Time between outputs, s.
    planned
        Put into the result.
    """
    group, tank, step = truth.heat_pumps[0], truth.tank, step_of(forecasts)
    P_IT, ambient = forecasts["P_IT"].values, forecasts["T_outdoor"].values
    demand = forecasts["Q_flow_demand"].values
    offered, source = truth.hall.heat(P_IT), truth.hall.T_source(P_IT)
    lift = truth.T_sink - source
    heat = _offered(truth, machines, np.asarray(heat, dtype=float), lift, offered)
    compressors = power(group, machines, heat, lift)
    starts = np.maximum(np.diff(np.concatenate([[before], machines])), 0.0)
    electric = compressors + group.standby * group.machines + group.start_energy * starts / step
    recovered = heat - compressors
    wanted = demand + truth.network.loss + truth.peak.losses
    level, boilers, flow, lost = (
        np.empty(demand.size + 1),
        np.zeros(demand.size),
        np.empty(demand.size),
        np.empty(demand.size),
    )
    level[0] = charge
    slope = (tank.loss(1.0, 0.0) - tank.loss(0.0, 0.0)) * step / tank.capacity
    for k in range(demand.size):
        idle = tank.loss(0.0, ambient[k]) * step / tank.capacity

        def after(boiler: float, k: int = k, idle: float = idle) -> float:
            net = (heat[k] + boiler - wanted[k]) * step / tank.capacity
            return (level[k] * (1.0 - 0.5 * slope) + net - idle) / (1.0 + 0.5 * slope)

        missing = tank.charge_min - after(0.0)
        boilers[k] = max(missing * (1.0 + 0.5 * slope) * tank.capacity / step, 0.0)
        level[k + 1] = after(boilers[k])
        flow[k] = heat[k] + boilers[k] - wanted[k]
        lost[k] = tank.loss(0.5 * (level[k] + level[k + 1]), ambient[k])
    rejected = offered - recovered
    pump = truth.network.pump_power(demand)
    hours = {
        "hall.E_in_IT": P_IT,
        "hall.E_in_recovery": -recovered,
        "hall.E_in_outdoor": -rejected,
        "hall.U": 0.0 * P_IT,
        "heat_pump.E_in_sink": -heat,
        "heat_pump.E_el": electric,
        "heat_pump.E_pumps": group.pump * heat,
        "storage.E_in_source": heat,
        "storage.E_in_load": flow - heat,
        "storage.E_in_ambient": -lost,
        "peak.E_in_burner": boilers,
        "peak.E_fuel": boilers / truth.peak.efficiency,
        "peak.E_in_ambient": np.full_like(demand, -truth.peak.losses),
        "grid.E_in_supply": demand + truth.network.loss,
        "grid.E_in_consumers": -demand,
        "grid.U": 0.0 * demand,
        "grid.E_pump": pump,
        "grid.E_demand": demand,
    }
    edges = np.append(forecasts["time"].values, forecasts["time"].values[-1] + step)
    time = edges[0] + sample * np.arange(round((edges[-1] - edges[0]) / sample) + 1)
    interval = np.clip(
        np.searchsorted(edges, time - 1e-6) - 1, 0, demand.size - 1
    )  # a sample at an edge is the old hour's
    data: dict[str, Any] = {}
    for name, values in hours.items():
        total = np.concatenate([[0.0], np.cumsum(values * step)])
        data[name] = ("time", np.interp(time, edges, total))
    data["storage.state_of_charge"] = ("time", np.interp(time, edges, level))
    held = {
        "hall.T_fws_out": source,
        "hall.P_fans": truth.hall.fans + truth.hall.rejection_power * rejected,
        "heat_pump.T_sink_out": np.full_like(demand, truth.T_sink),
        "storage.T_source_out": np.full_like(demand, 318.15),
        "grid.T_return": np.full_like(demand, 317.15),
        "T_outdoor": ambient,
    }
    data |= {name: ("time", values[interval]) for name, values in held.items()}
    numbers, load = (
        machines[interval],
        np.where(machines > 0, heat / np.maximum(machines * group.heat, 1.0), 0.0)[interval],
    )
    first = np.where(time > time[0], numbers, before)
    capacity = np.stack(
        [np.where(first > i, np.where(load > 0, load, 1.0), 0.0) for i in range(group.machines)], axis=1
    )
    data["heat_pump.capacity_actual"] = (("time", "heat_pump.machine"), capacity)
    dataset = xr.Dataset(data, coords={"time": time})
    coolers = truth.hall.rejection_power * rejected
    values = {
        "Q_flow_heat_pump": heat,
        "P_heat_pump": electric + group.pump * heat,
        "machines_on": machines,
        "starts": starts,
        "Q_flow_recovered": recovered,
        "Q_flow_peak": boilers,
        "P_fuel": boilers / truth.peak.efficiency,
        "Q_flow_charge": flow,
        "P_bought": electric + group.pump * heat + pump + coolers,
    }
    state = DispatchState(float(edges[0]), charge)
    realised = make_schedule(truth, state, forecasts, values, level, policy="run")
    return Execution(realised if planned is None else planned, realised, dataset)


def _offered(
    truth: DispatchPlant, machines: np.ndarray, heat: np.ndarray, lift: np.ndarray, offered: np.ndarray
) -> np.ndarray:
    """Return the heat of running machines that takes no more than the hall offers, by bisection."""
    group = truth.heat_pumps[0]
    low, high = np.zeros_like(heat), np.where(machines > 0, np.minimum(heat, machines * group.heat), 0.0)
    fits = high - power(group, machines, high, lift) <= offered
    top = high.copy()
    for _ in range(60):
        middle = 0.5 * (low + high)
        ok = middle - power(group, machines, middle, lift) <= offered
        low, high = np.where(ok, middle, low), np.where(ok, high, middle)
    return np.where(fits, top, low)
