"""Finds the dominant oscillation of a signal: period, amplitude, regularity, growth; robust to noise and drift.

The period is a peak of the spectrum that the autocorrelation confirms. Drift is the moving average over one period,
which leaves an oscillation of this period and its harmonics as they are and takes slow changes away.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage, signal

from heatsim.analysis.hunting.shape import shape
from heatsim.analysis.hunting.thresholds import Thresholds

_CANDIDATES = 6
_SMOOTHING = 6.0  # noise is averaged over this part of a period before crossings are counted


@dataclass(frozen=True)
class Oscillation:
    """An oscillation of one signal.

    Attributes
    ----------
    period
        Mean length of a cycle over the settled part, s.
    amplitude
        Half of peak to peak, mean over the cycles of the settled part, in the signal's unit.
    period_scatter, amplitude_scatter
        Relative standard deviation over these cycles.
    cycles
        Number of full cycles seen.
    regularity
        r = mean/(3 std) of the intervals between zero crossings of the autocorrelation (Thornhill, Huang and Zhang
        2003), at most 999; None with fewer than four intervals.
    correlation
        Autocorrelation at a lag of one period.
    growth
        Relative change of the amplitude from one cycle to the next, from the slope of its logarithm.
    sustained
        Amplitude of the fourth quarter of the cycles over that of the third.
    begin, end
        First and last time with at least half of the largest amplitude, s.
    last
        End of the last cycle, s; long before the end of the window when the signal has come to rest.
    """

    period: float
    amplitude: float
    period_scatter: float
    amplitude_scatter: float
    cycles: int
    regularity: float | None
    correlation: float
    growth: float
    sustained: float
    begin: float
    end: float
    last: float

    @property
    def damping(self) -> float:
        """Damping ratio by the logarithmic decrement d over a cycle: d/sqrt(4 pi² + d²); negative when it grows."""
        decrement = -np.log1p(max(self.growth, -0.999))
        return float(decrement / np.hypot(2.0 * np.pi, decrement))


def find_oscillation(time: np.ndarray, values: np.ndarray, thresholds: Thresholds) -> Oscillation | None:
    """Return the strongest oscillation of an evenly sampled signal, or None when there is none.

    Parameters
    ----------
    time, values
        Shape (n,), evenly spaced.
    thresholds
        `regularity` and `correlation` decide.
    """
    if values.size < 12 or np.ptp(values) <= 1e-12 * max(1.0, float(np.max(np.abs(values)))):
        return None
    step = float(time[1] - time[0])
    flat = signal.detrend(values)
    best: tuple[float, float, float, float | None] | None = None
    for candidate in _candidates(flat, step):
        acf = _autocorrelation(band_of(flat, step, candidate))
        lag = _peak_near(acf, candidate / step)
        if lag is None:
            continue
        band = band_of(flat, step, lag * step)
        correlation = _correlation(band, lag)
        sure = correlation - chance(band.size / lag)
        if sure < thresholds.correlation_of_triangles:
            continue
        twice = _peak_near(acf, 2.0 * lag)
        if twice is not None and _correlation(band, twice) > correlation + 0.1:
            continue  # cycles differ in pairs: the true period is twice this one
        regularity = _regularity(_autocorrelation(band))
        if regularity is not None and regularity <= thresholds.regularity:
            continue
        if sure < thresholds.correlation and not _triangles(flat, step, lag * step, thresholds):
            continue
        power = correlation * float(np.var(band))
        if best is None or power > best[0]:
            best = (power, lag * step, correlation, regularity)
    if best is None:
        return None
    _, period, correlation, regularity = best
    return _describe(time, flat, period, correlation, regularity)


def _triangles(flat: np.ndarray, step: float, period: float, thresholds: Thresholds) -> bool:
    form = shape(without_drift(flat, step, period), band_of(flat, step, period), step, period)
    return form is not None and form.halves >= 6 and form.triangle >= thresholds.triangle and form.stiction >= 0.55


def amplitude_at(time: np.ndarray, values: np.ndarray, period: float) -> float:
    """Return the mean half of peak to peak of a signal over the later half of the cycles of a known period."""
    step = float(time[1] - time[0])
    smooth = _smoothed(signal.detrend(values), step, period)
    heights = _heights(smooth, np.arange(0.0, smooth.size - 1, period / step))
    return float(np.mean(heights[heights.size // 2 :])) if heights.size else 0.5 * float(np.ptp(smooth))


def _heights(x: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Half of peak to peak of each cycle between two edges (samples with fractions).

    Over the line through its ends where that is less: drift adds to peak to peak, and an end on a jump tilts the line.
    """
    ends = np.interp(edges, np.arange(x.size), x)
    heights = []
    for a, b, first, last in zip(edges[:-1], edges[1:], ends[:-1], ends[1:], strict=True):
        k = np.arange(int(np.ceil(a)), int(b) + 1)
        tilted = x[k] - (last - first) * (k - a) / (b - a)
        heights.append(0.5 * float(min(np.ptp(x[k]), np.ptp(tilted))) if k.size else 0.0)
    return np.asarray(heights)


