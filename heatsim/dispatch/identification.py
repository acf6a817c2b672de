"""Least-squares fits of a plant's records to the meters of a run, part by part, and the table row that each gives.

What a run does not show stays as it was, and its row says why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize_scalar, nnls

from heatsim.dispatch.observations import Meters
from heatsim.dispatch.plant import DispatchPlant, Hall, Tank

EXCITED = 0.02
"""Smallest standard deviation over mean at which a slope is fitted, 1."""
SMALL_HEAT = 2e-3
"""Share of the heat into the network below which the boilers' heat says nothing of their efficiency, 1."""
FEWEST = 5
"""Fewest intervals for a fit."""
FULL_RECOVERY = 0.002
"""Share of the heat offered below which what is rejected does not count, 1."""
IDLE_REJECTION = 0.01
"""Share of the largest heat rejected below which the dry coolers count as idle, 1."""
SMALL_REJECTION = 0.01
"""Share of the IT energy below which the heat rejected says nothing of the dry coolers, 1."""


@dataclass(frozen=True)
class Row:
    """One quantity of a calibration.

    Attributes
    ----------
    quantity, unit
        Field of the plant and its unit.
    before, after
        Values; None for a curve.
    error_before, error_after
        Root mean square of what the field explains, model less measured, in `error_unit`; None: not seen.
    intervals
        Number of intervals used.
    note
        Empty, or what was fitted or why it was not.
    seen
        Whether the run shows the quantity.
    """

    quantity: str
    unit: str
    before: float | None
    after: float | None
    error_before: float | None
    error_after: float | None
    error_unit: str
    intervals: int
    note: str = ""
    seen: bool = True


def unseen(quantity: str, unit: str, value: float | None, why: str) -> Row:
    """Return the row of a quantity that stays as it was."""
    return Row(quantity, unit, value, value, None, None, "", 0, why, seen=False)


def rms(model: np.ndarray, measured: np.ndarray) -> float:
    """Return the root mean square of model less measured."""
    return float(np.sqrt(np.mean((model - measured) ** 2)))


def line(x: np.ndarray, y: np.ndarray, slope: float, weight: np.ndarray | None = None) -> tuple[float, float, bool]:
    """Fit `y = a + b x`; where x hardly moves, keep the slope given and fit the offset alone.

    Returns
    -------
    tuple of float, float, bool
        Offset, slope, and whether the slope was fitted.
    """
    w = np.ones_like(x) if weight is None else weight / weight.mean()
    mean_x, mean_y = np.average(x, weights=w), np.average(y, weights=w)
    variance = np.average((x - mean_x) ** 2, weights=w)
    moved = bool(x.size >= FEWEST and np.sqrt(variance) > EXCITED * abs(mean_x))
    if moved:
        slope = float(np.average((x - mean_x) * (y - mean_y), weights=w) / variance)
    return float(mean_y - slope * mean_x), slope, moved


def hall(plant: DispatchPlant, meters: Meters) -> tuple[DispatchPlant, list[Row]]:
    """Fit heat offered, temperature to the heat pumps and electricity of the dry coolers."""
    old, rows = plant.hall, []
    new = old
    need = ("hall.E_in_IT", "hall.E_in_recovery", "hall.E_in_outdoor", "hall.U")
    if lacks := _lacks(meters, *need):
        return plant, [unseen("hall.heat_base", "W", old.heat_base, lacks)]
    power = meters.power("hall.E_in_IT")
    recovered, rejected = meters.power("hall.E_in_recovery", -1.0), meters.power("hall.E_in_outdoor", -1.0)
    # Heat is offered when it is made; what the coolant stores meanwhile comes out in another interval.
    made = recovered + rejected + meters.power("hall.U")
    # While heat is rejected the facility water is warmer and its pumps work harder; how much heat is offered matters
    # when all of it is taken.
    full = (recovered > 0.0) & (rejected < FULL_RECOVERY * made)
    note = "all heat recovered" if int(full.sum()) >= FEWEST else "with heat rejected: hardly ever was all recovered"
    used = full if int(full.sum()) >= FEWEST else np.ones(power.size, dtype=bool)
    number = int(used.sum())
    base, slope, moved = line(power[used], made[used], old.heat_per_power)
    new = replace(new, heat_base=base, heat_per_power=slope)
    errors = rms(old.heat(power[used]), made[used]), rms(new.heat(power[used]), made[used])
    rows.append(Row("hall.heat_base", "W", old.heat_base, base, *errors, "W", number, note))
    if moved:
        rows.append(Row("hall.heat_per_power", "1", old.heat_per_power, slope, *errors, "W", number, note))
    else:
        rows.append(unseen("hall.heat_per_power", "1", slope, "IT power hardly moves: base alone"))
    new, more = _source(new, meters, power, np.where(used, recovered, 0.0), note)
    return replace(plant, hall=_rejection(new, meters, rejected, more)), [*rows, *more]


