"""From a checked layout to numbers of the model: flows and pressures at the design point, cells, sizes of the pump."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatsim.plants.layout import Consumer, Layout
from heatsim.plants.tree import Liquid, Tree, design_flows, resistance, spanning_tree

CELLS = (3, 4, 5, 6, 8, 10, 13, 16, 20, 25, 30)
_SLOWEST = 0.1  # m/s: design velocity that cells are chosen for where the design flow is nearly zero (rings)


@dataclass(frozen=True)
class Design:
    """Design point of a network.

    Attributes
    ----------
    tree
        Spanning tree and chords.
    m_flow
        Design flow of each pipe from its end a to its end b, kg/s.
    velocity
        Design velocity of each pipe, m/s.
    cells
        Number of cells of each pipe.
    m_flow_consumer
        Design flow of each consumer, kg/s.
    m_flow_nominal
        Design flow of the plant, kg/s.
    dp_network
        Pressure lost on the way to the worst consumer and back, Pa.
    dp_pump
        Head of the pump at the design point, Pa: the same and the worst consumer's pressure difference.
    """

    tree: Tree
    m_flow: np.ndarray
    velocity: np.ndarray
    cells: tuple[int, ...]
    m_flow_consumer: np.ndarray
    m_flow_nominal: float
    dp_network: float
    dp_pump: float


def consumer_flow(consumer: Consumer, T_supply: float, cp: float) -> float:
    """Return the design flow of a consumer, kg/s, with the supply temperature there (K) and cp in J/(kg K)."""
    substation = consumer.kind == "substation"
    dT = T_supply - consumer.T_secondary_return - consumer.dT_return if substation else consumer.dT
    return consumer.Q_flow_nominal / (cp * dT)


def design(
    found: Layout,
    T_supply: float,
    liquid: Liquid,
    simultaneity: float,
    cells: int | None,
    cell_time: float,
) -> Design:
    """Return the design point.

    Parameters
    ----------
    found
        Layout with a value in every field of the consumers.
    T_supply
        Design temperature at the consumers, K.
    simultaneity
        Share of the sum of all peak demands that occurs at the same time.
    cells
        Cells of every pipe; None chooses them from length and velocity.
    cell_time
        Time in s that the water spends in a cell at the design velocity, when cells are chosen.
    """
    ends = [(pipe.a, pipe.b) for pipe in found.pipes]
    length = np.array([pipe.length for pipe in found.pipes])
    diameter = np.array([pipe.D_inner for pipe in found.pipes])
    unit = np.full(len(length), 1.0)
    tree = spanning_tree(
        len(found.nodes), ends, list(resistance(unit, length, diameter, liquid) ** (1 / 3)), found.plant
    )
    own = np.array([consumer_flow(consumer, T_supply, liquid.cp) for consumer in found.consumers])
    taken = np.array([node.bypass for node in found.nodes])
    for consumer, flow in zip(found.consumers, own, strict=True):
        taken[consumer.node] += simultaneity * flow
    m_flow, below = design_flows(tree, ends, taken, length, diameter, liquid)
    velocity = np.abs(m_flow) / (liquid.rho * np.pi / 4 * diameter**2)
    wanted = length / np.maximum(velocity, _SLOWEST) / cell_time
    chosen = [cells if cells is not None else next((n for n in CELLS if n >= w), CELLS[-1]) for w in wanted]
    need = [2 * below[consumer.node] + consumer.dp_nominal for consumer in found.consumers]
    worst = int(np.argmax(need))
    dp_network = float(2 * below[found.consumers[worst].node])
    return Design(tree, m_flow, velocity, tuple(chosen), own, float(taken.sum()), dp_network, float(need[worst]))
