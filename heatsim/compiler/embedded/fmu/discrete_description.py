"""Elements of `modelDescription.xml` for Booleans, integers, enumerations and discrete Reals."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import quoteattr

from heatsim.compiler.embedded.equations.flat import Variable
from heatsim.compiler.embedded.equations.quantities import Discrete
from heatsim.compiler.embedded.solving.event_functions import EventFunctions

_ELEMENTS = {"Real": "Float64", "Integer": "Int32", "Boolean": "Boolean", "Enumeration": "Enumeration"}


def type_definitions(variables: Iterable[Variable]) -> list[str]:
    """Return the definitions of the enumerations that variables belong to."""
    found = {_type_name(variable): variable.literals for variable in variables}
    found.pop("", None)
    if not found:
        return []
    lines = ["  <TypeDefinitions>"]
    for name, literals in sorted(found.items()):
        lines.append(f"    <EnumerationType name={quoteattr(name)}>")
        lines += [f'      <Item name={quoteattr(text)} value="{k}"/>' for k, text in enumerate(literals, start=1)]
        lines.append("    </EnumerationType>")
    return [*lines, "  </TypeDefinitions>"]


def _type_name(variable: Variable) -> str:
    """Return a name for the enumeration of a variable; empty for other variables."""
    return "_or_".join(variable.literals) if variable.kind == "Enumeration" else ""


def typed_variable(kind: str, name: str, number: int, variable: Variable, attributes: str, start: float | None) -> str:
    """Return the element of a variable.

    Parameters
    ----------
    kind : Real, Integer, Boolean or Enumeration
    number : value reference
    attributes : causality and so on
    start : start value; None when the variable is calculated
    """
    about = f" description={quoteattr(variable.description)}" if variable.description else ""
    declared = f" declaredType={quoteattr(_type_name(variable))}" if kind == "Enumeration" else ""
    value = "" if start is None else f' start="{_value(kind, start)}"'
    element = _ELEMENTS[kind]
    return f'    <{element} name={quoteattr(name)} valueReference="{number}"{about} {attributes}{declared}{value}/>'


def discrete_variable(events: EventFunctions, item: Discrete, number: int, start: float, limits: str) -> list[str]:
    """Return the element of an input or output; nothing for other variables, which are not shown.

    Parameters
    ----------
    number : value reference
    start : default value of an input
    limits : attributes for unit, min, max, nominal of a Real
    """
    more = limits if item.kind == "Real" else ""
    if item.name in events.inputs:
        attributes = f'causality="input" variability="discrete"{more}'
        return [typed_variable(item.kind, item.name, number, item.variable, attributes, start)]
    if item.name in events.outputs:
        attributes = f'causality="output" variability="discrete" initial="calculated"{more}'
        return [typed_variable(item.kind, item.name, number, item.variable, attributes, None)]
    return []


def _value(kind: str, start: float) -> str:
    if kind == "Boolean":
        return "true" if start else "false"
    return repr(float(start)) if kind == "Real" else str(int(start))
