"""Set points of the reference plant that several of its units hold: one name for all of them.

The temperature that the heat pumps deliver is the set point of their controller, of its feed-forward and of the
supervisor, which finds the flow for it; the tank's state of charge counts from it. Changing one of them alone makes the
others work against it, and the figures are those of a badly set plant, not of a colder one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heatsim.errors import UsageError
from heatsim.reference.sizing import NETWORK_LOSS
from heatsim.sweeps.case import Value
from heatsim.sweeps.studies.names import number
from heatsim.sweeps.studies.plant_names import not_degrees, not_scaled

SET_POINTS: Mapping[str, str] = {
    "T_sink_setpoint": "Set point of the water leaving the heat pumps",
    "T_network_setpoint": "Set point of the water to the network, held by the peak plant",
}
"""Names that can be swept as options are, and what they mean; K."""

_HELD: Mapping[str, Mapping[str, float]] = {
    "T_sink_setpoint": {
        "heat_pump_capacity.setpoint": 0.0,
        "capacity_feedforward.T_setpoint": 0.0,
        "supervisor.T_sink_setpoint": 0.0,
        "storage.T_hot_ref": -NETWORK_LOSS,
        "storage.T_top_start": -NETWORK_LOSS,
    },
    "T_network_setpoint": {"network_supply.setpoint": 0.0, "peak_feedforward.T_setpoint": 0.0},
}
"""Where each is held, and by how much it differs there, K, as in the plant itself."""


def spread(base: str, change: str, value: Value, given: Mapping[str, Any]) -> dict[str, float]:
    """Return what a set point, or its change, is for each unit that holds it: `unit.name` -> value or change, K.

    Raises
    ------
    UsageError
        For a value that is no temperature, a factor, and when one of these names is given as well.
    """
    for path in _HELD[base]:
        twice = next((name for name in given if name.partition(":")[0] == path), None)
        if twice:
            raise UsageError(f"{base} sets {path} as well, and {twice} is given; leave one of them out")
    if change == "factor":
        not_scaled(base)
    found = number(base + (f":{change}" if change else ""), value, "K")
    if change:
        return dict.fromkeys(_HELD[base], found)
    not_degrees(base, found)
    return {path: found + shift for path, shift in _HELD[base].items()}


def refuse_some(settings: Mapping[str, Any]) -> None:
    """Refuse settings that change a set point in some of the units that control by it, and leave it in others."""
    for name, held in _HELD.items():
        paths = [path for path, shift in held.items() if not shift]
        left = [path for path in paths if path not in settings]
        if left and len(left) < len(paths):
            changed = next(path for path in paths if path in settings)
            stand, them = ("stands", "it") if len(left) == 1 else ("stand", "them")
            raise UsageError(
                f"{changed}: {' and '.join(left)} {stand} for the same temperature and would stay as before; sweep "
                f"{name}, which sets all of them, or give {them} too"
            )
