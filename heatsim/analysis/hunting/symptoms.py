"""What the signals of one loop say of the cause of its hunting, without re-running anything.

Signals alone tell what keeps a cycle going (an on/off command, a sticking valve, a wound-up integrator, an outside
swing, a gain that is too high at the moment), not what is behind it: low load, a slow sensor and a valve that is too
large all make the gain too high, and all give the same sines. Those are told apart by re-runs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import signal

from heatsim.analysis.hunting.display import duration, quantity
from heatsim.analysis.hunting.figures import LoopVerdict
from heatsim.analysis.hunting.movement import is_staged
from heatsim.analysis.hunting.periodicity import band_of, without_drift
from heatsim.analysis.hunting.responses import action
from heatsim.analysis.hunting.shape import Shape, shape
from heatsim.analysis.hunting.signals import LoopSignals
from heatsim.analysis.hunting.thresholds import Thresholds
from heatsim.analysis.hunting.vocabulary import Cause, Verdict


@dataclass(frozen=True)
class Symptom:
    """A cause that the signals speak for.

    Attributes
    ----------
    cause
        `MINIMUM_LOAD` stands for any on/off cycling, `TIGHT_TUNING` for any loop gain that is too high.
    score
        From 0 (the signals speak against it) to 1 (they leave little doubt).
    evidence
        One line with figures.
    """

    cause: Cause
    score: float
    evidence: str


@dataclass(frozen=True)
class Features:
    """What the symptoms rest on; see the functions of this module.

    Attributes
    ----------
    switching
        Share of the command's way that it makes in jumps from one level to another, 0 to 1.
    levels
        Share of the time at the two ends of the command's span.
    at_limits
        Share of the time at the limits of the command.
    late
        Time that the command stays at a limit after the error has changed its sign, as a share of the period.
    command, variable
        Shape of the half cycles.
    lag
        Lag of the extreme of the cross-correlation between command and variable next to zero, as a share of the period;
        near a quarter the correlation is odd (Horch 1999).
    """

    switching: float
    levels: float
    at_limits: float
    late: float
    command: Shape | None
    variable: Shape | None
    lag: float


def symptoms(signals: LoopSignals, row: LoopVerdict, thresholds: Thresholds | None = None) -> list[Symptom]:
    """Return the causes that the signals of a loop speak for, the likeliest first.

    Parameters
    ----------
    signals
        Of the loop in the window of `row`.
    row
        Its verdict; for a loop that neither hunts nor is forced the list is empty.
    thresholds
        Those of the verdict.

    Returns
    -------
    list of Symptom
        With scores; those below 0.05 are left out. `UNKNOWN` alone when nothing fits.
    """
    limits = thresholds or Thresholds()
    if not (row.hunts or row.verdict is Verdict.FORCED) or row.period is None:
        return []
    f = features(signals, row, limits)
    found = [_forced(row), _on_off(f, signals), _windup(f, row), _stiction(f), _too_much_gain(f, row)]
    found.append(_slow_sampling(signals, row))
    known = sorted((s for s in found if s.score >= 0.05), key=lambda s: -s.score)
    return known or [Symptom(Cause.UNKNOWN, 0.05, "the signals show none of the known patterns")]


def features(signals: LoopSignals, row: LoopVerdict, limits: Thresholds) -> Features:
    """Return the features of a loop that moves with `row.period`, over the part that moves."""
    period = float(row.period or 0.0)
    part = signals.between(max(row.begin or row.window[0], row.window[0]), row.window[1])
    if part.time.size < 2.0 * period / signals.step:
        part = signals
    u, e, step = part.command, part.error, part.step
    low, high, late = _at_limits(part, limits)
    return Features(
        switching=_switching(u),
        levels=float(np.mean(_near_ends(u))),
        at_limits=float(np.mean(low | high)),
        late=late / period,
        command=_shape(u, step, period),
        variable=_shape(e, step, period),
        lag=_lag(e, u, step, period),
    )


def _near_ends(u: np.ndarray) -> np.ndarray:
    span = float(np.ptp(u))
    return np.asarray((u < np.min(u) + 0.03 * span) | (u > np.max(u) - 0.03 * span))


def _switching(u: np.ndarray) -> float:
    """Share of the way of the command in moves of more than half of its span from one sample to the next or two."""
    span = float(np.ptp(u))
    way = float(np.sum(np.abs(np.diff(u))))
    if span <= 0.0:
        return 0.0
    big = np.abs(np.diff(u)) > 0.3 * span
    return float(np.sum(np.abs(np.diff(u))[big])) / way


def _at_limits(signals: LoopSignals, limits: Thresholds) -> tuple[np.ndarray, np.ndarray, float]:
    """When the command is at either limit, and how long it stays there after the error has turned, s (median)."""
    u, e = signals.command, signals.error
    none = np.zeros(u.size, dtype=bool)
    band = limits.limit_band * signals.command_range
    low = none if signals.y_min is None else u <= signals.y_min + band
    high = none if signals.y_max is None else u >= signals.y_max - band
    sense = action(e, u)
    stays = []
    for at, pushes in ((low, -sense), (high, sense)):
        edges = np.flatnonzero(np.diff(np.concatenate(([False], at, [False])).astype(int)))
        for a, b in zip(edges[::2], edges[1::2], strict=True):
            if b >= u.size:
                continue  # still there at the end
            against = np.flatnonzero(e[a:b] * pushes < 0.0)  # the error asks for the other way already
            stays.append(signals.step * (against.size if against.size else 0))
    return low, high, float(np.median(stays)) if stays else 0.0


def _shape(values: np.ndarray, step: float, period: float) -> Shape | None:
    flat = signal.detrend(values)
    return shape(without_drift(flat, step, period), band_of(flat, step, period), step, period)


def _lag(error: np.ndarray, command: np.ndarray, step: float, period: float) -> float:
    """Lag next to zero of the extreme of the cross-correlation, as a share of the period, 0 to 0.25 (Horch 1999)."""
    x, y = (band_of(signal.detrend(v), step, period) for v in (error, command))
    reach = max(round(0.5 * period / step), 2)
    full = signal.correlate(x, y, "full", method="fft")
    middle = y.size - 1
    near = np.abs(full[middle - reach // 2 : middle + reach // 2 + 1])
    return abs(int(np.argmax(near)) - (near.size // 2)) * step / period


# --- one function for each cause --------------------------------------------------------------------------------------


def _ramp(value: float, none: float, full: float) -> float:
    """0 up to `none`, 1 from `full` on, straight in between."""
    return float(np.clip((value - none) / (full - none), 0.0, 1.0))


def _forced(row: LoopVerdict) -> Symptom:
    if row.verdict is not Verdict.FORCED:
        return Symptom(Cause.FORCED, 0.0, "")
    if row.load is None:
        return Symptom(
            Cause.FORCED, 0.8, "the controlled variable swings, and the command rests: another loop moves it"
        )
    shared = row.load_coherence or 0.0
    return Symptom(
        Cause.FORCED,
        shared,
        f"{row.load} swings with the same period of {duration(row.period)}, coherence {shared:.2f}",
    )


def _on_off(f: Features, signals: LoopSignals) -> Symptom:
    """A command of two levels, which it jumps between."""
    score = min(_ramp(f.switching, 0.8, 1.0), _ramp(f.levels, 0.6, 0.9))
    if is_staged(signals.command):
        score = 1.0
    return Symptom(
        Cause.MINIMUM_LOAD,
        score,
        f"on/off: {f.switching:.0%} of the command's way in jumps, {f.levels:.0%} of the time at one of two levels",
    )


def _windup(f: Features, row: LoopVerdict) -> Symptom:
    """A command that stays at its limit long after the error has turned: its integrator has to come back first.

    On/off commands do that too, for their hysteresis; they jump all the way, a wound-up PI takes a few samples.
    """
    score = min(_ramp(f.at_limits, 0.1, 0.3), _ramp(f.late, 0.02, 0.08), _ramp(f.switching, 1.0, 0.95))
    return Symptom(
        Cause.WINDUP,
        score,
        f"command at its limits {f.at_limits:.0%} of the time, and still there for "
        f"{duration(f.late * (row.period or 0.0))} after the error has turned",
    )


def _stiction(f: Features) -> Symptom:
    """A triangular command before a quantity that is no sine (He et al. 2007); the correlation is odd (Horch 1999)."""
    if f.command is None or f.at_limits > 0.3 or f.switching > 0.5:
        return Symptom(Cause.STICTION, 0.0, "")
    score = _ramp(f.command.stiction, 0.4, 0.6) * _ramp(f.command.triangle, 0.85, 0.95)
    return Symptom(
        Cause.STICTION,
        score,
        f"command is a triangle: stiction index {f.command.stiction:.2f} (above 0.6 sticks, below 0.4 does not); "
        f"variable and command {f.lag:.2f} periods apart",
    )


def _too_much_gain(f: Features, row: LoopVerdict) -> Symptom:
    """Sines in the controlled variable, whatever limits them."""
    if row.verdict is Verdict.FORCED:
        return Symptom(Cause.TIGHT_TUNING, 0.0, "")
    index = 0.5 if f.variable is None else f.variable.stiction
    command = 0.5 if f.command is None else f.command.stiction
    score = 0.9 * max(_ramp(0.5 * (index + command), 0.6, 0.4), 0.2)
    grows = "" if row.growth is None or row.growth < 0.02 else f", growing by {row.growth:.0%} a cycle"
    return Symptom(
        Cause.TIGHT_TUNING,
        score * (1.0 - min(_ramp(f.switching, 0.5, 0.9), _ramp(f.levels, 0.6, 0.9))),
        f"sines (stiction index of the variable {index:.2f}){grows}: the loop gain is too high for its delay",
    )


def _slow_sampling(signals: LoopSignals, row: LoopVerdict) -> Symptom:
    """A cycle of a few sample times. 4 to 10 samples a rise time are the rule (Åström and Wittenmark 1997)."""
    period = signals.loop.period
    if period <= 0.0 or row.verdict is Verdict.FORCED or is_staged(signals.command):
        return Symptom(Cause.SLOW_SAMPLING, 0.0, "")
    number = float(row.period or 0.0) / period
    return Symptom(
        Cause.SLOW_SAMPLING,
        0.95 * _ramp(number, 12.0, 6.0),
        f"a cycle is {number:.1f} sample times of {period:g} s; amplitude {quantity(row.amplitude, row.unit)}",
    )
