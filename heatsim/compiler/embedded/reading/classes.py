"""Light reading of Modelica sources: classes, what they extend, their modifications and constants.

Nothing is resolved. The reading serves `source_checks`, which refuses what the front end is known to mix up or drop
without an error, so it has to be complete for declarations and may be coarse for equations.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field

from heatsim.compiler.embedded.reading.sources import SourceMap, Span

_TOKEN = re.compile(
    r"(?P<skip>\s+|//[^\n]*|/\*.*?\*/)|(?P<string>\"(?:[^\"\\]|\\.)*\")|(?P<name>[A-Za-z_]\w*|'(?:[^'\\]|\\.)*')"
    r"|(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|(?P<symbol><=|>=|<>|==|:=|\.[-+*/^]|.)",
    re.DOTALL,
)
KINDS = frozenset({"package", "model", "block", "class", "function", "record", "connector", "type", "operator"})
_CLASS_PREFIXES = frozenset({"encapsulated", "partial", "expandable", "pure", "impure"})
_ELEMENT_PREFIXES = frozenset({"redeclare", "final", "inner", "outer", "replaceable", "each"})
_COMPONENT_PREFIXES = frozenset({"flow", "stream", "discrete", "parameter", "constant", "input", "output"})
_BEFORE_CALLS = frozenset({"if", "then", "else", "elseif", "and", "or", "not", "in", "loop", "when"})
_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")


@dataclass(frozen=True)
class Token:
    """A piece of source text and the character it starts at."""

    text: str
    start: int


@dataclass(frozen=True)
class Modification:
    """One entry of `(...)` after a class or component: `k=1`, `a.k=1`, `c(k=1)`, `redeclare model X=Y(k=1)`."""

    name: str  # dotted when it is written so
    redeclares: str  # kind of class, "component", or "" when it is a plain modification
    target: str  # class behind a redeclaration
    nested: tuple[Modification, ...]
    token: Token
    value: tuple[Token, ...] = ()  # behind the equals sign
    is_final: bool = False


@dataclass(frozen=True)
class Reference:
    """A class that is named with modifications: behind `extends`, in `X = Y(...)`, of a component, a constraint."""

    role: str  # "extends", "short", "component", "constrainedby"
    target: str
    modifications: tuple[Modification, ...]
    token: Token


@dataclass
class ClassText:
    """A class as it is written."""

    name: str
    path: str  # with the names of the classes around it, as far as the file tells
    kind: str
    source: int  # number of the file
    token: Token
    prefixes: frozenset[str]
    extends_own_name: bool = False  # `redeclare function extends f`
    is_short: bool = False
    holder: ClassText | None = None
    references: list[Reference] = field(default_factory=list)
    constants: dict[str, tuple[Token, ...]] = field(default_factory=dict)  # name -> expression
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    algorithm: Token | None = None  # the first one, when it is not an initial one
    tokens: list[Token] = field(default_factory=list)  # without those of classes inside
    children: list[ClassText] = field(default_factory=list)

    @property
    def words(self) -> frozenset[str]:
        """All identifiers in its own text."""
        return frozenset(token.text for token in self.tokens)

    def all(self) -> Iterator[ClassText]:
        """Yield the class and all classes inside."""
        yield self
        for child in self.children:
            yield from child.all()


@functools.lru_cache(maxsize=1024)
def read_file(source: int, text: bytes) -> tuple[ClassText, ...]:
    """Return the top-level classes of a file; read once in a process, so that nobody may change them."""
    tokens = _tokens(text.decode("utf-8", "replace"))
    return tuple(_File(source, tokens).read())


def used_classes(model: str, sources: SourceMap) -> list[ClassText]:
    """Return the classes that count: the model, and all whose name is mentioned in a class that counts."""
    files = [found for number, (_, text) in sources.files.items() for found in read_file(number, text)]
    classes = [inner for found in files for inner in found.all()]
    by_name: dict[str, list[ClassText]] = {}
    for found in classes:
        by_name.setdefault(found.name, []).append(found)
    pending = [found for found in classes if found.path == model] or by_name.get(model.rsplit(".", 1)[-1], [])
    used: list[ClassText] = []
    seen: set[int] = set()
    words: set[str] = set()
    while pending:
        found = pending.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        used.append(found)
        for word in sorted(found.words - words):
            pending += by_name.get(word, [])
        words |= found.words
    return used


@functools.lru_cache(maxsize=64)
def tokens_of(text: bytes) -> tuple[Token, ...]:
    """Return the tokens of a file without comments and annotations."""
    return tuple(_tokens(text.decode("utf-8", "replace")))


def span_of(source: int, text: bytes, token: Token) -> Span:
    """Return the place of a token in bytes."""
    start = len(text.decode("utf-8", "replace")[: token.start].encode())
    return Span(source, start, start + len(token.text.encode()))


def _tokens(text: str) -> list[Token]:
    """Split into tokens without comments and annotations."""
    found = [Token(m[0], m.start()) for m in _TOKEN.finditer(text) if m.lastgroup != "skip"]
    result: list[Token] = []
    position = 0
    while position < len(found):
        if found[position].text == "annotation" and position + 1 < len(found) and found[position + 1].text == "(":
            position = closing(found, position + 1) + 1
            continue
        result.append(found[position])
        position += 1
    return result


def closing(tokens: Sequence[Token], opening: int) -> int:
    """Return the position of the bracket that closes one."""
    depth = 0
    for position in range(opening, len(tokens)):
        if tokens[position].text in _OPEN:
            depth += 1
        elif tokens[position].text in _CLOSE:
            depth -= 1
            if depth == 0:
                return position
    return len(tokens) - 1


def _is_name(token: Token) -> bool:
    return token.text[0].isalpha() or token.text[0] in "_'"


class _File:
    """Reads the tokens of one file from front to back."""

    def __init__(self, source: int, tokens: list[Token]) -> None:
        self.source = source
        self.tokens = tokens
        self.at = 0

    def text(self, ahead: int = 0) -> str:
        position = self.at + ahead
        return self.tokens[position].text if position < len(self.tokens) else ""

    def read(self) -> list[ClassText]:
        result: list[ClassText] = []
        around = ""
        while self.at < len(self.tokens):
            if self.text() == "within":
                end = self._statement_end(self.at)
                around = "".join(token.text for token in self.tokens[self.at + 1 : end])
                self.at = end + 1
                continue
            found = self._class(around)
            if found is None:
                self.at += 1
            else:
                result.append(found)
        return result

    def _class(self, around: str, holder: ClassText | None = None) -> ClassText | None:
        """Read a class that starts here, or return None and stay."""
        position, prefixes = self.at, set()
        while position < len(self.tokens) and self.tokens[position].text in _CLASS_PREFIXES | _ELEMENT_PREFIXES:
            prefixes.add(self.tokens[position].text)
            position += 1
        if position >= len(self.tokens) or self.tokens[position].text not in KINDS:
            return None
        kind = self.tokens[position].text
        while position < len(self.tokens) and self.tokens[position].text in KINDS:  # `operator record`
            position += 1
        extends_own_name = position < len(self.tokens) and self.tokens[position].text == "extends"
        position += int(extends_own_name)
        if position >= len(self.tokens) or not _is_name(self.tokens[position]):
            return None
        token = self.tokens[position]
        path = f"{around}.{token.text}" if around else token.text
        found = ClassText(
            token.text, path, kind, self.source, token, frozenset(prefixes), extends_own_name, holder=holder
        )
        self.at = position + 1
        if self.text() == "=":
            self._short(found, holder)
            return found
        if extends_own_name and self.text() == "(":
            end = closing(self.tokens, self.at)
            found.references.append(
                Reference("extends", token.text, _modifications(self.tokens[self.at + 1 : end]), token)
            )
            self.at = end + 1
        if self.text().startswith('"'):
            self.at += 1  # the description of the class
        self._body(found)
        return found

    def _short(self, found: ClassText, holder: ClassText | None) -> None:
        """Read `= Y(...) constrainedby Z(...);`."""
        found.is_short = True
        end = self._statement_end(self.at)
        statement = self.tokens[self.at + 1 : end]
        while statement and statement[0].text in _COMPONENT_PREFIXES:
            statement = statement[1:]
        found.tokens = statement
        if holder is not None and holder.kind != "package":  # in a package it counts when it is named
            holder.tokens += [found.token, *statement]
        if statement and statement[0].text != "enumeration":
            found.references.append(_reference("short", statement))
        found.references += _constraint(statement)
        self.at = end + 1

    def _body(self, found: ClassText) -> None:
        in_section = False
        while self.at < len(self.tokens):
            word = self.text()
            if word == "end" and self.text(1) == found.name and self.text(2) in (";", "constrainedby"):
                end = self._statement_end(self.at)
                found.references += _constraint(self.tokens[self.at : end])
                self.at = end + 1
                return
            if word in ("public", "protected"):
                in_section, self.at = False, self.at + 1
                continue
            if word in ("equation", "algorithm"):
                if word == "algorithm" and found.algorithm is None:
                    found.algorithm = self.tokens[self.at]
                in_section, self.at = True, self.at + 1
                continue
            if word == "initial" and self.text(1) in ("equation", "algorithm"):
                in_section, self.at = True, self.at + 2
                continue
            if not in_section:
                child = self._class(found.path, found)
                if child is not None:
                    found.children.append(child)
                    continue
            end = self._statement_end(self.at)
            statement = self.tokens[self.at : end]
            found.tokens += statement
            if not in_section:
                _element(found, statement)
            self.at = end + 1

    def _statement_end(self, start: int) -> int:
        """Return the position of the `;` that ends a statement."""
        position = start
        while position < len(self.tokens) and self.tokens[position].text != ";":
            position = closing(self.tokens, position) if self.tokens[position].text in _OPEN else position
            position += 1
        return position


def _path(tokens: list[Token]) -> tuple[str, int]:
    """Read a dotted name; return it and how many tokens it takes."""
    name, count = "", 0
    if tokens and tokens[0].text == ".":
        count = 1
    while count < len(tokens) and _is_name(tokens[count]):
        name += tokens[count].text
        count += 1
        if count + 1 < len(tokens) and tokens[count].text == "." and _is_name(tokens[count + 1]):
            name += "."
            count += 1
        else:
            break
    return name, count


def _reference(role: str, tokens: list[Token]) -> Reference:
    """Read `Path[subscripts](modifications)`."""
    target, count = _path(tokens)
    if count < len(tokens) and tokens[count].text == "[":
        count = closing(tokens, count) + 1
    modifications: tuple[Modification, ...] = ()
    if count < len(tokens) and tokens[count].text == "(":
        modifications = _modifications(tokens[count + 1 : closing(tokens, count)])
    return Reference(role, target, modifications, tokens[0])


def _constraint(statement: list[Token]) -> list[Reference]:
    for position, token in enumerate(statement):
        if token.text == "constrainedby":
            return [_reference("constrainedby", statement[position + 1 :])]
    return []


def _element(found: ClassText, statement: list[Token]) -> None:
    """Read one declaration: an extends clause or components."""
    words = [token.text for token in statement]
    if not words or words[0] in ("import", "external"):
        return
    if words[0] == "extends":
        found.references.append(_reference("extends", statement[1:]))
        return
    position, prefixes = 0, set()
    while position < len(statement) and words[position] in _ELEMENT_PREFIXES | _COMPONENT_PREFIXES:
        prefixes.add(words[position])
        position += 1
    target, count = _path(statement[position:])
    position += count
    if position < len(statement) and words[position] == "[":
        position = closing(statement, position) + 1
    for part in _split(_before_constraint(statement[position:])):
        if not part or not _is_name(part[0]):
            continue
        name, value = part[0], 1
        if value < len(part) and part[value].text == "[":
            value = closing(part, value) + 1
        modifications: tuple[Modification, ...] = ()
        if value < len(part) and part[value].text == "(":
            end = closing(part, value)
            modifications, value = _modifications(part[value + 1 : end]), end + 1
        found.references.append(Reference("component", target, modifications, name))
        if "input" in prefixes:
            found.inputs.append(name.text)
        if "output" in prefixes:
            found.outputs.append(name.text)
        if "constant" in prefixes:
            found.constants[name.text] = tuple(part[value + 1 :])
    found.references += _constraint(statement)


def calls(tokens: list[Token], names: Container[str]) -> Iterator[tuple[str, list[list[Token]]]]:
    """Yield calls of functions by name, with their arguments; declarations `Type name(...)` are not calls."""
    for position in range(len(tokens) - 1):
        if tokens[position].text not in names or tokens[position + 1].text != "(":
            continue
        if position > 0 and (_is_name(tokens[position - 1]) and tokens[position - 1].text not in _BEFORE_CALLS):
            continue
        if position > 0 and tokens[position - 1].text == ".":
            continue
        yield tokens[position].text, _split(tokens[position + 2 : closing(tokens, position + 1)])


def _before_constraint(tokens: list[Token]) -> list[Token]:
    for position, token in enumerate(tokens):
        if token.text == "constrainedby":
            return tokens[:position]
    return tokens


def _split(tokens: list[Token]) -> list[list[Token]]:
    """Split at the commas that stand in no brackets."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.text in _OPEN) - (token.text in _CLOSE)
        if token.text == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _modifications(tokens: list[Token]) -> tuple[Modification, ...]:
    return tuple(_modification(part) for part in _split(tokens) if part)


