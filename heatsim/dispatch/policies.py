"""Policies of dispatch: one interface, `plan(state, forecasts) -> schedule`.

Rules (`heatsim.dispatch.rules`), the optimum over what the forecasts know, the receding horizon that knows them
imperfectly, and a function of the user.
"""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

import xarray as xr

from heatsim.dispatch.forecasts import check, horizon
from heatsim.dispatch.plant import DispatchPlant
from heatsim.dispatch.receding import RecedingHorizon, closed_loop
from heatsim.dispatch.rules import FollowDemand, PriceThreshold, RecoverAll, StateOfCharge, TimeOfDay
from heatsim.dispatch.schedule import compared_cost, stock_value
from heatsim.dispatch.state import DispatchState
from heatsim.dispatch.user import UserPolicy
from heatsim.errors import SimulationError

__all__ = [
    "FollowDemand",
    "Optimum",
    "Policy",
    "PriceThreshold",
    "RecedingHorizon",
    "RecoverAll",
    "StateOfCharge",
    "TimeOfDay",
    "UserPolicy",
    "closed_loop",
]


@runtime_checkable
class Policy(Protocol):
    """What every policy has."""

    @property
    def name(self) -> str:
        """Name of the policy."""
        ...

    def plan(self, state: DispatchState, forecasts: xr.Dataset) -> xr.Dataset:
        """Return the schedule from the state to the end of its horizon."""
        ...


@dataclass
class Optimum:
    """The schedule of least cost over all the forecasts: perfect foresight where they are the truth.

    Attributes
    ----------
    plant
        What is planned.
    gap
        Largest relative distance from the best bound, 1; a tenth or a hundredth of it where a rule is better otherwise.
    relax
        Linear problem: numbers of machines may be fractions.
    time_limit
        Of the solver, s.
    final_value
        Value of the heat left in the tank, EUR/J; None: what heat costs to make (`stock_value`).
    """

    plant: DispatchPlant
    gap: float = 0.005
    relax: bool = False
    time_limit: float = 60.0
    final_value: float | None = None
    name: ClassVar[str] = "optimum"

    def plan(self, state: DispatchState, forecasts: xr.Dataset) -> xr.Dataset:
        """Return the schedule from the state to the end of the forecasts."""
        from heatsim.dispatch.optimum import optimise

        data = horizon(check(forecasts), state.t)
        value = stock_value(self.plant, data) if self.final_value is None else self.final_value
        rule = math.inf if self.relax else self._best_rule(state, data, value)
        for gap in (self.gap, 0.1 * self.gap, 0.01 * self.gap):
            schedule = optimise(
                self.plant,
                state,
                data,
                gap=gap,
                relax=self.relax,
                time_limit=self.time_limit,
                final_value=value,
                policy=self.name,
            )
            if self._objective(schedule, value) <= rule + 1e-6 * abs(rule) or schedule.attrs["status"] != "optimal":
                break
        return schedule

    def _best_rule(self, state: DispatchState, data: xr.Dataset, value: float) -> float:
        """Return the cost of the best rule, EUR: no rule may be better than the optimum, not even within the gap."""
        costs = [math.inf]
        # A rule does not know of a limit on CO2.
        if self.plant.tariff.co2_limit is None:
            for rule in (FollowDemand, RecoverAll, PriceThreshold, TimeOfDay, StateOfCharge):
                with contextlib.suppress(SimulationError):
                    costs.append(self._objective(rule(self.plant).plan(state, data), value))
        return min(costs)

    def _objective(self, schedule: xr.Dataset, value: float) -> float:
        return compared_cost(schedule, self.plant, value)
