"""The shape of an oscillation: half cycles fitted by triangles and by sines, and how command and variable go together.

A valve that sticks stands still while the controller integrates a constant error, so the command is a triangle with
sharp corners; a loop that is merely unstable has sines everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import ndimage


@dataclass(frozen=True)
class Shape:
    """Fit of the half cycles of a signal.

    Attributes
    ----------
    triangle, sine
        Coefficient of determination of triangles and of half sines, mean over the half cycles.
    stiction
        Stiction index, MSE of sines over the sum of the MSE of sines and triangles (He et al. 2007): above 0.6
        stiction, below 0.4 none.
    halves
        Number of half cycles.
    """

    triangle: float
    sine: float
    stiction: float
    halves: int


def shape(flat: np.ndarray, band: np.ndarray, step: float, period: float) -> Shape | None:
    """Fit the half cycles between zero crossings by triangles and by sines; None with fewer than four.

    Parameters
    ----------
    flat
        The signal without drift, shape (n,).
    band
        The same without noise, whose zero crossings part the half cycles.
    step, period
        Distance of the samples and period of the oscillation, s.

    The corner of a triangle may lie anywhere from a fifth to four fifths of the half cycle, and so may the top of the
    sine, which is two quarter sines that meet there: both have as many free numbers.
    """
    width = int(period / step / 20.0)
    smooth = ndimage.uniform_filter1d(flat, width, mode="nearest") if width >= 2 else flat
    signs = np.signbit(band)
    cuts = np.flatnonzero(signs[1:] != signs[:-1]) + 1
    triangle, sine, power, number = 0.0, 0.0, 0.0, 0
    for a, b in pairwise(cuts):
        if not 0.2 * period < (b - a) * step < period or b - a < 6:
            continue
        part = smooth[a:b]
        power += float(np.sum(part**2))
        triangle += _misfit(part, _triangle)
        sine += _misfit(part, _sine)
        number += 1
    if number < 4 or power <= 0.0:
        return None
    both = triangle + sine
    return Shape(1.0 - triangle / power, 1.0 - sine / power, sine / both if both > 0.0 else 0.5, number)


def _triangle(x: np.ndarray, top: float) -> np.ndarray:
    return np.where(x < top, x / top, (1.0 - x) / (1.0 - top))


def _sine(x: np.ndarray, top: float) -> np.ndarray:
    """Two quarter sines that meet at the top."""
    return np.sin(0.5 * np.pi * _triangle(x, top))


def _misfit(part: np.ndarray, form: Callable[[np.ndarray, float], np.ndarray]) -> float:
    x = (np.arange(part.size) + 0.5) / part.size
    power = float(np.sum(part**2))
    best = power
    for top in np.linspace(0.2, 0.8, 13):
        f = form(x, top)
        best = min(best, power - float(np.sum(f * part)) ** 2 / float(np.sum(f * f)))
    return best
