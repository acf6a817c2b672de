"""The tank in the optimisation model, and boilers in series behind it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from heatsim.dispatch.forecasts import heat_wanted
from heatsim.dispatch.frame import MW, MWH, Frame, Terms
from heatsim.dispatch.plant import Tank
from heatsim.dispatch.tank_limits import OUTSIDE, usable_range


def add_tank(frame: Frame, tank: Tank, boiler: np.ndarray, final_charge: float | None) -> tuple[np.ndarray, np.ndarray]:
    """Add the tank; return the heat flow into it and the energy at the edges of the intervals."""
    capacity = tank.capacity / MWH
    low, high = _limits(frame, tank)
    low, high = low * capacity, high * capacity
    edges = pd.Index(np.append(frame.time.values, frame.time.values[-1] + frame.seconds), name="time_edge")
    energy = frame.variable("E_tank", "MWh", lower=low, upper=high, index=edges)
    flow = frame.variable("Q_charge", "MW", lower=-tank.discharge_power / MW, upper=tank.charge_power / MW)
    begin, end = energy[:-1], energy[1:]
    # Loss of the mean of both ends.
    half = 0.5 * frame.hours * tank.UA * (tank.T_hot - tank.T_cold) / MW / capacity
    idle = frame.hours * tank.loss(0.0, frame.forecasts["T_outdoor"].values) / MW
    balance: Terms = [(1.0 + half, end), (half - 1.0, begin), (-frame.hours, flow)]
    frame.constrain("tank_balance", balance, "=", -idle)
    if frame.cyclic:
        frame.constrain_total("tank_repeats", [(1.0, energy[-1:]), (-1.0, energy[:1])], "=", 0.0)
    else:
        _outside(frame, tank, flow, energy, low, high)
    if final_charge is not None:
        frame.constrain_total("final_charge", [(1.0, energy[-1:])], ">=", final_charge * capacity)
    if frame.plant.peak.after_tank:
        _boilers_behind(frame, tank, boiler, flow, end, high)
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


def _outside(frame: Frame, tank: Tank, flow: np.ndarray, energy: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
    """Bring a tank that begins outside of its usable range back: below it no discharge, above it no charge.

    A whole number tells whether the tank is still outside; it returns once and for all.
    """
    capacity, charge = tank.capacity / MWH, frame.state.state_of_charge
    begin, end = energy[:-1], energy[1:]
    if tank.charge_min - OUTSIDE <= charge <= tank.charge_max + OUTSIDE:
        return
    below = charge < tank.charge_min
    edge = capacity * (tank.charge_min if below else tank.charge_max)
    # Standing losses alone bring a tank that is too full back.
    possible = np.ones(frame.number) if below else (high[1:] > edge + 1e-9).astype(float)
    outside = frame.variable("tank_outside", "1", upper=possible, whole=True)
    frame.constrain("tank_returns", [(1.0, outside), (-1.0, frame.before(outside))], "<=", frame.at_first(1.0))
    if below:
        most = tank.discharge_power / MW
        frame.constrain("tank_in_range", [(1.0, end), (edge - low[1:], outside)], ">=", edge)
        # It is outside only if it begins the interval below: what was charged beyond is not lost below the range again.
        last = edge - OUTSIDE * capacity
        room = np.maximum(high[:-1] - last, 0.0)
        frame.constrain("tank_still_outside", [(1.0, begin), (room, outside)], "<=", last + room)
        frame.constrain("tank_no_discharge", [(1.0, flow), (-most, outside)], ">=", -most)
    else:
        most = tank.charge_power / MW
        frame.constrain("tank_in_range", [(1.0, end), (edge - high[1:], outside)], "<=", edge)
        frame.constrain("tank_no_charge", [(1.0, flow), (most, outside)], "<=", most)


def _boilers_behind(
    frame: Frame, tank: Tank, boiler: np.ndarray, flow: np.ndarray, end: np.ndarray, high: np.ndarray
) -> None:
    """Let the boilers heat only in intervals at whose end the tank is empty, or that discharge it at its limit."""
    wanted = heat_wanted(frame.plant, frame.forecasts)
    floor = tank.charge_min * tank.capacity / MWH
    # All that boilers behind an empty tank can be asked for: what is wanted, and what the tank loses.
    loss = np.maximum(tank.loss(tank.charge_min, frame.forecasts["T_outdoor"].values), 0.0)
    most = np.minimum(frame.plant.peak.heat, wanted + loss) / MW
    empty = frame.variable("tank_empty", "1", upper=1.0, whole=True)
    room = np.maximum(high[1:] - floor, 0.0)
    frame.constrain("tank_before_peak", [(1.0, end), (room, empty)], "<=", floor + room)
    allowed: Terms = [(-most, empty)]
    scarce = wanted > tank.discharge_power
    if scarce.any():
        limit = frame.variable("tank_at_limit", "1", upper=scarce.astype(float), whole=True)
        span = (tank.charge_power + tank.discharge_power) / MW
        frame.constrain("tank_discharges_all", [(1.0, flow), (span, limit)], "<=", tank.charge_power / MW)
        allowed.append((-most, limit))
    frame.constrain("peak_after_tank", [(1.0, boiler), *allowed], "<=", 0.0)
