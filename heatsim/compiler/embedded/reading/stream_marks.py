"""Carry streams through the front end, which resolves `inStream` and `actualStream` for scalar components only.

Where the front end refuses them, as in arrays of components, the sources are rewritten:

- `inStream(a.h)` becomes `smooth(-73110, a.h)`. No model may say that, since the order of `smooth` is never negative,
  and the front end hands it on untouched with its argument, whose subscripts it resolves. Afterwards each is made a
  call of `InStream` or `ActualStream`, which `streams` evaluates, and it is made sure that none was lost on the way.
- `stream Real h;` in a connector becomes `Real h; flow Real heatsimFlowOf_h;`. A connector needs as many potentials as
  flows, and together both get as many equations from connections as a stream variable does. All these equations are
  taken out afterwards: `streams` has those for outside connectors.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from heatsim.compiler.embedded.reading.classes import Token, closing, tokens_of
from heatsim.compiler.embedded.reading.rewriting import Rewritten
from heatsim.compiler.embedded.reading.sources import SourceMap, Span
from heatsim.errors import CompilerError

_MARKS = {"inStream": 73110, "actualStream": 73111}
_NAMES = {mark: name[:1].upper() + name[1:] for name, mark in _MARKS.items()}  # as the front end writes built-ins
_FLOW = "heatsimFlowOf_"


def mark(text: bytes) -> list[tuple[int, int, str]]:
    """Return what to change in a file: start and end in characters, new text (`rewriting.rewrite`)."""
    tokens = tokens_of(text)
    changes = []
    for token, bracket in _calls(tokens):
        changes.append((token.start, token.start + len(token.text), "smooth"))
        changes.append((bracket.start + 1, bracket.start + 1, f"-{_MARKS[token.text]}, "))
    for position, token in enumerate(tokens):
        if token.text == "stream":
            end = next((k for k in range(position, len(tokens)) if tokens[k].text == ";"), len(tokens) - 1)
            changes.append((token.start, token.start + len(token.text), ""))
            twin = " ".join(_twin(tokens[position + 1 : end]))
            changes.append((tokens[end].start + 1, tokens[end].start + 1, f" flow {twin};"))
    return changes


def _calls(tokens: Sequence[Token]) -> Iterator[tuple[Token, Token]]:
    """Yield the name and the opening bracket of each call."""
    for before, token, bracket in zip([Token("", 0), *tokens], tokens, tokens[1:], strict=False):
        if token.text in _MARKS and bracket.text == "(" and before.text != ".":
            yield token, bracket


def _twin(declaration: Sequence[Token]) -> Iterator[str]:
    """Yield the words of a declaration with other names: of `P.T[2] x_a(min=0), x_b` for `P.T[2] a(min=0), b`."""
    position = 1 if declaration[0].text == "." else 0
    while declaration[position + 1].text == ".":
        position += 2
    if declaration[position + 1].text == "[":
        position = closing(declaration, position + 1)
    depth, is_name = 0, False
    for number, token in enumerate(declaration):
        yield f"{_FLOW}{token.text}" if is_name or number == position + 1 else token.text
        depth += (token.text in ("(", "[", "{")) - (token.text in (")", "]", "}"))
        is_name = token.text == "," and depth == 0 and number > position


def resolve(flat: dict[str, Any], sources: SourceMap, files: Mapping[int, Rewritten]) -> None:
    """Take out of a flat model what was put in; changes `flat`.

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
    _Marks(sources, {number: _arguments(rewritten.original) for number, rewritten in files.items()}).visit(flat)
    _drop_connections(flat, sources)
    flat["own_streams"] = True


def _drop_connections(flat: dict[str, Any], sources: SourceMap) -> None:
    """Make variables with a flow beside them stream variables, and take out what connections say about both."""
    variables = flat["variables"]
    flows = [name for name in variables if name.rpartition(".")[2].startswith(_FLOW)]
    streams = {"".join(name.rsplit(_FLOW, 1)) for name in flows}
    for name in streams:
        variables[name]["stream"] = True
    for name in flows:
        del variables[name]
    for name in variables:
        if _FLOW in name:
            sources.refuse(
                Span.of(variables[name]["source_span"]),
                f"the stream variable '{name.replace(_FLOW, '')}' is part of a record; declare it as a Real variable",
            )
    taken_out = {*streams, *flows}
    drop = {number for number, equation in enumerate(flat["equations"]) if _names(equation["origin"]) & taken_out}
    flat["equations"] = [item for number, item in enumerate(flat["equations"]) if number not in drop]
    families = [family for family in flat["structured_equations"] if not _names(family["origin"]) & taken_out]
    for family in families:
        family["first_equation_index"] -= sum(number < family["first_equation_index"] for number in drop)
    flat["structured_equations"] = families


def _names(origin: object) -> set[str]:
    """Return the variables that an equation of a connection is about, arrays without subscripts."""
    if not isinstance(origin, dict):
        return set()
    kind, data = next(iter(origin.items()))
    if kind == "Connection":
        found = [data["lhs"], data["rhs"]]
    elif kind == "FlowSum":
        found = [term.lstrip("-") for term in data["description"].removesuffix(" = 0").split(" + ")]
    elif kind == "UnconnectedFlow":
        found = [data["variable"]]
    else:
        found = []
    return {re.sub(r"\[[^\]]*\]$", "", name) for name in found}


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

    def visit(self, flat: object) -> None:
        """Resolve all marks, in place."""
        pending = [(flat, False)]  # and whether a mark is around it; a stack, as long sums are nested deeply
        while pending:
            node, is_marked = pending.pop()
            if isinstance(node, list):
                pending.extend((item, is_marked) for item in node)
            elif isinstance(node, dict):
                call = node.get("BuiltinCall")
                name = self._name(call) if isinstance(call, dict) else ""
                if name and isinstance(call, dict):
                    call["function"], call["args"] = name, call["args"][1:]
                    pending.append((call["args"], True))
                    continue
                if not is_marked:
                    self._check(node)
                pending.extend((item, is_marked) for item in node.values())

    def _name(self, call: Mapping[str, Any]) -> str:
        """Return what a call of smooth stands for; an empty string for one of the user and for other calls."""
        if call["function"] != "Smooth":
            return ""
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
