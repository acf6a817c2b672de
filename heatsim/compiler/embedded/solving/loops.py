"""Functions of a model whose unknowns are solved, with Newton's method for nonlinear loops inside.

Without loops a function is an SX function with common subexpressions shared. With loops it is an MX function that
solves each loop in turn; unknowns and residuals of a loop are divided by their nominal size, because tolerances are
absolute. A few Newton steps with a line search bring the iterate near the solution from the start values (plain Newton
circles for ever around a root-like characteristic such as that of a valve), then plain Newton finishes. The C code of
CasADi's Newton does not tell when it fails, so `residuals` gives what remains, which the FMU checks.
"""

from __future__ import annotations

from collections.abc import Sequence

import casadi as ca
import numpy as np

from heatsim.compiler.embedded.equations import values as v
from heatsim.compiler.embedded.equations.assembly import System, held_symbols
from heatsim.compiler.embedded.equations.quantities import Quantity
from heatsim.compiler.embedded.solving.blocks import Loop, Solution
from heatsim.compiler.embedded.solving.initial import start_attribute

NEWTON_OPTIONS = {"abstol": 1e-11, "abstolStep": 1e-13, "max_iter": 30, "error_on_fail": False}
LINE_SEARCH = (1.0, 0.5, 0.25, 0.1, 0.03, 0.01)  # shares of a Newton step that are tried
LINE_SEARCH_STEPS = 12


def column(items: Sequence[ca.SX]) -> ca.SX:
    """Stack scalars to a dense column."""
    return ca.densify(ca.vertcat(*items)) if items else ca.SX(0, 1)


class FunctionMaker:
    """Makes functions of what a model knows (time, states, inputs, parameters, discrete values).

    Parameters
    ----------
    system, solution : the model and its solved equations
    names, arguments : what is known
    starts : values of states at the start with default parameters, where sizes are taken
    """

    def __init__(
        self,
        system: System,
        solution: Solution,
        names: Sequence[str],
        arguments: Sequence[ca.SX],
        starts: Sequence[float],
    ) -> None:
        self.solution = solution
        self.names = list(names)
        self.arguments = list(arguments)
        self._newton: list[tuple[ca.Function, ca.Function, ca.Function, list[float], list[float]]] = []
        self._unknowns: list[ca.SX] = []
        if solution.loops:
            self._prepare(_Point(system, starts))

    def make(
        self,
        name: str,
        results: dict[str, list[ca.SX]],
        more: dict[str, ca.SX] | None = None,
        with_residuals: bool = False,
    ) -> ca.Function:
        """Return a function.

        Parameters
        ----------
        name : of the function
        results : unsolved expressions by the name of the result, each a dense column
        more : further arguments behind those that every function has
        with_residuals : add a last result `residuals`, the scaled residuals of nonlinear loops
        """
        extra = more or {}
        columns = [column([self.solution.resolve(item) for item in items]) for items in results.values()]
        argument_names = [*self.names, *extra]
        result_names = [*results, "residuals"] if with_residuals else list(results)
        if not self._newton:
            outputs = ca.cse(columns) + ([ca.SX(0, 1)] if with_residuals else [])
            return ca.Function(name, [*self.arguments, *extra.values()], outputs, argument_names, result_names)
        known = [ca.MX.sym(n, a.numel()) for n, a in zip(self.names, self.arguments, strict=True)]
        further = [ca.MX.sym(n, a.numel()) for n, a in extra.items()]
        found, remaining = self._solve(known)
        inner = ca.Function(
            f"{name}_inner", [*self.arguments, ca.vertcat(*self._unknowns), *extra.values()], ca.cse(columns)
        )
        values: list[ca.MX] = inner.call([*known, found, *further])
        if with_residuals:
            values.append(remaining)
        return ca.Function(name, [*known, *further], values, argument_names, result_names)

    def _prepare(self, point: _Point) -> None:
        """Build residual and Newton functions of all loops."""
        for number, loop in enumerate(self.solution.loops):
            sizes, guesses = point.sizes(loop), point.guesses(loop)
            scaled = ca.SX.sym(f"scaled{number}", len(loop.unknowns))
            unknowns = ca.vertcat(*loop.unknowns)
            residual = ca.vertcat(*loop.residuals) / ca.DM(point.residual_sizes(loop, sizes, guesses))
            residual = ca.substitute(residual, unknowns, scaled * ca.DM(sizes))
            known = [*self.arguments, column(self._unknowns)]
            function = ca.Function(f"loop{number}", [scaled, *known], ca.cse([residual]))
            newton = ca.rootfinder(f"newton{number}", "fast_newton", function, NEWTON_OPTIONS)
            self._newton.append((function, _line_search_step(number, function), newton, sizes, guesses))
            self._unknowns += list(loop.unknowns)
            point.accept(loop, guesses)

    def _solve(self, known: list[ca.MX]) -> tuple[ca.MX, ca.MX]:
        """Return the unknowns of all loops and what remains of their residuals."""
        values, remaining = ca.MX(0, 1), ca.MX(0, 1)
        for function, step, newton, sizes, guesses in self._newton:
            given = [*known, values]
            near: ca.MX = ca.MX(ca.DM(guesses) / ca.DM(sizes))
            for _ in range(LINE_SEARCH_STEPS):
                near = step(near, *given)
            found = newton(near, *given)
            remaining = ca.vertcat(remaining, function(found, *given))
            values = ca.vertcat(values, found * ca.DM(sizes))
        return values, remaining


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

    def __init__(self, system: System, starts: Sequence[float]) -> None:
        self.system = system
        self.quantities: dict[str, Quantity] = {item.name: item for item in (*system.algebraic, *system.states)}
        self.values = {parameter.name: parameter.value for parameter in system.parameters}
        self.values["time"] = 0.0
        for quantity in system.inputs:
            self.values[quantity.name] = self._default(start_attribute(system, quantity))
        for state, start in zip(system.states, starts, strict=True):
            self.values[state.name] = start
        for item in held_symbols(system.hybrid):  # discrete values, of which nothing better is known here
            self.values[item.name()] = 0.0
        for discrete in system.hybrid.discretes:
            self.values[discrete.name] = self._default(start_attribute(system, discrete))

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
