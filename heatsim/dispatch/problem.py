"""The optimisation model: linopy variables and constraints of a plant over a horizon.

Machines are in `heatsim.dispatch.machines`, the tank is in `heatsim.dispatch.tank_model`; here are the balances of
heat, hall and electricity, and the cost. Units inside the model are those of `heatsim.dispatch.frame`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import linopy
import numpy as np
import pandas as pd
import xarray as xr

from heatsim.dispatch.forecasts import heat_offered, heat_wanted, lift
from heatsim.dispatch.frame import MW, MWH, Frame, Terms, scaled
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
    hours, tariff = frame.hours, plant.tariff
    heat, power, recovered, cost = add_heat_pumps(frame, exact or {})
    rejected = frame.variable("Q_rejected", "MW")
    frame.constrain("hall_balance", [*recovered, (1.0, rejected)], "=", heat_offered(plant, forecasts) / MW)
    power.append((plant.hall.rejection_power, rejected))
    cost += scaled(recovered, -tariff.heat_value * MWH * hours)
    boiler = frame.variable("Q_peak", "MW", upper=plant.peak.heat / MW)
    heat.append((1.0, boiler))
    fuel: Terms = []
    (fuel if plant.peak.carrier == "gas" else power).append((1.0 / plant.peak.efficiency, boiler))
    made: Terms = []
    if plant.chp is not None:
        load, starts = add_chp(frame, plant.chp)
        heat.append((plant.chp.heat / MW, load))
        fuel.append((plant.chp.fuel / MW, load))
        made.append((plant.chp.power / MW, load))
        cost += starts
    if tariff.unmet_cost is not None:
        unmet = frame.variable("Q_unmet", "MW", upper=forecasts["Q_flow_demand"].values / MW)
        heat.append((1.0, unmet))
        cost.append((tariff.unmet_cost * MWH * hours, unmet))
    if plant.tank is not None:
        flow, stored = add_tank(frame, plant.tank, boiler, final_charge)
        heat.append((-1.0, flow))
        if final_value is not None:
            cost.append((-final_value * MWH, stored[-1:]))
    frame.constrain("heat_balance", heat, "=", heat_wanted(plant, forecasts) / MW)
    frame.minimise(cost + _energy_cost(frame, power, made, fuel))
    return Problem(frame.model, plant, state, forecasts, cyclic)


def _energy_cost(frame: Frame, power: Terms, made: Terms, fuel: Terms) -> Terms:
    """Return the cost of electricity, gas, CO2 and power peak; `power` is what heat pumps, coolers and boilers draw."""
    plant, data, hours = frame.plant, frame.forecasts, frame.hours
    tariff = plant.tariff
    always = plant.network.pump_power(data["Q_flow_demand"].values)
    always = always + sum(group.standby * group.machines for group in plant.heat_pumps)
    bought = frame.variable("P_bought", "MW")
    balance: Terms = [(1.0, bought), *made, *scaled(power, -1.0)]
    cost: Terms = [(hours * MWH * (data["price_electricity"].values + tariff.grid_charge), bought)]
    if plant.chp is not None:
        sold = frame.variable("P_sold", "MW", upper=plant.chp.power / MW)
        balance.append((-1.0, sold))
        cost.append((-hours * MWH * (data["price_electricity"].values + tariff.feed_in), sold))
        _one_direction(frame, bought, sold)
    frame.constrain("electricity_balance", balance, "=", always / MW)
    cost += scaled(fuel, hours * MWH * data["price_gas"].values)
    co2 = [(hours * MWH * data["co2_electricity"].values, bought), *scaled(fuel, hours * MWH * tariff.co2_gas)]
    if tariff.co2_price:
        cost += scaled(co2, tariff.co2_price)
    if tariff.co2_limit is not None:
        frame.constrain_total("co2_limit", scaled(co2, 1.0 / TONNE), "<=", tariff.co2_limit / TONNE)
    if tariff.peak_charge:
        # The peak of before is paid anyway; only what exceeds it counts here.
        excess = frame.variable("P_peak_excess", "MW", index=pd.Index([0], name="horizon"))
        highest: Terms = [(1.0, bought), (-1.0, np.broadcast_to(excess, bought.shape))]
        frame.constrain("highest_power", highest, "<=", frame.state.peak_power / MW)
        cost.append((tariff.peak_charge * MW, excess))
    return cost


def sells_above_price(plant: DispatchPlant, forecasts: xr.Dataset) -> bool:
    """Whether electricity sold earns more than electricity bought costs at some time."""
    tariff = plant.tariff
    dearer = tariff.grid_charge + tariff.co2_price * forecasts["co2_electricity"].values
    return plant.chp is not None and bool(np.any(tariff.feed_in > dearer + 1e-15))


def _one_direction(frame: Frame, bought: np.ndarray, sold: np.ndarray) -> None:
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
    selling, most = frame.variable("selling", "1", upper=1.0, whole=True), _highest_power(frame)
    frame.constrain("sells_only", [(1.0, sold), (-plant.chp.power / MW, selling)], "<=", 0.0)
    frame.constrain("buys_only", [(1.0, bought), (most, selling)], "<=", most)


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
