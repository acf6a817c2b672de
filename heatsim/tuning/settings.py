"""Settings of a PI or PID controller, and its frequency response."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from heatsim.errors import UsageError

DERIVATIVE_FILTER = 10.0
"""Usual N of the derivative filter Td/N (Åström and Hägglund, *Advanced PID Control*, 2006, section 3.3: 2 to 20)."""


@dataclass(frozen=True)
class Settings:
    """Settings in ideal form: `C(s) = k·(1 + 1/(Ti·s) + Td·s/(1 + s·Td/N))`.

    Attributes
    ----------
    k
        Proportional gain, command per unit of the measurement; negative for direct action, as in `heatsim.control.PI`.
    Ti
        Integral time, s; infinite for none.
    Td
        Derivative time, s; 0 for none.
    N
        Ratio of the derivative time to the time constant of its filter.
    """

    k: float
    Ti: float
    Td: float = 0.0
    N: float = DERIVATIVE_FILTER

    def __post_init__(self) -> None:
        good = math.isfinite(self.k) and self.k != 0.0 and self.Ti > 0.0 and 0.0 <= self.Td < math.inf and self.N > 0.0
        if not good:
            raise UsageError(
                f"Settings(k={self.k:g}, Ti={self.Ti:g}, Td={self.Td:g}, N={self.N:g}): k must be finite and not zero, "
                "Ti and N positive, Td not negative"
            )

    @property
    def integral_gain(self) -> float:
        """`k/Ti`, command per second and unit of the measurement."""
        return self.k / self.Ti

    def response(self, omega: np.ndarray, period: float = 0.0) -> np.ndarray:
        """Frequency response of the controller.

        Parameters
        ----------
        omega
            Angular frequencies, rad/s, shape (n,), positive.
        period
            Sample time, s, of a digital controller that integrates by the forward rule and differentiates by the
            backward rule; 0 for a continuous one.

        Returns
        -------
        np.ndarray
            Complex, shape (n,).
        """
        s = 1j * np.asarray(omega, dtype=float)
        if period:
            z = np.exp(s * period)
            backward = (1.0 - 1.0 / z) / period
            derivative = self.Td * backward / (1.0 + backward * self.Td / self.N)
            return np.asarray(self.k * (1.0 + period / (self.Ti * (z - 1.0)) + derivative))
        return np.asarray(self.k * (1.0 + 1.0 / (self.Ti * s) + self.Td * s / (1.0 + s * self.Td / self.N)))

    def scaled(self, k: float = 1.0, Ti: float = 1.0) -> Settings:
        """Return the settings with gain and integral time times a factor."""
        return replace(self, k=k * self.k, Ti=Ti * self.Ti)

    def __str__(self) -> str:
        derivative = f", Td {self.Td:.4g} s" if self.Td else ""
        return f"k {self.k:.4g}, Ti {self.Ti:.4g} s{derivative}"


def series(k: float, Ti: float, Td: float) -> Settings:
    """Settings from those of the series (cascade) form `k·(1 + 1/(Ti·s))·(1 + Td·s)`.

    Åström and Hägglund, *Advanced PID Control*, 2006, section 3.2.
    """
    share = 1.0 + Td / Ti
    return Settings(k * share, Ti * share, Td / share)
