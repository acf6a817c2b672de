"""Energy balance of what stands in the hall, of the heat exchangers and of the cooling stations."""

from __future__ import annotations

import pytest
from balance import Balance, check, flow, pressure, temperature

HALL = "HeatReuse.DataCenter."
EXCHANGERS = "HeatReuse.HeatExchangers."
PG25 = "HeatReuse.Media.PG25"
ENDS = {"port_a": "flow", "port_b": "pressure"}
LARGE = {"port_a": flow(-100, 250), "port_b": "pressure"}
BOTH_SIDES = {"port_a1": flow(-100, 250), "port_b1": "pressure", "port_a2": flow(-100, 250), "port_b2": "pressure"}
FACILITY = {"port_a": pressure(1.5e5, 4e5), "port_b": pressure(2e5, 2e5)}

ROWS = [
    Balance(HALL + "AirCooledHall", ports=ENDS, sources=("P_drawn", "P_fan", "P_trim"), inputs={"P": (0, 2e6)}),
    Balance(
        HALL + "AirCooledHall",
        modifiers="plain_coil=true",
        ports=ENDS,
        sources=("P_drawn", "P_fan"),
        inputs={"P": (0, 2e6)},
        variant="plain coil",
    ),
    Balance(
        HALL + "ColdPlates",
        modifiers=f"redeclare package Medium = {PG25}",
        ports=LARGE,
        sources=("P_drawn",),
        inputs={"P": (0, 1e7)},
        medium=PG25,
    ),
    Balance(
        HALL + "Chip",
        modifiers="P_nominal=1e6, T_restart=320",
        ports={"heatPort": "heat"},
        sources=("P_drawn",),
        inputs={"P": (0, 1e5)},
        stop=60.0,
    ),
    Balance(
        HALL + "ColdPlate",
        modifiers="devices=1000",
        ports={"port_a": flow(-10, 40), "port_b": "pressure", "heatPort": temperature(290, 370)},
        medium=PG25,
        stop=300.0,
    ),
    Balance(
        HALL + "Rack",
        modifiers="T_restart=330",
        ports={"port_a": flow(-1, 4), "port_b": "pressure"},
        sources=("P_drawn",),
        inputs={"P": (0, 1.2e5)},
        medium=PG25,
        stop=300.0,
    ),
    Balance(
        HALL + "RackBranches",
        modifiers="n=2, resistance_factor={1, 2}, T_restart=330",
        ports=FACILITY,
        sources=("P_drawn",),
        inputs={"P[1]": (0, 1e5), "P[2]": (0, 2e5)},
        medium=PG25,
        stop=600.0,
    ),
    Balance(
        HALL + "CDU",
        ports={
            "port_a1": flow(-5, 30),
            "port_b1": flow(-30, 5),
            "port_a2": pressure(1.5e5, 4e5),
            "port_b2": "pressure",
        },
        sources=("P_shaft", "expansion.H_flow"),
        inputs={"speed_pump": (0, 1), "opening_valve": (0, 1)},
        medium={"port_a1": PG25, "port_b1": PG25},
    ),
    Balance(
        HALL + "ParallelCDUs",
        stop=600.0,
        modifiers="n=2, P_nominal={1e6, 5e5}",
        ports=FACILITY,
        sources=("P_drawn", "P_shaft"),
        inputs={
            f"{name}[{i}]": span
            for i in (1, 2)
            for name, span in (("P", (0, 1e6)), ("speed_pump", (0, 1)), ("opening_valve", (0, 1)))
        },
    ),
    Balance(HALL + "BufferVolume", modifiers="n=3", ports=LARGE | {"heatPort": "temperature"}),
    Balance(
        HALL + "ServerAir",
        sources=("P_drawn", "P_fan", "-Q_flow"),
        inputs={"P": (0, 2e6), "T_air_in": (285, 325)},
    ),
    Balance(
        HALL + "CRAHCoil",
        ports=ENDS,
        sources=("Q_flow",),
        inputs={"command": (0, 1), "T_air_in": (290, 330)},
    ),
    Balance(
        HALL + "HallAir",
        ports={"heatPort": "temperature"},
        sources=("Q_flow_server", "-Q_flow_crah"),
        inputs={"m_flow_server": (0, 150), "m_flow_crah": (0, 150), "Q_flow_server": (0, 1e5), "Q_flow_crah": (0, 1e5)},
    ),
    Balance(
        HALL + "DistrictCoolingStation",
        modifiers="T_return_min=287",
        ports=LARGE,
        sources=("-Q_flow",),
        inputs={"command": (0, 1), "T_primary": (275, 300)},
    ),
    Balance(
        HALL + "LakeCooling",
        ports=LARGE,
        sources=("-Q_flow", "P_shaft"),
        inputs={"command": (0, 1), "T_lake": (275, 300)},
    ),
    Balance(EXCHANGERS + "PlateHeatExchanger", ports=BOTH_SIDES),
    Balance(
        EXCHANGERS + "PlateHeatExchanger",
        modifiers=f"redeclare package Medium1 = {PG25}, n=3, dT_nominal=8",
        ports=BOTH_SIDES,
        medium={"port_a1": PG25, "port_b1": PG25},
        variant="glycol",
    ),
    Balance(EXCHANGERS + "CounterflowExchanger", ports=BOTH_SIDES),
    Balance(
        EXCHANGERS + "DryCooler",
        ports=LARGE,
        sources=("-Q_flow",),
        inputs={"command": (0, 1), "T_outdoor": (250, 320)},
    ),
    Balance(
        EXCHANGERS + "GlycolCooler",
        ports=LARGE,
        sources=("-Q_flow", "P_shaft"),
        inputs={"command": (0, 1), "speed_pump": (0, 1), "T_outdoor": (265, 320)},
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_energy_is_conserved(row: Balance) -> None:
    check(row)
