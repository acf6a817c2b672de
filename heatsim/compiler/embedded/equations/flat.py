"""Typed view of the front end's flat model.

The front end leaves some `for` loops over derivatives as families: only the first members are written out and the
others are placeholders `der(x[i]) - 0.0`. `FlatModel` writes every member out again from the loop body;
`Equation.placeholder` keeps the front end's own left-hand side so that the assembly can check that the members are
where they are meant to be.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from heatsim.compiler.embedded.checks import flat_shape
from heatsim.compiler.embedded.equations.connections import Connections, read_connections
from heatsim.compiler.embedded.reading.sources import SourceMap, Span
from heatsim.errors import CompilerError

Node = Mapping[str, Any]


@dataclass(frozen=True)
class Variable:
    """One declared variable of basic type; arrays are one Variable with `dims`."""

    name: str
    dims: tuple[int, ...]
    variability: str  # "", "constant", "parameter", "discrete"
    causality: str  # "", "input", "output"
    start: Node | None
    binding: Node | None
    fixed: tuple[bool, ...] | None
    minimum: Node | None
    maximum: Node | None
    nominal: Node | None
    unit: str
    display_unit: str
    description: str
    kind: str  # "Real", "Integer", "Boolean", "String" or "Enumeration"
    literals: tuple[str, ...]  # names of the values of an enumeration, as far as its type is known
    is_protected: bool
    is_final: bool
    span: Span | None

    @property
    def shown_kind(self) -> str:
        """Type in the FMU: Integer for an enumeration of which the names of the values are not known."""
        return "Integer" if self.kind == "Enumeration" and not self.literals else self.kind

    @property
    def is_discrete_type(self) -> bool:
        """True for everything but Real."""
        return self.kind != "Real"

    @property
    def is_parameter(self) -> bool:
        """True for parameters and constants."""
        return self.variability in ("parameter", "constant")


@dataclass(frozen=True)
class Equation:
    """A residual that must be zero, with the values of the loop variables it is written in."""

    residual: Node
    span: Span | None
    size: int
    origin: str
    loop: Mapping[str, int] = field(default_factory=dict)
    placeholder: Node | None = None


@dataclass(frozen=True)
class Assertion:
    """`assert(condition, message, level)`."""

    condition: Node
    message: Node
    is_warning: bool
    span: Span | None


@dataclass(frozen=True)
class WhenBranch:
    """`when condition then statements` or `elsewhen`; statements as the front end gives them."""

    condition: Node
    statements: tuple[Node, ...]
    span: Span | None


@dataclass(frozen=True)
class FlatModel:
    """Everything the back end needs to know of one model."""

    variables: Mapping[str, Variable]
    equations: tuple[Equation, ...]
    initial_equations: tuple[Equation, ...]
    assertions: tuple[Assertion, ...]
    when_clauses: tuple[tuple[WhenBranch, ...], ...]
    functions: Mapping[str, Node]
    enumerations: Mapping[str, int]
    inputs: frozenset[str]  # names of the top-level components that may hold inputs
    structural_names: frozenset[str]  # last parts of names that decide on the structure of the model
    sources: SourceMap
    connections: Connections = field(default_factory=Connections)

    def is_top_input(self, variable: Variable) -> bool:
        """True for an input that the outside world must give."""
        base = re.split(r"[.\[]", variable.name, maxsplit=1)[0]
        return variable.causality == "input" and (variable.name in self.inputs or base in self.inputs)


def read_flat(raw: Mapping[str, Any], sources: SourceMap) -> FlatModel:
    """Build the typed view; constructs that the compiler has no way to carry are refused here."""
    _refuse_unknown_parts(raw)
    _refuse_discrete_parts(raw, sources)
    flat_shape.check(raw, sources)
    finals = raw["variable_final_flags"]
    types = _Types(raw)
    variables = {name: _variable(entry, bool(finals.get(name)), types) for name, entry in raw["variables"].items()}
    return FlatModel(
        variables=variables,
        equations=_equations(raw["equations"], raw["structured_equations"]),
        initial_equations=_equations(raw["initial_equations"], raw["initial_structured_equations"]),
        assertions=tuple(_assertion(entry) for entry in raw["assert_equations"] + raw["initial_assert_equations"]),
        when_clauses=tuple(_when_clause(chain) for chain in raw["when_chains"]),
        functions=raw["functions"],
        enumerations=raw["enum_literal_ordinals"],
        inputs=frozenset(raw["top_level_input_components"]),
        structural_names=_structural_names(raw, sources),
        sources=sources,
        connections=read_connections(raw, sources),
    )


# parts of the flat model in which there are expressions
WITH_EXPRESSIONS = (
    "variables",
    "equations",
    "structured_equations",
    "initial_equations",
    "initial_structured_equations",
    "assert_equations",
    "initial_assert_equations",
    "algorithms",
    "initial_algorithms",
    "when_chains",
    "functions",
)
# parts that are read here or have no effect on the equations
_KNOWN = frozenset(
    {
        *WITH_EXPRESSIONS,
        "definite_roots",
        "potential_roots",
        "variable_final_flags",
        "enum_literal_ordinals",
        "top_level_input_components",
        "parameter_branch_selections",
        "predefined_string_declaration",
        "predefined_types",
        "effective_types",
        "enumeration_types",
        "type_ids_by_def_id",
        "enumeration_type_roots",
        "record_instances",
        "record_types",
        "variable_type_names",
        "is_partial",
        "class_type",
        "model_description",
        "top_level_connectors",
        "instance_relations",
        "oc_break_edge_scalar_count",
        "own_streams",
    }
)


def _refuse_unknown_parts(raw: Mapping[str, Any]) -> None:
    """Refuse a flat model that has more in it than is known here."""
    unknown = sorted(key for key in raw if key not in _KNOWN and raw[key])
    if unknown:
        raise CompilerError(
            f"the front end gives '{unknown[0]}', which the embedded compiler does not know; write the model without "
            "what this stands for, or install the version of rumoca that heatsim asks for"
        )


def _refuse_discrete_parts(raw: Mapping[str, Any], sources: SourceMap) -> None:
    """Refuse algorithm sections and overconstrained connectors by place."""
    for section in raw["algorithms"] + raw["initial_algorithms"]:
        sources.refuse(
            find_span(section),
            "an algorithm section is not supported by the embedded compiler; write equations or put the "
            "algorithm into a function",
        )
    if raw["definite_roots"] or raw["potential_roots"]:
        raise CompilerError("overconstrained connectors (Connections.root) are not supported; use plain connectors")


def find_span(node: object) -> Span | None:
    """Return the first span inside a piece of the flat model."""
    pending = [node]  # a sum of flows can be nested more deeply than Python can follow
    while pending:
        item = pending.pop()
        if isinstance(item, dict):  # not Mapping, which takes long to ask for
            raw = item.get("span") or item.get("source_span")
            if raw:
                return Span.of(raw)
            pending.extend(reversed(list(item.values())))
        elif isinstance(item, (list, tuple)):
            pending.extend(reversed(item))
    return None


def _tag(value: object, known: Collection[str]) -> str:
    """Return the name of a variant: `"Empty"` or `{"Parameter": {...}}`, in lower case; Empty becomes ''."""
    name = value if isinstance(value, str) else next(iter(value))  # type: ignore[call-overload]
    tag = "" if name == "Empty" else str(name).lower()
    if tag not in known:
        raise CompilerError(f"the front end gives a variable the property '{name}', which is not known here")
    return tag


class _Types:
    """Kinds of variables, from the front end's table of types."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.basic = {number: name.capitalize() for name, number in raw["predefined_types"].items()}
        self.effective = raw["effective_types"]
        self.enumerations = frozenset(raw["enumeration_type_roots"])
        self.names = raw["variable_type_names"]
        self.literals: dict[str, dict[str, dict[int, str]]] = {}  # short name of the type -> its full name -> literals
        for path, ordinal in raw["enum_literal_ordinals"].items():
            whole, literal = path.rsplit(".", 1) if not path.endswith("'") else path[:-1].rsplit(".'", 1)
            self.literals.setdefault(whole.rsplit(".", 1)[-1], {}).setdefault(whole, {})[ordinal] = literal

    def kind(self, number: int) -> str:
        """Return the kind of a type."""
        entry = self.effective.get(str(number))
        number = entry["canonical_type"] if entry else number
        if number in self.basic:
            return self.basic[number]
        if number in self.enumerations:
            return "Enumeration"
        raise CompilerError(f"the front end gives a type {number} that is not known here; write the model without it")

    def values(self, variable: str) -> tuple[str, ...]:
        """Return the literals of the enumeration that a variable belongs to; empty when its name is ambiguous."""
        found = self.literals.get(str(self.names.get(variable, "")).rsplit(".", 1)[-1], {})
        different = {tuple(literals[number] for number in sorted(literals)) for literals in found.values()}
        return different.pop() if len(different) == 1 else ()


