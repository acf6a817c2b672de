"""Margins of a loop from its frequency response; the crossings are found by python-control."""

from __future__ import annotations

import math
from dataclasses import dataclass

import control
import numpy as np

from heatsim.errors import SimulationError

_TURN = 0.5
"""Most that the count of encirclements may be off, in half turns; more means that the frequencies are too few."""


@dataclass(frozen=True)
class Robustness:
    """How far a closed loop is from instability.

    Attributes
    ----------
    stable
        Whether the closed loop is stable.
    gain_margin
        Factor on the gain at which the loop becomes unstable; the one nearest to 1. Below 1 in an unstable loop, or in
        one that needs its gain.
    phase_margin
        rad; the smallest.
    delay_margin
        Further dead time that makes the loop unstable, s.
    Ms
        Maximum sensitivity, `max |1/(1 + L)|`; infinite when unstable. 1.2 to 2.0 is usual (Åström and Hägglund,
        *Advanced PID Control*, 2006, section 4.6).
    w_critical
        Angular frequency of the gain margin, rad/s; NaN when the phase never reaches −180°.
    w_crossover
        Angular frequency of the phase margin, rad/s; NaN when the gain never passes 1.
    """

    stable: bool
    gain_margin: float
    phase_margin: float
    delay_margin: float
    Ms: float
    w_critical: float
    w_crossover: float

    def __str__(self) -> str:
        if not self.stable:
            return "unstable"
        return f"GM {self.gain_margin:.3g}, PM {math.degrees(self.phase_margin):.3g}°, Ms {self.Ms:.3g}"


def robustness(omega: np.ndarray, loop: np.ndarray, unstable_poles: int = 0, integrators: int = 1) -> Robustness:
    """Return the margins of a loop transfer function.

    Parameters
    ----------
    omega
        Angular frequencies, rad/s, shape (n,), rising, so close that the phase is resolved; from where the integral
        action dominates up to where the gain has died away (or half the sampling frequency).
    loop
        Loop transfer function with negative feedback taken out, `C·P`, complex, shape (n,).
    unstable_poles
        Number of poles of the open loop in the right half plane.
    integrators
        Number of poles of the open loop at zero.

    Raises
    ------
    SimulationError
        A value is not finite.
    """
    if not np.isfinite(loop).all():
        raise SimulationError("the frequency response of the loop is not finite; choose another operating point")
    stable = is_stable(loop, unstable_poles, integrators)
    data = control.frd(loop, omega, smooth=False)
    gains, phases, distances, w_phase, w_gain, _ = control.stability_margins(data, returnall=True)
    smallest = min(float(np.abs(1.0 + loop).min()), *(float(d) for d in distances), math.inf)
    gain_margin, w_critical = math.inf, math.nan
    if len(gains):
        i = int(np.argmin(np.abs(np.log(np.maximum(gains, 1e-300)))))
        gain_margin, w_critical = float(gains[i]), float(w_phase[i])
    phase_margin, delay_margin, w_crossover = math.inf, math.inf, math.nan
    if len(phases):
        i = int(np.argmin(np.abs(phases)))
        phase_margin, w_crossover = math.radians(float(phases[i])), float(w_gain[i])
        delays = np.remainder(np.radians(phases), 2.0 * math.pi) / w_gain
        delay_margin = float(delays.min()) if stable else 0.0
    maximum = 1.0 / smallest if stable and smallest > 0.0 else math.inf
    return Robustness(stable, gain_margin, phase_margin, delay_margin, maximum, w_critical, w_crossover)


def is_stable(loop: np.ndarray, unstable_poles: int = 0, integrators: int = 1) -> bool:
    """Nyquist's criterion on a frequency response.

    The argument of `1 + L` turns by `π·P + π/2·I` from zero to infinite frequency in a stable closed loop with P
    unstable poles and I integrators in its open loop (Åström and Murray, *Feedback Systems*, 2008, section 9.3).
    """
    angle = np.unwrap(np.angle(1.0 + loop))
    begin = -0.5 * math.pi * integrators  # the half circle of the integrators ends here
    # the way from there to the first frequency, and from the last frequency to 1 + 0j or the real axis
    to_first = math.remainder(angle[0] - begin, 2.0 * math.pi)
    rest = -math.remainder(angle[-1], math.pi) if abs(loop[-1]) < 1.0 else 0.0
    turned = (to_first + angle[-1] - angle[0] + rest) / math.pi
    wanted = unstable_poles + 0.5 * integrators
    return abs(turned - wanted) < _TURN
