"""CasADi functions of a solved model: right-hand side, its directional derivative, start values, assertions, events.

All of them take what a model knows: time t, states x, inputs u, parameters p, and q, the discrete values that are held
between events (`event_functions`; q is empty for a model without events).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import casadi as ca

from heatsim.compiler.embedded.equations import values as v
from heatsim.compiler.embedded.equations.assembly import System, held_symbols
from heatsim.compiler.embedded.equations.parameters import Settable
from heatsim.compiler.embedded.equations.quantities import Check, Quantity, State
from heatsim.compiler.embedded.solving.blocks import Solution
from heatsim.compiler.embedded.solving.event_functions import EventFunctions, build_event_functions
from heatsim.compiler.embedded.solving.initial import solve_start, start_attribute, start_values
from heatsim.compiler.embedded.solving.loops import FunctionMaker, column
from heatsim.compiler.embedded.solving.parameter_values import Shown, shown_parameters
from heatsim.errors import CompilerError

RESIDUAL_LIMIT = 1e-7  # of nonlinear equations, as in model_exchange.c
ARGUMENTS = ("t", "x", "u", "p", "q")


@dataclass(frozen=True)
class Functions:
    """Everything that is written into the FMU.

    Attributes
    ----------
    rhs : (t, x, u, p, q) -> (ode, y, holds, residuals) with y the outputs that are not states, holds the conditions of
        assertions, residuals those of nonlinear loops (scaled)
    jvp : (t, x, u, p, q, dt, dx, du, dp) -> (dode, dy)
    start : (t, u, p, given) -> (x, residuals), where given are the states whose start attributes count
    checks : (t, x, u, p, q) -> holds on its own, or None
    events : None for a model without events
    """

    rhs: ca.Function
    jvp: ca.Function
    start: ca.Function
    checks: ca.Function | None
    events: EventFunctions | None
    states: tuple[State, ...]
    inputs: tuple[Quantity, ...]
    outputs: tuple[Quantity, ...]  # all, in the order of declaration, states among them
    pure_outputs: tuple[Quantity, ...]  # those that are not states
    parameters: tuple[Settable, ...]
    check_list: tuple[Check, ...]
    loop_of: tuple[str, ...]  # for each residual of rhs, the unknowns of its loop
    start_loop_of: tuple[str, ...]  # the same for start
    fixed: tuple[bool, ...]  # for each parameter, whether it acts on start values only
    constants: tuple[Shown, ...]
    dependent: tuple[Shown, ...]
    dependent_values: ca.Function | None  # p -> values
    starts: tuple[float, ...]  # of the states, with default parameters
    solved: tuple[bool, ...]  # for each state, whether initial equations determine its start value
    # for each state, the numbers of the parameters that its start value depends on; None: on anything
    start_depends: tuple[tuple[int, ...] | None, ...]

    @property
    def start_couples(self) -> bool:
        """True when start values of states depend on those of others, which may be set from outside."""
        return any(self.start.jac_sparsity(result, 3).nnz() > 0 for result in range(2))


def build_functions(system: System, solution: Solution) -> Functions:
    """Build the functions of a solved system."""
    state_names = {state.name for state in system.states}
    pure = tuple(quantity for quantity in system.outputs if quantity.name not in state_names)
    ode = [state.derivative for state in system.states]
    y = [quantity.symbol for quantity in pure]
    conditions = [check.condition for check in system.checks]
    begin = solve_start(system)
    parameters = _used_parameters(system, [(solution, [*ode, *y, *conditions]), (begin.solution, list(begin.states))])
    p = column([parameter.symbol for parameter in parameters])
    u = column([quantity.symbol for quantity in system.inputs])
    attributes = [float(system.table.default(v.tidy(value))) for value in start_values(system)]
    x = column([state.symbol for state in system.states])
    solved = tuple(
        bool(start.is_symbolic()) and start.name() == state.name
        for state, start in zip(system.states, begin.states, strict=True)
    )
    given = column(
        [
            ca.SX.sym("free") if is_solved else state.symbol
            for state, is_solved in zip(system.states, solved, strict=True)
        ]
    )
    start = FunctionMaker(
        system, begin.solution, ("t", "u", "p", "given"), (system.time, u, p, given), attributes
    ).make("hs_start", {"x": list(begin.states)}, with_residuals=True)
    starts = _starts(system, start, parameters, attributes)
    arguments = [system.time, x, u, p, column(held_symbols(system.hybrid))]
    maker = FunctionMaker(system, solution, ARGUMENTS, arguments, starts)
    rhs = maker.make("hs_rhs", {"ode": ode, "y": y, "holds": conditions}, with_residuals=True)
    events = None if system.hybrid.is_empty else build_event_functions(system, maker, starts)
    checks = maker.make("hs_checks", {"holds": conditions}) if system.checks else None
    constants, dependent = shown_parameters(system, {parameter.name for parameter in parameters})
    after_start = [rhs, *(() if events is None else (events.event, events.indicators, events.samples))]
    return Functions(
        rhs=rhs,
        jvp=_directional(rhs),
        start=start,
        checks=checks,
        events=events,
        states=system.states,
        inputs=system.inputs,
        outputs=system.outputs,
        pure_outputs=pure,
        parameters=parameters,
        check_list=system.checks,
        loop_of=_loop_of(solution),
        start_loop_of=_loop_of(begin.solution),
        fixed=_start_only([function for function in after_start if function is not None], len(parameters)),
        constants=constants,
        dependent=dependent,
        dependent_values=_dependent_values(p, dependent),
        starts=starts,
        solved=solved,
        start_depends=_dependencies(start),
    )


def _loop_of(solution: Solution) -> tuple[str, ...]:
    """Return for each residual the unknowns that are iterated on with it, as text."""
    result: list[str] = []
    for loop in solution.loops:
        more = f" and {len(loop.names) - 6} more" if len(loop.names) > 6 else ""
        result += [", ".join(loop.names[:6]) + more] * len(loop.residuals)
    return tuple(result)


def _used_parameters(system: System, results: list[tuple[Solution, list[ca.SX]]]) -> tuple[Settable, ...]:
    """Return the parameters that have an effect: one in a branch that was not chosen must not look as if it had.

    Each solution is put into its own results only: what holds at the start, such as x = u, would cancel parameters in
    the equations that hold later.
    """
    expressions: list[ca.SX] = []
    for solution, wanted in results:
        expressions += [solution.resolve(item) for item in (*wanted, *system.hybrid.expressions())]
        expressions += [residual for loop in solution.loops for residual in loop.residuals]
    used = {symbol.name() for symbol in ca.symvar(ca.vertcat(*expressions))} if expressions else set()
    return tuple(parameter for parameter in system.parameters if parameter.name in used)


def _starts(
    system: System, start: ca.Function, parameters: tuple[Settable, ...], attributes: list[float]
) -> tuple[float, ...]:
    """Evaluate start values with default parameters, inputs and start attributes at time 0."""
    u = [float(system.table.default(start_attribute(system, quantity))) for quantity in system.inputs]
    p = [parameter.value for parameter in parameters]
    values = start.call([ca.DM(0), ca.DM(u), ca.DM(p), ca.DM(attributes)])
    residuals = values[1].full().ravel()
    if not all(abs(residual) <= RESIDUAL_LIMIT for residual in residuals):  # also when it is not a number
        raise CompilerError(
            "initial equations: the nonlinear ones have no solution near the start values; give better start values"
        )
    return tuple(float(x) for x in values[0].full().ravel())


def _directional(rhs: ca.Function) -> ca.Function:
    """Return the product of the Jacobian of the right-hand side with a direction; q is constant between events."""
    is_plain = rhs.is_a("SXFunction")
    kind: Any = ca.SX if is_plain else ca.MX
    arguments = [kind.sym(name, rhs.sparsity_in(i)) for i, name in enumerate(ARGUMENTS)]
    varying = arguments[:4]
    seeds = [kind.sym(f"d{name}", argument.sparsity()) for name, argument in zip(ARGUMENTS, varying, strict=False)]
    results = rhs.call(arguments, is_plain, False)[:2]
    product = ca.densify(ca.jtimes(ca.vertcat(*results), ca.vertcat(*varying), ca.vertcat(*seeds)))
    n = results[0].numel()
    outputs = [product[:n], product[n:]]
    return ca.Function(
        "hs_jvp",
        [*arguments, *seeds],
        ca.cse(outputs) if is_plain else outputs,
        [*ARGUMENTS, *(f"d{name}" for name in ARGUMENTS[:4])],
        ["dode", "dy"],
    )


def _start_only(functions: list[ca.Function], count: int) -> tuple[bool, ...]:
    """Return for each parameter whether no function depends on it."""
    acting = {
        column
        for function in functions
        for result in range(function.n_out())
        for column in function.jac_sparsity(result, function.index_in("p")).get_triplet()[1]
    }
    return tuple(number not in acting for number in range(count))


def _dependent_values(p: ca.SX, dependent: tuple[Shown, ...]) -> ca.Function | None:
    if not dependent:
        return None
    values = column([item.value for item in dependent])
    return ca.Function("hs_dependent", [p], [values], ["p"], ["values"])


def _dependencies(start: ca.Function) -> tuple[tuple[int, ...] | None, ...]:
    count = start.size1_out("x")
    if start.jac_sparsity(0, 0).nnz() or start.jac_sparsity(0, 1).nnz():
        return (None,) * count
    found: list[set[int]] = [set() for _ in range(count)]
    for row, position in zip(*start.jac_sparsity(0, 2).get_triplet(), strict=True):
        found[row].add(position)
    direct = [frozenset(positions) for positions in found]
    for row, state in zip(*start.jac_sparsity(0, 3).get_triplet(), strict=True):
        found[row] |= direct[state]
    return tuple(tuple(sorted(positions)) for positions in found)
