"""Edits an FMU's `modelDescription.xml` after a build, and the few facts that the build driver records of it."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from heatsim.errors import CompilerError

MODEL_MEMBER = "extra/org.heatsim/model.json"

ElementTree.register_namespace("xsi", "http://www.w3.org/2001/XMLSchema-instance")


def read_facts(fmu: Path) -> dict[str, Any]:
    """Name, FMI version, counts of states and event indicators, and capabilities of an FMU, for its manifest.

    Raises
    ------
    FmuError
        When the file is not an FMU.
    """
    from heatsim.fmu.description_reader import description_of  # not for the driver, which starts fast

    description = description_of(fmu)
    exchange = description.interfaces.get("model_exchange")
    return {
        "model_name": description.model_name,
        "fmi_version": description.fmi_version,
        "states": len(description.states),
        "event_indicators": description.event_indicators,
        "model_exchange": description.model_exchange,
        "co_simulation": description.co_simulation,
        "directional_derivatives": exchange is not None and exchange.provides_directional_derivatives,
    }


def read_events(fmu: Path) -> dict[str, int]:
    """Return the numbers of event indicators, time events and discrete variables of an FMU of the embedded compiler.

    Time events and discrete variables do not show in `modelDescription.xml` as event indicators do. Without a record
    nothing is returned.
    """
    with zipfile.ZipFile(fmu) as archive:
        if MODEL_MEMBER not in archive.namelist():
            return {}
        return dict(json.loads(archive.read(MODEL_MEMBER)).get("events", {}))


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
    root = _root(fmu)
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


def _root(fmu: Path) -> ElementTree.Element:
    try:
        with zipfile.ZipFile(fmu) as archive:
            return ElementTree.fromstring(archive.read("modelDescription.xml"))
    except (OSError, KeyError, zipfile.BadZipFile, ElementTree.ParseError) as error:
        raise CompilerError(f"{fmu} is not an FMU ({error}): build it again with --force") from None


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
