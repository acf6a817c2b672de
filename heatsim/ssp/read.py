"""Makes a system of an SSP file, heatsim's own or another tool's."""

from __future__ import annotations

import math
import re
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heatsim.errors import FmuError, HeatsimWarning, UsageError, caller_level, near_miss
from heatsim.fmu.archive import sha256_of, unpack
from heatsim.fmu.block import array_shapes, split_subscript
from heatsim.fmu.fmu import Fmu
from heatsim.fmu.safe_xml import parse_xml
from heatsim.ssp import document, flatten, parameters
from heatsim.ssp.components import unit_of
from heatsim.ssp.flatten import Flat, Node
from heatsim.ssp.unit_table import Unit, of_text, si_text
from heatsim.ssp.values import decode
from heatsim.ssp.xml import REAL_TYPES, STRUCTURE
from heatsim.system.bonds import KINDS, Bond
from heatsim.system.member import Member
from heatsim.system.system import System

_TEXTS = ("unit", "description")
_UNSUITABLE = re.compile(r"[./\[\]\\,\s]+")


@dataclass(frozen=True)
class SspFile:
    """Content of an SSP file.

    Attributes
    ----------
    system
        The system.
    version
        SSP version of the structure.
    start, stop
        Default experiment, s; None when the file has none.
    """

    system: System
    version: str
    start: float | None
    stop: float | None


def read_ssp(path: str | Path, *, allow: Sequence[str] = (), isolate: bool = False) -> SspFile:
    """Read an SSP file, 1.0 or 2.0.

    Nested systems are flattened: their units are named `system_unit`. Reading runs no code of an FMU.

    Parameters
    ----------
    path
        The file.
    allow
        Packages besides heatsim whose classes may be imported for units written in Python; importing runs their code.
    isolate
        Run the binaries of all FMUs in processes of their own, also of those that the file does not want isolated.

    Raises
    ------
    UsageError
        When there is no such file, it is damaged or unsafe, or it uses what heatsim cannot run; names the element.
    FmuError
        When one of its FMUs cannot be read.
    """
    source = Path(path)
    if not source.is_file():
        raise UsageError(f"{source}: no such file; check the path")
    return _Reader(source, allow, isolate).read()


