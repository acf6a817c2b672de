"""Small measures on sampled signals: integrals, excess over a limit, travel, reversals, starts and running time."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def integrate(time: ArrayLike, values: ArrayLike) -> float:
    """Return the integral of a sampled signal by the trapezoidal rule (units of `values` times s)."""
    t, v = np.asarray(time, dtype=float), np.asarray(values, dtype=float)
    return float(np.sum(0.5 * (v[1:] + v[:-1]) * np.diff(t)))


def excess(time: ArrayLike, values: ArrayLike, limit: float) -> float:
    """Return the integral of what a signal has above a limit, exact for straight lines between samples.

    Examples
    --------
    >>> excess([0.0, 10.0], [-1.0, 1.0], 0.0)
    2.5
    """
    t, v = np.asarray(time, dtype=float), np.asarray(values, dtype=float) - limit
    a, b = v[:-1], v[1:]
    above, below = np.maximum(a, b), np.minimum(a, b)
    # A line from below to above the limit encloses a triangle of height `above` over a part of the step.
    crossing = (above > 0) & (below < 0)
    part = np.where(crossing, above / np.where(crossing, above - below, 1.0), (below >= 0) * 1.0)
    mean = np.where(crossing, 0.5 * above, 0.5 * (a + b))
    return float(np.sum(np.where(above > 0, part * mean, 0.0) * np.diff(t)))


def turning_points(values: ArrayLike, dead_band: float) -> list[float]:
    """Return the values between which a signal moves up and down, moves within the dead band left out.

    A turn counts once the signal has moved back by more than the dead band, like the positioner of an actuator. The
    first and the last element are the first value and the last extreme; a signal that never leaves the dead band gives
    its first value alone.

    Examples
    --------
    >>> turning_points([0.0, 0.5, 0.2, 0.6, 0.595, 0.7], 0.01)
    [0.0, 0.5, 0.2, 0.7]
    """
    data = np.asarray(values, dtype=float)
    points = [float(data[0])]
    direction, extreme = 0, float(data[0])
    for value in data[1:].tolist():
        move = value - extreme
        if direction == 0:
            if abs(move) > dead_band:
                direction, extreme = (1 if move > 0 else -1), value
        elif move * direction > 0:
            extreme = value
        elif abs(move) > dead_band:
            points.append(extreme)
            direction, extreme = -direction, value
    return [*points, extreme] if direction else points


def travel(values: ArrayLike, dead_band: float = 0.0) -> float:
    """Return the total way of a signal, the sum of all its moves up and down that exceed the dead band.

    Examples
    --------
    >>> round(travel([0.0, 0.5, 0.2, 0.6, 0.595, 0.7], 0.01), 3)
    1.3
    """
    return float(np.sum(np.abs(np.diff(turning_points(values, dead_band)))))


def reversals(values: ArrayLike, dead_band: float = 0.01) -> int:
    """Count how often a signal turns round; a turn counts once it has moved back by more than the dead band.

    Examples
    --------
    >>> reversals([0.0, 0.5, 0.2, 0.6, 0.595, 0.7])
    2
    """
    return max(len(turning_points(values, dead_band)) - 2, 0)


def running(values: ArrayLike, on_above: float = 0.2, off_below: float = 0.1) -> np.ndarray:
    """Return when a machine runs, from its load with a hysteresis, so that ramps count once. Boolean, same length."""
    data = np.asarray(values, dtype=float)
    state = np.zeros(data.size, dtype=bool)
    on = bool(data[0] > 0.5 * (on_above + off_below))
    for index, value in enumerate(data.tolist()):
        on = value > off_below if on else value > on_above
        state[index] = on
    return state


def starts(on: ArrayLike) -> int:
    """Count the changes from off to on; running at the first sample is no start."""
    state = np.asarray(on, dtype=bool)
    return int(np.sum(~state[:-1] & state[1:]))


def time_on(time: ArrayLike, on: ArrayLike) -> float:
    """Return the time (s) during which a state was on; the state of a sample holds until the next one."""
    return float(np.sum(np.diff(np.asarray(time, dtype=float))[np.asarray(on, dtype=bool)[:-1]]))
