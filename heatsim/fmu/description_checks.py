"""Contradictions between the variables of a model description that would make a run wrong without an error."""

from __future__ import annotations

import math
from collections.abc import Sequence

from heatsim.fmu.description import Variable
from heatsim.fmu.xml_attributes import quoted, refusal

_SET_FROM_OUTSIDE = ("input", "parameter", "structuralParameter")
_PARAMETERS = ("parameter", "calculatedParameter", "structuralParameter")


def check_variables(variables: Sequence[Variable], states: Sequence[str], major: int, label: str) -> None:
    """Refuse names that are not unique, values that two variables share, roles and numbers that contradict each other.

    Parameters
    ----------
    variables
        All variables.
    states
        Names of the continuous states.
    major
        2 or 3, the FMI version.
    label
        Name of the FMU for messages.

    Raises
    ------
    FmuError
        Names the variables and the contradiction.
    """
    _check_names(variables, label)
    if major == 2:
        _check_aliases(variables, label)
    independent = [variable for variable in variables if variable.causality == "independent"]
    if len(independent) > 1:
        raise refusal(
            label, f"{quoted(independent[0].name)} and {quoted(independent[1].name)} both claim to be the time"
        )
    known = set(states)
    for variable in variables:
        _check_roles(variable, label)
        _check_numbers(variable, variable.name in known, label)


def _check_names(variables: Sequence[Variable], label: str) -> None:
    seen: set[str] = set()
    for variable in variables:
        if variable.name in seen:
            raise refusal(label, f"two variables have the name {quoted(variable.name)}")
        seen.add(variable.name)


def _check_aliases(variables: Sequence[Variable], label: str) -> None:
    """In FMI 2.0 variables may share a value, but then at most one of them may be set."""
    owners: dict[tuple[str, int], Variable] = {}
    for variable in variables:
        if variable.causality not in _SET_FROM_OUTSIDE:
            continue
        # integers and enumerations are read and written by the same functions
        base = "Integer" if variable.type == "Enumeration" else variable.type
        first = owners.setdefault((base, variable.reference), variable)
        if first is not variable:
            raise refusal(
                label,
                f"the {first.causality} {quoted(first.name)} and the {variable.causality} {quoted(variable.name)} "
                f"share the value reference {variable.reference}, so that setting one changes the other",
            )


def _check_roles(variable: Variable, label: str) -> None:
    causality, variability = variable.causality, variable.variability
    wrong = (
        (causality in _PARAMETERS and variability not in ("fixed", "tunable"))
        or (causality == "input" and variability not in ("discrete", "continuous"))
        or (causality == "independent" and variable.type != "Real")
    )
    if wrong:
        raise refusal(
            label,
            f"{quoted(variable.name)} has the role '{causality}' and is {variability} ({variable.fmi_type}), which "
            "contradict each other",
        )


def _check_numbers(variable: Variable, state: bool, label: str) -> None:
    low, high, nominal = variable.minimum, variable.maximum, variable.nominal
    if low is not None and high is not None and low > high:
        raise refusal(label, f"{quoted(variable.name)} has a minimum of {low:g} above its maximum of {high:g}")
    if nominal is not None and not math.isfinite(nominal):
        raise refusal(label, f"{quoted(variable.name)} has a nominal value of {nominal:g}")
    starts_run = state or variable.causality in _SET_FROM_OUTSIDE
    if starts_run and not all(math.isfinite(value) for value in variable.starts):
        raise refusal(label, f"{quoted(variable.name)} starts at a value that is not finite")
