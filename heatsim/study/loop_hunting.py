"""Which control loop hunts, at which load, why, and what cures it: one scenario from its plant to a verdict.

`run` takes a frozen `LoopHunting` record, runs the scenario's case hunting and cured, judges every loop, finds the
cause, maps the loop's verdict over load and gain with the boundary that the linear model predicts, and asks the tuning
advisor for settings. `write` puts the Datasets, `loops.json` and the plots into a folder.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import xarray as xr

from heatsim import results
from heatsim.analysis.causes import CauseReport, explain_hunting
from heatsim.analysis.hunting import HuntingTable, Verdict, hunting
from heatsim.analysis.margins import LoopMargins, loop_margins, margin_map
from heatsim.case import Case
from heatsim.errors import SimulationError, UsageError
from heatsim.processes import processors
from heatsim.scenarios.hunting import SCENARIOS, Scenario
from heatsim.scenarios.hunting.common import compiled_by
from heatsim.study import hunting_page
from heatsim.study.files import move_aside
from heatsim.study.hunting_map import at_level, hunting_map, value_at
from heatsim.tuning import TuningAdvice, tune
from heatsim.whole_file import whole_file

LEVELS = (0.25, 0.4, 0.55, 0.7, 0.85, 1.0)
GAINS = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Loads of the map as shares of the scenario's full load; factors on the gain in equal ratios."""

FILES = ("hunting.nc", "cured.nc", "map.nc", "loops.json", "overview.png", "loops.png", "margins.png")
"""Names of the files that a run may write."""


@dataclass(frozen=True)
class LoopHunting:
    """What to run.

    Attributes
    ----------
    scenario
        Name in `heatsim.scenarios.hunting.SCENARIOS`.
    levels
        Loads of the map, as shares of the scenario's full load.
    gains
        Factors on the loop's gain.
    jobs
        Processes for the map; None: one for each processor.
    compiler
        `auto`, `openmodelica` or `embedded`.
    settings
        `unit.name` -> value with or without a unit, for the hunting and the cured plant.
    """

    scenario: str = "low_load"
    levels: tuple[float, ...] = LEVELS
    gains: tuple[float, ...] = GAINS
    jobs: int | None = None
    compiler: str = "auto"
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class HuntingResult:
    """What a run gave.

    Attributes
    ----------
    scenario
        What was run.
    before, after
        Verdicts on all loops of the hunting and of the cured case; `dataset` of each is its run.
    report
        Why the loops hunt.
    cells
        Map of verdicts of the scenario's loop over load and gain; None where the loop has no gain.
    margins
        Map of the loop's margins over the load by the linear model; None where it cannot be opened.
    advice
        Settings that the tuning advisor proposes; None where there is nothing to tune.
    responses
        Margins of the loop for the inputs at the end of the hunting and of the cured case.
    notes
        What could not be made, and why.
    failure
        None, or one line that says what did not come out as it should.
    """

    scenario: Scenario
    before: HuntingTable
    after: HuntingTable
    report: CauseReport
    cells: xr.Dataset | None
    margins: xr.Dataset | None
    advice: TuningAdvice | None
    responses: tuple[LoopMargins, ...] = ()
    notes: tuple[str, ...] = ()
    failure: str | None = None


@lru_cache(maxsize=8)
def scenario_case(name: str, cured: bool, compiler: str, settings: tuple[tuple[str, str], ...]) -> Case:
    """Case of a scenario with the user's settings; kept, since every process of a map asks for it."""
    scenario = SCENARIOS[name]
    with compiled_by(compiler):
        case = scenario.cured() if cured else scenario.hunting()
    if not settings:
        return case
    system = case.system.copy()
    for path, value in settings:
        system.set(path, value)
    twin = None
    if case.twin is not None:
        twin = case.twin.copy()
        for path, value in settings:
            # the twin lacks what the scenario put into the plant
            if path.partition(".")[0] in twin.members:
                twin.set(path, value)
    return replace(case, system=system, twin=twin)


