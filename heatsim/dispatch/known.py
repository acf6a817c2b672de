"""Series that a plan needs at every interval, from plant and forecasts."""

from __future__ import annotations

import numpy as np
import xarray as xr

from heatsim.dispatch.forecasts import heat_offered, heat_wanted, lift, step_of
from heatsim.dispatch.plant import DispatchPlant
from heatsim.dispatch.power import full_load_power


class Known:
    """Series over the intervals of forecasts.

    Attributes
    ----------
    plant, data
        What they are made from.
    step, number, times
        Length of an interval, s; number of intervals; begin of each, s.
    wanted, offered
        Heat to be fed in and heat offered by the hall, W.
    full, available
        Power of one machine at full load, W, and machines available, shape (groups, intervals).
    price
        Electricity with grid charge and CO2 price, EUR/J.
    cost_heat_pump, cost_peak, cost_chp
        Heat of the first group at full load, of the boilers and of the engine, EUR/J; infinite without an engine.
    """

    def __init__(self, plant: DispatchPlant, data: xr.Dataset) -> None:
        self.plant, self.data = plant, data
        self.step, self.number = step_of(data), data.sizes["time"]
        self.times = data["time"].values.astype(float)
        self.wanted, self.offered = heat_wanted(plant, data), heat_offered(plant, data)
        lifts, share = lift(plant, data), data["heat_pump_available"].values
        self.full = np.array([full_load_power(group, lifts) for group in plant.heat_pumps])
        # A share is a share of whole machines; rounding must not take one away.
        self.available = np.array([np.floor(group.machines * share + 1e-6) for group in plant.heat_pumps]).astype(int)
        tariff, first = plant.tariff, plant.heat_pumps[0]
        self.price = data["price_electricity"].values + tariff.grid_charge
        self.price = self.price + tariff.co2_price * data["co2_electricity"].values
        gas = data["price_gas"].values + tariff.co2_price * tariff.co2_gas
        self.cost_peak = (gas if plant.peak.carrier == "gas" else self.price) / plant.peak.efficiency
        self.cost_heat_pump = self.price * (1.0 / first.COP(lifts) + first.pump)
        self.cost_chp = np.full(self.number, np.inf)
        if plant.chp is not None:
            earned = np.minimum(data["price_electricity"].values + tariff.feed_in, self.price)
            self.cost_chp = (plant.chp.fuel * gas - plant.chp.power * earned) / plant.chp.heat
