"""Statements of a class with their places: equations and blocks of them, values and modifications of declarations.

The reading is light, as that in `classes`; it serves `bisection`, which takes statements away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from heatsim.compiler.embedded.reading.classes import ClassText, Token, closing
from heatsim.compiler.embedded.reading.refused_constructs import own_tokens
from heatsim.compiler.embedded.reading.sources import SourceMap, Span

_OPEN = frozenset("([{")
_BLOCKS = {"if": "then", "when": "then", "for": "loop", "while": "loop"}
_PREFIXES = frozenset(
    {"redeclare", "final", "inner", "outer", "replaceable", "each", "flow", "stream", "discrete", "parameter"}
    | {"constant", "input", "output"}
)


@dataclass(frozen=True, eq=False)
class Piece:
    """A stretch of source text that can be taken away.

    Attributes
    ----------
    found : class it stands in
    kind : "equation", "block" (if, when, for), "value" of a declaration, "modifications" or one "entry" of them
    tokens : of which it consists
    name : what is declared or changed, for those of declarations
    type_name : type of what is declared; for an entry, whose declaration it stands in
    inner : pieces of which it consists
    start, end : in characters; what is taken away, which may be a comma more than the tokens
    """

    found: ClassText
    kind: str
    tokens: tuple[Token, ...]
    start: int
    end: int
    name: str = ""
    type_name: str = ""
    inner: tuple[Piece, ...] = ()

    @property
    def is_equation(self) -> bool:
        """True for what stands in an equation section."""
        return self.kind in ("equation", "block")

    def span(self, sources: SourceMap) -> Span:
        """Return its place in bytes, from the first token to the last."""
        text = sources.files[self.found.source][1].decode("utf-8", "replace")
        first, last = self.tokens[0], self.tokens[-1]
        start = len(text[: first.start].encode())
        return Span(self.found.source, start, start + len(text[first.start : last.start + len(last.text)].encode()))


def pieces(found: ClassText, sources: SourceMap) -> list[Piece]:
    """Return the statements of a class in the order of the text; none of algorithm sections."""
    return list(_Reader(found, own_tokens(found, sources)).read())


def declared(found: ClassText, sources: SourceMap) -> dict[str, tuple[str, str]]:
    """Return the type and the sizes, as they are written, of the components that a class declares itself."""
    reader = _Reader(found, own_tokens(found, sources))
    return {} if found.is_short else {item.name: (item.type_name, item.sizes) for item in reader.declarations()}


@dataclass(frozen=True)
class _Component:
    """A component and where it stands; what is behind its name begins one token after `at`."""

    name: str
    type_name: str
    sizes: str
    is_structural: bool
    at: int
    stop: int


class _Reader:
    """Reads the tokens of one class from front to back."""

    def __init__(self, found: ClassText, tokens: Sequence[Token]) -> None:
        self.found = found
        self.tokens = tokens[1:] if tokens and tokens[0].text.startswith('"') else tokens  # without its description

    def read(self) -> Iterator[Piece]:
        if self.found.is_short:
            yield from self._modifications(1, self.found.name)
            return
        at, section = 0, "declarations"
        while at < len(self.tokens):
            word = self._text(at)
            if word in ("public", "protected"):
                at, section = at + 1, "declarations"
            elif word in ("equation", "algorithm"):
                at, section = at + 1, word
            elif word == "initial" and self._text(at + 1) in ("equation", "algorithm"):
                at, section = at + 2, self._text(at + 1)
            elif section == "equation":
                piece, at = self._statement(at)
                if piece is not None:
                    yield piece
            else:
                end = self._end(at)
                if section == "declarations":
                    yield from self._declaration(at, end)
                at = end + 1

    def _text(self, at: int) -> str:
        return self.tokens[at].text if at < len(self.tokens) else ""

    def _end(self, at: int, stops: str = ";") -> int:
        """Return the position of the next `;` (or other stop) outside of brackets."""
        while at < len(self.tokens) and self._text(at) not in stops:
            at = (closing(self.tokens, at) if self._text(at) in _OPEN else at) + 1
        return at

    def _piece(self, kind: str, start: int, end: int, name: str = "", inner: Sequence[Piece] = ()) -> Piece:
        tokens = tuple(self.tokens[start:end])
        stop = tokens[-1].start + len(tokens[-1].text)
        return Piece(self.found, kind, tokens, tokens[0].start, stop, name, "", tuple(inner))

    # -- equations

    def _statement(self, at: int) -> tuple[Piece | None, int]:
        """Read one equation or block with its semicolon; return it and where the next begins."""
        word = self._text(at)
        if word not in _BLOCKS:
            end = self._end(at)
            stop = min(end + 1, len(self.tokens))
            if end == at:
                return None, stop
            piece = self._piece("equation", at, end)
            last = self.tokens[end - 1] if end == len(self.tokens) else self.tokens[end]
            return Piece(self.found, "equation", piece.tokens, piece.start, last.start + len(last.text)), stop
        inner: list[Piece] = []
        position = self._head(at + 1, _BLOCKS[word])
        while position < len(self.tokens):
            now = self._text(position)
            if now == "end":
                stop = min(position + 3, len(self.tokens))
                return self._piece("block", at, stop, inner=inner), stop
            if now in ("elseif", "elsewhen"):
                position = self._head(position + 1, "then")
            elif now == "else":
                position += 1
            else:
                child, position = self._statement(position)
                inner += [child] if child is not None else []
        return self._piece("block", at, len(self.tokens), inner=inner), len(self.tokens)

    def _head(self, at: int, word: str) -> int:
        """Return the position behind the `then` or `loop` that ends a condition or range."""
        depth = 0
        while at < len(self.tokens):
            now = self._text(at)
            if now == word and depth == 0:
                return at + 1
            depth += (now == "if") - (now == "then" and depth > 0)
            at = (closing(self.tokens, at) if now in _OPEN else at) + 1
        return at

    # -- declarations

    def _declaration(self, start: int, end: int) -> Iterator[Piece]:
        if self._text(start) in ("import", "external"):
            return
        if self._text(start) == "extends":
            yield from self._modifications(start, "extends")
            return
        for component in self._components(start, end):
            if component.is_structural:
                continue
            for piece in self._component(component.at, component.stop):
                yield replace(piece, type_name=component.type_name)

    def _components(self, start: int, end: int) -> Iterator[_Component]:
        """Read `prefixes Type[subscripts] name[subscripts]..., name...`."""
        at = start
        prefixes = set()
        while self._text(at) in _PREFIXES:
            prefixes.add(self._text(at))
            at += 1
        first = at
        at += self._text(at) == "."
        while self._text(at + 1) == ".":
            at += 2
        type_name = "".join(token.text for token in self.tokens[first : at + 1])
        at += 1
        of_type, at = self._subscripts(at)
        is_structural = bool(prefixes & {"parameter", "constant"}) and type_name in ("Integer", "Boolean")
        while at < end:
            stop = min(self._end(at, ";,"), end)
            own, _ = self._subscripts(at + 1)
            yield _Component(
                self._text(at), type_name, ", ".join(filter(None, (own, of_type))), is_structural, at, stop
            )
            at = stop + 1

    def _subscripts(self, at: int) -> tuple[str, int]:
        """Return what stands in the brackets that may be here, and what comes behind them."""
        if self._text(at) != "[":
            return "", at
        end = closing(self.tokens, at)
        return "".join(token.text for token in self.tokens[at + 1 : end]).replace(",", ", "), end + 1

    def declarations(self) -> Iterator[_Component]:
        """Yield all components."""
        at, is_section = 0, False
        while at < len(self.tokens):
            word = self._text(at)
            if word in ("public", "protected", "initial"):
                at, is_section = at + 1, False
            elif word in ("equation", "algorithm"):
                at, is_section = at + 1, True
            else:
                end = self._end(at)
                if not is_section and word not in ("import", "external", "extends"):
                    yield from self._components(at, end)
                at = end + 1

    def _component(self, at: int, stop: int) -> Iterator[Piece]:
        """Read `name[subscripts](modifications) = value "description"`."""
        name, at = self._text(at), at + 1
        if self._text(at) == "[":
            at = closing(self.tokens, at) + 1
        if at < stop and self._text(at) == "(":
            yield from self._modifications(at, name)
            at = closing(self.tokens, at) + 1
        if at < stop and self._text(at) == "=":
            words = [self._text(position) for position in range(at, stop)]
            stop = at + words.index("constrainedby") if "constrainedby" in words else stop
            if stop - at > 2 and self._text(stop - 1).startswith('"'):
                stop -= 1
            yield self._piece("value", at, stop, name)

    def _modifications(self, at: int, name: str) -> Iterator[Piece]:
        """Read the first bracket of a declaration, and in it entries with the comma behind or before them."""
        while self._text(at) not in ("(", ";", "="):
            at += 1
            if at >= len(self.tokens):
                return
        if self._text(at) != "(":
            return
        end = closing(self.tokens, at)
        yield self._piece("modifications", at, end + 1, name, self._entries(at, end, name))

    def _entries(self, at: int, end: int, name: str) -> list[Piece]:
        """Read the entries between two brackets, and those of the brackets inside."""
        entries: list[Piece] = []
        position = at + 1
        while position < end:
            stop = min(self._end(position, ",;"), end)
            if stop > position:
                first = position - 1 if stop == end and position > at + 1 else position
                last = self.tokens[stop if stop < end else stop - 1]
                tokens = tuple(self.tokens[position:stop])
                words = [token.text for token in tokens]
                changed = next((word for word in words if word not in _PREFIXES), "")
                bracket = position + words.index("(") if "(" in words else stop
                is_nested = bracket < stop and "=" not in words[: bracket - position]
                inner = self._entries(bracket, closing(self.tokens, bracket), changed) if is_nested else []
                start, finish = self.tokens[first].start, last.start + len(last.text)
                entries.append(Piece(self.found, "entry", tokens, start, finish, changed, name, tuple(inner)))
            position = stop + 1
        return entries
