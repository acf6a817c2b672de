"""Parses XML that comes from strangers: no document type, so no entities, and no more of it than memory can take."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from xml.parsers import expat

from heatsim.errors import FmuError

XML_LIMIT = 256 * 1024**2  # B; a model description of a million variables has about as much
_PIECE = 1 << 16  # B


def parse_xml(content: bytes, label: str, name: str = "modelDescription.xml") -> ET.Element:
    """Root element of a document.

    Parameters
    ----------
    content
        The file.
    label
        Name of the FMU for messages.
    name
        Name of the file for messages.

    Raises
    ------
    FmuError
        When it is too large, is not XML, or declares a document type. FMI needs none, and entities declared in one can
        grow without bound or read files of this machine.
    """
    if len(content) > XML_LIMIT:
        raise FmuError(
            f"{label}: {name} has {len(content) / 1e6:.0f} MB, and at most {XML_LIMIT / 1e6:.0f} MB are accepted; "
            "export the FMU with fewer variables"
        )
    try:
        if _has_document_type(content):
            raise FmuError(
                f"{label}: {name} declares a document type (<!DOCTYPE), as entity bombs do and no FMU needs; "
                "do not use this file"
            )
        return ET.fromstring(content)
    except (ET.ParseError, expat.ExpatError, ValueError, LookupError) as error:  # the latter two: unknown encodings
        raise FmuError(f"{label}: {name} is not valid XML ({error}); build or download the FMU again") from error


class _PrologOver(Exception):
    """The root element has begun, and no document type can follow."""


def _has_document_type(content: bytes) -> bool:
    found: list[str] = []

    def document_type(name: str, *_: object) -> None:
        found.append(name)
        raise _PrologOver

    def element(*_: object) -> None:
        raise _PrologOver

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = document_type
    parser.StartElementHandler = element
    try:
        # in pieces, since expat reads the piece it is in to its end
        for begin in range(0, len(content), _PIECE):
            parser.Parse(content[begin : begin + _PIECE], False)
        parser.Parse(b"", True)
    except _PrologOver:
        return bool(found)
    return False
