"""What a rule sees at the begin of an interval, and what it wants."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from heatsim.dispatch.state import DispatchState


@dataclass(frozen=True)
class Wish:
    """What a rule wants in an interval.

    Attributes
    ----------
    heat
        Heat of the heat pumps, W; infinite for all that the hall offers.
    flow
        Heat into the tank, W, negative out of it; None: whatever is left over or missing. The heat pumps do not put
        more into the tank, and boilers that are not in series behind the tank give what is missing.
    charge
        Most heat that the heat pumps put into the tank, W.
    machines
        Running machines by group; None: those that make the heat at least cost.
    chp_heat
        Heat of the engine, W; None: it replaces boilers where its heat is cheaper than theirs.
    """

    heat: float
    flow: float | None = None
    charge: float = math.inf
    machines: Mapping[str, int] | None = None
    chp_heat: float | None = None


@dataclass(frozen=True)
class Moment:
    """What a rule sees at the begin of an interval.

    Attributes
    ----------
    index
        Number of the interval.
    t
        Its begin, s.
    state_of_charge
        Of the tank, 1; 0 without a tank.
    running
        Running heat pumps by group.
    wanted
        Heat to be fed in: demand and losses, W.
    price
        Electricity with grid charge and CO2 price, EUR/J.
    cost_heat_pump, cost_peak
        Heat of the heat pumps at full load and of the boilers, EUR/J.
    state
        Call for the whole state of the plant.
    """

    index: int
    t: float
    state_of_charge: float
    running: Mapping[str, int]
    wanted: float
    price: float
    cost_heat_pump: float
    cost_peak: float
    state: Callable[[], DispatchState] = field(repr=False)
