"""Step and relay tests on rigs whose process is known."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tuning_rigs import case_of, foptd_rig, load_step

import heatsim as hs
from heatsim.control import PI, PID, SampledPID, SampledSensor
from heatsim.errors import UsageError
from heatsim.tuning import FOPTD, Cycle, RelayTest, relay_test, step_test

PROCESS = FOPTD(1.0, 60.0, 20.0)


def pid(k: float = 1.5) -> PID:
    return PID(k=k, Ti=60.0)


@pytest.fixture(scope="module")
def relays() -> dict[float, RelayTest]:
    """Relay tests with a fine sample time by bias."""
    case = case_of(foptd_rig(pid(), period=0.1), 450.0, output_step=0.1)
    return {bias: relay_test(case, "pi", 0.1, bias=bias, rest=1.0) for bias in (0.0, 0.3)}


def test_step_test_finds_the_process_again() -> None:
    found = step_test(case_of(foptd_rig(pid()), 600.0), "pi", 0.1).process
    assert (found.gain, found.T) == pytest.approx((1.0, 60.0), rel=0.005)
    assert pytest.approx(20.0, abs=0.3) == found.L  # the rig's own sampling is 0.5 s


def test_step_test_with_noise_and_a_drifting_load() -> None:
    system = foptd_rig(pid(), noise=0.002)
    drift = hs.Signal([0.0, 1200.0], [0.0, 0.03])
    found = step_test(case_of(system, 800.0, load=drift), "pi", -0.1)
    assert found.process.gain == pytest.approx(1.0, rel=0.05)
    assert pytest.approx(60.0, rel=0.08) == found.process.T
    assert pytest.approx(20.0, abs=2.0) == found.process.L
    assert found.fit.drift == pytest.approx(0.03 / 1200.0, rel=0.2)
    assert found.fit.noise == pytest.approx(0.002, rel=0.1)


def test_step_test_sees_what_the_controller_sees() -> None:
    """A PI's sensor is part of its process; T + L is then the sum of all lags, the area above the step response."""
    found = step_test(case_of(foptd_rig(PI(k=1.5, Ti=60.0, T_sensor=10.0)), 700.0), "pi", 0.1).process
    assert pytest.approx(60.0 + 20.25 + 10.0, rel=0.02) == found.T + found.L
    assert 25.0 < found.L < 30.0


@pytest.mark.parametrize(
    ("size", "stop", "k", "match"),
    [
        (2.0, 600.0, 1.5, "leave the limits -1 to 1"),
        (0.001, 600.0, 1.5, "too small against noise"),
        (0.1, 130.0, 1.5, "not at rest"),
        (0.1, 600.0, -1.5, "runs away; turn the sign"),
        (0.1, 5.0, 1.5, "too few samples"),
        (math.nan, 600.0, 1.5, "is no step"),
    ],
)
def test_step_tests_that_say_nothing_are_refused(size: float, stop: float, k: float, match: str) -> None:
    case = case_of(foptd_rig(pid(k), noise=0.002), stop)
    with pytest.raises(UsageError, match=match):
        step_test(case, "pi", size)


@pytest.mark.parametrize("load", [lambda t: 0.05 * np.sin(t / 300.0), lambda t: 0.02 * (1.0 - np.cos(t / 150.0))])
def test_a_load_that_swings_slowly_does_not_pass_for_a_response(load: Any) -> None:
    times = np.linspace(0.0, 1000.0, 101)
    signal = hs.Signal(times, load(times))
    with pytest.raises(UsageError, match="something else moves the measurement"):
        step_test(case_of(foptd_rig(pid()), 1000.0, load=signal, output_step=2.0), "pi", 0.1)


@pytest.mark.parametrize("resolution", [0.05, 0.1])
def test_stairs_of_a_coarse_sensor_are_no_response(resolution: float) -> None:
    system = foptd_rig(pid())
    system.insert("sensor", SampledSensor(period=0.5, resolution=resolution), before="pi.measurement")
    with pytest.raises(UsageError, match="but a few stairs of the record"):
        step_test(case_of(system, 600.0), "pi", 0.1)


def test_describing_function_of_the_ideal_relay() -> None:
    """The cycle of an ideal relay on FOPTD in closed form: amplitude 1 - exp(-L/T), and an estimate of Ku of 4.49."""
    amplitude = -math.expm1(-20.0 / 60.0)
    half = 60.0 * math.log(2.0 * math.exp(20.0 / 60.0) - 1.0)
    cycle = Cycle(half, half, 1.0, 1.0, amplitude, 0.0, 0.0, 0.0)
    assert cycle.Ku == pytest.approx(4.49, rel=1e-3)
    assert math.isnan(cycle.gain)
    assert cycle.process() is None


def test_relay_underestimates_the_ultimate_gain_and_its_model_does_not(relays: dict[float, RelayTest]) -> None:
    exact, period = PROCESS.ultimate()
    for relay in relays.values():
        assert relay.Ku == pytest.approx(4.49, rel=0.01)
        Ku, Pu = relay.process.ultimate()
        assert Ku == pytest.approx(exact, rel=0.01)
        assert Pu == pytest.approx(period, rel=0.01)
        assert abs(relay.Ku / exact - 1) > 0.15


