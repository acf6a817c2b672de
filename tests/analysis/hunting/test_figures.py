"""Figures of loops against formulas and independent computations."""

from __future__ import annotations

import control
import numpy as np
import pytest

import heatsim as hs
from benchmarks.hunting_signals import LEVEL, as_dataset
from heatsim.analysis.hunting import Thresholds, loop_signals
from heatsim.analysis.hunting.errors import areas, harris_index
from heatsim.analysis.hunting.movement import movement
from heatsim.analysis.hunting.oscillation import find_oscillation
from heatsim.analysis.hunting.shape import shape

TIME = np.arange(0.0, 3600.0, 2.0)
LIMITS = Thresholds()


def dataset(error: np.ndarray, command: np.ndarray | None = None, setpoint: np.ndarray | None = None):  # type: ignore[no-untyped-def]
    setpoint = np.full(TIME.size, LEVEL) if setpoint is None else setpoint
    command = 0.5 - 0.05 * error if command is None else command
    return as_dataset({"T": setpoint + error, "setpoint": setpoint, "u": command})


def test_areas_between_zero_crossings_are_those_of_a_sine() -> None:
    signals = loop_signals(dataset(2.0 * np.sin(2.0 * np.pi * TIME / 150.0 + 0.1)), "loop")
    found = areas(signals, 150.0, LIMITS)
    assert found.median == pytest.approx(2.0 * 150.0 / np.pi, rel=2e-3)
    # Hägglund's count: every half cycle is one, forgotten over 50 periods
    kept = np.exp(-0.5 / 50.0)
    halves = int(2 * 3600 / 150) - 1
    assert found.load_disturbances == pytest.approx((1.0 - kept**halves) / (1.0 - kept), rel=0.03)
    assert found.load_disturbances > LIMITS.load_disturbances
    tiny = loop_signals(dataset(0.04 * np.sin(2.0 * np.pi * TIME / 150.0 + 0.1)), "loop")
    assert areas(tiny, 150.0, LIMITS).load_disturbances == 0.0


@pytest.mark.parametrize("gain", [0.1, 0.4])
def test_harris_index_is_that_of_the_known_disturbance(gain: float) -> None:
    """Integrated white noise, dead time of 2 samples, an integral controller: e follows exactly."""
    rng = np.random.default_rng(5)
    size = 6000
    noise = rng.normal(size=size)
    error = np.zeros(size)
    for k in range(2, size):  # e(k) = e(k-1) + a(k) - gain e(k-2)
        error[k] = error[k - 1] + noise[k] - gain * error[k - 2]
    # first two answers to a(k) are 1 and 1: what no controller takes away
    expected = 1.0 - (1.0 + 1.0) * np.var(noise) / np.var(error)
    assert harris_index(error, 1.0, 2.0) == pytest.approx(expected, abs=0.03)


def test_harris_index_of_a_cycle_is_high_and_of_nothing_is_undefined() -> None:
    assert harris_index(np.sin(2.0 * np.pi * TIME / 150.0), 2.0, 10.0) > 0.9
    assert harris_index(np.zeros(500), 1.0, 2.0) is None
    assert harris_index(np.random.default_rng(0).normal(size=5000), 1.0, 1.0) == pytest.approx(0.0, abs=0.02)
    ds = dataset(np.sin(2.0 * np.pi * TIME / 150.0))
    assert hs.hunting(ds)["loop"].harris is None
    assert (
        hs.hunting(ds, dead_time=10.0)["loop"].harris == hs.hunting(ds, dead_time={"loop": 10.0})["loop"].harris > 0.9
    )


