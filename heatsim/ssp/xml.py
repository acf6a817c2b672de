"""Names of the SSP formats and small helpers to write and read their XML.

SSP 2.0 keeps the namespaces of SSP 1.0 and adds to them (types of FMI 3.0, arrays, clocks, meta data), so that one
reader serves both; what heatsim writes differs in the version and in the types of connectors.
"""

from __future__ import annotations

import json
import math
import re
import xml.etree.ElementTree as ET
from typing import Any

from heatsim.errors import UsageError

VERSIONS = ("1.0", "2.0")

_BASE = "http://ssp-standard.org/SSP1/SystemStructure"
NAMESPACES = {
    "ssd": f"{_BASE}Description",
    "ssc": f"{_BASE}Common",
    "ssv": f"{_BASE}ParameterValues",
    "ssm": f"{_BASE}ParameterMapping",
    "hs": "urn:org.heatsim:ssp",
}
STRUCTURE = "SystemStructure.ssd"
ANNOTATION = "org.heatsim"
"""Type of heatsim's annotations: what SSP has no place for."""

FMU_TYPE = "application/x-fmu-sharedlibrary"
UNIT_TYPE = "application/x-heatsim-unit+json"
"""MIME type of a component that is a unit written in Python; `heatsim.ssp.python_unit` describes the file."""

# what a connector or parameter of a floating-point type may be called
REAL_TYPES = ("Real", "Float64", "Float32")
OTHER_TYPES = (
    *("Integer", "Int8", "UInt8", "Int16", "UInt16", "Int32", "UInt32", "Int64", "UInt64"),
    *("Boolean", "String", "Enumeration", "Binary", "Clock"),
)

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)

for _prefix, _uri in NAMESPACES.items():
    ET.register_namespace(_prefix, _uri)


def tag(name: str) -> str:
    """`ssd:System` as ElementTree writes it."""
    prefix, _, local = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


def add(parent: ET.Element, name: str, /, **attributes: str | None) -> ET.Element:
    """Append an element; attributes that are None or empty are left out."""
    given = {key: value for key, value in attributes.items() if value}
    return ET.SubElement(parent, tag(name), given)


def find(element: ET.Element, path: str) -> ET.Element | None:
    """First match of a path with prefixes."""
    return element.find(path, NAMESPACES)


def find_all(element: ET.Element, path: str) -> list[ET.Element]:
    """All matches of a path with prefixes."""
    return element.findall(path, NAMESPACES)


def required(element: ET.Element, attribute: str, where: str) -> str:
    """Value of an attribute that must be there.

    Raises
    ------
    UsageError
        When it is missing; `where` begins the message.
    """
    value = element.get(attribute)
    if value is None:
        local = element.tag.rpartition("}")[2]
        raise UsageError(f"{where}: a {local} has no attribute '{attribute}'; export the file again")
    return value


def number(text: str | None, default: float, where: str) -> float:
    """Number in an attribute.

    Raises
    ------
    UsageError
        When it is no finite number.
    """
    if text is None:
        return default
    # Python also reads 1_000 and the digits of other scripts
    value = float(text) if _NUMBER.fullmatch(text.strip()) else math.nan
    if not math.isfinite(value):
        raise UsageError(f"{where}: '{text}' is no finite number; correct it in the file")
    return value


def boolean(text: str | None) -> bool:
    """An xs:boolean; false when it is left out."""
    return (text or "").strip() in ("true", "1")


def parse_json(text: str, where: str) -> Any:
    """Content of a JSON text.

    Raises
    ------
    UsageError
        When it is none, or is nested or has numbers without end; `where` begins the message.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{where} is damaged ({error}); export the file again") from error


def annotate(parent: ET.Element, text: str) -> None:
    """Append heatsim's annotation with a JSON text."""
    annotations = add(parent, "ssd:Annotations" if _is_structure(parent) else "ssv:Annotations")
    annotation = add(annotations, "ssc:Annotation", type=ANNOTATION)
    add(annotation, "hs:Data").text = text


def _is_structure(element: ET.Element) -> bool:
    return element.tag.startswith(f"{{{NAMESPACES['ssd']}}}")


def annotation(element: ET.Element) -> str | None:
    """Text of heatsim's annotation, if there is one."""
    for prefix in ("ssd", "ssv"):
        for found in find_all(element, f"{prefix}:Annotations/ssc:Annotation"):
            data = find(found, "hs:Data")
            if found.get("type") == ANNOTATION and data is not None:
                return data.text or ""
    return None


def as_bytes(root: ET.Element) -> bytes:
    """The document as indented UTF-8."""
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"
