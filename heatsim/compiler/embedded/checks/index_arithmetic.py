"""Work out subscripts, ranges and conditions around connections from the sources, and the sizes they are compared with.

Numbers, loop variables, Integer and Boolean parameters with + - * comparisons, `and`, `or`, `not` and a few functions;
what is anything else has no value here, and the caller decides what that means.
"""

from __future__ import annotations

import ast
import functools
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

Value = bool | int | float

_SUBSCRIPT = re.compile(r"\[([\d,]+)\]")
_DEEPEST = 20  # parameters that follow from parameters

_BINARY: dict[str, Callable[[Any, Any], Value]] = {
    "Add": operator.add,
    "Sub": operator.sub,
    "Mult": operator.mul,
    "Mul": operator.mul,  # the name of the front end
    "Eq": operator.eq,
    "NotEq": operator.ne,
    "Neq": operator.ne,
    "Lt": operator.lt,
    "LtE": operator.le,
    "Le": operator.le,
    "Gt": operator.gt,
    "GtE": operator.ge,
    "Ge": operator.ge,
}
_PLAIN = frozenset({"Add", "Sub", "Mul"})  # what the front end understands in parameters that stand in subscripts
_TEXT = {"<>": "!=", "true": "True", "false": "False"}  # Modelica to Python


def _div(a: int, b: int) -> int:
    return a // b if (a < 0) == (b < 0) else -(-a // b)


_FUNCTIONS: dict[str, Callable[..., Value]] = {
    "abs": abs,
    "min": min,
    "max": max,
    "div": _div,
    "mod": operator.mod,  # the sign of the second operand, as in Modelica
    "rem": lambda a, b: a - _div(a, b) * b,
}


