"""What a network keeps to at its design point, and the values of consumers that the table leaves open."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from heatsim.plants.design import Design
from heatsim.plants.layout import Consumer, Layout, Node, refuse

T_SECONDARY_SUPPLY = 333.15
"""Secondary supply temperature of a substation where the table has none, K."""
DT_RETURN = 4.0
"""Primary return above the secondary return where the table has none, K."""
_LARGEST_HEAD = 40e5  # Pa: above, diameters or demands are wrong
_FREEZING = 273.15


def completed(found: Layout, T_primary: float, T_return: float, dp_consumer: float) -> Layout:
    """Return the layout with a value in every field of the consumers.

    Parameters
    ----------
    T_primary, T_return
        Design temperatures at the consumers, K. A substation without a secondary return of its own gets the one that
        makes its primary return T_return.
    dp_consumer
        Pressure difference at a substation without one of its own, Pa.

    Raises
    ------
    InputError
        If temperatures or pressures contradict each other.
    """

    def given(value: float, default: float) -> float:
        return default if math.isnan(value) else value

    consumers = []
    for consumer in found.consumers:
        dT_return = given(consumer.dT_return, DT_RETURN)
        consumers.append(
            replace(
                consumer,
                dT_return=dT_return,
                T_secondary_supply=given(consumer.T_secondary_supply, T_SECONDARY_SUPPLY),
                T_secondary_return=given(consumer.T_secondary_return, T_return - dT_return),
                dp_nominal=given(consumer.dp_nominal, dp_consumer),
            )
        )
    problems = [
        f"consumers, row {row} ({consumer.name}): {problem}"
        for row, consumer in enumerate(consumers, 1)
        for problem in _consumer(consumer, T_primary)
    ]
    problems += [
        f"nodes, row {row} ({node.name}): {problem}"
        for row, node in enumerate(found.nodes, 1)
        for problem in _node(node, T_primary)
    ]
    refuse(problems)
    return replace(found, consumers=tuple(consumers))


def _consumer(consumer: Consumer, T_primary: float) -> Iterator[str]:
    if not consumer.dp_nominal > 0:
        yield f"dp_nominal is {consumer.dp_nominal:g} Pa; give more than 0"
    if consumer.kind == "prescribed":
        if not consumer.dT < T_primary - _FREEZING:
            yield f"dT is {consumer.dT:g} K; with a supply of {T_primary:g} K the return would freeze, give less"
        return
    supply, back = consumer.T_secondary_supply, consumer.T_secondary_return
    if not _FREEZING < back < supply < T_primary - 1.0:
        yield (
            f"T_secondary_return {back:g} K, T_secondary_supply {supply:g} K and a supply of {T_primary:g} K at the "
            "consumer do not follow each other; give rising temperatures (T_secondary_supply [degC] for °C), the last "
            "two more than 1 K apart"
        )
    elif not 0 < consumer.dT_return < T_primary - back:
        yield (
            f"dT_return is {consumer.dT_return:g} K; give more than 0 and less than the {T_primary - back:g} K between "
            "supply and secondary return"
        )


def _node(node: Node, T_primary: float) -> Iterator[str]:
    if math.isnan(node.T_bypass):
        return
    if not node.bypass > 0:
        yield "T_bypass without a bypass; give its flow in the column bypass"
    if not _FREEZING < node.T_bypass < T_primary:
        yield (
            f"T_bypass is {node.T_bypass:g} K; give a temperature below the supply of {T_primary:g} K, or write "
            "T_bypass [degC]"
        )


def check_design(found: Layout, planned: Design) -> None:
    """Refuse a network whose pump would have to give more than 40 bar, or whose bypasses take most of the flow.

    Raises
    ------
    InputError
        Naming the narrowest pipe or the largest bypass.
    """
    bypass = np.array([node.bypass for node in found.nodes])
    if bypass.sum() > planned.m_flow_consumer.sum():
        row = int(np.argmax(bypass))
        where = f"nodes, row {row + 1} ({found.nodes[row].name})"
        needed = planned.m_flow_consumer.sum()
        refuse([f"{where}: bypass is {bypass[row]:g} kg/s, all consumers together need {needed:.3g} kg/s; give less"])
    if planned.dp_pump > _LARGEST_HEAD:
        row = int(np.argmax(planned.velocity**2 / [pipe.D_inner for pipe in found.pipes]))
        refuse(
            [
                f"pipes, row {row + 1} ({found.pipes[row].name}): {planned.velocity[row]:.3g} m/s at the design point, "
                f"and the plant needs {planned.dp_pump / 1e5:.0f} bar; check diameters, lengths and the unit of demands"
            ]
        )
