"""From the signals of a loop in a window to its verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from heatsim.analysis.hunting.display import duration, quantity
from heatsim.analysis.hunting.errors import areas, harris_index
from heatsim.analysis.hunting.figures import LoopVerdict
from heatsim.analysis.hunting.forcing import Forcing, coherence, forcing
from heatsim.analysis.hunting.movement import Movement, is_staged, movement, not_needed, pushed
from heatsim.analysis.hunting.oscillation import Oscillation, amplitude_at, find_oscillation, fundamental
from heatsim.analysis.hunting.quality import quick_swing, too_coarse
from heatsim.analysis.hunting.responses import Response, responses
from heatsim.analysis.hunting.restless import Restless, restless
from heatsim.analysis.hunting.signals import LoopSignals
from heatsim.analysis.hunting.thresholds import Thresholds
from heatsim.analysis.hunting.vocabulary import Verdict

LEAST_SAMPLES = 24
"""Fewest samples of a window: three periods of eight."""

Loads = Mapping[str, np.ndarray]
Ruling = tuple[Verdict, str]


def judge(
    signals: LoopSignals,
    loads: Loads,
    *,
    everything: Loads | None = None,
    dead_time: float | None = None,
    thresholds: Thresholds | None = None,
) -> LoopVerdict:
    """Return the verdict on a loop in the window of its signals.

    Parameters
    ----------
    signals
        Of one loop and window.
    loads
        Signals from outside over the same times.
    everything
        All signals from outside, where they are known, as in a simulation; None in a measurement.
    dead_time
        Dead time of the loop for the Harris index, s.
    thresholds
        What the verdict rests on.
    """
    limits = thresholds or Thresholds()
    loop = signals.loop
    window = (float(signals.time[0]), float(signals.time[-1])) if signals.time.size else (0.0, 0.0)
    known: dict[str, Any] = {"loop": loop.name, "window": window}
    known |= {"unit": loop.unit, "command_unit": loop.command_unit}
    few = f"only {signals.time.size} samples" if signals.time.size < LEAST_SAMPLES else None
    if signals.refused or few:
        return LoopVerdict(verdict=Verdict.UNDECIDED, reason=str(signals.refused or few), **known)
    known["negligible"] = signals.negligible(limits)
    moves = movement(signals, limits)
    answers = responses(signals, loads, limits)
    seen = _seen(signals, limits)
    irregular = None if seen is not None else restless(signals, everything, limits)
    period = seen.oscillation.period if seen else irregular.period if irregular else None
    known |= asdict(moves) | _error_figures(signals, period, dead_time, limits) | _answer_figures(answers)
    force, shared = None, None
    if seen is not None:
        known |= seen.figures(signals)
        force = forcing(signals.time, seen.values, seen.oscillation, loads, limits)
    elif irregular is not None:
        shared = _shared(irregular, signals, loads, limits)
        if shared is not None:
            known |= {"load": shared[0], "load_coherence": shared[1]}
        known |= {
            name: getattr(irregular, name)
            for name in ("amplitude", "command_amplitude", "period", "period_scatter", "cycles", "begin")
        }
    elif (worst := _ringing(answers, limits)) is not None:
        known |= _ring_figures(worst)
    if force is not None:
        known |= {f"load_{name}": getattr(force, name) for name in ("coherence", "gain", "phase")}
        known["load"] = force.load
    verdict, reason = _rule(signals, seen, irregular, force, moves, answers, shared, everything, limits)
    if verdict is Verdict.FORCED and shared is None and (force is None or not force.forces):
        known |= {"load": None, "load_coherence": None, "load_gain": None, "load_phase": None}
    return LoopVerdict(verdict=verdict, reason=reason, **known)


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
        names = ["period", "cycles", "regularity", "correlation", "growth", "damping", "begin"]
        names += ["period_scatter", "amplitude_scatter"]
        return {name: getattr(o, name) for name in names} | {
            "amplitude": self.amplitude,
            "command_amplitude": self.command_amplitude,
            "phase": float(np.angle(y)),
            "command_phase": float(np.angle(u)),
        }


def _seen(signals: LoopSignals, limits: Thresholds) -> _Seen | None:
    """The oscillation, looked for in the controlled variable, then in the command; None when it is negligible."""
    least = (signals.negligible(limits), signals.negligible_command(limits))
    both = (signals.error, signals.command)
    for values in both:
        found = find_oscillation(signals.time, values, limits)
        if found is None or _came_to_rest(found, signals, limits):
            continue
        y, u = (found.amplitude if other is values else amplitude_at(signals.time, other, found) for other in both)
        if y >= least[0] or u >= least[1]:
            return _Seen(found, values, y, u)
    return None


def _came_to_rest(o: Oscillation, signals: LoopSignals, limits: Thresholds) -> bool:
    """Whether it was a transient that is over: what is to be said of it is said of an answer to a disturbance.

    A limit cycle that stops within the window is none: its cycles were alike until it stopped.
    """
    tail = signals.time > signals.time[-1] - min(1.5 * o.period, 0.3 * (signals.time[-1] - signals.time[0]))
    still = all(
        0.5 * float(np.ptp(values[tail])) < least
        for values, least in (
            (signals.error, signals.negligible(limits)),
            (signals.command, signals.negligible_command(limits)),
        )
    )
    if signals.time[-1] - o.last < 2.0 * o.period and not still:
        return False
    alike = o.cycles >= limits.cycles and abs(o.sustained - 1.0) <= limits.sustained
    return not alike


def _error_figures(
    signals: LoopSignals, period: float | None, dead_time: float | None, limits: Thresholds
) -> dict[str, Any]:
    error = signals.error
    area = areas(signals, period, limits)
    harris = None
    if dead_time is not None:
        harris = harris_index(error, signals.step, dead_time, signals.negligible(limits))
    return {
        "error_mean": float(np.mean(error)),
        "error_max": float(np.max(np.abs(error))),
        "iae": area.median,
        "load_disturbances": area.load_disturbances,
        "harris": harris,
    }


def _answer_figures(answers: list[Response]) -> dict[str, Any]:
    overshoots = [a.overshoot for a in answers if a.overshoot is not None]
    settled = [a.settling_time for a in answers if a.settling_time is not None]
    idle = [a.idle_index for a in answers if a.idle_index is not None]
    return {
        "decay_ratio": max((a.decay_ratio for a in answers if a.decay_ratio is not None), default=None),
        "overshoot": max(overshoots, default=None),
        "settling_time": max(settled, default=None) if len(settled) == len(answers) else None,
        "idle_index": max(idle, default=None),
    }


def _ringing(answers: list[Response], limits: Thresholds) -> Response | None:
    """The answer that rings most, when it rings too much."""
    worst = max(answers, key=lambda a: a.decay_ratio or 0.0, default=None)
    return worst if worst is not None and (worst.decay_ratio or 0.0) > limits.decay_ratio else None


def _ring_figures(worst: Response) -> dict[str, Any]:
    """Figures of a transient that rings: its first peak, and damping by the logarithmic decrement."""
    decrement = -np.log(max(worst.decay_ratio or 1.0, 1e-6))
    return {
        "amplitude": worst.ring,
        "period": worst.period,
        "begin": worst.first,
        "growth": (worst.decay_ratio or 1.0) - 1.0,
        "damping": float(decrement / np.hypot(2.0 * np.pi, decrement)),
    }


def _rule(
    signals: LoopSignals,
    seen: _Seen | None,
    irregular: Restless | None,
    force: Forcing | None,
    moves: Movement,
    answers: list[Response],
    shared: tuple[str, float] | None,
    everything: Loads | None,
    limits: Thresholds,
) -> Ruling:
    """The verdict and its reason, the first that holds."""
    least, least_command = signals.negligible(limits), signals.negligible_command(limits)
    off = float(np.median(np.abs(signals.error)))
    stuck, side = max((moves.at_min or 0.0, "lower"), (moves.at_max or 0.0, "upper"))
    swings = max((m.command_amplitude for m in (seen, irregular) if m is not None), default=0.0)
    if stuck >= limits.saturated and off > least and swings < least_command:
        mean = "unknown without a set point"
        if signals.setpoint is not None:
            mean = quantity(float(np.mean(signals.error)), signals.loop.unit)
        if side == "lower" and not_needed(signals, limits):
            return Verdict.CALM, f"off {stuck:.0%} of the time, not needed: {mean} off its set point without it"
        share = pushed(signals, side == "lower", limits)
        wrong = "" if share is None or share > 0.5 else ", although the error asks it to leave"
        return Verdict.SATURATED, f"at its {side} limit {stuck:.0%} of the time, error {mean}{wrong}"
    quick = None if seen is not None else quick_swing(signals, everything, limits)
    if quick is not None:
        return Verdict.UNDECIDED, quick
    if seen is not None:
        return _of_oscillation(seen, force, signals, limits)
    if irregular is not None:
        return _of_irregular(irregular, signals, shared, limits)
    worst = _ringing(answers, limits)
    if worst is not None:
        return Verdict.OSCILLATING, (
            f"rings from {duration(worst.first)} on: decay ratio {worst.decay_ratio:.2f}, "
            f"every {duration(worst.period)}"
        )
    length = float(signals.time[-1] - signals.time[0])
    for a in answers:
        slow = a.settling_time is None or a.settling_time > limits.sluggish * length
        if slow and a.undisturbed and a.idle_index is not None and a.idle_index > limits.idle_index:
            took = "not settled at the end" if a.settling_time is None else f"takes {duration(a.settling_time)}"
            return Verdict.SLUGGISH, f"after {a.begin:.0f} s {took}, idle index {a.idle_index:.2f}"
    return Verdict.CALM, _calm_reason(signals, answers, limits)


def _of_oscillation(seen: _Seen, force: Forcing | None, signals: LoopSignals, limits: Thresholds) -> Ruling:
    o = seen.oscillation
    if o.period < limits.samples * signals.step:
        return Verdict.UNDECIDED, too_coarse(o.period, signals.step)
    if force is not None and force.forces:
        if seen.amplitude < signals.negligible(limits):
            return Verdict.CALM, (
                f"command follows {force.load}, error within {quantity(seen.amplitude, signals.loop.unit)}"
            )
        return Verdict.FORCED, f"swings every {duration(o.period)} with {force.load}, coherence {force.coherence:.2f}"
    if seen.command_amplitude <= limits.rest * signals.negligible_command(limits):
        return Verdict.FORCED, "swings although its command rests: something else moves it"
    often = f"{o.cycles} cycles"
    if 1.0 + o.growth <= limits.decay_ratio:
        return Verdict.CALM, f"settles well: {1.0 + o.growth:.2f} of the amplitude is left after a cycle"
    # cycles that differ by chance make the means of few of them differ too
    chance = 2.0 * o.amplitude_scatter / np.sqrt(max(o.cycles / 4.0, 1.0))
    most = max(limits.sustained, min(chance, 0.5))
    steady = abs(o.sustained - 1.0) <= most and abs(np.log(o.trend)) <= np.log1p(most)
    lasts = signals.time[-1] - o.end < 2.0 * o.period or (steady and abs(o.growth) < 0.05)
    if o.cycles >= limits.cycles and steady and lasts:
        return Verdict.LIMIT_CYCLE, f"{often}, steady"
    if steady and lasts:
        return Verdict.OSCILLATING, f"{often}, steady; {limits.cycles:.0f} cycles would show a limit cycle"
    trend = f"{'grows' if o.growth > 0.0 else 'decays'} by {abs(o.growth):.0%} a cycle"
    return Verdict.OSCILLATING, f"{often}, {trend if abs(o.growth) >= 0.01 else 'amplitude varies'}"


def _of_irregular(
    found: Restless, signals: LoopSignals, shared: tuple[str, float] | None, limits: Thresholds
) -> Ruling:
    if found.period < limits.samples * signals.step:
        return Verdict.UNDECIDED, too_coarse(found.period, signals.step)
    if shared is not None:
        return Verdict.FORCED, f"moves with {shared[0]}, coherence {shared[1]:.2f} at {duration(found.period)}"
    if found.command_amplitude <= limits.rest * signals.negligible_command(limits):
        return Verdict.FORCED, "moves although its command rests: something else moves it"
    kind = "on/off cycles" if is_staged(signals.command) else "cycles"
    return Verdict.OSCILLATING, f"{found.cycles} irregular {kind} of some {duration(found.period)}: {found.reason}"


def _shared(found: Restless, signals: LoopSignals, loads: Loads, limits: Thresholds) -> tuple[str, float] | None:
    """The load that irregular motion goes with, and the squared coherence at its mean period; None when none does."""
    values = [
        (coherence(load, signals.error, signals.step, found.period), name)
        for name, load in loads.items()
        if np.ptp(load) > 0.0
    ]
    best, name = max(values, default=(0.0, ""))
    return (name, best) if best >= limits.coherence else None


def _calm_reason(signals: LoopSignals, answers: list[Response], limits: Thresholds) -> str:
    least, unit = signals.negligible(limits), signals.loop.unit
    spread = 0.5 * float(np.ptp(signals.error))
    mean = float(np.mean(signals.error))
    if spread < least:
        if signals.setpoint is not None and abs(mean) > 2.0 * least:
            return f"rests, {quantity(abs(mean), unit)} off its set point"
        return f"moves by less than {quantity(least, unit)}"
    settled = [a.settling_time for a in answers if a.settling_time is not None]
    if settled and len(settled) == len(answers):
        often = "a disturbance" if len(answers) == 1 else f"{len(answers)} disturbances"
        return f"settles after {often} within {duration(max(settled))}"
    length = float(signals.time[-1] - signals.time[0])
    return f"no oscillation with a period below {duration(0.5 * length)}; error within {quantity(spread, unit)}"
