"""From the signals of a loop in a window to its verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from heatsim.analysis.hunting.figures import LoopVerdict
from heatsim.analysis.hunting.forcing import forcing
from heatsim.analysis.hunting.movement import Movement, movement
from heatsim.analysis.hunting.oscillation import Oscillation, amplitude_at, find_oscillation, fundamental
from heatsim.analysis.hunting.signals import LoopSignals
from heatsim.analysis.hunting.thresholds import Thresholds
from heatsim.analysis.hunting.vocabulary import Verdict

LEAST_SAMPLES = 24


def judge(
    signals: LoopSignals,
    thresholds: Thresholds,
    loads: Mapping[str, np.ndarray],
    dead_time: float | None = None,
) -> LoopVerdict:
    """Return the verdict on a loop in the window of its signals.

    Parameters
    ----------
    signals
        Of one loop and window.
    thresholds
        What the verdict rests on.
    loads
        Signals from outside over the same times.
    dead_time
        Dead time of the loop for the Harris index, s.
    """
    loop = signals.loop
    window = (float(signals.time[0]), float(signals.time[-1])) if signals.time.size else (np.nan, np.nan)
    known: dict[str, Any] = {
        "loop": loop.name, "window": window, "unit": loop.unit, "command_unit": loop.command_unit
    }  # fmt: skip
    refused = signals.refused or (f"only {signals.time.size} samples" if signals.time.size < LEAST_SAMPLES else None)
    if refused is not None:
        return LoopVerdict(verdict=Verdict.UNDECIDED, reason=refused, **known)
    moves = movement(signals, thresholds)
    error = signals.error
    known |= {name: getattr(moves, name) for name in Movement.__dataclass_fields__}
    known |= {"error_mean": float(np.mean(error)), "error_max": float(np.max(np.abs(error)))}
    seen = _seen(signals, thresholds)
    if seen is not None:
        known |= seen.figures(signals)
        force = forcing(signals.time, seen.values, seen.oscillation, loads, thresholds)
        if force is not None:
            known |= {"load": force.load, "load_coherence": force.coherence, "load_gain": force.gain, "load_phase": force.phase}  # fmt: skip  # noqa: E501
        if force is not None and force.forces:
            return LoopVerdict(verdict=Verdict.FORCED, reason=f"swings with {force.load}", **known)
        verdict, reason = _of_oscillation(seen.oscillation, signals, thresholds)
        return LoopVerdict(verdict=verdict, reason=reason, **known)
    stuck = max(moves.at_min or 0.0, moves.at_max or 0.0)
    if stuck > thresholds.saturated and known["error_max"] > signals.negligible(thresholds):
        side = "lower" if (moves.at_min or 0.0) >= (moves.at_max or 0.0) else "upper"
        reason = f"command at its {side} limit {stuck:.0%} of the time"
        return LoopVerdict(verdict=Verdict.SATURATED, reason=reason, **known)
    return LoopVerdict(verdict=Verdict.CALM, reason="no oscillation above the negligible amplitude", **known)


@dataclass(frozen=True, eq=False)
class _Seen:
    """The oscillation of a loop, and the signal that shows it."""

    oscillation: Oscillation
    values: np.ndarray
    amplitude: float
    command_amplitude: float

    def figures(self, signals: LoopSignals) -> dict[str, Any]:
        o = self.oscillation
        y, u = (fundamental(signals.time, v, o.period) for v in (signals.error, signals.command))
        return {
            "amplitude": self.amplitude,
            "command_amplitude": self.command_amplitude,
            "period": o.period,
            "cycles": o.cycles,
            "regularity": o.regularity,
            "correlation": o.correlation,
            "growth": o.growth,
            "damping": o.damping,
            "begin": o.begin,
            "phase": float(np.angle(y)),
            "command_phase": float(np.angle(u)),
        }


def _seen(signals: LoopSignals, thresholds: Thresholds) -> _Seen | None:
    """The oscillation, looked for in the controlled variable, then in the command; None when it is negligible."""
    time = signals.time
    least = (signals.negligible(thresholds), signals.negligible_command(thresholds))
    for values in (signals.error, signals.command):
        found = find_oscillation(time, values, thresholds)
        if found is None:
            continue
        both = [
            found.amplitude if v is values else amplitude_at(time, v, found.period)
            for v in (signals.error, signals.command)
        ]
        if both[0] >= least[0] or both[1] >= least[1]:
            return _Seen(found, values, both[0], both[1])
    return None


def _of_oscillation(o: Oscillation, signals: LoopSignals, thresholds: Thresholds) -> tuple[Verdict, str]:
    if o.period < thresholds.samples * signals.step:
        needed = o.period / 20.0
        return Verdict.UNDECIDED, (
            f"swings every {o.period:.3g} s, but samples are {signals.step:.3g} s apart: take {needed:.2g} s or less"
        )
    sustained = abs(o.sustained - 1.0) <= thresholds.sustained
    if o.cycles >= thresholds.cycles and sustained:
        return Verdict.LIMIT_CYCLE, f"{o.cycles} cycles of {o.period:.4g} s, amplitude steady"
    return Verdict.OSCILLATING, f"{o.cycles} cycles of {o.period:.4g} s, amplitude {o.growth:+.0%} a cycle"
