"""Inputs of the reference plant for benchmarks, of any length, from the built-in profiles."""

from __future__ import annotations

from typing import Any

from heatsim import profiles
from heatsim.study.load_swing import LoadSwing, inputs

DAY = 86400.0


def plant_inputs(stop: float, swings: bool) -> dict[str, Any]:
    """Return the five inputs of the plant over `stop` s.

    With `swings` the hall trains models: its power jumps every 10 to 30 s. Without, it serves requests, and its power
    changes every 15 min. Outdoor temperature is hourly, demand every 15 min.
    """
    series = inputs(LoadSwing(stop=stop))
    if not swings:
        series["P_IT"] = profiles.it_load(duration=stop, training_share=0.0, base_utilisation=0.6)
    names = ("P_IT", "T_outdoor", "T_ground", "Q_flow_demand", "heat_pump_available")
    return {name: series[name] for name in names}
