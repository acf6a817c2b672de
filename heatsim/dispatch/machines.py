"""Heat pumps and engine in the optimisation model: how many run, what they give and draw, and how fast they change.

Equal machines are counted instead of told apart: minimum times of counted machines are exact (sums of starts over the
last intervals; Rajan and Takriti, IBM Research Report RC23628, 2005), and nothing is symmetric.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from heatsim.dispatch.commitment import TICK, lengths
from heatsim.dispatch.forecasts import lift
from heatsim.dispatch.frame import MW, MWH, Frame, Terms, scaled
from heatsim.dispatch.plant import CHP, HeatPumps
from heatsim.dispatch.power import chord, full_load_power, lower_hull, pieces
from heatsim.dispatch.state import LONG_AGO


def add_heat_pumps(frame: Frame, exact: Mapping[str, np.ndarray]) -> tuple[Terms, Terms, Terms, Terms]:
    """Add all groups; return heat, electric power less standby, heat recovered, and cost of starts.

    `exact` tells by group in which intervals the power must not rise above its curve, shape (intervals,).
    """
    heat: Terms = []
    power: Terms = []
    recovered: Terms = []
    cost: Terms = []
    for group in frame.plant.heat_pumps:
        available = np.floor(group.machines * frame.forecasts["heat_pump_available"].values + TICK)
        state, size = frame.state, group.heat / MW
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
        own = frame.variable(f"Q:{group.name}", "MW", upper=available * size)
        frame.constrain(f"highest_load:{group.name}", [(1.0, own), (-size, on)], "<=", 0.0)
        frame.constrain(f"lowest_load:{group.name}", [(1.0, own), (-group.minimum_load * size, on)], ">=", 0.0)
        compressors = _power(frame, group, on, own, exact.get(group.name))
        _ramp(frame, group, on, up, down, own)
        if group.start_energy and np.any(frame.electricity_price() < 0.0):
            _one_way(frame, group, up, down)
        heat.append((1.0, own))
        recovered += [(1.0, own), *scaled(compressors, -1.0)]
        power += [*compressors, (group.pump, own), (group.start_energy / MWH / frame.hours, up)]
        cost.append((group.start_cost, up))
    return heat, power, recovered, cost


def add_chp(frame: Frame, chp: CHP) -> tuple[np.ndarray, Terms]:
    """Add the engine; return its load and the cost of its starts."""
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
    frame.constrain("highest_load:chp", [(1.0, load), (-1.0, on)], "<=", 0.0)
    frame.constrain("lowest_load:chp", [(1.0, load), (-chp.minimum_load, on)], ">=", 0.0)
    return load, [(chp.start_cost, up)]


def commitment(
    frame: Frame,
    name: str,
    available: np.ndarray,
    before: int,
    since: tuple[float, ...],
    minimum_on: float,
    minimum_off: float,
    machines: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Add the number of running machines with starts, stops and minimum times; return the three."""
    if frame.cyclic:
        before, since = 0, ()
    on = frame.variable(f"on:{name}", "1", upper=available, whole=True)
    up = frame.variable(f"up:{name}", "1", upper=machines)
    down = frame.variable(f"down:{name}", "1", upper=machines)
    switching: Terms = [(1.0, on), (-1.0, frame.before(on)), (-1.0, up), (1.0, down)]
    frame.constrain(f"switching:{name}", switching, "=", frame.at_first(float(before)))
    # A machine that changed shortly before the horizon keeps its state until its minimum time is over.
    ages = np.array((*since, *([LONG_AGO] * (machines - len(since))))[:machines])
    ahead = frame.time.values[:, None] - frame.time.values[0] + ages
    kept_on = np.sum(ahead[:, :before] < minimum_on - TICK, axis=1)
    kept_off = np.sum(ahead[:, before:] < minimum_off - TICK, axis=1)
    # Machines that are taken away stop at once, and need not start again when they come back.
    kept_on = np.minimum(kept_on, np.minimum.accumulate(available))
    started = frame.window(up, lengths(minimum_on, frame.seconds))
    stopped = frame.window(down, lengths(minimum_off, frame.seconds))
    frame.constrain(f"minimum_on:{name}", [*started, (-1.0, on)], "<=", -1.0 * kept_on)
    frame.constrain(f"minimum_off:{name}", [*stopped, (1.0, on)], "<=", float(machines) - kept_off)
    return on, up, down


