"""Refuse calls of record constructors with arguments that the record has no place for: the front end drops these."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from heatsim.compiler.embedded.reading.classes import ClassText, Token, calls, span_of
from heatsim.compiler.embedded.reading.sources import SourceMap
from heatsim.errors import near_miss


def check(used: Sequence[ClassText], sources: SourceMap) -> None:
    """Check the constructors in the classes a model is made of.

    Parameters
    ----------
    used : the classes that count (`classes.used_classes`)
    sources : all files that the front end read

    Raises
    ------
    CompilerError
        With file, line and column.
    """
    by_name: dict[str, list[ClassText]] = {}
    for found in used:
        by_name.setdefault(found.name, []).append(found)
    # what shares its name with another class is not certain
    fields = {
        name: _fields(classes[0], by_name)
        for name, classes in by_name.items()
        if len(classes) == 1 and classes[0].kind == "record" and not classes[0].is_short
    }
    known = {name: found for name, found in fields.items() if found is not None}
    for found in used:
        for name, inside in _constructors(found, known):
            wrong = _wrong(name, inside, known[name])
            if wrong:
                token, text = wrong
                sources.fail(span_of(found.source, sources.files[found.source][1], token), text)


def _fields(record: ClassText, by_name: Mapping[str, Sequence[ClassText]], depth: int = 20) -> list[str] | None:
    """Return the names of the fields, inherited ones among them; None when they are not certain."""
    result: list[str] = []
    for reference in record.references:
        if reference.role == "component":
            result.append(reference.token.text)
        elif reference.role == "extends":
            bases = by_name.get(reference.target.rsplit(".", 1)[-1], [])
            if len(bases) != 1 or bases[0].kind != "record" or bases[0].is_short or not depth:
                return None
            inherited = _fields(bases[0], by_name, depth - 1)
            if inherited is None:
                return None
            result += inherited
    return result


def _constructors(found: ClassText, records: Mapping[str, object]) -> Iterator[tuple[str, list[list[Token]]]]:
    """Yield the calls of constructors in the text of a class, also those with the name of a package before them."""
    tokens: list[Token] = []
    for position, token in enumerate(found.tokens):
        behind = found.tokens[position + 1].text if position + 1 < len(found.tokens) else ""
        before = found.tokens[position - 1].text if position else ""
        # `Package.Record(...)` is read as `Record(...)`
        if token.text == "." or (behind == "." and (before == "." or _starts_name(found.tokens, position))):
            continue
        tokens.append(token)
    yield from calls(tokens, frozenset(records))


def _starts_name(tokens: Sequence[Token], position: int) -> bool:
    return tokens[position].text[:1].isalpha() or tokens[position].text[:1] == "_"


def _wrong(name: str, inside: Sequence[Sequence[Token]], fields: Sequence[str]) -> tuple[Token, str] | None:
    """Return the place and what is wrong with the arguments of a constructor."""
    positions = 0
    given: set[str] = set()
    for part in inside:
        if not part:
            continue
        if len(part) > 1 and part[1].text == "=":
            field = part[0].text
            if field not in fields:
                return part[0], f"the record '{name}' has no '{field}'{near_miss(field, fields)}: correct the name"
            if field in given:
                return part[0], f"'{field}' of the record '{name}' is given twice: remove one of the arguments"
            given.add(field)
            continue
        if positions >= len(fields):
            return part[0], f"the record '{name}' has {len(fields)} fields: remove the arguments that are too many"
        given.add(fields[positions])
        positions += 1
    return None
