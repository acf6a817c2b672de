"""Process models of tuning rules: first order, integrating and second order, each with dead time."""

from __future__ import annotations

import math
from dataclasses import dataclass

import control
import numpy as np
from scipy.optimize import brentq

from heatsim.analysis.margins import Margins, margins_of
from heatsim.errors import UsageError
from heatsim.tuning.robustness import unstable_poles
from heatsim.tuning.settings import Settings

_POINTS = 3000
_TURNS = 6.0
"""Phase lag by dead time up to which margins are looked for, rad beyond the critical frequency: further crossings of a
falling gain are farther from −1."""


class _Process:
    """What the process models share; each gives `response` and `phase_lag`."""

    gain: float
    L: float

    def response(self, omega: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def phase_lag(self, omega: float) -> float:
        raise NotImplementedError

    def slowest(self) -> float:
        """Longest time of the process, s."""
        raise NotImplementedError

    def loop(self, settings: Settings) -> control.FRD:
        """Loop transfer function `C·P` as frequency data for Bode and Nyquist plots of python-control."""
        omega = np.geomspace(*self._range(settings), _POINTS)
        return control.frd(self._loop(settings, omega), omega, smooth=False)

    def _loop(self, settings: Settings, omega: np.ndarray) -> np.ndarray:
        return np.asarray(settings.response(omega) * self.response(omega))

    def _range(self, settings: Settings) -> tuple[float, float]:
        """Angular frequencies between which everything happens, rad/s."""
        times = [t for t in (self.slowest(), settings.Ti, self.L) if 0.0 < t < math.inf]
        if not self.L:
            return 1e-4 / max(times), 1e4 / min(times)
        # beyond, a falling gain only comes nearer to zero; a derivative makes it rise up to its filter
        rising = 3.0 * settings.N / settings.Td if settings.Td else 0.0
        return 1e-4 / max(times), max((math.pi + _TURNS) / self.L, rising)

    def ultimate(self) -> tuple[float, float]:
        """Ultimate gain Ku (magnitude, command per unit of the measurement) and ultimate period Pu, s.

        The frequency at which the phase is −180° is exact, not that of a describing function.

        Raises
        ------
        UsageError
            The phase never reaches −180°.
        """
        high = 1.0 / max(self.slowest(), 1e-9)
        while self.phase_lag(high) < math.pi:
            high *= 2.0
            if high > 1e12:
                raise UsageError(f"{self}: its phase never reaches −180°, so there is no ultimate gain")
        low = high
        while self.phase_lag(low) >= math.pi:
            low /= 2.0
        omega = float(brentq(lambda w: self.phase_lag(w) - math.pi, low, high, xtol=1e-14 * high, rtol=1e-14))
        return float(1.0 / np.abs(self.response(np.array([omega])))[0]), 2.0 * math.pi / omega

    def margins(self, settings: Settings) -> Margins:
        """Margins of the loop with a controller of these settings; angles in degrees.

        Raises
        ------
        UsageError
            The signs of controller and process differ: the loop would run away.
        """
        if settings.k * self.gain < 0.0:
            raise UsageError(
                f"gain {self.gain:g} of the process and k {settings.k:g} have different signs, so the loop runs away; "
                "turn the sign of k"
            )
        low, high = self._range(settings)
        integrators = int(math.isfinite(settings.Ti)) + int(isinstance(self, IntegratingProcess))
        grid = self._loop(settings, np.geomspace(low, high, _POINTS))
        count = round(unstable_poles(grid, 0, integrators))
        return margins_of(lambda w: self._loop(settings, w), low, high, unstable=count)

    def delayed(self, delay: float) -> _Process:
        """Return the process with further dead time, s: half the sample time of a digital controller, for example."""
        raise NotImplementedError


def _check(name: str, gain: float, delay: float, times: tuple[float, ...]) -> None:
    if not (math.isfinite(gain) and gain != 0.0 and 0.0 <= delay < math.inf and all(0.0 < t < math.inf for t in times)):
        raise UsageError(f"{name}: the gain must be finite and not zero, times positive, the dead time not negative")


@dataclass(frozen=True)
class FOPTD(_Process):
    """First order plus dead time: `gain·exp(−L·s)/(1 + T·s)`.

    Attributes
    ----------
    gain
        Change of the measurement per change of the command.
    T
        Time constant, s.
    L
        Dead time, s.
    """

    gain: float
    T: float
    L: float

    def __post_init__(self) -> None:
        _check(str(self), self.gain, self.L, (self.T,))

    @property
    def normalized_delay(self) -> float:
        """`L/(L + T)`: 0 lag dominant, 1 delay dominant (Åström and Hägglund 2006, section 2.6)."""
        return self.L / (self.L + self.T)

    def response(self, omega: np.ndarray) -> np.ndarray:
        """Frequency response at omega (rad/s, shape (n,)), complex, shape (n,)."""
        s = 1j * np.asarray(omega, dtype=float)
        return np.asarray(self.gain * np.exp(-self.L * s) / (1.0 + self.T * s))

    def phase_lag(self, omega: float) -> float:
        """Phase lag at omega (rad/s), rad, without the sign of the gain."""
        return self.L * omega + math.atan(self.T * omega)

    def slowest(self) -> float:
        """Time constant, s."""
        return self.T

    def delayed(self, delay: float) -> FOPTD:
        """Return the process with further dead time, s."""
        return FOPTD(self.gain, self.T, self.L + delay)

    def __str__(self) -> str:
        return f"gain {self.gain:.4g}, T {self.T:.4g} s, L {self.L:.4g} s"


@dataclass(frozen=True)
class IntegratingProcess(_Process):
    """Integrator with lag and dead time: `gain·exp(−L·s)/(s·(1 + T·s))`; gain is a slope per command, 1/s."""

    gain: float
    L: float
    T: float = 0.0

    def __post_init__(self) -> None:
        _check(str(self), self.gain, self.L, () if self.T == 0.0 else (self.T,))

    def response(self, omega: np.ndarray) -> np.ndarray:
        """Frequency response at omega (rad/s, shape (n,)), complex, shape (n,)."""
        s = 1j * np.asarray(omega, dtype=float)
        return np.asarray(self.gain * np.exp(-self.L * s) / (s * (1.0 + self.T * s)))

    def phase_lag(self, omega: float) -> float:
        """Phase lag at omega (rad/s), rad."""
        return 0.5 * math.pi + self.L * omega + math.atan(self.T * omega)

    def slowest(self) -> float:
        """Longest time of the process, s."""
        return max(self.T, self.L, 1e-6)

    def delayed(self, delay: float) -> IntegratingProcess:
        """Return the process with further dead time, s."""
        return IntegratingProcess(self.gain, self.L + delay, self.T)

    def __str__(self) -> str:
        lag = f", T {self.T:.4g} s" if self.T else ""
        return f"integrating, gain {self.gain:.4g}/s{lag}, L {self.L:.4g} s"


@dataclass(frozen=True)
class SOPTD(_Process):
    """Second order plus dead time: `gain·exp(−L·s)/((1 + T1·s)·(1 + T2·s))`, T1 >= T2."""

    gain: float
    T1: float
    T2: float
    L: float

    def __post_init__(self) -> None:
        _check(str(self), self.gain, self.L, (self.T1, self.T2))
        if self.T2 > self.T1:
            raise UsageError(f"SOPTD: T2 {self.T2:g} s is longer than T1 {self.T1:g} s; give the longer one first")

    def response(self, omega: np.ndarray) -> np.ndarray:
        """Frequency response at omega (rad/s, shape (n,)), complex, shape (n,)."""
        s = 1j * np.asarray(omega, dtype=float)
        return np.asarray(self.gain * np.exp(-self.L * s) / ((1.0 + self.T1 * s) * (1.0 + self.T2 * s)))

    def phase_lag(self, omega: float) -> float:
        """Phase lag at omega (rad/s), rad, without the sign of the gain."""
        return self.L * omega + math.atan(self.T1 * omega) + math.atan(self.T2 * omega)

    def slowest(self) -> float:
        """Longer time constant, s."""
        return self.T1

    def delayed(self, delay: float) -> SOPTD:
        """Return the process with further dead time, s."""
        return SOPTD(self.gain, self.T1, self.T2, self.L + delay)

    def __str__(self) -> str:
        return f"gain {self.gain:.4g}, T1 {self.T1:.4g} s, T2 {self.T2:.4g} s, L {self.L:.4g} s"


Process = FOPTD | IntegratingProcess | SOPTD
"""Processes that the rules take."""
