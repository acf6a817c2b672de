"""Ports and settings that the continuous and the sampled PID have in common."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from heatsim.errors import UsageError
from heatsim.system import Port
from heatsim.system.loops import CONTROLLER, LoopPorts
from heatsim.system.member import Member

_Self = TypeVar("_Self", bound="PIDPorts")


def per(unit: str, other: str) -> str:
    """Unit of a quantity in `unit` for each `other`; "" when one of them is not declared."""
    if not unit or not other:
        return ""
    return unit if other == "1" else f"{unit}/({other})" if any(c in other for c in "/.*") else f"{unit}/{other}"


@dataclass(kw_only=True, eq=False)
class PIDPorts:
    """Settings of a PID, checked, as ports.

    Parameters
    ----------
    k
        Proportional gain, command per unit of the measured variable; negative for a command that rises when the
        measurement is above the set point.
    Ti
        Integral time, s.
    Td
        Derivative time, s; 0 for a PI.
    N
        Filter of the derivative: its time constant is Td/N.
    T_filter
        Time constant of the filter of the measurement, s; 0 for none.
    b, c
        Weights of the set point in the proportional and in the derivative part.
    Tt
        Tracking time of the anti-windup, s; None takes `Ti`, `math.inf` leaves the anti-windup out.
    rate
        Fastest change of the command, 1/s in units of the command; `math.inf` for no limit.
    dead_band
        The controller takes no notice of errors smaller than this, unit of the measurement.
    T_manual
        In manual the command approaches `y_manual` with this time constant, s.
    unit, command_unit
        Units of measurement and command.
    measured_start, y_start
        Start values of the filtered measurement and of the integral part.
    nominal, command_nominal
        Magnitudes of measurement and command.

    Raises
    ------
    UsageError
        A setting lies outside of its range.
    """

    k: float
    Ti: float
    Td: float = 0.0
    N: float = 10.0
    T_filter: float = 0.0
    b: float = 1.0
    c: float = 0.0
    Tt: float | None = None
    rate: float = math.inf
    dead_band: float = 0.0
    T_manual: float = 30.0
    unit: str = "1"
    command_unit: str = "1"
    measured_start: float = 0.0
    y_start: float = 0.0
    nominal: float = 1.0
    command_nominal: float = 1.0
    inputs: tuple[Port, ...] = field(init=False, repr=False)
    outputs: tuple[Port, ...] = field(init=False, repr=False)
    parameters: tuple[Port, ...] = field(init=False, repr=False)

    loops: ClassVar[tuple[LoopPorts, ...]] = (CONTROLLER,)
    optional: ClassVar[tuple[str, ...]] = (
        "feedforward",
        "manual",
        "y_manual",
        "track",
        "tracking",
        "k_factor",
        "Ti_factor",
    )

    def __post_init__(self) -> None:
        name = type(self).__name__
        Tt = self.Ti if self.Tt is None else self.Tt
        unit, command_unit = self.unit, self.command_unit
        nominal, command_nominal = self.nominal, self.command_nominal
        for label, value, fits, range_ in (
            ("k", self.k, math.isfinite(self.k), "a finite number"),
            ("Ti", self.Ti, 0 < self.Ti < math.inf, "a positive time in s"),
            ("Td", self.Td, 0 <= self.Td < math.inf, "a time in s, 0 for none"),
            ("N", self.N, 0 < self.N < math.inf, "positive"),
            ("T_filter", self.T_filter, 0 <= self.T_filter < math.inf, "a time in s, 0 for none"),
            ("b", self.b, 0 <= self.b <= 1, "between 0 and 1"),
            ("c", self.c, 0 <= self.c <= 1, "between 0 and 1"),
            ("Tt", Tt, Tt > 0, "a positive time in s, math.inf for no anti-windup"),
            ("rate", self.rate, self.rate > 0, "positive, math.inf for no limit"),
            ("dead_band", self.dead_band, 0 <= self.dead_band < math.inf, "0 or more"),
            ("T_manual", self.T_manual, 0 < self.T_manual < math.inf, "a positive time in s"),
        ):
            if not fits:
                raise UsageError(f"{name}: {label} must be {range_}, not {value!r}")
        self.inputs = (
            Port("measurement", unit, nominal=nominal, description="Measured variable"),
            Port("setpoint", unit, nominal=nominal, description="Set point"),
            Port("feedforward", command_unit, start=0.0, nominal=command_nominal, description="Feed-forward command"),
            Port("y_min", command_unit, start=0.0, nominal=command_nominal, description="Lower limit of the command"),
            Port("y_max", command_unit, start=1.0, nominal=command_nominal, description="Upper limit of the command"),
            Port("manual", "1", start=0.0, description="1 manual, 0 automatic"),
            Port("y_manual", command_unit, start=0.0, nominal=command_nominal, description="Command in manual"),
            Port("track", command_unit, start=0.0, nominal=command_nominal, description="What the command has come to"),
            Port("tracking", "1", start=0.0, description="1 the integral follows `track`, 0 the limited command"),
            Port("k_factor", "1", start=1.0, description="Factor on the gain"),
            Port("Ti_factor", "1", start=1.0, description="Factor on the integral time"),
        )
        self.outputs = (
            Port("y", command_unit, start=self.y_start, nominal=command_nominal, description="Command"),
            # a difference: of temperatures it may be negative, and is far smaller than they are
            Port("error", unit, nominal=0.01 * nominal, description="Set point minus filtered measurement"),
        )
        self.parameters = (
            Port(
                "k",
                per(command_unit, unit),
                start=self.k,
                description="Proportional gain, command per unit of the measured variable",
            ),
            Port("Ti", "s", start=self.Ti, minimum=1e-6, description="Integral time"),
            Port("Td", "s", start=self.Td, minimum=0.0, description="Derivative time"),
            Port("N", "1", start=self.N, minimum=1e-3, description="Derivative time over that of its filter"),
            Port(
                "T_filter",
                "s",
                start=self.T_filter,
                minimum=0.0,
                description="Time constant of the measurement's filter",
            ),
            Port("b", "1", start=self.b, minimum=0.0, maximum=1.0, description="Set-point weight, proportional part"),
            Port("c", "1", start=self.c, minimum=0.0, maximum=1.0, description="Set-point weight, derivative part"),
            Port("Tt", "s", start=Tt, minimum=1e-6, description="Tracking time of the anti-windup"),
            Port(
                "rate",
                per(command_unit, "s"),
                start=self.rate,
                minimum=0.0,
                description="Fastest change of the command",
            ),
            Port("dead_band", unit, start=self.dead_band, minimum=0.0, description="Errors below this are ignored"),
            Port("T_manual", "s", start=self.T_manual, minimum=1e-3, description="Time constant towards y_manual"),
        )

    @classmethod
    def like(cls: type[_Self], unit: Any, **changes: Any) -> _Self:
        """Return a controller with the settings, units and start values of another one.

        Parameters
        ----------
        unit
            A `PI`, `PID` or `SampledPID`, or the member of a system that holds one (then with the values that were set
            there). The `T_sensor` of a PI becomes `T_filter`.
        changes
            Keywords that differ; `period` when a sampled controller is made from a continuous one.

        Examples
        --------
        >>> from heatsim.control import PI, SampledPID
        >>> digital = SampledPID.like(PI(k=0.2, Ti=60.0, T_sensor=10.0), period=5.0)
        >>> {port.name: port.start for port in digital.parameters}["T_filter"]
        10.0
        """
        member = unit if isinstance(unit, Member) else None
        inner: Any = unit if member is None else member.unit
        names = ("parameters", "inputs", "outputs")
        if not all(hasattr(inner, name) for name in names) or not {"k", "Ti"} <= {p.name for p in inner.parameters}:
            raise UsageError(f"{cls.__name__}.like: {inner!r} is no PI or PID; give one, or the member that holds one")
        ports: dict[str, dict[str, Port]] = {name: {p.name: p for p in getattr(inner, name)} for name in names}
        settings: dict[str, Any] = {name: port.start for name, port in ports["parameters"].items()}
        settings |= {} if member is None else member.parameters
        settings["T_filter"] = settings.pop("T_sensor", settings.get("T_filter", 0.0))
        start = {port.name: port.start for port in getattr(inner, "states", ())}
        if not start:
            start = {"measured": inner.measured_start, "integral": inner.y_start}
        start |= {} if member is None else member.start
        measurement, y = ports["inputs"]["measurement"], ports["outputs"]["y"]
        settings |= {"unit": measurement.unit, "nominal": measurement.nominal}
        settings |= {"command_unit": y.unit, "command_nominal": y.nominal}
        settings |= {"measured_start": start.get("measured", 0.0), "y_start": start["integral"]}
        return cls(**settings | changes)
