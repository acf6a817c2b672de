from __future__ import annotations

import numpy as np
import pytest

from heatsim.analysis.causes.oscillation import lag, onset, period_of, wave, without_drift

TIME = np.arange(0.0, 4000.0, 5.0)


def sine(period: float, phase: float = 0.0) -> np.ndarray:
    return np.cos(2 * np.pi * TIME / period + phase)


@pytest.mark.parametrize("period", [47.0, 210.0, 633.0])
def test_period_and_amplitude_of_a_sine_on_a_drift(period: float) -> None:
    found = wave(TIME, 305.0 + 0.8 * sine(period) + 3e-4 * TIME)
    assert found.period == pytest.approx(period, rel=0.02)
    assert found.amplitude == pytest.approx(0.8, rel=0.05)
    assert found.purity > 0.95


def test_a_triangle_has_its_period_and_the_amplitude_of_equal_power() -> None:
    triangle = 2.0 * np.abs((TIME / 300.0) % 1.0 * 2.0 - 1.0) - 1.0  # from -1 to 1, mean square 1/3
    found = wave(TIME, triangle)
    assert found.period == pytest.approx(300.0, rel=0.02)
    assert found.amplitude == pytest.approx(np.sqrt(2.0 / 3.0), rel=0.03)


def test_lag_is_positive_for_what_comes_later() -> None:
    first, later = wave(TIME, sine(250.0), 250.0), wave(TIME, sine(250.0, -np.pi / 3), 250.0)
    assert lag(first, later) == pytest.approx(60.0, abs=1.0)
    assert lag(later, first) == pytest.approx(-60.0, abs=1.0)


@pytest.mark.parametrize("samples", [40, 41])
def test_a_moving_mean_over_a_period_lets_nothing_of_the_wave_into_the_drift(samples: int) -> None:
    n = np.arange(800)
    oscillation = np.sin(2 * np.pi * n / samples)
    drift = 300.0 + 0.002 * n
    assert np.max(np.abs(without_drift(oscillation + drift, samples) - oscillation)) < 0.02


def test_onset_leaves_out_what_dies_out_before_the_oscillation_grows() -> None:
    after_step = np.where(TIME > 200.0, 2.0 * np.exp(-(TIME - 200.0) / 100.0), 0.0) * sine(200.0)
    grows = np.minimum(np.exp((TIME - 3000.0) / 300.0), 1.0) * sine(200.0)
    # half of the final size at 3000 s - 300 s·ln 2
    assert onset(TIME, after_step + grows, 200.0) == pytest.approx(2792.0, abs=150.0)


def test_what_stands_still_has_no_period() -> None:
    assert np.isnan(period_of(TIME, np.full(TIME.size, 305.0), tiny=1e-9))
    assert wave(TIME, np.full(TIME.size, 305.0), tiny=1e-9).amplitude == 0.0


def test_white_noise_is_not_pure() -> None:
    noise = np.random.default_rng(3).standard_normal(TIME.size)
    assert wave(TIME, noise).purity < 0.3
