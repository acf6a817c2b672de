"""Whether a Model Exchange FMU can be equations in a graph, or has to be run through its binary with its events.

What cannot be seen in the description is tried: time events are only known after an initialisation, and CasADi may not
be able to import an FMU whose binary does its work.
"""

from __future__ import annotations

from pathlib import Path

import casadi as ca

from heatsim.errors import FmuError
from heatsim.fmu.description import Description
from heatsim.fmu.equations import ORACLE
from heatsim.fmu.extra import NAMES, event_counts, read_extra
from heatsim.fmu.instance import first_look


def why_binary(label: str, folder: Path, description: Description) -> str:
    """Why the FMU is to be run through its binary; "" when its equations hold throughout.

    An FMU of FMI 2.0 cannot be told from one without events when it asks for its only events after a step of the
    integrator, which it may do by default, and has neither a discrete variable nor a state with `reinit`, as the
    standard wants: one that only changes the selection of its states, or one whose description is wrong.
    """
    if description.event_indicators > 0:
        return f"has {description.event_indicators} event indicators"
    events = event_counts(read_extra(folder, NAMES, label))
    if any(events.values()):
        counts = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in events.items() if count)
        return f"has events ({counts})"
    for variable in description.variables.values():
        if variable.causality == "input" and variable.type != "Real":
            return f"has an input '{variable.name}' of type {variable.fmi_type}"
        if variable.causality == "output" and (variable.type != "Real" or variable.variability == "discrete"):
            return f"has an output '{variable.name}' that only changes at events"
    if (folder / NAMES).is_file():
        return ""
    for variable in description.variables.values():
        if variable.causality == "local" and variable.variability == "discrete":
            return f"has a variable '{variable.name}' that only changes at events"
    for state in description.states:
        if description.variables[state].reinit:
            return f"has a state '{state}' that jumps at events"
    claims = description.interfaces["model_exchange"]
    if description.fmi_version.startswith("3") and claims.needs_completed_integrator_step:
        return "wants to be told of each step of the integrator"
    if not (folder / ORACLE).is_file() and not _can_be_imported(folder, claims.model_identifier):
        return "cannot be imported by CasADi"
    try:
        next_event = first_look(label, folder, description, {}).next_event
    except FmuError:
        # it may need parameters; whoever runs it gets this failure with its reason
        return ""
    return "" if next_event is None else f"has time events, the first at {next_event:g} s"


def _can_be_imported(folder: Path, identifier: str) -> bool:
    try:
        ca.DaeBuilder(identifier, str(folder), {})
    except RuntimeError:
        return False
    return True
