"""Built-in functions and operators of Modelica.

Each is looked up by its name in the flat model; one that is missing here is refused with what to write instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import casadi as ca
import numpy as np

from heatsim.compiler.embedded.equations import streams
from heatsim.compiler.embedded.equations import values as v
from heatsim.compiler.embedded.equations.flat import Node, find_span

if TYPE_CHECKING:
    from heatsim.compiler.embedded.equations.expressions import Evaluator

INSTEAD = {
    "Delay": "model the transport delay with volumes in series",
    "SpatialDistribution": "model the pipe with volumes in series",
    "Terminal": "leave it out",
    "Reinit": "put it into a when clause",
}
# functions with an infinite value or slope somewhere: a harmless argument, and what moves an argument to where they are
# defined
_SINGULAR: dict[str, tuple[float, Callable[[ca.SX], ca.SX] | None]] = {
    "Sqrt": (1.0, ca.fabs),
    "Log": (1.0, lambda x: ca.fmax(x, v.SMALLEST)),
    "Log10": (1.0, lambda x: ca.fmax(x, v.SMALLEST)),
    "Asin": (0.0, lambda x: ca.fmax(ca.fmin(x, 1.0), -1.0)),
    "Acos": (0.0, lambda x: ca.fmax(ca.fmin(x, 1.0), -1.0)),
    "Tan": (0.0, None),
}
_STEPS = ("Floor", "Ceil", "Integer")


def call(evaluator: Evaluator, name: str, arguments: list[Node], node: Node) -> v.Value:
    """Evaluate a call of a built-in function.

    Parameters
    ----------
    evaluator : gives the values of the arguments
    name : name in the flat model, such as `Sqrt`
    arguments : expression nodes
    node : the call, for its place
    """
    handler = HANDLERS.get(name)
    if handler is not None:
        return handler(evaluator, arguments, node)
    if name in v.ELEMENTARY:
        return _elementary(evaluator, name, arguments, node)
    evaluator.refuse(
        node,
        f"'{name[:1].lower()}{name[1:]}' is not supported by the embedded compiler; "
        f"{INSTEAD.get(name, 'write it in another way')}",
    )


def _elementary(evaluator: Evaluator, name: str, arguments: list[Node], node: Node) -> v.Value:
    argument = evaluator.value(arguments[0])
    if name in _STEPS:
        return v.map1(lambda a: _step(evaluator, name, a, node), argument)
    if name in _SINGULAR:
        instead, extended = _SINGULAR[name]
        argument = v.map1(lambda a: evaluator.harmless(a, instead, extended), argument)
    if name == "Exp":
        argument = v.map1(lambda a: evaluator.harmless(a, 0.0), argument)
    return v.map1(lambda a: v.elementary(name, a), argument)


def _held(evaluator: Evaluator, expression: v.Scalar) -> bool:
    """True when the whole number of an expression must be held between events."""
    return not evaluator.event_free and isinstance(expression, ca.SX) and not evaluator.names.is_constant(expression)


def _step(evaluator: Evaluator, name: str, argument: v.Scalar, node: Node) -> v.Scalar:
    """`floor`, `integer` and `ceil`: held between events when the argument changes in time."""
    if not _held(evaluator, argument):
        return v.elementary(name, argument)
    if name == "Ceil":
        return -evaluator.names.whole("Floor", -argument, find_span(node))
    return evaluator.names.whole("Floor", argument, find_span(node))


def _der(evaluator: Evaluator, arguments: list[Node], node: Node) -> v.Value:
    def derivative(item: v.Scalar) -> v.Scalar:
        if not isinstance(item, ca.SX) or not item.is_symbolic():
            evaluator.refuse(
                node,
                "der(...) of an expression is not supported; give the expression a variable or expand the derivative",
            )
        return evaluator.names.derivative(item, find_span(node))

    return v.map1(derivative, evaluator.value(arguments[0]))


def _no_event(evaluator: Evaluator, arguments: list[Node], _node: Node) -> v.Value:
    with evaluator.without_events():
        return evaluator.value(arguments[0])


def _smooth(evaluator: Evaluator, arguments: list[Node], node: Node) -> v.Value:
    if evaluator.whole(arguments[0]) < 0:
        evaluator.refuse(node, "smooth with a negative order allows events; use noEvent(...)")
    with evaluator.without_events():
        return evaluator.value(arguments[1])


def _first(evaluator: Evaluator, arguments: list[Node], _node: Node) -> v.Value:
    return evaluator.value(arguments[0])


def _extreme(name: str) -> Callable[[Evaluator, list[Node], Node], v.Value]:
    known, symbolic = (min, ca.fmin) if name == "Min" else (max, ca.fmax)

    def two(a: v.Scalar, b: v.Scalar) -> v.Scalar:
        if v.is_known(a) and v.is_known(b):
            return known(a, b)
        return symbolic(a, b)

    def evaluate(evaluator: Evaluator, arguments: list[Node], node: Node) -> v.Value:
        items = [evaluator.value(argument) for argument in arguments]
        if len(items) == 2:
            return v.map2(two, items[0], items[1])
        if len(items) != 1 or not v.is_array(items[0]):
            evaluator.fail(node, f"{name.lower()} takes two arguments or one array")
        flat = v.flat_items(items[0])
        if not flat:
            evaluator.fail(node, f"{name.lower()} of an empty array")
        result = flat[0]
        for item in flat[1:]:
            result = two(result, item)
        return result

    return evaluate


def _sum(evaluator: Evaluator, arguments: list[Node], _node: Node) -> v.Value:
    return v.total(v.flat_items(evaluator.value(arguments[0])))


def _product(evaluator: Evaluator, arguments: list[Node], _node: Node) -> v.Value:
    result: v.Scalar = 1.0
    for item in v.flat_items(evaluator.value(arguments[0])):
        result = v.multiply(result, item)
    return result


def _size(evaluator: Evaluator, arguments: list[Node], node: Node) -> v.Value:
    value = evaluator.value(arguments[0])
    shape = value.shape if v.is_array(value) else ()
    if len(arguments) == 1:
        return v.as_array([float(n) for n in shape])
    axis = evaluator.whole(arguments[1])
    if not 1 <= axis <= len(shape):
        evaluator.fail(node, f"there is no dimension {axis} in a value with {len(shape)} dimensions")
    return float(shape[axis - 1])


def _ndims(evaluator: Evaluator, arguments: list[Node], _node: Node) -> v.Value:
    value = evaluator.value(arguments[0])
    return float(value.ndim) if v.is_array(value) else 0.0


def _fill(evaluator: Evaluator, arguments: list[Node], _node: Node) -> v.Value:
    return v.filled((evaluator.whole(n) for n in arguments[1:]), evaluator.scalar(arguments[0]))


def _constant_fill(number: float) -> Callable[[Evaluator, list[Node], Node], v.Value]:
    def evaluate(evaluator: Evaluator, arguments: list[Node], _node: Node) -> v.Value:
        return v.filled((evaluator.whole(n) for n in arguments), number)

    return evaluate


def _linspace(evaluator: Evaluator, arguments: list[Node], node: Node) -> v.Value:
    start, stop = evaluator.scalar(arguments[0]), evaluator.scalar(arguments[1])
    count = evaluator.whole(arguments[2])
    if count < 2:
        evaluator.fail(node, "linspace needs at least two points")
    return v.as_array([start + (stop - start) * (k / (count - 1)) for k in range(count)])


def _identity(evaluator: Evaluator, arguments: list[Node], _node: Node) -> v.Value:
    size = evaluator.whole(arguments[0])
    result = v.filled((size, size), 0.0)
    for k in range(size):
        result[k, k] = 1.0
    return result


def _diagonal(evaluator: Evaluator, arguments: list[Node], _node: Node) -> v.Value:
    items = v.flat_items(evaluator.value(arguments[0]))
    result = v.filled((len(items), len(items)), 0.0)
    for k, item in enumerate(items):
        result[k, k] = item
    return result


def _transpose(evaluator: Evaluator, arguments: list[Node], node: Node) -> v.Value:
    value = evaluator.value(arguments[0])
    if not v.is_array(value) or value.ndim != 2:
        evaluator.fail(node, "transpose needs a matrix")
    return value.T


def _scalar(evaluator: Evaluator, arguments: list[Node], _node: Node) -> v.Value:
    return evaluator.scalar(arguments[0])


def _vector(evaluator: Evaluator, arguments: list[Node], _node: Node) -> v.Value:
    return v.as_array(v.flat_items(evaluator.value(arguments[0])))


def _cat(evaluator: Evaluator, arguments: list[Node], node: Node) -> v.Value:
    axis = evaluator.whole(arguments[0])
    items = [evaluator.value(argument) for argument in arguments[1:]]
    if not all(v.is_array(item) and 1 <= axis <= item.ndim for item in items):
        evaluator.fail(node, "cat needs arrays of that dimension")
    return np.concatenate(items, axis=axis - 1)


def _atan2(evaluator: Evaluator, arguments: list[Node], _node: Node) -> v.Value:
    def two(a: v.Scalar, b: v.Scalar) -> v.Scalar:
        if v.is_known(a) and v.is_known(b):
            return float(np.arctan2(a, b))
        return ca.atan2(a, evaluator.harmless(b))

    return v.map2(two, evaluator.value(arguments[0]), evaluator.value(arguments[1]))


def _whole_division(name: str) -> Callable[[Evaluator, list[Node], Node], v.Value]:
    def evaluate(evaluator: Evaluator, arguments: list[Node], node: Node) -> v.Value:
        def two(a: v.Scalar, b: v.Scalar) -> v.Scalar:
            b = evaluator.harmless(b)
            ratio = v.tidy(v.divide(a, b))
            if not _held(evaluator, ratio):
                return v.divide_whole(name, a, b)
            if name == "Mod":
                return a - evaluator.names.whole("Floor", ratio, find_span(node)) * b
            quotient = evaluator.names.whole("Truncate", ratio, find_span(node))
            return quotient if name == "Div" else a - quotient * b

        items = [evaluator.value(argument) for argument in arguments]
        return v.map2(two, items[0], items[1])

    return evaluate


def _pre(evaluator: Evaluator, arguments: list[Node], node: Node) -> v.Value:
    def before(item: v.Scalar) -> v.Scalar:
        if v.is_known(item) or evaluator.names.is_parametric(item):
            return item
        if not item.is_symbolic():
            evaluator.refuse(node, "pre(...) of an expression; give the expression a discrete variable")
        return evaluator.names.before_event(item, evaluator.inside_when > 0, find_span(node))

    return v.map1(before, evaluator.value(arguments[0]))


def _edge(evaluator: Evaluator, arguments: list[Node], node: Node) -> v.Value:
    now, before = evaluator.value(arguments[0]), _pre(evaluator, arguments, node)
    return v.map2(lambda a, b: v.logical("and", a, v.logical("not", b)), now, before)


def _change(evaluator: Evaluator, arguments: list[Node], node: Node) -> v.Value:
    now, before = evaluator.value(arguments[0]), _pre(evaluator, arguments, node)
    return v.map2(lambda a, b: v.compare("Neq", a, b), now, before)


def _initial(evaluator: Evaluator, _arguments: list[Node], _node: Node) -> v.Value:
    return evaluator.names.initial()


def _sample(evaluator: Evaluator, arguments: list[Node], node: Node) -> v.Value:
    if len(arguments) != 2:
        evaluator.refuse(node, "sample of a clock is not supported; write sample(start, interval)")
    start, interval = (evaluator.scalar(argument) for argument in arguments)
    for item in (start, interval):
        if isinstance(item, (str, bool)) or (isinstance(item, ca.SX) and not evaluator.names.is_parametric(item)):
            evaluator.refuse(node, "sample needs a start and an interval in s that depend on parameters only")
    if v.is_known(interval) and interval <= 0:
        evaluator.fail(node, f"the interval of a sample must be positive, not {interval:g} s")
    return evaluator.names.sample(start, interval, find_span(node))


def _semi_linear(evaluator: Evaluator, arguments: list[Node], _node: Node) -> v.Value:
    x, up, down = (evaluator.scalar(argument) for argument in arguments)
    return v.if_else(v.compare("Ge", x, 0.0), v.multiply(up, x), v.multiply(down, x))


HANDLERS: dict[str, Callable[[Evaluator, list[Node], Node], v.Value]] = {
    "Pre": _pre,
    "Edge": _edge,
    "Change": _change,
    "Initial": _initial,
    "Sample": _sample,
    "Der": _der,
    "NoEvent": _no_event,
    "Smooth": _smooth,
    "Homotopy": _first,  # the actual expression; the simplified one only helps solvers that we do not use
    "Min": _extreme("Min"),
    "Max": _extreme("Max"),
    "Sum": _sum,
    "Product": _product,
    "Size": _size,
    "Ndims": _ndims,
    "Fill": _fill,
    "Zeros": _constant_fill(0.0),
    "Ones": _constant_fill(1.0),
    "Linspace": _linspace,
    "Identity": _identity,
    "Diagonal": _diagonal,
    "Transpose": _transpose,
    "Scalar": _scalar,
    "Vector": _vector,
    "Cat": _cat,
    "Atan2": _atan2,
    "Mod": _whole_division("Mod"),
    "Rem": _whole_division("Rem"),
    "Div": _whole_division("Div"),
    "SemiLinear": _semi_linear,
    "InStream": streams.in_stream,
    "ActualStream": streams.actual_stream,
}
