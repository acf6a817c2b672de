"""Functions written in Modelica: their bodies are evaluated in place of the call.

Assignments, `for` loops with known ranges and `if` are supported. Where a condition depends on variables both
branches are evaluated and the results chosen element by element. A scalar function called with arrays is applied to
each element.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from heatsim.compiler.embedded import references
from heatsim.compiler.embedded import values as v
from heatsim.compiler.embedded.flat import Node

if TYPE_CHECKING:
    from heatsim.compiler.embedded.expressions import Evaluator

MAXIMUM_DEPTH = 60


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
    values = [evaluator.value(argument) for argument in arguments]
    if function["is_constructor"]:
        if len(values) != len(function["inputs"]):
            evaluator.fail(node, f"the record '{name}' has {len(function['inputs'])} fields, not {len(values)}")
        return {field["name"]: value for field, value in zip(function["inputs"], values, strict=True)}
    declared = function["inputs"]
    if len(values) > len(declared):
        evaluator.fail(node, f"'{name}' takes {len(declared)} arguments, not {len(values)}")
    mapped = [v.is_array(value) and not _rank(item) for value, item in zip(values, declared, strict=False)]
    if not any(mapped):
        results = _single(evaluator, function, values, node)
        return results if all_results else results[0]
    shapes = {value.shape for value, is_mapped in zip(values, mapped, strict=True) if is_mapped}
    if len(shapes) > 1:
        evaluator.fail(
            node, f"'{name}' is called with arrays of different sizes: {', '.join(map(str, sorted(shapes)))}"
        )
    shape = shapes.pop()
    result = np.empty(shape, dtype=object)
    for index in np.ndindex(shape):
        chosen = [value[index] if is_mapped else value for value, is_mapped in zip(values, mapped, strict=True)]
        item = _single(evaluator, function, chosen, node)[0]
        if all_results or isinstance(item, dict):
            evaluator.refuse(node, f"'{name}' with several results cannot be applied to arrays; call it in a for loop")
        result[index] = item
    return result


def _rank(declaration: Node) -> int:
    return len(declaration["shape_expr"])


def _single(evaluator: Evaluator, function: Node, values: list[v.Value], node: Node) -> list[v.Value]:
    """Evaluate the body once, in a scope of its own and without events, as the language defines for functions."""
    if len(evaluator.function_base) >= MAXIMUM_DEPTH:
        evaluator.refuse(
            node, f"calls of '{function['name']}' go deeper than {MAXIMUM_DEPTH}; recursion is not supported"
        )
    scope: dict[str, v.Value] = {
        item["name"]: _checked_input(evaluator, item, value, node)
        for item, value in zip(function["inputs"], values, strict=False)
    }
    evaluator.function_base.append(len(evaluator.scopes))
    evaluator.scopes.append(scope)
    try:
        with evaluator.without_events():
            for item in function["inputs"][len(values) :]:
                if item["default"] is None:
                    evaluator.fail(node, f"argument '{item['name']}' of '{function['name']}' is missing")
                scope[item["name"]] = evaluator.value(item["default"])
            for item in [*function["outputs"], *function["locals"]]:
                scope[item["name"]] = _initial(evaluator, item)
            _run(evaluator, function["body"], scope)
    finally:
        evaluator.scopes.pop()
        evaluator.function_base.pop()
    return [_assigned(evaluator, function, item["name"], scope[item["name"]], node) for item in function["outputs"]]


def _checked_input(evaluator: Evaluator, item: Node, value: v.Value, node: Node) -> v.Value:
    rank = value.ndim if v.is_array(value) else 0
    if _rank(item) and rank != _rank(item):
        evaluator.fail(node, f"argument '{item['name']}' needs {_rank(item)} dimensions, not {rank}")
    return value


def _initial(evaluator: Evaluator, item: Node) -> v.Value:
    """Value of a result or local variable before the body; `None` marks what has not been assigned."""
    if item["default"] is not None:
        return evaluator.value(item["default"])
    if item.get("type_class") == "Record":
        return {}
    if not item["shape_expr"]:
        return None
    return v.filled((_dimension(evaluator, entry, item) for entry in item["shape_expr"]), None)


def _dimension(evaluator: Evaluator, entry: Any, item: Node) -> int:
    kind, data = next(iter(entry.items())) if isinstance(entry, dict) else (entry, {})
    if kind == "Index":
        return int(data["value"])
    if kind == "Expr":
        return evaluator.whole(data["expr"])
    evaluator.refuse(item, f"the size of '{item['name']}' is not given; declare it with a size")


def _assigned(evaluator: Evaluator, function: Node, name: str, value: v.Value, node: Node) -> v.Value:
    items = v.flat_items(value) if not isinstance(value, dict) else list(value.values())
    if any(item is None for item in items):
        evaluator.fail(node, f"'{function['name']}' does not assign its result '{name}' in all cases")
    return value


def _run(evaluator: Evaluator, statements: list[Node], scope: dict[str, v.Value]) -> None:
    for statement in statements:
        kind, data = next(iter(statement.items())) if isinstance(statement, dict) else (statement, {})
        if kind == "Assignment":
            _assign(evaluator, data["comp"], evaluator.value(data["value"]), scope, statement)
        elif kind == "FunctionCall":
            _assign_results(evaluator, data, scope, statement)
        elif kind == "For":
            _for(evaluator, data, scope, 0)
        elif kind == "If":
            _if(evaluator, data, scope, statement)
        elif kind == "Empty":
            continue
        else:
            evaluator.refuse(
                statement, f"the statement '{kind}' is not supported in functions; use assignments, for and if"
            )


def _assign_results(evaluator: Evaluator, data: Node, scope: dict[str, v.Value], statement: Node) -> None:
    """Run `(a, b) := f(x)`; results that are left out are not assigned."""
    results = call(evaluator, data["comp"]["name"], data["args"], statement, all_results=True)
    targets = data["outputs"]
    if len(targets) > len(results):
        evaluator.fail(statement, "the function has fewer results than are asked for")
    for target, value in zip(targets, results, strict=False):
        if isinstance(target, dict) and target.get("parts"):
            _assign(evaluator, target, value, scope, statement)
        elif target is not None:
            evaluator.refuse(statement, "only variables can be assigned in a list of results")


def _assign(evaluator: Evaluator, target: Node, value: v.Value, scope: dict[str, v.Value], statement: Node) -> None:
    """Assign to a variable, to elements of it, or to a field of a record."""
    first, *rest = target["parts"]
    name = first["ident"]
    if name not in scope:
        evaluator.fail(statement, f"'{name}' is not a variable of the function")
    if rest:
        record = dict(scope[name])
        if len(rest) > 1 or first["subs"] or rest[0]["subs"]:
            evaluator.refuse(statement, "an assignment into a nested record is not supported; assign whole fields")
        record[rest[0]["ident"]] = value
        scope[name] = record
        return
    if not first["subs"]:
        old = scope[name]
        if v.is_array(old) and v.is_array(value) and old.shape != value.shape:
            evaluator.fail(statement, f"'{name}' has size {list(old.shape)}, the value has {list(value.shape)}")
        scope[name] = value
        return
    array = scope[name].copy()
    chosen = [
        references.positions(evaluator, sub, array.shape[axis], statement) for axis, sub in enumerate(first["subs"])
    ]
    axes = [[c] if isinstance(c, int) else c for c in chosen] + [list(range(n)) for n in array.shape[len(chosen) :]]
    shape = tuple(len(axis) for axis in axes)
    if v.is_array(value) and value.size != int(np.prod(shape)):
        evaluator.fail(statement, f"the value has {value.size} elements, the target {int(np.prod(shape))}")
    items = v.flat_items(value) if v.is_array(value) else [value] * int(np.prod(shape))
    for number, index in enumerate(np.ndindex(shape)):
        array[tuple(axes[k][i] for k, i in enumerate(index))] = items[number]
    scope[name] = array


def _for(evaluator: Evaluator, data: Node, scope: dict[str, v.Value], depth: int) -> None:
    if depth == len(data["indices"]):
        _run(evaluator, data["equations"], scope)
        return
    index = data["indices"][depth]
    for item in evaluator.value(index["range"]):
        with evaluator.scope({index["ident"]: item}):
            _for(evaluator, data, scope, depth + 1)


def _if(evaluator: Evaluator, data: Node, scope: dict[str, v.Value], statement: Node) -> None:
    outcomes: list[tuple[v.Scalar, dict[str, v.Value]]] = []
    before: v.Scalar = True
    start = copy.copy(scope)

    def branch(statements: list[Node], condition: v.Scalar) -> dict[str, v.Value]:
        scope.clear()
        scope.update(start)
        with evaluator.under(condition):
            _run(evaluator, statements, scope)
        return copy.copy(scope)

    last: dict[str, v.Value] | None = None
    for block in data["cond_blocks"]:
        scope.clear()
        scope.update(start)
        condition = v.tidy(evaluator.scalar(block["cond"]))
        if v.is_known(condition):
            if condition:
                last = branch(block["stmts"], before)
                break
            continue
        outcomes.append((condition, branch(block["stmts"], v.logical("and", before, condition))))
        before = v.logical("and", before, v.logical("not", condition))
    if last is None:
        last = branch(data["else_block"] or [], before)
    for condition, outcome in reversed(outcomes):
        last = {name: _merge(evaluator, condition, outcome[name], last[name], statement) for name in start}
    scope.clear()
    scope.update(last)


def _merge(evaluator: Evaluator, condition: v.Scalar, yes: v.Value, no: v.Value, statement: Node) -> v.Value:
    """Choose between the values of a variable after two branches; unassigned in one of them stays unassigned."""
    if yes is no:
        return yes
    if isinstance(yes, dict) and isinstance(no, dict):
        keys = [key for key in yes if key in no]
        return {key: _merge(evaluator, condition, yes[key], no[key], statement) for key in keys}

    def choose(a: v.Scalar, b: v.Scalar) -> v.Scalar:
        return None if a is None or b is None else v.if_else(condition, a, b)

    return v.map2(choose, yes, no)
