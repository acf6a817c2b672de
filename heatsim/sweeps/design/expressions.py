"""Comparisons between swept names and figures, read safely and evaluated exactly.

`storage_volume >= 100 * heat_capacity / 1e6`, `T_supply >= 75degC and method != "jacobi"`. The text is never run as
Python: it is cut into tokens, parsed by `ast`, and only comparisons, `and`, `or`, `not`, `in`, `+ - * / **`, `min`,
`max` and `abs` are evaluated. Numbers are rational, as they were written: 3 * 0.1 equals 0.3.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from heatsim.errors import UsageError
from heatsim.sweeps.case import Value, shown
from heatsim.sweeps.design.expression_measures import Measures, decides
from heatsim.sweeps.design.expression_tokens import FUNCTIONS, Tokens, wrong
from heatsim.sweeps.design.values import exact

_Number = Fraction | float

_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_SUMS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {ast.Add: operator.add, ast.Sub: operator.sub}
_PRODUCTS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {ast.Mult: operator.mul, ast.Div: operator.truediv}
_LARGEST_POWER = 64


class Expression:
    """A comparison that holds or does not.

    Parameters
    ----------
    text
        What a person wrote.
    known
        Name -> unit of its values, "" or None where it has none. Numbers with a unit are converted to it; numbers
        without one are taken as they are, thus in SI for what is swept and for the figures of built-in studies.

    Raises
    ------
    UsageError
        When a name is unknown, a unit does not fit, or anything else is in the text than comparisons; one line.
    """

    def __init__(self, text: str, known: Mapping[str, str | None]) -> None:
        if not isinstance(text, str) or not text.strip():
            raise UsageError(f"constraint {text!r}: write a comparison such as 'storage_volume >= 500m3'")
        self.text = text.strip()
        tokens = Tokens(self.text, known)
        self._known = tokens.known
        try:
            self._tree = ast.parse(tokens.source, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise wrong(self.text, "is not a comparison; write for example a >= 2 * b, and == for equal") from error
        if not decides(self._tree):
            raise wrong(self.text, "compares nothing; write for example a >= 2 * b")
        try:
            Measures(self.text, self._known).check(self._tree)
        except RecursionError as error:
            raise wrong(self.text, "is nested too deeply; write several constraints") from error

    @property
    def names(self) -> tuple[str, ...]:
        """Names that decide on it."""
        return tuple(dict.fromkeys(item.name for item in self._known.values() if item.name))

    def holds(self, values: Mapping[str, Value]) -> bool:
        """Return whether it holds for these values; False where one of them is NaN or None: nothing can be said then.

        Raises
        ------
        UsageError
            When it has no answer there: a division by zero, a name compared with a number.
        """
        # NaN is the one value that is not itself
        if any(values[name] is None or values[name] != values[name] for name in self.names):
            return False
        try:
            return bool(self._value(self._tree, values))
        except (ArithmeticError, ValueError) as error:
            at = ", ".join(f"{name} = {shown(values[name])}" for name in self.names)
            raise wrong(self.text, f"cannot be evaluated at {at} ({error})") from error

    def _value(self, node: ast.expr, values: Mapping[str, Value]) -> Any:
        match node:
            case ast.BoolOp(op=operation, values=parts):
                decide = all if isinstance(operation, ast.And) else any
                return decide(self._switch(part, values) for part in parts)
            case ast.UnaryOp(op=ast.Not(), operand=part):
                return not self._switch(part, values)
            case ast.Compare(left=left, ops=operations, comparators=others):
                return self._comparison(left, operations, others, values)
            case ast.UnaryOp(op=ast.USub(), operand=part):
                return -self._calculable(part, values)
            case ast.UnaryOp(operand=part):
                return self._calculable(part, values)
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return _power(self._calculable(left, values), self._calculable(right, values))
            case ast.BinOp(left=left, op=operation, right=right):
                calculate = {**_SUMS, **_PRODUCTS}[type(operation)]
                return calculate(self._calculable(left, values), self._calculable(right, values))
            case ast.Call(func=ast.Name(id=function), args=arguments):
                return FUNCTIONS[function](*(self._calculable(argument, values) for argument in arguments))
            case ast.Name(id=name):
                item = self._known[name]
                return _exactly(values[item.name]) if item.name else item.number
            case ast.Constant(value=value):
                return value
        raise AssertionError(ast.dump(node))

    def _comparison(
        self, left: ast.expr, operations: list[ast.cmpop], others: list[ast.expr], values: Mapping[str, Value]
    ) -> bool:
        first = self._value(left, values)
        for operation, other in zip(operations, others, strict=True):
            if isinstance(operation, ast.In | ast.NotIn):
                parts = [self._value(part, values) for part in other.elts]  # type: ignore[attr-defined]
                among = any(self._pair(operator.eq, first, part) for part in parts)
                return among if isinstance(operation, ast.In) else not among
            second = self._value(other, values)
            if not self._pair(_COMPARISONS[type(operation)], first, second):
                return False
            first = second
        return True

    def _pair(self, compare: Callable[[Any, Any], bool], first: Any, second: Any) -> bool:
        kinds = {_kind(first), _kind(second)}
        # switches that cases gave are 1 and 0 in the Dataset of a sweep
        written = kinds == {"a number", "a switch"} and first in (0, 1) and second in (0, 1)
        if written and compare in (operator.eq, operator.ne):
            return compare(first, second)
        if len(kinds) > 1:
            raise wrong(self.text, f"compares {' with '.join(sorted(kinds))}")
        if kinds != {"a number"} and compare not in (operator.eq, operator.ne):
            raise wrong(self.text, f"orders {kinds.pop()}; use == or !=")
        return compare(first, second)

    def _calculable(self, node: ast.expr, values: Mapping[str, Value]) -> _Number:
        value = self._value(node, values)
        if _kind(value) != "a number":
            raise wrong(self.text, f"calculates with {_kind(value)}")
        return value

    def _switch(self, node: ast.expr, values: Mapping[str, Value]) -> bool:
        value = self._value(node, values)
        if not isinstance(value, bool):
            raise wrong(self.text, f"takes {_kind(value)} for a switch; write a comparison")
        return value


def _exactly(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool | str):
        return value
    return exact(float(value)) if math.isfinite(value) else float(value)


def _kind(value: Any) -> str:
    return "a switch" if isinstance(value, bool) else "a text" if isinstance(value, str) else "a number"


def _power(base: _Number, exponent: _Number) -> _Number:
    if isinstance(exponent, Fraction) and exponent.denominator == 1 and abs(exponent) <= _LARGEST_POWER:
        return base ** int(exponent)
    found = float(base) ** float(exponent)
    if isinstance(found, complex):
        raise ValueError("a power of a negative number")
    return exact(found) if math.isfinite(found) else found
