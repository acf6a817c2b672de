"""Refuse Real values for Integer variables in functions, which the front end checks in equations only.

An Integer would keep its digits behind the point, where the language has an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from heatsim.compiler.embedded.equations.flat import Node

if TYPE_CHECKING:
    from heatsim.compiler.embedded.equations.expressions import Evaluator

_REAL, _INTEGER = 0, 1  # the front end's numbers of basic types
_DIVISIONS = frozenset({"Div", "DivElem", "Exp", "ExpElem"})  # always Real
_ARITHMETIC = frozenset({"Add", "Sub", "Mul", "AddElem", "SubElem", "MulElem"})  # Real with one Real operand
_REAL_FUNCTIONS = frozenset(
    {"Sqrt", "Exp", "Log", "Log10", "Sin", "Cos", "Tan", "Asin", "Acos", "Atan", "Atan2", "Sinh", "Cosh", "Tanh"}
    | {"Floor", "Ceil", "Linspace"}
)
_LIKE_ARGUMENTS = frozenset({"Abs", "Min", "Max", "Sum", "Product", "NoEvent", "Mod", "Rem", "Div", "Fill"})


def check_assignment(evaluator: Evaluator, name: str, value: Node, place: Node) -> None:
    """Refuse an assignment of a Real to an Integer variable of the function that is evaluated.

    Parameters
    ----------
    evaluator : in the scope of the function
    name : of the variable; elements of arrays have the type of the array
    value : expression
    place : the assignment
    """
    function = evaluator.open_functions[-1]
    types = {item["name"]: _type(item) for item in (*function["inputs"], *function["outputs"], *function["locals"])}
    if types.get(name) == _INTEGER and _is_real(evaluator, value, types):
        evaluator.fail(
            place,
            f"'{name}' in '{function['name']}' is an Integer and gets a Real: write integer(...), or declare it Real",
        )


def _type(item: Node) -> int | None:
    found: int | None = (item["effective_type"] or {}).get("canonical_type")
    return found


def _is_real(evaluator: Evaluator, node: Node, types: Mapping[str, int | None]) -> bool:
    """True when an expression is a Real for sure, unless it is a whole number: constants come as such."""

    def any_real(*nodes: Node) -> bool:
        return any(_is_real(evaluator, item, types) for item in nodes)

    kind, data = next(iter(node.items()))
    if kind == "Literal":
        number = data["value"].get("Real")
        return number is not None and number != int(number)
    if kind == "VarRef":
        return types.get(data["name"]["name"]) == _REAL
    if kind == "Binary":
        return data["op"] in _DIVISIONS or (data["op"] in _ARITHMETIC and any_real(data["lhs"], data["rhs"]))
    if kind == "Unary":
        return any_real(data["rhs"])
    if kind == "If":
        return any_real(*(branch for _, branch in data["branches"]), data["else_branch"])
    if kind == "Index":
        return any_real(data["base"])
    if kind == "Array":
        return any_real(*data["elements"])
    if kind == "BuiltinCall":
        is_like = data["function"] in _LIKE_ARGUMENTS and any_real(*data["args"])
        return data["function"] in _REAL_FUNCTIONS or is_like
    if kind == "FunctionCall":
        called = evaluator.flat.functions.get(data["name"]["name"])
        return called is not None and bool(called["outputs"]) and _type(called["outputs"][0]) == _REAL
    return False
