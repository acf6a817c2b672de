"""Low-order models of a process: from its frequency response, or from its time constants by the half rule."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from heatsim.errors import UsageError
from heatsim.tuning.process import FOPTD, SOPTD

BANDS = (12.0, 6.0, 3.0)
"""The fit goes from a twelfth of the critical frequency, about 1/Ti of SIMC on a lag-dominant process, up to it; from
nearer when the model does not describe so wide a band."""
POOR_FIT = 0.35
"""Largest root mean square of the relative error of a fit that is accepted."""
_NO_CROSSING = 2.0 / 3.0 * math.pi
_FEWEST = 8
_SLOWEST = 10.0
"""Time constants above ten times 1/w_low cannot be told from an integrator; only gain/T is known then."""
_QUICKEST = 0.05
"""Time constants below 0.05/w_critical turn the phase by less than 3° and cannot be told from none."""
_START = (0.1, 0.3, 1.0, 5.0, 50.0)


@dataclass(frozen=True)
class Fit:
    """A process model and how well it describes what it was fitted to.

    Attributes
    ----------
    process
        The model.
    error
        Root mean square of |P/model − 1| over the band (frequency response), or of the residual relative to the
        response (records).
    w_low, w_high
        Band, rad/s; NaN for fits to records.
    """

    process: FOPTD
    error: float
    w_low: float
    w_high: float


def half_rule(
    gain: float, lags: Sequence[float], *, zeros: Sequence[float] = (), delay: float = 0.0, order: int = 1
) -> FOPTD | SOPTD:
    """Reduce a process of known time constants by the half rule.

    The largest neglected lag is halved between the smallest kept one and the dead time, the others and inverse
    responses go into the dead time. A positive numerator time constant cancels the next smaller neglected lag. Source:
    S. Skogestad, "Simple analytic rules for model reduction and PID controller tuning", Journal of Process Control 13,
    2003, sections 2.1 and 2.2 (rule T3 for the numerator).

    Parameters
    ----------
    gain
        Static gain.
    lags
        Time constants of the denominator, s.
    zeros
        Time constants of the numerator, s, `1 + T0·s`; negative for an inverse response.
    delay
        Dead time, s.
    order
        1 or 2.

    Raises
    ------
    UsageError
        Fewer lags than the order, or a numerator that is slower than every lag.
    """
    rest = sorted((float(v) for v in lags), reverse=True)
    if order not in (1, 2) or len(rest) < order or min(rest, default=0.0) <= 0.0:
        raise UsageError(f"half_rule: order {order} needs as many positive time constants in lags=, 1 or 2")
    for zero in sorted((z for z in zeros if z > 0.0), reverse=True):
        larger = [i for i, lag in enumerate(rest) if lag >= zero and i >= order]
        i = larger[-1] if larger else next((j for j, lag in enumerate(rest) if lag >= zero), -1)
        if i < 0:
            raise UsageError(f"half_rule: the numerator {zero:g} s is slower than every lag; fit the response instead")
        rest[i] -= zero
        rest = sorted((v for v in rest if v > 0.0), reverse=True)
        if len(rest) < order:
            raise UsageError("half_rule: after cancellation too few lags are left; take a lower order")
    kept, neglected = rest[:order], rest[order:]
    dead = delay + sum(-z for z in zeros if z < 0.0)
    if neglected:
        kept[-1] += 0.5 * neglected[0]
        dead += 0.5 * neglected[0] + sum(neglected[1:])
    if order == 1:
        return FOPTD(gain, kept[0], dead)
    return SOPTD(gain, max(kept), min(kept), dead)


def critical_frequency(omega: np.ndarray, values: np.ndarray, above: float = 0.0) -> float:
    """Angular frequency, rad/s, at which a process limits its controller: phase −180° where the gain is largest there.

    Where the phase never gets there: the frequency of −120° or, failing that, of the largest lag.

    A process that slow loops around it turn at low frequencies has a lag of 180° there too; it is a lower limit of the
    gain, and says nothing of the upper one.

    Parameters
    ----------
    omega, values
        Frequency response with positive gain, shape (n,).
    above
        Frequency below which lags of 180° do not count, as long as there is one above it.
    """
    negative = values.real < 0.0
    crosses = np.flatnonzero((np.diff(np.sign(values.imag)) != 0) & negative[:-1] & negative[1:])
    # a lag that grows through 180 degrees, not a lead that comes back
    crosses = crosses[values.imag[crosses] < 0.0]
    if (omega[crosses] > above).any():
        crosses = crosses[omega[crosses] > above]
    if crosses.size:
        i = int(crosses[np.argmax(np.abs(values[crosses]))])
        share = values.imag[i] / (values.imag[i] - values.imag[i + 1])
        return float(omega[i] * (omega[i + 1] / omega[i]) ** share)
    lag = -np.unwrap(np.angle(values))
    beyond = np.flatnonzero(lag >= _NO_CROSSING)
    return float(omega[beyond[0] if beyond.size else int(np.argmax(lag))])


def fit_response(omega: np.ndarray, values: np.ndarray, sign: float, w_critical: float | None = None) -> Fit:
    """Fit first order with dead time to a frequency response around the frequencies that matter to its loop.

    Least squares on the logarithm of the response, so that relative errors of magnitude and errors of phase count
    alike. What the process does far below the critical frequency (a tank that fills, a network that warms up) is slower
    than its loop and does not enter: the gain is that of the band, not the static one.

    Parameters
    ----------
    omega
        Angular frequencies, rad/s, shape (n,), rising.
    values
        Response of the measurement to the command, complex, shape (n,).
    sign
        Sign that the gain must have: that of the controller's k.
    w_critical
        Upper end of the band, rad/s; default from `critical_frequency`.

    Raises
    ------
    UsageError
        The command has no effect, acts in the other direction, or the model does not describe the process.
    """
    if not np.abs(values).max() > 0.0:
        raise UsageError("the command has no effect on the measurement; choose another operating point")
    positive = values * math.copysign(1.0, sign)
    high = critical_frequency(omega, positive) if w_critical is None else w_critical
    best: Fit | None = None
    for width in BANDS:
        band = (omega >= high / width) & (omega <= high)
        if np.count_nonzero(band) < _FEWEST:
            raise UsageError("too few frequencies around the critical one; give a closer grid that reaches farther")
        found = _fit_band(omega[band], positive[band], high, sign)
        if best is None or found.error < best.error:
            best = found
        if best.error <= POOR_FIT:
            return best
    assert best is not None
    raise UsageError(
        f"first order with dead time does not describe this process: relative error {best.error:.0%} from "
        f"{best.w_low:.2g} to {best.w_high:.2g} rad/s (limit {POOR_FIT:.0%}); tune on the simulation (optimise_loops)"
    )


def _fit_band(w: np.ndarray, p: np.ndarray, high: float, sign: float) -> Fit:
    angle = np.unwrap(np.angle(p))
    if not -0.75 * math.pi < angle[0] < 0.25 * math.pi:
        raise UsageError(
            f"the measurement answers to the command with a phase of {math.degrees(angle[0]):.0f}° at "
            f"{w[0]:.3g} rad/s: k has the wrong sign for this process, or the process starts in the wrong direction"
        )
    target = np.log(np.abs(p)) + 1j * angle

    def residual(v: np.ndarray) -> np.ndarray:
        gain, T, L = np.exp(v)
        model = np.log(gain) - 0.5 * np.log1p((T * w) ** 2) - 1j * (L * w + np.arctan(T * w))
        return np.concatenate([(target - model).real, (target - model).imag])

    least = [-np.inf, math.log(_QUICKEST / high), math.log(1e-4 / high)]
    most = [np.inf, math.log(_SLOWEST / float(w[0])), math.log(4.0 / high)]
    inside = np.array(least) + 1e-9, np.array(most) - 1e-9
    guesses = [[math.log(abs(p[0])), math.log(start / high), math.log(1.0 / high)] for start in _START]
    tried = [least_squares(residual, np.clip(guess, *inside), bounds=(least, most)) for guess in guesses]
    found = min(tried, key=lambda one: float(one.cost))
    gain, T, L = (float(v) for v in np.exp(found.x))
    process = FOPTD(math.copysign(gain, sign), T, L)
    error = float(np.sqrt(np.mean(np.abs(p / (process.response(w) * math.copysign(1.0, sign)) - 1.0) ** 2)))
    return Fit(process, error, float(w[0]), float(w[-1]))
