"""The tank in a plan: its energy balance over an interval, and the heat flows that keep it in its usable range."""

from __future__ import annotations

import copy

import numpy as np
import xarray as xr

from heatsim.dispatch.forecasts import step_of
from heatsim.dispatch.plant import Tank

OUTSIDE = 1e-6
"""States of charge closer than this to the usable range are in it, 1."""


def usable_range(tank: Tank, state_of_charge: float, forecasts: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Return lowest and highest state of charge at the edges of the intervals, 1, shape (intervals + 1,).

    A tank that begins outside of its usable range may stay there: on that side the range is widened by a tank that only
    loses heat. Once it is back, the usable range holds (`TankWalk`); one that begins in it stays in it, so that heat
    must replace what an empty tank loses.
    """
    ambient = forecasts["T_outdoor"].values
    half, idle = _losses(tank, forecasts)
    charge = np.empty(ambient.size + 1)
    charge[0] = state_of_charge
    for i in range(ambient.size):
        charge[i + 1] = (charge[i] * (1.0 - half) - idle[i]) / (1.0 + half)
    low, high = np.full_like(charge, tank.charge_min), np.full_like(charge, tank.charge_max)
    if charge[0] < tank.charge_min - OUTSIDE:
        low = np.minimum(low, charge)
    if charge[0] > tank.charge_max + OUTSIDE:
        high = np.maximum(high, charge)
    low[0] = high[0] = charge[0]
    return low, high


def _losses(tank: Tank, forecasts: xr.Dataset) -> tuple[float, np.ndarray]:
    """Return half of the share of its charge, and the state of charge at zero, that a tank loses in an interval, 1."""
    step = step_of(forecasts)
    half = 0.5 * step * tank.UA * (tank.T_hot - tank.T_cold) / tank.capacity
    return half, np.asarray(tank.loss(0.0, forecasts["T_outdoor"].values) * step / tank.capacity)


class TankWalk:
    """A tank on its way through the intervals.

    The loss of an interval is that of the mean of both ends, as in the optimisation:
    `E1 - E0 = step (Q - loss((E0 + E1)/2))`.

    Parameters
    ----------
    tank, state_of_charge, forecasts
        Tank, where it begins, and the intervals with their outdoor temperature.
    """

    def __init__(self, tank: Tank, state_of_charge: float, forecasts: xr.Dataset) -> None:
        self.tank, self.step = tank, step_of(forecasts)
        self.half, self.idle = _losses(tank, forecasts)
        self.charges = [float(state_of_charge)]

    @property
    def charge(self) -> float:
        """State of charge now, 1."""
        return self.charges[-1]

    def flow_to(self, i: int, charge: float) -> float:
        """Return the heat flow, W, that ends interval `i` with a state of charge."""
        change = charge * (1.0 + self.half) - self.charge * (1.0 - self.half) + float(self.idle[i])
        return change * self.tank.capacity / self.step

    def flows(self, i: int) -> tuple[float, float, float]:
        """Return lowest and highest heat flow of interval `i`, and that which empties the tank, W."""
        low, high = self.tank.charge_min, self.tank.charge_max
        # Outside of its usable range it only loses heat, or comes back.
        alone = (self.charge * (1.0 - self.half) - float(self.idle[i])) / (1.0 + self.half)
        if self.charge < low - OUTSIDE:
            low = min(low, alone)
        if self.charge > high + OUTSIDE:
            high = max(high, alone)
        floor, top = self.flow_to(i, low), self.flow_to(i, high)
        low = min(max(floor, -self.tank.discharge_power), self.tank.charge_power)
        return low, max(low, min(top, self.tank.charge_power)), floor

    def advance(self, i: int, flow: float) -> None:
        """Go through interval `i` with a heat flow, W."""
        gained = flow * self.step / self.tank.capacity - float(self.idle[i])
        self.charges.append((self.charge * (1.0 - self.half) + gained) / (1.0 + self.half))

    def after(self, i: int, flow: float) -> TankWalk:
        """Return a copy that went through interval `i` with a heat flow, W."""
        result = copy.copy(self)
        result.charges = [self.charge]
        result.advance(i, flow)
        return result
