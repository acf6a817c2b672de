"""The continuous PID: the PI when it has its settings, its transfer function, limits, modes, external reset."""

from __future__ import annotations

import math

import control
import numpy as np
import pytest
from control_rigs import defaults, function, loop, parameters, steps

import heatsim as hs
from heatsim.control import PI, PID, Sensor
from heatsim.errors import UsageError

RTOL = 1e-8


def run(system, r, stop=600.0, load=0.0, output_step=1.0, **options):
    options = {"rtol": RTOL, "variables": ["*", "states"]} | options
    return hs.simulate(system, {"r": r, "load": load}, stop=stop, output_step=output_step, **options)


def test_with_the_settings_of_a_pi_it_is_that_pi_also_in_saturation():
    settings = {"k": 4.0, "Ti": 40.0, "Tt": 25.0}
    r, load = steps((0.0, 0.8), (300.0, 1.3), (500.0, 0.4)), steps((0.0, 0.0), (700.0, 0.1))
    pi = run(loop(PI(T_sensor=8.0, **settings), feedforward=0.05), r, 900.0, load)
    pid = run(loop(PID(T_filter=8.0, **settings), feedforward=0.05), r, 900.0, load)
    assert (pi["c.y"] >= 1.0).sum() > 100  # part of the run is in saturation
    for name in ("process.y", "c.y", "c.measured", "c.integral"):
        np.testing.assert_allclose(pid[name], pi[name], atol=2e-6, err_msg=name)


@pytest.mark.parametrize(("b", "c"), [(1.0, 0.0), (0.4, 0.0), (0.0, 1.0), (0.7, 0.3)])
def test_transfer_functions_are_those_of_the_textbook(b, c):
    """From set point and from measurement: k(b + 1/(Ti s) + c Td s/(1 + s Td/N)) and −k(1 + …)F(s)."""
    k, Ti, Td, N, Tf = 1.7, 45.0, 9.0, 8.0, 3.0
    system = loop(PID(k=k, Ti=Ti, Td=Td, N=N, T_filter=Tf, b=b, c=c), y_min=-10.0, y_max=10.0)
    point = hs.trim(system, {"r": 0.5, "load": 0.0})
    lin = hs.linearize(system, point, ["r", "c.measurement"], ["c.y"], open="c.measurement")
    s = control.tf("s")
    derivative = Td * s / (1 + Td / N * s)
    omega = np.logspace(-4, 1, 40)
    for column, wanted in ((0, k * (b + 1 / (Ti * s) + c * derivative)), (1, -k * (1 + 1 / (Ti * s) + derivative))):
        filtered = wanted / (1 + Tf * s) if column else wanted
        np.testing.assert_allclose(lin(1j * omega)[0, column], filtered(1j * omega), rtol=1e-7)
    assert lin.info.kinks == ()


def test_step_response_of_the_closed_loop_is_that_of_python_control():
    k, Ti, Td, N, b = 3.0, 40.0, 6.0, 10.0, 0.5
    ds = run(loop(PID(k=k, Ti=Ti, Td=Td, N=N, b=b), y_min=-9.0, y_max=9.0), 0.6, 400.0)
    s = control.tf("s")
    derivative = Td * s / (1 + Td / N * s)
    process, feedback = 1 / (60 * s + 1), k * (1 + 1 / (Ti * s) + derivative)
    closed = control.minreal(process * k * (b + 1 / (Ti * s)) / (1 + process * feedback), verbose=False)
    expected = control.step_response(closed, ds["time"].values).outputs * 0.6
    # the filters of the units start at 0 as the textbook's do
    np.testing.assert_allclose(ds["process.y"], expected, atol=1e-5)


