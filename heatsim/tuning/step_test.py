"""Step test: the loop in manual, a step of its command, and a process model from the answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr

from heatsim.case import Case
from heatsim.errors import UsageError
from heatsim.system import Port
from heatsim.tuning.experiment import free_name, open_loop, refuse_jumps, series
from heatsim.tuning.process import FOPTD
from heatsim.tuning.records import POOR_RECORD_FIT, RecordFit, fit_record

_SIGNAL = 5.0
"""Least ratio of the response to the noise, and to the drift over the test. With 5 the standard error of the gain from
100 samples is a few percent."""
_SETTLED = 2.5
"""The record lasts at least this many time constants beyond the dead time: 92 % of the response is in it, and a drift
can be told from a slow response."""

_SAME_GAIN = 0.15
"""Largest difference between the gains from the whole record and from its first half. A load that swings slowly passes
for a response, but for another one the longer the record is."""


class StepSignal:
    """A command that steps at the first tick after the start; a sampled unit."""

    def __init__(
        self, start: float, at: float, before: float, after: float, unit: str = "1", command_unit: str = "1"
    ) -> None:
        self.period, self.offset = at - start, start
        self._at, self._before, self._after = at, before, after
        self.inputs: tuple[Port, ...] = (Port("error", unit, description="Set point minus measurement"),)
        self.outputs: tuple[Port, ...] = (
            Port("y", command_unit, start=before, description="Command of the step test"),
        )
        self.parameters: tuple[Port, ...] = ()

    def initial_state(self, u: dict[str, float], p: dict[str, float]) -> dict[str, float]:
        """Nothing is kept."""
        return {}

    def step(
        self, t: float, u: dict[str, float], state: dict[str, float], p: dict[str, float]
    ) -> tuple[dict[str, float], dict[str, float]]:
        """Return the command."""
        return {"y": self._after if t >= self._at - 1e-9 * max(1.0, abs(t)) else self._before}, {}


@dataclass(frozen=True)
class StepTest:
    """Result of a step test.

    Attributes
    ----------
    loop
        Name of the loop.
    fit
        Process with its standard errors, drift and noise.
    time, command, measurement
        The record, shape (n,); measurement relative to the set point.
    dataset
        The whole run.
    """

    loop: str
    fit: RecordFit
    time: np.ndarray = field(repr=False)
    command: np.ndarray = field(repr=False)
    measurement: np.ndarray = field(repr=False)
    dataset: xr.Dataset = field(repr=False)

    @property
    def process(self) -> FOPTD:
        """The process as the controller sees it."""
        return self.fit.process


def step_test(
    case: Case, loop: str, size: float, *, at: float | None = None, drift: bool = True, sign: float | None = None
) -> StepTest:
    """Identify the process of a loop by a step of its command.

    The case starts from its steady state with the loop in manual. Its inputs act as they do in the case, so noise and
    drifts of the load are in the record and are dealt with by the fit. A step of an input during the test is refused.

    Parameters
    ----------
    case
        The case; its `stop` ends the test, its `output_step` samples it.
    loop
        Name of the loop.
    size
        Step of the command, SI; either direction.
    at
        Time of the step, s; default after a fifth of the case.
    drift
        Whether to allow for a drift of the measurement.
    sign
        Sign of the process gain when the controller has no parameter k.

    Raises
    ------
    UsageError
        The command would leave its limits, an input steps during the test, the measurement answers in the wrong
        direction, too little against noise, drift and resolution, is moved by something else, is not at rest at the
        end, or is not first order with dead time.
    """
    opened = open_loop(case, loop, "step_test", sign)
    if not np.isfinite(size) or size == 0.0:
        raise UsageError(f"step_test: size {size:g} is no step")
    opened.check_range(opened.command + min(size, 0.0), opened.command + max(size, 0.0), "step_test")
    when = case.start + 0.2 * (case.stop - case.start) if at is None else at
    when = case.start + case.output_step * round((when - case.start) / case.output_step)
    if not case.start + 5.0 * case.output_step <= when < case.stop - 15.0 * case.output_step:
        raise UsageError(
            f"step_test: a step at {when:g} s leaves too few samples before or after it; the case goes from "
            f"{case.start:g} to {case.stop:g} s in steps of {case.output_step:g} s"
        )
    name = free_name(case.system, "step_test")
    signal = StepSignal(
        case.start, when, opened.command, opened.command + size, opened.loop.unit, opened.loop.command_unit
    )
    ds = opened.with_signal(name, signal).run()
    refuse_jumps(ds, case, "step_test")
    time = ds["time"].values.astype(float)
    path, factor, offset = opened.error()
    measurement = -(factor * series(ds, path) + offset)
    command = np.where(time >= when - 1e-9 * max(1.0, when), opened.command + size, opened.command)
    fit = fit_record(time, command, measurement, drift=drift)
    check_step(fit, time, when, size, opened.sign, loop)
    check_record(fit, time, command, measurement, when, size, loop, drift)
    return StepTest(loop, fit, time, command, measurement, ds)


def check_step(fit: RecordFit, time: np.ndarray, at: float, size: float, sign: float, loop: str) -> None:
    """Refuse a fit to a step test that says nothing about the process.

    Raises
    ------
    UsageError
        As for `step_test`.
    """
    process = fit.process
    response, length = abs(process.gain * size), float(time[-1] - at)
    drifted = abs(fit.drift) * length
    uncertain = 3.0 * fit.gain_error > abs(process.gain)
    if uncertain or response < _SIGNAL * fit.noise or response < drifted:
        raise UsageError(
            f"step_test '{loop}': the response ({response:.3g}) is too small against noise ({fit.noise:.3g}) and drift "
            f"({drifted:.3g} during the test); take a larger step, or quieter inputs"
        )
    if process.gain * sign < 0.0:
        raise UsageError(
            f"step_test '{loop}': the measurement moves by {process.gain:.3g} per unit of the command, k has the other "
            "sign, so the loop runs away; turn the sign of k"
        )
    if length < process.L + _SETTLED * process.T:
        raise UsageError(
            f"step_test '{loop}': the measurement is not at rest {length:.4g} s after the step (T is about "
            f"{process.T:.3g} s); let the case go on to {at + process.L + 5.0 * process.T:.3g} s. When it never comes "
            "to rest the process integrates"
        )
    if fit.error > POOR_RECORD_FIT:
        raise UsageError(
            f"step_test '{loop}': first order with dead time does not describe the response, {fit.error:.0%} off "
            f"(limit {POOR_RECORD_FIT:.0%}); look at the record, or tune on the linear model (hs.tune)"
        )


def check_record(
    fit: RecordFit,
    time: np.ndarray,
    command: np.ndarray,
    measurement: np.ndarray,
    at: float,
    size: float,
    loop: str,
    drift: bool,
) -> None:
    """Refuse a record whose response is but a few stairs of the sensor, or other than that of its first half.

    Raises
    ------
    UsageError
        As for `step_test`.
    """
    process = fit.process
    response, length = abs(process.gain * size), float(time[-1] - at)
    gaps = np.diff(np.unique(measurement[time >= at]))
    stair = float(gaps[gaps > 1e-6 * response].min(initial=response))
    if response < _SIGNAL * stair:
        raise UsageError(
            f"step_test '{loop}': the response ({response:.3g}) is but a few stairs of the record (the smallest is "
            f"{stair:.3g}); take a larger step, a finer sensor, or a shorter output_step"
        )
    half = at + process.L + max(0.5 * (length - process.L), _SETTLED * process.T)
    first = time <= half
    if first.all():
        return
    other = fit_record(time[first], command[first], measurement[first], drift=drift)
    room = _SAME_GAIN * abs(process.gain) + 3.0 * other.gain_error
    if abs(other.process.gain - process.gain) > room:
        raise UsageError(
            f"step_test '{loop}': something else moves the measurement, the gain is {process.gain:.4g} by the whole "
            f"record and {other.process.gain:.4g} by its begin; take quieter inputs, a larger step, or a shorter record"
        )


def fit_step(time: Any, command: Any, measurement: Any, *, drift: bool = True) -> RecordFit:
    """Fit a measured step response, with the checks of `step_test`; the command must have one step.

    Parameters
    ----------
    time, command, measurement
        Shape (n,); s, and SI units.
    drift
        Whether to allow for a drift.

    Raises
    ------
    UsageError
        As for `step_test`, but for the sign.
    """
    t, u = np.asarray(time, dtype=float), np.asarray(command, dtype=float)
    fit = fit_record(t, u, np.asarray(measurement, dtype=float), drift=drift)
    steps = np.flatnonzero(np.diff(u) != 0.0)
    if steps.size != 1:
        raise UsageError(f"fit_step: the command has {steps.size} steps; cut the record to one")
    i = int(steps[0])
    at, size = float(t[i + 1]), float(u[i + 1] - u[i])
    check_step(fit, t, at, size, fit.process.gain, "record")
    check_record(fit, t, u, np.asarray(measurement, dtype=float), at, size, "record", drift)
    return fit
