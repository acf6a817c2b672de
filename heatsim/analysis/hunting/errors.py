"""Figures of the control error: Hägglund's areas between zero crossings, and the Harris index."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from heatsim.analysis.hunting.signals import LoopSignals
from heatsim.analysis.hunting.thresholds import Thresholds


@dataclass(frozen=True)
class Areas:
    """Integrals of the absolute error between zero crossings.

    Attributes
    ----------
    median
        Median of the areas of complete half cycles, unit of the controlled variable times s; None without any.
    load_disturbances
        Largest number of them within the supervision time, with forgetting.
    """

    median: float | None
    load_disturbances: float


def areas(signals: LoopSignals, period: float | None, thresholds: Thresholds) -> Areas:
    """Return the integrals of the absolute error between zero crossings (Hägglund 1995).

    An area larger than 2 a/w counts as a load disturbance, that of half a sine with the negligible amplitude a and the
    loop's frequency w. Their number is forgotten with the supervision time of `thresholds.supervision` periods:
    x = x exp(-dt/T) + 1. Above 10 the loop oscillates.

    Parameters
    ----------
    signals
        Of one loop and window.
    period
        Period of the loop's oscillation, s; Hägglund takes the ultimate period or the integral time. None: the mean
        distance of the zero crossings makes it.
    thresholds
        `supervision` and the negligible amplitude.
    """
    error, time = signals.error, signals.time
    signs = np.signbit(error)
    cuts = np.flatnonzero(signs[1:] != signs[:-1])
    if cuts.size < 2:
        return Areas(None, 0.0)
    at = time[cuts] + signals.step * error[cuts] / (error[cuts] - error[cuts + 1])
    sums = np.concatenate(([0.0], np.cumsum(0.5 * (np.abs(error[1:]) + np.abs(error[:-1])) * signals.step)))
    halves = np.diff(sums[cuts])
    cycle = period or 2.0 * float(np.mean(np.diff(at)))
    least = signals.negligible(thresholds) * cycle / np.pi
    number, most, before = 0.0, 0.0, float(at[0])
    for area, end in zip(halves, at[1:], strict=True):
        number *= float(np.exp(-(end - before) / (thresholds.supervision * cycle)))
        before = float(end)
        if area > least:
            number += 1.0
            most = max(most, number)
    return Areas(float(np.median(halves)), most)


def harris_index(error: np.ndarray, step: float, dead_time: float, least: float = 0.0) -> float | None:
    """Return 1 - (least variance)/(variance) of a control error: 0 the best that the dead time allows, 1 the worst.

    The error is fitted by an autoregressive model, whose order the criterion of Schwarz picks; the part of its variance
    that no controller can take away is that of its first `dead_time/step` answers to white noise (Harris 1989;
    Desborough and Harris 1992). A limit cycle can be foretold, so it gives an index near 1.

    Parameters
    ----------
    error
        Control error, shape (n,), evenly spaced.
    step
        Distance of the samples, s.
    dead_time
        Of process and sampling together, s. Samples are thinned so that about 3 lie within it.
    least
        Amplitude below which the error is not worth an index.

    Returns
    -------
    float or None
        None when the error is negligible or too short for a model.
    """
    from statsmodels.tools.sm_exceptions import SingularMatrixWarning
    from statsmodels.tsa.ar_model import AutoReg, ar_select_order

    every = max(int(dead_time / step / 3.0), 1)
    x = error[::every] - float(np.mean(error))
    delay = max(round(dead_time / (step * every)), 1)
    if x.size < 50 or float(np.std(x)) <= max(least / np.sqrt(2.0), 1e-12):
        return None
    with warnings.catch_warnings():
        # a signal without noise repeats itself: several models foretell it equally well, and any of them will do
        warnings.simplefilter("ignore", SingularMatrixWarning)
        lags = ar_select_order(x, maxlag=min(20, x.size // 10), ic="bic", trend="c").ar_lags or [1]
        fit = AutoReg(x, lags=max(lags), trend="c").fit()
    coefficients = np.asarray(fit.params[1:], dtype=float)
    answers = np.zeros(delay)
    answers[0] = 1.0
    for k in range(1, delay):
        reach = min(k, coefficients.size)
        answers[k] = float(np.dot(coefficients[:reach], answers[k - 1 :: -1][:reach]))
    variance = float(np.var(x))
    return float(np.clip(1.0 - float(fit.sigma2) * float(np.sum(answers**2)) / variance, 0.0, 1.0))
