"""Writes a system as an SSP file: structure, FMUs, units written in Python, and parameter sets.

What SSP has no place for (bonds, shapes of array inputs, hashes of FMUs, how an FMU is run) is in annotations of the
type `org.heatsim`, which other tools pass over.
"""

from __future__ import annotations

import dataclasses
import json
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path
from typing import Any

import heatsim
from heatsim.errors import UsageError, near_miss
from heatsim.fmu.archive import sha256_of
from heatsim.fmu.block import Port
from heatsim.fmu.fmu import Fmu
from heatsim.ssp import python_unit
from heatsim.ssp.unit_table import UnitWriter
from heatsim.ssp.values import encode
from heatsim.ssp.xml import (
    FMU_TYPE,
    STRUCTURE,
    UNIT_TYPE,
    VERSIONS,
    add,
    annotate,
    as_bytes,
    tag,
)
from heatsim.system.checks import Wire, wires
from heatsim.system.member import Member
from heatsim.system.system import System
from heatsim.whole_file import whole_file

_EPOCH = (1980, 1, 1, 0, 0, 0)  # time of every entry, so that the same system gives the same file
_IMPLEMENTATIONS = {"model_exchange": "ModelExchange", "co_simulation": "CoSimulation"}
_INTEGERS = ("Integer", "Int8", "UInt8", "Int16", "UInt16", "Int32", "UInt32", "Int64", "UInt64")


def write_ssp(
    system: System,
    path: str | Path,
    *,
    version: str = "1.0",
    start: float | None = None,
    stop: float | None = None,
) -> Path:
    """Write a system as an SSP file.

    Parameters
    ----------
    system
        A system that passes its checks.
    path
        Target file, usually `*.ssp`; it is complete or not there.
    version
        "1.0", which all tools read, or "2.0", with the types of FMI 3.0.
    start, stop
        Default experiment, s.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    UsageError
        For an unknown version, a unit that cannot be written, or a file that cannot.
    ConnectionError
        When the system does not pass its checks.
    """
    if version not in VERSIONS:
        raise UsageError(
            f"SSP version '{version}' is unknown{near_miss(version, VERSIONS)}; choose one of {', '.join(VERSIONS)}"
        )
    system.check()
    target = Path(path)
    entries = _Writer(system, version, start, stop).entries()
    with whole_file(target, "the SSP file") as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for entry, content in entries.items():
            info = zipfile.ZipInfo(entry, _EPOCH)
            info.external_attr = 0o644 << 16
            # FMUs are packed already
            info.compress_type = zipfile.ZIP_STORED if isinstance(content, Path) else zipfile.ZIP_DEFLATED
            archive.writestr(info, content.read_bytes() if isinstance(content, Path) else content)
    return target


