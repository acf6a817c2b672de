"""Tuning advisor: settings of a loop for all its operating points, with the margins before and after."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd
import xarray as xr
from rich.console import Console
from rich.table import Table

from heatsim.analysis.margins import Margins
from heatsim.errors import UsageError
from heatsim.solvers.operating_point import OperatingPoint
from heatsim.solvers.steady import TrimPoint
from heatsim.system.system import System
from heatsim.tuning.plant_response import NoEffect, PlantResponse, plant_response, settings_of, tunable
from heatsim.tuning.process import Process
from heatsim.tuning.reduction import Fit, fit_response
from heatsim.tuning.rules import find_rule
from heatsim.tuning.search import MS_LIMIT, robust_settings
from heatsim.tuning.settings import Settings

_REAL_DELAY = 2.0
"""Dead time (s) that hardly any loop of a plant stays below, with a bus, a controller that ticks, and an actuator."""
_MARGINS = ("stable", "gain_margin", "phase_margin", "delay_margin", "Ms", "w_critical", "w_crossover")


@dataclass(frozen=True)
class PointAdvice:
    """One operating point of a loop.

    Attributes
    ----------
    name
        What distinguishes the point, such as "Q_flow_demand 4e+06".
    fit
        Process model with its error.
    response
        Process by the linear model.
    rule
        Settings that the rule gives for the model.
    scheduled
        The rule's settings with the gain lowered, where needed, until Ms keeps the limit at this point.
    before, after
        Margins by the linear model with the present and the advised settings.
    """

    name: str
    fit: Fit
    response: PlantResponse
    rule: Settings
    scheduled: Settings
    before: Margins
    after: Margins


@dataclass(frozen=True)
class TuningAdvice:
    """Settings for one loop.

    Attributes
    ----------
    loop
        Name of the loop.
    rule
        Name of the rule.
    Ms_limit
        Limit of the maximum sensitivity that the settings keep at every point.
    before, settings
        Present and advised settings.
    points
        One entry for each operating point.
    notes
        What to know before the settings are used.
    """

    loop: str
    rule: str
    Ms_limit: float
    before: Settings
    settings: Settings
    points: tuple[PointAdvice, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def worst(self) -> PointAdvice:
        """The point with the largest Ms under the advised settings."""
        return max(self.points, key=lambda p: p.after.Ms)

    def table(self) -> pd.DataFrame:
        """Return one row for each point: model, its error, rule's settings, margins before and after, in SI units."""
        return pd.DataFrame([_record(point) for point in self.points]).set_index("point")

    def print(self, console: Console | None = None) -> None:
        """Print the advice."""
        (console or Console(width=140, soft_wrap=False)).print(advice_table(self))

    def to_json(self) -> str:
        """Return the advice as JSON, SI units; infinite values are null."""
        record = {
            "loop": self.loop,
            "rule": self.rule,
            "Ms_limit": self.Ms_limit,
            "before": asdict(self.before),
            "settings": asdict(self.settings),
            "points": [_record(point) for point in self.points],
            "notes": list(self.notes),
        }
        return json.dumps(_finite(record), indent=1)

    def apply(self, system: System) -> System:
        """Return a copy of a system with the advised settings in this loop."""
        return apply_settings(system, self.loop, self.settings)


def tune(
    system: System,
    loop: str,
    at: Any,
    rule: str | Callable[[Process], Settings] = "simc",
    *,
    Ms_limit: float = MS_LIMIT,
    delay: float = 0.0,
) -> TuningAdvice:
    """Advise settings of a loop that are robust at all given operating points.

    At each point the process is taken from the linear model with the loop open at its command and the others closed,
    as the controller sees it: with its sensor, its filter and, when it is digital, its sampling. First order with dead
    time is fitted to it around its critical frequency; the rule gives settings for this model. The settings advised
    keep `Ms_limit` at every point by the linear model itself, not by the fitted one (`robust_settings`).

    Parameters
    ----------
    system
        The system.
    loop
        Name of a loop with a PI or PID (see `system.loops`).
    at
        Operating points: a list, or a mapping from names, of inputs (mappings), trim points or single rows of a
        Dataset. Inputs alone are one point.
    rule
        "simc", "amigo", "amigo_pid", "lambda", or a function from a process to `Settings`.
    Ms_limit
        Largest maximum sensitivity at any point.
    delay
        Dead time that the model lacks, s (communication, actuator, half a sample time that a continuous controller
        will have on the plant). It is added to the model and to the margins.

    Returns
    -------
    TuningAdvice
        Points at which the command has no effect (a valve that is fully open) are left out, with a note.

    Raises
    ------
    UsageError
        The loop has no PI, its command has the wrong sign at a point or an effect at none, or the model does not fit.
    SimulationError
        No settings keep the limit at all points.
    """
    found = tunable(system, loop)
    name, function = find_rule(rule)
    if not Ms_limit > 1.0:
        raise UsageError(f"tune: Ms_limit {Ms_limit:g} cannot be kept, Ms is always above 1; 1.4 to 2 is usual")
    if not 0.0 <= delay < math.inf:
        raise UsageError(f"tune: delay {delay:g} must be a time in s, not negative")
    points = named_points(at)
    before = settings_of(system, found)
    responses: dict[str, PlantResponse] = {}
    fits, rules, notes = [], [], []
    for label, where in points.items():
        try:
            response = plant_response(system, loop, where)
            fit = fit_response(response.omega, response.values, before.k)
            given = function(fit.process.delayed(delay))
        except NoEffect as problem:
            notes.append(f"{label}: left out, {problem}")
            continue
        except UsageError as problem:
            raise UsageError(f"tune '{loop}' at {label}: {problem}") from None
        responses[label] = response
        fits.append(fit)
        rules.append(response.base(given))
    if not responses:
        raise UsageError(f"tune '{loop}': it acts at none of the operating points; {notes[0]}")
    seen = list(responses.values())
    settings = robust_settings(rules, seen, Ms_limit, delay)
    advised = []
    for (label, response), fit, given in zip(responses.items(), fits, rules, strict=True):
        own = robust_settings([given], [response], Ms_limit, delay)
        margins = [response.margins(s, delay) for s in (before, settings)]
        advised.append(PointAdvice(label, fit, response, given, own, margins[0], margins[1]))
    for text in dict.fromkeys(response.warning for response in seen if response.warning):
        notes.append(f"{', '.join(n for n, r in responses.items() if r.warning == text)}: {text}")
    shortest = min(fit.process.L for fit in fits) + delay
    if shortest < _REAL_DELAY:
        notes.append(
            f"the model's dead time is only {shortest:.2g} s; give delay= for sampling, communication and actuator of "
            "the real loop, or the settings are too tight for it"
        )
    return TuningAdvice(loop, name, Ms_limit, before, settings, tuple(advised), tuple(notes))


