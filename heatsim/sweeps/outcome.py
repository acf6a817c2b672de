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
    if not isinstance(returned, xr.Dataset):
        returned = _dataset(returned)
    figures, arrays = {}, {}
    for name, variable in returned.variables.items():
        if variable.ndim == 0:
            units, long_name = (str(variable.attrs.get(key, "")) for key in ("units", "long_name"))
            figures[str(name)] = CaseFigure(_single(str(name), variable), units, long_name)
        elif name not in returned.coords:
            arrays[name] = variable
    found = returned.drop_vars([name for name, variable in returned.variables.items() if variable.ndim == 0])
    return Outcome(figures, found if arrays else None, dict(returned.attrs))


def _dataset(returned: Mapping[str, Any]) -> xr.Dataset:
    variables: dict[str, Any] = {}
    for name, value in returned.items():
        if not isinstance(name, str):
            raise UsageError(f"the study returned {name!r} as the name of a figure; use texts as names")
        if isinstance(value, xr.DataArray):
            # its other coordinates of no dimension are not figures of the case
            variables[name] = value.drop_vars([n for n, c in value.coords.items() if c.ndim == 0])
        elif isinstance(value, xr.Variable):
            variables[name] = value
        else:
            variables[name] = xr.Variable((), _scalar(name, value))
    try:
        return xr.Dataset(variables)
    except ValueError as error:
        raise UsageError(f"the arrays that the study returned do not fit together ({error})") from error


def _scalar(name: str, value: Any) -> Any:
    """Return a value as an array without dimensions."""
    if isinstance(value, tuple | list | set | dict | pd.Series | pd.DataFrame | pd.Index) or np.ndim(value):
        raise UsageError(
            f"the study returned {_kind(value)} as '{name}'; give an array its dimensions, as "
            "xarray.DataArray(values, dims='time'), and a number its unit by attrs={'units': 'W'}"
        )
    array = np.empty((), dtype=object)
    array[()] = value
    return array


def _single(name: str, variable: xr.Variable) -> Value:
    """Return a figure as a plain value that JSON holds exactly."""
    if variable.dtype.kind in "mM":
        raise UsageError(f"'{name}' is a date or a duration; return seconds, or a text")
    value = variable.values.item()
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
