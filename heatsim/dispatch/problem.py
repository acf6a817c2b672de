"""The optimisation model: linopy variables and constraints of a plant over a horizon.

Machines are in `heatsim.dispatch.machines`, the tank is in `heatsim.dispatch.tank_model`; here are the balances of
heat, hall and electricity, and the cost. Units inside the model are those of `heatsim.dispatch.frame`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import linopy
import numpy as np
import xarray as xr

from heatsim.dispatch.forecasts import heat_offered, heat_wanted, lift
from heatsim.dispatch.frame import MW, MWH, Frame
from heatsim.dispatch.machines import add_chp, add_heat_pumps
from heatsim.dispatch.plant import DispatchPlant
from heatsim.dispatch.power import full_load_power
from heatsim.dispatch.state import DispatchState
from heatsim.dispatch.tank_model import add_tank
from heatsim.errors import UsageError

TONNE = 1000.0


@dataclass
class Problem:
    """A built model with what is needed to read its solution.

    Attributes
    ----------
    model
        linopy model; its variables carry units in their attributes.
    plant, state, forecasts
        What it was built from.
    cyclic
        Whether the horizon repeats.
    """

    model: linopy.Model
    plant: DispatchPlant
    state: DispatchState
    forecasts: xr.Dataset
    cyclic: bool = False


def build(
    plant: DispatchPlant,
    state: DispatchState,
    forecasts: xr.Dataset,
    *,
    relax: bool = False,
    final_value: float | None = None,
    final_charge: float | None = None,
    cyclic: bool = False,
    exact: Mapping[str, np.ndarray] | None = None,
) -> Problem:
    """Build the optimisation model.

    Parameters
    ----------
    plant, state
        What is planned, and where it begins.
    forecasts
        Checked forecasts of the horizon.
    relax
        Let numbers of machines be fractions: a linear problem, for years.
    final_value
        Value of heat left in the tank, EUR/J; None: none.
    final_charge
        Lowest state of charge at the end, 1; None: free.
    cyclic
        The horizon repeats, as a week that stands for many: tank and machines end as they begin, and the plan chooses
        how; of the state only `peak_power` counts.
    exact
        By group of heat pumps: intervals, shape (intervals,), in which whole numbers keep the power on its curve;
        elsewhere least cost must do so.

    Notes
    -----
    The objective is the cost of the schedule (`schedule.total_cost`) without the charge on the power peak of before
    the horizon, and less `final_value` times the heat left in the tank.
    """
    frame = Frame(linopy.Model(), plant, state, forecasts, relax, cyclic)
    heat, power, recovered, cost = add_heat_pumps(frame, exact or {})
    rejected = frame.variable("Q_rejected", "MW")
    offered = frame.series(heat_offered(plant, forecasts) / MW)
    frame.model.add_constraints(recovered + rejected == offered, name="hall_balance")
    power = power + plant.hall.rejection_power * rejected
    cost = cost - plant.tariff.heat_value * MWH * frame.hours * recovered.sum()
    chp_power = chp_fuel = None
    if plant.chp is not None:
        chp_heat, chp_power, chp_fuel, chp_cost = add_chp(frame, plant.chp)
        heat, cost = heat + chp_heat, cost + chp_cost
    boiler = frame.variable("Q_peak", "MW", upper=plant.peak.heat / MW)
    heat = heat + boiler
    if plant.tariff.unmet_cost is not None:
        unmet = frame.variable("Q_unmet", "MW", upper=forecasts["Q_flow_demand"].values / MW)
        heat = heat + unmet
        cost = cost + plant.tariff.unmet_cost * MWH * frame.hours * unmet.sum()
    if plant.tank is not None:
        flow, stored = add_tank(frame, plant.tank, final_charge)
        heat = heat - flow
        if final_value is not None:
            cost = cost - final_value * MWH * stored.isel(time_edge=-1)
    frame.model.add_constraints(heat == frame.series(heat_wanted(plant, forecasts) / MW), name="heat_balance")
    fuel: Any = boiler / plant.peak.efficiency
    if plant.peak.carrier == "electricity":
        power, fuel = power + fuel, None
    if chp_fuel is not None:
        fuel = chp_fuel if fuel is None else fuel + chp_fuel
    frame.model.add_objective(cost + _energy_cost(frame, power, chp_power, fuel))
    return Problem(frame.model, plant, state, forecasts, cyclic)


def _energy_cost(frame: Frame, power: Any, chp_power: Any, fuel: Any) -> Any:
    """Return the cost of electricity, gas, CO2 and power peak."""
    tariff, data, hours = frame.plant.tariff, frame.forecasts, frame.hours
    pump = frame.series(frame.plant.network.pump_power(data["Q_flow_demand"].values) / MW)
    bought = frame.variable("P_bought", "MW")
    price = frame.series((data["price_electricity"].values + tariff.grid_charge) * MWH)
    cost = (hours * price * bought).sum()
    if chp_power is None:
        frame.model.add_constraints(bought - power == pump, name="electricity_balance")
    else:
        sold = frame.variable("P_sold", "MW", upper=frame.plant.chp.power / MW if frame.plant.chp else 0.0)
        frame.model.add_constraints(bought - sold - power + chp_power == pump, name="electricity_balance")
        earned = frame.series((data["price_electricity"].values + tariff.feed_in) * MWH)
        cost = cost - (hours * earned * sold).sum()
        _one_direction(frame, bought, sold)
    intensity = frame.series(data["co2_electricity"].values * MWH)
    co2 = (hours * intensity * bought).sum()
    if fuel is not None:
        gas = frame.series(data["price_gas"].values * MWH)
        cost = cost + (hours * gas * fuel).sum()
        co2 = co2 + (hours * tariff.co2_gas * MWH * fuel).sum()
    if tariff.co2_price:
        cost = cost + tariff.co2_price * co2
    if tariff.co2_limit is not None:
        frame.model.add_constraints(co2 / TONNE <= tariff.co2_limit / TONNE, name="co2_limit")
    if tariff.peak_charge:
        # The peak of before is paid anyway; only what exceeds it counts here.
        excess = frame.model.add_variables(lower=0.0, name="P_peak_excess")
        excess.attrs["units"] = "MW"
        frame.model.add_constraints(bought - excess <= frame.state.peak_power / MW, name="highest_power")
        cost = cost + tariff.peak_charge * MW * excess
    return cost


def sells_above_price(plant: DispatchPlant, forecasts: xr.Dataset) -> bool:
    """Whether electricity sold earns more than electricity bought costs at some time."""
    tariff = plant.tariff
    dearer = tariff.grid_charge + tariff.co2_price * forecasts["co2_electricity"].values
    return plant.chp is not None and bool(np.any(tariff.feed_in > dearer + 1e-15))


def _one_direction(frame: Frame, bought: Any, sold: Any) -> None:
    """Sell only what the engine makes beyond the plant's own use, where buying and selling at once would earn."""
    plant = frame.plant
    if plant.chp is None or not sells_above_price(plant, frame.forecasts):
        return
    if frame.relax:
        raise UsageError(
            f"Tariff.feed_in {plant.tariff.feed_in * 3.6e9:g} EUR/MWh exceeds Tariff.grid_charge "
            f"{plant.tariff.grid_charge * 3.6e9:g} EUR/MWh: only whole numbers keep a plan from buying and selling at "
            "once; use relax=False, or a feed_in of at most the grid_charge"
        )
    selling = frame.variable("selling", "1", upper=1.0, whole=True)
    frame.model.add_constraints(sold - plant.chp.power / MW * selling <= 0.0, name="sells_only")
    most = frame.series(_highest_power(frame))
    frame.model.add_constraints(bought + most * selling <= most, name="buys_only")


def _highest_power(frame: Frame) -> np.ndarray:
    """Return a power that the plant never exceeds, MW."""
    plant, data = frame.plant, frame.forecasts
    most = plant.network.pump_power(data["Q_flow_demand"].values)
    most = most + plant.hall.rejection_power * heat_offered(plant, data)
    for group in plant.heat_pumps:
        one = full_load_power(group, lift(plant, data)) * max(1.0, float(np.max(group.part_load.y)))
        one = one + group.pump * group.heat + group.standby + group.start_energy / frame.seconds
        most = most + group.machines * one
    if plant.peak.carrier == "electricity":
        most = most + plant.peak.heat / plant.peak.efficiency
    return np.asarray(most / MW)
