"""Reads `modelDescription.xml` of FMI 2.0 and 3.0 into plain data.

Only what coupling and integration need is kept: variables with numbers instead of strings, the unit also when it sits
on the declared type, the states in the order of the model structure, and the capabilities.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass, replace
from pathlib import Path

from heatsim.errors import FmuError

_FLOAT_TYPES = {"Real", "Float64", "Float32"}
_FMI3_TYPES = {
    "Float32",
    "Float64",
    "Int8",
    "UInt8",
    "Int16",
    "UInt16",
    "Int32",
    "UInt32",
    "Int64",
    "UInt64",
    "Boolean",
    "String",
    "Binary",
    "Enumeration",
    "Clock",
}


@dataclass(frozen=True)
class Variable:
    """One variable of an FMU, numbers parsed.

    `unit` is "" when none is declared. `shape` is () for a scalar. `type` is the FMI type without its width ("Real" for
    all floating-point types). `derivative_of` names the state when the variable is a state derivative.
    """

    name: str
    causality: str
    unit: str = ""
    description: str = ""
    start: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    nominal: float | None = None
    shape: tuple[int, ...] = ()
    variability: str = "continuous"
    initial: str | None = None
    type: str = "Real"
    reference: int = 0
    derivative_of: str | None = None


@dataclass(frozen=True)
class Description:
    """The content of a model description that heatsim uses."""

    fmi_version: str
    model_name: str
    model_identifier: str
    guid: str
    generation_tool: str
    description: str
    model_exchange: bool
    co_simulation: bool
    event_indicators: int
    variables: dict[str, Variable]
    states: tuple[str, ...]


def read_description(path: Path, label: str) -> Description:
    """Parse a model description.

    Parameters
    ----------
    path
        The XML file.
    label
        Name of the FMU for messages.

    Raises
    ------
    FmuError
        When the file is missing, is not XML, or is not FMI 2.0 or 3.0.
    """
    if not path.is_file():
        raise FmuError(f"{label}: there is no modelDescription.xml inside; this is not an FMU")
    try:
        root = ET.parse(path).getroot()
    except ET.ParseError as error:
        raise FmuError(
            f"{label}: modelDescription.xml is not valid XML ({error}); build or download the FMU again"
        ) from error
    version = root.get("fmiVersion", "")
    if not version.startswith(("2.", "3.")):
        raise FmuError(f"{label}: FMI version {version or 'unknown'} is not supported; export it as FMI 2.0 or 3.0")
    major = int(version[0])
    types = _declared_types(root, major)
    variables, states = (_variables_fmi2 if major == 2 else _variables_fmi3)(root, types, label)
    exchange = root.find("ModelExchange")
    co_simulation = root.find("CoSimulation")
    implementation = exchange if exchange is not None else co_simulation
    if major == 2:
        indicators = int(root.get("numberOfEventIndicators", "0"))
    else:
        indicators = len(root.findall("ModelStructure/EventIndicator"))
    return Description(
        fmi_version=version,
        model_name=root.get("modelName", label),
        model_identifier="" if implementation is None else implementation.get("modelIdentifier", ""),
        guid=root.get("guid") or root.get("instantiationToken") or "",
        generation_tool=root.get("generationTool", ""),
        description=root.get("description", ""),
        model_exchange=exchange is not None,
        co_simulation=co_simulation is not None,
        event_indicators=indicators,
        variables=variables,
        states=states,
    )


def _number(text: str | None) -> float | None:
    if text is None:
        return None
    if text in ("true", "false"):
        return float(text == "true")
    try:
        return float(text.split()[0])
    except (ValueError, IndexError):
        return None


def _declared_types(root: ET.Element, major: int) -> dict[str, dict[str, str]]:
    """Attributes of the declared types, by type name."""
    types: dict[str, dict[str, str]] = {}
    if major == 2:
        for simple in root.findall("TypeDefinitions/SimpleType"):
            real = simple.find("Real")
            if real is not None:
                types[simple.get("name", "")] = dict(real.attrib)
    else:
        for element in root.findall("TypeDefinitions/*"):
            types[element.get("name", "")] = dict(element.attrib)
    return types


def _make(
    element: ET.Element, value: ET.Element, kind: str, types: dict[str, dict[str, str]], shape: tuple[int, ...]
) -> Variable:
    declared = types.get(value.get("declaredType", ""), {})

    def attribute(key: str) -> str | None:
        return value.get(key, declared.get(key))

    causality = element.get("causality", "local")
    default_variability = "continuous" if kind == "Real" else "discrete"
    if causality in ("parameter", "calculatedParameter"):
        default_variability = "fixed"
    return Variable(
        name=element.get("name", ""),
        causality=causality,
        unit=attribute("unit") or "",
        description=element.get("description", ""),
        start=_number(value.get("start")),
        minimum=_number(attribute("min")),
        maximum=_number(attribute("max")),
        nominal=_number(attribute("nominal")),
        shape=shape,
        variability=element.get("variability", default_variability),
        initial=element.get("initial"),
        type=kind,
        reference=int(element.get("valueReference", "0")),
    )


def _variables_fmi2(
    root: ET.Element, types: dict[str, dict[str, str]], label: str
) -> tuple[dict[str, Variable], tuple[str, ...]]:
    ordered: list[tuple[Variable, int | None]] = []
    for element in root.findall("ModelVariables/ScalarVariable"):
        value = next(
            (child for child in element if child.tag in ("Real", "Integer", "Boolean", "String", "Enumeration")), None
        )
        if value is None:
            raise FmuError(
                f"{label}: variable '{element.get('name')}' has no type in modelDescription.xml; export the FMU again"
            )
        derivative = value.get("derivative")
        ordered.append((_make(element, value, value.tag, types, ()), None if derivative is None else int(derivative)))
    variables: dict[str, Variable] = {}
    for variable, derivative_index in ordered:
        state = None if derivative_index is None else ordered[derivative_index - 1][0].name
        variables[variable.name] = _with_state(variable, state)
    states = []
    for unknown in root.findall("ModelStructure/Derivatives/Unknown"):
        state = variables[ordered[int(unknown.get("index", "0")) - 1][0].name].derivative_of
        if state is not None:
            states.append(state)
    return variables, tuple(states)


def _variables_fmi3(
    root: ET.Element, types: dict[str, dict[str, str]], label: str
) -> tuple[dict[str, Variable], tuple[str, ...]]:
    elements = [element for element in root.findall("ModelVariables/*") if element.tag in _FMI3_TYPES]
    by_reference = {int(element.get("valueReference", "0")): element for element in elements}
    variables: dict[str, Variable] = {}
    for element in elements:
        dimensions = element.findall("Dimension")
        shape = tuple(int(d.get("start", "0")) for d in dimensions)
        kind = "Real" if element.tag in _FLOAT_TYPES else element.tag
        variable = _make(element, element, kind, types, shape)
        derivative = element.get("derivative")
        state = None if derivative is None else by_reference[int(derivative)].get("name")
        variables[variable.name] = _with_state(variable, state)
    states = []
    for unknown in root.findall("ModelStructure/ContinuousStateDerivative"):
        reference = int(unknown.get("valueReference", "0"))
        derivative_element = by_reference.get(reference)
        state = None if derivative_element is None else variables[derivative_element.get("name", "")].derivative_of
        if state is None:
            raise FmuError(
                f"{label}: the state derivative with value reference {reference} names no state; export the FMU again"
            )
        states.append(state)
    return variables, tuple(states)


def _with_state(variable: Variable, state: str | None) -> Variable:
    return variable if state is None else replace(variable, derivative_of=state)
