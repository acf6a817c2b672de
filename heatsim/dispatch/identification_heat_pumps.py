"""Least-squares fit of the heat pumps' records to the meters of a run: COP over lift, part load, starts."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import lsq_linear

from heatsim.dispatch.identification import FEWEST, Row, missing, rms, unseen
from heatsim.dispatch.observations import Meters
from heatsim.dispatch.plant import Curve, DispatchPlant, HeatPumps
from heatsim.dispatch.power import power

KNOTS = 5
"""Points of a fitted part-load curve."""
LIFT_RANGE = 3.0
"""Smallest range of the lift, 5th to 95th percentile, at which its effect on the COP is fitted, K."""
LOAD_RANGE = 0.1
"""Smallest range of the load at which the part-load curve is fitted, 1; below it stays, and the COP alone changes."""
SMOOTHNESS = 1e-3
"""Weight of a change of the curve's correction from point to point, beside the mean square of the residuals."""


@dataclass(frozen=True)
class _Seen:
    """What a run shows of a group, one value for each interval: W, K, machines."""

    heat: np.ndarray
    electricity: np.ndarray
    pumps: np.ndarray
    T_source: np.ndarray
    T_sink: np.ndarray
    machines: np.ndarray
    starts: np.ndarray
    capacity: np.ndarray
    steady: np.ndarray
    step: float


def heat_pumps(plant: DispatchPlant, meters: Meters) -> tuple[DispatchPlant, list[Row]]:
    """Fit each group of heat pumps whose name is that of a unit of the run."""
    rows: list[Row] = []
    groups = []
    for group in plant.heat_pumps:
        fitted, more, plant = _group(group, meters, plant)
        groups.append(fitted)
        rows += more
    return replace(plant, heat_pumps=tuple(groups)), rows


def _group(group: HeatPumps, meters: Meters, plant: DispatchPlant) -> tuple[HeatPumps, list[Row], DispatchPlant]:
    name = group.name
    need = [f"{name}.{one}" for one in ("E_in_sink", "E_el", "E_pumps", "T_sink_out", "capacity_actual")]
    if lacks := missing(meters, *need, "hall.E_in_IT"):
        return group, [unseen(f"{name}.COP", "1", None, lacks)], plant
    seen = _observe(name, meters, plant)
    ran = seen.heat > 0.02 * group.heat
    if not ran.any():
        return group, [unseen(f"{name}.COP", "1", None, "the heat pumps did not run")], plant
    rows: list[Row] = []
    plant = _sink(plant, seen, ran & seen.steady, rows)
    new = _standby(group, seen, rows)
    new = _pump(new, seen, ran, rows)
    new = _full_heat(new, seen, rows)
    new = _lowest_load(new, seen, rows)
    lift = seen.T_sink - seen.T_source
    new = _power(new, seen, lift, rows)
    return _starts(new, seen, lift, rows), rows, plant


def _sink(plant: DispatchPlant, seen: _Seen, used: np.ndarray, rows: list[Row]) -> DispatchPlant:
    """Fit the water leaving the condensers while the same machines run; that of a start or stop is another matter."""
    if not used.any():
        rows.append(unseen("T_sink", "K", plant.T_sink, "never did the same machines run for an interval"))
        return plant
    measured = seen.T_sink[used]
    # The middle one: machines at their lowest load with too little flow give hotter water now and then.
    value = float(np.median(measured))
    errors = [rms(np.full_like(measured, one), measured) for one in (plant.T_sink, value)]
    rows.append(Row("T_sink", "K", plant.T_sink, value, errors[0], errors[1], "K", int(used.sum()), "median"))
    return replace(plant, T_sink=value)


def _observe(name: str, meters: Meters, plant: DispatchPlant) -> _Seen:
    running, starts, stops, capacity = meters.machines(f"{name}.capacity_actual")
    steady = (starts == 0) & (stops == 0) & (np.abs(running - np.rint(running)) < 1e-6)
    return _Seen(
        heat=meters.power(f"{name}.E_in_sink", -1.0),
        electricity=meters.power(f"{name}.E_el"),
        pumps=meters.power(f"{name}.E_pumps"),
        # As a plan sees it, so that what warmer water of a hall that rejects does becomes part of the curve.
        T_source=plant.hall.T_source(meters.power("hall.E_in_IT")),
        T_sink=meters.mean(f"{name}.T_sink_out"),
        machines=running,
        starts=starts,
        capacity=capacity,
        steady=steady,
        step=float(meters.edges[1] - meters.edges[0]),
    )


def _standby(group: HeatPumps, seen: _Seen, rows: list[Row]) -> HeatPumps:
    rest = seen.steady & (seen.machines < 0.5)
    name = f"{group.name}.standby"
    if not rest.any():
        rows.append(unseen(name, "W", group.standby, "never were all machines at rest"))
        return group
    measured = seen.electricity[rest] / group.machines
    value = max(float(measured.mean()), 0.0)
    errors = rms(np.full_like(measured, group.standby), measured), rms(np.full_like(measured, value), measured)
    rows.append(Row(name, "W", group.standby, value, *errors, "W", int(rest.sum())))
    return replace(group, standby=value)


