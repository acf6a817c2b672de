"""A loop opened for an experiment: its command given by a test signal, its measurement read as the controller does."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr

from heatsim.case import Case
from heatsim.errors import UsageError
from heatsim.solvers.steady import TrimPoint
from heatsim.solvers.transfer import transfer
from heatsim.solvers.trim import trim
from heatsim.system.loops import ControlLoop, find_loop
from heatsim.system.system import System

_MOST_JUMPS = 5
"""Changes of an input by a fifth of its range that are steps; more of them are noise."""


@dataclass(frozen=True)
class OpenLoop:
    """A case whose loop is to be opened.

    Attributes
    ----------
    case
        The case, which starts from `point`.
    loop
        The loop.
    point
        Steady state of its system (or twin).
    command
        Command in this state.
    low, high
        Limits of the command there; infinite when there are none.
    sign
        Sign of the controller's gain.
    """

    case: Case
    loop: ControlLoop
    point: TrimPoint
    command: float
    low: float
    high: float
    sign: float

    def with_signal(self, name: str, unit: Any) -> Case:
        """Return the case with a sampled unit in command; its input `error` reads set point minus measurement."""
        system = self.case.system.copy()
        system.add(name, unit)
        for c in [c for c in system.connections if c.source == self.loop.command]:
            system.disconnect(c.target)
            system.connect(f"{name}.y", c.target, c.factor, c.offset)
        source, factor, offset = self.error()
        system.connect(source, f"{name}.error", factor, offset)
        settings = {key: value for key, value in self.case.settings.items() if key != "variables"}
        return replace(self.case, system=system, start_from=transfer(self.point, system), twin=None, settings=settings)

    def error(self) -> tuple[str, float, float]:
        """Path, factor and offset of set point minus measurement, through the controller's sensor where it has one."""
        unit = self.loop.command.partition(".")[0]
        if "error" in self.case.system.members[unit].ports["outputs"]:
            return f"{unit}.error", 1.0, 0.0
        loop = self.loop
        level = loop.factor * value_at(self.point, loop.measurement) + loop.offset
        return loop.measurement, -loop.factor, level - loop.offset

    def check_range(self, lowest: float, highest: float, what: str) -> None:
        """Raise UsageError when commands of a test lie outside of the limits."""
        room = 1e-9 * max(1.0, abs(self.command))
        if lowest < self.low - room or highest > self.high + room:
            raise UsageError(
                f"{what}: commands from {lowest:.4g} to {highest:.4g} leave the limits {self.low:.4g} to "
                f"{self.high:.4g} of loop '{self.loop.name}'; it stands at {self.command:.4g}, so there is room for "
                f"{min(self.command - self.low, self.high - self.command):.4g} to both sides"
            )


def open_loop(case: Case, loop: str, what: str, sign: float | None = None) -> OpenLoop:
    """Find the steady state that an experiment starts from.

    Parameters
    ----------
    case
        The case; it has to start from the steady state.
    loop
        Name of the loop.
    what
        The experiment, for messages.
    sign
        Sign of the process gain when the controller has no parameter k.

    Raises
    ------
    UsageError
        The loop cannot be opened, or the case starts elsewhere.
    """
    found = find_loop(case.system, loop)
    if found.inside or not found.drives:
        why = "it is closed inside an FMU" if found.inside else "its command drives nothing"
        raise UsageError(f"{what}: loop '{loop}' cannot be opened, {why}")
    if isinstance(case.start_from, str) and case.start_from == "trim":
        point = trim(case.twin or case.system, at=case.inputs, t=case.start)
    elif isinstance(case.start_from, TrimPoint):
        point = case.start_from
    else:
        raise UsageError(f'{what}: the test needs a case that starts from rest; give start_from="trim"')
    if sign is None:
        gain = _parameter(case.system, found.gain)
        if gain is None or gain == 0.0:
            raise UsageError(f"{what}: loop '{loop}' has no parameter with a gain; give the process's sign=1 or -1")
        sign = gain
    if not math.isfinite(sign) or sign == 0.0:
        raise UsageError(f"{what}: sign {sign:g} must be 1 or -1")
    limits = [_limit(point, found.y_min, -math.inf), _limit(point, found.y_max, math.inf)]
    command = value_at(point, found.command)
    return OpenLoop(case, found, point, command, limits[0], limits[1], math.copysign(1.0, sign))


def refuse_jumps(ds: xr.Dataset, case: Case, what: str) -> None:
    """Refuse the record of a test during which an input of the system steps: the fit would take that for the process.

    A signal that changes at every sample is noise, one that changes slowly a drift; both are dealt with by the fit.

    Raises
    ------
    UsageError
        Names the input and the time.
    """
    time = ds["time"].values
    for name in case.system.inputs:
        if name not in ds or ds[name].dims != ("time",):
            continue
        change = np.abs(np.diff(ds[name].values))
        jumps = np.flatnonzero(change > 0.2 * float(np.ptp(ds[name].values)))
        if 0 < jumps.size <= _MOST_JUMPS and change.max() > 1e-9 * float(np.abs(ds[name].values).max()):
            raise UsageError(
                f"{what}: input '{name}' steps at {time[jumps[0] + 1]:g} s, during the test; give a case in which it "
                f"is steady, such as dataclasses.replace(case, inputs={{..., '{name}': {float(ds[name][0]):.6g}}})"
            )


def value_at(point: TrimPoint, path: str) -> float:
    """Value of a signal in a steady state."""
    for group in (point.outputs, point.commands, point.inputs, point.states):
        if path in group:
            return float(group[path])
    raise UsageError(f"the steady state has no value of '{path}'; trim the system again")


def series(ds: xr.Dataset, path: str) -> np.ndarray:
    """Time series of a path, also of an element of an array."""
    from heatsim.analysis.hunting.signals import series as of_hunting

    return of_hunting(ds, path)


def free_name(system: System, name: str) -> str:
    """Return a name for a unit that is not taken."""
    while name in system.members or name in system.inputs:
        name += "_"
    return name


def _parameter(system: System, path: str | None) -> float | None:
    if path is None:
        return None
    unit, _, name = path.partition(".")
    return float(system.members[unit].parameter_values()[name])


def _limit(point: TrimPoint, limit: str | float | None, default: float) -> float:
    if limit is None:
        return default
    return value_at(point, limit) if isinstance(limit, str) else float(limit)
