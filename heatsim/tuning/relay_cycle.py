"""The cycle of a loop under a relay: half periods, amplitude and integrals, and what they tell of the process."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
from scipy.integrate import trapezoid

from heatsim.errors import UsageError
from heatsim.tuning.experiment import OpenLoop
from heatsim.tuning.process import FOPTD

_CYCLES = 3
_SAME = 0.1
"""Cycles that differ by less than this share in period and in amplitude have settled."""


@dataclass(frozen=True)
class Cycle:
    """The last full cycle of a relay test.

    Attributes
    ----------
    high_time, low_time
        Time that the command was high and low, s.
    up, down
        Steps of the relay from the command at rest.
    amplitude
        Half the peak-to-peak value of the measurement.
    hysteresis
        Half width.
    measurement_area, command_area
        Integrals of measurement and command over the cycle, from their values at rest, without drift.
    """

    high_time: float
    low_time: float
    up: float
    down: float
    amplitude: float
    hysteresis: float
    measurement_area: float
    command_area: float

    @property
    def period(self) -> float:
        """s."""
        return self.high_time + self.low_time

    @property
    def Ku(self) -> float:
        """Ultimate gain by the describing function of a relay with hysteresis, `4·d/(π·√(a² − h²))`.

        Åström and Hägglund, *Advanced PID Control*, 2006, section 8.3; d is the mean step of the relay.
        """
        inside = self.amplitude**2 - self.hysteresis**2
        return math.inf if inside <= 0.0 else 2.0 * (self.up + self.down) / (math.pi * math.sqrt(inside))

    @property
    def gain(self) -> float:
        """Static gain: ratio of the integrals; NaN without bias, when the command has no mean."""
        mean = abs(self.command_area) / (self.period * max(self.up, self.down))
        return self.measurement_area / self.command_area if mean > 1e-3 else math.nan

    @property
    def normalized_delay(self) -> float:
        """`L/(L + T)` from the half periods: `(γ − ρ)/((γ − 1)·(0.35·ρ + 0.65))`; NaN without bias.

        γ is the ratio of the relay's steps and ρ that of the half periods (Berner, Hägglund and Åström 2016).
        """
        gamma = max(self.up, self.down) / min(self.up, self.down)
        rho = max(self.high_time, self.low_time) / min(self.high_time, self.low_time)
        if gamma < 1.05:
            return math.nan
        return min(max((gamma - rho) / ((gamma - 1.0) * (0.35 * rho + 0.65)), 0.01), 0.99)

    def process(self) -> FOPTD | None:
        """Process from gain, normalized dead time and half periods; None when the cycle does not tell them.

        A relay that is held high for `t` ends with `t = T·ln((h/K − d2 + e^(L/T)·(d1 + d2))/(d1 − h/K))` (Berner 2016);
        T is the mean of both halves.
        """
        gain, tau = self.gain, self.normalized_delay
        if not (math.isfinite(gain) and math.isfinite(tau)):
            return None
        width, growth = self.hysteresis / abs(gain), math.exp(tau / (1.0 - tau))
        both = growth * (self.up + self.down)
        times = []
        for length, acting, other in ((self.high_time, self.up, self.down), (self.low_time, self.down, self.up)):
            inside = (width - other + both) / (acting - width) if acting > width else 0.0
            if inside <= 1.0:
                return None
            times.append(length / math.log(inside))
        T = 0.5 * sum(times)
        return FOPTD(gain, T, T * tau / (1.0 - tau))


def last_cycle(
    time: np.ndarray,
    command: np.ndarray,
    measurement: np.ndarray,
    opened: OpenLoop,
    up: float,
    down: float,
    width: float,
    begin: float,
) -> Cycle:
    """Return the last full cycle, from one switch upwards to the next.

    Parameters
    ----------
    time, command, measurement
        The record, shape (n,); measurement from its value at rest.
    opened
        The loop.
    up, down
        Steps of the relay.
    width
        Half width of the hysteresis.
    begin
        Time at which the relay began, s.

    Raises
    ------
    UsageError
        The measurement runs away, does not oscillate, or has not settled to a cycle.
    """
    loop, high = opened.loop.name, command > opened.command
    running = time >= begin - 1e-9 * max(1.0, begin)
    edges = np.flatnonzero(np.diff(high.astype(int)) != 0) + 1
    edges = edges[running[edges]]
    ups = [int(i) for i in edges if high[i] and time[i] > begin + 1e-9 * max(1.0, begin)]
    if len(ups) < _CYCLES + 1:
        after = measurement[running] * opened.sign
        largest, least = float(after.max()), float(after.min())
        if -least > max(10.0 * width, 5.0 * largest, 1e-12):
            raise UsageError(
                f"relay_test '{loop}': the measurement runs away in the wrong direction ({-least:.3g} against the "
                "relay); k has the wrong sign for this process, or give sign="
            )
        if largest - least < 2.0 * max(width, 1e-12):
            raise UsageError(
                f"relay_test '{loop}': the measurement moves by {largest - least:.3g} only, the hysteresis is "
                f"{2 * width:.3g}: no oscillation; take a larger amplitude or quieter inputs"
            )
        raise UsageError(
            f"relay_test '{loop}': no oscillation, {len(ups)} full cycles in {time[-1] - begin:.4g} s; let the case go "
            "on for longer, or take a larger amplitude"
        )
    spans = list(itertools.pairwise(ups))
    (a, b), before = spans[-1], spans[-2]
    heights = [0.5 * float(np.ptp(measurement[i : j + 1])) for i, j in (before, (a, b))]
    lengths = [float(time[j] - time[i]) for i, j in (before, (a, b))]
    step = float(np.median(np.diff(time)))
    higher, longer = abs(heights[1] - heights[0]), abs(lengths[1] - lengths[0])
    if higher > _SAME * heights[1] or longer > max(_SAME * lengths[1], 2.1 * step):
        raise UsageError(
            f"relay_test '{loop}': the cycle has not settled, the last two take {lengths[0]:.4g} and "
            f"{lengths[1]:.4g} s with amplitudes {heights[0]:.3g} and {heights[1]:.3g}; let the case go on for longer, "
            "with quieter inputs"
        )
    if lengths[1] < 8.0 * step:
        raise UsageError(
            f"relay_test '{loop}': the cycle lasts {lengths[1] / step:.1f} samples only; shorten output_step to "
            f"{lengths[1] / 40.0:.2g} s or less"
        )
    middle = next(int(i) for i in edges if a < i < b and not high[i])
    measured = float(trapezoid(measurement[a : b + 1], time[a : b + 1]))
    given = float(np.sum((command[a:b] - opened.command) * np.diff(time[a : b + 1])))
    return Cycle(
        float(time[middle] - time[a]), float(time[b] - time[middle]), up, down, heights[1], width, measured, given
    )
