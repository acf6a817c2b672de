"""Assignments in functions: to variables, elements, slices and fields of records, however deep.

Values are never changed in place, because the states that are kept for later share them. A subscript that depends on
variables writes to every element it may mean: each one is chosen between its new and old value.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from heatsim.compiler.embedded.equations import records, references
from heatsim.compiler.embedded.equations import values as v
from heatsim.compiler.embedded.equations.flat import Node

if TYPE_CHECKING:
    from heatsim.compiler.embedded.equations.expressions import Evaluator


@dataclass(frozen=True)
class _Target:
    """What is assigned to: the name of a variable, then fields (str) and subscripts (list) in order."""

    name: str
    steps: tuple[Any, ...]
    statement: Node


def assign(evaluator: Evaluator, target: Node, value: v.Value, state: dict[str, v.Value], statement: Node) -> None:
    """Assign to a variable, to elements of it, or to fields.

    Parameters
    ----------
    evaluator : evaluates subscripts
    target : reference of the flat model
    value : a Component stands for the record of its fields
    state : variables of the function
    statement : for its place
    """
    first, *rest = target["parts"]
    name = first["ident"]
    if name not in state:
        evaluator.fail(statement, f"'{name}' is not a variable of the function")
    steps = [first["subs"]] if first["subs"] else []
    for part in rest:
        steps += [part["ident"], part["subs"]] if part["subs"] else [part["ident"]]
    whole = _Target(name, tuple(steps), statement)
    state[name] = _replaced(evaluator, state[name], whole, 0, records.expanded(evaluator, value, statement))


def chosen(evaluator: Evaluator, condition: v.Scalar, yes: v.Value, no: v.Value) -> v.Value:
    """Choose between two values of a variable; what is unassigned in one of them stays unassigned."""
    if yes is no:
        return yes
    if isinstance(yes, dict) and isinstance(no, dict):
        return {key: chosen(evaluator, condition, yes[key], no[key]) for key in yes if key in no}

    def choose(a: v.Value, b: v.Value) -> v.Value:
        if a is None or b is None:
            return None
        if isinstance(a, dict):
            return chosen(evaluator, condition, a, b)
        return v.if_else(condition, a, b)

    return v.map2(choose, yes, no)


def _replaced(evaluator: Evaluator, old: v.Value, target: _Target, depth: int, value: v.Value) -> v.Value:
    """Return a value with the part that the steps from `depth` on lead to replaced."""
    if depth == len(target.steps):
        _check_shape(evaluator, old, value, target)
        return value
    step = target.steps[depth]
    if isinstance(step, str):
        if not isinstance(old, dict) or step not in old:
            evaluator.fail(target.statement, f"'{target.name}' has no field '{step}' here")
        return {**old, step: _replaced(evaluator, old[step], target, depth + 1, value)}
    if not v.is_array(old) or len(step) > old.ndim:
        evaluator.fail(target.statement, f"too many subscripts on '{target.name}'")
    places = [references.positions(evaluator, sub, old.shape[k], target.statement) for k, sub in enumerate(step)]
    axes: list[list[int]] = []
    for place in places:
        if isinstance(place, references.Choice):
            return _written_by_choice(evaluator, old, places, target, depth, value)
        axes.append([place] if isinstance(place, int) else place)
    axes += [list(range(n)) for n in old.shape[len(places) :]]
    shape = tuple(len(axis) for axis in axes)
    kept = tuple(
        len(axis) for k, axis in enumerate(axes) if k >= len(places) or not isinstance(places[k], int)
    )  # a single subscript takes its dimension away
    items = _items(evaluator, value, kept, target, depth)
    result = old.copy()
    for number, index in enumerate(np.ndindex(shape)):
        where = tuple(axes[k][i] for k, i in enumerate(index))
        result[where] = _replaced(evaluator, old[where], target, depth + 1, items[number])
    return result


def _items(
    evaluator: Evaluator, value: v.Value, shape: tuple[int, ...], target: _Target, depth: int
) -> Sequence[v.Value]:
    """Return the values for the elements of a slice of that shape; all of them for a single element."""
    if not shape:
        return [value]
    found = value.shape if v.is_array(value) else ()
    if found[: len(shape)] != shape or (depth + 1 == len(target.steps) and found != shape):
        evaluator.fail(
            target.statement, f"the value has size {list(found)}, the elements of '{target.name}' have {list(shape)}"
        )
    return [value[index] for index in np.ndindex(shape)]


def _written_by_choice(
    evaluator: Evaluator,
    old: np.ndarray,
    places: Sequence[int | list[int] | references.Choice],
    target: _Target,
    depth: int,
    value: v.Value,
) -> np.ndarray:
    """Write one element whose subscripts depend on variables."""
    axes: list[list[tuple[int, v.Scalar]]] = []
    for axis, place in enumerate(places):
        is_vector = isinstance(place, list) or (isinstance(place, references.Choice) and v.is_array(place.subscript))
        if is_vector or len(places) != old.ndim:
            evaluator.refuse(
                target.statement,
                f"a slice of '{target.name}' with a subscript that depends on variables cannot be assigned to; assign "
                "its elements in a for loop",
            )
        if isinstance(place, references.Choice):
            axes.append([(k, place.matches(k)) for k in range(old.shape[axis])])
        elif isinstance(place, int):
            axes.append([(place, True)])
    inside: v.Scalar = True
    for place in places:
        if isinstance(place, references.Choice):
            inside = v.logical("and", inside, place.is_inside())
    outside = references.not_a_number(evaluator)
    result = v.map1(lambda item: _or_nothing(evaluator, inside, item, outside), old)
    for candidate in itertools.product(*axes):
        where = tuple(position for position, _ in candidate)
        condition: v.Scalar = True
        for _, match in candidate:
            condition = v.logical("and", condition, match)
        with evaluator.under(condition):
            new = _replaced(evaluator, old[where], target, depth + 1, value)
        result[where] = chosen(evaluator, condition, new, result[where])
    return result


def _or_nothing(evaluator: Evaluator, condition: v.Scalar, item: v.Value, outside: v.Scalar) -> v.Value:
    """Return an element while a condition holds, else not a number, in all fields of a record."""
    if isinstance(item, dict):
        return {key: _or_nothing(evaluator, condition, field, outside) for key, field in item.items()}
    return v.map1(lambda scalar: chosen(evaluator, condition, scalar, outside), item)


def _check_shape(evaluator: Evaluator, old: v.Value, value: v.Value, target: _Target) -> None:
    """A variable keeps its size, and a record its fields."""
    if isinstance(old, dict) != isinstance(value, dict):
        evaluator.fail(target.statement, f"the value does not fit '{target.name}': only one of them is a record")
    if isinstance(old, dict):
        if set(old) != set(value):
            evaluator.fail(target.statement, f"the value has other fields than '{target.name}'")
        for key in old:
            _check_shape(evaluator, old[key], value[key], target)
        return
    before, after = (item.shape if v.is_array(item) else () for item in (old, value))
    if before != after:
        evaluator.fail(
            target.statement, f"the part of '{target.name}' has size {list(before)}, the value has {list(after)}"
        )
