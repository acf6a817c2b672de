"""What the solvers see of a unit: named signals and one CasADi function.

A `Block` comes from an FMU (`Fmu.block`) or from a continuous unit written in Python. It carries the names, units,
start values and magnitudes of its inputs, outputs, states and parameters, and `f(t, x, u, p) -> (ode, y)`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import casadi as ca
import numpy as np

_SUBSCRIPT = re.compile(r"^(?P<base>.+)\[(?P<index>\d+(?:,\d+)*)\]$")


@dataclass(frozen=True)
class Port:
    """A scalar signal, state or parameter of a unit.

    Attributes
    ----------
    name
        Name within the unit; an element of an array ends in its subscript, `T[3]`.
    unit
        Unit string; "" means that none was declared and none is checked.
    start
        Start value (state), default (parameter, input) or value before the first tick (sampled output), in `unit`.
    nominal
        Magnitude; scales the solver's absolute tolerance.
    description
        One sentence; becomes the `long_name` of results.
    minimum, maximum
        Range the quantity is meant for, or None.
    """

    name: str
    unit: str = "1"
    start: float | None = 0.0
    nominal: float = 1.0
    description: str = ""
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class Block:
    """A continuous unit ready for the solvers.

    Attributes
    ----------
    name
        Name for messages.
    inputs, outputs, states, parameters
        Ports in the order of the arguments of `function`.
    function
        CasADi function `f(t, x, u, p) -> (ode, y)` of column vectors.
    parameter_values
        Values of `parameters`, shape (n_parameters,).
    initial_states
        State vector at the start, shape (n_states,).
    symbolic
        True when `function` is an SX function, so that it can be merged into one graph.
    checks
        Assertions `(t, x, u, p) -> holds` and their messages, or None.
    start
        State vector at the start from time and inputs, for a unit whose initial equations depend on them; else None.
    """

    name: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    states: tuple[Port, ...]
    parameters: tuple[Port, ...]
    function: ca.Function
    parameter_values: np.ndarray = field(repr=False)
    initial_states: np.ndarray = field(repr=False)
    symbolic: bool = True
    checks: tuple[ca.Function, tuple[str, ...]] | None = None
    start: Callable[[float, np.ndarray], np.ndarray] | None = field(default=None, repr=False)


def split_subscript(name: str) -> tuple[str, tuple[int, ...]]:
    """Split `tank.T[3]` into (`tank.T`, (3,)); a scalar name gives an empty tuple."""
    match = _SUBSCRIPT.match(name)
    if match is None:
        return name, ()
    return match["base"], tuple(int(i) for i in match["index"].split(","))


def array_shapes(names: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """Shape of each complete array among scalar names: `T[1], T[2], P` gives `{"T": (2,)}`.

    An array with missing elements is not listed, so its elements stay scalars.
    """
    members: dict[str, set[tuple[int, ...]]] = {}
    for name in names:
        base, index = split_subscript(name)
        if index:
            members.setdefault(base, set()).add(index)
    shapes: dict[str, tuple[int, ...]] = {}
    for base, indices in members.items():
        ranks = {len(i) for i in indices}
        if len(ranks) != 1:
            continue
        shape = tuple(max(axis) for axis in zip(*indices, strict=True))
        if int(np.prod(shape)) == len(indices) and min(min(i) for i in indices) >= 1:
            shapes[base] = shape
    return shapes


def element_names(base: str, shape: tuple[int, ...]) -> list[str]:
    """Names of the elements of an array in row-major order: `T[1]`, `T[2]`, …"""
    return [f"{base}[{','.join(str(i + 1) for i in index)}]" for index in np.ndindex(*shape)]


def matches(pattern: str, name: str) -> bool:
    """Whether a name fits a pattern with `*` and `?`; brackets are subscripts here, not character classes."""
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, name) is not None
