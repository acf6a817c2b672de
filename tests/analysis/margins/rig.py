"""A loop whose gain and dead time grow as one over the flow: the classic cause of hunting at low load."""

from __future__ import annotations

from typing import Any

from heatsim.control import PID, SampledPID, TransportDelay
from heatsim.system import Port, System

T, L = 60.0, 20.0
SIMC = {"k": 1.5, "Ti": 60.0}
AMIGO = {"k": 0.637, "Ti": 52.0}
RULES = {"simc": SIMC, "amigo": AMIGO}


class Heater:
    """T·der(y) = u/m_flow − y: the same heat warms less water more; T stays."""

    inputs = (Port("u", "1"), Port("m_flow", "kg/s"), Port("load", "1"))
    outputs = (Port("y", "1"),)
    states = (Port("y", "1"),)
    parameters = (Port("T", "s", start=T),)

    def equations(
        self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"y": (u["u"] / u["m_flow"] + u["load"] - x["y"]) / p["T"]}, {"y": x["y"]}


def rig(settings: dict[str, float], period: float = 0.0, tick: float = 1.0, longest: float = 90.0) -> System:
    """Heater, pipe with exact dead time 20 s / flow, and a PI, continuous or sampled."""
    system = System("rig").add("heater", Heater())
    system.add("pipe", TransportDelay(volume=0.02, longest=longest, period=tick))
    more = {"y_min": -100.0, "y_max": 100.0, "setpoint": 0.0}
    unit = SampledPID(**settings, T_filter=0.0, period=period) if period else PID(**settings, T_filter=0.0)
    system.add("pid", unit, inputs=more)
    system.add_input("flow", "kg/s").add_input("load", "1")
    system.connect("flow", "heater.m_flow").connect("flow", "pipe.m_flow").connect("load", "heater.load")
    system.connect("heater.y", "pipe.u").connect("pipe.y", "pid.measurement").connect("pid.y", "heater.u")
    return system
