"""Where a run starts: at the start values, in a steady state, a row of a result, or a checkpoint."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import xarray as xr

from heatsim.errors import HeatsimWarning, UsageError, caller_level
from heatsim.solvers.checkpoint import Checkpoint, point_of
from heatsim.solvers.compose import Composite
from heatsim.solvers.operating_point import OperatingPoint, of_dataset, of_trim
from heatsim.solvers.sampling import SampledUnits
from heatsim.solvers.segments import time_tolerance
from heatsim.solvers.steady import TrimPoint

StartFrom = TrimPoint | Checkpoint | OperatingPoint | xr.Dataset


def operating_point(
    source: Any, composite: Composite, sampled: list[str], t: float | None = None, alone: str | None = None
) -> OperatingPoint:
    """Operating point in the order of a composite.

    Parameters
    ----------
    source
        `TrimPoint`, `Checkpoint`, or Dataset with the states.
    composite
        The system.
    sampled
        Names of its sampled units.
    t
        Time of the row of a Dataset of several, s.
    alone
        Unit name of an FMU that is run by itself.

    Raises
    ------
    UsageError
        When it is none of these, or belongs to another system.
    """
    if isinstance(source, OperatingPoint):
        return source
    if isinstance(source, TrimPoint):
        return of_trim(source, composite, sampled)
    if isinstance(source, Checkpoint):
        return point_of(source, composite)
    if isinstance(source, xr.Dataset):
        return of_dataset(source, composite, t, alone)
    raise UsageError(
        f"an operating point is the result of trim, a Dataset with states or a checkpoint, not "
        f"{type(source).__name__}; start with hs.trim(system, at=inputs)"
    )


def starting_point(
    composite: Composite, sampled: SampledUnits, start_from: StartFrom | None, start: float, alone: str | None
) -> OperatingPoint | None:
    """Set the sampled units to where a run starts from, and give the point; None for the start values.

    Raises
    ------
    UsageError
        When the point belongs to another system, or lies in the future of units that remember instants.
    """
    if start_from is None:
        return None
    point = operating_point(start_from, composite, sampled.names, start, alone)
    if not sampled.units:
        return point
    if point.memory is None:
        warnings.warn(
            f"start_from: {point.origin} holds no memory of the sampled units ({', '.join(sampled.names)}); they begin "
            "anew with what they measure then. The last row of a run holds it, and so does a checkpoint",
            HeatsimWarning,
            stacklevel=caller_level(),
        )
        return point
    if point.time > start + time_tolerance(start, point.time):
        # the sampled units remember instants up to then, which would lie in the future
        raise UsageError(
            f"start_from was found for t = {point.time:g} s, after start = {start:g} s; trim with t={start:g}, or "
            f"start at {point.time:g} s"
        )
    missing = [n for n in sampled.names if n not in point.memory]
    if missing:
        raise UsageError(f"start_from has no memory of the sampled unit '{missing[0]}'; it belongs to another system")
    names = composite.externals[composite.commands]
    commands = dict(zip(names, np.asarray(point.u[composite.commands]).tolist(), strict=True))
    sampled.restore(point.memory, commands, point.hidden)
    return point