def fundamental(time: np.ndarray, values: np.ndarray, period: float) -> complex:
    """Return the complex amplitude of the fundamental of a known period, its phase at time zero.

    Over a whole number of periods, drift taken away before; its magnitude is the amplitude of the sine.
    """
    step = float(time[1] - time[0])
    size = int(int((time[-1] - time[0]) / period + 1e-6) * period / step + 0.5) or time.size
    x = without_drift(signal.detrend(values), step, period)[-size:]
    t = time[-size:]
    window = signal.windows.hann(size, sym=False) if size > 3.0 * period / step else np.ones(size)
    return complex(2.0 * np.sum(window * x * np.exp(-2j * np.pi * t / period)) / np.sum(window))


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


def _candidates(flat: np.ndarray, step: float) -> list[float]:
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
    width = int(period / step / _SMOOTHING)
    x = without_drift(flat, step, period)
    return ndimage.uniform_filter1d(x, width, mode="nearest") if width >= 2 else x


def _smoothed(flat: np.ndarray, step: float, period: float) -> np.ndarray:
    """The signal, its noise smoothed by parabolas as far as there is noise to speak of."""
    x = flat
    width = int(period / step / 4.0) // 2 * 2 + 1
    if width < 5 or noise_level(x) < 0.02 * float(np.std(x)):
        return x
    return np.asarray(signal.savgol_filter(x, width, 2, mode="nearest"))


def _autocorrelation(x: np.ndarray) -> np.ndarray:
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


def _correlation(x: np.ndarray, lag: float) -> float:
    """Correlation of a signal with itself one lag later; 1 for a cycle that repeats, also when it grows or decays."""
    k = round(lag)
    a, b = x[:-k], x[k:]
    if a.size < 8:
        return 0.0
    a, b = a - float(np.mean(a)), b - float(np.mean(b))
    power = float(np.sqrt(np.sum(a * a) * np.sum(b * b)))
    return float(np.sum(a * b)) / power if power > 0.0 else 0.0


def _peak_near(acf: np.ndarray, lag: float) -> float | None:
    """Lag (in samples, by a parabola) of the peak of the autocorrelation within a quarter of `lag`."""
    low, high = int(0.75 * lag), int(np.ceil(1.25 * lag)) + 1
    if high >= acf.size or low < 1:
        return None
    k = low + int(np.argmax(acf[low:high]))
    if not 0 < k < acf.size - 1 or acf[k] < acf[k - 1] or acf[k] < acf[k + 1]:
        return None
    bend = acf[k - 1] - 2.0 * acf[k] + acf[k + 1]
    return k + float(0.5 * (acf[k - 1] - acf[k + 1]) / bend if bend < 0.0 else 0.0)


