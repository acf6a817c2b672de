"""What a controller sees: the frequency response from its command to its measurement, other loops closed."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.interpolate import CubicSpline
from threadpoolctl import threadpool_limits

from heatsim.analysis.linear_system import Channel
from heatsim.analysis.margins import Margins, margins_of
from heatsim.analysis.margins.curve import Curve
from heatsim.analysis.margins.loops import curve_of, margins_of_model
from heatsim.analysis.margins.model import At, LoopModel, loop_model
from heatsim.analysis.margins.modes import Modes, ticks_of
from heatsim.analysis.margins.response import Response
from heatsim.errors import UsageError
from heatsim.system.loops import ControlLoop, find_loop
from heatsim.system.system import System
from heatsim.tuning.reduction import critical_frequency
from heatsim.tuning.robustness import sensitivity, unstable_poles
from heatsim.tuning.settings import Settings

_LOWEST, _HIGHEST, _COARSE = 1e-6, 100.0, 60
_BELOW, _ABOVE, _DENSE = 200.0, 8.0, 200
_BACK = 0.01
"""Share of its own command that a feed-forward may bring back without being counted; it changes 1 + L by as much."""


class NoEffect(UsageError):
    """A command has no effect at an operating point: the actuator is at a limit, or what it works against."""


@dataclass(frozen=True)
class PlantResponse:
    """Process of one loop at one operating point, as the controller sees it: with sensor, filter and sampling.

    Attributes
    ----------
    loop
        Name of the loop.
    omega
        Angular frequencies, rad/s, shape (n,), rising, dense around the critical frequency.
    values
        Measurement per command, complex, shape (n,).
    open_loop
        Number of unstable poles with this loop open and the others closed.
    period
        Sample time of the controller, s; 0 for a continuous one.
    k_factor, Ti_factor
        What a gain schedule of the loop gives at this point.
    warning
        Why the linear model may not hold here; empty when nothing is known against it.
    signals
        Outputs of all units at the point, by path, SI.
    w_critical
        Frequency at which the process limits its controller, rad/s.
    beside
        What comes back to the command beside the controller, by a feed-forward that follows the loop, with the sign of
        a loop transfer function, shape (n,); None: nothing.
    """

    loop: str
    omega: np.ndarray
    values: np.ndarray
    open_loop: int = 0
    period: float = 0.0
    k_factor: float = 1.0
    Ti_factor: float = 1.0
    warning: str = ""
    signals: Mapping[str, float] = field(default_factory=dict, repr=False)
    w_critical: float = math.nan
    beside: np.ndarray | None = field(default=None, repr=False)

    def loop_transfer(self, settings: Settings, delay: float = 0.0) -> np.ndarray:
        """Loop transfer function `C·P` (and what is beside it) on `omega`, with further dead time `delay` (s)."""
        loop = self._effective(settings).response(self.omega, self.period) * self.values
        if self.beside is not None:
            loop = loop + self.beside
        return np.asarray(loop * np.exp(-1j * delay * self.omega))

    def Ms(self, settings: Settings, delay: float = 0.0) -> float:
        """Maximum sensitivity on the grid; infinite when unstable. Fast, for searches."""
        return sensitivity(self.loop_transfer(settings, delay), self.open_loop)

    def margins(self, settings: Settings, delay: float = 0.0) -> Margins:
        """Margins with a controller of these settings and further dead time (s); angles in degrees."""
        count = round(unstable_poles(self.loop_transfer(settings, delay), self.open_loop))
        process = _interpolated(self.omega, self.values)
        controller = self._effective(settings)
        beside = None if self.beside is None else CubicSpline(np.log(self.omega), self.beside)

        def curve(w: np.ndarray) -> np.ndarray:
            loop = controller.response(w, self.period) * process(w)
            if beside is not None:
                loop = loop + beside(np.log(w))
            return np.asarray(loop * np.exp(-1j * delay * w))

        ends = float(self.omega[0]), float(self.omega[-1])
        return margins_of(curve, *ends, unstable=count, nyquist=bool(self.period), dt=self.period)

    def base(self, settings: Settings) -> Settings:
        """Settings of the controller whose values at this point, times the factors of its schedule, are these."""
        return settings.scaled(1.0 / self.k_factor, 1.0 / self.Ti_factor)

    def _effective(self, settings: Settings) -> Settings:
        return settings.scaled(self.k_factor, self.Ti_factor)


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


def plant_response(system: System, loop: str, at: At) -> PlantResponse:
    """Return the process of a loop at an operating point, from the linear model with the loop open at its command.

    Parameters
    ----------
    system
        The system; its other loops stay closed.
    loop
        Name of the loop.
    at
        Inputs, for which the steady state is found, or a point as for `hs.loop_margins`.

    Raises
    ------
    NoEffect
        The command has no effect on the measurement at this point.
    UsageError
        The controller has no settings, or gets more back from its own command than its measurement.
    """
    found = tunable(system, loop)
    unit = found.command.partition(".")[0]
    with threadpool_limits(1, "blas"):  # many small matrices, for which several threads are slower
        model = loop_model(system, at, [loop])
        if loop in model.refused:
            raise UsageError(f"loop '{loop}' cannot be opened: {model.refused[loop]}")
        row = margins_of_model(model)[loop]
        if not row.acts:
            raise NoEffect(f"the command has no effect on the measurement: {row.warning}")
        closed_unstable = Modes(model).unstable(0).size
        period = ticks_of(model.parts, unit)
        curve = curve_of(Response(model), 0)
        now = settings_of(system, found).scaled(*_factors(model, unit))

        back = _feedforward(model, loop, unit)

        def process(omega: np.ndarray) -> np.ndarray:
            return np.asarray((curve(omega) - back(omega)) / now.response(omega, period))

        highest = min(_HIGHEST, 0.999 * math.pi / period) if period else _HIGHEST
        coarse = np.geomspace(_LOWEST, highest, _COARSE)
        values = process(coarse)
        # a gain margin says where the loop would oscillate, also when slow loops around it turn its process
        above = 0.5 * row.w_critical if row.w_critical > 0.0 else 0.0
        middle = critical_frequency(coarse, values * math.copysign(1.0, now.k), above)
        dense = np.geomspace(max(_LOWEST, middle / _BELOW), min(highest, middle * _ABOVE), _DENSE)
        omega, first = np.unique(np.concatenate([coarse, dense]), return_index=True)
        values = np.concatenate([values, process(dense)])[first]
        beside = back(omega)
    # from the loop as it is: eigenvalues of the open loop near zero (a tank that drifts in weeks) cannot be told apart
    open_loop = round(closed_unstable - unstable_poles(now.response(omega, period) * values + beside))
    kept = beside if np.abs(beside).max() > _BACK else None
    if kept is not None and period:
        raise UsageError(
            f"loop '{loop}' is more than a digital PI and a process: its feed-forward follows its own command "
            f"({np.abs(beside).max():.0%} of it comes back); tune it on the simulation (optimise_loops)"
        )
    critical = critical_frequency(omega, values * math.copysign(1.0, now.k), above)
    factors, signals = _factors(model, unit), _signals(model)
    return PlantResponse(loop, omega, values, open_loop, period, *factors, row.warning, signals, critical, kept)


def _signals(model: LoopModel) -> dict[str, float]:
    u = np.nan_to_num(model.point.u)
    y = np.asarray(model.composite.output(model.point.time, model.point.x, u)).ravel()
    return dict(zip(model.composite.externals, u.tolist(), strict=True)) | dict(
        zip(model.composite.outputs, y.tolist(), strict=True)
    )


def _factors(model: LoopModel, unit: str) -> tuple[float, float]:
    """Factors of a gain schedule on k and Ti at the point."""
    values = model.inputs_of(unit)
    return values.get("k_factor", 1.0), values.get("Ti_factor", 1.0)


def _feedforward(model: LoopModel, loop: str, unit: str) -> Curve:
    """What the feed-forward of a controller brings back of its command, with the sign of a loop transfer function.

    Raises
    ------
    UsageError
        The integral follows a tracked signal: the loop is not a controller times a process.
    """
    if model.inputs_of(unit).get("tracking", 0.0) > 0.5:
        raise UsageError(
            f"loop '{loop}' is more than a PI and a process: its integral follows `track` (external reset); tune it on "
            "the simulation (optimise_loops)"
        )
    path = f"{unit}.feedforward"
    if path not in model.places.inputs:
        return lambda omega: np.zeros(omega.size, dtype=complex)
    channel = Channel("input", model.places.inputs.index(path), path)
    opened = Response(model, model.scaled({loop: 0.0}), [channel])
    return lambda omega: -opened.column(omega, model.index(loop))[:, 0]


def _interpolated(omega: np.ndarray, values: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Magnitude and phase as splines over the logarithm of frequency."""
    size = np.log(np.maximum(np.abs(values), 1e-300))
    spline = CubicSpline(np.log(omega), np.column_stack([size, np.unwrap(np.angle(values))]))

    def evaluate(w: np.ndarray) -> np.ndarray:
        found = spline(np.log(w))
        return np.asarray(np.exp(found[:, 0] + 1j * found[:, 1]))

    return evaluate
