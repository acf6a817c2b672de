"""The digital PID: against a recursion written down here, the z-transform, and the continuous one it approaches."""

from __future__ import annotations

import itertools
import math

import control
import numpy as np
import pytest
from control_rigs import defaults, loop, parameters, steps, ticks

import heatsim as hs
from heatsim.case import Case
from heatsim.control import PI, PID, SampledPID, Sensor
from heatsim.errors import UsageError
from heatsim.system import System

REST = {"r": 0.5, "load": 0.0}


def random_rows(unit, count=200, **given):
    generator = np.random.default_rng(7)
    measured = 0.5 + 0.2 * np.sin(np.arange(count) / 9.0) + 0.05 * generator.normal(size=count)
    return [
        defaults(unit, measurement=float(m), setpoint=0.5 if k < 90 else 0.7, **given) for k, m in enumerate(measured)
    ]


def test_follows_the_textbook_recursion_with_weights_filters_and_saturation():
    """Positional algorithm of Åström and Hägglund (2006), section 13.5, written out with P = k(b·r − y)."""
    k, Ti, Td, N, Tf, b, c, Tt, h = 0.9, 20.0, 5.0, 8.0, 4.0, 0.6, 0.3, 15.0, 2.0
    unit = SampledPID(k=k, Ti=Ti, Td=Td, N=N, T_filter=Tf, b=b, c=c, Tt=Tt, y_start=0.4, period=h)
    rows = random_rows(unit, y_min=0.1, y_max=0.9)
    found = ticks(unit, rows)

    a, r = math.exp(-h / Tf), 0.5
    y = rows[0]["measurement"]
    integral, d, old = 0.4 + k * (1 - b) * r, 0.0, c * r - y
    limited = 0
    for row, got in zip(rows, found, strict=True):
        r = row["setpoint"]
        y = a * y + (1 - a) * row["measurement"]
        d = Td / (Td + N * h) * d + k * Td * N / (Td + N * h) * (c * r - y - old)
        old = c * r - y
        v = k * (b * r - y) + integral + d
        u = min(max(v, 0.1), 0.9)
        limited += u != v
        assert got["y"] == pytest.approx(u, abs=1e-12)
        assert got["error"] == pytest.approx(r - y, abs=1e-12)
        integral += k * h / Ti * (r - y) + (1 - math.exp(-h / Tt)) * (u - v)
    assert 10 < limited < 150


def discrete(system, point, **kwargs):
    return hs.linearize(system, point, sampled="discrete", **kwargs)


@pytest.mark.parametrize("h", [5.0, 20.0])
def test_linear_model_is_the_exact_z_transform(h):
    k, Ti, Td, N, Tf = 1.3, 50.0, 8.0, 10.0, 6.0
    system = loop(SampledPID(k=k, Ti=Ti, Td=Td, N=N, T_filter=Tf, period=h), y_min=-9.0, y_max=9.0)
    lin = discrete(system, hs.trim(system, REST), open="c.y")
    assert lin.dt == h
    z = control.tf("z")
    z.dt = h
    process = control.c2d(control.tf([1.0], [60.0, 1.0]), h, "zoh")
    a = math.exp(-h / Tf)
    filtered = (1 - a) * z / (z - a)
    derivative = Td * N / (Td + N * h) * (z - 1) / (z - Td / (Td + N * h))
    controller = k * (1 + h / Ti / (z - 1) + derivative)
    at = np.exp(1j * h * np.logspace(-4, np.log10(0.99 * np.pi / h), 40))
    expected = -controller(at) * filtered(at) * process(at)
    # the added command acts at once, the controller sees it from the next tick on
    np.testing.assert_allclose(lin["c/y", "c/y"](at), expected, rtol=1e-6)


