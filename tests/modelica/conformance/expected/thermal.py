"""Typical thermal models: chains, pipes, tanks, networks, exchangers, controllers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from conformance.case import Value, case
from conformance.oracle import Solution, linear
from scipy.optimize import brentq

Values = Mapping[str, Value]


def _rc(t: float, x: np.ndarray) -> np.ndarray:
    whole = np.concatenate([[283.15 + 10 * np.sin(t / 100)], x])
    q = 20 * (whole[:-1] - whole[1:])
    capacity = np.array([500.0] * 5 + [5000])
    return (q - np.append(q[1:], 0)) / capacity


_rc_chain = Solution(_rc, [293.15] * 5 + [295.15], 2000)


@case("thermal/RCChain", (0, 20, 300, 2000))
def rc_chain(t: float) -> Values:
    x = _rc_chain(t)
    return {f"c[{k + 1}].T": x[k] for k in range(5)} | {"room.T": x[5]}


def _pipe(t: float, n: int = 20) -> Values:
    # flow 0.5 kg/s forward for 8 s, then 0.3 kg/s back
    def matrix(m: float, t_in: float, t_back: float) -> tuple[np.ndarray, np.ndarray]:
        cell = 5.0 / n
        a = -np.eye(n) * (abs(m) / cell + 40 / 5 / 4186)
        a += np.diag(np.full(n - 1, abs(m) / cell), -1 if m > 0 else 1)
        b = np.full(n, 40 / 5 / 4186 * 290.0)
        b[0 if m > 0 else -1] += abs(m) / cell * (t_in if m > 0 else t_back)
        return a, b

    x = linear(*matrix(0.5, 330, 310), np.full(n, 300.0), min(t, 8))
    if t > 8:
        x = linear(*matrix(-0.3, 330, 310), x, t - 8)
    return {"T": x, "T_out": x[-1] if t < 8 else x[0]}


@case(
    "thermal/PipeAdvection",
    (0, 2, 7.9999, 8.0001, 12, 30),
    inputs={"m_flow": lambda t: 0.5 if t < 8 else -0.3},
    breaks=(8,),
)
def pipe_advection(t: float) -> Values:
    return _pipe(t)


@case(
    "thermal/PipeAdvection",
    (0, 2, 12),
    modifications={"n": 7},
    inputs={"m_flow": lambda t: 0.5 if t < 8 else -0.3},
    breaks=(8,),
)
def pipe_advection_coarse(t: float) -> Values:
    return _pipe(t, 7)


def _tank(_t: float, x: np.ndarray) -> np.ndarray:
    mix = np.maximum(x[1:] - x[:-1], 0) / 30
    down = 0.2 / (100 / 8) * (np.append(340.0, x[:-1]) - x)
    return down + np.append(mix, 0) - np.append(0, mix)


_buoyant = Solution(_tank, (320, 318, 325, 310, 312, 300, 305, 301), 300, corners=np.linspace(1, 299, 150))


@case("thermal/BuoyantTank", (0, 10, 60, 300))
def buoyant_tank(t: float) -> Values:
    return {"T": _buoyant(t)}


def _valve_flows(t: float) -> np.ndarray:
    # by nested bisection: pressure difference over the parallel valves from the total flow
    small = 1e-3

    def flow(dp: float, k: float) -> float:
        z = dp * k**2
        return np.sqrt((-(small**2) + np.sqrt(small**4 + 4 * z**2)) / 2)

    def excess(dp: float) -> float:
        m = flow(dp, 2e-3) + flow(dp, 3e-3)
        over_back = m * np.sqrt(m**2 + small**2) / 5e-3**2
        return 1e5 * (1 + 0.2 * np.sin(t)) ** 2 - 2e4 * m**2 - over_back - dp

    dp = brentq(excess, 1.0, 2e5, xtol=1e-12, rtol=1e-15)
    return np.array([flow(dp, 2e-3), flow(dp, 3e-3)])


def _valve_rate(t: float, x: np.ndarray) -> tuple[float]:
    m = _valve_flows(t)
    return (0.1 * (m[0] * 350 + m[1] * 320 - m.sum() * x[0]),)


_valve_temperature = Solution(_valve_rate, (300.0,), 20)


@case("thermal/ValveNetwork", (0, 1, 4, 20))
def valve_network(t: float) -> Values:
    m = _valve_flows(t)
    return {"T": _valve_temperature(t)[0], "m1": m[0], "m2": m[1]}


def _exchanger(n: int) -> tuple[np.ndarray, np.ndarray]:
    a, b = np.zeros((3 * n, 3 * n)), np.zeros(3 * n)
    cell, ua = 2 / n * 4186, 2 * 3000 / n
    for i in range(n):
        h, c, w = i, n + i, 2 * n + i
        a[h, h] -= (0.3 * 4186 + ua) / cell
        a[h, w] += ua / cell
        if i == 0:
            b[h] += 0.3 * 4186 * 350 / cell
        else:
            a[h, h - 1] += 0.3 * 4186 / cell
        a[c, c] -= (0.5 * 4186 + ua) / cell
        a[c, w] += ua / cell
        if i == n - 1:
            b[c] += 0.5 * 4186 * 290 / cell
        else:
            a[c, c + 1] += 0.5 * 4186 / cell
        wall = 2000 / n
        a[w, h] += ua / wall
        a[w, c] += ua / wall
        a[w, w] -= 2 * ua / wall
    return a, b


@case("thermal/CounterflowExchanger", (0, 2, 10, 60))
def counterflow_exchanger(t: float) -> Values:
    x = linear(*_exchanger(6), np.repeat([320.0, 300, 310], 6), t)
    return {"Th": x[:6], "Tc": x[6:12], "Tw": x[12:], "Q": 0.5 * 4186 * (x[6] - 290)}


def _pi(_t: float, x: np.ndarray) -> tuple[float, float]:
    raw = 2 * (40 - x[0]) + x[1]
    u = min(max(raw, 0), 30)
    return (u - 0.8 * (x[0] - 20)) / 10, 2 / 5 * (40 - x[0]) + (u - raw) / 5


def _switch_times() -> list[float]:
    """Instants where the limits are met, so that the reference is solved piece by piece."""
    rough = Solution(_pi, (20, 0), 60, corners=np.linspace(0.5, 59.5, 119))
    found = []
    for limit in (0.0, 30.0):
        g = lambda t, limit=limit: 2 * (40 - rough(t)[0]) + rough(t)[1] - limit  # noqa: E731
        grid = np.linspace(0, 60, 2001)
        values = [g(t) for t in grid]
        found += [brentq(g, grid[k], grid[k + 1]) for k in range(2000) if values[k] * values[k + 1] < 0]
    return found


_limited = Solution(_pi, (20, 0), 60, corners=_switch_times)


@case("thermal/LimitedPI", (0, 3, 8, 12, 20, 60), max_step=0.05)
def limited_pi(t: float) -> Values:
    temperature, integral = _limited(t)
    return {"T": temperature, "I": integral, "u": min(max(2 * (40 - temperature) + integral, 0), 30)}


def _cop(x: np.ndarray) -> float:
    return 0.5 * (x[0] + 5) / (x[0] - x[1] + 10)


_heat_pump = Solution(
    lambda _t, x: ((2000 * _cop(x) - 150 * (x[0] - 295)) / 4e5, (-2000 * (_cop(x) - 1) + 300 * (295 - x[1])) / 4e5),
    (310, 295),
    7200,
)


@case("thermal/HeatPump", (0, 100, 1000, 7200))
def heat_pump(t: float) -> Values:
    x = _heat_pump(t)
    return {"hot": x[0], "cold": x[1], "c": _cop(x)}
