"""Finds the dominant oscillation of a signal: period, amplitude, regularity, growth; robust to noise and drift.

The period is a peak of the spectrum that the autocorrelation confirms. Drift is the moving average over one period,
which leaves an oscillation of this period and its harmonics as they are and takes slow changes away.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import signal, stats

from heatsim.analysis.hunting.periodicity import (
    SMOOTHING,
    autocorrelation,
    band_of,
    candidates,
    chance,
    correlation,
    noise_level,
    peak_near,
    regularity,
    smoothed,
    without_drift,
)
from heatsim.analysis.hunting.shape import shape
from heatsim.analysis.hunting.thresholds import Thresholds


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
    trend
        Amplitude at the end of the settled part over that at its begin, by a line through the logarithms; 1 unless most
        pairs of cycles go the same way (Kendall's tau above 0.5). A slow growth that no two quarters show.
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
    trend: float
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
    for candidate in candidates(flat, step):
        acf = autocorrelation(band_of(flat, step, candidate))
        lag = peak_near(acf, candidate / step)
        if lag is None:
            continue
        band = band_of(flat, step, lag * step)
        likeness = correlation(band, lag)
        sure = likeness - chance(band.size / lag)
        if sure < thresholds.correlation_of_triangles:
            continue
        twice = peak_near(acf, 2.0 * lag)
        if twice is not None and correlation(band, twice) > likeness + 0.1:
            continue  # cycles differ in pairs: the true period is twice this one
        r = regularity(autocorrelation(band))
        if r is not None and r <= thresholds.regularity:
            continue
        if sure < thresholds.correlation and not _triangles(flat, step, lag * step, thresholds):
            continue
        power = likeness * float(np.var(band))
        if best is None or power > best[0]:
            best = (power, lag * step, likeness, r)
    if best is None:
        return None
    _, period, likeness, r = best
    found = _describe(time, flat, period, likeness, r)
    weak = likeness - chance(flat.size * step / period) < thresholds.correlation
    if found.trend == 1.0 and found.amplitude_scatter > (0.5 if weak else 0.8):
        return None  # single events and bursts: what swings only now and then is looked for in shorter windows
    return found


def _triangles(flat: np.ndarray, step: float, period: float, thresholds: Thresholds) -> bool:
    form = shape(without_drift(flat, step, period), band_of(flat, step, period), step, period)
    return form is not None and form.halves >= 6 and form.triangle >= thresholds.triangle and form.stiction >= 0.55


def amplitude_at(time: np.ndarray, values: np.ndarray, own: Oscillation) -> float:
    """Return the mean half of peak to peak of a signal over the later half of the cycles of a known oscillation."""
    step, period = float(time[1] - time[0]), own.period
    part = (time >= own.begin - step) & (time <= own.last + step)
    if part.sum() > 1.5 * period / step:
        values = values[part]
    smooth = smoothed(signal.detrend(values), step, period)
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


def _describe(time: np.ndarray, flat: np.ndarray, period: float, likeness: float, r: float | None) -> Oscillation:
    step = float(time[1] - time[0])
    smooth = smoothed(flat, step, period)
    starts, heights = _cycles(flat, smooth, step, period)
    lengths = np.diff(starts) * step
    settled = slice(heights.size // 2, None)
    late, spans = heights[settled], lengths[settled]
    whole = _whole(spans)
    amplitude = float(np.mean(late[whole]))
    if smooth is not flat:
        amplitude = min(amplitude, _folded(smooth, starts[settled.start :], whole))
    quarter = max(late.size // 2, 1)
    third, fourth = float(np.mean(late[:quarter])), float(np.mean(late[-quarter:]))
    loud = np.flatnonzero(heights >= 0.5 * np.max(heights))
    edges = time[0] + step * np.append(starts, starts[-1] + period / step)
    return Oscillation(
        # leaving a cut cycle out helps, leaving one of several lengths that take turns does not
        period=float(min((np.mean(spans[whole]), np.mean(spans)), key=lambda mean: abs(mean - period))),
        amplitude=amplitude,
        period_scatter=float(np.std(spans[whole]) / np.mean(spans[whole])),
        amplitude_scatter=float(np.std(late) / np.mean(late)) if np.mean(late) > 0 else 0.0,
        cycles=int(heights.size),
        regularity=r,
        correlation=likeness,
        growth=_growth(heights),
        sustained=fourth / third if third > 0.0 else 1.0,
        trend=_trend(late),
        begin=float(edges[loud[0]]),
        end=float(min(edges[loud[-1] + 1], time[-1])),
        last=float(min(edges[heights.size], time[-1])),
    )


def _cycles(flat: np.ndarray, smooth: np.ndarray, step: float, period: float) -> tuple[np.ndarray, np.ndarray]:
    """Return where the cycles start and end, shape (n + 1,) in samples, and their half of peak to peak, shape (n,)."""
    starts = cycle_starts(flat, step, period)
    if starts.size < 3:
        starts = np.arange(0.0, flat.size - 1, period / step)
    if starts.size < 2:
        return np.array([0.0, flat.size - 1.0]), np.array([0.5 * float(np.ptp(smooth))])
    heights, lengths = _heights(smooth, starts), np.diff(starts) * step
    until = int(np.flatnonzero(heights >= 0.05 * np.max(heights))[-1]) + 1  # what is less is rest after it
    if until > 3 and lengths[until - 1] > 2.0 * float(np.median(lengths)):
        until -= 1  # the last crossing and the rest after it are no cycle
    heights, starts = heights[:until], starts[: until + 1]

    def differ() -> bool:
        return abs(float(np.median(np.diff(starts)[heights.size // 2 :])) * step / period - 1.0) > 0.2

    if differ():  # mostly noise: the part that swings counts
        high = np.flatnonzero(heights >= 0.5 * np.max(heights))
        heights, starts = heights[high[0] : high[-1] + 1], starts[high[0] : high[-1] + 2]
    if differ():  # several swings a cycle, counted one by one: what repeats is the period of the autocorrelation
        grid = np.arange(starts[0], min(starts[-1] + 0.5 * period / step, flat.size - 1.0), period / step)
        if grid.size >= 3:
            heights, starts = _heights(smooth, grid), grid
    return starts, heights


def _whole(lengths: np.ndarray) -> np.ndarray:
    """Which spans between starts are one cycle: all of them, unless most are alike and few are two or a half.

    Noise hides a start now and then, and the cycle in which a motion begins or ends is cut short.
    """
    middle = float(np.median(lengths))
    usual = 1.4826 * float(np.median(np.abs(lengths - middle)))  # robust standard deviation
    alike = (lengths > 0.6 * middle) & (lengths < 1.5 * middle)
    alike &= np.abs(lengths - middle) <= max(4.0 * usual, 0.02 * middle)
    regular = alike.mean() >= 0.6 and float(np.std(lengths[alike])) < 0.2 * middle
    return alike if regular else np.ones(lengths.size, dtype=bool)


def _folded(x: np.ndarray, starts: np.ndarray, whole: np.ndarray) -> float:
    """Half of peak to peak of the mean cycle, which noise adds less to than to each cycle; inf when cycles differ."""
    lengths = np.diff(starts)[whole[: starts.size - 1]]
    begins = starts[:-1][whole[: starts.size - 1]]
    if lengths.size < 3 or float(np.std(lengths)) > 0.15 * float(np.mean(lengths)):
        return float("inf")
    phase = np.linspace(0.0, 1.0, max(int(np.mean(lengths)), 16))
    cycles = np.stack([np.interp(a + n * phase, np.arange(x.size), x) for a, n in zip(begins, lengths, strict=True)])
    cycles -= np.mean(cycles, axis=1, keepdims=True)
    return 0.5 * float(np.ptp(np.mean(cycles, axis=0)))


def _trend(heights: np.ndarray) -> float:
    late = heights[heights > 0.0]
    if late.size < 4:
        return 1.0
    order = np.arange(late.size)
    if not abs(float(stats.kendalltau(order, late).statistic)) > 0.5:
        return 1.0
    slope = float(stats.theilslopes(np.log(late), order).slope)
    return float(np.exp(np.clip(slope * (late.size - 1), -50.0, 50.0)))


def cycle_starts(flat: np.ndarray, step: float, period: float) -> np.ndarray:
    """Return where cycles start (upward crossings, in samples with fractions), those of noise left out.

    Crossings closer than 0.55 periods to the last one belong to the same cycle: one of several swings.
    """
    x = band_of(flat, step, period)
    width = max(int(period / step / SMOOTHING), 1)
    noise = min(3.0 * noise_level(flat) / np.sqrt(width), 0.5 * float(np.std(x)))
    band = max(noise, 1e-9 * float(np.max(np.abs(x))))
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
