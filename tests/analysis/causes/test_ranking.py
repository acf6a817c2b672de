"""The rule for the confidence, worked by hand from its text."""

from __future__ import annotations

import pytest

from heatsim.analysis.causes.ranking import Trial, rank
from heatsim.analysis.causes.remedies import Kind, Remedy
from heatsim.analysis.causes.report import Finding, in_words
from heatsim.analysis.causes.reruns import Effect, Outcome, Rerun
from heatsim.analysis.hunting import Cause
from heatsim.system.system import System


def tried(cause: Cause, kind: Kind, outcome: Outcome, severity: float = 0.0, symptoms: tuple[str, ...] = ()) -> Trial:
    remedy = Remedy(cause, f"change of {cause.value}", System.copy, kind, (), severity)
    rerun = Rerun(remedy.change, {"c": Effect(outcome, 1.0, 0.01)})
    return Trial(remedy, rerun, "c", symptoms)


def found(*tested: Trial) -> dict[Cause, Finding]:
    return {finding.cause: finding for finding in rank(tested, "c", "K")}


def test_an_element_beats_a_lower_gain_and_is_not_doubted_for_it() -> None:
    both = found(
        tried(Cause.TIGHT_TUNING, Kind.TUNING, Outcome.CALM, 0.5),
        tried(Cause.SENSOR_LAG, Kind.ELEMENT, Outcome.CALM, 0.6, ("seen",)),
    )
    assert list(both) == [Cause.SENSOR_LAG, Cause.TIGHT_TUNING]
    assert both[Cause.SENSOR_LAG].confidence == pytest.approx(0.80 + 0.06 + 0.05)
    assert both[Cause.TIGHT_TUNING].confidence == pytest.approx(0.55 + 0.05 - 0.10)


def test_two_elements_that_calm_it_alone_doubt_each_other() -> None:
    both = found(
        tried(Cause.SENSOR_LAG, Kind.ELEMENT, Outcome.CALM), tried(Cause.SLOW_SAMPLING, Kind.ELEMENT, Outcome.CALM)
    )
    assert [f.confidence for f in both.values()] == pytest.approx([0.70, 0.70])


def test_what_makes_it_weaker_contributes_and_what_changes_nothing_is_a_guess() -> None:
    both = found(
        tried(Cause.STICTION, Kind.ELEMENT, Outcome.WEAKER), tried(Cause.SENSOR_LAG, Kind.ELEMENT, Outcome.GOES_ON)
    )
    assert (both[Cause.STICTION].confidence, both[Cause.STICTION].confirmed) == (0.35, False)
    assert (both[Cause.SENSOR_LAG].confidence, both[Cause.SENSOR_LAG].confirmed) == (0.10, False)


def test_a_gain_or_load_that_changes_nothing_is_not_told() -> None:
    assert not found(
        tried(Cause.TIGHT_TUNING, Kind.TUNING, Outcome.GOES_ON), tried(Cause.LOW_LOAD, Kind.CONDITION, Outcome.GOES_ON)
    )


def test_a_command_at_its_limit_proves_nothing_but_for_an_element() -> None:
    assert not found(tried(Cause.LOW_LOAD, Kind.CONDITION, Outcome.AT_LIMIT))
    assert found(tried(Cause.MINIMUM_LOAD, Kind.ELEMENT, Outcome.AT_LIMIT))[Cause.MINIMUM_LOAD].confirmed


def test_confidence_in_words() -> None:
    assert [in_words(x) for x in (0.9, 0.7, 0.5, 0.1)] == ["almost certain", "likely", "possible", "a guess"]
