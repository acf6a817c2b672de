"""The problem of tuning several loops at once: settings in, errors and limited figures out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from heatsim.analysis.margins import loop_margins
from heatsim.analysis.margins.steady import steady_state
from heatsim.case import Case
from heatsim.errors import SimulationError, UsageError
from heatsim.solvers.steady import TrimPoint
from heatsim.solvers.transfer import transfer
from heatsim.solvers.trim import trim
from heatsim.system.system import System
from heatsim.tuning.applying import apply_settings
from heatsim.tuning.comparison import absolute_errors
from heatsim.tuning.limits import Limit, figures_of_run
from heatsim.tuning.plant_response import settings_of, tunable
from heatsim.tuning.points import named_points
from heatsim.tuning.settings import Settings

BAD = 10.0
"""Objective and excess of a run that fails or is unstable: worse than any that is looked at, and finite."""
KEEPS = 1e-3
"""A limit counts as kept within this share of it."""


@dataclass(frozen=True)
class Trial:
    """One set of settings and what it gave.

    Attributes
    ----------
    settings
        By loop.
    objective
        Mean over loops and cases of the integral of the absolute error, relative to the settings at the begin.
    figures
        Value of each limited figure, the worst of the cases and points.
    excess
        Largest excess over a limit, relative to it; at most 0 when all are kept.
    failed
        Why the run failed; empty when it did not.
    """

    settings: dict[str, Settings]
    objective: float
    figures: tuple[float, ...]
    excess: float
    failed: str = ""

    @property
    def feasible(self) -> bool:
        """Whether all limits are kept."""
        return not self.failed and self.excess <= KEEPS


@dataclass(frozen=True)
class Problem:
    """What is minimised and what is kept.

    Attributes
    ----------
    cases
        Cases of one system.
    loops
        Names of the loops whose settings change.
    limits
        Limits, with those on Ms.
    points
        Steady states at which Ms is limited, by name.
    weights
        Weight of each loop.
    start
        Settings at the begin.
    reference
        Integral of the absolute error at the begin by (number of the case, loop).
    rests
        Steady states that cases start from, by their number: found once, the settings do not move them.
    """

    cases: list[Case]
    loops: list[str]
    limits: tuple[Limit, ...]
    points: dict[str, Any]
    weights: dict[str, float]
    start: dict[str, Settings]
    reference: dict[tuple[int, str], float]
    rests: dict[int, TrimPoint]

    @classmethod
    def of(
        cls,
        cases: list[Case],
        loops: list[str],
        limits: tuple[Limit, ...],
        at: Any,
        Ms_limit: float | None,
        weights: dict[str, float],
    ) -> Problem:
        if not cases or not loops:
            raise UsageError("optimise_loops: give at least one case and one loop")
        system = cases[0].system
        if any(case.system is not system for case in cases):
            raise UsageError("optimise_loops: the cases have different systems; make them of one (case.of)")
        found = {name: tunable(system, name) for name in loops}
        for name, loop in found.items():
            if loop.setpoint is None:
                raise UsageError(f"optimise_loops: loop '{name}' has no set point, so no error that could be minimised")
        strange = set(weights) - set(loops)
        if strange or any(not 0.0 < w < math.inf for w in weights.values()):
            raise UsageError(f"optimise_loops: weights= takes positive numbers for {', '.join(loops)}")
        points = {} if at is None else named_points(at)
        if points and Ms_limit is not None:
            limits += tuple(Limit(name, "Ms", most=Ms_limit) for name in loops)
        if not points and any(limit.figure == "Ms" for limit in limits):
            raise UsageError("optimise_loops: a limit on Ms needs operating points; give at=")
        # the system at hand may hunt: that is why it is tuned
        points = {n: steady_state(system, p, loops) if isinstance(p, Mapping) else p for n, p in points.items()}
        rests = {
            i: trim(case.twin or system, at=case.inputs, t=case.start)
            for i, case in enumerate(cases)
            if isinstance(case.start_from, str) and case.start_from == "trim"
        }
        start = {name: settings_of(system, loop) for name, loop in found.items()}
        return cls(cases, loops, limits, points, {n: weights.get(n, 1.0) for n in loops}, start, {}, rests)

    def first(self) -> Trial:
        """The settings at the begin; what the objective is relative to."""
        errors, figures = self._simulate(self.start)
        for (i, name), value in errors.items():
            if not value > 0.0:
                raise UsageError(
                    f"optimise_loops: loop '{name}' has no error in case {i + 1}; disturb it, or leave it out"
                )
        self.reference.update(errors)
        return self._trial(self.start, errors, figures)

    def begin(self, width: float) -> np.ndarray:
        """Where the search begins, in logarithms within `width`.

        At the settings at hand or, for loops that are unstable, at half of the largest gain that calms them: an
        unstable loop does not show which way is better.
        """
        factors = dict.fromkeys(self.loops, 1.0)
        for point in self.points.values():
            for row in loop_margins(self.cases[0].system, point, self.loops):
                if not row.stable and row.gain_margin < 1.0:
                    factors[row.loop] = min(factors[row.loop], 0.5 * row.gain_margin)
        logs = np.array([[math.log(factors[name]), 0.0] for name in self.loops]).ravel()
        return np.clip(logs, -width, width)

    def evaluate(self, x: np.ndarray) -> Trial:
        """Simulate with settings exp(x) times those at the begin."""
        factors = np.exp(x).reshape(-1, 2)
        settings = {
            n: self.start[n].scaled(float(k), float(Ti)) for n, (k, Ti) in zip(self.loops, factors, strict=True)
        }
        try:
            return self._trial(settings, *self._simulate(settings))
        except (SimulationError, UsageError) as problem:  # a figure that only these settings do not show
            return Trial(settings, BAD, tuple(math.inf for _ in self.limits), BAD, str(problem))

    def _simulate(self, settings: dict[str, Settings]) -> tuple[dict[tuple[int, str], float], tuple[float, ...]]:
        system = with_settings(self.cases[0].system, settings)
        errors: dict[tuple[int, str], float] = {}
        figures = [-math.inf] * len(self.limits)
        for i, case in enumerate(self.cases):
            start = transfer(self.rests[i], system) if i in self.rests else case.start_from
            ds = replace(case, system=system, start_from=start, twin=None).run()
            found = absolute_errors(ds, self.loops)
            lacking = [name for name in self.loops if name not in found]
            if lacking:
                raise SimulationError(f"the signals of loop '{lacking[0]}' cannot be judged in case {i + 1}")
            errors |= {(i, name): value for name, value in found.items()}
            self._worst(figures, figures_of_run(ds, self.limits))
        for point in self.points.values():
            rows = loop_margins(system, point, sorted({x.what for x in self.limits if x.figure == "Ms"}))
            self._worst(figures, [rows[x.what].Ms if x.figure == "Ms" else None for x in self.limits])
        return errors, tuple(figures)

    def _worst(self, figures: list[float], values: Sequence[float | None]) -> None:
        for j, (limit, value) in enumerate(zip(self.limits, values, strict=True)):
            if value is None:
                continue
            # what cannot be told is the worst
            if figures[j] == -math.inf or math.isnan(value) or limit.excess(value) > limit.excess(figures[j]):
                figures[j] = value

    def _trial(
        self, settings: dict[str, Settings], errors: dict[tuple[int, str], float], figures: tuple[float, ...]
    ) -> Trial:
        total = sum(self.weights[name] for _, name in errors)
        objective = sum(self.weights[name] * v / self.reference[i, name] for (i, name), v in errors.items()) / total
        beyond = [limit.excess(v) for limit, v in zip(self.limits, figures, strict=True)]
        excess = math.inf if any(math.isnan(v) for v in beyond) else max(beyond, default=-math.inf)
        return Trial(settings, objective, figures, excess)


def with_settings(system: System, settings: Mapping[str, Settings]) -> System:
    """Return a copy of a system with other settings in some loops."""
    for loop, values in settings.items():
        system = apply_settings(system, loop, values)
    return system
