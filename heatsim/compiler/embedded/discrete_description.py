"""Elements of `modelDescription.xml` for discrete variables: Booleans, integers, enumerations, discrete Reals."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from heatsim.compiler.embedded.event_functions import EventFunctions
from heatsim.compiler.embedded.quantities import Discrete

_ELEMENTS = {"Real": "Float64", "Integer": "Int32", "Boolean": "Boolean", "Enumeration": "Enumeration"}


def type_definitions(events: EventFunctions | None) -> list[str]:
    """Return the definitions of the enumerations that inputs and outputs belong to."""
    found = {} if events is None else {_type_name(item): item.variable.literals for item in _visible(events)}
    found.pop("", None)
    if not found:
        return []
    lines = ["  <TypeDefinitions>"]
    for name, literals in sorted(found.items()):
        lines.append(f"    <EnumerationType name={quoteattr(name)}>")
        lines += [f'      <Item name={quoteattr(text)} value="{k}"/>' for k, text in enumerate(literals, start=1)]
        lines.append("    </EnumerationType>")
    return [*lines, "  </TypeDefinitions>"]


def _visible(events: EventFunctions) -> list[Discrete]:
    return [item for item in events.discretes if item.name in events.inputs or item.name in events.outputs]


def _type_name(item: Discrete) -> str:
    """Return a name for the enumeration of a variable; empty for other variables."""
    return "_or_".join(item.variable.literals) if item.kind == "Enumeration" else ""


def discrete_variable(events: EventFunctions, item: Discrete, number: int, start: float, limits: str) -> list[str]:
    """Return the element of an input or output; nothing for other variables, which are not shown.

    Parameters
    ----------
    number : value reference
    start : default value of an input
    limits : attributes for unit, min, max, nominal of a Real
    """
    if item.name in events.inputs:
        what = f'causality="input" variability="discrete"{{}} start="{_value(item, start)}"'
    elif item.name in events.outputs:
        what = 'causality="output" variability="discrete" initial="calculated"{}'
    else:
        return []
    more = limits if item.kind == "Real" else ""
    if item.kind == "Enumeration":
        more = f" declaredType={quoteattr(_type_name(item))}"
    about = f" description={quoteattr(item.variable.description)}" if item.variable.description else ""
    element = _ELEMENTS[item.kind]
    return [f'    <{element} name={quoteattr(item.name)} valueReference="{number}"{about} {what.format(more)}/>']


def _value(item: Discrete, start: float) -> str:
    if item.kind == "Boolean":
        return "true" if start else "false"
    return repr(float(start)) if item.kind == "Real" else str(int(start))
