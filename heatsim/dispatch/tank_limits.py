"""The tank in a plan: its energy balance over an interval, and the heat flows that keep it in its usable range."""

from __future__ import annotations

import numpy as np
import xarray as xr

from heatsim.dispatch.forecasts import step_of
from heatsim.dispatch.plant import Tank


def usable_range(tank: Tank, state_of_charge: float, forecasts: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Return lowest and highest state of charge at the edges of the intervals, 1, shape (intervals + 1,).

    A tank that begins outside of its usable range may stay there: the range is widened by a tank that only loses heat.
    """
    ambient, step = forecasts["T_outdoor"].values, step_of(forecasts)
    charge = np.empty(ambient.size + 1)
    charge[0] = state_of_charge
    for i, temperature in enumerate(ambient):
        charge[i + 1] = charge[i] - tank.loss(charge[i], temperature) * step / tank.capacity
    low, high = np.minimum(tank.charge_min, charge), np.maximum(tank.charge_max, charge)
    low[0] = high[0] = charge[0]
    return low, high


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
        self.low, self.high = usable_range(tank, state_of_charge, forecasts)
        self.idle = np.asarray(tank.loss(0.0, forecasts["T_outdoor"].values), dtype=float)
        self.half = 0.5 * self.step * tank.UA * (tank.T_hot - tank.T_cold) / tank.capacity
        self.charges = [float(state_of_charge)]

    @property
    def charge(self) -> float:
        """State of charge now, 1."""
        return self.charges[-1]

    def flow_to(self, i: int, charge: float) -> float:
        """Return the heat flow, W, that ends interval `i` with a state of charge."""
        change = charge * (1.0 + self.half) - self.charge * (1.0 - self.half)
        return change * self.tank.capacity / self.step + float(self.idle[i])

    def flows(self, i: int) -> tuple[float, float, float]:
        """Return lowest and highest heat flow of interval `i`, and that which empties the tank, W."""
        floor, top = self.flow_to(i, self.low[i + 1]), self.flow_to(i, self.high[i + 1])
        low = min(max(floor, -self.tank.discharge_power), self.tank.charge_power)
        return low, max(low, min(top, self.tank.charge_power)), floor

    def advance(self, i: int, flow: float) -> None:
        """Go through interval `i` with a heat flow, W."""
        gained = (flow - float(self.idle[i])) * self.step / self.tank.capacity
        self.charges.append((self.charge * (1.0 - self.half) + gained) / (1.0 + self.half))
