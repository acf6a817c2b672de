"""CasADi functions of a solved model: right-hand side, its directional derivative, start values, assertions.

Without nonlinear loops they are SX functions with common subexpressions shared. With loops the right-hand side is an
MX function that solves each loop in turn; unknowns and residuals of a loop are divided by their nominal size, because
tolerances are absolute. A few Newton steps with a line search bring the iterate near the solution from the start
values (plain Newton circles for ever around a root-like characteristic such as that of a valve), then plain Newton
finishes. The C code of CasADi's Newton does not tell when it fails, so the right-hand side gives the remaining
residuals as a third result, which the FMU checks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import casadi as ca
import numpy as np

from heatsim.compiler.embedded import values as v
from heatsim.compiler.embedded.assembly import Check, Quantity, State, System
from heatsim.compiler.embedded.blocks import Loop, Solution
from heatsim.compiler.embedded.initial import start_attribute, start_values
from heatsim.compiler.embedded.parameters import Settable

NEWTON_OPTIONS = {"abstol": 1e-11, "abstolStep": 1e-13, "max_iter": 30}
LINE_SEARCH = (1.0, 0.5, 0.25, 0.1, 0.03, 0.01)  # shares of a Newton step that are tried
LINE_SEARCH_STEPS = 12


@dataclass(frozen=True)
class Functions:
    """Everything that is written into the FMU.

    Attributes
    ----------
    rhs : (t, x, u, p) -> (ode, y, residuals) with y the outputs that are not states, residuals those of nonlinear
    loops (scaled) jvp : (t, x, u, p, dt, dx, du, dp) -> (dode, dy)
    start : p -> x
    checks : (t, x, u, p) -> conditions, or None
    """

    rhs: ca.Function
    jvp: ca.Function
    start: ca.Function
    checks: ca.Function | None
    states: tuple[State, ...]
    inputs: tuple[Quantity, ...]
    outputs: tuple[Quantity, ...]  # all, in the order of declaration, states among them
    pure_outputs: tuple[Quantity, ...]  # those that are not states
    parameters: tuple[Settable, ...]
    check_list: tuple[Check, ...]
    loop_names: tuple[str, ...]
    start_depends: tuple[
        tuple[int, ...], ...
    ]  # for each state, the numbers of the parameters that its start value depends on


def build_functions(system: System, solution: Solution) -> Functions:
    """Build the functions of a solved system."""
    state_names = {state.name for state in system.states}
    pure = tuple(quantity for quantity in system.outputs if quantity.name not in state_names)
    t = system.time
    x = _column([state.symbol for state in system.states])
    u = _column([quantity.symbol for quantity in system.inputs])
    ode = _column([solution.resolve(state.derivative) for state in system.states])
    y = _column([solution.resolve(quantity.symbol) for quantity in pure])
    conditions = _column([solution.resolve(check.condition) for check in system.checks])
    x_start = _column(start_values(system))
    loop_residuals = [residual for loop in solution.loops for residual in loop.residuals]
    # a parameter that has no effect, for instance in a branch that was not chosen, must not look as if it had one
    used = {symbol.name() for symbol in ca.symvar(ca.vertcat(ode, y, conditions, x_start, *loop_residuals))}
    parameters = tuple(parameter for parameter in system.parameters if parameter.name in used)
    p = _column([parameter.symbol for parameter in parameters])
    start = ca.Function("hs_start", [p], [x_start], ["p"], ["x"])
    if solution.loops:
        rhs, checks = _with_loops(system, solution, [t, x, u, p], [ode, y, conditions])
        jvp = _directional(rhs)
    else:
        rhs = _sx_function(
            "hs_rhs", [t, x, u, p], [ode, y, ca.SX(0, 1)], ["t", "x", "u", "p"], ["ode", "y", "residuals"]
        )
        checks = _sx_function("hs_checks", [t, x, u, p], [conditions], ["t", "x", "u", "p"], ["holds"])
        jvp = _directional_sx(ca.vertcat(t, x, u, p), [t, x, u, p], ode, y)
    return Functions(
        rhs=rhs,
        jvp=jvp,
        start=start,
        checks=checks if system.checks else None,
        states=system.states,
        inputs=system.inputs,
        outputs=system.outputs,
        pure_outputs=pure,
        parameters=parameters,
        check_list=system.checks,
        loop_names=tuple(name for loop in solution.loops for name in loop.names),
        start_depends=_dependencies(x_start, p),
    )


def _column(items: Sequence[ca.SX]) -> ca.SX:
    return ca.densify(ca.vertcat(*items)) if items else ca.SX(0, 1)


def _sx_function(
    name: str, arguments: list[ca.SX], results: list[ca.SX], argument_names: list[str], result_names: list[str]
) -> ca.Function:
    return ca.Function(name, arguments, ca.cse(results), argument_names, result_names)


def _directional_sx(everything: ca.SX, arguments: list[ca.SX], ode: ca.SX, y: ca.SX) -> ca.Function:
    seeds = [ca.SX.sym(f"d{name}", argument.numel()) for name, argument in zip("txup", arguments, strict=True)]
    product = ca.jtimes(ca.vertcat(ode, y), everything, ca.vertcat(*seeds))
    product = ca.densify(product)
    n = ode.numel()
    return _sx_function(
        "hs_jvp",
        [*arguments, *seeds],
        [product[:n], product[n:]],
        ["t", "x", "u", "p", "dt", "dx", "du", "dp"],
        ["dode", "dy"],
    )


def _directional(rhs: ca.Function) -> ca.Function:
    arguments = [ca.MX.sym(name, rhs.sparsity_in(i)) for i, name in enumerate(("t", "x", "u", "p"))]
    seeds = [ca.MX.sym(f"d{name}", rhs.sparsity_in(i)) for i, name in enumerate(("t", "x", "u", "p"))]
    results = rhs.call(arguments)[:2]
    product = ca.jtimes(ca.vertcat(*results), ca.vertcat(*arguments), ca.vertcat(*seeds))
    n = results[0].numel()
    return ca.Function(
        "hs_jvp",
        [*arguments, *seeds],
        [ca.densify(product[:n]), ca.densify(product[n:])],
        ["t", "x", "u", "p", "dt", "dx", "du", "dp"],
        ["dode", "dy"],
    )


def _dependencies(x_start: ca.SX, p: ca.SX) -> tuple[tuple[int, ...], ...]:
    pattern = ca.jacobian_sparsity(x_start, p)
    rows, columns = pattern.get_triplet()
    found: list[list[int]] = [[] for _ in range(x_start.numel())]
    for row, column in zip(rows, columns, strict=True):
        found[row].append(column)
    return tuple(tuple(sorted(columns)) for columns in found)


def _with_loops(
    system: System, solution: Solution, arguments: list[ca.SX], results: list[ca.SX]
) -> tuple[ca.Function, ca.Function]:
    """Build right-hand side and conditions around the Newton iterations of the loops."""
    t, x, u, p = (ca.MX.sym(name, argument.numel()) for name, argument in zip("txup", arguments, strict=True))
    scaled_before: list[ca.SX] = []  # unknowns of earlier loops
    values_before = ca.MX(0, 1)
    remaining = ca.MX(0, 1)
    point = _Point(system)
    for number, loop in enumerate(solution.loops):
        sizes, guesses = point.sizes(loop), point.guesses(loop)
        scaled = ca.SX.sym(f"scaled{number}", len(loop.unknowns))
        unknowns = ca.vertcat(*loop.unknowns)
        residual = ca.vertcat(*loop.residuals) / ca.DM(point.residual_sizes(loop, sizes, guesses))
        residual = ca.substitute(residual, unknowns, scaled * ca.DM(sizes))
        known = [*arguments, ca.vertcat(*scaled_before) if scaled_before else ca.SX(0, 1)]
        function = ca.Function(f"loop{number}", [scaled, *known], ca.cse([residual]))
        newton = ca.rootfinder(f"newton{number}", "fast_newton", function, NEWTON_OPTIONS)
        given = [t, x, u, p, values_before]
        near: ca.MX = ca.MX(ca.DM(guesses) / ca.DM(sizes))
        step = _line_search_step(number, function)
        for _ in range(LINE_SEARCH_STEPS):
            near = step(near, *given)
        found = newton(near, *given)
        remaining = ca.vertcat(remaining, function(found, *given))
        values_before = ca.vertcat(values_before, found * ca.DM(sizes))
        scaled_before += list(loop.unknowns)
        point.accept(loop, guesses)
    inner = ca.Function("inner", [*arguments, ca.vertcat(*scaled_before)], ca.cse(results))
    ode, y, conditions = inner(t, x, u, p, values_before)
    names = ["t", "x", "u", "p"]
    return (
        ca.Function("hs_rhs", [t, x, u, p], [ode, y, remaining], names, ["ode", "y", "residuals"]),
        ca.Function("hs_checks", [t, x, u, p], [conditions], names, ["holds"]),
    )


def _line_search_step(number: int, residual: ca.Function) -> ca.Function:
    """Return one Newton step of which the share is taken that makes the residual smallest."""
    z = ca.MX.sym("z", residual.size1_in(0))
    given = [ca.MX.sym(f"g{i}", residual.size1_in(i)) for i in range(1, residual.n_in())]
    now = residual(z, *given)
    direction = ca.solve(ca.densify(ca.jacobian(now, z)), now)
    best, smallest = z, ca.sumsqr(now)
    for share in LINE_SEARCH:
        trial = z - share * direction
        size = ca.sumsqr(residual(trial, *given))
        better = size < smallest  # false for NaN
        best, smallest = ca.if_else(better, trial, best), ca.if_else(better, size, smallest)
    return ca.Function(f"line_search{number}", [z, *given], [best])


class _Point:
    """The start point with default parameters, where sizes of unknowns and residuals are taken."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.quantities = {quantity.name: quantity for quantity in system.algebraic}
        starts = start_values(system)
        self.values = {parameter.name: parameter.value for parameter in system.parameters}
        self.values["time"] = 0.0
        for quantity in system.inputs:
            self.values[quantity.name] = self._default(start_attribute(system, quantity))
        for state, start in zip(system.states, starts, strict=True):
            self.values[state.name] = self._default(start)

    def _default(self, value: v.Scalar) -> float:
        return self.system.table.default(v.tidy(value))

    def guesses(self, loop: Loop) -> list[float]:
        """Return first guesses: the start attributes; 0 for derivatives."""
        return [
            self._default(start_attribute(self.system, self.quantities[name])) if name in self.quantities else 0.0
            for name in loop.names
        ]

    def sizes(self, loop: Loop) -> list[float]:
        """Return nominal sizes of the unknowns: the nominal attribute, else the start value, else 1."""
        result = []
        for name, guess in zip(loop.names, self.guesses(loop), strict=True):
            quantity = self.quantities.get(name)
            nominal = quantity.variable.nominal if quantity else None
            size = abs(nominal_value(self.system, quantity)) if quantity and nominal is not None else abs(guess)
            result.append(size if size > 0 else 1.0)
        return result

    def residual_sizes(self, loop: Loop, sizes: list[float], guesses: list[float]) -> list[float]:
        """Return nominal sizes of the residuals: largest effect of one unknown changing by its size."""
        residual, unknowns = ca.vertcat(*loop.residuals), ca.vertcat(*loop.unknowns)
        slopes = ca.jacobian(residual, unknowns)
        symbols = ca.symvar(ca.vertcat(residual, unknowns))
        values = dict(self.values)
        # half a nominal size beside the guess, because slopes often vanish at 0
        values.update({n: g + 0.5 * s for n, g, s in zip(loop.names, guesses, sizes, strict=True)})
        evaluate = ca.Function("slopes", symbols, [slopes])
        matrix = np.array(evaluate.call([values[symbol.name()] for symbol in symbols])[0].full())
        effect = np.max(np.abs(matrix * np.array(sizes)), axis=1)
        return [float(e) if np.isfinite(e) and e > 0 else 1.0 for e in effect]

    def accept(self, loop: Loop, guesses: list[float]) -> None:
        """Use the guesses of one loop as values in later ones."""
        self.values.update(dict(zip(loop.names, guesses, strict=True)))


def nominal_value(system: System, quantity: Quantity) -> float:
    """Return the nominal attribute of one element with default parameters; 1 when it has none."""
    variable = quantity.variable
    if variable.nominal is None:
        return 1.0
    value = system.evaluator.value(variable.nominal)
    item = v.tidy(value[quantity.index] if v.is_array(value) else value)
    return abs(float(system.table.default(item))) or 1.0
