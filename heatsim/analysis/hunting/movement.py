"""What a loop does to its actuator: reversals, way, starts, time at the limits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatsim.analysis import measures
from heatsim.analysis.hunting.signals import LoopSignals
from heatsim.analysis.hunting.thresholds import Thresholds


@dataclass(frozen=True)
class Movement:
    """What the command does.

    Attributes
    ----------
    reversals
        Turns of the command by more than the negligible amplitude twice, 1/h.
    total_variation
        Sum of all moves of the command, however small, in its unit per hour.
    travel
        Way of the actuator over the window, moves within the dead band left out, in the command's unit.
    starts
        Starts per hour of an on/off or staged command; None for a command that moves continuously.
    at_min, at_max
        Share of the time at the limits, 1; None without a limit.
    """

    reversals: float
    total_variation: float
    travel: float
    starts: float | None
    at_min: float | None
    at_max: float | None


def movement(signals: LoopSignals, thresholds: Thresholds) -> Movement:
    """Return what the command does in a window."""
    u = signals.command
    hours = float(signals.time[-1] - signals.time[0]) / 3600.0
    dead_band = 2.0 * signals.negligible_command(thresholds)
    band = thresholds.limit_band * signals.command_range
    staged = is_staged(u)
    return Movement(
        reversals=measures.reversals(u, dead_band) / hours,
        total_variation=float(np.sum(np.abs(np.diff(u)))) / hours,
        travel=measures.travel(u, dead_band),
        starts=float(np.sum(np.maximum(np.diff(np.round(u)), 0.0))) / hours if staged else None,
        at_min=None if signals.y_min is None else float(np.mean(u <= signals.y_min + band)),
        at_max=None if signals.y_max is None else float(np.mean(u >= signals.y_max - band)),
    )


def is_staged(command: np.ndarray) -> bool:
    """Return whether a command takes whole numbers only and changes: a number of machines, on or off."""
    return bool(np.ptp(command) > 0.5 and np.all(np.abs(command - np.round(command)) < 1e-9))


def pushed(signals: LoopSignals, low: bool, thresholds: Thresholds) -> float | None:
    """Return the share of the time at a limit that the error pushes the command into it, or does not matter.

    None when the sign of the controller is not known, and its command moves too little to tell.
    """
    if signals.setpoint is None:
        return None
    limit = signals.y_min if low else signals.y_max
    band = thresholds.limit_band * signals.command_range
    assert limit is not None
    at = signals.command <= limit + band if low else signals.command >= limit - band
    error, least = signals.error, signals.negligible(thresholds)
    sense = float(signals.loop.sense)
    if sense == 0.0:
        off, on = error[at], error[~at]
        if on.size < 0.02 * error.size or abs(float(np.mean(off) - np.mean(on))) < least:
            return None
        # it leaves the limit when the error asks for that
        sense = float(np.sign(np.mean(off) - np.mean(on))) * (1.0 if low else -1.0)
    asks = -sense * error[at]  # above 0: for more
    return float(np.mean(asks < least if low else asks > -least))


def not_needed(signals: LoopSignals, thresholds: Thresholds) -> bool:
    """Return whether a command rests at 0 because nothing is asked of it: a dry cooler in winter, an idle boiler.

    Only where the lower limit is 0, "off", and the error keeps the sign that pushes the command into it. A command that
    stays at 0 although the error asks for more (windup, a controller of the wrong sign) is not off but stuck.
    """
    if signals.y_min is None or np.any(signals.y_min != 0.0):
        return False
    return (pushed(signals, True, thresholds) or 0.0) >= 0.98
