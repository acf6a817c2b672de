"""Initial equations that need a system of equations to be solved."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from conformance.case import Value, case
from conformance.oracle import linear
from numpy import exp

Values = Mapping[str, Value]
TIMES = (0, 0.4, 1.5, 4)


def _steady(heat: float, g: float, t: float) -> Values:
    a = np.array([[-g / 10, g / 10], [g / 20, -(g + 2) / 20]])
    x = np.array([280 + heat / 2 + heat / g, 280 + heat / 2])
    if t > 1:
        x = linear(a, np.array([2 * heat / 10, 2 * 280 / 20]), x, t - 1)
    return {"T1": x[0], "T2": x[1], "q": g * (x[0] - x[1])}


@case("initialization/SteadyState", (0, 0.5, 0.99, 1.5, 4, 20), max_step=0.01)
def steady_state(t: float) -> Values:
    return _steady(100, 5, t)


@case("initialization/SteadyState", (0, 0.5, 0.99, 1.5, 4), parameters={"Q": 300.0, "G": 2.0}, max_step=0.01)
def steady_state_set(t: float) -> Values:
    return _steady(300, 2, t)


@case("initialization/AlgebraicInitial", TIMES)
def algebraic_initial(t: float) -> Values:
    return {"x": 2 * exp(-t)}


@case("initialization/AlgebraicInitial", TIMES, parameters={"target": 27.0})
def algebraic_initial_set(t: float) -> Values:
    return {"x": 3 * exp(-t)}


@case("initialization/FixedAlgebraic", TIMES)
def fixed_algebraic(t: float) -> Values:
    return {"x": 2 * exp(-t)}
