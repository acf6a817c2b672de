"""A schedule: what a plan says for each interval, as one Dataset with fixed names; and what it costs.

The same names hold what a run of the plant really did (`heatsim.dispatch.realised`), so that planned and realised
compare line by line.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from heatsim.dispatch.forecasts import REQUIRED, heat_offered, heat_wanted, lift, step_of
from heatsim.dispatch.plant import DispatchPlant
from heatsim.dispatch.state import DispatchState

VARIABLES: dict[str, tuple[str, str]] = {
    "Q_flow_heat_pump": ("W", "Heat of the heat pumps"),
    "P_heat_pump": ("W", "Electricity of the heat pumps with standby and condenser pumps"),
    "machines_on": ("1", "Running heat pumps"),
    "starts": ("1", "Starts of heat pumps in the interval"),
    "Q_flow_recovered": ("W", "Heat taken from the hall"),
    "Q_flow_rejected": ("W", "Heat of the hall rejected to the outdoor air"),
    "Q_flow_peak": ("W", "Heat of the peak plant"),
    "Q_flow_chp": ("W", "Heat of the engine"),
    "P_chp": ("W", "Electricity of the engine"),
    "P_fuel": ("W", "Fuel of peak plant and engine"),
    "Q_flow_charge": ("W", "Heat into the tank, negative when it discharges"),
    "Q_flow_demand": ("W", "Heat demand of all consumers"),
    "Q_flow_wanted": ("W", "Demand with the losses of network and boilers"),
    "Q_flow_unmet": ("W", "Demand that is not met"),
    "P_bought": ("W", "Electricity from the grid"),
    "P_sold": ("W", "Electricity into the grid"),
    "cost_electricity": ("EUR", "Cost of electricity with grid charge, less what is earned by selling"),
    "cost_gas": ("EUR", "Cost of fuel"),
    "cost_co2": ("EUR", "Cost of CO2"),
    "cost_starts": ("EUR", "Wear of starts"),
    "cost_unmet": ("EUR", "Penalty on unmet demand"),
    "value_heat": ("EUR", "Earned by recovered heat"),
    "co2": ("kg", "CO2 of electricity and fuel"),
}
"""Variables over `time` (begin of each interval): unit and long name. `state_of_charge` is over `time_edge`."""

GROUP_VARIABLES: dict[str, tuple[str, str]] = {
    "machines_on_group": ("1", "Running heat pumps of each group"),
    "Q_flow_group": ("W", "Heat of each group of heat pumps"),
}
"""Variables over `group` and `time`; in every plan, and wherever there is one group."""

COSTS = ("cost_electricity", "cost_gas", "cost_co2", "cost_starts", "cost_unmet")
"""Parts of the cost; the charge on the power peak is the attribute `cost_peak`, EUR, and `value_heat` is subtracted."""


def make_schedule(
    plant: DispatchPlant,
    state: DispatchState,
    forecasts: xr.Dataset,
    values: dict[str, Any],
    state_of_charge: np.ndarray,
    *,
    policy: str,
    attrs: dict[str, Any] | None = None,
) -> xr.Dataset:
    """Return a schedule with its costs.

    Parameters
    ----------
    plant, state, forecasts
        What was planned.
    values
        Physical variables of `VARIABLES` (without costs) by name, shape (intervals,), SI units; missing ones are zero.
        `starts_chp` may be given for the wear of the engine, and those of `GROUP_VARIABLES`, shape (groups, intervals),
        which need not be given for one group.
    state_of_charge
        At the edges of the intervals, shape (intervals + 1,).
    policy
        Name of the policy.
    attrs
        Further attributes.
    """
    number, step = forecasts.sizes["time"], step_of(forecasts)
    data = {name: np.zeros(number) for name in VARIABLES if name != "cost_starts"}
    data["Q_flow_demand"] = forecasts["Q_flow_demand"].values
    data["Q_flow_wanted"] = heat_wanted(plant, forecasts)
    data["Q_flow_rejected"] = heat_offered(plant, forecasts) - np.asarray(values.get("Q_flow_recovered", 0.0))
    data |= {name: np.asarray(value, dtype=float) for name, value in values.items() if name in VARIABLES}
    peak_cost = costs(plant, state, forecasts, data, np.asarray(values.get("starts_chp", np.zeros(number))))
    time = ("time", forecasts["time"].values, {"units": "s", "long_name": "Begin of the interval"})
    edges = np.append(forecasts["time"].values, forecasts["time"].values[-1] + step)
    grouped = {name: values[name] for name in GROUP_VARIABLES if name in values}
    if len(plant.heat_pumps) == 1:
        grouped = {"machines_on_group": data["machines_on"][None], "Q_flow_group": data["Q_flow_heat_pump"][None]}
    names = ("group", [group.name for group in plant.heat_pumps], {"long_name": "Group of heat pumps"})
    return xr.Dataset(
        {
            name: ("time", data[name], {"units": units, "long_name": long_name})
            for name, (units, long_name) in VARIABLES.items()
        }
        | {
            name: (("group", "time"), np.asarray(value, dtype=float), {"units": units, "long_name": long_name})
            for name, value in grouped.items()
            for units, long_name in (GROUP_VARIABLES[name],)
        }
        | {
            "state_of_charge": (
                "time_edge",
                np.asarray(state_of_charge, dtype=float),
                {"units": "1", "long_name": "State of charge of the tank"},
            ),
            **{
                name: ("time", forecasts[name].values, {"units": units, "long_name": long_name})
                for name in ("price_electricity", "price_gas")
                for units, long_name in (REQUIRED[name],)
            },
        },
        coords={
            "time": time,
            "group": names,
            "time_edge": ("time_edge", edges, {"units": "s", "long_name": "Edges of the intervals"}),
        },
        attrs={"step": step, "policy": policy, "cost_peak": peak_cost, **(attrs or {})},
    )


def costs(
    plant: DispatchPlant,
    state: DispatchState,
    forecasts: xr.Dataset,
    data: dict[str, np.ndarray],
    starts_chp: np.ndarray,
) -> float:
    """Fill in costs and CO2 from powers and starts; return the charge on the power peak, EUR."""
    step, tariff = step_of(forecasts), plant.tariff
    electricity, gas = forecasts["price_electricity"].values, forecasts["price_gas"].values
    bought, sold = data["P_bought"], data["P_sold"]
    data["cost_electricity"] = step * (
        (electricity + tariff.grid_charge) * bought - (electricity + tariff.feed_in) * sold
    )
    data["cost_gas"] = step * gas * data["P_fuel"]
    data["co2"] = step * (forecasts["co2_electricity"].values * bought + tariff.co2_gas * data["P_fuel"])
    data["cost_co2"] = tariff.co2_price * data["co2"]
    if "cost_starts" not in data:
        wear = np.mean([group.start_cost for group in plant.heat_pumps])
        data["cost_starts"] = wear * data["starts"] + (plant.chp.start_cost if plant.chp else 0.0) * starts_chp
    data["cost_unmet"] = step * (tariff.unmet_cost or 0.0) * data["Q_flow_unmet"]
    data["value_heat"] = step * tariff.heat_value * data["Q_flow_recovered"]
    return float(tariff.peak_charge * max(bought.max(), state.peak_power))


def total_cost(schedule: xr.Dataset) -> float:
    """Return the cost of a schedule, EUR: its parts with the peak charge, less the value of recovered heat."""
    parts = sum(float(schedule[name].sum()) for name in COSTS)
    return parts + float(schedule.attrs["cost_peak"]) - float(schedule["value_heat"].sum())


def stock_value(plant: DispatchPlant, forecasts: xr.Dataset) -> float:
    """Return what heat in the tank is worth, EUR/J: the median over the horizon of the cheapest way to make more of it.

    Where demand and losses exceed what machines and hall can give, more heat comes from the boilers: in such a week
    the heat of a tank replaces gas, and it would be wrong to count it at the price of heat-pump heat. Runs that end
    with different tanks compare after this value of the difference (`compared_cost`).
    """
    tariff, lifts = plant.tariff, lift(plant, forecasts)
    electricity = forecasts["price_electricity"].values + tariff.grid_charge
    electricity = electricity + tariff.co2_price * forecasts["co2_electricity"].values
    by_heat_pump = np.min([electricity * (1.0 / group.COP(lifts) + group.pump) for group in plant.heat_pumps], axis=0)
    boiler = electricity
    if plant.peak.carrier == "gas":
        boiler = forecasts["price_gas"].values + tariff.co2_price * tariff.co2_gas
    boiler = boiler / plant.peak.efficiency
    cheapest = np.where(_heat_pumps_at_limit(plant, forecasts), boiler, np.minimum(by_heat_pump, boiler))
    return float(max(np.median(cheapest), 0.0))


def _heat_pumps_at_limit(plant: DispatchPlant, forecasts: xr.Dataset) -> np.ndarray:
    """Return where demand and losses exceed what the machines, or the hall at their best COP, can give."""
    lifts = lift(plant, forecasts)
    machines = sum(group.machines * group.heat for group in plant.heat_pumps) * forecasts["heat_pump_available"].values
    COP = np.max([group.COP(lifts) for group in plant.heat_pumps], axis=0)
    by_hall = heat_offered(plant, forecasts) * COP / (COP - 1.0)
    return np.asarray(heat_wanted(plant, forecasts) > np.minimum(machines, by_hall))


def compared_cost(schedule: xr.Dataset, plant: DispatchPlant, value: float) -> float:
    """Return the cost of a schedule less the value of what it stored, EUR; `value` in EUR/J (`stock_value`)."""
    if plant.tank is None:
        return total_cost(schedule)
    charge = schedule["state_of_charge"].values
    return total_cost(schedule) - value * plant.tank.capacity * float(charge[-1] - charge[0])
