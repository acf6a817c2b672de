"""Values given at build: do their names exist, do they fit, and have they arrived in the model?

The front end takes them as modifications of a class that it generates, drops names that do not exist, and gives errors
with places in that class. So all this is checked here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from heatsim.compiler.embedded.equations.flat import FlatModel, Variable
from heatsim.compiler.embedded.equations.values import flat_items
from heatsim.errors import CompilerError, HeatsimError, UsageError, near_miss

if TYPE_CHECKING:
    from heatsim.compiler.embedded.equations.assembly import System

_SUBSCRIPT = re.compile(r"\[[\d,]+\]")
_GENERATED = re.compile(r"(?:^|\s*\[)\S*input\.mo:\d+:\d+\]?:?\s*")


def check_names(flat: FlatModel, given: Mapping[str, object]) -> None:
    """Make sure that all names are parameters that can be changed.

    Raises
    ------
    UsageError
        A name is none, or that of a final parameter.
    """
    names = {name for name, variable in flat.variables.items() if variable.is_parameter}
    plain = {_SUBSCRIPT.sub("", name) for name in names}
    for name in given:
        if name in names and flat.variables[name].is_final:
            raise UsageError(f"parameter '{name}' is final and cannot be changed")
        if name in names or name in plain:
            continue
        if name in flat.variables:
            raise UsageError(f"'{name}' is a variable, not a parameter: set a parameter that it follows from")
        raise UsageError(f"the model has no parameter '{name}'{near_miss(name, names)}")


def check_arrival(system: System, given: Mapping[str, object]) -> None:
    """Make sure that each value is in the model: nothing else would tell if the front end dropped it.

    Raises
    ------
    CompilerError
        A parameter has another value.
    """
    for name, value in given.items():
        variable = system.flat.variables.get(name)
        if variable is None or isinstance(value, str):
            continue
        wanted = np.asarray(value, dtype=float).ravel()
        values = [system.table.default(item) for item in flat_items(system.table.value(variable, system.evaluator))]
        if len(values) != wanted.size or not np.allclose(values, wanted, rtol=1e-12, atol=0.0):
            raise CompilerError(
                f"parameter '{name}' keeps its value {values} and cannot be set to {value}; is it final?"
            )


def misfit(
    error: CompilerError, flat: FlatModel, types: Mapping[str, str], given: Mapping[str, object]
) -> HeatsimError:
    """Say which given value is the cause of an error of the front end that the model alone does not have.

    Parameters
    ----------
    error : what the front end says about the model with the values
    flat, types : the model without them, and the names of the types of its variables
    given : values by name
    """
    check_names(flat, given)
    for name, value in given.items():
        variable = flat.variables.get(name)
        needed = None if variable is None else _needed(variable, types.get(name, ""), value)
        if needed:
            return UsageError(f"parameter '{name}' cannot be {_shown(value)}: give {needed}")
    text = _GENERATED.sub("", str(error))
    return CompilerError(f"with the values given for {', '.join(given)}: {text}")


def _needed(variable: Variable, kind: str, value: object) -> str:
    """Say what a parameter needs when a value does not fit, else nothing."""
    items, shape = _items(value)
    if shape is None or len(shape) != len(variable.dims):
        if not variable.dims:
            return "one value, not a list"
        return f"a list of {' by '.join(str(size) for size in variable.dims)} values, all rows of the same length"
    if kind == "Boolean":
        fits, what = all(isinstance(item, bool) for item in items), "true or false"
    elif kind == "String":
        fits, what = all(isinstance(item, str) for item in items), "a text"
    elif kind == "Integer":
        fits, what = all(isinstance(item, int) and not isinstance(item, bool) for item in items), "a whole number"
    elif variable.is_discrete_type:
        fits = all(isinstance(item, str) and "." in item for item in items)
        what = f"a value of {kind} with its full name, such as Library.Package.{kind}.value"
    else:
        fits, what = all(isinstance(item, (int, float)) and not isinstance(item, bool) for item in items), "a number"
    if not fits:
        return what
    if shape != variable.dims:
        return f"a list of {' by '.join(str(size) for size in variable.dims)} values (with the present sizes)"
    return ""


def _items(value: object) -> tuple[list[object], tuple[int, ...] | None]:
    """Return the elements of nested lists and their shape, None when the lists have different lengths."""
    if not isinstance(value, (list, tuple)):
        return [value], ()
    parts = [_items(item) for item in value]
    shapes = {shape for _, shape in parts}
    items = [item for found, _ in parts for item in found]
    if not parts:
        return [], (0,)
    shape = shapes.pop() if len(shapes) == 1 else None
    return items, None if shape is None else (len(parts), *shape)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}'" if isinstance(value, str) else str(value)
