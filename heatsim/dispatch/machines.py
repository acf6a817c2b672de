"""Heat pumps and engine in the optimisation model: how many run, what they give and draw, and how fast they change.

Equal machines are counted instead of told apart: minimum times of counted machines are exact (sums of starts over the
last intervals; Rajan and Takriti, IBM Research Report RC23628, 2005), and nothing is symmetric.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from heatsim.dispatch.commitment import TICK, lengths
from heatsim.dispatch.forecasts import lift
from heatsim.dispatch.frame import MW, MWH, Frame
from heatsim.dispatch.plant import CHP, HeatPumps
from heatsim.dispatch.power import chord, full_load_power, lower_hull, pieces
from heatsim.dispatch.state import LONG_AGO


def add_heat_pumps(frame: Frame, exact: Mapping[str, np.ndarray]) -> tuple[Any, Any, Any, Any]:
    """Add all groups; return heat, electric power, heat recovered, and cost of starts.

    `exact` tells by group in which intervals the power must not rise above its curve, shape (intervals,).
    """
    heat = power = recovered = cost = 0.0
    for group in frame.plant.heat_pumps:
        available = np.floor(group.machines * frame.forecasts["heat_pump_available"].values + TICK)
        state = frame.state
        on, up, down = commitment(
            frame,
            group.name,
            available,
            state.machines_on.get(group.name, 0),
            state.since.get(group.name, ()),
            group.minimum_on,
            group.minimum_off,
            group.machines,
        )
        heat_g = frame.variable(f"Q:{group.name}", "MW", upper=available * group.heat / MW)
        frame.model.add_constraints(heat_g - group.heat / MW * on <= 0.0, name=f"highest_load:{group.name}")
        frame.model.add_constraints(
            heat_g - group.minimum_load * group.heat / MW * on >= 0.0, name=f"lowest_load:{group.name}"
        )
        power_g = _power(frame, group, on, heat_g, exact.get(group.name))
        _ramp(frame, group, on, up, down, heat_g)
        if group.start_energy and np.any(frame.electricity_price() < 0.0):
            _one_way(frame, group, up, down)
        heat, recovered = heat + heat_g, recovered + heat_g - power_g
        extra = group.start_energy / MWH / frame.hours
        power = power + power_g + group.pump * heat_g + extra * up + group.standby * group.machines / MW
        cost = cost + group.start_cost * up.sum()
    return heat, power, recovered, cost


def add_chp(frame: Frame, chp: CHP) -> tuple[Any, Any, Any, Any]:
    """Add the engine; return heat, power, fuel and cost of starts."""
    on, up, _ = commitment(
        frame,
        "chp",
        np.ones(frame.number),
        int(frame.state.chp_on),
        (frame.state.chp_since,),
        chp.minimum_on,
        chp.minimum_off,
        1,
    )
    load = frame.variable("load:chp", "1", upper=1.0)
    frame.model.add_constraints(load - on <= 0.0, name="highest_load:chp")
    frame.model.add_constraints(load - chp.minimum_load * on >= 0.0, name="lowest_load:chp")
    return chp.heat / MW * load, chp.power / MW * load, chp.fuel / MW * load, chp.start_cost * up.sum()


def commitment(
    frame: Frame,
    name: str,
    available: np.ndarray,
    before: int,
    since: tuple[float, ...],
    minimum_on: float,
    minimum_off: float,
    machines: int,
) -> tuple[Any, Any, Any]:
    """Add the number of running machines with starts, stops and minimum times; return the three."""
    if frame.cyclic:
        before, since = 0, ()
    on = frame.variable(f"on:{name}", "1", upper=available, whole=True)
    up = frame.variable(f"up:{name}", "1", upper=machines)
    down = frame.variable(f"down:{name}", "1", upper=machines)
    frame.model.add_constraints(
        on - frame.before(on) - up + down == frame.at_first(float(before)), name=f"switching:{name}"
    )
    # A machine that changed shortly before the horizon keeps its state until its minimum time is over.
    ages = np.array((*since, *([LONG_AGO] * (machines - len(since))))[:machines])
    ahead = frame.time.values[:, None] - frame.time.values[0] + ages
    kept_on = np.sum(ahead[:, :before] < minimum_on - TICK, axis=1)
    kept_off = np.sum(ahead[:, before:] < minimum_off - TICK, axis=1)
    # Machines that are taken away stop at once, and need not start again when they come back.
    kept_on = np.minimum(kept_on, np.minimum.accumulate(available))
    frame.model.add_constraints(
        frame.window(up, lengths(minimum_on, frame.seconds)) - on <= frame.series(-1.0 * kept_on),
        name=f"minimum_on:{name}",
    )
    frame.model.add_constraints(
        frame.window(down, lengths(minimum_off, frame.seconds)) + on <= frame.series(float(machines) - kept_off),
        name=f"minimum_off:{name}",
    )
    return on, up, down


def _power(frame: Frame, group: HeatPumps, on: Any, heat: Any, exact: np.ndarray | None) -> Any:
    """Return the compressors' power of a group: a line, or a variable between a convex curve and its chord."""
    full = frame.series(full_load_power(group, lift(frame.plant, frame.forecasts)) / MW)
    lines = pieces(group)
    per_heat = MW / group.heat

    def line(a: float, b: float) -> Any:
        return full * a * on + full * (b * per_heat) * heat

    if len(lines) == 1:
        return line(*lines[0])
    power = frame.variable(f"P:{group.name}", "MW")
    for k, (a, b) in enumerate(lines):
        frame.model.add_constraints(power - line(a, b) >= 0.0, name=f"power_{k}:{group.name}")
    frame.model.add_constraints(power - line(*chord(group)) <= 0.0, name=f"power_chord:{group.name}")
    if exact is not None and exact.any() and not frame.relax:
        _on_curve(frame, group, power, line, full * group.machines, exact)
    return power


