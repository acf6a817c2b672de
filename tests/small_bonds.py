"""Units that exchange energy over a bond, with meters that count it independently of the bond."""

from __future__ import annotations

from typing import Any

import casadi as ca

from heatsim.system import Port, System

Values = dict[str, Any]


class Warm:
    """Capacity that gives its temperature and takes a heat flow; C/UA = 25 s."""

    inputs = (Port("Q_flow", "W"),)
    outputs = (Port("T", "K", nominal=300.0), Port("E_in", "J"))
    states = (Port("T", "K", start=350.0, nominal=300.0), Port("E", "J", nominal=1e6))
    parameters = ()

    def equations(self, t: Any, x: Values, u: Values, p: Values) -> tuple[Values, Values]:
        return {"T": -u["Q_flow"] / 25e3, "E": -u["Q_flow"]}, {"T": x["T"], "E_in": x["E"]}


class Cold:
    """Capacity of 36 times that size behind UA, which takes the temperature and gives the heat flow."""

    inputs = (Port("T_in", "K"),)
    outputs = (Port("Q_flow", "W"), Port("E_in", "J"))
    states = (Port("T", "K", start=300.0, nominal=300.0), Port("E", "J", nominal=1e6))
    parameters = ()

    def equations(self, t: Any, x: Values, u: Values, p: Values) -> tuple[Values, Values]:
        flow = 1e3 * (u["T_in"] - x["T"])
        return {"T": flow / 900e3, "E": flow}, {"Q_flow": flow, "E_in": x["E"]}


def thermal_bond(meters: bool = False) -> System:
    """The thermal bond; `meters` adds a bond of the meters."""
    system = System("bond").add("warm", Warm()).add("cold", Cold())
    system.connect("warm.T", "cold.T_in").connect("cold.Q_flow", "warm.Q_flow")
    system.heat_bond("heat", "cold.Q_flow", "warm.T", units=("warm", "cold"))
    return system.bond("meters", "warm.E_in", "cold.E_in") if meters else system


class Vessel:
    """Mixed water: C*der(T) = m_flow*cp*(T_in - T) + Q, its flow given from outside or by itself."""

    parameters = ()

    def __init__(self, T_start: float, volume: float, heat: float = 0.0, flow: bool = False) -> None:
        self.heat, self.volume, self.flow = heat, volume, flow
        self.inputs = (Port("T_in", "K"),) if flow else (Port("T_in", "K"), Port("m_flow", "kg/s"))
        self.outputs = (Port("T", "K", nominal=300.0), Port("E_in", "J"))
        self.states = (Port("T", "K", start=T_start, nominal=300.0), Port("E", "J", nominal=1e6))
        if flow:
            self.outputs += (Port("m_flow", "kg/s"),)

    def equations(self, t: Any, x: Values, u: Values, p: Values) -> tuple[Values, Values]:
        m_flow = 2.0 + ca.sin(0.01 * t) if self.flow else u["m_flow"]
        heat = 4186.0 * m_flow * (u["T_in"] - x["T"])
        y = {"T": x["T"], "E_in": x["E"]} | ({"m_flow": m_flow} if self.flow else {})
        return {"T": (heat + self.heat) / (4186.0 * self.volume), "E": heat}, y


def water_ring() -> System:
    """Tank, heater and network in a ring, the network gives the flow; a bond of signals and one of meters."""
    system = System("ring").add("tank", Vessel(320.0, 500.0)).add("heater", Vessel(330.0, 200.0, heat=1e5))
    system.add("grid", Vessel(310.0, 400.0, heat=-1e5, flow=True))
    system.connect("tank.T", "heater.T_in").connect("heater.T", "grid.T_in").connect("grid.T", "tank.T_in")
    # the flow of the heater comes in another unit
    system.connect("grid.m_flow", "tank.m_flow").connect("grid.m_flow", "heater.m_flow", factor=1.0)
    system.water_bond("water", "tank.T", "heater.T", "grid.T", m_flow="grid.m_flow")
    return system.bond("meters", "tank.E_in", "heater.E_in", "grid.E_in")
