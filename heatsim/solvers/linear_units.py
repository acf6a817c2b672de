"""Units as linear systems at an operating point, one by one, and what connects them.

Of every unit only the states stay that can be seen at the signals between units; energy meters and the like have no
influence on the coupling. Commands of sampled units and system inputs are constants here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import casadi as ca
import numpy as np

from heatsim.errors import SimulationError
from heatsim.fmu.block import Block
from heatsim.solvers.compose import Composite, Source


@dataclass(frozen=True)
class LinearUnit:
    """`dx/dt = A x + B u`, `y = C x + D u` around an operating point; the matrices of a unit by itself."""

    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    A: np.ndarray
    B: np.ndarray
    C: np.ndarray
    D: np.ndarray


@dataclass(frozen=True)
class LinearSystem:
    """Linear units and the signals between them.

    Attributes
    ----------
    units
        In the order in which states, inputs and outputs are stacked.
    inputs, outputs
        (unit, name) of each input and output, in order.
    links
        Inputs of all units from the outputs of all units, shape (n_inputs, n_outputs).
    """

    units: tuple[LinearUnit, ...]
    inputs: tuple[tuple[str, str], ...]
    outputs: tuple[tuple[str, str], ...]
    links: np.ndarray


def linear_system(
    composite: Composite, t: float, x: np.ndarray, u: np.ndarray, opaque: Iterable[LinearUnit] = ()
) -> LinearSystem:
    """Linearise every unit of a composite.

    Parameters
    ----------
    composite
        The continuous part of a system.
    t, x, u
        Operating point: time in s, states, externals.
    opaque
        Linear models of the opaque units, inputs in the order of their sources, outputs in that of
        `composite.opaque_slices`; the outputs of an opaque unit that has none are constant.

    Raises
    ------
    SimulationError
        When a derivative is not finite; names the unit.
    """
    y = np.asarray(composite.output(t, x, u)).ravel()
    stack = np.concatenate([y, u])
    units: list[LinearUnit] = []
    inputs: list[tuple[str, str]] = []
    outputs: list[tuple[str, str]] = []
    position: dict[int | None, int] = {}
    for name, block in composite.blocks.items():
        seen = np.array([_value(source, stack, y.size) for source in composite.sources[name]], dtype=float)
        units.append(linear_unit(block, t, x[composite.state_slices[name]], seen))
        position.update({i: len(outputs) + k for k, i in enumerate(_range(composite.output_slices[name]))})
        inputs.extend((name, port) for port in units[-1].inputs)
        outputs.extend((name, port) for port in units[-1].outputs)
    for unit in opaque:
        piece = composite.opaque_slices[unit.name]
        position.update({y.size + i: len(outputs) + k for k, i in enumerate(_range(piece))})
        units.append(unit)
        inputs.extend((unit.name, port) for port in unit.inputs)
        outputs.extend((unit.name, port) for port in unit.outputs)
    links = np.zeros((len(inputs), len(outputs)))
    row = 0
    for unit in units:
        for source in composite.sources[unit.name]:
            column = position.get(_index(source, y.size))
            if column is not None:
                links[row, column] = source.factor
            row += 1
    return LinearSystem(tuple(units), tuple(inputs), tuple(outputs), links)


def _range(piece: slice) -> range:
    return range(piece.start, piece.stop)


def _index(source: Source, n_outputs: int) -> int | None:
    """Index of a source in the stack (outputs, externals); None for a constant."""
    if source.output is not None:
        return source.output
    return None if source.external is None else n_outputs + source.external


def _value(source: Source, stack: np.ndarray, n_outputs: int) -> float:
    index = _index(source, n_outputs)
    return source.offset + (0.0 if index is None else source.factor * float(stack[index]))


def linear_unit(block: Block, t: float, x: np.ndarray, u: np.ndarray) -> LinearUnit:
    """Jacobians of a block by forward derivatives, one direction for each state and input.

    Raises
    ------
    SimulationError
        When a derivative is not finite.
    """
    n, m, p = x.size, u.size, len(block.outputs)
    names = tuple(port.name for port in block.inputs), tuple(port.name for port in block.outputs)
    if n + m == 0:
        return LinearUnit(block.name, *names, *(np.zeros(shape) for shape in ((0, 0), (0, 0), (p, 0), (p, 0))))
    # a function of forward derivatives takes a hundredth of the time that whole Jacobians of a network take to build
    forward = block.function.forward(1)
    seeds = np.eye(n + m)
    repeated = (np.full((1, n + m), t), *(np.repeat(v[:, None], n + m, axis=1) for v in (x, u, block.parameter_values)))
    nothing = (ca.DM(n, n + m), ca.DM(p, n + m))
    zero = (np.zeros((1, n + m)), np.zeros((block.parameter_values.size, n + m)))
    try:
        ode, y = forward(*repeated, *nothing, zero[0], seeds[:n], seeds[n:], zero[1])
    except RuntimeError as error:
        raise SimulationError(
            f"{block.name}: its derivatives cannot be evaluated at t = {t:g} s ({str(error).splitlines()[-1][:120]})"
        ) from error
    full = np.vstack([np.asarray(ca.DM(ode).full()), np.asarray(ca.DM(y).full())]).reshape(n + p, n + m)
    if not np.isfinite(full).all():
        row = int(np.argmax(~np.isfinite(full).all(axis=1)))
        rows = [f"der({port.name})" for port in block.states] + list(names[1])
        raise SimulationError(f"{block.name}: the derivatives of '{rows[row]}' are not finite at t = {t:g} s")
    return LinearUnit(block.name, *names, full[:n, :n], full[:n, n:], full[n:, :n], full[n:, n:])
