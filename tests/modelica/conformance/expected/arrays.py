"""Array equations, loops, comprehensions, reductions, slices, products, arrays of components."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from conformance.case import Value, case
from conformance.oracle import linear
from numpy import exp

Values = Mapping[str, Value]
TIMES = (0, 0.4, 1.5)


@case("arrays/ForLoops", TIMES, expose=("a", "b", "c", "d"))
def for_loops(t: float) -> Values:
    return {
        "a": np.array([[i * t + 10 * j for j in (1, 2, 3)] for i in (1, 2, 3, 4)]),
        "b": np.array([1, -2, 3, -4, 5, -6, 7]) * t,
        "c": np.array([8, 4, 2, 1]) * t,
        "d": np.array([2, 3, 4]) + t,
    }


def _chain(k: float, t: float) -> np.ndarray:
    a = np.diag([-1.0, -2, -2, -2, -2, -1]) + np.diag(np.ones(5), 1) + np.diag(np.ones(5), -1)
    return linear(k * a, np.zeros(6), np.array([1.0, 0, 0, 2, 0, 0]), t)


@case("arrays/StateLoops", TIMES)
def state_loops(t: float) -> Values:
    return {"x": _chain(0.7, t)}


@case("arrays/StateLoops", TIMES, parameters={"k": 1.4})
def state_loops_set(t: float) -> Values:
    return {"x": _chain(1.4, t)}


@case("arrays/ArrayEquations", TIMES, expose=("y", "M"))
def array_equations(t: float) -> Values:
    x = linear(np.array([[-1, 0.5], [0.25, -2]]), np.array([1.0, 0]), np.array([1.0, 2]), t)
    y = 3 * x * x / np.array([2, 4]) - x**2
    return {"x": x, "y": y, "M": np.array([[x[0], x[1], t], [y[0], y[1], 1]])}


@case("arrays/Comprehensions", TIMES, expose=("v", "m", "w"))
def comprehensions(t: float) -> Values:
    x = exp(-t)
    v = np.array([1, 4, 9]) * x
    return {
        "v": v,
        "m": np.array([[i + 10 * j * x for j in (1, 2, 3)] for i in (1, 2)]),
        "w": np.array([[i * x + j for j in (1, 2)] for i in (1, 2, 3)]).reshape(3, 2),
        "s": v[0] + 3 * v[2],
    }


@case("arrays/Reductions", (0, 0.4, 4))
def reductions(t: float) -> Values:
    i = np.arange(1, 5)
    x = i * exp(-i * t / 10)
    return {
        "a": x.sum(),
        "b": x.prod(),
        "c": (i * x).sum(),
        "d": (x[1:] + 1).prod(),
        "e": 2 + x.min(),
        "f": 3 + x.max(),
        "g": x.sum() * x[:2].sum(),
    }


@case("arrays/ReductionInLoop", TIMES, expose=("y",))
def reduction_in_loop(t: float) -> Values:
    g = np.array([[2.0, 1, 0], [1, 3, 1], [0, 1, 2]])
    x = linear(-g / 10, np.zeros(3), np.array([1.0, 2, 3]), t)
    return {"x": x, "y": g @ x}


@case("arrays/Slices", TIMES, expose=("x", "m", "a", "b", "c", "d"))
def slices(t: float) -> Values:
    x = np.array([t, 2 * t, 3 * t, 3 * t + 1, 2 * t + 1, t + 1])
    m = np.array([[t, 2 * t, 3 * t, 4 * t], [5, t, 2, 3], [6, 4, 5, t]])
    return {
        "x": x,
        "m": m,
        "a": x[1::2],
        "b": m[1:, -1],
        "c": m[:, 2],
        "d": np.array([[m[0, 3], m[0, 0]], [m[2, 3], m[2, 0]]]),
        "e": x[-1] + m[-1, 1],
    }


@case("arrays/MatrixProducts", TIMES, expose=("x", "y", "z", "P", "Q"))
def matrix_products(t: float) -> Values:
    a = np.array([[1.0, 2, 3], [4, 5, 6]])
    x = np.array([t, 2 * t, 1])
    y = a @ x
    p = a @ a.T
    return {"x": x, "y": y, "z": y @ a, "P": p, "Q": a.T @ a * t, "s": x @ x, "t": y @ p @ y}


@case("arrays/Constructors", TIMES, expose=tuple("abcdefghk"))
def constructors(t: float) -> Values:
    a = np.full(3, t)
    b = np.full((2, 3), 2 * t + 1)
    h = np.array([[1, t, 2], [3, 4, 5 * t]])
    return {
        "a": a,
        "b": b,
        "c": np.eye(3) * t + np.diag([1, 2, 3]),
        "d": np.linspace(0, t, 5),
        "e": np.concatenate([a, [7, 8]]),
        "f": np.vstack([b, b]),
        "g": np.hstack([b, 2 * b]),
        "h": h,
        "k": np.hstack([h, [[t], [9]]]),
        "s": t + 6 + 3 + 20 + 7,
    }


@case("arrays/ComponentArrays", TIMES)
def component_arrays(t: float) -> Values:
    area = np.array([1.0, 2, 4])
    h = np.array([1.0, 2, 3]) * exp(-0.5 / area * t)
    grid = exp(-np.array([[1.0, 2], [3, 4]]) / 2 * t)
    return {
        "tanks[1].h": h[0],
        "tanks[3].h": h[2],
        "grid[2,1].h": grid[1, 0],
        "total": 0.5 * h.sum(),
        "weighted": area @ h,
        "last": grid[:, 1],
    }


@case("arrays/Elementwise", TIMES, expose=("a", "b", "c", "d"))
def elementwise(t: float) -> Values:
    x = np.array([1, 2, 3]) * t
    return {
        "a": np.sin(x),
        "b": 2 * x + 1,
        "c": np.array([1, 2, 3]) * x + 1,
        "d": -exp(np.array([[t, 0], [1, -t]])) / 2,
    }


@case("arrays/EmptyArrays", TIMES)
def empty_arrays(t: float) -> Values:
    return {"y": exp(-t), "s": exp(-t), "p": 1}


@case("arrays/EmptyArrays", TIMES, modifications={"n": 2})
def filled_arrays(t: float) -> Values:
    y = 3 - 2 * exp(-t)
    return {"y": y, "s": 3 + y, "p": 4}


@case("arrays/IntegerArrays", TIMES, expose=("y", "z"))
def integer_arrays(t: float) -> Values:
    return {"y": np.array([20, 40, 10, 30]) * t, "z": np.array([[3, 1, 4], [1, 4, 2]]) * t}


@case("arrays/NestedComponents", TIMES)
def nested_components(t: float) -> Values:
    rates = {f"a[{i}].leaves[{j}].x": i * j for i in (1, 2) for j in (1, 2, 3)}
    rates |= {"a[1].others[1].x": 0.5, "a[1].others[2].x": 0.25, "a[2].others[1].x": 0.1, "a[2].others[2].x": 0.2}
    return {name: k * exp(-k * t) for name, k in rates.items()}