def _pump(group: HeatPumps, seen: _Seen, ran: np.ndarray, rows: list[Row]) -> HeatPumps:
    value = max(float(seen.pumps[ran].sum() / seen.heat[ran].sum()), 0.0)
    errors = [rms(one * seen.heat[ran], seen.pumps[ran]) for one in (group.pump, value)]
    rows.append(Row(f"{group.name}.pump", "1", group.pump, value, errors[0], errors[1], "W", int(ran.sum())))
    return replace(group, pump=value)


def _full_heat(group: HeatPumps, seen: _Seen, rows: list[Row]) -> HeatPumps:
    """Lower the heat at full load where machines at full capacity gave less; more is not asked of them."""
    full = seen.steady & (seen.machines > 0.5) & (seen.capacity > 0.985)
    name = f"{group.name}.heat"
    if not full.any():
        rows.append(unseen(name, "W", group.heat, "no interval at full capacity"))
        return group
    measured = seen.heat[full] / seen.machines[full]
    value = float(min(np.median(measured), group.heat))
    errors = rms(np.full_like(measured, group.heat), measured), rms(np.full_like(measured, value), measured)
    rows.append(Row(name, "W", group.heat, value, *errors, "W", int(full.sum())))
    return replace(group, heat=value)


def _lowest_load(group: HeatPumps, seen: _Seen, rows: list[Row]) -> HeatPumps:
    """Find the heat of machines at their lowest capacity: warmer water of a hall that rejects makes it more."""
    name, low = f"{group.name}.minimum_load", group.minimum_load
    running = seen.steady & (seen.machines > 0.5)
    lowest = float(seen.capacity[running].min()) if running.any() else 1.0
    # Machines at their limit stand still there; others hardly do.
    at_limit = running & (seen.capacity < lowest + 2e-3)
    if int(at_limit.sum()) < 3 or abs(lowest - low) > 0.25 * low:
        rows.append(unseen(name, "1", low, f"capacity not below {lowest:.2f} for some intervals"))
        return group
    measured = seen.heat[at_limit] / (seen.machines[at_limit] * group.heat)
    value = float(min(np.median(measured), 1.0))
    errors = [rms(np.full_like(measured, one), measured) for one in (low, value)]
    note = f"heat at a capacity of {lowest:.2f}"
    rows.append(Row(name, "1", low, value, errors[0], errors[1], "1", int(at_limit.sum()), note))
    return replace(group, minimum_load=value)


def _power(group: HeatPumps, seen: _Seen, lift_seen: np.ndarray, rows: list[Row]) -> HeatPumps:
    """Fit the power of running machines relative to that at full load, a convex curve over the load.

    `P COP(lift)/(n Q1) = h(load) (1 + s (lift - mean lift))`; then `COP := COP/(h(1) (1 + s …))` and the part-load
    curve is `h/h(1)`. The optimisation needs a convex curve, so that is what is fitted rather than corrected later.
    """
    used = seen.steady & (seen.machines > 0.5) & (seen.heat > 0.1 * group.minimum_load * group.heat * seen.machines)
    names = (f"{group.name}.COP", f"{group.name}.part_load")
    if int(used.sum()) < FEWEST:
        why = f"{int(used.sum())} intervals with the same machines running; {FEWEST} are needed"
        rows.extend(unseen(name, "1", None, why) for name in names)
        return group
    machines, heat, lift = seen.machines[used], seen.heat[used], lift_seen[used]
    measured = seen.electricity[used] - group.standby * group.machines
    load = np.clip(heat / (machines * group.heat), group.minimum_load, 1.0)
    relative = (
        measured * group.COP(lift) / (machines * group.heat) / np.maximum(heat / (machines * group.heat) / load, 1e-9)
    )
    low, middle, high = (float(np.percentile(lift, q)) for q in (5, 50, 95))
    slope_seen = high - low > LIFT_RANGE
    away = (lift - middle) if slope_seen else None
    if np.ptp(load) < LOAD_RANGE:
        level, slope = _level_fit(relative / group.part_load(load), machines, away)
        new = replace(group, COP=_corrected(group.COP, level, slope, low, middle, high))
    else:
        knots, values, slope = _convex_fit(group, load, relative, machines, away)
        new = replace(group, COP=_corrected(group.COP, values[-1], slope, low, middle, high))
        new = replace(new, part_load=Curve(tuple(knots.tolist()), tuple((values / values[-1]).tolist())))
    errors = [rms(power(one, machines, heat, lift), measured) for one in (group, new)]
    at = [float(one.COP(middle)) for one in (group, new)]
    bias = [100.0 * (power(one, machines, heat, lift).sum() / measured.sum() - 1.0) for one in (group, new)]
    note = f"at a lift of {middle:.3g} K; electricity {bias[0]:+.2f} % before, {bias[1]:+.2f} % after"
    rows.append(Row(names[0], "1", at[0], at[1], errors[0], errors[1], "W", int(used.sum()), note))
    if not slope_seen:
        rows.append(unseen(f"{group.name}.COP slope", "1/K", None, f"lift only {low:.3g} to {high:.3g} K: level alone"))
    else:
        rows.append(
            Row(f"{group.name}.COP slope", "1/K", 0.0, slope, errors[0], errors[1], "W", int(used.sum()), "correction")
        )
    middle_load = 0.5 * (group.minimum_load + 1.0)
    at = [float(one.part_load(middle_load)) for one in (group, new)]
    if np.ptp(load) < LOAD_RANGE:
        rows.append(unseen(names[1], "1", at[1], f"load only {load.min():.2f} to {load.max():.2f}"))
    else:
        note = f"at a load of {middle_load:.2f}; seen {load.min():.2f} to {load.max():.2f}"
        rows.append(Row(names[1], "1", at[0], at[1], errors[0], errors[1], "W", int(used.sum()), note))
    return new


