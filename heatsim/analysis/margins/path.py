"""What on the way of a loop makes its linear model hold in one direction only, in one line."""

from __future__ import annotations

import math

import numpy as np
import scipy.linalg as sl

from heatsim.analysis.linear_kinks import Kink
from heatsim.analysis.linear_sampling import left_out
from heatsim.analysis.linear_system import LinearPlant
from heatsim.analysis.margins.curve import Margins
from heatsim.analysis.margins.model import LoopModel
from heatsim.system.system import System

_MOST = 3
_MATTERS = 0.05
"""Relative change of the process near crossover above which a kink is named."""


def units_on_path(system: System, loop: str) -> list[str]:
    """Units between a loop's command and its measurement, without going through other controllers; then its own."""
    found = system.loops[loop]
    own = found.command.partition(".")[0]
    controllers = {other.command.partition(".")[0] for other in system.loops.values() if not other.inside} - {own}
    after: dict[str, set[str]] = {}
    before: dict[str, set[str]] = {}
    for c in system.connections:
        source, target = c.source.partition(".")[0], c.target.partition(".")[0]
        if source in controllers or target in controllers or source not in system.members:
            continue
        after.setdefault(source, set()).add(target)
        before.setdefault(target, set()).add(source)
    begins = {target.partition(".")[0] for target in found.drives} - controllers
    ends = {found.measurement.partition(".")[0]} - controllers
    forward, backward = _reach(begins, after, own), _reach(ends, before, own)
    return [name for name in system.members if name in forward & backward] + [own]


def _reach(begin: set[str], edges: dict[str, set[str]], own: str) -> set[str]:
    seen, todo = set(begin), list(begin)
    while todo:
        for other in edges.get(todo.pop(), set()):
            if other not in seen and other != own:
                seen.add(other)
                todo.append(other)
    return seen


def warning_for(model: LoopModel, loop: str, margins: Margins, open_ended: bool) -> str:
    """One line about limits, kinks and held units on the path of a loop; empty when there are none."""
    path = units_on_path(model.system, loop)
    found = []
    limit = _at_limit(model, loop)
    if limit:
        found.append(limit)
    if open_ended:
        found.append(_inert(model, loop) or "what the command drives does not reach the measurement here")
    held = [f"{name} ({why})" for name, why in model.held.items() if name in path]
    if held:
        found.append("held, without a linear model: " + "; ".join(held))
    left = [f"{p.member.name}.{name}" for p in model.parts if p.member.name in path for name in left_out(p.member)]
    if left:
        found.append(f"left out: {', '.join(left)}, whose effect only a simulation shows")
    kinks = [kink for kink in model.kinks if kink.unit in path]
    names = [] if open_ended else _that_matter(model, loop, kinks, margins)
    if names:
        shown = ", ".join(names[:_MOST]) + (f" and {len(names) - _MOST} more" if len(names) > _MOST else "")
        found.append(f"on a limit or ramp of {shown}: the margins hold in one direction only")
    return "; ".join(found)


def _that_matter(model: LoopModel, loop: str, kinks: list[Kink], margins: Margins) -> list[str]:
    """Kinks that change the process of a loop near its crossover: `unit.variable`, the largest first.

    With the slopes of the other side, the rate r changes by (up - down) times the variable that has the kink. The
    process P from command to measurement then changes by the response from that rate to the measurement, times the
    response of the variable to the command.
    """
    if not kinks:
        return []
    i = model.index(loop)
    plant = model.scaled({loop: 0.0}, probed=True)
    scale = plant.nominal
    a, b = plant.derivative.x * scale / scale[:, None], plant.derivative.q / scale[:, None]
    channel = model.measured[i]
    row = plant.signals[channel.index]
    measured, direct = (np.eye(len(scale))[channel.index], 0.0 * row.q) if channel.kind == "state" else (row.x, row.q)
    states = {name: k for k, name in enumerate(plant.states)}
    inputs = {name: k for k, name in enumerate(model.places.inputs)}
    probes = {name: len(model.channels) + k for k, name in enumerate(model.probes)}
    worst: dict[str, float] = {}
    for omega in {margins.w_critical, margins.w_crossover, margins.w_Ms}:
        if not omega > 0:
            continue
        factors = sl.lu_factor(1j * omega * np.eye(len(scale)) - a)
        x = scale * sl.lu_solve(factors, b[:, i])
        back = sl.lu_solve(factors, measured * scale, trans=1)
        given = back @ b + direct
        for kink in kinks:
            path = f"{kink.unit}.{kink.column}"
            moved = x[states[path]] if path in states else _input(plant, inputs[path], x, i)
            for rate, (up, down) in kink.rows.items():
                if rate.startswith("der("):
                    k = states[f"{kink.unit}.{rate[4:-1]}"]
                    reached = back[k] / scale[k]
                else:
                    reached = given[probes[f"{kink.unit}.{rate}"]]
                change = abs(reached * (up - down) * moved) / max(abs(given[i]), 1e-300)
                worst[path] = max(worst.get(path, 0.0), change)
    return [path for path, size in sorted(worst.items(), key=lambda item: -item[1]) if size > _MATTERS]


def _input(plant: LinearPlant, k: int, x: np.ndarray, i: int) -> complex:
    """Movement of an input of a unit with the states and disturbance i."""
    return complex(plant.inputs.x[k] @ x + plant.inputs.q[k, i])


def _inert(model: LoopModel, loop: str) -> str:
    """Why the controller does not act on its measurement, where it is that."""
    unit = model.loops[loop].command.partition(".")[0]
    inputs, values = model.inputs_of(unit), model.system.members[unit].parameter_values()
    if inputs.get("manual", 0.0) > 0.5:
        return "the controller is in manual"
    band = values.get("dead_band", 0.0)
    if band > 0.0 and abs(inputs["setpoint"] - inputs["measurement"]) <= band:
        return f"the error lies within the dead band of {band:g}, where the controller does not act"
    return ""


def _at_limit(model: LoopModel, loop: str) -> str:
    """Whether the command stands at one of its limits, where both sides are the linear model of another loop."""
    values = _values(model)
    found = model.loops[loop]
    command = values.get(found.command, math.nan)
    for limit, word in ((found.y_min, "lower"), (found.y_max, "upper")):
        value = values.get(limit, math.nan) if isinstance(limit, str) else limit
        if value is not None and abs(command - value) <= 1e-6 * max(1.0, abs(value)):
            return f"the command stands at its {word} limit"
    return ""


def _values(model: LoopModel) -> dict[str, float]:
    composite, point = model.composite, model.point
    y = np.asarray(composite.output(point.time, point.x, np.nan_to_num(point.u))).ravel()
    return dict(zip(composite.outputs, y.tolist(), strict=True)) | dict(
        zip(composite.externals, point.u.tolist(), strict=True)
    )
