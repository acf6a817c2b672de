"""Applies the parameter sets of an SSP file: which value each component gets, the outermost one winning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from heatsim.errors import UnitError, UsageError
from heatsim.ssp.flatten import Flat, Node, Path, shown
from heatsim.ssp.model import Binding, Component, Element, Parameter, Structure, Transformation
from heatsim.ssp.unit_table import Unit, conversion
from heatsim.ssp.xml import REAL_TYPES


@dataclass(frozen=True)
class Value:
    """A value for a variable of a component, not yet in the variable's unit."""

    parameter: Parameter
    transformation: Transformation
    label: str

    def real(self, path: str, unit: Unit | None) -> float:
        """Number in the variable's unit.

        Raises
        ------
        UsageError
            When it is no real number, or the units do not fit.
        """
        given = self.parameter
        if given.type not in REAL_TYPES or isinstance(given.value, str):
            raise UsageError(f"{self.label}: '{path}' gets a {given.type}, and is a real number; correct the type")
        value = given.value
        if not self.transformation.suppress and given.unit is not None and unit is not None:
            if given.unit.definition is None or unit.definition is None:
                if given.unit.name != unit.name:
                    raise UsageError(
                        f"{self.label}: '{path}' is given in '{given.unit.name}' and wanted in '{unit.name}', of which "
                        "one is not defined; define it in Units"
                    )
            else:
                try:
                    factor, offset = conversion(given.unit.definition, unit.definition)
                except UnitError as error:
                    raise UsageError(
                        f"{self.label}: '{path}' is given in '{given.unit.name}' and wanted in '{unit.name}' "
                        f"({error}); correct the unit"
                    ) from error
                if (factor, offset) != (1.0, 0.0):
                    value = factor * value + offset
        if (self.transformation.factor, self.transformation.offset) != (1.0, 0.0):
            value = self.transformation.factor * value + self.transformation.offset
        return value


@dataclass
class Values:
    """Values of all components by path and name, and what matched nothing."""

    by_component: dict[Path, dict[tuple[str, str], Value]] = field(default_factory=dict)
    of_systems: dict[tuple[Path, str], Value] = field(default_factory=dict)
    unmatched: list[str] = field(default_factory=list)


def collect(flat: Flat, knows: Callable[[Path, str], bool]) -> Values:
    """Values of all parameter sets.

    Parameters
    ----------
    flat
        The structure.
    knows
        Whether the component at a path has a variable of a name.

    Raises
    ------
    UsageError
        When a mapping names a parameter that its set does not have.
    """
    found = Values()
    matched: set[str] = set()
    tried: dict[str, None] = {}
    # inner elements first, so that outer ones win
    elements: list[tuple[Path, Element]] = [*flat.components.items(), *flat.structures.items()]
    for path, element in sorted(elements, key=lambda item: -len(item[0])):
        for binding in element.bindings:
            for name, value in _named(binding):
                source = f"{binding.label}: '{value.parameter.name}'"
                tried[source] = None
                if _apply(path, element, name, value, flat, knows, found):
                    matched.add(source)
    found.unmatched = [source for source in tried if source not in matched]
    return found


def _named(binding: Binding) -> list[tuple[str, Value]]:
    """Values of a binding by the names that they are for."""
    if binding.mapping is None:
        return [(p.name, Value(p, Transformation(), binding.label)) for p in binding.parameters]
    parameters = {p.name: p for p in binding.parameters}
    named = []
    for source, target, transformation in binding.mapping:
        if source not in parameters:
            raise UsageError(
                f"{binding.label}: a mapping takes '{source}', which the parameter set does not have; correct "
                "the mapping"
            )
        named.append((target, Value(parameters[source], transformation, binding.label)))
    return named


def _apply(
    path: Path,
    element: Element,
    name: str,
    value: Value,
    flat: Flat,
    knows: Callable[[Path, str], bool],
    found: Values,
) -> bool:
    """Store a value for an element, or for what its hierarchical name leads to; whether there was something."""
    if isinstance(element, Component):
        if knows(path, name):
            found.by_component.setdefault(path, {})[value.parameter.group, name] = value
            return True
        return False
    assert isinstance(element, Structure)
    if name in element.connectors:
        found.of_systems[path, name] = value
        return True
    # names of elements may have points themselves, so the longest that fits is tried first
    children: dict[str, Element] = {**element.components, **element.systems}
    for child in sorted(children, key=len, reverse=True):
        if name.startswith(f"{child}."):
            rest = name[len(child) + 1 :]
            if _apply((*path, child), children[child], rest, value, flat, knows, found):
                return True
    return False


def from_systems(flat: Flat, values: Values, units: dict[Node, Unit]) -> None:
    """Hand values of parameters and open inputs of systems on to the components that are connected to them.

    Parameters
    ----------
    flat, values
        The structure, and its values so far, to which those are added.
    units
        Units of the connectors of components.

    Raises
    ------
    UsageError
        When a parameter is connected to something that is calculated.
    """
    for path, component in flat.components.items():
        for name, connector in component.connectors.items():
            node = (path, name)
            given: Node | None = None
            for source, _ in flat.chain(node):
                if source in values.of_systems:
                    given = source  # the outermost wins
                elif source[0] in flat.components and connector.kind == "parameter":
                    raise UsageError(
                        f"{flat.label}: the parameter '{shown(node)}' is connected to '{shown(source)}', which is "
                        "calculated at run time; give it a value"
                    )
            if given is not None:
                found = _handed_on(flat, values.of_systems[given], node, given, units)
                values.by_component.setdefault(path, {})["", name] = found


def _handed_on(flat: Flat, value: Value, node: Node, given: Node, units: dict[Node, Unit]) -> Value:
    """A value of a connector of a system as it arrives at a connector of a component."""
    driver = flat.driver(node, units, given)
    if driver is None or value.parameter.type not in REAL_TYPES:
        return value
    number = value.real(shown(given), driver.unit)
    if (driver.factor, driver.offset) != (1.0, 0.0):
        number = driver.factor * number + driver.offset
    # in the unit of the component's variable now
    return Value(Parameter(value.parameter.name, "Real", number, None), Transformation(), value.label)
