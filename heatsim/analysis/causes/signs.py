"""What the signals of the hunting run say: inputs that swing too, order in time, who helps to predict whom."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import numpy as np
import scipy.signal
import xarray as xr

from heatsim.analysis.causes.oscillation import Oscillation, lag, wave
from heatsim.analysis.causes.wording import span as shown_span
from heatsim.system.system import System

SAMPLES = 16
"""Samples a period for the autoregressions."""

CERTAIN = 1e-6
"""Share of the variance left unexplained below which a signal predicts itself."""

PURE = 0.5
"""Least share of an input's power at the period (and two harmonics) of a loop for it to be a suspect."""


def swinging_inputs(system: System, ds: xr.Dataset, span: tuple[float, float], period: float) -> dict[str, float]:
    """Return the system inputs that swing with a period in a span: name -> share of their power there."""
    time = np.asarray(ds["time"].values, dtype=float)
    inside = (time >= span[0]) & (time <= span[1])
    found = {}
    for name in system.inputs:
        if name not in ds:
            continue
        values = ds[name].transpose("time", ...).values[inside].reshape(int(inside.sum()), -1)
        for column in values.T:
            size = float(np.max(np.abs(column)))
            if not np.ptp(column) > 1e-9 * size:
                continue
            own = wave(time[inside], column, None, 1e-9 * size)
            # the period of the input itself, for a step has power at every period
            if own.purity > PURE and abs(own.period / period - 1.0) < 0.1:
                found[name] = own.purity
    return found


def order_in_time(waves: Mapping[str, Oscillation], loop: str) -> tuple[str, ...]:
    """Return lines on who leads whom: when the oscillations began, and their phase against that of a loop."""
    own = waves[loop]
    others = {n: w for n, w in waves.items() if n != loop and abs(w.period / own.period - 1.0) < 0.1}
    if not others:
        return ()
    lines = []
    first = min(waves, key=lambda name: waves[name].onset)
    if own.onset - waves[first].onset > 0.5 * own.period:
        lines.append(
            f"{first} reached half of its final size {shown_span(own.onset - waves[first].onset)} before {loop}"
        )
    nearest = sorted(others.items(), key=lambda item: -item[1].command.amplitude)[:3]
    lags = [(name, lag(own.measurement, other.measurement)) for name, other in nearest]
    words = [f"{name} {abs(x):.0f}° {'after' if x >= 0 else 'before'} it" for name, x in lags]
    lines.append(f"with the same period move {', '.join(words)}")
    return tuple(lines)


def granger(cause: np.ndarray, effect: np.ndarray, lags: int = 4) -> float:
    """Probability that the past of one signal does not help to predict another (Granger 1969); NaN when undefined.

    F test of a vector autoregression of `lags` steps on both without their straight lines; differences would turn
    their own noise into a memory that both seem to share. A pure limit cycle, which predicts itself without error, has
    no answer.
    """
    from statsmodels.tsa.api import VAR  # loaded only when it is asked for

    both = scipy.signal.detrend(np.stack([effect, cause], axis=1), axis=0)
    spread = np.std(both, axis=0)
    if np.any(spread <= 0.0) or both.shape[0] < 10 * lags:
        return float("nan")
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fitted = VAR(both / spread).fit(lags, trend="n")
            if float(np.min(np.var(np.asarray(fitted.resid), axis=0))) < CERTAIN:
                return float("nan")
            return float(fitted.test_causality(0, 1).pvalue)
    except (np.linalg.LinAlgError, ValueError):
        return float("nan")


def who_predicts(waves: Mapping[str, Oscillation], loop: str) -> tuple[str, ...]:
    """Return a line for each loop whose signal helps to predict that of a loop, and not the other way round.

    A hint only: freezing the loops decides.
    """
    own = waves[loop]
    every = max(round(own.period / own.signals.step / SAMPLES), 1)
    lines = []
    for name, other in waves.items():
        if name == loop or other.signals.measurement.size != own.signals.measurement.size:
            continue
        x, y = other.signals.measurement[::every], own.signals.measurement[::every]
        there, back = granger(x, y), granger(y, x)
        if there < 0.01 and back > 0.05:
            lines.append(f"hint: {name} helps to predict {loop} (Granger, p = {there:.2g}), not the other way round")
    return tuple(lines)
