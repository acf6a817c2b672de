"""From the flat model to scalar equations: symbols for all variables, residuals for all equations.

The result still has every equation in the order of the model; `blocks` solves them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import casadi as ca

from heatsim.compiler.embedded.equations import declared_sizes, discrete, when_clauses
from heatsim.compiler.embedded.equations import values as v
from heatsim.compiler.embedded.equations.events import Events
from heatsim.compiler.embedded.equations.expressions import Evaluator
from heatsim.compiler.embedded.equations.flat import Equation, FlatModel, Node, Variable, find_span
from heatsim.compiler.embedded.equations.model import Model
from heatsim.compiler.embedded.equations.parameters import ParameterTable, Settable, fit
from heatsim.compiler.embedded.equations.quantities import Check, Discrete, Quantity, Residual, State, message_text
from heatsim.compiler.embedded.reading.sources import Span
from heatsim.errors import UsageError, near_miss


@dataclass(frozen=True)
class Hybrid:
    """What happens at events; all empty for a model without events.

    Attributes
    ----------
    discretes : discrete variables, inputs and hidden conditions of `when` among them
    next_values : value of each at an event, by its order in `discretes`
    starts : value of `pre` of each at the start, where initial equations give it
    events : what is held between events
    reinits : value of states that are set, by name
    checks : assertions inside `when`
    """

    discretes: tuple[Discrete, ...]
    next_values: tuple[ca.SX, ...]
    starts: Mapping[str, ca.SX]
    events: Events
    reinits: Mapping[str, ca.SX]
    checks: tuple[Check, ...]

    @property
    def is_empty(self) -> bool:
        """True for a model without events."""
        events = self.events
        held = self.discretes or events.held or events.time_relations or events.samples
        return not (held or self.reinits or self.checks)

    def expressions(self) -> list[ca.SX]:
        """Return all expressions in which parameters may occur."""
        result = [*self.next_values, *self.starts.values(), *self.reinits.values()]
        result += [check.condition for check in self.checks]
        result += [item.threshold for item in self.events.time_relations]
        result += [expression for item in self.events.samples for expression in (item.start, item.interval)]
        for item in self.events.held:
            result += [item.exact, *(indicator.margin for indicator in item.indicators)]
        return result


def held_symbols(hybrid: Hybrid) -> list[ca.SX]:
    """Return the symbols of q."""
    return [
        *(item.symbol for item in hybrid.discretes),
        *(item.symbol for item in hybrid.events.time_relations),
        *(item.symbol for item in hybrid.events.held),
    ]


@dataclass(frozen=True)
class System:
    """Scalar equations of a model, not yet solved."""

    flat: FlatModel
    evaluator: Evaluator
    table: ParameterTable
    time: ca.SX
    states: tuple[State, ...]
    inputs: tuple[Quantity, ...]
    outputs: tuple[Quantity, ...]
    algebraic: tuple[Quantity, ...]
    residuals: tuple[Residual, ...]
    initial_residuals: tuple[Residual, ...]
    checks: tuple[Check, ...]
    parameters: tuple[Settable, ...]
    hybrid: Hybrid
    discrete_outputs: tuple[Discrete, ...]
    discrete_inputs: tuple[Discrete, ...]


def assemble(flat: FlatModel, expose: Iterable[str] = ()) -> System:
    """Evaluate all equations of a model.

    Parameters
    ----------
    flat : the model
    expose : names of further variables (scalars, elements or whole arrays) that become outputs

    Returns
    -------
    System
        With as many residuals as unknowns only if the model is balanced; that is for the caller to check.
    """
    structural: frozenset[str] = frozenset()
    while True:
        model = Model(flat, structural)
        system = _assemble_once(model, tuple(expose))
        if model.table.found_structural <= structural:
            return system
        # parameters turned out to be structural: evaluate again with them as numbers, so that no trace of a symbol is
        # left
        structural = structural | model.table.found_structural


def _assemble_once(model: Model, expose: tuple[str, ...]) -> System:
    flat = model.flat
    for variable in flat.variables.values():
        if variable.is_parameter:
            model.table.value(variable, model.evaluator)
    declared_sizes.check(model)
    residuals = [item for equation in flat.equations for item in _residuals(model, equation)]
    residuals += [item for variable in flat.variables.values() for item in _binding(model, variable)]
    residuals += model.streams.residuals()
    derivative_names = dict(model.derivatives)
    outcome = when_clauses.evaluate(model)
    with model.evaluator.without_events():
        initial = [item for equation in flat.initial_equations for item in _residuals(model, equation)]
    is_own = [discrete.is_discrete_initial(model, item, outcome.at_start) for item in initial]
    own_initial = [item for item, own in zip(initial, is_own, strict=True) if own]
    equations = discrete.separate(model, residuals, {**outcome.assigned, **outcome.conditions})
    checks = tuple(_checks(model))
    inputs, outputs, algebraic, states = [], [], [], []
    for name, quantity in model.quantities.items():
        if flat.is_top_input(quantity.variable):
            inputs.append(quantity)
            continue
        if _is_output(quantity):
            outputs.append(quantity)
        if name in model.derivatives:
            states.append(State(name, quantity.variable, quantity.index, quantity.symbol, model.derivatives[name]))
        else:
            algebraic.append(quantity)
    for name in model.derivatives:
        if name not in derivative_names:
            flat.sources.fail(None, f"der({name}) occurs in an initial equation only; '{name}' is not a state")
    discrete_outputs = [item for item in model.discretes.values() if _is_output(item)]
    present = {item.name for item in (*outputs, *discrete_outputs)}
    for found in _exposed(model, expose, present):
        if isinstance(found, Discrete):
            discrete_outputs.append(found)
        else:
            outputs.append(found)
    hybrid = Hybrid(
        discretes=tuple(model.discretes.values()),
        next_values=tuple(equations.next_values[name] for name in model.discretes),
        starts=discrete.start_values(model, own_initial, outcome.assigned, outcome.at_start),
        events=model.events,
        reinits=outcome.reinits,
        checks=tuple(outcome.checks),
    )
    system = System(
        flat=flat,
        evaluator=model.evaluator,
        table=model.table,
        time=model.time,
        states=tuple(states),
        inputs=tuple(inputs),
        outputs=tuple(outputs),
        algebraic=tuple(algebraic),
        residuals=tuple(equations.continuous),
        initial_residuals=tuple(item for item, own in zip(initial, is_own, strict=True) if not own),
        checks=checks,
        parameters=tuple(model.table.settable.values()),
        hybrid=hybrid,
        discrete_outputs=tuple(discrete_outputs),
        discrete_inputs=tuple(item for item in model.discretes.values() if flat.is_top_input(item.variable)),
    )
    constant = None if own_initial or discrete_outputs else discrete.constant_values(model, equations.next_values)
    return _without_discretes(system, constant) if constant else system


def _without_discretes(system: System, values: Mapping[str, ca.SX]) -> System:
    """Put the values of discrete variables in that no event can change: the model has no events then."""
    symbols = {item.name: item.symbol for item in system.hybrid.discretes}

    def put_in(expression: ca.SX) -> ca.SX:
        names = [symbol.name() for symbol in ca.symvar(expression) if symbol.name() in symbols]
        if not names:
            return expression
        return ca.substitute(
            expression, ca.vertcat(*(symbols[name] for name in names)), ca.vertcat(*(values[name] for name in names))
        )

    def all_put_in(residuals: Iterable[Residual]) -> tuple[Residual, ...]:
        changed = [(residual, put_in(residual.expression)) for residual in residuals]
        return tuple(
            residual if expression is residual.expression else replace(residual, expression=expression, sides=None)
            for residual, expression in changed
        )

    return replace(
        system,
        residuals=all_put_in(system.residuals),
        initial_residuals=all_put_in(system.initial_residuals),
        checks=tuple(replace(check, condition=put_in(check.condition)) for check in system.checks),
        hybrid=replace(system.hybrid, discretes=(), next_values=()),
    )


def _is_output(quantity: Quantity) -> bool:
    return quantity.variable.causality == "output" and "." not in quantity.variable.name


def _exposed(model: Model, expose: tuple[str, ...], present: set[str]) -> list[Quantity]:
    result: list[Quantity] = []
    for name in expose:
        everything = [*model.quantities.values(), *model.discretes.values()]
        found = [q for q in everything if q.name == name or q.variable.name == name]
        if not found:
            names = {q.name for q in everything} | {q.variable.name for q in everything}
            raise UsageError(f"cannot expose '{name}': the model has no such variable{near_miss(name, names)}")
        result += [q for q in found if q.name not in present]
        present.update(q.name for q in found)
    return result


def _residuals(model: Model, equation: Equation) -> list[Residual]:
    """Evaluate one equation; the loop variables of a family are local names."""
    evaluator = model.evaluator
    with evaluator.scope({name: float(value) for name, value in equation.loop.items()}):
        sides = evaluator.sides(equation.residual)
        items = [v.subtract(a, b) for a, b in sides] if sides is not None else []
        if sides is None:
            items = v.flat_items(evaluator.value(equation.residual))
        if equation.placeholder is not None:
            _check_member(model, equation)
    if len(items) != equation.size and not _is_record(model, equation):
        flat = model.flat
        flat.sources.fail(
            equation.span,
            f"'{flat.sources.text(equation.span)}' gives {len(items)} scalar equations where {equation.size} are "
            "expected",
        )
    return [
        Residual(
            _expression(model, item, equation.span),
            equation.span,
            equation.origin,
            None if sides is None else _expressions(model, sides[number], equation.span),
        )
        for number, item in enumerate(items)
    ]


def _is_record(model: Model, equation: Equation) -> bool:
    """True for an equation between records, which the front end counts as one."""
    name = equation.residual.get("Binary", {}).get("lhs", {}).get("VarRef", {}).get("name", {}).get("name", "")
    return isinstance(model.variable(name, equation.span), v.Component)


def _expression(model: Model, item: v.Scalar, span: Span | None) -> ca.SX:
    if isinstance(item, (str, v.Component)) or item is None:
        model.flat.sources.refuse(span, f"'{model.flat.sources.text(span)}' is not an equation between numbers")
    return v.as_expression(item)


def _expressions(model: Model, sides: tuple[v.Scalar, v.Scalar], span: Span | None) -> tuple[ca.SX, ca.SX]:
    return _expression(model, sides[0], span), _expression(model, sides[1], span)


def _check_member(model: Model, equation: Equation) -> None:
    """Make sure that a member of a written-out loop stands where the front end has its placeholder."""
    own: Node = equation.residual.get("Binary", {}).get("lhs", {})
    expected = v.flat_items(model.evaluator.value(equation.placeholder or {}))
    found = v.flat_items(model.evaluator.value(own)) if own else []
    same = len(found) == len(expected) and all(
        ca.is_equal(ca.SX(a), ca.SX(b), 8) for a, b in zip(found, expected, strict=True)
    )
    if not same:
        model.flat.sources.fail(
            equation.span, "a for loop was not written out as expected by the front end; write it out by hand"
        )


def _binding(model: Model, variable: Variable) -> list[Residual]:
    """Return the equations of a declaration `Real x = ...` of a variable."""
    if variable.is_parameter or variable.binding is None:
        return []
    if model.flat.is_top_input(variable):
        model.flat.sources.refuse(
            variable.span, f"input '{variable.name}' is given by an equation; use start=... for its default value"
        )
    span = find_span(variable.binding) or variable.span
    value = fit(model.evaluator.value(variable.binding), variable, model.evaluator)
    own = model.variable(variable.name, span)
    origin = f"equation of {variable.name}"
    result = []
    for a, b in zip(v.flat_items(own), v.flat_items(value), strict=True):
        sides = _expressions(model, (a, b), span)
        result.append(Residual(_expression(model, v.subtract(a, b), span), span, origin, sides))
    return result


def _checks(model: Model) -> Iterable[Check]:
    """Evaluate assertions: constant ones now, the others as conditions for the FMU."""
    evaluator = model.evaluator
    for assertion in model.flat.assertions:
        with evaluator.without_events():
            condition = v.tidy(evaluator.scalar(assertion.condition))
            condition = discrete.settled(model, condition)
        text = message_text(assertion.message, model.flat.sources)
        message = f"{model.flat.sources.place(assertion.span)}: {text}"
        if v.is_known(condition):
            if not condition and not assertion.is_warning:
                model.flat.sources.fail(assertion.span, f"assertion fails: {text}")
            continue
        yield Check(condition, message, assertion.is_warning)
