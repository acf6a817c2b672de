"""Evaluate expressions of the flat model to CasADi expressions.

`Evaluator.value(node)` walks one expression. A node that is not known is refused with its place, never skipped. Two
rules of Modelica are kept here: a relation on variables that change continuously, outside `noEvent`, is an event, and
its value is held between events (`events`); relations inside `noEvent`, `smooth`, `when`, assertions, initial equations
and function bodies are evaluated as they stand.

A branch that is not taken must not spoil derivatives: `noEvent(if x > 0 then sqrt(x) else 0)` has a square root of a
negative number in the branch that does not count, and 0 times its derivative would be NaN. So inside a branch the
arguments of functions with such points are replaced by a harmless number while the branch is not taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import NoReturn, Protocol

import casadi as ca
import numpy as np

from heatsim.compiler.embedded.checks.flat_shape import EXPRESSIONS, unknown_field
from heatsim.compiler.embedded.equations import builtins as modelica_builtins
from heatsim.compiler.embedded.equations import functions as modelica_functions
from heatsim.compiler.embedded.equations import records, references, streams
from heatsim.compiler.embedded.equations import values as v
from heatsim.compiler.embedded.equations.flat import FlatModel, Node, find_span
from heatsim.compiler.embedded.reading.sources import Span

SUMS = ("Add", "Sub")
LONG = 50  # terms from which on a sum is evaluated without recursion
RELATIONS = ("Lt", "Le", "Gt", "Ge", "Eq", "Neq")
_ELEMENTWISE = {"AddElem": v.add, "SubElem": v.subtract, "MulElem": v.multiply}
_NAMES = {"Minus": "-", "MinusElem": "-", "Plus": "+", "PlusElem": "+"}


class Names(Protocol):
    """What an evaluator asks the model under construction.

    Attributes
    ----------
    streams : gives values of `inStream` and `actualStream`
    """

    streams: streams.Streams

    def variable(self, name: str, span: Span | None) -> v.Value | None:
        """Return the value of a model variable, a Component when the name is a component, None when there is no "
        "such name."""

    def derivative(self, symbol: ca.SX, span: Span | None) -> ca.SX:
        """Return the symbol of a time derivative."""

    def is_parametric(self, expression: ca.SX) -> bool:
        """True when an expression depends on parameters only."""

    def fold(self, expression: ca.SX, span: Span | None) -> float:
        """Return the number of an expression of parameters, which become structural by that."""

    def is_constant(self, expression: ca.SX) -> bool:
        """True when an expression is constant between events."""

    def relation(self, operator: str, left: v.Scalar, right: v.Scalar, span: Span | None) -> ca.SX:
        """Return the held value of a relation on variables that change continuously."""

    def whole(self, name: str, argument: ca.SX, span: Span | None) -> ca.SX:
        """Return the held value of `Floor` or `Truncate` of something that changes continuously."""

    def before_event(self, symbol: ca.SX, at_event: bool, span: Span | None) -> ca.SX:
        """Return `pre` of a variable."""

    def actual(self, expression: ca.SX) -> ca.SX | None:
        """Return a condition with held relations as they are now; None when none is held in it."""

    def initial(self) -> ca.SX:
        """Return the symbol that is 1 at the start and 0 later."""

    def sample(self, start: v.Scalar, interval: v.Scalar, span: Span | None) -> ca.SX:
        """Return the symbol that is 1 at the moments of a sample."""


