"""Reads the structure of a model description: states, event indicators, and what depends on what."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass

from heatsim.fmu.description import Variable
from heatsim.fmu.model_variables import Listing
from heatsim.fmu.xml_attributes import count, quoted, reference, references, refusal

INDICATOR_LIMIT = 100_000


@dataclass(frozen=True)
class Structure:
    """States in order, number of event indicators, and dependencies of outputs and derivatives by name."""

    states: tuple[str, ...]
    event_indicators: int
    dependencies: dict[str, tuple[str, ...] | None]


def read_structure(root: ET.Element, major: int, listing: Listing, exchange: bool, label: str) -> Structure:
    """Structure of a model.

    Parameters
    ----------
    root
        Root element of the model description.
    major
        2 or 3.
    listing
        Its variables.
    exchange
        Whether the FMU offers Model Exchange; only then the states matter, and a wrong list of them is refused.
    label
        Name of the FMU for messages.

    Raises
    ------
    FmuError
        When it refers to variables that do not exist, or states and derivatives do not fit together.
    """
    paths = ("Outputs/Unknown", "Derivatives/Unknown") if major == 2 else ("Output", "ContinuousStateDerivative")
    outputs, derivatives = (root.findall(f"ModelStructure/{path}") for path in paths)
    dependencies: dict[str, tuple[str, ...] | None] = {}
    for element in outputs:
        variable = _unknown(element, major, listing, label)
        if variable.causality == "output":
            dependencies[variable.name] = _dependencies(element, variable, listing, label)
        elif element.get("dependencies") is not None:
            # without dependencies the wrong index is harmless: an output that is not listed may depend on everything
            raise refusal(
                label,
                f"{quoted(variable.name)} among the outputs of the model structure, and it has the role "
                f"'{variable.causality}', so the dependencies are those of another variable",
            )
    for element in derivatives:
        variable = _unknown(element, major, listing, label)
        dependencies[variable.name] = _dependencies(element, variable, listing, label)
    states = _states([_unknown(e, major, listing, label) for e in derivatives], listing, exchange, label)
    return Structure(states, _event_indicators(root, major, listing, label), dependencies)


def _unknown(element: ET.Element, major: int, listing: Listing, label: str) -> Variable:
    if major == 2:
        key = count(element.get("index"), label, "an index in the model structure", 2**32)
    else:
        key = reference(element.get("valueReference"), label, "an entry of the model structure")
    return listing.at(key, label, "the model structure")


def _dependencies(element: ET.Element, variable: Variable, listing: Listing, label: str) -> tuple[str, ...] | None:
    text = element.get("dependencies")
    if text is None:
        return None
    where = f"dependencies of {quoted(variable.name)}"
    return tuple(listing.at(key, label, where).name for key in references(text, label, where))


def _states(derivatives: list[Variable], listing: Listing, exchange: bool, label: str) -> tuple[str, ...]:
    states: dict[str, str] = {}
    by_name = {variable.name: variable for variable in listing.variables}
    for derivative in derivatives:
        state = derivative.derivative_of
        if state is None:
            if not exchange:
                continue
            raise refusal(
                label, f"the derivative {quoted(derivative.name)} names no state that it is the derivative of"
            )
        if state in states and exchange:
            raise refusal(
                label,
                f"{quoted(states[state])} and {quoted(derivative.name)} are both the derivative of {quoted(state)}",
            )
        states[state] = derivative.name
        for variable in (derivative, by_name[state]) if exchange else ():
            if variable.type != "Real" or variable.variability != "continuous":
                raise refusal(
                    label,
                    f"{quoted(variable.name)} is part of the continuous states, and it is {variable.fmi_type} and "
                    f"{variable.variability}",
                )
        if exchange and by_name[state].causality in ("input", "parameter", "independent"):
            raise refusal(label, f"the state {quoted(state)} has the role '{by_name[state].causality}'")
    return tuple(states)


def _event_indicators(root: ET.Element, major: int, listing: Listing, label: str) -> int:
    if major == 2:
        text = root.get("numberOfEventIndicators")
        return 0 if text is None else count(text, label, "numberOfEventIndicators", INDICATOR_LIMIT)
    elements = root.findall("ModelStructure/EventIndicator")
    for element in elements:
        _unknown(element, major, listing, label)
    if len(elements) > INDICATOR_LIMIT:
        raise refusal(label, f"{len(elements)} event indicators, and at most {INDICATOR_LIMIT} are accepted")
    return len(elements)
