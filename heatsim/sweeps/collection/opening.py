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
from heatsim.sweeps.case import identifier
from heatsim.sweeps.collection.array_columns import ArrayColumns
from heatsim.sweeps.collection.coordinates import coordinates
from heatsim.sweeps.collection.figure_columns import FigureColumns
from heatsim.sweeps.collection.lazy_arrays import LazyArray, lazy_variable
from heatsim.sweeps.design.points import ATTRIBUTE
from heatsim.sweeps.keeping.definition import Definition
from heatsim.sweeps.keeping.folder import SweepFolder
from heatsim.sweeps.keeping.records import CaseNotes, DamagedRecord

STATES = {
    "status": "How the case ended: ok, failed, missing (not run yet), or left out by a constraint",
    "reason": "Why the case failed",
    "message": "What is to be said of the case",
    "case_id": "Identifier of the case, and name of its files",
}
"""Variables of a sweep's Dataset that say how each case ended, and what they are; all others are results."""


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
        none. Values of arrays are read from the files of the cases when they are used, array by array (some ms a file),
        and are not kept: select cases and arrays first, and `load()` what is used again. Axes that differ between cases
        are joined, with NaN where a case has no value.

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
    found = _Gathered(definition, where)
    for position, values in zip(definition.design.positions(), definition.design, strict=True):
        found.add(int(position), identifier(definition.study, {**definition.settings, **values}))
    ds = found.dataset()
    for note in ds.attrs.get("notes", "").splitlines():
        warnings.warn(f"{folder}: {note}", HeatsimWarning, stacklevel=caller_level())
    return ds


class _Gathered:
    """What the records of a sweep say, taken case by case, so that only one record is in memory."""

    def __init__(self, definition: Definition, where: SweepFolder) -> None:
        self._definition, self._where = definition, where
        size = math.prod(definition.design.shape)
        self._states = {name: np.full(size, "", dtype=object) for name in STATES}
        self._states["status"][:] = "left out"
        self._figures, self._arrays = FigureColumns(size), ArrayColumns(where.path / "cases", size)
        self._damaged: list[str] = []
        self._of_cases = CaseNotes()
        self._changed = Counter[str]()

    def add(self, at: int, case_id: str) -> None:
        """Take the case of a position."""
        record, message = None, ""
        try:
            record = self._where.look(case_id)
        except DamagedRecord as error:
            message = _inside(self._where, str(error))
            self._damaged.append(message)
        if record is None:
            told = ("missing", "", message, case_id)
        else:
            told = (record.status, record.reason, record.message, case_id)
            self._changed.update(_changed(self._definition, record.provenance.get("fingerprint")))
        for name, state in zip(STATES, told, strict=True):
            self._states[name][at] = state
        if record is None or not record.ok:
            return
        self._of_cases.add(record)
        for name, figure in record.figures.items():
            self._figures.add(at, case_id, name, figure)
        if record.arrays is not None:
            self._arrays.add(at, case_id, record.arrays)

    def dataset(self) -> xr.Dataset:
        """Return everything that was taken."""
        design = self._definition.design
        arrays, axes = self._arrays.joined(design.shape)
        ds = _assembled(self._definition, self._states, self._figures, arrays, axes)
        counts = Counter(self._states["status"].tolist())
        ds.attrs = {
            "sweep": self._definition.study,
            ATTRIBUTE: design.attribute(),
            "settings": json.dumps(dict(self._definition.settings)),
            "fingerprint": json.dumps(dict(self._definition.fingerprint)),
            "cases": len(design),
            **{status: counts[status] for status in ("ok", "failed", "missing")},
            "left_out": design.left_out,
        }
        if notes := self._notes():
            ds.attrs["notes"] = "\n".join(notes)
        return ds

    def _notes(self) -> list[str]:
        more = len(self._damaged) - 10
        notes = [
            *self._damaged[:10],
            *([f"{more} more files are damaged"] if more > 0 else []),
            *(f"'{name}' of the study was another when {n} of the cases were run" for name, n in self._changed.items()),
            *self._of_cases.lines(),
            *self._figures.notes(),
            *self._arrays.notes(),
        ]
        return [" ".join(_inside(self._where, note).split()) for note in notes]


def _assembled(
    definition: Definition,
    states: dict[str, np.ndarray],
    figures: FigureColumns,
    arrays: dict[str, tuple[LazyArray, dict[str, Any]]],
    axes: dict[str, xr.Variable],
) -> xr.Dataset:
    """Put everything under names that do not clash."""
    dims, shape, coords = definition.design.dims, definition.design.shape, coordinates(definition)
    taken = {*dims, *coords, *STATES}
    dimensions = {d: _free(d, taken) for d in sorted({d for array, _ in arrays.values() for d in array.axes})}
    taken.update(dimensions.values())
    data: dict[str, xr.Variable] = {}
    for name, variable in figures.variables(dims, shape):
        data[_free(name, taken | {*data})] = variable
    for name, (array, attributes) in arrays.items():
        inner = tuple(dimensions[d] for d in array.axes)
        data[_free(name, taken | {*data})] = lazy_variable((*dims, *inner), array, attributes)
    for name, long_name in STATES.items():
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