class Evaluator:
    """Evaluates expressions of one flat model; holds the scopes of loops and functions."""

    def __init__(self, flat: FlatModel, names: Names) -> None:
        self.flat = flat
        self.names = names
        self.scopes: list[dict[str, v.Value]] = []
        self.function_base: list[int] = []  # index of the first scope of each function that is being evaluated
        self.open_functions: list[Node] = []  # the functions themselves, the innermost last
        self.guard: v.Scalar = True
        self.event_free = 0
        self.inside_when = 0
        self._nodes: dict[str, Callable[[Node, Node], v.Value]] = {
            "Literal": self._literal,
            "VarRef": partial(references.reference, self),
            "Binary": self._binary,
            "Unary": self._unary,
            "If": self._if,
            "BuiltinCall": self._builtin,
            "FunctionCall": self._call,
            "Array": self._array,
            "Tuple": self._tuple,
            "Range": self._range,
            "ArrayComprehension": self._comprehension,
            "Index": partial(references.index, self),
            "FieldAccess": partial(references.field, self),
        }

    # -- entry points

    def value(self, node: Node) -> v.Value:
        """Evaluate an expression node to a scalar, array, tuple (a list) or record (a dict)."""
        kind, data = next(iter(node.items()))
        handler = self._nodes.get(kind)
        if handler is None:
            self.refuse(node, f"the embedded compiler does not know the construct '{kind}'; write it in another way")
        if len(node) != 1 or not data.keys() <= EXPRESSIONS[kind]:
            field = unknown_field(node, (kind,)) or unknown_field(data, EXPRESSIONS[kind])
            self.refuse(node, f"the embedded compiler does not know '{field}' of a '{kind}'; write it in another way")
        try:
            return handler(data, node)
        except (v.ShapeError, v.NumberError) as error:
            self.fail(node, f"{error} in '{self.flat.sources.text(find_span(node))}'")

    def scalar(self, node: Node) -> v.Scalar:
        """Evaluate to a scalar or fail."""
        result = self.value(node)
        if v.is_array(result) and result.size == 1:
            return result.ravel()[0]
        if v.is_array(result) or isinstance(result, (dict, list, v.Component)):
            self.fail(node, f"'{self.flat.sources.text(find_span(node))}' is not a scalar here")
        return result

    def number(self, node: Node) -> float:
        """Evaluate to a number that is known at compile time; parameters in it become structural."""
        return self.known(self.scalar(node), find_span(node))

    def known(self, value: v.Scalar, span: Span | None) -> float:
        """Return a scalar as a number, folding parameters."""
        value = v.tidy(value)
        return self.names.fold(value, span) if isinstance(value, ca.SX) else value

    def whole(self, node: Node) -> int:
        """Evaluate to a whole number known at compile time."""
        number = self.number(node)
        if isinstance(number, str) or number != int(number):
            self.fail(node, f"{number!r} is not a whole number")
        return int(number)

    def refuse(self, node: object, message: str) -> NoReturn:
        """Refuse a construct at its place."""
        self.flat.sources.refuse(find_span(node), message)

    def fail(self, node: object, message: str) -> NoReturn:
        """Report an error in the model at its place."""
        self.flat.sources.fail(find_span(node), message)

    @contextmanager
    def scope(self, names: Mapping[str, v.Value]) -> Iterator[dict[str, v.Value]]:
        """Add local names, of a loop for example."""
        local = dict(names)
        self.scopes.append(local)
        try:
            yield local
        finally:
            self.scopes.pop()

    @contextmanager
    def without_events(self) -> Iterator[None]:
        """Allow relations on continuous variables."""
        self.event_free += 1
        try:
            yield
        finally:
            self.event_free -= 1

    @contextmanager
    def at_event(self) -> Iterator[None]:
        """Evaluate what only counts at an event: `pre` of a state is its value before `reinit`."""
        self.inside_when += 1
        try:
            yield
        finally:
            self.inside_when -= 1

    @contextmanager
    def under(self, condition: v.Scalar) -> Iterator[None]:
        """Evaluate what only counts while a condition holds."""
        outer = self.guard
        self.guard = v.logical("and", outer, condition)
        try:
            yield
        finally:
            self.guard = outer

    def harmless(
        self, argument: v.Scalar, instead: float = 1.0, extended: Callable[[ca.SX], ca.SX] | None = None
    ) -> v.Scalar:
        """Return an argument that is harmless while the branch around it is not taken.

        Parameters
        ----------
        argument : of a function that is not defined or has no slope everywhere
        instead : what it is replaced by while the branch is not taken
        extended : moves an argument to where the function is defined; an integrator looks a little beyond an event
            before it has found it, and the branch that is held then must have a value there
        """
        if v.is_known(self.guard) or v.is_known(argument) or self.names.is_parametric(argument):
            return argument
        if extended is not None:
            actual = self.names.actual(self.guard)
            if actual is not None:
                argument = ca.if_else(actual, argument, extended(argument))
        return ca.if_else(self.guard, argument, instead)

    # -- constants and constructors

    def _literal(self, data: Node, node: Node) -> v.Value:
        kind, value = next(iter(data["value"].items()))
        if kind == "Boolean":
            return bool(value)
        if kind in ("Real", "Integer"):
            return float(value)
        if kind == "String":
            return str(value)
        self.refuse(node, f"the embedded compiler does not know the literal '{kind}'")

    def _array(self, data: Node, node: Node) -> v.Value:
        items = [self.value(item) for item in data["elements"]]
        kind = data["kind"]
        if not items:
            return np.empty((0,), dtype=object)
        if kind == "Array":
            return v.as_array(items)
        axis = {"Vertical": 0, "Horizontal": 1}.get(kind)
        if axis is None:
            self.refuse(node, f"the embedded compiler does not know the array constructor '{kind}'")
        return np.concatenate([self._as_matrix(item, axis) for item in items], axis=axis)

    @staticmethod
    def _as_matrix(item: v.Value, axis: int) -> np.ndarray:
        """Promote to a matrix as in `[a, b; c, d]`: a vector is a column; a row that was built inside is a "
        "matrix already."""
        del axis
        if not v.is_array(item):
            return v.filled((1, 1), item)
        return item.reshape(-1, 1) if item.ndim == 1 else item

    def _tuple(self, data: Node, node: Node) -> v.Value:
        return [None if self._is_empty(item) else self.value(item) for item in data["elements"]]

    @staticmethod
    def _is_empty(node: object) -> bool:
        return node in (None, "Empty") or (isinstance(node, Mapping) and "Empty" in node)

    def _range(self, data: Node, node: Node) -> v.Value:
        start, stop = self.number(data["start"]), self.number(data["end"])
        step = 1.0 if data["step"] is None else self.number(data["step"])
        if step == 0:
            self.fail(node, "the step of a range is 0")
        count = max(0, int(np.floor((stop - start) / step + 1e-9)) + 1)
        result = np.empty((count,), dtype=object)
        for k in range(count):
            result[k] = start + k * step
        return result

    def _comprehension(self, data: Node, node: Node) -> v.Value:
        if data.get("filter") is not None:
            self.refuse(
                node, "a filter in an array comprehension is not supported; choose elements by their subscripts"
            )

        return self._nested(data, data["indices"])

    def _nested(self, data: Node, indices: Sequence[Node]) -> v.Value:
        """Evaluate `{f(i, j) for i in a, j in b}`, which means {{f(i, j) for i in a} for j in b}."""
        if not indices:
            return self.value(data["expr"])
        index = indices[-1]
        items = []
        for item in self.value(index["range"]):
            with self.scope({index["name"]: item}):
                items.append(self._nested(data, indices[:-1]))
        return v.as_array(items) if items else np.empty((0,), dtype=object)

    # -- operators

    def _binary(self, data: Node, node: Node) -> v.Value:
        operator = data["op"]
        if operator in ("And", "Or"):
            left = self.value(data["lhs"])
            counts: v.Scalar = True  # the right side: only if the left one does not decide
            if not v.is_array(left):
                left = v.tidy(left)
                if v.is_known(left) and bool(left) == (operator == "Or"):
                    return bool(left)
                counts = left if operator == "And" else v.logical("not", left)
            with self.under(counts):
                right = self.value(data["rhs"])
            return v.map2(lambda a, b: v.logical(operator.lower(), a, b), left, right)
        if operator in SUMS and _is_long(node):
            return self._long_sum(node)
        if operator in ("Mul", "MulElem") and streams.is_flow_times_stream(self, data["lhs"], data["rhs"]):
            with self.without_events():
                left, right = self.value(data["lhs"]), self.value(data["rhs"])
        else:
            left, right = self._side(data["lhs"], data["rhs"]), self._side(data["rhs"], data["lhs"])
        return self._combine(operator, left, right, node)

    def _long_sum(self, node: Node) -> v.Value:
        """Evaluate `((a + b) + c) + ...` from the inside without recursion."""
        outer: list[Node] = []
        while "Binary" in node and node["Binary"]["op"] in SUMS:
            outer.append(node)
            node = node["Binary"]["lhs"]
        result = self.value(node)
        for item in reversed(outer):
            data = item["Binary"]
            result = self._combine(data["op"], result, self.value(data["rhs"]), item)
        return result

    def _combine(self, operator: str, left: v.Value, right: v.Value, node: Node) -> v.Value:
        """Apply an operator to two values."""
        if records.has_records(left) or records.has_records(right):
            return records.difference(self, left, right, operator, node)
        if operator in RELATIONS:
            return self.relation(operator, left, right, node)
        if operator in SUMS:
            if v.is_array(left) != v.is_array(right):
                self.fail(node, "a scalar and an array cannot be added; use .+ or .-")
            return v.map2(v.add if operator == "Add" else v.subtract, left, right)
        if operator == "Mul":
            if v.is_array(left) and v.is_array(right):
                return v.matrix_product(left, right)
            return v.map2(v.multiply, left, right)
        if operator in _ELEMENTWISE:
            return v.map2(_ELEMENTWISE[operator], left, right)
        if operator in ("Div", "DivElem"):
            if operator == "Div" and v.is_array(right):
                self.fail(node, "an array cannot be a divisor; use ./")
            return v.map2(lambda a, b: v.divide(a, self.harmless(b)), left, right)
        if operator in ("Exp", "ExpElem"):
            if operator == "Exp" and (v.is_array(left) or v.is_array(right)):
                self.refuse(node, "a power of a matrix is not supported; use .^ for elements")
            return v.map2(self._power, left, right)
        self.refuse(node, f"the embedded compiler does not know the operator '{operator}'")

    def sides(self, node: Node) -> list[tuple[v.Scalar, v.Scalar]] | None:
        """Evaluate an equation `left - right` to pairs of scalars; None when it has another form."""
        data = node.get("Binary")
        if data is None or data["op"] != "Sub" or not data.keys() <= EXPRESSIONS["Binary"]:
            return None
        try:
            left, right = self._side(data["lhs"], data["rhs"]), self._side(data["rhs"], data["lhs"])
            pairs = [(left, right)]
            if records.has_records(left) or records.has_records(right):
                pairs = records.pairs(self, left, right, node)
            elif v.is_array(left) != v.is_array(right):
                self.fail(node, "a scalar and an array cannot be equal; give all elements a value")
            return [pair for a, b in pairs for pair in v.flat_items(v.map2(lambda x, y: (x, y), a, b))]
        except (v.ShapeError, v.NumberError) as error:
            self.fail(node, f"{error} in '{self.flat.sources.text(find_span(node))}'")

    def _side(self, node: Node, other: Node) -> v.Value:
        """Evaluate one side; a function call opposite a tuple gives all its results."""
        if "FunctionCall" in node and "Tuple" in other:
            data = node["FunctionCall"]
            return modelica_functions.call(self, data["name"]["name"], data["args"], node, all_results=True)
        return self.value(node)

    def _power(self, base: v.Scalar, exponent: v.Scalar) -> v.Scalar:
        if v.is_known(exponent) and exponent == int(exponent):
            return v.power(base if exponent >= 0 else self.harmless(base), exponent)
        return v.power(self.harmless(base, extended=lambda x: ca.fmax(ca.fabs(x), v.SMALLEST)), exponent)

    def relation(self, operator: str, left: v.Value, right: v.Value, node: Node) -> v.Value:
        def one(a: v.Scalar, b: v.Scalar) -> v.Scalar:
            result = v.compare(operator, a, b)
            if self.event_free or not isinstance(result, ca.SX) or self.names.is_constant(result):
                return result
            if operator in ("Eq", "Neq"):
                self.refuse(
                    node,
                    f"'{self.flat.sources.text(find_span(node))}' asks for equality of variables that change in time, "
                    "which they never have for sure; use < or >, or noEvent(...)",
                )
            return self.names.relation(operator, a, b, find_span(node))

        return v.map2(one, left, right)

    def _unary(self, data: Node, node: Node) -> v.Value:
        operator = data["op"]
        if operator == "Not":
            return v.map1(lambda a: v.logical("not", a), self.value(data["rhs"]))
        sign = _NAMES.get(operator)
        if sign is None:
            self.refuse(node, f"the embedded compiler does not know the operator '{operator}'")
        operand = self.value(data["rhs"])
        return v.map1(lambda a: -a, operand) if sign == "-" else operand

    def _if(self, data: Node, node: Node) -> v.Value:
        pending: list[tuple[v.Scalar, v.Value]] = []
        before: v.Scalar = True  # none of the conditions so far holds
        result: v.Value = None
        for condition_node, branch in data["branches"]:
            condition = v.tidy(self.scalar(condition_node))
            if v.is_known(condition):
                if condition:
                    with self.under(before):
                        result = self.value(branch)
                    break
                continue
            with self.under(v.logical("and", before, condition)):
                pending.append((condition, self.value(branch)))
            before = v.logical("and", before, v.logical("not", condition))
        else:
            with self.under(before):
                result = self.value(data["else_branch"])
        for condition, branch_value in reversed(pending):
            result = self.choose(condition, branch_value, result, node)
        return result

    def choose(self, condition: v.Scalar, yes: v.Value, no: v.Value, node: Node) -> v.Value:
        """Choose between two values element by element."""
        if isinstance(yes, dict) and isinstance(no, dict):
            return {key: self.choose(condition, yes[key], no[key], node) for key in yes}
        if v.is_array(yes) != v.is_array(no):
            self.fail(node, "the branches of an if-expression have different sizes")
        return v.map2(lambda a, b: v.if_else(condition, a, b), yes, no)

    # -- calls

    def _builtin(self, data: Node, node: Node) -> v.Value:
        return modelica_builtins.call(self, data["function"], data["args"], node)

    def _call(self, data: Node, node: Node) -> v.Value:
        return modelica_functions.call(self, data["name"]["name"], data["args"], node)


def _is_long(node: Node) -> bool:
    """True for a sum of many terms."""
    for _ in range(LONG):
        if "Binary" not in node or node["Binary"]["op"] not in SUMS:
            return False
        node = node["Binary"]["lhs"]
    return True
