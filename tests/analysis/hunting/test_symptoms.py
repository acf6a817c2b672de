"""Causes that the signals of one loop speak for."""

from __future__ import annotations

import pytest

import heatsim as hs
from benchmarks.hunting_signals import samples_of
from heatsim.analysis.hunting import Cause, loop_signals
from heatsim.analysis.hunting.symptoms import Symptom, symptoms


def found_in(family: str) -> list[list[Symptom]]:
    """Symptoms of six signals."""
    samples = samples_of(family, 6, seed=11)
    return [symptoms(loop_signals(s.dataset, "loop"), hs.hunting(s.dataset)["loop"]) for s in samples]


@pytest.mark.parametrize(
    ("family", "cause", "word"),
    [
        ("on/off", Cause.MINIMUM_LOAD, "two levels"),
        ("stiction", Cause.STICTION, "triangle"),
        ("tight tuning", Cause.TIGHT_TUNING, "sines"),
        ("slow sampling", Cause.SLOW_SAMPLING, "sample times"),
        ("windup", Cause.WINDUP, "after the error has turned"),
        ("periodic load", Cause.FORCED, "Q swings"),
    ],
)
def test_planted_cause_comes_first_with_its_evidence(family: str, cause: Cause, word: str) -> None:
    found = [symptom for symptom in found_in(family) if symptom]
    right = [symptom for symptom in found if symptom[0].cause is cause]
    assert len(right) >= 4
    assert all(word in symptom[0].evidence for symptom in right)
    for each in found:
        assert all(0.0 <= s.score <= 1.0 for s in each)
        assert [s.score for s in each] == sorted((s.score for s in each), reverse=True)


def test_loop_that_does_not_hunt_has_no_cause() -> None:
    sample = samples_of("step of the load", 1, 11)[0]
    assert symptoms(loop_signals(sample.dataset, "loop"), hs.hunting(sample.dataset)["loop"]) == []
