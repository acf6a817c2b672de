"""Merges the continuous units of a system into one right-hand side.

All blocks become `f(t, x, u) -> ode` and `g(t, x, u) -> y`, where u holds the system inputs, the commands of the
sampled units, and the outputs of opaque units (Co-Simulation FMUs, FMUs with events), which keep their state to
themselves. Outputs that depend directly on inputs are put in order signal by signal, from the sparsity of the
Jacobians; a cycle among them is an error that names it. When every block is symbolic the result is one SX graph.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any

import casadi as ca
import numpy as np

from heatsim.errors import ConnectionError  # noqa: A004 - the public name is part of the contract
from heatsim.fmu.block import Block, Port
from heatsim.system.checks import Wire, wires
from heatsim.system.system import System

Node = tuple[str, int]


@dataclass(frozen=True)
class Source:
    """Where a scalar input gets its value: factor*(output | external) + offset; a constant has neither index."""

    output: int | None = None
    external: int | None = None
    factor: float = 1.0
    offset: float = 0.0


@dataclass(frozen=True)
class Composite:
    """The continuous part of a system.

    Attributes
    ----------
    blocks
        Continuous units by name, in the order in which states and outputs are stacked.
    states, outputs, externals
        Paths (`unit.name`; a system input has its own name) of x, y and u.
    state_ports, output_ports
        Ports in the same order.
    nominal, initial
        Magnitude and start value of each state, shape (n_states,).
    n_inputs, n_commands
        The first `n_inputs` externals are system inputs, the next `n_commands` commands of sampled units, the others
        outputs of opaque units.
    ode, output
        CasADi functions of (t, x, u).
    sources
        For each unit, continuous or sampled: the source of each of its inputs.
    feedthrough
        Boolean, shape (n_outputs, n_externals): output i depends directly on external j.
    symbolic
        True when both functions are SX.
    fmus
        Names of the blocks that come from FMUs.
    state_slices, output_slices
        Where each unit's states and outputs are in x and y.
    opaque_slices
        Where the outputs of each opaque unit are in u.
    """

    blocks: dict[str, Block]
    states: tuple[str, ...]
    outputs: tuple[str, ...]
    externals: tuple[str, ...]
    state_ports: tuple[Port, ...]
    output_ports: tuple[Port, ...]
    nominal: np.ndarray
    initial: np.ndarray
    n_inputs: int
    n_commands: int
    ode: ca.Function
    output: ca.Function
    sources: dict[str, list[Source]]
    feedthrough: np.ndarray
    symbolic: bool
    fmus: frozenset[str] = frozenset()
    state_slices: dict[str, slice] = field(default_factory=dict)
    output_slices: dict[str, slice] = field(default_factory=dict)
    opaque_slices: dict[str, slice] = field(default_factory=dict)

    @property
    def commands(self) -> slice:
        """Where the commands of the sampled units are in u."""
        return slice(self.n_inputs, self.n_inputs + self.n_commands)


def compose(system: System) -> Composite:
    """Build the composite of a checked system.

    Raises
    ------
    ConnectionError
        When outputs and inputs form an algebraic cycle.
    FmuError, UsageError
        From building the blocks.
    """
    blocks = {m.name: m.block() for m in system.members.values() if m.kind != "sampled" and not m.opaque}
    externals = [*system.input_scalars]
    n_inputs = len(externals)
    for member in system.members.values():
        if member.kind == "sampled":
            externals.extend(f"{member.name}.{name}" for name in member.ports["outputs"])
    n_commands = len(externals) - n_inputs
    opaque_slices: dict[str, slice] = {}
    for member in system.members.values():
        if member.opaque:
            first = len(externals)
            externals.extend(f"{member.name}.{name}" for name in member.ports["outputs"])
            opaque_slices[member.name] = slice(first, len(externals))
    outputs = [f"{name}.{port.name}" for name, block in blocks.items() for port in block.outputs]
    states = [f"{name}.{port.name}" for name, block in blocks.items() for port in block.states]
    state_slices = _slices({name: len(block.states) for name, block in blocks.items()})
    output_slices = _slices({name: len(block.outputs) for name, block in blocks.items()})
    sources = _sources(system, blocks, outputs, externals)
    ode, output = merge(blocks, sources, len(externals))
    feedthrough = np.zeros((len(outputs), len(externals)), dtype=bool)
    if outputs and externals:
        rows, columns = output.jac_sparsity(0, 2).get_triplet()
        feedthrough[rows, columns] = True
    state_ports = tuple(port for block in blocks.values() for port in block.states)
    return Composite(
        blocks=blocks,
        states=tuple(states),
        outputs=tuple(outputs),
        externals=tuple(externals),
        state_ports=state_ports,
        output_ports=tuple(port for block in blocks.values() for port in block.outputs),
        nominal=np.array([abs(port.nominal) or 1.0 for port in state_ports], dtype=float),
        initial=np.concatenate([np.zeros(0), *(block.initial_states for block in blocks.values())]),
        n_inputs=n_inputs,
        n_commands=n_commands,
        ode=ode,
        output=output,
        sources=sources,
        feedthrough=feedthrough,
        symbolic=all(block.symbolic for block in blocks.values()),
        fmus=frozenset(m.name for m in system.members.values() if m.kind == "fmu" and not m.opaque),
        state_slices=state_slices,
        output_slices=output_slices,
        opaque_slices=opaque_slices,
    )


def merge(
    blocks: dict[str, Block], sources: dict[str, list[Source]], n_externals: int
) -> tuple[ca.Function, ca.Function]:
    """Right-hand side and outputs of some blocks, functions of (t, x, u), parameters put in.

    Parameters
    ----------
    blocks
        By name, in the order in which states and outputs are stacked.
    sources
        For each block the source of each of its inputs: an output of these blocks, an external, or a constant.
    n_externals
        Length of u.

    Raises
    ------
    ConnectionError
        When outputs and inputs form an algebraic cycle.
    """
    outputs = [f"{name}.{port.name}" for name, block in blocks.items() for port in block.outputs]
    state_slices = _slices({name: len(block.states) for name, block in blocks.items()})
    output_slices = _slices({name: len(block.outputs) for name, block in blocks.items()})
    needs = _direct_needs(blocks, sources, output_slices)
    order = _output_order(needs, outputs)
    if all(block.symbolic for block in blocks.values()):
        return _merge_symbolic(blocks, sources, order, state_slices, output_slices, n_externals)
    return _merge_calls(blocks, sources, needs, state_slices, output_slices, n_externals)


def _slices(counts: dict[str, int]) -> dict[str, slice]:
    result: dict[str, slice] = {}
    position = 0
    for name, count in counts.items():
        result[name] = slice(position, position + count)
        position += count
    return result


def _sources(
    system: System, blocks: dict[str, Block], outputs: list[str], externals: list[str]
) -> dict[str, list[Source]]:
    output_index = {path: i for i, path in enumerate(outputs)}
    external_index = {path: i for i, path in enumerate(externals)}
    by_target: dict[tuple[str, str], Wire] = {(w.target_unit, w.target): w for w in wires(system)}
    result: dict[str, list[Source]] = {}
    for member in system.members.values():
        row: list[Source] = []
        # an FMU's block takes its inputs in the order of the import, which need not be that of the description
        block = blocks.get(member.name)
        names = [port.name for port in block.inputs] if block is not None else list(member.ports["inputs"])
        for name in names:
            wire = by_target.get((member.name, name))
            if wire is None:
                row.append(Source(offset=member.inputs[name]))
            else:
                path = wire.source_path
                output = output_index.get(path) if wire.source_unit else None
                external = None if output is not None else external_index[path]
                row.append(Source(output, external, wire.factor, wire.offset))
        result[member.name] = row
    return result


def _direct_needs(
    blocks: dict[str, Block], sources: dict[str, list[Source]], output_slices: dict[str, slice]
) -> dict[int, set[int]]:
    """For each output the outputs that it depends on without a state in between."""
    needs: dict[int, set[int]] = {}
    for name, block in blocks.items():
        base = output_slices[name].start
        needs.update({base + i: set() for i in range(len(block.outputs))})
        if block.outputs and block.inputs:
            for row, column in zip(*block.function.jac_sparsity(1, 2).get_triplet(), strict=True):
                source = sources[name][column].output
                if source is not None:
                    needs[base + row].add(source)
    return needs


def _output_order(needs: dict[int, set[int]], outputs: list[str]) -> list[int]:
    """Indices of all outputs so that each comes after those it depends on directly."""
    try:
        return list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        cycle = [outputs[i] for i in error.args[1]]
        raise ConnectionError(
            f"algebraic cycle without a state in it: {' -> '.join(cycle)}; put a state between, e.g. a sensor lag "
            "or an actuator"
        ) from error


def _gather(sources: list[Source], u: Any, y: Any, kind: Any) -> Any:
    """Input vector of a unit from the externals and (symbols of) the outputs."""
    rows = []
    for source in sources:
        if source.output is not None:
            value = y[source.output]
        elif source.external is not None:
            value = u[source.external]
        else:
            rows.append(kind(source.offset))
            continue
        if source.factor != 1.0:
            value = source.factor * value
        if source.offset != 0.0:
            value = value + source.offset
        rows.append(value)
    return ca.vertcat(kind(0, 1), *rows)


def _merge_symbolic(
    blocks: dict[str, Block],
    sources: dict[str, list[Source]],
    order: list[int],
    state_slices: dict[str, slice],
    output_slices: dict[str, slice],
    n_externals: int,
) -> tuple[ca.Function, ca.Function]:
    n_states = sum(len(block.states) for block in blocks.values())
    n_outputs = len(order)
    t, x, u = ca.SX.sym("t"), ca.SX.sym("x", n_states), ca.SX.sym("u", n_externals)
    symbols = ca.SX.sym("y", n_outputs)
    odes, ys = [ca.SX(0, 1)], [ca.SX(0, 1)]
    for name, block in blocks.items():
        ode, y = block.function(
            t, x[state_slices[name]], _gather(sources[name], u, symbols, ca.SX), block.parameter_values
        )
        odes.append(ode)
        ys.append(y)
    ode, y = ca.vertcat(*odes), ca.vertcat(*ys)
    if n_outputs:
        # scalar by scalar in order of dependence, so that no output is evaluated twice
        definitions, (ode, y) = ca.substitute_inplace(
            [symbols[i] for i in order], [y[i] for i in order], [ode, y], False
        )
        del definitions
    arguments = [t, x, u]
    return (
        ca.Function("ode", arguments, [ca.densify(ode)], ["t", "x", "u"], ["ode"]),
        ca.Function("output", arguments, [ca.densify(y)], ["t", "x", "u"], ["y"]),
    )


def _merge_calls(
    blocks: dict[str, Block],
    sources: dict[str, list[Source]],
    needs: dict[int, set[int]],
    state_slices: dict[str, slice],
    output_slices: dict[str, slice],
    n_externals: int,
) -> tuple[ca.Function, ca.Function]:
    """Like `_merge_symbolic` with function calls: a block is called once per rank of its outputs, once for the ODE."""
    n_states = sum(len(block.states) for block in blocks.values())
    t, x, u = ca.MX.sym("t"), ca.MX.sym("x", n_states), ca.MX.sym("u", n_externals)
    owner = {i: name for name, piece in output_slices.items() for i in range(piece.start, piece.stop)}
    known: dict[int, Any] = {}
    remaining = list(needs)
    while remaining:
        ready = [i for i in remaining if needs[i] <= known.keys()]
        for name in {owner[i]: None for i in ready}:
            block = blocks[name]
            padded = {i: known.get(i, ca.MX(0)) for i in range(len(needs))}
            _, y = block.function(
                t, x[state_slices[name]], _gather(sources[name], u, padded, ca.MX), block.parameter_values
            )
            for i in ready:
                if owner[i] == name:
                    known[i] = y[i - output_slices[name].start]
        remaining = [i for i in remaining if i not in known]
    odes = [ca.MX(0, 1)]
    for name, block in blocks.items():
        ode, _ = block.function(
            t, x[state_slices[name]], _gather(sources[name], u, known, ca.MX), block.parameter_values
        )
        odes.append(ode)
    arguments = [t, x, u]
    y = ca.vertcat(ca.MX(0, 1), *(known[i] for i in range(len(needs))))
    return (
        ca.Function("ode", arguments, [ca.densify(ca.vertcat(*odes))], ["t", "x", "u"], ["ode"]),
        ca.Function("output", arguments, [ca.densify(y)], ["t", "x", "u"], ["y"]),
    )
