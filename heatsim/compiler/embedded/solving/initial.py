"""Start values of the states.

A state starts from its `start` attribute, or from initial equations when these determine it. Initial equations may hold
derivatives and all other variables, as in `der(T) = 0`; then they are solved together with the equations of the model.
As many start attributes count as are needed for one solution: those with `fixed=true` always, and of the others rather
those of states that the initial equations do not mention.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import casadi as ca
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from heatsim.compiler.embedded.equations import values as v
from heatsim.compiler.embedded.equations.assembly import System
from heatsim.compiler.embedded.equations.parameters import fit
from heatsim.compiler.embedded.equations.quantities import Quantity, Residual, State, is_fixed
from heatsim.compiler.embedded.solving.blocks import Solution, solve
from heatsim.compiler.embedded.solving.sorting import Block, StructureError, incidence, sort
from heatsim.errors import CompilerError

# what the sorting advises, and what is to be done when it is about the start
_ADVICE = {
    "take an equation away, or give it an unknown": "take an initial equation or a fixed=true away",
    "add an equation, or make it an input or a parameter": "add an initial equation",
}
_PLACE = re.compile(r"([^:]*(?::[\\/][^:]*)?:\d+:\d+: )?(.*)", re.DOTALL)


def start_attribute(system: System, quantity: Quantity) -> v.Scalar:
    """Return the `start` attribute of one element: a number or an expression of settable parameters.

    Raises
    ------
    CompilerError
        The start value depends on a variable.
    """
    variable = quantity.variable
    if variable.start is None:
        return 1.0 if variable.kind == "Enumeration" else 0.0
    value = fit(system.evaluator.value(variable.start), variable, system.evaluator)
    item = v.tidy(value[quantity.index] if v.is_array(value) else value)
    if isinstance(item, ca.SX) and not system.table.is_parametric(item):
        system.flat.sources.fail(
            variable.span, f"the start value of '{quantity.name}' depends on a variable; use parameters"
        )
    return float(item) if v.is_known(item) else item


def start_values(system: System) -> list[ca.SX]:
    """Return the start attribute of each state, in the order of `system.states`: a first guess where initial equations
    say more."""
    return [ca.SX(start_attribute(system, state)) for state in system.states]


@dataclass(frozen=True)
class Start:
    """How the states start.

    Attributes
    ----------
    solution : of the initial equations, in time, inputs, parameters and those states whose start attributes count;
        empty when start attributes are all there is
    states : start of each state, to be resolved with the solution
    """

    solution: Solution
    states: tuple[ca.SX, ...]


def solve_start(system: System) -> Start:
    """Find the start values of all states.

    Raises
    ------
    CompilerError
        Initial equations contradict each other or do not determine what is in them.
    """
    fixed_algebraic = [quantity for quantity in system.algebraic if is_fixed(quantity)]
    initial = list(system.initial_residuals)
    for quantity in fixed_algebraic:
        expression = quantity.symbol - start_attribute(system, quantity)
        origin = f"start value of '{quantity.name}', which has fixed=true,"
        initial.append(Residual(v.as_expression(expression), quantity.variable.span, origin))
    attributes = start_values(system)
    if not initial:
        return Start(Solution(), tuple(attributes))
    try:
        return _solve(system, initial, attributes)
    except CompilerError as error:
        place, reason = _PLACE.match(str(error)).groups()  # type: ignore[union-attr] # the pattern takes every text
        located = CompilerError(f"{place or ''}initial equations: {reason}")
        located.details = error.details
        raise located from error


def _solve(system: System, initial: Sequence[Residual], attributes: Sequence[ca.SX]) -> Start:
    sources = system.flat.sources
    given = {state.name: start for state, start in zip(system.states, attributes, strict=True) if is_fixed(state)}
    residuals = [
        replace(item, expression=_at_start(system, item.expression), sides=None)
        for item in (*initial, *system.residuals)
    ]
    free = [state for state in system.states if state.name not in given]
    others = [state.derivative for state in system.states] + [quantity.symbol for quantity in system.algebraic]
    for state in _assumed_fixed(residuals, len(initial), free, others):
        given[state.name] = attributes[system.states.index(state)]
    unknowns = [state.symbol for state in free if state.name not in given] + others
    try:
        order = sort(residuals, unknowns, frozenset(), sources)  # at the start, states are unknowns as others
    except StructureError as error:
        raise _with_places(error, system, residuals, unknowns, given) from None
    wanted = [state.name for state in free if state.name not in given]
    order = _needed(order, residuals, unknowns, wanted)
    defaults = {parameter.name: parameter.value for parameter in system.parameters}
    solution = solve(residuals, unknowns, order, sources, defaults)
    return Start(solution, tuple(given.get(state.name, state.symbol) for state in system.states))


def _with_places(
    error: StructureError,
    system: System,
    residuals: Sequence[Residual],
    unknowns: Sequence[ca.SX],
    given: Mapping[str, ca.SX],
) -> CompilerError:
    """Return the error of initial equations without a solution with the first place, and all equations as details.

    Parameters
    ----------
    residuals, unknowns : at the start, initial equations first
    given : states whose start attributes count
    """
    sources = system.flat.sources
    spans = [residuals[row].span for row in sorted(error.rows)]
    owners: dict[str, Quantity] = {state.derivative.name(): state for state in system.states}
    owners |= {quantity.symbol.name(): quantity for quantity in (*system.states, *system.algebraic)}
    names = [unknowns[column].name() for column in error.columns]
    spans += [owners[name].variable.span for name in names if name in owners]
    place = next((found for found in map(sources.place, spans) if found), "")
    in_question = {symbol.name() for row in error.rows for symbol in ca.symvar(residuals[row].expression)}
    fixed = sorted(state.name for state in system.states if is_fixed(state) and state.name in in_question & set(given))
    hint = f"; fixed=true already gives the start of {', '.join(fixed[:6])}" if fixed else ""
    reason = str(error)
    for advice, at_start in _ADVICE.items():
        reason = reason.replace(advice, at_start)
    located = CompilerError(f"{place + ': ' if place else ''}{reason}{hint}")
    count = len(residuals) - len(system.residuals)
    located.details = (
        f"unknowns at the start: {len(unknowns)}, initial equations: {count}, equations: {len(system.residuals)}",
        *(f"  in question: {residuals[row].describe(sources)}" for row in sorted(error.rows)),
        *(f"  not determined: '{name}'" for name in names),
    )
    return located


def _put_in(expression: ca.SX, symbols: Sequence[ca.SX], values: Sequence[ca.SX]) -> ca.SX:
    return ca.substitute(expression, ca.vertcat(*symbols), ca.vertcat(*values)) if symbols else expression


def _at_start(system: System, expression: ca.SX) -> ca.SX:
    """Replace what is held between events by what it is at the start."""
    hybrid = system.hybrid
    if hybrid.is_empty:
        return expression
    symbols = [hybrid.events.initial, *(sample.symbol for sample in hybrid.events.samples)]
    values = [ca.SX(1), *(ca.SX(0) for _ in hybrid.events.samples)]
    for item, value in zip(hybrid.discretes, hybrid.next_values, strict=True):
        before = hybrid.starts.get(item.name)
        symbols += [item.before, item.symbol]
        values += [v.as_expression(start_attribute(system, item)) if before is None else before, value]
    for relation in hybrid.events.time_relations:
        symbols.append(relation.symbol)
        passed = system.time > relation.threshold if relation.is_late else system.time >= relation.threshold
        values.append(passed if relation.after else ca.logic_not(passed))
    for held in hybrid.events.held:
        symbols.append(held.symbol)
        values.append(held.exact)
    names = {symbol.name() for symbol in symbols}
    for _ in range(len(symbols) + 1):
        if not any(symbol.name() in names for symbol in ca.symvar(expression)):
            return expression
        expression = _put_in(expression, symbols, values)
    inputs = ", ".join(item.name for item in system.discrete_inputs) or "relations that depend on each other"
    raise CompilerError(f"they depend on discrete values that are not known at the start ({inputs}); use parameters")


def _assumed_fixed(
    residuals: Sequence[Residual], count: int, free: Sequence[State], others: Sequence[ca.SX]
) -> list[State]:
    """Choose the states without `fixed=true` whose start attributes count, so that there is one solution.

    Parameters
    ----------
    residuals : all equations at the start, of which the first `count` are initial equations
    """
    unknowns = [state.symbol for state in free] + list(others)
    missing = len(unknowns) - len(residuals)
    if missing <= 0:
        return []
    occurrences = incidence([item.expression for item in residuals], unknowns)
    mentioned = {symbol.name() for item in residuals[:count] for symbol in ca.symvar(item.expression)}
    # every unknown must get an equation; start attributes are dear, those of states in initial equations dearest
    rows = [row for row, found in enumerate(occurrences) for _ in found] + [
        len(residuals) + number for number in range(len(free))
    ]
    columns = [column for found in occurrences for column in found] + list(range(len(free)))
    prices = [1.0] * (len(rows) - len(free)) + [
        2000.0 if state.name in mentioned or state.derivative.name() in mentioned else 1000.0 for state in free
    ]
    graph = csr_matrix((prices, (rows, columns)), shape=(len(residuals) + len(free), len(unknowns)))
    try:
        chosen_rows, _ = min_weight_full_bipartite_matching(graph)
    except ValueError:
        return []  # no choice makes it solvable: sorting says what is wrong
    return [free[row - len(residuals)] for row in chosen_rows if row >= len(residuals)]


def _needed(
    order: Sequence[Block], residuals: Sequence[Residual], unknowns: Sequence[ca.SX], wanted: Sequence[str]
) -> list[Block]:
    """Return the blocks that the wanted unknowns depend on."""
    names = set(wanted)
    kept: list[Block] = []
    for block in reversed(order):
        if any(unknowns[column].name() in names for column in block.columns):
            kept.append(block)
            for row in block.rows:
                names |= {symbol.name() for symbol in ca.symvar(residuals[row].expression)}
    return kept[::-1]
