"""Counted machines: minimum times, availability and who starts and stops."""

from __future__ import annotations

import numpy as np
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from heatsim.dispatch.commitment import Commitment, lengths

HOUR = 3600.0


def _limits(unit: Commitment, hour: int, available: list[int]) -> tuple[int, int]:
    times = HOUR * (hour + np.arange(len(available)))
    return unit.limits(times, np.array(available))


def test_a_started_machine_is_held_and_a_stopped_one_stands() -> None:
    unit = Commitment(3, 1, (5 * HOUR,), 3 * HOUR, 2 * HOUR, 0.0)
    assert _limits(unit, 0, [3] * 6) == (0, 3)
    assert unit.change(0.0, 3) == (2, 0)
    assert _limits(unit, 1, [3] * 6) == (2, 3)
    assert unit.change(HOUR, 2) == (0, 1)
    # The stopped machine was the old one; it stands until 3 h.
    assert _limits(unit, 2, [3] * 6) == (2, 2)
    assert _limits(unit, 3, [3] * 6) == (0, 3)
    assert unit.ages(3 * HOUR) == (3 * HOUR, 3 * HOUR, 2 * HOUR)


def test_what_ran_before_the_begin_counts() -> None:
    unit = Commitment(2, 1, (HOUR, 0.5 * HOUR), 3 * HOUR, 2 * HOUR, 10 * HOUR)
    assert _limits(unit, 10, [2] * 4) == (1, 1)
    assert [unit.held(t * HOUR) for t in (10, 11, 12, 13)] == [1, 1, 0, 0]
    assert _limits(unit, 12, [2] * 4) == (0, 2)


def test_no_start_shortly_before_a_machine_is_taken_away() -> None:
    unit = Commitment(2, 0, (), 3 * HOUR, 0.0, 0.0)
    assert _limits(unit, 0, [2, 2, 1, 2]) == (0, 1)
    assert _limits(unit, 0, [2, 2, 2, 1]) == (0, 2)
    unit.change(0.0, 2)
    # One that is taken away stops at once all the same.
    assert _limits(unit, 1, [1, 2, 2]) == (1, 1)


def test_a_copy_leaves_the_original() -> None:
    unit = Commitment(2, 1, (), HOUR, HOUR, 0.0)
    later = unit.after(0.0, 2)
    assert (unit.on, later.on) == (1, 2)
    assert unit.after(0.0, 0).on == 0
    assert (unit.on, len(unit.standing)) == (1, 1)


def test_lengths() -> None:
    assert [lengths(one, HOUR) for one in (0.0, HOUR, HOUR + 1.0, 3 * HOUR)] == [1, 1, 2, 3]


@settings(max_examples=60, deadline=None)
@for_all(data=st.data())
def test_any_walk_within_the_limits_keeps_minimum_times(data: st.DataObject) -> None:
    """Machines told apart (each with its own times) could do what the numbers do."""
    machines, on, off = data.draw(st.integers(1, 4)), data.draw(st.integers(0, 4)), data.draw(st.integers(0, 4))
    unit = Commitment(machines, 0, (), on * HOUR, off * HOUR, 0.0)
    number = []
    for hour in range(12):
        low, high = _limits(unit, hour, [machines] * (12 - hour))
        number.append(data.draw(st.integers(low, high)))
        unit.change(hour * HOUR, number[-1])
    change = np.diff(number, prepend=0)
    starts, stops = np.maximum(change, 0), np.maximum(-change, 0)
    for hour in range(12):
        assert starts[max(hour - on + 1, 0) : hour + 1].sum() <= number[hour] or on == 0
        assert stops[max(hour - off + 1, 0) : hour + 1].sum() + number[hour] <= machines or off == 0
