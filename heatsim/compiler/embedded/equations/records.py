"""Equations between records, and between the results of a function and a list of variables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from heatsim.compiler.embedded.equations import values as v
from heatsim.compiler.embedded.equations.flat import Node, find_span

if TYPE_CHECKING:
    from heatsim.compiler.embedded.equations.expressions import Evaluator


def difference(evaluator: Evaluator, left: v.Value, right: v.Value, operator: str, node: Node) -> v.Value:
    """Residual of an equation between tuples or records: all differences as one array."""
    if operator != "Sub":
        evaluator.refuse(node, f"the operator '{operator}' on records is not supported; write it field by field")
    residuals: list[v.Scalar] = []
    for a, b in pairs(evaluator, left, right, node):
        residuals += v.flat_items(v.map2(v.subtract, a, b))
    return v.as_array(residuals)


def has_records(value: v.Value) -> bool:
    """True for a record, a component that may be one, a list of results, and for arrays of records."""
    if v.is_array(value):
        return any(isinstance(item, (dict, v.Component)) for item in value.ravel())
    return isinstance(value, (list, dict, v.Component))


def pairs(evaluator: Evaluator, left: v.Value, right: v.Value, node: Node) -> list[tuple[v.Value, v.Value]]:
    """Return the parts of two tuples or records that belong together."""
    left, right = expanded(evaluator, left, node), expanded(evaluator, right, node)
    if isinstance(left, list) and isinstance(right, list):
        if len(left) > len(right):
            evaluator.fail(node, "the function has fewer results than are asked for")
        return [
            pair for a, b in zip(left, right, strict=False) if a is not None for pair in pairs(evaluator, a, b, node)
        ]
    if isinstance(left, dict) and isinstance(right, dict):
        if set(left) != set(right):
            evaluator.fail(node, "the two records do not have the same fields")
        return [pair for key in left for pair in pairs(evaluator, left[key], right[key], node)]
    if has_records(left) and has_records(right) and v.is_array(left) and v.is_array(right):
        if left.shape != right.shape:
            evaluator.fail(node, f"arrays of records of different sizes: {list(left.shape)} and {list(right.shape)}")
        both = zip(left.ravel(), right.ravel(), strict=True)
        return [pair for a, b in both for pair in pairs(evaluator, a, b, node)]
    if isinstance(left, list) and len(left) == 1:
        return pairs(evaluator, left[0], right, node)
    if has_records(left) or has_records(right):
        evaluator.fail(node, "the two sides of the equation do not fit")
    return [(left, right)]


def expanded(evaluator: Evaluator, value: v.Value, node: Node) -> v.Value:
    """Turn a component that is a record into a dict of its fields, also inside other records and arrays."""
    if v.is_array(value):
        return v.map1(lambda item: expanded(evaluator, item, node), value)
    if isinstance(value, dict):
        return {name: expanded(evaluator, item, node) for name, item in value.items()}
    if not isinstance(value, v.Component):
        return value
    prefix = value.path + "."
    names = [name[len(prefix) :] for name in evaluator.flat.variables if name.startswith(prefix)]
    fields = dict.fromkeys(re.split(r"[.\[]", name, maxsplit=1)[0] for name in names)
    return {
        name: expanded(evaluator, evaluator.names.variable(prefix + name, find_span(node)), node) for name in fields
    }