def _source(old: Hall, meters: Meters, power: np.ndarray, weight: np.ndarray, note: str) -> tuple[Hall, list[Row]]:
    """Fit the temperature to the heat pumps, each interval weighted with the heat they take."""
    name, unit = "hall.T_source_base", "hall.T_source_per_power"
    used = weight > 0.05 * max(float(weight.max()), 1.0)
    why = _lacks(meters, "hall.T_fws_out")
    if why or not used.any():
        return old, [unseen(name, "K", old.T_source_base, why or "no heat is recovered")]
    measured = meters.mean("hall.T_fws_out")
    base, slope, moved = line(power[used], measured[used], old.T_source_per_power, weight[used])
    new = replace(old, T_source_base=base, T_source_per_power=slope)
    errors = tuple(rms(one.T_source(power)[used], measured[used]) for one in (old, new))
    rows = [Row(name, "K", old.T_source_base, base, errors[0], errors[1], "K", int(used.sum()), note)]
    if moved:
        rows.append(Row(unit, "K/W", old.T_source_per_power, slope, errors[0], errors[1], "K", int(used.sum()), note))
    else:
        rows.append(unseen(unit, "K/W", slope, "IT power hardly moves: base alone"))
    return new, rows


def _rejection(old: Hall, meters: Meters, rejected: np.ndarray, rows: list[Row]) -> Hall:
    """Find the fans that always run, and what the dry coolers' take for each heat rejected."""
    name = "hall.rejection_power"
    if lacks := _lacks(meters, "hall.P_fans"):
        rows.append(unseen(name, "1", old.rejection_power, lacks))
        return old
    measured = meters.mean("hall.P_fans")
    heat = np.maximum(rejected, 0.0)
    idle = heat < IDLE_REJECTION * float(heat.max(initial=1.0)) if heat.max(initial=0.0) > 0.0 else heat >= 0.0
    fans = float(measured[idle].mean()) if idle.any() else old.fans
    if not idle.any() and not old.fans:
        # Nothing is known of them: the line over the heat rejected begins where the dry coolers' part ends.
        fans = min(max(line(heat, measured, 0.0)[0], 0.0), float(measured.min()))
        errors = [rms(np.minimum(measured, one), measured) for one in (old.fans, fans)]
        note = "heat is rejected all the time: from the line over it"
        rows.append(Row("hall.fans", "W", old.fans, fans, errors[0], errors[1], "W", int(heat.size), note))
    elif idle.any():
        errors = [rms(np.full(int(idle.sum()), one), measured[idle]) for one in (old.fans, fans)]
        rows.append(Row("hall.fans", "W", old.fans, fans, errors[0], errors[1], "W", int(idle.sum())))
    else:
        rows.append(unseen("hall.fans", "W", old.fans, "heat is rejected all the time"))
    new = replace(old, fans=fans)
    if heat.sum() < SMALL_REJECTION * meters.power("hall.E_in_IT").sum():
        rows.append(unseen(name, "1", old.rejection_power, "hardly any heat is rejected"))
        return new
    coolers = np.maximum(measured - fans, 0.0)
    value = float(coolers.sum() / heat.sum())
    errors = [rms(one * heat, coolers) for one in (old.rejection_power, value)]
    used = int((~idle).sum())
    rows.append(Row(name, "1", old.rejection_power, value, errors[0], errors[1], "W", used))
    return replace(new, rejection_power=value)


