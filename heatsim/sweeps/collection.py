"""All cases of a sweep as one Dataset, whatever part of them has ended."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr

from heatsim.sweeps.folder import SweepFolder
from heatsim.sweeps.records import read_record


def open_sweep(folder: str | Path) -> xr.Dataset:
    """Open a sweep: dimensions are the swept names of a grid, or `case`; series are read when they are used."""
    where = SweepFolder(Path(folder))
    definition = where.read()
    shape = tuple(len(axis.values or ()) for axis in definition.design.axes)
    records = [read_record(file) if (file := where.record(case.id)).is_file() else None for case in definition.cases()]
    names = dict.fromkeys(name for record in records if record for name in record.figures)
    data = {
        name: (
            definition.design.names,
            np.array([r.figures[name].value if r and r.ok else np.nan for r in records]).reshape(shape),
        )
        for name in names
    }
    data["status"] = (
        definition.design.names,
        np.array([r.status if r else "missing" for r in records], dtype=object).reshape(shape),
    )
    return xr.Dataset(data, {axis.name: list(axis.values or ()) for axis in definition.design.axes})
