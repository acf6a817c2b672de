"""Energy balance of pipes, volumes and resistances."""

from __future__ import annotations

import pytest
from balance import Balance, check, flow, heat, pressure

ENDS = {"port_a": "flow", "port_b": "pressure"}

ROWS = [
    Balance("HeatReuse.Pipes.Pipe", modifiers="n=5", ports=ENDS | {"heatPort": "temperature"}),
    Balance("HeatReuse.Pipes.PipeWithWall", modifiers="n=5", ports=ENDS | {"heatPort": "temperature"}),
    Balance(
        "HeatReuse.Pipes.PipeWithWall",
        modifiers="n=5, redeclare package Medium = HeatReuse.Media.PG25",
        ports=ENDS | {"heatPort": "temperature"},
        medium="HeatReuse.Media.PG25",
        variant="glycol",
    ),
    Balance(
        "HeatReuse.Pipes.MixingVolume",
        modifiers="nPorts=3",
        ports={"ports[1]": "flow", "ports[2]": flow(-20, 80), "ports[3]": "pressure", "heatPort": heat(-1e6, 1e6)},
    ),
    Balance("HeatReuse.Pipes.Resistance", ports=ENDS, stored=""),
    Balance(
        "HeatReuse.Pipes.Inertia",
        ports={"port_a": pressure(1.9e5, 2.1e5), "port_b": pressure(1.9e5, 2.1e5)},
        stored="",
        stop=300.0,
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_energy_is_conserved(row: Balance) -> None:
    check(row)
