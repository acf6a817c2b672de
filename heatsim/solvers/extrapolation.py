"""What a signal does inside a step: polynomials of the time since the exchange, out of its values at exchanges.

Extrapolation continues the polynomial through the last exchanges (Kübler and Schiehlen, Two methods of simulator
coupling, 2000); interpolation passes through the end of the step too, where that is known already. A signal that jumped
since the last exchange has no history: it is held, and gains a degree with each exchange.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

DEGREES = {"held": 0, "linear": 1, "quadratic": 2}


@dataclass(frozen=True)
class History:
    """Values of all signals at the last exchanges, the newest first.

    Attributes
    ----------
    degree
        Highest degree of the polynomials: 0 held, 1 linear, 2 quadratic.
    times
        Times of the exchanges, s, at most `degree + 1` of them.
    values
        Right limits of the signals there, each of shape (n_signals,).
    age
        For each signal, how many exchanges before the newest belong to the same smooth piece; shape (n_signals,).
    """

    degree: int
    times: tuple[float, ...] = ()
    values: tuple[np.ndarray, ...] = ()
    age: np.ndarray | None = None

    def after(self, t: float, values: np.ndarray, broken: np.ndarray) -> History:
        """History with one more exchange; `broken` says which signals jumped since the one before."""
        age = np.zeros(values.size, dtype=int)
        if self.degree and self.age is not None:
            age = np.where(broken, 0, np.minimum(self.age + 1, self.degree))
        return History(self.degree, (t, *self.times[: self.degree]), (values, *self.values[: self.degree]), age)

    def extrapolated(self) -> np.ndarray:
        """Coefficients of tau**0, tau**1 and tau**2 from the newest exchange on, shape (3, n_signals)."""
        values = self.values[0]
        c = np.zeros((3, values.size))
        c[0] = values
        known = len(self.times) - 1
        if self.degree == 0 or known < 1 or self.age is None:
            return c
        before = self.times[0] - self.times[1]
        first = (values - self.values[1]) / before
        c[1] = np.where(self.age >= 1, first, 0.0)
        if self.degree == 2 and known == 2:
            earlier = (self.values[1] - self.values[2]) / (self.times[1] - self.times[2])
            second = np.where(self.age >= 2, (first - earlier) / (self.times[0] - self.times[2]), 0.0)
            c[1] += second * before
            c[2] = second
        return c

    def interpolated(self, signals: np.ndarray, at_end: np.ndarray, length: float) -> np.ndarray:
        """Coefficients for some signals whose values at the end of the step are known, shape (3, n).

        Held ones keep the value at the end, as in the implicit Euler method.
        """
        c = np.zeros((3, signals.size))
        if self.degree == 0:
            c[0] = at_end
            return c
        values = self.values[0][signals]
        slope = (at_end - values) / length
        c[0], c[1] = values, slope
        if self.degree == 2 and len(self.times) > 1 and self.age is not None:
            before = self.times[0] - self.times[1]
            earlier = (values - self.values[1][signals]) / before
            c[2] = np.where(self.age[signals] >= 1, (slope - earlier) / (length + before), 0.0)
            c[1] -= c[2] * length
        return c


def shifted(c: np.ndarray, tau: float) -> np.ndarray:
    """Coefficients of the same polynomials counted from a time `tau` later."""
    return np.stack([c[0] + tau * (c[1] + tau * c[2]), c[1] + 2.0 * tau * c[2], c[2]])


def at(c: np.ndarray, tau: float) -> np.ndarray:
    """Values of polynomials at `tau`."""
    return np.asarray(c[0] + tau * (c[1] + tau * c[2]))


def lowered(c: np.ndarray, degree: int, length: float) -> np.ndarray:
    """Polynomials of a degree that a unit can use over a step.

    A chord for a parabola. Where inputs can only be held they are held at their mean over the step, so that what flows
    into the unit in the step is right; for held signals that is the value at the exchange.
    """
    if degree >= 2 or (degree == 1 and not c[2].any()):
        return c
    low = np.zeros_like(c)
    if degree == 1:
        low[0], low[1] = c[0], c[1] + length * c[2]
    else:
        low[0] = c[0] + length * (c[1] / 2.0 + length * c[2] / 3.0)
    return low