def apply_settings(system: System, loop: str, settings: Settings) -> System:
    """Return a copy of a system with other settings in one loop.

    A tracking time that was the integral time follows it.

    Raises
    ------
    UsageError
        The controller has no derivative action and the settings have.
    """
    found = tunable(system, loop)
    unit = found.command.partition(".")[0]
    values = system.members[unit].parameter_values()
    if settings.Td and "Td" not in values:
        raise UsageError(
            f"loop '{loop}': its controller has no derivative action, the settings have (Td {settings.Td:g} s); "
            "replace it by hs.control.PID, or use a PI rule"
        )
    other = system.copy()
    other.set(f"{unit}.k", settings.k)
    other.set(f"{unit}.Ti", settings.Ti)
    for key in ("Td", "N"):
        if key in values and settings.Td:
            other.set(f"{unit}.{key}", getattr(settings, key))
    if "Td" in values and not settings.Td:
        other.set(f"{unit}.Td", 0.0)
    if "Tt" in values and math.isclose(float(values["Tt"]), float(values["Ti"])):
        other.set(f"{unit}.Tt", settings.Ti)
    return other


def named_points(at: Any) -> dict[str, Any]:
    """Operating points by name; those of a list are named by the inputs in which they differ."""
    if isinstance(at, Mapping):
        if at and all(isinstance(v, Mapping | TrimPoint | OperatingPoint | xr.Dataset) for v in at.values()):
            return dict(at)
        return {"the operating point": at}
    if not isinstance(at, Sequence) or isinstance(at, str):
        return {"the operating point": at}
    if not at:
        raise UsageError("no operating points; give at= a list of inputs")
    if not all(isinstance(v, Mapping) for v in at):
        return {f"point {i}": v for i, v in enumerate(at, start=1)}
    keys = [k for k in at[0] if len({str(point.get(k)) for point in at}) > 1]
    names = [", ".join(f"{k} {_shown(point[k])}" for k in keys) for point in at]
    if len(set(names)) < len(at) or not all(names):
        names = [f"point {i}" for i in range(1, len(at) + 1)]
    return dict(zip(names, at, strict=True))


def _shown(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, int | float) else str(value)


def _record(point: PointAdvice) -> dict[str, Any]:
    process = point.fit.process
    record: dict[str, Any] = {"point": point.name, "gain": process.gain, "T": process.T, "L": process.L}
    record |= {"fit_error": point.fit.error}
    record |= {f"rule_{key}": getattr(point.rule, key) for key in ("k", "Ti", "Td")}
    record |= {f"scheduled_{key}": getattr(point.scheduled, key) for key in ("k", "Ti", "Td")}
    for when, margins in (("before", point.before), ("after", point.after)):
        record |= {f"{key}_{when}": getattr(margins, key) for key in _MARGINS}
    return record


def _finite(value: Any) -> Any:
    """JSON knows no infinity and no NaN."""
    if isinstance(value, dict):
        return {key: _finite(v) for key, v in value.items()}
    if isinstance(value, list):
        return [_finite(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def advice_table(advice: TuningAdvice) -> Table:
    """Table of an advice for the terminal."""
    title = f"{advice.loop}: {advice.before}  ->  {advice.settings}   ({advice.rule}, Ms <= {advice.Ms_limit:g})"
    table = Table(title=title, title_justify="left", caption="\n".join(advice.notes) or None, caption_justify="left")
    for name in ("operating point", "process (fit error)", "rule there", "scheduled", "before", "after"):
        table.add_column(name)
    for point in advice.points:
        process = f"{point.fit.process} ({point.fit.error:.0%})"
        row: tuple[Any, ...] = (process, point.rule, point.scheduled, point.before, point.after)
        mark = " <- worst" if point is advice.worst and len(advice.points) > 1 else ""
        table.add_row(point.name + mark, *(str(cell) for cell in row[:3]), *(_margins(cell) for cell in row[3:]))
    return table


def _margins(margins: Margins) -> str:
    if not margins.stable:
        return "UNSTABLE"
    return f"GM {margins.gain_margin:.3g}, PM {margins.phase_margin:.3g}°, Ms {margins.Ms:.3g}"
