"""Events: values that are held between events, and the moments at which they may change.

A relation on variables that change continuously, outside `noEvent`, becomes a memory: a symbol that is constant while
time goes on, so that the right-hand side has no jumps, and that gets the exact value of the relation at events. So do
whole numbers such as `floor(x)`. Each has indicators, which cross zero where the memory is no longer right:

- A relation `left > right` has the indicator `left - right + (2 m - 1) eps` with the memory m. The small width eps
  (`WIDTH` times the size of the two sides) keeps the indicator away from zero after an event, so that integrators
  notice the next crossing, and makes sure that the exact relation has changed at the crossing.
- A relation on time and on what is constant between events, such as `time >= T`, is a time event: the FMU announces the
  moment, and no integrator steps over it.

Appendix C of the Modelica language specification defines the meaning: at an event all equations hold with `pre` values
fixed, and the event repeats until no discrete variable differs from its `pre` value.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field

import casadi as ca

from heatsim.compiler.embedded.equations import values as v
from heatsim.compiler.embedded.reading.sources import SourceMap, Span

WIDTH = 1e-9  # of an indicator's dead band, relative to the size of what is compared


@dataclass(frozen=True)
class Indicator:
    """An expression that crosses zero at an event, once `sign` times its width is added.

    Attributes
    ----------
    margin : the expression without the dead band
    sign : +1 or -1 (an expression of the memory): the side on which the margin lies
    size : expression of the size of what is compared
    """

    margin: ca.SX
    sign: ca.SX
    size: ca.SX


@dataclass(frozen=True)
class Held:
    """A value that is constant between events: a relation (0 or 1) or a whole number."""

    symbol: ca.SX
    exact: ca.SX
    indicators: tuple[Indicator, ...]
    text: str


@dataclass(frozen=True)
class TimeRelation:
    """A relation that changes when time reaches a threshold, which is constant between events."""

    symbol: ca.SX
    threshold: ca.SX
    after: bool  # its value behind the threshold
    is_late: bool  # it changes just after the threshold, as `time > T` does, and not at it
    text: str


@dataclass(frozen=True)
class Sample:
    """`sample(start, interval)`: true at the moments start + k*interval."""

    symbol: ca.SX
    start: ca.SX
    interval: ca.SX
    span: Span | None


@dataclass
class Events:
    """What the equations of a model hold between events."""

    sources: SourceMap
    time: ca.SX
    held: list[Held] = field(default_factory=list)
    time_relations: list[TimeRelation] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    constant_names: set[str] = field(default_factory=set)  # symbols that are constant between events
    initial: ca.SX = field(default_factory=lambda: ca.SX.sym("initial()"))
    asks_initial: bool = False  # some expression has it

    def __post_init__(self) -> None:
        self.constant_names.add(self.initial.name())

    def is_constant(self, expression: ca.SX, parameters: Container[str]) -> bool:
        """True when an expression is constant between events."""
        return not self.changing(expression, parameters)

    def changing(self, expression: ca.SX, parameters: Container[str]) -> list[str]:
        """Return the names in an expression that change between events."""
        names = [symbol.name() for symbol in ca.symvar(expression)]
        return [name for name in names if name not in parameters and name not in self.constant_names]

    def relation(
        self, operator: str, left: v.Scalar, right: v.Scalar, parameters: Container[str], span: Span | None
    ) -> ca.SX:
        """Return the memory of a relation; `operator` is Lt, Le, Gt or Ge."""
        text = self.sources.text(span)
        left, right = v.as_expression(left), v.as_expression(right)
        margin = left - right if operator in ("Gt", "Ge") else right - left
        slope = ca.densify(ca.jacobian(margin, self.time))
        if slope.is_constant() and not slope.is_zero():
            rest = ca.substitute(margin, self.time, ca.SX(0))
            if self.is_constant(rest, parameters):
                symbol = self._symbol(f"time relation {len(self.time_relations)}")
                rises = float(slope) > 0
                is_late = (operator in ("Gt", "Lt")) == rises
                self.time_relations.append(TimeRelation(symbol, -rest / slope, rises, is_late, text))
                return symbol
        symbol = self._symbol(f"relation {len(self.held)}")
        exact = v.compare(operator, left, right)
        size = v.as_expression(ca.fmax(ca.fabs(left), ca.fabs(right)))
        self.held.append(Held(symbol, exact, (Indicator(margin, v.as_expression(2 * symbol - 1), size),), text))
        return symbol

    def floor(self, argument: ca.SX, span: Span | None) -> ca.SX:
        """Return the memory of floor(argument)."""
        symbol = self._symbol(f"relation {len(self.held)}")
        one = ca.SX(1)
        indicators = (Indicator(argument - symbol, one, one), Indicator(symbol + 1 - argument, one, one))
        self.held.append(Held(symbol, ca.floor(argument), indicators, self.sources.text(span)))
        return symbol

    def truncate(self, argument: ca.SX, span: Span | None) -> ca.SX:
        """Return the memory of an argument without its fraction, towards zero."""
        symbol = self._symbol(f"relation {len(self.held)}")
        one = ca.SX(1)
        below = ca.if_else(symbol <= 0, symbol - 1, symbol)
        above = ca.if_else(symbol >= 0, symbol + 1, symbol)
        indicators = (Indicator(argument - below, one, one), Indicator(above - argument, one, one))
        exact = ca.if_else(argument >= 0, ca.floor(argument), ca.ceil(argument))
        self.held.append(Held(symbol, exact, indicators, self.sources.text(span)))
        return symbol

    def actual(self, expression: ca.SX) -> ca.SX | None:
        """Return an expression with held relations as they are now; None when none is held in it."""
        names = {symbol.name() for symbol in ca.symvar(expression)}
        found = [item for item in self.held if item.symbol.name() in names]
        if not found:
            return None
        symbols = ca.vertcat(*(item.symbol for item in found))
        return ca.substitute(expression, symbols, ca.vertcat(*(item.exact for item in found)))

    def sample(self, start: v.Scalar, interval: v.Scalar, span: Span | None) -> ca.SX:
        """Return the symbol that is 1 at the moments of a sample and 0 otherwise."""
        symbol = self._symbol(f"sample {len(self.samples)}")
        self.samples.append(Sample(symbol, v.as_expression(start), v.as_expression(interval), span))
        return symbol

    def _symbol(self, name: str) -> ca.SX:
        self.constant_names.add(name)
        return ca.SX.sym(name)