class Extents:
    """Sizes of component arrays and values of Integer and Boolean parameters.

    Parameters
    ----------
    variables : of the flat model as the front end wrote it
    """

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self.variables = variables
        self._sizes: dict[str, tuple[int, ...]] = {}  # by names with the subscripts of what is around
        self._alike: dict[str, set[tuple[int, ...]]] = {}  # by names without subscripts
        self._bound: dict[str, list[str]] = {}
        self._values: dict[str, Value | None] = {}
        self._prefixes: dict[str, list[str]] | None = None
        for name, entry in variables.items():
            for match in _SUBSCRIPT.finditer(name):
                index = tuple(int(number) for number in match[1].split(","))
                head = name[: match.start()]
                known = self._sizes.get(head, index)
                self._sizes[head] = tuple(max(pair) for pair in zip(known, index, strict=False))
            if entry["dims"]:
                self._sizes[name] = tuple(entry["dims"])
            if entry["binding"] is not None:
                self._bound.setdefault(_SUBSCRIPT.sub("", name), []).append(name)
        for head, size in self._sizes.items():
            self._alike.setdefault(_SUBSCRIPT.sub("", head), set()).add(size)

    def size(self, name: str) -> tuple[int, ...] | None:
        """Return the size of an array, named with the subscripts of what is around; None when there is none."""
        return self._sizes.get(name)

    def is_array(self, plain: str) -> bool:
        """True when there is an array of that name without subscripts."""
        return plain in self._alike

    def value(self, name: str) -> Value | None:
        """Return the value of a parameter, None when it is not known."""
        if name not in self._values:
            entry = self.variables.get(name)
            known = entry is not None and entry["binding"] is not None
            self._values[name] = None  # of parameters that depend on themselves
            self._values[name] = self._flat(entry["binding"], False, _DEEPEST) if known and entry else None
        return self._values[name]

    def is_plain(self, plain: str) -> bool:
        """True unless it is a parameter, named without subscripts, whose value the front end may not understand."""
        names = self._bound.get(plain, ())
        return all(self._flat(self.variables[name]["binding"], True, _DEEPEST) is not None for name in names)

    def is_number(self, plain: str) -> bool:
        """True for Integer parameters, named without subscripts, whose value is known in all instances."""
        values = [self.value(name) for name in self._bound.get(plain, ())]
        return bool(values) and all(isinstance(value, int) and not isinstance(value, bool) for value in values)

    def is_flag(self, plain: str) -> bool:
        """True for Boolean parameters whose value the front end sees in conditions around connections.

        It does when they are given as `true` or `false`, or by a modification from outside of their instance; all
        others it takes for true.
        """
        return bool(self._bound.get(plain)) and all(self._is_seen(name) for name in self._bound[plain])

    def _is_seen(self, name: str) -> bool:
        entry = self.variables[name]
        if entry["variability"] == "Empty" or "Parameter" not in entry["variability"]:
            return False
        literal = entry["binding"].get("Literal")
        if literal is not None:
            return "Boolean" in literal["value"]
        within, used = name[: name.rfind(".") + 1], list(_names(entry["binding"]))
        return isinstance(self.value(name), bool) and bool(used) and not any(v.startswith(within) for v in used)

    def instances(self, prefix: str, paths: Iterable[str], names: Iterable[str]) -> Sequence[str]:
        """Return the prefixes, with subscripts, of those instances of a class that have to be looked at.

        Parameters
        ----------
        prefix : of the names in the class, without subscripts
        paths, names : of arrays and parameters that count, without subscripts and prefix; when they are the same in
            all instances, one is enough
        """
        if self._prefixes is None:
            self._prefixes = self._all_prefixes()
        found = self._prefixes.get(prefix, [])
        differ = any(len(self._alike.get(prefix + path, ())) > 1 for path in paths)
        differ = differ or any(len({self.value(v) for v in self._bound.get(prefix + name, ())}) > 1 for name in names)
        return found if differ else found[:1]

    def _all_prefixes(self) -> dict[str, list[str]]:
        found: dict[str, dict[str, None]] = {"": {"": None}}
        done: set[str] = set()
        for name in self.variables:
            end = name.rfind(".")
            while end >= 0 and name[: end + 1] not in done:
                head = name[: end + 1]
                done.add(head)
                found.setdefault(_SUBSCRIPT.sub("", head), {})[head] = None
                end = name.rfind(".", 0, end)
        return {plain: list(heads) for plain, heads in found.items()}

    def _flat(self, node: Mapping[str, Any], only_plain: bool, depth: int) -> Value | None:
        """Return the value of an expression of the flat model."""
        kind, data = next(iter(node.items()))
        if kind == "Literal":
            found: Value | None = data["value"].get("Integer", None if only_plain else data["value"].get("Boolean"))
            return found
        if kind == "VarRef" and not data["subscripts"] and depth:
            entry = self.variables.get(data["name"]["name"])
            if entry is None or entry["binding"] is None:
                return None
            return self._flat(entry["binding"], only_plain, depth - 1)
        if kind == "Unary":
            operand = self._flat(data["rhs"], only_plain, depth)
            if data["op"] == "Minus" and operand is not None:
                return -operand
            return not operand if data["op"] == "Not" and operand is not None and not only_plain else None
        if kind == "Binary":
            left, right = self._flat(data["lhs"], only_plain, depth), self._flat(data["rhs"], only_plain, depth)
            if data["op"] in ("And", "Or") and not only_plain:
                return _either([left, right], data["op"] == "Or")
            if left is None or right is None or data["op"] not in (_PLAIN if only_plain else _BINARY):
                return None
            return _BINARY[data["op"]](left, right)
        if kind == "BuiltinCall" and not only_plain:
            return _call(str(data["function"]).lower(), [self._flat(item, False, depth) for item in data["args"]])
        return None


def _names(node: Any) -> Iterator[str]:
    """Yield the variables of an expression of the flat model."""
    if isinstance(node, dict):
        if "VarRef" in node:
            yield node["VarRef"]["name"]["name"]
        for value in node.values():
            yield from _names(value)
    elif isinstance(node, list):
        for value in node:
            yield from _names(value)


