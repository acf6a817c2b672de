"""What a caller chooses about the units that a linear model cannot take as they are: sampled and opaque ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import numpy as np

from heatsim.analysis.linear_system import source_value
from heatsim.errors import UsageError, near_miss
from heatsim.fmu.fmu import Fmu
from heatsim.solvers.compose import Composite
from heatsim.solvers.linear_opaque import LinearMode, linear_mode
from heatsim.solvers.operating_point import OperatingPoint
from heatsim.system.system import System

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


def check_held(composite: Composite, hold: list[str]) -> None:
    """Only opaque units can be held by name."""
    for name in hold:
        if name not in composite.opaque_slices:
            raise UsageError(
                f"linearize: hold= takes opaque units; '{name}' is none{near_miss(name, composite.opaque_slices)}; "
                "sampled units are held by sampled='held'"
            )


def modes_of(system: System, composite: Composite, point: OperatingPoint, hold: list[str]) -> list[LinearMode]:
    """Linear models of the opaque units that are not held.

    Raises
    ------
    UsageError
        When a unit brings its own solver, or its state is not known at the point.
    """
    y = np.asarray(composite.output(point.time, point.x, np.nan_to_num(point.u))).ravel()
    stack = np.concatenate([y, point.u])
    modes = []
    for name in composite.opaque_slices:
        if name in hold:
            continue
        member = system.members[name]
        if cast(Fmu, member.unit).execution != "events":
            raise UsageError(
                f"linearize: {name} keeps its state to itself (Co-Simulation) and cannot be linearised; use its Model "
                f"Exchange FMU, or hold its outputs with hold='{name}'"
            )
        if name not in point.opaque:
            raise UsageError(
                f"linearize: {name} keeps its state to itself, and the operating point does not hold it; take a "
                f"checkpoint or the result of trim, or hold its outputs with hold='{name}'"
            )
        inputs = np.array([source_value(s, stack, y.size) for s in composite.sources[name]], dtype=float)
        modes.append(linear_mode(member, point.time, inputs, point.opaque[name]))
    return modes


def check_known(composite: Composite, point: OperatingPoint) -> None:
    """Every external that something reads has a value."""
    used = {s.external for sources in composite.sources.values() for s in sources if s.external is not None}
    for j in sorted(used):
        if not np.isfinite(point.u[j]):
            raise UsageError(
                f"linearize: '{composite.externals[j]}' is not known at the operating point; take it from a Dataset or "
                "a checkpoint"
            )
