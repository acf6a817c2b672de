"""Building blocks of the search for oscillations: drift, noise, spectrum, autocorrelation of evenly sampled signals."""

from __future__ import annotations

import numpy as np
from scipy import ndimage, signal

_CANDIDATES = 6
SMOOTHING = 6.0
"""Noise is averaged over this part of a period before crossings are counted."""


def noise_level(values: np.ndarray) -> float:
    """Return the standard deviation of white noise on a smooth signal, from its third differences (robust).

    Of a signal that is held for several samples (a sampled sensor), only its changes count.
    """
    moved = np.append(True, np.diff(values) != 0.0)
    if moved.mean() < 0.6:
        values = values[moved]
    if values.size < 8:
        return 0.0
    return float(np.median(np.abs(np.diff(values, 3))) / 0.6745 / np.sqrt(20.0))


def candidates(flat: np.ndarray, step: float) -> list[float]:
    """Periods where the spectrum of the signal, or of its rate of change, has its highest peaks, s."""
    n = flat.size
    frequency, power = signal.periodogram(flat, 1.0 / step, "hann", nfft=4 * n, detrend=False)
    allowed = (frequency >= 2.0 / (n * step)) & (frequency <= 0.45 / step)
    found: list[float] = []
    for weight in (1.0, frequency, frequency**2):
        weighted = np.where(allowed, power * weight, 0.0)
        peaks = signal.argrelmax(weighted)[0]
        for k in peaks[np.argsort(weighted[peaks])[::-1][:_CANDIDATES]]:
            period = float(1.0 / frequency[k])
            if all(abs(period / other - 1.0) > 0.03 for other in found):
                found.append(period)
    return found


def quick_line(values: np.ndarray, step: float, samples: float) -> float | None:
    """Return the period of a line with less than `samples` samples a period that holds half of a signal's power, s.

    The autocorrelation has too few lags there to find a period. White noise has all its power beside any line.
    """
    if values.size < 24:
        return None
    flat = signal.detrend(values)
    frequency, power = signal.periodogram(flat, 1.0 / step, "hann", detrend=False)
    peak = int(np.argmax(power))
    if power[peak] <= 0.0 or frequency[peak] <= 1.0 / (samples * step):
        return None
    share = float(np.sum(power[max(peak - 2, 0) : peak + 3])) / float(np.sum(power))
    return float(1.0 / frequency[peak]) if share > 0.5 else None


def without_drift(x: np.ndarray, step: float, period: float) -> np.ndarray:
    length = max(round(period / step), 2)
    if length >= x.size:
        return x - float(np.mean(x))
    sums = np.cumsum(np.concatenate(([0.0], x)))
    means = (sums[length:] - sums[:-length]) / length
    centers = np.arange(means.size) + 0.5 * (length - 1)
    return np.asarray(x - np.interp(np.arange(x.size), centers, means))


def band_of(flat: np.ndarray, step: float, period: float) -> np.ndarray:
    """The signal without drift and without what is much quicker than the period."""
    width = int(period / step / SMOOTHING)
    x = without_drift(flat, step, period)
    return ndimage.uniform_filter1d(x, width, mode="nearest") if width >= 2 else x


def smoothed(flat: np.ndarray, step: float, period: float) -> np.ndarray:
    """The signal, its noise smoothed by parabolas as far as there is noise to speak of."""
    x = flat
    width = int(period / step / 4.0) // 2 * 2 + 1
    if width < 5 or noise_level(x) < 0.02 * float(np.std(x)):
        return x
    return np.asarray(signal.savgol_filter(x, width, 2, mode="nearest"))


def autocorrelation(x: np.ndarray) -> np.ndarray:
    """Autocorrelation up to three quarters of the length, each lag over the samples it has."""
    n = x.size
    x = x - float(np.mean(x))
    size = 1 << int(2 * n - 1).bit_length()
    raw = np.fft.irfft(np.abs(np.fft.rfft(x, size)) ** 2, size)[: max(3 * n // 4, 3)]
    raw /= n - np.arange(raw.size)
    return np.asarray(raw / raw[0]) if raw[0] > 0 else np.zeros_like(raw)


def chance(cycles: float) -> float:
    """Return the autocorrelation that a random signal of about this period shows by chance over so many cycles.

    One standard deviation after Bartlett (1946) for a signal with two independent values a cycle.
    """
    return float(1.0 / np.sqrt(2.0 * cycles))


def correlation(x: np.ndarray, lag: float) -> float:
    """Correlation of a signal with itself one lag later; 1 for a cycle that repeats, also when it grows or decays."""
    k = round(lag)
    a, b = x[:-k], x[k:]
    if a.size < 8:
        return 0.0
    a, b = a - float(np.mean(a)), b - float(np.mean(b))
    power = float(np.sqrt(np.sum(a * a) * np.sum(b * b)))
    return float(np.sum(a * b)) / power if power > 0.0 else 0.0


def peak_near(acf: np.ndarray, lag: float) -> float | None:
    """Lag (in samples, by a parabola) of the peak of the autocorrelation within a quarter of `lag`."""
    low, high = int(0.75 * lag), int(np.ceil(1.25 * lag)) + 1
    if high >= acf.size or low < 1:
        return None
    k = low + int(np.argmax(acf[low:high]))
    if not 0 < k < acf.size - 1 or acf[k] < acf[k - 1] or acf[k] < acf[k + 1]:
        return None
    bend = acf[k - 1] - 2.0 * acf[k] + acf[k + 1]
    return k + float(0.5 * (acf[k - 1] - acf[k + 1]) / bend if bend < 0.0 else 0.0)


def regularity(acf: np.ndarray) -> float | None:
    """Return r of Thornhill, Huang and Zhang (2003) from the first eleven zero crossings; None with fewer than five."""
    signs = np.signbit(acf)
    at = np.flatnonzero(signs[1:] != signs[:-1])
    crossings = (at + acf[at] / (acf[at] - acf[at + 1]))[:11]
    if crossings.size < 5:
        return None
    # over full periods: half cycles of unequal length (a short stop, a long run) are as regular as equal ones
    spans = 0.5 * (crossings[2:] - crossings[:-2])
    spread = float(np.std(spans, ddof=1))
    return float(min(np.mean(spans) / (3.0 * spread), 999.0)) if spread > 0.0 else 999.0
