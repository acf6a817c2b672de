"""Rigs with a planted cause: the report names it, and the re-runs say why."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator

import numpy as np
import pytest
from cause_rigs import case, pair, pi, rig
from rich.console import Console

import heatsim as hs
from heatsim.analysis.causes import CauseReport, Kind, Outcome, Remedy, Situation
from heatsim.analysis.causes.remedies import set_values
from heatsim.analysis.hunting import Cause, Verdict
from heatsim.case import Case
from heatsim.control import Positioner, SampledPID
from heatsim.errors import UsageError
from heatsim.system import Signal, System


def explained(hunting: Case) -> CauseReport:
    # verdicts unconfirmed: the numerics of the rigs are not the question here, and it halves the time
    return hs.explain_hunting(hunting, table=hs.hunting(hunting.run()))


@pytest.fixture(scope="module")
def sticking() -> CauseReport:
    sound = case(rig(pi()), stop=4000.0)
    return explained(sound.of(rig(pi(), valve=Positioner(T_stroke=30.0, S=0.06, J=0.03, period=2.5, start=0.5))))


def test_a_calm_loop_needs_no_explanation() -> None:
    report = explained(case(rig(pi()), stop=3000.0))
    assert len(report) == 0
    assert not report.reruns
    with pytest.raises(UsageError, match="no loop hunts, so nothing is explained"):
        report["c"]


def test_a_gain_that_is_too_high() -> None:
    row = explained(case(rig(pi(k=0.7)), stop=2000.0))["c"]
    assert row.cause is Cause.TIGHT_TUNING
    assert row.causes == (Cause.TIGHT_TUNING,)
    assert row.source == "c"
    assert row.needed == ("c",)
    # the ultimate gain of T = 60 s, L = 20 s is 5.37 (0.537 here): gain 7 with Ti = 60 s is a factor 0.6 to 0.7 above
    assert any("unstable (gain margin 0.6" in line for line in row.evidence)


@pytest.mark.slow
def test_a_slow_sensor() -> None:
    row = explained(case(rig(pi(k=0.2, Ti=15.0), T=20.0, L=3.0, sensor=120.0)))["c"]
    assert row.cause is Cause.SENSOR_LAG
    assert row.confidence > 0.85
    # atan(2 pi 120/period) of phase
    phase = np.degrees(np.arctan(2 * np.pi * 120.0 / row.period))
    assert any(f"costs {phase:.0f}°" in line for line in row.evidence)
    # the lower gain calms it too, and comes after it
    assert row.causes == (Cause.SENSOR_LAG, Cause.TIGHT_TUNING)


def test_stiction(sticking: CauseReport) -> None:
    row = sticking["c"]
    assert (row.cause, row.source) == (Cause.STICTION, "c")
    assert row.confidence > 0.85
    assert any("what makes it hunt is not linear" in line for line in row.evidence)
    assert sticking.reruns["valve without stiction"].outcome("c") is Outcome.CALM


@pytest.mark.slow
def test_slow_sampling_and_stiction_at_once() -> None:
    sound = case(rig(pi()), stop=4000.0)
    valve = Positioner(T_stroke=30.0, S=0.06, J=0.03, period=2.5, start=0.5)
    row = explained(sound.of(rig(SampledPID.like(pi(k=0.25), period=90.0), valve=valve)))["c"]
    assert row.cause is Cause.SLOW_SAMPLING
    assert Cause.STICTION in row.causes
    (stiction,) = (f for f in row.findings if f.cause is Cause.STICTION)
    assert any("it keeps up an oscillation" in line for line in stiction.evidence)


def test_windup_after_an_upset() -> None:
    upset = Signal.held([0.0, 300.0, 1500.0], [0.0, -8.0, 0.0])
    wound = pi(k=0.08, Ti=17.0, Tt=1e9)
    row = explained(case(rig(wound, L=30.0), stop=4000.0, load=upset, twin=rig(pi(), L=30.0)))["c"]
    assert row.cause is Cause.WINDUP
    assert any("the integral part is not kept from winding up" in line for line in row.evidence)


def test_two_loops_that_hunt_only_together() -> None:
    report = explained(case(pair(k=0.18), stop=2500.0))
    row = report["c1"]
    assert row.cause is Cause.INTERACTION
    assert set(row.needed) == {"c1", "c2"}
    assert report["c2"].cause is Cause.INTERACTION
    # quarter of a period apart, as the eigenvectors of [[1, a], [-a, 1]]
    (angle,) = re.findall(r"c2 (\d+)° (?:after|before) it", " ".join(row.notes))
    assert float(angle) == pytest.approx(90.0, abs=10.0)


def test_a_load_that_swings_forces_the_loop() -> None:
    time = np.arange(0.0, 2501.0, 10.0)
    hunting = case(rig(pi()), stop=2500.0, load=Signal.linear(time, np.sin(2 * np.pi * time / 300.0)))
    row = hs.explain_hunting(hunting, table=hs.hunting(hunting.run()))["c"]
    assert (row.cause, row.verdict, row.source) == (Cause.FORCED, Verdict.FORCED, "load")
    assert row.confidence == 0.95
    assert any("with the loop in manual it goes on" in line for line in row.evidence)


def test_rules_of_ones_own_are_asked_too() -> None:
    def process(s: Situation) -> Iterator[Remedy]:
        yield Remedy(
            Cause.LOW_LOAD, "process of half the gain", set_values({"process.gain": 5.0}), Kind.CONDITION, ("own",), 1.0
        )

    hunting = case(rig(pi(k=0.62)), stop=2500.0)
    report = hs.explain_hunting(hunting, table=hs.hunting(hunting.run()), rules=[process])
    assert report["c"].cause is Cause.LOW_LOAD
    assert report["c"].evidence[0] == "own"


def test_no_more_runs_than_allowed() -> None:
    hunting = case(rig(pi(k=0.7)), stop=2000.0)
    report = hs.explain_hunting(hunting, table=hs.hunting(hunting.run()), reruns=1)
    assert len(report.reruns) == 1
    assert report["c"].cause is not Cause.TIGHT_TUNING


def test_a_run_that_fails_is_told_and_not_taken_for_calm() -> None:
    def broken(s: Situation) -> Iterator[Remedy]:
        def apply(system: System) -> System:
            other = system.copy()
            other.disconnect("c.setpoint")
            return other

        yield Remedy(Cause.UNKNOWN, "no set point", apply, Kind.ELEMENT)

    hunting = case(rig(pi(k=0.7)), stop=2000.0)
    report = hs.explain_hunting(hunting, table=hs.hunting(hunting.run()), rules=[broken])
    run = report.reruns["no set point"]
    assert run.failure is not None
    assert "c.setpoint" in run.failure
    assert report["c"].cause is Cause.TIGHT_TUNING
    assert Cause.UNKNOWN not in report["c"].causes


def test_report_as_table_json_and_text(sticking: CauseReport) -> None:
    table = sticking.to_pandas()
    assert table.loc[("c", 1), "cause"] == "stiction"
    assert bool(table.loc[("c", 1), "confirmed"])
    data = json.loads(sticking.to_json())
    assert data["loops"][0]["cause"] == "stiction"
    assert {run["change"] for run in data["reruns"]} == set(sticking.reruns)
    text = io.StringIO()
    sticking.print(Console(file=text, width=80, force_terminal=False))
    lines = text.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith(f"c  limit cycle, ±{sticking['c'].amplitude:.3g} K every ")
    assert "stiction" in lines[1]


def test_bad_calls_say_what_to_do(sticking: CauseReport) -> None:
    with pytest.raises(UsageError, match="takes a Case, which it can run again, not Dataset"):
        hs.explain_hunting(sticking.dataset)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="reruns=0: give 1 or more"):
        hs.explain_hunting(case(rig(pi())), reruns=0)
    with pytest.raises(UsageError, match="did you mean 'c'"):
        sticking["cc"]