def network(plant: DispatchPlant, meters: Meters) -> tuple[DispatchPlant, list[Row]]:
    """Fit loss and pump of the network."""
    old, rows = plant.network, []
    new = old
    need = ("grid.E_in_supply", "grid.E_in_consumers", "grid.U")
    if lacks := _lacks(meters, *need):
        rows.append(unseen("network.loss", "W", old.loss, lacks))
    else:
        # Heat of the pump warms the water: it is subtracted here, as in what the plant must feed in.
        lost = meters.power("grid.E_in_supply") + meters.power("grid.E_in_consumers") - meters.power("grid.U")
        loss = float(np.mean(lost))
        new = replace(new, loss=loss)
        errors = rms(np.full_like(lost, old.loss), lost), rms(np.full_like(lost, loss), lost)
        rows.append(Row("network.loss", "W", old.loss, loss, *errors, "W", lost.size))
    if lacks := _lacks(meters, "grid.E_pump", "grid.E_demand"):
        rows.append(unseen("network.pump", "W", None, lacks))
        return replace(plant, network=new), rows
    demand, power = meters.power("grid.E_demand"), meters.power("grid.E_pump")
    if np.std(demand) > 0.1 * float(np.mean(demand)) and demand.size >= 8:
        # Terms that are not negative: the curve rises, and stays sensible above the demand that was seen.
        scale = float(demand.max())
        columns = np.stack([(demand / scale) ** k for k in range(4)], axis=1)
        pump = tuple(float(c) / scale**k for k, c in enumerate(nnls(columns, power)[0]))
        note = f"cubic over {demand.min() / 1e6:.3g} to {demand.max() / 1e6:.3g} MW"
    else:
        before = old.pump_power(demand)
        factor = float(power.sum() / before.sum()) if before.sum() > 0.0 else 0.0
        pump = tuple(factor * c for c in old.pump) if factor else (float(power.mean()),)
        note = "demand hardly moves: level alone"
    new = replace(new, pump=pump)
    errors = rms(old.pump_power(demand), power), rms(new.pump_power(demand), power)
    at_mean = [float(one.pump_power(demand.mean())) for one in (old, new)]
    rows.append(Row("network.pump", "W", at_mean[0], at_mean[1], *errors, "W", demand.size, note))
    return replace(plant, network=new), rows


def peak(plant: DispatchPlant, meters: Meters) -> tuple[DispatchPlant, list[Row]]:
    """Fit efficiency and losses of the boilers."""
    old, rows = plant.peak, []
    new = old
    if lacks := _lacks(meters, "peak.E_in_ambient"):
        rows.append(unseen("peak.losses", "W", old.losses, lacks))
    else:
        lost = meters.power("peak.E_in_ambient", -1.0)
        losses = max(float(np.mean(lost)), 0.0)
        new = replace(new, losses=losses)
        errors = rms(np.full_like(lost, old.losses), lost), rms(np.full_like(lost, losses), lost)
        rows.append(Row("peak.losses", "W", old.losses, losses, *errors, "W", lost.size))
    name = "peak.efficiency"
    if lacks := _lacks(meters, "peak.E_in_burner", "peak.E_fuel", "grid.E_in_supply"):
        rows.append(unseen(name, "1", old.efficiency, lacks))
        return replace(plant, peak=new), rows
    heat, fuel = meters.power("peak.E_in_burner"), meters.power("peak.E_fuel")
    if heat.sum() < SMALL_HEAT * meters.power("grid.E_in_supply").sum():
        rows.append(unseen(name, "1", old.efficiency, "the boilers hardly ran"))
        return replace(plant, peak=new), rows
    efficiency = float(heat.sum() / fuel.sum())
    new = replace(new, efficiency=efficiency)
    errors = rms(heat / old.efficiency, fuel), rms(heat / efficiency, fuel)
    rows.append(Row(name, "1", old.efficiency, efficiency, *errors, "W", int((heat > 1e-3 * heat.max()).sum())))
    return replace(plant, peak=new), rows


def tank(plant: DispatchPlant, meters: Meters) -> tuple[DispatchPlant, list[Row]]:
    """Fit loss, heat per state of charge and usable range of the tank."""
    old = plant.tank
    if old is None:
        return plant, []
    need = ("storage.state_of_charge", "storage.E_in_source", "storage.E_in_load", "storage.E_in_ambient", "T_outdoor")
    if lacks := _lacks(meters, *need):
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
    if lacks := _lacks(meters, "peak.E_in_burner"):
        return old.charge_min, unseen(name, "1", old.charge_min, lacks)
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
    if lacks := _lacks(meters, "storage.T_source_out", "grid.T_return"):
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


LITTLE_BOILER, ANY_BOILER = 0.02, 5e-4
"""Heat of the boilers over the heat of a full tank: in the run below which they hardly worked, in an interval, 1."""
WARM = 5.0
"""Water to the heat pumps above the network's return that tells a tank charged to its bottom, K."""


def _lacks(meters: Meters, *names: str) -> str:
    """Return a note on the first variable that the run does not hold, or an empty string."""
    return next((f"the run does not hold '{name}'" for name in names if not meters.has(name)), "")


PARTS: tuple[Callable[[DispatchPlant, Meters], tuple[DispatchPlant, list[Row]]], ...] = (hall, tank, network, peak)
"""Fits of the parts of a plant; those of the heat pumps are in `heatsim.dispatch.identification_heat_pumps`."""
