"""Energy balance of boilers and other generation."""

from __future__ import annotations

import pytest
from balance import Balance, check, flow

ROWS = [
    Balance(
        "HeatReuse.Generation.GasBoiler",
        ports={"port_a": flow(-100, 100), "port_b": "pressure", "heatPort": "temperature"},
        sources=("Q_flow",),
        inputs={"command": (0, 1)},
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_energy_is_conserved(row: Balance) -> None:
    check(row)
