"""Policies of dispatch by the names that studies use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from heatsim.dispatch.plant import DispatchPlant
from heatsim.dispatch.policies import (
    FollowDemand,
    Optimum,
    Policy,
    PriceThreshold,
    RecoverAll,
    StateOfCharge,
    TimeOfDay,
)
from heatsim.dispatch.receding import RecedingHorizon
from heatsim.errors import UsageError, near_miss

POLICIES: dict[str, str] = {
    "no_tank": "heat pumps follow the demand on a plant without a tank",
    "follow_demand": "heat pumps follow the demand; the tank is not used",
    "recover_all": "heat pumps take all waste heat; the tank charges until it is full",
    "price_threshold": "heat pumps charge the tank in the cheapest third of a day and rest in the dearest",
    "time_of_day": "heat pumps charge the tank at fixed hours and rest at others",
    "state_of_charge": "heat pumps fill the tank and rest until it is nearly empty",
    "receding_horizon": "least cost over the next days, from imperfect forecasts",
    "perfect_foresight": "least cost over the next days, from what really will be",
}


def has_tank(name: str) -> bool:
    """Return whether a policy runs on the plant with its tank."""
    return name != "no_tank"


def make(name: str, plant: DispatchPlant, *, every: float, horizon: float, seed: int = 0) -> Policy:
    """Return a policy.

    Parameters
    ----------
    name
        One of `POLICIES`.
    plant
        What is planned; for "no_tank" its tank is left out.
    every, horizon
        Time between plans and length of a plan, s.
    seed
        Of the errors of forecasts.

    Raises
    ------
    UsageError
        For an unknown name.
    """
    makers: dict[str, Callable[[], Policy]] = {
        "no_tank": lambda: FollowDemand(replace(plant, tank=None)),
        "follow_demand": lambda: FollowDemand(plant),
        "recover_all": lambda: RecoverAll(plant),
        "price_threshold": lambda: PriceThreshold(plant),
        "time_of_day": lambda: TimeOfDay(plant),
        "state_of_charge": lambda: StateOfCharge(plant),
        "receding_horizon": lambda: RecedingHorizon(plant, horizon=horizon, every=every, seed=seed),
        "perfect_foresight": lambda: Optimum(plant),
    }
    if name not in makers:
        raise UsageError(f"there is no policy '{name}'{near_miss(name, makers)}; available: {', '.join(makers)}")
    return makers[name]()
