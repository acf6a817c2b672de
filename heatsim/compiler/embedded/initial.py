"""Start values of the states as expressions of the settable parameters.

A state starts from its `start` attribute, or from the initial equations when these determine it.
"""

from __future__ import annotations

import casadi as ca

from heatsim.compiler.embedded import values as v
from heatsim.compiler.embedded.assembly import Quantity, System
from heatsim.compiler.embedded.blocks import solve
from heatsim.compiler.embedded.parameters import fit
from heatsim.compiler.embedded.sorting import sort
from heatsim.errors import CompilerError


def is_fixed(quantity: Quantity) -> bool:
    """True when the declaration says `fixed=true` for this element."""
    fixed = quantity.variable.fixed
    if fixed is None:
        return False
    position = 0
    for size, i in zip(quantity.variable.dims, quantity.index, strict=True):
        position = position * size + i
    return fixed[position] if len(fixed) > 1 else fixed[0]


def start_attribute(system: System, quantity: Quantity) -> v.Scalar:
    """Return the `start` attribute of one element: a number or an expression of settable parameters.

    Raises
    ------
    CompilerError
        The start value depends on a variable.
    """
    variable = quantity.variable
    if variable.start is None:
        return 0.0
    value = fit(system.evaluator.value(variable.start), variable, system.evaluator)
    item = v.tidy(value[quantity.index] if v.is_array(value) else value)
    if isinstance(item, ca.SX) and not system.table.is_parametric(item):
        system.flat.sources.fail(
            variable.span, f"the start value of '{quantity.name}' depends on a variable; use parameters"
        )
    return float(item) if v.is_known(item) else item


def start_values(system: System) -> list[ca.SX]:
    """Return the start value of each state, in the order of `system.states`.

    Raises
    ------
    UnsupportedModelicaError
        An initial equation with derivatives or algebraic variables, or `fixed=true` on a variable that is not a state.
    CompilerError
        The initial equations do not determine the states in them.
    """
    sources = system.flat.sources
    for quantity in system.algebraic:
        if is_fixed(quantity):
            sources.refuse(
                quantity.variable.span,
                f"'{quantity.name}' has fixed=true but is not a state; give the start value of the state that "
                "determines it",
            )
    starts = {state.name: ca.SX(start_attribute(system, state)) for state in system.states}
    by_name = {state.name: state for state in system.states}
    residuals = list(system.initial_residuals)
    wanted: dict[str, ca.SX] = {}
    for residual in residuals:
        for symbol in ca.symvar(residual.expression):
            name = symbol.name()
            if name.startswith("der(") and name not in by_name:
                sources.refuse(
                    residual.span,
                    f"{residual.describe(sources)} asks for a derivative at the start, which is not supported; "
                    "give start values and let "
                    "the steady state be found at run time",
                )
            if name in by_name:
                if not is_fixed(by_name[name]):
                    wanted[name] = symbol
            elif name not in system.table.settable:
                sources.refuse(
                    residual.span,
                    f"{residual.describe(sources)} has the variable '{name}', which is not a state; write initial "
                    "equations for states "
                    "with parameters only",
                )
    if residuals:
        unknowns = list(wanted.values())
        try:
            order = sort(residuals, unknowns, frozenset(by_name), sources)
        except CompilerError as error:
            raise CompilerError(f"initial equations: {error}") from error
        solution = solve(residuals, unknowns, order, sources)
        if solution.loops:
            names = ", ".join(solution.loops[0].names)
            sources.refuse(
                residuals[0].span, f"the initial equations are not linear in {names}; write them as x = expression"
            )
        starts.update(solution.expressions)
    # start values of other states may occur in initial equations such as x2 = x1
    symbols, expressions = [s.symbol for s in system.states], [starts[s.name] for s in system.states]
    for _ in range(len(expressions) + 1):
        if not expressions or not ca.depends_on(ca.vertcat(*expressions), ca.vertcat(*symbols)):
            return expressions
        expressions = ca.vertsplit(
            ca.substitute(ca.vertcat(*expressions), ca.vertcat(*symbols), ca.vertcat(*expressions))
        )
    sources.fail(residuals[0].span, "the initial equations depend on each other in a circle")
