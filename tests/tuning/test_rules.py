"""Process models and rules against published values and python-control."""

from __future__ import annotations

import math

import control
import numpy as np
import pytest

from heatsim.errors import UsageError
from heatsim.tuning import (
    FOPTD,
    RULES,
    SOPTD,
    IntegratingProcess,
    Settings,
    amigo,
    amigo_pid,
    half_rule,
    improved_simc,
    lambda_tuning,
    series,
    simc,
)
from heatsim.tuning.robustness import sensitivity, unstable_poles

PROCESS = FOPTD(1.0, 60.0, 20.0)


def test_ultimate_point_is_exact() -> None:
    Ku, Pu = PROCESS.ultimate()
    assert Ku == pytest.approx(5.368, rel=1e-3)
    assert Pu == pytest.approx(71.5, rel=1e-3)
    # the phase there, by the definition of the ultimate point
    response = PROCESS.response(np.array([2 * math.pi / Pu]))[0]
    assert response.real == pytest.approx(-1 / Ku, rel=1e-9)
    assert abs(response.imag) < 1e-9


def test_simc_has_the_published_margins() -> None:
    settings = simc(PROCESS)
    found = PROCESS.margins(settings)
    assert (settings.k, settings.Ti) == (1.5, 60.0)
    assert found.gain_margin == pytest.approx(3.14, rel=0.01)
    assert found.phase_margin == pytest.approx(61.4, rel=0.01)
    assert found.Ms == pytest.approx(1.59, rel=0.01)


def test_amigo_has_the_published_margins() -> None:
    settings = amigo(PROCESS)
    found = PROCESS.margins(settings)
    assert settings.k == pytest.approx(0.637, rel=0.01)
    assert settings.Ti == pytest.approx(52.0, rel=0.01)
    assert found.gain_margin == pytest.approx(7.2, rel=0.01)
    assert found.Ms == pytest.approx(1.23, rel=0.01)


def test_simc_on_an_integrator_has_skogestads_margins() -> None:
    process = IntegratingProcess(0.01, 10.0)
    found = process.margins(simc(process))
    assert found.gain_margin == pytest.approx(2.96, rel=0.01)
    assert found.phase_margin == pytest.approx(46.9, rel=0.01)
    assert found.Ms == pytest.approx(1.70, rel=0.01)


def test_amigo_designs_for_a_sensitivity_of_1_4() -> None:
    for process in (IntegratingProcess(0.01, 10.0), FOPTD(2.0, 500.0, 20.0)):
        assert process.margins(amigo(process)).Ms == pytest.approx(1.4, rel=0.05)
    assert PROCESS.margins(amigo_pid(PROCESS)).Ms == pytest.approx(1.4, rel=0.05)


def test_lambda_is_the_time_constant_of_the_closed_loop() -> None:
    settings = lambda_tuning(PROCESS, 100.0)
    # with Ti = T the loop is 1/((lambda + L)*s)*exp(-L*s): its crossover is 1/(lambda + L)
    assert PROCESS.margins(settings).w_crossover == pytest.approx(1 / 120.0, rel=1e-3)
    assert PROCESS.margins(lambda_tuning(PROCESS)).Ms < 1.4


@pytest.mark.parametrize("T", [1e-3, 1.0, 5.0, 6.6, 60.0])
def test_delay_dominant_processes_get_a_usable_integral_time(T: float) -> None:
    process = FOPTD(1.0, T, 20.0)
    for name in ("simc", "improved_simc", "lambda"):
        settings = RULES[name](process)
        assert settings.Ti >= 20.0 / 3.0 - 1e-9
        assert process.margins(settings).Ms < 1.75
    assert simc(process).Ti == T  # the rule itself is as published
    dead = FOPTD(1.0, 1e-9, 20.0)
    assert RULES["simc"](dead).k == pytest.approx(improved_simc(dead).k)


def test_loop_is_data_for_python_control() -> None:
    gain_margin, phase_margin, _, _ = control.margin(PROCESS.loop(simc(PROCESS)))
    assert gain_margin == pytest.approx(3.14, rel=0.01)
    assert phase_margin == pytest.approx(61.4, rel=0.01)


