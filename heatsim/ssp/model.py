"""The content of an SSP file as plain data, as the file has it: hierarchy, names and units not yet resolved."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from heatsim.ssp.unit_table import Unit
from heatsim.ssp.xml import FMU_TYPE


@dataclass(frozen=True)
class Connector:
    """A connector of a component or system; `type` is "" when the file does not say."""

    name: str
    kind: str
    type: str
    unit: Unit | None
    description: str


@dataclass(frozen=True)
class Transformation:
    """target = factor*source + offset; without `suppress` the source is converted to the unit of the target first."""

    factor: float = 1.0
    offset: float = 0.0
    suppress: bool = False


@dataclass(frozen=True)
class Link:
    """A connection; an element is "" for the connector of the enclosing system."""

    start: tuple[str, str]
    end: tuple[str, str]
    transformation: Transformation


@dataclass(frozen=True)
class Parameter:
    """A value of a parameter set; `value` is text unless the type is a floating-point one."""

    name: str
    type: str
    value: float | str
    unit: Unit | None
    group: str = ""


@dataclass(frozen=True)
class Binding:
    """A parameter set bound to an element; `mapping` is None when names are taken as they are."""

    label: str
    parameters: tuple[Parameter, ...]
    mapping: tuple[tuple[str, str, Transformation], ...] | None


@dataclass(frozen=True)
class Element:
    """What components and systems share."""

    name: str
    connectors: dict[str, Connector]
    bindings: tuple[Binding, ...]
    annotation: dict[str, Any]


@dataclass(frozen=True)
class Component(Element):
    """An FMU, or something else by its MIME type."""

    type: str = FMU_TYPE
    source: str = ""
    implementation: str = "any"


@dataclass(frozen=True)
class Structure(Element):
    """A system with its elements."""

    components: dict[str, Component] = field(default_factory=dict)
    systems: dict[str, Structure] = field(default_factory=dict)
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Document:
    """A whole file: version, system, and default experiment (s, None when not given)."""

    version: str
    system: Structure
    start: float | None
    stop: float | None
