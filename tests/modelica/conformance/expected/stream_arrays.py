"""Arrays of components with streams."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, factorial

from conformance.case import Value, case


def _branches(n: int) -> tuple[float, float]:
    """Return conductance and warming of a station: branch i takes i/sum(1..n) of the flow and warms it by 4 i."""
    k = [float(i) for i in range(1, n + 1)]
    return sum(k), sum(4 * i * i for i in k) / sum(k)


@case("connections/StreamArrays", (0, 0.5, 2, 5), expose=("station[1].b.h", "station[2].b.h", "station[3].b.h"))
def stream_arrays(t: float) -> Mapping[str, Value]:
    conductance, warming = zip(*(_branches(n) for n in (1, 2, 3)), strict=True)
    m = (4 - 1) / sum(1 / k for k in conductance)
    h = [100 + sum(warming[: n + 1]) for n in range(3)]
    # a step through a row of mixed volumes, each renewed m times in a unit of time (Erlang)
    arrived = [1 - exp(-m * t) * sum((m * t) ** i / factorial(i) for i in range(n + 1)) for n in range(3)]
    cells = {f"cell[{n + 1}].h": 100 + (h[2] - 100) * arrived[n] for n in range(3)}
    return {"m": -m} | {f"station[{n + 1}].b.h": h[n] for n in range(3)} | cells
