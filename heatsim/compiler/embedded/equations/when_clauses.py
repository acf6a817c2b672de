"""`when` clauses: what discrete variables and states become while a condition has an edge.

A condition that is not a Boolean variable already becomes a hidden one, so that its edge can be seen. Several
conditions `{a, b}` each have their own edge. Statements inside a clause are evaluated as they stand, at the event:
relations in them make no events of their own (section 8.3.5 of the language specification).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import casadi as ca

from heatsim.compiler.embedded.equations import values as v
from heatsim.compiler.embedded.equations.flat import Node, WhenBranch, find_span, is_warning
from heatsim.compiler.embedded.equations.parameters import fit, scalar_names
from heatsim.compiler.embedded.equations.quantities import Check, message_text
from heatsim.compiler.embedded.reading.sources import Span

if TYPE_CHECKING:
    from heatsim.compiler.embedded.equations.model import Model


@dataclass
class Outcome:
    """What `when` clauses do at an event, each as an expression that holds whether they are active or not.

    Attributes
    ----------
    assigned : value of each discrete variable that is assigned, by scalar name
    reinits : value of each state that is set, by scalar name
    checks : assertions inside of clauses
    conditions : values of the hidden Boolean variables
    at_start : names of the variables that a clause with initial() gives their values at the start
    """

    assigned: dict[str, ca.SX] = field(default_factory=dict)
    reinits: dict[str, ca.SX] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)
    conditions: dict[str, ca.SX] = field(default_factory=dict)
    at_start: set[str] = field(default_factory=set)


def evaluate(model: Model) -> Outcome:
    """Evaluate all `when` clauses of a model, whose equations have been evaluated already.

    Raises
    ------
    CompilerError
        A variable is assigned in two clauses, or a state is set that is none.
    UnsupportedModelicaError
        A statement that the compiler does not take.
    """
    outcome = Outcome()
    for clause in model.flat.when_clauses:
        _clause(model, clause, outcome)
    return outcome


def assigned_names(clauses: Sequence[Sequence[WhenBranch]]) -> set[str]:
    """Return the names of all variables that are assigned in `when` clauses: they are discrete, also without saying."""
    found: set[str] = set()

    def collect(statements: Sequence[Node]) -> None:
        for statement in statements:
            kind, data = next(iter(statement.items()))
            if kind == "Assign":
                found.add(data["target"])
            elif kind == "Conditional":
                for _, inner in data["branches"]:
                    collect(inner)
                collect(data["else_branch"] or [])

    for clause in clauses:
        for branch in clause:
            collect(branch.statements)
    return found


def _clause(model: Model, clause: Sequence[WhenBranch], outcome: Outcome) -> None:
    """Evaluate one clause with its `elsewhen` branches."""
    earlier: v.Scalar = False
    branches: list[tuple[v.Scalar, _Branch]] = []
    for branch in clause:
        edge = _edge(model, branch.condition, outcome)
        run = _run(model, branch.statements)
        branches.append((v.logical("and", edge, v.logical("not", earlier)), run))
        if _has_initial(branch.condition):
            outcome.at_start |= set(run.assigned)
        earlier = v.logical("or", earlier, edge)
    for name in {name: None for _, run in branches for name in run.assigned}:
        if name in outcome.assigned:
            model.flat.sources.fail(
                clause[0].span, f"'{name}' is assigned in two when clauses; use one clause with elsewhen"
            )
        outcome.assigned[name] = _choose(branches, "assigned", name, model.discretes[name].before)
    for name in {name: None for _, run in branches for name in run.reinits}:
        otherwise = outcome.reinits.get(name, model.quantities[name].symbol)
        outcome.reinits[name] = _choose(branches, "reinits", name, otherwise)
    for active, run in branches:
        for check in run.checks:
            holds = v.logical("or", v.logical("not", active), check.condition)
            if not v.is_known(holds):
                outcome.checks.append(Check(holds, check.message, check.is_warning))


def _choose(branches: Sequence[tuple[v.Scalar, _Branch]], kind: str, name: str, otherwise: ca.SX) -> ca.SX:
    result = otherwise
    for active, branch in reversed(branches):
        values: Mapping[str, ca.SX] = getattr(branch, kind)
        if name in values:
            result = v.if_else(active, values[name], result)
    return result


def _edge(model: Model, node: Node, outcome: Outcome) -> v.Scalar:
    """Return whether a `when` with this condition is active; at the start only `initial()` makes it so."""
    elements = _elements(node)
    at_start = _has_initial(node)
    edges: v.Scalar = False
    for element in elements:
        if not _is_call(element, "Initial"):
            condition = model.evaluator.value(element)
            for item in v.flat_items(condition):
                edges = v.logical("or", edges, _edge_of(model, item, find_span(element), outcome))
    return v.if_else(model.events.initial, float(at_start), edges)


def _elements(condition: Node) -> list[Node]:
    return condition["Array"]["elements"] if "Array" in condition else [condition]


def _has_initial(condition: Node) -> bool:
    return any(_is_call(element, "Initial") for element in _elements(condition))


def _is_call(node: Node, name: str) -> bool:
    return bool(node.get("BuiltinCall", {}).get("function") == name)


def _edge_of(model: Model, condition: v.Scalar, span: Span | None, outcome: Outcome) -> v.Scalar:
    condition = v.tidy(condition)
    if v.is_known(condition):
        return False  # never changes
    if any(symbol.name() == model.events.initial.name() for symbol in ca.symvar(condition)):
        model.flat.sources.refuse(
            span, "initial() inside a condition of when; write it on its own, as in when {initial(), condition}"
        )
    changing = model.changing(condition)
    if changing:
        model.flat.sources.refuse(
            span,
            f"the condition of when depends on '{changing[0]}' without an event; write the relation without noEvent",
        )
    if condition.is_symbolic() and condition.name() in model.discretes:
        found = model.discretes[condition.name()]
    else:
        found = model.hidden_condition(span)
        outcome.conditions[found.name] = condition
    return v.logical("and", found.symbol, v.logical("not", found.before))


@dataclass
class _Branch:
    """What the statements of one branch do."""

    assigned: dict[str, v.Scalar] = field(default_factory=dict)
    reinits: dict[str, v.Scalar] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)


def _run(model: Model, statements: Sequence[Node]) -> _Branch:
    """Evaluate the statements of a branch."""
    result = _Branch()
    with model.evaluator.without_events(), model.evaluator.at_event():
        for statement in statements:
            kind, data = next(iter(statement.items()))
            if kind == "Assign":
                _assign(model, data, statement, result)
            elif kind == "Reinit":
                _reinit(model, data, statement, result)
            elif kind == "Conditional":
                _conditional(model, data, result)
            elif kind == "Assert":
                condition = model.evaluator.scalar(data["condition"])
                place = model.flat.sources.place(Span.of(data.get("span")) or find_span(data))
                message = f"{place}: {message_text(data['message'], model.flat.sources)}"
                result.checks.append(Check(condition, message, is_warning(data["level"])))
            else:
                model.flat.sources.refuse(
                    find_span(statement),
                    f"'{kind.lower()}' is not supported in when; use assignments, reinit, if and assert",
                )
    return result


def _assign(model: Model, data: Node, statement: Node, result: _Branch) -> None:
    span = find_span(statement)
    variable = model.flat.variables.get(data["target"])
    if variable is None:
        model.flat.sources.refuse(
            span, f"'{data['target']}' cannot be assigned on its own in when; assign the whole variable"
        )
    value = model.evaluator.value(data["value"])
    if variable.dims and not v.is_array(value):
        model.flat.sources.fail(span, f"'{variable.name}' has size {list(variable.dims)}, its value is a scalar")
    value = fit(value, variable, model.evaluator)
    for index, name in scalar_names(variable.name, variable.dims):
        if name not in model.discretes:
            model.flat.sources.fail(span, f"'{name}' cannot be assigned in when; it is no variable")
        if name in result.assigned:
            model.flat.sources.fail(span, f"'{name}' is assigned twice in one branch of when; remove one")
        result.assigned[name] = value[index] if index else value


def _reinit(model: Model, data: Node, statement: Node, result: _Branch) -> None:
    span = find_span(statement)
    value = model.evaluator.value(data["value"])
    variable = model.flat.variables.get(data["state"])
    items = (
        [name for _, name in scalar_names(variable.name, variable.dims)] if variable is not None else [data["state"]]
    )
    values = v.flat_items(value)
    if len(values) != len(items):
        model.flat.sources.fail(span, f"reinit gives {len(values)} values to '{data['state']}', which has {len(items)}")
    for name, item in zip(items, values, strict=True):
        if name not in model.derivatives:
            model.flat.sources.fail(span, f"reinit of '{name}', which is not a state: no equation has der({name})")
        if name in result.reinits:
            model.flat.sources.fail(span, f"'{name}' is set by reinit twice in one branch of when; remove one")
        result.reinits[name] = item


def _conditional(model: Model, data: Node, result: _Branch) -> None:
    """`if` inside `when`: in a branch that does not assign a variable, it keeps its value."""
    parts: list[tuple[v.Scalar, _Branch]] = []
    before: v.Scalar = False
    for condition_node, statements in data["branches"]:
        condition = v.tidy(model.evaluator.scalar(condition_node))
        parts.append((v.logical("and", condition, v.logical("not", before)), _run(model, statements)))
        before = v.logical("or", before, condition)
    parts.append((v.logical("not", before), _run(model, data["else_branch"] or [])))
    span = find_span(data)
    for kind, held in (("assigned", model.before_of), ("reinits", model.state_symbol)):
        values: dict[str, v.Scalar] = getattr(result, kind)
        for name in {name: None for _, part in parts for name in getattr(part, kind)}:
            if name in values:
                model.flat.sources.fail(span, f"'{name}' gets a value twice in one branch of when; remove one")
            values[name] = _choose(parts, kind, name, held(name))
    for condition, part in parts:
        for check in part.checks:
            holds = v.logical("or", v.logical("not", condition), check.condition)
            result.checks.append(Check(holds, check.message, check.is_warning))
