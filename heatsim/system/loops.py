"""The control loops of a system: what each controls, to which value, by which command, and what that drives.

A unit with the inputs `measurement` and `setpoint` and the output `y` is a controller and closes one loop, which has
the unit's name. A unit that closes others says so in an attribute `loops` of `LoopPorts`. Loops inside FMUs are
declared with `System.declare_loop`. Every result carries the loops of its system in the attribute `loops`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from heatsim.errors import UsageError, near_miss

if TYPE_CHECKING:
    from heatsim.system.member import Member
    from heatsim.system.system import System


@dataclass(frozen=True)
class LoopPorts:
    """A loop that a unit closes, by names of its ports.

    Attributes
    ----------
    name
        Appended to the unit's name with a slash: `supervisor/machines`. "": the unit's name alone.
    measurement
        Input with the controlled variable.
    command
        Output with the command.
    setpoint
        Input or parameter with the set point; None when there is none (an on/off sequence, a feed-forward).
    y_min, y_max
        Inputs, parameters or numbers that limit the command.
    gain
        Parameter with the proportional gain.
    """

    name: str
    measurement: str
    command: str
    setpoint: str | None = None
    y_min: str | float | None = None
    y_max: str | float | None = None
    gain: str | None = None


CONTROLLER = LoopPorts("", "measurement", "y", "setpoint", "y_min", "y_max", "k")
"""Ports of every PI and PID of `heatsim.control`."""


@dataclass(frozen=True)
class ControlLoop:
    """A control loop of a system; paths are `unit.variable`, numbers are SI.

    Attributes
    ----------
    name
        Name of its controller.
    measurement
        Path of the controlled variable as the controller reads it: `factor*measurement + offset`.
    command
        Path of the command.
    setpoint
        Path, number, or None.
    y_min, y_max
        Limits of the command: path, number, or None.
    unit, command_unit
        SI units of measurement and command.
    period
        Sample time of the controller, s; 0 for a continuous one.
    drives
        Inputs that the command drives, `unit.input`.
    gain
        Path of the parameter with the proportional gain, or None.
    inside
        Whether the loop is closed inside an FMU, where it cannot be opened.
    sense
        Sign of the proportional gain: 1 when the command rises as the controlled variable falls below its set point
        (heating), -1 for the other way round (cooling), 0 when it is not known.
    """

    name: str
    measurement: str
    command: str
    setpoint: str | float | None = None
    y_min: str | float | None = None
    y_max: str | float | None = None
    unit: str = ""
    command_unit: str = ""
    period: float = 0.0
    drives: tuple[str, ...] = ()
    gain: str | None = None
    factor: float = 1.0
    offset: float = 0.0
    inside: bool = False
    sense: int = 0


def loops_of(system: System) -> dict[str, ControlLoop]:
    """Return the control loops of a system by name: those of its controllers, then those declared."""
    found = {}
    for member in system.members.values():
        for ports in _ports_of(member):
            loop = _loop(system, member, ports)
            if loop is not None:
                found[loop.name] = loop
    return found | system.declared_loops


def find_loop(system: System, name: str) -> ControlLoop:
    """Return a loop by name.

    Raises
    ------
    UsageError
        There is none of this name.
    """
    loops = loops_of(system)
    if name not in loops:
        known = f": use one of {', '.join(loops)}" if loops else "; it has no loops at all"
        raise UsageError(f"{system.name} has no control loop '{name}'{near_miss(name, loops) or known}")
    return loops[name]


def loops_to_json(loops: Mapping[str, ControlLoop]) -> str:
    """Text for the attribute `loops` of a result."""
    return json.dumps([asdict(loop) for loop in loops.values()])


def loops_from_json(text: str) -> dict[str, ControlLoop]:
    """Loops by name from the attribute `loops` of a result."""
    records = [record | {"drives": tuple(record["drives"])} for record in json.loads(text)]
    return {record["name"]: ControlLoop(**record) for record in records}


def _ports_of(member: Member) -> tuple[LoopPorts, ...]:
    if member.kind == "fmu":
        return ()
    declared = getattr(member.unit, "loops", None)
    if declared is not None:
        return tuple(declared)
    has = {"measurement", "setpoint"} <= set(member.ports["inputs"]) and "y" in member.ports["outputs"]
    return (CONTROLLER,) if has else ()


def _loop(system: System, member: Member, ports: LoopPorts) -> ControlLoop | None:
    measured = _driver(system, f"{member.name}.{ports.measurement}")
    if measured is None:
        return None  # a controller that measures nothing controls nothing
    command = f"{member.name}.{ports.command}"
    gain = ports.gain if ports.gain in member.ports["parameters"] else None
    return ControlLoop(
        name=member.name + (f"/{ports.name}" if ports.name else ""),
        measurement=measured[0],
        command=command,
        setpoint=_value(system, member, ports.setpoint),
        y_min=_value(system, member, ports.y_min),
        y_max=_value(system, member, ports.y_max),
        unit=member.ports["inputs"][ports.measurement].unit,
        command_unit=member.ports["outputs"][ports.command].unit,
        period=float(getattr(member.unit, "period", 0.0)) if member.kind == "sampled" else 0.0,
        drives=tuple(c.target for c in system.connections if c.source == command),
        gain=None if gain is None else f"{member.name}.{gain}",
        factor=measured[1],
        offset=measured[2],
        sense=_sense(member, ports),
    )


def _sense(member: Member, ports: LoopPorts) -> int:
    """Sign of the gain `k` of a PI or PID, which acts on set point minus measurement; 0 for any other unit."""
    if (ports.measurement, ports.gain) != (CONTROLLER.measurement, CONTROLLER.gain) or ports.setpoint is None:
        return 0
    value = member.parameter_value(str(CONTROLLER.gain))
    return 0 if value is None else int(value > 0.0) - int(value < 0.0)


def _driver(system: System, target: str) -> tuple[str, float, float] | None:
    for c in system.connections:
        if c.target == target:
            return c.source, c.factor, c.offset
    return None


def _value(system: System, member: Member, port: str | float | None) -> str | float | None:
    """Path or number behind an input or parameter; a path that is scaled on the way is shown at the controller."""
    if port is None or isinstance(port, int | float):
        return port
    source: Any = _driver(system, f"{member.name}.{port}")
    if source is not None:
        return str(source[0]) if source[1:] == (1.0, 0.0) else None
    for group, given in (("inputs", member.inputs), ("parameters", member.parameters)):
        if port in member.ports[group]:
            return given.get(port, member.ports[group][port].start)
    return None
