"""Parameters that the FMU shows but nobody sets: structural ones, and those that follow from others.

An engineer who looks into an FMU wants to see what it was made with. Structural parameters have the value they were
compiled with and are constants of the FMU; parameters whose declaration depends on settable ones are computed from them
whenever they are read.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

import casadi as ca

from heatsim.compiler.embedded.equations import values as v
from heatsim.compiler.embedded.equations.assembly import System
from heatsim.compiler.embedded.equations.flat import Variable
from heatsim.compiler.embedded.equations.parameters import scalar_names


@dataclass(frozen=True)
class Shown:
    """A scalar parameter that is shown: its value, or the expression of settable parameters that gives it."""

    name: str
    variable: Variable
    index: tuple[int, ...]
    value: v.Scalar

    @property
    def kind(self) -> str:
        """Type in the FMU: Real, Integer, Boolean or Enumeration."""
        return self.variable.shown_kind


def shown_parameters(system: System, settable: Container[str]) -> tuple[tuple[Shown, ...], tuple[Shown, ...]]:
    """Return the parameters that are constant in the FMU and those that depend on settable ones.

    Parameters
    ----------
    settable : names of the scalar parameters of the FMU that can be set; the others have their default values
    """
    constant: list[Shown] = []
    dependent: list[Shown] = []
    for variable in system.flat.variables.values():
        if variable.variability != "parameter" or variable.is_protected or variable.kind == "String":
            continue
        value = system.table.value(variable, system.evaluator)
        for index, name in scalar_names(variable.name, variable.dims):
            item = v.tidy(value[index] if index else value)
            if name in settable:
                continue
            if isinstance(item, ca.SX) and any(symbol.name() in settable for symbol in ca.symvar(item)):
                dependent.append(Shown(name, variable, index, _with_defaults(system, item, settable)))
            else:
                constant.append(Shown(name, variable, index, float(system.table.default(item))))
    return tuple(constant), tuple(dependent)


def _with_defaults(system: System, expression: ca.SX, settable: Container[str]) -> ca.SX:
    """Put in the default values of parameters that cannot be set because nothing depends on them."""
    others = [symbol for symbol in ca.symvar(expression) if symbol.name() not in settable]
    if not others:
        return expression
    values = [system.table.settable[symbol.name()].value for symbol in others]
    return ca.substitute(expression, ca.vertcat(*others), ca.DM(values))
