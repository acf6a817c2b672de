"""Storage dispatch: what a tank earns, planned with rules or by optimisation and proven on the dynamic plant.

The public names are loaded when they are first used: linopy takes a second.
"""

from __future__ import annotations

import importlib
from typing import Any

_PUBLIC = {
    # what is planned, and what is known
    "CHP": "plant",
    "Curve": "plant",
    "DispatchPlant": "plant",
    "DispatchState": "state",
    "Hall": "plant",
    "HeatPumps": "plant",
    "Network": "plant",
    "PeakPlant": "plant",
    "Tank": "plant",
    "Tariff": "plant",
    "plant_of": "reading",
    # plans
    "ErrorModel": "imperfect",
    "FollowDemand": "rules",
    "Optimum": "policies",
    "Policy": "policies",
    "PriceThreshold": "rules",
    "RecedingHorizon": "receding",
    "RecoverAll": "rules",
    "StateOfCharge": "rules",
    "TimeOfDay": "rules",
    "UserPolicy": "user",
    "optimise": "optimum",
    "optimise_rolling": "rolling",
    "stock_value": "schedule",
    "total_cost": "schedule",
    # on the dynamic plant
    "Execution": "execution",
    "execute": "execution",
    "interventions": "execution",
    "scheduled": "execution",
    "state_of": "measured_state",
    "calibrate": "calibration",
    "iterate": "calibration",
    "compare": "comparison",
    "compare_policies": "comparison",
    "on_plant": "comparison",
    # sizes
    "Investment": "investment",
    "representative_weeks": "weeks",
    "value_curves": "value",
}

__all__ = sorted(_PUBLIC)


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(importlib.import_module(f"heatsim.dispatch.{_PUBLIC[name]}"), name)
    raise AttributeError(f"module 'heatsim.dispatch' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *_PUBLIC})
