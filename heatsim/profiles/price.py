"""Built-in energy prices: electricity with a morning and an evening peak, gas at a constant price. EUR/J inside."""

from __future__ import annotations

import numpy as np
import xarray as xr

from heatsim.errors import UsageError
from heatsim.profiles.series import Start, hour_of_day, knots, make_series, seconds, weekday
from heatsim.units import parse_quantity

# Deviation from the daily mean by clock hour, 1 at the evening peak; sum zero (made so below).
_SHAPE = np.array(
    [
        [-0.55, -0.65, -0.70, -0.70, -0.60, -0.30, 0.25, 0.65, 0.70, 0.40, 0.10, -0.10],
        [-0.20, -0.30, -0.25, -0.05, 0.25, 0.70, 1.00, 0.95, 0.60, 0.20, -0.05, -0.35],
    ]
).ravel()
_SHAPE = (_SHAPE - _SHAPE.mean()) / (_SHAPE - _SHAPE.mean()).max()


def electricity_price(
    *,
    duration: str | float = "24h",
    start: Start = "2020-01-15",
    mean: str | float = "80 EUR/MWh",
    peak: str | float = "130 EUR/MWh",
    weekend: float = 0.85,
) -> xr.DataArray:
    """Return an hourly electricity price with a morning and an evening peak.

    Parameters
    ----------
    duration, start
        Window: length (`"24h"`, s) and clock time of t = 0.
    mean, peak : str or float
        Mean and highest price of a working day (`"80 EUR/MWh"`, EUR/J).
    weekend : float
        Factor on the price on Saturday and Sunday.

    Returns
    -------
    xr.DataArray
        `price_electricity` in EUR/J, held over each clock hour.
    """
    average, highest = parse_quantity(mean, "EUR/J"), parse_quantity(peak, "EUR/J")
    if highest < average:
        raise UsageError(f"peak price {peak} is below the mean price {mean}; give a higher peak")
    end = seconds(duration)
    # Prices change on the full clock hour, whatever the start of the run.
    first = (1.0 - float(hour_of_day(start, np.zeros(1))[0]) % 1.0) * 3600.0
    time = np.concatenate([[0.0], first + knots(end - first, 3600.0)]) if first < end else np.array([0.0, end])
    hours = np.floor(hour_of_day(start, time) + 1e-9).astype(int) % 24
    factor = np.where(weekday(start, time) >= 5, weekend, 1.0)
    values = factor * (average + (highest - average) * _SHAPE[hours])
    values[-1] = values[-2]
    return make_series(
        time,
        values,
        name="price_electricity",
        units="EUR/J",
        long_name="Electricity price",
        interpolation="held",
        start=start,
        source="built-in daily pattern",
    )


def constant_price(
    value: str | float, *, name: str, long_name: str, duration: str | float = "24h", start: Start = "2020-01-15"
) -> xr.DataArray:
    """Return a constant price (`"35 EUR/MWh"`, EUR/J) as a held series in EUR/J."""
    price = parse_quantity(value, "EUR/J")
    return make_series(
        [0.0, seconds(duration)],
        [price, price],
        name=name,
        units="EUR/J",
        long_name=long_name,
        interpolation="held",
        start=start,
        source="constant",
    )


def gas_price(
    value: str | float = "35 EUR/MWh", *, duration: str | float = "24h", start: Start = "2020-01-15"
) -> xr.DataArray:
    """Return a constant gas price (`"35 EUR/MWh"`, EUR/J) as `price_gas` in EUR/J, held."""
    return constant_price(value, name="price_gas", long_name="Gas price", duration=duration, start=start)
