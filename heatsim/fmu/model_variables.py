"""Reads the variables of a model description, FMI 2.0 and 3.0."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass, replace

from heatsim.fmu.description import Variable
from heatsim.fmu.xml_attributes import (
    choice,
    clean,
    count,
    flag,
    number,
    quoted,
    reference,
    refusal,
    unprintable,
)

VARIABLE_LIMIT = 1_000_000
ELEMENT_LIMIT = 10_000_000  # numbers in all arrays together
NAME_LIMIT = 2000  # characters

_FMI2_TYPES = ("Real", "Integer", "Boolean", "String", "Enumeration")
_FLOATS = ("Real", "Float64", "Float32")
_TEXTS = ("String", "Binary")
_FMI3_TYPES = (
    *("Float32", "Float64", "Boolean", "String", "Binary", "Enumeration", "Clock"),
    *(f"{sign}Int{width}" for sign in ("", "U") for width in (8, 16, 32, 64)),
)
_CAUSALITIES = ("parameter", "calculatedParameter", "input", "output", "local", "independent")
_VARIABILITIES = ("constant", "fixed", "tunable", "discrete", "continuous")
_INITIALS = ("exact", "approx", "calculated")
_TRUTH = {"true": 1.0, "false": 0.0, "1": 1.0, "0": 0.0}


@dataclass(frozen=True)
class Listing:
    """The variables in the order of the file, and how the model structure refers to them.

    Attributes
    ----------
    variables
        In the order of the file.
    keys
        Position of a variable by what refers to it: its index from 1 (FMI 2.0) or its value reference (FMI 3.0).
    """

    variables: list[Variable]
    keys: Mapping[int, int]

    def at(self, key: int, label: str, where: str) -> Variable:
        """Variable that an index or value reference means."""
        position = self.keys.get(key)
        if position is None:
            raise refusal(label, f"{where} refers to variable {key}, and there is none of that number")
        return self.variables[position]


def read_variables(root: ET.Element, major: int, label: str) -> Listing:
    """All variables of a model description, each checked for itself.

    Parameters
    ----------
    root
        Root element.
    major
        2 or 3.
    label
        Name of the FMU for messages.

    Raises
    ------
    FmuError
        When a variable has no name, type or value reference, when a number is none, when an index is out of range, or
        when there are absurdly many.
    """
    if major == 2:
        elements = root.findall("ModelVariables/ScalarVariable")
        values = [_value_of(element, label) for element in elements]
    else:
        elements = [element for element in root.findall("ModelVariables/*") if element.tag in _FMI3_TYPES]
        values = elements
    if len(elements) > VARIABLE_LIMIT:
        raise refusal(label, f"{len(elements)} variables, and at most {VARIABLE_LIMIT} are accepted")
    types = _declared_types(root, major)
    numbers = [reference(e.get("valueReference"), label, quoted(e.get("name"))) for e in elements]
    if major == 2:
        keys: dict[int, int] = {i + 1: i for i in range(len(elements))}
        shapes: list[tuple[int, ...]] = [()] * len(elements)
    else:
        keys = _unique_references(elements, numbers, label)
        shapes = _shapes(elements, keys, label)
    variables = [
        _variable(element, value, types, shape, key, label)
        for element, value, shape, key in zip(elements, values, shapes, numbers, strict=True)
    ]
    listing = Listing(variables, keys)
    for position, value in enumerate(values):
        target = value.get("derivative")
        if target is not None:
            name = variables[position].name
            key = count(target, label, f"derivative of {quoted(name)}", 2**32)
            state = listing.at(key, label, f"derivative of {quoted(name)}")
            if state.name == name:
                raise refusal(label, f"{quoted(name)} is its own derivative")
            variables[position] = replace(variables[position], derivative_of=state.name)
    return listing


def _value_of(element: ET.Element, label: str) -> ET.Element:
    value = next((child for child in element if child.tag in _FMI2_TYPES), None)
    if value is None:
        raise refusal(label, f"variable {quoted(element.get('name'))} has no type")
    return value


def _declared_types(root: ET.Element, major: int) -> dict[str, Mapping[str, str]]:
    """Attributes of the declared types, by type name."""
    types: dict[str, Mapping[str, str]] = {}
    if major == 2:
        for simple in root.findall("TypeDefinitions/SimpleType"):
            types[simple.get("name", "")] = next((child.attrib for child in simple if child.tag in _FMI2_TYPES), {})
    else:
        for element in root.findall("TypeDefinitions/*"):
            types[element.get("name", "")] = element.attrib
    return types


def _unique_references(elements: list[ET.Element], numbers: list[int], label: str) -> dict[int, int]:
    keys: dict[int, int] = {}
    for position, key in enumerate(numbers):
        if key in keys:
            first = elements[keys[key]]
            names = f"{quoted(first.get('name'))} ({first.tag}) and {quoted(elements[position].get('name'))}"
            raise refusal(label, f"{names} ({elements[position].tag}) have the same value reference {key}")
        keys[key] = position
    return keys


def _shapes(elements: list[ET.Element], keys: Mapping[int, int], label: str) -> list[tuple[int, ...]]:
    """Shapes of arrays; a dimension is a number or a structural parameter, whose start value counts."""
    shapes = []
    total = 0
    for element in elements:
        where = f"dimension of {quoted(element.get('name'))}"
        shape = []
        for dimension in element.findall("Dimension"):
            size = dimension.get("start")
            if size is None:
                key = reference(dimension.get("valueReference"), label, where)
                if key not in keys:
                    raise refusal(label, f"{where} refers to variable {key}, and there is none of that number")
                size = elements[keys[key]].get("start")
            shape.append(count(size, label, where, ELEMENT_LIMIT))
        total += math.prod(shape)
        if total > ELEMENT_LIMIT:
            raise refusal(label, f"the arrays have more than {ELEMENT_LIMIT} elements up to {where}")
        shapes.append(tuple(shape))
    return shapes


def _variable(
    element: ET.Element,
    value: ET.Element,
    types: Mapping[str, Mapping[str, str]],
    shape: tuple[int, ...],
    key: int,
    label: str,
) -> Variable:
    name = element.get("name", "")
    _check_name(name, label)
    where = quoted(name)
    declared_type = value.get("declaredType")
    if declared_type is not None and declared_type not in types:
        raise refusal(
            label, f"{where} has the type {quoted(declared_type)}, which is not declared, so its unit is lost"
        )
    declared = types.get(declared_type or "", {})

    def limit(attribute: str) -> float | None:
        text = value.get(attribute, declared.get(attribute))
        # texts, truth values and clocks have none, whatever a vendor writes there
        return (
            None
            if text is None or kind in (*_TEXTS, "Boolean", "Clock")
            else number(text, label, f"{attribute} of {where}")
        )

    kind = value.tag
    causality = element.get("causality", "local")
    if causality == "structuralParameter":
        causality_checked = causality
    else:
        causality_checked = choice(causality, _CAUSALITIES, label, f"causality of {where}")
    default = "continuous" if kind in _FLOATS else "discrete"
    if causality in ("parameter", "calculatedParameter", "structuralParameter"):
        default = "fixed"
    variability = choice(element.get("variability", default), _VARIABILITIES, label, f"variability of {where}")
    if variability == "continuous" and kind not in _FLOATS:
        variability = "discrete"  # only floating-point numbers can be continuous; the default of FMI 2.0 ignores that
    initial = element.get("initial")
    starts = () if kind in (*_TEXTS, "Clock") else _starts(value, kind, shape, label, where)
    text = value.get("start") if kind in _TEXTS else None
    if kind in _TEXTS and text is None:
        first = value.find("Start")
        text = None if first is None else first.get("value")
    return Variable(
        name=name,
        causality=causality_checked,
        unit=clean(value.get("unit", declared.get("unit", ""))),
        description=clean(element.get("description", "")),
        start=starts[0] if starts and all(s == starts[0] for s in starts) else None,
        minimum=limit("min"),
        maximum=limit("max"),
        nominal=limit("nominal"),
        shape=shape,
        variability=variability,
        initial=None if initial is None else choice(initial, _INITIALS, label, f"initial of {where}"),
        type="Real" if kind in _FLOATS else kind,
        reference=key,
        fmi_type=kind,
        starts=starts,
        start_text=text,
        reinit=flag(value, "reinit", label),
        clocked=element.get("clocks") is not None,
    )


def _starts(value: ET.Element, kind: str, shape: tuple[int, ...], label: str, where: str) -> tuple[float, ...]:
    text = value.get("start")
    if text is None:
        return ()
    parts = text.split() if shape else [text.strip()]
    expected = math.prod(shape)
    if len(parts) != expected:
        raise refusal(label, f"{where} has {len(parts)} start values for {expected} elements")
    if kind == "Boolean":
        wrong = next((part for part in parts if part not in _TRUTH), None)
        if wrong is not None:
            raise refusal(label, f"start of {where} is {quoted(wrong)}, which is neither true nor false")
        return tuple(_TRUTH[part] for part in parts)
    starts = tuple(number(part, label, f"start of {where}") for part in parts)
    if kind not in _FLOATS and not all(math.isfinite(s) and s == round(s) for s in starts):
        raise refusal(label, f"start of {where} is {quoted(text)}, which is not an integer")
    return starts


def _check_name(name: str, label: str) -> None:
    if not name.strip():
        raise refusal(label, "a variable has no name")
    if len(name) > NAME_LIMIT:
        raise refusal(
            label, f"the name {quoted(name)} has {len(name)} characters, and at most {NAME_LIMIT} are accepted"
        )
    if any(unprintable(character) for character in name):
        raise refusal(label, f"the name {quoted(name)} contains control characters or line breaks")
