"""Start values, fixed, initial equations."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from conformance.case import Value, case
from numpy import exp

Values = Mapping[str, Value]
TIMES = (0, 0.4, 1.5, 4)


def _start_fixed(x0: float, t: float) -> Values:
    return {
        "x": x0 * exp(-t),
        "y": 2 * x0 + 1 + t,
        "z": np.array([1, 2, 3]) * exp(-t),
        "w": 7 + np.array([1, 2]) * t,
    }


@case("initialization/StartFixed", TIMES)
def start_fixed(t: float) -> Values:
    return _start_fixed(3, t)


@case("initialization/StartFixed", TIMES, parameters={"x0": -2.0})
def start_fixed_set(t: float) -> Values:
    return _start_fixed(-2, t)


@case("initialization/InitialAssign", TIMES)
def initial_assign(t: float) -> Values:
    return {"T": 300 + np.array([1, 2, 3]) * exp(-t), "z": 604 - t}


@case("initialization/InitialAssign", TIMES, parameters={"T0": 10.0})
def initial_assign_set(t: float) -> Values:
    return {"T": 10 + np.array([1, 2, 3]) * exp(-t), "z": 24 - t}


@case("initialization/StartOverride", TIMES, parameters={"x": 5.0})
def start_override(t: float) -> Values:
    return {"x": 5 * exp(-t)}
