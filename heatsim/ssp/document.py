"""Reads the XML of an SSP file into plain data, without making anything of it yet."""

from __future__ import annotations

import posixpath
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

from heatsim.errors import UsageError
from heatsim.ssp.model import Binding, Component, Connector, Document, Link, Parameter, Structure, Transformation
from heatsim.ssp.unit_table import Unit, read_units, unit_named
from heatsim.ssp.xml import (
    FMU_TYPE,
    NAMESPACES,
    OTHER_TYPES,
    REAL_TYPES,
    VERSIONS,
    annotation,
    boolean,
    find,
    find_all,
    number,
    parse_json,
    required,
    tag,
)

DEPTH_LIMIT = 50  # systems in systems; a plant has three or four


def read_document(root: ET.Element, label: str, load: Callable[[str], ET.Element]) -> Document:
    """Read a system structure.

    Parameters
    ----------
    root
        Root element of the structure.
    label
        The file, for messages.
    load
        Gives the root element of another XML file of the archive by its name.

    Raises
    ------
    UsageError
        When the file is no system structure, is of an unknown version, or uses what heatsim does not read.
    """
    if root.tag != tag("ssd:SystemStructureDescription"):
        raise UsageError(f"{label}: the root element is '{root.tag}', not an SSP system structure; check the file")
    version = required(root, "version", label)
    if version.split(".")[0] not in {v.split(".")[0] for v in VERSIONS}:
        raise UsageError(f"{label}: SSP version {version} is unknown; export it as {' or '.join(VERSIONS)}")
    system = find(root, "ssd:System")
    if system is None:
        raise UsageError(f"{label}: has no System; check the file")
    reader = _Reader(label, read_units(root, "ssd:Units", label), load)
    structure = reader.structure(system)
    experiment = find(root, "ssd:DefaultExperiment")
    times: list[float | None] = [None, None]
    if experiment is not None:
        for i, key in enumerate(("startTime", "stopTime")):
            if experiment.get(key) is not None:
                times[i] = number(experiment.get(key), 0.0, f"{label}: {key}")
    return Document(version, structure, *times)


class _Reader:
    def __init__(self, label: str, units: dict[str, Unit], load: Callable[[str], ET.Element]) -> None:
        self.label = label
        self.units = units
        self.load = load

    def structure(self, element: ET.Element, depth: int = 1) -> Structure:
        name = required(element, "name", self.label)
        where = f"{self.label}: system '{name}'"
        if depth > DEPTH_LIMIT:
            raise UsageError(f"{where} is nested more than {DEPTH_LIMIT} deep; check that it is the right file")
        if find(element, "ssd:Elements/ssd:SignalDictionaryReference") is not None:
            raise UsageError(
                f"{where} uses a signal dictionary, which heatsim does not read; connect the signals directly"
            )
        components: dict[str, Component] = {}
        systems: dict[str, Structure] = {}
        for child in find_all(element, "ssd:Elements/*"):
            kind = child.tag.rpartition("}")[2]
            if kind == "Component":
                component = self.component(child)
                self._unique(component.name, (*components, *systems), where)
                components[component.name] = component
            elif kind == "System":
                system = self.structure(child, depth + 1)
                self._unique(system.name, (*components, *systems), where)
                systems[system.name] = system
            else:
                raise UsageError(f"{where} has an element '{kind}', which heatsim does not read; remove it")
        links = tuple(self.link(c, where) for c in find_all(element, "ssd:Connections/ssd:Connection"))
        return Structure(*self._common(element, where), components, systems, links)

    def component(self, element: ET.Element) -> Component:
        name = required(element, "name", self.label)
        where = f"{self.label}: component '{name}'"
        source = element.get("source", "")
        return Component(
            *self._common(element, where),
            type=element.get("type", FMU_TYPE),
            source=entry_of(source, where) if source else "",
            implementation=element.get("implementation", "any"),
        )

    def _common(
        self, element: ET.Element, where: str
    ) -> tuple[str, dict[str, Connector], tuple[Binding, ...], dict[str, Any]]:
        connectors: dict[str, Connector] = {}
        for found in find_all(element, "ssd:Connectors/ssd:Connector"):
            connector = self.connector(found, where)
            self._unique(connector.name, connectors, where)
            connectors[connector.name] = connector
        bindings = [
            self.binding(found, where) for found in find_all(element, "ssd:ParameterBindings/ssd:ParameterBinding")
        ]
        return required(element, "name", where), connectors, tuple(bindings), _facts(element, where)

    def _unique(self, name: str, names: Any, where: str) -> None:
        if name in names:
            raise UsageError(f"{where} has two elements or connectors '{name}'; give them names of their own")

    def connector(self, element: ET.Element, where: str) -> Connector:
        name = required(element, "name", where)
        if find(element, "ssd:Dimension") is not None:
            raise UsageError(f"{where}: connector '{name}' is an array; export it element by element")
        type_, unit = "", None
        for candidate in (*REAL_TYPES, *OTHER_TYPES):
            found = find(element, f"ssc:{candidate}")
            if found is not None:
                type_, unit = candidate, unit_named(self.units, found.get("unit"))
        kind = required(element, "kind", where)
        return Connector(name, kind, type_, unit, element.get("description", ""))

    def link(self, element: ET.Element, where: str) -> Link:
        start = (element.get("startElement", ""), required(element, "startConnector", where))
        end = (element.get("endElement", ""), required(element, "endConnector", where))
        text = f"{where}: connection {'.'.join(filter(None, start))} -> {'.'.join(filter(None, end))}"
        if element.get("startIndices") or element.get("endIndices"):
            raise UsageError(f"{text} is one of array elements; export it element by element")
        return Link(start, end, _transformation(element, text))

    def binding(self, element: ET.Element, where: str) -> Binding:
        """A parameter set, inline or in a file, with its prefix and mapping applied to the names."""
        if element.get("type", "application/x-ssp-parameter-set") != "application/x-ssp-parameter-set":
            raise UsageError(f"{where}: parameter binding of type '{element.get('type')}' is not read; use an SSV file")
        root, label = self._content(element, "ssd:ParameterValues", "ssv:ParameterSet", where)
        if root is None:
            raise UsageError(f"{where}: a parameter binding has neither a source nor values; remove it")
        units = read_units(root, "ssv:Units", label)
        prefix = element.get("prefix", "")
        parameters = tuple(
            _parameter(found, prefix, units, label) for found in find_all(root, "ssv:Parameters/ssv:Parameter")
        )
        holder = find(element, "ssd:ParameterMapping")
        if holder is None:
            return Binding(label, parameters, None)
        mapping, mapped = self._content(holder, None, "ssm:ParameterMapping", where)
        if mapping is None:
            raise UsageError(f"{where}: a parameter mapping has neither a source nor entries; remove it")
        entries = tuple(
            (required(e, "source", mapped), required(e, "target", mapped), _transformation(e, f"{mapped}: an entry"))
            for e in find_all(mapping, "ssm:MappingEntry")
        )
        return Binding(label, parameters, entries)

    def _content(self, element: ET.Element, holder: str | None, name: str, where: str) -> tuple[ET.Element | None, str]:
        """Root element that a `source` names, or that is inline, and a label for messages."""
        source = element.get("source")
        if source:
            if element.get("sourceBase", "SSD") != "SSD":
                raise UsageError(
                    f"{where}: '{source}' lies inside the component, which heatsim does not read; move it out"
                )
            entry = entry_of(source, where)
            root = self.load(entry)
            label = f"{self.label}: {entry}"
            if root.tag != tag(name):
                raise UsageError(
                    f"{label}: the root element is '{root.tag}', not {name.partition(':')[2]}; check the file"
                )
            return root, label
        inside = find(element, holder) if holder else element
        return (None if inside is None else find(inside, name)), where


