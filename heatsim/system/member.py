"""A unit inside a system: its ports by name, whatever it is made of, and its block for the solvers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, cast

import casadi as ca
import numpy as np

from heatsim import units
from heatsim.errors import ConnectionError, UnitError, near_miss  # noqa: A004 - the public name is part of the contract
from heatsim.fmu.block import Block, Port, array_shapes, element_names, split_subscript
from heatsim.fmu.fmu import Fmu, port_of
from heatsim.one_at_a_time import one_at_a_time
from heatsim.system.protocols import ContinuousUnit, SampledUnit

AnyUnit = Fmu | ContinuousUnit | SampledUnit


@dataclass(frozen=True)
class Member:
    """A named unit of a system.

    Attributes
    ----------
    name
        Name in the system.
    unit
        FMU, continuous unit or sampled unit.
    parameters, start, inputs
        Values that differ from the defaults: parameters, start values of states, constants at unconnected inputs.
    """

    name: str
    unit: AnyUnit
    parameters: dict[str, float] = field(default_factory=dict)
    start: dict[str, float] = field(default_factory=dict)
    inputs: dict[str, float] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """Return "fmu", "continuous" or "sampled"."""
        if isinstance(self.unit, Fmu):
            return "fmu"
        return "sampled" if hasattr(self.unit, "step") else "continuous"

    @property
    def opaque(self) -> bool:
        """Whether the unit keeps its state to itself: a Co-Simulation FMU, one with events, or an isolated one."""
        return isinstance(self.unit, Fmu) and self.unit.execution != "graph"

    @cached_property
    def ports(self) -> dict[str, dict[str, Port]]:
        """Ports by group ("inputs", "outputs", "parameters", "states") and name."""
        groups: dict[str, dict[str, Port]] = {}
        for group in ("inputs", "outputs", "parameters", "states"):
            if isinstance(self.unit, Fmu):
                groups[group] = {n: port_of(v) for n, v in getattr(self.unit, group).items()}
            else:
                groups[group] = {port.name: port for port in getattr(self.unit, group, ())}
        return groups

    def constant(self, name: str) -> float | None:
        """Value of an input that nothing drives: the constant given, or the default of an optional one; else None."""
        if name in self.inputs:
            return self.inputs[name]
        return self.ports["inputs"][name].start if name in getattr(self.unit, "optional", ()) else None

    def put(self, group: str, name: str, value: Any) -> None:
        """Store a value for a parameter, state start or input; an array takes one value per element or one for all.

        A string may carry a unit, "75 degC", and is converted to that of the port.

        Raises
        ------
        ConnectionError
            When there is no such name, or the value is no finite number.
        UnitError
            When a string is no quantity of the port's kind.
        """
        target = {"parameters": self.parameters, "states": self.start, "inputs": self.inputs}[group]
        known = self.ports[group]
        names = [name] if name in known else element_names(name, array_shapes(known).get(name, ()))
        if not set(names) <= set(known):
            raise ConnectionError(f"{self.name}: no {_SINGULAR[group]} '{name}'{near_miss(name, self.names(group))}")
        try:
            numbers = _in_unit(value, known[names[0]].unit)
            values = np.broadcast_to(np.asarray(numbers, dtype=float), (len(names),) if len(names) > 1 else ())
        except UnitError as error:
            raise UnitError(f"{self.name}.{name}: {error}") from error
        except (TypeError, ValueError) as error:
            raise ConnectionError(f"{self.name}.{name}: takes {len(names)} number(s), not {value!r}") from error
        for key, number in zip(names, values.ravel(), strict=True):
            if not math.isfinite(number):
                raise ConnectionError(f"{self.name}.{key}: must be a finite number, not {number}")
            if group == "parameters":
                _check_limits(f"{self.name}.{key}", known[key], float(number))
            target[key] = float(number)

    def names(self, group: str) -> list[str]:
        """Names of a group, those of whole arrays included."""
        known = self.ports[group]
        return [*known, *array_shapes(known)]

    def parameter_value(self, name: str) -> float | None:
        """Value of a parameter, its default when none was set; None when there is no such parameter, or no value."""
        if name not in self.ports["parameters"]:
            return None
        value = self.parameters.get(name, self.ports["parameters"][name].start)
        return None if value is None else float(value)

    def parameter_values(self) -> dict[str, float]:
        """Value of every parameter of a unit written in Python.

        Raises
        ------
        ConnectionError
            When a parameter has neither a default nor a value.
        """
        return _with_defaults(self.name, "parameter", self.ports["parameters"].values(), self.parameters)

    @one_at_a_time
    def block(self) -> Block:
        """Build the block of a continuous unit.

        Raises
        ------
        ConnectionError
            When the equations of a Python unit do not give every derivative and output, or an unknown one.
        """
        if isinstance(self.unit, Fmu):
            block = self.unit.block(self.parameters, self.name)
        else:
            block = python_block(self.name, cast(ContinuousUnit, self.unit), self.parameters, self.start)
        initial = block.initial_states.copy()
        for i, port in enumerate(block.states):
            initial[i] = self.start.get(port.name, initial[i])
        return replace(block, initial_states=initial, start=self._kept_start(block))

    def _kept_start(self, block: Block) -> Callable[[float, np.ndarray], np.ndarray] | None:
        """Start values from inputs, but for those that are given."""
        own = block.start
        if own is None:
            return None

        def start(t: float, u: np.ndarray) -> np.ndarray:
            found = own(t, u)
            return np.array([self.start.get(port.name, x) for port, x in zip(block.states, found, strict=True)])

        return start


def _in_unit(value: Any, unit: str) -> Any:
    """Numbers from strings with units, one or several; anything else as it is."""
    if isinstance(value, str):
        return units.parse_quantity(value, unit)
    if isinstance(value, list | tuple):
        return [_in_unit(v, unit) for v in value]
    return value


def _with_defaults(name: str, what: str, ports: Iterable[Port], given: Mapping[str, float]) -> dict[str, float]:
    values: dict[str, float] = {}
    for port in ports:
        value = given.get(port.name, port.start)
        if value is None:
            raise ConnectionError(
                f"{name}: {what} '{port.name}' has no value; give one with set('{name}.{port.name}', value)"
            )
        values[port.name] = float(value)
    return values


_SINGULAR = {"inputs": "input", "outputs": "output", "parameters": "parameter", "states": "state"}


def python_block(name: str, unit: ContinuousUnit, parameters: Mapping[str, float], start: Mapping[str, float]) -> Block:
    """Block of a continuous unit written in Python; SX when its equations allow, else MX."""
    try:
        function = _function_of(name, unit, ca.SX)
        # CasADi puts a table into SX as a call, which does not survive the merging of blocks (the result is NaN)
        symbolic = all(function.instruction_id(k) != ca.OP_CALL for k in range(function.n_instructions()))
    except (NotImplementedError, RuntimeError, TypeError):
        symbolic = False
    if not symbolic:
        # some operations exist for MX only; a mistake in the equations shows up again here
        function = _function_of(name, unit, ca.MX)
    return Block(
        name=name,
        inputs=tuple(unit.inputs),
        outputs=tuple(unit.outputs),
        states=tuple(unit.states),
        parameters=tuple(unit.parameters),
        function=function,
        parameter_values=np.array([*_with_defaults(name, "parameter", unit.parameters, parameters).values()]),
        initial_states=np.array([*_with_defaults(name, "state", unit.states, start).values()]),
        symbolic=symbolic,
    )


def _function_of(name: str, unit: ContinuousUnit, kind: Any) -> ca.Function:
    t = kind.sym("t")
    groups = [tuple(unit.states), tuple(unit.inputs), tuple(unit.parameters)]
    vectors = [kind.sym(label, len(group)) for label, group in zip("xup", groups, strict=True)]
    dicts = [
        {port.name: vector[i] for i, port in enumerate(group)} for vector, group in zip(vectors, groups, strict=True)
    ]
    try:
        derivatives, outputs = unit.equations(t, *dicts)
    except KeyError as error:
        wanted = str(error.args[0]) if error.args else ""
        known = [port.name for group in groups for port in group]
        raise ConnectionError(
            f"{name}: its equations ask for '{wanted}', which is no state, input or parameter of "
            f"it{near_miss(wanted, known)}; declare it as a Port"
        ) from error
    except RuntimeError as error:
        if "truth value" not in str(error):
            raise
        raise ConnectionError(
            f"{name}: its equations decide by a value that is an expression ('if', 'and', max()); write "
            "ca.if_else(condition, a, b), ca.fmax or ca.fmin"
        ) from error
    ode = _stacked(name, "derivative", derivatives, groups[0], kind)
    y = _stacked(name, "output", outputs, tuple(unit.outputs), kind)
    identifier = "f_" + "".join(c if c.isalnum() and c.isascii() else "_" for c in name).strip("_")
    return ca.Function(identifier, [t, *vectors], [ode, y], ["t", "x", "u", "p"], ["ode", "y"])


def _stacked(name: str, what: str, values: Mapping[str, Any], ports: tuple[Port, ...], kind: Any) -> Any:
    wanted = [port.name for port in ports]
    for key in values:
        if key not in wanted:
            raise ConnectionError(f"{name}: its equations give an unknown {what} '{key}'{near_miss(key, wanted)}")
    for key in wanted:
        if key not in values:
            raise ConnectionError(f"{name}: its equations give no {what} '{key}'; return it from equations()")
    return ca.vertcat(kind(0, 1), *(kind(values[key]) for key in wanted))


def _check_limits(path: str, port: Port, value: float) -> None:
    """Raise ConnectionError when a parameter lies outside of its declared range."""
    for limit, word, outside in (
        (port.minimum, "below its minimum", port.minimum is not None and value < port.minimum),
        (port.maximum, "above its maximum", port.maximum is not None and value > port.maximum),
    ):
        if outside:
            raise ConnectionError(
                f"{path}: {value:g} {port.unit} lies {word} of {limit:g} {port.unit}; choose another value"
            )


def split_path(path: str) -> tuple[str, str]:
    """Split `unit.variable` at the first point; a system input has no unit part."""
    unit, dot, variable = path.partition(".")
    return (unit, variable) if dot else ("", unit)


def scalar_names(port_names: list[str], name: str) -> list[str]:
    """Scalars that a name stands for: itself, or the elements of an array; empty when unknown."""
    if name in port_names:
        return [name]
    shape = array_shapes(n for n in port_names if split_subscript(n)[0] == name).get(name, ())
    return element_names(name, shape) if shape else []
