"""Staging holds minimum running and standing times and never cycles inside its hysteresis."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from heatsim.control import StagingLimits, StagingState, stage, stop_all

LIMITS = StagingLimits()


def walk(loads, state, period=60.0):
    history = []
    for k, load in enumerate(loads):
        state = stage(k * period, load, state, LIMITS)
        history.append(sum(state.on))
    return history, state


def standing(n=3):
    return StagingState(on=(False,) * n, since=(-1e9,) * n)


def test_first_machine_starts_only_after_the_wish_has_lasted():
    history, _ = walk([0.5] * 8, standing())
    assert history == [0, 0, 0, 0, 0, 1, 1, 1]  # confirmed after 300 s of wishing


def test_standing_machine_starts_above_the_load_at_which_the_last_one_stops():
    between = 1.2 * LIMITS.minimum_load
    assert walk([between] * 20, standing())[0] == [0] * 20
    running = StagingState(on=(True, False, False), since=(-1e9,) * 3)
    assert walk([between] * 20, running)[0] == [1] * 20

    state = standing()
    for k in range(20):
        state = stage(60.0 * k, between, state, replace(LIMITS, restart=1.1))
    assert sum(state.on) == 1


def test_load_ramp_starts_one_machine_at_a_time_and_shares_the_wear():
    history, state = walk([2.9] * 20, standing())
    assert history[-1] == 3
    assert max(b - a for a, b in itertools.pairwise(history)) == 1
    assert len(set(state.since)) == 3


def test_a_machine_runs_at_least_600_s_and_stands_at_least_1200_s():
    loads = [0.5] * 6 + [0.0] * 40 + [0.5] * 60
    history, _ = walk(loads, standing())
    changes = [k * 60.0 for k in range(1, len(history)) if history[k] != history[k - 1]]
    start, stop, restart = changes[:3]
    assert stop - start >= 600.0
    assert restart - stop >= 1200.0


@pytest.mark.parametrize("load", [0.86, 0.9, 0.96])
def test_load_inside_the_hysteresis_band_changes_nothing(load):
    for running in (1, 2):
        state = StagingState(on=(True,) * running + (False,) * (3 - running), since=(-1e9,) * 3)
        history, _ = walk([load * running if running == 1 else 1 + load - 0.1] * 60, state)
        assert set(history) == {running}


def test_stop_all_restarts_the_standing_time():
    state = StagingState(on=(True, True, False), since=(-1e9, 100.0, -1e9))
    stopped = stop_all(5000.0, state)
    assert stopped.on == (False, False, False)
    assert stopped.since == (5000.0, 5000.0, -1e9)
    history, _ = walk([2.0] * 6, StagingState(on=(False,), since=(0.0,)))
    assert history == [0] * 6
