"""What the front end leaves open of `inner` and `outer`, and classes that cannot be built.

It finds the inner component of an outer one. An outer parameter of a basic type it leaves without a value, so that it
is tied here to the inner one above it; an outer component without any inner one it fills with defaults of its own,
which is refused. Partial classes, clocks and overconstrained connectors, which it lets through, are refused as well.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from heatsim.compiler.embedded.checks.declaration_checks import instances
from heatsim.compiler.embedded.reading.classes import ClassText, Token, span_of
from heatsim.compiler.embedded.reading.sources import SourceMap, Span

_BUILT = frozenset({"model", "block", "class"})
_ADVICE = "give the name of a model or block, such as one inside of it or one that uses it"
_PREFIXES = frozenset({"parameter", "constant", "discrete", "final", "replaceable", "input", "output", "flow"})


def check(model: str, used: Sequence[ClassText], sources: SourceMap) -> None:
    """Refuse a partial model, clocks and outer elements that have no inner one.

    Parameters
    ----------
    model : qualified name of the class that is built
    used : the classes that count
    sources : all files that the front end read

    Raises
    ------
    UnsupportedModelicaError, CompilerError
        With the place.
    """
    for found in used:
        if found.path == model and found.kind not in _BUILT:
            sources.fail(_span(found, found.token, sources), f"'{model}' is a {found.kind}, not a model; {_ADVICE}")
        if found.path == model and "partial" in found.prefixes:
            sources.fail(_span(found, found.token, sources), f"'{model}' is a partial class; build one that extends it")
    own_clock = any(found.name == "Clock" for found in used)
    declared = {token.text for found in used for prefix, token in _elements(found) if "inner" in prefix}
    for found in used:
        for token, after in itertools.pairwise([*found.tokens, Token("", 0)]):
            if token.text == "Connections" and after.text == ".":
                sources.refuse(
                    _span(found, token, sources), "overconstrained connectors are not supported; use plain connectors"
                )
            if token.text == "Clock" and not own_clock:
                sources.refuse(
                    _span(found, token, sources), "clocks are not supported; write when sample(start, period)"
                )
        for prefix, token in _elements(found):
            if "outer" in prefix and token.text not in declared:
                sources.fail(
                    _span(found, token, sources),
                    f"'{token.text}' is outer, and no component around it is inner; declare it with inner in the model "
                    "that holds the component",
                )


def check_created(model: str, variables: Collection[str], used: Sequence[ClassText], sources: SourceMap) -> None:
    """Refuse inner components that the front end has made up: an inner one elsewhere does not count for an outer one.

    Parameters
    ----------
    model : qualified name of the class that is built
    variables : names of the variables of the flat model
    used, sources : as for `check`

    Raises
    ------
    CompilerError
        With the place of the outer element.
    """
    tops = {re.split(r"[.\[]", name, maxsplit=1)[0] for name in variables}
    own: set[str] = set()
    pending = [found for found in used if found.path == model]
    seen: set[int] = set()
    while pending:
        found = pending.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        outer = {token.start for prefix, token in _elements(found) if "outer" in prefix and "inner" not in prefix}
        for reference in found.references:
            if reference.role == "component" and reference.token.start not in outer:
                own.add(reference.token.text)
            if reference.role in ("extends", "short"):
                last = reference.target.rpartition(".")[2]
                pending += [item for item in used if item.name == last]
    for found in used:
        for prefix, token in _elements(found):
            if "outer" in prefix and token.text in tops - own:
                sources.fail(
                    _span(found, token, sources),
                    f"'{token.text}' is outer, and not every component with it is inside of one where it is inner; "
                    f"declare it with inner in '{model}'",
                )

    words = [found.words for found in used]
    if any("outer" in item for item in words) and not any("redeclare" in item for item in words):
        _check_around(model, used, sources)


def _check_around(model: str, used: Sequence[ClassText], sources: SourceMap) -> None:
    """Refuse outer components that have no inner one around, but one of their name that is not inner.

    Only for models without redeclarations, whose components are known from the sources.
    """
    inner: set[str] = set()  # with the prefixes of their names
    plain: set[str] = set()
    outer: list[tuple[ClassText, str, Token]] = []
    for found, prefix in instances(model, used, sources):
        kinds = {token.start: prefixes for prefixes, token in _elements(found)}
        for reference in found.references:
            if reference.role == "component":
                kind = kinds.get(reference.token.start, frozenset())
                name = prefix + reference.token.text
                inner |= {name} if "inner" in kind else set()
                plain |= {name} if not kind else set()
                if "outer" in kind and "inner" not in kind:
                    outer.append((found, prefix, reference.token))
    for found, prefix, token in outer:
        around = [f"{above}.{token.text}" if above else token.text for above in _above(f"{prefix}{token.text}")]
        if not inner.intersection(around) and plain.intersection(around):
            sources.fail(
                _span(found, token, sources),
                f"'{token.text}' is outer, and '{next(name for name in around if name in plain)}' around it is not "
                "inner; declare it with inner",
            )


def tie_parameters(flat: Mapping[str, Any], used: Sequence[ClassText], sources: SourceMap) -> None:
    """Bind outer parameters of basic types to the inner ones above them.

    Parameters
    ----------
    flat : flat model of the front end; gets the bindings
    used : the classes that count
    sources : all files that the front end read
    """
    places: dict[str, list[Span]] = {"inner": [], "outer": []}
    for found in used:
        for prefix, token in _elements(found):
            for kind in prefix & places.keys():
                places[kind].append(_span(found, token, sources))
    variables = flat["variables"]
    for name, variable in variables.items():
        if not _stands(variable, places["outer"]) or _stands(variable, places["inner"]):
            continue
        span, last = Span.of(variable["source_span"]), name.rpartition(".")[2]
        if variable["variability"] == "Empty":
            sources.refuse(
                span,
                f"the outer variable '{last}' of a basic type is not supported; put it into a component that is inner "
                "and outer, or connect it",
            )
        for above in _above(name):
            inner = f"{above}.{last}" if above else last
            if inner in variables and _stands(variables[inner], places["inner"]):
                variable["binding"] = _reference(variables[inner])
                break
        else:
            sources.fail(
                span,
                f"'{name}' is outer, and no component around it is inner; declare it with inner in the model that "
                "holds the component",
            )


def _span(found: ClassText, token: Token, sources: SourceMap) -> Span:
    return span_of(found.source, sources.files[found.source][1], token)


def _elements(found: ClassText) -> Iterator[tuple[frozenset[str], Token]]:
    """Yield what a class declares as inner or outer: which of both, and the name."""
    tokens = found.tokens
    for position, token in enumerate(tokens):
        if token.text not in ("inner", "outer") or (position and tokens[position - 1].text in ("inner", "outer")):
            continue
        kinds, at = set(), position
        while at < len(tokens) and tokens[at].text in _PREFIXES | {"inner", "outer"}:
            kinds.add(tokens[at].text)
            at += 1
        while at + 1 < len(tokens) and tokens[at + 1].text == ".":  # path of the type
            at += 2
        at += 1
        if at < len(tokens) and tokens[at].text == "[":
            while at < len(tokens) and tokens[at].text != "]":
                at += 1
            at += 1
        while at < len(tokens) and tokens[at].text.isidentifier():
            yield frozenset(kinds), tokens[at]
            at += 2 if at + 1 < len(tokens) and tokens[at + 1].text == "," else len(tokens)


def _stands(variable: Mapping[str, Any], places: Sequence[Span]) -> bool:
    """True when a variable is declared at one of the places; its span goes from the type to the name."""
    span = Span.of(variable["source_span"])
    return span is not None and any(
        place.source == span.source and span.start <= place.start and place.end <= span.end for place in places
    )


def _above(name: str) -> Iterator[str]:
    """Yield the components around the one that holds a variable, from near to far; '' is the model itself."""
    parts = re.sub(r"\[[^\]]*\]", lambda m: m[0].replace(".", "\0"), name).split(".")
    for count in range(len(parts) - 2, -1, -1):
        yield ".".join(parts[:count]).replace("\0", ".")


def _reference(variable: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "VarRef": {
            "name": {
                "name": variable["name"],
                "component_ref": variable["component_ref"],
                "resolved_function": None,
                "instance_id": variable["instance_id"],
                "generated": False,
            },
            "subscripts": [],
            "span": variable["source_span"],
        }
    }
