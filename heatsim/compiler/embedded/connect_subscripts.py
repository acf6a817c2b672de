"""Refuse connections with subscripts that the front end gets wrong without an error.

It drops a connection whose subscript does not exist. This is the mistake of `for i in 1:n loop
connect(a[i].right, a[i + 1].left)`, whose last connection has no partner. And where it does not understand a subscript,
such as `a[end]` or `a[q[1]]`, it connects all elements of the array, or none.
"""

from __future__ import annotations

import ast
import itertools
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from heatsim.compiler.embedded.classes import ClassText, Token, span_of
from heatsim.compiler.embedded.dropped_statements import Statement, closing, equations
from heatsim.compiler.embedded.refused_constructs import own_tokens
from heatsim.compiler.embedded.sources import SourceMap

MOST_POINTS = 20_000  # of the loops around one connection; of larger ones the corners are looked at

_SUBSCRIPT = re.compile(r"\[([\d,]+)\]")
_PLAIN = re.compile(r"[\w\s.:+\-*()]+")  # no vectors, no elements of arrays
_OTHER = re.compile(r"\b(?:end|if)\b|[A-Za-z_]\w* \(")  # `end`, conditions, calls
_OPERATORS: dict[type, Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}

_ARITHMETIC: dict[str, Callable[[int, int], int]] = {"Add": operator.add, "Sub": operator.sub, "Mul": operator.mul}


class Extents:
    """Sizes of component arrays and values of Integer parameters, by names without subscripts.

    Parameters
    ----------
    variables : of the flat model as the front end wrote it
    """

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self.sizes: dict[str, tuple[int, ...]] = {}
        self.values: dict[str, set[int | None]] = {}  # None: not a plain number
        for name, entry in variables.items():
            for match in _SUBSCRIPT.finditer(name):
                index = tuple(int(number) for number in match[1].split(","))
                path = _SUBSCRIPT.sub("", name[: match.start()])
                known = self.sizes.get(path, index)
                self.sizes[path] = tuple(max(pair) for pair in zip(known, index, strict=False))
            plain = _SUBSCRIPT.sub("", name)
            if entry["dims"] and plain == name:
                self.sizes[plain] = tuple(entry["dims"])
            if entry["binding"] is not None:
                self.values.setdefault(plain, set()).add(_integer(entry["binding"], variables))

    def value(self, name: str) -> int | None:
        """Return the value of an Integer parameter, None when it is not known or not the same everywhere."""
        found = self.values.get(name, set())
        return next(iter(found)) if len(found) == 1 else None

    def is_plain(self, name: str) -> bool:
        """True unless it is a parameter whose value the front end may not understand."""
        return None not in self.values.get(name, set())


def _integer(node: Mapping[str, Any], variables: Mapping[str, Any], depth: int = 20) -> int | None:
    """Return the value of sums, differences and products of Integers and of parameters that are such."""
    kind, data = next(iter(node.items()))
    if kind == "Literal":
        number: int | None = data["value"].get("Integer")
        return number
    if kind == "VarRef" and not data["subscripts"] and depth:
        entry = variables.get(data["name"]["name"])
        return None if entry is None or entry["binding"] is None else _integer(entry["binding"], variables, depth - 1)
    if kind == "Unary" and data["op"] == "Minus":
        operand = _integer(data["rhs"], variables, depth)
        return None if operand is None else -operand
    if kind == "Binary" and data["op"] in _ARITHMETIC:
        left, right = _integer(data["lhs"], variables, depth), _integer(data["rhs"], variables, depth)
        return None if left is None or right is None else _ARITHMETIC[data["op"]](left, right)
    return None


def check(instances: Iterator[tuple[ClassText, str]], variables: Mapping[str, Any], sources: SourceMap) -> None:
    """Check the connections of all instances of classes.

    Parameters
    ----------
    instances : classes with the prefix of the names in them, without subscripts
    variables : of the flat model as the front end wrote it
    sources : all files

    Raises
    ------
    CompilerError
        With the place of the connection.
    """
    extents = Extents(variables)
    for found, prefix in instances:
        for statement in equations(own_tokens(found, sources)):
            if statement.called == "connect":
                wrong = _wrong(statement, prefix, extents)
                if wrong:
                    place = span_of(found.source, sources.files[found.source][1], statement.tokens[0])
                    text = "".join(token.text for token in statement.tokens)
                    sources.fail(place, f"{text}: {wrong}")


