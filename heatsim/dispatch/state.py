"""State of a plant at the begin of a plan."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from heatsim.errors import UsageError

LONG_AGO = 1e9
"""Time since the last change of a machine that has always been as it is, s."""


@dataclass(frozen=True)
class DispatchState:
    """State of a plant.

    Attributes
    ----------
    t
        Time, s on the clock of the forecasts.
    state_of_charge
        Of the tank, 1.
    machines_on
        Running machines, by group of heat pumps; those not named stand still.
    since
        Time since the last change of each machine of a group, s; the running ones first. Not named: long ago.
    load
        Mean load of the running machines of a group, 1, for ramp limits; not named: any.
    chp_on, chp_since
        Whether the engine runs, and the time since it changed, s.
    peak_power
        Highest mean power of an interval before, W: what the peak charge has counted already.
    """

    t: float = 0.0
    state_of_charge: float = 0.5
    machines_on: Mapping[str, int] = field(default_factory=dict)
    since: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    load: Mapping[str, float] = field(default_factory=dict)
    chp_on: bool = False
    chp_since: float = LONG_AGO
    peak_power: float = 0.0

    def __post_init__(self) -> None:
        for name in ("t", "state_of_charge", "peak_power"):
            value = getattr(self, name)
            if not math.isfinite(value):
                raise UsageError(f"DispatchState.{name} is {value:g}; give a finite number")

    def check_machines(self, groups: Mapping[str, int]) -> None:
        """Refuse a state of other machines than a plant has.

        Parameters
        ----------
        groups
            Number of machines by group.
        """
        for name in ("machines_on", "since", "load"):
            unknown = set(getattr(self, name)) - set(groups)
            if unknown:
                raise UsageError(
                    f"DispatchState.{name} names '{sorted(unknown)[0]}'; the plant has {', '.join(groups)}"
                )
        for name, number in groups.items():
            running, ages = self.machines_on.get(name, 0), len(self.since.get(name, ()))
            if not 0 <= running <= number or ages > number:
                raise UsageError(
                    f"DispatchState has {running} machines of '{name}' running and {ages} ages; it has {number}"
                )
