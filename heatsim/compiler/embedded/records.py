"""Equations between records, and between the results of a function and a list of variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heatsim.compiler.embedded import values as v
from heatsim.compiler.embedded.flat import Node, find_span

if TYPE_CHECKING:
    from heatsim.compiler.embedded.expressions import Evaluator


def difference(evaluator: Evaluator, left: v.Value, right: v.Value, operator: str, node: Node) -> v.Value:
    """Residual of an equation between tuples or records: all differences as one array."""
    if operator != "Sub":
        evaluator.refuse(node, f"the operator '{operator}' on records is not supported; write it field by field")
    residuals: list[v.Scalar] = []
    for a, b in _pairs(evaluator, left, right, node):
        residuals += v.flat_items(v.map2(v.subtract, a, b))
    return v.as_array(residuals)


def _pairs(evaluator: Evaluator, left: v.Value, right: v.Value, node: Node) -> list[tuple[v.Value, v.Value]]:
    left, right = _expanded(evaluator, left, node), _expanded(evaluator, right, node)
    if isinstance(left, list) and isinstance(right, list):
        if len(left) > len(right):
            evaluator.fail(node, "the function has fewer results than are asked for")
        return [
            pair for a, b in zip(left, right, strict=False) if a is not None for pair in _pairs(evaluator, a, b, node)
        ]
    if isinstance(left, dict) and isinstance(right, dict):
        if set(left) != set(right):
            evaluator.fail(node, "the two records do not have the same fields")
        return [pair for key in left for pair in _pairs(evaluator, left[key], right[key], node)]
    if isinstance(left, list) and len(left) == 1:
        return _pairs(evaluator, left[0], right, node)
    if isinstance(left, (list, dict)) or isinstance(right, (list, dict)):
        evaluator.fail(node, "the two sides of the equation do not fit")
    return [(left, right)]


def _expanded(evaluator: Evaluator, value: v.Value, node: Node) -> v.Value:
    """Turn a component that is a record into a dict of its fields."""
    if not isinstance(value, v.Component):
        return value
    prefix = value.path + "."
    fields: dict[str, v.Value] = {}
    for name in evaluator.flat.variables:
        if name.startswith(prefix):
            field = name[len(prefix) :]
            if "." in field or "[" in field:
                evaluator.refuse(
                    node, f"the record '{value.path}' has records inside; write the equation field by field"
                )
            fields[field] = evaluator.names.variable(name, find_span(node))
    return fields
