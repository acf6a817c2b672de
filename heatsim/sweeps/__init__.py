"""Many cases of a study: designed, run on all cores or on a cluster, kept as files, read as one Dataset.

The public names are loaded when they are first used, so that the command line starts fast.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from heatsim.sweeps.case import SweepCase
    from heatsim.sweeps.collection.case_rows import cases_table, to_csv
    from heatsim.sweeps.collection.opening import open_sweep
    from heatsim.sweeps.sweeping import sweep

_PUBLIC = {
    "SweepCase": "heatsim.sweeps.case",
    "cases_table": "heatsim.sweeps.collection.case_rows",
    "open_sweep": "heatsim.sweeps.collection.opening",
    "sweep": "heatsim.sweeps.sweeping",
    "to_csv": "heatsim.sweeps.collection.case_rows",
}

__all__ = ["SweepCase", "cases_table", "open_sweep", "sweep", "to_csv"]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'heatsim.sweeps' has no attribute '{name}'")
    return getattr(importlib.import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
