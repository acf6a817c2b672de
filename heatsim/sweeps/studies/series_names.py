"""Time series that a study gives; names and patterns that fit none of them are refused before anything runs."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from heatsim.dispatch.execution import output_names
from heatsim.errors import UsageError, listed, near_miss
from heatsim.fmu import Fmu
from heatsim.fmu.block import array_shapes, matches, split_subscript
from heatsim.system import System

_MOST = 40  # names in a message, of a study without units


def refuse_unknown(study: str, series: bool | tuple[str, ...], names: Collection[str]) -> None:
    """Raise UsageError for a name or pattern of the series that are to be kept which fits none of those there are."""
    for pattern in () if isinstance(series, bool) else series:
        if pattern in names or any(matches(pattern, name) for name in names):
            continue
        units = any("." in name for name in names)
        there = "give names of outputs or inputs, or patterns such as '*.T_supply'"
        raise UsageError(
            f"series: nothing of {study} matches '{pattern}'{near_miss(pattern, names)}; "
            + (there if units else f"it gives {listed(sorted(names), _MOST)}")
        )


def of_plant(system: System) -> set[str]:
    """Return the series that a run of a system gives; an array is one."""
    return _whole([*system.inputs, *(f"{m.name}.{n}" for m in system.members.values() for n in m.names("outputs"))])


def of_planned(system: System) -> set[str]:
    """Return the series that a run of a system gives in which a policy of dispatch plans."""
    return _whole([*system.inputs, *output_names(system)])


def of_fmu(fmu: Fmu) -> set[str]:
    """Return the series that the run of a class gives: of one without outputs its states."""
    return _whole([*fmu.inputs, *(fmu.outputs or fmu.states)])


def _whole(names: Iterable[str]) -> set[str]:
    found = set(names)
    arrays = set(array_shapes(found))
    return {name for name in found if split_subscript(name)[0] not in arrays} | arrays
