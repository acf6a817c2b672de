"""What a caller chooses about the units that a linear model cannot take as they are: sampled and opaque ones."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from heatsim.errors import UsageError, near_miss
from heatsim.solvers.compose import Composite
from heatsim.solvers.operating_point import OperatingPoint

_WAYS = ("held", "discrete", "error")


def ways_of(sampled: str | Mapping[str, str], names: list[str]) -> dict[str, str]:
    """What becomes of each sampled unit."""
    given = dict.fromkeys(names, sampled) if isinstance(sampled, str) else dict(sampled)
    for name, way in given.items():
        if name not in names:
            raise UsageError(f"linearize: sampled= names no sampled unit '{name}'{near_miss(name, names)}")
        if way not in _WAYS:
            raise UsageError(f"linearize: sampled='{way}' is unknown; choose one of {', '.join(_WAYS)}")
    if isinstance(sampled, str) and sampled not in _WAYS:
        raise UsageError(f"linearize: sampled='{sampled}' is unknown; choose one of {', '.join(_WAYS)}")
    if sampled == "discrete" and not names:
        raise UsageError("linearize: sampled='discrete', but the system has no sampled units; leave it out")
    refused = [n for n in names if given.get(n) == "error"]
    if refused:
        raise UsageError(
            f"linearize: {refused[0]} is a sampled unit; hold it (sampled='held') or make a discrete-time system "
            "(sampled='discrete')"
        )
    return {n: given.get(n, "held") for n in names}


def held_opaque(composite: Composite, hold: list[str]) -> list[str]:
    """Opaque units whose outputs are held; every one has to be."""
    for name in hold:
        if name not in composite.opaque_slices:
            raise UsageError(
                f"linearize: hold= takes opaque units; '{name}' is none{near_miss(name, composite.opaque_slices)}; "
                "sampled units are held by sampled='held'"
            )
    for name in composite.opaque_slices:
        if name not in hold:
            raise UsageError(
                f"linearize: {name} keeps its state to itself (Co-Simulation, events or isolated) and cannot be "
                f"linearised; use its Model Exchange FMU, or hold its outputs with hold='{name}'"
            )
    return hold


def check_known(composite: Composite, point: OperatingPoint) -> None:
    """Every external that something reads has a value."""
    used = {s.external for sources in composite.sources.values() for s in sources if s.external is not None}
    for j in sorted(used):
        if not np.isfinite(point.u[j]):
            raise UsageError(
                f"linearize: '{composite.externals[j]}' is not known at the operating point; take it from a Dataset or "
                "a checkpoint"
            )
