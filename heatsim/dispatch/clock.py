"""Time of day on the clock of forecasts."""

from __future__ import annotations

import pandas as pd
import xarray as xr

DAY = 86400.0


def midnight_of(data: xr.Dataset) -> float:
    """Return the midnight at or before t = 0, s: from the attribute `start_time`; without it t = 0 is midnight."""
    if "start_time" not in data.attrs:
        return 0.0
    start = pd.Timestamp(data.attrs["start_time"])
    return -float((start - start.normalize()).total_seconds())


def day_of(data: xr.Dataset) -> xr.DataArray:
    """Return the number of the day of each interval, counted from the midnight at or before t = 0."""
    return ((data["time"] - midnight_of(data)) / DAY + 1e-9) // 1.0
