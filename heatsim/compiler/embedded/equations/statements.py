"""Statements of functions: assignments, `if`, `for`, `while`, `break`, `return`.

The state of a function is a dict of its variables, changed in place. Where a condition depends on variables, both ways
are followed. What leaves a loop or the function on one of them is kept as an `Exit`: a condition and the state at that
point. What follows is then evaluated as if that exit had not been taken, so that a counter stays a known number on the
way and `while i < n and x > xs[i] loop` ends as soon as `i < n` is known to be false. Exits come in the order of the
run; the first one whose condition holds is taken, so states are merged from the last one backwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from heatsim.compiler.embedded.checks.flat_shape import STATEMENTS, unknown_field
from heatsim.compiler.embedded.equations import assignments
from heatsim.compiler.embedded.equations import functions as modelica_functions
from heatsim.compiler.embedded.equations import values as v
from heatsim.compiler.embedded.equations.flat import Node, find_span
from heatsim.compiler.embedded.equations.function_types import check_assignment

if TYPE_CHECKING:
    from heatsim.compiler.embedded.equations.expressions import Evaluator

MAXIMUM_ITERATIONS = 10_000

State = dict[str, v.Value]


@dataclass(frozen=True)
class Exit:
    """A way out of a list of statements before its end, taken when no earlier one is and the condition holds."""

    kind: str  # "break" or "return"
    condition: v.Scalar
    state: State


def run(evaluator: Evaluator, statements: Iterable[Node], state: State) -> tuple[bool, list[Exit]]:
    """Run statements.

    Parameters
    ----------
    evaluator : evaluates expressions; the innermost scope of its function is `state`
    statements : of the flat model
    state : variables of the function, changed to those after the last statement

    Returns
    -------
    bool
        False when the end is never reached.
    list of Exit
        Ways out before the end.
    """
    exits: list[Exit] = []
    alive: v.Scalar = True
    for statement in statements:
        with evaluator.under(alive):
            goes_on, found = _statement(evaluator, statement, state)
        exits += found
        if not goes_on:
            return False, exits
        alive = _without(alive, found)
    return True, exits


def merge(evaluator: Evaluator, exits: Sequence[Exit], state: State | None) -> State:
    """Return the state after the first exit that is taken, or the given one when none is."""
    if state is None:
        *exits, last = exits
        state = last.state
    for way_out in reversed(exits):
        state = {
            name: assignments.chosen(evaluator, way_out.condition, way_out.state[name], state[name]) for name in state
        }
    return state


def _without(alive: v.Scalar, exits: Iterable[Exit]) -> v.Scalar:
    for way_out in exits:
        alive = v.logical("and", alive, v.logical("not", way_out.condition))
    return alive


def _set(state: State, other: State) -> None:
    if state is not other:
        state.clear()
        state.update(other)


def _statement(evaluator: Evaluator, statement: Node, state: State) -> tuple[bool, list[Exit]]:
    kind, data = next(iter(statement.items())) if not isinstance(statement, str) else (statement, {})
    field = unknown_field(data, STATEMENTS[kind]) if kind in STATEMENTS else ""
    if field:
        evaluator.refuse(statement, f"the embedded compiler does not know '{field}' of the statement '{kind}'")
    if kind == "Assignment":
        if len(data["comp"]["parts"]) == 1:
            check_assignment(evaluator, data["comp"]["parts"][0]["ident"], data["value"], statement)
        assignments.assign(evaluator, data["comp"], evaluator.value(data["value"]), state, statement)
    elif kind == "FunctionCall":
        _assign_results(evaluator, data, state, statement)
    elif kind == "For":
        return _for(evaluator, data, state)
    elif kind == "While":
        return _while(evaluator, data["block"], state)
    elif kind == "If":
        return _if(evaluator, data["cond_blocks"], data["else_block"] or [], state)
    elif kind in ("Return", "Break"):
        # the front end cannot carry every `break`: some come as `return`, see `function_bodies`
        is_break = kind == "Break" or evaluator.flat.sources.whole_text(find_span(data)).startswith("break")
        return False, [Exit("break" if is_break else "return", True, dict(state))]
    elif kind == "Assert":
        _assert(evaluator, data, statement)
    elif kind != "Empty":
        evaluator.refuse(
            statement,
            f"the statement '{kind}' is not supported in functions; use assignments, for, while, if, break and return",
        )
    return True, []


def _assign_results(evaluator: Evaluator, data: Node, state: State, statement: Node) -> None:
    """Run `(a, b) := f(x)`; results that are left out are not assigned."""
    results = modelica_functions.call(evaluator, data["comp"]["name"], data["args"], statement, all_results=True)
    targets = data["outputs"]
    if len(targets) > len(results):
        evaluator.fail(statement, "the function has fewer results than are asked for")
    for target, value in zip(targets, results, strict=False):
        if isinstance(target, dict) and target.get("parts"):
            assignments.assign(evaluator, target, value, state, statement)
        elif target is not None:
            evaluator.refuse(statement, "only variables can be assigned in a list of results")


def _assert(evaluator: Evaluator, data: Node, statement: Node) -> None:
    condition = v.tidy(evaluator.scalar(data["condition"]))
    if v.is_known(condition) and condition:
        return
    if v.is_known(condition) and v.is_known(evaluator.guard) and evaluator.guard:
        message = evaluator.value(data["message"])
        evaluator.fail(statement, f"assertion fails: {message}")
    evaluator.refuse(
        statement,
        "an assert in a function on values that are not known when the model is compiled is not supported; put it "
        "into the equations of the model that calls the function",
    )


def _if(
    evaluator: Evaluator, blocks: Sequence[Node], otherwise: Sequence[Node], state: State
) -> tuple[bool, list[Exit]]:
    if not blocks:
        return run(evaluator, otherwise, state)
    condition = v.tidy(evaluator.scalar(blocks[0]["cond"]))
    if v.is_known(condition):
        if condition:
            return run(evaluator, blocks[0]["stmts"], state)
        return _if(evaluator, blocks[1:], otherwise, state)
    opposite = v.logical("not", condition)
    before = dict(state)
    with evaluator.under(condition):
        yes_goes_on, yes_exits = run(evaluator, blocks[0]["stmts"], state)
    yes = dict(state)
    _set(state, before)
    with evaluator.under(opposite):
        no_goes_on, no_exits = _if(evaluator, blocks[1:], otherwise, state)
    exits = [replace(e, condition=v.logical("and", condition, e.condition)) for e in yes_exits]
    exits += [replace(e, condition=v.logical("and", opposite, e.condition)) for e in no_exits]
    if yes_goes_on and no_goes_on:
        _set(state, merge(evaluator, [Exit("break", condition, yes)], dict(state)))
    elif yes_goes_on:
        _set(state, yes)
    return yes_goes_on or no_goes_on, exits


def _for(evaluator: Evaluator, data: Node, state: State, depth: int = 0) -> tuple[bool, list[Exit]]:
    """Run a loop; of several iterators each is a loop of its own inside the one before, and `break` leaves all."""
    index = data["indices"][depth]
    is_inner = depth + 1 == len(data["indices"])
    exits: list[Exit] = []
    alive: v.Scalar = True
    goes_on = True
    values = evaluator.value(index["range"])
    if not v.is_array(values) or values.ndim != 1:
        evaluator.fail(index["range"], f"the range of '{index['ident']}' is not a vector")
    for item in values:
        with evaluator.scope({index["ident"]: item}), evaluator.under(alive):
            if is_inner:
                goes_on, found = run(evaluator, data["equations"], state)
            else:
                goes_on, found = _for(evaluator, data, state, depth + 1)
        exits += found
        if not goes_on:
            break
        alive = _without(alive, found)
    return (goes_on, exits) if depth else _after_loop(evaluator, goes_on, exits, state)


def _while(evaluator: Evaluator, block: Node, state: State) -> tuple[bool, list[Exit]]:
    exits: list[Exit] = []
    alive: v.Scalar = True
    for _ in range(MAXIMUM_ITERATIONS):
        with evaluator.under(alive):
            condition = v.tidy(evaluator.scalar(block["cond"]))
        if v.is_known(condition):
            if not condition:
                return _after_loop(evaluator, True, exits, state)
        else:
            exits.append(Exit("break", v.logical("not", condition), dict(state)))
            alive = v.logical("and", alive, condition)
        with evaluator.under(alive):
            goes_on, found = run(evaluator, block["stmts"], state)
        exits += found
        if not goes_on:
            return _after_loop(evaluator, False, exits, state)
        alive = _without(alive, found)
    evaluator.refuse(
        block["cond"],
        f"'while {evaluator.flat.sources.text(find_span(block['cond']))}' has no static bound: after "
        f"{MAXIMUM_ITERATIONS} iterations its condition is not known to be false; count the iterations and write "
        "'while i < n and ...' with an n that is known when the model is compiled, or use a for loop with break",
    )


def _after_loop(evaluator: Evaluator, goes_on: bool, exits: Sequence[Exit], state: State) -> tuple[bool, list[Exit]]:
    """Merge what left the loop into the state behind it, and pass on what left the function."""
    returns: list[Exit] = []
    ends: list[Exit] = []
    left: v.Scalar = False  # the loop
    for way_out in exits:
        if way_out.kind == "return":
            still_in = v.logical("not", left)
            returns.append(replace(way_out, condition=v.logical("and", still_in, way_out.condition)))
        else:
            ends.append(way_out)
            left = v.logical("or", left, way_out.condition)
    if not goes_on and not ends:
        return False, returns
    _set(state, merge(evaluator, ends, dict(state) if goes_on else None))
    return True, returns
