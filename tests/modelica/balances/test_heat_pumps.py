"""Energy balance of heat pumps, electric boilers and engines."""

from __future__ import annotations

import pytest
from balance import Balance, check, flow

SIDES = {
    "port_source_a": flow(-80, 80),
    "port_source_b": "pressure",
    "port_sink_a": flow(-32, 32),
    "port_sink_b": "pressure",
    "heatPort_room": "temperature",
}
BOILER = {"port_a": flow(-100, 100), "port_b": "pressure", "heatPort": "temperature"}
COMMAND = {"command": (0.0, 1.0)}


def bank(count: int) -> dict[str, tuple[float, float]]:
    """Range of the commands of several machines."""
    return {f"command[{number}]": (0.0, 1.0) for number in range(1, count + 1)}


def machine(performance: str) -> Balance:
    """One machine with ports and one of the performances."""
    modifiers = f"redeclare model MachinePerformance = HeatReuse.HeatPumps.Performance.{performance}"
    model = "HeatReuse.HeatPumps.WaterHeatPump"
    return Balance(model, modifiers, SIDES, ("P_el",), COMMAND, variant=performance)


ROWS = [
    *map(machine, ("Correlation", "Map", "CycleR134a")),
    Balance(
        "HeatReuse.HeatPumps.HeatPump",
        modifiers="UA_room=300",
        sources=(
            "c.H_flow_source_a - c.H_flow_source_b",
            "c.H_flow_sink_a - c.H_flow_sink_b",
            "P_el",
            "-Q_flow_desuperheater",
            "-Q_flow_room",
        ),
        inputs=COMMAND
        | {"m_flow_source": (-60, 60), "m_flow_sink": (-40, 40), "Q_flow_desuperheater": (0, 2e5)}
        | {"T_source_a": (283.15, 318.15), "T_source_b": (283.15, 318.15)}
        | {"T_sink_a": (303.15, 343.15), "T_sink_b": (303.15, 343.15), "T_room": (278.15, 308.15)},
    ),
    Balance(
        "HeatReuse.HeatPumps.DesuperheaterHeatPump",
        modifiers="redeclare model MachinePerformance = HeatReuse.HeatPumps.Performance.CycleR717",
        ports=SIDES | {"port_hot_a": flow(-6, 6), "port_hot_b": "pressure"},
        sources=("P_el",),
        inputs=COMMAND,
    ),
    Balance(
        "HeatReuse.HeatPumps.ParallelHeatPumps",
        modifiers="n=2, UA_room=300",
        ports=SIDES | {"port_sink_a": "pressure", "heatPort": "heat"},
        sources=("P_el",),
        inputs=bank(2),
    ),
    Balance("HeatReuse.HeatPumps.SeriesHeatPumps", "n=2, UA_room=300", SIDES, ("P_el",), bank(2)),
    Balance(
        "HeatReuse.HeatPumps.SeriesHeatPumps",
        "n=2, counterflow=false",
        SIDES,
        ("P_el",),
        bank(2),
        variant="source in parallel",
    ),
    Balance("HeatReuse.Generation.ElectricBoiler", ports=BOILER, sources=("P_el",), inputs=COMMAND),
    Balance("HeatReuse.Generation.CHP", ports=BOILER, sources=("Q_flow_engine", "P_el_used"), inputs=COMMAND),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_energy_is_conserved(row: Balance) -> None:
    check(row)
