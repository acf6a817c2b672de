"""The optimisation model: linopy variables and constraints of a plant over a horizon.

Powers are in MW, energies in MWh and money in EUR inside the model, so that its coefficients stay near one; the
schedule that leaves is in SI units. Equal machines are counted instead of told apart: minimum times of counted machines
are exact (sums of starts over the last hours; Rajan and Takriti 2005), and nothing is symmetric.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import linopy
import numpy as np
import pandas as pd
import xarray as xr

from heatsim.dispatch.forecasts import heat_offered, heat_wanted, lift, step_of
from heatsim.dispatch.plant import CHP, DispatchPlant, HeatPumps
from heatsim.dispatch.power import chord, full_load_power, pieces
from heatsim.dispatch.state import LONG_AGO, DispatchState

MW = 1e6
MWH = 3.6e9


@dataclass
class Problem:
    """A built model with what is needed to read its solution.

    Attributes
    ----------
    model
        linopy model; its variables carry units in their attributes.
    plant, state, forecasts
        What it was built from.
    """

    model: linopy.Model
    plant: DispatchPlant
    state: DispatchState
    forecasts: xr.Dataset


def build(
    plant: DispatchPlant,
    state: DispatchState,
    forecasts: xr.Dataset,
    *,
    relax: bool = False,
    final_value: float | None = None,
    final_charge: float | None = None,
    cyclic: bool = False,
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
    """
    model = linopy.Model()
    hours = step_of(forecasts) / 3600.0
    time = pd.Index(forecasts["time"].values, name="time")
    builder = _Builder(model, plant, state, forecasts, hours, time, relax, cyclic)
    heat, power, recovered, cost = builder.heat_pumps()
    builder.hall(recovered)
    cost = cost - plant.tariff.heat_value * MWH * hours * recovered.sum()
    if plant.chp is not None:
        chp_heat, chp_power, chp_fuel, chp_cost = builder.chp(plant.chp)
        heat, cost = heat + chp_heat, cost + chp_cost
    else:
        chp_power, chp_fuel = None, None
    boiler = builder.peak()
    heat = heat + boiler
    if plant.tariff.unmet_cost is not None:
        unmet = builder.variable("Q_unmet", "MW", upper=forecasts["Q_flow_demand"].values / MW)
        heat = heat + unmet
        cost = cost + plant.tariff.unmet_cost * MWH * hours * unmet.sum()
    wanted = builder.series(heat_wanted(plant, forecasts) / MW)
    if plant.tank is not None:
        tank, stored = builder.tank(final_charge)
        heat = heat - tank
        if final_value is not None:
            cost = cost - final_value * MWH * stored.isel(time_edge=-1)
    model.add_constraints(heat == wanted, name="heat_balance")
    rejected = model.variables["Q_rejected"]
    power = power + plant.hall.rejection_power * rejected
    fuel: Any = boiler / plant.peak.efficiency
    if plant.peak.carrier == "electricity":
        power, fuel = power + fuel, None
    if chp_fuel is not None:
        fuel = chp_fuel if fuel is None else fuel + chp_fuel
    cost = cost + builder.energy_cost(power, chp_power, fuel)
    model.add_objective(cost)
    return Problem(model, plant, state, forecasts)


