"""What is wrong with a statement that the front end refuses without a place, in the words of the model.

`bisection` finds the statement. What the front end says of it is put into words here, with the sizes and types that the
declarations show, and what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from heatsim.compiler.embedded.reading.classes import ClassText, Token, closing, used_classes
from heatsim.compiler.embedded.reading.pieces import Piece, declared, pieces
from heatsim.compiler.embedded.reading.sources import SourceMap, Span

_LITERAL = re.compile(r"[-+\d.eE\s,;{}\[\]]+|true|false")
_ATTRIBUTES = frozenset({"start", "fixed", "min", "max", "nominal", "unit", "displayUnit", "quantity", "stateSelect"})
_Say = Callable[["_Statement", re.Match[str]], str]


class _Statement:
    """A statement, and what its class and the classes that this extends declare."""

    def __init__(self, piece: Piece, used: Sequence[ClassText], sources: SourceMap) -> None:
        self.piece = piece
        self.used = used
        self.sources = sources
        self.types = _inherited(piece.found, used, sources, set())
        span = piece.span(sources)
        tokens = piece.tokens
        if piece.kind == "value":
            first, last = tokens[1], tokens[-1]
            before = sources.files[span.source][1].decode("utf-8", "replace")[: first.start]
            span = Span(span.source, len(before.encode()), span.end)
            tokens = tokens[1:]
            assert last is tokens[-1]
        elif tokens[-1].text == ";":
            tokens = tokens[:-1]
        self.span = span
        self.tokens = tokens
        self.text = sources.text(span).removesuffix(";").rstrip()

    @property
    def place(self) -> str:
        return self.sources.place(self.span)

    def names(self) -> list[str]:
        """Names of components in the order of the text, each once."""
        found = [self.piece.name] if self.piece.kind == "value" else []
        for before, token in zip(("", *(token.text for token in self.tokens)), self.tokens, strict=False):
            if token.text in self.types and before != "." and token.text not in found:
                found.append(token.text)
        return found

    def sized(self) -> dict[str, str]:
        """Names of arrays, with sizes as declared."""
        return {name: self.types[name][1] for name in self.names() if self.types[name][1]}

    def quoted(self) -> str:
        """The statement as it is shown."""
        if self.piece.kind == "value":
            return f"'{self.piece.name} = {self.text}'"
        return f"'{self.text}'"


def _inherited(
    found: ClassText, used: Sequence[ClassText], sources: SourceMap, seen: set[int]
) -> dict[str, tuple[str, str]]:
    """Return type and sizes of the components of a class, also of those it extends."""
    if id(found) in seen:
        return {}
    seen.add(id(found))
    result: dict[str, tuple[str, str]] = {}
    for reference in found.references:
        if reference.role == "extends":
            bases = [item for item in used if item.name == reference.target.rpartition(".")[2]]
            for base in bases if len(bases) == 1 else ():
                result |= _inherited(base, used, sources, seen)
    return result | declared(found, sources)


def is_better(said: str) -> bool:
    """True when the statement says more than the names in what the front end says."""
    return any(re.search(pattern, said) for pattern, say in _SAYINGS.items() if say is _twice)


def message(model: str, said: str, general: str, piece: Piece, sources: SourceMap) -> str:
    """Return `file:line:column: what is wrong: what to write instead`.

    Parameters
    ----------
    model : name of the class that is compiled
    said : what the front end said
    general : message without the place, for what is not known here
    piece : statement that it is about
    sources : all files
    """
    statement = _Statement(piece, used_classes(model, sources), sources)
    for pattern, say in _SAYINGS.items():
        match = re.search(pattern, said)
        if match:
            return f"{statement.place}: {say(statement, match)}"
    return f"{statement.place}: {statement.quoted()}: {general.removeprefix(f'{model}: ').replace('`', chr(39))}"


# -- what to say


def _sizes(statement: _Statement, _match: re.Match[str]) -> str:
    piece, text = statement.piece, statement.text
    sized = statement.sized()
    if piece.kind == "entry":
        owner, sizes = piece.type_name, statement.types.get(piece.type_name, ("", ""))[1]
        whose = f"'{piece.name}'" if piece.name not in _ATTRIBUTES else f"'{owner}[{sizes}]'" if sizes else f"'{owner}'"
        return (
            f"the value in '{text}' has not the size or type of {whose}: give it that of the declaration; for an array "
            "of components write {... for i in 1:n}, or declare a parameter array with this value and give its name"
        )
    whole = _whole(statement)
    if whole and not sized and not re.search(r"[\[{]", text):
        return f"{statement.quoted()} gives the Integer '{whole}' a Real value: write integer(...), or declare it Real"
    if piece.kind == "value" and _LITERAL.fullmatch(text):
        sizes = statement.types.get(piece.name, ("", ""))[1]
        shown = f"'{piece.name}[{sizes}]'" if sizes else f"the scalar '{piece.name}'"
        return f"the value '{text}' has not the size of {shown}: make the sizes equal, or write fill(value, n)"
    known = ", ".join(f"{name}[{sizes}]" for name, sizes in sized.items())
    shown = f" ({known})" if known else ""
    right = [token.text for token in _right(statement)]
    if "*" in right and len({*sized, "{", "["} & set(right)) > 1:
        advice = "the left factor of a product needs as many columns as the right one has rows, and both sides one size"
    elif re.search(r"[^.]/", text) and len(sized) > 1:
        advice = "write ./ to divide element by element, and make both sides the same size"
    elif re.search(r"\b(?!der\b|if\b)\w+\(", text):
        advice = "make them equal, also those of arguments to those of the function's inputs"
    else:
        advice = "make them equal"
    return f"the sizes of the arrays in {statement.quoted()} do not fit together{shown}: {advice}"


def _right(statement: _Statement) -> Sequence[Token]:
    """Return what stands behind the equals sign, without subscripts that follow names."""
    words = [token.text for token in statement.tokens]
    start = words.index("=") + 1 if "=" in words else 0
    found: list[Token] = []
    position = start
    while position < len(words):
        if words[position] == "[" and position > start and (words[position - 1][0].isalpha()):
            position = closing(statement.tokens, position)
        else:
            found.append(statement.tokens[position])
        position += 1
    return found


def _whole(statement: _Statement) -> str:
    """Name of the Integer that a statement sets, or an empty string."""
    if statement.piece.kind == "value":
        return statement.piece.name if statement.piece.type_name == "Integer" else ""
    name = statement.tokens[0].text
    return name if statement.types.get(name, ("", ""))[0] == "Integer" else ""


def _types(statement: _Statement, match: re.Match[str]) -> str:
    instead = "x > 0" if match[1] == "Boolean" else "if b then 1 else 0" if match[2] == "Boolean" else "integer(x)"
    return (
        f"{statement.quoted()} has a {match[2]} where it needs one of type {match[1]}: write a value of that type, "
        f"such as {instead}"
    )


def _binding(statement: _Statement, _match: re.Match[str]) -> str:
    kinds = {"Real": "a number", "Integer": "a whole number", "Boolean": "true or false", "String": 'a text in "..."'}
    piece = statement.piece
    kind = piece.type_name if piece.kind == "value" else ""
    wanted = kinds.get(
        kind, f"a value of type {kind}, such as {kind}.name of an enumeration" if kind else "one of that type"
    )
    return f"the value in {statement.quoted()} has not the type of '{piece.name}': give it {wanted}"


def _twice(statement: _Statement, match: re.Match[str]) -> str:
    name = match[1]
    last = re.sub(r"\[.*?\]", "", name).rpartition(".")[2]
    others = [other for other in _assignments(statement, last) if other.start != statement.piece.start]
    also = "more than once, here"
    if len(others) == 1:
        also = f"here and at {statement.sources.place(others[0].span(statement.sources))}"
    return (
        f"the discrete variable '{name}' is set {also}: set it in one when, with elsewhen for the "
        "other condition, or in one equation"
    )


def _assignments(statement: _Statement, name: str) -> list[Piece]:
    """Return the statements of the same class that set a name."""
    pending = pieces(statement.piece.found, statement.sources)
    found: list[Piece] = []
    while pending:
        piece = pending.pop()
        pending += piece.inner if piece.kind == "block" else ()
        if piece.name == name and piece.kind == "value":
            found.append(piece)
        if piece.kind == "equation" and [token.text for token in piece.tokens[:2]] == [name, "="]:
            found.append(piece)
    return found


def _subscript(statement: _Statement, _match: re.Match[str]) -> str:
    text = statement.text
    if text.startswith("connect"):
        return f"'{text}' joins connectors of different sizes: connect arrays of one size, or single elements"
    if re.search(r"\bsmooth\(", text):
        return f"the first argument of smooth in {statement.quoted()} must be a whole number: write smooth(1, ...)"
    known = ", ".join(f"{name}[{sizes}]" for name, sizes in statement.sized().items())
    return (
        f"a subscript in {statement.quoted()} cannot be used{f' ({known})' if known else ''}: write whole numbers, "
        "Integer parameters or loop variables within the size of the array"
    )


def _argument(statement: _Statement, match: re.Match[str]) -> str:
    return (
        f"the argument '{match[1]}' of a function in {statement.quoted()} has size {match[3]} where the function takes "
        f"{match[2]}: give it this size, or declare the input of the function with [:]"
    )


def _rank(statement: _Statement, match: re.Match[str]) -> str:
    kinds = ("a number", "a vector", "a matrix")
    takes, given = (kinds[int(rank)] if int(rank) < 3 else "a larger array" for rank in match.groups()[1:])
    return (
        f"the argument '{match[1]}' of a function in {statement.quoted()} is {given} where the function takes {takes}: "
        f"give it {takes}"
    )


def _results(statement: _Statement, match: re.Match[str]) -> str:
    return (
        f"{statement.quoted()} takes {match[3]} results of '{match[1]}', which has {match[2]}: write as many names on "
        "the left as the function has outputs"
    )


def _pre(statement: _Statement, _match: re.Match[str]) -> str:
    return (
        f"pre, edge or change in {statement.quoted()} of something that is not a discrete variable: use the parameter "
        "or variable itself, or give a discrete variable its value"
    )


def _sample(statement: _Statement, _match: re.Match[str]) -> str:
    return f"'sample' in {statement.quoted()} needs two arguments: write sample(start, period)"


def _when_target(statement: _Statement, _match: re.Match[str]) -> str:
    return f"{statement.quoted()} in a when sets no variable: write variable = value, or reinit(state, value)"


def _branches(statement: _Statement, match: re.Match[str]) -> str:
    one, other = (re.sub(r"[\[\]]", "", group) or "nothing" for group in match.groups())
    return (
        f"the branches of this when set different variables ({one}; {other}): set the same ones in each, as in "
        "x = pre(x), or write two when clauses"
    )


def _reinit(_statement: _Statement, _match: re.Match[str]) -> str:
    return "this state has a reinit in another when too: write one when with elsewhen, or one reinit with if"


def _connect(statement: _Statement, _match: re.Match[str]) -> str:
    return f"{statement.quoted()} stands in a when: connections are for always, write it outside of when"


def _each(statement: _Statement, match: re.Match[str]) -> str:
    return (
        f"{statement.quoted()} gives {match[2]} values to the {match[4]} elements of '{match[3]}': give as many, or "
        f"one value for all with each {match[1]} = ..."
    )


def _flow(statement: _Statement, match: re.Match[str]) -> str:
    return (
        f"{statement.quoted()} joins connectors of different kinds ('{match[1]}' is {match[2]}, '{match[3]}' is "
        f"{match[4]}): use connectors of one class"
    )


_SAYINGS: Mapping[str, _Say] = {
    r"expression shape mismatch": _sizes,
    r"expression type mismatch: expected (\w+), found (\w+)": _types,
    r"component binding type compatibility": _binding,
    r"`(.+?)` has more than one semantic definition owner": _twice,
    r"when branch target `(.+?)` is defined more than once": _twice,
    r"invalid array subscript": _subscript,
    r"duplicate reinitialization owner": _reinit,
    r"connection statement is not allowed": _connect,
    r"function shape proof`: `(.+?)`: axis \d+ requires extent (\d+) but the call site proves (\d+)": _argument,
    r"function shape proof`: `(.+?)`: declared rank (\d+) does not match call-site rank (\d+)": _rank,
    r"multi-output equation`: `(.+?)` returns (\d+) values but the receiving tuple has (\d+) slots": _results,
    r"`pre expression`": _pre,
    r"runtime operator `sample`": _sample,
    r"when-equation LHS must be": _when_target,
    r"branches must assign to the same variables. Branch \d+ assigns to (\[.*?\]), branch \d+ assigns to (\[.*?\])": (
        _branches
    ),
    r"modification '(.+?)' supplies (\d+) value\(s\) for component array '(.+?)' of size (\d+)": _each,
    r"incompatible connector types in connection: (\S+) \((\S+)\) and (\S+) \((\S+)\)": _flow,
}
