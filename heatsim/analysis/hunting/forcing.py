"""Does a signal from outside swing as the loop does? Spectrum and phase of loads against those of a loop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import signal

from heatsim.analysis.hunting.oscillation import Oscillation, find_oscillation, fundamental
from heatsim.analysis.hunting.thresholds import Thresholds


@dataclass(frozen=True)
class Forcing:
    """How a load goes with the oscillation of a loop.

    Attributes
    ----------
    load
        Name of the load.
    coherence
        Squared coherence at the frequency of the oscillation, 0 to 1.
    gain
        Amplitude of the loop's fundamental over that of the load.
    phase
        Phase of the loop after the load, rad, from -pi to pi.
    line
        Share of the load's variance around this frequency, 0 to 1.
    forces
        Whether the load forces the loop.
    """

    load: str
    coherence: float
    gain: float
    phase: float
    line: float
    forces: bool


def forcing(
    time: np.ndarray,
    values: np.ndarray,
    oscillation: Oscillation,
    loads: Mapping[str, np.ndarray],
    thresholds: Thresholds,
) -> Forcing | None:
    """Return the load that goes best with an oscillation; None when no load varies.

    A load forces the loop when it swings with the loop's period itself (within `forced_period`, or what the length of
    the window resolves) and stays in step with it (`coherence`). Coherence alone does not do: a loop that cycles by
    itself passes through load steps at all phases, and a short window shows some coherence with anything. A load also
    forces by its harmonics (2 to 5), where it has them: a square wave its third and fifth.

    A loop that hunts by itself with the very period of a load is entrained by it. Signals cannot tell it from a forced
    one; a run with the load held can.
    """
    tries = [_against(time, values, oscillation, name, load, thresholds) for name, load in loads.items()]
    found = [one for one in tries if one is not None]
    return max(found, key=lambda f: (f.forces, f.coherence * f.line), default=None)


def _against(
    time: np.ndarray, values: np.ndarray, own: Oscillation, name: str, load: np.ndarray, thresholds: Thresholds
) -> Forcing | None:
    part = (time >= own.begin) & (time <= own.end)
    if part.sum() < 2.0 * own.period / float(time[1] - time[0]):
        part = np.ones(time.size, dtype=bool)
    t, x, y = time[part], load[part], values[part]
    if np.ptp(x) <= 1e-9 * max(1e-12, float(np.max(np.abs(x)))):
        return None  # it rests while the loop swings
    step = float(t[1] - t[0])
    a, b = fundamental(t, x, own.period), fundamental(t, y, own.period)
    squared = coherence(x, y, step, own.period)
    line = _line(x, step, own.period)
    if a == 0.0:
        return None
    ratio = b / a
    swings = find_oscillation(t, x, thresholds)
    resolved = 0.5 * own.period / (t[-1] - t[0])
    near = max(thresholds.forced_period, resolved)
    harmonics = (1, 2, 3, 4, 5) if abs(a) > 0.05 * float(np.ptp(x)) else (1,)
    same = swings is not None and any(abs(swings.period / (k * own.period) - 1.0) <= near for k in harmonics)
    forces = bool(same and squared >= thresholds.coherence)
    return Forcing(name, squared, float(abs(ratio)), float(np.angle(ratio)), line, forces)


def coherence(x: np.ndarray, y: np.ndarray, step: float, period: float) -> float:
    """Squared coherence at one frequency, over segments of three periods that overlap by half (Welch)."""
    length = min(int(3.0 * period / step + 0.5), x.size)
    window = signal.windows.hann(length, sym=False)
    rotor = window * np.exp(-2j * np.pi * step * np.arange(length) / period)
    starts = range(0, x.size - length + 1, max(length // 2, 1))
    pairs = [
        (np.sum(rotor * signal.detrend(x[k : k + length])), np.sum(rotor * signal.detrend(y[k : k + length])))
        for k in starts
    ]
    cross = abs(np.sum([a * np.conj(b) for a, b in pairs])) ** 2
    powers = float(np.sum([abs(a) ** 2 for a, _ in pairs]) * np.sum([abs(b) ** 2 for _, b in pairs]))
    return float(cross / powers) if powers > 0.0 else 0.0


def _line(x: np.ndarray, step: float, period: float) -> float:
    frequency, power = signal.periodogram(signal.detrend(x), 1.0 / step, "hann", detrend=False)
    total = float(np.sum(power))
    width = max(0.1 / period, 2.0 / (x.size * step))
    return float(np.sum(power[np.abs(frequency - 1.0 / period) <= width])) / total if total > 0.0 else 0.0
