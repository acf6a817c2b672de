"""Carry `inStream` and `actualStream` through the front end, which resolves them for scalar components only.

Where the front end refuses them, as in arrays of components, the sources are rewritten: `inStream(a.h)` becomes
`smooth(-73110, a.h)`. No model may say that, since the order of `smooth` is never negative, and the front end hands it
on untouched with its argument, whose subscripts it resolves. Afterwards each is made a call of `InStream` or
`ActualStream`, which `streams` evaluates, and it is made sure that none was lost on the way.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from heatsim.compiler.embedded.classes import Token, closing, tokens_of
from heatsim.compiler.embedded.rewriting import Rewritten
from heatsim.compiler.embedded.sources import SourceMap, Span
from heatsim.errors import CompilerError

_MARKS = {"inStream": 73110, "actualStream": 73111}
_NAMES = {mark: name[:1].upper() + name[1:] for name, mark in _MARKS.items()}  # as the front end writes built-ins


def mark(text: bytes) -> list[tuple[int, int, str]]:
    """Return what to change in a file: start and end in characters, new text (`rewriting.rewrite`)."""
    changes = []
    for token, bracket in _calls(tokens_of(text)):
        changes.append((token.start, token.start + len(token.text), "smooth"))
        changes.append((bracket.start + 1, bracket.start + 1, f"-{_MARKS[token.text]}, "))
    return changes


def _calls(tokens: Sequence[Token]) -> Iterator[tuple[Token, Token]]:
    """Yield the name and the opening bracket of each call."""
    for before, token, bracket in zip([Token("", 0), *tokens], tokens, tokens[1:], strict=False):
        if token.text in _MARKS and bracket.text == "(" and before.text != ".":
            yield token, bracket


def resolve(flat: dict[str, Any], sources: SourceMap, files: Mapping[int, Rewritten]) -> None:
    """Turn marks into calls of `InStream` and `ActualStream`; changes `flat`.

    Parameters
    ----------
    flat : as the front end wrote it, with the places of the sources
    sources : as the user wrote them
    files : rewritten files by source number

    Raises
    ------
    CompilerError
        An argument of inStream or actualStream is found without its mark.
    """
    _Marks(sources, {number: _arguments(rewritten.original) for number, rewritten in files.items()}).visit(flat, False)
    flat["own_streams"] = True


def _arguments(text: bytes) -> tuple[list[int], list[int]]:
    """Return where the arguments of inStream and actualStream begin and end, in bytes and in order."""
    tokens = tokens_of(text)
    positions = {token.start: number for number, token in enumerate(tokens)}
    characters = text.decode("utf-8", "replace")
    starts, ends = [], []
    for _, bracket in _calls(tokens):
        end = tokens[closing(tokens, positions[bracket.start])].start
        starts.append(len(characters[: bracket.start + 1].encode()))
        ends.append(len(characters[:end].encode()))
    return starts, ends


class _Marks:
    """Walks through a flat model."""

    def __init__(self, sources: SourceMap, arguments: Mapping[int, tuple[list[int], list[int]]]) -> None:
        self.sources = sources
        self.arguments = arguments

    def visit(self, node: object, is_marked: bool) -> None:
        """Resolve marks in a node, in place; `is_marked` when one is around it."""
        if isinstance(node, list):
            for item in node:
                self.visit(item, is_marked)
        elif isinstance(node, dict):
            call = node.get("BuiltinCall")
            if isinstance(call, dict) and call.get("function") == "Smooth":
                name = self._name(call)
                if name:
                    call["function"], call["args"] = name, call["args"][1:]
                    self.visit(call["args"], True)
                    return
            if not is_marked:
                self._check(node)
            for item in node.values():
                self.visit(item, is_marked)

    def _name(self, call: Mapping[str, Any]) -> str:
        """Return what a call of smooth stands for, or an empty string when the user has written it."""
        order = call["args"][0]
        negated = order.get("Unary", {})
        literal = (negated["rhs"] if negated.get("op") == "Minus" else order).get("Literal", {})
        value = literal.get("value", {}).get("Integer")
        name = _NAMES.get(-value if value is not None and not negated else value)
        written = self.sources.text(Span.of(call.get("span")))
        if name is None or not written.startswith(name[:1].lower() + name[1:]):
            return ""
        return name

    def _check(self, node: Mapping[str, Any]) -> None:
        """Fail when a node is an argument of inStream or actualStream that has lost its mark."""
        start, source = node.get("start"), node.get("source")
        if not isinstance(start, int) or not isinstance(source, int) or source not in self.arguments:
            return
        starts, ends = self.arguments[source]
        number = bisect_right(starts, start) - 1
        if number >= 0 and start < ends[number]:
            place = self.sources.place(Span(source, start, start))
            raise CompilerError(
                f"{place}: the front end has lost an inStream or actualStream here; write the components of the array "
                "out one by one"
            )
