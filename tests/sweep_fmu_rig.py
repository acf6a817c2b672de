"""A study of an FMU; apart from the others, whose processes start faster without solvers."""

from __future__ import annotations

from typing import Any

from heatsim.fmu import Fmu
from heatsim.simulation import simulate
from heatsim.sweeps.case import SweepCase
from heatsim.system import System


def one_fmu(case: SweepCase) -> Any:
    """Run an FMU in this process or in one of its own."""
    unit = Fmu(str(case["fmu"]), interface="co_simulation", isolate=bool(case["isolate"]))
    ds = simulate(
        System("one").add("pump", unit, inputs={"u": 2.0}), stop=2.0, output_step=1.0, method="jacobi", step=1
    )
    return {"y": float(ds["pump.y"][-1])}
