"""Writes a run to netCDF while it goes on, so that its length is not limited by memory."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal

import netCDF4
import numpy as np
import xarray as xr

from heatsim.errors import UsageError
from heatsim.fmu.fmu import Fmu
from heatsim.results.columns import Column, columns_of
from heatsim.results.dataset import TIME
from heatsim.results.files import check_attribute, check_name
from heatsim.solvers.compose import Composite
from heatsim.system.system import System
from heatsim.whole_file import temporary_beside

_LEVEL: Literal[1] = 1  # of zlib: higher ones cost much time for a few per cent of space


class NetcdfStream:
    """A netCDF file that grows with a run; a `Sink` of the recorder.

    The file has a temporary name until `finish`, so that a file under `path` is always complete. Leaving the context
    without `finish` removes it.

    Parameters
    ----------
    path
        Target file; its folder is created.
    variables
        Names or patterns to keep, as in `to_dataset`.

    Raises
    ------
    UsageError
        When the file cannot be written.
    """

    def __init__(self, path: str | Path, variables: str | Sequence[str] | None = None) -> None:
        self.path = Path(path)
        self._variables = variables
        self._columns: list[Column] = []
        self._file: netCDF4.Dataset | None = None
        self._temporary: Path | None = None
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._temporary = temporary_beside(self.path)
            self._file = netCDF4.Dataset(self._temporary, "w", format="NETCDF4")
        except OSError as error:
            self._remove()
            raise self._refusal(error) from error

    def begin(self, system: System, composite: Composite, alone: Fmu | None, time: np.ndarray, rows: int) -> None:
        """Lay out the file for output times of shape (n,) that will come in pieces of at most `rows`."""
        self._columns = columns_of(system, composite, alone, self._variables)
        for column in self._columns:
            check_name(self.path, column.name)
        with self._told():
            self._lay_out(time, rows)

    def _lay_out(self, time: np.ndarray, rows: int) -> None:
        file = self._open()
        lengths = {"time": time.size}
        for column in self._columns:
            lengths.update(zip(column.dimensions, column.shape, strict=True))
        for name, length in lengths.items():
            file.createDimension(name, length)
        clock = file.createVariable("time", "f8", ("time",))
        clock.setncatts(TIME)
        clock[:] = time
        for column in self._columns:
            chunks = (max(1, min(rows, time.size)), *column.shape)
            variable = file.createVariable(
                column.name, "f8", ("time", *column.dimensions), zlib=True, complevel=_LEVEL, chunksizes=chunks
            )
            # a piece is a whole chunk, so one is enough; by default, which 0 means too, each variable keeps 64 MB
            variable.set_var_chunk_cache(size=8 * int(np.prod(chunks)), nelems=1, preemption=1.0)
            variable.setncatts(column.attributes)

    def write(self, first: int, x: np.ndarray, u: np.ndarray, y: np.ndarray) -> None:
        """Take the next rows: states, externals and outputs of shape (n_rows, number of each)."""
        file = self._open()
        with self._told():
            for column in self._columns:
                file.variables[column.name][first : first + u.shape[0]] = column.values(x, u, y)

    def add(self, name: str, variable: xr.Variable) -> None:
        """Write a variable over time as a whole."""
        check_name(self.path, name)
        file = self._open()
        with self._told():
            added = file.createVariable(name, "f8", ("time",), zlib=True, complevel=_LEVEL)
            added.setncatts(variable.attrs)
            added[:] = variable.values

    def finish(self, attributes: dict[str, object]) -> xr.Dataset:
        """Write the attributes, give the file its name and open it; values are read when they are used."""
        file = self._open()
        for name, value in attributes.items():
            check_attribute(self.path, "the Dataset", name, value)
        with self._told():
            file.setncatts(attributes)
            file.close()
            self._file = None
            assert self._temporary is not None
            os.replace(self._temporary, self.path)
        self._temporary = None
        return xr.open_dataset(self.path, engine="netcdf4", decode_times=False)

    def __enter__(self) -> NetcdfStream:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._remove()

    def _open(self) -> netCDF4.Dataset:
        if self._file is None:
            raise UsageError(f"{self.path}: the stream is finished; make another one for another run")
        return self._file

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """What the file system or the netCDF library refuses becomes an error with the next step."""
        try:
            yield
        except (OSError, RuntimeError) as error:
            raise self._refusal(error) from error

    def _remove(self) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            # closing writes what is left, which fails on a full disk; the file is thrown away in any case
            with contextlib.suppress(OSError, RuntimeError):
                file.close()
        if self._temporary is not None:
            self._temporary.unlink(missing_ok=True)
            self._temporary = None

    def _refusal(self, error: Exception) -> UsageError:
        reason = getattr(error, "strerror", None) or error
        return UsageError(f"{self.path}: the result cannot be written ({reason}); choose another folder or free space")
