"""The reference plant in the operation in which its boilers work all day: heat pumps preheat, boilers lift the rest."""

from __future__ import annotations

from heatsim.scenarios.hunting.common import plant
from heatsim.system.system import System

T_PREHEATED = 338.15
"""Set point of the water leaving the heat pumps, K: 65 °C, a lift at which they run well; boilers do the last 10 K."""


def boosted_plant(T_supply: float, boilers: float = 14e6, state_of_charge: float = 0.3) -> System:
    """Return the reference plant with continuous supervisor, its heat pumps at 65 °C and its tank charged with that.

    Parameters
    ----------
    T_supply
        Supply temperature that the boilers hold, K.
    boilers
        Their nominal heat, W.
    state_of_charge
        Of the tank at the start; its lower part is at the returning temperature.
    """
    system = plant()
    for path in (
        "supervisor.T_sink_setpoint",
        "heat_pump_capacity.setpoint",
        "capacity_feedforward.T_setpoint",
        "storage.T_top_start",
        "storage.T_hot_ref",
    ):
        system.set(path, T_PREHEATED)
    system.set("storage.state_of_charge_start", state_of_charge)
    system.set("peak.Q_flow_nominal", boilers)
    system.set("peak_feedforward.nominal", boilers)
    for path in ("network_supply.setpoint", "peak_feedforward.T_setpoint"):
        system.set(path, T_supply)
    return system
