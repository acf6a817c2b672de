"""Electric power of equal heat pumps over their heat: pieces that are linear in number of machines and heat.

With `n` machines at equal load and heat `Q`, power is `n P1 r(Q/(n Q1))`. Where the curve `r` of one machine is the
largest of lines `a + b·load`, the power of all is the largest of `P1 (a n + b Q/Q1)`: linear in `n` and `Q`, so the
optimisation need not choose pieces. A curve that is not convex is replaced by the largest convex one below it.
"""

from __future__ import annotations

import numpy as np

from heatsim.dispatch.plant import HeatPumps


def lower_hull(group: HeatPumps) -> tuple[np.ndarray, np.ndarray]:
    """Return loads and relative powers of the largest convex curve below a group's part-load curve."""
    loads = np.unique([group.minimum_load, *(x for x in group.part_load.x if group.minimum_load < x < 1.0), 1.0])
    powers = group.part_load(loads)
    keep: list[int] = []
    for i in range(loads.size):
        # A point above the chord of its neighbors is no corner of the hull (monotone chain).
        while len(keep) >= 2 and _above(loads, powers, keep[-2], keep[-1], i):
            keep.pop()
        keep.append(i)
    return loads[keep], powers[keep]


def _above(x: np.ndarray, y: np.ndarray, i: int, j: int, k: int) -> bool:
    return bool((y[j] - y[i]) * (x[k] - x[i]) >= (y[k] - y[i]) * (x[j] - x[i]) - 1e-12)


def pieces(group: HeatPumps) -> list[tuple[float, float]]:
    """Return the lines `(a, b)` whose largest, `a + b·load`, is the power over that at full load."""
    loads, powers = lower_hull(group)
    if loads.size == 1:  # machines without part load
        return [(float(powers[0]), 0.0)]
    slopes = np.diff(powers) / np.diff(loads)
    return [(float(powers[i] - slope * loads[i]), float(slope)) for i, slope in enumerate(slopes)]


def chord(group: HeatPumps) -> tuple[float, float]:
    """Return the line through lowest and full load: the highest power that a convex curve allows."""
    low, high = group.part_load(group.minimum_load), group.part_load(1.0)
    if group.minimum_load >= 1.0:
        return float(high), 0.0
    slope = float(high - low) / (1.0 - group.minimum_load)
    return float(high) - slope, slope


def full_load_power(group: HeatPumps, lift: np.ndarray) -> np.ndarray:
    """Return the power of one machine at full load, W, over the lift, K."""
    return group.heat / group.COP(lift)


def power(group: HeatPumps, machines: np.ndarray, heat: np.ndarray, lift: np.ndarray) -> np.ndarray:
    """Return the compressors' power, W, of `machines` running at equal load with `heat` (W) together."""
    lines = np.array([a * machines + b * heat / group.heat for a, b in pieces(group)])
    return np.where(machines > 0, full_load_power(group, lift) * lines.max(axis=0), 0.0)
