"""Equations of a continuous unit as data: the list of elementary operations of its CasADi function.

Reading it runs no foreign code, and the unit gives bit for bit the same derivatives and outputs as the one it was
written from. A unit with operations that have no symbols (interpolation tables, say) cannot be written so.
"""

from __future__ import annotations

from typing import Any

import casadi as ca

from heatsim.errors import HeatsimError, UsageError
from heatsim.fmu.block import Block, Port
from heatsim.ssp.values import NotPlain, decode, encode
from heatsim.system.member import python_block
from heatsim.system.protocols import ContinuousUnit

_NAMES = {getattr(ca, name): name for name in dir(ca) if name.startswith("OP_")}
_CODES = {name: code for code, name in _NAMES.items()}
_GROUPS = ("states", "inputs", "parameters")
_FORMAT = 1


class EquationUnit:
    """A continuous unit read from a file.

    Parameters
    ----------
    inputs, outputs, states, parameters
        The ports.
    operations
        List of [name, target register, arguments …], in the order of evaluation.
    origin
        Name of the class that the unit was written from, for people.
    """

    def __init__(
        self,
        inputs: tuple[Port, ...],
        outputs: tuple[Port, ...],
        states: tuple[Port, ...],
        parameters: tuple[Port, ...],
        operations: list[list[Any]],
        origin: str = "",
    ) -> None:
        self.inputs = inputs
        self.outputs = outputs
        self.states = states
        self.parameters = parameters
        self.operations = operations
        self.origin = origin

    def equations(
        self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the derivatives of the states and the outputs as CasADi expressions."""
        vectors = [[t], [x[i.name] for i in self.states], [u[i.name] for i in self.inputs]]
        vectors.append([p[i.name] for i in self.parameters])
        results: list[dict[int, Any]] = [{}, {}]
        registers: dict[int, Any] = {}
        for name, target, *arguments in self.operations:
            if name == "OP_CONST":
                registers[target] = ca.SX(arguments[0])
            elif name == "OP_INPUT":
                registers[target] = vectors[arguments[0]][arguments[1]]
            elif name == "OP_OUTPUT":
                results[target][arguments[1]] = registers[arguments[0]]
            elif len(arguments) == 1:
                registers[target] = ca.SX.unary(_CODES[name], registers[arguments[0]])
            else:
                registers[target] = ca.SX.binary(_CODES[name], *(registers[a] for a in arguments))
        zero = ca.SX(0)
        return (
            {port.name: results[0].get(i, zero) for i, port in enumerate(self.states)},
            {port.name: results[1].get(i, zero) for i, port in enumerate(self.outputs)},
        )


def describe(name: str, unit: ContinuousUnit) -> dict[str, Any]:
    """Ports and operations of a continuous unit, as JSON data.

    Raises
    ------
    NotPlain
        When its equations have operations without symbols.
    """
    values = {port.name: 1.0 for port in (*unit.parameters, *unit.states)}
    block = python_block(name, unit, values, values)
    if not block.symbolic:
        raise NotPlain("its equations have operations that cannot be written one by one, such as a table")
    operations = _operations(block)
    again = EquationUnit(
        tuple(unit.inputs), tuple(unit.outputs), tuple(unit.states), tuple(unit.parameters), operations
    )
    if _operations(python_block(name, again, values, values)) != operations:
        raise NotPlain("its equations change when they are written and read")
    return {
        "format": _FORMAT,
        "kind": "equations",
        "origin": getattr(unit, "origin", "") or f"{type(unit).__module__}:{type(unit).__qualname__}",
        **{group: encode(tuple(getattr(unit, group))) for group in ("inputs", "outputs", "states", "parameters")},
        "operations": operations,
    }


def rebuild(data: dict[str, Any]) -> EquationUnit:
    """Unit from its description.

    Raises
    ------
    UsageError
        When the description is of another format or damaged.
    """
    if data.get("format") != _FORMAT:
        raise UsageError(f"its equations have format {data.get('format')}, and this heatsim reads {_FORMAT}; update it")
    try:
        ports = [decode(data[group]) for group in ("inputs", "outputs", "states", "parameters")]
        if not all(isinstance(port, Port) for group in ports for port in group):
            raise TypeError("a port is no Port")
        operations = [_checked(list(row)) for row in data["operations"]]
        inputs, outputs, states, parameters = ports
        unit = EquationUnit(inputs, outputs, states, parameters, operations, str(data.get("origin", "")))
        values = {port.name: 1.0 for port in (*unit.parameters, *unit.states)}
        python_block("unit", unit, values, values)
    except (KeyError, IndexError, TypeError, ValueError, HeatsimError) as error:
        raise UsageError(f"its equations are damaged ({type(error).__name__}: {error}); export it again") from error
    return unit


def _checked(row: list[Any]) -> list[Any]:
    name, target, *arguments = row
    if name not in _CODES or not isinstance(target, int):
        raise ValueError(f"operation {name}")
    if name == "OP_CONST":
        return [name, target, float(decode(arguments[0]))]
    if not all(isinstance(a, int) for a in arguments) or not 1 <= len(arguments) <= 2:
        raise ValueError(f"arguments of {name}")
    return row


def _operations(block: Block) -> list[list[Any]]:
    function = block.function
    rows: list[list[Any]] = []
    for k in range(function.n_instructions()):
        code, inputs, outputs = (
            function.instruction_id(k),
            function.instruction_input(k),
            function.instruction_output(k),
        )
        name = _NAMES[code]
        if name == "OP_CONST":
            rows.append([name, outputs[0], encode(float(function.instruction_constant(k)))])
        elif name == "OP_OUTPUT":
            rows.append([name, outputs[0], inputs[0], _dense(function.sparsity_out(outputs[0]), outputs[1])])
        elif name == "OP_INPUT" or (len(inputs) in (1, 2) and len(outputs) == 1):
            rows.append([name, outputs[0], *inputs])
        else:
            raise NotPlain(f"its equations have the operation {name}, which cannot be written")
    return rows


def _dense(sparsity: ca.Sparsity, nonzero: int) -> int:
    """Row of a nonzero of a column vector; structural zeros have no operation."""
    return int(sparsity.row()[nonzero])
