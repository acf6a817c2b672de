"""Values of `inStream` and `actualStream` by the rules for connection sets (Modelica 3.6, section 15.2).

What flows into a connector through its connection set is the mixture of what flows out of the others: of an inside
connector its stream variable, of an outside connector what comes from beyond it, which is inStream of that connector in
the set of the component around. Weights are the flows into the set, at least `SMALLEST_FLOW`, so that the mixture has a
value without flow. A set of two needs no weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

import casadi as ca

from heatsim.compiler.embedded.equations import values as v
from heatsim.compiler.embedded.equations.connections import Connections, Member
from heatsim.compiler.embedded.equations.flat import Node, find_span
from heatsim.compiler.embedded.equations.parameters import scalar_names
from heatsim.compiler.embedded.equations.quantities import Quantity, Residual

if TYPE_CHECKING:
    from heatsim.compiler.embedded.equations.expressions import Evaluator
    from heatsim.compiler.embedded.equations.model import Model

SMALLEST_FLOW = 1e-7  # kg/s, the weight of a connector without flow; the front end takes it for scalar components


class Streams:
    """Stream variables of one model."""

    def __init__(self, connections: Connections, model: Model) -> None:
        self.connections = connections
        self.model = model

    def quantity(self, item: v.Scalar) -> Quantity | None:
        """Return the stream variable that an argument is; None when it is none."""
        found = self.model.quantities.get(item.name()) if isinstance(item, ca.SX) and item.is_symbolic() else None
        return found if found is not None and found.variable.name in self.connections.flow_of else None

    def flow(self, stream: Quantity) -> ca.SX:
        """Return the flow into the component through the connector of a stream variable."""
        return self._flow(self.connections.flow_of[stream.variable.name])

    def _flow(self, name: str) -> ca.SX:
        return self.model.quantities[name].symbol

    def inward(self, stream: Quantity) -> ca.SX:
        """Return inStream of a stream variable."""
        return self._inward(self.connections.flow_of[stream.variable.name], stream)

    def _inward(self, flow: str, like: Quantity) -> ca.SX:
        others = [member for member in self.connections.inside[flow] if member != Member(flow, is_inside=True)]
        return self._mixture(others, like) if others else self._stream(flow, like)

    def _stream(self, flow: str, like: Quantity) -> ca.SX:
        """Return the stream variable of a connector that corresponds to another one."""
        name = f"{flow.rpartition('.')[0]}.{like.variable.name.rpartition('.')[2]}"
        variable = self.model.flat.variables[name]
        if variable.dims != like.variable.dims:
            self.model.flat.sources.fail(
                variable.span, f"'{name}' and '{like.variable.name}' are connected and have different sizes"
            )
        return dict(zip(*self._scalars(name), strict=True))[like.index]

    def _scalars(self, name: str) -> tuple[list[tuple[int, ...]], list[ca.SX]]:
        pairs = list(scalar_names(name, self.model.flat.variables[name].dims))
        return [index for index, _ in pairs], [self.model.quantities[scalar].symbol for _, scalar in pairs]

    def _mixture(self, members: Sequence[Member], like: Quantity) -> ca.SX:
        values = [
            self._stream(member.flow, like) if member.is_inside else self._inward(member.flow, like)
            for member in members
        ]
        if len(values) == 1:
            return values[0]
        flows = [self._flow(member.flow) for member in members]
        weights = [
            ca.fmax(-flow if member.is_inside else flow, SMALLEST_FLOW)
            for member, flow in zip(members, flows, strict=True)
        ]
        total = weights[0] * values[0]
        whole = weights[0]
        for weight, value in zip(weights[1:], values[1:], strict=True):
            total, whole = total + weight * value, whole + weight
        return total / whole

    def residuals(self) -> list[Residual]:
        """Return the equations of stream variables of outside connectors: what flows out of the component there."""
        result = []
        for flow, members in self.connections.outside.items():
            others = [member for member in members if member != Member(flow, is_inside=False)]
            for stream in self.connections.streams_of(flow):
                for _, name in scalar_names(stream, self.model.flat.variables[stream].dims):
                    own = self.model.quantities[name]
                    sides = (own.symbol, self._mixture(others, own))
                    result.append(
                        Residual(sides[0] - sides[1], own.variable.span, f"mixture of what flows out at {name}", sides)
                    )
        return result


def in_stream(evaluator: Evaluator, arguments: list[Node], node: Node) -> v.Value:
    """Evaluate `inStream`."""
    streams = evaluator.names.streams
    return v.map1(lambda item: streams.inward(_argument(evaluator, item, node)), evaluator.value(arguments[0]))


def actual_stream(evaluator: Evaluator, arguments: list[Node], node: Node) -> v.Value:
    """Evaluate `actualStream`: what flows through a connector, in or out; when this changes, it is an event."""
    streams = evaluator.names.streams

    def actual(item: v.Scalar) -> v.Scalar:
        stream = _argument(evaluator, item, node)
        flows_in = v.tidy(evaluator.relation("Gt", streams.flow(stream), 0.0, node))
        return v.if_else(flows_in, streams.inward(stream), stream.symbol)

    return v.map1(actual, evaluator.value(arguments[0]))


def is_flow_times_stream(evaluator: Evaluator, left: Node, right: Node) -> bool:
    """True for `m_flow*actualStream(h_outflow)` of one connector or of several: continuous, so without events."""
    for factor, call in ((left, right), (right, left)):
        data = call.get("BuiltinCall", {})
        if data.get("function") != "ActualStream" or not {"VarRef", "Index", "FieldAccess", "Array"} & set(factor):
            continue
        streams = evaluator.names.streams
        wanted = [
            streams.flow(_argument(evaluator, item, call)) for item in v.flat_items(evaluator.value(data["args"][0]))
        ]
        found = v.flat_items(evaluator.value(factor))
        found = found * len(wanted) if len(found) == 1 else found
        return len(found) == len(wanted) and all(
            isinstance(a, ca.SX) and ca.is_equal(a, b) for a, b in zip(found, wanted, strict=True)
        )
    return False


def _argument(evaluator: Evaluator, item: v.Scalar, node: Node) -> Quantity:
    found = evaluator.names.streams.quantity(item)
    return found if found is not None else _refuse(evaluator, node)


def _refuse(evaluator: Evaluator, node: Node) -> NoReturn:
    text = evaluator.flat.sources.text(find_span(node))
    evaluator.refuse(node, f"the argument of '{text}' is not a stream variable of a connector; give it one")
