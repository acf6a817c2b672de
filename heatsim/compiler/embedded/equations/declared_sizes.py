"""Compare the sizes of arrays with their declarations.

The front end takes the size of an array from the equations when these go beyond the declared one: with `Real a[2]` and
`for i in 1:3 loop a[i] = ...` it makes an array of three, without an error.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from heatsim.compiler.embedded.equations import values as v
from heatsim.compiler.embedded.equations.flat import Variable
from heatsim.compiler.embedded.reading.sources import Span

if TYPE_CHECKING:
    from heatsim.compiler.embedded.equations.model import Model

LONGEST = 400  # characters between a name and the end of its sizes

_SIZES = re.compile(r"\s*\[([^\[\]]*)\]")
_OPERATORS: Mapping[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}


def check(model: Model) -> None:
    """Refuse a model in which an array is not as large as it is declared.

    Sizes that are more than sums and products of numbers and Integer parameters are not compared.

    Raises
    ------
    CompilerError
        With the place of the declaration.
    """
    for variable in model.flat.variables.values():
        declared = _declared(model, variable) if variable.dims else None
        if declared is not None and declared != list(variable.dims):
            model.flat.sources.fail(
                variable.span,
                f"'{variable.name}' is declared with size {_text(declared)}, but equations use it with size "
                f"{_text(list(variable.dims))}; correct the subscripts in them or the range of a for loop",
            )


def _text(sizes: list[int]) -> str:
    return "[" + ", ".join(str(size) for size in sizes) + "]"


def _declared(model: Model, variable: Variable) -> list[int] | None:
    """Return the declared sizes, None when they are not written beside the name or cannot be worked out."""
    span = variable.span
    if span is None:
        return None
    declaration = model.flat.sources.whole_text(span)
    behind = model.flat.sources.whole_text(Span(span.source, span.end, span.end + LONGEST))
    name = variable.name.rsplit(".", 1)[-1]
    if not re.search(rf"\b{re.escape(name)}$", declaration):
        return None
    match = _SIZES.match(behind) or re.fullmatch(rf"[\w.]+{_SIZES.pattern}\s*{re.escape(name)}", declaration)
    if not match:
        return None
    prefix = variable.name[: -len(name)]
    sizes = [_value(model, prefix, part) for part in match[1].split(",")]
    if len(sizes) != len(variable.dims):  # more dimensions come from the type
        return None
    whole = [int(size) for size in sizes if size is not None]
    return whole if len(whole) == len(sizes) else None


def _value(model: Model, prefix: str, text: str) -> float | None:
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:  # `:` for example
        return None
    return _evaluate(model, prefix, node)


def _evaluate(model: Model, prefix: str, node: ast.expr) -> float | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return node.value
    if isinstance(node, ast.Name):
        variable = model.flat.variables.get(prefix + node.id)
        if variable is None or variable.kind != "Integer" or not variable.is_parameter or variable.dims:
            return None
        value = model.table.value(variable, model.evaluator)
        return float(value) if v.is_known(value) else None
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = _evaluate(model, prefix, node.left), _evaluate(model, prefix, node.right)
        return None if left is None or right is None else _OPERATORS[type(node.op)](left, right)
    return None