def _convex_fit(
    group: HeatPumps, load: np.ndarray, relative: np.ndarray, machines: np.ndarray, lift: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return knots, values of a convex piecewise linear curve, and the relative slope over the lift, 1/K.

    Residuals are weighted with the machines that run, so that the sum of squares is that of the power of all.
    """
    if group.minimum_load >= 1.0:
        return np.array([1.0]), np.array([float(np.average(relative, weights=machines))]), 0.0
    knots = np.linspace(group.minimum_load, 1.0, KNOTS)
    prior = group.part_load(knots)

    def basis(x: np.ndarray) -> np.ndarray:
        """Columns: constant, x, and a bend at each inner knot whose factor must not be negative."""
        return np.stack([np.ones_like(x), x, *(np.maximum(x - one, 0.0) for one in knots[1:-1])], axis=1)

    data = basis(load)
    at_knots = basis(knots)
    # The correction of the curve changes little from point to point: what is not seen follows its neighbor.
    differences = np.diff(at_knots / prior[:, None], axis=0)
    weight = np.sqrt(SMOOTHNESS * np.sum(machines**2))
    if lift is not None:
        # Relative to the curve known before, so that the problem stays linear.
        data = np.column_stack([data, lift * group.part_load(load)])
        differences = np.column_stack([differences, np.zeros(differences.shape[0])])
    matrix = np.vstack([machines[:, None] * data, weight * differences])
    target = np.concatenate([machines * relative, np.zeros(differences.shape[0])])
    lower = np.full(matrix.shape[1], -np.inf)
    lower[2:KNOTS] = 0.0
    found = lsq_linear(matrix, target, bounds=(lower, np.full(matrix.shape[1], np.inf))).x
    values = at_knots @ found[:KNOTS]
    slope = float(found[-1]) / float(np.average(values / prior)) if lift is not None else 0.0
    return knots, values, slope


def _level_fit(ratio: np.ndarray, machines: np.ndarray, lift: np.ndarray | None) -> tuple[float, float]:
    """Return power over that of the curves known before, and its relative slope over the lift, 1/K."""
    if lift is None:
        return float(np.average(ratio, weights=machines**2)), 0.0
    design = machines[:, None] * np.stack([np.ones_like(lift), lift], axis=1)
    level, change = np.linalg.lstsq(design, machines * ratio, rcond=None)[0]
    return float(level), float(change / level)


def _corrected(old: Curve, level: float, slope: float, low: float, middle: float, high: float) -> Curve:
    """Return a COP curve divided by the correction; beyond the lifts seen, that of the nearest one."""
    lifts = np.unique([*old.x, *((low, middle, high) if slope else ())])
    cop = old(lifts) / (level * (1.0 + slope * (np.clip(lifts, low, high) - middle)))
    return Curve(tuple(lifts.tolist()), tuple(np.maximum(cop, 1.01).tolist()))


def _starts(group: HeatPumps, seen: _Seen, lift: np.ndarray, rows: list[Row]) -> HeatPumps:
    """Fit the electricity of a start: what intervals with a start take beyond the fitted power."""
    name = f"{group.name}.start_energy"
    used = seen.starts > 0
    number = float(seen.starts[used].sum())
    if number < 3:
        rows.append(unseen(name, "J", group.start_energy, f"{number:g} starts; 3 are needed"))
        return group
    model = power(group, seen.machines[used], seen.heat[used], lift[used]) + group.standby * group.machines
    beyond = (seen.electricity[used] - model) * seen.step
    value = float(beyond.sum() / number)
    spread = float(np.std(beyond / seen.starts[used]) / np.sqrt(used.sum()))
    if value < 2.0 * spread:
        value = 0.0
    errors = [rms(one * seen.starts[used] / seen.step, beyond / seen.step) for one in (group.start_energy, value)]
    note = f"{number:g} starts, +-{spread / 3.6e6:.3g} kWh"
    rows.append(Row(name, "J", group.start_energy, value, errors[0], errors[1], "W", int(used.sum()), note))
    return replace(group, start_energy=value)
