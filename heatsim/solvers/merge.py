"""Merges blocks into one pair of functions `ode(t, x, u)` and `y(t, x, u)`, algebraic cycles solved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import casadi as ca
import numpy as np

from heatsim.fmu.block import Block, Port
from heatsim.solvers.cycles import Cycle, first_guesses, order_outputs, solve_by_newton, solve_linear


@dataclass(frozen=True)
class Source:
    """Where a scalar input gets its value: factor*(output | external) + offset; a constant has neither index."""

    output: int | None = None
    external: int | None = None
    factor: float = 1.0
    offset: float = 0.0

    def value(self, y: np.ndarray, u: np.ndarray) -> float:
        """Value from outputs and externals."""
        if self.output is not None:
            return float(self.factor * y[self.output] + self.offset)
        return self.offset if self.external is None else float(self.factor * u[self.external] + self.offset)


@dataclass(frozen=True)
class _Parts:
    """What is to be merged, and where states and outputs of each block are in x and y."""

    blocks: Mapping[str, Block]
    sources: Mapping[str, list[Source]]
    n_externals: int
    state_slices: dict[str, slice]
    output_slices: dict[str, slice]

    @property
    def n_states(self) -> int:
        return sum(len(block.states) for block in self.blocks.values())

    @property
    def output_ports(self) -> list[Port]:
        return [port for block in self.blocks.values() for port in block.outputs]


@dataclass(frozen=True)
class _Opened:
    """Derivatives and outputs as expressions of (t, x, u) and the torn outputs z."""

    t: Any
    x: Any
    u: Any
    z: dict[int, Any]
    ode: Any
    y: list[Any]


def gather(sources: list[Source], u: Any, y: Any, kind: Any) -> Any:
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


def merge(
    blocks: Mapping[str, Block], sources: Mapping[str, list[Source]], n_externals: int
) -> tuple[ca.Function, ca.Function]:
    """Right-hand side and outputs of some blocks, functions of (t, x, u), parameters put in.

    They are SX when all blocks are and every algebraic cycle is linear.

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
        When an algebraic cycle is singular.
    """
    needs, order, cycles = _dependence(blocks, sources)
    parts = _parts(blocks, sources, n_externals)
    left: Sequence[Cycle] = cycles
    if all(block.symbolic for block in blocks.values()):
        opened, left = _close_linear(_symbolic(parts, order, cycles), parts, cycles)
    else:
        opened = _calls(parts, needs, cycles)
    if left:
        return _close_nonlinear(opened, parts, left)
    return _functions(opened.t, opened.x, opened.u, opened.ode, _stack(opened))


def merge_open(blocks: Mapping[str, Block], sources: Mapping[str, list[Source]], n_externals: int) -> tuple[Any, ...]:
    """Symbols t, x, u, derivatives and outputs of symbolic blocks without cycles; their numbers may be symbols too."""
    _, order, cycles = _dependence(blocks, sources)
    opened = _symbolic(_parts(blocks, sources, n_externals), order, cycles)
    return opened.t, opened.x, opened.u, opened.ode, _stack(opened)


def find_cycles(blocks: Mapping[str, Block], sources: Mapping[str, list[Source]]) -> tuple[Cycle, ...]:
    """Algebraic cycles among the outputs of some blocks, in order of dependence."""
    return _dependence(blocks, sources)[2]


def slices_of(counts: Mapping[str, int]) -> dict[str, slice]:
    """Where each of some vectors is when they are stacked, from their lengths."""
    result: dict[str, slice] = {}
    position = 0
    for name, count in counts.items():
        result[name] = slice(position, position + count)
        position += count
    return result


def _parts(blocks: Mapping[str, Block], sources: Mapping[str, list[Source]], n_externals: int) -> _Parts:
    states = slices_of({name: len(block.states) for name, block in blocks.items()})
    outputs = slices_of({name: len(block.outputs) for name, block in blocks.items()})
    return _Parts(blocks, sources, n_externals, states, outputs)


def _dependence(
    blocks: Mapping[str, Block], sources: Mapping[str, list[Source]]
) -> tuple[dict[int, set[int]], list[int], tuple[Cycle, ...]]:
    """For each output those that it depends on without a state in between, their order, and cycles."""
    needs: dict[int, set[int]] = {}
    base = 0
    for name, block in blocks.items():
        needs.update({base + i: set() for i in range(len(block.outputs))})
        if block.outputs and block.inputs:
            for row, column in zip(*block.function.jac_sparsity(1, 2).get_triplet(), strict=True):
                source = sources[name][column].output
                if source is not None:
                    needs[base + row].add(source)
        base += len(block.outputs)
    order, cycles = order_outputs(needs, [f"{n}.{port.name}" for n, block in blocks.items() for port in block.outputs])
    return needs, order, cycles


def _stack(opened: _Opened) -> Any:
    return ca.vertcat(type(opened.ode)(0, 1), *opened.y)


def _functions(t: Any, x: Any, u: Any, ode: Any, y: Any) -> tuple[ca.Function, ca.Function]:
    return (
        ca.Function("ode", [t, x, u], [ca.densify(ode)], ["t", "x", "u"], ["ode"]),
        ca.Function("output", [t, x, u], [ca.densify(y)], ["t", "x", "u"], ["y"]),
    )


def _symbolic(parts: _Parts, order: Sequence[int], cycles: Sequence[Cycle]) -> _Opened:
    t, x, u = ca.SX.sym("t"), ca.SX.sym("x", parts.n_states), ca.SX.sym("u", parts.n_externals)
    symbols = ca.SX.sym("y", len(order))
    odes, ys = [ca.SX(0, 1)], [ca.SX(0, 1)]
    for name, block in parts.blocks.items():
        inputs = gather(parts.sources[name], u, symbols, ca.SX)
        ode, y = block.function(t, x[parts.state_slices[name]], inputs, block.parameter_values)
        odes.append(ode)
        ys.append(y)
    ode, y = ca.vertcat(*odes), ca.vertcat(*ys)
    torn = [i for cycle in cycles for i in cycle.torn]
    if order:
        # scalar by scalar in order of dependence, so that no output is evaluated twice; those that no input reads stay
        read = {source.output for row in parts.sources.values() for source in row} - set(torn)
        plain = [i for i in order if i in read]
        _, (ode, y) = ca.substitute_inplace([symbols[i] for i in plain], [y[i] for i in plain], [ode, y], False)
    return _Opened(t, x, u, {i: symbols[i] for i in torn}, ode, [y[i] for i in range(len(order))])


def _close_linear(opened: _Opened, parts: _Parts, cycles: Sequence[Cycle]) -> tuple[_Opened, list[Cycle]]:
    """Put in the solutions of the linear cycles; returns the cycles that are left."""
    left = []
    scale = _magnitudes(parts)
    ode, y = opened.ode, opened.y
    for cycle in cycles:
        rows = list(cycle.torn)
        z = ca.vertcat(*(opened.z[i] for i in rows))
        others = [opened.t, opened.x, opened.u, *(opened.z[i] for c in cycles if c is not cycle for i in c.torn)]
        residual = ca.vertcat(*(y[i] for i in rows)) - z
        solution = solve_linear(cycle, residual, z, scale[rows], ca.vertcat(*others))
        if solution is None:
            left.append(cycle)
            continue
        ode, stacked = ca.substitute([ode, ca.vertcat(*y)], [z], [solution])
        y = [stacked[i] for i in range(len(y))]
        for i, k in enumerate(rows):
            y[k] = solution[i]
    remaining = {i: opened.z[i] for cycle in left for i in cycle.torn}
    return _Opened(opened.t, opened.x, opened.u, remaining, ode, y), left


def _calls(parts: _Parts, needs: Mapping[int, set[int]], cycles: Sequence[Cycle]) -> _Opened:
    """Like `_symbolic` with function calls: a block is called once per rank of its outputs, once for the ODE."""
    t, x, u = ca.MX.sym("t"), ca.MX.sym("x", parts.n_states), ca.MX.sym("u", parts.n_externals)
    owner = {i: name for name, piece in parts.output_slices.items() for i in range(piece.start, piece.stop)}
    z = {i: ca.MX.sym(f"z{i}") for cycle in cycles for i in cycle.torn}
    known: dict[int, Any] = dict(z)
    found: dict[int, Any] = {}
    remaining = list(needs)
    while remaining:
        ready = [i for i in remaining if needs[i] <= known.keys()]
        for name in {owner[i]: None for i in ready}:
            block = parts.blocks[name]
            padded = {i: known.get(i, ca.MX(0)) for i in range(len(needs))}
            inputs = gather(parts.sources[name], u, padded, ca.MX)
            _, y = block.function(t, x[parts.state_slices[name]], inputs, block.parameter_values)
            for i in ready:
                if owner[i] == name:
                    found[i] = y[i - parts.output_slices[name].start]
        for i in ready:
            known.setdefault(i, found[i])
        remaining = [i for i in remaining if i not in found]
    odes = [ca.MX(0, 1)]
    for name, block in parts.blocks.items():
        inputs = gather(parts.sources[name], u, known, ca.MX)
        ode, _ = block.function(t, x[parts.state_slices[name]], inputs, block.parameter_values)
        odes.append(ode)
    return _Opened(t, x, u, z, ca.vertcat(*odes), [found[i] for i in range(len(needs))])


def _close_nonlinear(opened: _Opened, parts: _Parts, cycles: Sequence[Cycle]) -> tuple[ca.Function, ca.Function]:
    """Solve for the torn outputs by Newton's method inside the graph, cycle after cycle."""
    scale, ports = _magnitudes(parts), parts.output_ports
    torn = [i for cycle in cycles for i in cycle.torn]
    unknowns = ca.vertcat(*(opened.z[i] for i in torn))
    point = [opened.t, opened.x, opened.u, unknowns]
    whole = ca.Function("opened", point, [ca.densify(opened.ode), ca.densify(_stack(opened))])
    t, x, u = ca.MX.sym("t"), ca.MX.sym("x", parts.n_states), ca.MX.sym("u", parts.n_externals)
    solved = ca.MX(0, 1)
    before: list[Any] = []
    for k, cycle in enumerate(cycles):
        rows = list(cycle.torn)
        z = [opened.z[i] for i in rows]
        equations = ca.vertcat(*(opened.y[i] for i in rows)) - ca.vertcat(*z)
        residual = _of_vectors(z, [opened.t, opened.x, opened.u, *before], equations)
        guess = first_guesses(ports[i] for i in rows)
        solution = solve_by_newton(f"cycle{k}", residual, scale[rows], guess, ca.vertcat(t, x, u, solved))
        solved = ca.vertcat(solved, solution)
        before.extend(opened.z[i] for i in rows)
    ode, y = whole(t, x, u, solved)
    return _functions(t, x, u, ode, y)


def _of_vectors(z: list[Any], parameters: list[Any], equations: Any) -> ca.Function:
    """Function of two vectors (z, p) from equations in the symbols that they are stacked from."""
    if isinstance(equations, ca.SX):
        return ca.Function("residual", [ca.vertcat(*z), ca.vertcat(*parameters)], [equations])
    inner = ca.Function("residual", [*z, *parameters], [equations])
    new_z, new_p = ca.MX.sym("z", len(z)), ca.MX.sym("p", sum(p.numel() for p in parameters))
    split = ca.vertsplit(new_p, [0, *np.cumsum([p.numel() for p in parameters]).tolist()])
    return ca.Function("residual", [new_z, new_p], [inner(*ca.vertsplit(new_z), *split)])


def _magnitudes(parts: _Parts) -> np.ndarray:
    return np.array([abs(port.nominal) or 1.0 for port in parts.output_ports], dtype=float)
