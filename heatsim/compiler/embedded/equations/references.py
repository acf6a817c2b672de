"""Names, subscripts and fields in expressions.

A name is looked up in the scopes of loops and functions first, then in the model. Subscripts choose elements at compile
time where they are known then; the others become a choice among all elements, and one that means no element gives NaN,
never a wrong number. `a[i].b` and slices through arrays of components are resolved part by part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from heatsim.compiler.embedded.equations import values as v
from heatsim.compiler.embedded.equations.flat import Node, find_span
from heatsim.compiler.embedded.reading.sources import Span

if TYPE_CHECKING:
    from heatsim.compiler.embedded.equations.expressions import Evaluator


def local(evaluator: Evaluator, name: str) -> v.Value | None:
    """Look a name up in the scopes of loops and of the function that is being evaluated."""
    base = evaluator.function_base[-1] if evaluator.function_base else 0
    for scope in reversed(evaluator.scopes[base:]):
        if name in scope:
            return scope[name]
    return None


def reference(evaluator: Evaluator, data: Node, node: Node, is_whole: bool = True) -> v.Value:
    """Evaluate a name with its subscripts; unless `is_whole`, elements may be without a value yet."""
    name = data["name"]["name"]
    found = local(evaluator, name)
    if found is None and _is_local(evaluator, name.split(".")[0]):
        if "." not in name:
            evaluator.fail(node, f"'{name}' is used before it has a value")
        found = _local_field(evaluator, name)
        if found is None:
            evaluator.fail(node, f"'{name}' is not a field that has a value")
    if found is None and name in evaluator.flat.enumerations:
        found = v.EnumerationValue(evaluator.flat.enumerations[name], name.rpartition(".")[0])
    if found is None:
        found = evaluator.names.variable(name, None)
    before = 0
    if found is None:
        found, before = _by_parts(evaluator, data, find_span(node))
    if found is None:
        evaluator.fail(node, f"the name '{name}' is not known")
    _check_slice(evaluator, data, node)
    found = subscript(evaluator, found, data["subscripts"], node, before)
    if is_whole:
        _check_value(evaluator, found, node)
    return found


def _check_value(evaluator: Evaluator, value: v.Value, node: Node) -> None:
    if any(item is None for item in v.flat_items(value)):
        evaluator.fail(node, f"'{evaluator.flat.sources.text(find_span(node))}' is used before it has a value")


def _is_local(evaluator: Evaluator, name: str) -> bool:
    base = evaluator.function_base[-1] if evaluator.function_base else 0
    return any(name in scope for scope in evaluator.scopes[base:])


def _local_field(evaluator: Evaluator, name: str) -> v.Value | None:
    first, *rest = name.split(".")
    found = local(evaluator, first)
    for part in rest:
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _by_parts(evaluator: Evaluator, data: Node, span: Span | None) -> tuple[v.Value | None, int]:
    """Resolve `a[i].b` whose subscripts are expressions, and `a.b` that means all `a[:].b`.

    Returns the value and its number of dimensions before those of the last part, or None and 0.
    """
    reference = data["name"].get("component_ref")
    if not reference:
        return None, 0
    found: v.Value = v.Component("")
    before = 0
    for number, part in enumerate(reference["parts"]):
        before = found.ndim if v.is_array(found) else 0
        found = member(evaluator, found, part["ident"], span)
        if found is None:
            return None, 0
        if number < len(reference["parts"]) - 1 and part["subs"]:
            found = subscript(evaluator, found, part["subs"], data, before)
    return found, before


def _check_slice(evaluator: Evaluator, data: Node, node: Node) -> None:
    """Refuse `a.b[1]` of an array a where the front end has taken it for `a[1].b`."""
    reference = data["name"].get("component_ref")
    if not reference or data["subscripts"] or not any(part["subs"] for part in reference["parts"][:-1]):
        return
    span = find_span(node)
    text = evaluator.flat.sources.whole_text(span)
    behind = evaluator.flat.sources.whole_text(Span(span.source, span.end, span.end + 20)) if span else ""
    if "." in text and "[" not in text and behind.lstrip().startswith("["):
        evaluator.refuse(
            node, f"'{text}[...]' would be taken for elements of '{text.split('.')[0]}'; write it with a for loop"
        )


def member(evaluator: Evaluator, owner: v.Value, name: str, span: Span | None) -> v.Value | None:
    """Return a field of a component, of a record or of each component of an array."""
    if isinstance(owner, v.Component):
        return evaluator.names.variable(f"{owner.path}.{name}" if owner.path else name, span)
    if isinstance(owner, dict):
        return owner.get(name)
    if v.is_array(owner):
        members = [member(evaluator, item, name, span) for item in owner]
        return None if any(member is None for member in members) else v.as_array(members)
    return None


def field(evaluator: Evaluator, data: Node, node: Node) -> v.Value:
    found = member(evaluator, evaluator.value(data["base"]), data["field"], find_span(node))
    if found is None:
        evaluator.fail(
            node, f"there is no '{data['field']}' in '{evaluator.flat.sources.text(find_span(data['base']))}'"
        )
    return found


def index(evaluator: Evaluator, data: Node, node: Node) -> v.Value:
    before = 0
    if "FieldAccess" in data["base"]:  # in `a[1:2].b[1]` the subscript is that of b
        owner = evaluator.value(data["base"]["FieldAccess"]["base"])
        before = owner.ndim if v.is_array(owner) else 0
    if "VarRef" in data["base"]:
        base = reference(evaluator, data["base"]["VarRef"], data["base"], is_whole=False)
    else:
        base = evaluator.value(data["base"])
    found = subscript(evaluator, base, data["subscripts"], node, before)
    _check_value(evaluator, found, node)
    return found


@dataclass(frozen=True)
class Choice:
    """A subscript that depends on variables: a scalar, or a vector of which each item may be known."""

    subscript: v.Value
    size: int

    def matches(self, position: int) -> v.Scalar:
        """Return the condition that a scalar subscript means a position (from 0)."""
        return v.compare("Eq", self.subscript, float(position + 1))

    def is_inside(self) -> v.Scalar:
        """Return the condition that a scalar subscript means any element."""
        low, high = v.compare("Ge", self.subscript, 1.0), v.compare("Le", self.subscript, float(self.size))
        return v.logical("and", low, high)


def not_a_number(evaluator: Evaluator) -> v.Scalar:
    """Return what stands for an element that does not exist: NaN, but only where the branch around it is taken.

    In a branch that does not count NaN would still spoil derivatives, as 0 times NaN is NaN.
    """
    return float("nan") if v.is_known(evaluator.guard) else v.if_else(evaluator.guard, float("nan"), 0.0)


def subscript(evaluator: Evaluator, value: v.Value, subscripts: list[Any], node: Node, before: int = 0) -> v.Value:
    """Apply subscripts to the dimensions behind the first `before`; those that depend on variables choose."""
    if not subscripts:
        return value
    if not v.is_array(value) or before + len(subscripts) > value.ndim:
        evaluator.fail(node, "too many subscripts")
    for axis in range(before + len(subscripts) - 1, before - 1, -1):
        places = positions(evaluator, subscripts[axis - before], value.shape[axis], node)
        if isinstance(places, int):
            value = value[(slice(None),) * axis + (places,)]
        elif isinstance(places, Choice):
            value = _choose(evaluator, value, axis, places, node)
        else:
            value = value[(slice(None),) * axis + (np.array(places, dtype=int),)]
    return value


def _choose(evaluator: Evaluator, value: np.ndarray, axis: int, choice: Choice, node: Node) -> v.Value:
    """Take elements along an axis by subscripts that depend on variables."""
    rows = np.moveaxis(value, axis, 0)
    if v.is_array(choice.subscript):
        chosen = [_chosen_row(evaluator, rows, Choice(item, choice.size), node) for item in choice.subscript]
        return np.moveaxis(v.as_array(chosen), 0, axis) if chosen else value[(slice(None),) * axis + ([],)]
    return _chosen_row(evaluator, rows, choice, node)


def _chosen_row(evaluator: Evaluator, rows: np.ndarray, choice: Choice, node: Node) -> v.Value:
    if v.is_known(choice.subscript):
        return rows[_position(evaluator, choice.subscript, choice.size, node)]
    outside = not_a_number(evaluator)

    def choose(position: int, yes: v.Value, no: v.Value) -> v.Value:
        if isinstance(yes, v.Component):
            evaluator.refuse(
                node,
                "a component cannot be chosen by a subscript that depends on variables; collect the variable into an "
                "array first, as in y = {c[i].x for i in 1:n}, and choose from that",
            )
        if isinstance(yes, dict):
            return {key: choose(position, yes[key], no[key] if isinstance(no, dict) else no) for key in yes}
        return v.map2(lambda a, b: None if a is None else v.if_else(choice.matches(position), a, b), yes, no)

    result: v.Value = outside
    for position in range(choice.size - 1, -1, -1):
        row = rows[position]
        if v.is_array(row) and any(isinstance(item, (dict, v.Component)) for item in row.ravel()):
            evaluator.refuse(node, "only one element can be chosen by a subscript that depends on variables here")
        result = choose(position, row, result)
    if choice.size == 0:
        evaluator.fail(node, f"'{evaluator.flat.sources.text(find_span(node))}' is an element of an empty array")
    return result


def _position(evaluator: Evaluator, number: float, size: int, node: Node) -> int:
    if number != int(number) or not 1 <= number <= size:
        evaluator.fail(
            node,
            f"subscript {number:g} is outside 1..{size} in '{evaluator.flat.sources.text(find_span(node))}'; use one "
            "within the size",
        )
    return int(number) - 1


def positions(evaluator: Evaluator, subscript: Any, size: int, node: Node) -> int | list[int] | Choice:
    """Return the position (from 0) or positions that one subscript chooses, as far as they are known.

    Outside functions a subscript that depends on parameters only is worked out now, which makes them structural.
    """
    kind, data = next(iter(subscript.items())) if isinstance(subscript, Mapping) else (subscript, {})
    if kind == "Colon":
        return list(range(size))
    if kind == "Index":
        chosen: Any = data["value"]
    elif kind == "Expr":
        with evaluator.scope({"end": float(size)}):
            chosen = evaluator.value(data["expr"])
    else:
        evaluator.refuse(node, f"the embedded compiler does not know the subscript '{kind}'")
    items = [v.tidy(item) for item in v.flat_items(chosen)]
    if not evaluator.function_base:
        items = [evaluator.known(k, find_span(node)) if _is_parametric(evaluator, k) else k for k in items]
    is_array = v.is_array(chosen)
    if is_array and items and all(isinstance(item, bool) for item in items):
        items = [float(k + 1) for k, item in enumerate(items) if item]
    if not all(v.is_known(item) for item in items):
        return Choice(v.as_array(items) if is_array else items[0], size)
    places = [_position(evaluator, item, size, node) for item in items]
    return places if is_array else places[0]


def _is_parametric(evaluator: Evaluator, item: v.Scalar) -> bool:
    return not v.is_known(item) and evaluator.names.is_parametric(item)
