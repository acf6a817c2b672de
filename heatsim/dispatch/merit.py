"""Heat of several groups of heat pumps shared out so that their power is least: cheapest lines first.

The power of each group is convex in its heat (`heatsim.dispatch.power`), so filling the flattest pieces first is the
optimum; what comes out is one convex curve of power over heat for a given number of running machines.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from heatsim.dispatch.plant import HeatPumps
from heatsim.dispatch.power import lower_hull, pieces


class MeritOrder:
    """Power of running machines over their heat, at one lift.

    Parameters
    ----------
    groups
        Groups of heat pumps, G of them.
    machines
        Running machines of each group, shape (G,).
    full
        Power of one machine at full load, W, shape (G,).
    low, high
        Lowest and highest heat of each group, W, shape (G,).
    """

    def __init__(
        self,
        groups: Sequence[HeatPumps],
        machines: Sequence[int],
        full: Sequence[float] | np.ndarray,
        low: Sequence[float] | np.ndarray,
        high: Sequence[float] | np.ndarray,
    ) -> None:
        self._low = np.array(low, dtype=float)
        steps: list[tuple[float, int, float]] = []  # slope, group, width
        power = 0.0
        for g, (group, number) in enumerate(zip(groups, machines, strict=True)):
            if number == 0:
                continue
            lines = pieces(group)
            size = number * group.heat
            power += full[g] * max(a * number + b * low[g] / group.heat for a, b in lines)
            corners = np.clip(lower_hull(group)[0] * size, low[g], high[g])
            for k, (_, b) in enumerate(lines[: corners.size - 1]):
                steps.append((full[g] * b / group.heat, g, float(corners[k + 1] - corners[k])))
        steps.sort(key=lambda one: one[:2])
        self._steps = [one for one in steps if one[2] > 0.0]
        widths = [one[2] for one in self._steps]
        self.heat = float(self._low.sum()) + np.concatenate([[0.0], np.cumsum(widths)])
        self._power = power + np.concatenate([[0.0], np.cumsum([one[0] * one[2] for one in self._steps])])

    def power(self, heat: float) -> float:
        """Return the power, W, at a heat of all, W."""
        return float(np.interp(heat, self.heat, self._power))

    def shares(self, heat: float) -> np.ndarray:
        """Return the heat of each group, W, that together give `heat`, W."""
        result, rest = self._low.copy(), heat - float(self._low.sum())
        for _, g, width in self._steps:
            part = min(max(rest, 0.0), width)
            result[g] += part
            rest -= part
        return result

    def highest(self, offered: float) -> float | None:
        """Return the largest heat, W, for which the hall offers enough, W; None: not even for the lowest."""
        taken = self.heat - self._power
        if taken[0] > offered * (1.0 + 1e-12) + 1e-9:
            return None
        # Taken heat grows with heat as long as an extra unit of heat costs less than one unit of power.
        above = np.flatnonzero(taken > offered)
        if above.size == 0:
            return float(self.heat[-1])
        k = int(above[0])
        if k == 0:
            return float(self.heat[0])
        return float(np.interp(offered, taken[k - 1 : k + 1], self.heat[k - 1 : k + 1]))
