"""Discrete variables: samples, counters, edges, chains, initial values."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from conformance.case import Value, case
from conformance.oracle import around

Values = Mapping[str, Value]


@case("events/SampleHold", (0, 0.2, *around(0.25, 0.75), 1.1, 2), events=4)
def sample_hold(t: float) -> Values:
    k = math.floor((t - 0.25) / 0.5)
    return {"x": t, "y": -1 if k < 0 else (0.25 + 0.5 * k) ** 2}


def _sampled_integral(t: float, period: float) -> Values:
    n = math.floor(t / period) + 1
    return {"s": period * period * sum(range(n)), "n": n}


@case("events/SampledIntegrator", (0.1, *around(0.2, 1), 2.5))
def sampled_integrator(t: float) -> Values:
    return _sampled_integral(t, 0.2)


@case("events/SampledIntegrator", (0.1, *around(0.7, 1.4), 2.5), modifications={"T": 0.7})
def sampled_integrator_slower(t: float) -> Values:
    return _sampled_integral(t, 0.7)


def _sampled_pi(t: float, k: float, setpoint: float) -> Values:
    x = integral = u = 0.0
    n = math.floor(t / 0.5)
    for step in range(n + 1):
        error = setpoint - x
        raw = k * error + integral
        u = max(0.0, min(1.5, raw))
        if 0 < raw < 1.5:
            integral += k * 0.5 / 4 * error
        duration = 0.5 if step < n else t - 0.5 * n
        x = u + (x - u) * math.exp(-duration / 5)
    return {"x": x, "u": u}


@case("events/SampledPI", (0.2, *around(0.5, 3, 6), 10.2, 30.2))
def sampled_pi(t: float) -> Values:
    return _sampled_pi(t, 3, 1)


@case("events/SampledPI", (0.2, 3.1, 10.3, 20.2), parameters={"k": 6.0, "setpoint": 0.5})
def sampled_pi_set(t: float) -> Values:
    return _sampled_pi(t, 6, 0.5)


@case("events/EdgeChange", (0, 0.2, 0.3, 1, 1.4, 3, 3.3, 3.5, 4.6, 6, 7, 12))
def edge_change(t: float) -> Values:
    rising = math.floor((t - math.pi / 12) / math.pi) + 1
    falling = math.floor((t - 5 * math.pi / 12) / math.pi) + 1
    level = math.floor(2.9 * math.sin(t) + 3.05)
    return {
        "b": math.sin(2 * t) > 0.5,
        "level": level,
        "rising": rising,
        "falling": falling,
        "changes": rising + falling,
        "steps": level - 3,
    }


def _pulses(t: float, period: float, duty: float) -> Values:
    n, part = divmod(t, period)
    width = duty * period
    return {
        "b": part < width,
        "pulses": n,
        "x": n * (width - 0.2 * (period - width)) + min(part, width) - 0.2 * max(part - width, 0),
    }


@case("events/PulseTrain", (0, *around(0.5, 2, 2.5), 7, 11.9))
def pulse_train(t: float) -> Values:
    return _pulses(t, 2, 0.25)


@case("events/PulseTrain", (0, *around(0.3, 0.5, 0.8), 7.2), parameters={"period": 0.5, "duty": 0.6})
def pulse_train_set(t: float) -> Values:
    return _pulses(t, 0.5, 0.6)


@case("events/ElseWhenPriority", (0, *around(1, 2), 3), events=2)
def else_when_priority(t: float) -> Values:
    return {"a": 0 if t < 1 else 1 if t < 2 else 3, "b": 0 if t < 1 else 1 if t < 2 else 2}


def _initial_when(t: float, x0: float) -> Values:
    return {"x": x0 - t, "first": x0 + 1, "last": 10 * x0 if t < x0 - 1 else 10}


@case("events/InitialWhen", (0, *around(1), 2))
def initial_when(t: float) -> Values:
    return _initial_when(t, 2)


@case("events/InitialWhen", (0, *around(2), 3), parameters={"x0": 3.0})
def initial_when_set(t: float) -> Values:
    return _initial_when(t, 3)


@case("events/StartEdge", (0, 1, *around(math.pi / 2, 1.5 * math.pi), 10, 12))
def start_edge(t: float) -> Values:
    return {"n": math.floor((t - 1.5 * math.pi) / (2 * math.pi)) + 1}


@case("events/SimultaneousSamples", (0, *around(0.5, 1, 1.5, 2), 4.2))
def simultaneous_samples(t: float) -> Values:
    slow = math.floor(t)
    return {"fast": math.floor(2 * t), "slow": slow, "product": 2 * slow * slow}


@case("events/BooleanAlgebra", (0, *around(1, 2, 3), 4))
def boolean_algebra(t: float) -> Values:
    a, b = t > 1, t > 2
    return {"y": (10 if a and not b else 1) + (100 if a == b else 0) + (1000 if a != b or t > 3 else 0)}


@case("events/IntegerArithmetic", (0, *around(1, 2), 3.5, 6.5))
def integer_arithmetic(t: float) -> Values:
    n = 3 * math.floor(t)
    c = np.array([n, min(n, 5), max(n, 5)])
    return {"n": n, "a": n % 4, "b": n // 4 - abs(2 - n), "c": c, "s": c.sum()}


@case("events/WhenLoop", (0, *around(0.5, 1, 1.25, 1.5), 2))
def when_loop(t: float) -> Values:
    return {
        "x": 2 * t,
        "t": np.array([0.5 * k if t > 0.5 * k else 0 for k in (1, 2, 3)]),
        "all": np.array([1.25, 2.5]) * (t > 1.25),
    }


@case("events/WhenComponents", (0, *around(1, 1.5, 2, 3, 4.5), 5.5))
def when_components(t: float) -> Values:
    return {"total": sum(t > k for k in (1, 3, 5, 1.5, 4.5))}


@case("events/LastChange", (0, 1, *around(math.pi - 0.5, 2 * math.pi - 0.5), 7))
def last_change(t: float) -> Values:
    instants = [k * math.pi - 0.5 for k in (1, 2) if t > k * math.pi - 0.5]
    last = instants[-1] if instants else 0
    return {"t_last": last, "held": sum(math.cos(s) for s in instants), "since": t - last}


@case("events/FunctionInWhen", (0, *around(0.5, 1.5), 3.9))
def function_in_when(t: float) -> Values:
    a, b = 1.0, 2.0
    for _ in range(math.floor(t + 0.5)):
        a, b = 2 * b + 1, 2 * a + 3
    return {"a": a, "b": b}


@case("events/DiscreteInitial", (0, *around(1, 2), 3.5))
def discrete_initial(t: float) -> Values:
    return {"n": 3 * 2 ** math.floor(t), "y": 3 + math.floor(t)}


@case("events/DiscreteInitial", (0, *around(1, 2), 3.5), modifications={"n0": 5}, parameters={"y0": -1.0})
def discrete_initial_set(t: float) -> Values:
    return {"n": 5 * 2 ** math.floor(t), "y": -2 + math.floor(t)}


@case("events/AssertionAtEvent", (0, 1.5, 2.5))
def assertion_holds_so_far(t: float) -> Values:
    return {"n": math.floor(t)}


def _schedule(t: float, v: tuple[float, float, float]) -> Values:
    n = min(math.floor(t) + 1, 3)
    return {"n": n, "y": v[n - 1], "x": v[0] * min(t, 1) + v[1] * max(min(t, 2) - 1, 0) + v[2] * max(t - 2, 0)}


@case("events/VariableSubscript", (0, *around(1, 2), 3.5))
def variable_subscript(t: float) -> Values:
    return _schedule(t, (1, 2, 5))


@case("events/VariableSubscript", (0, *around(1, 2), 3.5), parameters={"v[2]": -3.0})
def variable_subscript_set(t: float) -> Values:
    return _schedule(t, (1, -3, 5))


@case("events/AssertionAtEvent", (0, 4), fails=r"t = 3\b.*too many samples")
def assertion_fails_at_an_event(t: float) -> Values:
    return {"n": math.floor(t)}


@case("events/NextTime", (0, *around(0.5, 1, 1.6, 2.3), 3), events=4)
def next_time(t: float) -> Values:
    instants = [0.5, 1.0, 1.6, 2.3, 3.1]
    n = sum(t > instant for instant in instants)
    return {"n": n, "next": instants[n]}


@case("events/EdgeInEquation", (0, *around(math.pi / 6, 5 * math.pi / 6, 13 * math.pi / 6), 8, 9))
def edge_in_equation(t: float) -> Values:
    n = 5 * (math.floor((t - math.pi / 6) / (2 * math.pi)) + 1)
    return {"n": n, "late": math.sin(t) > 0.5 and n > 5}
