"""Functions: several outputs, locals, statements, records, defaults, named arguments."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from conformance.case import Value, case
from conformance.oracle import Solution, linear
from numpy import exp

Values = Mapping[str, Value]
TIMES = (0, 0.4, 1.5, 4)


@case("functions/SeveralOutputs", TIMES, expose=tuple("abcdef"))
def several_outputs(t: float) -> Values:
    return {
        "a": math.hypot(1 + t, 2),
        "b": math.atan2(2, 1 + t),
        "c": 3 + t,
        "d": math.hypot(2, t),
        "e": 2 + t,
        "f": 2 * math.hypot(3, 4 * t) + 1,
    }


@case("functions/Locals", TIMES)
def local_variables(t: float) -> Values:
    b = 2 * t + 1
    return {"y": 1 + b**2 + (b**2 + 0.5) + t + b**2}


def _band(x: float, w: float) -> float:
    if x < -w:
        return x + w
    if x > w:
        return 2 * (x - w) - w if x > 2 * w else x - w
    return 0.0


@case("functions/IfStatements", (0, 0.1, 0.4, 0.6, 1.5, 3.3, 4, 4.6))
def if_statements(t: float) -> Values:
    u = 4 * np.sin(t)
    return {"a": _band(u, 1), "b": _band(u, 2)}


@case("functions/ForStatements", TIMES)
def for_statements(t: float) -> Values:
    return {"y": 1 - 2 * t + 0.5 * t**2 + 3 * t**3, "m": np.array([[t, 21], [12, t]])}


@case("functions/RecordArguments", TIMES, expose=("m.p", "m.T", "f.p", "f.T"))
def record_arguments(t: float) -> Values:
    p, temperature = 0.25 * 1e5 + 0.75 * 2e5, 0.25 * (300 + t) + 300
    return {
        "m.p": p,
        "m.T": temperature,
        "f.p": 2 * p,
        "f.T": temperature + 1,
        "rho": p / (287 * temperature),
        "other": 4 * p / (287 * (temperature + 2)),
    }


@case("functions/NamedArguments", TIMES)
def named_arguments(t: float) -> Values:
    return {"y1": t + 20 + 300, "y2": t + 20 + 3, "y3": t + 4 + 3, "y4": t + 10 + 300}


def _nested(x: float) -> float:
    return (x + 2) * (2 * x + 1)


_nested_calls = Solution(lambda _t, x: (-_nested(_nested(x[0]) - 10) / 100,), (1.0,), 4)


@case("functions/NestedCalls", TIMES)
def nested_calls(t: float) -> Values:
    return {"x": _nested_calls(t)[0]}


@case("functions/ArrayResults", TIMES)
def array_results(t: float) -> Values:
    return {"x": linear(-np.linalg.inv(np.array([[2.0, 1], [1, 3]])), np.zeros(2), np.array([1.0, 0]), t)}


@case("functions/FunctionOfParameters", TIMES)
def function_of_parameters(t: float) -> Values:
    return {"x": 9 * exp(-np.arange(1, 4) * t)}


@case("functions/FunctionOfParameters", TIMES, modifications={"n": 9}, parameters={"d": 4.0})
def function_of_other_parameters(t: float) -> Values:
    return {"x": 36 * exp(-np.arange(1, 5) * t)}


@case("functions/SharedNames", TIMES)
def shared_names(t: float) -> Values:
    x = exp(-t)
    y = (2 * x + 1) * x
    return {"x": x, "y": y, "z": 4 * y + 1}
