"""The few facts of an FMU's `modelDescription.xml` that the build driver records; reads the XML, runs nothing."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from heatsim.errors import CompilerError

MODEL_MEMBER = "extra/org.heatsim/model.json"

ElementTree.register_namespace("xsi", "http://www.w3.org/2001/XMLSchema-instance")


@dataclass(frozen=True)
class FmuFacts:
    """What an FMU says about itself: FMI version, counts of continuous states and event indicators, capabilities."""

    model_name: str
    fmi_version: str
    states: int
    event_indicators: int
    model_exchange: bool
    co_simulation: bool
    directional_derivatives: bool


def read_facts(fmu: Path) -> FmuFacts:
    """Return the facts of an FMU file.

    Raises
    ------
    CompilerError
        When the file is not an FMU.
    """
    root = read_description(fmu)
    version = root.get("fmiVersion", "")
    exchange = root.find("ModelExchange")
    structure = root.find("ModelStructure")
    if version.startswith("2"):
        derivatives = structure.find("Derivatives") if structure is not None else None
        states = 0 if derivatives is None else len(derivatives.findall("Unknown"))
        indicators = int(root.get("numberOfEventIndicators", "0"))
        directional = exchange is not None and exchange.get("providesDirectionalDerivative") == "true"
    else:
        states = len(structure.findall("ContinuousStateDerivative")) if structure is not None else 0
        indicators = len(structure.findall("EventIndicator")) if structure is not None else 0
        directional = exchange is not None and exchange.get("providesDirectionalDerivatives") == "true"
    return FmuFacts(
        model_name=root.get("modelName", ""),
        fmi_version=version,
        states=states,
        event_indicators=indicators,
        model_exchange=exchange is not None,
        co_simulation=root.find("CoSimulation") is not None,
        directional_derivatives=directional,
    )


def read_events(fmu: Path) -> dict[str, int]:
    """Return the numbers of event indicators, time events and discrete variables of an FMU of the embedded compiler.

    Time events and discrete variables do not show in `modelDescription.xml` as event indicators do. Without a record
    nothing is returned.
    """
    with zipfile.ZipFile(fmu) as archive:
        if MODEL_MEMBER not in archive.namelist():
            return {}
        return dict(json.loads(archive.read(MODEL_MEMBER)).get("events", {}))


def read_description(fmu: Path) -> ElementTree.Element:
    """Return the root element of an FMU's `modelDescription.xml`."""
    try:
        with zipfile.ZipFile(fmu) as archive:
            return ElementTree.fromstring(archive.read("modelDescription.xml"))
    except (OSError, KeyError, zipfile.BadZipFile, ElementTree.ParseError) as error:
        raise CompilerError(f"{fmu} is not an FMU ({error}): build it again with --force") from None


def rename_and_expose(fmu: Path, model: str, expose: Iterable[str]) -> list[str]:
    """Set the model's name in an FMI 2.0 FMU and turn local variables into outputs.

    Both are legal edits of the XML alone: the binary answers for every variable, whatever its causality.

    Parameters
    ----------
    fmu : Path
        File to change in place.
    model : str
        Value of the attribute `modelName` (the identifier of the binary stays).
    expose : iterable of str
        Variables; the name of an array means all its elements.

    Returns
    -------
    list of str
        Names in `expose` that the FMU does not have.
    """
    root = read_description(fmu)
    root.set("modelName", model)
    variables = root.find("ModelVariables")
    structure = root.find("ModelStructure")
    if variables is None or structure is None:
        raise CompilerError(f"{fmu} has no variables or model structure: build it again with --force")
    missing = []
    chosen: list[int] = []
    for name in expose:
        matches = [
            index
            for index, variable in enumerate(variables, start=1)
            if variable.get("name") == name or variable.get("name", "").startswith(f"{name}[")
        ]
        if not matches:
            missing.append(name)
        chosen += matches
    locals_ = [index for index in chosen if variables[index - 1].get("causality", "local") == "local"]
    for index in locals_:
        variables[index - 1].set("causality", "output")
    _list_unknowns(structure, "Outputs", locals_)
    initial = {index: variables[index - 1].get("initial", "calculated") for index in locals_}
    _list_unknowns(structure, "InitialUnknowns", [index for index in locals_ if initial[index] != "exact"])
    replace_member(fmu, "modelDescription.xml", ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))
    return missing


def _list_unknowns(structure: ElementTree.Element, section: str, indices: Iterable[int]) -> None:
    """Add variables to a section of the model structure, in the order of their index."""
    order = ("Outputs", "Derivatives", "InitialUnknowns")
    found = structure.find(section)
    if found is None:
        before = sum(child.tag in order[: order.index(section)] for child in structure)
        found = ElementTree.Element(section)
        structure.insert(before, found)
    listed = {int(unknown.get("index", "0")) for unknown in found}
    for index in set(indices) - listed:
        # No `dependencies` attribute: the standard reads that as "may depend on everything", which is always true
        ElementTree.SubElement(found, "Unknown", {"index": str(index)})
    found[:] = sorted(found, key=lambda unknown: int(unknown.get("index", "0")))


def replace_member(fmu: Path, member: str, content: bytes) -> None:
    """Write one file of an FMU anew (or add it), leaving all others as they are."""
    copy = fmu.with_name(fmu.name + ".new")
    with zipfile.ZipFile(fmu) as old, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            if item.filename != member:
                new.writestr(item, old.read(item), compress_type=zipfile.ZIP_DEFLATED)
        # a fixed date: the same sources give the same file
        new.writestr(zipfile.ZipInfo(member, (2020, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    copy.replace(fmu)
