"""Least-squares fit of the tank's record to the meters of a run: loss, heat per state of charge, usable range."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.optimize import minimize_scalar

from heatsim.dispatch.identification import Row, fed_intervals, missing, rms, unseen
from heatsim.dispatch.observations import Meters
from heatsim.dispatch.plant import DispatchPlant, Tank

LITTLE_BOILER, ANY_BOILER = 0.02, 5e-4
"""Heat of the boilers over the heat of a full tank: in the run below which they hardly worked, in an interval, 1."""
WARM = 5.0
"""Water to the heat pumps above the network's return that tells a tank charged to its bottom, K."""


def tank(plant: DispatchPlant, meters: Meters) -> tuple[DispatchPlant, list[Row]]:
    """Fit loss, heat per state of charge and usable range of the tank."""
    old = plant.tank
    if old is None:
        return plant, []
    need = ("storage.state_of_charge", "storage.E_in_source", "storage.E_in_load", "storage.E_in_ambient", "T_outdoor")
    if lacks := missing(meters, *need):
        return plant, [unseen("tank.capacity_factor", "1", old.capacity_factor, lacks)]
    charge = meters.at_edges("storage.state_of_charge")
    middle, ambient = 0.5 * (charge[1:] + charge[:-1]), meters.mean("T_outdoor")
    lost = meters.power("storage.E_in_ambient", -1.0)
    expected = old.loss(middle, ambient)
    rows: list[Row] = []
    new = old
    if expected.sum() > 0.0:
        new = replace(new, UA=float(max(old.UA * lost.sum() / expected.sum(), 0.0)))
        errors = rms(expected, lost), rms(new.loss(middle, ambient), lost)
        rows.append(Row("tank.UA", "W/K", old.UA, new.UA, *errors, "W", lost.size))
    else:
        rows.append(unseen("tank.UA", "W/K", old.UA, "the tank loses no heat, or its UA is zero"))
    flow = meters.power("storage.E_in_source") + meters.power("storage.E_in_load")
    step = np.diff(meters.edges)
    new, more = _capacity(new, charge, (flow - lost) * step)
    rows += more
    floor, row = _lowest(new, meters, charge, flow - lost, step)
    rows.append(row)
    ceiling, row = _highest(replace(new, charge_min=floor), meters, charge, flow)
    rows.append(row)
    return replace(plant, tank=replace(new, charge_min=floor, charge_max=ceiling)), rows


def _capacity(old: Tank, charge: np.ndarray, energy: np.ndarray) -> tuple[Tank, list[Row]]:
    """Fit the heat per state of charge to the heat that the tank took and its change."""
    name, moves = "tank.capacity_factor", np.diff(charge)
    if np.abs(moves).sum() < 0.1:
        return old, [unseen(name, "1", old.capacity_factor, "the state of charge hardly moves")]
    # Sums from the begin: a tank whose headers lag by some minutes is right again in the next interval.
    level, total = charge[1:] - charge[0], np.cumsum(energy)
    design = np.stack([level, np.ones_like(level)], axis=1)
    capacity = float(np.linalg.lstsq(design, total, rcond=None)[0][0])
    new = replace(old, capacity_factor=old.capacity_factor * capacity / old.capacity)
    errors = [rms(charge[0] + total / one.capacity, charge[1:]) for one in (old, new)]
    row = Row(name, "1", old.capacity_factor, new.capacity_factor, errors[0], errors[1], "1", level.size)
    return new, [row]


def _lowest(old: Tank, meters: Meters, charge: np.ndarray, net: np.ndarray, step: np.ndarray) -> tuple[float, Row]:
    """Fit the state of charge at which boilers take over: replay the run with a sharp limit, compare the tank."""
    name = "tank.charge_min"
    if lacks := missing(meters, "peak.E_in_burner"):
        return old.charge_min, unseen(name, "1", old.charge_min, lacks)
    fed, cold = fed_intervals(meters)
    if not fed.all():
        # Boilers that cannot hold the supply let the tank fall below where they took over.
        return old.charge_min, unseen(name, "1", old.charge_min, cold)
    burner = meters.power("peak.E_in_burner")
    lowest = float(charge.min())
    if (burner * step).sum() < LITTLE_BOILER * old.capacity:
        # They only came to help at the end of a discharge: a plan that stays above does without.
        near = (burner * step > ANY_BOILER * old.capacity) & (charge[1:] < old.charge_min + 0.1)
        if near.any():
            onset, note = float(charge[1:][near].max()), "boilers began to help"
            return onset, Row(name, "1", old.charge_min, onset, None, None, "1", int(near.sum()), note)
        if lowest < old.charge_min:
            note = "reached without boilers"
            return lowest, Row(name, "1", old.charge_min, lowest, None, None, "1", charge.size - 1, note)
        return old.charge_min, unseen(name, "1", old.charge_min, f"not below {lowest:.3g}, no boilers")

    def replayed(floor: float) -> np.ndarray:
        """Return the state of charge had the boilers begun sharply at `floor`."""
        level = np.empty_like(charge)
        level[0] = charge[0]
        for k in range(step.size):
            without = level[k] + (net[k] - burner[k]) * step[k] / old.capacity
            level[k + 1] = max(without, min(floor, level[k]))
        return level

    def miss(floor: float) -> float:
        return rms(replayed(floor), charge)

    found = minimize_scalar(miss, bounds=(lowest - 0.05, max(lowest + 0.4, old.charge_min)), method="bounded")
    floor = float(found.x)
    if not miss(floor) < miss(old.charge_min):
        floor = old.charge_min
    row = Row(name, "1", old.charge_min, floor, miss(old.charge_min), miss(floor), "1", charge.size - 1)
    return floor, row


def _highest(old: Tank, meters: Meters, charge: np.ndarray, flow: np.ndarray) -> tuple[float, Row]:
    """Find the state of charge at which the water to the heat pumps warms while the tank is charged."""
    name = "tank.charge_max"
    if lacks := missing(meters, "storage.T_source_out", "grid.T_return"):
        return old.charge_max, unseen(name, "1", old.charge_max, lacks)
    warm = meters.mean("storage.T_source_out") - meters.mean("grid.T_return")
    charging = flow > 0.02 * old.charge_power
    onset = charging & (warm > WARM)
    if not onset.any():
        reached = float(charge.max())
        return old.charge_max, unseen(name, "1", old.charge_max, f"up to {reached:.3g} no warm water at the bottom")
    found = float(np.min(charge[1:][onset]))
    if not old.charge_min < found < old.charge_max:
        note = f"warm water at the bottom from {found:.3g}: no new limit"
        return old.charge_max, unseen(name, "1", old.charge_max, note)
    row = Row(name, "1", old.charge_max, found, None, None, "1", int(onset.sum()), "warm water at the bottom")
    return found, row
