"""Refuse equations that the front end drops without an error, by reading the sources.

Of what stands in equation sections these are found by comparing flat models with the sources: an `assert` inside an
`if`, whatever its condition, `terminate` outside of `when`, and the call of a function as an equation of its own. The
flat model has no trace of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from heatsim.compiler.embedded.reading.classes import ClassText, Token, span_of
from heatsim.compiler.embedded.reading.refused_constructs import own_tokens
from heatsim.compiler.embedded.reading.sources import SourceMap

_SECTIONS = frozenset({"equation", "algorithm", "public", "protected"})
_BLOCKS = frozenset({"if", "for", "when"})
_CONDITIONS = frozenset({"if", "elseif", "when", "elsewhen"})
_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")


@dataclass(frozen=True)
class Scope:
    """A loop, or a condition that must hold or must not hold, as that of an earlier branch.

    Attributes
    ----------
    kind : `for`, `if`, or `not` for a condition that must not hold
    tokens : between `for` and `loop`, or between `if` and `then`
    """

    kind: str
    tokens: tuple[Token, ...]


@dataclass(frozen=True)
class Statement:
    """An equation in an equation section.

    Attributes
    ----------
    tokens : of the equation without its semicolon
    blocks : `if`, `for`, `when` around it, the innermost last
    scopes : loops and conditions of `if` around it, the innermost last
    """

    tokens: tuple[Token, ...]
    blocks: tuple[str, ...]
    scopes: tuple[Scope, ...] = ()

    @property
    def called(self) -> str:
        """Dotted name of the function when the equation is nothing but a call; else empty."""
        words = [token.text for token in self.tokens]
        opening = next((k for k, word in enumerate(words) if word == "("), 0)
        name = words[:opening]
        if not name or not all(word == "." or word.isidentifier() for word in name):
            return ""
        behind = words[closing(self.tokens, opening) :]
        return "".join(name) if all(word.startswith('"') for word in behind) else ""


def check(used: Sequence[ClassText], sources: SourceMap) -> None:
    """Check the classes a model is made of.

    Parameters
    ----------
    used : the classes that count (`classes.used_classes`)
    sources : all files that the front end read

    Raises
    ------
    UnsupportedModelicaError
        With file, line, column and what to write instead.
    """
    for found in used:
        if found.kind == "function" or found.is_short:
            continue
        for statement in equations(own_tokens(found, sources)):
            name = statement.called
            text = _complaint(name, statement.blocks) if name else ""
            if text:
                place = span_of(found.source, sources.files[found.source][1], statement.tokens[0])
                sources.refuse(place, text)


def _complaint(name: str, blocks: Sequence[str]) -> str:
    """Return what is wrong with a call as an equation, or an empty string."""
    if name == "assert":
        if "if" in blocks and "when" not in blocks:
            return (
                "the front end drops an assert inside an if; write it outside, with the condition in it: "
                "assert(not condition or what must hold, message)"
            )
        return ""
    if name == "terminate":
        if "when" in blocks:  # refused with the clause
            return ""
        return "'terminate' is not supported; end the simulation from outside, or use assert"
    if name in ("connect", "reinit") or name.startswith("Connections."):
        return ""
    return (
        f"the front end drops the call of '{name}' as an equation of its own; give its result a variable, as in "
        f"y = {name}(...)"
    )


def equations(tokens: Sequence[Token]) -> Iterator[Statement]:
    """Yield the equations in the equation sections of a class, without `if`, `for`, `when` themselves.

    Parameters
    ----------
    tokens : of the class with separators, without classes inside (`refused_constructs.own_tokens`)
    """
    section = ""
    blocks: list[str] = []
    scopes: list[list[Scope]] = []  # of each block
    at = 0
    while at < len(tokens):
        word = tokens[at].text
        if word in _SECTIONS:
            section, at = word, at + 1
        elif word == "initial" and at + 1 < len(tokens) and tokens[at + 1].text in _SECTIONS:
            at += 1
        elif section != "equation":
            at = _end(tokens, at) + 1
        elif word == "end":
            if blocks:
                blocks.pop()
                scopes.pop()
            at = _end(tokens, at) + 1
        elif word in _CONDITIONS:
            end = _behind_then(tokens, at + 1)
            if word in _BLOCKS:
                blocks.append(word)
                scopes.append([])
            if word in ("if", "elseif") and scopes:
                scopes[-1] = [*_left_out(scopes[-1]), Scope("if", tuple(tokens[at + 1 : end - 1]))]
            at = end
        elif word == "for":
            blocks.append(word)
            end = next((k for k in range(at, len(tokens)) if tokens[k].text == "loop"), len(tokens))
            scopes.append([Scope("for", tuple(tokens[at + 1 : end]))])
            at = end + 1
        elif word == "else":
            if scopes:
                scopes[-1] = _left_out(scopes[-1])
            at += 1
        elif word == ";":
            at += 1
        else:
            end = _end(tokens, at)
            yield Statement(tuple(tokens[at:end]), tuple(blocks), tuple(scope for block in scopes for scope in block))
            at = end + 1


def _left_out(scopes: Sequence[Scope]) -> list[Scope]:
    """Return the conditions of earlier branches, none of which holds in a later one."""
    return [Scope("not", scope.tokens) for scope in scopes]


def _behind_then(tokens: Sequence[Token], at: int) -> int:
    """Return the position behind the `then` of a condition, in which there may be `if` expressions."""
    inner = 0
    while at < len(tokens):
        word = tokens[at].text
        if word in ("if", "elseif"):
            inner += 1
        elif word == "then":
            if inner == 0:
                return at + 1
            inner -= 1
        at += 1
    return at


def _end(tokens: Sequence[Token], at: int) -> int:
    """Return the position of the `;` that ends a statement; those in matrices do not count."""
    while at < len(tokens) and tokens[at].text != ";":
        at = closing(tokens, at) if tokens[at].text in _OPEN else at + 1
    return at


def closing(tokens: Sequence[Token], opening: int) -> int:
    """Return the position behind the bracket that closes one."""
    depth = 0
    for position in range(opening, len(tokens)):
        depth += (tokens[position].text in _OPEN) - (tokens[position].text in _CLOSE)
        if depth == 0:
            return position + 1
    return len(tokens)
