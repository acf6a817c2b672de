"""Arrays of all cases put together from what their records say of them; the files are read when they are used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from heatsim.errors import listed
from heatsim.sweeps.collection.figure_columns import SWITCH
from heatsim.sweeps.collection.joined_axes import CannotJoin, JoinedAxis, join_axes
from heatsim.sweeps.collection.lazy_arrays import CaseFiles, DamagedArrays, LazyArray, decoded, lock
from heatsim.sweeps.keeping.arrays import KeptArrays


class ArrayColumns:
    """Arrays by name, for a number of positions.

    Parameters
    ----------
    folder
        Where the files of the cases lie.
    size
        Positions.
    """

    def __init__(self, folder: Path, size: int) -> None:
        self._size = size
        self._names: list[str | None] = [None] * size
        self._digests = [""] * size
        self._files = CaseFiles(str(folder), self._names, self._digests)
        self._columns: dict[str, _Column] = {}
        self._axes: dict[str, _Axis] = {}
        self._notes: list[str] = []

    def add(self, at: int, case_id: str, kept: KeptArrays) -> None:
        """Take the arrays of a case."""
        self._names[at], self._digests[at] = f"{case_id}.nc", kept.digest
        for name, array in kept.arrays.items():
            if name not in self._columns:
                self._columns[name] = _Column(name, self._size, array.dims, array.units, case_id)
            self._columns[name].add(at, case_id, array.dims, array.dtype, array.units)
        for dim, length in kept.lengths.items():
            if dim not in self._axes:
                self._axes[dim] = _Axis(self._size)
            self._axes[dim].add(at, length, kept.coordinates.get(dim))

    def notes(self) -> list[str]:
        """Lines for what is left out; complete after `joined`."""
        return [*self._notes, *(note for column in self._columns.values() for note in column.notes())]

    def joined(
        self, shape: tuple[int, ...]
    ) -> tuple[dict[str, tuple[LazyArray, dict[str, Any]]], dict[str, xr.Variable]]:
        """Return arrays and coordinates.

        Parameters
        ----------
        shape
            Of the sweep.

        Returns
        -------
        arrays
            Name -> values, with the dimensions of the sweep before their own, and attributes.
        coordinates
            Of the own dimensions.
        """
        joined: dict[str, JoinedAxis] = {}
        coordinates: dict[str, xr.Variable] = {}
        usable = {name: column for name, column in self._columns.items() if column.usable}
        for dim in dict.fromkeys(d for column in usable.values() for d in column.dims):
            try:
                joined[dim], attributes = self._join(dim)
            except CannotJoin as error:
                out = [name for name, column in usable.items() if dim in column.dims]
                self._notes.append(f"the axis '{dim}' {error}: {_some(out)} left out; read the files of single cases")
                usable = {name: column for name, column in usable.items() if name not in out}
                continue
            if (values := joined[dim].values) is not None:
                coordinates[dim] = xr.Variable((dim,), values, attributes)
        attributes_of = self._attributes_of(usable)
        found = {}
        for name, attributes in attributes_of.items():
            column = usable[name]
            axes = {dim: joined[dim] for dim in column.dims}
            hashes = {dim: self._axes[dim].hashes for dim in column.dims}
            array = LazyArray(name, self._files, column.has, column.dtype, shape, axes, hashes)
            attributes = {"units": column.units or "1", "long_name": name, **attributes}
            if column.dtype.kind in "mM":
                attributes.pop("units")
            found[name] = (array, attributes)
        return found, coordinates

    def _attributes_of(self, columns: Mapping[str, _Column]) -> dict[str, dict[str, Any]]:
        """Attributes of arrays, from the first case that has each; arrays that no readable file has are left out."""
        found: dict[str, dict[str, Any]] = {}
        while waiting := [name for name, column in columns.items() if name not in found and column.has.any()]:
            at = int(np.argmax(columns[waiting[0]].has))
            try:
                with lock(), self._files.open(at) as file:
                    for name in waiting:
                        if np.argmax(columns[name].has) == at:
                            switch = SWITCH if columns[name].switch else {}
                            found[name] = {**_attributes(file.variables[name]), **switch}
            except DamagedArrays as error:
                self._leave_out(at, error)
        return {name: found[name] for name in columns if name in found and columns[name].has.any()}

    def _join(self, dim: str) -> tuple[JoinedAxis, dict[str, Any]]:
        axis = self._axes[dim]
        if None in axis.first:
            if len(axis.first) > 1:
                raise CannotJoin("has a coordinate in some cases only")
            return JoinedAxis(axis.longest, None, None), {}
        attributes: dict[str, Any] = {}
        read: dict[str | None, np.ndarray] = {}
        for key in list(axis.first):
            while key in axis.first:
                at = axis.first[key]
                try:
                    read[key], found = self._coordinate(dim, at)
                    attributes = attributes or found
                    break
                except DamagedArrays as error:
                    self._leave_out(at, error)
        if len(read) == 1:
            ((key, values),) = read.items()
            return JoinedAxis(values.size, values, key), attributes
        if not read:
            raise CannotJoin("is in damaged files only")
        values = join_axes(read.values())
        whole = next((key for key, own in read.items() if np.array_equal(own, values)), None)
        return JoinedAxis(values.size, values, whole), attributes

    def _coordinate(self, dim: str, at: int) -> tuple[np.ndarray, dict[str, Any]]:
        with lock(), self._files.open(at) as file:
            variable = file.variables[dim]
            kind = (self._axes[dim].hashes[at] or "").partition(":")[0]
            attributes = _attributes(variable)
            if kind[0] in "mM":
                attributes.pop("units")
            else:
                attributes = {"units": "1", "long_name": dim, **attributes}
            return decoded(np.asarray(variable[...]), kind), attributes

    def _leave_out(self, at: int, error: DamagedArrays) -> None:
        self._notes.append(
            f"{error}; its arrays are left out; remove the file and resume the sweep to run the case again"
        )
        self._names[at] = None
        for column in self._columns.values():
            column.has[at] = False
        for axis in self._axes.values():
            axis.remove(at)


class _Column:
    def __init__(self, name: str, size: int, dims: tuple[str, ...], units: str, case_id: str) -> None:
        self.name, self.dims, self.units = name, dims, units
        self.has = np.zeros(size, dtype=bool)
        self._first = case_id
        self._stored: set[str] = set()
        self._conflict = ""

    def add(self, at: int, case_id: str, dims: tuple[str, ...], stored: str, units: str) -> None:
        self.has[at] = True
        self._stored.add(stored)
        for what, first, other in (("unit", self.units or "1", units or "1"), ("dimensions", self.dims, dims)):
            if first != other:
                self._conflict = f"the {what} {first} in case {self._first} and {other} in case {case_id}"
        if len({_sort(s) for s in self._stored}) > 1:
            self._conflict = f"numbers, texts or dates, not the same in case {self._first} and in case {case_id}"

    @property
    def usable(self) -> bool:
        return not self._conflict

    @property
    def switch(self) -> bool:
        return self._stored == {"b1"}

    @property
    def dtype(self) -> np.dtype:
        """Numbers are floats, with NaN where a case has none."""
        stored = next(iter(self._stored))
        if stored == "str":
            return np.dtype(object)
        if stored[0] in "mM":
            return np.dtype(stored)
        return np.dtype("f4") if self._stored == {"f4"} else np.dtype("f8")

    def notes(self) -> Iterator[str]:
        if self._conflict:
            yield f"array '{self.name}' has {self._conflict}; it is left out, read the files of single cases"


class _Axis:
    """The own axes of the cases along a dimension: which there are, and which case has which."""

    def __init__(self, size: int) -> None:
        self.hashes: list[str | None] = [None] * size
        self.longest = 0
        self.first: dict[str | None, int] = {}
        self._there: list[int] = []

    def add(self, at: int, length: int, coordinate: str | None) -> None:
        self.hashes[at] = coordinate
        self.longest = max(self.longest, length)
        self.first.setdefault(coordinate, at)
        self._there.append(at)

    def remove(self, at: int) -> None:
        if at in self._there:
            self._there.remove(at)
            self.first = {}
            for other in self._there:
                self.first.setdefault(self.hashes[other], other)


def _sort(stored: str) -> str:
    return stored if stored == "str" or stored[0] in "mM" else "numbers"


def _attributes(variable: Any) -> dict[str, Any]:
    return {key: variable.getncattr(key) for key in variable.ncattrs() if key != "_FillValue"}


def _some(names: list[str]) -> str:
    return f"{listed(names, 4)} {'is' if len(names) == 1 else 'are'}"
