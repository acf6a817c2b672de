"""Process models from frequency responses and from records."""

from __future__ import annotations

import math

import numpy as np
import pytest

from heatsim.errors import UsageError
from heatsim.tuning import FOPTD, fit_record, fit_response, fit_step, half_rule, simc
from heatsim.tuning.reduction import critical_frequency

OMEGA = np.geomspace(1e-5, 10.0, 400)


@pytest.mark.parametrize("gain", [2.0, -0.03])
@pytest.mark.parametrize(("T", "L"), [(60.0, 20.0), (300.0, 5.0), (10.0, 40.0)])
def test_a_foptd_is_found_again(gain: float, T: float, L: float) -> None:
    process = FOPTD(gain, T, L)
    fit = fit_response(OMEGA, process.response(OMEGA), gain)
    assert (fit.process.gain, fit.process.T, fit.process.L) == pytest.approx((gain, T, L), rel=1e-3)
    assert fit.error < 1e-6


def test_the_critical_frequency_is_that_of_the_ultimate_period() -> None:
    process = FOPTD(3.0, 60.0, 20.0)
    found = critical_frequency(OMEGA, process.response(OMEGA))
    assert 2 * math.pi / found == pytest.approx(process.ultimate()[1], rel=1e-3)


def test_slow_dynamics_below_the_band_do_not_enter() -> None:
    process = FOPTD(5.0, 60.0, 20.0)
    drift = 1 + 3 / (1 + 2e5j * OMEGA)  # a tank that fills in days
    fit = fit_response(OMEGA, process.response(OMEGA) * drift, 1.0)
    assert fit.process.gain == pytest.approx(5.0, rel=0.02)
    assert abs(process.response(OMEGA) * drift)[0] > 9.0


def test_reduction_of_many_lags_agrees_with_the_half_rule() -> None:
    lags = [60.0, 20.0, 8.0, 3.0]
    values = np.prod([1 / (1 + 1j * OMEGA * lag) for lag in lags], axis=0)
    fit, rule = fit_response(OMEGA, values, 1.0), half_rule(1.0, lags)
    assert isinstance(rule, FOPTD)
    assert 0.01 < fit.error < 0.2
    # both lead to about the same controller
    assert simc(fit.process).k == pytest.approx(simc(rule).k, rel=0.35)


def test_a_resonance_is_refused() -> None:
    s = 1j * OMEGA
    values = 1 / (1 + 0.02 * (s / 0.05) + (s / 0.05) ** 2) * np.exp(-5 * s)
    with pytest.raises(UsageError, match="first order with dead time does not describe"):
        fit_response(OMEGA, values, 1.0)


def test_a_wrong_sign_is_refused() -> None:
    with pytest.raises(UsageError, match="wrong sign"):
        fit_response(OMEGA, FOPTD(-1.0, 60.0, 20.0).response(OMEGA), 1.0)


def test_no_effect_is_refused() -> None:
    with pytest.raises(UsageError, match="no effect"):
        fit_response(OMEGA, np.zeros(OMEGA.size, dtype=complex), 1.0)


def record(noise: float, drift: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Exact step response of FOPTD(2, 60, 20) to a step of 0.5 at 100 s, with noise and drift."""
    t = np.arange(0.0, 601.0, 1.0)
    u = np.where(t >= 100.0, 0.5, 0.0)
    y = 2.0 * 0.5 * -np.expm1(-np.maximum(t - 120.0, 0.0) / 60.0)
    return t, u, y + drift * t + 7.0 + noise * np.random.default_rng(seed).standard_normal(t.size)


def test_record_without_noise_is_exact() -> None:
    fit = fit_record(*record(0.0, 0.0))
    assert (fit.process.gain, fit.process.T, fit.process.L) == pytest.approx((2.0, 60.0, 20.0), rel=1e-4)
    assert fit.offset == pytest.approx(7.0)
    assert fit.error < 1e-4


def test_record_with_noise_and_drift() -> None:
    fit = fit_step(*record(0.02, 4e-4))
    assert fit.process.gain == pytest.approx(2.0, rel=0.05)
    assert pytest.approx(60.0, rel=0.08) == fit.process.T
    assert pytest.approx(20.0, abs=2.0) == fit.process.L
    assert fit.drift == pytest.approx(4e-4, rel=0.25)
    assert fit.noise == pytest.approx(0.02, rel=0.1)


def test_standard_errors_are_those_of_many_records() -> None:
    fits = [fit_record(*record(0.02, 0.0, seed), drift=False) for seed in range(40)]
    for name in ("gain", "T", "L"):
        spread = float(np.std([getattr(fit.process, name) for fit in fits]))
        stated = float(np.mean([getattr(fit, f"{name}_error") for fit in fits]))
        assert stated == pytest.approx(spread, rel=0.4)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda t, u, y: (t, u, np.where(t == 50, np.nan, y)), "not finite"),
        (lambda t, u, y: (t, np.zeros_like(u), y), "changes 0 times"),
        (lambda t, u, y: (t, np.sin(t), y), "changes 600 times"),
        (lambda t, u, y: (t[::-1], u, y), "time rising"),
        (lambda t, u, y: (t[:180], u[:180], y[:180]), "not at rest"),
        (lambda t, u, y: (t, u, np.random.default_rng(0).standard_normal(t.size)), "too small against noise"),
        (lambda t, u, y: (t, u, 0.3 * y + 0.02 * t), "drift"),
        (lambda t, u, y: (t, u, np.where(t > 100, np.exp(-t / 400) * np.sin(t / 20), 0.0)), "step_test 'record'"),
    ],
)
def test_records_that_say_nothing_are_refused(change, match: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UsageError, match=match):
        fit_step(*change(*record(1e-4, 0.0)))
