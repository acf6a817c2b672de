"""The arrays of a case in a netCDF file: which are kept, how they are written, and what the record says of them.

The record says enough (dimensions, types, units, a hash of each coordinate) that ten thousand cases are put together
without opening one file of arrays.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from heatsim import results
from heatsim.errors import UsageError
from heatsim.fmu.block import matches
from heatsim.results.files import check_name
from heatsim.sweeps.keeping.outcome import EXACT

TIME = "time"
DIGEST = "arrays_digest"
"""Attribute of the file that says to which record it belongs."""

_HASH_BYTES = 8
_PACKING = ("_FillValue", "missing_value", "scale_factor", "add_offset", "coordinates", "dtype")
_BEGINS = re.compile(r"(?!(CLASS|NAME|REFERENCE_LIST|DIMENSION_LIST|_N[Cc].*)$)[A-Za-z0-9_]")


@dataclass(frozen=True)
class KeptArray:
    """What the record says of an array.

    Attributes
    ----------
    dims
        Its dimensions.
    dtype
        Its type in numpy's short form; `str` for texts.
    units
        Its unit, "" where it has none.
    """

    dims: tuple[str, ...]
    dtype: str
    units: str


@dataclass(frozen=True)
class KeptArrays:
    """What the record says of the file of arrays.

    Attributes
    ----------
    digest
        Hash of the content; the file carries it too.
    arrays
        Name -> array.
    lengths
        Dimension -> length.
    coordinates
        Dimension -> type and hash of its coordinate, for those that have one.
    size
        Of the file, B.
    """

    digest: str
    arrays: Mapping[str, KeptArray]
    lengths: Mapping[str, int]
    coordinates: Mapping[str, str]
    size: int


def selected(arrays: xr.Dataset | None, series: bool | tuple[str, ...]) -> tuple[xr.Dataset | None, str]:
    """Return what is kept of the arrays of a case, and a line about patterns that match nothing.

    Parameters
    ----------
    arrays
        All.
    series
        Whether those over `time` are kept: all, none, or those that a name or pattern matches. Others always are.
    """
    if arrays is None:
        return None, ""
    over_time = [str(name) for name, array in arrays.data_vars.items() if TIME in array.dims]
    if isinstance(series, bool):
        dropped, unused = ([] if series else over_time), []
    else:
        wanted = {p: {n for n in over_time if n == p or matches(p, n)} for p in series}
        dropped = [n for n in over_time if not any(n in names for names in wanted.values())]
        unused = [p for p, names in wanted.items() if not names]
    kept = arrays.drop_vars(dropped)
    used = {d for array in kept.data_vars.values() for d in array.dims}
    kept = kept.drop_vars([n for n, c in kept.coords.items() if not used.issuperset(c.dims)])
    note = f"no series matches {', '.join(map(repr, unused))}" if unused else ""
    return (kept if kept.data_vars else None), note


def write_arrays(arrays: xr.Dataset, file: Path) -> KeptArrays:
    """Write arrays to a netCDF file, whole or not at all.

    Returns
    -------
    KeptArrays
        What the record has to say of it.

    Raises
    ------
    UsageError
        For what a netCDF file cannot hold; and when it cannot be written.
    """
    plain, heads, coordinates = {}, {}, {}
    digest = hashlib.blake2b(digest_size=_HASH_BYTES)
    for name, variable in arrays.variables.items():
        _refuse_name(str(name))
        values, kind = _plain(str(name), variable)
        content = _bytes(values)
        digest.update(json.dumps([str(name), list(map(str, variable.dims)), kind, list(values.shape)]).encode())
        digest.update(content)
        attrs = _attributes(variable.attrs)
        if kind.startswith(("M", "m")):
            attrs["units"] = "nanoseconds since 1970-01-01" if kind[0] == "M" else "nanoseconds"
        plain[name] = xr.Variable(variable.dims, values, attrs)
        if name in arrays.dims:
            coordinates[str(name)] = f"{kind}:{hashlib.blake2b(content, digest_size=_HASH_BYTES).hexdigest()}"
        else:
            units = str(variable.attrs.get("units", ""))
            heads[str(name)] = KeptArray(tuple(map(str, variable.dims)), kind, units)
    lengths = {str(name): int(length) for name, length in arrays.sizes.items()}
    results.save(xr.Dataset(plain, attrs={**_attributes(arrays.attrs), DIGEST: digest.hexdigest()}), file)
    return KeptArrays(digest.hexdigest(), heads, lengths, coordinates, file.stat().st_size)


def _plain(name: str, variable: xr.Variable) -> tuple[np.ndarray, str]:
    """Return values of a type that netCDF has, and the short form of the type that they stand for."""
    values = np.asarray(variable.values)
    kind = values.dtype.kind
    if kind == "f" and values.dtype.itemsize not in (4, 8):
        values = values.astype("f4" if values.dtype.itemsize < 4 else "f8")
    if kind in "iu" and values.size and max(abs(int(values.min())), abs(int(values.max()))) > EXACT:
        raise UsageError(f"array '{name}' has numbers that a float does not hold exactly; return floats, or texts")
    if kind in "fiu":
        return np.ascontiguousarray(values), values.dtype.str[1:]
    if kind == "b":
        return values.astype("i1"), "b1"
    if kind in "mM":
        fine = values.astype(f"{kind}8[ns]")
        if not np.array_equal(fine.astype(values.dtype), values, equal_nan=True):
            raise UsageError(
                f"array '{name}' has dates or durations that do not fit into nanoseconds (1678 to 2262, 292 years); "
                "return seconds, or texts"
            )
        return fine.astype("i8"), f"{kind}8[ns]"
    texts = ["" if value is None or value is pd.NA or value != value else value for value in values.ravel().tolist()]
    if kind in "OUT" and all(isinstance(value, str) for value in texts):
        array = np.empty(values.shape, dtype=object)
        array.ravel()[:] = texts
        return array, "str"
    raise UsageError(f"array '{name}' holds neither numbers nor texts (type {values.dtype}); leave it out")


def _refuse_name(name: str) -> None:
    try:
        check_name(Path(), name)
    except UsageError as error:
        raise UsageError(f"array '{name}' has a name that a netCDF file cannot hold; call it otherwise") from error


def _bytes(values: np.ndarray) -> bytes:
    return json.dumps(values.ravel().tolist()).encode() if values.dtype.kind == "O" else values.tobytes()


def _attributes(attributes: Mapping[Any, Any]) -> dict[str, Any]:
    """Return attributes that describe, under names that netCDF can hold."""
    named = {str(key): _attribute(value) for key, value in attributes.items() if key not in _PACKING}
    return {re.sub(r"[^\w.:+@() -]", "_", key if _BEGINS.match(key) else f"_{key}"): named[key] for key in named}


def _attribute(value: Any) -> Any:
    """Return an attribute that netCDF can hold: what it cannot is kept as text."""
    if isinstance(value, str | int | float | np.integer | np.floating):
        return str(value) if isinstance(value, bool) else value
    if isinstance(value, np.ndarray) and value.ndim == 1 and value.dtype.kind in "fiu":
        return value
    return str(value)