def _when_clause(raw: Mapping[str, Any]) -> tuple[WhenBranch, ...]:
    """Return the branches of one `when` with its `elsewhen`."""
    return tuple(
        WhenBranch(branch["condition"], tuple(branch["equations"]), Span.of(branch.get("span")) or find_span(branch))
        for branch in (raw["first"], *raw["else_when"])
    )


def _variable(raw: Mapping[str, Any], is_final: bool, types: _Types) -> Variable:
    fixed = raw["fixed"]
    kind = types.kind(raw["type_id"])
    if (kind != "Real") != bool(raw["is_discrete_type"]):
        raise CompilerError(f"the front end contradicts itself on the type of '{raw['name']}'; simplify the model")
    return Variable(
        name=raw["name"],
        dims=tuple(raw["dims"]),
        variability=_tag(raw["variability"], ("", "constant", "parameter", "discrete")),
        causality=_tag(raw["causality"], ("", "input", "output")),
        start=raw["start"],
        binding=raw["binding"],
        fixed=None if fixed is None else tuple(bool(item) for item in (fixed if isinstance(fixed, list) else [fixed])),
        minimum=raw["min"],
        maximum=raw["max"],
        nominal=raw["nominal"],
        unit=raw["unit"] or "",
        display_unit=raw["display_unit"] or "",
        description=raw["description"] or "",
        kind=kind,
        literals=types.values(raw["name"]) if kind == "Enumeration" else (),
        is_protected=raw["is_protected"],
        is_final=is_final,
        span=Span.of(raw["source_span"]),
    )


