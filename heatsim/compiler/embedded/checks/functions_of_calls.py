"""Give every call the body of its own function, and every function the constants of its own package.

The front end keeps function bodies under the name that is left of a call, such as `Medium.enthalpy`. When components
have different media, one body can win for all, and constants of one medium get into the functions of another. The
numbers of the declarations are right, though: the last part of a call's name has the number of the function that is
meant, and each body that of the function it is. So calls are tied to bodies by these numbers. When a body is missing,
the front end runs again with calls of all functions that it may be (`frontend.flatten`, `also_call`). Constants inside
the functions of a package are set to the values that the package gives them.
"""

from __future__ import annotations

import ast
import operator
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from typing import Any

from heatsim.compiler.embedded.equations.flat import WITH_EXPRESSIONS, find_span
from heatsim.compiler.embedded.reading.classes import ClassText, Token, span_of
from heatsim.compiler.embedded.reading.sources import SourceMap, Span


def tie(raw: dict[str, Any], used: Sequence[ClassText], sources: SourceMap, is_last: bool) -> list[str]:
    """Tie all calls of a flat model to the functions that are meant; `raw` is changed in place.

    Parameters
    ----------
    raw : the flat model as the front end wrote it
    used : the classes that count
    sources : for places
    is_last : refuse what cannot be tied; otherwise tell what to ask for

    Returns
    -------
    list of str
        Calls such as `Package.f(time)` of functions whose bodies are missing; empty when all is tied.

    Raises
    ------
    UnsupportedModelicaError
        A call cannot be tied to one function, or a constant in a function is not certain.
    """
    functions = raw["functions"]
    namesakes = Counter(found.name for found in used if found.kind == "function")
    changed = {m.name for found in used if found.kind == "package" for r in found.references for m in r.modifications}
    bodies: dict[int, str] = {}
    for name, function in functions.items():
        if function["is_constructor"] or _has_algorithm(function, sources):
            bodies.setdefault(function["def_id"], name)
    aliases: dict[str, int] = {}
    missing: dict[str, list[str]] = {}
    for call in _calls([raw[part] for part in WITH_EXPRESSIONS]):
        called = call["name"] if "name" in call else call["comp"]  # in an expression, as a statement
        reference, name = called.get("component_ref"), called["name"]
        function = functions.get(name)
        if not reference or function is None:
            continue  # a call of something that is not there is refused when it is evaluated
        _check_defaults(call, name, changed, sources)
        meant = reference["parts"][-1]["def_id"]
        last = name.rsplit(".", 1)[-1]
        if function["def_id"] == meant:
            continue
        body = functions.get(bodies.get(meant, ""))
        if not function["is_constructor"] and (body is None or not _has_default(body)):
            if (
                not _has_algorithm(function, sources)
                and namesakes[last] <= 1
                and aliases.setdefault(name, meant) == meant
            ):
                continue  # `function f = g` and `function f extends g` have their own number; the call has that of g
            if body is not None:
                called["name"] = bodies[meant]
                continue
            arguments = _arguments(function)
            if arguments is not None and name not in missing:
                missing[name] = [
                    _probe(found.path, arguments, function)
                    for found in used
                    if found.kind == "function" and found.name == last and _is_public(found)
                ]
            if not is_last and missing.get(name):
                continue
        sources.refuse(
            find_span(call),
            f"'{name}' would get the body or default arguments of the one at "
            f"{sources.place(Span.of(function['span']))}, which has the same name; give one of them another name, or "
            f"call it as Package.{last}",
        )
    if not missing:
        for name in functions:
            _set_constants(functions[name], used, sources)
    return sorted({probe for probes in missing.values() for probe in probes})


_ARGUMENT: dict[object, str] = {0: "time", 1: "1"}  # by the front end's numbers of Real and Integer


def _arguments(function: Mapping[str, Any]) -> list[str] | None:
    """Return arguments that fit the inputs, None when there is an input that is neither Real nor Integer."""
    result = []
    for item in function["inputs"]:
        kind = _ARGUMENT.get((item["effective_type"] or {}).get("canonical_type"))
        if item["default"] is not None:
            break  # it and those that follow may be left out
        if kind is None:
            return None
        sizes = []
        for entry in item["shape_expr"]:
            variant = next(iter(entry)) if isinstance(entry, Mapping) else entry
            if variant not in ("Colon", "Index"):
                return None
            sizes.append(str(entry["Index"]["value"]) if variant == "Index" else "1")
        result.append(f"fill({kind}, {', '.join(sizes)})" if sizes else kind)
    return result


def _probe(path: str, arguments: Sequence[str], function: Mapping[str, Any]) -> str:
    call = f"{path}({', '.join(arguments)})"
    return f"sum({call})" if function["outputs"][0]["shape_expr"] else call


