"""State events, time events, when clauses, reinit, sample, pre, edge, change: continuous states in between."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from conformance.case import Value, case
from conformance.oracle import Hybrid, Solution, Switch, around
from numpy import exp
from scipy.optimize import brentq

Values = Mapping[str, Value]
LN2 = math.log(2)


@case("events/StateEvent", (0, 0.3, 0.4999, 0.5001, 2))
def state_event(t: float) -> Values:
    return {"x": 1 - t if t < 0.5 else 0.5 * exp(0.5 - t)}


def _time_event(t: float, t2: float) -> Values:
    u = 0 if t < 1 else 2 if t < t2 else -1
    return {"x": 2 * max(min(t, t2) - 1, 0) - max(t - t2, 0), "u": u}


@case("events/TimeEvent", (0, *around(1, 2.5), 4), events=2)
def time_event(t: float) -> Values:
    return _time_event(t, 2.5)


@case("events/TimeEvent", (0, *around(1, 1.75), 4), parameters={"t2": 1.75}, events=2)
def time_event_set(t: float) -> Values:
    return _time_event(t, 1.75)


def _ball(t: float, e: float) -> Values:
    g, n, v = 9.81, 0, 0.0
    start, h, duration = 0.0, 1.0, math.sqrt(2 / 9.81)
    while t > start + duration:
        start, h, n = start + duration, 0.0, n + 1
        v = e * (math.sqrt(2 * g) if n == 1 else v)
        duration = 2 * v / g
    s = t - start
    return {"h": h + v * s - g * s**2 / 2, "v": v - g * s, "bounces": n}


@case("events/BouncingBall", (0, 0.3, *around(math.sqrt(2 / 9.81)), 1, 2, 3))
def bouncing_ball(t: float) -> Values:
    return _ball(t, 0.8)


@case("events/BouncingBall", (0, 1, 2), parameters={"e": 1.0})
def bouncing_ball_without_loss(t: float) -> Values:
    return _ball(t, 1.0)


def _thermostat(t: float, low: float, high: float) -> Values:
    time, temperature, on, n = 0.0, 15.0, True, 0
    while True:
        aim, limit = (30.0, high) if on else (10.0, low)
        duration = 10 * math.log((temperature - aim) / (limit - aim))
        if t <= time + duration:
            return {"T": aim + (temperature - aim) * exp(-(t - time) / 10), "on": on, "switchings": n}
        time, temperature, on, n = time + duration, limit, not on, n + 1


@case("events/Thermostat", (0, 3, *around(10 * math.log(15 / 9)), 8, 15, 30))
def thermostat(t: float) -> Values:
    return _thermostat(t, 19, 21)


@case("events/Thermostat", (0, 3, 8, 15, 30), parameters={"T_low": 18.0, "T_high": 24.0})
def thermostat_wider(t: float) -> Values:
    return _thermostat(t, 18, 24)


@case("events/Hysteresis", (0, 0.3, 2, 3.5, 3.9, 6.5, 7, 9, 12))
def hysteresis(t: float) -> Values:
    first = math.asin(0.5 / 1.2)
    corners = [first + k * math.pi for k in range(5)]
    on = sum(t > c for c in corners) % 2 == 1
    x, slope, last = 0.0, -1, 0.0
    for c in corners:
        if t < c:
            break
        x, slope, last = x + slope * (c - last), -slope, c
    return {"y": on, "x": x + slope * (t - last)}


def _rounding(t: float) -> np.ndarray:
    x = t - 2.2
    return np.array(
        [
            math.floor(x),
            math.ceil(x),
            math.floor(x),
            math.trunc(x / 1.5),
            math.fmod(x, 1.5),
            x - math.floor(x / 1.5) * 1.5,
        ]
    )


_rounding_corners = sorted({k + 0.2 for k in range(6)} | {2.2 + 1.5 * k for k in range(-1, 4)})
_rounding_sum = Solution(lambda t, _x: (_rounding(t)[0] + _rounding(t)[5],), (0.0,), 6, corners=_rounding_corners)


@case("events/Rounding", (0, *around(0.7, 2.2, 3.2, 3.7), 5))
def rounding(t: float) -> Values:
    return {"x": t - 2.2, "y": _rounding(t), "s": _rounding_sum(t)[0]}


def _abs_sign(t: float, _x: np.ndarray) -> list[float]:
    u = math.cos(t)
    return [abs(u), math.copysign(1, u), 2 * u if u >= 0 else 3 * u, min(u, 0.5) + max(u, -0.5)]


_abs_sign_corners = [k * math.pi / 2 for k in range(1, 6)] + [
    s + 2 * math.pi * k for k in (0, 1) for s in (math.pi / 3, 2 * math.pi / 3, 4 * math.pi / 3, 5 * math.pi / 3)
]
_abs_sign_sums = Solution(_abs_sign, (0, 0, 0, 0), 8, corners=_abs_sign_corners)


@case("events/AbsSign", (0, 1, *around(math.pi / 2), 3, 5, 8))
def abs_sign(t: float) -> Values:
    return dict(zip("abcd", _abs_sign_sums(t), strict=True))


@case("events/EventChain", (0, *around(1, 7), 8))
def event_chain(t: float) -> Values:
    after = t > 1
    return {"x": t - 6 if after else t, "a": after, "b": 1 if after else 0, "c": 10 if after else 0}


@case("events/SimultaneousStates", (0, *around(0.5), 1))
def simultaneous_states(t: float) -> Values:
    late = max(t - 0.5, 0)
    return {"x": min(t, 0.5) + 2 * late, "y": 1 - min(t, 0.5) - 3 * late}


@case("events/SwapStates", (0, *around(1), 2))
def swap_states(t: float) -> Values:
    return {"x": 1 + t if t < 1 else 3 + (t - 1), "y": 5 - 2 * t if t < 1 else 2 - 2 * (t - 1)}


@case("events/TimeOnParameter", (0, *around(1, 2), 3), events=2)
def time_on_parameter(t: float) -> Values:
    return {"n": 0 if t < 1 else 1 if t < 2 else -1, "x": max(min(t, 2) - 1, 0) - max(t - 2, 0)}


@case("events/TimeOnParameter", (0, *around(0.7, 1.4), 3), parameters={"t1": 0.7})
def time_on_parameter_set(t: float) -> Values:
    return {"n": 0 if t < 0.7 else 1 if t < 1.4 else -1, "x": max(min(t, 1.4) - 0.7, 0) - max(t - 1.4, 0)}


def _mode_switch(limit: float, direction: int, to: int, only: int | None = None) -> Switch:
    def then(_t: float, x: np.ndarray, q: tuple) -> tuple[np.ndarray, tuple]:
        return x, (to, q[1] + (to != q[0]))

    return Switch(lambda _t, x, _q: x[0] - limit, then, direction, lambda q: only is None or q[0] == only)


_modes = Hybrid(
    lambda t, x, q: [(20 + 12 * np.sin(t / 10) - x[0]) / 5 + (0, 3, -3)[q[0] - 1]],
    (18,),
    (1, 0),
    [_mode_switch(15, -1, 2), _mode_switch(25, 1, 3), _mode_switch(18, 1, 1, 2), _mode_switch(22, -1, 1, 3)],
    120,
    max_step=0.2,
)


@case("events/ModeMachine", (0, 10, 20, 40, 50, 70, 100, 120))
def mode_machine(t: float) -> Values:
    x, (mode, n) = _modes(t)
    return {"T": x[0], "mode": mode, "n": n}


@case("events/PumpStaging", (0, *around(5 / 3, 14 / 3, 55 / 6, 145 / 6), 26))
def pump_staging(t: float) -> Values:
    corners = [0, 5 / 3, 14 / 3, 55 / 6, 145 / 6, 99]
    stages = [0, 1, 2, 1, 2]
    level = 1.0
    for begin, end, stage in zip(corners[:-1], corners[1:], stages, strict=True):
        level += (0.6 - 0.5 * stage) * (min(t, end) - begin)
        if t < end:
            return {"level": level, "stage": stage}
    raise AssertionError


@case("events/StickSlip", (0, 0.5, *around(1), 2, *around(1 + 0.75 * math.pi), 4, 5, 6, 9))
def stick_slip(t: float) -> Values:
    s = t % (1 + 0.75 * math.pi)
    if s < 1:
        return {"x": 0.5 * s, "v": 0.5, "stuck": True}
    w = 2 * (s - 1)
    return {
        "x": 0.25 + 0.25 * (math.cos(w) + math.sin(w)),
        "v": 0.5 * (math.cos(w) - math.sin(w)),
        "stuck": False,
    }


_charge = Solution(
    lambda t, _x: (max(15 * math.sin(t) / 7, 0),), (0.0,), 10, corners=[k * math.pi for k in range(1, 4)]
)


@case("events/Diode", (0.1, 1, *around(math.pi, 2 * math.pi), 8, 10), expose=("i", "ud"))
def diode(t: float) -> Values:
    u = 5 * math.sin(t)
    return {"i": 3 * u / 7 if u > 0 else 0, "ud": u / 7 if u > 0 else u, "q": _charge(t)[0]}


@case("events/IfEquation", (0, *around(LN2, LN2 + 0.5), 3), expose=("y", "z"))
def if_equation(t: float) -> Values:
    if t < LN2:
        x = 2 * exp(-t)
        return {"x": x, "y": x, "z": 1}
    if t < LN2 + 0.5:
        x = 1 - (t - LN2)
        return {"x": x, "y": 1, "z": x}
    x = 0.1 + 0.4 * exp(LN2 + 0.5 - t)
    return {"x": x, "y": x - 0.1, "z": 3}


def _enabled(t: float) -> float:
    return float(1 <= t < 2 or t >= 3)


def _number(t: float) -> float:
    return 1 if t < 1.5 else 3


@case(
    "events/DiscreteInputs",
    (0, *around(1, 1.5, 2, 3), 4),
    inputs={"enable": _enabled, "n": _number, "u": lambda t: t},
    breaks=(1, 1.5, 2, 3),
)
def discrete_inputs(t: float) -> Values:
    def integral(a: float, b: float) -> float:
        return (max(min(t, b), a) ** 2 - a**2) / 2

    x = integral(1, 1.5) + 3 * integral(1.5, 2) + 3 * integral(3, 9)
    return {
        "x": x,
        "both": bool(_enabled(t)) and _number(t) > 1,
        "count": 0 if t < 1 else 1 if t < 3 else 4,
    }


@case("events/NonlinearLoopEvents", (0, 0.3, 0.6, 1, 2, 5), expose=("q",))
def nonlinear_loop_events(t: float) -> Values:
    def flow(h: float, a: float) -> float:
        return brentq(lambda q: q + a * q**3 - h, 0, 3, xtol=1e-15, rtol=1e-15)

    x, (a,) = _nonlinear(t)
    return {"h": x[0], "q": flow(x[0], a), "open": a == 1}


_nonlinear = Hybrid(
    lambda _t, x, q: [0.5 - brentq(lambda w: w + q[0] * w**3 - x[0], 0, 3, xtol=1e-15, rtol=1e-15)],
    (2,),
    (1,),
    [Switch(lambda _t, x, _q: x[0] - 1.2, lambda _t, x, _q: (x, (5,)), -1, lambda q: q[0] == 1)],
    5,
)


@case("events/MinimumOffTime", (0, *around(1, 2, 4, 6, 8, 12), 13))
def minimum_off_time(t: float) -> Values:
    corners, levels = [0, 1, 2, 6, 8, 12, 14], [4.5, 5, 4, 6, 4, 6, 4]
    on = sum(t > c for c in corners[1:]) % 2 == 1
    return {"T": float(np.interp(t, corners, levels)), "on": on}


@case("events/NoEventMixed", (0, 0.5, *around(1), 1.2, 1.4, 1.6, 2.5), events=1, max_step=0.01)
def no_event_mixed(t: float) -> Values:
    x = max(t - 1, 0)
    return {"x": x, "y": 0.5 * min(t, 1.5) + max(t - 1.5, 0), "z": max(x, 0.25) + min(x, 1)}


@case("events/NestedConditions", (0, *around(0.5, 1, 1.2, 1.5), 2))
def nested_conditions(t: float) -> Values:
    def part(a: float, b: float) -> float:
        return max(min(t, b) - a, 0)

    return {"x": t, "y": 2 - t, "z": 2 * part(0.5, 1) + 3 * part(1, 1.2) - part(1.5, 9)}
