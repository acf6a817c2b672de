"""Relay test: a biased relay in the place of the controller, ultimate point and process model from its cycle.

A symmetric relay gives one point of the frequency response, by its describing function, which takes the oscillation for
a sine: for a dead time of a third of the time constant its ultimate gain is 16 % too low. With a bias the two halves of
the cycle differ, and the cycle tells gain, dead time and time constant: the gain from the integrals over a period, the
normalized dead time from the ratio of the half periods (J. Berner, T. Hägglund and K. J. Åström, "Asymmetric relay
autotuning – Practical features for industrial use", Control Engineering Practice 54, 2016). From there the model is
fitted to the whole record.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from heatsim.case import Case
from heatsim.errors import UsageError
from heatsim.tuning.experiment import OpenLoop, free_name, open_loop, refuse_jumps, series
from heatsim.tuning.process import FOPTD
from heatsim.tuning.records import POOR_RECORD_FIT, RecordFit, fit_record
from heatsim.tuning.relay_cycle import Cycle, last_cycle
from heatsim.tuning.relay_signal import RelaySignal


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
    time: np.ndarray = field(repr=False)
    command: np.ndarray = field(repr=False)
    measurement: np.ndarray = field(repr=False)
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
        The relay would drive the command out of its limits, an input steps during the test, the measurement runs away
        (wrong sign), does not answer, or does not settle to a cycle.
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
        unit=opened.loop.unit,
        command_unit=opened.loop.command_unit,
    )
    name = free_name(case.system, "relay_test")
    ds = opened.with_signal(name, signal).run()
    refuse_jumps(ds, case, "relay_test")
    time = ds["time"].values.astype(float)
    path, factor, offset = opened.error()
    measurement = -(factor * series(ds, path) + offset)
    command = series(ds, f"{name}.y")
    width = float(series(ds, f"{name}.hysteresis")[-1])
    center = -float(series(ds, f"{name}.center")[-1])
    cycle = last_cycle(time, command, measurement - center, opened, up, down, width, begin)
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
