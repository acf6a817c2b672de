"""Margins of a loop from its frequency response, with dead time, at points chosen where the curve bends.

python-control finds the crossings; each is found again on points laid closely around it. A factor on the gain at which
the curve passes through -1 is a limit of stability only if the number of unstable poles changes there from or to none.
With L(j*w) = -1/kappa the root moves by ds/dkappa = 1/(kappa^2 L'(s)), so a curve that crosses the negative real axis
upwards takes a pair of poles to the right as the gain rises, and one that crosses it downwards brings a pair back
(Nyquist's criterion, counted by crossings; Aström and Murray, Feedback Systems, 2008, section 9.2). Thus conditionally
stable loops get both of their limits, and limits that are none are not reported.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import control
import numpy as np

from heatsim.errors import SimulationError, UsageError

_PER_DECADE = 12
_TURN = np.radians(8.0)
_CHANGE = 0.3
_SMALL = 0.02
_LARGE = 1e4
_MOST = 6000
_CLOSEST = 1e-7
_NEAR = np.array([-3e-3, -1e-3, -1e-4, 0.0, 1e-4, 1e-3, 3e-3])

Curve = Callable[[np.ndarray], np.ndarray]
"""L at frequencies in rad/s, negative feedback: the loop closes with 1 + L."""


@dataclass(frozen=True)
class Margins:
    """Margins of a loop; angles in degrees, frequencies in rad/s, times in s.

    Attributes
    ----------
    stable
        Whether the closed loop is stable.
    gain_margin
        Stable: factor on the gain at which stability is lost, inf when at none. Unstable: the nearest factor at which
        stability is gained, below 1 as a rule; NaN when at none.
    gain_reduction
        Factor below 1 at which a conditionally stable loop loses stability; 0 for the others.
    phase_margin
        Smallest angle between the curve and -1 where it enters or leaves the unit circle; negative when unstable, inf
        when the curve does not reach the circle.
    delay_margin
        Additional dead time that makes the loop unstable; 0 when it is unstable already.
    Ms
        Largest sensitivity |1/(1 + L)|; inf when unstable.
    w_critical, w_crossover, w_Ms
        Frequencies of the gain margin, of the phase margin, and of Ms; NaN where there is none.
    response
        The curve, `control.FRD`.
    critical_gains
        All factors at which poles cross the imaginary axis (or the unit circle), rising.
    """

    stable: bool
    gain_margin: float
    gain_reduction: float
    phase_margin: float
    delay_margin: float
    Ms: float
    w_critical: float
    w_crossover: float
    w_Ms: float
    response: Any
    critical_gains: tuple[float, ...]


def margins_of(
    loop: Any,
    low: float,
    high: float,
    *,
    unstable: int | None = None,
    nyquist: bool = False,
    seeds: np.ndarray | None = None,
    dt: float = 0.0,
) -> Margins:
    """Margins of a loop transfer function with negative feedback.

    Parameters
    ----------
    loop
        Function of frequencies (rad/s, array) that gives L, for instance
        `lambda w: model(1j*w)*np.exp(-1j*w*dead_time)`; or a python-control system.
    low, high
        Range of frequencies, rad/s.
    unstable
        Number of unstable closed-loop poles, where it is known from eigenvalues; None counts it by Nyquist's criterion
        for a loop whose open-loop poles are stable or integrate.
    nyquist
        Whether `high` is half the sampling rate of a sampled loop, where the curve ends on the real axis.
    seeds
        Frequencies at which to look first, rad/s.
    dt
        Sample time for the labels of the response; 0 for a continuous one.

    Raises
    ------
    UsageError
        For a range that is none.
    SimulationError
        When the curve is not finite.
    """
    if not (0.0 < low < high and np.isfinite(high)):
        raise UsageError(f"margins: the range of frequencies needs 0 < low < high, not {low:g} to {high:g} rad/s")
    curve = _curve(loop)
    omega, values = _points(curve, low, high, seeds)
    omega, values, found = _crossings(curve, omega, values)
    gains, jumps, places = _critical(omega, values, found, nyquist)
    count = _count_at_zero(values) + int(jumps[gains < 1.0].sum()) if unstable is None else unstable
    stable = count <= 0
    margin, reduction, where = _gain_limits(gains, jumps, places, max(count, 0))
    angles, crossover = np.asarray(found[1]), np.asarray(found[4])
    phase, w_phase, delay = np.inf, np.nan, np.inf
    if angles.size:
        k = int(np.argmin(np.abs(angles)))
        phase, w_phase = float(abs(angles[k])), float(crossover[k])
        delay = float(np.min(np.radians(np.remainder(angles, 360.0)) / crossover))
    distance = np.abs(1.0 + values)
    k = int(np.argmin(distance))
    return Margins(
        stable=stable,
        gain_margin=margin,
        gain_reduction=reduction,
        phase_margin=phase if stable else -phase,
        delay_margin=delay if stable else 0.0,
        Ms=float(1.0 / distance[k]) if stable else np.inf,
        w_critical=where,
        w_crossover=w_phase,
        w_Ms=float(omega[k]),
        response=control.frd(values, omega, *((dt,) if dt else ()), smooth=False),
        critical_gains=tuple(gains.tolist()),
    )


def _curve(loop: Any) -> Curve:
    if not isinstance(loop, control.LTI):
        return lambda omega: np.asarray(loop(omega), dtype=complex)
    if loop.isdtime(strict=True):
        return lambda omega: np.atleast_1d(loop(np.exp(1j * omega * loop.dt), warn_infinite=False))
    return lambda omega: np.atleast_1d(loop(1j * omega, warn_infinite=False))


def _points(curve: Curve, low: float, high: float, seeds: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies between which the curve turns and grows little."""
    count = max(8, int(_PER_DECADE * np.log10(high / low)))
    omega = np.geomspace(low, high, count)
    if seeds is not None:
        omega = np.concatenate([omega, seeds[(seeds > low) & (seeds < high)]])
    omega = np.unique(omega)
    values = _finite(curve, omega)
    while omega.size < _MOST:
        a, b = values[:-1], values[1:]
        with np.errstate(divide="ignore", invalid="ignore"):
            turn = np.abs(np.angle(b / a))
            around = np.abs(np.angle((1.0 + b) / (1.0 + a)))
            change = np.abs(np.log(np.abs(b) / np.abs(a)))
        size = np.maximum(np.abs(a), np.abs(b))
        rough = ~(turn < _TURN) | ~(change < _CHANGE) | ~(around < _TURN)
        rough &= (size > _SMALL) & (np.minimum(np.abs(a), np.abs(b)) < _LARGE)
        rough &= np.diff(omega) > _CLOSEST * omega[1:]
        if not rough.any():
            break
        new = np.sqrt(omega[:-1][rough] * omega[1:][rough])
        omega, values = _merged(curve, omega, values, new)
    return omega, values


