"""Built-in studies: each takes a frozen options record and gives a Dataset, figures and files.

A study's module is loaded only when it is asked for, so that the command line starts fast.
"""

from __future__ import annotations

import importlib
from types import ModuleType

from heatsim.errors import UsageError, near_miss

STUDIES = {
    "load_swing": "a day of load swings on the reference plant, from a trimmed steady state",
    "loop_hunting": "which control loop hunts, at which load, why, and what cures it",
    "storage_dispatch": "what a tank earns in a week under each way to run it, planned and proven on the plant",
    "annual": "a year of the plant under a policy: monthly balances, load duration, seasonal COP, cost and CO2",
}


def load_study(name: str) -> ModuleType:
    """Return the module of a built-in study; raises UsageError with a near miss for an unknown name."""
    if name not in STUDIES:
        known = ", ".join(sorted(STUDIES))
        raise UsageError(f"there is no study '{name}'{near_miss(name, STUDIES)}; available: {known}")
    return importlib.import_module(f"heatsim.study.{name}")
