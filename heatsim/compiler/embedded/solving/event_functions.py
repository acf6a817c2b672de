"""CasADi functions for events: what changes, when, and from what it starts.

The held values q of a model are its discrete variables, then the memories of time relations, then those of other
relations and whole numbers, in the order of `Hybrid`. The FMU iterates them at an event (`model_exchange.c`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import casadi as ca

from heatsim.compiler.embedded.equations.assembly import Hybrid, System, held_symbols
from heatsim.compiler.embedded.equations.events import WIDTH, Indicator
from heatsim.compiler.embedded.equations.quantities import Check, Discrete
from heatsim.compiler.embedded.solving.initial import start_attribute
from heatsim.compiler.embedded.solving.loops import FunctionMaker, column, nominal_value


@dataclass(frozen=True)
class EventFunctions:
    """Functions of a model with events.

    Attributes
    ----------
    event : (t, x, u, p, q, pre, flags) -> (d, held, reinit, thresholds, holds, residuals): discrete variables and held
        relations as they are now, states after `reinit`, the times of time events, assertions of active `when` clauses;
        flags are that of the start and those of samples
    indicators : (t, x, u, p, q) -> z
    before : (t, x, u, p, q) -> pre at the start (does not depend on q)
    samples : p -> (start, interval)
    """

    event: ca.Function
    indicators: ca.Function
    before: ca.Function
    samples: ca.Function
    discretes: tuple[Discrete, ...]
    inputs: frozenset[str]  # names of those that are given from outside
    outputs: tuple[str, ...]  # names of those that are outputs
    indicator_texts: tuple[str, ...]  # the relations that indicators belong to
    time_after: tuple[bool, ...]  # values of the time relations behind their thresholds
    time_late: tuple[bool, ...]  # whether they change just after their thresholds, not at them
    held_names: tuple[str, ...]
    checks: tuple[Check, ...]


def build_event_functions(system: System, maker: FunctionMaker, starts: Sequence[float]) -> EventFunctions:
    """Build the functions of a model with events; `starts` are the states at the start with default parameters."""
    hybrid = system.hybrid
    events = hybrid.events
    pre = column([item.before for item in hybrid.discretes])
    flags = column([events.initial, *(sample.symbol for sample in events.samples)])
    event = maker.make(
        "hs_event",
        {
            "d": list(hybrid.next_values),
            "held": [item.exact for item in events.held],
            "reinit": [hybrid.reinits.get(state.name, state.symbol) for state in system.states],
            "thresholds": [item.threshold for item in events.time_relations],
            "holds": [check.condition for check in hybrid.checks],
        },
        {"pre": pre, "flags": flags},
        with_residuals=True,
    )
    indicators = [indicator for item in events.held for indicator in item.indicators]
    widths = _widths(system, maker, indicators, starts)
    z = [ca.SX(item.margin + ca.SX(width) * item.sign) for item, width in zip(indicators, widths, strict=True)]
    settled = [_between_events(hybrid, expression) for expression in z]
    p = maker.arguments[maker.names.index("p")]
    first = [sample.start for sample in events.samples]
    intervals = [sample.interval for sample in events.samples]
    return EventFunctions(
        event=event,
        indicators=maker.make("hs_indicators", {"z": settled}),
        before=maker.make("hs_before", {"pre": _before(system, maker)}),
        samples=ca.Function("hs_samples", [p], [column(first), column(intervals)], ["p"], ["start", "interval"]),
        discretes=hybrid.discretes,
        inputs=frozenset(item.name for item in system.discrete_inputs),
        outputs=tuple(item.name for item in system.discrete_outputs),
        indicator_texts=tuple(item.text for item in events.held for _ in item.indicators),
        time_after=tuple(item.after for item in events.time_relations),
        time_late=tuple(item.is_late for item in events.time_relations),
        held_names=(
            *(item.name for item in hybrid.discretes),
            *(item.text for item in events.time_relations),
            *(item.text for item in events.held),
        ),
        checks=hybrid.checks,
    )


def _between_events(hybrid: Hybrid, expression: ca.SX) -> ca.SX:
    """Indicators are looked at between events, where `pre(v)` is v and nothing is initial."""
    before = column([*(item.before for item in hybrid.discretes), hybrid.events.initial])
    now = column([*(item.symbol for item in hybrid.discretes), ca.SX(0)])
    return ca.substitute(expression, before, now)


def _before(system: System, maker: FunctionMaker) -> list[ca.SX]:
    """Return `pre` of all discrete variables at the start."""
    result = []
    q = maker.arguments[maker.names.index("q")]
    for item in system.hybrid.discretes:
        expression = system.hybrid.starts.get(item.name)
        if expression is None:
            expression = ca.SX(start_attribute(system, item))
        if ca.depends_on(maker.solution.resolve(expression), q):
            system.flat.sources.fail(
                item.variable.span,
                f"the initial equation of '{item.name}' depends on another discrete value; use states, inputs and "
                "parameters in it",
            )
        result.append(expression)
    return result


def _widths(system: System, maker: FunctionMaker, indicators: list[Indicator], starts: Sequence[float]) -> list[float]:
    """Return the width of the dead band of each indicator: from sizes at the start and nominal attributes."""
    function = maker.make("hs_sizes", {"sizes": [_between_events(system.hybrid, item.size) for item in indicators]})
    table = system.table
    p = maker.arguments[maker.names.index("p")]
    values = {parameter.name: parameter.value for parameter in system.parameters}
    point: list[float | list[float]] = [
        0.0,
        list(starts),
        [float(table.default(start_attribute(system, quantity))) for quantity in system.inputs],
        [values[symbol.name()] for symbol in ca.vertsplit(p)] if p.numel() else [],
        [float(table.default(start_attribute(system, item))) for item in system.hybrid.discretes]
        + [0.0] * (len(held_symbols(system.hybrid)) - len(system.hybrid.discretes)),
    ]
    sizes = function.call([ca.DM(item) for item in point])[0].full().ravel() if indicators else []
    quantities = {item.name: item for item in (*system.states, *system.algebraic, *system.inputs)}
    widths = []
    for item, size in zip(indicators, sizes, strict=True):
        largest = float(size) if math.isfinite(size) else 0.0
        for symbol in ca.symvar(item.margin):
            quantity = quantities.get(symbol.name())
            if quantity is not None and quantity.variable.nominal is not None:
                largest = max(largest, nominal_value(system, quantity))
        widths.append(WIDTH * (largest or 1.0))
    return widths
