"""Arrays of many cases as one array of xarray that reads the files of those cases, and only those, that are asked for.

A file is opened, read and closed again each time, so that the number of cases is limited neither by memory nor by open
files, and so that no file is open twice: netCDF4-python then crashes when the file holds texts.
`Dataset.load()` keeps what was read. An array can be pickled: it holds names of files, and nothing that is open.
"""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import xarray as xr
from xarray.backends import BackendArray
from xarray.backends.netCDF4_ import NETCDF4_PYTHON_LOCK
from xarray.core import indexing

from heatsim.errors import HeatsimError, UsageError
from heatsim.sweeps.collection.joined_axes import JoinedAxis
from heatsim.sweeps.keeping.arrays import DIGEST

_MOST_AHEAD = 100_000_000  # B


class DamagedArrays(HeatsimError):
    """A file of arrays is not there, is not one, or is not the one that its record tells of."""


@dataclass(frozen=True)
class _Ahead:
    """Values of arrays that were read with another one, since they will probably be asked for next."""

    request: Any
    state: tuple[Any, ...]
    values: dict[str, np.ndarray]


class CaseFiles:
    """The files of arrays of a sweep, by position.

    Parameters
    ----------
    folder
        Where they lie.
    names
        Name of each file; None where there is none.
    digests
        What each file has to say of itself.

    Attributes
    ----------
    arrays
        Dimensions -> the arrays of the files that have them, in order.
    ahead
        What was read ahead.
    """

    def __init__(self, folder: str, names: Sequence[str | None], digests: Sequence[str]) -> None:
        self.folder, self.names, self.digests = folder, names, digests
        self.arrays: dict[tuple[str, ...], list[LazyArray]] = {}
        self.ahead: _Ahead | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "ahead": None}

    def state(self, positions: Iterable[int]) -> tuple[Any, ...]:
        """Return what differs when one of these files is replaced."""
        found: list[tuple[int, ...] | None] = []
        for at in positions:
            try:
                told = os.stat(Path(self.folder, self.names[at] or ""))
                found.append((told.st_ino, told.st_mtime_ns, told.st_size))
            except OSError:
                found.append(None)  # told when it is read
        return tuple(found)

    def open(self, at: int) -> netCDF4.Dataset:
        """Open the file of a position; DamagedArrays when that is not possible. The caller holds the lock."""
        file = Path(self.folder, self.names[at] or "")
        try:
            opened = netCDF4.Dataset(file)
        except (OSError, RuntimeError) as error:
            state = "is damaged" if file.is_file() else "is not there"
            raise DamagedArrays(f"{file}: {state}") from error
        opened.set_auto_maskandscale(False)
        if getattr(opened, DIGEST, None) != self.digests[at]:
            opened.close()
            raise DamagedArrays(f"{file}: is not the file that its record tells of")
        return opened


def lock() -> Any:
    """Return what guards the netCDF library, which works for one thread at a time."""
    return NETCDF4_PYTHON_LOCK


def decoded(values: np.ndarray, stored: str) -> np.ndarray:
    """Return values of a file as what they stand for (`KeptArray.dtype`)."""
    return values.astype("i8").view(stored) if stored[0] in "mM" else values


