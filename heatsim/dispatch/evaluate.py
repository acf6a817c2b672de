"""Judge a schedule without the optimisation: its costs computed anew, and every constraint that it breaks.

Works on numbers only and shares no code with `heatsim.dispatch.problem` or `heatsim.dispatch.follow`, so that it can
test both. What it takes as given are the laws of the plant's records (`heatsim.dispatch.plant`).
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from heatsim.dispatch.forecasts import check, step_of
from heatsim.dispatch.plant import DispatchPlant, HeatPumps
from heatsim.dispatch.state import DispatchState
from heatsim.errors import UsageError

PARTS = ("electricity", "gas", "co2_price", "starts", "unmet", "peak", "heat_value")
"""Parts of the cost that `evaluate` returns."""


def evaluate(
    plant: DispatchPlant, state: DispatchState, forecasts: xr.Dataset, schedule: xr.Dataset
) -> dict[str, float]:
    """Return the cost of a schedule, from its heat flows and numbers of machines alone.

    Electricity and fuel are computed from the plant's laws; powers and costs in the schedule are not read.

    Parameters
    ----------
    plant, state, forecasts
        As for a plan.
    schedule
        Schedule of the same intervals.

    Returns
    -------
    dict
        `PARTS` in EUR, with `heat_value` negative where it is earned, their sum `total`, and `co2` in kg,
        `electricity_bought` and `fuel` in J.
    """
    data = check(forecasts)
    _same_intervals(data, schedule)
    step, tariff = step_of(data), plant.tariff
    compressors, heat, starts = np.zeros(data.sizes["time"]), {}, np.zeros(data.sizes["time"])
    power, wear = np.zeros(data.sizes["time"]), 0.0
    for group in plant.heat_pumps:
        on, heat[group.name] = group_series(plant, schedule, group)
        begun = started(on, state.machines_on.get(group.name, 0))
        compressors = compressors + compressor_power(plant, data, group, on, heat[group.name])
        power = power + group.pump * heat[group.name] + group.standby * group.machines
        power = power + group.start_energy * begun / step
        starts, wear = starts + begun, wear + group.start_cost * float(begun.sum())
    recovered = sum(heat.values()) - compressors
    offered = plant.hall.heat(data["P_IT"].values)
    power = power + compressors + plant.hall.rejection_power * np.maximum(offered - recovered, 0.0)
    power = power + plant.network.pump_power(data["Q_flow_demand"].values)
    boiler = schedule["Q_flow_peak"].values / plant.peak.efficiency
    fuel = boiler if plant.peak.carrier == "gas" else np.zeros_like(boiler)
    power = power + (boiler - fuel)
    if plant.chp is not None:
        load = schedule["Q_flow_chp"].values / plant.chp.heat
        power, fuel = power - load * plant.chp.power, fuel + load * plant.chp.fuel
        wear += plant.chp.start_cost * float(started((load > 1e-6).astype(float), int(state.chp_on)).sum())
    bought, sold = np.maximum(power, 0.0), np.maximum(-power, 0.0)
    price, gas = data["price_electricity"].values, data["price_gas"].values
    co2 = step * float(np.sum(data["co2_electricity"].values * bought + tariff.co2_gas * fuel))
    result = {
        "electricity": step * float(np.sum((price + tariff.grid_charge) * bought - (price + tariff.feed_in) * sold)),
        "gas": step * float(np.sum(gas * fuel)),
        "co2_price": tariff.co2_price * co2,
        "starts": wear,
        "unmet": step * (tariff.unmet_cost or 0.0) * float(schedule["Q_flow_unmet"].sum()),
        "peak": tariff.peak_charge * max(float(bought.max()), state.peak_power),
        "heat_value": -step * tariff.heat_value * float(np.sum(recovered)),
    }
    result["total"] = sum(result.values())
    bought_energy, fuel_energy = step * float(bought.sum()), step * float(np.sum(fuel))
    return result | {"co2": co2, "electricity_bought": bought_energy, "fuel": fuel_energy}


def _same_intervals(data: xr.Dataset, schedule: xr.Dataset) -> None:
    time, own = data["time"].values, schedule["time"].values
    if time.shape != own.shape or np.any(np.abs(time - own) > 1e-6 * step_of(data)):
        raise UsageError(
            f"the schedule has {own.size} intervals from {own[0] / 3600.0:g} h on, the forecasts have {time.size} from "
            f"{time[0] / 3600.0:g} h on; cut them to the same"
        )


def group_series(plant: DispatchPlant, schedule: xr.Dataset, group: HeatPumps) -> tuple[np.ndarray, np.ndarray]:
    """Return running machines and heat, W, of a group in each interval."""
    if "machines_on_group" in schedule and "Q_flow_group" in schedule:
        one = schedule.sel(group=group.name)
        return one["machines_on_group"].values, one["Q_flow_group"].values
    if len(plant.heat_pumps) > 1:
        raise UsageError("a schedule of several groups of heat pumps needs 'machines_on_group' and 'Q_flow_group'")
    return schedule["machines_on"].values, schedule["Q_flow_heat_pump"].values


def started(on: np.ndarray, before: float) -> np.ndarray:
    """Return the starts in each interval."""
    return np.maximum(np.diff(on, prepend=before), 0.0)


def compressor_power(
    plant: DispatchPlant, data: xr.Dataset, group: HeatPumps, on: np.ndarray, heat: np.ndarray
) -> np.ndarray:
    """Return the power of a group, W: machines at equal load, on the largest convex curve below the part-load curve.

    A point of that curve is the lowest chord between any two points of the part-load curve.
    """
    x = np.union1d(np.clip(group.part_load.x, group.minimum_load, 1.0), [group.minimum_load, 1.0])
    y = group.part_load(x)
    load = np.clip(np.divide(heat, on * group.heat, out=np.ones_like(heat), where=on > 1e-9), x[0], x[-1])
    lowest = np.interp(load, x, y)
    for i in range(x.size):
        for j in range(i + 1, x.size):
            between = (load >= x[i]) & (load <= x[j])
            chord = y[i] + (y[j] - y[i]) * (load - x[i]) / (x[j] - x[i])
            lowest = np.where(between, np.minimum(lowest, chord), lowest)
    source = data["T_source"].values if "T_source" in data else plant.hall.T_source(data["P_IT"].values)
    sink = data["T_sink"].values if "T_sink" in data else plant.T_sink
    return np.where(on > 1e-9, on * group.heat / group.COP(sink - source) * lowest, 0.0)
