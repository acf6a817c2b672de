"""First order with dead time from a record of command and measurement, from a plant or from a simulation."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import least_squares

from heatsim.errors import UsageError
from heatsim.tuning.process import FOPTD

_STARTS = ((0.05, 0.02), (0.2, 0.05), (0.1, 0.2), (0.5, 0.02), (0.02, 0.02))
_MOST_SWITCHES = 500
POOR_RECORD_FIT = 0.2
"""Largest residual, relative to the response and without the noise, of a fit to a record that is accepted."""


@dataclass(frozen=True)
class RecordFit:
    """A process fitted to a record, with what else was in the record.

    Attributes
    ----------
    process
        The model.
    gain_error, T_error, L_error
        Standard errors of its figures, for independent noise in the samples.
    offset
        Measurement at the begin of the record without the response.
    drift
        Slope of the measurement without the response, per s.
    noise
        Standard deviation of the difference between neighboring samples of the residual, over √2: what is left of
        noise when a model error, which is smooth, is taken out.
    error
        Root mean square of the residual, the noise taken out, relative to that of the response.
    model
        Fitted measurement, shape (n,).
    """

    process: FOPTD
    gain_error: float
    T_error: float
    L_error: float
    offset: float
    drift: float
    noise: float
    error: float
    model: np.ndarray = field(repr=False)


def fit_record(
    time: np.ndarray,
    command: np.ndarray,
    measurement: np.ndarray,
    *,
    drift: bool = True,
    start: tuple[float, float] | None = None,
) -> RecordFit:
    """Fit first order with dead time, an offset and a drift to a record that begins at rest.

    Output error: the model is driven by the command alone. Gain, offset and drift are linear in the measurement and are
    solved for exactly at each trial of T and L (separable least squares: Golub and Pereyra, SIAM Journal on Numerical
    Analysis 10, 1973).

    Parameters
    ----------
    time
        s, rising, shape (n,).
    command
        Held from each time to the next, shape (n,); a switched signal.
    measurement
        Shape (n,).
    drift
        Whether to allow for a drift.
    start
        First guess of T and L, s; others are tried in any case.

    Raises
    ------
    UsageError
        Too short a record, one with NaN, or a command that never moves or moves all the time.
    """
    t, u, y = (np.asarray(v, dtype=float) for v in (time, command, measurement))
    if not (t.shape == u.shape == y.shape) or t.size < 20 or not np.all(np.diff(t) > 0.0):
        raise UsageError("fit_record: needs time, command and measurement of one length, 20 or more, time rising")
    if not (np.isfinite(u).all() and np.isfinite(y).all()):
        raise UsageError("fit_record: the record has values that are not finite; cut them out")
    switches = np.flatnonzero(np.diff(u) != 0.0) + 1
    if not 0 < switches.size <= _MOST_SWITCHES:
        raise UsageError(
            f"fit_record: the command changes {switches.size} times; a step, or a relay's up to {_MOST_SWITCHES} "
            "switches, can be fitted"
        )
    steps = np.diff(u)[switches - 1]
    since = t[:, None] - t[switches][None, :]
    span = t[-1] - t[switches[0]]
    fixed = [np.ones_like(t)] + ([(t - t[0]) / (t[-1] - t[0])] if drift else [])

    def parts(v: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        T, L = np.exp(v)
        rise = -np.expm1(-np.maximum(since - L, 0.0) / T) @ steps
        columns = np.column_stack([rise, *fixed])
        found = np.linalg.lstsq(columns, y, rcond=None)[0]
        return columns, found, columns @ found - y

    size = max(float(np.std(y)), 1e-300)
    limits = (np.log([1e-5 * span, 1e-6 * span]), np.log([20.0 * span, 0.9 * span]))
    best = None
    guesses = [np.log(np.maximum(np.array(s) * span, 1e-5 * span)) for s in _STARTS]
    if start is not None:
        guesses.insert(0, np.clip(np.log(np.maximum(start, 1e-5 * span)), limits[0] + 1e-9, limits[1] - 1e-9))
    for guess in guesses:
        found = least_squares(lambda v: parts(v)[2] / size, guess, bounds=limits, xtol=1e-12, ftol=1e-12)
        if best is None or found.cost < best.cost:
            best = found
    assert best is not None
    columns, linear, residual = parts(best.x)
    T, L = (float(v) for v in np.exp(best.x))
    gain = float(linear[0])
    if gain == 0.0:
        raise UsageError("fit_record: the measurement does not answer to the command at all")
    noise = float(np.std(np.diff(residual)) / math.sqrt(2.0))
    response = gain * (columns[:, 0] - columns[:, 0].mean())
    excess = max(float(np.mean(residual**2)) - noise**2, 0.0)
    error = math.sqrt(excess / max(float(np.mean(response**2)), 1e-300))
    spread = _standard_errors(columns, since, steps, gain, T, L, noise)
    slope = float(linear[2]) / float(t[-1] - t[0]) if drift else 0.0
    return RecordFit(FOPTD(gain, T, L), *spread, float(linear[1]), slope, noise, error, y + residual)


def _standard_errors(
    columns: np.ndarray, since: np.ndarray, steps: np.ndarray, gain: float, T: float, L: float, noise: float
) -> tuple[float, float, float]:
    """Standard errors of gain, T and L from the sensitivities of the model."""
    after = np.maximum(since - L, 0.0)
    decay = np.where(since > L, np.exp(-after / T), 0.0)
    by_T = -gain * (after / T**2 * decay) @ steps
    by_L = -gain / T * decay @ steps
    matrix = np.column_stack([columns[:, 0], by_T, by_L, columns[:, 1:]])
    scale = np.linalg.norm(matrix, axis=0)
    covariance = noise**2 * np.linalg.pinv((matrix / scale).T @ (matrix / scale))
    errors = np.sqrt(np.maximum(np.diag(covariance), 0.0)) / scale
    return float(errors[0]), float(errors[1]), float(errors[2])
