"""Refuse connections with subscripts that the front end gets wrong without an error.

It drops a connection whose subscript does not exist. This is the mistake of `for i in 1:n loop
connect(a[i].right, a[i + 1].left)`, whose last connection has no partner. And where it does not understand a subscript,
such as `a[end]` or `a[q[1]]`, it connects all elements of the array, or none. So each subscript must be one that can
be worked out here, in all passes of the loops around it in which the conditions around it hold. A condition that the
front end does not understand, such as `mod(i, 2) == 0` or a Boolean parameter that follows from others, it takes for
true.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from heatsim.compiler.embedded.checks.dropped_statements import Statement, closing, equations
from heatsim.compiler.embedded.checks.index_arithmetic import Extents, Value, evaluate, is_understood
from heatsim.compiler.embedded.reading.classes import ClassText, Token, span_of
from heatsim.compiler.embedded.reading.refused_constructs import own_tokens
from heatsim.compiler.embedded.reading.sources import SourceMap

MOST_PASSES = 100_000  # of the loops around one connection

_PLAIN = re.compile(r"[\w\s.:+\-*()]+")  # no vectors, no elements of arrays
_OTHER = re.compile(r"\b(?:end|if)\b|[A-Za-z_]\w* \(")  # `end`, conditions, calls
_NAME = re.compile(r"[A-Za-z_]\w*(?: \. [A-Za-z_]\w*)*")
_KNOWN = "numbers, loop variables, and Integer parameters that are given as numbers, with + - * only"

Lookup = Callable[[str], "Value | None"]
Pass = dict[str, "Value | None"]  # loop variables


@dataclass(frozen=True)
class _Part:
    """One name of a path with its subscripts, `a[i, 1]`."""

    name: str
    subscripts: tuple[str, ...]


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
    read: dict[int, list[Statement]] = {}
    for found, prefix in instances:
        if id(found) not in read:
            read[id(found)] = [item for item in equations(own_tokens(found, sources)) if item.called == "connect"]
        for statement in read[id(found)]:
            wrong = _wrong(statement, found, prefix, extents)
            if wrong:
                place = span_of(found.source, sources.files[found.source][1], statement.tokens[0])
                text = "".join(token.text for token in statement.tokens)
                sources.fail(place, f"{text}: {wrong}")


def _wrong(statement: Statement, found: ClassText, prefix: str, extents: Extents) -> str:
    """Say what is wrong with a connection, if anything."""
    sides = [_path(side) for side in _split(statement.tokens[2 : closing(statement.tokens, 1) - 1], ",")]
    texts = [text for side in sides for part in side for text in part.subscripts]
    wrong = _condition(statement, prefix, extents)
    if wrong or not texts:
        return wrong
    for side in sides:
        for plain, part in zip(_heads(side), side, strict=True):
            for text in part.subscripts if extents.is_array(prefix + plain) else ():
                wrong = _form(text, plain, prefix, extents)
                if wrong:
                    return wrong
    words = [*texts, *(_text(scope.tokens) for scope in statement.scopes)]
    names = {name.replace(" ", "") for text in words for name in _NAME.findall(text)}
    heads = [head for side in sides for head in _heads(side)]
    for instance in extents.instances(prefix, heads, names):
        wrong = _Passes(statement, found, sides, instance, extents).wrong()
        if wrong:
            return wrong
    return ""


def _condition(statement: Statement, prefix: str, extents: Extents) -> str:
    """Say whether the front end would understand the conditions around a connection."""
    loops = [scope.tokens for scope in statement.scopes if scope.kind == "for"]
    variables = {part[0].text for tokens in loops for part in _split(tokens, ",") if part}
    for scope in statement.scopes:
        text = _text(scope.tokens)
        if scope.kind != "for" and not is_understood(
            text,
            lambda name: name in variables or extents.is_number(prefix + name),
            lambda name: extents.is_flag(prefix + name),
        ):
            return (
                f"the front end may take the condition {_said(text)} for true; write comparisons of loop variables and "
                "Integer parameters with + - *, and Boolean parameters of this class that are given as true or false "
                "or from outside, or give a component the condition"
            )
    return ""


def _form(text: str, path: str, prefix: str, extents: Extents) -> str:
    """Say whether the front end would understand a subscript."""
    if text == ":":
        return f"a connection of '{path}[:]' may get other sizes than it seems; write '{path}' without [:]"
    is_plain = all(extents.is_plain(prefix + name.replace(" ", "")) for name in _NAME.findall(text))
    if is_plain and _PLAIN.fullmatch(text) and not _OTHER.search(text):
        return ""
    return (
        f"the front end may connect other elements than the subscript {_said(text)} of '{path}' means; write {_KNOWN}"
    )


class _Passes:
    """Goes through the passes of the loops around a connection of one instance of a class."""

    def __init__(
        self, statement: Statement, found: ClassText, sides: Sequence[Sequence[_Part]], prefix: str, extents: Extents
    ) -> None:
        self.scopes = statement.scopes
        self.found = found
        self.sides = sides
        self.prefix = prefix
        self.extents = extents
        self.texts = [text for side in sides for part in side for text in part.subscripts]
        self.used = {word for text in self.texts for word in text.split()}
        self.used |= {token.text for scope in self.scopes for token in scope.tokens[2 if scope.kind == "for" else 0 :]}
        self.passes = 0
        self.unknown = ""  # a range that cannot be worked out

    def lookup(self, name: str) -> Value | None:
        """Return the value of a parameter; those of outer components are further up."""
        value = self.extents.value(self.prefix + name)
        if value is None and "outer" in self.found.words:
            around = self.prefix
            while value is None and around:
                around = around[: around.rstrip(".").rfind(".") + 1]
                value = self.extents.value(around + name)
        return value

    def wrong(self) -> str:
        """Say what is wrong with the connection in any pass."""
        return self._scope(0, {})

    def _scope(self, at: int, local: Pass) -> str:
        """Go into a loop or condition; one that cannot be told may hold."""
        if at == len(self.scopes):
            return self._pass(local)
        scope = self.scopes[at]
        if scope.kind == "for":
            return self._loop(_split(scope.tokens, ","), at, local)
        holds = evaluate(_text(scope.tokens), local, self.lookup)
        return self._scope(at + 1, local) if holds is None or bool(holds) == (scope.kind == "if") else ""

    def _loop(self, iterators: Sequence[Sequence[Token]], at: int, local: Pass) -> str:
        if not iterators:
            return self._scope(at + 1, local)
        words = [token.text for token in iterators[0]]
        name = words[0]
        values = self._range(name, iterators[0][2:], local)
        if values is not None and name not in self.used:
            values = values[:1]  # all passes are the same
        for value in (None,) if values is None else values:
            wrong = self._loop(iterators[1:], at, {**local, name: value})
            if wrong:
                return wrong
        return ""

    def _range(self, name: str, tokens: Sequence[Token], local: Pass) -> Sequence[int] | None:
        """Return the values of a loop variable, None when they cannot be worked out."""
        parts = [_text(part) for part in _split(tokens, ":")]
        bounds = [evaluate(part, local, self.lookup) for part in parts]
        known = [item for item in bounds if isinstance(item, int)]
        if len(bounds) in (2, 3) and len(known) == len(bounds) and known[1:-1] != [0]:
            step = known[1] if len(known) == 3 else 1
            return range(known[0], known[-1] + (1 if step > 0 else -1), step)
        if len(parts) == 2 and parts[0] == "1" and self._is_size(name, parts[1]):
            return (1,)  # in range by the declaration
        self.unknown = f"{name} in {_said(_text(tokens))}"
        return None

    def _is_size(self, name: str, last: str) -> bool:
        """True when a loop variable is a subscript of arrays that are declared with the end of its range only."""
        for side in self.sides:
            for position, part in enumerate(side):
                is_used = name in " ".join(part.subscripts).split()
                is_whole = position == 0 and part.subscripts == (name,) and _declared(self.found, part.name) == last
                if is_used and not is_whole:
                    return False
        others = [token.text for scope in self.scopes if scope.kind != "for" for token in scope.tokens]
        return name not in others

    def _pass(self, local: Pass) -> str:
        """Look at all subscripts of the connection in one pass."""
        self.passes += 1
        if self.passes > MOST_PASSES:
            return f"more than {MOST_PASSES} passes cannot be checked; connect whole arrays, or write smaller loops"
        for side in self.sides:
            name = self.prefix
            for plain, part in zip(_heads(side), side, strict=True):
                name += part.name
                sizes = self.extents.size(name)
                if not part.subscripts or sizes is None:
                    name += "."
                    continue
                if len(part.subscripts) != len(sizes):
                    return (
                        f"'{plain}' has {len(sizes)} dimensions, not {len(part.subscripts)}; write as many subscripts"
                    )
                numbers = []
                for text, size in zip(part.subscripts, sizes, strict=True):
                    values = [evaluate(bound, local, self.lookup) for bound in text.split(" : ")]
                    first, last = values[0], values[-1]
                    if len(values) == 2 and first is not None and last is not None and first > last:
                        return ""  # no element at all
                    wrong = next(
                        filter(None, (self._outside(number, text, plain, size) for number in (first, last))), ""
                    )
                    if wrong:
                        return wrong
                    numbers.append(str(first))
                name += f"[{','.join(numbers)}]."
        return ""

    def _outside(self, number: Value | None, text: str, path: str, size: int) -> str:
        """Say what is wrong with one subscript in one pass."""
        if number is None:
            if self.unknown:
                return (
                    f"the range {self.unknown} cannot be worked out, and the front end drops connections whose "
                    f"subscript does not exist; write {self.unknown.split(' ')[0]} in from:to with numbers and Integer "
                    "parameters"
                )
            return f"the subscript {_said(text)} of '{path}' cannot be worked out; write {_KNOWN}"
        if isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= size:
            return ""
        return (
            f"the subscript {_said(text)} of '{path}' becomes {number:g}, which is outside of 1..{size}; "
            "correct the subscript or the range of the loop, as in for i in 1:n - 1"
        )


def _path(tokens: Sequence[Token]) -> list[_Part]:
    """Read `a[i].b[2, j].c`."""
    parts: list[_Part] = []
    at = 0
    while at < len(tokens):
        name, at = tokens[at].text, at + 1
        subscripts: tuple[str, ...] = ()
        if at < len(tokens) and tokens[at].text == "[":
            end = closing(tokens, at)
            subscripts = tuple(_text(part) for part in _split(tokens[at + 1 : end - 1], ","))
            at = end
        parts.append(_Part(name, subscripts))
        at += 1  # the dot
    return parts


def _heads(side: Sequence[_Part]) -> list[str]:
    """Return the paths to the parts of a path, without subscripts."""
    return [".".join(part.name for part in side[: position + 1]) for position in range(len(side))]


def _declared(found: ClassText, name: str) -> str:
    """Return the one size an array is declared with in a class, empty when it is not found."""
    if all(reference.token.text != name for reference in found.references if reference.role == "component"):
        return ""
    start = next(r.token.start for r in found.references if r.role == "component" and r.token.text == name)
    position = next((k for k, token in enumerate(found.tokens) if token.start == start), len(found.tokens))
    if position + 1 >= len(found.tokens) or found.tokens[position + 1].text != "[":
        return ""
    return _text(found.tokens[position + 2 : closing(found.tokens, position + 1) - 1])


def _text(tokens: Sequence[Token]) -> str:
    return " ".join(token.text for token in tokens)


def _said(text: str) -> str:
    """Return an expression as it may stand in a message, without the blanks at dots and brackets."""
    for wide, narrow in ((" . ", "."), (" ( ", "("), ("( ", "("), (" )", ")"), (" : ", ":"), (" , ", ", ")):
        text = text.replace(wide, narrow)
    return text


def _split(tokens: Sequence[Token], separator: str) -> list[Sequence[Token]]:
    """Split at separators that stand in no brackets."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.text in "([{") - (token.text in ")]}")
        if token.text == separator and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return list(parts)