def _on_curve(frame: Frame, group: HeatPumps, power: Any, line: Any, full: Any, exact: np.ndarray) -> None:
    """Keep the power from rising above its curve: it also lies below one of the lines, and whole numbers choose which.

    Where electricity earns money, or more power would replace scarce waste heat, least cost alone does not.
    """
    loads = lower_hull(group)[0]
    a_chord, b_chord = chord(group)
    chosen: Any = 0.0
    for k, (a, b) in enumerate(pieces(group)):
        choice = frame.variable(f"line_{k}:{group.name}", "1", upper=exact.astype(float), whole=True)
        room = float(np.max(a_chord + b_chord * loads - a - b * loads))
        loose = room * full
        frame.model.add_constraints(
            power - line(a, b) + loose * choice <= loose + frame.series(np.where(exact, 0.0, 1.0)) * full,
            name=f"on_line_{k}:{group.name}",
        )
        chosen = chosen + choice
    frame.model.add_constraints(chosen == frame.series(exact.astype(float)), name=f"one_line:{group.name}")


def _ramp(frame: Frame, group: HeatPumps, on: Any, up: Any, down: Any, heat: Any) -> None:
    """Limit the change of a group's heat, where an interval is too short for the whole range.

    A machine starts at its lowest load, then all may change by the ramp; a machine may stop from any load. What it gave
    is lost: the others do not take it over faster than their ramp.
    """
    share = group.ramp * frame.seconds
    if not group.ramp or share >= 1.0 - group.minimum_load:
        return
    size = group.heat / MW
    before, load = frame.state.machines_on.get(group.name, 0), frame.state.load.get(group.name)
    if frame.cyclic:
        before, load = 0, 0.0
    # A machine that is just starting may be below its lowest load.
    begin = frame.at_first(before * size * min(max(load or 0.0, group.minimum_load), 1.0))
    # Where the load before the horizon is not known, the first interval is free.
    free = frame.at_first(0.0 if load is not None else group.machines * size)
    change = heat - frame.before(heat)
    low = group.minimum_load * size
    frame.model.add_constraints(
        change - share * size * on - low * up + low * down <= begin + free, name=f"ramp_up:{group.name}"
    )
    frame.model.add_constraints(
        change + share * size * on - (share * size + low) * up + size * down >= begin - free,
        name=f"ramp_down:{group.name}",
    )
    _one_way(frame, group, up, down)


def _one_way(frame: Frame, group: HeatPumps, up: Any, down: Any) -> None:
    """Let a group start or stop machines in an interval, not both: a swap would be a way around the ramp."""
    turn = frame.variable(f"turn:{group.name}", "1", upper=1.0, whole=True)
    frame.model.add_constraints(up - float(group.machines) * turn <= 0.0, name=f"starts_only:{group.name}")
    frame.model.add_constraints(
        down + float(group.machines) * turn <= float(group.machines), name=f"stops_only:{group.name}"
    )
