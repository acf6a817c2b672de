"""Relay test: a biased relay in the place of the controller, ultimate point and process model from its cycle.

A symmetric relay gives one point of the frequency response, by its describing function, which takes the oscillation for
a sine: for a dead time of a third of the time constant its ultimate gain is 16 % too low. With a bias the two halves of
the cycle differ, and the cycle tells gain, dead time and time constant: the gain from the integrals over a period, the
normalized dead time from the ratio of the half periods (J. Berner, T. Hägglund and K. J. Åström, "Asymmetric relay
autotuning – Practical features for industrial use", Control Engineering Practice 54, 2016). From there the model is
fitted to the whole record.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from heatsim.case import Case
from heatsim.errors import UsageError
from heatsim.tuning.experiment import OpenLoop, free_name, open_loop, series
from heatsim.tuning.process import FOPTD
from heatsim.tuning.records import POOR_RECORD_FIT, RecordFit, fit_record
from heatsim.tuning.relay_signal import RelaySignal

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


@dataclass(frozen=True)
class RelayTest:
    """Result of a relay test.

    Attributes
    ----------
    loop
        Name of the loop.
    cycle
        The last full cycle.
    fit
        Process fitted to the record.
    time, command, measurement
        The record, shape (n,); measurement relative to the set point.
    dataset
        The whole run.
    """

    loop: str
    cycle: Cycle
    fit: RecordFit
    time: np.ndarray
    command: np.ndarray
    measurement: np.ndarray
    dataset: xr.Dataset = field(repr=False)

    @property
    def Ku(self) -> float:
        """Ultimate gain by the describing function (magnitude); `process.ultimate()` is closer."""
        return self.cycle.Ku

    @property
    def Pu(self) -> float:
        """Period of the cycle, s."""
        return self.cycle.period

    @property
    def process(self) -> FOPTD:
        """The process as the controller sees it."""
        return self.fit.process


def relay_test(
    case: Case,
    loop: str,
    amplitude: float | None = None,
    *,
    hysteresis: float = 0.0,
    bias: float = 0.3,
    rest: float | None = None,
    sign: float | None = None,
    drift: bool = False,
) -> RelayTest:
    """Identify the process of a loop by a biased relay in the place of its controller.

    Parameters
    ----------
    case
        The case; its `stop` ends the test, its `output_step` is the sample time of relay and record (that of the
        controller for a digital one). A twentieth of the dead time is short enough.
    loop
        Name of the loop.
    amplitude
        Mean step of the relay, units of the command; default a twentieth of its range, or less where it has no room.
    hysteresis
        Half width of the hysteresis, unit of the measurement; raised to the peak-to-peak noise at rest.
    bias
        The steps are `amplitude·(1 ± bias)`; 0 for a symmetric relay, which tells Ku and Pu alone.
    rest
        Time at rest, in which the noise is measured, s; default a tenth of the case.
    sign
        Sign of the process gain when the controller has no parameter k.
    drift
        Whether the fit allows for a drift of the measurement.

    Raises
    ------
    UsageError
        The relay would drive the command out of its limits, the measurement runs away (wrong sign), does not answer,
        or does not settle to a cycle.
    """
    opened = open_loop(case, loop, "relay_test", sign)
    if not 0.0 <= bias <= 0.8:
        raise UsageError(f"relay_test: bias {bias:g} must lie between 0 and 0.8; 0.2 to 0.5 is usual")
    if not 0.0 <= hysteresis < math.inf:
        raise UsageError(f"relay_test: hysteresis {hysteresis:g} must not be negative")
    d = _amplitude(opened, bias) if amplitude is None else amplitude
    if not 0.0 < d < math.inf:
        raise UsageError(f"relay_test: amplitude {d:g} must be positive")
    up, down = d * (1.0 + bias), d * (1.0 - bias)
    opened.check_range(opened.command - down, opened.command + up, "relay_test")
    period = opened.loop.period or case.output_step
    quiet = 0.1 * (case.stop - case.start) if rest is None else rest
    begin = case.start + period * max(2, round(quiet / period))
    signal = RelaySignal(
        period=period,
        start=case.start,
        rest=begin,
        command=opened.command,
        up=up,
        down=down,
        hysteresis=hysteresis,
        sign=opened.sign,
    )
    name = free_name(case.system, "relay_test")
    ds = opened.with_signal(name, signal).run()
    time = ds["time"].values.astype(float)
    path, factor, offset = opened.error()
    measurement = -(factor * series(ds, path) + offset)
    command = series(ds, f"{name}.y")
    width = float(series(ds, f"{name}.hysteresis")[-1])
    center = -float(series(ds, f"{name}.center")[-1])
    cycle = _cycle(time, command, measurement - center, opened, up, down, width, begin)
    guess = cycle.process()
    fit = fit_record(time, command, measurement, drift=drift, start=None if guess is None else (guess.T, guess.L))
    if fit.process.gain * opened.sign < 0.0 or fit.error > POOR_RECORD_FIT:
        raise UsageError(
            f"relay_test '{loop}': first order with dead time does not describe the cycle, {fit.error:.0%} off with a "
            f"gain of {fit.process.gain:.3g} (limit {POOR_RECORD_FIT:.0%}); shorten output_step, or use hs.tune"
        )
    return RelayTest(loop, cycle, fit, time, command, measurement, ds)


def _amplitude(opened: OpenLoop, bias: float) -> float:
    room = min((opened.high - opened.command) / (1.0 + bias), (opened.command - opened.low) / (1.0 - bias))
    span = opened.high - opened.low
    if not math.isfinite(span):
        raise UsageError(f"relay_test: loop '{opened.loop.name}' has no limits to choose from; give amplitude=")
    if room < 0.005 * span:
        raise UsageError(
            f"relay_test: the command of loop '{opened.loop.name}' stands at {opened.command:.4g}, at its limit "
            f"({opened.low:.4g} to {opened.high:.4g}), where it is saturated; choose another operating point"
        )
    return min(0.05 * span, room)


def _cycle(
    time: np.ndarray,
    command: np.ndarray,
    measurement: np.ndarray,
    opened: OpenLoop,
    up: float,
    down: float,
    width: float,
    begin: float,
) -> Cycle:
    """The last full cycle, from one switch upwards to the next."""
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
    if abs(heights[1] - heights[0]) > _SAME * heights[1] or abs(lengths[1] - lengths[0]) > max(
        _SAME * lengths[1], 2.1 * step
    ):
        raise UsageError(
            f"relay_test '{loop}': the cycle has not settled, the last two last {lengths[0]:.4g} and {lengths[1]:.4g} s "
            f"with amplitudes {heights[0]:.3g} and {heights[1]:.3g}; let the case go on for longer, with quieter inputs"
        )
    if lengths[1] < 8.0 * step:
        raise UsageError(
            f"relay_test '{loop}': the cycle lasts {lengths[1] / step:.1f} samples only; shorten output_step to "
            f"{lengths[1] / 40.0:.2g} s or less"
        )
    middle = next(int(i) for i in edges if a < i < b and not high[i])
    measured = float(np.trapezoid(measurement[a : b + 1], time[a : b + 1]))
    given = float(np.sum((command[a:b] - opened.command) * np.diff(time[a : b + 1])))
    return Cycle(
        float(time[middle] - time[a]), float(time[b] - time[middle]), up, down, heights[1], width, measured, given
    )