@pytest.mark.parametrize("rule", [simc, amigo, amigo_pid, lambda_tuning])
def test_direct_acting_settings_are_mirrored(rule) -> None:  # type: ignore[no-untyped-def]
    settings, mirrored = rule(PROCESS), rule(FOPTD(-1.0, 60.0, 20.0))
    assert mirrored == Settings(-settings.k, settings.Ti, settings.Td)


def test_low_flow_onset_of_simc_and_amigo() -> None:
    """Gain and dead time go with 1/flow: SIMC fails below 55 to 60 % of the flow, AMIGO below about 38 %."""

    def onset(settings: Settings) -> float:
        low, high = 0.2, 1.0
        while high - low > 1e-4:
            flow = 0.5 * (low + high)
            stable = FOPTD(1 / flow, 60.0, 20 / flow).margins(settings).stable
            low, high = (low, flow) if stable else (flow, high)
        return high

    assert 0.55 < onset(simc(PROCESS)) < 0.60
    assert onset(amigo(PROCESS)) == pytest.approx(0.38, rel=0.02)


def test_signs_that_differ_are_refused() -> None:
    with pytest.raises(UsageError, match="different signs"):
        PROCESS.margins(Settings(-1.5, 60.0))


@pytest.mark.parametrize("rule", [simc, amigo, amigo_pid])
def test_rules_that_need_a_dead_time_say_so(rule) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UsageError, match="no dead time"):
        rule(FOPTD(1.0, 60.0, 0.0))


def test_half_rule_gives_skogestads_examples() -> None:
    first = half_rule(1.0, [1.0, 0.2])
    assert isinstance(first, FOPTD)
    assert pytest.approx((1.1, 0.1)) == (first.T, first.L)
    lags, zeros = [2.0, 1.0, 0.4, 0.2, 0.05, 0.05, 0.05], [-0.3, 0.08]
    first, second = half_rule(1.0, lags, zeros=zeros), half_rule(1.0, lags, zeros=zeros, order=2)
    assert isinstance(first, FOPTD)
    assert isinstance(second, SOPTD)
    assert pytest.approx((2.5, 1.47)) == (first.T, first.L)
    assert pytest.approx((2.0, 1.2, 0.77)) == (second.T1, second.T2, second.L)


def test_second_order_simc_is_a_series_pid() -> None:
    settings = simc(SOPTD(2.0, 100.0, 20.0, 10.0))
    assert settings == series(2.5, 80.0, 20.0)
    # series and ideal form are the same polynomial
    omega = np.geomspace(1e-3, 1e-1, 5)
    ideal = Settings(settings.k, settings.Ti, settings.Td, N=1e9).response(omega)
    s = 1j * omega
    np.testing.assert_allclose(ideal, 2.5 * (1 + 1 / (80 * s)) * (1 + 20 * s), rtol=1e-6)


def test_sampled_response_is_the_z_transform_of_the_recursion() -> None:
    settings, h = Settings(2.0, 40.0, 8.0), 5.0
    z = control.tf("z")
    integral = h / 40.0 / (z - 1)
    share = 8.0 + 10.0 * h
    derivative = 8.0 * 10.0 / share * (z - 1) / (z - 8.0 / share)
    omega = np.geomspace(1e-3, 0.6, 20)
    wanted = 2.0 * (1 + integral + derivative)(np.exp(1j * omega * h))
    np.testing.assert_allclose(settings.response(omega, h), wanted, rtol=1e-9)


@pytest.mark.parametrize("seed", range(30))
def test_unstable_poles_are_counted_as_by_eigenvalues(seed: int) -> None:
    rng = np.random.default_rng(seed)
    poles = -rng.uniform(0.05, 2.0, 3)
    poles[0] *= -1 if seed % 3 == 0 else 1
    gain = rng.uniform(0.05, 30.0)
    loop = control.zpk([], [*poles, 0.0], gain * abs(np.prod(poles)))
    closed = int(np.sum(control.feedback(loop).poles().real > 0))
    omega = np.geomspace(1e-5, 1e3, 4000)
    values = loop(1j * omega)
    count = unstable_poles(values, int(np.sum(poles > 0)))
    assert round(count) == closed
    assert abs(count - closed) < 0.05
    if closed:
        assert sensitivity(values, int(np.sum(poles > 0))) == math.inf
