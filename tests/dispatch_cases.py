"""Small dispatch cases for tests: forecasts from numbers in MW and EUR/MWh, and plants of round numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from heatsim.dispatch.forecasts import check
from heatsim.dispatch.plant import Curve, DispatchPlant, Hall, HeatPumps, Network, PeakPlant, Tank

MW = 1e6
MWH = 3.6e9
PER_MWH = 1.0 / MWH


def given(
    demand: Any,
    *,
    IT: Any = 100.0,
    price: Any = 30.0,
    gas: Any = 40.0,
    step: float = 3600.0,
    start: float = 0.0,
    co2: Any = 400.0,
    T_outdoor: float = 318.15,
    **optional: Any,
) -> xr.Dataset:
    """Return forecasts: demand and IT power in MW, prices in EUR/MWh, CO2 of electricity in kg/MWh.

    Outdoor air is as warm as an empty tank, so that a tank whose UA is zero loses nothing at all.
    """
    number = np.size(demand)
    units = {
        "Q_flow_demand": (MW, "W"),
        "P_IT": (MW, "W"),
        "T_outdoor": (1.0, "K"),
        "price_electricity": (PER_MWH, "EUR/J"),
        "price_gas": (PER_MWH, "EUR/J"),
        "co2_electricity": (PER_MWH, "kg/J"),
        "T_source": (1.0, "K"),
        "T_sink": (1.0, "K"),
        "heat_pump_available": (1.0, "1"),
    }
    values = {
        "Q_flow_demand": demand,
        "P_IT": IT,
        "T_outdoor": T_outdoor,
        "price_electricity": price,
        "price_gas": gas,
        "co2_electricity": co2,
        **optional,
    }
    data = {
        name: (
            "time",
            np.broadcast_to(np.asarray(value, dtype=float) * units[name][0], number),
            {"units": units[name][1]},
        )
        for name, value in values.items()
    }
    time = ("time", start + step * np.arange(number), {"units": "s"})
    return check(xr.Dataset(data, coords={"time": time}, attrs={"step": step}))


def simple(**changes: Any) -> DispatchPlant:
    """Return a plant of round numbers.

    Two heat pumps of 4 MW with a COP of 4, a lowest load of a half and power proportional to load, a tank of 10 MWh
    without loss, boilers of 20 MW and efficiency 1, no losses, no auxiliary power.
    """
    parts: dict[str, Any] = {
        "hall": Hall(heat_base=0.0, heat_per_power=1.0, rejection_power=0.0),
        "heat_pumps": (pumps(),),
        "tank": store(10.0),
        "peak": PeakPlant(heat=20e6, efficiency=1.0),
        "network": Network(),
    }
    return DispatchPlant(**(parts | changes))


def pumps(**changes: Any) -> HeatPumps:
    """Return the heat pumps of `simple`."""
    values: dict[str, Any] = {
        "machines": 2,
        "heat": 4e6,
        "minimum_load": 0.5,
        "COP": Curve((45.0,), (4.0,)),
        "part_load": Curve((0.5, 1.0), (0.5, 1.0)),
        "standby": 0.0,
        "minimum_on": 0.0,
        "minimum_off": 0.0,
    }
    return HeatPumps(**(values | changes))


def store(capacity: float, **changes: Any) -> Tank:
    """Return a tank of a capacity in MWh, all of which is usable, without loss."""
    one = Tank(volume=1.0)
    values: dict[str, Any] = {
        "volume": capacity * MWH / one.capacity,
        "UA": 0.0,
        "charge_min": 0.0,
        "charge_max": 1.0,
        "charge_power": 100e6,
        "discharge_power": 100e6,
    }
    return Tank(**(values | changes))
