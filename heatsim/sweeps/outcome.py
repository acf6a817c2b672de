"""What a study has returned, sorted into figures (numbers) and series (arrays)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import xarray as xr

from heatsim.errors import UsageError
from heatsim.sweeps.case import Value


@dataclass(frozen=True)
class CaseFigure:
    """A number that a case gave, with its unit and description."""

    value: Value
    units: str = ""
    long_name: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a case gave.

    Attributes
    ----------
    figures
        Name -> number, text or switch.
    series
        Arrays, or None when there are none.
    attributes
        Attributes of the Dataset: how it was made.
    """

    figures: Mapping[str, CaseFigure]
    series: xr.Dataset | None
    attributes: Mapping[str, Any]


def outcome(returned: xr.Dataset | Mapping[str, Any]) -> Outcome:
    """Sort what a study has returned.

    Parameters
    ----------
    returned
        A Dataset (variables without a dimension are figures, the others series), or a mapping of names to numbers,
        texts, or DataArrays.

    Raises
    ------
    UsageError
        When it is neither, or holds something else; names it.
    """
    if not isinstance(returned, xr.Dataset | Mapping):
        raise UsageError(f"the study returned {type(returned).__name__}; return a Dataset or a dict of figures")
    if not isinstance(returned, xr.Dataset):
        returned = xr.Dataset(dict(returned))
    figures = {
        str(name): CaseFigure(
            variable.values.item(), str(variable.attrs.get("units", "")), str(variable.attrs.get("long_name", ""))
        )
        for name, variable in returned.data_vars.items()
        if variable.ndim == 0
    }
    arrays = returned.drop_vars(list(figures))
    return Outcome(figures, arrays if arrays.data_vars else None, dict(returned.attrs))
