"""Spanning tree of a network, its rings, and the flows and pressure drops at the design point.

All flows of the model follow from those of the consumers, bypasses and chords (one pipe for each ring): a pipe of the
tree carries what is taken behind it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import root

_ROUGHNESS, _ZETA = 5e-5, 0.2


@dataclass(frozen=True)
class Liquid:
    """What the design point is computed with: heat capacity in J/(kg K), density in kg/m3, viscosity in Pa s."""

    cp: float
    rho: float
    mu: float


WATER = Liquid(4186.0, 983.0, 4.7e-4)
"""Water at 60 degC."""
GLYCOL = Liquid(4012.0, 1003.0, 8.8e-4)
"""Water with 25 % propylene glycol at 60 degC."""


@dataclass(frozen=True)
class Tree:
    """How the nodes hang together, by number; the plant is the root.

    Attributes
    ----------
    order
        Nodes from the plant outwards.
    parent
        Node before each node on the way from the plant, -1 for the plant.
    pipe
        Pipe to each node from its parent, -1 for the plant.
    chords
        Pipes that close a ring: they are no part of the tree.
    """

    order: tuple[int, ...]
    parent: tuple[int, ...]
    pipe: tuple[int, ...]
    chords: tuple[int, ...]


def spanning_tree(n_nodes: int, ends: Sequence[tuple[int, int]], weight: Sequence[float], plant: int) -> Tree:
    """Return the tree of least resistance from the plant (Dijkstra by weight), and the chords.

    Nodes that cannot be reached are not in `order`.
    """
    neighbours: list[list[tuple[int, int]]] = [[] for _ in range(n_nodes)]
    for pipe, (a, b) in enumerate(ends):
        neighbours[a].append((b, pipe))
        neighbours[b].append((a, pipe))
    distance = [np.inf] * n_nodes
    parent, via = [-1] * n_nodes, [-1] * n_nodes
    distance[plant] = 0.0
    done: list[int] = []
    open_nodes = {plant}
    while open_nodes:
        node = min(open_nodes, key=lambda candidate: (distance[candidate], candidate))
        open_nodes.remove(node)
        done.append(node)
        for other, pipe in neighbours[node]:
            if other in done:
                continue
            reached = distance[node] + weight[pipe]
            if reached < distance[other]:
                distance[other], parent[other], via[other] = reached, node, pipe
                open_nodes.add(other)
    chords = tuple(pipe for pipe in range(len(ends)) if pipe not in via)
    return Tree(tuple(done), tuple(parent), tuple(via), chords)


def reachable(n_nodes: int, ends: Sequence[tuple[int, int]], start: int) -> set[int]:
    """Return the nodes that are connected with `start`."""
    neighbours: list[list[int]] = [[] for _ in range(n_nodes)]
    for a, b in ends:
        neighbours[a].append(b)
        neighbours[b].append(a)
    found, waiting = {start}, deque([start])
    while waiting:
        for other in neighbours[waiting.popleft()]:
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found


def resistance(m_flow: np.ndarray, length: np.ndarray, diameter: np.ndarray, liquid: Liquid = WATER) -> np.ndarray:
    """Return dp/m_flow^2 at the given flow, Pa s2/kg2; Haaland's approximation of Colebrook's friction factor."""
    reynolds = np.maximum(4.0 * np.abs(m_flow) / (np.pi * diameter * liquid.mu), 4000.0)
    factor = (-1.8 * np.log10((_ROUGHNESS / diameter / 3.7) ** 1.11 + 6.9 / reynolds)) ** -2
    area = np.pi / 4 * diameter**2
    return np.asarray((1 + _ZETA) * factor * length / diameter / (2 * liquid.rho * area**2))


def tree_flows(tree: Tree, ends: Sequence[tuple[int, int]], taken: np.ndarray, chord_flows: np.ndarray) -> np.ndarray:
    """Return the flow of every pipe from its first to its second end, kg/s.

    Parameters
    ----------
    taken
        Flow taken out of the network at each node, kg/s.
    chord_flows
        Flow of each chord from its first to its second end, kg/s.
    """
    flow = np.zeros(len(ends))
    needed = taken.astype(float).copy()
    for chord, value in zip(tree.chords, chord_flows, strict=True):
        flow[chord] = value
        needed[ends[chord][0]] += value
        needed[ends[chord][1]] -= value
    for node in reversed(tree.order):
        if tree.pipe[node] >= 0:
            flow[tree.pipe[node]] = needed[node] if ends[tree.pipe[node]][1] == node else -needed[node]
            needed[tree.parent[node]] += needed[node]
    return flow


def design_flows(
    tree: Tree,
    ends: Sequence[tuple[int, int]],
    taken: np.ndarray,
    length: np.ndarray,
    diameter: np.ndarray,
    liquid: Liquid = WATER,
) -> tuple[np.ndarray, np.ndarray]:
    """Return flows (kg/s) and pressures of the supply below the plant's (Pa, per node) at the design point.

    The flows of the chords are those for which no pressure is left over around any ring.
    """

    def pressures(flow: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        drop = resistance(flow, length, diameter, liquid) * flow * np.abs(flow)
        below = np.zeros(len(taken))
        for node in tree.order:
            pipe = tree.pipe[node]
            if pipe >= 0:
                below[node] = below[tree.parent[node]] + (drop[pipe] if ends[pipe][1] == node else -drop[pipe])
        return below, drop

    def left_over(chord_flows: np.ndarray) -> np.ndarray:
        below, drop = pressures(tree_flows(tree, ends, taken, chord_flows))
        return np.array([below[ends[c][1]] - below[ends[c][0]] - drop[c] for c in tree.chords]) / 1e4

    chord_flows = np.zeros(len(tree.chords))
    if tree.chords:
        scale = 0.05 * taken.sum()
        chord_flows = root(left_over, np.full(len(tree.chords), 1e-3 * scale), method="hybr").x
    flow = tree_flows(tree, ends, taken, chord_flows)
    return flow, pressures(flow)[0]