def _power(frame: Frame, group: HeatPumps, on: np.ndarray, heat: np.ndarray, exact: np.ndarray | None) -> Terms:
    """Return the compressors' power of a group: a line, or a variable between a convex curve and its chord."""
    full = full_load_power(group, lift(frame.plant, frame.forecasts)) / MW
    lines = pieces(group)

    def line(a: float, b: float) -> Terms:
        return [(full * a, on), (full * b * MW / group.heat, heat)]

    if len(lines) == 1:
        return line(*lines[0])
    power = frame.variable(f"P:{group.name}", "MW")
    above = [[(1.0, power), *scaled(line(a, b), -1.0)] for a, b in lines]
    for k, terms in enumerate(above):
        frame.constrain(f"power_{k}:{group.name}", terms, ">=", 0.0)
    frame.constrain(f"power_chord:{group.name}", [(1.0, power), *scaled(line(*chord(group)), -1.0)], "<=", 0.0)
    if exact is not None and exact.any() and not frame.relax:
        _on_curve(frame, group, above, full * group.machines, exact)
    return [(1.0, power)]


def _on_curve(frame: Frame, group: HeatPumps, above: list[Terms], full: np.ndarray, exact: np.ndarray) -> None:
    """Keep the power from rising above its curve: it also lies below one of the lines, and whole numbers choose which.

    Where electricity earns money, or more power would replace scarce waste heat, least cost alone does not. `above` is
    the power less each line.
    """
    loads = lower_hull(group)[0]
    a_chord, b_chord = chord(group)
    chosen: Terms = []
    for k, (a, b) in enumerate(pieces(group)):
        choice = frame.variable(f"line_{k}:{group.name}", "1", upper=exact.astype(float), whole=True)
        loose = float(np.max(a_chord + b_chord * loads - a - b * loads)) * full
        # Where it need not be exact, the chord alone is the limit.
        frame.constrain(f"on_line_{k}:{group.name}", [*above[k], (np.where(exact, loose, 0.0), choice)], "<=", loose)
        chosen.append((1.0, choice))
    frame.constrain(f"one_line:{group.name}", chosen, "=", exact.astype(float))


def _ramp(frame: Frame, group: HeatPumps, on: np.ndarray, up: np.ndarray, down: np.ndarray, heat: np.ndarray) -> None:
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
    change: Terms = [(1.0, heat), (-1.0, frame.before(heat))]
    ramp, low = share * size, group.minimum_load * size
    rise = [*change, (-ramp, on), (-low, up), (low, down)]
    fall = [*change, (ramp, on), (-ramp - low, up), (size, down)]
    frame.constrain(f"ramp_up:{group.name}", rise, "<=", begin + free)
    frame.constrain(f"ramp_down:{group.name}", fall, ">=", begin - free)
    _one_way(frame, group, up, down)


def _one_way(frame: Frame, group: HeatPumps, up: np.ndarray, down: np.ndarray) -> None:
    """Let a group start or stop machines in an interval, not both: a swap would be a way around the ramp."""
    if f"turn:{group.name}" in frame.model.variables:
        return
    turn, most = frame.variable(f"turn:{group.name}", "1", upper=1.0, whole=True), float(group.machines)
    frame.constrain(f"starts_only:{group.name}", [(1.0, up), (-most, turn)], "<=", 0.0)
    frame.constrain(f"stops_only:{group.name}", [(1.0, down), (most, turn)], "<=", most)
