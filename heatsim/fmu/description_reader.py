"""Reads `modelDescription.xml` of FMI 2.0 and 3.0, runs nothing, and refuses what cannot be meant."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

from heatsim.errors import FmuError
from heatsim.fmu.archive import list_entries, read_entry
from heatsim.fmu.description import Claims, Description, Experiment
from heatsim.fmu.description_checks import check_variables
from heatsim.fmu.model_structure import read_structure
from heatsim.fmu.model_variables import read_variables
from heatsim.fmu.safe_xml import XML_LIMIT, parse_xml
from heatsim.fmu.xml_attributes import clean, count, flag, optional_number, quoted, refusal

NAME = "modelDescription.xml"
DERIVATIVE_ORDER_LIMIT = 20

# it becomes part of a path and of names of C functions; some tools put a hyphen or a dot into it
_IDENTIFIER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,199}", re.ASCII)
_VERSION = re.compile(r"[23]\.\d[\w.+-]*", re.ASCII)


def description_of(fmu: Path) -> Description:
    """Description of an FMU file; nothing is unpacked or run.

    Raises
    ------
    FmuError
        When the archive or the model description is not acceptable.
    """
    content = read_entry(fmu, NAME, XML_LIMIT)
    if content is None:
        nested = [name for name in list_entries(fmu) if name.endswith("/" + NAME)]
        if nested:
            folder = nested[0].removesuffix("/" + NAME)
            raise FmuError(
                f"{fmu.name}: {NAME} is in the folder {quoted(folder)}; zip the content of that folder instead"
            )
        raise FmuError(f"{fmu.name}: there is no {NAME} inside; this is not an FMU")
    return parse_description(content, fmu.name)


def parse_description(content: bytes, label: str) -> Description:
    """Description from the content of the XML file.

    Parameters
    ----------
    content
        The XML.
    label
        Name of the FMU for messages.

    Raises
    ------
    FmuError
        When it is not XML, is not FMI 2.0 or 3.0, or contradicts itself.
    """
    root = parse_xml(content, label)
    version = root.get("fmiVersion", "")
    if root.tag != "fmiModelDescription":
        raise refusal(label, f"the root element is {quoted(root.tag)}", "check that the file is an FMU")
    if not _VERSION.fullmatch(version):
        raise FmuError(
            f"{label}: FMI version {clean(version)[:20] or 'unknown'} is not supported; export it as FMI 2.0 or 3.0"
        )
    major = int(version[0])
    interfaces = _interfaces(root, major, label)
    listing = read_variables(root, major, label)
    structure = read_structure(root, major, listing, "model_exchange" in interfaces, label)
    check_variables(listing.variables, structure.states, major, label)
    first = next(iter(interfaces.values()), None)
    return Description(
        fmi_version=version,
        model_name=clean(root.get("modelName", "")) or label,
        model_identifier="" if first is None else first.model_identifier,
        guid=root.get("guid") or root.get("instantiationToken") or "",
        generation_tool=clean(root.get("generationTool", "")),
        description=clean(root.get("description", "")),
        model_exchange="model_exchange" in interfaces,
        co_simulation="co_simulation" in interfaces,
        event_indicators=structure.event_indicators,
        variables={variable.name: variable for variable in listing.variables},
        states=structure.states,
        interfaces=interfaces,
        dependencies=structure.dependencies,
        experiment=_experiment(root, label),
        log_categories=tuple(clean(e.get("name", "")) for e in root.findall("LogCategories/Category")),
    )


def _interfaces(root: ET.Element, major: int, label: str) -> dict[str, Claims]:
    """Claims of both interfaces, Model Exchange first."""
    found: dict[str, Claims] = {}
    for key, tag in (("model_exchange", "ModelExchange"), ("co_simulation", "CoSimulation")):
        element = root.find(tag)
        if element is not None:
            identifier = element.get("modelIdentifier", "")
            if not _IDENTIFIER.fullmatch(identifier) or ".." in identifier:
                raise refusal(
                    label,
                    f"the model identifier of {tag} is {quoted(identifier)}, and it has to be the name of a file in "
                    "letters, digits and underscores",
                )
            found[key] = (_claims_fmi2 if major == 2 else _claims_fmi3)(element, identifier, label)
    return found


def _claims_fmi2(element: ET.Element, identifier: str, label: str) -> Claims:
    return Claims(
        model_identifier=identifier,
        needs_execution_tool=flag(element, "needsExecutionTool", label),
        can_be_instantiated_only_once=flag(element, "canBeInstantiatedOnlyOncePerProcess", label),
        can_get_and_set_state=flag(element, "canGetAndSetFMUstate", label),
        can_serialize_state=flag(element, "canSerializeFMUstate", label),
        provides_directional_derivatives=flag(element, "providesDirectionalDerivative", label),
        needs_completed_integrator_step=not flag(element, "completedIntegratorStepNotNeeded", label),
        can_handle_variable_step=flag(element, "canHandleVariableCommunicationStepSize", label),
        can_interpolate_inputs=flag(element, "canInterpolateInputs", label),
        max_output_derivative_order=_derivative_order(element, label),
    )


def _claims_fmi3(element: ET.Element, identifier: str, label: str) -> Claims:
    return Claims(
        model_identifier=identifier,
        needs_execution_tool=flag(element, "needsExecutionTool", label),
        can_be_instantiated_only_once=flag(element, "canBeInstantiatedOnlyOncePerProcess", label),
        can_get_and_set_state=flag(element, "canGetAndSetFMUState", label),
        can_serialize_state=flag(element, "canSerializeFMUState", label),
        provides_directional_derivatives=flag(element, "providesDirectionalDerivatives", label),
        provides_adjoint_derivatives=flag(element, "providesAdjointDerivatives", label),
        needs_completed_integrator_step=flag(element, "needsCompletedIntegratorStep", label),
        can_handle_variable_step=flag(element, "canHandleVariableCommunicationStepSize", label),
        max_output_derivative_order=_derivative_order(element, label),
        fixed_internal_step=optional_number(element, "fixedInternalStepSize", label, "the interface"),
        has_event_mode=flag(element, "hasEventMode", label),
        might_return_early=flag(element, "mightReturnEarlyFromDoStep", label),
        provides_intermediate_update=flag(element, "providesIntermediateUpdate", label),
    )


def _derivative_order(element: ET.Element, label: str) -> int:
    text = element.get("maxOutputDerivativeOrder")
    return 0 if text is None else count(text, label, "maxOutputDerivativeOrder", DERIVATIVE_ORDER_LIMIT)


def _experiment(root: ET.Element, label: str) -> Experiment:
    element = root.find("DefaultExperiment")
    if element is None:
        return Experiment()
    keys = ("startTime", "stopTime", "tolerance", "stepSize")
    return Experiment(*(optional_number(element, key, label, "the default experiment") for key in keys))
