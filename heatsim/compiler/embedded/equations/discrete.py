"""Discrete variables: their equations and what they start from.

Each discrete variable gets one expression for its value at an event, in terms of all variables, memories of relations
(`events`) and `pre` values:

- An equation between discrete variables gives the variable that stands alone on one of its sides.
- A variable that is assigned in a `when` has the value from `when_clauses`.

At the start `pre(v)` is the start value of v, unless initial equations say something else.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import casadi as ca
import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, maximum_bipartite_matching

from heatsim.compiler.embedded.equations import values as v
from heatsim.compiler.embedded.equations.quantities import Residual, is_fixed
from heatsim.compiler.embedded.reading.sources import Span
from heatsim.errors import CompilerError

if TYPE_CHECKING:
    from heatsim.compiler.embedded.equations.model import Model


@dataclass(frozen=True)
class DiscreteEquations:
    """Which equations of a model belong to its discrete variables, and the values these get."""

    continuous: list[Residual]
    next_values: dict[str, ca.SX]


def separate(model: Model, residuals: Sequence[Residual], assigned: Mapping[str, ca.SX]) -> DiscreteEquations:
    """Take the equations of discrete variables out of the equations of a model.

    Parameters
    ----------
    model : with all discrete variables declared
    residuals : all equations outside `when`
    assigned : values of the variables that `when` clauses assign

    Raises
    ------
    CompilerError
        A discrete variable has no equation or several, depends on something that changes continuously, or several
        depend on each other at the same moment.
    """
    if not model.discretes and not model.events.samples and not model.events.asks_initial:
        return DiscreteEquations(list(residuals), {})
    inputs = {name for name, item in model.discretes.items() if model.flat.is_top_input(item.variable)}
    open_names = [name for name in model.discretes if name not in assigned and name not in inputs]
    continuous: list[Residual] = []
    own: list[tuple[Residual, list[str]]] = []
    for residual in residuals:
        symbols = ca.symvar(residual.expression)
        is_own = any(symbol.name() in model.discretes for symbol in symbols) and model.is_constant(residual.expression)
        if is_own:
            own.append((residual, _candidates(model, residual, set(open_names))))
        else:
            continuous.append(_settled(model, residual))
    next_values = dict(assigned)
    for residual, name in zip((r for r, _ in own), _match(model, own, open_names, residuals), strict=True):
        left, right = residual.sides or (residual.expression, residual.expression)
        next_values[name] = right if _is(left, name) else left
    for name in inputs:
        next_values[name] = model.discretes[name].symbol
    _refuse_circles(model, next_values)
    return DiscreteEquations(continuous, next_values)


def _is(expression: ca.SX, name: str) -> bool:
    return bool(expression.is_symbolic()) and expression.name() == name


def settled(model: Model, expression: v.Scalar) -> v.Scalar:
    """Return what an expression is between events, where `pre(v)` is v and nothing is initial."""
    if v.is_known(expression):
        return expression
    found = [symbol for symbol in ca.symvar(expression) if symbol.name() in model.before]
    if not found:
        return expression
    now = ca.vertcat(*(model.before[symbol.name()].symbol for symbol in found))
    return ca.substitute(expression, ca.vertcat(*found), now)


def _settled(model: Model, residual: Residual) -> Residual:
    """Continuous equations are solved between events."""
    sources = model.flat.sources
    if any(symbol.name() == model.events.initial.name() for symbol in ca.symvar(residual.expression)):
        sources.refuse(
            residual.span,
            f"{residual.describe(sources)} gives a variable that is not discrete and depends on initial(); "
            "use initial equations or start values",
        )
    expression = settled(model, residual.expression)
    return residual if expression is residual.expression else replace(residual, expression=expression, sides=None)


def _missing_message(model: Model, name: str, residuals: Sequence[Residual]) -> tuple[Span | None, str]:
    """Say why a discrete variable has no value: often because it is equal to something that changes continuously."""
    sources = model.flat.sources
    for residual in residuals:
        for side, other in ((0, 1), (1, 0)):
            if residual.sides is not None and _is(residual.sides[side], name):
                changing = model.changing(residual.sides[other])
                if changing:
                    return residual.span, (
                        f"'{name}' is discrete, but '{changing[0]}' in {residual.describe(sources)} changes "
                        f"continuously; write the relation without noEvent, or assign '{name}' in a when clause"
                    )
    return model.discretes[name].variable.span, (
        f"no equation gives the discrete variable '{name}'; write one, or assign it in a when clause"
    )


def _candidates(model: Model, residual: Residual, unknown: set[str]) -> list[str]:
    """Return the variables that an equation between discrete variables can give."""
    if residual.sides is None:
        model.flat.sources.refuse(
            residual.span,
            f"{residual.describe(model.flat.sources)} does not say which discrete variable it gives; write it as "
            "variable = expression",
        )
    return [side.name() for side in residual.sides if side.is_symbolic() and side.name() in unknown]


def _match(
    model: Model, own: Sequence[tuple[Residual, list[str]]], names: Sequence[str], residuals: Sequence[Residual]
) -> list[str]:
    """Choose the variable that each equation gives."""
    numbers = {name: number for number, name in enumerate(names)}
    rows = [row for row, (_, found) in enumerate(own) for _ in found]
    columns = [numbers[name] for _, found in own for name in found]
    graph = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(own), len(names)))
    chosen = maximum_bipartite_matching(graph, perm_type="column") if own and names else np.full(len(own), -1)
    sources = model.flat.sources
    for (residual, _), column in zip(own, chosen, strict=True):
        if column < 0:
            sources.fail(
                residual.span,
                f"{residual.describe(sources)} gives no discrete variable that is not given already; remove it, or "
                "write it as variable = expression",
            )
    missing = sorted(set(range(len(names))) - {int(column) for column in chosen})
    if missing:
        span, message = _missing_message(model, names[missing[0]], residuals)
        sources.fail(span, message)
    return [names[int(column)] for column in chosen]


def _refuse_circles(model: Model, next_values: Mapping[str, ca.SX]) -> None:
    """Discrete variables must not depend on each other at the same moment."""
    names = list(next_values)
    numbers = {name: number for number, name in enumerate(names)}
    rows, columns = [], []
    for name, value in next_values.items():
        if model.flat.is_top_input(model.discretes[name].variable):
            continue
        for symbol in ca.symvar(value):
            if symbol.name() in numbers:
                rows.append(numbers[name])
                columns.append(numbers[symbol.name()])
    graph = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(names), len(names)))
    _, labels = connected_components(graph, directed=True, connection="strong")
    for row, column in zip(rows, columns, strict=True):
        if labels[row] == labels[column]:
            circle = [f"'{names[k]}'" for k in range(len(names)) if labels[k] == labels[row]]
            first = model.discretes[names[row]].variable
            raise CompilerError(
                f"{model.flat.sources.place(first.span)}: {', '.join(circle[:6])} "
                f"{'depends on itself' if len(circle) == 1 else 'depend on each other'} at the same moment; "
                "use pre(...) for the value before the event"
            )


def start_values(
    model: Model, initial: Sequence[Residual], assigned: Mapping[str, ca.SX], at_start: Container[str]
) -> dict[str, ca.SX]:
    """Return what initial equations say of discrete variables: the value of `pre(v)` at the start, by name of v."""
    sources = model.flat.sources
    given: dict[str, ca.SX] = {}
    for residual in initial:
        found = None
        for side, other in ((0, 1), (1, 0)):
            if residual.sides is None or not residual.sides[side].is_symbolic():
                continue
            name = residual.sides[side].name()
            if name in model.before:
                found = model.before[name].name, residual.sides[other]
            elif name in assigned and _is_open(model, name, at_start):
                found = name, residual.sides[other]  # no edge at the start, so v = pre(v)
            if found:
                break
        if found is None:
            sources.refuse(
                residual.span,
                f"{residual.describe(sources)} is an initial equation for a discrete variable that is not assigned in "
                "a when clause; write it as pre(variable) = expression",
            )
        if found[0] in given:
            sources.fail(residual.span, f"'{found[0]}' has two initial equations; remove one")
        if is_fixed(model.discretes[found[0]]):
            sources.fail(
                residual.span, f"'{found[0]}' has an initial equation and a start value with fixed=true; remove one"
            )
        given[found[0]] = found[1]
    return given


def is_discrete_initial(model: Model, residual: Residual, at_start: Container[str]) -> bool:
    """True when an initial equation has a discrete variable, or `pre` of one, alone on a side.

    A variable with `fixed=true`, or one that a clause with initial() gives (`at_start`), has a value already.
    """
    return residual.sides is not None and any(
        side.is_symbolic() and (_is_open(model, side.name(), at_start) or side.name() in model.before)
        for side in residual.sides
    )


def _is_open(model: Model, name: str, at_start: Container[str]) -> bool:
    return name in model.discretes and name not in at_start and not is_fixed(model.discretes[name])


def constant_values(model: Model, next_values: Mapping[str, ca.SX]) -> dict[str, ca.SX] | None:
    """Return discrete variables as expressions of parameters when no event can change them, else None."""
    events = model.events
    if events.held or events.time_relations or events.samples or model.flat.when_clauses:
        return None
    if any(model.flat.is_top_input(item.variable) for item in model.discretes.values()):
        return None
    values = dict(next_values)
    symbols = ca.vertcat(*(model.discretes[name].symbol for name in values)) if values else ca.SX(0, 1)
    for _ in range(len(values) + 1):
        expressions = ca.vertcat(*values.values()) if values else ca.SX(0, 1)
        names = {symbol.name() for symbol in ca.symvar(expressions)}
        if not names & set(model.discretes):
            # what depends on pre(...) or initial() changes in the course of the first event
            return None if names & {*model.before, events.initial.name()} else values
        values = dict(zip(values, ca.vertsplit(ca.substitute(expressions, symbols, expressions)), strict=True))
    return None
