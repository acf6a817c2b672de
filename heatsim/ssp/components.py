"""What stands behind a component: an FMU of the archive, or a unit written in Python."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from heatsim import units
from heatsim.errors import UsageError
from heatsim.fmu.archive import sha256_of
from heatsim.fmu.fmu import Fmu
from heatsim.ssp import python_unit
from heatsim.ssp.model import Component, Connector
from heatsim.ssp.unit_table import of_text
from heatsim.ssp.xml import FMU_TYPE, UNIT_TYPE, parse_json
from heatsim.system.member import AnyUnit

_INTERFACES = {"ModelExchange": "model_exchange", "CoSimulation": "co_simulation", "any": None}
_LONGEST = 1e9  # s for a call
_NESTED = ("application/x-ssp-definition", "application/x-ssp-package")


def unit_of(component: Component, folder: Path, label: str, allow: Sequence[str], isolate: bool) -> AnyUnit:
    """Unit that a component stands for.

    Parameters
    ----------
    component
        The component.
    folder
        The unpacked archive.
    label
        The file, for messages.
    allow
        Packages besides heatsim whose classes may be imported.
    isolate
        Run FMUs in processes of their own, also when the file does not say so.

    Raises
    ------
    UsageError, FmuError
        When it is of a kind that heatsim does not run, or its file is missing, changed or damaged.
    """
    where = f"{label}: component '{component.name}'"
    if not component.source:
        raise UsageError(f"{where} has no source; give it an FMU")
    if component.type in _NESTED:
        raise UsageError(f"{where} is an SSP file of its own, which heatsim does not read; put its system in its place")
    file = folder / component.source
    if not file.is_file():
        raise UsageError(f"{where}: has no file '{component.source}' in the archive; export the file again")
    if component.type == UNIT_TYPE:
        text = file.read_bytes().decode(errors="replace")
        return python_unit.rebuild(component.name, parse_json(text, f"{where}: '{component.source}'"), allow)
    if component.type != FMU_TYPE:
        raise UsageError(f"{where} is a '{component.type}', and heatsim runs FMUs; export it as an FMU")
    facts = component.annotation
    if "sha256" in facts and sha256_of(file) != facts["sha256"]:
        raise UsageError(
            f"{where}: '{component.source}' is not the FMU that the file was written with; take the original, or "
            "remove the sha256 if the change is meant"
        )
    if component.implementation not in _INTERFACES:
        raise UsageError(f"{where} wants {component.implementation}, which heatsim does not run; use ModelExchange")
    interface = _INTERFACES[component.implementation]
    limit = facts.get("time_limit", 60.0)
    if isinstance(limit, bool) or not isinstance(limit, int | float) or not limit > 0 or _LONGEST < limit < math.inf:
        raise UsageError(f"{where}: heatsim's annotation is damaged (time_limit {limit!r}); export the file again")
    fmu = Fmu(file, interface=interface, isolate=isolate or bool(facts.get("isolate")), time_limit=float(limit))
    _check_connectors(component.connectors.values(), fmu, where)
    return fmu


def _check_connectors(connectors: Iterable[Connector], fmu: Fmu, where: str) -> None:
    """Connectors of an FMU are variables of it, in the same unit."""
    for connector in connectors:
        variable = fmu.variables.get(connector.name)
        if variable is None:
            raise UsageError(f"{where}: its FMU has no variable '{connector.name}'; correct the connector")
        own = of_text(variable.unit)
        given = None if connector.unit is None else connector.unit.definition
        if own is not None and given is not None and not _alike(own, given):
            raise UsageError(
                f"{where}: connector '{connector.name}' is in '{connector.unit.name if connector.unit else ''}', "
                f"its FMU has '{variable.unit}'; correct the unit of the connector"
            )


def _alike(a: units.Definition, b: units.Definition) -> bool:
    scale = max(abs(a.factor), abs(b.factor))
    return a.exponents == b.exponents and abs(a.factor - b.factor) <= 1e-9 * scale and abs(a.offset - b.offset) <= 1e-9