def _finite(curve: Curve, omega: np.ndarray) -> np.ndarray:
    values = curve(omega)
    bad = ~np.isfinite(values)
    if bad.any():
        raise SimulationError(f"margins: the loop transfer function is not finite at {omega[np.argmax(bad)]:g} rad/s")
    return values


def _merged(curve: Curve, omega: np.ndarray, values: np.ndarray, new: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    new = np.setdiff1d(new, omega)
    if not new.size:
        return omega, values
    both, ordered = np.concatenate([omega, new]), np.concatenate([values, _finite(curve, new)])
    order = np.argsort(both)
    return both[order], ordered[order]


def _crossings(curve: Curve, omega: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray, Any]:
    """Crossings by python-control, twice: the second time with points close to those of the first."""
    found: Any = None
    for again in (True, True, False):
        used = _worth(values)
        found = control.stability_margins((np.abs(values[used]), np.degrees(np.angle(values[used])), omega[used]), True)
        if again:
            near = np.concatenate([np.outer(np.atleast_1d(w), 1.0 + _NEAR).ravel() for w in found[3:]])
            near = near[(near > omega[0]) & (near < omega[-1])]
            omega, values = _merged(curve, omega, values, near)
    return omega, values, found


def _worth(values: np.ndarray) -> slice:
    """From the last point below which the curve is huge: a spline through it would ring."""
    small = np.flatnonzero(np.abs(values) < _LARGE)
    first = int(small[0]) if small.size else 0
    return slice(max(0, min(first, values.size - 4)), None)


def _critical(
    omega: np.ndarray, values: np.ndarray, found: Any, nyquist: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Critical gains, the change of the number of unstable poles at each as the gain rises, and frequencies."""
    gains, jumps, places = [], [], []
    for gain, w in zip(np.atleast_1d(found[0]), np.atleast_1d(found[3]), strict=True):
        k = int(np.searchsorted(omega, w))
        # nearest points on either side that are off the axis
        before = next((i for i in range(k - 1, -1, -1) if omega[i] < w * (1 - 1e-6)), None)
        after = next((i for i in range(k, omega.size) if omega[i] > w * (1 + 1e-6)), None)
        if before is None or after is None or not np.isfinite(gain) or not 1 / _LARGE < gain < _LARGE:
            continue
        rise = np.sign(values[after].imag) - np.sign(values[before].imag)
        if rise:
            gains.append(float(gain))
            jumps.append(2 if rise > 0 else -2)
            places.append(float(w))
    first, second, last = values[0], values[1], values[-1]
    flat = abs(first - second) < 0.05 * abs(first) and abs(first.imag) < 0.05 * abs(first)
    if flat and first.real < 0 and abs(first) > 1 / _LARGE:
        gains.append(1.0 / abs(first))
        jumps.append(1 if first.imag >= 0 else -1)
        places.append(0.0)
    if nyquist and last.real < 0 and abs(last) > 1 / _LARGE:
        gains.append(1.0 / abs(last.real))
        jumps.append(1 if values[-2].imag <= 0 else -1)
        places.append(float(omega[-1]))
    order = np.argsort(gains)
    return np.array(gains)[order], np.array(jumps, dtype=int)[order], np.array(places)[order]


def _count_at_zero(values: np.ndarray) -> int:
    """Unstable closed-loop poles at a vanishing gain, for integrators: their curve comes from below."""
    first = values[0]
    rising = abs(first.imag) > 0.05 * abs(first) and first.imag > 0 and abs(first) > 1.0
    return 1 if rising else 0


def _gain_limits(gains: np.ndarray, jumps: np.ndarray, places: np.ndarray, count: int) -> tuple[float, float, float]:
    """Gain margin, reduction margin, and the frequency of the gain margin."""
    above = [k for k in range(gains.size) if gains[k] >= 1.0]
    below = [k for k in range(gains.size) if gains[k] < 1.0][::-1]
    if count == 0:
        margin, where, reduction = np.inf, np.nan, 0.0
        n = 0
        for k in above:
            n += int(jumps[k])
            if n > 0:
                margin, where = float(gains[k]), float(places[k])
                break
        n = 0
        for k in below:
            n -= int(jumps[k])
            if n > 0:
                reduction = float(gains[k])
                break
        return margin, reduction, where
    n = count
    for k in below:
        n -= int(jumps[k])
        if n <= 0:
            return float(gains[k]), 0.0, float(places[k])
    n = count
    for k in above:
        n += int(jumps[k])
        if n <= 0:
            return float(gains[k]), 0.0, float(places[k])
    return np.nan, 0.0, np.nan
