"""While loops and subscripts that are variables, in functions."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.case import Value, case

Values = Mapping[str, Value]
TIMES = (0, 0.4, 1.5, 4)


@case("functions/WhileLoops", TIMES)
def while_loops(t: float) -> Values:
    return {"y": (1 + t) ** 8 / 2**7}


@case("functions/WhileLoops", TIMES, modifications={"n": 1})
def while_loops_once(t: float) -> Values:
    return {"y": (1 + t) ** 2 / 2}


@case("functions/IndexByVariable", (0, 0.99, 1.01, 1.99, 2.01, 3.5))
def index_by_variable(t: float) -> Values:
    return {"y": 10 if t <= 1 else 20 if t <= 2 else 40}