def run(
    options: LoopHunting,
    *,
    report: Callable[[str], None] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> HuntingResult:
    """Run the study.

    Parameters
    ----------
    options
        What to run.
    report
        Called with a line for each step of the work.
    progress
        Called with the number of finished cells of the map and of all.

    Raises
    ------
    UsageError
        Unknown scenario or setting.
    HeatsimError
        When a run fails.
    """
    tell = report or (lambda line: None)
    scenario = SCENARIOS[options.scenario]
    settings = tuple(sorted(options.settings.items()))
    tell(f"{scenario.title}: building the plant")
    hunting_case = scenario_case(options.scenario, False, options.compiler, settings)
    cured_case = scenario_case(options.scenario, True, options.compiler, settings)
    tell("simulating the hunting and the cured plant, each again with finer numerics where a loop hunts")
    before = hunting(hunting_case, windows=[(scenario.settle, hunting_case.stop)])
    after = hunting(cured_case, windows=[(scenario.settle, cured_case.stop)])
    tell("looking for the cause: loops in manual, remedies one at a time")
    causes = explain_hunting(hunting_case, table=before)
    notes: list[str] = []
    cells = _map(options, scenario, settings, hunting_case, tell, progress, notes)
    margins = _margins(options, scenario, hunting_case, tell, notes)
    advice = _advice(options, scenario, hunting_case, tell, notes)
    pair = [_response(scenario, *each, notes) for each in ((hunting_case, "hunting"), (cured_case, "cured"))]
    return HuntingResult(
        scenario,
        before,
        after,
        causes,
        cells,
        margins,
        advice,
        tuple(row for row in pair if row is not None),
        tuple(notes),
        _failure(scenario, before, after),
    )


def _map(
    options: LoopHunting,
    scenario: Scenario,
    settings: tuple[tuple[str, str], ...],
    case: Case,
    tell: Callable[[str], None],
    progress: Callable[[int, int], None] | None,
    notes: list[str],
) -> xr.Dataset | None:
    loop = case.system.loops[scenario.loop]
    if loop.gain is None:
        notes.append(f"no map: loop '{loop.name}' has no gain")
        return None
    jobs = options.jobs or processors()
    tell(f"map of {len(options.levels)} loads and {len(options.gains)} gains, {jobs} processes")
    return hunting_map(
        partial(scenario_case, options.scenario, False, options.compiler, settings),
        scenario.loop,
        scenario.over,
        _levels(options, scenario),
        options.gains,
        flow=scenario.flow,
        window=(scenario.settle, case.stop),
        jobs=jobs,
        progress=progress,
    )


def _levels(options: LoopHunting, scenario: Scenario) -> tuple[float, ...]:
    return tuple(share * scenario.full_load for share in options.levels)


def _inputs_at(case: Case, name: str, level: float) -> dict[str, float]:
    """Inputs at the end of the case, one of them at a level."""
    scaled: Any = at_level(case, name, level).inputs
    return {key: value_at(value, case.stop) for key, value in scaled.items()}


def _end(case: Case) -> Any:
    """Steady state for the inputs at the end of a case."""
    return replace(case, start=case.stop).begin()


def _margins(
    options: LoopHunting, scenario: Scenario, case: Case, tell: Callable[[str], None], notes: list[str]
) -> xr.Dataset | None:
    levels = _levels(options, scenario)
    tell(f"margins of the linear model at {len(levels)} loads")
    base = _inputs_at(case, scenario.over, levels[-1])
    try:
        return margin_map(case.system, scenario.loop, over={scenario.over: levels}, inputs=base, twin=case.twin)
    except (UsageError, SimulationError) as error:
        notes.append(f"no prediction: {error}")
        return None


def _response(scenario: Scenario, case: Case, word: str, notes: list[str]) -> LoopMargins | None:
    """Margins of the scenario's loop where the case ends; None where the loop cannot be opened."""
    try:
        row = loop_margins(case.system, _end(case), [scenario.loop])[scenario.loop]
    except (UsageError, SimulationError) as error:
        notes.append(f"no margins of the {word} loop: {error}")
        return None
    return None if row.response is None else replace(row, loop=f"{row.loop}, {word}")


def _advice(
    options: LoopHunting, scenario: Scenario, case: Case, tell: Callable[[str], None], notes: list[str]
) -> TuningAdvice | None:
    tell("settings of the tuning advisor for all loads")
    levels = _levels(options, scenario)
    try:
        # the steady states of the twin: a system that hunts settles to none
        points = {
            f"{scenario.over} = {level / 1e6:.3g} MW": _end(at_level(case, scenario.over, level)) for level in levels
        }
        return tune(case.system, scenario.loop, at=points)
    except (UsageError, SimulationError) as error:
        notes.append(f"no advice: {error}")
        return None


def _failure(scenario: Scenario, before: HuntingTable, after: HuntingTable) -> str | None:
    """What a run did not show that it should: the loop hunts before and does not after."""
    first, second = before[scenario.loop], after[scenario.loop]
    if not first.hunts:
        return f"{scenario.loop} does not hunt with these settings: {first.verdict.value} ({first.reason})"
    if second.hunts or second.verdict is Verdict.NUMERICAL:
        return f"{scenario.loop} still hunts after the cure: {second.verdict.value} ({second.reason})"
    return None


def record(result: HuntingResult) -> dict[str, Any]:
    """Return what the run found as plain values for JSON, SI: loops before and after, causes, settings."""
    rows = []
    for row in result.before:
        later = result.after[row.loop].record() if row.loop in {r.loop for r in result.after} else None
        rows.append({"loop": row.loop, "before": row.record(), "after": later})
    scenario = result.scenario
    return {
        "scenario": scenario.name,
        "title": scenario.title,
        "story": scenario.story,
        "cure": scenario.cure,
        "loop": scenario.loop,
        "loops": rows,
        "causes": json.loads(result.report.to_json()),
        "margins": [row.to_dict() for row in result.responses],
        "advice": None if result.advice is None else json.loads(result.advice.to_json()),
        "notes": list(result.notes),
        "failure": result.failure,
    }


def write(result: HuntingResult, folder: Path) -> list[Path]:
    """Write Datasets, JSON and plots into a folder and return the files.

    The files of a run that failed its checks have `.failed` in their names, such as `overview.failed.png`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    suffix = "" if result.failure is None else ".failed"
    if result.failure is not None:
        set_aside(folder)
    for name in (*FILES, *(_named(name, ".failed") for name in FILES)):
        (folder / name).unlink(missing_ok=True)  # of an earlier run into the same folder
    files = []
    for name, table in (("hunting.nc", result.before), ("cured.nc", result.after)):
        files.append(folder / _named(name, suffix))
        results.save(table.dataset, files[-1])
    files.append(folder / _named("loops.json", suffix))
    with whole_file(files[-1], "the verdicts") as temporary:
        temporary.write_text(json.dumps(record(result), indent=1, ensure_ascii=False), encoding="utf-8")
    if result.cells is not None:
        data = result.cells if result.margins is None else result.cells.assign(_predicted(result.margins))
        files.append(folder / _named("map.nc", suffix))
        results.save(data, files[-1])
    for name, figure in hunting_page.figures(result).items():
        files.append(folder / _named(f"{name}.png", suffix))
        figure.savefig(files[-1], dpi=130)
    return files


def _named(name: str, suffix: str) -> str:
    """Name of a file with a suffix before its ending."""
    stem, dot, ending = name.rpartition(".")
    return f"{stem}{suffix}{dot}{ending}"


def _predicted(margins: xr.Dataset) -> dict[str, xr.DataArray]:
    names = ("critical_gain", "gain_margin", "phase_margin", "Ms", "stable")
    return {f"predicted_{name}": margins[name] for name in names if name in margins}


def set_aside(folder: Path) -> Path | None:
    """Move the files of an earlier run into the folder `previous`; return it, or None when there were none."""
    return move_aside(folder, FILES)


def show(result: HuntingResult) -> None:
    """Print the story, the loops before and after, the cause and what to set."""
    hunting_page.show(result)
