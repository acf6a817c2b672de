"""What a run leaves behind: one xarray.Dataset in memory, or one netCDF file written while the run goes on.

The public names are loaded when they are first used: who only reads or writes files needs no solvers.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from heatsim.results.columns import check_variables
    from heatsim.results.dataset import to_dataset
    from heatsim.results.files import load, save, set_attributes
    from heatsim.results.stream import NetcdfStream

_PUBLIC = {
    "NetcdfStream": "heatsim.results.stream",
    "check_variables": "heatsim.results.columns",
    "load": "heatsim.results.files",
    "save": "heatsim.results.files",
    "set_attributes": "heatsim.results.files",
    "to_dataset": "heatsim.results.dataset",
}

__all__ = ["NetcdfStream", "check_variables", "load", "save", "set_attributes", "to_dataset"]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'heatsim.results' has no attribute '{name}'")
    return getattr(importlib.import_module(_PUBLIC[name]), name)
