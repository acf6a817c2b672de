"""Size, period and phase of the oscillation of a signal, apart from its drift."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy.signal

from heatsim.analysis.hunting.signals import LoopSignals
from heatsim.analysis.hunting.thresholds import Thresholds

RISEN = 0.5
"""Share of its final size at which an oscillation counts as started."""


@dataclass(frozen=True)
class Wave:
    """The oscillation of a signal in a span of time.

    Attributes
    ----------
    mean
        Mean of the signal.
    amplitude
        Amplitude of the sine of equal power, sqrt(2) times the standard deviation after the drift is taken out.
    period
        Period with the most power, s; NaN when nothing moves.
    purity
        Share of the power within a tenth of an octave of the period and its second and third harmonic, 0 to 1.
    phase
        Phase of the component with that period at the start of the span, rad.
    """

    mean: float
    amplitude: float
    period: float
    purity: float
    phase: float


@dataclass(frozen=True)
class Oscillation:
    """How a loop oscillates in the case at hand.

    Attributes
    ----------
    signals
        Its signals from `start` of the window on.
    measurement, command
        Their waves at the common period.
    onset
        Time at which the oscillation has grown to half of its size, s.
    """

    signals: LoopSignals
    measurement: Wave
    command: Wave
    onset: float

    @property
    def period(self) -> float:
        """Period, s."""
        return self.measurement.period

    @property
    def command_share(self) -> float:
        """Amplitude of the command over its range."""
        width = self.signals.command_range
        return self.command.amplitude / width if width > 0.0 else 0.0


def without_drift(values: np.ndarray, samples: int) -> np.ndarray:
    """Return a signal without what moves slower than a period of `samples` samples.

    A moving mean over whole periods is the drift: it lets nothing of the oscillation through. At the ends, where it
    lacks a half period, the straight line through the first and last whole period continues it.
    """
    n = values.size
    if samples < 2 or n < 2 * samples:
        return np.asarray(scipy.signal.detrend(values))
    kernel = np.ones(samples + 1)
    if samples % 2:
        kernel = np.ones(samples)
    else:
        kernel[0] = kernel[-1] = 0.5  # even number: halves at both ends keep it symmetric
    kernel /= kernel.sum()
    half = kernel.size // 2
    drift = np.empty(n)
    drift[half : n - half] = np.convolve(values, kernel, mode="valid")
    span = min(samples, n - 2 * half - 1)
    left, right = drift[half], drift[n - half - 1]
    rise_left = (drift[half + span] - left) / span if span > 0 else 0.0
    rise_right = (right - drift[n - half - 1 - span]) / span if span > 0 else 0.0
    drift[:half] = left - rise_left * np.arange(half, 0, -1)
    drift[n - half :] = right + rise_right * np.arange(1, half + 1)
    return np.asarray(values - drift)


def period_of(time: np.ndarray, values: np.ndarray, tiny: float = 0.0) -> float:
    """Return the period with the most power, s; NaN when the signal moves by less than `tiny`.

    The spectrum is that of the signal without its straight line, under a Hann window and padded to eight times its
    length; the peak is placed by a parabola through three points.
    """
    flat = scipy.signal.detrend(values)
    if flat.size < 8 or not np.std(flat) > tiny:
        return math.nan
    step = float(np.median(np.diff(time)))
    spectrum = np.abs(np.fft.rfft(flat * np.hanning(flat.size), 8 * flat.size)) ** 2
    # less than one and a half waves in the span is a drift, not an oscillation that could be known from it
    first = max(int(8 * 1.5), 1)
    spectrum[:first] = 0.0
    peak = int(np.argmax(spectrum))
    if spectrum[peak] <= 0.0:
        return math.nan
    shift = 0.0
    if 0 < peak < spectrum.size - 1:
        a, b, c = spectrum[peak - 1 : peak + 2]
        if a - 2 * b + c < 0:
            shift = 0.5 * (a - c) / (a - 2 * b + c)
    return 8 * flat.size * step / (peak + shift)


def wave(time: np.ndarray, values: np.ndarray, period: float | None = None, tiny: float = 0.0) -> Wave:
    """Measure the oscillation of an evenly sampled signal.

    Parameters
    ----------
    time, values
        The signal, shape (n,).
    period
        Period at which to look, s; that with the most power when left out.
    tiny
        Standard deviation below which the signal stands still.
    """
    mean = float(np.mean(values))
    own = period_of(time, values, tiny) if period is None else period
    step = float(np.median(np.diff(time)))
    if not own > 2 * step:
        return Wave(mean, 0.0 if own != own else float(np.sqrt(2) * np.std(values)), math.nan, 0.0, 0.0)
    moved = without_drift(values, round(own / step))
    power = float(np.mean(moved**2))
    amplitude = math.sqrt(2.0 * power)
    if not math.sqrt(power) > tiny:
        return Wave(mean, amplitude, own, 0.0, 0.0)
    angle = 2 * math.pi / own * (time - time[0])
    basis = np.stack([f(k * angle) for k in (1, 2, 3) for f in (np.cos, np.sin)], axis=1)
    found, *_ = np.linalg.lstsq(basis, moved, rcond=None)
    rest = float(np.mean((moved - basis @ found) ** 2))
    return Wave(mean, amplitude, own, max(0.0, 1.0 - rest / power), math.atan2(-found[1], found[0]))


def onset(time: np.ndarray, values: np.ndarray, period: float) -> float:
    """Return the time from which on the running size of an oscillation is at least half of its final size, s.

    What swings after a step and dies out before the oscillation grows does not count.
    """
    step = float(np.median(np.diff(time)))
    samples = max(round(period / step), 2)
    if values.size < 3 * samples:
        return float(time[0])
    moved = without_drift(values, samples)
    running = np.sqrt(np.convolve(moved**2, np.ones(samples) / samples, mode="valid"))
    final = float(np.median(running[-2 * samples :]))
    if not final > 0.0:
        return math.nan
    below = np.flatnonzero(running < RISEN * final)
    first = int(below[-1]) + 1 if below.size else 0
    return float(time[min(first, time.size - 1)])


def lag(of: Wave, behind: Wave) -> float:
    """Return by how much one wave lags another of the same period, degrees from -180 to 180."""
    return math.degrees((of.phase - behind.phase + math.pi) % (2 * math.pi) - math.pi)


def oscillation(signals: LoopSignals, span: tuple[float, float], period: float | None = None) -> Oscillation:
    """Measure how a loop oscillates in a span of time; the onset is sought from the start of the run."""
    inside = signals.between(*span)
    tiny = 1e-9 * max(abs(inside.level), 1e-12)
    measured = wave(inside.time, inside.measurement, period, tiny)
    command = wave(inside.time, inside.command, measured.period if period is None else period, 1e-9)
    begun = onset(signals.time, signals.measurement, measured.period) if measured.period == measured.period else span[0]
    return Oscillation(inside, measured, command, begun if begun == begun else span[0])


def violence(oscillation: Oscillation) -> tuple[float, float]:
    """How violently a loop moves: share of its command's range, and amplitude of its variable over a negligible one.

    All commands that go from one end to the other are alike; then the variable tells.
    """
    least = oscillation.signals.negligible(Thresholds())
    amplitude = oscillation.measurement.amplitude
    return min(oscillation.command_share, 0.4), amplitude / least if least > 0.0 else 0.0