def _calls(node: object) -> Iterator[dict[str, Any]]:
    """Yield the calls in a part of the flat model in order; each is found before those in its arguments."""
    pending = [node]
    while pending:
        item = pending.pop()
        if type(item) is list:
            pending += [value for value in reversed(item) if type(value) in _BRANCHES]
        elif type(item) is dict:
            call = item.get("FunctionCall")
            if call is not None:
                yield call
            # most parts are places in the text and names without subscripts, in which there are no calls
            pending += [
                value
                for key, value in reversed(item.items())
                if type(value) in _BRANCHES and key not in _PLACES and not (key == "component_ref" and _is_plain(value))
            ]


_BRANCHES = (dict, list)
_PLACES = ("span", "source_span")


def _is_plain(reference: dict[str, Any] | list[Any]) -> bool:
    """True for a name without subscripts."""
    return type(reference) is dict and not any(part["subs"] for part in reference["parts"])


def _has_default(function: Mapping[str, Any]) -> bool:
    return any(item["default"] is not None for item in function["inputs"])


def _check_defaults(call: Mapping[str, Any], name: str, changed: Container[str], sources: SourceMap) -> None:
    """Refuse default arguments, which the front end has filled in, with a constant that some package changes."""
    for argument in call["args"]:
        text = sources.whole_text(find_span(argument)).strip()
        if "Literal" in argument and text in changed:
            sources.refuse(
                find_span(call),
                f"the front end may take the constant '{text}' of another package as default argument of '{name}'; "
                "give the argument",
            )


def _has_algorithm(function: Mapping[str, Any], sources: SourceMap) -> bool:
    return "algorithm" in sources.whole_text(Span.of(function["span"])).split()


def _is_public(found: ClassText) -> bool:
    """True for a function with a body that stands in packages only, so that it can be called from outside."""
    around = found.holder
    while around is not None:
        if around.kind != "package" or "partial" in around.prefixes:
            return False
        around = around.holder
    return "partial" not in found.prefixes and not found.is_short


# -- constants


def _set_constants(function: dict[str, Any], used: Sequence[ClassText], sources: SourceMap) -> None:
    """Set constants that a function takes from its package."""
    found = _class_of(function, used, sources)
    package = found.holder if found is not None else None
    if package is None or package.kind != "package":
        return
    for base in _bases(package, used):
        changed = {m.name: m.value for r in package.references for m in r.modifications if not m.redeclares}
        for name in base.constants:
            others = [other for other in used if other is not package and _changes(other, base, name, used)]
            if not others:
                continue
            value = _number(changed.get(name, base.constants[name]))
            for literal in _folded(function["body"], name, sources):
                if value is None or "String" in literal["value"] or "Boolean" in literal["value"]:
                    sources.refuse(
                        Span.of(literal["span"]),
                        f"the front end may take the constant '{name}' of package '{others[0].name}' here; give it a "
                        f"plain number in '{package.name}', or write the value into the function",
                    )
                literal["value"] = {"Real": value}


def _class_of(function: Mapping[str, Any], used: Sequence[ClassText], sources: SourceMap) -> ClassText | None:
    """Return the class that a function of the flat model is written in."""
    span = Span.of(function["span"])
    if span is None:
        return None
    inside = []
    for found in used:
        if found.kind == "function" and found.source == span.source:
            place = span_of(found.source, sources.files[found.source][1], found.token)
            if span.start <= place.start and place.end <= span.end:
                inside.append((place.start, found))
    return min(inside, key=lambda item: item[0])[1] if inside else None


def _bases(package: ClassText, used: Sequence[ClassText]) -> list[ClassText]:
    names = {r.target.rsplit(".", 1)[-1] for r in package.references if r.role == "extends"}
    return [found for found in used if found.kind == "package" and found.name in names and found is not package]


def _changes(other: ClassText, base: ClassText, name: str, used: Sequence[ClassText]) -> bool:
    """True when another package changes a constant of a common base."""
    return (
        other.kind == "package"
        and base in _bases(other, used)
        and any(m.name == name for r in other.references for m in r.modifications)
    )


def _folded(node: object, name: str, sources: SourceMap) -> Iterator[dict[str, Any]]:
    """Yield the literals that stand for a constant of that name."""
    if isinstance(node, Mapping):
        literal = node.get("Literal")
        if literal is not None and sources.whole_text(Span.of(literal.get("span"))).strip() == name:
            yield literal
        for value in node.values():
            yield from _folded(value, name, sources)
    elif isinstance(node, list):
        for value in node:
            yield from _folded(value, name, sources)


_OPERATORS: dict[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def _number(tokens: Sequence[Token]) -> float | None:
    """Return the value of an expression of plain numbers, None when it is anything else."""
    text = "".join("**" if token.text == "^" else token.text for token in tokens if not token.text.startswith('"'))
    try:
        return _evaluate(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError, ArithmeticError):
        return None


def _evaluate(node: ast.expr) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        return float(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        value = _evaluate(node.operand)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_evaluate(node.left), _evaluate(node.right))
    raise ValueError("not a plain number")
