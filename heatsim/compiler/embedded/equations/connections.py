"""Which connectors with stream variables are connected to which, read from the equations that connections give.

A connection set of connectors with a flow variable gives one equation: the sum of the flows is zero, with the flow of a
connector of the component around (an outside connector) counted negative. So the sums of flows say what is connected to
what, and from which side. The equations between potentials must say the same; it is an error when they do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from heatsim.compiler.embedded.reading.classes import read_file, span_of, tokens_of
from heatsim.compiler.embedded.reading.sources import SourceMap, Span
from heatsim.errors import CompilerError

Node = Mapping[str, Any]

# parts of a path: a name, quoted or not, with subscripts
_PART = re.compile(r"(?:[A-Za-z_]\w*|'(?:[^'\\]|\\.)*')(?:\[[^\]]*\])?")


@dataclass(frozen=True)
class Member:
    """A connector in a connection set, named by its flow variable; outside: the connector of the component around."""

    flow: str
    is_inside: bool


@dataclass(frozen=True)
class Connections:
    """Connection sets of connectors with stream variables; empty where the front end has resolved the streams.

    Attributes
    ----------
    is_used : stream variables are resolved here
    flow_of : flow variable of the connector that a stream variable belongs to, both by name
    inside : for each flow variable, the set in which its connector is an inside one
    outside : the same for outside connectors, as far as they are connected inside
    """

    is_used: bool = False
    flow_of: Mapping[str, str] = field(default_factory=dict)
    inside: Mapping[str, tuple[Member, ...]] = field(default_factory=dict)
    outside: Mapping[str, tuple[Member, ...]] = field(default_factory=dict)

    def streams_of(self, flow: str) -> list[str]:
        """Return the stream variables of a connector."""
        return [stream for stream, its_flow in self.flow_of.items() if its_flow == flow]


def read_connections(raw: Mapping[str, Any], sources: SourceMap) -> Connections:
    """Read connection sets from a flat model whose streams the front end has not resolved.

    Parameters
    ----------
    raw : as the front end wrote it
    sources : all files that the front end read

    Raises
    ------
    UnsupportedModelicaError, CompilerError
        A connector has not one flow variable, or sets are not as expected.
    """
    if not raw.get("own_streams"):
        return Connections()
    flow_of = dict(_flows(raw["variables"], sources))
    nested = _nested_connectors(sources)
    flows = set(flow_of.values())
    inside: dict[str, tuple[Member, ...]] = {}
    outside: dict[str, tuple[Member, ...]] = {}
    for members in _sets(raw["equations"], flows):
        _check_places(members, nested, raw["variables"], sources)
        for member in members:
            side = inside if member.is_inside else outside
            if member.flow in side:
                raise CompilerError(f"the front end has put '{_connector(member.flow)}' into two connection sets")
            side[member.flow] = members
    for flow in flows:
        if flow not in inside:
            raise CompilerError(f"the front end gives no connection set for '{_connector(flow)}'")
    _check_potentials(raw, flows, inside, outside)
    return Connections(True, flow_of, inside, outside)


def _connector(variable: str) -> str:
    return variable.rpartition(".")[0]


def _flows(variables: Mapping[str, Node], sources: SourceMap) -> Iterator[tuple[str, str]]:
    """Yield stream variables with the flow variable of their connectors."""
    by_connector: dict[str, list[str]] = {}
    for name, entry in variables.items():
        if entry["flow"]:
            by_connector.setdefault(_connector(name), []).append(name)
    for name, entry in variables.items():
        if not entry["stream"]:
            continue
        flows = by_connector.get(_connector(name), [])
        if len(flows) != 1 or variables[flows[0]]["dims"]:
            sources.refuse(
                Span.of(entry["source_span"]),
                f"the connector '{_connector(name)}' with the stream variable '{name}' has {len(flows)} flow "
                "variables; declare exactly one in it, a scalar",
            )
        yield name, flows[0]


def _origins(equations: Iterable[Node]) -> Iterator[tuple[str, Node]]:
    for equation in equations:
        if isinstance(equation["origin"], dict):
            yield next(iter(equation["origin"].items()))


def _sets(equations: Iterable[Node], flows: set[str]) -> Iterator[tuple[Member, ...]]:
    """Yield the connection sets that have streams."""
    for equation in equations:
        origin = equation["origin"]
        if not isinstance(origin, dict) or not ("FlowSum" in origin or "UnconnectedFlow" in origin):
            continue
        members = tuple(_members(equation["residual"]))
        known = sum(member.flow in flows for member in members)
        if known not in (0, len(members)):
            names = ", ".join(f"'{_connector(member.flow)}'" for member in members)
            raise CompilerError(f"of the connectors {names} some have stream variables and some not; connect like ones")
        if known:
            yield members


def _members(residual: Node) -> Iterator[Member]:
    """Yield the terms of a sum of flows."""
    pending = [(residual, True)]  # long sums are nested more deeply than Python can follow
    while pending:
        node, is_positive = pending.pop()
        kind, data = next(iter(node.items()))
        if kind == "Binary" and data["op"] == "Add":
            pending += [(data["rhs"], is_positive), (data["lhs"], is_positive)]
        elif kind == "Unary" and data["op"] == "Minus":
            pending.append((data["rhs"], not is_positive))
        elif kind == "VarRef" and not data["subscripts"]:
            yield Member(data["name"]["name"], is_positive)
        elif kind == "VarRef":  # an array of flows, which no connector with streams has
            yield Member(f"{data['name']['name']}[]", is_positive)
        else:
            raise CompilerError(f"the front end gives a sum of flows with a '{kind}', which is not known here")


def _nested_connectors(sources: SourceMap) -> frozenset[str]:
    """Return the names of connectors that are declared in connectors."""
    classes = [
        found for number, (_, text) in sources.files.items() for top in read_file(number, text) for found in top.all()
    ]
    connectors = {found.name for found in classes if found.kind == "connector"}
    return frozenset(
        reference.token.text
        for found in classes
        if found.kind == "connector"
        for reference in found.references
        if reference.role == "component" and reference.target.rpartition(".")[2] in connectors
    )


def _around(member: Member, nested: frozenset[str]) -> str:
    """Return the component in which a connector is connected."""
    parts = _PART.findall(_connector(member.flow))
    while len(parts) > 1 and re.sub(r"\[.*", "", parts[-1]) in nested:
        parts.pop()
    up = 2 if member.is_inside else 1
    return ".".join(parts[:-up]) if len(parts) >= up else "?"


def _mentioned(members: tuple[Member, ...], sources: SourceMap) -> Span | None:
    """Return the place of `component.connector` for the first of some connectors that is written in one place only."""
    for member in members:
        wanted = [re.sub(r"\[.*", "", part) for part in _PART.findall(_connector(member.flow))[-2:]]
        found = [
            span_of(number, text, first)
            for number, (_, text) in sources.files.items()
            for first, dot, second in zip(tokens_of(text), tokens_of(text)[1:], tokens_of(text)[2:], strict=False)
            if [first.text, dot.text, second.text] == [wanted[0], ".", wanted[-1]]
        ]
        if len(found) == 1:
            return found[0]
    return None


def _check_places(
    members: tuple[Member, ...], nested: frozenset[str], variables: Mapping[str, Node], sources: SourceMap
) -> None:
    """Make sure that a set lies in one component: of an outside connector, and around the components of inside ones."""
    if len(members) > 1 and len({_around(member, nested) for member in members}) != 1:
        names = ", ".join(f"'{_connector(member.flow)}'" for member in members[:4])
        sources.refuse(
            _mentioned(members, sources) or Span.of(variables[members[0].flow]["source_span"]),
            f"the connectors {names} with stream variables are connected across components, as with outer ones, which "
            "is not supported together with arrays of components with stream connectors; lead the connection through "
            "connectors of the components between them",
        )


class _Groups:
    """Names that are connected, directly or by others."""

    def __init__(self) -> None:
        self.parent: dict[str, str] = {}

    def find(self, name: str) -> str:
        self.parent.setdefault(name, name)
        while self.parent[name] != name:
            self.parent[name] = self.parent[self.parent[name]]
            name = self.parent[name]
        return name

    def join(self, one: str, other: str) -> None:
        self.parent[self.find(one)] = self.find(other)

    def partition(self, names: Iterable[str]) -> set[frozenset[str]]:
        groups: dict[str, set[str]] = {}
        for name in names:
            groups.setdefault(self.find(name), set()).add(name)
        return {frozenset(group) for group in groups.values()}


def _check_potentials(
    raw: Mapping[str, Any],
    flows: set[str],
    inside: Mapping[str, tuple[Member, ...]],
    outside: Mapping[str, tuple[Member, ...]],
) -> None:
    """Make sure that equations between potentials connect the same connectors as the sums of flows."""
    connectors = {_connector(flow) for flow in flows}
    by_flow, by_potential = _Groups(), _Groups()
    for members in (*inside.values(), *outside.values()):
        for member in members:
            by_flow.join(_connector(members[0].flow), _connector(member.flow))
    have_potentials = set()
    for name, entry in raw["variables"].items():
        is_potential = not (entry["flow"] or entry["stream"]) and entry["variability"] == "Empty"
        if is_potential and _connector(name) in connectors:
            have_potentials.add(_connector(name))
    for kind, data in _origins(raw["equations"]):
        if kind == "Connection":
            one, other = (re.sub(r"\[[^\]]*\]$", "", data[side]) for side in ("lhs", "rhs"))
            by_potential.join(_connector(one), _connector(other))
    if by_flow.partition(have_potentials) != by_potential.partition(have_potentials):
        different = by_flow.partition(have_potentials) ^ by_potential.partition(have_potentials)
        names = ", ".join(f"'{name}'" for name in sorted(min(different, key=sorted)))
        raise CompilerError(f"the front end connects the flows of {names} in another way than their potentials")
