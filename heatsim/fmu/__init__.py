"""One FMU: description, start values, and its equations for the solvers.

The public names are loaded when they are first used: reading a description or running a binary in a process of its own
does not need CasADi.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from heatsim.fmu.block import Block, Port
    from heatsim.fmu.description import Variable
    from heatsim.fmu.fmu import Fmu

_PUBLIC = {
    "Block": "heatsim.fmu.block",
    "Fmu": "heatsim.fmu.fmu",
    "Port": "heatsim.fmu.block",
    "Variable": "heatsim.fmu.description",
}

__all__ = ["Block", "Fmu", "Port", "Variable"]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'heatsim.fmu' has no attribute '{name}'")
    value = getattr(importlib.import_module(_PUBLIC[name]), name)
    globals()[name] = value
    return value
