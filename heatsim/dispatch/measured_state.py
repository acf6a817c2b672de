"""The state of a plant from measurements of a run: tank from its layers, machines from their capacity."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import xarray as xr

from heatsim.dispatch.observations import Meters
from heatsim.dispatch.plant import DispatchPlant
from heatsim.dispatch.state import LONG_AGO, DispatchState
from heatsim.errors import InputError

RUNNING = 0.15
"""Capacity above which a machine counts as running, 1: half of its lowest load, which a ramp passes in minutes."""


def state_of(dataset: xr.Dataset, plant: DispatchPlant, t: float | None = None) -> DispatchState:
    """Return the state of the plant at a time of a run, from which a plan can begin.

    Parameters
    ----------
    dataset
        Run with the layer temperatures of the tank and the capacity of the machines.
    plant
        The plant as dispatch sees it.
    t
        Time, s; the end of the run when left out.

    Raises
    ------
    InputError
        If the run does not reach to `t`.
    """
    time = dataset["time"].values.astype(float)
    at = float(time[-1]) if t is None else float(t)
    if not time[0] - 1e-6 <= at <= time[-1] + 1e-6:
        raise InputError(f"the run covers {time[0]:g} to {time[-1]:g} s, not {at:g} s")
    seen = dataset.isel(time=time <= at + 1e-6)
    charge = float(state_of_charge(seen, plant)[-1])
    capacity = Meters(seen, time[:1]).values("heat_pump.capacity_actual")
    return machine_state(plant, at, charge, capacity[-1], _since(seen["time"].values, capacity > RUNNING))


def _since(time: np.ndarray, on: np.ndarray) -> list[float]:
    """Return when each machine changed last, s; minus infinity for one that did not."""
    found = []
    for column in on.T:
        changes = np.flatnonzero(column[1:] != column[:-1])
        found.append(float(time[changes[-1] + 1]) if changes.size else -math.inf)
    return found


def machine_state(
    plant: DispatchPlant, t: float, charge: float, capacity: Any, since: Any, peak_power: float = 0.0
) -> DispatchState:
    """Return a state from the capacity of all machines (1) and the times at which each changed last (s)."""
    on, ages, load, first = {}, {}, {}, 0
    for group in plant.heat_pumps:
        own = range(first, first + group.machines)
        first += group.machines
        running = [i for i in own if capacity[i] > RUNNING]
        standing = [i for i in own if i not in running]
        on[group.name] = len(running)
        ages[group.name] = tuple(
            min(t - since[i], LONG_AGO)
            for part in (running, standing)
            for i in sorted(part, key=lambda one: since[one])
        )
        if running:
            load[group.name] = float(np.mean([capacity[i] for i in running]))
    return DispatchState(t, charge, on, ages, load, peak_power=peak_power)


def charge_of(plant: DispatchPlant, T: Any) -> Any:
    """Return the state of charge from the layer temperatures, K, along the last axis."""
    if plant.tank is None:
        return np.zeros(np.shape(T)[:-1])
    return (np.mean(T, axis=-1) - plant.tank.T_cold) / (plant.tank.T_hot - plant.tank.T_cold)


def state_of_charge(dataset: xr.Dataset, plant: DispatchPlant) -> np.ndarray:
    """Return the state of charge from the layer temperatures over the time of a run, 1."""
    time = dataset["time"].values.astype(float)
    return np.asarray(charge_of(plant, Meters(dataset, time[:1]).values("storage.T")), dtype=float)
