"""Changes of a system after it was built: other controllers, sensors and actuators between, loops in manual."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heatsim.errors import ConnectionError, UsageError, near_miss  # noqa: A004 - the public name is part of the contract
from heatsim.system.loops import ControlLoop, find_loop
from heatsim.system.member import AnyUnit, Member, scalar_names, split_path

if TYPE_CHECKING:
    from heatsim.system.system import System


def replace_unit(system: System, name: str, unit: AnyUnit, keep: bool = True) -> None:
    """Put another unit in the place of one, with its connections.

    Parameters
    ----------
    system
        Changed in place.
    name
        Name of the unit.
    unit
        The new one; it must have every port that is connected.
    keep
        Keep the constants at inputs, and parameters and start values that the new unit has too and that were set
        after the old one was made. A unit written in Python that was made with another value of such a parameter than
        the old one was keeps its own.

    Raises
    ------
    ConnectionError
        There is no such unit, or the new one lacks a connected port.
    """
    if name not in system.members:
        raise ConnectionError(f"{system.name}: no unit '{name}' to replace{near_miss(name, system.members)}")
    old = system.members[name]
    new = type(system)(system.name).add(name, unit).members[name]  # with the checks of a unit
    for c in system.connections:
        for path, group in ((c.source, "outputs"), (c.target, "inputs")):
            owner, port = split_path(path)
            if owner == name and port not in new.names(group):
                what = group[:-1]
                raise ConnectionError(
                    f"{system.name}: '{name}' cannot be replaced, {what} '{port}' is connected and the new unit has no "
                    f"such {what}{near_miss(port, new.names(group))}; disconnect it, or give the unit this {what}"
                )
    if keep:
        for group, values in (("inputs", old.inputs), ("parameters", old.parameters), ("states", old.start)):
            for key, value in values.items():
                if key in new.ports[group] and not (group == "parameters" and _chosen(old, new, key)):
                    new.put(group, key, value)
    system.members[name] = new


def _chosen(old: Member, new: Member, parameter: str) -> bool:
    """Whether a unit was made with a value of its own: `SampledPID.like(member, k=0.2)` has this gain."""
    ports = (member.ports["parameters"].get(parameter) for member in (old, new))
    before, after = (None if port is None else port.start for port in ports)
    return new.kind != "fmu" and after is not None and after != before


def disconnect(system: System, target: str) -> None:
    """Remove the connection to an input, or the constant at it.

    Raises
    ------
    ConnectionError
        Nothing drives it.
    """
    kept = [c for c in system.connections if c.target != target]
    if len(kept) < len(system.connections):
        system.connections[:] = kept
        return
    unit, _, name = target.partition(".")
    constants = system.members[unit].inputs if unit in system.members else {}
    found = scalar_names(list(constants), name)
    if not found:
        known = [c.target for c in system.connections]
        raise ConnectionError(f"{system.name}: nothing drives '{target}'{near_miss(target, known)}")
    for scalar in found:
        del constants[scalar]


def insert_unit(system: System, name: str, unit: AnyUnit, target: str, input: str, output: str) -> None:  # noqa: A002
    """Put a unit into the connection to `target`: what drove it drives `name.input`, `name.output` drives it.

    Raises
    ------
    ConnectionError
        Nothing drives the target, or the unit has no such ports.
    """
    driven = [c for c in system.connections if c.target == target]
    if not driven:
        disconnect(system, target)  # says what is wrong
    system.add(name, unit)
    member = system.members[name]
    for port, group in ((input, "inputs"), (output, "outputs")):
        if port not in member.names(group):
            del system.members[name]
            raise ConnectionError(
                f"{system.name}: '{name}' cannot be put before '{target}', it has no {group[:-1]} '{port}'"
                f"{near_miss(port, member.names(group))}; give {group[:-1]}="
            )
    disconnect(system, target)
    (c,) = driven
    system.connect(c.source, f"{name}.{input}", c.factor, c.offset)
    system.connect(f"{name}.{output}", target)


def in_manual(system: System, loop: str | ControlLoop, value: float) -> System:
    """Return a copy in which the command of a loop is held at a value, wherever it goes.

    Parameters
    ----------
    system
        The system; it stays as it is.
    loop
        Loop or its name.
    value
        Command, SI.

    Raises
    ------
    UsageError
        The loop is closed inside an FMU, or its command drives nothing.
    """
    found = find_loop(system, loop) if isinstance(loop, str) else loop
    driven = [c for c in system.connections if c.source == found.command]
    if found.inside or not driven:
        where = "it is closed inside an FMU" if found.inside else "its command drives nothing"
        raise UsageError(f"loop '{found.name}' cannot be put into manual: {where}")
    other = system.copy()
    for c in driven:
        disconnect(other, c.target)
        other.set(c.target, c.factor * value + c.offset)
    return other
