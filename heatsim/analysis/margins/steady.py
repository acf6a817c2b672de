"""Steady states of systems that hunt: of a calmer twin, from which they differ by the gains of loops only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from heatsim.errors import SimulationError
from heatsim.solvers.transfer import transfer
from heatsim.solvers.trim import trim
from heatsim.system.loops import find_loop
from heatsim.system.member import split_path
from heatsim.system.system import System

_SOON = 14400.0
"""Time that a system is first given to settle, s, where Newton's method does not find its steady state."""
_CALM = (0.5, 0.2, 0.05, 0.01)
"""Factors on the gains of a system that does not settle."""


def steady_state(system: System, at: Mapping[str, Any], loops: Sequence[str] = (), twin: System | None = None) -> Any:
    """Steady state for inputs, also of a system that hunts.

    Such a system has none that it settles to. It has that of a twin: the one given, or the system itself with lower
    gains of loops, whose integral action brings it to the same point.

    Raises
    ------
    SimulationError
        When no twin settles either; the message is that of the system itself.
    """
    if twin is not None:
        return transfer(trim(twin, at), system)
    try:
        return trim(system, at, horizon=_SOON)
    except SimulationError:
        gains = _integrating(system, loops)
    for factor in _CALM if gains else ():
        calm = system.copy()
        for path, gain in gains.items():
            calm.set(path, factor * gain)
        try:
            return transfer(trim(calm, at), system)
        except SimulationError:
            continue
    return trim(system, at)


def _integrating(system: System, loops: Sequence[str]) -> dict[str, float]:
    """Gains of loops with integral action, on which the steady state does not depend."""
    gains = {}
    for name in loops:
        loop = find_loop(system, name)
        if not loop.gain:
            continue
        unit, gain = split_path(loop.gain)
        values = system.members[unit].parameter_values()
        if np.isfinite(float(values.get("Ti", np.inf))):
            gains[loop.gain] = float(values[gain])
    return gains
