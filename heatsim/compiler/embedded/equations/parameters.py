"""Parameters: which are folded, which can be set in the FMU, and how the others follow from those.

- Integer, Boolean, String and enumeration parameters, and every parameter they depend on, are structural: evaluated
  here and not settable. So is a Real parameter whose value is needed as a number (in a subscript, a size, a range),
  or that occurs in the condition of a component.
- A Real parameter whose declaration gives a plain value is settable and becomes a symbol, unless it is final or
  protected.
- A Real parameter whose declaration depends on settable ones is an expression of them, recomputed inside the FMU.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import casadi as ca
import numpy as np

from heatsim.compiler.embedded.equations import values as v
from heatsim.compiler.embedded.equations.flat import FlatModel, Variable
from heatsim.compiler.embedded.reading.sources import Span

if TYPE_CHECKING:
    from heatsim.compiler.embedded.equations.expressions import Evaluator


@dataclass(frozen=True)
class Settable:
    """One scalar parameter of the FMU."""

    name: str
    variable: Variable
    symbol: ca.SX
    value: float


def scalar_names(name: str, dims: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], str]]:
    """Yield (index, name) of each element as Modelica writes it: `tank.T[3]`, `table[1,2]`; a scalar gives ((), "
    "name)."""
    for index in np.ndindex(*dims):
        yield index, (f"{name}[{','.join(str(i + 1) for i in index)}]" if index else name)


class ParameterTable:
    """Values of all parameters and constants of a flat model.

    Parameters
    ----------
    flat : the model
    structural : names of Real parameters that an earlier pass found to be structural
    """

    def __init__(self, flat: FlatModel, structural: frozenset[str]) -> None:
        self.flat = flat
        self.structural = structural
        self.found_structural: set[str] = set()
        self.settable: dict[str, Settable] = {}
        self._values: dict[str, v.Value] = {}
        self._open: list[str] = []

    def value(self, variable: Variable, evaluator: Evaluator) -> v.Value:
        """Return the value of a parameter or constant: numbers, or expressions of settable parameters."""
        if variable.name not in self._values:
            self._values[variable.name] = self._evaluate(variable, evaluator)
        return self._values[variable.name]

    def is_parametric(self, expression: ca.SX) -> bool:
        """True when an expression depends on settable parameters only."""
        return all(symbol.name() in self.settable for symbol in ca.symvar(expression))

    def fold(self, expression: ca.SX, span: Span | None) -> float:
        """Evaluate an expression of settable parameters now, which makes them structural.

        Raises
        ------
        CompilerError
            The expression depends on variables.
        """
        symbols = ca.symvar(expression)
        for symbol in symbols:
            if symbol.name() not in self.settable:
                self.flat.sources.fail(
                    span, f"'{symbol.name()}' varies in time, but a number known at compile time is needed here"
                )
            self.found_structural.add(self.settable[symbol.name()].variable.name)
        return self.default(expression)

    def default(self, expression: v.Scalar) -> float:
        """Evaluate an expression of settable parameters at their default values, without making them structural."""
        if v.is_known(expression):
            return expression
        symbols = ca.symvar(expression)
        function = ca.Function("value", symbols, [expression])
        return float(function.call([self.settable[symbol.name()].value for symbol in symbols])[0])

    def _evaluate(self, variable: Variable, evaluator: Evaluator) -> v.Value:
        sources = self.flat.sources
        if variable.name in self._open:
            chain = " -> ".join([*self._open[self._open.index(variable.name) :], variable.name])
            sources.fail(variable.span, f"parameters depend on each other in a circle: {chain}")
        if variable.fixed is not None and not all(variable.fixed):
            sources.refuse(
                variable.span, f"parameter '{variable.name}' has fixed=false, which is not supported; give it a value"
            )
        if variable.binding is None:
            sources.fail(
                variable.span, f"parameter '{variable.name}' has no value; give it one where it is declared or used"
            )
        self._open.append(variable.name)
        # parameters are evaluated where they are first needed: the loops and functions around must not be seen
        scopes, evaluator.scopes = evaluator.scopes, []
        bases, evaluator.function_base = evaluator.function_base, []
        guard, evaluator.guard = evaluator.guard, True
        try:
            value = fit(evaluator.value(variable.binding), variable, evaluator)
        finally:
            evaluator.scopes, evaluator.function_base, evaluator.guard = scopes, bases, guard
            self._open.pop()
        for item in v.flat_items(value):
            if isinstance(item, ca.SX) and not self.is_parametric(item):
                sources.fail(
                    variable.span,
                    f"parameter '{variable.name}' depends on a variable; parameters may depend on parameters only",
                )
        if variable.is_discrete_type or self._is_structural(variable):
            return v.map1(lambda item: evaluator.known(item, variable.span), value)
        if variable.variability == "parameter" and self._is_settable(variable, value):
            return self._symbols(variable, value)
        return value

    def _is_structural(self, variable: Variable) -> bool:
        last = variable.name.rsplit(".", 1)[-1]
        names = self.flat.structural_names
        return variable.name in self.structural or variable.name in names or last in names

    def _is_settable(self, variable: Variable, value: v.Value) -> bool:
        plain = all(isinstance(item, float) for item in v.flat_items(value))
        return plain and not variable.is_final and not variable.is_protected

    def _symbols(self, variable: Variable, value: v.Value) -> v.Value:
        result = np.empty(variable.dims, dtype=object)
        for index, name in scalar_names(variable.name, variable.dims):
            symbol = ca.SX.sym(name)
            self.settable[name] = Settable(name, variable, symbol, float(value[index] if index else value))
            result[index] = symbol
        return result if variable.dims else result[()]


def fit(value: v.Value, variable: Variable, evaluator: Evaluator) -> v.Value:
    """Give a value the shape of the variable it is for; a scalar (from `each`) goes to all elements."""
    if variable.literals:
        _check_enumeration(value, variable, evaluator)
    if not variable.dims:
        if v.is_array(value) or isinstance(value, (dict, list, v.Component)):
            evaluator.flat.sources.fail(variable.span, f"'{variable.name}' is a scalar, its value is not")
        return value
    if not v.is_array(value):
        return v.filled(variable.dims, value)
    if value.shape != variable.dims:
        evaluator.flat.sources.fail(
            variable.span, f"'{variable.name}' has size {list(variable.dims)}, its value has {list(value.shape)}"
        )
    return value


def _check_enumeration(value: v.Value, variable: Variable, evaluator: Evaluator) -> None:
    """The front end takes values of other enumerations."""
    for item in v.flat_items(value):
        if isinstance(item, v.EnumerationValue):
            own = {f"{item.type_name}.{literal}" for literal in variable.literals}
            if not own <= set(evaluator.flat.enumerations):
                evaluator.flat.sources.fail(
                    variable.span,
                    f"'{variable.name}' has the values {', '.join(variable.literals)}, not those of {item.type_name}; "
                    "give it one of its own",
                )
