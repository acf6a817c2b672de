"""Refuse what the front end takes without an error although the model says something else than what comes out.

- Modifications of names that do not exist, behind `extends` and inside other modifications: the front end drops them.
- Modifications of protected elements from outside: it takes them.
- Two classes of one name: it keeps one of them.
- `connect` of connectors with different variables, or of arrays of different sizes: it connects what fits.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from heatsim.compiler.embedded.checks import connect_subscripts
from heatsim.compiler.embedded.reading.classes import ClassText, Modification, Reference, Token, calls, closing, span_of
from heatsim.compiler.embedded.reading.refused_constructs import own_tokens
from heatsim.compiler.embedded.reading.sources import SourceMap
from heatsim.errors import near_miss

_BASIC = frozenset({"Real", "Integer", "Boolean", "String", "enumeration"})
_SUBSCRIPT = re.compile(r"\[[^\]]*\]")
_SECTIONS = frozenset({"public", "protected", "equation", "algorithm"})
_DEEPEST = 30  # components in components


def check(model: str, used: Sequence[ClassText], variables: Mapping[str, Any], sources: SourceMap) -> None:
    """Check the classes a model is made of.

    Parameters
    ----------
    model : name of the class
    used : the classes that count (`classes.used_classes`)
    variables : of the flat model as the front end wrote it, by name
    sources : all files that the front end read

    Raises
    ------
    CompilerError
        With file, line and column.
    """
    checks = _Checks(used, sources)
    for found in used:
        checks.twice(found)
        for reference in found.references:
            checks.modifications(found, reference.target, reference.modifications, reference.role == "component")
    checks.connections(model, {name: entry["dims"] for name, entry in variables.items()})
    connect_subscripts.check(checks.instances(model), variables, sources)


def instances(model: str, used: Sequence[ClassText], sources: SourceMap) -> list[tuple[ClassText, str]]:
    """Return each class of which a model has components, and the prefix of its names, arrays without subscripts.

    Classes that are redeclared where the component is used are not followed.
    """
    return list(_Checks(used, sources).instances(model))


class _Checks:
    """The rules, on the classes that count."""

    def __init__(self, used: Sequence[ClassText], sources: SourceMap) -> None:
        self.used = used
        self.sources = sources
        self._bases: dict[str, tuple[list[ClassText], bool]] = {}
        self._hidden: dict[int, frozenset[str]] = {}  # protected components of classes
        self.by_name: dict[str, list[ClassText]] = {}
        for found in used:
            self.by_name.setdefault(found.name, []).append(found)

    def _fail(self, found: ClassText, token: Token, message: str) -> None:
        self.sources.fail(span_of(found.source, self.sources.files[found.source][1], token), message)

    def twice(self, found: ClassText) -> None:
        """Refuse a class that is declared twice in the same place."""
        if "redeclare" in found.prefixes or found.extends_own_name:
            return
        for other in self.by_name[found.name]:
            same = other.path == found.path and other is not found and other.holder is found.holder
            if same and other.source == found.source and other.token.start < found.token.start:
                first = span_of(other.source, self.sources.files[other.source][1], other.token)
                self._fail(
                    found,
                    found.token,
                    f"class '{found.path}' is declared twice, first at {self.sources.place(first)}: rename one",
                )

    def bases(self, target: str) -> tuple[list[ClassText], bool]:
        """Return the classes a name can mean with all that they extend, and whether that is all there is."""
        name = target.rpartition(".")[2]
        if name not in self._bases:
            self._bases[name] = self._find_bases(name)
        return self._bases[name]

    def _find_bases(self, name: str) -> tuple[list[ClassText], bool]:
        pending, complete = [name], True
        found: list[ClassText] = []
        seen: set[str] = set()
        while pending:
            last = pending.pop().rpartition(".")[2]
            if last in seen:
                continue
            seen.add(last)
            if last not in self.by_name:
                complete = False
                continue
            for item in self.by_name[last]:
                found.append(item)
                pending += [r.target for r in item.references if r.role in ("extends", "short", "constrainedby")]
                if item.is_short and not any(r.role == "short" for r in item.references):
                    complete = False  # an alias that is not read any further
                if "redeclare" in item.prefixes or item.extends_own_name:
                    complete = False  # what it replaces is inherited
        return found, complete

    def modifications(
        self, found: ClassText, target: str, modifications: Sequence[Modification], is_outside: bool
    ) -> None:
        """Refuse modifications of what the class does not have, and those of what is protected from outside."""
        if not modifications:
            return
        classes, complete = self.bases(target)
        components = {r.token.text: r for item in classes for r in item.references if r.role == "component"}
        names = {*components, *(child.name for item in classes for child in item.children)}
        redeclares = any(item.redeclares for item in modifications)
        for item in modifications:
            name = item.name
            if complete and "." not in name and name not in names:
                self._fail(
                    found,
                    item.token,
                    f"'{target}' has no '{name}' to modify{near_miss(name, names)}: correct the name",
                )
            if complete and is_outside and name in components and self._is_protected(name, classes):
                self._fail(
                    found,
                    item.token,
                    f"'{name}' is protected in '{target}' and cannot be modified from outside: take the modification "
                    "away, or 'protected' there",
                )
            # a redeclaration may bring what the class it replaces does not have
            if item.nested and not item.redeclares and not redeclares and name in components:
                self.modifications(found, components[name].target, item.nested, is_outside=True)

    def _is_protected(self, name: str, classes: Sequence[ClassText]) -> bool:
        """True when all classes that declare a component do so in a protected section."""
        holders = [c for c in classes if any(r.role == "component" and r.token.text == name for r in c.references)]
        return bool(holders) and all(name in self._protected(holder) for holder in holders)

    def _protected(self, found: ClassText) -> frozenset[str]:
        if id(found) not in self._hidden:
            places = {r.token.start for r in found.references if r.role == "component"}
            section, names = "", set()
            for token in own_tokens(found, self.sources):
                if token.text in _SECTIONS:
                    section = token.text
                elif token.start in places and section == "protected":
                    names.add(token.text)
            self._hidden[id(found)] = frozenset(names)
        return self._hidden[id(found)]

    def connections(self, model: str, sizes: Mapping[str, Sequence[int]]) -> None:
        """Refuse connections of connectors that do not have the same variables or sizes."""
        inside = _sizes_inside(sizes)
        read: dict[int, list[list[list[Token]]]] = {}
        for found, prefix in self.instances(model):
            if id(found) not in read:
                read[id(found)] = list(_connects(found.tokens))
            for sides in read[id(found)]:
                texts = ["".join(token.text for token in side) for side in sides]
                ends = [prefix + _SUBSCRIPT.sub("", text) for text in texts]
                parts = [inside.get(end, {}) for end in ends]
                if not all(parts):  # a component with a condition that is not there
                    continue
                said = f"connect({', '.join(texts)})"
                if parts[0].keys() != parts[1].keys():
                    listed = [", ".join(sorted(part.strip(".") for part in side)) or "a number" for side in parts]
                    self._fail(
                        found,
                        sides[0][0],
                        f"{said} joins connectors with different variables ({listed[0]} and {listed[1]}): use "
                        "connectors of one class",
                    )
                if (
                    not any("[" in text for text in texts)
                    and parts[0] != parts[1]
                    and _differ_in_an_element(sizes, prefix, ends)
                ):
                    self._fail(found, sides[0][0], f"{said} joins arrays of different sizes: make them the same size")

    def instances(self, model: str) -> Iterator[tuple[ClassText, str]]:
        """Yield each class of which there is a component, and the prefix of its names; arrays without subscripts."""
        pending: list[tuple[str, str, frozenset[int]]] = [(model, "", frozenset())]
        seen: set[tuple[int, str]] = set()
        while pending:
            target, prefix, around = pending.pop()
            for found in self.bases(target)[0]:
                # No class has components of itself: one found so has only the name of the class that is meant.
                if (id(found), prefix) in seen or id(found) in around:
                    continue
                seen.add((id(found), prefix))
                yield found, prefix
                if len(around) < _DEEPEST:
                    inside = around | {id(found)}
                    pending += [(r.target, f"{prefix}{r.token.text}.", inside) for r in _components(found)]


def _sizes_inside(sizes: Mapping[str, Sequence[int]]) -> dict[str, dict[str, int]]:
    """Return for each component, by name without subscripts, the numbers of scalars of the variables inside it."""
    result: dict[str, dict[str, int]] = {}
    for name, dims in sizes.items():
        plain = _SUBSCRIPT.sub("", name)
        count = math.prod(dims)
        end = len(plain)
        while end >= 0:
            part = result.setdefault(plain[:end], {})
            rest = plain[end:]
            part[rest] = part.get(rest, 0) + count
            end = plain.rfind(".", 0, end)
    return result


def _differ_in_an_element(sizes: Mapping[str, Sequence[int]], prefix: str, ends: Sequence[str]) -> bool:
    """True when two connectors differ in one and the same element of the arrays around them.

    All elements together may differ rightly: one of the connectors may have a condition that holds in some elements.
    """
    counts: dict[str, list[dict[str, int]]] = {}  # by names of the elements, with subscripts
    for name, dims in sizes.items():
        plain = _SUBSCRIPT.sub("", name)
        for side, end in enumerate(ends):
            if plain == end or plain.startswith(f"{end}."):
                element = ".".join(name.split(".")[: prefix.count(".")])
                part = counts.setdefault(element, [{}, {}])[side]
                rest = plain[len(end) :]
                part[rest] = part.get(rest, 0) + math.prod(dims)
    return any(first and second and first != second for first, second in counts.values())


def _connects(tokens: Sequence[Token]) -> Iterator[list[list[Token]]]:
    """Yield the two sides of each connect; the word before it, such as `equation`, is not that of a declaration."""
    for position, token in enumerate(tokens):
        if token.text == "connect" and position + 1 < len(tokens):
            inside = list(tokens[position : closing(tokens, position + 1) + 1])
            sides = next(calls(inside, frozenset({"connect"})), ("", []))[1]
            if len(sides) == 2 and all(sides):
                yield sides


def _components(found: ClassText) -> list[Reference]:
    return [r for r in found.references if r.role == "component" and r.target.rpartition(".")[2] not in _BASIC]