def _regularity(acf: np.ndarray) -> float | None:
    signs = np.signbit(acf)
    at = np.flatnonzero(signs[1:] != signs[:-1])
    crossings = (at + acf[at] / (acf[at] - acf[at + 1]))[:11]
    if crossings.size < 5:
        return None
    # over full periods: half cycles of unequal length (a short stop, a long run) are as regular as equal ones
    spans = 0.5 * (crossings[2:] - crossings[:-2])
    spread = float(np.std(spans, ddof=1))
    return float(min(np.mean(spans) / (3.0 * spread), 999.0)) if spread > 0.0 else 999.0


def _describe(
    time: np.ndarray, flat: np.ndarray, period: float, correlation: float, regularity: float | None
) -> Oscillation:
    step = float(time[1] - time[0])
    starts = cycle_starts(flat, step, period)
    if starts.size < 2:
        starts = np.arange(0.0, flat.size - 1, period / step)
    smooth = _smoothed(flat, step, period)
    heights = _heights(smooth, starts)
    lengths = np.diff(starts) * step
    if heights.size == 0:
        heights, lengths = np.array([0.5 * np.ptp(smooth)]), np.array([period])
    loud = np.flatnonzero(heights >= 0.05 * np.max(heights))  # what is less is rest after or before
    heights, lengths, starts = heights[: loud[-1] + 1], lengths[: loud[-1] + 1], starts[: loud[-1] + 2]
    settled = slice(heights.size // 2, None)
    late = heights[settled]
    quarter = max(late.size // 2, 1)
    third, fourth = float(np.mean(late[:quarter])), float(np.mean(late[-quarter:]))
    loud = np.flatnonzero(heights >= 0.5 * np.max(heights))
    edges = time[0] + step * np.append(starts, starts[-1] + period / step)
    return Oscillation(
        period=float(np.mean(lengths[settled])),
        amplitude=float(np.mean(late)),
        period_scatter=float(np.std(lengths[settled]) / np.mean(lengths[settled])),
        amplitude_scatter=float(np.std(late) / np.mean(late)) if np.mean(late) > 0 else 0.0,
        cycles=int(heights.size),
        regularity=regularity,
        correlation=correlation,
        growth=_growth(heights),
        sustained=fourth / third if third > 0.0 else 1.0,
        begin=float(edges[loud[0]]),
        end=float(min(edges[loud[-1] + 1], time[-1])),
        last=float(min(edges[heights.size], time[-1])),
    )


def cycle_starts(flat: np.ndarray, step: float, period: float) -> np.ndarray:
    """Return where cycles start (upward crossings, in samples with fractions), those of noise left out.

    Crossings closer than 0.55 periods to the last one belong to the same cycle: one of several swings.
    """
    x = band_of(flat, step, period)
    width = max(int(period / step / _SMOOTHING), 1)
    band = max(3.0 * noise_level(flat) / np.sqrt(width), 1e-9 * float(np.max(np.abs(x))))
    starts: list[float] = []
    armed = False
    for k in range(1, x.size):
        if x[k - 1] < -band:
            armed = True
        if armed and x[k - 1] <= 0.0 < x[k]:
            at = k - 1 + x[k - 1] / (x[k - 1] - x[k])
            if not starts or at - starts[-1] > 0.55 * period / step:
                starts.append(at)
            armed = False
    return np.asarray(starts)


def _growth(heights: np.ndarray) -> float:
    """Relative change per cycle: the median slope (Theil and Sen) of the logarithm over the later two thirds."""
    late = heights[heights.size // 3 :]
    late = late[late > 0.0]
    if late.size < 2:
        return 0.0
    logs = np.log(late)
    i, j = np.triu_indices(min(logs.size, 200), 1)
    tail = logs[-200:]
    return float(np.expm1(np.median((tail[j] - tail[i]) / (j - i))))
