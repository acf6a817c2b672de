"""The actuator: characteristic of a sticking valve, play, stroke time, and the limit cycle that stiction makes."""

from __future__ import annotations

import itertools
import math

import casadi as ca
import numpy as np
import pytest
from control_rigs import parameters, ticks

import heatsim as hs
from heatsim.analysis.linear_sampling import linear_step
from heatsim.control import Expression, FirstOrder, Positioner, SampledPID
from heatsim.errors import HeatsimWarning, UsageError
from heatsim.system import Port, System
from heatsim.system.member import Member


def triangle(amplitude=0.2, rate=0.002, cycles=3, middle=0.5):
    """Command that goes up and down, in steps of `rate`; begins and ends in the middle."""
    quarter = round(amplitude / rate)
    up = np.arange(quarter) * rate
    one = np.concatenate([up, amplitude - up, -up, up - amplitude])
    return middle + np.tile(one, cycles)


def positions(unit, u):
    return np.array([row["y"] for row in ticks(unit, [{"u": float(value)} for value in u])])


def kano(u, S, J):
    """The model of Kano et al. (2004) as its flow chart has it, from a valve that has moved up to its first command."""
    y, d, stuck, u_s = u[0] - (S - J) / 2, 1.0, True, u[0]
    found, change = [y], 0.0
    for before, now in itertools.pairwise(u):
        last, change = change, now - before
        if not stuck and change * last <= 0.0:
            u_s, stuck = before, True
        if not stuck or -d * (now - u_s) > S or d * (now - u_s) > J:
            if stuck and -d * (now - u_s) > S:
                d = -d
            stuck = False
            y = now - d * (S - J) / 2
        found.append(y)
    return np.array(found)


@pytest.mark.parametrize(("S", "J"), [(0.06, 0.02), (0.05, 0.05), (0.08, 0.0), (0.03, 0.05)])
def test_a_triangle_shows_the_stick_band_and_the_slip_jump(S, J):
    rate, amplitude = 0.0002, 0.2
    u = triangle(amplitude, rate)
    y = positions(Positioner(S=S, J=J), u)
    after = slice(round(1.0 * amplitude / rate), None)  # from the first peak on
    v, w = u[after], y[after]
    # moving, the stem trails the command by (S − J)/2; a reversal holds it while the command goes back by S
    top, bottom = 0.5 + amplitude - (S - J) / 2, 0.5 - amplitude + (S - J) / 2
    assert w.max() == pytest.approx(top, abs=2 * rate)
    assert w.min() == pytest.approx(bottom, abs=2 * rate)
    peak = int(np.argmax(v[: round(2 * amplitude / rate)]))
    held = np.flatnonzero(np.abs(w - w[peak + 1]) < 1e-12)
    first_move = next(k for k in range(peak + 1, v.size) if k not in set(held.tolist()))
    assert v[peak] - v[first_move] == pytest.approx(S, abs=2 * rate)
    assert w[first_move - 1] - w[first_move] == pytest.approx(J, abs=2 * rate)
    moving = slice(first_move, first_move + round(0.15 / rate))
    np.testing.assert_allclose(w[moving] - v[moving], (S - J) / 2, atol=1e-12)


@pytest.mark.parametrize(("S", "J"), [(0.06, 0.02), (0.04, 0.04), (0.08, 0.0)])
def test_agrees_with_the_model_of_kano_on_any_command(S, J):
    generator = np.random.default_rng(3)
    wave = 0.5 + 0.15 * np.sin(np.arange(600) / 25.0) + 0.01 * generator.normal(size=600)
    wave[200:230] = wave[200]  # a command that stands still lets the valve stick
    unit = Positioner(S=S, J=J)
    state = unit.initial_state({"u": wave[0]}, parameters(unit)) | {"stem": wave[0] - (S - J) / 2}
    state["plug"] = state["stem"]
    found = [row["y"] for row in ticks(unit, [{"u": float(value)} for value in wave], state)]
    np.testing.assert_allclose(found, kano(wave, S, J), atol=1e-12)


def test_no_jump_is_the_same_as_a_play():
    u = triangle(rate=0.001)
    np.testing.assert_allclose(positions(Positioner(S=0.06), u), positions(Positioner(backlash=0.06), u), atol=1e-12)


def test_begins_at_rest_where_the_command_is():
    for unit in (Positioner(S=0.1, J=0.03), Positioner(backlash=0.05), Positioner(T_stroke=60.0)):
        assert positions(unit, [0.37] * 5).tolist() == [0.37] * 5


@pytest.mark.parametrize("period", [0.5, 2.0])
def test_the_full_stroke_takes_the_stroke_time(period):
    unit = Positioner(T_stroke=60.0, period=period)
    y = positions(unit, [0.0, *[1.0] * 300])
    assert np.argmax(y >= 1.0 - 1e-12) * period == pytest.approx(60.0)
    np.testing.assert_allclose(np.diff(y)[:20], period / 60.0)


def test_the_drive_stops_at_the_ends_of_the_stroke_and_comes_back_at_once():
    unit = Positioner(T_stroke=60.0, period=6.0)
    y = positions(unit, [0.9, *[1.5] * 6, *[0.5] * 3, *[-2.0] * 10, 0.1])
    np.testing.assert_allclose(y[1:10], [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.9, 0.8, 0.7], atol=1e-12)
    np.testing.assert_allclose(y[-3:], [0.0, 0.0, 0.1], atol=1e-12)


