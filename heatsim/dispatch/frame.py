"""The frame of an optimisation model: its horizon, variables, sums of terms over it, constraints.

Powers are in MW, energies in MWh and money in EUR inside the model, so that its coefficients stay near one; the
schedule that leaves is in SI units.

Sums are lists of terms until a constraint or the objective turns them into one linopy expression: adding linopy
expressions pair by pair takes most of the time of a plan, several times that of its solution.
"""

from __future__ import annotations

from collections.abc import Sequence
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

NOTHING = -1
"""Label of linopy for no variable."""

Terms = list[tuple[Any, np.ndarray]]
"""Sum over variables: coefficient, a number or shape (intervals,), and labels of a variable, shape (intervals,)."""


def scaled(terms: Terms, factor: Any) -> Terms:
    """Return a sum times a number or values over the intervals."""
    return [(factor * coefficient, labels) for coefficient, labels in terms]


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

    def variable(
        self, name: str, units: str, *, lower: Any = 0.0, upper: Any = np.inf, whole: bool = False, index: Any = None
    ) -> np.ndarray:
        """Add a variable over `time`, or another index; return its labels. `whole` may be fractions if relaxed."""
        index = self.time if index is None else index
        low, high = (
            xr.DataArray(np.broadcast_to(one, index.shape), coords={index.name: index}, dims=index.name)
            for one in (lower, upper)
        )
        variable = self.model.add_variables(low, high, name=name, integer=whole and not self.relax)
        variable.attrs["units"] = units
        return np.asarray(variable.labels.values)

    def before(self, labels: np.ndarray, intervals: int = 1) -> np.ndarray:
        """Return a variable of an earlier interval; before the horizon is nothing, or the end of a cycle."""
        earlier = np.roll(labels, intervals)
        if not self.cyclic:
            earlier[:intervals] = NOTHING
        return earlier

    def window(self, labels: np.ndarray, length: int) -> Terms:
        """Return the sum of a variable over the last `length` intervals."""
        return [(1.0, self.before(labels, k)) for k in range(min(length, self.number))]

    def at_first(self, value: float) -> np.ndarray:
        """Return values that are `value` in the first interval and zero after."""
        return np.where(np.arange(self.number) == 0, value, 0.0)

    def constrain(self, name: str, terms: Terms, sign: str, right: Any) -> None:
        """Add a constraint for every interval."""
        labels = np.stack([one for _, one in terms], axis=1)
        coefficients = np.stack([np.broadcast_to(one, self.time.shape) for one, _ in terms], axis=1)
        index = {"time": self.time}
        right = xr.DataArray(np.broadcast_to(right, self.time.shape), coords=index, dims="time")
        self.model.add_constraints(self._expression(labels, coefficients), sign, right, name=name)

    def constrain_total(self, name: str, terms: Terms, sign: str, right: float) -> None:
        """Add one constraint on the sum over all intervals."""
        self.model.add_constraints(self._total(terms), sign, right, name=name)

    def minimise(self, terms: Terms) -> None:
        """Set the objective: the sum over all intervals."""
        self.model.add_objective(self._total(terms))

    def _total(self, terms: Terms) -> Any:
        labels = np.concatenate([np.ravel(one) for _, one in terms])
        coefficients = np.concatenate([np.broadcast_to(c, np.shape(one)).ravel() for c, one in terms])
        return self._expression(labels, coefficients)

    def _expression(self, labels: np.ndarray, coefficients: np.ndarray) -> Any:
        """Return the linopy expression of labels and coefficients, the last dimension of which are its terms."""
        dims: Sequence[str] = ("time", "_term")[2 - labels.ndim :]
        values = {
            "coeffs": (dims, np.where(labels == NOTHING, np.nan, coefficients)),
            "vars": (dims, labels),
            "const": (dims[:-1], np.zeros(labels.shape[:-1])),
        }
        coords = {"time": self.time} if "time" in dims else {}
        return linopy.LinearExpression(xr.Dataset(values, coords=coords), self.model)

    def electricity_price(self) -> np.ndarray:
        """Return what a unit drawn from the grid costs with charges and CO2, shape (intervals,), EUR/J."""
        data, tariff = self.forecasts, self.plant.tariff
        prices = data["price_electricity"].values + tariff.grid_charge
        return np.asarray(prices + tariff.co2_price * data["co2_electricity"].values)