def test_overshoot_settling_time_and_decay_ratio_of_a_second_order_answer() -> None:
    zeta, omega = 0.25, 2.0 * np.pi / 200.0
    at = 400.0
    plant = control.tf([omega**2], [1.0, 2.0 * zeta * omega, omega**2])
    after = TIME[int(at / 2.0) :] - at
    _, answer = control.step_response(plant, after)
    info = control.step_info(plant, SettlingTimeThreshold=0.05)
    setpoint = LEVEL + 4.0 * (at <= TIME)
    value = np.where(at <= TIME, 0.0, LEVEL)
    value[at <= TIME] = LEVEL + 4.0 * answer
    row = hs.hunting(dataset(value - setpoint, setpoint=setpoint))["loop"]
    assert row.overshoot == pytest.approx(info["Overshoot"] / 100.0, rel=0.02)
    assert row.settling_time == pytest.approx(info["SettlingTime"], abs=6.0)
    assert row.decay_ratio == pytest.approx(np.exp(-2.0 * np.pi * zeta / np.sqrt(1.0 - zeta**2)), rel=0.05)


def test_movement_of_a_sine_and_of_stages() -> None:
    u = 0.5 + 0.1 * np.sin(2.0 * np.pi * TIME / 150.0)
    moves = movement(loop_signals(dataset(np.zeros(TIME.size), u), "loop"), LIMITS)
    assert moves.reversals == pytest.approx(2.0 * 24.0, abs=1.0)
    assert moves.total_variation == pytest.approx(4.0 * 0.1 * 24.0, rel=0.01)
    assert moves.travel == pytest.approx(4.0 * 0.1 * 24.0, rel=0.02)
    assert moves.starts is None
    assert (moves.at_min, moves.at_max) == (0.0, 0.0)
    stages = (np.sin(2.0 * np.pi * TIME / 600.0) > 0.0).astype(float)
    on = movement(loop_signals(dataset(np.zeros(TIME.size), stages), "loop"), LIMITS)
    assert on.starts == pytest.approx(6.0, abs=0.1)
    assert on.at_max == pytest.approx(0.5, abs=0.01)


def test_stiction_index_tells_triangles_from_sines() -> None:
    sine = np.sin(2.0 * np.pi * TIME / 150.0)
    triangle = 2.0 / np.pi * np.arcsin(sine)
    for values, index in ((sine, 0.0), (triangle, 1.0)):
        found = shape(values, values, 2.0, 150.0)
        assert found is not None
        assert found.stiction == pytest.approx(index, abs=0.1)
        assert found.halves == 46


def test_white_and_brown_noise_are_no_oscillation() -> None:
    rng = np.random.default_rng(2)
    for _ in range(10):
        white = rng.normal(size=TIME.size)
        assert find_oscillation(TIME, white, LIMITS) is None
        assert find_oscillation(TIME, np.cumsum(white), LIMITS) is None


def test_cycles_that_differ_in_pairs_have_the_period_of_the_pair() -> None:
    """A subharmonic: every second swing is smaller by half."""
    pair = np.sin(2.0 * np.pi * TIME / 100.0) * np.where((TIME // 100.0) % 2 == 0, 1.0, 0.4)
    found = find_oscillation(TIME, pair, LIMITS)
    assert found is not None
    assert found.period == pytest.approx(200.0, rel=0.02)


def test_two_unequal_swings_a_cycle_are_one_cycle() -> None:
    """One of five eighths, one of three eighths of the period: more than the shortest cycle that crossings count."""
    phase = (TIME % 200.0) / 200.0
    swings = np.where(
        phase < 0.62, np.sin(2.0 * np.pi * phase / 0.62), 0.7 * np.sin(2.0 * np.pi * (phase - 0.62) / 0.38)
    )
    found = find_oscillation(TIME, swings, LIMITS)
    assert found is not None
    assert found.period == pytest.approx(200.0, rel=0.02)
    assert found.amplitude == pytest.approx(1.0, rel=0.05)


def test_quicker_swings_on_top_do_not_shift_the_period() -> None:
    found = find_oscillation(TIME, np.sin(2.0 * np.pi * TIME / 150.0) + 0.5 * np.sin(2.0 * np.pi * TIME / 40.0), LIMITS)
    assert found is not None
    assert found.period == pytest.approx(150.0, rel=0.01)
