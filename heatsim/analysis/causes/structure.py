"""What a loop is made of: its controller, what stands between it and the plant, the plant, and its neighbours."""

from __future__ import annotations

from dataclasses import dataclass

from heatsim.errors import UsageError
from heatsim.fmu.block import split_subscript
from heatsim.system.loops import ControlLoop, loops_of
from heatsim.system.member import split_path
from heatsim.system.system import Connection, System


@dataclass(frozen=True)
class Anatomy:
    """The parts of a loop.

    Attributes
    ----------
    loop
        The loop.
    controller
        Name of the unit that closes it; that of the plant when it is closed inside an FMU.
    between
        Names of the units written in Python between command and plant and between plant and measurement, in the order
        in which the signal passes them: actuators, delays, sensors.
    plant
        Plant inputs that the command reaches in the end, "unit.input".
    measured
        Name of the plant whose variable is measured.
    inner
        Loops whose set point or feed-forward this one gives: it is the outer loop of a cascade.
    """

    loop: ControlLoop
    controller: str
    between: tuple[str, ...]
    plant: tuple[str, ...]
    measured: str
    inner: tuple[str, ...] = ()

    @property
    def units(self) -> tuple[str, ...]:
        """All units of the loop, plants included."""
        names = [self.controller, *self.between, *(split_path(path)[0] for path in self.plant), self.measured]
        return tuple(dict.fromkeys(names))


def anatomy(system: System, loop: ControlLoop) -> Anatomy:
    """Return the parts of a loop of a system."""
    loops = loops_of(system)
    closed: dict[str, list[ControlLoop]] = {}
    for other in loops.values():
        if not other.inside:
            closed.setdefault(split_path(other.command)[0], []).append(other)
    controller = split_path(loop.command)[0]
    # the command of an on/off sequence drives nothing itself: other outputs of its unit share the load out
    starts = [c for c in system.connections if c.source == loop.command]
    if not starts and not loop.inside:
        starts = [c for c in system.connections if split_path(c.source)[0] == controller]
    forward, plant, inner = _forward(system, starts, closed)
    backward, measured = _backward(system, split_path(loop.measurement)[0], closed)
    between = tuple(dict.fromkeys([*forward, *reversed(backward)]))
    if loop.inside:
        plant = [loop.command]
    return Anatomy(loop, controller, between, tuple(plant), measured, tuple(inner))


def _passes(system: System, name: str, closed: dict[str, list[ControlLoop]]) -> bool:
    """Whether a unit only passes a signal on: written in Python, and no controller."""
    return name in system.members and system.members[name].kind != "fmu" and name not in closed


def _forward(
    system: System, starts: list[Connection], closed: dict[str, list[ControlLoop]]
) -> tuple[list[str], list[str], list[str]]:
    """Units, plant inputs and inner loops that are reached over connections."""
    units: list[str] = []
    plant: list[str] = []
    inner: list[str] = []
    waiting = list(starts)
    while waiting:
        c = waiting.pop(0)
        name = split_path(c.target)[0]
        if name in closed:
            # a loop that measures what comes is a neighbour; one whose set point or limit comes is led
            if all(c.source != other.measurement for other in closed[name]):
                inner += [other.name for other in closed[name]]
        elif not _passes(system, name, closed):
            plant.append(c.target)
        elif name not in units:
            units.append(name)
            waiting += [c for c in system.connections if split_path(c.source)[0] == name]
    return units, list(dict.fromkeys(plant)), list(dict.fromkeys(inner))


def _backward(system: System, name: str, closed: dict[str, list[ControlLoop]]) -> tuple[list[str], str]:
    """Units from the measurement back to the plant, and the plant; a unit with several inputs ends the way."""
    units: list[str] = []
    while _passes(system, name, closed) and name not in units:
        units.append(name)
        sources = [split_path(c.source)[0] for c in system.connections if split_path(c.target)[0] == name]
        sources = [source for source in sources if source in system.members]
        if len(sources) != 1:
            break
        name = sources[0]
    return units, name


def siblings(system: System, loop: ControlLoop) -> tuple[str, ...]:
    """Return the other loops that drive elements of the same array input of one plant, as CDUs on one header do."""
    own = {_base(path) for path in anatomy(system, loop).plant if _base(path) != path}
    if not own or loop.inside:
        return ()
    found = []
    for other in loops_of(system).values():
        if (
            other.name != loop.name
            and not other.inside
            and own & {_base(path) for path in anatomy(system, other).plant}
        ):
            found.append(other.name)
    return tuple(found)


def _base(path: str) -> str:
    unit, variable = split_path(path)
    return f"{unit}.{split_subscript(variable)[0]}"


def freeze(system: System, loop: ControlLoop, values: dict[str, float]) -> System:
    """Return a copy in which a loop no longer acts: its command is held.

    Parameters
    ----------
    system
        The system; it stays as it is.
    loop
        The loop. One inside an FMU is frozen by a gain of zero, others of the same gain with it. The outputs of a
        controller whose command drives nothing itself (an on/off sequence that shares a load out) are all held.
    values
        Value of each output of its controller at which it is held, SI, by path.

    Raises
    ------
    UsageError
        The loop is closed inside an FMU and its gain is not known, or nothing of its controller drives anything.
    """
    if loop.inside:
        if loop.gain is None:
            raise UsageError(
                f"loop '{loop.name}' cannot be frozen: it is closed inside an FMU and its gain is not declared"
            )
        return system.copy().set(loop.gain, 0.0)
    if loop.drives:
        return system.in_manual(loop.name, values[loop.command])
    unit = split_path(loop.command)[0]
    driven = [c for c in system.connections if split_path(c.source)[0] == unit]
    if not driven:
        raise UsageError(f"loop '{loop.name}' cannot be frozen: its controller drives nothing")
    other = system.copy()
    for c in driven:
        other.disconnect(c.target)
        other.set(c.target, c.factor * values[c.source] + c.offset)
    return other


def frozen_with(system: System, loop: ControlLoop) -> tuple[str, ...]:
    """Return the loops that cannot but be frozen together with a loop: those of the same gain or the same commands."""
    unit = split_path(loop.command)[0]
    names = []
    for other in loops_of(system).values():
        same_gain = loop.inside and other.inside and other.gain == loop.gain
        same_unit = not loop.inside and not loop.drives and split_path(other.command)[0] == unit
        if same_gain or same_unit or other.name == loop.name:
            names.append(other.name)
    return tuple(names)
