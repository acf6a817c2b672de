"""Motion that does not repeat regularly and yet comes from the loop itself.

Two arguments without statistics. A command that goes from one limit to the other and back, again and again, hunts. And
in a simulation whose inputs are all known: what keeps moving while nothing from outside moves is self-excited.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from heatsim.analysis.hunting.periodicity import noise_level
from heatsim.analysis.hunting.signals import LoopSignals
from heatsim.analysis.hunting.thresholds import Thresholds


@dataclass(frozen=True)
class Restless:
    """Irregular motion: mean period (s), its relative scatter, half of peak to peak, full cycles, begin (s), reason."""

    period: float
    period_scatter: float
    amplitude: float
    command_amplitude: float
    cycles: int
    begin: float
    reason: str


def restless(signals: LoopSignals, loads: Mapping[str, np.ndarray] | None, thresholds: Thresholds) -> Restless | None:
    """Return irregular motion of a loop that must come from itself; None when there is none to be sure of.

    Parameters
    ----------
    signals
        Of one loop and window.
    loads
        All signals from outside over the same times; None when not all of them are known, as in a measurement.
    thresholds
        For the negligible amplitudes and the limits.
    """
    return _limit_to_limit(signals, thresholds) or (None if loads is None else _alone(signals, loads, thresholds))


def _limit_to_limit(signals: LoopSignals, thresholds: Thresholds) -> Restless | None:
    if signals.y_min is None or signals.y_max is None:
        return None
    band = thresholds.limit_band * signals.command_range
    low, high = signals.command <= signals.y_min + band, signals.command >= signals.y_max - band
    side = np.where(high, 1, np.where(low, -1, 0))
    visits = np.flatnonzero(side)
    if visits.size < 0.1 * side.size:
        return None
    changes = visits[1:][side[visits[1:]] != side[visits[:-1]]]
    if changes.size < 4 or np.ptp(signals.error) < 2.0 * signals.negligible(thresholds):
        return None
    spans = np.diff(changes)
    cycles = spans[1:] + spans[:-1]  # a short run and a long stop make one
    if np.median(spans) < 0.5 * thresholds.samples or np.max(cycles) > 4.0 * np.median(cycles):
        return None  # noise that touches both limits, or single events
    begin = signals.time[changes[0]]
    late = signals.time >= begin
    return Restless(
        period=float(2.0 * np.mean(spans) * signals.step),
        period_scatter=_scatter(spans),
        amplitude=0.5 * float(np.ptp(signals.error[late])),
        command_amplitude=0.5 * float(np.ptp(signals.command[late])),
        cycles=int(spans.size // 2),
        begin=float(begin),
        reason=f"command went {changes.size} times from limit to limit",
    )


def _scatter(spans: np.ndarray) -> float:
    """Relative standard deviation of whole cycles, two spans each."""
    pairs = spans[: spans.size // 2 * 2].reshape(-1, 2).sum(axis=1)
    return float(np.std(pairs) / np.mean(pairs)) if pairs.size else 0.0


def _alone(signals: LoopSignals, loads: Mapping[str, np.ndarray], thresholds: Thresholds) -> Restless | None:
    """Motion that goes on long after the last change from outside, and does not become smaller."""
    outside = [*loads.values(), *([] if signals.setpoint is None else [signals.setpoint])]
    changes = [np.flatnonzero(np.abs(np.diff(x)) > 1e-9 * max(float(np.max(np.abs(x))), 1e-12)) for x in outside]
    last = max((int(c[-1]) + 1 for c in changes if c.size), default=0)
    rest = signals.time.size - last
    if rest < 0.5 * signals.time.size or rest < 6.0 * thresholds.samples:
        return None
    half = last + rest // 2
    for values, least in (
        (signals.error, signals.negligible(thresholds)),
        (signals.command, signals.negligible_command(thresholds)),
    ):
        early, late = values[last:half], values[half:]
        height = float(np.ptp(late))
        if height < 2.0 * least or height < 12.0 * noise_level(values) or height < 0.7 * float(np.ptp(early)):
            continue
        turns = turning_samples(values[last:], 0.5 * height)
        spans = np.diff(turns)
        if spans.size < 4 or turns[-1] < 0.6 * rest:
            continue
        start = int(last + turns[0])
        return Restless(
            period=float(2.0 * np.mean(spans[spans.size // 2 :]) * signals.step),
            period_scatter=_scatter(spans[spans.size // 2 :]),
            amplitude=0.5 * float(np.ptp(signals.error[half:])),
            command_amplitude=0.5 * float(np.ptp(signals.command[half:])),
            cycles=int(spans.size // 2),
            begin=float(signals.time[start]),
            reason=f"keeps moving, though nothing from outside changed after {signals.time[last]:.0f} s",
        )
    return None


def turning_samples(values: np.ndarray, dead_band: float) -> np.ndarray:
    """Return the samples at which a signal turns round, turns within the dead band left out."""
    turns: list[int] = []
    direction, extreme = 0, 0
    for k, value in enumerate(values.tolist()):
        move = value - values[extreme]
        if direction == 0:
            if abs(move) > dead_band:
                direction, extreme = (1 if move > 0 else -1), k
        elif move * direction > 0:
            extreme = k
        elif abs(move) > dead_band:
            turns.append(extreme)
            direction, extreme = -direction, k
    return np.asarray(turns, dtype=int)