class _Builder:
    def __init__(
        self,
        model: linopy.Model,
        plant: DispatchPlant,
        state: DispatchState,
        forecasts: xr.Dataset,
        hours: float,
        time: pd.Index,
        relax: bool,
        cyclic: bool,
    ) -> None:
        self.model, self.plant, self.state, self.forecasts = model, plant, state, forecasts
        self.hours, self.time, self.relax, self.cyclic = hours, time, relax, cyclic

    def series(self, values: Any) -> xr.DataArray:
        return xr.DataArray(np.broadcast_to(values, self.time.shape), coords={"time": self.time}, dims="time")

    def variable(self, name: str, units: str, *, lower: Any = 0.0, upper: Any = np.inf, whole: bool = False) -> Any:
        variable = self.model.add_variables(
            lower=self.series(lower), upper=self.series(upper), name=name, integer=whole and not self.relax
        )
        variable.attrs["units"] = units
        return variable

    def heat_pumps(self) -> tuple[Any, Any, Any, Any]:
        """Add all groups; return heat, electric power, heat recovered, and cost of starts."""
        heat = power = recovered = cost = 0.0
        for group in self.plant.heat_pumps:
            available = np.floor(group.machines * self.forecasts["heat_pump_available"].values + 1e-6)
            on, up, _ = self.commitment(
                group.name,
                available,
                self.state.machines_on.get(group.name, 0),
                self.state.since.get(group.name, ()),
                group.minimum_on,
                group.minimum_off,
                group.machines,
            )
            heat_g = self.variable(f"Q:{group.name}", "MW", upper=group.machines * group.heat / MW)
            self.model.add_constraints(heat_g <= group.heat / MW * on, name=f"highest_load:{group.name}")
            self.model.add_constraints(
                heat_g >= group.minimum_load * group.heat / MW * on, name=f"lowest_load:{group.name}"
            )
            power_g = self.group_power(group, on, heat_g)
            self.ramp(group, on, up, heat_g)
            heat, recovered = heat + heat_g, recovered + heat_g - power_g
            extra = group.start_energy / MWH / self.hours
            power = power + power_g + group.pump * heat_g + extra * up + group.standby * group.machines / MW
            cost = cost + group.start_cost * up.sum()
        return heat, power, recovered, cost

    def group_power(self, group: HeatPumps, on: Any, heat: Any) -> Any:
        """Return the compressors' power of a group: a line, or a variable between a convex curve and its chord."""
        full = self.series(full_load_power(group, lift(self.plant, self.forecasts)) / MW)
        lines = pieces(group)
        per_heat = MW / group.heat
        if len(lines) == 1:
            a, b = lines[0]
            return full * a * on + full * (b * per_heat) * heat
        power = self.variable(f"P:{group.name}", "MW")
        for k, (a, b) in enumerate(lines):
            self.model.add_constraints(
                power - full * a * on - full * (b * per_heat) * heat >= 0.0, name=f"power_{k}:{group.name}"
            )
        # Where electricity earns money, nothing else would keep the power from rising above the curve.
        a, b = chord(group)
        self.model.add_constraints(
            power - full * a * on - full * (b * per_heat) * heat <= 0.0, name=f"power_chord:{group.name}"
        )
        return power

    def commitment(
        self,
        name: str,
        available: np.ndarray,
        before: int,
        since: tuple[float, ...],
        minimum_on: float,
        minimum_off: float,
        machines: int,
    ) -> tuple[Any, Any, Any]:
        """Add the number of running machines with starts, stops and minimum times; return the three."""
        seconds = self.hours * 3600.0
        if self.cyclic:
            before, since = 0, ()
        ages = (*since, *([LONG_AGO] * (machines - len(since))))
        ends = self.time.values + seconds - self.time.values[0]
        # A machine that changed shortly before the horizon keeps its state until its minimum time is over.
        locked_on = sum((np.asarray(ends - seconds + age < minimum_on) for age in ages[:before]), np.zeros(ends.size))
        locked_off = sum((np.asarray(ends - seconds + age < minimum_off) for age in ages[before:]), np.zeros(ends.size))
        on = self.variable(f"on:{name}", "1", upper=available, whole=True)
        up = self.variable(f"up:{name}", "1", upper=machines)
        down = self.variable(f"down:{name}", "1", upper=machines)
        previous = self.earlier(on, 1)
        first = self.series(np.where(np.arange(ends.size) == 0, float(before), 0.0))
        self.model.add_constraints(on - previous - up + down == first, name=f"switching:{name}")
        self.model.add_constraints(on >= self.series(np.minimum(locked_on, available)), name=f"still_on:{name}")
        self.model.add_constraints(on <= self.series(machines - locked_off), name=f"still_off:{name}")
        length_on, length_off = (max(1, math.ceil(one / seconds - 1e-9)) for one in (minimum_on, minimum_off))
        self.model.add_constraints(self.window(up, length_on) - on <= 0.0, name=f"minimum_on:{name}")
        self.model.add_constraints(self.window(down, length_off) + on <= float(machines), name=f"minimum_off:{name}")
        return on, up, down

    def window(self, variable: Any, length: int) -> Any:
        """Return the sum of a variable over the last `length` intervals."""
        return sum((self.earlier(variable, k) for k in range(1, min(length, self.time.size))), 1.0 * variable)

    def earlier(self, variable: Any, intervals: int) -> Any:
        """Return a variable some intervals before; before the first one is nothing, or the end of a cycle."""
        return variable.roll(time=intervals) if self.cyclic else variable.shift(time=intervals)

    def ramp(self, group: HeatPumps, on: Any, up: Any, heat: Any) -> None:
        """Limit the change of a group's heat, where an interval is too short for the whole range."""
        share = group.ramp * self.hours * 3600.0
        if not group.ramp or share >= 1.0 - group.minimum_load or self.time.size == 0:
            return
        size = group.heat / MW
        jump = max(group.minimum_load, share)
        down = self.model.variables[f"down:{group.name}"]
        before = 0 if self.cyclic else self.state.machines_on.get(group.name, 0)
        load = 0.0 if self.cyclic else self.state.load.get(group.name)
        begin = self.series(np.where(np.arange(self.time.size) == 0, before * size * (load or 0.0), 0.0))
        slack = self.series(np.where(np.arange(self.time.size) == 0, 0.0 if load is not None else 1e3, 0.0))
        change = heat - self.earlier(heat, 1)
        self.model.add_constraints(
            change - share * size * on - jump * size * up <= begin + slack, name=f"ramp_up:{group.name}"
        )
        self.model.add_constraints(
            change + share * size * on + jump * size * down >= begin - slack, name=f"ramp_down:{group.name}"
        )

    def hall(self, recovered: Any) -> None:
        """Split the heat offered into recovered and rejected heat."""
        rejected = self.variable("Q_rejected", "MW")
        offered = self.series(heat_offered(self.plant, self.forecasts) / MW)
        self.model.add_constraints(recovered + rejected == offered, name="hall_balance")

    def peak(self) -> Any:
        """Add the boilers; return their heat."""
        boiler = self.variable("Q_peak", "MW", upper=self.plant.peak.heat / MW)
        return boiler

    def chp(self, chp: CHP) -> tuple[Any, Any, Any, Any]:
        """Add the engine; return heat, power, fuel and cost of starts."""
        on, up, _ = self.commitment(
            "chp",
            np.ones(self.time.size),
            int(self.state.chp_on),
            (self.state.chp_since,),
            chp.minimum_on,
            chp.minimum_off,
            1,
        )
        load = self.variable("load:chp", "1", upper=1.0)
        self.model.add_constraints(load - on <= 0.0, name="highest_load:chp")
        self.model.add_constraints(load - chp.minimum_load * on >= 0.0, name="lowest_load:chp")
        return chp.heat / MW * load, chp.power / MW * load, chp.fuel / MW * load, chp.start_cost * up.sum()

    def tank(self, final_charge: float | None) -> tuple[Any, Any]:
        """Add the tank; return the heat flow into it and the energy at the edges of the intervals."""
        tank = self.plant.tank
        assert tank is not None
        capacity = tank.capacity / MWH
        low, high = self.tank_bounds()
        edges = pd.Index(np.append(self.time.values, self.time.values[-1] + self.hours * 3600.0), name="time_edge")
        energy = self.model.add_variables(
            lower=xr.DataArray(low, coords={"time_edge": edges}, dims="time_edge"),
            upper=xr.DataArray(high, coords={"time_edge": edges}, dims="time_edge"),
            name="E_tank",
        )
        energy.attrs["units"] = "MWh"
        flow = self.variable("Q_charge", "MW", lower=-tank.discharge_power / MW, upper=tank.charge_power / MW)
        begin = self._at_interval(energy.isel(time_edge=slice(0, -1)))
        end = self._at_interval(energy.isel(time_edge=slice(1, None)))
        ambient = self.forecasts["T_outdoor"].values
        idle = self.series(tank.loss(0.0, ambient) / MW)
        per_energy = (tank.loss(1.0, 0.0) - tank.loss(0.0, 0.0)) / MW / capacity
        loss = 0.5 * per_energy * (begin + end)
        self.model.add_constraints(
            end - begin - self.hours * flow + self.hours * loss == -self.hours * idle, name="tank"
        )
        if self.cyclic:
            self.model.add_constraints(energy.isel(time_edge=-1) - energy.isel(time_edge=0) == 0.0, name="tank_repeats")
        if final_charge is not None:
            self.model.add_constraints(energy.isel(time_edge=-1) >= final_charge * capacity, name="final_charge")
        if self.plant.peak.after_tank:
            empty = self.variable("tank_empty", "1", upper=1.0, whole=True)
            boiler = self.model.variables["Q_peak"]
            self.model.add_constraints(boiler - self.plant.peak.heat / MW * empty <= 0.0, name="peak_after_tank")
            span, floor = self.series(high[1:] - low[1:]), self.series(low[1:])
            self.model.add_constraints(end + span * empty <= floor + span, name="tank_before_peak")
        return flow, energy

    def _at_interval(self, edges: Any) -> Any:
        return (1.0 * edges).rename(time_edge="time").assign_coords(time=self.time)

    def tank_bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Return lowest and highest energy at the edges, MWh; a start outside of the usable range decays into it."""
        tank = self.plant.tank
        assert tank is not None
        capacity = tank.capacity / MWH
        if self.cyclic:
            edges = np.ones(self.time.size + 1)
            return tank.charge_min * capacity * edges, tank.charge_max * capacity * edges
        charge = np.empty(self.time.size + 1)
        charge[0] = self.state.state_of_charge
        for i, ambient in enumerate(self.forecasts["T_outdoor"].values):
            charge[i + 1] = charge[i] - tank.loss(charge[i], ambient) * self.hours * 3600.0 / tank.capacity
        low = np.minimum(tank.charge_min, charge) * capacity
        high = np.maximum(tank.charge_max, charge) * capacity
        low[0] = high[0] = charge[0] * capacity
        return low, high

    def energy_cost(self, power: Any, chp_power: Any, fuel: Any) -> Any:
        """Return the cost of electricity, gas, CO2 and power peak."""
        tariff, data = self.plant.tariff, self.forecasts
        pump = self.series(self.plant.network.pump_power(data["Q_flow_demand"].values) / MW)
        bought = self.variable("P_bought", "MW")
        if chp_power is None:
            self.model.add_constraints(bought - power == pump, name="electricity_balance")
        else:
            sold = self.variable("P_sold", "MW")
            self.model.add_constraints(bought - sold - power + chp_power == pump, name="electricity_balance")
        price = self.series((data["price_electricity"].values + tariff.grid_charge) * MWH)
        intensity = self.series(data["co2_electricity"].values * MWH)
        cost = (self.hours * price * bought).sum()
        co2 = (self.hours * intensity * bought).sum()
        if chp_power is not None:
            earned = self.series((data["price_electricity"].values + tariff.feed_in) * MWH)
            cost = cost - (self.hours * earned * sold).sum()
        if fuel is not None:
            gas = self.series(data["price_gas"].values * MWH)
            cost = cost + (self.hours * gas * fuel).sum()
            co2 = co2 + (self.hours * tariff.co2_gas * MWH * fuel).sum()
        if tariff.co2_price:
            cost = cost + tariff.co2_price * co2
        if tariff.co2_limit is not None:
            self.model.add_constraints(co2 <= tariff.co2_limit, name="co2_limit")
        if tariff.peak_charge:
            highest = self.model.add_variables(lower=self.state.peak_power / MW, name="P_peak")
            highest.attrs["units"] = "MW"
            self.model.add_constraints(bought - highest <= 0.0, name="highest_power")
            cost = cost + tariff.peak_charge * MW * highest
        return cost
