"""Linear and nonlinear algebraic loops."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from conformance.case import Value, case
from conformance.oracle import Solution, linear
from numpy import exp
from scipy.optimize import brentq, root

Values = Mapping[str, Value]
TIMES = (0, 0.4, 1.5, 4)


def _currents(r1: float, r2: float, r3: float) -> np.ndarray:
    # unknowns a, b, i1, i2, i3 at v = 1
    a = np.array(
        [
            [1, 0, r1, 0, 0],
            [-1, 1, 0, r2, 0],
            [0, -1, 0, 0, r3],
            [-0.1, 0, 1, -1, 0],
            [0, -0.05, 0, 1, -1],
        ]
    )
    return np.linalg.solve(a, [1, 0, 0, 0, 0])


def _linear_loop(t: float, *r: float) -> Values:
    one = _currents(*r)
    v = 10 * exp(-one[2] * t)
    return {"v": v} | dict(zip(("a", "b", "i1", "i2", "i3"), one * v, strict=True))


LOOP = ("a", "b", "i1", "i2", "i3")


@case("loops/LinearLoop", TIMES, expose=LOOP)
def linear_loop(t: float) -> Values:
    return _linear_loop(t, 1, 2, 4)


@case("loops/LinearLoop", TIMES, expose=LOOP, parameters={"R1": 0.0, "R2": 5.0})
def linear_loop_set(t: float) -> Values:
    return _linear_loop(t, 0, 5, 4)


def _system(t: float, d: float = 4.0) -> np.ndarray:
    a = np.diag([d] + [d + i * t for i in range(2, 6)] + [d + t**2])
    b = np.array([t, 2, 3, 4, 5, np.sin(t)])
    a[0, 1] = 1
    for i in range(1, 5):
        a[i, i - 1], a[i, i + 1] = 1, -1
    a[5, 4] = 1
    return np.linalg.solve(a, b)


_sum_of_system = Solution(lambda t, _x: (_system(t).sum(),), (0.0,), 4)


@case("loops/LinearSystem", TIMES, expose=("x",))
def linear_system(t: float) -> Values:
    return {"x": _system(t), "s": _sum_of_system(t)[0]}


def _flow(h: float, a: float, b: float) -> float:
    return brentq(lambda q: a * q + b * q**3 - h, -10, 10, xtol=1e-15, rtol=1e-15)


def _implicit_time(h0: float, t: float, a: float, b: float) -> float:
    # dh = (a + 3 b q^2) dq = -q dt: a ln(q/q0) + 3 b (q^2 - q0^2)/2 = -t
    q0 = _flow(h0, a, b)
    return brentq(lambda q: a * np.log(q / q0) + 1.5 * b * (q**2 - q0**2) + t, 1e-6, q0, xtol=1e-15, rtol=1e-15)


@case("loops/NonlinearScalar", TIMES, expose=("q",))
def nonlinear_scalar(t: float) -> Values:
    q = _implicit_time(5, t, 2, 3)
    return {"q": q, "h": 2 * q + 3 * q**3}


@case("loops/NonlinearScalar", TIMES, expose=("q",), parameters={"a": 0.1, "b": 10.0})
def nonlinear_scalar_set(t: float) -> Values:
    q = _implicit_time(5, t, 0.1, 10)
    return {"q": q, "h": 0.1 * q + 10 * q**3}


def _solved(residual: Callable[[np.ndarray], list[float]], guess: list[float]) -> np.ndarray:
    found = root(residual, guess, tol=1e-14)
    assert np.max(np.abs(residual(found.x))) < 1e-10
    return found.x


def _three(u: float) -> np.ndarray:
    return _solved(
        lambda w: [
            w[0] + w[1] + w[2] - 3 * u,
            w[0] ** 2 + w[1] - 2 * u**2,
            exp(w[2] - u) + 0.1 * w[0] * w[1] - 1 - 0.1 * u**2,
        ],
        [1.0, 1.0, 1.0],
    )


_nonlinear_system = Solution(lambda _t, x: (0.1 * _three(x[0])[2] / x[0],), (1.0,), 4)


@case("loops/NonlinearSystem", TIMES, expose=("x", "y", "z"))
def nonlinear_system(t: float) -> Values:
    u = _nonlinear_system(t)[0]
    return {"u": u} | dict(zip("xyz", _three(u), strict=True))


@case("loops/TornLoop", TIMES, expose=("a", "b", "e"))
def torn_loop(t: float) -> Values:
    u = 1 + 0.5 * np.sin(t)

    def chain(a: float) -> tuple[float, float, float]:
        b = np.tanh(a) + u
        c = b / (1 + a**2)
        d = c + 0.1 * exp(-b)
        e = np.sqrt(d**2 + 1)
        return b, e, 0.5 * e - 0.2 * c * d - a

    a = brentq(lambda z: chain(z)[2], 0, 1, xtol=1e-15, rtol=1e-15)
    return {"a": a, "b": chain(a)[0], "e": chain(a)[1]}


def _sequence(t: float) -> np.ndarray:
    u = 2 + np.sin(t)
    x = brentq(lambda w: w**3 + w - u, 0, 3, xtol=1e-15, rtol=1e-15)
    y = brentq(lambda w: w * exp(w) - x, 0, 3, xtol=1e-15, rtol=1e-15)
    z = brentq(lambda w: w + 0.5 * np.sin(w) - x - y, 0, 9, xtol=1e-15, rtol=1e-15)
    return np.array([x, y, z])


_sequence_sum = Solution(lambda t, _x: (_sequence(t)[2],), (0.0,), 4)


@case("loops/LoopsInSequence", TIMES, expose=("x", "y", "z"))
def loops_in_sequence(t: float) -> Values:
    return dict(zip("xyz", _sequence(t), strict=True)) | {"s": _sequence_sum(t)[0]}


def _valves(t: float) -> tuple[float, float, float]:
    k = (1 + t) + 0.5
    dp = 10 / (1 + 0.3 * k**2)
    return dp, (1 + t) * np.sqrt(dp), k * np.sqrt(dp)


_energy = Solution(lambda t, _x: (_valves(t)[0] * _valves(t)[2],), (0.0,), 4)


@case("loops/MixedLoop", TIMES, expose=("dp", "q1", "q"))
def mixed_loop(t: float) -> Values:
    return dict(zip(("dp", "q1", "q"), _valves(t), strict=True)) | {"E": _energy(t)[0]}


@case("loops/ImplicitDerivative", TIMES)
def implicit_derivative(t: float) -> Values:
    x, y = linear(-np.linalg.inv(np.array([[1, 0.5], [0.5, 2]])), np.zeros(2), np.array([1.0, 2]), t)
    return {"x": x, "y": y}


@case("loops/NonlinearDerivative", TIMES, expose=("v",))
def nonlinear_derivative(t: float) -> Values:
    # x = -v - v^3, so (-1 - 3 v^2) dv = v dt: ln|v/v0| + 3 (v^2 - v0^2)/2 = -t with v0 = -1
    v = brentq(lambda w: np.log(-w) + 1.5 * (w**2 - 1) + t, -1, -1e-9, xtol=1e-16, rtol=1e-15)
    return {"v": v, "x": -v - v**3}


@case("loops/NoSolution", (0, 0.5, 0.9), expose=("level",))
def still_a_solution(t: float) -> Values:
    return {"level": np.sqrt(1 - t)}


@case("loops/NoSolution", (0, 2), expose=("level",), fails=r"t = .*level.*could not be solved")
def no_solution(t: float) -> Values:
    return {"level": 0}


def _scaled(temperature: float) -> tuple[float, float]:
    def pressure(p: float) -> float:
        m = 1e-5 * np.sqrt(p / 1e5) * temperature / 3
        return 2e5 - 5e9 * m**2 * (temperature / 300) - 1e7 * m - p

    p = brentq(pressure, 1e3, 2e5, xtol=1e-10, rtol=1e-15)
    return p, 1e-5 * np.sqrt(p / 1e5) * temperature / 3


_scaled_T = Solution(lambda _t, x: (1e3 * _scaled(x[0])[1],), (300.0,), 4)


@case("loops/ScaledLoop", TIMES, expose=("p", "m"))
def scaled_loop(t: float) -> Values:
    temperature = _scaled_T(t)[0]
    p, m = _scaled(temperature)
    return {"T": temperature, "p": p, "m": m}


A = np.array([[4.0, 1, 0], [1, 5, 2], [0, 2, 6]])


def _array_loop(t: float, y: float) -> np.ndarray:
    return np.linalg.solve(A, np.array([t + y, 1, t**2]))


_array_state = Solution(lambda t, x: (_array_loop(t, x[0])[1],), (0.0,), 4)


@case("loops/ArrayLoop", TIMES, expose=("x",))
def array_loop(t: float) -> Values:
    y = _array_state(t)[0]
    return {"x": _array_loop(t, y), "y": y}