def _wrong(statement: Statement, prefix: str, extents: Extents) -> str:
    """Say what is wrong with a connection, if anything."""
    path = ""
    position = 2  # behind `connect(`
    while position < len(statement.tokens):
        token = statement.tokens[position]
        if token.text == "[":
            end = closing(statement.tokens, position)
            wrong = _subscripts(_parts(statement.tokens[position + 1 : end - 1]), path, prefix, statement, extents)
            if wrong:
                return wrong
            position = end
            continue
        path = "" if token.text in (",", ")") else path + token.text
        position += 1
    return ""


def _parts(tokens: Sequence[Token]) -> list[list[Token]]:
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.text in "([{") - (token.text in ")]}")
        if token.text == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _subscripts(
    parts: Sequence[Sequence[Token]], path: str, prefix: str, statement: Statement, extents: Extents
) -> str:
    sizes = extents.sizes.get(prefix + path)
    if sizes is None:
        return ""
    if len(parts) != len(sizes):
        return f"'{path}' has {len(sizes)} dimensions, not {len(parts)}; write as many subscripts"
    for part, size in zip(parts, sizes, strict=True):
        text = " ".join(token.text for token in part)
        if text == ":":
            return f"a connection of '{path}[:]' may get other sizes than it seems; write '{path}' without [:]"
        names = re.findall(r"[A-Za-z_]\w*", text)
        is_plain = all(extents.is_plain(prefix + name) for name in names)
        if not is_plain or not _PLAIN.fullmatch(text) or _OTHER.search(text):
            return (
                f"the front end may connect other elements than the subscript {text} of '{path}' means; write numbers, "
                "loop variables, and Integer parameters that are given as numbers, with + - * only"
            )
        if "if" in statement.blocks:  # what the condition leaves out cannot be told here
            continue
        if ":" in text:
            continue
        for number in _numbers(text, prefix, statement, extents, size):
            if not isinstance(number, int) or not 1 <= number <= size:
                return (
                    f"the subscript {text} of '{path}' becomes {number:g}, which is outside of 1..{size}; "
                    "correct the subscript or the range of the loop"
                )
    return ""


def _numbers(text: str, prefix: str, statement: Statement, extents: Extents, size: int) -> Iterator[int | float]:
    """Yield the values of a subscript in all passes of the loops around it; nothing when it cannot be worked out."""
    names: dict[str, Sequence[int]] = {}
    for tokens in statement.loops:
        for iterator in _parts(tokens):
            words = [token.text for token in iterator]
            if len(words) < 3 or words[1] != "in" or "{" in words:
                return
            bounds = [_value(" ".join(item), prefix, {}, extents) for item in _split(words[2:])]
            if len(bounds) not in (2, 3) or any(not isinstance(item, int) for item in bounds):
                return
            first, *step, last = (int(item) for item in bounds if item is not None)
            by = step[0] if step else 1
            names[words[0]] = range(first, last + (1 if by > 0 else -1), by) if by else ()
    used = [name for name in names if re.search(rf"\b{re.escape(name)}\b", text)]
    choices = [names[name] for name in used]
    points = 1
    for choice in choices:
        points *= len(choice)
    if points > MOST_POINTS:
        choices = [[choice[0], choice[-1]] for choice in choices]
    for point in itertools.product(*choices):
        number = _value(text, prefix, {"end": size, **dict(zip(used, point, strict=True))}, extents)
        if number is None:
            return
        yield number


def _split(words: Sequence[str]) -> list[list[str]]:
    """Split `a:b:c` at its colons."""
    parts: list[list[str]] = [[]]
    for word in words:
        if word == ":":
            parts.append([])
        else:
            parts[-1].append(word)
    return parts


def _value(text: str, prefix: str, names: Mapping[str, int], extents: Extents) -> int | float | None:
    """Return the value of an expression of numbers, loop variables and Integer parameters, else None."""
    try:
        node = ast.parse(text.replace(" . ", "."), mode="eval").body
    except SyntaxError:
        return None
    return _evaluate(node, prefix, names, extents)


def _evaluate(node: ast.expr, prefix: str, names: Mapping[str, int], extents: Extents) -> int | float | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        return node.value
    if isinstance(node, ast.Name):
        return names[node.id] if node.id in names else extents.value(prefix + node.id)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        operand = _evaluate(node.operand, prefix, names, extents)
        return None if operand is None else -operand
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left = _evaluate(node.left, prefix, names, extents)
        right = _evaluate(node.right, prefix, names, extents)
        if isinstance(left, int) and isinstance(right, int):
            return _OPERATORS[type(node.op)](left, right)
    return None
