"""Write `modelDescription.xml` (FMI 3.0 Model Exchange)."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

import casadi as ca

from heatsim.compiler.embedded.equations import values as v
from heatsim.compiler.embedded.equations.assembly import System
from heatsim.compiler.embedded.equations.flat import Node, Variable
from heatsim.compiler.embedded.equations.quantities import Quantity
from heatsim.compiler.embedded.fmu.discrete_description import discrete_variable, type_definitions, typed_variable
from heatsim.compiler.embedded.fmu.unit_definitions import BASE, BaseUnit, base_unit
from heatsim.compiler.embedded.solving.initial import start_attribute
from heatsim.compiler.embedded.solving.right_hand_side import Functions


@dataclass(frozen=True)
class References:
    """Value references, in the layout that `model_exchange.c` expects."""

    parameters: range
    states: range
    inputs: range
    outputs: range
    derivatives: range
    assigned: range  # copies of outputs and derivatives, by the names that CasADi's import looks for
    indicators: range
    discretes: range
    constants: range
    dependent: range

    @staticmethod
    def of(functions: Functions) -> References:
        """Number the variables of a model."""
        edges = [1]
        for items in (
            functions.parameters,
            functions.states,
            functions.inputs,
            functions.pure_outputs,
            functions.states,
        ):
            edges.append(edges[-1] + len(items))
        edges.append(edges[-1] + len(functions.pure_outputs) + len(functions.states))
        events = functions.events
        edges.append(edges[-1] + (len(events.indicator_texts) if events else 0))
        edges.append(edges[-1] + (len(events.discretes) if events else 0))
        edges.append(edges[-1] + len(functions.constants))
        edges.append(edges[-1] + len(functions.dependent))
        return References(*(range(a, b) for a, b in itertools.pairwise(edges)))


@dataclass(frozen=True)
class Defaults:
    """Numbers of the model with default parameters."""

    states: tuple[float, ...]
    inputs: tuple[float, ...]
    nominals: tuple[float, ...]  # of the states
    discretes: tuple[float, ...] = ()


@dataclass(frozen=True)
class Identity:
    """What an FMU says of itself.

    Attributes
    ----------
    model : Modelica class
    description : of the class
    experiment : numbers of the default experiment, by their names in FMI 3.0
    tool : that makes the FMU
    """

    model: str
    description: str
    experiment: Mapping[str, float]
    tool: str

    @property
    def identifier(self) -> str:
        """Model identifier: a C name that cannot meet one of the C library."""
        return "hs_" + self.model.replace(".", "_")


def write_description(system: System, functions: Functions, defaults: Defaults, identity: Identity, token: str) -> str:
    """Return the text of modelDescription.xml; `token` is the instantiation token."""
    references = References.of(functions)
    name, text, tool = quoteattr(identity.model), identity.description, quoteattr(identity.tool)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<fmiModelDescription fmiVersion="3.0" modelName={name} instantiationToken={quoteattr(token)}'
        f'{_attribute("description", text)} generationTool={tool} variableNamingConvention="flat">',
        f'  <ModelExchange modelIdentifier="{identity.identifier}" canGetAndSetFMUState="true" '
        'canSerializeFMUState="true" providesDirectionalDerivatives="true"/>',
    ]
    lines += _units(functions)
    lines += type_definitions(_typed(functions))
    lines += [
        "  <LogCategories>",
        *(
            f'    <Category name="{category}"/>'
            for category in ("logStatusWarning", "logStatusDiscard", "logStatusError")
        ),
        "  </LogCategories>",
    ]
    if identity.experiment:
        numbers = "".join(f' {key}="{value!r}"' for key, value in identity.experiment.items())
        lines.append(f"  <DefaultExperiment{numbers}/>")
    lines += [
        "  <ModelVariables>",
        '    <Float64 name="time" valueReference="0" causality="independent" unit="s" variability="continuous"/>',
    ]
    lines += _variables(system, functions, defaults, references)
    lines += _shown_parameters(system, functions, references)
    if functions.events is not None:
        for number, text in zip(references.indicators, functions.events.indicator_texts, strict=True):
            name = f"indicator[{number - references.indicators.start + 1}]"
            lines.append(_float64(name, number, f"Crosses zero at an event of {text}", _COMPUTED))
        for number, item, start in zip(
            references.discretes, functions.events.discretes, defaults.discretes, strict=True
        ):
            limits = _limits(system, item.variable, item.index)
            lines += discrete_variable(functions.events, item, number, start, limits)
    lines += ["  </ModelVariables>", *_structure(functions, references), "</fmiModelDescription>", ""]
    return "\n".join(lines)


_CONSTANT = 'causality="local" variability="constant" initial="exact"'
_COMPUTED = 'causality="local" variability="continuous" initial="calculated"'


def _attribute(name: str, value: str) -> str:
    return f" {name}={quoteattr(value)}" if value else ""


def _number(value: float) -> str:
    return repr(float(value))


def _limits(system: System, variable: Variable, index: tuple[int, ...]) -> str:
    """Write unit, display unit, min, max and nominal; limits that depend on settable parameters are left out."""
    text = _attribute("unit", variable.unit)
    if variable.unit and _display(variable.unit, variable.display_unit) is not None:
        text += _attribute("displayUnit", variable.display_unit)
    for name, node in (("min", variable.minimum), ("max", variable.maximum)):
        value = _known(system, node, index)
        if value is not None:
            text += f' {name}="{_number(value)}"'
    if variable.nominal is not None:
        value = system.table.default(_element(system, variable.nominal, index))
        if value:
            text += f' nominal="{_number(abs(value))}"'
    return text


def _element(system: System, node: Node, index: tuple[int, ...]) -> v.Scalar:
    value = system.evaluator.value(node)
    return v.tidy(value[index] if v.is_array(value) else value)


def _known(system: System, node: Node | None, index: tuple[int, ...]) -> float | None:
    if node is None:
        return None
    value = _element(system, node, index)
    return None if isinstance(value, ca.SX) else float(value)


def _float64(name: str, reference: int, description: str, attributes: str) -> str:
    about = _attribute("description", description)
    return f'    <Float64 name={quoteattr(name)} valueReference="{reference}"{about} {attributes}/>'


def _variables(system: System, functions: Functions, defaults: Defaults, references: References) -> Iterable[str]:
    shown = {quantity.name for quantity in functions.outputs}
    for number, parameter, is_fixed in zip(references.parameters, functions.parameters, functions.fixed, strict=True):
        variable = parameter.variable
        limits = _limits(system, variable, _index(parameter.name, variable))
        variability = "fixed" if is_fixed else "tunable"
        attributes = f'causality="parameter" variability="{variability}" initial="exact"{limits}'
        yield _float64(parameter.name, number, variable.description, f'{attributes} start="{_number(parameter.value)}"')
    for k, (number, state) in enumerate(zip(references.states, functions.states, strict=True)):
        causality = "output" if state.name in shown else "local"
        limits = _limits(system, state.variable, state.index)
        if functions.solved[k]:
            initial, start = "calculated", ""
        else:
            initial = "exact" if functions.start_depends[k] == () else "approx"
            start = f' start="{_number(defaults.states[k])}"'
        attributes = f'causality="{causality}" variability="continuous" initial="{initial}"{limits}{start}'
        yield _float64(state.name, number, state.variable.description, attributes)
    for k, (number, quantity) in enumerate(zip(references.inputs, functions.inputs, strict=True)):
        limits = _limits(system, quantity.variable, quantity.index)
        attributes = f'causality="input" variability="continuous"{limits} start="{_number(defaults.inputs[k])}"'
        yield _float64(quantity.name, number, quantity.variable.description, attributes)
    for number, quantity in zip(references.outputs, functions.pure_outputs, strict=True):
        limits = _limits(system, quantity.variable, quantity.index)
        attributes = f'causality="output" variability="continuous" initial="calculated"{limits}'
        yield _float64(quantity.name, number, quantity.variable.description, attributes)
    computed = _COMPUTED
    for k, (number, state) in enumerate(zip(references.derivatives, functions.states, strict=True)):
        unit = _attribute("unit", _rate_unit(state.variable.unit))
        yield _float64(f"der({state.name})", number, "", f'{computed}{unit} derivative="{references.states[k]}"')
    names = [quantity.name for quantity in functions.pure_outputs]
    names += [f"der({state.name})" for state in functions.states]
    for number, name in zip(references.assigned, names, strict=True):
        yield _float64(f"__assign__{name}__", number, f"Internal: definition of {name}", computed)


def _shown_parameters(system: System, functions: Functions, references: References) -> Iterable[str]:
    """Write the parameters that cannot be set."""
    for number, item in zip(references.constants, functions.constants, strict=True):
        limits = _limits(system, item.variable, item.index) if item.kind == "Real" else ""
        yield typed_variable(item.kind, item.name, number, item.variable, _CONSTANT + limits, item.value)
    for number, item in zip(references.dependent, functions.dependent, strict=True):
        limits = _limits(system, item.variable, item.index)
        attributes = f'causality="calculatedParameter" variability="tunable" initial="calculated"{limits}'
        yield _float64(item.name, number, item.variable.description, attributes)


def _index(name: str, variable: Variable) -> tuple[int, ...]:
    if not variable.dims:
        return ()
    return tuple(int(i) - 1 for i in name[len(variable.name) + 1 : -1].split(","))


def _rate_unit(unit: str) -> str:
    """Unit of a time derivative; the units in which it would be ambiguous are left out."""
    if not unit or base_unit(unit) is None:
        return ""
    if unit == "1":
        return "1/s"
    if unit == "degC":
        return "K/s"
    return f"{unit}.s-1" if "/" not in unit else f"{unit}/s"


def _structure(functions: Functions, references: References) -> list[str]:
    """Write outputs and derivatives with their dependencies, found from the sparsity of the right-hand side."""
    arguments = [references.states, references.inputs, references.parameters]
    ode = _dependencies(functions, 0, arguments)
    y = _dependencies(functions, 1, arguments)
    pure = {quantity.name: k for k, quantity in enumerate(functions.pure_outputs)}
    states = {state.name: k for k, state in enumerate(functions.states)}
    known_at_start = set(references.inputs) | set(references.parameters)
    lines = ["  <ModelStructure>"]
    for quantity in functions.outputs:
        if quantity.name in states:
            own = references.states[states[quantity.name]]
            lines.append(f'    <Output valueReference="{own}" dependencies="{own}"/>')
            continue
        number = references.outputs[pure[quantity.name]]
        depends = [d for d in y[pure[quantity.name]] if d not in references.parameters]
        lines.append(f'    <Output valueReference="{number}" dependencies="{_list(depends)}"/>')
    discrete_outputs = _discrete_outputs(functions, references)
    lines += [f'    <Output valueReference="{number}"/>' for number in discrete_outputs]
    for k, number in enumerate(references.derivatives):
        depends = [d for d in ode[k] if d not in references.parameters]
        lines.append(f'    <ContinuousStateDerivative valueReference="{number}" dependencies="{_list(depends)}"/>')
    exact = {
        references.states[k]
        for k, depends in enumerate(functions.start_depends)
        if depends == () and not functions.solved[k]
    }
    known_at_start |= exact

    def unknown(number: int, depends: Iterable[int]) -> str:
        if functions.events is not None or functions.start_couples or None in functions.start_depends:  # on anything
            return f'    <InitialUnknown valueReference="{number}"/>'
        through: set[int] = set()
        for d in depends:
            if d in known_at_start:
                through.add(d)
            elif d in references.states:
                numbers = functions.start_depends[d - references.states.start] or ()
                through.update(references.parameters[i] for i in numbers)
        return f'    <InitialUnknown valueReference="{number}" dependencies="{_list(sorted(through))}"/>'

    for quantity in functions.outputs:
        if quantity.name in pure:
            lines.append(unknown(references.outputs[pure[quantity.name]], y[pure[quantity.name]]))
    for k, given in enumerate(functions.start_depends):
        if given != () or functions.solved[k]:
            lines.append(unknown(references.states[k], [references.parameters[i] for i in given or ()]))
    lines += [unknown(number, ode[k]) for k, number in enumerate(references.derivatives)]
    lines += [unknown(number, ()) for number in discrete_outputs]
    if functions.dependent_values is not None:
        rows, columns = functions.dependent_values.jac_sparsity(0, 0).get_triplet()
        for k, number in enumerate(references.dependent):
            depends = [references.parameters[column] for row, column in zip(rows, columns, strict=True) if row == k]
            lines.append(f'    <InitialUnknown valueReference="{number}" dependencies="{_list(sorted(depends))}"/>')
    lines += [f'    <EventIndicator valueReference="{number}"/>' for number in references.indicators]
    return [*lines, "  </ModelStructure>"]


def _typed(functions: Functions) -> list[Variable]:
    """Return the variables that may belong to enumerations."""
    found = [item.variable for item in functions.constants]
    events = functions.events
    if events is not None:
        found += [item.variable for item in events.discretes if item.name in (*events.inputs, *events.outputs)]
    return found


def _discrete_outputs(functions: Functions, references: References) -> list[int]:
    events = functions.events
    if events is None:
        return []
    numbers = {item.name: number for number, item in zip(references.discretes, events.discretes, strict=True)}
    return [numbers[name] for name in events.outputs]


def _list(numbers: Iterable[int]) -> str:
    return " ".join(str(number) for number in numbers)


def _dependencies(functions: Functions, result: int, arguments: list[range]) -> list[list[int]]:
    found: list[set[int]] = [set() for _ in range(functions.rhs.size1_out(result))]
    for argument, numbers in enumerate(arguments, start=1):
        pattern = functions.rhs.jac_sparsity(result, argument)
        for row, column in zip(*pattern.get_triplet(), strict=True):
            found[row].add(numbers[column])
    return [sorted(numbers) for numbers in found]


def _display(unit: str, display_unit: str) -> tuple[float, float] | None:
    """Return (factor, offset) with display value = factor * value + offset, or None when the two do not fit."""
    a, b = base_unit(unit), base_unit(display_unit) if display_unit else None
    if a is None or b is None or a.exponents != b.exponents or unit == display_unit:
        return None
    return a.factor / b.factor, (a.offset - b.offset) / b.factor


def _units(functions: Functions) -> list[str]:
    """Write the definitions of all units that occur, with their display units."""
    variables = [parameter.variable for parameter in functions.parameters]
    variables += [quantity.variable for quantity in (*functions.states, *functions.inputs, *functions.outputs)]
    variables += [item.variable for item in (*functions.constants, *functions.dependent)]
    if functions.events is not None:
        variables += [item.variable for item in functions.events.discretes]
    shown: dict[str, set[str]] = {"s": set()}
    for variable in variables:
        if variable.unit:
            shown.setdefault(variable.unit, set())
            if _display(variable.unit, variable.display_unit) is not None:
                shown[variable.unit].add(variable.display_unit)
    for state in functions.states:
        rate = _rate_unit(state.variable.unit)
        if rate:
            shown.setdefault(rate, set())
    lines = ["  <UnitDefinitions>"]
    for name in sorted(shown):
        base, displays = base_unit(name), sorted(shown[name])
        if base is None and not displays:
            lines.append(f"    <Unit name={quoteattr(name)}/>")
            continue
        lines.append(f"    <Unit name={quoteattr(name)}>")
        if base is not None:
            lines.append(f"      {_base_element(base)}")
        for display in displays:
            factor, offset = _display(name, display) or (1.0, 0.0)
            shift = f' offset="{_number(offset)}"' if offset else ""
            lines.append(f'      <DisplayUnit name={quoteattr(display)} factor="{_number(factor)}"{shift}/>')
        lines.append("    </Unit>")
    return [*lines, "  </UnitDefinitions>"]


def _base_element(base: BaseUnit) -> str:
    text = "".join(f' {name}="{exponent}"' for name, exponent in zip(BASE, base.exponents, strict=True) if exponent)
    if base.factor != 1.0:
        text += f' factor="{_number(base.factor)}"'
    if base.offset:
        text += f' offset="{_number(base.offset)}"'
    return f"<BaseUnit{text}/>"


def input_start(system: System, quantity: Quantity) -> float:
    """Return the default value of an input."""
    return float(system.table.default(start_attribute(system, quantity)))
