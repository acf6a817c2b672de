"""Rules for what lies outside of the controller: valves, staging, limits of the tank, load; and for the gain."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import numpy as np
import xarray as xr

from heatsim.analysis.causes.remedies import Kind, Remedy, Situation, replace_unit, set_values
from heatsim.analysis.causes.wording import size
from heatsim.analysis.hunting.vocabulary import Cause
from heatsim.control.staging import StagingLimits
from heatsim.fmu.block import split_subscript
from heatsim.system.inputs import read_signals
from heatsim.system.loops import loops_of
from heatsim.system.member import split_path
from heatsim.system.signals import Signal
from heatsim.system.system import System


def valves(s: Situation) -> Iterator[Remedy]:
    """Valve that is too large for its flow, or has no authority: its gain is high where it nearly closes."""
    for path in s.loop.plant:
        unit, variable = split_path(path)
        if unit not in s.system.members or variable.startswith("speed"):
            continue
        member = s.member(unit)
        authority, oversizing = member.parameter_value("authority"), member.parameter_value("oversizing_valve")
        restored: dict[str, float] = {}
        lines = []
        if authority is not None and authority < s.norms.authority:
            restored["authority"] = s.norms.good_authority
            usual = f"least: {s.norms.authority:g}, good: {s.norms.good_authority:g}"
            lines.append(f"the valve has an authority of {authority:.2g} ({usual})")
        if oversizing is not None and oversizing > s.norms.oversizing:
            restored["oversizing_valve"] = s.norms.good_oversizing
            lines.append(
                f"fully open it passes {oversizing:.2g} times the nominal flow (usual: up to {s.norms.oversizing:g})"
            )
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
    stop, release = member.parameter_value("charge_stop"), member.parameter_value("charge_release")
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
        command = s.inside(loop.command)
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
            nominal = s.member(unit).parameter_value(f"{base}_nominal") or s.member(unit).parameter_value(
                f"{stem}_nominal"
            )
            if nominal:
                found[declared.name] = (nominal, float(np.mean(s.inside(declared.name))))
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
    k = s.member(unit).parameter_value(parameter)
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