def _modification(part: list[Token]) -> Modification:
    position, redeclares, is_final = 0, False, False
    while position < len(part) and part[position].text in _ELEMENT_PREFIXES | _COMPONENT_PREFIXES | _CLASS_PREFIXES:
        redeclares = redeclares or part[position].text in ("redeclare", "replaceable")
        is_final = is_final or part[position].text == "final"
        position += 1
    rest = part[position:]
    if rest and rest[0].text in KINDS:
        kind = rest[0].text
        names = [k for k, token in enumerate(rest) if token.text not in KINDS]
        name = rest[names[0]] if names else rest[0]
        equals = next((k for k, token in enumerate(rest) if token.text == "="), None)
        behind = _reference("short", rest[equals + 1 :]) if equals is not None and equals + 1 < len(rest) else None
        return Modification(
            name.text,
            kind,
            behind.target if behind else "",
            behind.modifications if behind else (),
            name,
            is_final=is_final,
        )
    if redeclares:
        target, count = _path(rest)
        rest = rest[count:]
        if rest and rest[0].text == "[":
            rest = rest[closing(rest, 0) + 1 :]
    else:
        target = ""
    token = rest[0] if rest else part[0]
    name_text, count = _path(rest)
    if count < len(rest) and rest[count].text == "[":
        count = closing(rest, count) + 1
    nested: tuple[Modification, ...] = ()
    if count < len(rest) and rest[count].text == "(":
        end = closing(rest, count)
        nested, count = _modifications(rest[count + 1 : end]), end + 1
    value = tuple(rest[count + 1 :]) if count < len(rest) and rest[count].text == "=" else ()
    return Modification(name_text, "component" if redeclares else "", target, nested, token, value, is_final)
