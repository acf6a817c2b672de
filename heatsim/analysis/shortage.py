"""Heat that consumers lack: what their valves deliver late is none of it, a network without heat is."""

from __future__ import annotations

import numpy as np

LAG = 0.05
"""Share of the demand of an interval that valves which follow it late may leave missing; more is a shortage for good.

Valves are some 100 s behind a rising demand: 1.3 % of it in the steepest hour of a week with morning peaks, while
a network without heat misses tens of per cent."""
CATCH_UP = 86400.0
"""Time within which heat that was missing may come late, s."""


def unmet(demand: np.ndarray, delivered: np.ndarray, step: float) -> np.ndarray:
    """Return what consumers do not get, in the interval in which they lack it.

    What is missing may come within `CATCH_UP`. Where more is missing than late valves explain (`starved`), all of it is
    unmet, whatever comes later.

    Parameters
    ----------
    demand, delivered
        Mean heat flow asked for and delivered in each interval, W.
    step
        Length of an interval, s.
    """
    missing = demand - delivered
    lasting = starved(demand, delivered)
    late = shortage(np.where(lasting, 0.0, missing), max(round(CATCH_UP / step), 0))
    return np.asarray(np.where(lasting, missing, late))


def starved(demand: np.ndarray, delivered: np.ndarray) -> np.ndarray:
    """Return the intervals in which consumers lack more heat than late valves explain (`LAG`); both in W."""
    # Next to no demand: what valves let through then is no measure.
    least = 0.01 * float(demand.max(initial=0.0))
    return np.asarray(demand - delivered > LAG * np.maximum(demand, max(least, 1.0)))


def shortage(missing: np.ndarray, reach: int) -> np.ndarray:
    """Return what is missing and not given back by a surplus of the next intervals.

    Parameters
    ----------
    missing
        Demand less what was delivered, in each interval; negative for a surplus.
    reach
        Intervals after which a surplus comes too late.

    Returns
    -------
    numpy.ndarray
        Shortage in the interval in which it began; a surplus makes up for the oldest one first.
    """
    left = np.maximum(missing, 0.0)
    for i in np.flatnonzero(missing < 0.0):
        surplus = -missing[i]
        for k in range(max(int(i) - reach, 0), int(i)):
            taken = min(surplus, left[k])
            left[k] -= taken
            surplus -= taken
    return left
