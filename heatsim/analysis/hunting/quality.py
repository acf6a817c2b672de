"""Whether data can be judged at all: their clock, missing values, gaps, limits and units that do not fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from heatsim.analysis.hunting.display import duration, quantity
from heatsim.analysis.hunting.periodicity import noise_level, quick_line
from heatsim.analysis.hunting.thresholds import Thresholds
from heatsim.errors import UsageError
from heatsim.system.loops import ControlLoop

if TYPE_CHECKING:
    from heatsim.analysis.hunting.signals import LoopSignals

MOST_SAMPLES = 200_000
"""Most samples of a window after it was resampled; beyond it the window is cut up by the user, not thinned by us."""

_SECONDS = ("", "s", "sec", "second", "seconds")


def clock(ds: xr.Dataset) -> np.ndarray:
    """Return the times of a Dataset, s, shape (n,); dates count from the first of them.

    Raises
    ------
    UsageError
        There is no `time`, it is empty, or it is not in seconds.
    """
    if "time" not in ds.coords or ds["time"].dims != ("time",):
        raise UsageError("hunting: the Dataset has no coordinate 'time' in s; rename the one it has")
    if ds.sizes["time"] == 0:
        raise UsageError("hunting: the Dataset has no samples")
    values = ds["time"].values
    if values.dtype.kind == "M":
        values = values - values[0]
    if values.dtype.kind == "m":
        return np.where(np.isnat(values), np.nan, values / np.timedelta64(1, "s"))
    unit = str(ds["time"].attrs.get("units", ""))
    if unit not in _SECONDS:
        raise UsageError(f"hunting: the time of the Dataset is in '{unit}'; give it in s")
    if values.dtype.kind not in "fiu":
        raise UsageError(f"hunting: the time of the Dataset holds {values.dtype}; give seconds or dates (datetime64)")
    return np.asarray(values, dtype=float)


def refusal(loop: ControlLoop, time: np.ndarray, values: Mapping[str, np.ndarray]) -> str | None:
    """Return why the signals of a loop cannot be judged; None when they can.

    Parameters
    ----------
    loop
        What they belong to.
    time
        Times, s, shape (n,).
    values
        `measurement`, `command` and where there are any `setpoint`, `y_min`, `y_max`, all of shape (n,).
    """
    if not np.all(np.isfinite(time)):
        return "times are missing"
    if np.any(np.diff(time) <= 0.0):
        return f"time goes back after {time[int(np.argmax(np.diff(time) <= 0.0))]:g} s: sort the samples"
    if time.size < 3:
        return f"only {time.size} sample{'' if time.size == 1 else 's'}"
    paths = {"measurement": loop.measurement, "command": loop.command}
    for name, series in values.items():
        finite = np.isfinite(series)
        if not finite.all():
            first = float(time[int(np.argmin(finite))])
            return f"{paths.get(name, name)}: {int((~finite).sum())} missing values, the first at {first:g} s"
    steps = np.diff(time)
    usual = float(np.median(steps))
    if float(steps.max()) > 10.0 * usual:
        return f"a gap of {steps.max():g} s after {time[int(np.argmax(steps))]:g} s, where steps are {usual:g} s"
    if (time[-1] - time[0]) / usual > MOST_SAMPLES:
        return f"{time.size} samples are more than {MOST_SAMPLES}; give shorter windows"
    return _misfit(loop, values)


def _misfit(loop: ControlLoop, values: Mapping[str, np.ndarray]) -> str | None:
    """Limits or a set point that cannot belong to the command or measurement: mostly percent and 1, or K and degC."""
    command, low, high = values["command"], values.get("y_min"), values.get("y_max")
    if low is not None and high is not None:
        if np.any(low > high):
            return "the lower limit of the command is above the upper one"
        width = float(np.max(high) - np.min(low))
        beyond = np.maximum(low - command, command - high)
        if float(np.mean(beyond > max(0.5 * width, 1e-9))) > 0.05:
            return (
                f"command from {np.min(command):.3g} to {np.max(command):.3g} is beyond its limits "
                f"{np.min(low):.3g} and {np.max(high):.3g}: are both in the same unit?"
            )
    setpoint = values.get("setpoint")
    if loop.unit == "K" and setpoint is not None:
        off = float(np.median(values["measurement"] - setpoint))
        if abs(abs(off) - 273.15) < 100.0:
            return f"measurement {off:+.0f} K off its set point: are both in K?"
    return None


def too_coarse(period: float, step: float) -> str:
    """Return the line on an oscillation that has too few samples a period."""
    return f"swings every {duration(period)}, but samples are {step:.3g} s apart: take {period / 20.0:.2g} s or less"


def quick_swing(signals: LoopSignals, loads: Mapping[str, np.ndarray] | None, thresholds: Thresholds) -> str | None:
    """Return why motion from sample to sample leaves the loop undecided; None when there is none.

    Two kinds: a line of the spectrum below `thresholds.samples` samples a period, and, in a run whose loads are all
    known, motion that the samples do not resolve, in the controlled variable and in a load: what is seen then may be
    the alias of something quicker, forced or not.
    """
    for values, least in (
        (signals.error, signals.negligible(thresholds)),
        (signals.command, signals.negligible_command(thresholds)),
    ):
        period = quick_line(values, signals.step, thresholds.samples)
        if period is not None and np.sqrt(2.0) * float(np.std(values)) > least:
            return too_coarse(period, signals.step)
    rough = noise_level(signals.error)
    if loads is None or rough < signals.negligible(thresholds):
        return None
    for name, load in loads.items():
        if noise_level(load) > 0.02 * float(np.max(np.abs(load))):
            return (
                f"moves by {quantity(rough, signals.loop.unit)} from sample to sample, as {name} does: "
                f"{signals.step:.3g} s is too coarse to tell what swings"
            )
    return None
