"""What a study has returned, sorted into figures (single values) and arrays, and refused when it cannot be kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from heatsim.errors import UsageError
from heatsim.sweeps.case import Value

EXACT = 2**53
"""Above it, a float, as which the Dataset of a sweep holds all numbers, skips whole numbers."""


@dataclass(frozen=True)
class CaseFigure:
    """A single value that a case gave, with its unit and description."""

    value: Value
    units: str = ""
    long_name: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a case gave.

    Attributes
    ----------
    figures
        Name -> number, text, switch, or None for a figure that this case does not have.
    arrays
        Everything with dimensions, or None when there is nothing.
    attributes
        Attributes of the Dataset: how it was made.
    """

    figures: Mapping[str, CaseFigure]
    arrays: xr.Dataset | None
    attributes: Mapping[str, Any]


def outcome(returned: xr.Dataset | Mapping[str, Any]) -> Outcome:
    """Sort what a study has returned.

    Parameters
    ----------
    returned
        A Dataset (variables and coordinates without a dimension are figures, the others arrays), or a mapping of names
        to numbers, texts, switches, or DataArrays; units and description come from the attributes `units` and
        `long_name`.

    Raises
    ------
    UsageError
        When it is neither, or holds something else; names it.
    """
    if isinstance(returned, xr.DataArray):
        if returned.name is None:
            raise UsageError("the study returned a DataArray without a name; return a Dataset or a dict of figures")
        returned = returned.to_dataset()
    if not isinstance(returned, xr.Dataset | Mapping):
        raise UsageError(
            f"the study returned {_kind(returned)}; return a Dataset, or a dict of names and numbers, texts or switches"
        )
    single, arrays = _sorted(returned)
    figures = {}
    for name, variable in single.items():
        units, long_name = (str(variable.attrs.get(key, "")) for key in ("units", "long_name"))
        figures[name] = CaseFigure(_single(name, variable), units, long_name)
    attributes = dict(returned.attrs) if isinstance(returned, xr.Dataset) else {}
    return Outcome(figures, arrays if arrays.data_vars else None, attributes)


def _sorted(returned: xr.Dataset | Mapping[str, Any]) -> tuple[dict[str, xr.Variable], xr.Dataset]:
    """Return variables without dimensions, and the others as a Dataset: one name may be of both kinds."""
    if isinstance(returned, xr.Dataset):
        single = {name: variable for name, variable in returned.variables.items() if variable.ndim == 0}
        return {str(name): variable for name, variable in single.items()}, returned.drop_vars(list(single))
    figures: dict[str, xr.Variable] = {}
    arrays: dict[str, xr.DataArray] = {}
    for name, value in returned.items():
        if not isinstance(name, str):
            raise UsageError(f"the study returned {name!r} as the name of a figure; use texts as names")
        if not isinstance(value, xr.DataArray | xr.Variable):
            figures[name] = xr.Variable((), _scalar(name, value))
        elif value.ndim == 0:
            figures[name] = value.variable if isinstance(value, xr.DataArray) else value
        else:
            array = value if isinstance(value, xr.DataArray) else xr.DataArray(value)
            # its other coordinates of no dimension are no figures of the case
            arrays[name] = array.drop_vars([n for n, c in array.coords.items() if c.ndim == 0])
    for name in arrays:
        if any(name in array.dims or name in array.coords for array in arrays.values()):
            raise UsageError(f"array '{name}' is called as a dimension or coordinate of an array; call it otherwise")
    try:
        return figures, xr.Dataset(arrays)
    except ValueError as error:
        raise UsageError(f"the arrays that the study returned do not fit together ({error})") from error


def _scalar(name: str, value: Any) -> Any:
    """Return a value as an array without dimensions."""
    if isinstance(value, tuple | list | set | dict | pd.Series | pd.DataFrame | pd.Index) or np.ndim(value):
        raise UsageError(
            f"the study returned {_kind(value)} as '{name}'; give an array its dimensions, as "
            "xarray.DataArray(values, dims='time'), and a number its unit by attrs={'units': 'W'}"
        )
    if isinstance(value, np.ndarray):
        return value
    array = np.empty((), dtype=object)
    array[()] = value
    return array


def _single(name: str, variable: xr.Variable) -> Value:
    """Return a figure as a plain value that JSON holds exactly."""
    value = variable.values.item() if variable.dtype.kind == "O" else variable.values[()]
    if isinstance(value, np.datetime64 | np.timedelta64):
        raise UsageError(f"'{name}' is a date or a duration; return seconds, or a text")
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NA:
        return None
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        if abs(value) > EXACT:
            raise UsageError(f"'{name}' is {value}, more than a float holds exactly; return a float, or a text")
        return value
    if isinstance(value, Real | Decimal):
        return float(value)
    raise UsageError(f"the study returned {_kind(value)} as '{name}'; return numbers, texts or switches")


def _kind(value: Any) -> str:
    return "nothing" if value is None else f"a {type(value).__name__}"
