"""Connections: flow, stream, signals, arrays of connectors, hierarchy."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from conformance.case import Value, case
from conformance.oracle import Solution, linear
from numpy import exp

Values = Mapping[str, Value]
TIMES = (0, 0.4, 1.5, 4)


@case("connections/FlowJunctions", TIMES)
def flow_junctions(t: float) -> Values:
    # masses 1..3 over G = 1, 2, 3 to a centre without capacity, from there over 2 and 3 in series to mass 4
    g = np.array([1.0, 2, 3, 1 / (1 / 2 + 1 / 3)])
    to_center = g / g.sum()
    c = np.array([1.0, 2, 3, 4])
    a = (np.outer(g, to_center) - np.diag(g)) / c[:, None]
    x = linear(a, np.zeros(4), np.array([300.0, 320, 340, 360]), t)
    return {f"m[{k + 1}].T": x[k] for k in range(4)} | {"center": to_center @ x, "alone.T": 299, "loose": x[3]}


@case("connections/ConnectorArrays", TIMES)
def connector_arrays(t: float) -> Values:
    a = np.zeros((9, 9))
    capacity = np.array([1.0] * 3 + [2.0] * 3 + [1.0] * 3)

    def join(i: int, j: int, g: float) -> None:
        for p, q in ((i, j), (j, i)):
            a[p, p] -= g
            a[p, q] += g

    for k in range(3):
        join(k, 3 + k, k + 1)
        join(3 + k, 6 + 2 - k, 1)
    x = linear(a / capacity[:, None], np.zeros(9), np.array([1.0, 2, 3, 0, 0, 0, 0, 0, 0]), t)
    return {f"{name}[{k + 1}].v": x[3 * n + k] for n, name in enumerate("abc") for k in range(3)}


@case("connections/CausalConnectors", TIMES)
def causal_connectors(t: float) -> Values:
    y = 2 * (1 - exp(-2 * t))
    return {"y": y, "z": -y}


@case("connections/CausalConnectors", TIMES, inputs={"u": lambda t: np.sin(3 * t)})
def causal_connectors_with_input(t: float) -> Values:
    # der(y) = 2 (2 sin 3t - y): y = a sin 3t + b cos 3t - b exp(-2t)
    a, b = 8 / 13, -12 / 13
    y = a * np.sin(3 * t) + b * np.cos(3 * t) - b * exp(-2 * t)
    return {"y": y, "z": -y}


@case("connections/CausalConnectors", (0, 0.9, 1.1, 3), inputs={"u": lambda t: 1.0 if t < 1 else -2.0}, breaks=(1,))
def causal_connectors_with_step(t: float) -> Values:
    at_step = 2 * (1 - exp(-2))
    y = 2 * (1 - exp(-2 * t)) if t < 1 else -4 + (at_step + 4) * exp(-2 * (t - 1))
    return {"y": y, "z": -y}


@case("connections/StreamMixing", TIMES)
def stream_mixing(t: float) -> Values:
    # into the volume: (1*100 + 2*40 + 1*60)/4 = 60; at source a only b and c could flow in
    return {"v.h": 60 * (1 - exp(-2 * t)), "mixed": 60, "back": (2 * 40 + 60) / 3}


def _exchange(t: float, x: np.ndarray) -> tuple[float, float]:
    m = np.cos(t)  # from hot to cold: out of the hot volume
    hot, cold = x
    return (max(-m, 0) * (cold - hot), max(m, 0) * (hot - cold) / 2)


_reversal = Solution(_exchange, (100, 20), 8, corners=[np.pi / 2, 3 * np.pi / 2, 5 * np.pi / 2])


@case("connections/StreamReversal", (0, 1, 1.5, 1.7, 4, 5, 8), expose=("hot.carried", "cold.carried"))
def stream_reversal(t: float) -> Values:
    hot, cold = _reversal(t)
    out = np.cos(t) > 0
    return {
        "hot.h": hot,
        "cold.h": cold,
        "hot.carried": hot if out else cold,
        "cold.carried": hot if out else cold,
    }


@case("connections/StreamHierarchy", (0, 1), expose=("outlet.h_in", "inlet.h_in"))
def stream_hierarchy(t: float) -> Values:
    return {"m": 2, "outlet.h_in": 112, "inlet.h_in": 50 - 12}


@case("connections/InsideOutsideFlow", (0, 1), expose=("warm.Q", "cold.Q"))
def inside_outside_flow(t: float) -> Values:
    # 20 W through the resistor, of which the source inside gives 3 W
    return {"warm.Q": -17, "cold.Q": 20}


@case("connections/ConditionalConnections", TIMES)
def conditional_connections(t: float) -> Values:
    return {"m[1].T": 300, "m[2].T": 300 + 2 * t, "m[3].T": 300, "open": 300}


@case("connections/ConditionalConnections", TIMES, modifications={"which": 1, "tied": True})
def conditional_connections_tied(t: float) -> Values:
    # 2 W into mass 1, over G = 4 W/K to mass 3: half of the heat in each, and a difference that settles
    difference = 0.25 * (1 - exp(-8 * t))
    first, third = 300 + t + difference / 2, 300 + t - difference / 2
    return {"m[1].T": first, "m[2].T": 300, "m[3].T": third, "open": third}
