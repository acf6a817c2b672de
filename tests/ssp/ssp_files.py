"""Schemas of SSP 1.0 and 2.0, and SSP files written by hand as other tools write them."""

from __future__ import annotations

import importlib.util
import zipfile
from functools import cache
from pathlib import Path

import fmpy.ssp
import pytest
from lxml import etree

NAMESPACES = " ".join(
    f'xmlns:{prefix}="http://ssp-standard.org/SSP1/SystemStructure{name}"'
    for prefix, name in (
        ("ssd", "Description"),
        ("ssc", "Common"),
        ("ssv", "ParameterValues"),
        ("ssm", "ParameterMapping"),
    )
)
_FILES = {"ssd": "Description", "ssv": "ParameterValues", "ssm": "ParameterMapping"}


@cache
def schema(version: str, ending: str) -> etree.XMLSchema:
    """Schema of a kind of file, as published with SSP 1.0 and 2.0."""
    if version == "1.0":
        folder = Path(fmpy.ssp.__file__).parent / "schema"
    else:
        found = importlib.util.find_spec("pyssp_standard")
        if found is None:
            pytest.skip("pyssp-standard, which has the schemas of SSP 2.0, is not installed")
        folder = Path(str(found.origin)).parent / "resources" / "ssp2"
    return etree.XMLSchema(file=str(folder / f"SystemStructure{_FILES[ending]}.xsd"))


def validate(path: Path, version: str) -> int:
    """Validate all XML files of an archive; gives their number."""
    count = 0
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            ending = name.rpartition(".")[2]
            if ending in _FILES:
                schema(version, ending).assertValid(etree.fromstring(archive.read(name)))
                count += 1
    return count


def structure(system: str, units: str = "", version: str = "1.0", experiment: str = "") -> str:
    """A system structure description around a `ssd:System` element."""
    table = f"<ssd:Units>{units}</ssd:Units>" if units else ""
    return (
        f'<?xml version="1.0"?><ssd:SystemStructureDescription {NAMESPACES} version="{version}" name="made by hand">'
        f"{system}{table}{experiment}</ssd:SystemStructureDescription>"
    )


def archive(path: Path, content: dict[str, str | bytes | Path], check: bool = True) -> Path:
    """Zip files; structures are checked against the schema, so that the tests read valid files only."""
    with zipfile.ZipFile(path, "w") as made:
        for name, data in content.items():
            made.writestr(name, data.read_bytes() if isinstance(data, Path) else data)
    if check:
        validate(path, "1.0")
    return path
