"""Names, subscripts and fields in expressions.

A name is looked up in the scopes of loops and functions first, then in the model. Subscripts choose elements at compile
time; `a[i].b` and slices through arrays of components are resolved part by part.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from heatsim.compiler.embedded import values as v
from heatsim.compiler.embedded.flat import Node, find_span
from heatsim.compiler.embedded.sources import Span

if TYPE_CHECKING:
    from heatsim.compiler.embedded.expressions import Evaluator


def local(evaluator: Evaluator, name: str) -> v.Value | None:
    """Look a name up in the scopes of loops and of the function that is being evaluated."""
    base = evaluator.function_base[-1] if evaluator.function_base else 0
    for scope in reversed(evaluator.scopes[base:]):
        if name in scope:
            return scope[name]
    return None


def reference(evaluator: Evaluator, data: Node, node: Node) -> v.Value:
    span = find_span(node)
    name = data["name"]["name"]
    found = local(evaluator, name)
    if found is None and _is_local(evaluator, name.split(".")[0]):
        if "." not in name:
            evaluator.fail(node, f"'{name}' is used before it has a value")
        found = _local_field(evaluator, name)
        if found is None:
            evaluator.fail(node, f"'{name}' is not a field that has a value")
    if found is None and name in evaluator.flat.enumerations:
        found = float(evaluator.flat.enumerations[name])
    if found is None:
        found = evaluator.names.variable(name, span)
    before = 0
    if found is None:
        found, before = _by_parts(evaluator, data, span)
    if found is None:
        evaluator.fail(node, f"the name '{name}' is not known")
    _check_slice(evaluator, data, node)
    found = subscript(evaluator, found, data["subscripts"], node, before)
    if any(item is None for item in v.flat_items(found)):
        evaluator.fail(node, f"'{name}' is used before it has a value")
    return found


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
    reference, span = data["name"].get("component_ref"), find_span(node)
    if not reference or data["subscripts"] or not any(part["subs"] for part in reference["parts"][:-1]):
        return
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
    return subscript(evaluator, evaluator.value(data["base"]), data["subscripts"], node, before)


def subscript(evaluator: Evaluator, value: v.Value, subscripts: list[Any], node: Node, before: int = 0) -> v.Value:
    """Apply subscripts, all of which must be known at compile time, to the dimensions behind the first `before`."""
    if not subscripts:
        return value
    if not v.is_array(value) or before + len(subscripts) > value.ndim:
        evaluator.fail(node, "too many subscripts")
    for axis in range(before + len(subscripts) - 1, before - 1, -1):
        chosen = positions(evaluator, subscripts[axis - before], value.shape[axis], node)
        if isinstance(chosen, int):
            value = value[(slice(None),) * axis + (chosen,)]
        else:
            value = value[(slice(None),) * axis + (np.array(chosen, dtype=int),)]
    return value


def positions(evaluator: Evaluator, subscript: Any, size: int, node: Node) -> int | list[int]:
    """Return the position (from 0) or positions that one subscript chooses."""
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
    numbers = [evaluator.known(item, find_span(node)) for item in v.flat_items(chosen)]
    if numbers and all(isinstance(item, bool) for item in numbers) and v.is_array(chosen):
        numbers = [float(k + 1) for k, item in enumerate(numbers) if item]
    for number in numbers:
        if number != int(number) or not 1 <= number <= size:
            evaluator.fail(
                node, f"subscript {number:g} is outside 1..{size} in '{evaluator.flat.sources.text(find_span(node))}'"
            )
    return [int(number) - 1 for number in numbers] if v.is_array(chosen) else int(numbers[0]) - 1
