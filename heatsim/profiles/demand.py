"""Built-in heat demand of a district: space heating by the outdoor temperature and hot water by the clock."""

from __future__ import annotations

import numpy as np
import xarray as xr

from heatsim.errors import UsageError
from heatsim.profiles.series import Start, hour_of_day, knots, make_series, seconds, value_at
from heatsim.units import parse_quantity

# Relative to the hour of the highest value; typical of many dwellings together: a morning and an evening peak, a night
# setback in the heating.
_HEATING = np.array(
    [
        [0.78, 0.77, 0.77, 0.79, 0.84, 0.93, 1.00, 1.00, 0.97, 0.93, 0.90, 0.88],
        [0.87, 0.86, 0.86, 0.87, 0.89, 0.92, 0.94, 0.94, 0.92, 0.89, 0.85, 0.81],
    ]
).ravel()
_HOT_WATER = np.array(
    [
        [0.18, 0.10, 0.08, 0.08, 0.14, 0.40, 0.85, 1.00, 0.85, 0.65, 0.55, 0.52],
        [0.55, 0.50, 0.42, 0.42, 0.50, 0.65, 0.85, 0.92, 0.85, 0.70, 0.50, 0.30],
    ]
).ravel()


def heat_demand(
    *,
    T_outdoor: xr.DataArray,
    duration: str | float = "24h",
    start: Start = "2020-01-15",
    peak: str | float = 14e6,
    T_design: float = 261.15,
    T_heating_limit: float = 288.15,
    hot_water_share: float = 0.2,
    step: float = 900.0,
) -> xr.DataArray:
    """Return the heat demand of a district over a window.

    Parameters
    ----------
    T_outdoor : xr.DataArray
        Outdoor temperature (K) over the window.
    duration, start
        Window: length (`"24h"`, s) and clock time of t = 0.
    peak : str or float
        Demand at the design temperature in the hour of the highest load (`"14MW"`, W); never exceeded, because
        heating systems do not grow beyond their design.
    T_design : float
        Outdoor temperature at which the peak is reached (K).
    T_heating_limit : float
        Outdoor temperature above which no space is heated (K).
    hot_water_share : float
        Weight of hot water at its daily peak against space heating at its peak, 0 to 1.
    step : float
        Step between knots (s).

    Returns
    -------
    xr.DataArray
        `Q_flow_demand` in W, linear.

    Notes
    -----
    Q = peak ((1 - w) (T_limit - T)/(T_limit - T_design) f_heating(h) + w f_water(h)) / n, the linear energy signature
    of buildings with the fraction held between 0 and 1; n makes the largest hour at T_design equal to the peak.
    """
    maximum = parse_quantity(peak, "W")
    if not maximum > 0:
        raise UsageError(f"peak is {maximum:g} W; give a positive heat flow")
    if not 0.0 <= hot_water_share <= 1.0:
        raise UsageError(f"hot_water_share is {hot_water_share:g}; give a share from 0 to 1")
    if not T_design < T_heating_limit:
        raise UsageError(f"T_design {T_design:g} K is not below T_heating_limit {T_heating_limit:g} K")
    time = knots(seconds(duration), step)
    fraction = np.clip((T_heating_limit - value_at(T_outdoor, time)) / (T_heating_limit - T_design), 0.0, 1.0)
    hours = hour_of_day(start, time)
    heating = np.interp(hours, np.arange(24.0), _HEATING, period=24)
    water = np.interp(hours, np.arange(24.0), _HOT_WATER, period=24)
    largest = np.max((1.0 - hot_water_share) * _HEATING + hot_water_share * _HOT_WATER)
    demand = maximum * ((1.0 - hot_water_share) * fraction * heating + hot_water_share * water) / largest
    return make_series(
        time,
        demand,
        name="Q_flow_demand",
        units="W",
        long_name="Heat demand of the district",
        interpolation="linear",
        start=start,
        source="built-in energy signature with hot water",
    )
