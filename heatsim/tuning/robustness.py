"""Stability and sensitivity of a loop transfer function on a grid of frequencies, fast enough for a search.

The margins that are reported come from `heatsim.analysis.margins`, which looks closely at each crossing.
"""

from __future__ import annotations

import math

import numpy as np


def unstable_poles(loop: np.ndarray, open_loop: int = 0, integrators: int = 1) -> float:
    """Number of unstable closed-loop poles by Nyquist's criterion; not whole when the grid is too coarse.

    The argument of `1 + L` turns by `π·(P − Z) + π/2·I` from zero to infinite frequency with P unstable poles and I
    integrators in the open and Z unstable poles in the closed loop (Åström and Murray, *Feedback Systems*, 2008,
    section 9.3).

    Parameters
    ----------
    loop
        Loop transfer function with negative feedback taken out, `C·P`, complex, shape (n,), on rising frequencies: from
        where the integral action dominates up to where the gain has died away (or half the sampling frequency).
    open_loop
        Number of poles of the open loop in the right half plane.
    integrators
        Number of poles of the open loop at zero.
    """
    angle = np.unwrap(np.angle(1.0 + loop))
    # the rest of the way from zero frequency, where c/(j*w)**n stands on an axis, and to infinite frequency
    begin = math.remainder(angle[0] + 0.5 * math.pi * integrators, math.pi) if integrators else 0.0
    end = -math.remainder(angle[-1], math.pi) if abs(loop[-1]) < 1.0 else 0.0
    turned = (begin + angle[-1] - angle[0] + end) / math.pi
    return float(open_loop + 0.5 * integrators - turned)


def sensitivity(loop: np.ndarray, open_loop: int = 0, integrators: int = 1) -> float:
    """Maximum sensitivity `max |1/(1 + L)|` on the grid; infinite for an unstable closed loop."""
    if not unstable_poles(loop, open_loop, integrators) < 0.5:
        return math.inf
    return float(1.0 / np.abs(1.0 + loop).min())
