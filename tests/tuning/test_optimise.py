"""Several loops at once, under limits."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from tuning_rigs import case_of, foptd_rig, load_step, point_of, two_loops

from heatsim.analysis.margins import loop_margins
from heatsim.case import Case
from heatsim.control import SampledPID
from heatsim.errors import SimulationError, UsageError
from heatsim.tuning import Limit, Optimisation, optimise_loops
from heatsim.tuning.comparison import absolute_errors
from heatsim.tuning.problem import Problem

LIMITS = [Limit("c1", "travel", most=1.3), Limit("slow2.y", "max", most=0.1)]


def case() -> Case:
    return Case(two_loops(), 400.0, {"load": load_step()}, output_step=2.0)


@pytest.fixture(scope="module")
def calls() -> list[tuple[int, int, float]]:
    return []


@pytest.fixture(scope="module")
def result(calls: list[tuple[int, int, float]]) -> Optimisation:
    def progress(number: int, most: int, best: float) -> None:
        calls.append((number, most, best))

    return optimise_loops(
        case(), ["c1", "c2"], limits=LIMITS, at={"load": 0.0}, Ms_limit=1.6, most_runs=40, progress=progress
    )


def test_limits_are_kept_and_the_error_falls(result: Optimisation) -> None:
    assert result.satisfied
    assert result.best.objective < 0.4
    assert len(result.trials) <= 40
    for limit, value in zip(result.limits, result.best.figures, strict=True):
        assert limit.excess(value) <= 1e-3
    assert {limit.figure for limit in result.limits} == {"travel", "max", "Ms"}


def test_figures_are_those_of_the_system_that_comes_out(result: Optimisation) -> None:
    changed = result.apply(case().system)
    rows = loop_margins(changed, {"load": 0.0})
    assert result.best.figures[2:] == pytest.approx([rows["c1"].Ms, rows["c2"].Ms])
    ds = case().of(changed).run()
    assert float(ds["slow2.y"].max()) == pytest.approx(result.best.figures[1], rel=1e-6)
    before = absolute_errors(case().run(), ["c1", "c2"])
    after = absolute_errors(ds, ["c1", "c2"])
    ratio = sum(after[name] / before[name] for name in before) / 2
    assert ratio == pytest.approx(result.best.objective, rel=1e-3)


def test_progress_is_told(result: Optimisation, calls: list[tuple[int, int, float]]) -> None:
    assert [number for number, _, _ in calls] == list(range(2, len(result.trials) + 1))
    assert calls[-1][2] == result.best.objective


def test_report(result: Optimisation, capsys: pytest.CaptureFixture[str]) -> None:
    result.print()
    assert "all limits kept" in capsys.readouterr().out
    record = json.loads(result.to_json())
    assert record["satisfied"] is True
    assert set(record["best"]["settings"]) == {"c1", "c2"}


def test_limits_that_cannot_be_kept_are_said() -> None:
    found = optimise_loops(case(), ["c1"], limits=[Limit("fast1.y", "max", most=1e-6)], most_runs=8)
    assert not found.satisfied
    assert len(found.trials) <= 8
    with pytest.raises(SimulationError, match="no settings that keep the limits"):
        found.apply(case().system)


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: Limit("c1", "max", most=1.0), "no figure 'max'"),
        (lambda: Limit("slow1.y", "travel", most=1.0), "no figure 'travel'"),
        (lambda: Limit("c1", "travel"), "give most= or least="),
        (lambda: optimise_loops(case(), ["c3"]), "no control loop 'c3'"),
        (lambda: optimise_loops(case(), []), "at least one case and one loop"),
        (lambda: optimise_loops(case(), ["c1"], most_runs=3), "most_runs 3"),
        (lambda: optimise_loops(case(), ["c1"], weights={"c2": 1.0}), "weights="),
        (lambda: optimise_loops(case(), ["c1"], limits=[Limit("c1", "Ms", most=2.0)]), "needs operating points"),
        (lambda: optimise_loops([case(), case()], ["c1"]), "different systems"),
        (lambda: optimise_loops(Case(two_loops(), 100.0, {"load": 0.0}), ["c1"]), "has no error"),
        (lambda: optimise_loops(case(), ["c1"], limits=[Limit("c1", "overshoot", most=0.1)]), "does not show this"),
    ],
)
def test_wrong_calls_get_one_line(make, match: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UsageError, match=match) as caught:
        make()
    assert "\n" not in str(caught.value)


def test_a_plant_that_hunts_is_tuned_to_stability_without_a_twin() -> None:
    system = foptd_rig(SampledPID(k=9.0, Ti=60.0, period=5.0), period=2.5)
    assert not loop_margins(system, point_of(system))["pi"].stable
    hunting = replace(case_of(system, 400.0, load_step(), 5.0), start_from=point_of(system))
    found = optimise_loops(hunting, ["pi"], at={"load": 0.0}, Ms_limit=2.0, most_runs=25)
    assert math.isinf(found.before.figures[0])
    assert not found.before.feasible
    assert found.satisfied
    assert loop_margins(found.apply(system), point_of(system))["pi"].Ms <= 2.002


def test_a_figure_that_cannot_be_told_keeps_no_limit() -> None:
    problem = Problem.of([case()], ["c1"], (LIMITS[1],), None, None, {})
    problem.reference[0, "c1"] = 1.0
    assert not problem._trial(problem.start, {(0, "c1"): 0.5}, (math.nan,)).feasible
    assert problem._trial(problem.start, {(0, "c1"): 0.5}, (0.05,)).feasible
