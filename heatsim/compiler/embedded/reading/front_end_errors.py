"""Errors of the front end in one line each: file, line and column, what is wrong, and what to do.

The front end gives a place for syntax and type errors only. For names that do not exist and the like it gives the name,
which is looked for in the classes that the model uses; the place is said when it can only be there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heatsim.compiler.embedded.reading.classes import ClassText, Token, span_of, used_classes
from heatsim.compiler.embedded.reading.refused_constructs import locate
from heatsim.compiler.embedded.reading.sources import SourceMap, Span, shorten
from heatsim.errors import CompilerError, UnsupportedModelicaError, near_miss

_PLACE = re.compile(r"\s*\[([^\[\]]+):(\d+):(\d+)\]$")
_PHASE = re.compile(r"^(?:\w+ failed: )?(?:\S+ failed in \w+: )?")
_INTERNAL = re.compile(r"canonical DAE construction rejected an invalid operation: ")
_STANDARD = re.compile(r"\s*\(MLS §[\d.]+\)")
_UNBALANCED = re.compile(r"unbalanced model: (\d+) equations, (\d+) unknowns")
_DERIVATIVE = re.compile(r'feature: "derivative target".*BytePos\((\d+)\), end: BytePos\((\d+)\)')
# words that stand before a name without declaring it
_NOT_TYPES = frozenset(
    {"equation", "algorithm", "initial", "if", "then", "else", "elseif", "elsewhen", "when", "for", "while", "loop"}
    | {"in", "and", "or", "not", "end", "extends", "import", "connect", "der", "pre", "public", "protected", "return"}
    | {"redeclare", "replaceable", "constrainedby"}
)


@dataclass(frozen=True)
class _Kind:
    """A kind of error: how the front end says it, what to look for in the sources, and what to do.

    `look` gives the tokens to look for, as alternatives, the better first; "*" is any token, and "class" before a name
    means the class itself. `near` is what may have been meant: variables, classes or "".
    """

    pattern: re.Pattern[str]
    look: Callable[[re.Match[str]], Sequence[Sequence[str]]]
    text: Callable[[re.Match[str]], str]
    advice: str
    near: str = ""


def _tokens(name: str) -> list[str]:
    """Tokens of a dotted name, without subscripts."""
    return re.findall(r"[A-Za-z_]\w*|'[^']*'|\.", re.sub(r"\[[^\]]*\]", "", name))


def _name(match: re.Match[str]) -> list[list[str]]:
    return [_tokens(match[1])]


def _kind_of(match: re.Match[str]) -> str:
    return match[0].split("cannot extend ")[1].split(" ")[0]


def _call(match: re.Match[str]) -> list[list[str]]:
    return [[*_tokens(match[1]), "("]]


_KINDS = (
    _Kind(
        re.compile(r"unresolved component reference: '(.+)'"),
        _name,
        lambda m: f"there is no '{m[1]}'",
        "declare it or correct the name",
        "variables",
    ),
    _Kind(
        re.compile(r"model '\S+' cannot extend \w+ '(.+)'"),
        lambda m: [["class", _tokens(m[1])[-1]]],
        lambda m: f"'{m[1]}' is a {_kind_of(m)}, not a model",
        "give the name of a model or block, such as one inside of it or one that uses it",
    ),
    _Kind(
        re.compile(r"unresolved type reference: '(.+)'"),
        _name,
        lambda m: f"there is no class '{m[1]}'",
        "correct the name or import it",
        "classes",
    ),
    _Kind(
        re.compile(r"unresolved function call: '(.+)'"),
        _call,
        lambda m: f"there is no function '{m[1]}'",
        "declare it, import it or correct the name",
        "classes",
    ),
    _Kind(
        re.compile(r"(?:base class not found: `(?=\S+` does)|unresolved extends base class: ')([^`']+)"),
        lambda m: [["extends", *_tokens(m[1])]],
        lambda m: f"there is no class '{m[1]}' to extend",
        "correct the name or import it",
        "classes",
    ),
    _Kind(
        re.compile(r"unresolved import: '(.+)'"),
        lambda m: [["import", *_tokens(m[1])]],
        lambda m: f"there is no '{m[1]}' to import",
        "correct the name",
        "classes",
    ),
    _Kind(
        re.compile(r"connect argument '(.+)' must be a connector, but has builtin type '(\w+)'"),
        lambda m: [["connect", "(", *_tokens(m[1]), ","], [",", *_tokens(m[1]), ")"]],
        lambda m: f"'{m[1]}' in a connect is a {m[2]}, not a connector",
        "write an equation, or declare it with a connector class",
    ),
    _Kind(
        re.compile(r"parameter '(.+)' cannot depend on continuous variable '(.+)'"),
        _name,
        lambda m: f"parameter '{m[1]}' depends on the variable '{m[2]}'",
        "make it a variable, or let it depend on parameters only",
    ),
    _Kind(
        re.compile(r"cannot access protected component '(.+)'"),
        _name,
        lambda m: f"'{m[1]}' is protected",
        "declare it in the public part of its class, or use another variable",
    ),
    _Kind(
        re.compile(r"component '(.+)' instantiates partial model '(.+)'"),
        lambda m: [[*_tokens(m[2]), *_tokens(m[1])], _tokens(m[1])],
        lambda m: f"component '{m[1]}' has the partial class '{m[2]}'",
        "use a class that extends it",
    ),
    _Kind(
        re.compile(r"invalid call of function `(.+?)`: (.+)"),
        _call,
        lambda m: f"wrong call of function '{m[1]}': {m[2].replace('`', chr(39))}",
        "give the arguments that its inputs ask for",
    ),
    _Kind(
        re.compile(r"cannot redeclare `(.+)`: element is declared final"),
        lambda m: [["(", *_tokens(m[1]), "="], [",", *_tokens(m[1]), "="], ["redeclare", "*", "*", *_tokens(m[1])]],
        lambda m: f"'{m[1]}' is final and cannot be changed",
        "take the modification away, or `final` from its declaration",
    ),
    _Kind(
        re.compile(r"cannot redeclare `(.+)`: element is not replaceable"),
        lambda m: [["redeclare", "*", *_tokens(m[1])], ["redeclare", "*", "*", *_tokens(m[1])]],
        lambda m: f"'{m[1]}' is not replaceable and cannot be redeclared",
        "declare it replaceable",
    ),
    _Kind(
        re.compile(r"requires inner declarations: (.+)"),
        lambda m: [[m[1].split(",")[0].strip()]],
        lambda m: f"'{m[1]}' is outer, and no component around it is inner",
        "declare it with `inner` in the model that holds the component",
    ),
    _Kind(
        re.compile(r"cyclic class instantiation detected: (\S+) (.+)"),
        lambda m: [["class", _tokens(m[1])[-1]]],
        lambda m: f"class '{m[1]}' contains itself: {m[1]} {m[2]}",
        "break the circle",
    ),
    _Kind(
        re.compile(r"circular inheritance: `(.+?)` extends `(.+?)`"),
        lambda m: [["class", _tokens(m[1])[-1]]],
        lambda m: f"class '{m[1]}' extends '{m[2]}', which extends '{m[1]}'",
        "break the circle",
    ),
)

# said without a name, so that nothing can be looked for
_NAMELESS = {
    "cannot evaluate connection subscript": "a subscript in connect that the front end cannot work out: write numbers, "
    "loop variables, and Integer parameters with + - * only",
    "component binding type compatibility": "a value in a declaration or modification has another type than its "
    "variable: give Real a number, Integer a whole number, Boolean true or false",
    "expression shape mismatch": "arrays of different sizes or values of different types are set equal, added or "
    "multiplied: check the sizes and types in the declarations and equations that were edited last, or give arrays "
    "with [:] their sizes",
    "duplicate condition clock owner": "the front end does not take several samples among the conditions of one when: "
    "write Boolean tick = sample(0, 10) or sample(0, 15) and then when {tick, ...}",
    "mismatched equation counts": "the branches of an if equation have different numbers of equations: give each "
    "branch an equation for the same variables, also the else branch",
}
_MEMBERS = (
    "the front end takes members of an array of components with several dimensions with numbers as subscripts only: "
    "write c[1,2].x, or put arrays of one dimension into each other"
)
_ADVICE = {
    "unevaluable array dimensions": "give a parameter this value, parameter Integer m = ..., and write [m]",
    "type mismatch": "write a value of the expected type",
    "unknown modifier": "correct the name in the modification",
    "dimension mismatch": "make both sides the same size",
    "out of bounds": "use a subscript within the size",
    "subscripted with": "write as many subscripts as the variable has dimensions",
    "expects Boolean operand": "write a relation, such as x > 0",
    "operand(s), found 'String'": "write numbers and variables only",
    "condition must be Boolean": "write a relation, such as x > 0",
    "argument must have type 'Real'": "give it a Real, or declare the variable Real",
    "argument must have type 'Boolean'": "give it a Boolean variable, such as b with Boolean b = x > 0",
    "matrix power base": "write .^ for powers element by element",
    "requires at least 2 dimensions": "give it a matrix",
    "requires 3-vector": "give it arrays of three elements",
    "must be non-negative": "give the size a value of 0 or more",
    "operand(s)": "use if or an Integer instead of a Boolean or an enumeration in arithmetic",
    "argument(s)": "write as many arguments as the function has",
}


def syntax_error(syntax: Sequence[Mapping[str, Any]]) -> CompilerError:
    """Return the error for files that do not parse; they cause all other errors."""
    first = syntax[0]
    place = re.search(r"\[[^\]\n]*:(\d+):(\d+)\]", first["message"])
    # the reason may go on over several lines, which begin with a bar
    found = re.search(r"×\s*(.+(?:\n\s*│.*)*)", first["message"])
    reason = re.sub(r"\s*\n\s*│\s*", " ", found[1]).strip() if found else " ".join(first["message"].split())
    file = shorten(first["file"])
    where = f"{file}:{place[1]}:{place[2]}" if place else f"{file}:{first['line']}"
    if reason.startswith("unexpected"):
        rows = Path(first["file"]).read_text(encoding="utf-8", errors="replace").splitlines()
        row = rows[int(place[1]) - 1][int(place[2]) - 1 :] if place and int(place[1]) <= len(rows) else ""
        if re.match(r"[\w.\[\], ]+:=", row):
            reason += ": write = in equations; := belongs in functions"
        else:
            reason += ": a semicolon or a bracket may be missing before it"
    twice = re.fullmatch(r"(?:parse error: )?Duplicate declaration of (\S+) at .*first declared at (.+)\)", reason)
    if twice:
        return CompilerError(f"{where}: {twice[1]} is declared twice, first at {twice[2]}: give one another name")
    more = f" (and {len(syntax) - 1} more files with syntax errors)" if len(syntax) > 1 else ""
    return CompilerError(f"{where}: syntax error: {reason.removeprefix('parse error: ')}{more}")


def unbalanced(text: str) -> int | None:
    """Return by how many equations a model has too many (or too few, negative) when that is what the text says."""
    found = _UNBALANCED.search(text)
    return int(found[1]) - int(found[2]) if found else None


def front_end_error(model: str, text: str, sources: SourceMap) -> CompilerError:
    """Turn an error of the front end into one line.

    Parameters
    ----------
    model : name of the class
    text : what the front end said, with the name of the class in it
    sources : all files of the libraries
    """
    lines = [line.strip(" -") for line in text.splitlines() if line.strip()]
    message = lines[0] if lines else "no message"
    message = _STANDARD.sub("", _PHASE.sub("", message.replace(f"{model} could not be compiled: ", "")))
    if "does not exist" in message and f"`{model}`" in message:
        return CompilerError(f"no class {model} in this library; check the name and the within clauses ({message})")
    constructed = "" if _PLACE.search(message) or _is_known(message) else _construct(model, message, sources)
    if constructed:
        return UnsupportedModelicaError(constructed)
    if "record-array member slice" in message or "unresolved Flat reference" in message:
        return UnsupportedModelicaError(f"{model}: {_MEMBERS}")
    if message.startswith("unsupported Flat semantic owner"):
        return UnsupportedModelicaError(f"{model}: the front end does not take {message.split('owner', 1)[1].strip()}")
    placed = _PLACE.search(message)
    if placed:
        said = re.sub(r"\s*\[[^\[\]]+:\d+:\d+\];.*", "", _PLACE.sub("", message)).replace("`", "'")
        said = re.sub(r": dimension expression could not be evaluated: \[.*", "", said)
        advice = next((f": {advice}" for mark, advice in _ADVICE.items() if mark in said), "")
        return CompilerError(f"{shorten(placed[1])}:{placed[2]}:{placed[3]}: {said}{advice}")
    counted = _UNBALANCED.search(message)
    if counted:
        return CompilerError(
            f"{model}: {counted[1]} equations for {counted[2]} unknowns by the count of the front end, which knows "
            "discrete variables too: give each variable one equation"
        )
    for mark, said in _NAMELESS.items():
        if mark in message:
            return CompilerError(f"{model}: {said}")
    for kind in _KINDS:
        match = kind.pattern.search(message)
        if match:
            return CompilerError(_known_error(model, kind, match, sources))
    return CompilerError(f"{model}: {_INTERNAL.sub('', message)}")


def _is_known(message: str) -> bool:
    return any(kind.pattern.search(message) for kind in _KINDS)


def _construct(model: str, message: str, sources: SourceMap) -> str:
    return locate(message, used_classes(model, sources), sources)


def crash(model: str, stderr: str, sources: SourceMap) -> CompilerError:
    """Explain a panic of the front end in one line."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    for number, line in enumerate(lines):
        if "panicked at" not in line:
            continue
        reason = lines[number + 1] if number + 1 < len(lines) else ""
        derivative = _DERIVATIVE.search(reason)
        if derivative:
            place = _derivative_place(int(derivative[1]), int(derivative[2]), sources)
            return CompilerError(
                f"{place or model + ': '}der(...) of something that is not a continuous variable, such as a parameter "
                "or an input: differentiate a variable"
            )
        hint = (
            "a reduction such as sum(... for j in ...) inside a for loop over i is a known cause: write it with arrays "
            "or in a function"
            if "comprehension" in reason
            else "simplify the class that was edited last"
        )
        return CompilerError(f"{model}: the Modelica front end broke down ({reason}); {hint}")
    if lines and "too deeply nested to marshal" in lines[-1]:
        return CompilerError(
            f"{model}: an expression has more than some 900 terms or levels, or as many connections meet in one point: "
            "write sum(...) over an array, or join the connections in groups"
        )
    return CompilerError(f"{model}: the Modelica front end broke down: {lines[-1] if lines else 'no message'}")