class _Reader:
    def __init__(self, path: Path, allow: Sequence[str], isolate: bool) -> None:
        self.path = path
        self.label = path.name
        self.allow = allow
        self.isolate = isolate
        try:
            self.folder = unpack(path, sha256_of(path))
        except FmuError as error:
            raise _about_ssp(error) from error

    def read(self) -> SspFile:
        content = document.read_document(self._xml(STRUCTURE), self.label, self._xml)
        flat = Flat(content.system, self.label)
        declared, bonds = self._extras(content.system.annotation)
        system = System(content.system.name)
        names = self._names(flat)
        for path, component in flat.components.items():
            system.add(names[path], unit_of(component, self.folder, self.label, self.allow, self.isolate))
        known = self._known_units(system, flat, names)
        self._inputs(system, flat, declared)
        self._connect(system, flat, names, known)
        self._set_values(system, flat, names, known)
        system.bonds.update({bond.name: bond for bond in bonds})
        return SspFile(system, content.version, content.start, content.stop)

    def _xml(self, entry: str) -> ET.Element:
        """Root element of an XML file of the archive, read without entities."""
        file = self.folder / entry
        if not file.is_file():
            raise UsageError(f"{self.label}: has no '{entry}'; check that it is an SSP file")
        try:
            return parse_xml(file.read_bytes(), self.label, entry)
        except FmuError as error:
            raise _about_ssp(error) from error

    def _names(self, flat: Flat) -> dict[flatten.Path, str]:
        """Name of each component in the system: that in the file, those of its systems before it."""
        names: dict[flatten.Path, str] = {}
        for path in flat.components:
            name = self._suitable("_".join(path))
            if name in names.values():
                other = next(p for p, n in names.items() if n == name)
                raise UsageError(
                    f"{self.label}: components '{'.'.join(other)}' and '{'.'.join(path)}' would both be called "
                    f"'{name}'; rename one"
                )
            names[path] = name
        return names

    @staticmethod
    def _suitable(name: str) -> str:
        return _UNSUITABLE.sub("_", name) or "_"

    def _known_units(self, system: System, flat: Flat, names: dict[flatten.Path, str]) -> dict[Node, Unit]:
        """Units of the ports of all components as the units themselves give them."""
        known: dict[Node, Unit] = {}
        for path in flat.components:
            ports = system.members[names[path]].ports
            for group in ("parameters", "outputs", "inputs"):
                for name, port in ports[group].items():
                    if port.unit:
                        known[path, name] = Unit(port.unit, of_text(port.unit))
        return known

    def _inputs(self, system: System, flat: Flat, declared: dict[str, dict[str, Any]]) -> None:
        """Declare the inputs of the outermost system that drive something."""
        connectors = flat.structures[()].connectors
        scalars = [n for n, c in connectors.items() if c.kind == "input"]
        shapes = array_shapes(scalars)
        self._input_names: dict[str, str] = {}
        for scalar in scalars:
            connector = connectors[scalar]
            if connector.type not in ("", *REAL_TYPES):
                raise UsageError(
                    f"{self.label}: input '{scalar}' is {connector.type}, and heatsim couples real signals only"
                )
            base, index = split_subscript(scalar)
            whole = base in shapes
            name = self._suitable(base if whole else scalar)
            self._input_names[scalar] = f"{name}[{','.join(map(str, index))}]" if whole else name
            if whole and name in system.inputs:
                continue
            known = declared.get(base if whole else scalar, {})
            unit = str(known.get("unit", _si(connector.unit)))
            description = str(known.get("description", connector.description))
            if name in system.inputs or name in system.members:
                raise UsageError(
                    f"{self.label}: the input '{scalar}' would be called '{name}', which is taken; rename it"
                )
            system.add_input(name, unit, description, shapes[base] if whole else ())

    def _connect(self, system: System, flat: Flat, names: dict[flatten.Path, str], known: dict[Node, Unit]) -> None:
        self._check_ends(system, flat, names)
        root = flat.structures[()].connectors
        used: set[str] = set()
        # inputs run in the unit that they are declared with, which is SI where the file has another
        declared = {
            ((), scalar): Unit(unit, of_text(unit))
            for scalar, name in self._input_names.items()
            if (unit := system.input_scalars[name].unit) and root[scalar].unit is not None
        }
        for path, name in names.items():
            for port in system.members[name].ports["inputs"]:
                driver = flat.driver((path, port), known | declared)
                if driver is None or (driver.source[0] and driver.source[0] in flat.structures):
                    continue  # open, or ends at a connector of a nested system
                if driver.source[0] == ():
                    source = self._input_names.get(driver.source[1])
                    if source is None:
                        continue  # a parameter of the system: a constant
                    used.add(split_subscript(source)[0] if source not in system.inputs else source)
                else:
                    source = f"{names[driver.source[0]]}.{driver.source[1]}"
                system.connect(source, f"{name}.{port}", driver.factor, driver.offset)
        for name in [n for n in system.inputs if n not in used]:
            del system.inputs[name]

    def _check_ends(self, system: System, flat: Flat, names: dict[flatten.Path, str]) -> None:
        """Connections to components end at inputs or parameters; any other would be lost."""
        for start, end in flat.component_ends():
            member, name = system.members[names[end[0]]], end[1]
            variable = member.unit.variables.get(name) if isinstance(member.unit, Fmu) else None
            parameter = variable is not None and variable.causality in ("parameter", "structuralParameter")
            if not parameter and name not in member.ports["inputs"] and name not in member.ports["parameters"]:
                raise UsageError(
                    f"{self.label}: connection {flatten.shown(start)} -> {flatten.shown(end)}: '{name}' is no input"
                    f"{near_miss(name, member.ports['inputs'])}; correct the connection"
                )

    def _set_values(self, system: System, flat: Flat, names: dict[flatten.Path, str], known: dict[Node, Unit]) -> None:
        """Parameters, start values and constants; open inputs of FMUs keep the start value of their variable."""

        def knows(path: flatten.Path, name: str) -> bool:
            member = system.members[names[path]]
            if isinstance(member.unit, Fmu):
                return name in member.unit.variables
            return any(name in member.ports[group] for group in ("parameters", "states", "inputs"))

        values = parameters.collect(flat, knows)
        parameters.from_systems(flat, values, known)
        driven = {c.target for c in system.connections}
        for path, given in values.by_component.items():
            member = system.members[names[path]]
            for (group, name), value in given.items():
                self._put(member, group, name, value, driven)
        for member in system.members.values():
            for name, port in member.ports["inputs"].items():
                if f"{member.name}.{name}" not in driven and name not in member.inputs and isinstance(member.unit, Fmu):
                    start = port.start
                    if start is not None:
                        member.put("inputs", name, start)
        if values.unmatched:
            warnings.warn(
                f"{self.label}: {len(values.unmatched)} value(s) of parameter sets match nothing, the first is "
                f"{values.unmatched[0]}; correct the name or remove it",
                HeatsimWarning,
                stacklevel=caller_level(),
            )

    def _put(self, member: Member, group: str, name: str, value: parameters.Value, driven: set[str]) -> None:
        path = f"{member.name}.{name}"
        for candidate in (group,) if group else ("parameters", "states", "inputs"):
            if name in member.ports.get(candidate, {}):
                if candidate == "inputs" and path in driven:
                    return  # the start value of a connected input, which the connection replaces
                port = member.ports[candidate][name]
                member.put(
                    candidate, name, value.real(path, Unit(port.unit, of_text(port.unit)) if port.unit else None)
                )
                return
        variable = member.unit.variables.get(name) if isinstance(member.unit, Fmu) else None
        if variable is not None and _is_default(value.parameter.value, variable.start):
            return
        what = (
            f"is {variable.type} with the role '{variable.causality}'" if variable else f"is no {group or 'parameter'}"
        )
        raise UsageError(
            f"{value.label}: '{path}' {what} and cannot be set; heatsim sets real parameters, start values of states, "
            "and open inputs. Build the FMU with this value, and remove it here"
        )

    def _extras(self, facts: dict[str, Any]) -> tuple[dict[str, dict[str, Any]], list[Bond]]:
        """Inputs by name and bonds as the annotation of heatsim tells them."""
        try:
            inputs = {str(name): dict(given) for name, given in dict(facts.get("inputs", {})).items()}
            bonds = [_bond({str(k): decode(v) for k, v in dict(data).items()}) for data in facts.get("bonds", [])]
            if not all(
                isinstance(text, str) for given in inputs.values() for key in _TEXTS if (text := given.get(key, ""))
            ):
                raise TypeError("unit or description of an input is no text")
        except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
            raise UsageError(
                f"{self.label}: heatsim's annotation of the system is damaged ({error}); export the file again"
            ) from error
        return inputs, bonds


