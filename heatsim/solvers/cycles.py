"""Algebraic cycles: outputs that depend on each other through the connections without a state in between.

The outputs in a cycle are the strongly connected components of the graph of direct dependence. Some of them are torn,
so that all others follow in order; the torn ones are unknowns z of equations `y(z) - z = 0`. Linear equations are
solved in symbols, others by Newton's method inside the graph. Where there is no solution the value is NaN, which every
check of a run finds: never a number that does not solve the equations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

import casadi as ca
import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from heatsim.errors import ConnectionError  # noqa: A004 - the public name is part of the contract
from heatsim.fmu.block import Port

# of the scaled residuals: what Newton aims at, and what is still taken for a solution where rounding keeps it from that
_GOAL = 1e-11
_LIMIT = 1e-8
_MAX_ITERATIONS = 50
# a matrix with a reciprocal condition number below this has no inverse worth the name
_SINGULAR = 1e-13
# operations whose derivative is zero or one wherever there is one, so that derivatives do not show their steps
_STEPS = {
    ca.OP_LT,
    ca.OP_LE,
    ca.OP_EQ,
    ca.OP_NE,
    ca.OP_NOT,
    ca.OP_AND,
    ca.OP_OR,
    ca.OP_FLOOR,
    ca.OP_CEIL,
    ca.OP_SIGN,
    ca.OP_COPYSIGN,
    ca.OP_FMOD,
    ca.OP_REMAINDER,
}


@dataclass(frozen=True)
class Cycle:
    """Outputs that depend on each other.

    Attributes
    ----------
    outputs
        Indices of all outputs in it.
    torn
        Those that are solved for; the others follow from them.
    paths
        Names of the outputs, along the dependence where the cycle is a simple one.
    """

    outputs: tuple[int, ...]
    torn: tuple[int, ...]
    paths: tuple[str, ...]

    def __str__(self) -> str:
        shown = self.paths if len(self.paths) <= 8 else (*self.paths[:7], "…")
        return " -> ".join((*shown, self.paths[0]))


def order_outputs(needs: Mapping[int, set[int]], paths: Sequence[str]) -> tuple[list[int], tuple[Cycle, ...]]:
    """Order of all outputs by direct dependence, torn ones counted as known, and the cycles in order of dependence.

    Parameters
    ----------
    needs
        For each output the outputs that it depends on directly.
    paths
        Names of the outputs.
    """
    cycles = []
    torn: set[int] = set()
    for component in _components(needs, list(needs)):
        inside = {i: needs[i] & set(component) for i in component}
        if any(inside.values()):
            chosen = _tear(inside)
            torn |= set(chosen)
            cycles.append(Cycle(tuple(component), tuple(chosen), tuple(paths[i] for i in _around(inside))))
    cut = {i: wanted - torn for i, wanted in needs.items()}
    order = list(TopologicalSorter(cut).static_order())
    return order, tuple(cycles)


def _components(needs: Mapping[int, set[int]], nodes: Sequence[int]) -> list[list[int]]:
    """Strongly connected components, those that others depend on first."""
    place = {node: k for k, node in enumerate(nodes)}
    pairs = [(place[i], place[j]) for i in nodes for j in needs[i] if j in place]
    rows, columns = (list(side) for side in zip(*pairs, strict=True)) if pairs else ([], [])
    graph = sp.csr_matrix((np.ones(len(pairs)), (rows, columns)), shape=(len(nodes), len(nodes)))
    count, labels = connected_components(graph, directed=True, connection="strong")
    members: list[list[int]] = [[] for _ in range(count)]
    for node, label in zip(nodes, labels, strict=True):
        members[label].append(node)
    between: dict[int, set[int]] = {label: set() for label in range(count)}
    for row, column in pairs:
        if labels[row] != labels[column]:
            between[int(labels[row])].add(int(labels[column]))
    return [members[label] for label in TopologicalSorter(between).static_order()]


def _tear(inside: Mapping[int, set[int]]) -> list[int]:
    """Few outputs whose knowledge leaves no cycle: always the one with the most paths through it."""
    torn: list[int] = []
    work = [dict(inside)]
    while work:
        graph = work.pop()
        used = dict.fromkeys(graph, 0)
        for wanted in graph.values():
            for j in wanted:
                used[j] += 1
        worst = max(graph, key=lambda i: (i in graph[i], used[i] * len(graph[i]), -i))
        torn.append(worst)
        rest = {i: wanted - {worst} for i, wanted in graph.items() if i != worst}
        for component in _components(rest, list(rest)):
            part = {i: rest[i] & set(component) for i in component}
            if any(part.values()):
                work.append(part)
    return sorted(torn)


def _around(inside: Mapping[int, set[int]]) -> list[int]:
    """The outputs of a cycle from each to one that depends on it; all of them, sorted, when it is no simple ring."""
    if any(len(wanted) != 1 for wanted in inside.values()):
        return sorted(inside)
    ring = [min(inside)]
    while len(ring) < len(inside):
        ring.append(next(iter(inside[ring[-1]])))
    return ring[:1] + ring[:0:-1]


def solve_linear(cycle: Cycle, residual: ca.SX, z: ca.SX, scale: np.ndarray, symbols: ca.SX) -> ca.SX | None:
    """Solution of the residuals for z in symbols, or None when they are not linear in z.

    Parameters
    ----------
    cycle
        For messages.
    residual, z
        Equations and unknowns.
    scale
        Magnitude of each unknown.
    symbols
        All that the coefficients may depend on.

    Raises
    ------
    ConnectionError
        When the equations are singular whatever the states and inputs are.
    """
    size = z.numel()
    matrix = ca.jacobian(residual, z)
    if ca.depends_on(matrix, z) or _has_steps(residual, z, symbols):
        return None
    right = -ca.substitute(residual, z, ca.DM.zeros(size))
    scaled = ca.densify(matrix * ca.repmat(ca.DM(scale).T, size, 1) / ca.repmat(ca.DM(scale), 1, size))
    if not ca.depends_on(scaled, symbols):
        numbers = np.asarray(ca.evalf(scaled))
        if _reciprocal_condition(numbers) < _SINGULAR:
            raise ConnectionError(
                f"algebraic cycle {cycle} has no unique solution: its equations are singular; change a factor or "
                "parameter in it, or put a state between, e.g. a sensor lag or an actuator"
            )
        inverse = np.linalg.inv(numbers)
        return ca.mtimes(ca.SX(ca.sparsify(ca.DM(inverse))), right / scale) * scale
    # coefficients that change with the state: orthogonal elimination shows in its diagonal where they become singular
    q, r = ca.qr(scaled)
    size_of = ca.sqrt(ca.sum1(ca.sum2(scaled**2)))
    regular = ca.mmin(ca.fabs(ca.diag(r))) > _SINGULAR * size_of
    target = ca.mtimes(q.T, right / scale)
    rows: list[Any] = [ca.SX(0)] * size
    for i in reversed(range(size)):
        known = sum((r[i, j] * rows[j] for j in range(i + 1, size)), ca.SX(0))
        rows[i] = (target[i] - known) / r[i, i]
    return ca.if_else(regular, ca.vertcat(*rows), ca.DM.nan(size)) * scale


def _has_steps(residual: ca.SX, z: ca.SX, symbols: ca.SX) -> bool:
    """Whether the residuals have steps along z, as those of a switch or of rounding."""
    function = ca.Function("residual", [z, symbols], [residual])
    reached = [False] * function.sz_w()  # which work variables depend on z
    for k in range(function.n_instructions()):
        operation = function.instruction_id(k)
        if operation == ca.OP_OUTPUT:
            continue
        target, sources = function.instruction_output(k)[0], function.instruction_input(k)
        if operation == ca.OP_INPUT:
            reached[target] = sources[0] == 0
            continue
        if operation == ca.OP_IF_ELSE_ZERO and reached[sources[0]]:
            return True
        reached[target] = any(reached[source] for source in sources)
        if reached[target] and operation in _STEPS:
            return True
    return False


def _reciprocal_condition(matrix: np.ndarray) -> float:
    if not np.isfinite(matrix).all():
        return 0.0
    # rows and columns of unit size: what remains is no matter of scale
    rows = np.max(np.abs(matrix), axis=1, keepdims=True)
    columns = np.max(np.abs(matrix), axis=0, keepdims=True)
    if not rows.all() or not columns.all():
        return 0.0
    values = np.linalg.svd(matrix / rows, compute_uv=False)
    return float(values[-1] / values[0])


def solve_by_newton(name: str, residual: ca.Function, scale: np.ndarray, guess: np.ndarray, p: ca.MX) -> ca.MX:
    """Solution z of `residual(z, p) = 0` as an expression; NaN where Newton's method finds none.

    Parameters
    ----------
    name
        Name of the solver in the graph.
    residual
        CasADi function of (z, p).
    scale, guess
        Magnitude and first guess of each unknown.
    p
        All else that the residuals depend on.
    """
    size = scale.size
    kind: Any = ca.SX if residual.is_a("SXFunction") else ca.MX
    s, parameter = kind.sym("s", size), kind.sym("p", p.numel())
    scaled = ca.Function("scaled", [s, parameter], [ca.densify(residual(s * scale, parameter)) / scale])
    options = {
        "abstol": _GOAL,
        "abstolStep": 0.1 * _GOAL,
        "max_iter": _MAX_ITERATIONS,
        "error_on_fail": False,
        "show_eval_warnings": False,
    }
    problem = {"x": s, "p": parameter, "g": scaled(s, parameter)}
    solver = ca.rootfinder(name, "newton", problem, options)
    solution = solver(x0=guess / scale, p=p)["x"]
    left = ca.fabs(scaled(solution, p)) / ca.fmax(1.0, ca.fabs(solution))
    solved = ca.mmax(left) <= _LIMIT
    return ca.if_else(solved, solution, ca.DM.nan(size)) * scale


def first_guesses(ports: Iterable[Port]) -> np.ndarray:
    """Start value of each output; its magnitude where that is declared and the start value is zero or none.

    Of several solutions Newton's method finds one near these: a start value says which is meant.
    """

    def guess(port: Port) -> float:
        if port.start or (port.start is not None and port.nominal == 1.0):
            return port.start
        return port.nominal

    return np.array([guess(port) for port in ports], dtype=float)
