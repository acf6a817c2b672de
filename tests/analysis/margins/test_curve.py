"""Margins of curves with exact dead time against check values, python-control and by hand."""

from __future__ import annotations

from collections.abc import Callable

import control
import numpy as np
import pytest
from scipy.optimize import brentq

from heatsim.analysis.margins import margins_of
from heatsim.errors import SimulationError, UsageError

T, L = 60.0, 20.0
SIMC, AMIGO = (1.5, 60.0), (0.637, 52.0)


def _loop(k: float, Ti: float = 1e12, L: float = L, gain: float = 1.0) -> Callable[[np.ndarray], np.ndarray]:
    return lambda w: k * gain * (1 + 1 / (Ti * 1j * w)) * np.exp(-1j * w * L) / (1 + 1j * w * T)


def test_ultimate_gain_and_period_of_the_first_order_process() -> None:
    found = margins_of(_loop(1.0), 1e-4, 3.0)
    assert found.gain_margin == pytest.approx(5.368, rel=1e-3)
    assert 2 * np.pi / found.w_critical == pytest.approx(71.5, rel=1e-3)
    assert found.stable
    assert found.phase_margin == np.inf
    assert found.gain_reduction == 0.0


@pytest.mark.parametrize(("settings", "gain", "phase", "Ms"), [(SIMC, 3.14, 61.4, 1.59), (AMIGO, 7.2, None, 1.23)])
def test_check_values_of_tuning_rules(
    settings: tuple[float, float], gain: float, phase: float | None, Ms: float
) -> None:
    found = margins_of(_loop(*settings), 1e-4, 3.0)
    assert found.gain_margin == pytest.approx(gain, rel=0.01)
    assert found.Ms == pytest.approx(Ms, rel=0.01)
    if phase is not None:
        assert found.phase_margin == pytest.approx(phase, rel=0.01)
    assert found.delay_margin == pytest.approx(np.radians(found.phase_margin) / found.w_crossover, rel=1e-6)


def test_simc_loop_meets_its_closed_form() -> None:
    # the zero cancels the lag: L = k*exp(-20 s)/(60 s)
    found = margins_of(_loop(*SIMC), 1e-4, 3.0)
    crossover = 1.5 / 60.0
    assert found.gain_margin == pytest.approx(np.pi / 2 / 20.0 / crossover, rel=1e-6)
    assert found.w_crossover == pytest.approx(crossover, rel=1e-6)
    assert found.phase_margin == pytest.approx(90.0 - np.degrees(20.0 * crossover), rel=1e-6)


@pytest.mark.parametrize(("settings", "expected"), [(SIMC, (0.55, 0.60)), (AMIGO, (0.37, 0.39))])
def test_flow_at_which_a_loop_loses_stability(settings: tuple[float, float], expected: tuple[float, float]) -> None:
    def excess(flow: float) -> float:
        return np.log(margins_of(_loop(*settings, L=L / flow, gain=1 / flow), 1e-4, 3.0).gain_margin)

    assert expected[0] < brentq(excess, 0.25, 1.0, xtol=1e-4) < expected[1]


def test_unstable_loop_says_by_what_factor_its_gain_is_too_high() -> None:
    found = margins_of(_loop(4 * 1.5, 60.0), 1e-4, 3.0)
    assert not found.stable
    assert found.gain_margin == pytest.approx(np.pi / 4, rel=1e-4)
    assert found.phase_margin < 0
    assert found.delay_margin == 0.0
    assert found.Ms == np.inf


def test_agrees_with_python_control_where_there_is_no_dead_time() -> None:
    s = control.tf("s")
    loop = 30.0 / (s + 1) / (s + 2) / (s + 3)
    gain, phase, distance, w_gain, w_phase, _ = control.stability_margins(loop)
    found = margins_of(loop, 1e-3, 1e3)
    assert (found.gain_margin, found.w_critical) == pytest.approx((gain, w_gain), rel=1e-6)
    assert (found.phase_margin, found.w_crossover) == pytest.approx((phase, w_phase), rel=1e-6)
    assert found.Ms == pytest.approx(1 / distance, rel=1e-3)


def test_conditionally_stable_loop_has_two_limits() -> None:
    s = control.tf("s")
    loop = 3.0 * (s + 1) ** 2 / s**3 / (1 + 0.02 * s) ** 2

    def poles(factor: float) -> int:
        return int((control.poles(control.feedback(factor * loop, 1)).real > 0).sum())

    found = margins_of(loop, 1e-3, 1e3, unstable=poles(1.0))
    assert found.stable
    assert 0 < found.gain_reduction < 1 < found.gain_margin
    for limit, inside in ((found.gain_reduction, 1.02), (found.gain_margin, 0.98)):
        assert poles(limit * inside) == 0
        assert poles(limit * (2 - inside)) > 0


def test_touching_the_axis_without_leaving_is_no_limit() -> None:
    # the curve of an unstable loop that more gain makes stable: the limit lies above 1
    s = control.tf("s")
    loop = 0.5 / (s - 1)
    found = margins_of(loop, 1e-3, 1e2, unstable=1)
    assert not found.stable
    assert found.gain_margin == pytest.approx(2.0, rel=1e-3)
    assert margins_of(4 * loop, 1e-3, 1e2, unstable=0).gain_reduction == pytest.approx(0.5, rel=1e-3)


def test_sampled_loop_whose_pole_leaves_at_half_the_sampling_rate() -> None:
    # proportional control of an integrator with h = 1: z - 1 + k, unstable above 2 through z = -1
    z = control.tf([1, 0], [1], 1.0)
    found = margins_of(0.5 / (z - 1), 1e-3, np.pi, nyquist=True, dt=1.0)
    assert found.stable
    assert found.gain_margin == pytest.approx(4.0, rel=1e-6)
    assert found.w_critical == pytest.approx(np.pi)


def test_wrong_sign_is_unstable() -> None:
    assert not margins_of(lambda w: -0.5 / (1j * w) / (1 + 1j * w), 1e-3, 1e2).stable
    assert not margins_of(lambda w: -2.0 / (1 + 1j * w), 1e-3, 1e2).stable


def test_sharp_resonance_between_two_points_is_found() -> None:
    resonance = 0.3e-2

    def loop(w: np.ndarray) -> np.ndarray:
        return 0.02 / (1j * w) + 1e-3 * 1j * w / ((1j * w) ** 2 + 2 * resonance * 1j * w + 1.0)

    seen = margins_of(loop, 1e-3, 1e2, seeds=np.array([1.0]))
    assert np.abs(seen.response.frdata).ravel()[np.asarray(seen.response.omega) > 0.9].max() > 0.16


def test_bad_curves_and_ranges_are_refused() -> None:
    with pytest.raises(UsageError, match="0 < low < high"):
        margins_of(_loop(1.0), 1.0, 0.1)
    with pytest.raises(SimulationError, match="not finite at"):
        margins_of(lambda w: np.full(w.shape, np.nan + 0j), 1e-3, 1.0)
