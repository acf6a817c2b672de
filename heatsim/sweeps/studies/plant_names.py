"""Names `unit.name` of a plant: their values, units, and whether a study sees them.

What a run starts from is the steady state, so that the start value of a state that settles, and a parameter that only
gives one, have no effect on it: a sweep over such a name would be rows of equal figures. It is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from heatsim.errors import UsageError
from heatsim.fmu.block import matches
from heatsim.solvers.trim import DEFAULT_HOLD
from heatsim.system import System
from heatsim.system.checks import wires
from heatsim.system.member import Member, scalar_names

_GROUPS = ("parameters", "states", "inputs")
_COLD = 150.0
"""Temperature below which no part of a plant is, K."""


def described(system: System, path: str) -> tuple[str | None, str | None]:
    """Return unit and description of a name, None where there is none."""
    unit, _, name = path.partition(".")
    member = system.members.get(unit)
    if member is not None:
        for group in _GROUPS:
            for scalar in scalar_names(list(member.ports[group]), name)[:1]:
                port = member.ports[group][scalar]
                return port.unit or "1", port.description or None
    return None, None


def put(system: System, path: str, value: Any) -> None:
    """Set a value; UsageError for a name that is not there, and for an input that another unit drives."""
    if value is None or isinstance(value, bool):
        raise UsageError(f"{path}: takes a number, not {value}")
    before = _temperatures(system, path)
    system.set(path, value)
    for scalar, now in _temperatures(system, path).items():
        if before.get(scalar, 0.0) > _COLD:  # a temperature, no difference of two
            not_degrees(path, now)
    unit, _, name = path.partition(".")
    member = system.members[unit]
    if _group(member, name) != "inputs":
        return
    scalars = scalar_names(list(member.ports["inputs"]), name)
    for wire in wires(system):
        if wire.target_unit == unit and wire.target in scalars:
            raise UsageError(f"{path}: is driven by {wire.source_path} and cannot be set; sweep what that follows from")


def not_degrees(name: str, value: float) -> None:
    """Refuse a temperature, K, that can only be meant in °C."""
    if value < _COLD:
        raise UsageError(f"{name}: {value:g} K is {value - 273.15:g} °C; numbers are SI, so write {value:g}degC")


def not_scaled(name: str, value: float = 273.15) -> None:
    """Refuse a factor on a temperature, K, where a tenth more is some 28 K; a difference of two may have one."""
    if value > _COLD:
        raise UsageError(f"{name}:factor multiplies a temperature in K; sweep {name}:offset, in K, or {name} itself")


def _temperatures(system: System, path: str) -> dict[str, float]:
    """Return the values, K, of a name that has some."""
    unit, _, name = path.partition(".")
    member = system.members.get(unit)
    group = None if member is None else _group(member, name)
    if member is None or group is None:
        return {}
    ports = member.ports[group]
    scalars = [one for one in scalar_names(list(ports), name) if ports[one].unit == "K"]
    values = {one: _value(member, group, one) for one in scalars}
    return {one: value for one, value in values.items() if value is not None}


def values_of(system: System, path: str) -> dict[str, float]:
    """Return what a name is in a plant, an array element by element: `unit.name` -> value, SI.

    Raises
    ------
    UsageError
        When the name is not there, or has no value yet.
    """
    unit, _, name = path.partition(".")
    member = system.members.get(unit)
    group = None if member is None else _group(member, name)
    if member is None or group is None:
        system.copy().set(path, 0.0)  # says what there is
        raise UsageError(f"{path}: is not there")
    found = {}
    for scalar in scalar_names(list(member.ports[group]), name):
        value = _value(member, group, scalar)
        if value is None:
            raise UsageError(f"{path}: has no value that could be changed; give one, or sweep its values themselves")
        found[f"{unit}.{scalar}"] = value
    return found


def effective(system: System, path: str) -> None:
    """Raise UsageError when nothing of a run from the steady state depends on a value.

    Of units in Python with sampled code there is no telling, and they are passed.
    """
    unit, _, name = path.partition(".")
    member = system.members[unit]
    group = _group(member, name)
    if group == "states":
        if not matches_hold(path):
            raise UsageError(
                f"{path}: is a start value of a state that settles before the run, so it has no effect; sweep a "
                "parameter or an input"
            )
        return
    if group != "parameters" or member.kind == "sampled" or member.opaque:
        return
    if any(_depends(member, scalar) for scalar in scalar_names(list(member.ports["parameters"]), name)):
        return
    raise UsageError(
        f"{path}: no equation of '{unit}' depends on it, and the run starts from the steady state, so it has no "
        "effect; sweep another parameter"
    )


def matches_hold(path: str) -> bool:
    """Whether a state keeps its start value when the steady state is looked for."""
    return any(matches(pattern, path) for pattern in DEFAULT_HOLD)


def _group(member: Member, name: str) -> str | None:
    return next((group for group in _GROUPS if name in member.names(group)), None)


def _value(member: Member, group: str, scalar: str) -> float | None:
    if group == "parameters":
        return member.parameter_value(scalar)
    if group == "inputs":
        return member.constant(scalar)
    block = member.block()
    return float(dict(zip([port.name for port in block.states], block.initial_states, strict=True))[scalar])


def _depends(member: Member, parameter: str) -> bool:
    """Whether equations, outputs, or the start value of a state that is held depend on a parameter."""
    block = member.block()
    names = [port.name for port in block.parameters]
    if parameter not in names:
        return True  # its value is put into the equations
    column = names.index(parameter)
    for output in (0, 1):
        if block.function.numel_out(output) and column in block.function.jac_sparsity(output, 3).get_triplet()[1]:
            return True
    return any(not np.array_equal(one, other) for one, other in _held_starts(member, parameter))


def _held_starts(member: Member, parameter: str) -> Iterator[tuple[float, float]]:
    """Start values of held states now, and with the parameter a little larger."""
    value = member.parameter_value(parameter) or 0.0
    other = Member(member.name, member.unit, {**member.parameters, parameter: 1.001 * value + 1e-6})
    for port, one, changed in zip(
        member.block().states, member.block().initial_states, other.block().initial_states, strict=True
    ):
        if matches_hold(f"{member.name}.{port.name}"):
            yield one, changed
