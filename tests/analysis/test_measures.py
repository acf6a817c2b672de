"""Measures on sampled signals against numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from heatsim.analysis import measures


def test_integral_is_the_area_under_straight_lines() -> None:
    assert measures.integrate([0.0, 10.0, 30.0], [0.0, 2.0, 2.0]) == 50.0


@pytest.mark.parametrize(
    ("values", "area"),
    [
        ([1.0, 1.0], 10.0),
        ([-1.0, -1.0], 0.0),
        ([0.0, 2.0], 10.0),
        ([-1.0, 1.0], 2.5),  # triangle: half the step, height 1
        ([1.0, -3.0], 1.25),  # a quarter of the step, height 1
        ([0.0, -1.0], 0.0),
    ],
)
def test_excess_is_exact_for_straight_lines(values: list[float], area: float) -> None:
    assert measures.excess([0.0, 10.0], values, 0.0) == pytest.approx(area)
    assert measures.excess([0.0, 10.0], np.array(values) + 350.0, 350.0) == pytest.approx(area)


def test_excess_of_a_sine() -> None:
    time = np.linspace(0.0, 2 * np.pi, 20001)
    assert measures.excess(time, np.sin(time), 0.0) == pytest.approx(2.0, rel=1e-6)
    # Above one half: the integral of sin from 30 to 150 degrees minus half of the width.
    assert measures.excess(time, np.sin(time), 0.5) == pytest.approx(np.sqrt(3) - np.pi / 3, rel=1e-6)


def test_reversals_of_a_sine_and_of_noise() -> None:
    time = np.linspace(0.0, 10.0, 2001)
    assert measures.reversals(np.sin(2 * np.pi * time)) == 20  # two turns in each of ten periods
    assert measures.reversals(0.004 * np.sin(2 * np.pi * time)) == 0
    assert measures.reversals(np.linspace(0, 1, 50)) == 0
    noise = 0.004 * np.random.default_rng(0).uniform(-1, 1, time.size)
    assert measures.reversals(np.sin(2 * np.pi * time) + noise) == 20


def test_travel_adds_up_and_down() -> None:
    assert measures.travel([0.0, 0.5, 0.2, 0.6]) == pytest.approx(1.2)


def test_running_has_a_hysteresis() -> None:
    load = [0.0, 0.15, 0.3, 0.15, 0.3, 0.05, 0.15, 0.05, 0.4]
    on = measures.running(load)
    np.testing.assert_array_equal(on, [False, False, True, True, True, False, False, False, True])
    assert measures.starts(on) == 2
    assert measures.time_on(np.arange(9) * 60.0, on) == 180.0


def test_running_at_the_beginning_is_no_start() -> None:
    assert measures.starts(measures.running([0.5, 0.5, 0.5])) == 0
