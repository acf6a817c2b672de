"""The frame of an optimisation model: its horizon, and series and variables over it.

Powers are in MW, energies in MWh and money in EUR inside the model, so that its coefficients stay near one; the
schedule that leaves is in SI units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import linopy
import numpy as np
import pandas as pd
import xarray as xr

from heatsim.dispatch.forecasts import step_of
from heatsim.dispatch.plant import DispatchPlant
from heatsim.dispatch.state import DispatchState

MW = 1e6
MWH = 3.6e9


@dataclass
class Frame:
    """A linopy model that grows over the horizon of forecasts.

    Attributes
    ----------
    model
        linopy model.
    plant, state, forecasts
        What it is built from.
    relax
        Whether whole numbers may be fractions.
    cyclic
        Whether the horizon repeats: before the first interval comes the last one.
    """

    model: linopy.Model
    plant: DispatchPlant
    state: DispatchState
    forecasts: xr.Dataset
    relax: bool
    cyclic: bool

    def __post_init__(self) -> None:
        self.seconds = step_of(self.forecasts)
        self.hours = self.seconds / 3600.0
        self.time = pd.Index(self.forecasts["time"].values, name="time")

    @property
    def number(self) -> int:
        """Number of intervals."""
        return int(self.time.size)

    def series(self, values: Any) -> xr.DataArray:
        """Return a number or values, shape (intervals,), over `time`."""
        return xr.DataArray(np.broadcast_to(values, self.time.shape), coords={"time": self.time}, dims="time")

    def variable(self, name: str, units: str, *, lower: Any = 0.0, upper: Any = np.inf, whole: bool = False) -> Any:
        """Add a variable over `time`; `whole` numbers may be fractions in a relaxed model."""
        variable = self.model.add_variables(
            lower=self.series(lower), upper=self.series(upper), name=name, integer=whole and not self.relax
        )
        variable.attrs["units"] = units
        return variable

    def before(self, variable: Any, intervals: int = 1) -> Any:
        """Return a variable of an earlier interval; before the horizon it is zero, or the end of a cycle."""
        if self.cyclic:
            return 1.0 * variable.roll(time=intervals)
        # An expression, not a variable, so that old and new releases of linopy fill the first interval alike.
        return (1.0 * variable).shift(time=intervals).fillna(0)

    def window(self, variable: Any, length: int) -> Any:
        """Return the sum of a variable over the last `length` intervals."""
        return sum((self.before(variable, k) for k in range(1, min(length, self.number))), 1.0 * variable)

    def at_first(self, value: float) -> xr.DataArray:
        """Return a series that is `value` in the first interval and zero after."""
        return self.series(np.where(np.arange(self.number) == 0, value, 0.0))

    def electricity_price(self) -> np.ndarray:
        """Return what a unit drawn from the grid costs with charges and CO2, shape (intervals,), EUR/J."""
        data, tariff = self.forecasts, self.plant.tariff
        prices = data["price_electricity"].values + tariff.grid_charge
        return np.asarray(prices + tariff.co2_price * data["co2_electricity"].values)
