"""Checks of a system before it runs: one small function each, every message names both ends and the next step."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from heatsim import units
from heatsim.errors import ConnectionError, UnitError, near_miss  # noqa: A004 - the public name is part of the contract
from heatsim.fmu.block import Port
from heatsim.system.bonds import check_bonds
from heatsim.system.member import Member, scalar_names, split_path
from heatsim.system.protocols import SampledUnit

if TYPE_CHECKING:
    from heatsim.system.system import Connection, System


@dataclass(frozen=True)
class Wire:
    """A connection between two scalars; `source_unit` is "" for a system input."""

    source_unit: str
    source: str
    target_unit: str
    target: str
    factor: float
    offset: float

    @property
    def source_path(self) -> str:
        """Path of the source in messages."""
        return f"{self.source_unit}.{self.source}" if self.source_unit else self.source


def check_system(system: System) -> None:
    """Run all checks, the cheap ones first.

    Raises
    ------
    ConnectionError
        For the first fault found.
    """
    check_has_units(system)
    for connection in system.connections:
        check_source_exists(system, connection)
        check_target_exists(system, connection)
        check_shapes(system, connection)
        check_units(system, connection)
    check_single_driver(system)
    check_every_input_driven(system)
    check_constants_do_not_fight(system)
    check_system_inputs_used(system)
    check_bonds(system)
    check_sampling(system)


def check_ports(member: Member) -> None:
    """Ports of a unit written in Python are ports, each with a name of its own in its group."""
    if member.kind == "fmu":
        return
    for group in ("inputs", "outputs", "parameters", "states"):
        names: set[str] = set()
        for port in getattr(member.unit, group, ()):
            if not isinstance(port, Port):
                raise ConnectionError(f"{member.name}: its {group} hold {port!r}; give hs.Port(name, unit)")
            if port.name in names:
                raise ConnectionError(f"{member.name}: two of its {group} are called '{port.name}'; rename one")
            names.add(port.name)
    if hasattr(member.unit, "get_state") != hasattr(member.unit, "set_state"):
        raise ConnectionError(f"{member.name}: has one of get_state and set_state; give it both or neither")


def wires(system: System) -> list[Wire]:
    """All connections element by element, in order."""
    result: list[Wire] = []
    for connection in system.connections:
        source_unit, _ = split_source(system, connection.source)
        target_unit, _ = split_path(connection.target)
        for s, t in zip(_source_scalars(system, connection), _target_scalars(system, connection), strict=True):
            result.append(Wire(source_unit, s, target_unit, t, connection.factor, connection.offset))
    return result


def split_source(system: System, path: str) -> tuple[str, str]:
    """Split the path of a source; inputs of a lone FMU may have points in their names, so those are tried first."""
    if path in system.inputs or path in system.input_scalars:
        return "", path
    return split_path(path)


def _source_scalars(system: System, connection: Connection) -> list[str]:
    unit, name = split_source(system, connection.source)
    names = list(system.members[unit].ports["outputs"]) if unit else list(system.input_scalars)
    return scalar_names(names, name)


def _target_scalars(system: System, connection: Connection) -> list[str]:
    unit, name = split_path(connection.target)
    return scalar_names(list(system.members[unit].ports["inputs"]), name)


def check_has_units(system: System) -> None:
    """A system without units cannot run."""
    if not system.members:
        raise ConnectionError(f"{system.name}: has no units; add one with system.add(name, unit)")


def _check_unit_part(system: System, connection: Connection, unit: str, path: str) -> None:
    if unit not in system.members:
        raise ConnectionError(
            f"connection {connection.source} -> {connection.target}: no unit "
            f"'{unit}'{near_miss(unit, system.members)}; add it or correct '{path}'"
        )


def check_source_exists(system: System, connection: Connection) -> None:
    """The source is an output of a unit or a system input."""
    unit, name = split_source(system, connection.source)
    text = f"connection {connection.source} -> {connection.target}"
    if not unit:
        if not _source_scalars(system, connection):
            candidates = [*system.inputs, *(f"{m}.{o}" for m in system.members.values() for o in m.names("outputs"))]
            raise ConnectionError(
                f"{text}: no system input '{name}'{near_miss(name, candidates)}; declare it with add_input or "
                "write unit.output"
            )
        return
    _check_unit_part(system, connection, unit, connection.source)
    member = system.members[unit]
    if not _source_scalars(system, connection):
        if name in member.names("inputs"):
            raise ConnectionError(
                f"{text}: '{connection.source}' is an input, a source must be an output; swap the ends or name "
                "the output"
            )
        raise ConnectionError(f"{text}: {unit} has no output '{name}'{near_miss(name, member.names('outputs'))}")


def check_target_exists(system: System, connection: Connection) -> None:
    """The target is an input of a unit."""
    unit, name = split_path(connection.target)
    text = f"connection {connection.source} -> {connection.target}"
    if not unit:
        raise ConnectionError(f"{text}: a target is written unit.input; '{name}' names no unit")
    _check_unit_part(system, connection, unit, connection.target)
    member = system.members[unit]
    if not _target_scalars(system, connection):
        for group, what in (("outputs", "an output"), ("parameters", "a parameter"), ("states", "a state")):
            if name in member.names(group):
                raise ConnectionError(
                    f"{text}: '{connection.target}' is {what}, a target must be an input; name the input"
                )
        raise ConnectionError(f"{text}: {unit} has no input '{name}'{near_miss(name, member.names('inputs'))}")


def check_shapes(system: System, connection: Connection) -> None:
    """Both ends have as many elements."""
    n_source, n_target = len(_source_scalars(system, connection)), len(_target_scalars(system, connection))
    if n_source != n_target:
        raise ConnectionError(
            f"connection {connection.source} -> {connection.target}: {n_source} element(s) cannot drive "
            f"{n_target}; connect element by element, e.g. '{connection.target}[1]'"
        )


def check_units(system: System, connection: Connection) -> None:
    """Both ends have the same unit, unless a factor or offset says how to convert."""
    if connection.factor != 1.0 or connection.offset != 0.0:
        return
    source_unit, _ = split_source(system, connection.source)
    target_unit, _ = split_path(connection.target)
    source = _source_scalars(system, connection)[0]
    target = _target_scalars(system, connection)[0]
    given = (
        system.members[source_unit].ports["outputs"][source].unit if source_unit else system.input_scalars[source].unit
    )
    wanted = system.members[target_unit].ports["inputs"][target].unit
    text = f"connection {connection.source} [{given}] -> {connection.target} [{wanted}]"
    if not given or not wanted:
        return
    try:
        if units.same(given, wanted):
            return
        if units.compatible(given, wanted):
            offset = float(units.convert(0.0, given, wanted))
            factor = float(units.convert(1.0, given, wanted)) - offset
            hint = f"factor={factor:.12g}" + (f", offset={offset:.12g}" if offset else "")
            raise ConnectionError(f"{text}: the units differ; connect with {hint}")
    except UnitError as error:
        raise ConnectionError(f"{text}: {error}; correct the unit of the port") from error
    raise ConnectionError(
        f"{text}: the units do not measure the same thing; connect another signal, or give factor= if this is meant"
    )


def check_single_driver(system: System) -> None:
    """No input is driven twice."""
    drivers: dict[tuple[str, str], Wire] = {}
    for wire in wires(system):
        key = (wire.target_unit, wire.target)
        if key in drivers:
            raise ConnectionError(
                f"input '{wire.target_unit}.{wire.target}' is driven twice, by {drivers[key].source_path} and "
                f"{wire.source_path}; remove one connection"
            )
        drivers[key] = wire


def check_every_input_driven(system: System) -> None:
    """Every input is connected, has a constant, or is optional."""
    driven = {(wire.target_unit, wire.target) for wire in wires(system)}
    for member in system.members.values():
        for name, port in member.ports["inputs"].items():
            if (member.name, name) not in driven and member.constant(name) is None:
                hint = _proposal(system, member.name, name)
                raise ConnectionError(
                    f"input '{member.name}.{name}' [{port.unit}] is not driven{hint}; connect it, or give a "
                    f"constant with set('{member.name}.{name}', value)"
                )


def _proposal(system: System, unit: str, name: str) -> str:
    candidates = {**dict.fromkeys(system.inputs, "")}
    for other in system.members.values():
        if other.name != unit:
            candidates.update(dict.fromkeys(other.names("outputs"), f"{other.name}."))
    hint = near_miss(name, candidates)
    if not hint:
        return ""
    match = hint.split("'")[1]
    return f" (is '{candidates[match]}{match}' meant for it?)"


def check_constants_do_not_fight(system: System) -> None:
    """No input has both a connection and a constant."""
    for wire in wires(system):
        if wire.target in system.members[wire.target_unit].inputs:
            raise ConnectionError(
                f"input '{wire.target_unit}.{wire.target}' is driven by {wire.source_path} and has a constant as "
                f"well; remove one of the two: disconnect('{wire.target_unit}.{wire.target}') before connecting "
                "removes the constant"
            )


def check_system_inputs_used(system: System) -> None:
    """Every declared system input drives something."""
    used = {wire.source for wire in wires(system) if not wire.source_unit}
    for scalar in system.input_scalars:
        if scalar not in used:
            raise ConnectionError(f"system input '{scalar}' drives nothing; connect it or remove it")


def _sampled(system: System) -> Iterator[tuple[str, float, float]]:
    for member in system.members.values():
        if member.kind == "sampled":
            unit = cast(SampledUnit, member.unit)
            try:
                yield member.name, float(unit.period), float(unit.offset)
            except (TypeError, ValueError) as error:
                raise ConnectionError(
                    f"{member.name}: its period {unit.period!r} and offset {unit.offset!r} must be numbers, s"
                ) from error


def check_sampling(system: System) -> None:
    """Sampled units have a positive period and an offset within it."""
    for name, period, offset in _sampled(system):
        if not 0 < period < math.inf:
            raise ConnectionError(f"{name}: the sample period must be positive and finite, not {period:g} s")
        if not 0 <= offset < period:
            raise ConnectionError(f"{name}: the sample offset must lie in [0, {period:g}) s, not {offset:g} s")
