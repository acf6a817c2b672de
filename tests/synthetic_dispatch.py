"""A made-up result of the dispatch study: rules walked forward on a small plant, no simulation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import xarray as xr

from heatsim.dispatch.forecasts import check
from heatsim.dispatch.gap import gap
from heatsim.dispatch.plant import DispatchPlant, HeatPumps, Tariff
from heatsim.dispatch.policies import FollowDemand, PriceThreshold
from heatsim.dispatch.state import DispatchState
from heatsim.study.dispatch_runs import PolicyRun
from heatsim.study.storage_dispatch import DispatchResult, StorageDispatch

START = "2020-04-20T00:00:00"
GOOD = {
    "chip_max": (51.0, "degC"),
    "chip_violation": (0.0, "K.h"),
    "tcs_supply_max": (35.0, "degC"),
    "tcs_supply_violation": (0.0, "K.h"),
    "hall_air_max": (26.0, "degC"),
    "hall_air_violation": (0.0, "K.h"),
    "network_supply_min": (73.0, "degC"),
    "network_supply_violation": (0.0, "K.h"),
}


def some_forecasts(hours: int = 48) -> xr.Dataset:
    """Return a demand with a morning peak and prices from -20 to 60 EUR/MWh."""
    time = 3600.0 * np.arange(hours)
    day = 2.0 * np.pi * np.arange(hours) / 24.0
    values = {
        "Q_flow_demand": (6e6 + 2e6 * np.cos(day - 2.0), "W"),
        "P_IT": (np.full(hours, 7e6), "W"),
        "T_outdoor": (np.full(hours, 283.15), "K"),
        "price_electricity": ((20.0 + 40.0 * np.cos(day - 5.0)) / 3.6e9, "EUR/J"),
        "price_gas": (np.full(hours, 30.0 / 3.6e9), "EUR/J"),
    }
    data = {name: ("time", one, {"units": units, "long_name": name}) for name, (one, units) in values.items()}
    return check(xr.Dataset(data, coords={"time": time}, attrs={"step": 3600.0, "start_time": START}))


def layers(schedule: xr.Dataset, step: float = 900.0, number: int = 12) -> xr.Dataset:
    """Return a run with layer temperatures that hold the state of charge of a schedule, K."""
    edges = schedule["time_edge"].values
    time = np.append(np.arange(edges[0], edges[-1], step), edges[-1])
    charge = np.interp(time, edges, schedule["state_of_charge"].values)
    depth = (np.arange(number) + 0.5) / number
    hot = np.clip((charge[:, None] - depth[None, :]) * number + 0.5, 0.0, 1.0)
    dims = ("time", "storage.layer")
    temperature = (dims, 318.15 + 30.0 * hot, {"units": "K", "long_name": "Water"})
    return xr.Dataset({"storage.T": temperature}, coords={"time": time}, attrs={"start_time": START})


def made_up_result(hours: int = 48, *, policies: tuple[str, ...] = ("no_tank", "perfect_foresight")) -> DispatchResult:
    """Return a result in which the plant did what was planned; the second policy follows the price."""
    known = some_forecasts(hours)
    plant = DispatchPlant(heat_pumps=(HeatPumps(start_cost=20.0),), tariff=Tariff(grid_charge=10.0 / 3.6e9))
    bare = replace(plant, tank=None)
    state = DispatchState(machines_on={"heat_pump": 2})
    runs, gaps = {}, {}
    for name in policies:
        own = bare if name == "no_tank" else plant
        rule = FollowDemand(own) if name in ("no_tank", "follow_demand") else PriceThreshold(own)
        planned = rule.plan(state, known).assign_attrs(policy=name, start_time=START)
        runs[name] = PolicyRun(
            policy=name,
            plant=own,
            planned=planned,
            realised=planned.copy(deep=True),
            run=layers(planned),
            figures=dict(GOOD),
            energy_residual=1e-7,
            unmet=0.0,
            interventions={},
            failures={},
            plans=1,
            seconds=1.0,
        )
        gaps[name] = gap(planned, runs[name].realised, plant=own, forecasts=known)
    options = StorageDispatch(start=START, stop=3600.0 * hours, policies=policies)
    return DispatchResult(options, ("series: made up",), (), plant, known, runs, gaps, {})
