"""All cases of a sweep as one Dataset, whatever part of them has ended."""

from __future__ import annotations

import json
import math
import os
import warnings
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from heatsim.errors import HeatsimWarning, caller_level
from heatsim.sweeps.array_columns import ArrayColumns
from heatsim.sweeps.case import identifier
from heatsim.sweeps.coordinates import coordinates
from heatsim.sweeps.definition import Definition
from heatsim.sweeps.design import ATTRIBUTE
from heatsim.sweeps.figure_columns import FigureColumns
from heatsim.sweeps.folder import SweepFolder
from heatsim.sweeps.lazy_arrays import LazyArray, lazy_variable
from heatsim.sweeps.records import DamagedRecord

_STATES = {
    "status": "How the case ended: ok, failed, missing (not run yet), or left out by a constraint",
    "reason": "Why the case failed",
    "message": "What is to be said of the case",
    "case_id": "Identifier of the case, and name of its files",
}


def open_sweep(folder: str | Path) -> xr.Dataset:
    """Open a sweep as it is now: finished or not, running or not.

    Parameters
    ----------
    folder
        That the sweep was written to.

    Returns
    -------
    xarray.Dataset
        Dimensions are the swept names of a grid, with the values (SI) as coordinates; for other sweeps `case`, with
        the swept names as coordinates. Variables are the figures; `status`, `reason`, `message` and `case_id` of each
        case; and the arrays of the cases with their own dimensions (`time`, ...) behind those of the sweep.

        Numbers are floats, NaN where a case has none; switches are 1 and 0; texts are objects, empty where a case has
        none. Values of arrays are read from the files of the cases when they are used and are not kept: select first,
        and `load()` what is used again. Axes that differ between cases are joined, with NaN where a case has no value.

        A name that the Dataset has already, of a swept value for example, gets the suffix `.result`. The attribute
        `notes` has a line for everything that is not simply what the cases gave; each is a `HeatsimWarning` too.

    Raises
    ------
    UsageError
        When there is no sweep in the folder.

    Examples
    --------
    >>> ds = hs.open_sweep("tank_sizes")  # doctest: +SKIP
    >>> ds["peak_power"].sel(storage_volume=2000)  # doctest: +SKIP
    """
    where = SweepFolder(Path(folder).resolve())
    definition = where.read()
    design = definition.design
    size = math.prod(design.shape)
    states = {name: np.full(size, "", dtype=object) for name in _STATES}
    states["status"][:] = "left out"
    figures, arrays = FigureColumns(size), ArrayColumns(where.path / "cases", size)
    notes: list[str] = []
    damaged, changed, messages = [], Counter[str](), Counter[str]()
    for i, values in zip(design.positions(), design, strict=True):
        case_id = identifier(definition.study, {**definition.settings, **values})
        states["case_id"][i] = case_id
        try:
            record = where.look(case_id)
        except DamagedRecord as error:
            damaged.append(str(error))
            states["message"][i] = _inside(where, str(error))
            record = None
        if record is None:
            states["status"][i] = "missing"
            continue
        states["status"][i], states["reason"][i] = record.status, record.reason
        states["message"][i] = record.message
        changed.update(_changed(definition, record.provenance.get("fingerprint")))
        if not record.ok:
            continue
        if record.message:
            messages[record.message] += 1
        for name, figure in record.figures.items():
            figures.add(i, case_id, name, figure)
        if record.arrays is not None:
            arrays.add(i, case_id, record.arrays)
    own, axes = arrays.joined(design.shape)
    notes += damaged[:10] + ([f"{len(damaged) - 10} more files are damaged"] if len(damaged) > 10 else [])
    notes += [f"'{name}' of the study was another when {n} of the cases were run" for name, n in changed.items()]
    notes += [f"{message} in {n} of the cases" for message, n in messages.items()]
    notes += [*figures.notes(), *arrays.notes()]
    ds = _assembled(definition, states, figures, own, axes)
    counts = Counter(states["status"].tolist())
    ds.attrs = {
        "sweep": definition.study,
        ATTRIBUTE: design.attribute(),
        "settings": json.dumps(dict(definition.settings)),
        "fingerprint": json.dumps(dict(definition.fingerprint)),
        "cases": len(design),
        **{status.replace(" ", "_"): counts[status] for status in ("ok", "failed", "missing")},
        "left_out": design.left_out,
    }
    notes = [_inside(where, note) for note in notes]
    if notes:
        ds.attrs["notes"] = "\n".join(notes)
        for note in notes:
            warnings.warn(
                note if note.startswith(str(where.path)) else f"{folder}: {note}",
                HeatsimWarning,
                stacklevel=caller_level(),
            )
    return ds


def _assembled(
    definition: Definition,
    states: dict[str, np.ndarray],
    figures: FigureColumns,
    own: dict[str, tuple[LazyArray, dict[str, Any]]],
    axes: dict[str, xr.Variable],
) -> xr.Dataset:
    """Put everything under names that do not clash."""
    dims, shape, coords = definition.design.dims, definition.design.shape, coordinates(definition)
    taken = {*dims, *coords, *_STATES}
    dimensions = {d: _free(d, taken) for d in sorted({d for array, _ in own.values() for d in array.axes})}
    taken.update(dimensions.values())
    data: dict[str, xr.Variable] = {}
    for name, variable in figures.variables(dims, shape):
        data[_free(name, taken | {*data})] = variable
    for name, (array, attributes) in own.items():
        inner = tuple(dimensions[d] for d in array.axes)
        data[_free(name, taken | {*data})] = lazy_variable((*dims, *inner), array, attributes)
    for name, long_name in _STATES.items():
        data[name] = xr.Variable(dims, states[name].reshape(shape), {"units": "1", "long_name": long_name})
    for name, variable in axes.items():
        coords[dimensions[name]] = xr.Variable((dimensions[name],), variable.values, variable.attrs)
    return xr.Dataset(data, coords)


def _inside(folder: SweepFolder, text: str) -> str:
    """Name files as they are called in the folder: the Dataset does not say where it lies."""
    return text.replace(f"{folder.path}{os.sep}", "")


def _free(name: str, taken: Iterable[str]) -> str:
    while name in taken:
        name = f"{name}.result"
    return name


def _changed(definition: Definition, fingerprint: Any) -> list[str]:
    """Name what of the study was another when a case was run, as happens when changes were accepted."""
    told = fingerprint if isinstance(fingerprint, dict) else {}
    return [name for name, now in definition.fingerprint.items() if told.get(name, now) != now]
