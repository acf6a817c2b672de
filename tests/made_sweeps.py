"""Folders of sweeps as a run leaves them, made without processes: a plant of a few formulas over what is swept."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import xarray as xr

from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.design.combining import design
from heatsim.sweeps.keeping.definition import Definition
from heatsim.sweeps.keeping.folder import SweepFolder
from heatsim.sweeps.keeping.keep import keep
from heatsim.sweeps.keeping.outcome import outcome
from heatsim.sweeps.keeping.records import FAILED, CaseRecord, write_record

PROVENANCE = {"fingerprint": {"plant.py": "5e1f"}, "host": "desk", "begin": "2026-01-15T06:00:00+00:00", "seconds": 2.0}
GRID = {
    "storage_volume": "choices(0m3,500m3,1000m3,2000m3)",
    "heat_capacity": "range(4MW,12MW,5)",
    "gain": [0.5, 1.0, 2.0],
}


class Fails(Exception):
    """The case fails with this reason and message."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def plant(case: SweepCase) -> xr.Dataset:
    """Return figures of a case; the least cost is at 8 MW, 1000 m3 and gain 1."""
    volume, heat, gain = (float(case.get(name, 1.0)) for name in ("storage_volume", "heat_capacity", "gain"))
    if gain > 1.5 and volume < 100.0:
        raise Fails("solver", f"heat_pump: <stopped> at t = {heat / 1e3:.0f} s & not before")
    cost = 30e3 + 3e3 * (heat / 4e6 - 2.0) ** 2 + 2e3 * (volume / 1e3 - 1.0) ** 2 + 100.0 * math.log2(gain) ** 2
    figures = {
        "cost_total": (cost, "EUR", "Energy cost of the heat supply"),
        "co2_total": (40.0 - heat / 1e6 + 0.3 * gain, "t", "CO2 of the heat supply"),
        "network_supply_min": (340.0 + heat / 1e6 + 1e-3 * volume, "K", "Lowest supply temperature"),
        "cost_gas": (2.0 * cost, "EUR", "Twice the cost"),
        "steps": (1440, "1", "Steps"),
    }
    return xr.Dataset({name: ((), v, {"units": u, "long_name": w}) for name, (v, u, w) in figures.items()})


def made_sweep(
    folder: Path,
    over: Any = None,
    study: Callable[[SweepCase], Any] = plant,
    *,
    only: Callable[[int], bool] = lambda number: True,
    settings: Mapping[str, Any] | None = None,
    reference: str | None = "plant.py:plant",
    provenance: Callable[[int], Mapping[str, Any]] = lambda number: PROVENANCE,
    **options: Any,
) -> SweepFolder:
    """Write a sweep; of its cases those whose number `only` takes have ended."""
    cases = design(GRID if over is None else over, settings=settings, **options)
    definition = Definition("plant", settings or {}, cases, False, {"plant.py": "5e1f"}, {}, reference)
    where = SweepFolder(folder)
    where.begin(definition)
    (folder / "cases").mkdir(exist_ok=True)
    for number, case in enumerate(definition.cases()):
        if not only(number):
            continue
        made = dict(provenance(number))
        try:
            keep(where, case, outcome(study(case)), made)
        except Fails as error:
            log = f"Traceback <of>\n{error.reason} of {case.id}\n"
            record = CaseRecord(case.id, dict(case.values), FAILED, error.reason, str(error), log, provenance=made)
            write_record(record, where.record(case.id))
    return where
