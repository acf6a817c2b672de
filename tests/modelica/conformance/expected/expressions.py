"""Elementary functions, operators, if, noEvent, smooth, homotopy, semiLinear."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from conformance.case import Value, case
from numpy import exp

Values = Mapping[str, Value]
TIMES = (0, 0.4, 1.5, 4)


@case("expressions/Elementary", (0.2, 0.5, 1.3, 1.9, 2.3, 4.5))
def elementary(t: float) -> Values:
    return {
        "y": np.array(
            [
                math.sqrt(t),
                math.exp(-t),
                math.log(t),
                math.log10(t),
                math.sin(t),
                math.cos(t),
                math.tan(t / 4),
                math.asin(t / 5),
                math.acos(t / 5),
                math.atan(t),
                math.atan2(t - 1, 2 - t),
                math.sinh(t),
                math.cosh(t),
                math.tanh(t),
                abs(t - 2),
                math.copysign(1, t - 2),
            ]
        )
    }


def _rounding(a: float, b: float, c: float) -> np.ndarray:
    return np.array(
        [
            math.floor(a),
            math.floor(b),
            math.ceil(a),
            math.ceil(b),
            math.floor(a),
            math.floor(b),
            math.trunc(a / c),
            math.trunc(b / c),
            a - math.floor(a / c) * c,
            b - math.floor(b / c) * c,
            a - math.trunc(a / c) * c,
            b - math.trunc(b / c) * c,
            a + math.floor(-a / c) * c,
            abs(b) + math.copysign(1, b) + a - math.trunc(a / -c) * -c,
        ]
    )


@case("expressions/Rounding", (0, 1))
def rounding(t: float) -> Values:
    return {"y": _rounding(7.3, -7.3, 2.5)}


@case("expressions/Rounding", (0, 1), parameters={"a": 4.0, "b": -0.2, "c": 0.3})
def rounding_set_in_the_fmu(t: float) -> Values:
    return {"y": _rounding(4.0, -0.2, 0.3)}


@case("expressions/RoundingNoEvent", (0.05, 0.3, 1.1, 2, 2.9, 3.3, 4, 5))
def rounding_no_event(t: float) -> Values:
    u = 5 * math.sin(t)
    return {
        "y": np.array(
            [
                math.floor(u),
                math.ceil(u),
                math.floor(u),
                math.trunc(u / 1.5),
                u - math.floor(u / 1.5) * 1.5,
                math.fmod(u, 1.5),
                u + math.floor(-u / 1.5) * 1.5,
            ]
        )
    }


@case("expressions/Powers", TIMES)
def powers(t: float) -> Values:
    u = t + 1
    return {"y": np.array([u**3, u**-2, u**2.5, -(u**2), -(u**3), 2**u, 2 * u**u])}


@case("expressions/Precedence", TIMES)
def precedence(t: float) -> Values:
    return {"y": np.array([4, 1.75 * t, -14 + t, 7 - 4 * t, t, t])}


@case("expressions/IfExpressions", (0, 0.3, 1, 3, 3.3, 4, 5, 6))
def if_expressions(t: float) -> Values:
    u = 2 * math.sin(t)
    return {
        "a": u**2 if u > 1 else u if u > 0 else 0 if u > -1 else -u,
        "b": min(u, 1),
        "c": np.array([u, 1] if u >= 0 else [2 * u, -1]),
    }


@case("expressions/IfEquations", TIMES)
def if_equations(t: float) -> Values:
    return {"x": exp(-2 * t), "z": 11 * exp(-2 * t)}


@case("expressions/IfEquations", TIMES, modifications={"mode": 1})
def if_equations_first(t: float) -> Values:
    return {"x": exp(-t), "z": exp(-t) + 10}


@case("expressions/IfEquations", TIMES, modifications={"on": False})
def if_equations_nested(t: float) -> Values:
    return {"x": exp(-2 * t), "z": 31 * exp(-2 * t)}


@case("expressions/IfEquations", TIMES, modifications={"mode": 5})
def if_equations_else(t: float) -> Values:
    return {"x": 1 + t**2 / 2, "z": 1 + t**2 / 2 + 10 * t}


@case("expressions/IfEquationNoEvent", (0, 0.3, 0.69, 0.7, 2))
def if_equation_no_event(t: float) -> Values:
    # 2 exp(-t) down to 1 at ln 2, then der(x) = -x^2
    return {"x": 2 * exp(-t) if t < math.log(2) else 1 / (1 + t - math.log(2))}


@case("expressions/GuardedSqrt", (0, 0.5, 0.9999, 1, 1.5, 2))
def guarded_sqrt(t: float) -> Values:
    x = 1 - t
    return {
        "x": x,
        "a": math.sqrt(x) if x > 0 else 0,
        "b": x * math.log(x) if x > 0 else x,
        "c": math.sin(x) / x if abs(x) > 1e-3 else 1,
    }


@case("expressions/MinMax", (0, 0.2, 0.4, 1, 1.5, 3, 3.3, 4, 5))
def min_max(t: float) -> Values:
    u = 3 * math.sin(t)
    return {
        "a": min(u, 1),
        "b": max(u, -1),
        "c": max(-2, min(2, u)),
        "d": max(u, 2 * u, 0.5),
        "e": min(u, -1.5),
    }


@case("expressions/HomotopySmooth", (0, 0.4, 1.5, 4, 5))
def homotopy_smooth(t: float) -> Values:
    u = 3 * math.sin(t)
    return {"a": u**3, "b": u * abs(u), "c": 2 * u if u >= 0 else 5 * u}


@case("expressions/TimeFunctions", TIMES)
def time_functions(t: float) -> Values:
    x = math.sin(2 * t) / 2 + t**2 / 2
    return {"x": x, "y": x * t + t**2}


@case("expressions/Casts", TIMES)
def casts(t: float) -> Values:
    return {"y": np.array([3.5 + t, 49 + 1 / 3, 3 * t + 1, t])}


@case("expressions/SpecialNumbers", TIMES)
def special_numbers(t: float) -> Values:
    stefan = 5.670374419e-8
    return {"y": np.array([1500 * t + 0.02, math.pi * t + 10, stefan * (300 + t) ** 4, 6.02214076e8 * t])}