class _Writer:
    """Builds the entries of the archive."""

    def __init__(self, system: System, version: str, start: float | None, stop: float | None) -> None:
        self.system = system
        self.version = version
        self.experiment = (start, stop)
        self._entries: dict[str, bytes | Path] = {}
        self._units = UnitWriter()
        self._fmus: dict[str, str] = {}  # hash of an FMU -> its entry

    def entries(self) -> dict[str, bytes | Path]:
        """Content of the archive by name; a path stands for the content of that file."""
        root = ET.Element(tag("ssd:SystemStructureDescription"), self._top(self.system.name))
        system = add(root, "ssd:System", name=self.system.name)
        self._system_connectors(system)
        elements = add(system, "ssd:Elements")
        for member in self.system.members.values():
            self._component(elements, member)
        self._connections(system)
        annotate(system, json.dumps(self._extras(), indent=1))
        self._units.write(root, "ssd:Units")
        if any(value is not None for value in self.experiment):
            start, stop = (None if v is None else repr(float(v)) for v in self.experiment)
            add(root, "ssd:DefaultExperiment", startTime=start, stopTime=stop)
        return {STRUCTURE: as_bytes(root), **self._entries}

    def _top(self, name: str) -> dict[str, str]:
        return {"version": self.version, "name": name, "generationTool": f"heatsim {heatsim.__version__}"}

    def _extras(self) -> dict[str, Any]:
        """What SSP has no place for."""
        inputs = {
            i.name: {"unit": i.unit, "shape": list(i.shape), "description": i.description}
            for i in self.system.inputs.values()
        }
        bonds = [
            {f.name: encode(getattr(bond, f.name)) for f in dataclasses.fields(bond)}
            for bond in self.system.bonds.values()
        ]
        return {"heatsim": heatsim.__version__, "inputs": inputs, "bonds": bonds}

    def _system_connectors(self, system: ET.Element) -> None:
        if not self.system.input_scalars:
            return
        connectors = add(system, "ssd:Connectors")
        for name, declared in self.system.input_scalars.items():
            self._connector(connectors, name, "input", self._real(), declared.unit, declared.description)

    def _real(self, fmi: str = "3") -> str:
        return "Float64" if self.version == "2.0" and fmi.startswith("3") else "Real"

    def _connector(
        self, parent: ET.Element, name: str, kind: str, type_: str | None, unit: str, description: str
    ) -> None:
        connector = add(parent, "ssd:Connector", name=name, kind=kind, description=description)
        if type_ in ("Real", "Float64", "Float32"):
            add(connector, f"ssc:{type_}", unit=self._units.name(unit))
        elif type_ is not None:
            add(connector, f"ssc:{type_}")

    def _component(self, parent: ET.Element, member: Member) -> None:
        if isinstance(member.unit, Fmu):
            component = self._fmu_component(parent, member, member.unit)
        else:
            component = self._python_component(parent, member)
        self._parameter_set(component, member)
        if isinstance(member.unit, Fmu):
            fmu = member.unit
            facts: dict[str, Any] = {"sha256": fmu.sha256, "interface": fmu.interface}
            if fmu.isolate:
                facts |= {"isolate": True, "time_limit": fmu.time_limit}
            annotate(component, json.dumps(facts))

    def _fmu_component(self, parent: ET.Element, member: Member, fmu: Fmu) -> ET.Element:
        component = add(
            parent,
            "ssd:Component",
            name=member.name,
            type=FMU_TYPE,
            source=self._fmu_entry(fmu),
            implementation=_IMPLEMENTATIONS[fmu.interface],
            description=fmu.name,
        )
        listed = [("input", v) for v in fmu.inputs.values()] + [("output", v) for v in fmu.outputs.values()]
        listed += [("parameter", fmu.parameters[n]) for n in member.parameters]
        if listed:
            connectors = add(component, "ssd:Connectors")
            for kind, v in listed:
                type_ = self._real(fmu.fmi_version) if v.type == "Real" else self._other(v.type)
                self._connector(connectors, v.name, kind, type_, v.unit, v.description)
        return component

    def _other(self, type_: str) -> str | None:
        """Type of a connector that is no floating-point number; None where SSP wants more than is known."""
        if type_ in _INTEGERS:
            return type_ if self.version == "2.0" else "Integer"
        return type_ if type_ in ("Boolean", "String") else None

    def _fmu_entry(self, fmu: Fmu) -> str:
        """Name of the FMU in the archive; the same FMU is there once."""
        if fmu.sha256 not in self._fmus:
            stem = "".join(c if c.isalnum() or c in "._-" else "_" for c in fmu.path.stem)
            if not fmu.path.is_file() or sha256_of(fmu.path) != fmu.sha256:
                raise UsageError(f"{fmu.path}: the FMU is gone or has changed since it was loaded; load it again")
            entry = f"resources/{stem}.fmu"
            taken = {e.lower() for e in self._entries}
            if entry.lower() in taken:
                entry = f"resources/{stem}-{fmu.sha256[:10]}.fmu"
            self._entries[entry] = fmu.path
            self._fmus[fmu.sha256] = entry
        return self._fmus[fmu.sha256]

    def _python_component(self, parent: ET.Element, member: Member) -> ET.Element:
        unit: Any = member.unit
        entry = self._own_entry(member.name, "json")
        self._entries[entry] = (json.dumps(python_unit.describe(member.name, unit), indent=0) + "\n").encode()
        component = add(
            parent,
            "ssd:Component",
            name=member.name,
            type=UNIT_TYPE,
            source=entry,
            description=type(unit).__name__,
        )
        groups: list[tuple[str, list[Port]]] = [
            ("input", list(unit.inputs)),
            ("output", list(unit.outputs)),
            ("parameter", list(unit.parameters)),
        ]
        if any(ports for _, ports in groups):
            connectors = add(component, "ssd:Connectors")
            for kind, ports in groups:
                for port in ports:
                    self._connector(connectors, port.name, kind, self._real(), port.unit, port.description)
        return component

    def _own_entry(self, member: str, ending: str) -> str:
        """Name of a file that belongs to one unit."""
        stem = "".join(c if (c.isalnum() and c.isascii()) or c in "_-" else "_" for c in member)
        entry, count = f"resources/{stem}.{ending}", 1
        while entry.lower() in {e.lower() for e in self._entries}:
            count += 1
            entry = f"resources/{stem}_{count}.{ending}"
        return entry

    def _parameter_set(self, component: ET.Element, member: Member) -> None:
        """Values that differ from the defaults, as a file of their own."""
        driven = {wire.target for wire in wires(self.system) if wire.target_unit == member.name}
        # others do not know that an input is optional
        optional = [name for name in getattr(member.unit, "optional", ()) if name not in driven]
        constants = {name: value for name in optional if (value := member.constant(name)) is not None} | member.inputs
        groups = (("parameters", member.parameters), ("states", member.start), ("inputs", constants))
        if not any(values for _, values in groups):
            return
        units = UnitWriter()
        root = ET.Element(tag("ssv:ParameterSet"), self._top(member.name))
        parameters = add(root, "ssv:Parameters")
        real = self._real(member.unit.fmi_version if isinstance(member.unit, Fmu) else "3")
        for group, values in groups:
            for name, value in values.items():
                port = member.ports[group][name]
                parameter = add(parameters, "ssv:Parameter", name=name, description=port.description)
                add(parameter, f"ssv:{real}", value=repr(float(value)), unit=units.name(port.unit))
                if group != "parameters":
                    # a state, and an input, may have the name of a parameter
                    annotate(parameter, json.dumps({"group": group}))
        units.write(root, "ssv:Units")
        entry = self._own_entry(member.name, "ssv")
        self._entries[entry] = as_bytes(root)
        bindings = add(component, "ssd:ParameterBindings")
        add(bindings, "ssd:ParameterBinding", source=entry)

    def _connections(self, system: ET.Element) -> None:
        found = wires(self.system)
        if not found:
            return
        connections = add(system, "ssd:Connections")
        for wire in found:
            self._connection(connections, wire)

    def _connection(self, parent: ET.Element, wire: Wire) -> None:
        connection = add(
            parent,
            "ssd:Connection",
            startElement=wire.source_unit,
            startConnector=wire.source,
            endElement=wire.target_unit,
            endConnector=wire.target,
        )
        if wire.factor != 1.0 or wire.offset != 0.0:
            # the factor is the whole conversion already
            connection.set("suppressUnitConversion", "true")
            add(connection, "ssc:LinearTransformation", factor=repr(wire.factor), offset=repr(wire.offset))
