"""Energy balance of valves, pumps, sensors and the small parts of a circuit."""

from __future__ import annotations

import pytest
from balance import Balance, check, flow, pressure

ENDS = {"port_a": "flow", "port_b": "pressure"}
COMMAND = {"command": (-0.2, 1.2)}
STICKING = "model Sticking = HeatReuse.Utilities.StickingActuator(S=0.1, J=0.05);"
PUMP = ENDS | {"heatPort": "temperature"}
PUMPS = {"port_a": flow(-20, 300), "port_b": "pressure", "heatPort": "temperature"}
SIGNALS = {"command": (0, 1), "available": (0, 1)}

ROWS = [
    Balance("HeatReuse.Valves.EqualPercentageValve", ports=ENDS, inputs=COMMAND, stored=""),
    Balance(
        "HeatReuse.Valves.EqualPercentageValve",
        modifiers="redeclare model Actuator = Sticking, T_stroke=20",
        ports=ENDS,
        inputs=COMMAND,
        stored="",
        text=STICKING,
        variant="stiction",
    ),
    Balance("HeatReuse.Valves.LinearValve", ports=ENDS, inputs=COMMAND, stored=""),
    Balance(
        "HeatReuse.Valves.LinearValve",
        modifiers="redeclare model Actuator = HeatReuse.Utilities.BacklashActuator, T_stroke=20",
        ports=ENDS,
        inputs=COMMAND,
        stored="",
        variant="backlash",
    ),
    Balance("HeatReuse.Valves.CheckValve", ports=ENDS, stored=""),
    Balance(
        "HeatReuse.Valves.ThreeWayMixingValve",
        ports={"port_a": "pressure", "port_bypass": "pressure", "port_b": "flow"},
        inputs=COMMAND,
        stored="",
    ),
    Balance(
        "HeatReuse.Valves.ThreeWayValve",
        ports={"port_a": "flow", "port_b": "pressure", "port_bypass": "pressure"},
        inputs=COMMAND,
        stored="",
    ),
    Balance("HeatReuse.Pipes.Strainer", ports=ENDS, stored=""),
    Balance(
        "HeatReuse.Pipes.Strainer",
        modifiers="use_clogging_in=true",
        ports=ENDS,
        inputs={"clogging_in": (0, 1.2)},
        stored="",
        variant="clogging",
    ),
    Balance(
        "HeatReuse.Pipes.ExpansionVessel",
        ports={"port": flow(-1, 1)},
        inputs={"T[1]": (283.15, 363.15)},
        sources=("-(c.port.m_flow*c.port.h_outflow)",),
        stored="",
    ),
    Balance("HeatReuse.Pumps.CurvePump", ports=PUMP, inputs={"command": (0, 1)}, sources=("P_shaft",), stored=""),
    Balance(
        "HeatReuse.Pipes.Pipe",
        modifiers="n=5, dz=20, properties_follow=true",
        ports=ENDS | {"heatPort": "temperature"},
        variant="height, properties that follow",
    ),
    Balance("HeatReuse.Pumps.Pump", ports=PUMP, inputs={"command": (0, 1)}, sources=("P_shaft",), stored=""),
    Balance(
        "HeatReuse.Pumps.ParallelPumps",
        modifiers="n=3",
        ports=PUMPS,
        inputs={f"{name}[{i}]": span for name, span in SIGNALS.items() for i in (1, 2, 3)},
        sources=("P_shaft",),
        stored="",
    ),
    Balance("HeatReuse.Sensors.TemperatureSensor", ports=ENDS, stored=""),
    Balance("HeatReuse.Sensors.MassFlowSensor", ports=ENDS, stored=""),
    Balance(
        "HeatReuse.Sensors.EnergyMeter",
        ports={
            "port_a_supply": flow(),
            "port_b_supply": "pressure",
            "port_a_return": flow(),
            "port_b_return": pressure(1e5, 1e5),
        },
        stored="",
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_energy_is_conserved(row: Balance) -> None:
    check(row)