def _derivative_place(start: int, end: int, sources: SourceMap) -> str:
    """Place of `der(...)` at these bytes of an unknown file, when it is there in one file only."""
    found = [
        number for number, (_, text) in sources.files.items() if re.fullmatch(rb"der\s*\(.*\)", text[start:end], re.S)
    ]
    return f"{sources.place(Span(found[0], start, end))}: " if len(found) == 1 else ""


def _known_error(model: str, kind: _Kind, match: re.Match[str], sources: SourceMap) -> str:
    used = used_classes(model, sources)
    found, token = None, None
    for tokens in kind.look(match):
        found, token = _find(used, tokens, is_unknown=bool(kind.near))
        if token is not None:
            break
    name, hint, advice = match[1], "", kind.advice
    if kind.near == "classes" and name.startswith("Modelica."):
        advice = "the Modelica Standard Library is not read; declare the class in your library"
    elif kind.near == "classes":
        last = name.rpartition(".")[2]
        same = sorted({item.path for item in used if item.name == last})
        hint = f" (did you mean '{same[0]}'?)" if same else near_miss(last, {item.name for item in used})
    elif kind.near == "variables" and found is not None and name.isidentifier():
        hint = near_miss(name, found.words - {name} - _NOT_TYPES)
    where = model
    if found is not None and token is not None:
        where = sources.place(span_of(found.source, sources.files[found.source][1], token))
    return f"{where}: {kind.text(match)}{hint}: {advice}"


