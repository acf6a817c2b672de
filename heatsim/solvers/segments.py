"""The time line of a run: where inputs change, controllers tick, and results are wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from heatsim.system.signals import Signal


class Ticks(Mapping[int, list[int]]):
    """Break index -> positions of the sampled units that tick there; a few bytes a break, however many there are.

    Parameters
    ----------
    breaks
        Number of breaks.
    units
        For each sampled unit the indices of the breaks at which it ticks.
    """

    def __init__(self, breaks: int, units: Sequence[np.ndarray]) -> None:
        # which units tick is one of few combinations; a break has the number of its own
        self._sets: list[list[int]] = [[]]
        self._codes = np.zeros(breaks, dtype=np.int32)
        for unit, at in enumerate(units):
            ticks = np.zeros(breaks, dtype=bool)
            ticks[at] = True
            for code in np.unique(self._codes[ticks]).tolist():
                self._sets.append([*self._sets[code], unit])
                self._codes[ticks & (self._codes == code)] = len(self._sets) - 1

    def __getitem__(self, k: int) -> list[int]:
        if not 0 <= k < self._codes.size or not self._codes[k]:
            raise KeyError(k)
        return self._sets[self._codes[k]]

    def __contains__(self, k: object) -> bool:
        return isinstance(k, int | np.integer) and bool(0 <= k < self._codes.size and self._codes[k])

    def __iter__(self) -> Iterator[int]:
        return iter(np.flatnonzero(self._codes).tolist())

    def __len__(self) -> int:
        return int(np.count_nonzero(self._codes))


@dataclass(frozen=True)
class TimeLine:
    """A run cut into segments.

    Attributes
    ----------
    breaks
        Start of each segment, and the end of the run, shape (n_segments + 1,).
    ticks
        Break index -> positions of the sampled units that tick there.
    output_times
        Times of the results, shape (n_outputs,).
    first_output
        For each break, the index of the first output at or after it; shape (n_segments + 1,).
    at_break
        For each break, whether an output lies exactly on it.
    values, slopes
        Straight lines of the signals in each segment, at its start; shape (n_segments + 1, n_signals). The last row is
        the right limit at the end of the run.
    changes, jumps
        For each break and signal: a new straight line begins there; its value is discontinuous there. Boolean, shape
        (n_segments + 1, n_signals).
    kinks
        For each break, whether the equations change there by themselves, whatever the signals do.
    checkpoints
        For each break, whether a checkpoint may be taken there, so that integration begins anew.
    """

    breaks: np.ndarray
    ticks: Mapping[int, list[int]]
    output_times: np.ndarray
    first_output: np.ndarray
    at_break: np.ndarray
    values: np.ndarray
    slopes: np.ndarray
    changes: np.ndarray
    jumps: np.ndarray
    kinks: np.ndarray
    checkpoints: np.ndarray


def output_times(start: float, stop: float, step: float) -> np.ndarray:
    """Times start, start+step, … and stop, which is added when it is no whole number of steps away."""
    n = int(np.floor((stop - start) / step * (1 + 1e-12) + 1e-9))
    times = start + step * np.arange(n + 1)
    tolerance = time_tolerance(start, stop)
    if stop - times[-1] > tolerance:
        return np.append(times, stop)
    times[-1] = stop
    return times


def time_tolerance(start: float, stop: float) -> float:
    """Times closer than this are one and the same, s.

    Some thousand times the spacing of floating-point numbers there: enough for the rounding of `start + k*step` and of
    running sums, and far below any sample time.
    """
    return max(1e-9, 1e-12 * max(abs(start), abs(stop)))


def tick_times(period: float, offset: float, start: float, stop: float) -> np.ndarray:
    """Sample times offset + k*period in [start, stop], and `start` itself."""
    tolerance = time_tolerance(start, stop)
    first = int(np.ceil((start - offset - tolerance) / period))
    last = int(np.floor((stop - offset + tolerance) / period))
    times = offset + period * np.arange(first, last + 1)
    if times.size == 0 or times[0] > start + tolerance:
        times = np.insert(times, 0, start)
    return times


def time_line(
    start: float,
    stop: float,
    outputs: np.ndarray,
    signals: Sequence[Signal],
    ticks: Sequence[np.ndarray],
    extra: np.ndarray | None = None,
    kinks: Sequence[float] | np.ndarray = (),
    checkpoints: Sequence[float] | np.ndarray = (),
) -> TimeLine:
    """Cut a run.

    Parameters
    ----------
    start, stop
        Time span, s.
    outputs
        Times of the results.
    signals
        Signals from outside.
    ticks
        Sample times of each sampled unit.
    extra
        Further times at which to stop (macro steps).
    kinks
        Times at which the equations change by themselves.
    checkpoints
        Times of checkpoints, within the span.
    """
    tolerance = time_tolerance(start, stop)
    kept = np.asarray(checkpoints, dtype=float)
    exact = [np.array([start, stop]), *ticks, kept] + ([] if extra is None else [extra])
    knots = [signal.knots for signal in signals] + [np.asarray(kinks, dtype=float)]
    breaks = _merge(np.concatenate(exact), np.concatenate([np.zeros(0), *knots]), start, stop, tolerance)
    # outputs and breaks within the tolerance are the same instant
    first_output = np.searchsorted(outputs, breaks - tolerance)
    inside = np.minimum(first_output, outputs.size - 1)
    at_break = (first_output < outputs.size) & (np.abs(outputs[inside] - breaks) <= tolerance)
    by_break = Ticks(breaks.size, [nearest(breaks, times) for times in ticks])
    own, pauses = np.zeros(breaks.size, dtype=bool), np.zeros(breaks.size, dtype=bool)
    if len(kinks):
        own[nearest(breaks, np.asarray(kinks, dtype=float))] = True
    if kept.size:
        pauses[nearest(breaks, kept)] = True
    return TimeLine(breaks, by_break, outputs, first_output, at_break, *_lines(breaks, signals, tolerance), own, pauses)


def _merge(exact: np.ndarray, knots: np.ndarray, start: float, stop: float, tolerance: float) -> np.ndarray:
    """Sorted union; of times within the tolerance the exact ones win over knots read from data."""
    fixed = np.unique(exact)
    fixed = fixed[np.append(True, np.diff(fixed) > tolerance)]
    fixed[0], fixed[-1] = start, stop
    free = np.unique(knots[(knots > start) & (knots < stop)])
    if free.size:
        free = free[np.append(True, np.diff(free) > tolerance)]
        free = free[np.abs(fixed[nearest(fixed, free)] - free) > tolerance]
    return np.sort(np.concatenate([fixed, free]))


def nearest(grid: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Index of the entry of a sorted grid (two entries at least) that is closest to each time."""
    right = np.clip(np.searchsorted(grid, times), 1, grid.size - 1)
    return np.where(times - grid[right - 1] < grid[right] - times, right - 1, right)


def _lines(
    breaks: np.ndarray, signals: Sequence[Signal], tolerance: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Values, slopes, changes and jumps of the signals at each break."""
    inside = np.append(0.5 * (breaks[:-1] + breaks[1:]), breaks[-1] + tolerance)
    shape = (breaks.size, len(signals))
    values, slopes = np.zeros(shape), np.zeros(shape)
    changes, jumps = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    for j, signal in enumerate(signals):
        starts, at_start, slope = signal.pieces
        piece = np.maximum(np.searchsorted(starts, inside, side="right") - 1, 0)
        values[:, j] = at_start[piece] + slope[piece] * (breaks - starts[piece])
        slopes[:, j] = slope[piece]
        changes[1:, j] = piece[1:] != piece[:-1]
        if signal.jumps.size:
            distance = np.abs(signal.jumps[_nearest_any(signal.jumps, breaks)] - breaks)
            jumps[:, j] = distance <= tolerance
    return values, slopes, changes, jumps


def _nearest_any(grid: np.ndarray, times: np.ndarray) -> np.ndarray:
    return nearest(grid, times) if grid.size > 1 else np.zeros(times.size, dtype=int)
