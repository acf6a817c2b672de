"""Calls of functions written in Modelica: their bodies are evaluated in place of the call.

Arguments are checked and given to a scope of their own, local variables and results get their default values, and
`statements` runs the body. A function called with arrays where it takes scalars is applied to each element. A function
that calls itself is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from heatsim.compiler.embedded.equations import records, statements
from heatsim.compiler.embedded.equations import values as v
from heatsim.compiler.embedded.equations.flat import Node
from heatsim.compiler.embedded.equations.function_types import check_assignment

if TYPE_CHECKING:
    from heatsim.compiler.embedded.equations.expressions import Evaluator


def call(evaluator: Evaluator, name: str, arguments: list[Node], node: Node, all_results: bool = False) -> v.Value:
    """Evaluate a call.

    Returns
    -------
    The first result, as in an expression; a list of all results with `all_results`.
    """
    function = evaluator.flat.functions.get(name)
    if function is None:
        evaluator.refuse(node, f"the function '{name}' is not available; write it in Modelica in the library")
    if function["external"] is not None:
        evaluator.refuse(
            node, f"'{name}' is an external function, which the embedded compiler cannot take; write it in Modelica"
        )
    declared = function["inputs"]
    values = [records.expanded(evaluator, evaluator.value(argument), argument) for argument in arguments]
    if function["is_constructor"]:
        if len(values) != len(declared):
            evaluator.fail(node, f"the record '{name}' has {len(declared)} fields, not {len(values)}")
        return {field["name"]: value for field, value in zip(declared, values, strict=True)}
    if len(values) > len(declared):
        evaluator.fail(node, f"'{name}' takes {len(declared)} arguments, not {len(values)}")
    shape = _mapped_shape(evaluator, name, declared, values, node)
    if not shape and not any(_is_mapped(item, value) for item, value in zip(declared, values, strict=False)):
        results = _single(evaluator, function, values, node)
    else:
        results = _mapped(evaluator, function, values, shape, node)
    return results if all_results else results[0]


def _rank(declaration: Node) -> int:
    return len(declaration["shape_expr"])


def _is_mapped(declaration: Node, value: v.Value) -> bool:
    """True for an argument with more dimensions than the function takes."""
    return v.is_array(value) and value.ndim > _rank(declaration)


def _mapped_shape(
    evaluator: Evaluator, name: str, declared: Sequence[Node], values: Sequence[v.Value], node: Node
) -> tuple[int, ...]:
    """Return the shape of the additional dimensions, which all arguments that have some must share."""
    shapes = {
        value.shape[: value.ndim - _rank(item)]
        for item, value in zip(declared, values, strict=False)
        if _is_mapped(item, value)
    }
    if len(shapes) > 1:
        evaluator.fail(
            node, f"'{name}' is called with arrays of different sizes: {', '.join(map(str, sorted(shapes)))}"
        )
    return shapes.pop() if shapes else ()


def _mapped(
    evaluator: Evaluator, function: Node, values: Sequence[v.Value], shape: tuple[int, ...], node: Node
) -> list[v.Value]:
    """Apply a function to each element; each result is an array of what the calls give."""
    is_mapped = [_is_mapped(item, value) for item, value in zip(function["inputs"], values, strict=False)]
    calls = []
    for index in np.ndindex(shape):
        chosen = [value[index] if mapped else value for value, mapped in zip(values, is_mapped, strict=True)]
        calls.append(_single(evaluator, function, chosen, node))
    if not calls:
        return [np.empty(shape, dtype=object) for _ in function["outputs"]]
    results = []
    for items in zip(*calls, strict=True):
        stacked = v.as_array(items)
        results.append(stacked.reshape((*shape, *stacked.shape[1:])))
    return results


def _single(evaluator: Evaluator, function: Node, values: Sequence[v.Value], node: Node) -> list[v.Value]:
    """Evaluate the body once, in a scope of its own and without events, as the language defines for functions."""
    _refuse_recursion(evaluator, function, node)
    scope: dict[str, v.Value] = {}
    evaluator.function_base.append(len(evaluator.scopes))
    evaluator.open_functions.append(function)
    evaluator.scopes.append(scope)
    try:
        with evaluator.without_events():
            for number, item in enumerate(function["inputs"]):
                if number < len(values):
                    scope[item["name"]] = values[number]
                elif item["default"] is not None:
                    scope[item["name"]] = evaluator.value(item["default"])
                else:
                    evaluator.fail(node, f"argument '{item['name']}' of '{function['name']}' is missing")
            for item in function["inputs"]:
                _check_input(evaluator, item, scope[item["name"]], node)
            inputs = dict(scope)
            own = [*function["outputs"], *function["locals"]]
            scope.update(dict.fromkeys((item["name"] for item in own), None))
            for item in _in_order(own):
                scope[item["name"]] = _initial(evaluator, item)
            _run_body(evaluator, function, scope)
            for name, value in inputs.items():
                if scope[name] is not value:
                    evaluator.fail(node, f"'{function['name']}' assigns to its input '{name}'; use a local variable")
    finally:
        evaluator.scopes.pop()
        evaluator.open_functions.pop()
        evaluator.function_base.pop()
    return [_assigned(evaluator, function, item["name"], scope[item["name"]], node) for item in function["outputs"]]


def _run_body(evaluator: Evaluator, function: Node, scope: statements.State) -> None:
    goes_on, exits = statements.run(evaluator, function["body"], scope)
    for way_out in exits:
        if way_out.kind != "return":
            evaluator.fail(function["body"], f"'{function['name']}' has a break outside a loop")
    end = statements.merge(evaluator, exits, dict(scope) if goes_on else None)
    scope.clear()
    scope.update(end)


def _refuse_recursion(evaluator: Evaluator, function: Node, node: Node) -> None:
    names = [other["name"] for other in evaluator.open_functions]
    for number, other in enumerate(evaluator.open_functions):
        if other["def_id"] == function["def_id"]:
            chain = " -> ".join([*names[number:], function["name"]])
            evaluator.refuse(
                node,
                f"the function '{function['name']}' calls itself ({chain}); recursion is not supported, write a loop",
            )


def _check_input(evaluator: Evaluator, item: Node, value: v.Value, node: Node) -> None:
    """Compare the shape of an argument with the declaration, where `:` takes any size."""
    shape = value.shape if v.is_array(value) else ()
    if len(shape) != _rank(item):
        evaluator.fail(node, f"argument '{item['name']}' needs {_rank(item)} dimensions, not {len(shape)}")
    for axis, entry in enumerate(item["shape_expr"]):
        if _is_open(entry):
            continue
        size = _dimension(evaluator, entry, item)
        if size != shape[axis]:
            evaluator.fail(
                node, f"argument '{item['name']}' has size {list(shape)}; dimension {axis + 1} must be {size}"
            )


def _in_order(items: Sequence[Node]) -> list[Node]:
    """Sort variables so that each comes behind those that its default value and its size depend on."""
    by_name = {item["name"]: item for item in items}
    done: dict[str, Node] = {}
    open_names: set[str] = set()

    def add(item: Node) -> None:
        name = item["name"]
        if name in done or name in open_names:
            return  # a circle shows when a variable is used before it has a value
        open_names.add(name)
        for other in _names([item["default"], item["shape_expr"]]):
            if other in by_name:
                add(by_name[other])
        done[name] = item

    for item in items:
        add(item)
    return list(done.values())


def _names(node: object) -> Iterator[str]:
    """Yield the first parts of all names in an expression."""
    if isinstance(node, Mapping):
        if "VarRef" in node:
            yield node["VarRef"]["name"]["name"].split(".")[0]
        for value in node.values():
            yield from _names(value)
    elif isinstance(node, list):
        for value in node:
            yield from _names(value)


def _initial(evaluator: Evaluator, item: Node) -> v.Value:
    """Value of a result or local variable before the body; `None` marks what has not been assigned."""
    shape = tuple(_dimension(evaluator, entry, item) for entry in item["shape_expr"] if not _is_open(entry))
    is_open = len(shape) < _rank(item)
    if item["default"] is not None:
        if evaluator.open_functions:
            check_assignment(evaluator, item["name"], item["default"], item["default"])
        value = records.expanded(evaluator, evaluator.value(item["default"]), item)
        found = value.shape if v.is_array(value) else ()
        if len(found) != _rank(item) or (not is_open and found != shape):
            evaluator.fail(item["default"], f"'{item['name']}' has size {list(shape)}, its value has {list(found)}")
        return value
    if is_open:
        evaluator.refuse(item, f"the size of '{item['name']}' is not given; declare it with a size")
    empty = _empty_record(evaluator, item) if item.get("type_class") == "Record" else None
    return v.filled(shape, empty) if shape or item["shape_expr"] else empty


def _empty_record(evaluator: Evaluator, item: Node) -> v.Value:
    """Return a record whose fields have their default values or none."""
    constructor = evaluator.flat.functions.get(item["type_name"])
    if constructor is None or not constructor["is_constructor"]:
        evaluator.refuse(item, f"the fields of the record '{item['name']}' are not known; assign it as a whole")
    with evaluator.scope({}) as fields:
        for field in _in_order(constructor["inputs"]):
            fields[field["name"]] = _initial(evaluator, field)
    return fields


def _is_open(entry: Any) -> bool:
    return (next(iter(entry)) if isinstance(entry, Mapping) else entry) == "Colon"


def _dimension(evaluator: Evaluator, entry: Any, item: Node) -> int:
    kind, data = next(iter(entry.items())) if isinstance(entry, Mapping) else (entry, {})
    if kind == "Index":
        return int(data["value"])
    if kind == "Expr":
        return evaluator.whole(data["expr"])
    evaluator.refuse(item, f"the embedded compiler does not know the size '{kind}' of '{item['name']}'")


def _assigned(evaluator: Evaluator, function: Node, name: str, value: v.Value, node: Node) -> v.Value:
    if not _is_complete(value):
        evaluator.fail(node, f"'{function['name']}' does not assign its result '{name}' in all cases")
    return value


def _is_complete(value: v.Value) -> bool:
    if isinstance(value, dict):
        return all(_is_complete(item) for item in value.values())
    return all(item is not None if not isinstance(item, dict) else _is_complete(item) for item in v.flat_items(value))
