"""From the flat model to scalar equations: symbols for all variables, residuals for all equations.

The result still has every equation in the order of the model; `blocks` solves them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import casadi as ca
import numpy as np

from heatsim.compiler.embedded import values as v
from heatsim.compiler.embedded.expressions import Evaluator
from heatsim.compiler.embedded.flat import Equation, FlatModel, Node, Variable, find_span
from heatsim.compiler.embedded.parameters import ParameterTable, Settable, fit, scalar_names
from heatsim.compiler.embedded.sources import SourceMap, Span
from heatsim.errors import UsageError, near_miss


@dataclass(frozen=True)
class Residual:
    """A scalar expression that must be zero."""

    expression: ca.SX
    span: Span | None
    origin: str

    def describe(self, sources: SourceMap) -> str:
        """Say which equation this is: its text and place."""
        text, place = sources.text(self.span), sources.place(self.span)
        what = f"'{text}'" if text and self.origin.startswith("equation") else f"the {self.origin}"
        return f"{what} ({place})" if place else what


@dataclass(frozen=True)
class Quantity:
    """A scalar variable of the model."""

    name: str
    variable: Variable
    index: tuple[int, ...]
    symbol: ca.SX


@dataclass(frozen=True)
class State(Quantity):
    """A scalar state with the symbol of its derivative."""

    derivative: ca.SX


@dataclass(frozen=True)
class Check:
    """A condition from an assertion; it holds when the expression is not 0."""

    condition: ca.SX
    message: str
    is_warning: bool


@dataclass(frozen=True)
class System:
    """Scalar equations of a model, not yet solved."""

    flat: FlatModel
    evaluator: Evaluator
    table: ParameterTable
    time: ca.SX
    states: tuple[State, ...]
    inputs: tuple[Quantity, ...]
    outputs: tuple[Quantity, ...]
    algebraic: tuple[Quantity, ...]
    residuals: tuple[Residual, ...]
    initial_residuals: tuple[Residual, ...]
    checks: tuple[Check, ...]
    parameters: tuple[Settable, ...]


class Model:
    """Names of a model while it is assembled (the `Names` of the evaluator)."""

    def __init__(self, flat: FlatModel, structural: frozenset[str]) -> None:
        self.flat = flat
        self.table = ParameterTable(flat, structural)
        self.evaluator = Evaluator(flat, self)
        self.time = ca.SX.sym("time")
        self.quantities: dict[str, Quantity] = {}
        self.derivatives: dict[str, ca.SX] = {}
        self._arrays: dict[str, v.Value] = {}
        self._components, self._component_arrays = _component_paths(flat.variables)
        for variable in flat.variables.values():
            if not variable.is_parameter:
                self._declare(variable)

    def _declare(self, variable: Variable) -> None:
        if variable.variability == "discrete":
            self.flat.sources.refuse(
                variable.span,
                f"'{variable.name}' is discrete; keep the plant continuous and put discrete values into a controller",
            )
        array = np.empty(variable.dims, dtype=object)
        for index, name in scalar_names(variable.name, variable.dims):
            symbol = ca.SX.sym(name)
            self.quantities[name] = Quantity(name, variable, index, symbol)
            array[index] = symbol
        self._arrays[variable.name] = array if variable.dims else array[()]

    def variable(self, name: str, span: Span | None) -> v.Value | None:
        """See `Names.variable`."""
        if name in self._arrays:
            return self._arrays[name]
        if name in self.flat.variables:
            return self.table.value(self.flat.variables[name], self.evaluator)
        if name == "time":
            return self.time
        if name in self._components:
            return v.Component(name)
        if name in self._component_arrays:
            return self._component_array(name)
        return None

    def _component_array(self, name: str) -> v.Value:
        indices = self._component_arrays[name]
        shape = tuple(max(index[axis] for index in indices) for axis in range(len(indices[0])))
        result = np.empty(shape, dtype=object)
        for index in np.ndindex(shape):
            result[index] = v.Component(f"{name}[{','.join(str(i + 1) for i in index)}]")
        return result

    def derivative(self, symbol: ca.SX, span: Span | None) -> ca.SX:
        """See `Names.derivative`."""
        name = symbol.name()
        quantity = self.quantities.get(name)
        if quantity is None:
            self.flat.sources.refuse(
                span, f"the derivative of '{name}' is not supported; only variables can be differentiated"
            )
        if self.flat.is_top_input(quantity.variable):
            self.flat.sources.refuse(
                span, f"der({name}) is the derivative of an input; filter the input with a state first"
            )
        if name not in self.derivatives:
            self.derivatives[name] = ca.SX.sym(f"der({name})")
        return self.derivatives[name]

    def is_parametric(self, expression: ca.SX) -> bool:
        """See `Names.is_parametric`."""
        return self.table.is_parametric(expression)

    def fold(self, expression: ca.SX, span: Span | None) -> float:
        """See `Names.fold`."""
        return self.table.fold(expression, span)


def _component_paths(names: Iterable[str]) -> tuple[set[str], dict[str, list[tuple[int, ...]]]]:
    """Return the paths of all components, and of arrays of components with the indices that occur."""
    paths: set[str] = set()
    arrays: dict[str, set[tuple[int, ...]]] = {}
    for name in names:
        for dot in re.finditer(r"\.", name):
            path = name[: dot.start()]
            if path in paths:
                continue
            paths.add(path)
            match = re.fullmatch(r"(.*)\[([\d,]+)\]", path)
            if match:
                arrays.setdefault(match[1], set()).add(tuple(int(i) for i in match[2].split(",")))
    return paths, {name: sorted(indices) for name, indices in arrays.items()}


def assemble(flat: FlatModel, expose: Iterable[str] = ()) -> System:
    """Evaluate all equations of a model.

    Parameters
    ----------
    flat : the model
    expose : names of further variables (scalars, elements or whole arrays) that become outputs

    Returns
    -------
    System
        With as many residuals as unknowns only if the model is balanced; that is for the caller to check.
    """
    structural: frozenset[str] = frozenset()
    while True:
        model = Model(flat, structural)
        system = _assemble_once(model, tuple(expose))
        if model.table.found_structural <= structural:
            return system
        # parameters turned out to be structural: evaluate again with them as numbers, so that no trace of a symbol is
        # left
        structural = structural | model.table.found_structural


def _assemble_once(model: Model, expose: tuple[str, ...]) -> System:
    flat = model.flat
    for variable in flat.variables.values():
        if variable.is_parameter:
            model.table.value(variable, model.evaluator)
    residuals = [item for equation in flat.equations for item in _residuals(model, equation)]
    residuals += [item for variable in flat.variables.values() for item in _binding(model, variable)]
    derivative_names = dict(model.derivatives)
    initial = [item for equation in flat.initial_equations for item in _residuals(model, equation)]
    checks = tuple(_checks(model))
    inputs, outputs, algebraic, states = [], [], [], []
    for name, quantity in model.quantities.items():
        if flat.is_top_input(quantity.variable):
            inputs.append(quantity)
            continue
        if quantity.variable.causality == "output" and "." not in quantity.variable.name:
            outputs.append(quantity)
        if name in model.derivatives:
            states.append(State(name, quantity.variable, quantity.index, quantity.symbol, model.derivatives[name]))
        else:
            algebraic.append(quantity)
    for name in model.derivatives:
        if name not in derivative_names:
            flat.sources.fail(None, f"der({name}) occurs in an initial equation only; '{name}' is not a state")
    outputs += _exposed(model, expose, {item.name for item in outputs})
    return System(
        flat=flat,
        evaluator=model.evaluator,
        table=model.table,
        time=model.time,
        states=tuple(states),
        inputs=tuple(inputs),
        outputs=tuple(outputs),
        algebraic=tuple(algebraic),
        residuals=tuple(residuals),
        initial_residuals=tuple(initial),
        checks=checks,
        parameters=tuple(model.table.settable.values()),
    )


def _exposed(model: Model, expose: tuple[str, ...], present: set[str]) -> list[Quantity]:
    result = []
    for name in expose:
        found = [q for q in model.quantities.values() if q.name == name or q.variable.name == name]
        if not found:
            names = {q.name for q in model.quantities.values()} | {q.variable.name for q in model.quantities.values()}
            raise UsageError(f"cannot expose '{name}': the model has no such variable{near_miss(name, names)}")
        result += [q for q in found if q.name not in present]
        present.update(q.name for q in found)
    return result


def _residuals(model: Model, equation: Equation) -> list[Residual]:
    """Evaluate one equation; the loop variables of a family are local names."""
    evaluator = model.evaluator
    with evaluator.scope({name: float(value) for name, value in equation.loop.items()}):
        value = evaluator.value(equation.residual)
        if equation.placeholder is not None:
            _check_member(model, equation)
    items = v.flat_items(value)
    if len(items) != equation.size and not _is_record(model, equation):
        flat = model.flat
        flat.sources.fail(
            equation.span,
            f"'{flat.sources.text(equation.span)}' gives {len(items)} scalar equations where {equation.size} are "
            "expected",
        )
    return [Residual(_expression(model, item, equation.span), equation.span, equation.origin) for item in items]


def _is_record(model: Model, equation: Equation) -> bool:
    """True for an equation between records, which the front end counts as one."""
    name = equation.residual.get("Binary", {}).get("lhs", {}).get("VarRef", {}).get("name", {}).get("name", "")
    return isinstance(model.variable(name, equation.span), v.Component)


def _expression(model: Model, item: v.Scalar, span: Span | None) -> ca.SX:
    if isinstance(item, (str, v.Component)) or item is None:
        model.flat.sources.refuse(span, f"'{model.flat.sources.text(span)}' is not an equation between numbers")
    return item if isinstance(item, ca.SX) else ca.SX(float(item))


def _check_member(model: Model, equation: Equation) -> None:
    """Make sure that a member of a written-out loop stands where the front end has its placeholder."""
    own: Node = equation.residual.get("Binary", {}).get("lhs", {})
    expected = v.flat_items(model.evaluator.value(equation.placeholder or {}))
    found = v.flat_items(model.evaluator.value(own)) if own else []
    same = len(found) == len(expected) and all(
        ca.is_equal(ca.SX(a), ca.SX(b), 8) for a, b in zip(found, expected, strict=True)
    )
    if not same:
        model.flat.sources.fail(
            equation.span, "a for loop was not written out as expected by the front end; write it out by hand"
        )


def _binding(model: Model, variable: Variable) -> list[Residual]:
    """Return the equations of a declaration `Real x = ...` of a variable."""
    if variable.is_parameter or variable.binding is None:
        return []
    if model.flat.is_top_input(variable):
        model.flat.sources.refuse(
            variable.span, f"input '{variable.name}' is given by an equation; use start=... for its default value"
        )
    span = find_span(variable.binding) or variable.span
    value = fit(model.evaluator.value(variable.binding), variable, model.evaluator)
    own = model.variable(variable.name, span)
    return [
        Residual(_expression(model, item, span), span, f"equation of {variable.name}")
        for item in v.flat_items(v.map2(v.subtract, own, value))
    ]


def _checks(model: Model) -> Iterable[Check]:
    """Evaluate assertions: constant ones now, the others as conditions for the FMU."""
    evaluator = model.evaluator
    for assertion in model.flat.assertions:
        with evaluator.without_events():
            condition = v.tidy(evaluator.scalar(assertion.condition))
        message = f"{model.flat.sources.place(assertion.span)}: {_text(evaluator, assertion.message)}"
        if v.is_known(condition):
            if not condition and not assertion.is_warning:
                model.flat.sources.fail(assertion.span, f"assertion fails: {_text(evaluator, assertion.message)}")
            continue
        yield Check(condition, message, assertion.is_warning)


def _text(evaluator: Evaluator, node: Node) -> str:
    """Write the message of an assertion; parts that depend on values are left as their source text."""
    kind, data = next(iter(node.items()))
    if kind == "Literal" and "String" in data["value"]:
        return str(data["value"]["String"])
    if kind == "Binary" and data["op"] in ("Add", "AddElem"):
        return _text(evaluator, data["lhs"]) + _text(evaluator, data["rhs"])
    return "<" + evaluator.flat.sources.text(find_span(node)) + ">"
