"""Rules for what lies outside of the controller: valves, staging, tank limits, returning temperatures, load, gain."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import Any

import numpy as np
import xarray as xr

from heatsim.analysis.causes.oscillation import wave
from heatsim.analysis.causes.remedies import Kind, Remedy, Situation, replace_unit, set_values
from heatsim.analysis.causes.structure import anatomy, freeze, frozen_with, siblings, value_of
from heatsim.analysis.causes.wording import level, size
from heatsim.analysis.hunting.signals import series
from heatsim.analysis.hunting.vocabulary import Cause
from heatsim.control.staging import StagingLimits
from heatsim.errors import UsageError
from heatsim.fmu.block import split_subscript
from heatsim.system.inputs import read_signals
from heatsim.system.loops import loops_of
from heatsim.system.member import split_path
from heatsim.system.rewiring import in_manual
from heatsim.system.signals import Signal
from heatsim.system.system import System


def valves(s: Situation) -> Iterator[Remedy]:
    """Valve that is too large for its flow, or has no authority: its gain is high where it nearly closes."""
    for path in s.loop.plant:
        unit, variable = split_path(path)
        if unit not in s.system.members or variable.startswith("speed"):
            continue
        member = s.member(unit)
        authority, oversizing = value_of(member, "authority"), value_of(member, "oversizing_valve")
        restored: dict[str, float] = {}
        lines = []
        if authority is not None and authority < s.norms.authority:
            restored["authority"] = float(member.ports["parameters"]["authority"].start or 0.5)
            lines.append(f"the valve has an authority of {authority:.2g} (least: {s.norms.authority:g}, good: 0.5)")
        if oversizing is not None and oversizing > s.norms.oversizing:
            restored["oversizing_valve"] = float(member.ports["parameters"]["oversizing_valve"].start or 1.25)
            lines.append(f"fully open it passes {oversizing:.2g} times the nominal flow (usual: up to 1.5)")
        if not restored:
            continue
        lift = s.wave.command.mean
        far = max(
            0.0 if authority is None else 1.0 - authority / s.norms.authority,
            0.0 if oversizing is None else min(oversizing / s.norms.oversizing - 1.0, 1.0),
        )
        yield Remedy(
            Cause.OVERSIZED_VALVE,
            f"{unit}: valve sized to the flow ({', '.join(f'{n} {v:g}' for n, v in restored.items())})",
            set_values({f"{unit}.{name}": value for name, value in restored.items()}),
            Kind.ELEMENT,
            (f"{'; '.join(lines)}; it works at {100 * lift:.0f} % of its lift",),
            min(max(far, 0.2), 1.0),
        )


def staging(s: Situation) -> Iterator[Remedy]:
    """Machines that start and stop by limits that are closer than usual."""
    member = s.member(s.loop.controller)
    unit: Any = member.unit
    limits = getattr(unit, "limits", None)
    if member.kind != "sampled" or not isinstance(limits, StagingLimits):
        return
    usual = StagingLimits()
    changed = []
    if limits.minimum_on < 0.5 * usual.minimum_on:
        changed.append(f"minimum running time {limits.minimum_on:g} s (usual: {usual.minimum_on:g} s)")
    if limits.minimum_off < 0.5 * usual.minimum_off:
        changed.append(f"minimum standing time {limits.minimum_off:g} s (usual: {usual.minimum_off:g} s)")
    if limits.confirm_time < 0.5 * usual.confirm_time:
        changed.append(f"a wish counts after {limits.confirm_time:g} s (usual: {usual.confirm_time:g} s)")
    if limits.start_above - limits.stop_below < 0.5 * (usual.start_above - usual.stop_below):
        changed.append(f"hysteresis {100 * (limits.start_above - limits.stop_below):.0f} % (usual: 12 %)")
    if limits.restart < 0.5 * (1.0 + usual.restart):
        changed.append(f"a start above {limits.restart:g} times the minimum load (usual: {usual.restart:g})")
    if not changed:
        return
    other = copy.copy(unit)
    other.limits = usual
    yield Remedy(
        Cause.MINIMUM_LOAD,
        f"{s.loop.controller} with the usual staging limits",
        replace_unit(s.loop.controller, other),
        Kind.ELEMENT,
        (f"machines start and stop by limits that are too close: {'; '.join(changed)}",),
        0.25 * len(changed),
    )


def tank_limits(s: Situation) -> Iterator[Remedy]:
    """Charging of the tank that stops and starts at nearly the same state of charge."""
    name = s.loop.controller
    member = s.member(name)
    stop, release = value_of(member, "charge_stop"), value_of(member, "charge_release")
    if stop is None or release is None or stop - release >= s.norms.hysteresis:
        return
    yield Remedy(
        Cause.TANK_CHATTER,
        f"{name}: charging starts again at a state of charge {stop - 0.07:.2f}",
        set_values({f"{name}.charge_release": stop - 0.07}),
        Kind.ELEMENT,
        (
            f"charging stops at a state of charge of {stop:.3f} and starts again at {release:.3f}: a hysteresis of "
            f"{100 * (stop - release):.1f} % (usual: 7 %)",
        ),
        0.7,
    )


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


def _wave(s: Situation, path: str) -> Any:
    try:
        values = series(s.ds, path)
    except UsageError:
        return None  # not kept in the run, so nothing can be said of it
    time = s.ds["time"].values
    inside = (time >= s.span[0]) & (time <= s.span[1])
    return wave(time[inside], values[inside], s.period)


def parallel(s: Situation) -> Iterator[Remedy]:
    """Loops of the same kind on one header: the others are put into manual."""
    others = siblings(s.system, s.loop.loop)
    if not others:
        return
    loops = loops_of(s.system)
    means = {name: float(np.mean(_inside(s, loops[name].command))) for name in others}

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


def _inside(s: Situation, path: str) -> np.ndarray:
    time = s.ds["time"].values
    return series(s.ds, path)[(time >= s.span[0]) & (time <= s.span[1])]


def low_load(s: Situation) -> Iterator[Remedy]:
    """Load far below nominal: it is raised to nominal, and to twice what it is, with its changes as they are."""
    cycling = starts_and_stops(s)
    for name, (nominal, mean) in nominal_loads(s).items():
        if mean >= s.norms.low_load * nominal:
            continue
        # a plant that was not sized for the nominal load may not carry it, and would rest at its limits
        for wanted in (nominal, 2.0 * mean):
            yield Remedy(
                Cause.MINIMUM_LOAD if cycling else Cause.LOW_LOAD,
                f"{name} raised from {size(mean, 'W')} to {size(wanted, 'W')}",
                System.copy,
                Kind.CONDITION,
                (f"{name} is {100 * mean / nominal:.0f} % of its nominal value", *cycling),
                min(1.0, 1.0 - mean / (s.norms.low_load * nominal)),
                inputs=_raised(s, name, wanted - mean),
            )


def starts_and_stops(s: Situation) -> tuple[str, ...]:
    """Lines on sequences that switch machines on and off in the span: their commands count, and reach 0."""
    lines = []
    hours = (s.span[1] - s.span[0]) / 3600.0
    for loop in loops_of(s.system).values():
        command = _inside(s, loop.command)
        counts = bool(np.all(np.abs(command - np.round(command)) < 1e-9))
        starts = int(np.sum((command[:-1] < 0.5) & (command[1:] >= 0.5)))
        if counts and starts >= 2:
            lines.append(f"{loop.name} starts from standstill {starts} times in {hours:.1f} h")
    return tuple(lines)


def nominal_loads(s: Situation) -> dict[str, tuple[float, float]]:
    """System inputs that are powers and whose nominal value their plant knows: name -> (nominal, mean in the span).

    When a plant of the loop has such an input, only those of its plants.
    """
    found: dict[str, tuple[float, float]] = {}
    own: set[str] = set()
    for declared in s.system.inputs.values():
        if declared.unit != "W" or declared.shape or declared.name not in s.ds:
            continue
        for c in s.system.connections:
            unit, variable = split_path(c.target)
            if c.source != declared.name or s.member(unit).kind != "fmu":
                continue
            base = split_subscript(variable)[0]
            stem = base.removesuffix("_demand")
            nominal = value_of(s.member(unit), f"{base}_nominal") or value_of(s.member(unit), f"{stem}_nominal")
            if nominal:
                found[declared.name] = (nominal, float(np.mean(_inside(s, declared.name))))
                if unit in s.loop.units:
                    own.add(declared.name)
                break
    return {name: value for name, value in found.items() if name in own or not own}


def _raised(s: Situation, name: str, by: float) -> dict[str, Any]:
    """Inputs of the case with one of them moved up."""
    given = s.case.inputs
    assert given is not None  # the input is in the run
    wanted = {i.name: (i.unit, i.shape) for i in s.system.inputs.values()}
    signal = read_signals(wanted, given, s.case.start, s.case.stop)[name]
    moved = Signal(signal.times, signal.values + by, signal.interpolation, signal.unit, signal.span)
    rest = {str(key): given[str(key)] for key in given} if not isinstance(given, xr.Dataset) else dict(given.data_vars)
    return {str(key): value for key, value in rest.items() if key in wanted} | {name: moved}


def gain(s: Situation) -> Iterator[Remedy]:
    """Gain that is reduced to a third, and to a tenth."""
    path = s.loop.loop.gain
    if path is None:
        return
    unit, parameter = split_path(path)
    k = value_of(s.member(unit), parameter)
    if k is None or k == 0.0:
        return
    for factor, words in ((3.0, "a third"), (10.0, "a tenth")):
        yield Remedy(
            Cause.TIGHT_TUNING,
            f"{path} reduced to {words} ({k / factor:.3g})",
            set_values({path: k / factor}),
            Kind.TUNING,
            (),
            0.5 if factor == 3.0 else 0.8,
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
