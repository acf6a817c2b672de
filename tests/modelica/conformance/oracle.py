"""Tools for expectations: accurate solutions of ordinary differential equations, with events and restart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from scipy.integrate import solve_ivp
from scipy.linalg import expm

Rates = Callable[[float, np.ndarray], Sequence[float]]


class Solution:
    """x(t) of der(x) = f(t, x), solved piece by piece between given corners of f.

    Parameters
    ----------
    rates : f(t, x)
    start : x at t = 0
    stop : end, s
    corners : times where f jumps or has a kink, s, or a function that finds them
    method : of `scipy.integrate.solve_ivp`
    """

    def __init__(
        self,
        rates: Rates,
        start: Sequence[float],
        stop: float,
        corners: Sequence[float] | Callable[[], Sequence[float]] = (),
        method: str = "DOP853",
    ) -> None:
        self._problem = (rates, np.asarray(start, dtype=float), stop, corners, method)

    @cached_property
    def _pieces(self) -> list[tuple[float, Callable[[float], np.ndarray]]]:
        rates, x, stop, corners, method = self._problem
        pieces, t = [], 0.0
        for end in [*(c for c in sorted(corners() if callable(corners) else corners) if 0 < c < stop), stop]:
            # f is evaluated strictly inside a piece, where a jump at its ends is not seen
            margin = 1e-13 * max(1.0, end)
            inside = partial(_inside, rates, t + margin, end - margin)
            piece = solve_ivp(inside, (t, end), x, method=method, rtol=1e-12, atol=1e-13, dense_output=True)
            assert piece.success, piece.message
            pieces.append((end, piece.sol))
            t, x = end, piece.y[:, -1]
        return pieces

    def __call__(self, t: float) -> np.ndarray:
        for end, piece in self._pieces:
            if t <= end:
                return piece(t)
        raise ValueError(f"{t} is after the end of the solution")


def _inside(rates: Rates, low: float, high: float, t: float, x: np.ndarray) -> Sequence[float]:
    return rates(min(max(t, low), high), x)


@dataclass(frozen=True)
class Switch:
    """An event of a hybrid system: g(t, x, q) = 0 in a direction, and what it does: (t, x, q) -> (x, q)."""

    when: Callable[[float, np.ndarray, tuple], float]
    then: Callable[[float, np.ndarray, tuple], tuple[np.ndarray, tuple]]
    direction: int = 0
    mode: Callable[[tuple], bool] = lambda _q: True  # in which modes it is watched


class Hybrid:
    """x(t), q(t) of der(x) = f(t, x, q) with switches; restarted at each event.

    Parameters
    ----------
    rates : f(t, x, q)
    start, mode : x and q at t = 0
    switches : what may happen
    stop : end, s
    max_step : s, so that no event is stepped over
    """

    def __init__(
        self,
        rates: Callable[[float, np.ndarray, tuple], Sequence[float]],
        start: Sequence[float],
        mode: tuple,
        switches: Sequence[Switch],
        stop: float,
        max_step: float = np.inf,
    ) -> None:
        self._problem = (rates, np.asarray(start, dtype=float), mode, switches, stop, max_step)

    @cached_property
    def _pieces(self) -> list[tuple[float, float, Callable[[float], np.ndarray], tuple]]:
        rates, x, q, switches, stop, max_step = self._problem
        pieces, t = [], 0.0
        while t < stop:
            active = [switch for switch in switches if switch.mode(q)]
            piece = solve_ivp(
                lambda s, y, q=q: rates(s, y, q),
                (t, stop),
                x,
                "DOP853",
                rtol=1e-12,
                atol=1e-13,
                dense_output=True,
                events=[_event(switch, q) for switch in active],
                max_step=max_step,
            )
            assert piece.success, piece.message
            pieces.append((t, piece.t[-1], piece.sol, q))
            t, x = float(piece.t[-1]), piece.y[:, -1]
            if piece.status == 1:
                which = next(k for k, found in enumerate(piece.t_events) if len(found))
                x, q = active[which].then(t, x.copy(), q)
        return pieces

    @property
    def events(self) -> list[float]:
        """Instants of all events, s."""
        return [end for _, end, _, _ in self._pieces[:-1]]

    def __call__(self, t: float) -> tuple[np.ndarray, tuple]:
        for begin, end, piece, q in self._pieces:
            if begin <= t <= end:
                return piece(t), q
        raise ValueError(f"{t} is outside the solution")


def _event(switch: Switch, q: tuple) -> Callable[[float, np.ndarray], float]:
    def crossing(t: float, x: np.ndarray) -> float:
        return switch.when(t, x, q)

    crossing.terminal, crossing.direction = True, switch.direction  # type: ignore[attr-defined]
    return crossing


def linear(a: np.ndarray, b: np.ndarray, x0: np.ndarray, t: float) -> np.ndarray:
    """Return x(t) of der(x) = a x + b with constant a and b, by the exponential of the augmented matrix."""
    n = len(x0)
    whole = np.zeros((n + 1, n + 1))
    whole[:n, :n], whole[:n, n] = a, b
    return (expm(whole * t) @ np.append(x0, 1.0))[:n]


def around(*instants: float, width: float = 1e-4) -> list[float]:
    """Return times right before and right after instants, s."""
    return sorted(t + side for t in instants for side in (-width, width))
