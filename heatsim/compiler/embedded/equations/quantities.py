"""Scalar pieces of a model: variables, equations, assertions."""

from __future__ import annotations

from dataclasses import dataclass

import casadi as ca

from heatsim.compiler.embedded.equations.flat import Node, Variable, find_span
from heatsim.compiler.embedded.reading.sources import SourceMap, Span


@dataclass(frozen=True)
class Residual:
    """A scalar expression that must be zero.

    Attributes
    ----------
    expression : left side minus right side
    sides : the two sides, when the equation is written as an equation between two scalars
    """

    expression: ca.SX
    span: Span | None
    origin: str
    sides: tuple[ca.SX, ca.SX] | None = None

    def describe(self, sources: SourceMap) -> str:
        """Say which equation this is: its text and place."""
        text, place = sources.text(self.span), sources.place(self.span)
        what = f"'{text}'" if text and self.origin.startswith("equation") else f"the {self.origin}"
        return f"{what} ({place})" if place else what


@dataclass(frozen=True)
class Quantity:
    """A scalar variable of the model."""

    name: str
    variable: Variable
    index: tuple[int, ...]
    symbol: ca.SX


def is_fixed(quantity: Quantity) -> bool:
    """True when the declaration says `fixed=true` for this element."""
    fixed = quantity.variable.fixed
    if fixed is None:
        return False
    position = 0
    for size, i in zip(quantity.variable.dims, quantity.index, strict=True):
        position = position * size + i
    return fixed[position] if len(fixed) > 1 else fixed[0]


@dataclass(frozen=True)
class State(Quantity):
    """A scalar state with the symbol of its derivative."""

    derivative: ca.SX


@dataclass(frozen=True)
class Discrete(Quantity):
    """A scalar discrete variable with the symbol of its value before the event."""

    before: ca.SX

    @property
    def kind(self) -> str:
        """Type in the FMU: Real, Integer, Boolean or Enumeration."""
        return self.variable.shown_kind


@dataclass(frozen=True)
class Check:
    """A condition from an assertion; it holds when the expression is not 0."""

    condition: ca.SX
    message: str
    is_warning: bool


def message_text(node: Node, sources: SourceMap) -> str:
    """Write the message of an assertion; parts that depend on values are left as their source text."""
    kind, data = next(iter(node.items()))
    if kind == "Literal" and "String" in data["value"]:
        return str(data["value"]["String"])
    if kind == "Binary" and data["op"] in ("Add", "AddElem"):
        return message_text(data["lhs"], sources) + message_text(data["rhs"], sources)
    return "<" + sources.text(find_span(node)) + ">"