def test_without_filter_the_margins_are_those_of_the_plain_pi():
    """FOPTD with gain 1, T = 60 s, L = 20 s under SIMC: GM 3.14, PM 61.4°, Ms 1.59 (the dead time added here)."""
    system = loop(PID(k=1.5, Ti=60.0), y_max=9.0)
    lin = hs.linearize(system, hs.trim(system, {"r": 0.5, "load": 0.0}), open="c.y")
    omega = np.logspace(-4, 0, 20001)
    open_loop = -lin["c/y", "c/y"](1j * omega) * np.exp(-20j * omega)
    gm, pm, *_ = control.margin(control.frd(open_loop, omega, smooth=False))
    assert gm == pytest.approx(3.14, rel=0.01)
    assert pm == pytest.approx(61.4, rel=0.01)
    assert np.max(np.abs(1 / (1 + open_loop))) == pytest.approx(1.59, rel=0.01)


def test_anti_windup_limits_the_overshoot_and_without_it_the_integral_winds_up():
    r = steps((0.0, 1.4), (800.0, 0.5))  # 1.4 is out of reach of a command of 1
    overshoot, integral = {}, {}
    for Tt in (20.0, math.inf):
        for kind, unit in (("PI", PI(k=2.0, Ti=30.0, T_sensor=1.0, Tt=Tt)), ("PID", PID(k=2.0, Ti=30.0, Tt=Tt))):
            ds = run(loop(unit), r, 2500.0)
            late = ds.sel(time=slice(800.0, None))
            above = late["process.y"] > 0.55
            overshoot[kind, Tt] = float(above.sum())
            integral[kind, Tt] = float(ds["c.integral"].sel(time=800.0))
    for kind in ("PI", "PID"):
        # k/Ti·e·t: 0.4/30·2 a second, for more than 700 s
        assert integral[kind, math.inf] > 18.0
        assert integral[kind, 20.0] < 1.0
        assert overshoot[kind, math.inf] > 500.0
        assert overshoot[kind, 20.0] < 100.0


def test_rate_of_the_command_is_limited_and_small_signals_pass_unchanged():
    free, slow = PID(k=1.0, Ti=60.0), PID(k=1.0, Ti=60.0, rate=0.01)
    fast = run(loop(slow, y_max=2.0), steps((0.0, 0.0), (50.0, 0.6)), output_step=0.5)
    change = np.diff(fast["c.y"].values) / 0.5
    assert np.abs(change[102:]).max() <= 0.01 * (1 + 1e-6)
    # what passes at once is less than rate times 1 s
    assert np.abs(np.diff(fast["c.y"].values)).max() <= 0.01 * 1.5
    assert (change > 0.0099).sum() > 50
    assert float(fast["process.y"][-1]) == pytest.approx(0.6, abs=1e-3)
    small = steps((0.0, 0.5), (50.0, 0.505))
    a = run(loop(free, start=0.5), small, start_from=hs.trim(loop(free), {"r": 0.5, "load": 0.0}))
    b = run(loop(slow, start=0.5), small, start_from=hs.trim(loop(slow), {"r": 0.5, "load": 0.0}))
    np.testing.assert_allclose(a["c.y"], b["c.y"], atol=1e-6)


def test_dead_band_holds_the_command_and_acts_beyond_it():
    unit = PID(k=2.0, Ti=30.0, dead_band=0.1)
    f, p = function(unit), list(parameters(unit).values())
    x = [0.4, -0.5, 0.5, 0.4]
    for measurement, expected in ((0.41, 0.4), (0.59, 0.4), (0.3, 0.4 + 2.0 * 0.1), (0.65, 0.4 - 2.0 * 0.05)):
        rates, outputs = f(x, list(defaults(unit, measurement=measurement, setpoint=0.5).values()), p)
        assert float(outputs[0]) == pytest.approx(expected)
        assert float(rates[0]) == pytest.approx((expected - 0.4) / 30.0)


def test_changing_gain_at_rest_does_not_move_the_command_whatever_the_weights():
    system = loop(PID(k=2.0, Ti=30.0, Td=4.0, b=0.3))
    system.add_input("factor", "1").connect("factor", "c.k_factor").connect("factor", "c.Ti_factor")
    inputs = {"r": 0.5, "load": 0.0, "factor": steps((0.0, 1.0), (100.0, 0.4))}
    ds = hs.simulate(system, inputs, stop=300.0, output_step=1.0, start_from=hs.trim(system, inputs), rtol=RTOL)
    assert float(np.ptp(ds["c.y"].values)) < 1e-6


