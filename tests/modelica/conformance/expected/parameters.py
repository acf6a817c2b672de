"""Dependent, tunable and structural parameters."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from conformance.case import Value, case
from numpy import exp

Values = Mapping[str, Value]


def _dependent(d: float, length: float, t: float, k: float | None = None) -> Values:
    area = 3 * d**2 / 4
    volume = area * length
    return {"x": volume * exp(-0.01 * (1 / volume if k is None else k) * t), "y": area + volume}


@case("parameters/Dependent", (0, 1, 5))
def dependent(t: float) -> Values:
    return _dependent(0.1, 2, t)


@case("parameters/Dependent", (0, 1, 5), parameters={"d": 0.3, "L": 1.5})
def dependent_set_in_the_fmu(t: float) -> Values:
    return _dependent(0.3, 1.5, t)


@case("parameters/Dependent", (0, 1, 5), modifications={"d": 0.2, "k": 3.0}, parameters={"L": 4.0})
def dependent_modified_and_set(t: float) -> Values:
    return _dependent(0.2, 4.0, t, 3.0)


@case("parameters/DependentArrays", (0, 1, 5))
def dependent_arrays(t: float) -> Values:
    a = np.array([2.0, 4.0, 4.0])
    return {"x": 2 * a - a * t}


@case("parameters/DependentArrays", (0, 1, 5), parameters={"k": 3.0})
def dependent_arrays_set(t: float) -> Values:
    a = np.array([3.0, 6.0, 9.0])
    return {"x": 3 * a - a * t}


def _structural(n: int, m: int, rate: float, t: float) -> Values:
    x = np.linspace(1, n, n) * exp(-rate * t)
    return {"x": x, "s": sum(i * x[(i + 1) // 2 - 1] for i in range(1, m + 1))}


@case("parameters/Structural", (0, 1, 2))
def structural(t: float) -> Values:
    return _structural(3, 5, 1, t)


@case("parameters/Structural", (0, 1, 2), modifications={"n": 5, "fast": True})
def structural_larger(t: float) -> Values:
    return _structural(5, 9, 2, t)


@case("parameters/Structural", (0, 1, 2), modifications={"n": 4, "m": 2})
def structural_both(t: float) -> Values:
    return _structural(4, 2, 1, t)


@case("parameters/IntegerBoolean", (0, 1, 2))
def integer_boolean(t: float) -> Values:
    return {"x": exp(-3 * t), "y": 21.5}


@case("parameters/IntegerBoolean", (0, 1, 2), modifications={"n": 7})
def integer_boolean_other(t: float) -> Values:
    return {"x": exp(7 * t), "y": 13.5}


@case("parameters/IntegerBoolean", (0, 1, 2), modifications={"b": False})
def integer_boolean_false(t: float) -> Values:
    return {"x": exp(3 * t), "y": 11.5}


@case("parameters/Units", (0, 50, 200))
def units(t: float) -> Values:
    difference = 10 * exp(-t / 100)
    return {"T": 293.15 + difference, "q": 200 * difference}
