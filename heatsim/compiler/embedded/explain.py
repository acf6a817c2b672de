"""What the compiler found, for who wants to know: the structure of a model that compiles, the place of what is wrong.

`structure` gives the numbers and names that go into `CompileInfo`, `model.json` and so the manifest of an FMU;
`left_over` and `block_lines` give the lines that `heatsim build --explain` shows of a model without a solution.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import casadi as ca

from heatsim.compiler.embedded.equations.values import flat_items
from heatsim.compiler.embedded.reading.sources import SourceMap, Span
from heatsim.errors import CompilerError

HIGH_INDEX = "(high index)"  # in the message about equations that tie states to each other

if TYPE_CHECKING:  # `blocks` itself uses this module
    from heatsim.compiler.embedded.equations.assembly import Quantity, Residual, System
    from heatsim.compiler.embedded.solving.blocks import Solution
    from heatsim.compiler.embedded.solving.sorting import StructureError

LARGEST = 5  # arrays that are named
SHOWN = 50  # lines of one kind
OCCURRENCES = 3  # equations that are named for each variable


def structure(system: System, solution: Solution, blocks: int, settable: int) -> dict[str, Any]:
    """Return the structure of a solved model in plain types.

    Parameters
    ----------
    system, solution : the model
    blocks : number of blocks
    settable : number of parameters that can be set in the FMU and have an effect

    Returns
    -------
    dict
        `variables`: scalars that vary continuously. `inputs`, `outputs`. `discrete`: names, without the hidden
        conditions of `when`. `largest`: names and sizes of the largest arrays.
        `parameters`: numbers of scalars that are `settable` in the FMU, `without effect`, `dependent` on settable ones,
        and `fixed` at build (structural, final, protected, or evaluated for their value).
        `blocks`: numbers by kind, `explicit`, `linear`, `nonlinear`. `coupled`: of each block that is not explicit its
        kind, all its unknowns, and those that are left when what follows by itself is put in.
    """
    kinds = Counter(item.kind for item in solution.coupled)
    sizes = Counter(quantity.variable.name for quantity in _quantities(system) if quantity.index)
    return {
        "variables": len(_quantities(system)),
        "inputs": len(system.inputs),
        "outputs": len(system.outputs),
        "discrete": [item.name for item in system.hybrid.discretes if item.variable.name in system.flat.variables],
        "largest": [[name, count] for name, count in sizes.most_common(LARGEST)],
        "parameters": _parameters(system, settable),
        "blocks": {
            "explicit": blocks - kinds["linear"] - kinds["nonlinear"],
            "linear": kinds["linear"],
            "nonlinear": kinds["nonlinear"],
        },
        "coupled": [
            {"kind": item.kind, "unknowns": list(item.unknowns), "left": list(item.left)}
            for item in solution.coupled
            if item.kind != "explicit"
        ],
    }


def _quantities(system: System) -> list[Quantity]:
    return [*system.inputs, *system.states, *system.algebraic]


def _parameters(system: System, settable: int) -> dict[str, int]:
    """Count scalar parameters; constants are not among them."""
    counts = {"settable": settable, "without effect": len(system.table.settable) - settable, "dependent": 0, "fixed": 0}
    for variable in system.flat.variables.values():
        if variable.variability == "parameter":
            for item in flat_items(system.table.value(variable, system.evaluator)):
                if not isinstance(item, ca.SX):
                    counts["fixed"] += 1
                elif not (item.is_symbolic() and item.name() in system.table.settable and _is_own(item, variable.name)):
                    counts["dependent"] += 1
    return counts


def _is_own(symbol: ca.SX, name: str) -> bool:
    """True when a symbol is that of the variable itself: `parameter Real b = a` has the symbol of another one."""
    return str(symbol.name()) == name or re.sub(r"\[[\d,]+\]$", "", symbol.name()) == name


def with_places(error: StructureError, system: System, unknowns: Sequence[ca.SX]) -> CompilerError:
    """Return the error of a model without a structural solution with the first place, and all others as details."""
    columns = sorted(error.columns, key=lambda column: bool(_residuals_with(system, unknowns[column].name())))
    owners = _owners(system)
    spans = [owners[unknowns[column].name()].variable.span for column in columns]
    rows = [system.residuals[row].span for row in error.rows]
    # an equation that ties states is what is wrong; else what is missing says more than what is left over
    spans = rows + spans if HIGH_INDEX in str(error) else spans + rows
    place = next((found for found in map(system.flat.sources.place, spans) if found), "")
    located = CompilerError(f"{place}: {error}" if place else str(error))
    located.details = tuple(left_over(system, unknowns, error.rows, columns))
    return located


def _owners(system: System) -> dict[str, Quantity]:
    """Return the variable behind each unknown."""
    owners: dict[str, Quantity] = {state.derivative.name(): state for state in system.states}
    return owners | {quantity.symbol.name(): quantity for quantity in system.algebraic}


def _residuals_with(system: System, name: str) -> list[Residual]:
    return [item for item in system.residuals if any(s.name() == name for s in ca.symvar(item.expression))]


def left_over(system: System, unknowns: Sequence[ca.SX], rows: Sequence[int], columns: Sequence[int]) -> list[str]:
    """Return lines that name every equation and variable in question, with place and component.

    Parameters
    ----------
    system : the model
    unknowns : derivatives of states and algebraic variables
    rows, columns : equations and unknowns in question, by number
    """
    sources = system.flat.sources
    states, algebraic = len(system.states), len(system.algebraic)
    lines = [
        f"unknowns: {len(unknowns)} ({states} derivatives of states, {algebraic} algebraic variables), equations: "
        f"{len(system.residuals)}"
    ]
    owners = _owners(system)
    if columns:
        lines.append(_title(len(columns), "variable is not determined", "variables, of which some are not determined"))
    for column in columns[:SHOWN]:
        name = unknowns[column].name()
        owner = owners[name]
        lines.append(_line(sources, owner.variable.span, f"'{name}'", _component(owner.variable.name)))
        lines += [f"    {text}" for text in _occurrences(_residuals_with(system, name), sources)]
    lines += _more(columns)
    if rows:
        lines.append(_title(len(rows), "equation is too many", "equations, of which some are too many"))
    names = {state.name for state in system.states}
    paths = {name[: dot.start()] for name in system.flat.variables for dot in re.finditer(r"\.", name)}
    for row in rows[:SHOWN]:
        residual = system.residuals[row]
        lines.append(_equation_line(residual, sources, paths))
        tied = sorted({symbol.name() for symbol in ca.symvar(residual.expression)} & names)
        if tied:
            lines.append(f"    has the state{'s' if len(tied) > 1 else ''} {', '.join(tied[:6])}")
    return lines + _more(rows)


def block_lines(residuals: Iterable[Residual], names: Iterable[str], sources: SourceMap) -> tuple[str, ...]:
    """Return lines that name the equations and unknowns of one block."""
    listed = list(names)
    return (
        f"a block with {len(listed)} unknown{'s' if len(listed) > 1 else ''}: {', '.join(listed[:SHOWN])}",
        *(_equation_line(residual, sources, None) for residual in list(residuals)[:SHOWN]),
        *_more(listed),
    )


def _equation_line(residual: Residual, sources: SourceMap, paths: set[str] | None) -> str:
    text = sources.text(residual.span)
    is_text = bool(text) and residual.origin.startswith("equation")
    owner = residual.origin.removeprefix("equation of ") if residual.origin.startswith("equation of ") else ""
    if paths is not None and owner not in paths:  # the equation of a declaration is named after its variable
        owner = owner.rpartition(".")[0]
    return _line(sources, residual.span, text if is_text else residual.origin, owner)


def _line(sources: SourceMap, span: Span | None, text: str, component: str) -> str:
    place = sources.place(span)
    return f"  {place + ': ' if place else ''}{text}" + (f", in component {component}" if component else "")


def _component(name: str) -> str:
    return name.rpartition(".")[0]


def _occurrences(found: Sequence[Residual], sources: SourceMap) -> list[str]:
    """Say in which equations an unknown occurs."""
    if not found:
        return ["occurs in no equation"]
    listed = [f"occurs in {residual.describe(sources)}" for residual in found[:OCCURRENCES]]
    more = len(found) - OCCURRENCES
    return [*listed, *([f"and in {more} more"] if more > 0 else [])]


def _title(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}:"


def _more(items: Sequence[object]) -> list[str]:
    return [f"  and {len(items) - SHOWN} more"] if len(items) > SHOWN else []