class LazyArray(BackendArray):
    """An array of all cases.

    Parameters
    ----------
    name
        Of the array in the files.
    files
        Of the cases.
    has
        Which positions have it.
    dtype
        Type of the values given.
    places
        Shape of the sweep.
    axes
        Its own dimensions in the files, and the axes that join those of all cases.
    hashes
        Dimension -> hash of each position's own coordinate.
    """

    def __init__(
        self,
        name: str,
        files: CaseFiles,
        has: np.ndarray,
        dtype: np.dtype,
        places: tuple[int, ...],
        axes: Mapping[str, JoinedAxis],
        hashes: Mapping[str, Sequence[str | None]],
    ) -> None:
        self.name = name
        self.files = files
        self.has = has
        self.dtype = dtype
        self.places = places
        self.axes = axes
        self.hashes = hashes
        self.shape = (*places, *(axis.size for axis in axes.values()))
        files.arrays.setdefault(tuple(axes), []).append(self)

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.OUTER, self._read)

    def __repr__(self) -> str:
        # the default would show the names of all files
        return f"<array '{self.name}' of {int(self.has.sum())} cases in {self.files.folder}>"

    def _read(self, key: tuple[Any, ...]) -> np.ndarray:
        wanted = [np.atleast_1d(np.arange(size)[k]) for size, k in zip(self.shape, key, strict=True)]
        values = self._values(wanted)
        # an integer takes its dimension away
        return values[tuple(0 if np.ndim(k) == 0 and not isinstance(k, slice) else slice(None) for k in key)]

    def _values(self, wanted: Sequence[np.ndarray]) -> np.ndarray:
        """Return values at positions of each dimension.

        To open a file takes as long as to read fifty arrays of it. So when a second array is asked for at the positions
        of the one before, as `Dataset.load()` does with all of them, those that come after it are read as well.
        """
        request = (tuple(self.axes), tuple(w.tobytes() for w in wanted))
        places = list(itertools.product(*(w.tolist() for w in wanted[: len(self.places)])))
        positions = [int(np.ravel_multi_index(place, self.places)) for place in places]
        state = self.files.state(at for at in positions if self.has[at])
        arrays, ahead = [self], self.files.ahead
        if ahead is not None and ahead.request == request:
            ready = ahead.values.pop(self.name, None)
            if ready is not None and ahead.state == state:
                return ready
            arrays += self._next(wanted)
        found = {
            array.name: np.full([w.size for w in wanted], missing(array.dtype), dtype=array.dtype) for array in arrays
        }
        for i, at in zip(np.ndindex(*(w.size for w in wanted[: len(self.places)])), positions, strict=True):
            there = [array for array in arrays if array.has[at]]
            if there:
                self._read_case(at, wanted[len(self.places) :], {array.name: found[array.name][i] for array in there})
        values = found.pop(self.name)
        self.files.ahead = _Ahead(request, state, found)
        return values

    def _next(self, wanted: Sequence[np.ndarray]) -> list[LazyArray]:
        """Return the arrays that follow this one and whose values at these positions fit into a limited memory."""
        others = self.files.arrays.get(tuple(self.axes), [])
        at = next((i for i, array in enumerate(others) if array.name == self.name), len(others))
        size = 8 * max(1, math.prod(w.size for w in wanted))
        # the same cases have them, so that the state of the files is the same
        following = others[at + 1 : at + 1 + _MOST_AHEAD // size]
        return [array for array in following if np.array_equal(array.has, self.has)]

    def _read_case(self, at: int, wanted: Sequence[np.ndarray], into: Mapping[str, np.ndarray]) -> None:
        """Read what is wanted of a case into arrays that are filled with what stands for missing values."""
        try:
            with lock(), self.files.open(at) as file:
                there, own = [], []
                for (dim, axis), places in zip(self.axes.items(), wanted, strict=True):
                    positions = self._own_positions(file, at, dim, axis, places)
                    there.append(np.flatnonzero(positions >= 0))
                    own.append(positions[positions >= 0])
                if any(positions.size == 0 for positions in own):
                    return
                # one block from the first to the last, as the netCDF library is slow with single entries
                block = tuple(slice(int(p.min()), int(p.max()) + 1) for p in own)
                inside = np.ix_(*(p - p.min() for p in own))
                for name, values in into.items():
                    read = decoded(np.asarray(file.variables[name][block]), values.dtype.str[1:])
                    values[np.ix_(*there)] = read[inside]
        except DamagedArrays as error:
            raise UsageError(f"{error}, so it has changed since the sweep was opened; open the sweep again") from error

    def _own_positions(
        self, file: netCDF4.Dataset, at: int, dim: str, axis: JoinedAxis, places: np.ndarray
    ) -> np.ndarray:
        """Return where the wanted entries of the joined axis are on the case's own axis; -1 where it has none."""
        length = file.dimensions[dim].size
        if axis.values is None:
            return np.where(places < length, places, -1)
        if axis.hash is not None and self.hashes[dim][at] == axis.hash:
            return places
        own = np.full(axis.size, -1, dtype=np.int64)
        own[axis.positions(decoded(np.asarray(file.variables[dim][...]), axis.values.dtype.str[1:]))] = np.arange(
            length
        )
        return own[places]


def missing(dtype: np.dtype) -> Any:
    """Return what stands where a case has no value."""
    return {"O": "", "M": np.datetime64("NaT", "ns"), "m": np.timedelta64("NaT", "ns")}.get(dtype.kind, np.nan)


def lazy_variable(dims: tuple[str, ...], array: LazyArray, attributes: Mapping[str, Any]) -> xr.Variable:
    """Return a variable that reads its values when they are used; what is assigned to it stays in memory."""
    lazy: Any = indexing.LazilyIndexedArray(array)
    return xr.Variable(dims, indexing.CopyOnWriteArray(lazy), dict(attributes))
