"""Rules of dispatch that look at the moment only: follow the demand, recover all, price, time of day, state of charge.

A rule is walked forward with `heatsim.dispatch.follow`, on the optimisation's own model.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import xarray as xr

from heatsim.dispatch.clock import day_of, midnight_of
from heatsim.dispatch.follow import Moment, Wish, follow
from heatsim.dispatch.forecasts import check, horizon, step_of
from heatsim.dispatch.plant import DispatchPlant
from heatsim.dispatch.state import DispatchState
from heatsim.errors import UsageError


@dataclass
class Rule:
    """What all rules share.

    Attributes
    ----------
    plant
        What is planned.
    """

    plant: DispatchPlant
    name: ClassVar[str] = "rule"

    def plan(self, state: DispatchState, forecasts: xr.Dataset) -> xr.Dataset:
        """Return the schedule from the state to the end of the forecasts."""
        data = horizon(check(forecasts), state.t)
        return follow(self.plant, state, data, self.wish(state, data), policy=self.name)

    def wish(self, state: DispatchState, data: xr.Dataset) -> Callable[[Moment], Wish]:
        """Return the rule for a horizon."""
        raise NotImplementedError


@dataclass
class FollowDemand(Rule):
    """Heat pumps follow the demand; the tank is not charged.

    The heat pumps give the demand with losses, as far as machines and hall reach; boilers give the rest, also where
    demand is below the lowest load of one machine. Heat that is in the tank at the begin stays there, less its loss;
    boilers in series behind the tank (`PeakPlant.after_tank`) act only when it is empty, so there it is used first.
    """

    name: ClassVar[str] = "follow_demand"

    def wish(self, state: DispatchState, data: xr.Dataset) -> Callable[[Moment], Wish]:
        """Return the rule for a horizon."""
        return lambda moment: Wish(math.inf, flow=0.0)


@dataclass
class RecoverAll(Rule):
    """Heat pumps take all the heat the hall offers; what is over charges the tank until it is full.

    This is what the plant does without a plan (`heatsim.control.supervisor`): charging stops at a full tank, and is
    released again with a hysteresis; between them the heat pumps follow the demand.

    Attributes
    ----------
    stop
        State of charge at which charging stops, 1; None: the end of the tank's usable range.
    release
        State of charge at which it may start again, 1; None: 0.07 below, as the plant's supervisor.
    """

    stop: float | None = None
    release: float | None = None
    name: ClassVar[str] = "recover_all"

    def wish(self, state: DispatchState, data: xr.Dataset) -> Callable[[Moment], Wish]:
        """Return the rule for a horizon."""
        full = _Full(self.plant, self.stop, self.release)
        return lambda moment: Wish(math.inf, charge=0.0 if full(moment.state_of_charge) else math.inf)


class _Full:
    """Whether the tank counts as full: a switch with hysteresis."""

    def __init__(self, plant: DispatchPlant, stop: float | None, release: float | None) -> None:
        top = 1.0 if plant.tank is None else plant.tank.charge_max
        self.stop = top if stop is None else stop
        self.release = self.stop - 0.07 if release is None else release
        if not self.release < self.stop:
            raise UsageError(f"charging is released at {self.release:g}, not below {self.stop:g} where it stops")
        self.on = False

    def __call__(self, charge: float) -> bool:
        self.on = charge >= self.stop - 1e-6 or (self.on and charge > self.release)
        return self.on


@dataclass
class _ThreeWays(Rule):
    """Run fully, follow the demand, or rest: what `PriceThreshold` and `TimeOfDay` choose between.

    Fully: all the heat the hall offers, the tank charges. Between: the heat pumps follow the demand. Rest: they make
    what the tank cannot give; once it is empty, heat pumps or boilers give the demand, whichever makes heat cheaper.

    Attributes
    ----------
    keep_running
        Whether machines that run go down to their lowest load rather than stop as long as the tank has room, and none
        starts to follow the demand as long as the tank can help: fewer starts, more waste heat, a smaller shift. Where
        boilers make heat cheaper they stop all the same.
    """

    keep_running: bool = True

    def _fully(self) -> Wish:
        return Wish(math.inf)

    def _between(self, moment: Moment, data: xr.Dataset) -> Wish:
        least, most = self._range(moment)
        if not most or moment.cost_heat_pump > moment.cost_peak or moment.wanted > most + self._from_tank(moment, data):
            return Wish(math.inf, charge=0.0)
        return Wish(min(max(moment.wanted, least), most), machines=moment.running)

    def _rest(self, moment: Moment, data: xr.Dataset) -> Wish:
        if moment.cost_heat_pump > moment.cost_peak:
            return Wish(0.0)
        if self.plant.tank is None:
            return Wish(math.inf, charge=0.0)
        missing = max(moment.wanted - self._from_tank(moment, data), 0.0)
        least, most = self._range(moment)
        if not most or missing > most:
            return Wish(missing)
        return Wish(max(missing, least), machines=moment.running)

    def _from_tank(self, moment: Moment, data: xr.Dataset) -> float:
        """Return the heat that the tank can give in the interval, W."""
        tank = self.plant.tank
        if tank is None:
            return 0.0
        stored = max(moment.state_of_charge - tank.charge_min, 0.0) * tank.capacity
        return min(stored / step_of(data), tank.discharge_power)

    def _range(self, moment: Moment) -> tuple[float, float]:
        """Return lowest and highest heat of the machines that run and are to go on, W."""
        if not self.keep_running or self.plant.tank is None:
            return 0.0, 0.0
        running = [(moment.running[group.name] * group.heat, group.minimum_load) for group in self.plant.heat_pumps]
        return sum(size * load for size, load in running), sum(size for size, _ in running)


@dataclass
class PriceThreshold(_ThreeWays):
    """Heat pumps run fully when electricity is cheap, rest when it is dear, and follow the demand between.

    Fully: all the heat the hall offers, the tank charges. Rest: the tank discharges and heat pumps make what it cannot
    give, or boilers where those are cheaper. `keep_running` (True): machines that run go down to their lowest load
    rather than stop, as long as the tank has room, which saves starts.

    Attributes
    ----------
    low, high
        Prices (day-ahead price without charges) up to which electricity is cheap, and from which it is dear, EUR/J;
        None: quantiles of the price over each day.
    low_quantile, high_quantile
        Those quantiles, 1: the cheapest third and the dearest third of a day.
    """

    low: float | None = None
    high: float | None = None
    low_quantile: float = 1.0 / 3.0
    high_quantile: float = 2.0 / 3.0
    name: ClassVar[str] = "price_threshold"

    def __post_init__(self) -> None:
        if not 0.0 <= self.low_quantile <= self.high_quantile <= 1.0:
            raise UsageError(
                f"PriceThreshold: quantiles {self.low_quantile:g} and {self.high_quantile:g} are not in order in 0 to 1"
            )
        if self.low is not None and self.high is not None and self.low > self.high:
            raise UsageError(f"PriceThreshold.low {self.low:g} is above PriceThreshold.high {self.high:g} EUR/J")

    def wish(self, state: DispatchState, data: xr.Dataset) -> Callable[[Moment], Wish]:
        """Return the rule for a horizon."""
        price = data["price_electricity"].values
        low, high = self.thresholds(data)

        def rule(moment: Moment) -> Wish:
            i = moment.index
            if price[i] <= low[i]:
                return self._fully()
            return self._between(moment, data) if price[i] < high[i] else self._rest(moment, data)

        return rule

    def thresholds(self, data: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
        """Return both thresholds in each interval, EUR/J."""
        price, day = data["price_electricity"].values, day_of(data).values
        low, high = np.empty_like(price), np.empty_like(price)
        for one in np.unique(day):
            inside = day == one
            low[inside] = np.quantile(price[inside], self.low_quantile) if self.low is None else self.low
            high[inside] = np.quantile(price[inside], self.high_quantile) if self.high is None else self.high
        return low, high


@dataclass
class TimeOfDay(_ThreeWays):
    """Heat pumps run fully at some hours of the day, rest at others, and follow the demand between.

    What they do in each, and `keep_running`, is as in `PriceThreshold`.

    Attributes
    ----------
    charge, rest
        Hours of the day in which they run fully and rest, from and to; over midnight is fine. The hours are those of
        `start_time`. By default those at which European day-ahead prices are low and high in the mean: charge 0 to 6
        and 12 to 16, rest 7 to 10 and 17 to 21, local time.
    midnight
        Time of a midnight, s; None: from `start_time` of the forecasts, or t = 0.
    """

    charge: tuple[tuple[float, float], ...] = ((0.0, 6.0), (12.0, 16.0))
    rest: tuple[tuple[float, float], ...] = ((7.0, 10.0), (17.0, 21.0))
    midnight: float | None = None
    name: ClassVar[str] = "time_of_day"

    def __post_init__(self) -> None:
        for pair in (*self.charge, *self.rest):
            if len(pair) != 2 or not all(0.0 <= hour <= 24.0 for hour in pair):
                raise UsageError(f"TimeOfDay: {pair} are no hours; give pairs of from and to between 0 and 24")

    def wish(self, state: DispatchState, data: xr.Dataset) -> Callable[[Moment], Wish]:
        """Return the rule for a horizon."""
        midnight = midnight_of(data) if self.midnight is None else self.midnight

        def rule(moment: Moment) -> Wish:
            # The middle of the interval decides, so that an interval belongs to one time of day.
            hour = (moment.t + 0.5 * step_of(data) - midnight) / 3600.0 % 24.0
            if _within(hour, self.charge):
                return self._fully()
            return self._rest(moment, data) if _within(hour, self.rest) else self._between(moment, data)

        return rule


def _within(hour: float, spans: tuple[tuple[float, float], ...]) -> bool:
    return any(a <= hour < b if a <= b else hour >= a or hour < b for a, b in spans)


@dataclass
class StateOfCharge(Rule):
    """Heat pumps fill the tank when it is nearly empty and rest until it is nearly empty again.

    A switch with hysteresis: from `low` on all the heat the hall offers, from `high` on rest. Few starts, long runs; it
    knows no price.

    Attributes
    ----------
    low, high
        State of charge at which filling begins and ends, 1.
    filling
        Whether it fills at the begin of a plan, between the two; None: it does when a heat pump runs.
    """

    low: float = 0.2
    high: float = 0.8
    filling: bool | None = field(default=None)
    name: ClassVar[str] = "state_of_charge"

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise UsageError(f"StateOfCharge.low {self.low:g} is not below StateOfCharge.high {self.high:g}")

    def wish(self, state: DispatchState, data: xr.Dataset) -> Callable[[Moment], Wish]:
        """Return the rule for a horizon."""
        filling = any(state.machines_on.values()) if self.filling is None else self.filling

        def rule(moment: Moment) -> Wish:
            nonlocal filling
            if self.plant.tank is None:
                return Wish(math.inf, charge=0.0)
            filling = moment.state_of_charge < self.high - 1e-6 and (filling or moment.state_of_charge <= self.low)
            return Wish(math.inf if filling else 0.0)

        return rule