def test_biased_cycle_tells_the_process(relays: dict[float, RelayTest]) -> None:
    cycle = relays[0.3].cycle
    assert cycle.gain == pytest.approx(1.0, rel=0.01)
    assert cycle.normalized_delay == pytest.approx(PROCESS.normalized_delay, rel=0.05)
    process = cycle.process()
    assert process is not None
    assert pytest.approx((60.0, 20.0), rel=0.05) == (process.T, process.L)
    # better than the describing function
    assert abs(process.ultimate()[0] / 5.368 - 1) < 0.05
    assert math.isnan(relays[0.0].cycle.gain)


def test_relay_with_noise_raises_its_hysteresis() -> None:
    system = foptd_rig(pid(), noise=0.002)
    found = relay_test(case_of(system, 700.0), "pi", 0.15)
    assert 0.004 < found.cycle.hysteresis < 0.03
    assert (found.process.gain, found.process.T) == pytest.approx((1.0, 60.0), rel=0.05)
    assert pytest.approx(20.0, rel=0.05) == found.process.L


def test_relay_on_a_direct_acting_loop_and_with_default_amplitude() -> None:
    found = relay_test(case_of(foptd_rig(pid(-1.5), gain=-2.0), 450.0), "pi")
    assert found.process.gain == pytest.approx(-2.0, rel=0.02)
    assert found.cycle.up + found.cycle.down == pytest.approx(0.2)
    assert np.ptp(found.command) == pytest.approx(0.2)


def test_relay_ticks_with_a_digital_controller() -> None:
    found = relay_test(case_of(foptd_rig(SampledPID(k=1.5, Ti=60.0, period=2.0)), 600.0), "pi", 0.1)
    changes = np.flatnonzero(np.diff(found.command)) + 1
    assert np.all(np.mod(found.time[changes], 2.0) == 0.0)
    assert pytest.approx(21.0, abs=1.0) == found.process.L


@pytest.mark.parametrize(
    ("amplitude", "stop", "k", "noise", "options", "match"),
    [
        (0.1, 600.0, -1.5, 0.0, {}, "runs away in the wrong direction"),
        (0.1, 600.0, 1.5, 0.0, {"sign": -1.0}, "runs away in the wrong direction"),
        (0.9, 600.0, 1.5, 0.0, {}, "leave the limits -1 to 1"),
        (0.001, 600.0, 1.5, 0.003, {}, "no oscillation"),
        (0.1, 150.0, 1.5, 0.0, {}, "no oscillation"),
        (0.1, 600.0, 1.5, 0.0, {"hysteresis": 0.5}, "no oscillation"),
        (0.1, 600.0, 1.5, 0.0, {"bias": 1.0}, "bias"),
        (0.1, 600.0, 1.5, 0.0, {"hysteresis": -1.0}, "hysteresis"),
    ],
)
def test_relay_tests_that_say_nothing_are_refused(
    amplitude: float, stop: float, k: float, noise: float, options: dict[str, float], match: str
) -> None:
    case = case_of(foptd_rig(pid(k), noise=noise), stop)
    with pytest.raises(UsageError, match=match):
        relay_test(case, "pi", amplitude, **options)


def test_a_load_that_changes_during_the_relay_test_is_refused() -> None:
    case = case_of(foptd_rig(pid()), 450.0, load=hs.Signal([0.0, 300.0, 320.0, 450.0], [0.0, 0.0, 0.2, 0.2]))
    with pytest.raises(UsageError, match=r"relay_test 'pi': (the cycle has not settled|no oscillation|first order)"):
        relay_test(case, "pi", 0.1)


def test_a_saturated_loop_has_no_room_for_a_relay() -> None:
    system = foptd_rig(pid())
    system.set("pi.y_max", 0.002)
    with pytest.raises(UsageError, match="saturated"):
        relay_test(case_of(system, 450.0), "pi")


def test_an_unknown_loop_is_named() -> None:
    with pytest.raises(UsageError, match="no control loop 'po'"):
        step_test(case_of(foptd_rig(pid()), 100.0), "po", 0.1)


def test_the_case_must_begin_at_rest() -> None:
    case = replace(case_of(foptd_rig(pid()), 100.0), start_from=None)
    with pytest.raises(UsageError, match="starts from rest"):
        step_test(case, "pi", 0.1)


@pytest.mark.parametrize("test", [lambda case: step_test(case, "pi", 0.1), lambda case: relay_test(case, "pi", 0.1)])
def test_a_load_that_steps_during_the_test_is_refused_and_not_taken_for_the_process(test: Any) -> None:
    case = case_of(foptd_rig(pid()), 450.0, load=load_step(at=200.0, size=0.05))
    with pytest.raises(UsageError, match=r"input 'load' steps at 200 s, during the test; .*'load': 0"):
        test(case)


def test_the_text_of_a_test_is_its_figures_and_not_its_record() -> None:
    found = step_test(case_of(foptd_rig(pid()), 600.0), "pi", 0.1)
    assert "gain=1.0" in repr(found)
    assert len(repr(found)) < 400
