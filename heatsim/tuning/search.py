"""Settings that are robust at several operating points at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from heatsim.errors import SimulationError
from heatsim.tuning.plant_response import PlantResponse
from heatsim.tuning.settings import Settings

MS_LIMIT = 1.7
"""Largest maximum sensitivity: that of SIMC with tau_c = L on integrating processes (Skogestad 2003, table 1)."""
_TIMES = 13
_LONGER = 4.0
_SMALLEST = 1e-3
_CLOSE = 1e-3


def robust_settings(
    rules: Sequence[Settings], responses: Sequence[PlantResponse], Ms_limit: float = MS_LIMIT, delay: float = 0.0
) -> Settings:
    """Return the settings with the largest integral gain k/Ti whose Ms keeps the limit at every operating point.

    The search: Ti on a grid from the shortest to the longest that the rule gives at the points, and to four times that
    when needed; for each the largest gain, found by bisection, not above the smallest that the rule gives at any point.
    Of these the one with the largest k/Ti, which makes the integral of the error after a load step smallest
    (Panagopoulos, Åström and Hägglund, "Design of PID controllers based on constrained optimisation", IEE Proceedings
    Control Theory and Applications 149, 2002). So at one point the result is the rule's own settings where they keep
    the limit. The derivative time is the shortest of the rule's.

    Parameters
    ----------
    rules
        What the rule gives at each operating point.
    responses
        Processes at these points.
    Ms_limit
        Limit of the maximum sensitivity.
    delay
        Dead time that the responses lack, s.

    Raises
    ------
    SimulationError
        No settings keep the limit.
    """
    gain = min(abs(s.k) for s in rules)
    derivative = min(s.Td for s in rules)
    shortest, longest = min(s.Ti for s in rules), max(s.Ti for s in rules)
    template = replace(rules[0], Td=derivative)
    best: Settings | None = None
    tried = np.geomspace(shortest, longest, _TIMES) if longest > shortest * 1.001 else np.array([longest])
    for times in (tried, np.geomspace(longest, _LONGER * longest, _TIMES)[1:]):
        for Ti in times:
            candidate = _largest_gain(replace(template, Ti=float(Ti)), gain, responses, Ms_limit, delay)
            if candidate is not None and (best is None or abs(candidate.integral_gain) > abs(best.integral_gain)):
                best = candidate
        if best is not None and abs(best.k) > 0.5 * gain:
            break  # longer integral times are for points that allow the gain only with them
    if best is None:
        raise SimulationError(
            f"no settings keep Ms <= {Ms_limit:g} at all operating points, down to a thousandth of the rule's gain; "
            "the process with this loop open may be unstable: look at the other loops, or schedule the settings"
        )
    return best


def _largest_gain(
    settings: Settings, most: float, responses: Sequence[PlantResponse], Ms_limit: float, delay: float
) -> Settings | None:
    sign = math.copysign(1.0, settings.k)

    def good(k: float) -> bool:
        return all(r.Ms(replace(settings, k=sign * k), delay) <= Ms_limit for r in responses)

    if good(most):
        return replace(settings, k=sign * most)
    low, high = most, most
    while not good(low):
        high, low = low, 0.5 * low
        if low < _SMALLEST * most:
            return None
    while high / low > 1.0 + _CLOSE:
        middle = math.sqrt(low * high)
        low, high = (middle, high) if good(middle) else (low, middle)
    return replace(settings, k=sign * low)
