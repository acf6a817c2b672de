"""What on the way of a loop makes its linear model hold in one direction only, in one line."""

from __future__ import annotations

import math

from heatsim.analysis.margins.model import LoopModel
from heatsim.system.system import System

_MOST = 3


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


def warning_for(model: LoopModel, loop: str) -> str:
    """One line about limits, kinks and held units on the path of a loop; empty when there are none."""
    path = units_on_path(model.system, loop)
    found = []
    limit = _at_limit(model, loop)
    if limit:
        found.append(limit)
    held = [name for name in model.held if name in path]
    if held:
        found.append("held, without a linear model: " + ", ".join(held))
    texts = [text for text in model.kinks if text.partition(":")[0] in path]
    kinks: dict[str, list[str]] = {}
    for text in texts:
        unit, _, rest = text.partition(": ")
        kinks.setdefault(unit, []).append(rest.split(" changes by ")[0])
    if kinks:
        parts = []
        for unit, rows in kinks.items():
            shown = ", ".join(dict.fromkeys(rows[:_MOST]))
            parts.append(f"{unit} ({shown}{', ...' if len(rows) > _MOST else ''})")
        found.append("the point lies on a limit or ramp of " + "; ".join(parts) + ", the margins hold in one direction")
    return "; ".join(found)


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
    import numpy as np

    composite, point = model.composite, model.point
    y = np.asarray(composite.output(point.time, point.x, np.nan_to_num(point.u))).ravel()
    return dict(zip(composite.outputs, y.tolist(), strict=True)) | dict(
        zip(composite.externals, point.u.tolist(), strict=True)
    )
