"""How a loop answers steps of its set point and of loads: overshoot, settling time, decay ratio."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import ndimage

from heatsim.analysis.hunting.periodicity import noise_level
from heatsim.analysis.hunting.restless import turning_samples
from heatsim.analysis.hunting.signals import LoopSignals
from heatsim.analysis.hunting.thresholds import Thresholds


@dataclass(frozen=True)
class Response:
    """The answer to one disturbance.

    Attributes
    ----------
    begin
        When it came, s.
    first
        When its ringing had its first peak, s; None when there is none.
    peak
        Largest deviation from where the loop came to rest.
    ring
        Half of peak to peak of the first two peaks of the ringing, the way to a new set point left out; 0 when there is
        none.
    undisturbed
        Whether set point and loads rest after the step.
    overshoot
        Beyond the new set point as a share of its step; None after a step of a load.
    decay_ratio
        Third peak over first: the next one on the same side, one cycle later; 0 when there is none above what the loop
        moves by anyway. None when the answer does not stand out of that.
    period
        From the first peak to the third, s; None when there is none.
    settling_time
        From the step until the deviation stays within the band, s; None when it does not.
    idle_index
        Hägglund (1999), from 1 (sluggish) to -1.
    """

    begin: float
    first: float | None
    peak: float
    ring: float
    undisturbed: bool
    overshoot: float | None
    decay_ratio: float | None
    period: float | None
    settling_time: float | None
    idle_index: float | None


def responses(signals: LoopSignals, loads: Mapping[str, np.ndarray], thresholds: Thresholds) -> list[Response]:
    """Return the answers to the steps of the set point and of loads within a window, and to its begin.

    Steps are jumps that no other follows within 20 samples: of the set point, of loads, and of the command's limits,
    as when a machine starts. They count when the loop answers by more than its negligible amplitude. An answer ends
    where the next jump comes, whatever that is: peaks of two disturbances are no ringing.
    """
    moves = [] if signals.setpoint is None else _jumps(signals.setpoint)
    bounds = [x for x in (signals.y_min, signals.y_max) if x is not None]
    jumps = sorted({0, *moves, *(k for x in (*loads.values(), *bounds) for k in _jumps(x))})
    found: list[Response] = []
    for a, b in pairwise([*jumps, signals.time.size]):
        if b - a < 20:
            continue  # one step after the other: no answer by itself
        by_setpoint = signals.setpoint is not None and a in moves
        outside = [*loads.values(), *([] if signals.setpoint is None else [signals.setpoint])]
        rests = all(np.ptp(x[a:b]) <= 1e-6 * max(float(np.max(np.abs(x))), 1e-12) for x in outside)
        response = _one(signals, a, b, by_setpoint, rests, thresholds)
        if response is not None:
            found.append(response)
    return found


def _jumps(values: np.ndarray) -> list[int]:
    """Samples at which a signal has jumped by at least 1 % of its level and a tenth of its range."""
    change = np.abs(np.diff(values))
    least = max(1e-4 * float(np.max(np.abs(values))), 0.1 * float(np.ptp(values)), 1e-12)
    big = change >= least
    first = big & ~np.concatenate(([False], big[:-1]))
    return [int(k) + 1 for k in np.flatnonzero(first)]


def _one(
    signals: LoopSignals, a: int, b: int, by_setpoint: bool, rests: bool, thresholds: Thresholds
) -> Response | None:
    error = signals.error[a:b]
    step = signals.step
    noise = noise_level(error)
    width = int(min(max((noise / max(signals.negligible(thresholds), 1e-12)) ** 2, 1.0), max(error.size / 40.0, 1.0)))
    smooth = ndimage.uniform_filter1d(error, width, mode="nearest") if width >= 2 else error
    rest = float(np.mean(smooth[-max(error.size // 10, 1) :]))
    deviation = smooth - rest
    peak = float(np.max(np.abs(deviation)))
    least = max(signals.negligible(thresholds), 4.0 * noise / np.sqrt(width))
    if peak < 2.0 * least:
        return None
    band = max(thresholds.settling * peak, least)
    outside = np.flatnonzero(np.abs(deviation) > band)
    settled = None if outside.size and outside[-1] >= 0.95 * error.size else step * float(outside[-1] + 1)
    calm = smooth[-max(error.size // 3, 1) :]
    wander = 0.5 * float(np.ptp(calm - np.linspace(calm[0], calm[-1], calm.size)))
    turns = turning_samples(deviation, max(least, wander))
    heights = deviation[turns]
    if by_setpoint and heights.size:  # the way to the new set point is no peak
        over = heights * np.sign(deviation[0]) < 0.0
        first = int(np.argmax(over)) if over.any() else heights.size
        turns, heights = turns[first:], heights[first:]
    if heights.size:  # ringing is counted from the largest peak on: before it came what made it
        largest = int(np.argmax(np.abs(heights)))
        turns, heights = turns[largest:], heights[largest:]
    overshoot = None
    if by_setpoint:
        size = abs(float(signals.setpoint[a] - signals.setpoint[a - 1]))  # type: ignore[index]
        beyond = -np.sign(deviation[0]) * deviation
        overshoot = max(float(np.max(beyond)) / size, 0.0) if size > 0.0 else None
    decay: float | None = 0.0
    period = None
    if peak < 4.0 * wander:
        decay = None
    elif (
        heights.size >= 3
        and abs(heights[0]) >= 4.0 * wander
        and heights[0] * heights[1] < 0.0
        and abs(heights[2]) > max(least, wander)
        and 0.5 < (turns[1] - turns[0]) / (turns[2] - turns[1]) < 2.0  # half cycles of one oscillation are alike
    ):
        decay = float(max(heights[2] / heights[0], 0.0))
        period = step * float(turns[2] - turns[0])
    return Response(
        begin=float(signals.time[a]),
        first=float(signals.time[a + int(turns[0])]) if decay and heights.size else None,
        peak=peak,
        ring=0.5 * abs(float(heights[0] - heights[1])) if decay else 0.0,
        undisturbed=rests,
        overshoot=overshoot,
        decay_ratio=decay,
        period=period,
        settling_time=settled,
        idle_index=_idle_index(smooth, signals.command[a:b], width),
    )


def _idle_index(error: np.ndarray, command: np.ndarray, width: int) -> float | None:
    """Idle index (Hägglund 1999): time that variable and command move the same way, less the time that they do not.

    Over both; "the same way" after the sign of the controller, which its quick answers tell. Near 1 both creep back
    together for long, which a sluggish controller makes them do.
    """
    u = ndimage.uniform_filter1d(command, width, mode="nearest") if width >= 2 else command
    de, du = np.diff(error), np.diff(u)
    together = float(np.sum(de * du))
    least = (1e-4 * float(np.ptp(error)), 1e-4 * float(np.ptp(u)))
    moving = (np.abs(de) > least[0] / 10.0) & (np.abs(du) > least[1] / 10.0)
    if not moving.any() or least[1] == 0.0:
        return None
    sense = action(error, u)
    same = de * du * -sense > 0.0
    positive, negative = float(np.sum(moving & same)), float(np.sum(moving & ~same))
    return (positive - negative) / (positive + negative) if together != 0.0 else None


def action(error: np.ndarray, command: np.ndarray) -> float:
    """Sign of the controller: 1 when its command rises with measurement minus set point, as for cooling; else -1.

    The change of a PI command is k*(change of the error) + k/Ti*error*step; the fit's signs agree for either part.
    """
    du, de = np.diff(command), np.diff(error)
    middle = 0.5 * (error[1:] + error[:-1])
    columns = np.stack([de, middle], axis=1)
    scale = np.maximum(np.std(columns, axis=0), 1e-300)
    weights = np.linalg.lstsq(columns / scale, du, rcond=None)[0]
    return 1.0 if float(weights[int(np.argmax(np.abs(weights)))]) >= 0.0 else -1.0
