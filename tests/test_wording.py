"""Times and sizes for people: short, and never a rounder number than the value is."""

from __future__ import annotations

import pytest

from heatsim.errors import listed
from heatsim.wording import duration, one_line, plural, size


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.04, "40 ms"),
        (0.0, "0.0 s"),
        (9.0, "9.0 s"),
        (75.0, "75 s"),
        (120.0, "2 min"),
        (150.0, "2.5 min"),
        (599.0, "10 min"),
        (1800.0, "30 min"),
        (11700.0, "3 h 15 min"),
        (2e5, "2 d 8 h"),
    ],
)
def test_durations_for_people(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (4096, "4.1 kB"), (999_700, "1 MB"), (2.5e9, "2.5 GB"), (4e15, "4e+03 TB")],
)
def test_sizes_for_people(count: float, text: str) -> None:
    assert size(count) == text


def test_lists_say_how_many_more_there_are() -> None:
    assert listed([]) == "none"
    assert listed("abc") == "a, b, c"
    assert listed(iter("abcde"), 2) == "a, b and 3 more"


def test_counts_and_messages() -> None:
    assert (plural(1, "case"), plural(0, "case"), plural(2, "case")) == ("1 case", "0 cases", "2 cases")
    assert one_line("a\n  b") == "a b"
    assert len(one_line("x" * 1000)) == 300