def entry_of(source: str, where: str) -> str:
    """Name in the archive that a relative URI stands for.

    Raises
    ------
    UsageError
        When it leads outside of the archive.
    """
    try:
        parts = urlsplit(source)
    except ValueError as error:
        raise UsageError(f"{where}: the source '{source}' is no address ({error}); correct it") from error
    if parts.scheme or parts.netloc:
        raise UsageError(f"{where}: the source '{source}' is outside of the SSP file; put the file into its resources")
    path = posixpath.normpath(unquote(parts.path))
    if path.startswith(("/", "../")) or path in ("..", ".") or "\\" in path:
        raise UsageError(
            f"{where}: the source '{source}' leads outside of the SSP file; put the file into its resources"
        )
    return path


def _facts(element: ET.Element, where: str) -> dict[str, Any]:
    """heatsim's annotation of an element."""
    text = annotation(element)
    if text is None:
        return {}
    facts = parse_json(text, f"{where}: heatsim's annotation")
    if not isinstance(facts, dict):
        raise UsageError(f"{where}: heatsim's annotation is damaged; export the file again")
    return facts


def _transformation(element: ET.Element, where: str) -> Transformation:
    suppress = boolean(element.get("suppressUnitConversion"))
    linear = find(element, "ssc:LinearTransformation")
    if linear is None:
        for child in element:
            if child.tag.startswith(f"{{{NAMESPACES['ssc']}}}") and child.tag.endswith("MappingTransformation"):
                kind = child.tag.rpartition("}")[2]
                raise UsageError(f"{where} has a {kind}, and heatsim couples real signals only; use factor and offset")
        return Transformation(suppress=suppress)
    factor, offset = (number(linear.get(k), d, where) for k, d in (("factor", 1.0), ("offset", 0.0)))
    return Transformation(factor, offset, suppress)


def _parameter(element: ET.Element, prefix: str, units: dict[str, Unit], where: str) -> Parameter:
    name = prefix + required(element, "name", where)
    group = str(_facts(element, where).get("group", ""))
    for type_ in REAL_TYPES:
        found = find(element, f"ssv:{type_}")
        if found is not None:
            text = required(found, "value", where)
            if len(text.split()) > 1:
                raise UsageError(f"{where}: parameter '{name}' is an array; export it element by element")
            return Parameter(
                name, type_, number(text, 0.0, f"{where}: '{name}'"), unit_named(units, found.get("unit")), group
            )
    for type_ in OTHER_TYPES:
        found = find(element, f"ssv:{type_}")
        if found is not None:
            return Parameter(name, type_, found.get("value", ""), None, group)
    raise UsageError(f"{where}: parameter '{name}' has no value; give one or remove it")