def is_warning(level: Mapping[str, Any] | None) -> bool:
    """True when the level of an assertion is `AssertionLevel.warning`."""
    return level is not None and (
        level.get("Literal", {}).get("value") == {"Integer": 1}
        or str(level.get("VarRef", {}).get("name", {}).get("name", "")).endswith("warning")
    )


def _assertion(raw: Mapping[str, Any]) -> Assertion:
    warning = is_warning(raw["level"])
    return Assertion(raw["condition"], raw["message"], warning, Span.of(raw.get("span")) or find_span(raw["condition"]))


def _origin(raw: Mapping[str, Any]) -> str:
    """Say where an equation without a place in the text comes from (a connection, a flow sum)."""
    kind, data = next(iter(raw["origin"].items())) if isinstance(raw["origin"], Mapping) else (raw["origin"], {})
    if kind == "Connection":
        return f"connection {data['lhs']} = {data['rhs']}"
    if kind == "FlowSum":
        return f"sum of flows {data['description']}"
    if kind == "UnconnectedFlow":
        return f"zero flow of the unconnected {data['variable']}"
    component = data.get("component", "") if isinstance(data, Mapping) else ""
    return f"equation of {component}" if component else "equation"


def _equation_span(raw: Mapping[str, Any]) -> Span | None:
    """Return the place of the whole equation; the front end gives that of the index for equations in loops."""
    whole, part = Span.of(raw.get("span")), find_span(raw["residual"])
    if whole is None or part is None:
        return whole or part
    if whole.source == part.source and whole.start <= part.start and part.end <= whole.end:
        return whole
    return _hull(raw["residual"]) if whole.source == part.source else whole


