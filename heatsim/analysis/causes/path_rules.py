"""Rules for the ways on which loops act on themselves and on each other: returning temperatures, a common header."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import partial

import numpy as np

from heatsim.analysis.causes.oscillation import Wave, wave
from heatsim.analysis.causes.remedies import Kind, Remedy, Situation
from heatsim.analysis.causes.structure import anatomy, freeze, frozen_with, siblings
from heatsim.analysis.causes.wording import level, size
from heatsim.analysis.hunting.vocabulary import Cause
from heatsim.errors import UsageError
from heatsim.fmu.block import split_subscript
from heatsim.system.loops import loops_of
from heatsim.system.member import split_path
from heatsim.system.rewiring import in_manual
from heatsim.system.system import System


def returning_temperature(s: Situation) -> Iterator[Remedy]:
    """Temperature that comes back to the plant or the controller of the loop: it is held at its mean.

    Two ways are cut apart: that of the signal into set point, feed-forward and limits of the controller, and that of
    the water into the plants.
    """
    plants = {split_path(path)[0] for path in s.loop.plant} | {s.loop.measured}
    led = _leads_to(s)
    found = []
    for source in dict.fromkeys(c.source for c in s.system.connections):
        unit, variable = split_path(source)
        if unit not in s.system.members or s.member(unit).kind != "fmu" or source == s.loop.loop.measurement:
            continue
        if s.member(unit).ports["outputs"][variable].unit != "K":
            continue
        targets = [c.target for c in s.system.connections if c.source == source]
        signal = [t for t in targets if t in led]
        water = [t for t in targets if split_path(t)[0] in plants - {unit}]
        if unit in {split_path(path)[0] for path in s.loop.plant}:  # from the actuator to the measurement: no way back
            water = [t for t in water if split_path(t)[0] != s.loop.measured]
        moves = _wave(s, source) if signal or water else None
        if moves is None or moves.amplitude < 0.05 * _temperature(s):
            continue
        if signal:
            found.append((0.8, moves, source, signal, f"the controller {s.loop.controller} is led by {source}, which"))
        if water:
            found.append((0.5, moves, source, water, f"{source}"))
    # the temperatures that swing most, of each way
    for severity, moves, source, targets, who in sorted(found, key=lambda f: (-f[0], -f[1].amplitude))[:3]:
        yield Remedy(
            Cause.RETURN_TEMPERATURE,
            f"{source} held at its mean of {level(moves.mean, 'K')} for {', '.join(targets)}",
            hold(source, moves.mean, targets),
            Kind.PATH,
            (f"{who} comes back with ±{size(moves.amplitude, 'K')} at the period of the oscillation",),
            severity,
        )


def _leads_to(s: Situation) -> set[str]:
    """Inputs, of the controller or of units that pass signals on to it, other than those of its measurement."""
    loops = loops_of(s.system)
    controllers = {split_path(loop.command)[0] for loop in loops.values() if not loop.inside}
    measured = {s.loop.loop.measurement}
    found: set[str] = set()
    waiting = [s.loop.controller] if not s.loop.loop.inside else []
    while waiting:
        name = waiting.pop()
        for c in s.system.connections:
            unit = split_path(c.source)[0]
            if split_path(c.target)[0] != name or c.target in found or unit not in s.system.members:
                continue
            if name == s.loop.controller and c.source in measured:
                continue
            found.add(c.target)
            if s.member(unit).kind != "fmu" and unit not in controllers:
                waiting.append(unit)
    return found


def outer_return(s: Situation) -> Iterator[Remedy]:
    """Loop that leads the temperature of a plant by what comes back from another one further down the water."""
    if not s.loop.inner:
        return
    loops = loops_of(s.system)
    leads = {loops[name].measurement: name for name in s.loop.inner}
    for bond in s.system.bonds.values():
        if bond.kind != "water":
            continue
        outlets = [path for role, path in bond.signals.items() if role.startswith("T[")]
        led = [path for path in outlets if path in leads]
        if s.loop.loop.measurement not in outlets or not led or s.loop.loop.measurement in led:
            continue
        mean = s.wave.command.mean
        unit = s.loop.loop.command_unit
        yield Remedy(
            Cause.RETURN_TEMPERATURE,
            f"set point of {leads[led[0]]} held at {level(mean, unit)} instead of led by {s.loop.loop.measurement}",
            partial(in_manual, loop=s.loop.loop, value=mean),
            Kind.PATH,
            (
                f"{s.loop.loop.name} leads {led[0]} by {s.loop.loop.measurement}, which answers only when the water "
                f"has come back; it swings by ±{size(s.wave.measurement.amplitude, s.loop.loop.unit)}",
            ),
            0.8,
            frozen=(s.loop.loop.name,),
        )


def hold(source: str, value: float, targets: Collection[str]) -> Callable[[System], System]:
    """Change that holds an output at a value for some of the inputs that it drives."""

    def apply(system: System) -> System:
        other = system.copy()
        for c in [c for c in system.connections if c.source == source and c.target in targets]:
            other.disconnect(c.target)
            other.set(c.target, c.factor * value + c.offset)
        # water whose temperature is held no longer carries the heat that the bond accounts for
        for name, bond in system.bonds.items():
            units = {split_path(target)[0] for target in targets}
            if source in bond.signals.values() and any(system.members[unit].kind == "fmu" for unit in units):
                del other.bonds[name]
        return other

    return apply


def _temperature(s: Situation) -> float:
    """Amplitude that a temperature must reach to count: that of the controlled variable when it is one, else 1 K."""
    return s.wave.measurement.amplitude if s.loop.loop.unit == "K" else 1.0


def _wave(s: Situation, path: str) -> Wave | None:
    try:
        return wave(s.inside("time"), s.inside(path), s.period)
    except UsageError:
        return None  # not kept in the run, so nothing can be said of it


def parallel(s: Situation) -> Iterator[Remedy]:
    """Loops of the same kind on one header: the others are put into manual."""
    others = siblings(s.system, s.loop.loop)
    if not others:
        return
    loops = loops_of(s.system)
    means = {name: float(np.mean(s.inside(loops[name].command))) for name in others}

    def apply(system: System) -> System:
        for name in others:
            system = freeze(system, loops[name], {loops[name].command: means[name]})
        return system

    frozen = [other for name in others for other in frozen_with(s.system, loops[name])]
    unit, variable = split_path(s.loop.plant[0])
    yield Remedy(
        Cause.PARALLEL_CDUS,
        f"{', '.join(others)} in manual",
        apply,
        Kind.PATH,
        (
            f"{len(others) + 1} loops move valves on one header ({unit}.{split_subscript(variable)[0]}), "
            f"so each changes the pressure of the others",
        ),
        0.6,
        frozen=tuple(dict.fromkeys(frozen)),
    )


def inner_loops(s: Situation) -> tuple[str, ...]:
    """Loops of a cascade with this one: those that it leads, and those that lead it."""
    loops = loops_of(s.system)
    outer = [
        other.name
        for other in loops.values()
        if other.name != s.loop.loop.name and s.loop.loop.name in anatomy(s.system, other).inner
    ]
    return (*s.loop.inner, *outer)
