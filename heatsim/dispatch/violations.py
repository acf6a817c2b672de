"""Every constraint of the plant that a schedule breaks: what, when, and by how much."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr

from heatsim.dispatch.evaluate import compressor_power, evaluate, group_series, started
from heatsim.dispatch.forecasts import check, step_of
from heatsim.dispatch.plant import DispatchPlant, HeatPumps, Tank
from heatsim.dispatch.state import LONG_AGO, DispatchState


@dataclass(frozen=True)
class Violation:
    """A broken constraint where it is broken most.

    Attributes
    ----------
    constraint
        Name of the constraint.
    t
        Begin of the interval, s.
    amount, units
        By how much.
    intervals
        In how many intervals it is broken.
    """

    constraint: str
    t: float
    amount: float
    units: str
    intervals: int

    def __str__(self) -> str:
        scale, units = (1e6, "MW") if self.units == "W" else (1.0, self.units)
        often = f", and in {self.intervals - 1} more intervals" if self.intervals > 1 else ""
        return f"{self.constraint} by {self.amount / scale:.4g} {units} at t = {self.t / 3600.0:g} h{often}"


def violations(
    plant: DispatchPlant,
    state: DispatchState,
    forecasts: xr.Dataset,
    schedule: xr.Dataset,
    *,
    tolerance: float = 1e-6,
    whole: bool = True,
) -> list[Violation]:
    """Return the constraints that a schedule breaks, those broken most in proportion first.

    Parameters
    ----------
    plant, state, forecasts, schedule
        What was planned, where it began, and with what; the same intervals.
    tolerance
        What counts as broken: heat flows and powers relative to the largest heat flow of the plant, states of charge,
        numbers of machines and CO2 relative to one, one and the limit.
    whole
        Whether machines run whole; False for relaxed plans, whose times of running are not checked either.
    """
    data = check(forecasts)
    cost = evaluate(plant, state, data, schedule)
    values = {str(name): one.values for name, one in schedule.items() if one.dims == ("time",)}
    watts = max(
        sum(group.machines * group.heat for group in plant.heat_pumps) + plant.peak.heat,
        float(np.max(values["Q_flow_wanted"])),
        float(np.max(plant.hall.heat(data["P_IT"].values))),
    )
    scales = {"W": watts, "1": 1.0, "kg": max(plant.tariff.co2_limit or 1.0, 1.0)}
    found = []
    for name, excess, units in _checks(plant, state, data, schedule, values, cost, whole, tolerance):
        over = np.where(np.isfinite(excess), excess, np.inf)
        broken = over > tolerance * scales[units]
        if np.any(broken):
            worst = int(np.argmax(over))
            t = float(data["time"].values[min(worst, data.sizes["time"] - 1)])
            one = Violation(name, t, float(over[worst]), units, int(np.sum(broken)))
            found.append((one.amount / scales[units], one))
    return [one for _, one in sorted(found, key=lambda pair: -pair[0])]


Check = tuple[str, np.ndarray, str]
"""Name, by how much it is broken in each interval (not above 0: kept), and units."""


def _checks(
    plant: DispatchPlant,
    state: DispatchState,
    data: xr.Dataset,
    schedule: xr.Dataset,
    values: dict[str, np.ndarray],
    cost: dict[str, float],
    whole: bool,
    tolerance: float,
) -> Iterator[Check]:
    yield from _balances(plant, data, values)
    for name in values:
        if name.startswith(("Q_flow_", "P_")) and name != "Q_flow_charge":
            yield f"'{name}' is negative", -values[name], "W"
    compressors, power = np.zeros(data.sizes["time"]), np.zeros(data.sizes["time"])
    heat, machines, starts = np.zeros_like(power), np.zeros_like(power), np.zeros_like(power)
    for group in plant.heat_pumps:
        on, own = group_series(plant, schedule, group)
        before = state.machines_on.get(group.name, 0)
        begun = started(on, before)
        compressors = compressors + compressor_power(plant, data, group, on, own)
        power = power + group.pump * own + group.standby * group.machines
        power = power + group.start_energy * begun / step_of(data)
        heat, machines, starts = heat + own, machines + on, starts + begun
        yield from _loads(group, data, on, own, whole)
        if whole:
            available = np.floor(group.machines * data["heat_pump_available"].values + 1e-6)
            since = state.since.get(group.name, ())
            shortest = (group.minimum_on, group.minimum_off)
            yield from _times(
                group.name,
                data,
                np.clip(np.rint(on), 0, group.machines),
                available,
                group.machines,
                before,
                since,
                *shortest,
            )
            yield from _ramp(group, state, data, on, own)
    yield "heat of the groups is not 'Q_flow_heat_pump'", np.abs(heat - values["Q_flow_heat_pump"]), "W"
    yield "machines of the groups are not 'machines_on'", np.abs(machines - values["machines_on"]), "1"
    yield "'starts' are not those of 'machines_on'", np.abs(starts - values["starts"]), "1"
    taken = values["Q_flow_heat_pump"] - compressors
    yield "'Q_flow_recovered' is not heat less compressors' power", np.abs(taken - values["Q_flow_recovered"]), "W"
    yield "'P_heat_pump' is not on the curve", np.abs(values["P_heat_pump"] - compressors - power), "W"
    yield "'Q_flow_peak' exceeds the boilers", values["Q_flow_peak"] - plant.peak.heat, "W"
    yield "'Q_flow_unmet' exceeds the demand", values["Q_flow_unmet"] - values["Q_flow_demand"], "W"
    if plant.tariff.unmet_cost is None:
        yield "demand is unmet", values["Q_flow_unmet"], "W"
    yield from _engine(plant, state, data, values, whole)
    charge = schedule["state_of_charge"].values
    if plant.tank is None:
        yield "heat flows into no tank", np.abs(values["Q_flow_charge"]), "W"
    else:
        yield from _tank(plant, plant.tank, state, data, values, charge, whole, tolerance)
    if plant.tariff.co2_limit is not None:
        yield "CO2 exceeds its limit", np.array([cost["co2"] - plant.tariff.co2_limit]), "kg"


def _balances(plant: DispatchPlant, data: xr.Dataset, values: dict[str, np.ndarray]) -> Iterator[Check]:
    made = sum(values[name] for name in ("Q_flow_heat_pump", "Q_flow_chp", "Q_flow_peak", "Q_flow_unmet"))
    wanted = data["Q_flow_demand"].values + plant.network.loss + plant.peak.losses
    yield "heat balance", np.abs(made - values["Q_flow_charge"] - wanted), "W"
    offered = plant.hall.heat(data["P_IT"].values)
    yield "hall balance", np.abs(values["Q_flow_recovered"] + values["Q_flow_rejected"] - offered), "W"
    boiler = values["Q_flow_peak"] / plant.peak.efficiency
    fuel, drawn = (boiler, 0.0) if plant.peak.carrier == "gas" else (0.0, boiler)
    if plant.chp is not None:
        fuel = fuel + values["Q_flow_chp"] / plant.chp.heat * plant.chp.fuel
        yield "engine's power", np.abs(values["P_chp"] - values["Q_flow_chp"] / plant.chp.heat * plant.chp.power), "W"
    yield "fuel", np.abs(values["P_fuel"] - fuel), "W"
    used = values["P_heat_pump"] + drawn + plant.hall.rejection_power * values["Q_flow_rejected"]
    used = used + plant.network.pump_power(data["Q_flow_demand"].values)
    net = values["P_bought"] - values["P_sold"] + values["P_chp"]
    yield "electricity balance", np.abs(net - used), "W"
    yield "buys and sells at once", np.minimum(values["P_bought"], values["P_sold"]), "W"


def _loads(group: HeatPumps, data: xr.Dataset, on: np.ndarray, heat: np.ndarray, whole: bool) -> Iterator[Check]:
    yield f"'{group.name}' above full load", heat - on * group.heat, "W"
    yield f"'{group.name}' below its lowest load", on * group.minimum_load * group.heat - heat, "W"
    available = np.floor(group.machines * data["heat_pump_available"].values + 1e-6)
    yield f"'{group.name}' runs more machines than are available", on - available, "1"
    yield f"'{group.name}' runs a negative number of machines", -on, "1"
    if whole:
        yield f"'{group.name}' runs fractions of machines", np.abs(on - np.rint(on)), "1"


def _times(
    name: str,
    data: xr.Dataset,
    on: np.ndarray,
    available: np.ndarray,
    machines: int,
    before: int,
    since: tuple[float, ...],
    minimum_on: float,
    minimum_off: float,
) -> Iterator[Check]:
    """Follow each machine: who stood longest starts, who ran longest stops; this breaks a minimum time last."""
    ages = [*since, *([LONG_AGO] * (machines - len(since)))][:machines]
    time, begin = data["time"].values.astype(float), float(data["time"].values[0])
    running = sorted(begin - age for age in ages[:before])
    standing = sorted(begin - age for age in ages[before:])
    early_stop, early_start = np.zeros(time.size), np.zeros(time.size)
    for i, t in enumerate(time):
        taken = max(len(running) - int(available[i]), 0)
        while len(running) > on[i]:
            changed = running.pop(0)
            # A machine that is not available stops whatever its time.
            if t - changed < minimum_on - 1e-6 and taken <= 0:
                early_stop[i] += 1.0
            taken -= 1
            standing.append(t)
        while len(running) < on[i] and standing:
            changed = standing.pop(0)
            early_start[i] += t - changed < minimum_off - 1e-6
            running.append(t)
        standing.sort()
    yield f"'{name}' stops before its minimum running time", early_stop, "1"
    yield f"'{name}' starts before its minimum standing time", early_start, "1"


def _ramp(
    group: HeatPumps, state: DispatchState, data: xr.Dataset, on: np.ndarray, heat: np.ndarray
) -> Iterator[Check]:
    share = group.ramp * step_of(data)
    if not group.ramp or share >= 1.0 - group.minimum_load:
        return
    before, load = state.machines_on.get(group.name, 0), state.load.get(group.name)
    # A machine that has just started may be below its lowest load; it counts as being there.
    change = np.diff(heat, prepend=before * group.heat * max(load or 0.0, group.minimum_load))
    numbers = np.diff(on, prepend=before)
    starts, stops = np.maximum(numbers, 0.0), np.maximum(-numbers, 0.0)
    up = group.heat * (share * on + group.minimum_load * (starts - stops))
    down = group.heat * (share * (on - starts) - group.minimum_load * starts + stops)
    # Where the load before is not known, the first interval is free.
    known = np.ones(on.size) if load is not None else np.where(np.arange(on.size) == 0, 0.0, 1.0)
    yield f"'{group.name}' rises faster than its ramp", known * (change - up), "W"
    yield f"'{group.name}' falls faster than its ramp", known * (-change - down), "W"


def _engine(
    plant: DispatchPlant, state: DispatchState, data: xr.Dataset, values: dict[str, np.ndarray], whole: bool
) -> Iterator[Check]:
    heat = values["Q_flow_chp"]
    if plant.chp is None:
        yield "there is no engine", heat, "W"
        return
    yield "engine above full load", heat - plant.chp.heat, "W"
    if not whole:
        return
    on = heat > 1e-6 * plant.chp.heat
    yield "engine below its lowest load", np.where(on, plant.chp.minimum_load * plant.chp.heat - heat, 0.0), "W"
    shortest = (plant.chp.minimum_on, plant.chp.minimum_off)
    one = np.ones(on.size)
    yield from _times("chp", data, on.astype(float), one, 1, int(state.chp_on), (state.chp_since,), *shortest)


def _tank(
    plant: DispatchPlant,
    tank: Tank,
    state: DispatchState,
    data: xr.Dataset,
    values: dict[str, np.ndarray],
    charge: np.ndarray,
    whole: bool,
    tolerance: float,
) -> Iterator[Check]:
    step, flow = step_of(data), values["Q_flow_charge"]
    yield "state of charge does not begin at the state", np.abs(charge[:1] - state.state_of_charge), "1"
    stored = tank.capacity * np.diff(charge) / step
    loss = tank.loss(0.5 * (charge[1:] + charge[:-1]), data["T_outdoor"].values)
    yield "tank balance", np.abs(stored - flow + loss), "W"
    yield "tank is charged too fast", flow - tank.charge_power, "W"
    yield "tank is discharged too fast", -flow - tank.discharge_power, "W"
    low, high = charge[1:] < tank.charge_min - tolerance, charge[1:] > tank.charge_max + tolerance
    # One that begins outside comes back, or only loses heat: no discharge below, no charge above.
    was_low = np.logical_and.accumulate(charge[:-1] < tank.charge_min)
    was_high = np.logical_and.accumulate(charge[:-1] > tank.charge_max)
    yield "tank below its usable range", np.where(low & ~was_low, tank.charge_min - charge[1:], 0.0), "1"
    yield "tank above its usable range", np.where(high & ~was_high, charge[1:] - tank.charge_max, 0.0), "1"
    yield "tank is discharged below its usable range", np.where(low & was_low, -flow, 0.0), "W"
    yield "tank is charged above its usable range", np.where(high & was_high, flow, 0.0), "W"
    if plant.peak.after_tank and whole:
        # In watts: by how much the tank could have given more.
        more = np.minimum((charge[1:] - tank.charge_min) * tank.capacity / step, flow + tank.discharge_power)
        broken = np.minimum(values["Q_flow_peak"], np.maximum(more, 0.0))
        yield "boilers behind the tank heat before it is empty", broken, "W"