def _hull(residual: Node) -> Span | None:
    """Return the stretch from the left to the right side of an equation, as far as both stand close together."""
    sides = residual.get("Binary", {})
    left, right = find_span(sides.get("lhs")), find_span(sides.get("rhs"))
    if left and right and left.source == right.source and 0 <= right.end - left.start < 400:
        return Span(left.source, left.start, right.end)
    return find_span(residual)


def _equations(raw: list[Mapping[str, Any]], families: list[Mapping[str, Any]]) -> tuple[Equation, ...]:
    """Return the equations in order, members of unexpanded loops written out from the loop body."""
    result = [Equation(item["residual"], _equation_span(item), item["scalar_count"], _origin(item)) for item in raw]
    for family in families:
        if family["interiors_materialized"]:
            continue
        binders = family["domain"]["binders"]
        ranges = [range(b["lower"], b["upper"] + (1 if b["step"] > 0 else -1), b["step"]) for b in binders]
        index, body = family["first_equation_index"], family["template"]["body"]
        if len(body) != family["equations_per_point"]:
            raise CompilerError("a for loop was not written out by the front end as expected; write it out by hand")
        for point in itertools.product(*ranges):
            loop = {b["display_name"]: value for b, value in zip(binders, point, strict=True)}
            for residual in body:
                old = result[index]
                left = (
                    old.residual.get("Binary", {}).get("lhs")
                    if old.residual.get("Binary", {}).get("op") == "Sub"
                    else None
                )
                if left is None:
                    raise CompilerError(
                        f"a for loop over {', '.join(loop)} was not written out by the front end; write it out by hand"
                    )
                result[index] = Equation(residual, _hull(residual) or old.span, old.size, old.origin, loop, left)
                index += 1
    return tuple(result)


# `if <expression>;` after a component; `then` would make it an expression, and `end if;` has nothing between
_CONDITION = re.compile(r"\bif\b((?:(?!\bthen\b|\bif\b)[^;])*?)(?:\bannotation\b[^;]*)?;")
_RANGE = re.compile(
    r"\bin\b((?:(?!\bloop\b)[^;(){},]|\([^()]*\)|\{[^{}]*\})*)"
)  # of an iterator, one level of brackets
_SIZE = re.compile(r"\bsize\s*\([^()]*\)")  # does not depend on values
_TEXT = re.compile(r"\"(?:[^\"\\]|\\.)*\"|//[^\n]*|/\*.*?\*/", re.DOTALL)  # strings and comments


def _structural_names(raw: Mapping[str, Any], sources: SourceMap) -> frozenset[str]:
    """Return names that decide on the structure: in array sizes, loop ranges, chosen branches, conditional components.

    The front end evaluates conditional components and the ranges of iterators such as `sum(x[i] for i in 1:n)` without
    leaving a trace, so both are read from the source text: `if <expression without then>;` and
    `in <expression> loop`, `)`, `}` or `,`. Every identifier in them counts, whatever class it stands in.
    """
    names: set[str] = set()
    for selection in raw.get("parameter_branch_selections", ()):  # absent when there are none
        for reference in selection["references"]:
            names.update(reference)
    for _, whole in sources.files.values():
        text = _TEXT.sub(" ", whole.decode("utf-8", "replace"))
        for match in _CONDITION.finditer(text):
            names.update(re.findall(r"[A-Za-z_]\w*", match[1]))
        for match in _RANGE.finditer(_SIZE.sub(" ", text)):
            names.update(re.findall(r"[A-Za-z_]\w*", match[1]))
    return frozenset(names)
