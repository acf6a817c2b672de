"""Built-in weather: outdoor air and undisturbed ground as yearly and daily waves, for runs without a weather file."""

from __future__ import annotations

import numpy as np
import xarray as xr

from heatsim.errors import UsageError
from heatsim.profiles.series import DAY, YEAR, Start, day_of_year, hour_of_day, knots, make_series, seconds


def outdoor_temperature(
    *,
    duration: str | float = "24h",
    start: Start = "2020-01-15",
    T_mean: float = 282.65,
    amplitude_annual: float = 9.5,
    amplitude_daily: float = 4.0,
    day_coldest: float = 19.0,
    hour_warmest: float = 15.0,
    step: float = 3600.0,
) -> xr.DataArray:
    """Return the outdoor air temperature as the sum of a yearly and a daily harmonic.

    Parameters
    ----------
    duration, start
        Window: length (`"24h"`, s) and clock time of t = 0.
    T_mean : float
        Yearly mean (K). The default and the yearly amplitude are those of a temperate lowland climate.
    amplitude_annual, amplitude_daily : float
        Amplitudes (K).
    day_coldest : float
        Day of the year of the yearly minimum.
    hour_warmest : float
        Clock hour of the daily maximum.
    step : float
        Step between knots (s).

    Returns
    -------
    xr.DataArray
        `T_outdoor` in K, linear.
    """
    time = knots(seconds(duration), step)
    annual = np.cos(2.0 * np.pi * (day_of_year(start, time) - day_coldest) / 365.0)
    daily = np.cos(2.0 * np.pi * (hour_of_day(start, time) - hour_warmest) / 24.0)
    return make_series(
        time,
        T_mean - amplitude_annual * annual + amplitude_daily * daily,
        name="T_outdoor",
        units="K",
        long_name="Outdoor air temperature",
        interpolation="linear",
        start=start,
        source="built-in yearly and daily harmonic",
    )


def ground_temperature(
    *,
    duration: str | float = "24h",
    start: Start = "2020-01-15",
    depth: float = 1.0,
    T_mean: float = 283.15,
    amplitude: float = 9.5,
    day_coldest: float = 19.0,
    diffusivity: float = 6e-7,
    step: float = DAY,
) -> xr.DataArray:
    """Return the temperature of undisturbed ground at a depth over the year.

    Parameters
    ----------
    duration, start
        Window: length (`"24h"`, s) and clock time of t = 0.
    depth : float
        Depth below the surface (m), 0 or more.
    T_mean : float
        Yearly mean of the surface (K).
    amplitude : float
        Yearly amplitude at the surface (K).
    day_coldest : float
        Day of the year on which the surface is coldest.
    diffusivity : float
        Thermal diffusivity of the soil (m2/s).
    step : float
        Step between knots (s).

    Returns
    -------
    xr.DataArray
        `T_ground` in K, linear.

    Notes
    -----
    With the damping depth d = sqrt(2 a / omega), omega = 2 pi / year:
    T(z, t) = T_mean - A exp(-z/d) cos(omega (t - t_coldest) - z/d).
    Kusuda, T. and Achenbach, P. R. (1965), Earth temperature and thermal diffusivity at selected stations in the
    United States, ASHRAE Transactions 71(1), 61-75.
    """
    if depth < 0 or diffusivity <= 0:
        raise UsageError(
            f"depth {depth:g} m and diffusivity {diffusivity:g} m2/s: give a depth >= 0, a diffusivity > 0"
        )
    time = knots(seconds(duration), step)
    omega = 2.0 * np.pi / YEAR
    lag = depth / np.sqrt(2.0 * diffusivity / omega)
    phase = omega * (day_of_year(start, time) - day_coldest) * DAY
    return make_series(
        time,
        T_mean - amplitude * np.exp(-lag) * np.cos(phase - lag),
        name="T_ground",
        units="K",
        long_name="Temperature of the undisturbed ground",
        interpolation="linear",
        start=start,
        source=f"Kusuda and Achenbach (1965), depth {depth:g} m",
    )
