"""Values of Modelica expressions while they are compiled, and arithmetic on them.

A scalar is a Python `float` (known now), a `casadi.SX` (depends on symbols), a `bool` (a condition known now) or a
`str`; an array is a numpy object array of scalars; a record is a dict. Known numbers stay Python floats, so that
whatever can be folded is folded and branches that are known need not be built. numpy's own operators are not used on
object arrays: CasADi would take them over.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import casadi as ca
import numpy as np

Scalar = Any  # float | bool | str | ca.SX
Value = Any  # Scalar | np.ndarray | dict | Component


class ShapeError(Exception):
    """Operands do not fit; the caller adds the place."""


class NumberError(Exception):
    """A number cannot be computed; the caller adds the place."""


@dataclass(frozen=True)
class Component:
    """A component or record of the model, by its path, before a field is taken from it."""

    path: str


SMALLEST = 1e-12  # argument of logarithms and powers that stands for those beyond an event


class EnumerationValue(float):
    """A value of an enumeration, which is its position, with the name of the type."""

    type_name: str

    def __new__(cls, position: float, type_name: str) -> EnumerationValue:
        """Make a value; arithmetic on it gives plain numbers."""
        value = super().__new__(cls, position)
        value.type_name = type_name
        return value


def is_array(value: Value) -> bool:
    """True for arrays of at least one dimension."""
    return isinstance(value, np.ndarray)


def is_known(value: Scalar) -> bool:
    """True when a scalar is a number, bool or string already."""
    return not isinstance(value, ca.SX)


def tidy(value: Scalar) -> Scalar:
    """Turn a constant SX into a float."""
    return float(value) if isinstance(value, ca.SX) and value.is_constant() else value


def as_expression(value: Scalar) -> ca.SX:
    """Turn a number or condition into an SX."""
    return value if isinstance(value, ca.SX) else ca.SX(float(value))


def as_array(items: Sequence[Value]) -> np.ndarray:
    """Stack values of the same shape along a new first dimension."""
    shape = items[0].shape if items and is_array(items[0]) else ()
    result = np.empty((len(items), *shape), dtype=object)
    for number, item in enumerate(items):
        if (item.shape if is_array(item) else ()) != shape:
            raise ShapeError("the elements of an array do not have the same size")
        result[number] = item
    return result


def filled(shape: Iterable[int], value: Scalar) -> np.ndarray:
    """Return an array of one scalar."""
    result = np.empty(tuple(shape), dtype=object)
    for index in np.ndindex(result.shape):
        result[index] = value
    return result


def map1(function: Callable[[Scalar], Scalar], a: Value) -> Value:
    """Apply a scalar function to a scalar or to each element."""
    if not is_array(a):
        return function(a)
    result = np.empty(a.shape, dtype=object)
    for index in np.ndindex(a.shape):
        result[index] = function(a[index])
    return result


def map2(function: Callable[[Scalar, Scalar], Scalar], a: Value, b: Value) -> Value:
    """Apply a scalar function to two values of equal shape, or to a scalar and each element."""
    if not is_array(a) and not is_array(b):
        return function(a, b)
    if is_array(a) and is_array(b) and a.shape != b.shape:
        raise ShapeError(f"sizes do not fit: {list(a.shape)} and {list(b.shape)}")
    shape = a.shape if is_array(a) else b.shape
    result = np.empty(shape, dtype=object)
    for index in np.ndindex(shape):
        result[index] = function(a[index] if is_array(a) else a, b[index] if is_array(b) else b)
    return result


def flat_items(value: Value) -> list[Scalar]:
    """Return all scalars of a value in row-major order."""
    return list(value.ravel()) if is_array(value) else [value]


def add(a: Scalar, b: Scalar) -> Scalar:
    """Sum of two scalars; strings are joined."""
    return a + b


def subtract(a: Scalar, b: Scalar) -> Scalar:
    """Difference of two scalars."""
    return a - b


def multiply(a: Scalar, b: Scalar) -> Scalar:
    """Product of two scalars; a known 0 gives 0."""
    return tidy(a * b)


def divide(a: Scalar, b: Scalar) -> Scalar:
    """Quotient of two scalars."""
    if is_known(b) and b == 0:
        raise NumberError("division by zero")
    return a / b


def power(a: Scalar, b: Scalar) -> Scalar:
    """`a ^ b`, whole exponents as products."""
    if is_known(a) and is_known(b):
        if (a == 0 and b < 0) or (a < 0 and b != int(b)):
            raise NumberError(f"{a:g}^{b:g} is not a real number")
        try:
            return float(a) ** float(b)
        except OverflowError as error:
            raise NumberError(f"{a:g}^{b:g} is too large") from error
    if is_known(b) and b == 1:
        return a
    return a**b


def matrix_product(a: np.ndarray, b: np.ndarray) -> Value:
    """Vector-vector (a scalar), matrix-vector, vector-matrix and matrix-matrix product."""
    if a.shape[-1] != b.shape[0] or a.ndim > 2 or b.ndim > 2:
        raise ShapeError(f"sizes do not fit in a product: {list(a.shape)} and {list(b.shape)}")
    left = a if a.ndim == 2 else a.reshape(1, -1)
    right = b if b.ndim == 2 else b.reshape(-1, 1)
    result = np.empty((left.shape[0], right.shape[1]), dtype=object)
    for i, j in np.ndindex(result.shape):
        result[i, j] = total(multiply(left[i, k], right[k, j]) for k in range(left.shape[1]))
    if a.ndim == 1 and b.ndim == 1:
        return result[0, 0]
    return result.ravel() if a.ndim == 1 or b.ndim == 1 else result


def total(items: Iterable[Scalar]) -> Scalar:
    """Sum; 0 for no items."""
    result: Scalar = 0.0
    for item in items:
        result = item if is_known(result) and result == 0 else result + item
    return result


def if_else(condition: Scalar, yes: Scalar, no: Scalar) -> Scalar:
    """Choose by a condition that may be symbolic."""
    if is_known(condition):
        return yes if condition else no
    if is_known(yes) and is_known(no) and yes == no:
        return yes
    if isinstance(yes, str) or isinstance(no, str):
        raise ShapeError("a string cannot depend on variables")
    return ca.if_else(condition, float(yes) if is_known(yes) else yes, float(no) if is_known(no) else no)


def logical(operator: str, a: Scalar, b: Scalar = None) -> Scalar:
    """`and`, `or`, `not` on scalars that may be symbolic."""
    if operator == "not":
        return (not a) if is_known(a) else ca.logic_not(a)
    if is_known(a):
        short = bool(a) if operator == "or" else not a
        return bool(a) if short else b
    if is_known(b):
        return logical(operator, b, a)
    return ca.logic_or(a, b) if operator == "or" else ca.logic_and(a, b)


_COMPARE: dict[str, Callable[[Scalar, Scalar], Scalar]] = {
    "Lt": lambda a, b: a < b,
    "Le": lambda a, b: a <= b,
    "Gt": lambda a, b: a > b,
    "Ge": lambda a, b: a >= b,
    "Eq": lambda a, b: a == b,
    "Neq": lambda a, b: a != b,
}


def compare(operator: str, a: Scalar, b: Scalar) -> Scalar:
    """Relation of two scalars: a bool when both are known."""
    if is_known(a) and is_known(b):
        return bool(_COMPARE[operator](a, b))
    return tidy(_COMPARE[operator](float(a) if is_known(a) else a, float(b) if is_known(b) else b))


def _safe(function: Callable[[float], float], name: str) -> Callable[[float], float]:
    def evaluate(x: float) -> float:
        try:
            return function(x)
        except (ValueError, OverflowError) as error:
            raise NumberError(f"{name}({x:g}) is not a real number") from error

    return evaluate


def _sign(x: float) -> float:
    return float((x > 0) - (x < 0))


# name in the flat model -> (function of a number, function of an expression)
ELEMENTARY: dict[str, tuple[Callable[[float], float], Callable[[ca.SX], ca.SX]]] = {
    "Abs": (abs, ca.fabs),
    "Sign": (_sign, ca.sign),
    "Sqrt": (_safe(math.sqrt, "sqrt"), ca.sqrt),
    "Exp": (_safe(math.exp, "exp"), ca.exp),
    "Log": (_safe(math.log, "log"), ca.log),
    "Log10": (_safe(math.log10, "log10"), ca.log10),
    "Sin": (math.sin, ca.sin),
    "Cos": (math.cos, ca.cos),
    "Tan": (math.tan, ca.tan),
    "Asin": (_safe(math.asin, "asin"), ca.asin),
    "Acos": (_safe(math.acos, "acos"), ca.acos),
    "Atan": (math.atan, ca.atan),
    "Sinh": (_safe(math.sinh, "sinh"), ca.sinh),
    "Cosh": (_safe(math.cosh, "cosh"), ca.cosh),
    "Tanh": (math.tanh, ca.tanh),
    "Floor": (lambda x: float(math.floor(x)), ca.floor),
    "Integer": (lambda x: float(math.floor(x)), ca.floor),
    "Ceil": (lambda x: float(math.ceil(x)), ca.ceil),
}


def elementary(name: str, a: Scalar) -> Scalar:
    """Apply an elementary function by its name in the flat model."""
    known, symbolic = ELEMENTARY[name]
    return known(float(a)) if is_known(a) else symbolic(a)


def divide_whole(name: str, a: Scalar, b: Scalar) -> Scalar:
    """`div`, `mod` and `rem` with the signs that Modelica defines (section 3.7.2 of the language specification)."""
    if is_known(a) and is_known(b):
        if b == 0:
            raise NumberError(f"{name.lower()} by zero")
        if name == "Mod":
            return float(a - math.floor(a / b) * b)
        quotient = float(math.trunc(a / b))
        return quotient if name == "Div" else float(a - quotient * b)
    ratio = a / b
    if name == "Mod":
        return a - ca.floor(ratio) * b
    quotient = ca.if_else(ratio >= 0, ca.floor(ratio), ca.ceil(ratio))
    return quotient if name == "Div" else a - quotient * b
