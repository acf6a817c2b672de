"""Least-squares fits of a plant's records to the meters of a run, part by part, and the table row that each gives.

What a run does not show stays as it was, and its row says why.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import binary_dilation
from scipy.optimize import nnls

from heatsim.dispatch.observations import Meters
from heatsim.dispatch.plant import DispatchPlant, Hall, Network

ABOVE = (1.25, 1.6, 2.0, 3.0, 4.5)
"""Demand over the largest seen at which the pump's curve known before is heeded, 1."""
HEED = 1e-3
"""Weight of the pump's curve known before, above the demand seen, over that of all measurements, 1."""
AROUND = 7200.0
"""Time before and after a shortage of the network that does not count either, s."""
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
    if lacks := missing(meters, *need):
        return plant, [unseen("hall.heat_base", "W", old.heat_base, lacks)]
    power = meters.power("hall.E_in_IT")
    recovered, rejected = meters.power("hall.E_in_recovery", -1.0), meters.power("hall.E_in_outdoor", -1.0)
    # Heat is offered when it is made; what the coolant stores meanwhile comes out in another interval.
    made = recovered + rejected + meters.power("hall.U")
    # While heat is rejected the facility water is warmer and its pumps work harder; how much heat is offered matters
    # when all of it is taken.
    full = (recovered > 0.0) & (rejected < FULL_RECOVERY * made)
    note = (
        "all heat recovered" if int(full.sum()) >= FEWEST else "with heat rejected, for hardly ever was all recovered"
    )
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
    why = missing(meters, "hall.T_fws_out")
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
    if lacks := missing(meters, "hall.P_fans"):
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
    fed, cold = fed_intervals(meters)
    if lacks := missing(meters, *need):
        rows.append(unseen("network.loss", "W", old.loss, lacks))
    elif not fed.any():
        rows.append(unseen("network.loss", "W", old.loss, cold))
    else:
        # Heat of the pump warms the water: it is subtracted here, as in what the plant must feed in.
        lost = meters.power("grid.E_in_supply") + meters.power("grid.E_in_consumers") - meters.power("grid.U")
        lost = lost[fed]
        loss = float(np.mean(lost))
        new = replace(new, loss=loss)
        errors = rms(np.full_like(lost, old.loss), lost), rms(np.full_like(lost, loss), lost)
        rows.append(Row("network.loss", "W", old.loss, loss, *errors, "W", lost.size, cold))
    if (lacks := missing(meters, "grid.E_pump", "grid.E_demand")) or not fed.any():
        rows.append(unseen("network.pump", "W", None, lacks or cold))
        return replace(plant, network=new), rows
    demand, power = meters.power("grid.E_demand")[fed], meters.power("grid.E_pump")[fed]
    if np.std(demand) > 0.1 * float(np.mean(demand)) and demand.size >= 8:
        pump = _pump_curve(old, demand, power)
        note = f"cubic over {demand.min() / 1e6:.3g} to {demand.max() / 1e6:.3g} MW"
    else:
        before = old.pump_power(demand)
        factor = float(power.sum() / before.sum()) if before.sum() > 0.0 else 0.0
        pump = tuple(factor * c for c in old.pump) if factor else (float(power.mean()),)
        note = "demand hardly moves: level alone"
    new = replace(new, pump=pump)
    errors = rms(old.pump_power(demand), power), rms(new.pump_power(demand), power)
    at_mean = [float(one.pump_power(demand.mean())) for one in (old, new)]
    rows.append(Row("network.pump", "W", at_mean[0], at_mean[1], *errors, "W", demand.size, joined(note, cold)))
    return replace(plant, network=new), rows


def _pump_curve(old: Network, demand: np.ndarray, power: np.ndarray) -> tuple[float, ...]:
    """Fit a cubic whose terms are not negative: the curve rises. Above what was seen it heeds the old one."""
    scale = float(demand.max())
    above = scale * np.array(ABOVE)
    known = old.pump_power(above)
    above, known = above[known > 0.0], known[known > 0.0]
    level = float(power.mean()) * np.sqrt(power.size)
    # Above, relative: what is known of a few points there must not bend the curve where it was seen.
    heed = np.sqrt(HEED / max(above.size, 1)) / known

    def terms(x: np.ndarray) -> np.ndarray:
        return np.stack([(x / scale) ** k for k in range(4)], axis=1)

    matrix = np.vstack([terms(demand) / level, terms(above) * heed[:, None]])
    target = np.concatenate([power / level, known * heed])
    return tuple(float(c) / scale**k for k, c in enumerate(nnls(matrix, target)[0]))


def fed_intervals(meters: Meters) -> tuple[np.ndarray, str]:
    """Return the intervals in which the network had its heat, and a note on the others, empty if there are none.

    In a network without heat all valves are open: flow, loss and return say nothing of its usual operation. It cools
    down before and fills up after, so `AROUND` is left out with it.
    """
    if missing(meters, "grid.E_demand", "grid.E_in_consumers"):
        return np.ones(meters.edges.size - 1, dtype=bool), ""
    around = round(AROUND / float(meters.edges[1] - meters.edges[0]))
    starved = binary_dilation(meters.starved(), iterations=around) if around else meters.starved()
    number = int(starved.sum())
    return ~starved, f"{number} intervals left out: consumers lacked heat" if number else ""


def joined(*notes: str) -> str:
    """Return notes that are not empty as one."""
    return "; ".join(one for one in notes if one)


def peak(plant: DispatchPlant, meters: Meters) -> tuple[DispatchPlant, list[Row]]:
    """Fit efficiency and losses of the boilers."""
    old, rows = plant.peak, []
    new = old
    if lacks := missing(meters, "peak.E_in_ambient"):
        rows.append(unseen("peak.losses", "W", old.losses, lacks))
    else:
        lost = meters.power("peak.E_in_ambient", -1.0)
        losses = max(float(np.mean(lost)), 0.0)
        new = replace(new, losses=losses)
        errors = rms(np.full_like(lost, old.losses), lost), rms(np.full_like(lost, losses), lost)
        rows.append(Row("peak.losses", "W", old.losses, losses, *errors, "W", lost.size))
    name = "peak.efficiency"
    if lacks := missing(meters, "peak.E_in_burner", "peak.E_fuel", "grid.E_in_supply"):
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


def missing(meters: Meters, *names: str) -> str:
    """Return a note on the first variable that the run does not hold, or an empty string."""
    return next((f"the run does not hold '{name}'" for name in names if not meters.has(name)), "")