def is_understood(text: str, is_number: Callable[[str], bool], is_flag: Callable[[str], bool]) -> bool:
    """True for a condition that the front end evaluates where it stands around connections.

    Parameters
    ----------
    text : Modelica, with blanks between all tokens
    is_number, is_flag : say whether a name stands for an Integer or a Boolean that it sees
    """
    node = _parsed(text)
    return node is not None and _is_condition(node, is_number, is_flag)


def _is_condition(node: ast.expr, is_number: Callable[[str], bool], is_flag: Callable[[str], bool]) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, bool)
    if isinstance(node, ast.Name):
        return is_flag(node.id)
    if isinstance(node, ast.BoolOp):
        return all(_is_condition(item, is_number, is_flag) for item in node.values)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return _is_condition(node.operand, is_number, is_flag)
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]).__name__ in _BINARY:
        return all(_is_sum(item, is_number) for item in (node.left, node.comparators[0]))
    return False


def _is_sum(node: ast.expr, is_number: Callable[[str], bool]) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int) and not isinstance(node.value, bool)
    if isinstance(node, (ast.Name, ast.Attribute)):
        return is_number(ast.unparse(node))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return _is_sum(node.operand, is_number)
    if isinstance(node, ast.BinOp) and type(node.op).__name__ in _BINARY:
        return _is_sum(node.left, is_number) and _is_sum(node.right, is_number)
    return False


def evaluate(text: str, local: Mapping[str, Value | None], lookup: Callable[[str], Value | None]) -> Value | None:
    """Return the value of an expression as it is written, or None.

    Parameters
    ----------
    text : Modelica, with blanks between all tokens
    local : values of loop variables, None for those that are not known
    lookup : gives the values of other names
    """
    node = _parsed(text)
    return None if node is None else _evaluate(node, local, lookup)


@functools.lru_cache(maxsize=4096)
def _parsed(text: str) -> ast.expr | None:
    words = [_TEXT.get(word, word) for word in text.split()]
    try:
        return ast.parse(" ".join(words).replace(" . ", "."), mode="eval").body
    except SyntaxError:
        return None


def _evaluate(node: ast.expr, local: Mapping[str, Value | None], lookup: Callable[[str], Value | None]) -> Value | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, (bool, int, float)):
        return node.value
    if isinstance(node, (ast.Name, ast.Attribute)):
        name = ast.unparse(node)
        return local[name] if name in local else lookup(name)
    if isinstance(node, ast.UnaryOp):
        operand = _evaluate(node.operand, local, lookup)
        if isinstance(node.op, ast.USub):
            return None if operand is None else -operand
        return not operand if isinstance(node.op, ast.Not) and operand is not None else None
    if isinstance(node, ast.BoolOp):
        return _either([_evaluate(item, local, lookup) for item in node.values], isinstance(node.op, ast.Or))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        return _call(node.func.id, [_evaluate(item, local, lookup) for item in node.args])
    if isinstance(node, ast.BinOp):
        sides, operation = (node.left, node.right), type(node.op).__name__
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        sides, operation = (node.left, node.comparators[0]), type(node.ops[0]).__name__
    else:
        return None
    left, right = (_evaluate(item, local, lookup) for item in sides)
    if left is None or right is None or operation not in _BINARY:
        return None
    return _BINARY[operation](left, right)


def _either(values: Sequence[Value | None], one_is_enough: bool) -> bool | None:
    """Return `or` or `and` of values that may not be known."""
    if any(value is not None and bool(value) == one_is_enough for value in values):
        return one_is_enough
    return None if None in values else not one_is_enough


def _call(name: str, arguments: Sequence[Value | None]) -> Value | None:
    """Return the value of a function of Integers that are known."""
    numbers = [item for item in arguments if isinstance(item, int)]
    if name not in _FUNCTIONS or len(numbers) != len(arguments):
        return None
    if len(numbers) != (1 if name == "abs" else 2) or (name in ("div", "mod", "rem") and numbers[1] == 0):
        return None
    return _FUNCTIONS[name](*numbers)
