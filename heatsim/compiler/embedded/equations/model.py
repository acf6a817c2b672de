"""A model while it is assembled: symbols for all variables, and what expressions may ask of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

import casadi as ca
import numpy as np

from heatsim.compiler.embedded.equations import values as v
from heatsim.compiler.embedded.equations import when_clauses
from heatsim.compiler.embedded.equations.events import Events
from heatsim.compiler.embedded.equations.expressions import Evaluator
from heatsim.compiler.embedded.equations.flat import FlatModel, Variable
from heatsim.compiler.embedded.equations.parameters import ParameterTable, scalar_names
from heatsim.compiler.embedded.equations.quantities import Discrete, Quantity
from heatsim.compiler.embedded.equations.streams import Streams
from heatsim.compiler.embedded.reading.sources import Span


class Model:
    """Names of a model while it is assembled (the `Names` of the evaluator)."""

    def __init__(self, flat: FlatModel, structural: frozenset[str]) -> None:
        self.flat = flat
        self.table = ParameterTable(flat, structural)
        self.evaluator = Evaluator(flat, self)
        self.time = ca.SX.sym("time")
        self.events = Events(flat.sources, self.time)
        self.quantities: dict[str, Quantity] = {}  # variables that change continuously
        self.discretes: dict[str, Discrete] = {}
        self.before: dict[str, Discrete] = {}  # the same by the name of `pre(v)`
        self.derivatives: dict[str, ca.SX] = {}
        self.streams = Streams(flat.connections, self)
        self._when_assigned = when_clauses.assigned_names(flat.when_clauses)
        self._arrays: dict[str, v.Value] = {}
        self._components, self._component_arrays = _component_paths(flat.variables)
        for variable in flat.variables.values():
            if not variable.is_parameter:
                self._declare(variable)

    def _declare(self, variable: Variable) -> None:
        if variable.kind == "String":
            self.flat.sources.refuse(
                variable.span, f"'{variable.name}' is a String that is no parameter; use an enumeration or an Integer"
            )
        is_discrete = (
            variable.variability == "discrete" or variable.is_discrete_type or variable.name in self._when_assigned
        )
        array = np.empty(variable.dims, dtype=object)
        for index, name in scalar_names(variable.name, variable.dims):
            if is_discrete:
                array[index] = self._declare_discrete(name, variable, index).symbol
            else:
                array[index] = ca.SX.sym(name)
                self.quantities[name] = Quantity(name, variable, index, array[index])
        self._arrays[variable.name] = array if variable.dims else array[()]

    def _declare_discrete(self, name: str, variable: Variable, index: tuple[int, ...]) -> Discrete:
        found = Discrete(name, variable, index, ca.SX.sym(name), ca.SX.sym(f"pre({name})"))
        self.discretes[name] = self.before[found.before.name()] = found
        self.events.constant_names |= {name, found.before.name()}
        return found

    def hidden_condition(self, span: Span | None) -> Discrete:
        """Add a Boolean variable for a condition of a `when`."""
        name = f"condition {sum(item.startswith('condition ') for item in self.discretes)}"
        return self._declare_discrete(name, replace(_HIDDEN, name=name, span=span), ())

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

    def before_of(self, name: str) -> ca.SX:
        """Return the symbol of `pre` of a discrete variable."""
        return self.discretes[name].before

    def state_symbol(self, name: str) -> ca.SX:
        """Return the symbol of a variable that changes continuously."""
        return self.quantities[name].symbol

    def is_parametric(self, expression: ca.SX) -> bool:
        """See `Names.is_parametric`."""
        return self.table.is_parametric(expression)

    def fold(self, expression: ca.SX, span: Span | None) -> float:
        """See `Names.fold`."""
        return self.table.fold(expression, span)

    def is_constant(self, expression: ca.SX) -> bool:
        """See `Names.is_constant`."""
        return self.events.is_constant(expression, self.table.settable)

    def changing(self, expression: ca.SX) -> list[str]:
        """Return the names in an expression that change between events."""
        return self.events.changing(expression, self.table.settable)

    def relation(self, operator: str, left: v.Scalar, right: v.Scalar, span: Span | None) -> ca.SX:
        """See `Names.relation`."""
        return self.events.relation(operator, left, right, self.table.settable, span)

    def whole(self, name: str, argument: ca.SX, span: Span | None) -> ca.SX:
        """See `Names.whole`."""
        return self.events.floor(argument, span) if name == "Floor" else self.events.truncate(argument, span)

    def before_event(self, symbol: ca.SX, at_event: bool, span: Span | None) -> ca.SX:
        """See `Names.before_event`."""
        name = symbol.name()
        if name in self.discretes:
            return self.discretes[name].before
        if name in self.derivatives and at_event:
            return symbol
        where = "is not a state" if at_event else "is not discrete"
        self.flat.sources.refuse(
            span, f"pre({name}): '{name}' {where}; give pre a discrete variable, or a state inside of when"
        )

    def actual(self, expression: ca.SX) -> ca.SX | None:
        """See `Names.actual`."""
        return self.events.actual(expression)

    def initial(self) -> ca.SX:
        """See `Names.initial`."""
        self.events.asks_initial = True
        return self.events.initial

    def sample(self, start: v.Scalar, interval: v.Scalar, span: Span | None) -> ca.SX:
        """See `Names.sample`."""
        return self.events.sample(start, interval, span)


# what a condition of a `when` is declared as; name and place are replaced
_HIDDEN = Variable(
    name="",
    dims=(),
    variability="discrete",
    causality="",
    start=None,
    binding=None,
    fixed=None,
    minimum=None,
    maximum=None,
    nominal=None,
    unit="",
    display_unit="",
    description="",
    kind="Boolean",
    literals=(),
    is_protected=True,
    is_final=False,
    span=None,
)


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
