"""Dead time: exact at ticks, and that of a pipe whose flow changes."""

from __future__ import annotations

import control
import numpy as np
import pytest
from control_rigs import steps, ticks

import heatsim as hs
from heatsim.control import FirstOrder, SampledPID, TransportDelay
from heatsim.errors import UsageError
from heatsim.system import System


def delayed(unit, u, **others):
    rows = [{"u": float(value)} | {name: float(v[k]) for name, v in others.items()} for k, value in enumerate(u)]
    return np.array([row["y"] for row in ticks(unit, rows)])


@pytest.mark.parametrize(("L", "period"), [(20.0, 1.0), (20.0, 0.5), (7.3, 1.0), (0.0, 1.0), (0.4, 1.0)])
def test_constant_dead_time_is_exact_for_what_is_straight_between_ticks(L, period):
    t = np.arange(200) * period
    y = delayed(TransportDelay(L=L, period=period), 2.0 + 0.3 * t)
    np.testing.assert_allclose(y, 2.0 + 0.3 * np.maximum(t - L, 0.0), atol=1e-9)


def test_a_step_comes_out_at_its_time():
    t = np.arange(100.0)
    y = delayed(TransportDelay(L=20.0), np.where(t < 30.0, 0.0, 1.0))
    assert np.flatnonzero(y > 0.0)[0] == 50
    assert set(y) == {0.0, 1.0}


def test_flow_through_a_volume_gives_the_time_since_what_leaves_has_entered():
    """m_flow = 10(1 + t/100) kg/s through 0.5 m³: what leaves at t entered at s with ∫ m_flow from s to t = 500 kg."""
    t = np.arange(0.0, 120.0, 0.5)
    flow = 10.0 * (1.0 + t / 100.0)
    u = np.sin(t / 15.0)
    y = delayed(TransportDelay(volume=0.5, longest=100.0, period=0.5), u, m_flow=flow)
    # x = t + t²/200 is the water moved over 10 kg/s; s from s + s²/200 = x − 50
    entered = -100.0 + np.sqrt(1e4 + 200.0 * np.maximum(t + t**2 / 200.0 - 50.0, 0.0))
    late = t + t**2 / 200.0 > 51.0
    assert late.sum() > 100
    np.testing.assert_allclose(y[late], np.sin(entered[late] / 15.0), atol=2e-4)


def test_stopped_flow_counts_as_the_slowest_that_is_kept():
    y = delayed(TransportDelay(volume=1.0, longest=30.0), np.arange(100.0), m_flow=np.zeros(100))
    np.testing.assert_allclose(y[40:], np.arange(40, 100) - 30.0, atol=1e-9)


def fopd(period, k=1.5, Ti=60.0, T=60.0, L=20.0):
    system = System("fopd").add("process", FirstOrder(T=T, start=0.5)).add("delay", TransportDelay(L=L, period=period))
    unit = SampledPID(k=k, Ti=Ti, period=period, y_start=0.5)
    system.add("c", unit, inputs={"y_min": -9.0, "y_max": 9.0}).add_input("r", "1").connect("r", "c.setpoint")
    system.connect("process.y", "delay.u").connect("delay.y", "c.measurement")
    return system.connect("c.y", "process.u")


def test_linear_model_of_the_fopd_loop_has_its_margins():
    """SIMC on gain 1, T = 60 s, L = 20 s: GM 3.14, PM 61.4°; sampled at 0.5 s, less 0.25 to 0.5 s."""
    system = fopd(0.5)
    lin = hs.linearize(system, hs.trim(system, {"r": 0.5}), open="c.y", sampled="discrete")
    omega = np.logspace(-2.2, -0.7, 600)
    gm, pm, _, _, crossover, _ = control.stability_margins(
        control.frd(-lin["c/y", "c/y"](np.exp(0.5j * omega)), omega, smooth=False)
    )
    assert gm == pytest.approx(3.14, rel=0.025)
    assert 61.4 - np.degrees(0.5 * crossover) - 0.1 < pm < 61.4 - np.degrees(0.25 * crossover) + 0.1


def test_step_response_of_the_loop_waits_for_the_dead_time():
    system = fopd(0.5)
    ds = hs.simulate(system, {"r": steps((0.0, 0.5), (10.0, 0.7))}, stop=60.0, output_step=0.5)
    seen = ds["delay.y"].values
    process = ds["process.y"].values
    np.testing.assert_array_equal(seen[40:], process[:-40])
    assert np.ptp(seen[:61]) < 1e-12


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({}, "either the dead time"),
        ({"L": 1.0, "volume": 1.0}, "either"),
        ({"L": -1.0}, "L must"),
        ({"volume": 0.0}, "volume"),
    ],
)
def test_settings_out_of_range_are_refused(wrong, message):
    with pytest.raises(UsageError, match=message):
        TransportDelay(**wrong)
