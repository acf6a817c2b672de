"""What a controller sees: the frequency response from its command to its measurement, other loops closed."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr

from heatsim.analysis.linearisation import linearize
from heatsim.errors import HeatsimWarning, SimulationError, UsageError
from heatsim.solvers.operating_point import OperatingPoint
from heatsim.solvers.steady import TrimPoint
from heatsim.solvers.trim import trim
from heatsim.system.loops import ControlLoop, find_loop
from heatsim.system.member import Member
from heatsim.system.system import System
from heatsim.tuning.robustness import Robustness, robustness
from heatsim.tuning.settings import Settings

_UNSTABLE = 1e-5
"""Growth rates below it (1/s; a time constant of a day) are integrators and meters, no instability of a loop."""
_LOWEST, _HIGHEST, _POINTS = 3e-5, 30.0, 240


@dataclass(frozen=True)
class PlantResponse:
    """Process of one loop at one operating point, as the controller sees it: with sensor, filter and sampling.

    Attributes
    ----------
    loop
        The loop.
    omega
        Angular frequencies, rad/s, shape (n,).
    values
        Measurement per command, complex, shape (n,).
    unstable_poles
        Unstable poles with this loop open and the others closed.
    point
        The operating point.
    notes
        What the linear model leaves out.
    """

    loop: ControlLoop
    omega: np.ndarray
    values: np.ndarray
    unstable_poles: int
    point: Any
    notes: tuple[str, ...] = field(default=())

    def margins(self, settings: Settings, delay: float = 0.0) -> Robustness:
        """Margins of the loop with a controller of these settings and further dead time (s)."""
        loop = settings.response(self.omega, self.loop.period) * self.values * np.exp(-1j * delay * self.omega)
        return robustness(self.omega, loop, self.unstable_poles, int(math.isfinite(settings.Ti)))


def tunable(system: System, name: str) -> ControlLoop:
    """Return a loop whose controller has k and Ti.

    Raises
    ------
    UsageError
        There is no such loop, or it is no PI or PID that can be set.
    """
    loop = find_loop(system, name)
    if loop.inside:
        raise UsageError(
            f"loop '{name}' is closed inside an FMU, where it cannot be opened; replace its controller by a unit of "
            "the system to tune it"
        )
    unit = loop.command.partition(".")[0]
    ports = system.members[unit].ports
    if loop.gain is None or "Ti" not in ports["parameters"] or "error" not in ports["outputs"]:
        raise UsageError(
            f"loop '{name}' has no PI or PID controller: unit '{unit}' lacks the parameters k and Ti or the output "
            "error; replace it by hs.control.PI, PID or SampledPID to tune it"
        )
    return loop


def settings_of(system: System, loop: ControlLoop) -> Settings:
    """Return the settings of a loop's controller."""
    values = system.members[loop.command.partition(".")[0]].parameter_values()
    found = {key: float(values[key]) for key in ("k", "Ti", "Td", "N") if key in values}
    return Settings(**found)


def plant_response(
    system: System, loop: str | ControlLoop, at: Any, *, omega: np.ndarray | None = None
) -> PlantResponse:
    """Return the process of a loop at an operating point, from the linear model with the loop open at its command.

    Parameters
    ----------
    system
        The system; its other loops stay closed.
    loop
        Loop or its name.
    at
        Inputs, for which the steady state is found, or a point as for `hs.linearize`.
    omega
        Angular frequencies, rad/s; default 240 from 3e-5 to 30 rad/s, or half the sampling frequency.

    Raises
    ------
    UsageError
        The controller has no settings.
    """
    found = tunable(system, loop) if isinstance(loop, str) else loop
    point = at if isinstance(at, TrimPoint | OperatingPoint | xr.Dataset) else trim(system, at=at)
    unit = found.command.partition(".")[0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", HeatsimWarning)
        linear, notes = _linear(system, unit, found, point)
    kinks = [text for text in linear.info.kinks if text.startswith(unit)]
    notes += tuple(f"at a limit: {text}" for text in kinks)
    period = float(linear.dt or 0.0)
    highest = min(_HIGHEST, 0.999 * math.pi / period) if period else _HIGHEST
    grid = np.geomspace(_LOWEST, highest, _POINTS) if omega is None else np.asarray(omega, dtype=float)
    where = np.exp(1j * grid * period) if period else 1j * grid
    transfer = linear[f"{unit}/error", f"{found.command.replace('.', '/')}"]
    values = -np.asarray(transfer(where)).ravel()
    poles = np.linalg.eigvals(linear.A)
    if period:
        unstable = int(np.sum(np.abs(poles) > 1.0 + _UNSTABLE * period))
    else:
        unstable = int(np.sum(poles.real > _UNSTABLE))
    return PlantResponse(found, grid, values, unstable, point, notes)


def _linear(system: System, unit: str, loop: ControlLoop, point: Any) -> tuple[Any, tuple[str, ...]]:
    """Linear model with the loop open; sampled units take part, those that cannot are held and named."""
    ways = {name: "discrete" for name, member in system.members.items() if _takes_part(member, unit, loop)}
    held = tuple(n for n, member in system.members.items() if member.kind == "sampled" and n not in ways)
    while True:
        sampled: str | Mapping[str, str] = ways or "held"
        try:
            made = linearize(
                system, point, inputs=loop.command, outputs=[f"{unit}.error"], open=loop.command, sampled=sampled
            )
        except SimulationError as problem:
            name = str(problem).partition(":")[0]
            if name not in ways or name == unit:
                raise
            del ways[name]
            held += (name,)
            continue
        return made, tuple(f"{name} held at the operating point" for name in held)


def _takes_part(member: Member, unit: str, loop: ControlLoop) -> bool:
    """Whether a sampled unit is part of the process.

    Dead times, sensors and actuators are. Other sampled controllers are only when they tick at least as often as this
    one, whose sample time would otherwise be lost in their common period.
    """
    if member.kind != "sampled":
        return False
    if member.name == unit:
        return True
    period = float(getattr(member.unit, "period", math.inf))
    if loop.period:
        return period <= loop.period
    closes = getattr(member.unit, "loops", None)
    inputs = set(member.ports["inputs"])
    return not closes and not {"measurement", "setpoint"} <= inputs
