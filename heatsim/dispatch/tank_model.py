"""The tank in the optimisation model, and boilers in series behind it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from heatsim.dispatch.forecasts import heat_wanted
from heatsim.dispatch.frame import MW, MWH, Frame
from heatsim.dispatch.plant import Tank
from heatsim.dispatch.tank_limits import OUTSIDE, usable_range


def add_tank(frame: Frame, tank: Tank, final_charge: float | None) -> tuple[Any, Any]:
    """Add the tank; return the heat flow into it and the energy at the edges of the intervals."""
    capacity = tank.capacity / MWH
    low, high = _limits(frame, tank)
    edges = pd.Index(np.append(frame.time.values, frame.time.values[-1] + frame.seconds), name="time_edge")
    energy = frame.model.add_variables(
        lower=xr.DataArray(low * capacity, coords={"time_edge": edges}, dims="time_edge"),
        upper=xr.DataArray(high * capacity, coords={"time_edge": edges}, dims="time_edge"),
        name="E_tank",
    )
    energy.attrs["units"] = "MWh"
    flow = frame.variable("Q_charge", "MW", lower=-tank.discharge_power / MW, upper=tank.charge_power / MW)
    begin = _at_interval(frame, energy.isel(time_edge=slice(0, -1)))
    end = _at_interval(frame, energy.isel(time_edge=slice(1, None)))
    idle = frame.series(tank.loss(0.0, frame.forecasts["T_outdoor"].values) / MW)
    per_energy = tank.UA * (tank.T_hot - tank.T_cold) / MW / capacity
    loss = 0.5 * per_energy * (begin + end)
    frame.model.add_constraints(
        end - begin - frame.hours * flow + frame.hours * loss == -frame.hours * idle, name="tank_balance"
    )
    if frame.cyclic:
        ends = (energy.isel(time_edge=k, drop=True) for k in (-1, 0))
        frame.model.add_constraints(next(ends) - next(ends) == 0.0, name="tank_repeats")
    else:
        _outside(frame, tank, flow, end, low * capacity, high * capacity)
    if final_charge is not None:
        frame.model.add_constraints(1.0 * energy.isel(time_edge=-1) >= final_charge * capacity, name="final_charge")
    if frame.plant.peak.after_tank:
        _boilers_behind(frame, tank, flow, end, high * capacity)
    return flow, energy


def _limits(frame: Frame, tank: Tank) -> tuple[np.ndarray, np.ndarray]:
    """Return lowest and highest state of charge at the edges, 1."""
    if frame.cyclic:
        return np.full(frame.number + 1, tank.charge_min), np.full(frame.number + 1, tank.charge_max)
    low, high = usable_range(tank, frame.state.state_of_charge, frame.forecasts)
    if frame.relax and frame.number > 1:
        # A fraction of "not yet charged" would lower the whole range for the whole horizon: not below the first hours.
        low = np.maximum(low, low[min(frame.number, round(_SETTLED / frame.seconds) + 1)])
        low[0] = high[0]
    return low, high


_SETTLED = 86400.0
"""Time in which a relaxed plan has a tank that begins below its usable range decay, s."""


def _at_interval(frame: Frame, edges: Any) -> Any:
    return (1.0 * edges).rename(time_edge="time").assign_coords(time=frame.time)


def _outside(frame: Frame, tank: Tank, flow: Any, end: Any, low: np.ndarray, high: np.ndarray) -> None:
    """Bring a tank that begins outside of its usable range back: below it no discharge, above it no charge.

    A whole number tells whether the tank is still outside; it returns once and for all.
    """
    capacity, charge = tank.capacity / MWH, frame.state.state_of_charge
    if tank.charge_min - OUTSIDE <= charge <= tank.charge_max + OUTSIDE:
        return
    below = charge < tank.charge_min
    edge = capacity * (tank.charge_min if below else tank.charge_max)
    # Standing losses alone bring a tank that is too full back.
    possible = np.ones(frame.number) if below else (high[1:] > edge + 1e-9).astype(float)
    outside = frame.variable("tank_outside", "1", upper=possible, whole=True)
    frame.model.add_constraints(outside - frame.before(outside) <= frame.at_first(1.0), name="tank_returns")
    if below:
        frame.model.add_constraints(
            end + frame.series(edge - low[1:]) * outside >= frame.series(edge), name="tank_in_range"
        )
        limit = tank.discharge_power / MW
        frame.model.add_constraints(flow - limit * outside >= -limit, name="tank_no_discharge")
    else:
        frame.model.add_constraints(
            end - frame.series(high[1:] - edge) * outside <= frame.series(edge), name="tank_in_range"
        )
        limit = tank.charge_power / MW
        frame.model.add_constraints(flow + limit * outside <= limit, name="tank_no_charge")


def _boilers_behind(frame: Frame, tank: Tank, flow: Any, end: Any, high: np.ndarray) -> None:
    """Let the boilers heat only in intervals at whose end the tank is empty, or that discharge it at its limit."""
    capacity = tank.capacity / MWH
    boiler = frame.model.variables["Q_peak"]
    wanted = heat_wanted(frame.plant, frame.forecasts)
    floor = tank.charge_min * capacity
    # All that boilers behind an empty tank can be asked for: what is wanted, and what the tank loses.
    loss = np.maximum(tank.loss(tank.charge_min, frame.forecasts["T_outdoor"].values), 0.0)
    most = frame.series(np.minimum(frame.plant.peak.heat, wanted + loss) / MW)
    empty = frame.variable("tank_empty", "1", upper=1.0, whole=True)
    room = frame.series(np.maximum(high[1:] - floor, 0.0))
    frame.model.add_constraints(end + room * empty <= frame.series(floor) + room, name="tank_before_peak")
    allowed: Any = most * empty
    scarce = wanted > tank.discharge_power
    if scarce.any():
        full = frame.variable("tank_at_limit", "1", upper=scarce.astype(float), whole=True)
        span = (tank.charge_power + tank.discharge_power) / MW
        frame.model.add_constraints(flow + span * full <= tank.charge_power / MW, name="tank_discharges_all")
        allowed = allowed + most * full
    frame.model.add_constraints(boiler - allowed <= 0.0, name="peak_after_tank")
