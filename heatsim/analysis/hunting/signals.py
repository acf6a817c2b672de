"""The signals of a loop out of a Dataset: controlled variable, set point, command and its limits, evenly sampled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr

from heatsim.analysis.hunting.quality import clock, refusal
from heatsim.analysis.hunting.thresholds import Thresholds
from heatsim.errors import UsageError, near_miss
from heatsim.fmu.block import split_subscript
from heatsim.system.loops import ControlLoop, loops_from_json


@dataclass(frozen=True, eq=False)
class LoopSignals:
    """The signals of one loop, SI, all of shape (n,) over an even time.

    Attributes
    ----------
    loop
        What they belong to.
    time
        Evenly spaced times, s.
    measurement
        Controlled variable as the controller reads it.
    setpoint
        Set point; None when the loop has none.
    command
        Command; held between the samples of a sampled controller.
    y_min, y_max
        Limits of the command; None when there is none.
    refused
        Why the signals cannot be judged (missing values, too few samples); None when they can.
    """

    loop: ControlLoop
    time: np.ndarray
    measurement: np.ndarray
    setpoint: np.ndarray | None
    command: np.ndarray
    y_min: np.ndarray | None = None
    y_max: np.ndarray | None = None
    refused: str | None = None

    @property
    def step(self) -> float:
        """Distance of the samples, s."""
        return float(self.time[1] - self.time[0]) if self.time.size > 1 else float("nan")

    @cached_property
    def error(self) -> np.ndarray:
        """Controlled variable minus set point; minus its median when there is no set point."""
        reference = np.median(self.measurement) if self.setpoint is None else self.setpoint
        return np.asarray(self.measurement - reference)

    @property
    def level(self) -> float:
        """Magnitude of the controlled variable: the larger of those of set point and mean."""
        levels = [abs(float(np.mean(self.measurement)))]
        if self.setpoint is not None:
            levels.append(float(np.max(np.abs(self.setpoint))))
        return max(levels)

    @property
    def command_range(self) -> float:
        """Range of the command: between its limits, else from 0 to the largest magnitude seen."""
        if self.y_min is not None and self.y_max is not None:
            width = float(np.max(self.y_max) - np.min(self.y_min))
            if width > 0.0:
                return width
        return float(np.max(np.abs(self.command))) if self.command.size else 0.0

    def negligible(self, thresholds: Thresholds) -> float:
        """Amplitude of the controlled variable below which the loop is calm."""
        absolute = thresholds.resolution.get(self.loop.unit)
        return thresholds.resolution_share * self.level if absolute is None else absolute

    def negligible_command(self, thresholds: Thresholds) -> float:
        """Amplitude of the command below which the actuator rests."""
        return thresholds.command_share * self.command_range

    def between(self, start: float, stop: float) -> LoopSignals:
        """Return the part from `start` to `stop`, s."""
        inside = (self.time >= start - 1e-9) & (self.time <= stop + 1e-9)

        def cut(values: np.ndarray | None) -> np.ndarray | None:
            return None if values is None else values[inside]

        return replace(
            self,
            time=self.time[inside],
            measurement=self.measurement[inside],
            setpoint=cut(self.setpoint),
            command=self.command[inside],
            y_min=cut(self.y_min),
            y_max=cut(self.y_max),
        )


def loops_in(ds: xr.Dataset, wanted: Iterable[str | ControlLoop] | str | None = None) -> dict[str, ControlLoop]:
    """Return loops of a Dataset by name.

    Parameters
    ----------
    ds
        A result, with its loops in the attribute `loops`; measured data need none when loops are given.
    wanted
        Names of the loops of the Dataset, or `ControlLoop`s of your own; all of the Dataset when None.

    Raises
    ------
    UsageError
        The Dataset has no loops, or none of this name.
    """
    if not isinstance(ds, xr.Dataset):
        raise UsageError(f"hunting: takes the Dataset of a run or a Case, not {type(ds).__name__}")
    known = loops_from_json(ds.attrs["loops"]) if ds.attrs.get("loops") else {}
    if wanted is None:
        if not known:
            raise UsageError("the run has no control loops: declare them (System.declare_loop) or give loops=")
        return known
    found = {}
    for item in [wanted] if isinstance(wanted, str | ControlLoop) else wanted:
        if isinstance(item, ControlLoop):
            found[item.name] = item
        elif item in known:
            found[item] = known[item]
        else:
            raise UsageError(
                f"the run has no loop '{item}'{near_miss(item, known)}; it has {', '.join(known) or 'none'}"
            )
    return found


def series(ds: xr.Dataset, path: str) -> np.ndarray:
    """Return a scalar variable of a Dataset over time; `grid.T_secondary[1]` is the first element of an array.

    Raises
    ------
    UsageError
        The Dataset does not hold it.
    """
    name: str = path
    subscript: tuple[int, ...] = ()
    if path not in ds.data_vars:
        name, subscript = split_subscript(path)
    if name not in ds.data_vars:
        raise UsageError(
            f"the run holds no '{path}'{near_miss(path, [str(n) for n in ds.data_vars])}; keep it with variables="
        )
    if "time" not in ds[name].dims:
        raise UsageError(
            f"'{path}' is no series over time: its dimensions are {', '.join(map(str, ds[name].dims)) or 'none'}"
        )
    try:
        values = ds[name].transpose("time", ...).values.astype(float)
    except (TypeError, ValueError):
        raise UsageError(f"'{path}' holds {ds[name].dtype}, not numbers") from None
    if len(subscript) != values.ndim - 1:
        raise UsageError(f"'{path}' has shape {values.shape[1:]}; give one subscript for each dimension")
    for size, number in zip(values.shape[1:], subscript, strict=True):
        if not 1 <= number <= size:
            raise UsageError(f"'{path}': subscripts run from 1 to {size}")
    place: Any = (slice(None), *(number - 1 for number in subscript))
    return np.asarray(values[place])


def loop_signals(ds: xr.Dataset, loop: str | ControlLoop, window: tuple[float, float] | None = None) -> LoopSignals:
    """Return the signals of a loop, evenly sampled.

    Parameters
    ----------
    ds
        A result over `time` in s, or measured data over dates.
    loop
        Name of a loop of the result, or a loop of your own.
    window
        From and to, s; all by default. What is outside is not looked at.

    Returns
    -------
    LoopSignals
        Controlled variable and set point are taken linear between samples, the command held where the controller is
        sampled. The distance is the median one of the Dataset. `refused` tells of missing values, gaps and the like.

    Raises
    ------
    UsageError
        The Dataset lacks the loop or one of its signals.
    """
    found = next(iter(loops_in(ds, [loop]).values()))
    time = clock(ds)
    inside = np.ones(time.size, dtype=bool)
    if window is not None:  # a time that is missing belongs to every window
        inside = ~((time < window[0] - 1e-6) | (time > window[1] + 1e-6))

    def read(source: str | float | None) -> np.ndarray | None:
        if source is None:
            return None
        return series(ds, source) if isinstance(source, str) else np.full(time.size, float(source))

    def limit(source: str | float | None) -> np.ndarray | None:
        values = read(source)
        return None if values is None or np.isinf(values).any() else values

    raw: dict[str, np.ndarray | None] = {
        "measurement": found.factor * series(ds, found.measurement) + found.offset,
        "setpoint": read(found.setpoint),
        "command": series(ds, found.command),
        "y_min": limit(found.y_min),
        "y_max": limit(found.y_max),
    }
    keep = inside & np.append(np.diff(time) != 0.0, True)  # at a jump the later one
    refused = refusal(found, time[keep], {name: v[keep] for name, v in raw.items() if v is not None})
    if refused is not None:
        grid = time[keep]
        even = {name: None if v is None else v[keep] for name, v in raw.items()}
    else:
        grid, even = _even(time[keep], {n: None if v is None else v[keep] for n, v in raw.items()}, found.period > 0)
    measurement, command = even.pop("measurement"), even.pop("command")
    assert measurement is not None
    assert command is not None
    return LoopSignals(found, grid, measurement, command=command, refused=refused, **even)


def _even(
    time: np.ndarray, values: Mapping[str, np.ndarray | None], held: bool
) -> tuple[np.ndarray, dict[str, np.ndarray | None]]:
    steps = np.diff(time)
    usual = float(np.median(steps))
    if np.all(np.abs(steps - usual) <= 1e-6 * usual):
        return time, dict(values)
    grid = time[0] + usual * np.arange(int((time[-1] - time[0]) / usual + 1e-9) + 1)
    before = np.clip(np.searchsorted(time, grid + 1e-9 * usual, side="right") - 1, 0, time.size - 1)
    even: dict[str, np.ndarray | None] = {}
    for name, v in values.items():
        if v is None:
            even[name] = None
        else:
            even[name] = v[before] if held and name == "command" else np.interp(grid, time, v)
    return grid, even
