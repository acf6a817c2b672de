"""Assertions that hold, fail and warn."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.case import Value, case
from numpy import exp

Values = Mapping[str, Value]


@case("assertions/Holding", (0, 1, 3))
def holding(t: float) -> Values:
    return {"x": exp(-t)}


@case("assertions/Failing", (0, 1, 1.9))
def not_yet_failing(t: float) -> Values:
    return {"x": t}


@case("assertions/Failing", (0, 3), fails=r"t = (2|2\.\d+|3|1\.99\d*)\b.*x is above its limit")
def failing(t: float) -> Values:
    return {"x": t}


@case("assertions/Warning", (0, 1.9, 3), warns=r"t = (2\S*|3|1\.99\d*) s: .*x is above its usual range")
def warning(t: float) -> Values:
    return {"x": t}


@case("assertions/ParameterLimit", (0, 1), parameters={"k": 4.5})
def parameter_inside_limit(t: float) -> Values:
    return {"x": exp(-4.5 * t)}


@case("assertions/ParameterLimit", (0, 1), parameters={"k": 6.0}, fails="twice the gain is too large")
def parameter_outside_limit(t: float) -> Values:
    return {"x": 0}