def test_holding_the_command_acts_like_a_dead_time_of_half_a_period():
    """Phase of the sampled loop against the continuous one, as a time."""
    h, omega = 10.0, np.linspace(0.004, 0.04, 7)

    def lag(Ti):
        plain, digital = (loop(unit, y_max=9.0) for unit in (PID(k=1.5, Ti=Ti), SampledPID(k=1.5, Ti=Ti, period=h)))
        smooth = hs.linearize(plain, hs.trim(plain, REST), open="c.y")["c/y", "c/y"]
        point = Case(plain, 1.0, REST).of(digital).begin()
        held = discrete(digital, point, open="c.y")["c/y", "c/y"]
        return -np.angle(held(np.exp(1j * omega * h)) / smooth(1j * omega)) / omega

    # what is left, h²/(12 T), comes from the image of the plant at the sampling frequency
    np.testing.assert_allclose(lag(Ti=1e5), h / 2, rtol=0.03)
    # the forward difference of the integral: 1 + h/Ti/(exp(jωh) − 1) instead of 1 + 1/(jωTi)
    more = np.angle((1 + 1 / (60j * omega)) / (1 + h / 60 / (np.exp(1j * omega * h) - 1))) / omega
    assert more[0] > 0.8 * h / 2
    np.testing.assert_allclose(lag(Ti=60.0), h / 2 + more, rtol=0.03)


def test_approaches_the_continuous_pid_in_first_order():
    settings = {"k": 2.5, "Ti": 40.0, "Td": 6.0, "T_filter": 5.0, "b": 0.7, "Tt": 20.0}
    r, load = steps((0.0, 0.7), (160.0, 0.9)), steps((0.0, 0.0), (320.0, 0.3))
    continuous = loop(PID(**settings)).set("c.reference", 0.7)
    exact = hs.simulate(continuous, {"r": r, "load": load}, stop=480.0, output_step=8.0, rtol=1e-9)
    assert (exact["c.y"] >= 1.0).any()
    errors = []
    for h in (2.0, 1.0, 0.5):
        system = loop(SampledPID(period=h, **settings))
        ds = hs.simulate(system, {"r": r, "load": load}, stop=480.0, output_step=8.0, rtol=1e-9)
        errors.append(float(np.abs(ds["process.y"] - exact["process.y"]).max()))
    for coarse, fine in itertools.pairwise(errors):
        assert math.log2(coarse / fine) == pytest.approx(1.0, abs=0.2)


@pytest.mark.parametrize(
    "settings", [{}, {"rate": 0.002}, {"b": 0.2, "Td": 5.0}, {"dead_band": 0.01}, {"Tt": math.inf}]
)
def test_takes_over_from_a_pi_at_rest_without_moving_the_command(settings):
    system = loop(PI(k=2.0, Ti=50.0, T_sensor=10.0), feedforward=0.1)
    case = Case(system, 200.0, REST)
    other = system.copy().replace("c", SampledPID.like(system.members["c"], period=7.0, **settings))
    ds = case.of(other).run()
    assert float(np.abs(ds["c.y"] - 0.5).max()) < 1e-6
    if "dead_band" not in settings:  # at rest anywhere inside of it
        back = Case(other, 200.0, REST).of(system).run()
        assert float(np.abs(back["c.y"] - 0.5).max()) < 1e-5


def test_manual_and_back_without_a_jump_and_the_controller_takes_over_from_there():
    unit = SampledPID(k=2.0, Ti=40.0, Td=4.0, period=5.0, T_manual=20.0, y_start=0.3)
    still = {"measurement": 0.5, "setpoint": 0.6}
    rows = [defaults(unit, **still, y_manual=0.9, manual=float(20 <= k < 60)) for k in range(61)]
    found = ticks(unit, rows)
    y = np.array([row["y"] for row in found])
    # the way to y_manual is an exponential of T_manual from the last automatic command
    n = np.arange(1, 41)
    np.testing.assert_allclose(y[20:60], 0.9 + (y[19] - 0.9) * np.exp(-n * 5.0 / 20.0), rtol=1e-12)
    assert y[60] == pytest.approx(y[59], abs=1e-12)
    # the operator's command within its limits, and at once when the run begins in manual
    outside = ticks(unit, [defaults(unit, **still, y_manual=1.7, manual=1.0)] * 3)
    assert [row["y"] for row in outside] == [1.0, 1.0, 1.0]


def test_rate_limit_and_dead_band():
    unit = SampledPID(k=3.0, Ti=30.0, period=4.0, rate=0.005, y_start=0.5)
    y = np.array([row["y"] for row in ticks(unit, random_rows(unit))])
    steepest = np.abs(np.diff(y)).max()
    assert steepest == pytest.approx(0.02, rel=1e-9)
    unit = SampledPID(k=3.0, Ti=30.0, period=4.0, dead_band=0.1, y_start=0.5)
    held = ticks(unit, [defaults(unit, measurement=m, setpoint=0.5) for m in (0.42, 0.5, 0.59, 0.45)])
    assert [row["y"] for row in held] == [0.5] * 4
    beyond = ticks(unit, [defaults(unit, measurement=0.65, setpoint=0.5)])
    assert beyond[0]["y"] == pytest.approx(0.5 - 3.0 * 0.05)


