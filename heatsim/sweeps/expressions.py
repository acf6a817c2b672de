"""Comparisons between swept names and figures, read safely and evaluated exactly.

`storage_volume >= 100 * heat_capacity / 1e6`, `T_supply >= 75degC and method != "jacobi"`. The text is never run as
Python: it is cut into tokens (names may have dots and `:factor`, numbers may have units), parsed by `ast`, and only
comparisons, `and`, `or`, `not`, `+ - * / **`, `min`, `max` and `abs` are evaluated. Numbers are rational, as they were
written: 3 * 0.1 equals 0.3.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from heatsim import units
from heatsim.errors import UnitError, UsageError, near_miss
from heatsim.sweeps.case import Value, shown
from heatsim.sweeps.values import exact, has_offset, to_si

_Number = Fraction | float
_Dimension = tuple[float, ...] | None

_WORDS = ("and", "or", "not", "in", "True", "False")
_FUNCTIONS: dict[str, Callable[..., Any]] = {"min": min, "max": max, "abs": abs}
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

_TEXT = re.compile(r"'[^']*'|\"[^\"]*\"")
_NUMBER = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_UNIT = re.compile(r"\s*([A-Za-z°µ%]+(?:\^?-?\d+)?(?:[./](?:[A-Za-z°µ%]+(?:\^?-?\d+)?|\([^()]*\)))*)")
_WORD = re.compile(r"[A-Za-z_][\w.]*(?::\w+)?")
_SIGN = re.compile(r"<=|>=|==|!=|\*\*|[-+*/<>(),\[\]]")


@dataclass(frozen=True)
class _Known:
    """A name or a number with a unit, that stands in the parsed text under a name of ours."""

    name: str = ""
    number: Fraction = Fraction(0)
    dimension: _Dimension = None
    offset: bool = False


class Expression:
    """A comparison that holds or does not.

    Parameters
    ----------
    text
        What a person wrote.
    known
        Name -> unit of its values, "" or None where it has none; numbers are compared in SI.

    Raises
    ------
    UsageError
        When a name is unknown, a unit does not fit, or anything else is in the text than comparisons; one line.
    """

    def __init__(self, text: str, known: Mapping[str, str | None]) -> None:
        if not isinstance(text, str) or not text.strip():
            raise UsageError(f"constraint {text!r}: write a comparison such as 'storage_volume >= 500m3'")
        self.text = text.strip()
        self._known: dict[str, _Known] = {}
        source = self._tokens(known)
        try:
            self._tree = ast.parse(source.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise self._wrong("is not a comparison; write for example a >= 2 * b, and == for equal") from error
        if not _decides(self._tree):
            raise self._wrong("compares nothing; write for example a >= 2 * b")
        try:
            self._dimension(self._tree)
        except RecursionError as error:
            raise self._wrong("is nested too deeply; write several constraints") from error

    @property
    def names(self) -> tuple[str, ...]:
        """Names that decide on it."""
        return tuple(dict.fromkeys(item.name for item in self._known.values() if item.name))

    def holds(self, values: Mapping[str, Value]) -> bool:
        """Return whether it holds for values in SI; False where one of its numbers is NaN, and nothing can be said.

        Raises
        ------
        UsageError
            When it has no answer there: a division by zero, a name compared with a number.
        """
        # NaN is the one value that is not itself
        if any(values[name] != values[name] for name in self.names):
            return False
        try:
            return bool(self._value(self._tree, values))
        except (ArithmeticError, ValueError) as error:
            at = ", ".join(f"{name} = {shown(values[name])}" for name in self.names)
            raise self._wrong(f"cannot be evaluated at {at} ({error})") from error

    def _wrong(self, what: str) -> UsageError:
        return UsageError(f"constraint '{self.text}' {what}")

    def _tokens(self, known: Mapping[str, str | None]) -> str:
        """Return the text as Python, with names of ours in place of names and quantities."""
        text, at, pieces = self.text, 0, []
        names = sorted(known, key=len, reverse=True)
        pattern = re.compile("|".join(map(re.escape, names)) or r"(?!)")
        while at < len(text):
            if text[at].isspace():
                at += 1
                continue
            if match := _TEXT.match(text, at):
                pieces.append(match[0])
            elif (found := _name_at(text, at, names, pattern)) is not None:
                pieces.append(self._stand_in(_Known(found, dimension=_dimension_of(known[found]))))
                at += len(found)
                continue
            elif match := _NUMBER.match(text, at):
                piece, at = self._number(match, known)
                pieces.append(piece)
                continue
            elif match := _WORD.match(text, at):
                if match[0] not in _WORDS and match[0] not in _FUNCTIONS:
                    hint = near_miss(match[0], known)
                    raise self._wrong(
                        f"has an unknown name '{match[0]}'{hint}; known are {_listed(names)}, and text goes into quotes"
                    )
                pieces.append(match[0])
            elif match := _SIGN.match(text, at):
                pieces.append(match[0])
            elif text[at] == "=":
                raise self._wrong("has a single '='; write == for equal, >= or <= for limits")
            else:
                raise self._wrong(f"has a '{text[at]}' that is not understood")
            at = match.end()
        return " ".join(pieces)

    def _number(self, match: re.Match[str], known: Mapping[str, str | None]) -> tuple[str, int]:
        if not math.isfinite(float(match[0])):
            raise self._wrong(f"has too large a number, {match[0]}")
        number, text = exact(float(match[0])), self.text
        written = _UNIT.match(text, match.end())
        if written is None or re.match(r"(and|or|not|in|if)\b", written[1]):
            if re.match(r"[\w.]", text[match.end() : match.end() + 1]):
                raise self._wrong(f"has a number that is not understood, '{text[match.start() : match.end() + 1]}'")
            return self._stand_in(_Known(number=number)), match.end()
        # the longest that is a unit: what follows may be a division by something else
        ends = [len(written[1]), *(cut.start() for cut in reversed(list(re.finditer(r"[./]", written[1]))))]
        for end in ends:
            unit = written[1][:end]
            if not units.known(unit):
                continue
            for part in re.findall(r"[A-Za-z_]\w*", unit)[1:]:
                if part in known:
                    raise self._wrong(
                        f"is ambiguous: '{part}' in '{match[0]}{unit}' is a unit and a name; write spaces"
                    )
            stop = written.start(1) + end
            if re.match(r"[\w(]", text[stop : stop + 1]):
                break
            item = _Known(
                number=exact(to_si(number, unit)), dimension=units.definition(unit).exponents, offset=has_offset(unit)
            )
            return self._stand_in(item), stop
        try:
            units.definition(written[1])
        except UnitError as error:
            raise self._wrong(f"has '{match[0]}{written[1]}': {error}") from error
        raise self._wrong(f"has '{match[0]}{written[1]}' that is not understood")

    def _stand_in(self, item: _Known) -> str:
        name = f"_{len(self._known)}"
        self._known[name] = item
        return name

    def _dimension(self, node: ast.expr) -> _Dimension:
        """Return what a part measures, None for what fits anything; refuse what cannot be evaluated or compared."""
        match node:
            case ast.BoolOp(values=parts):
                for part in parts:
                    if not _decides(part) and not isinstance(part, ast.Name):
                        raise self._wrong("joins something that is no comparison with 'and' or 'or'")
                    self._dimension(part)
                return None
            case ast.UnaryOp(op=ast.Not(), operand=part):
                if not _decides(part) and not isinstance(part, ast.Name):
                    raise self._wrong("negates something that is no comparison")
                self._dimension(part)
                return None
            case ast.Compare(left=left, ops=operations, comparators=others):
                self._compared([left, *others], operations)
                return None
            case ast.UnaryOp(op=ast.UAdd() | ast.USub(), operand=part):
                return self._difference(part)
            case ast.BinOp(left=left, op=operation, right=right):
                first, second = self._difference(left), self._difference(right)
                if type(operation) in _SUMS:
                    return self._same(first, second)
                if type(operation) in _PRODUCTS:
                    if first is None or second is None:
                        return None
                    sign = 1.0 if isinstance(operation, ast.Mult) else -1.0
                    return tuple(a + sign * b for a, b in zip(first, second, strict=True))
                if isinstance(operation, ast.Pow):
                    return None
            case ast.Call(func=ast.Name(id=function), args=arguments, keywords=[]) if function in _FUNCTIONS:
                if (function == "abs") != (len(arguments) == 1) or not arguments:
                    raise self._wrong(f"calls {function} with {len(arguments)} values")
                found: _Dimension = None
                for argument in arguments:
                    found = self._same(found, self._difference(argument))
                return found
            case ast.Name(id=name) if name in self._known:
                return self._known[name].dimension
            case ast.Constant(value=bool() | str()):
                return None
        raise self._wrong("has something that is not understood; use comparisons, and, or, not, + - * / **, min, max")

    def _compared(self, parts: list[ast.expr], operations: list[ast.cmpop]) -> None:
        if any(isinstance(operation, ast.In | ast.NotIn) for operation in operations):
            if len(operations) != 1 or not isinstance(parts[1], ast.Tuple | ast.List) or not parts[1].elts:
                raise self._wrong("has an 'in' that is not understood; write method in ('jacobi', 'monolithic')")
            parts = [parts[0], *parts[1].elts]
        elif not all(type(operation) in _COMPARISONS for operation in operations):
            raise self._wrong("has a comparison that is not understood; use < <= > >= == !=")
        if any(_decides(part) for part in parts):
            raise self._wrong("compares a comparison; join comparisons with 'and'")
        found: _Dimension = None
        for part in parts:
            found = self._same(found, self._dimension(part))
        # a point on a scale has a meaning beside another one only, not beside a difference
        if any(self._is_point(part) for part in parts) and any(isinstance(part, ast.BinOp) for part in parts):
            raise self._wrong("compares a sum or difference with degC; write K")

    def _difference(self, node: ast.expr) -> _Dimension:
        if self._is_point(node):
            raise self._wrong("calculates with degC, which is a point on a scale; write K")
        return self._dimension(node)

    def _is_point(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id in self._known and self._known[node.id].offset

    def _same(self, first: _Dimension, second: _Dimension) -> _Dimension:
        if first is not None and second is not None and first != second:
            raise UnitError(f"constraint '{self.text}' adds or compares different quantities; check its units")
        return second if first is None else first

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
                return _FUNCTIONS[function](*(self._calculable(argument, values) for argument in arguments))
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
        if len(kinds) > 1:
            raise self._wrong(f"compares {' with '.join(sorted(kinds))}")
        if kinds != {"a number"} and compare not in (operator.eq, operator.ne):
            raise self._wrong(f"orders {kinds.pop()}; use == or !=")
        return compare(first, second)

    def _calculable(self, node: ast.expr, values: Mapping[str, Value]) -> _Number:
        value = self._value(node, values)
        if _kind(value) != "a number":
            raise self._wrong(f"calculates with {_kind(value)}")
        return value

    def _switch(self, node: ast.expr, values: Mapping[str, Value]) -> bool:
        value = self._value(node, values)
        if not isinstance(value, bool):
            raise self._wrong(f"takes {_kind(value)} for a switch; write a comparison")
        return value


def _decides(node: ast.expr) -> bool:
    return isinstance(node, ast.Compare | ast.BoolOp) or (
        isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    )


def _name_at(text: str, at: int, names: list[str], pattern: re.Pattern[str]) -> str | None:
    """Return the longest known name that begins here and ends where a name ends."""
    if pattern.match(text, at) is None:
        return None
    for name in names:
        if text.startswith(name, at) and not re.match(r"\w|[.:]\w", text[at + len(name) : at + len(name) + 2]):
            return name
    return None


def _dimension_of(unit: str | None) -> _Dimension:
    return units.definition(unit).exponents if unit and units.known(unit) else None


def _exactly(value: Value) -> Any:
    if isinstance(value, bool | str) or value is None:
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


def _listed(names: list[str]) -> str:
    shown_names = sorted(names)[:12]
    return ", ".join(shown_names) + (", ..." if len(names) > len(shown_names) else "")
