"""Tuning advisor: settings of a loop for all its operating points, with the margins before and after."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import pandas as pd
from rich.console import Console

from heatsim.analysis.margins import Margins
from heatsim.case import Case
from heatsim.errors import UsageError, near_miss
from heatsim.system.system import System
from heatsim.tuning.applying import apply_schedule, apply_settings
from heatsim.tuning.comparison import Comparison, compare
from heatsim.tuning.plant_response import NoEffect, PlantResponse, plant_response, settings_of, tunable
from heatsim.tuning.points import named_points
from heatsim.tuning.process import Process
from heatsim.tuning.reduction import Fit, fit_response
from heatsim.tuning.report import advice_table, finite, point_record
from heatsim.tuning.rules import find_rule
from heatsim.tuning.search import MS_LIMIT, robust_settings
from heatsim.tuning.settings import Settings

_DISTINCT = 0.01
"""Points of a schedule are farther apart than this share of its range."""
_REAL_DELAY = 2.0
"""Dead time (s) that hardly any loop of a plant stays below, with a bus, a controller that ticks, and an actuator."""


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
        return pd.DataFrame([point_record(point) for point in self.points]).set_index("point")

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
            "points": [point_record(point) for point in self.points],
            "notes": list(self.notes),
        }
        return json.dumps(finite(record), indent=1)

    def apply(self, system: System) -> System:
        """Return a copy of a system with the advised settings in this loop."""
        return apply_settings(system, self.loop, self.settings)

    def schedule(self, variable: str) -> list[tuple[float, float, float]]:
        """Gain schedule over a signal: (its value, factor on k, factor on Ti) at each point, in rising order.

        The factors take the advised settings to those scheduled for the point, so `hs.control.GainSchedule` takes the
        list as it is. Between the points it is a straight line: take them so close that neighbors differ by less than
        the gain margin.

        Parameters
        ----------
        variable
            Output or state of a unit that tells the points apart, such as "hall.m_flow_fws".

        Raises
        ------
        UsageError
            There is no such signal, or it hardly differs between the points.
        """
        rows = []
        for point in self.points:
            signals = point.response.signals
            if variable not in signals:
                raise UsageError(f"schedule: no signal '{variable}'{near_miss(variable, signals)}")
            own = point.scheduled
            rows.append((signals[variable], own.k / self.settings.k, own.Ti / self.settings.Ti))
        rows.sort()
        span = rows[-1][0] - rows[0][0]
        if len(rows) < 2 or any(b[0] - a[0] <= _DISTINCT * span for a, b in itertools.pairwise(rows)):
            values = ", ".join(f"{row[0]:.4g}" for row in rows)
            raise UsageError(
                f"schedule: '{variable}' does not tell the operating points apart ({values}); take a signal that does"
            )
        return rows

    def apply_schedule(self, system: System, variable: str) -> System:
        """Return a copy of a system with the settings scheduled over a signal; a `PI` becomes a `PID`."""
        return apply_schedule(system, self.loop, self.settings, variable, self.schedule(variable))

    def compare(self, case: Case, *, windows: Any = None) -> Comparison:
        """Run a case before and after the advice and judge its loops.

        Parameters
        ----------
        case
            A case of the system that the advice is for, with a disturbance: at rest nothing hunts.
        windows
            As for `hs.hunting`.
        """
        return compare(case, case.of(self.apply(case.system)), self.loop, windows)


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
        "simc", "improved_simc", "amigo", "amigo_pid", "lambda" (`heatsim.tuning.rules.RULES`), or a function from a
        process to `Settings`. An integral time below the sample time of a digital controller becomes that.
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
            fit = fit_response(response.omega, response.values, before.k, response.w_critical)
            given = function(fit.process.delayed(delay))
            given = replace(given, Ti=max(given.Ti, response.period))
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
        own = robust_settings([replace(given, Td=settings.Td)], [response], Ms_limit, delay)
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
