"""Places of constructs that the front end refuses without saying where.

The front end names what it does not take, at best, by a variable. Here the sources of the classes that count are
searched for the construct; a place is given when it can only be there, or when any place is a right one because the
construct is never taken. Nothing is refused here that the front end takes.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from heatsim.compiler.embedded.reading.classes import ClassText, Token, span_of, tokens_of
from heatsim.compiler.embedded.reading.sources import SourceMap

_Finder = Callable[[ClassText, Sequence[Token], re.Match[str]], Iterator[Token]]
_STARTS = frozenset({";", "then", "else", "loop", "equation", "algorithm"})
_NOT_TYPES = _STARTS | {"der", "pre", "in", "and", "or", "not", "if"}


@dataclass(frozen=True)
class _Construct:
    """What to look for when the front end says something, and what to say instead; {0} is the first group."""

    said: str
    find: _Finder
    text: str
    always: bool = False  # refused wherever it stands, so that the first place is a right one


def locate(message: str, used: Sequence[ClassText], sources: SourceMap) -> str:
    """Return `file:line:column: construct: what to write instead`, or an empty string when the place is not known.

    Parameters
    ----------
    message : what the front end said
    used : classes that count
    sources : all files
    """
    for construct in _CONSTRUCTS:
        match = re.search(construct.said, message)
        if not match:
            continue
        places = [(item, token) for item in used for token in construct.find(item, own_tokens(item, sources), match)]
        if places and (construct.always or len(places) == 1):
            found, token = places[0]
            place = sources.place(span_of(found.source, sources.files[found.source][1], token))
            return f"{place}: {construct.text.format(token.text, *match.groups())}"
    return ""


def own_tokens(found: ClassText, sources: SourceMap) -> list[Token]:
    """Return the tokens of a class with its separators, without those of the classes inside."""
    tokens = tokens_of(sources.files[found.source][1])
    position = next((k for k, token in enumerate(tokens) if token.start == found.token.start), len(tokens)) + 1
    inside = {child.token.start: child for child in found.children}
    result: list[Token] = []
    while position < len(tokens):
        child = inside.get(tokens[position].start)
        if child is not None:
            position = _end(tokens, position, child)
            continue
        if _ends(tokens, position, found):
            break
        result.append(tokens[position])
        position += 1
    return result


def _ends(tokens: Sequence[Token], position: int, found: ClassText) -> bool:
    if found.is_short:
        return tokens[position].text == ";"
    following = tokens[position + 1].text if position + 1 < len(tokens) else ""
    return tokens[position].text == "end" and following == found.name


def _end(tokens: Sequence[Token], position: int, found: ClassText) -> int:
    while position < len(tokens) and not _ends(tokens, position, found):
        position += 1
    return position + (1 if found.is_short else 2)


# -- finders


def _calls(*names: str) -> _Finder:
    def find(_found: ClassText, tokens: Sequence[Token], _match: re.Match[str]) -> Iterator[Token]:
        for token, after in itertools.pairwise(tokens):
            if token.text in names and after.text == "(":
                yield token

    return find


def _words(*names: str) -> _Finder:
    def find(_found: ClassText, tokens: Sequence[Token], _match: re.Match[str]) -> Iterator[Token]:
        yield from (token for token in tokens if token.text in names)

    return find


def _prefixed(prefix: str) -> _Finder:
    def find(found: ClassText, _tokens: Sequence[Token], _match: re.Match[str]) -> Iterator[Token]:
        if prefix in found.prefixes or found.kind == prefix:
            yield found.token

    return find


def _connections(_found: ClassText, tokens: Sequence[Token], _match: re.Match[str]) -> Iterator[Token]:
    for token, after in itertools.pairwise(tokens):
        if token.text == "Connections" and after.text == ".":
            yield token


def _derivative_of_expression(_found: ClassText, tokens: Sequence[Token], _match: re.Match[str]) -> Iterator[Token]:
    for position, token in enumerate(tokens[:-1]):
        if token.text == "der" and tokens[position + 1].text == "(":
            inside = []
            for other in tokens[position + 2 :]:
                if other.text == ")":
                    break
                inside.append(other.text)
            if not re.fullmatch(r"\.?[A-Za-z_]\w*(\[[^\]]*\])?(\.[A-Za-z_]\w*(\[[^\]]*\])?)*", "".join(inside)):
                yield token


def _in_when(tokens: Sequence[Token], position: int) -> bool:
    depth = 0
    for before, token in zip([Token("", 0), *tokens], tokens[:position], strict=False):
        if token.text == "when":
            depth += -1 if before.text == "end" else 1
    return depth > 0


def _in_if(tokens: Sequence[Token], position: int) -> bool:
    depth = 0
    for before, token in zip([Token(";", 0), *tokens], tokens[:position], strict=False):
        if token.text == "if":
            depth += -1 if before.text == "end" else 1 if before.text in _STARTS else 0
    return depth > 0


def _when(inside: Callable[[Sequence[Token], int], bool]) -> _Finder:
    def find(_found: ClassText, tokens: Sequence[Token], _match: re.Match[str]) -> Iterator[Token]:
        for position, token in enumerate(tokens):
            if token.text == "when" and tokens[position - 1].text != "end" and inside(tokens, position):
                yield token

    return find


def _reinit_outside(_found: ClassText, tokens: Sequence[Token], _match: re.Match[str]) -> Iterator[Token]:
    for position, token in enumerate(tokens):
        if token.text == "reinit" and not _in_when(tokens, position):
            yield token


def _argument_of(function: str) -> _Finder:
    """Calls of a function whose first argument is what the front end names."""

    def find(_found: ClassText, tokens: Sequence[Token], match: re.Match[str]) -> Iterator[Token]:
        last = re.sub(r"\[.*?\]", "", match[1]).rpartition(".")[2]
        for position, token in enumerate(tokens[:-2]):
            inside = {other.text for other in tokens[position + 2 : position + 8]}
            if token.text == function and tokens[position + 1].text == "(" and last in inside:
                yield token

    return find


def _declared(_found: ClassText, tokens: Sequence[Token], match: re.Match[str]) -> Iterator[Token]:
    """Declarations of the name that the front end says."""
    last = re.sub(r"\[.*?\]", "", match[1]).rpartition(".")[2]
    for before, token, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        is_type = before.text == "]" or (before.text.isidentifier() and before.text not in _NOT_TYPES)
        if token.text == last and is_type and after.text in ("=", ";", "(", "[", ",", "if"):
            yield token


def _set(_found: ClassText, tokens: Sequence[Token], match: re.Match[str]) -> Iterator[Token]:
    """Equations that begin with the name that the front end says."""
    last = re.sub(r"\[.*?\]", "", match[1]).rpartition(".")[2]
    for before, token, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if token.text == last and before.text in _STARTS and after.text in "=[":
            yield token


def _set_element(found: ClassText, tokens: Sequence[Token], match: re.Match[str]) -> Iterator[Token]:
    """Equations in a when that begin with an element of the array that the front end says."""
    subscript = match[1].rpartition("[")[2].rstrip("]")
    for token in _set(found, tokens, match):
        position = next(k for k, other in enumerate(tokens) if other is token)
        given = tokens[position + 2].text if position + 2 < len(tokens) else ""
        is_it = given == subscript or not given.isdigit()
        if tokens[position + 1].text == "[" and is_it and _in_when(tokens, position):
            yield token


def _initial_algorithm(_found: ClassText, tokens: Sequence[Token], _match: re.Match[str]) -> Iterator[Token]:
    for position, token in enumerate(tokens[:-2]):
        if token.text == "initial" and tokens[position + 1].text == "algorithm":
            yield tokens[position + 2]


def _if_equation(_found: ClassText, tokens: Sequence[Token], _match: re.Match[str]) -> Iterator[Token]:
    for before, token in itertools.pairwise(tokens):
        if token.text == "if" and before.text in _STARTS and before.text not in ("then", "else"):
            yield token


def _function(found: ClassText, _tokens: Sequence[Token], match: re.Match[str]) -> Iterator[Token]:
    if found.kind == "function" and found.name == match[1].rpartition(".")[2]:
        yield found.token


_CLOCKED = (
    "hold",
    "previous",
    "subSample",
    "superSample",
    "shiftSample",
    "backSample",
    "noClock",
    "firstTick",
    "interval",
)
_MACHINE = ("initialState", "transition", "activeState", "ticksInState", "timeInState")
_CONSTRUCTS = (
    # never taken
    _Construct(
        "",
        _words("Clock"),
        "clocks are not supported; write when sample(start, period)",
        True,
    ),
    _Construct(
        "",
        _calls(*_CLOCKED),
        "'{0}' of clocks is not supported; write when sample(start, period) and pre",
        True,
    ),
    _Construct(
        "",
        _calls(*_MACHINE),
        "'{0}' of state machines is not supported; write an enumeration and when",
        True,
    ),
    _Construct(
        "",
        _calls("spatialDistribution"),
        "'{0}' is not supported; model the pipe with volumes in series",
        True,
    ),
    _Construct(
        "",
        _connections,
        "overconstrained connectors ('{0}') are not supported; use plain connectors",
        True,
    ),
    _Construct(
        "",
        _words("ExternalObject"),
        "'{0}' is not supported; write a function or a table in Modelica",
        True,
    ),
    _Construct(
        "",
        _prefixed("operator"),
        "operators of records ('{0}') are not supported; write functions",
        True,
    ),
    _Construct(
        "",
        _prefixed("expandable"),
        "the expandable connector '{0}' is not supported; declare its variables",
        True,
    ),
    _Construct(
        "impure",
        _prefixed("impure"),
        "the impure function '{0}' is not supported; write one without side effects",
        True,
    ),
    # by what the front end says
    _Construct(
        "derivative expression",
        _derivative_of_expression,
        "'{0}(...)' of an expression is not supported; give the expression a variable",
    ),
    _Construct(
        "when-equations cannot be nested",
        _when(_in_when),
        "a '{0}' inside a when is not allowed; combine the conditions with and",
    ),
    _Construct(
        "when-equation inside an if-equation",
        _when(_in_if),
        "a '{0}' inside an if is not allowed; combine the conditions with and",
    ),
    _Construct(
        "reinit.* only be used inside when",
        _reinit_outside,
        "'{0}' stands outside a when; put it into one",
    ),
    _Construct(
        r"reinit.* state variables: (\S+\[.*\]) is not",
        _argument_of("reinit"),
        "'{0}' of one element of an array, '{1}', is not supported; reinit the whole array, or give each element a "
        "component",
    ),
    _Construct(
        "change expression",
        _calls("change"),
        "'{0}' of something that is not a discrete variable; give a discrete variable the value, as in "
        "Boolean b = u, and write change(b)",
    ),
    _Construct(
        r"reinit.* state variables: (\S+) is not",
        _argument_of("reinit"),
        "'{0}' of '{1}', which is not a state; reinit the state that determines it",
    ),
    _Construct(
        "equality comparison on Real",
        _words("==", "<>"),
        "'{0}' compares Real numbers; use < or >, or compare Integer variables",
    ),
    _Construct(
        "sample interval",
        _calls("sample"),
        "start and period of '{0}' must be numbers or parameters",
    ),
    _Construct(
        r"pre expression.*pre\(`(.+?)`\)",
        _argument_of("pre"),
        "'{0}' of the continuous '{1}' outside a when; use the variable itself, or a discrete one",
    ),
    _Construct(
        "initial algorithm",
        _initial_algorithm,
        "an initial algorithm is not supported; write initial equations",
    ),
    _Construct(
        r"cyclic dependency in parameter binding for '(.+)'",
        _declared,
        "the value of parameter '{0}' depends on itself; break the circle",
    ),
    _Construct(
        r"solved form: `(.+?)` participates",
        _set,
        "'{0}' depends on itself by other discrete variables; use pre(...) of one of them",
    ),
    _Construct(
        r"when assignment.*`(.+?)` is not a discrete",
        _set_element,
        "the element '{1}' of an array cannot be set alone in a when; set the whole array, or give "
        "each element a component",
        True,
    ),
    _Construct(
        r"when function-call outputs",
        _when(lambda _t, _p: True),
        "several results of a function cannot be set in a '{0}'; call a function of one result for each",
    ),
    _Construct(
        r"conditional component `(.+?)` requires parameter",
        _declared,
        "the condition of component '{0}' is not known when the model is compiled; use Boolean parameters, or "
        "relations of parameters",
    ),
    _Construct(
        r"component '(.+?)' cannot have '(\w+)' prefix outside a connector",
        _declared,
        "'{0}' with {2} stands outside of a connector; declare it in a connector class",
    ),
    _Construct(
        r"unresolved component dimension for (\S+?): (.+)",
        _declared,
        "the size '{2}' of '{0}' is not known when the model is compiled; use numbers and Integer parameters that have "
        "values",
    ),
    _Construct(
        r"inner/outer type mismatch for `(.+?)`: outer expects `(.+?)`, inner provides `(.+?)`",
        _declared,
        "'{0}' with outer has type {2}, but {3} with inner; declare both with the same type",
        True,
    ),
    _Construct(
        "mismatched equation counts",
        _if_equation,
        "the branches of this '{0}' have different numbers of equations; give each branch an "
        "equation for the same variables, also the else branch",
    ),
    _Construct(
        r"`function [^`]*`: `(.+?)`",
        _function,
        "the front end does not take the body of function '{0}'; use assignments, for, while and if "
        "with else, without return and break",
    ),
    _Construct(
        "for-equation range",
        _words("in"),
        "a range behind '{0}' must be known when the model is compiled; use numbers and Integer "
        "parameters, from:to or from:step:to",
    ),
)