@pytest.mark.parametrize("Tt", [5.0, 60.0])
def test_anti_windup_leaves_the_limit_soon_also_with_samples_longer_than_its_time(Tt):
    unit, period = SampledPID(k=2.0, Ti=30.0, period=20.0, Tt=Tt), 20.0
    wound = SampledPID(k=2.0, Ti=30.0, period=period, Tt=math.inf)
    rows = [defaults(unit, measurement=0.2, setpoint=0.5)] * 60 + [defaults(unit, measurement=0.6, setpoint=0.5)] * 60
    y, y_wound = ([row["y"] for row in ticks(each, rows)] for each in (unit, wound))
    assert y[59] == y_wound[59] == 1.0
    left = next(k for k in range(60, 120) if y[k] < 1.0)
    left_wound = next((k for k in range(60, 120) if y_wound[k] < 1.0), 120)
    assert left - 60 <= math.ceil(2 * Tt / period)
    # 60 samples of 0.4 in the integral, which each sample of −0.133 takes off again: it would need 180
    assert left_wound == 120


def test_external_reset_follows_the_tracked_signal():
    unit = SampledPID(k=2.0, Ti=30.0, period=3.0, y_start=0.1)
    found = ticks(unit, [defaults(unit, measurement=0.2, setpoint=0.5, track=0.35, tracking=1.0)] * 200)
    # at rest the integral stands where k·h/Ti·e is taken back by the share of track − v
    share = -math.expm1(-3.0 / 30.0)
    assert found[-1]["memory.integral"] == pytest.approx(0.35 - 0.6 + 0.06 / share, rel=1e-6)


def test_replaces_a_loop_of_another_system_with_its_constants():
    system = loop(PI(k=2.0, Ti=50.0), feedforward=0.0, y_max=0.8)
    system.replace("c", SampledPID(k=2.0, Ti=50.0, period=5.0))
    found = system.loops["c"]
    assert (found.measurement, found.command, found.period, found.y_max) == ("process.y", "c.y", 5.0, 0.8)
    assert found.drives == ("process.u",)
    ds = hs.simulate(system, {"r": 2.0, "load": 0.0}, stop=100.0)
    assert float(ds["c.y"].max()) == 0.8


def test_a_sensor_before_the_controller_lags_continuously():
    system = loop(SampledPID(k=2.0, Ti=50.0, period=5.0))
    system.insert("sensor", Sensor(T=15.0), before="c.measurement")
    ds = hs.simulate(system, REST, stop=300.0, output_step=1.0, rtol=1e-8)
    # der(y) = (u − y)/15, integrated here by trapezoids
    u, y = ds["process.y"].values, ds["sensor.y"].values
    slope = (u - y) / 15.0
    np.testing.assert_allclose(y[-1] - y[0], np.trapezoid(slope, ds["time"].values), rtol=1e-3)


def test_survives_the_way_through_an_ssp_file(tmp_path):
    for unit in (PID(k=2.0, Ti=50.0, b=0.4, T_filter=3.0), SampledPID(k=2.0, Ti=50.0, b=0.4, period=5.0, rate=0.01)):
        system = loop(unit)
        system.to_ssp(tmp_path / "rig.ssp")
        again = System.from_ssp(tmp_path / "rig.ssp")
        a, b = (hs.simulate(s, REST, stop=100.0) for s in (system, again))
        np.testing.assert_array_equal(a["c.y"], b["c.y"])
        assert set(again.loops) == {"c"}


def test_period_must_be_positive_and_steps_do_not_change_their_arguments():
    with pytest.raises(UsageError, match="period must be a positive time"):
        SampledPID(k=1.0, Ti=10.0, period=0.0)
    unit = SampledPID(k=1.0, Ti=10.0, period=1.0)
    u, p = defaults(unit, measurement=0.2), parameters(unit)
    state = unit.initial_state(u, p)
    before = (dict(u), dict(state), dict(p))
    unit.step(0.0, u, state, p)
    assert repr((u, state, p)) == repr(before)
