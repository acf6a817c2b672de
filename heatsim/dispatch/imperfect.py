"""Imperfect forecasts made from the true series: what would have been known at a time of issue.

Heat demand and IT power are wrong by a factor whose logarithm is an error that grows with lead time. The deviation from
what a forecaster can know follows a first-order autoregressive process, and he forecasts it as well as is possible; so
the error for time `T` in the forecast issued at `t` is the weighted sum of the innovations between them,

    e(t, T) = sigma sqrt(1 - phi^2) sum_{t < s <= T} phi^(T - s) w_s,   phi = exp(-step/correlation_time),

whose variance is `sigma^2 (1 - phi^(2 k))` after `k` intervals (Box, Jenkins and Reinsel, Time Series Analysis, on the
forecast errors of an AR(1) process). Forecasts issued one after the other agree with each other: each hour takes out
one innovation (the martingale model of forecast evolution, Heath and Jackson 1994). The innovations `w_s` are drawn
from `(seed, series, s)` alone, so that a forecast is the same however often, and in whatever order, it is asked for.

Day-ahead prices are known until the end of the day, and of the next one after their publication; after that the last
known day repeats.
"""

from __future__ import annotations

import functools
import math
import zlib
from dataclasses import dataclass

import numpy as np
import xarray as xr

from heatsim.dispatch.clock import DAY, midnight_of
from heatsim.dispatch.forecasts import horizon, step_of
from heatsim.errors import UsageError

PRICED = ("price_electricity", "price_gas", "co2_electricity")
"""Series that are known until the end of the day ahead."""


@dataclass(frozen=True)
class ErrorModel:
    """How wrong forecasts are.

    The defaults are assumptions of the order of what is reported for day-ahead forecasts of heat demand in district
    heating (mean absolute errors of 5 to 10 %); put in those of the forecasts at hand.

    Attributes
    ----------
    demand, IT_power
        Standard deviation of the relative error far ahead, 1.
    correlation_time
        Time in which a deviation falls to 1/e, s; the error grows over this time.
    published
        Hour of the day from which the prices of the next day are known; the final results of the day-ahead auction
        come between 12:55 and 13:50 (EPEX SPOT).
    prices_known
        Whether all prices are known, however far ahead.
    """

    demand: float = 0.08
    IT_power: float = 0.05
    correlation_time: float = 12.0 * 3600.0
    published: float = 14.0
    prices_known: bool = False

    def __post_init__(self) -> None:
        for name, low, high in (("demand", 0.0, 2.0), ("IT_power", 0.0, 2.0), ("published", 0.0, 24.0)):
            if not low <= getattr(self, name) <= high:
                raise UsageError(f"ErrorModel.{name} is {getattr(self, name):g}; give a number in {low:g} to {high:g}")
        if not (math.isfinite(self.correlation_time) and self.correlation_time > 0.0):
            raise UsageError(f"ErrorModel.correlation_time is {self.correlation_time:g} s; give a positive time")


PERFECT = ErrorModel(demand=0.0, IT_power=0.0, prices_known=True)
"""No errors: the forecasts are the truth."""


def imperfect(
    forecasts: xr.Dataset, now: float, model: ErrorModel, seed: int = 0, *, stop: float = math.inf
) -> xr.Dataset:
    """Return the forecasts issued at a time.

    Parameters
    ----------
    forecasts
        True series, from `now` or earlier on; prices before `now` are what unknown ones are taken from.
    now
        Time of issue, s; the begin of an interval, of which nothing is known yet.
    model, seed
        How wrong they are, and the number of the random sequence, at least 0.
    stop
        End of the horizon, s.

    Returns
    -------
    xarray.Dataset
        As `forecasts`, from `now` to `stop`; attributes `issued` (s) and `seed`. Temperatures and the availability of
        the heat pumps are left as they are.
    """
    if seed < 0 or seed != int(seed):
        raise UsageError(f"the seed of imperfect forecasts is {seed}; give a whole number of at least 0")
    data = horizon(forecasts, now, stop).copy()
    time, step = data["time"].values.astype(float), step_of(forecasts)
    for name, deviation in (("Q_flow_demand", model.demand), ("P_IT", model.IT_power)):
        if deviation:
            # A logarithm, so that no forecast is negative; less half its variance, so that the mean is right.
            sigma = math.sqrt(math.log(1.0 + deviation**2))
            error, variance = errors(name, time, now, step, model.correlation_time, seed)
            factor = np.exp(sigma * error - 0.5 * sigma**2 * variance)
            data[name] = data[name].copy(data=data[name].values * factor)
    if not model.prices_known:
        source = _source_of_prices(forecasts, data, now, model)
        for name in PRICED:
            if name in data:
                data[name] = data[name].copy(data=forecasts[name].values[source])
    return data.assign_attrs(issued=now, seed=int(seed))


def errors(
    name: str, time: np.ndarray, now: float, step: float, correlation_time: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return error and variance of a series in each interval of a forecast, over sigma and its square."""
    phi = math.exp(-step / correlation_time)
    first, last = round(now / step), round(float(time[-1]) / step)
    # The interval that begins now is one step ahead: it is known when it is over.
    innovations = [_innovation(name, index, seed) for index in range(first, last + 1)]
    deviation, value = [], 0.0
    for innovation in innovations:
        value = phi * value + math.sqrt(1.0 - phi**2) * innovation
        deviation.append(value)
    ahead = np.round((time - now) / step).astype(int)
    return np.array(deviation)[ahead], 1.0 - phi ** (2.0 * (ahead + 1.0))


@functools.lru_cache(maxsize=65536)
def _innovation(name: str, index: int, seed: int) -> float:
    """Return a standard normal number that depends on nothing but its arguments."""
    # Seeds are natural numbers; times before zero get odd ones.
    natural = 2 * index if index >= 0 else -2 * index - 1
    generator = np.random.default_rng([int(seed), zlib.crc32(name.encode()), natural])
    return float(generator.standard_normal())


def known_until(forecasts: xr.Dataset, now: float, model: ErrorModel) -> float:
    """Return the time until which day-ahead prices are known at `now`, s."""
    midnight = midnight_of(forecasts)
    today = midnight + math.floor((now - midnight) / DAY + 1e-9) * DAY
    return today + DAY * (2.0 if now - today >= 3600.0 * model.published - 1e-6 else 1.0)


def _source_of_prices(forecasts: xr.Dataset, data: xr.Dataset, now: float, model: ErrorModel) -> np.ndarray:
    """Return for each interval of a forecast the one whose price stands for it."""
    time, step = forecasts["time"].values.astype(float), step_of(forecasts)
    last = min(known_until(forecasts, now, model), float(time[-1]) + step)
    source = []
    for t in data["time"].values.astype(float):
        if t >= last - 1e-6:
            t -= math.floor((t - last) / DAY + 1.0 + 1e-9) * DAY
        # The day before may lie before the series: then the first known price at that hour, or the last known one.
        while t < time[0] - 1e-6:
            t += DAY
        source.append(round((min(t, last - step) - time[0]) / step))
    return np.array(source)
