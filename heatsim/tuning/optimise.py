"""Several loops tuned at once on the simulation, under constraints."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy
import scipy.optimize
from rich.console import Console
from rich.table import Table

from heatsim.case import Case
from heatsim.errors import SimulationError, UsageError
from heatsim.system.system import System
from heatsim.tuning.limits import Limit
from heatsim.tuning.problem import BAD, KEEPS, Problem, Trial, with_settings
from heatsim.tuning.report import finite
from heatsim.tuning.search import MS_LIMIT

_COBYQA = tuple(int(part) for part in scipy.__version__.split(".")[:2]) >= (1, 14)
_FIRST, _LAST = 0.5, 0.03
"""Steps of the search at its begin and end, in logarithms of k and Ti: 65 % and 3 %."""

Progress = Callable[[int, int, float], None]


@dataclass(frozen=True)
class Optimisation:
    """Result of `optimise_loops`.

    Attributes
    ----------
    limits
        What had to be kept.
    before, best
        The settings at the begin, and the best that keep all limits (or those that miss them least).
    trials
        All that were simulated, in order.
    message
        Why it ended.
    """

    limits: tuple[Limit, ...]
    before: Trial
    best: Trial
    trials: tuple[Trial, ...]
    message: str

    @property
    def satisfied(self) -> bool:
        """Whether the best settings keep all limits."""
        return self.best.feasible

    def apply(self, system: System) -> System:
        """Return a copy of a system with the best settings.

        Raises
        ------
        SimulationError
            They do not keep the limits.
        """
        if not self.satisfied:
            raise SimulationError(
                f"optimise_loops found no settings that keep the limits ({self.best.excess:.0%} beyond); relax a "
                "limit, allow more runs, or look at `best` and apply its settings yourself"
            )
        return with_settings(system, self.best.settings)

    def print(self, console: Console | None = None) -> None:
        """Print settings and limits before and after."""
        verdict = "all limits kept" if self.satisfied else "LIMITS NOT KEPT"
        title = (
            f"{verdict}; mean error {self.best.objective:.3g} of that before; {len(self.trials)} runs ({self.message})"
        )
        table = Table(title=title, title_justify="left")
        for name in ("", "before", "after", ""):
            table.add_column(name)
        for loop, settings in self.best.settings.items():
            table.add_row(loop, str(self.before.settings[loop]), str(settings), "")
        table.add_section()
        for limit, old, new in zip(self.limits, self.before.figures, self.best.figures, strict=True):
            table.add_row(str(limit), f"{old:.4g}", f"{new:.4g}", "kept" if limit.excess(new) <= KEEPS else "NOT KEPT")
        (console or Console(width=120)).print(table)

    def to_json(self) -> str:
        """Return settings, figures and limits as JSON; infinite values are null."""
        record = {
            "satisfied": self.satisfied,
            "message": self.message,
            "runs": len(self.trials),
            "limits": [str(limit) for limit in self.limits],
            "before": _record(self.before),
            "best": _record(self.best),
        }
        return json.dumps(finite(record), indent=1)


def optimise_loops(
    cases: Case | Sequence[Case],
    loops: Sequence[str],
    *,
    limits: Iterable[Limit] = (),
    at: Any = None,
    Ms_limit: float | None = MS_LIMIT,
    weights: Mapping[str, float] | None = None,
    span: float = 10.0,
    most_runs: int = 80,
    progress: Progress | None = None,
) -> Optimisation:
    """Tune several loops at once on the simulation.

    Minimises the mean integral of the absolute error of the loops over the cases, relative to the present settings,
    under limits on loops and signals. The variables are the logarithms of k and Ti of each loop; the method is COBYQA
    (Ragonneau, 2022), or COBYLA (Powell, 1994) with a SciPy older than 1.14: both need no derivatives and take
    constraints as they are. Derivative times stay as they are.

    Parameters
    ----------
    cases
        One or more cases of the same system, each with a disturbance.
    loops
        Names of loops to tune, with a PI or PID each.
    limits
        `Limit`s on figures of loops and signals.
    at
        Operating points, as for `hs.tune`, at which `Ms_limit` holds for the loops; None checks no margins.
    Ms_limit
        Limit of the maximum sensitivity of each loop at each point; None for none.
    weights
        Weight of each loop in the mean; 1 when not given.
    span
        k and Ti stay within this factor of the present ones.
    most_runs
        Largest number of settings that are simulated; each costs one run of every case.
    progress
        Called after each with its number, `most_runs` and the best objective that keeps the limits (NaN: none yet).

    Raises
    ------
    UsageError
        A loop cannot be tuned, cases of different systems, no set point, or a limit whose figure the run does not show.
    SimulationError
        The case fails with the present settings.
    """
    all_cases = [cases] if isinstance(cases, Case) else list(cases)
    problem = Problem.of(all_cases, list(loops), tuple(limits), at, Ms_limit, dict(weights or {}))
    if not span > 1.0 or most_runs < 2 * len(problem.loops) + 2:
        raise UsageError(
            f"optimise_loops: span {span:g} must be above 1 and most_runs {most_runs} at least "
            f"{2 * len(problem.loops) + 2} for {len(problem.loops)} loops"
        )
    before = problem.first()
    trials: list[Trial] = [before]
    known: dict[tuple[float, ...], Trial] = {(0.0,) * (2 * len(problem.loops)): before}

    def trial(x: np.ndarray) -> Trial:
        key = tuple(float(v) for v in np.round(x, 9))
        if key not in known:
            if len(trials) >= most_runs:
                raise _Enough
            known[key] = problem.evaluate(x)
            trials.append(known[key])
            if progress is not None:
                good = [t.objective for t in trials if t.feasible]
                progress(len(trials), most_runs, min(good, default=math.nan))
        return known[key]

    message = _minimise(trial, problem, math.log(span), most_runs)
    return Optimisation(problem.limits, before, min(trials, key=_rank), tuple(trials), message)


class _Enough(Exception):
    """The number of runs is used up."""


def _rank(trial: Trial) -> tuple[bool, float]:
    """Best first: those that keep the limits by their objective, then the others by their excess."""
    return (not trial.feasible, trial.objective if trial.feasible else trial.excess)


def _minimise(trial: Callable[[np.ndarray], Trial], problem: Problem, width: float, most_runs: int) -> str:
    n = 2 * len(problem.loops)
    limits = problem.limits

    def excess(x: np.ndarray) -> np.ndarray:
        made = trial(x)
        if made.failed:
            return np.full(len(limits), BAD)
        values = [limit.excess(v) for limit, v in zip(limits, made.figures, strict=True)]
        return np.clip(np.nan_to_num(values, posinf=BAD), -BAD, BAD)

    def objective(x: np.ndarray) -> float:
        return trial(x).objective

    begin = problem.begin(width)
    try:
        if _COBYQA:
            bounds = scipy.optimize.Bounds(np.full(n, -width), np.full(n, width))
            kept = scipy.optimize.NonlinearConstraint(excess, -np.inf, 0.0) if limits else ()
            options = {"maxfev": most_runs, "initial_tr_radius": _FIRST, "final_tr_radius": _LAST}
            found = scipy.optimize.minimize(
                objective, begin, method="COBYQA", bounds=bounds, constraints=kept, options=options
            )
        else:
            inside = [{"type": "ineq", "fun": lambda x: width - np.abs(x)}]
            inside += [{"type": "ineq", "fun": lambda x: -excess(x)}] if limits else []
            options = {"maxiter": most_runs, "rhobeg": _FIRST, "tol": _LAST}
            found = scipy.optimize.minimize(objective, begin, method="COBYLA", constraints=inside, options=options)
    except _Enough:
        return "number of runs used up"
    return str(found.message)


def _record(trial: Trial) -> dict[str, Any]:
    settings = {name: {"k": s.k, "Ti": s.Ti, "Td": s.Td} for name, s in trial.settings.items()}
    return {"settings": settings, "objective": trial.objective, "figures": list(trial.figures), "failed": trial.failed}