def _bond(fields: dict[str, Any]) -> Bond:
    """A bond of these fields; raises TypeError when one is of another type."""
    bond = Bond(**fields)
    texts = (bond.name, bond.kind, *bond.meters, *bond.units, *bond.signals, *bond.signals.values())
    sequences = isinstance(bond.meters, tuple) and isinstance(bond.units, tuple)
    if not sequences or not all(isinstance(text, str) for text in texts) or bond.kind not in KINDS:
        raise TypeError("a bond has names that are none")
    if isinstance(bond.cp, bool) or not isinstance(bond.cp, int | float) or not 0 < bond.cp < math.inf:
        raise TypeError("a bond has a heat capacity that is none")
    return bond


def _about_ssp(error: FmuError) -> UsageError:
    """The same error about an SSP file: both kinds of archives are opened by the same code, which speaks of FMUs."""
    return UsageError(str(error).replace("an FMU", "an SSP file").replace("FMU", "SSP file"))


def _si(unit: Unit | None) -> str:
    """Unit string for an input of the system: its own when heatsim's values are in it, else SI."""
    if unit is None:
        return ""
    if unit.definition is None:
        return unit.name
    if unit.definition.factor == 1.0 and unit.definition.offset == 0.0:
        return unit.text
    return si_text(unit.definition)


def _is_default(value: float | str, start: float | None) -> bool:
    """Whether a value is the one that the variable has anyway."""
    text = {"true": "1", "false": "0"}.get(str(value).strip().lower(), str(value))
    try:
        return start is not None and float(text) == start
    except ValueError:
        return False
