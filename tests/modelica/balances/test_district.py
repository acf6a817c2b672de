"""Energy balance of tanks, substations and of what written networks consist of."""

from __future__ import annotations

import pytest
from balance import T_RANGE, Balance, check, flow, pressure

DISTRICT = "HeatReuse.District."
STORAGE = "HeatReuse.Storage."
ENDS = {"port_a": pressure(2e5, 3e5), "port_b": pressure(2e5, 3e5)}
TEMPERATURES = {f"T_{side}_{end}[1]": T_RANGE for side in ("supply", "return") for end in "ab"}

ROWS = [
    Balance(
        STORAGE + "StratifiedTank",
        modifiers="n=8, V=20, height=4, m_flow_nominal=50",
        ports={"port_a": "flow", "port_b": "pressure", "heatPort": "temperature"},
    ),
    Balance(
        STORAGE + "Tank",
        modifiers="n=8, nPorts=3, data=HeatReuse.Storage.Data.TankSize(V=20, height=4)",
        ports={"ports[1]": "flow", "ports[2]": flow(-20, 30), "ports[3]": "pressure", "heatPort": "temperature"},
    ),
    Balance(
        STORAGE + "BypassedTank",
        modifiers="n=8, m_flow_nominal=30, data=HeatReuse.Storage.Data.TankSize(V=20, height=4)",
        ports={
            "port_a_source": flow(-20, 20),
            "port_b_source": "pressure",
            "port_b_load": flow(-30, 10),
            "port_a_load": flow(-10, 30),
            "heatPort": "temperature",
        },
        inputs={"command": (0, 1)},
    ),
    Balance(
        DISTRICT + "TwinPipe",
        modifiers="n=5",
        ports={
            "port_a_supply": flow(-5, 5),
            "port_b_supply": "pressure",
            "port_a_return": flow(-5, 5),
            "port_b_return": "pressure",
            "heatPort": "temperature",
        },
    ),
    Balance(
        DISTRICT + "InterfaceStation",
        modifiers="n=4, dT_nominal=10",
        ports={"port_a1": flow(-95, 95), "port_b1": "pressure", "port_a2": flow(-95, 95), "port_b2": "pressure"},
        inputs={"command_plant": (0, 1), "command_network": (0, 1)},
    ),
    Balance(
        DISTRICT + "BoosterPump",
        ports={"port_a": flow(-100, 100), "port_b": "pressure"},
        sources=("P_shaft",),
        inputs={"command": (0, 1)},
    ),
    Balance(
        DISTRICT + "Substation",
        ports=ENDS,
        sources=("-Q_flow_delivered",),
        inputs={"Q_flow_demand": (0, 3.5e6)},
    ),
    Balance(
        DISTRICT + "PrescribedConsumer",
        ports={"port_a": pressure(2e5, 2e5), "port_b": pressure(2e5, 2e5)},
        sources=("-Q_flow_delivered",),
        inputs={"Q_flow_demand": (0, 2e4)},
    ),
    Balance(DISTRICT + "Bypass", ports=ENDS, stored=""),
    Balance(
        DISTRICT + "PressureLift",
        ports={"port_a": "flow", "port_b": "pressure"},
        inputs={"dp_in": (0, 1e5)},
        stored="",
    ),
    Balance(
        DISTRICT + "Tap",
        ports={"port_supply": "flow", "port_return": flow(-30, 40)},
        sources=("c.H_flow_supply", "-c.H_flow_return"),
        inputs={"p_supply": (2e5, 3e5), "p_return": (2e5, 3e5), "T_supply": T_RANGE, "T_return": T_RANGE},
        stored="",
    ),
    Balance(
        DISTRICT + "NetworkVolumes",
        modifiers="V={5}",
        sources=("c.H_flow[1]",),
        inputs={"H_flow[1]": (-2e6, 2e6)},
    ),
    Balance(
        DISTRICT + "PipePairs",
        modifiers="n=5, U_between={0.1}",
        sources=("c.H_supply[1, 1] - c.H_supply[1, 6]", "c.H_return[1, 1] - c.H_return[1, 6]", "-Q_flow_loss"),
        inputs={"m_flow_supply[1]": (-10, 10), "m_flow_return[1]": (-10, 10), "T_ground": (268.15, 293.15)}
        | TEMPERATURES,
    ),
    Balance(
        DISTRICT + "Town",
        sources=("der(c.E_in_supply)", "der(c.E_in_consumers)", "-Q_flow_loss", "der(c.E_in_pump)"),
        inputs={"T_supply": (303.15, 363.15), "speed_pump": (0, 1), "T_ground": (268.15, 293.15)}
        | {f"Q_flow_demand[{i}]": (0, 5e4) for i in range(1, 9)},
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_energy_is_conserved(row: Balance) -> None:
    check(row)