@pytest.mark.parametrize("opening", [0.999, 0.7, 0.123])
def test_without_stiction_the_linear_model_knows_no_kink_at_any_opening(opening):
    step = linear_step(Member("valve", Positioner(T_stroke=60.0, period=2.0)), 0.0, {"u": opening}, at_rest(opening))
    np.testing.assert_allclose(np.asarray(step.p), [[1.0]], atol=1e-6)


def test_a_command_that_is_no_number_is_an_error_and_not_a_standstill():
    with pytest.raises(hs.SimulationError, match=r"valve: input 'u' is nan at t = 0 s"):
        hs.simulate(valve_on_nan(), stop=10.0, output_step=1.0)


def at_rest(opening):
    return {"drive": opening, "stem": opening, "plug": opening, "moving": 0.0}


def valve_on_nan():
    broken = Expression([], [Port("y", "1")], lambda u, p: {"y": ca.SX(math.nan)})
    return System("nan").add("broken", broken).add("valve", Positioner(S=0.05)).connect("broken.y", "valve.u")


def reference_cycle(k, Ti, K, T, S, J, load, stop, dt, h):
    """PI with sample time h on K/(T s + 1) behind a sticking stem, in explicit steps of dt; returns times and y."""
    static, kinetic = (S + J) / 2, (S - J) / 2
    integral, process, stem, direction, drive = 0.5, 0.5 * K, 0.5, 0, 0.5
    times, values = [], []
    for i in range(round(stop / dt)):
        if i % round(h / dt) == 0:
            e = 0.5 * K - process
            u = k * e + integral
            integral += k * h / Ti * e
            move, drive = u - drive, u
            if direction * move <= 0.0:
                direction = 0 if abs(drive - stem) <= static else int(math.copysign(1, drive - stem))
            if direction:
                stem = drive - direction * kinetic
        process += dt / T * (K * stem + load * (i * dt >= 50.0) - process)
        times.append(i * dt)
        values.append(process)
    return np.array(times), np.array(values)


def cycle(t, y):
    """Period and amplitude from the upward crossings of the middle."""
    late = t > 0.5 * t[-1]
    t, y = t[late], y[late]
    middle = 0.5 * (y.max() + y.min())
    up = np.flatnonzero((y[:-1] < middle) & (y[1:] >= middle))
    return float(np.mean(np.diff(t[up]))), 0.5 * float(np.ptp(y))


def sticking_loop(k=1.2, Ti=20.0, K=1.0, T=40.0, S=0.06, J=0.03, h=1.0):
    system = System("sticking").add("process", FirstOrder(gain=K, T=T, start=0.5 * K))
    unit = SampledPID(k=k, Ti=Ti, period=h, y_start=0.5)
    system.add("c", unit, inputs={"setpoint": 0.5 * K, "y_min": 0.0, "y_max": 1.0})
    system.add("valve", Positioner(S=S, J=J, period=h)).add_input("load", "1").connect("load", "process.load")
    system.connect("process.y", "c.measurement").connect("c.y", "valve.u")
    return system.connect("valve.y", "process.u")


def test_stiction_under_a_pi_makes_the_limit_cycle_of_an_independent_simulation():
    system = sticking_loop()
    load = hs.Signal.held([0.0, 50.0], [0.0, 0.02])
    ds = hs.simulate(system, {"load": load}, stop=3000.0, output_step=1.0)
    period, amplitude = cycle(ds["time"].values, ds["process.y"].values)
    expected = cycle(*reference_cycle(1.2, 20.0, 1.0, 40.0, 0.06, 0.03, 0.02, 3000.0, 0.02, 1.0))
    assert amplitude > 0.005
    assert period == pytest.approx(expected[0], rel=0.02)
    # a slip one sample sooner or later is a matter of rounding, and changes single peaks by some percent
    assert amplitude == pytest.approx(expected[1], rel=0.05)
    # without stiction the same loop comes to rest
    calm = hs.simulate(sticking_loop(S=0.0, J=0.0), {"load": load}, stop=3000.0, output_step=1.0)
    assert float(np.ptp(calm["process.y"].sel(time=slice(1500.0, None)).values)) < 1e-6


def test_the_linear_model_leaves_stiction_out_and_says_so():
    system = sticking_loop()
    point = hs.trim(sticking_loop(S=0.0, J=0.0), {"load": 0.0})
    free = hs.linearize(sticking_loop(S=0.0, J=0.0), point, open="c.y", sampled="discrete")
    assert free.info.left_out == ()
    with pytest.warns(HeatsimWarning, match=r"valve\.S, valve\.J left out"):
        lin = hs.linearize(system, point, open="c.y", sampled="discrete")
    assert lin.info.left_out == ("valve.S", "valve.J")
    z = np.exp(1j * np.linspace(0.01, 3.0, 7))
    np.testing.assert_allclose(lin["c/y", "c/y"](z), free["c/y", "c/y"](z))


@pytest.mark.parametrize(
    ("wrong", "message"), [({"S": -0.1}, "S must be"), ({"J": 0.1}, "stick band"), ({"period": 0.0}, "period must be")]
)
def test_settings_out_of_range_are_refused(wrong, message):
    with pytest.raises(UsageError, match=message):
        Positioner(**wrong)
