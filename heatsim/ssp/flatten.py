"""Takes the hierarchy out of a structure: components under one name each, connections from source to target.

A connector of a nested system passes its signal on; conversions along the way become one factor and offset.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from heatsim.errors import UnitError, UsageError
from heatsim.ssp.model import Component, Connector, Link, Structure, Transformation
from heatsim.ssp.unit_table import Unit, conversion

Path = tuple[str, ...]
"""Names of the elements from the outermost system down; the outermost system itself is ()."""

Node = tuple[Path, str]
"""A connector of the element at a path."""

_SIGNALS = ("input", "output", "inout")


@dataclass(frozen=True)
class Driver:
    """What drives a connector: target = factor*source + offset, with the source in `unit` where one is known."""

    source: Node
    factor: float
    offset: float
    unit: Unit | None


class Flat:
    """A structure without hierarchy.

    Attributes
    ----------
    components
        By path.
    structures
        All systems by path, the outermost first.
    """

    def __init__(self, structure: Structure, label: str) -> None:
        self.label = label
        self.components: dict[Path, Component] = {}
        self.structures: dict[Path, Structure] = {}
        self._links: dict[Node, tuple[Node, Transformation]] = {}
        self._collect((), structure)
        for path, system in self.structures.items():
            for link in system.links:
                self._add(path, link)

    def _collect(self, path: Path, structure: Structure) -> None:
        self.structures[path] = structure
        self.components.update({(*path, name): c for name, c in structure.components.items()})
        for name, child in structure.systems.items():
            self._collect((*path, name), child)

    def _add(self, path: Path, link: Link) -> None:
        start, end = self._node(path, link.start), self._node(path, link.end)
        # seen from inside, an input of a system is a source
        if self._kind(start) == ("output" if start[0] == path else "input"):
            raise UsageError(f"{self._text(start, end)} starts where a signal ends; swap its ends")
        if self._kind(end) == ("input" if end[0] == path else "output"):
            raise UsageError(f"{self._text(start, end)} ends where a signal starts; swap its ends")
        if end in self._links:
            raise UsageError(
                f"{self.label}: '{shown(end)}' is driven twice, by {shown(self._links[end][0])} and {shown(start)}; "
                "remove one connection"
            )
        self._links[end] = (start, link.transformation)

    def _node(self, path: Path, end: tuple[str, str]) -> Node:
        element, connector = end
        where = (*path, element) if element else path
        if where not in self.components and where not in self.structures:
            raise UsageError(f"{self.label}: a connection names the element '{element}', which is not there; check it")
        if where in self.structures and connector not in self.structures[where].connectors:
            raise UsageError(
                f"{self.label}: a connection names the connector '{shown((where, connector))}', which is not there; "
                "check it"
            )
        return where, connector

    def component_ends(self) -> Iterator[tuple[Node, Node]]:
        """Connections that end at a component: (start, end)."""
        return ((start, end) for end, (start, _) in self._links.items() if end[0] in self.components)

    def connector(self, node: Node) -> Connector | None:
        """Declaration of a connector; None when a component does not list it."""
        element = self.components.get(node[0]) or self.structures[node[0]]
        return element.connectors.get(node[1])

    def _kind(self, node: Node) -> str:
        found = self.connector(node)
        return "" if found is None else found.kind

    def _text(self, start: Node, end: Node) -> str:
        return f"{self.label}: connection {shown(start)} -> {shown(end)}"

    def chain(self, node: Node) -> Iterator[tuple[Node, Transformation]]:
        """What drives a connector, link by link: nodes from next to it up to the source."""
        seen = {node}
        while node in self._links:
            node, transformation = self._links[node]
            if node in seen:
                raise UsageError(f"{self.label}: the connections of '{shown(node)}' run in a circle; remove one")
            seen.add(node)
            yield node, transformation

    def driver(self, node: Node, units: dict[Node, Unit], stop: Node | None = None) -> Driver | None:
        """What drives a connector of a component, conversions on the way put together; None when it is open.

        Parameters
        ----------
        node
            A connector of a component.
        units
            Units of the connectors of components, where they are known from elsewhere than the file.
        stop
            Connector on the way to go no further than; default is the source.

        Raises
        ------
        UsageError
            When units along the way do not fit together.
        """
        factor, offset, source, target = 1.0, 0.0, None, node
        target_unit = self._unit(node, units)
        for source, step in self.chain(node):
            source_unit = self._unit(source, units)
            if not step.suppress and source_unit is not None and target_unit is not None:
                own = self._converted(source, target, source_unit, target_unit)
            else:
                own = (1.0, 0.0)
            # target = f*(own(source)) + o, put inside what is already known of the rest of the way
            offset += factor * (step.factor * own[1] + step.offset)
            factor *= step.factor * own[0]
            # a connector without a unit of its own hands on the one before it
            target, target_unit = source, source_unit or (target_unit if not step.suppress else None)
            if source == stop:
                break
        return None if source is None else Driver(source, factor, offset, target_unit)

    def _unit(self, node: Node, units: dict[Node, Unit]) -> Unit | None:
        if node in units:
            return units[node]
        found = self.connector(node)
        return None if found is None else found.unit

    def _converted(self, source: Node, target: Node, given: Unit, wanted: Unit) -> tuple[float, float]:
        if given.definition is None or wanted.definition is None:
            if given.name == wanted.name:
                return 1.0, 0.0
            unknown = given if given.definition is None else wanted
            raise UsageError(
                f"{self._text(source, target)}: the unit '{unknown.name}' is not defined, so '{given.name}' cannot be "
                f"converted to '{wanted.name}'; define it in Units"
            )
        try:
            return conversion(given.definition, wanted.definition)
        except UnitError as error:
            raise UsageError(
                f"{self._text(source, target)}: '{given.name}' cannot be converted to '{wanted.name}' ({error}); "
                "correct the units, or set suppressUnitConversion if this is meant"
            ) from error


def shown(node: Node) -> str:
    """A node in messages: `sub.component.connector`."""
    return ".".join((*node[0], node[1]))
