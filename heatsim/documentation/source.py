"""Reads what a Modelica class declares and says about itself from its source text.

Light reading, as for listing a library: nothing is resolved or flattened. It serves the pages of the documentation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from heatsim.compiler.library import Library, ModelicaClass

_TOKEN = re.compile(
    r"(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<string>\"(?:\\.|[^\"\\])*\")|(?P<word>[A-Za-z_][\w.]*)|(?P<other>.)",
    re.DOTALL,
)
_OPEN, _CLOSE = "([{", ")]}"
_KINDS = ("package", "model", "block", "class", "function", "record", "connector", "type", "operator")
_SECTIONS = ("equation", "algorithm", "initial equation", "initial algorithm")
_PREFIXES = ("final", "inner", "outer", "replaceable", "redeclare", "each", "flow", "stream", "discrete")
_ROLES = ("parameter", "constant", "input", "output")
_NAMED = re.compile(
    r"(?P<type>[A-Za-z_][\w.]*)\s*(?P<type_dims>\[[^\]]*\])?\s*(?P<name>[A-Za-z_]\w*)\s*(?P<rest>.*)", re.DOTALL
)


@dataclass(frozen=True)
class Element:
    """One declaration of a class.

    Attributes
    ----------
    role
        `parameter`, `constant`, `input`, `output`, or "" for a variable or component.
    type, name, dimensions
        As written: `HeatReuse.Types.Temperature`, `T`, `[n]`.
    modification
        What stands in parentheses behind the name, without them.
    default
        Binding or default, as written.
    description
        Description string.
    protected
        Whether it stands in a protected section.
    """

    role: str
    type: str
    name: str
    dimensions: str
    modification: str
    default: str
    description: str
    protected: bool

    def attribute(self, name: str) -> str:
        """The value of an attribute in the modification, such as `unit` or `min`, or ""."""
        found = re.search(rf"\b{name}\s*=\s*(\"[^\"]*\"|[^,()]+(?:\([^()]*\))?)", self.modification)
        return found[1].strip().strip('"') if found else ""


@dataclass(frozen=True)
class Documented:
    """What a class says about itself.

    Attributes
    ----------
    name, kind, partial
        As in the library.
    description
        Description string.
    bases
        Classes that it extends, as written.
    elements
        Its own declarations in order.
    definition
        Right-hand side of a short class definition, or "".
    info
        The HTML of its Documentation annotation, without the `html` tags; "" without one.
    text
        Source text.
    """

    name: str
    kind: str
    partial: bool
    description: str
    bases: tuple[str, ...]
    elements: tuple[Element, ...]
    definition: str
    info: str
    text: str


def read(library: Library, place: ModelicaClass) -> Documented:
    """Read one class of a library."""
    text = _text(place.file)
    begin = sum(len(line) + 1 for line in text.split("\n")[: place.line - 1])
    own, whole = _class_text(text, begin, place.name.rpartition(".")[2])
    statements = list(_statements(own))
    head, description, definition = _head(statements[0] if statements else "")
    bases: list[str] = []
    elements: list[Element] = []
    info = _documentation(statements[0]) if definition and statements else ""
    protected, declaring = False, True
    for statement in [head, *statements[1:]]:
        words, rest = _leading(statement)
        protected = {"protected": True, "public": False}.get(words[0] if words else "", protected)
        if any(section in words for section in _SECTIONS[:2]):
            declaring = False
        if "annotation" in words:
            info = _documentation(rest) or info
        elif declaring and words[-1:] == ["extends"]:
            if "redeclare" in words or set(words) & set(_KINDS):
                continue  # `redeclare function extends f`: a class of its own
            bases.append(re.split(r"[\s(]", rest.strip(), maxsplit=1)[0])
        elif declaring:
            elements += _element(words, rest, protected)
    return Documented(
        place.name, place.kind, place.partial, description, tuple(bases), tuple(elements), definition, info, whole
    )


@cache
def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8-sig", errors="replace")


def _tokens(text: str) -> Iterator[re.Match[str]]:
    return _TOKEN.finditer(text)


def _class_text(text: str, begin: int, name: str) -> tuple[str, str]:
    """Text of a class without comments and the classes inside of it, and its whole text."""
    kept: list[str] = []
    stack: list[tuple[str, int]] = []
    words: list[str] = []
    short = False
    for token in _tokens(text[begin:]):
        if token["comment"]:
            continue
        kept.append(token[0])
        word = token["word"]
        if word:
            if len(words) >= 1 and words[-1] in _KINDS and words[-2:-1] != ["end"] and word != "extends":
                stack.append((word, _start_of_statement(kept)))
                short = False
            if words and words[-1] == "end" and stack and word == stack[-1][0]:
                if len(stack) == 1:
                    return "".join(kept), text[begin : begin + token.end()] + ";"
                del kept[stack.pop()[1] :]
            words = [*words[-3:], word]
        elif token[0] == "=" and stack and words and words[-1] == stack[-1][0] and not short:
            short = True  # `type A = ...`: ends at its semicolon
        elif token[0] == ";":
            if short:
                if len(stack) == 1:
                    return "".join(kept), text[begin : begin + token.end()]
                stack.pop()  # `replaceable package Medium = ...` is a declaration
                short = False
            words = []
        elif not token[0].isspace():
            words = [*words[-3:], ""]
    return "".join(kept), text[begin:]


def _start_of_statement(kept: list[str]) -> int:
    for i in range(len(kept) - 1, -1, -1):
        if kept[i] == ";" or kept[i].startswith('"') or kept[i] in ("protected", "public"):
            return i + 1
    return 0


def _statements(text: str) -> Iterator[str]:
    """Split at the semicolons that are not inside parentheses."""
    depth = 0
    parts: list[str] = []
    for token in _tokens(text):
        if token["other"]:
            depth += (token[0] in _OPEN) - (token[0] in _CLOSE)
        if token[0] == ";" and depth == 0:
            yield "".join(parts).strip()
            parts = []
        else:
            parts.append(token[0])
    if "".join(parts).strip():
        yield "".join(parts).strip()


def _head(statement: str) -> tuple[str, str, str]:
    """First declaration behind the head, description, and right-hand side of a short definition."""
    match = re.match(rf"(?:\w+\s+)*?(?:{'|'.join(_KINDS)})\s+(?:extends\s+)?(\w+)\s*", statement)
    rest = statement[match.end() :] if match else statement
    if rest.startswith("="):
        definition, description = _split_description(rest[1:])
        return "", description, definition
    string = re.match(r'\s*("(?:\\.|[^"\\])*")', rest)
    return (rest[string.end() :], _unquoted(string[1]), "") if string else (rest, "", "")


def _leading(statement: str) -> tuple[list[str], str]:
    """Keywords at the beginning of a statement, and what follows."""
    words: list[str] = []
    known = {*_PREFIXES, *_ROLES, *_KINDS, "protected", "public", "extends", "annotation", "import", "initial"}
    known |= {"equation", "algorithm", "constrainedby", "partial", "end", "encapsulated"}
    rest = statement.strip()
    while True:
        match = re.match(r"([A-Za-z_]\w*)\b\s*", rest)
        if match is None or match[1] not in known:
            return words, rest
        words.append(match[1])
        rest = rest[match.end() :]


def _element(words: list[str], rest: str, protected: bool) -> list[Element]:
    if {"import", "end", "equation", "algorithm"} & set(words) or not rest:
        return []
    kind = next((word for word in words if word in _KINDS), "")
    if kind:  # replaceable package Medium = A constrainedby B "..."
        if "replaceable" not in words:
            return []
        name, _, definition = rest.partition("=")
        default, description = _split_description(definition)
        if not re.fullmatch(r"\w+", name.strip()):
            return []
        return [Element(f"replaceable {kind}", "", name.strip(), "", "", default, description, protected)]
    match = _NAMED.fullmatch(rest)
    if match is None:
        return []
    role = next((word for word in words if word in _ROLES), "")
    tail, description = _split_description(match["rest"])
    dimensions, tail = _bracketed(tail, "[")
    modification, tail = _bracketed(tail, "(")
    default = tail.partition("=")[2].strip() if tail.startswith("=") else ""
    condition = re.search(r"(?:^|\s)if\s+(.*)$", tail, re.DOTALL) if not default else None
    dimensions = (match["type_dims"] or "") or dimensions
    shown = default or (f"only if {condition[1].strip()}" if condition else "")
    return [
        Element(
            role, match["type"], match["name"], dimensions, modification[1:-1].strip(), shown, description, protected
        )
    ]


def _bracketed(text: str, opening: str) -> tuple[str, str]:
    text = text.strip()
    if not text.startswith(opening):
        return "", text
    depth = 0
    for token in _tokens(text):
        if token["other"]:
            depth += (token[0] in _OPEN) - (token[0] in _CLOSE)
        if depth == 0:
            return text[: token.end()], text[token.end() :].strip()
    return text, ""


def _split_description(text: str) -> tuple[str, str]:
    """Code and the description string behind it; an annotation in between falls away."""
    depth, code, description = 0, [], ""
    for token in _tokens(text):
        if token["other"]:
            depth += (token[0] in _OPEN) - (token[0] in _CLOSE)
        if depth == 0 and token["word"] == "annotation":
            break
        if depth == 0 and token["string"]:
            description = _unquoted(token[0])
        else:
            code.append(token[0])
    return " ".join("".join(code).split()), description


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def _documentation(annotation: str) -> str:
    match = re.search(r'\bDocumentation\s*\(\s*info\s*=\s*("(?:\\.|[^"\\])*")', annotation)
    if match is None:
        return ""
    text = _unquoted(match[1]).strip()
    return re.sub(r"^<html>|</html>$", "", text).strip()