def test_factors_act_as_gain_and_integral_time_do():
    plain = run(loop(PID(k=0.8, Ti=90.0, b=0.6)), 0.6)
    scheduled = run(loop(PID(k=2.0, Ti=30.0, Tt=90.0, b=0.6), k_factor=0.4, Ti_factor=3.0), 0.6)
    np.testing.assert_allclose(scheduled["c.y"], plain["c.y"], atol=1e-6)


def test_manual_and_back_without_a_jump():
    system = loop(PID(k=3.0, Ti=40.0, T_manual=20.0), y_manual=0.7)
    system.add_input("manual", "1").connect("manual", "c.manual")
    inputs = {"r": 0.5, "load": 0.0, "manual": steps((0.0, 0.0), (200.0, 1.0), (500.0, 0.0))}
    start = hs.trim(system, {"r": 0.5, "load": 0.0, "manual": 0.0})
    ds = hs.simulate(system, inputs, stop=900.0, output_step=0.25, start_from=start, rtol=RTOL)
    y = ds["c.y"].values
    # an exponential of 20 s over 0.2 has its steepest 0.25 s at the begin: 0.0025, and 1/20 of the way goes at once
    assert np.abs(np.diff(y)).max() < 0.2 * (0.25 + 1.0) / 20.0 * 1.05
    assert ds["c.y"].sel(time=499.0).item() == pytest.approx(0.7, abs=1e-4)
    # back in automatic the command goes on from where it was, at k/Ti·e = 0.015 a second, not by k·e = 0.6 at once
    back = ds["c.y"].sel(time=slice(499.5, 500.5)).values
    assert np.ptp(back) < 0.01
    assert ds["c.y"].sel(time=900.0).item() == pytest.approx(0.5, abs=2e-2)


def test_external_reset_makes_the_integral_the_lagged_tracked_signal():
    """With Tt = Ti and tracking, der(I) = (track − I)/Ti whatever the error is (Shinskey)."""
    unit = PID(k=2.0, Ti=30.0)
    f, p = function(unit), list(parameters(unit).values())
    u = defaults(unit, measurement=0.2, setpoint=0.5, track=0.35, tracking=1.0)
    rates, _ = f([0.1, -0.2, 0.5, 0.1], list(u.values()), p)
    assert float(rates[0]) == pytest.approx((0.35 - 0.1) / 30.0)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"k": math.nan}, "k must be a finite number"),
        ({"Ti": 0.0}, "Ti must be a positive time"),
        ({"Td": -1.0}, "Td must be a time"),
        ({"b": 1.5}, "b must be between 0 and 1"),
        ({"Tt": 0.0}, "Tt must be a positive time"),
        ({"rate": 0.0}, "rate must be positive"),
        ({"dead_band": -0.1}, "dead_band must be 0 or more"),
    ],
)
def test_settings_out_of_range_are_refused_by_name(wrong, message):
    with pytest.raises(UsageError, match=message):
        PID(**{"k": 1.0, "Ti": 10.0} | wrong)


def test_like_takes_settings_units_and_what_was_set_in_the_system():
    system = loop(PI(k=-0.04, Ti=45.0, T_sensor=12.0, unit="1", measured_start=0.3, y_start=0.8))
    system.set("c.k", -0.08)
    unit = PID.like(system.members["c"], Td=3.0)
    assert (unit.k, unit.Ti, unit.T_filter, unit.Tt, unit.Td) == (-0.08, 45.0, 12.0, 45.0, 3.0)
    assert (unit.measured_start, unit.y_start) == (0.3, 0.8)
    with pytest.raises(UsageError, match="no PI or PID"):
        PID.like(Sensor())


def test_nan_measurement_is_no_quiet_command():
    with pytest.raises((hs.SimulationError, hs.InputError)):
        run(loop(PID(k=1.0, Ti=10.0)), float("nan"))