def _find(
    classes: Sequence[ClassText], tokens: Sequence[str], *, is_unknown: bool
) -> tuple[ClassText | None, Token | None]:
    """Return the class and the first token of a sequence when it stands in one class only.

    A class that declares the first name itself is not where the name is unknown.
    """
    if tokens[0] == "class":
        named = [found for found in classes if found.name == tokens[1]]
        return (named[0], named[0].token) if len(named) == 1 else (None, None)
    places = [(found, list(_occurrences(found.tokens, tokens))) for found in classes]
    places = [(found, starts) for found, starts in places if starts]
    if is_unknown and len(places) > 1:
        places = [(found, starts) for found, starts in places if not _declares(found, tokens[0])]
    if len(places) != 1:
        return None, None
    found, starts = places[0]
    return found, starts[0]


def _occurrences(tokens: Sequence[Token], wanted: Sequence[str]) -> Iterator[Token]:
    """Yield the first token of each place where a sequence stands; subscripts in between do not count."""
    for start, token in enumerate(tokens):
        if wanted[0] not in (token.text, "*") or (start > 0 and tokens[start - 1].text == "."):
            continue
        position, matched = start + 1, 1
        while matched < len(wanted) and position < len(tokens):
            if tokens[position].text == "[" != wanted[matched]:
                while position < len(tokens) and tokens[position].text != "]":
                    position += 1
            elif wanted[matched] in (tokens[position].text, "*"):
                matched += 1
            else:
                break
            position += 1
        if matched == len(wanted):
            yield token


def _declares(found: ClassText, name: str) -> bool:
    """True when the name stands behind a type, as in a declaration."""
    pairs = zip(found.tokens, found.tokens[1:], strict=False)
    return any(
        second.text == name and (first.text == "]" or (first.text.isidentifier() and first.text not in _NOT_TYPES))
        for first, second in pairs
    )
