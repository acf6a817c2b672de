"""A point that a run can start from and a system can be linearised at, whatever it was taken from.

A `TrimPoint`, a row of a Dataset and a checkpoint become an `OperatingPoint`: vectors in the order of one composite.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr

from heatsim.errors import UsageError
from heatsim.fmu.block import split_subscript
from heatsim.solvers.compose import Composite
from heatsim.solvers.segments import time_tolerance
from heatsim.solvers.steady import TrimPoint

_MEMORY = "memory"
_AGREES = 1e-6


@dataclass(frozen=True)
class OperatingPoint:
    """State of a system at one time.

    Attributes
    ----------
    time
        s.
    x
        States, shape (n_states,).
    u
        Externals (system inputs, commands, outputs of opaque units), shape (n_externals,); NaN where unknown.
    memory
        Memory of each sampled unit, or None when it was not kept.
    origin
        What it was taken from, for messages and attributes.
    opaque
        State of opaque units by name, where it was kept.
    hidden
        State that sampled units keep themselves, by unit.
    ticked
        Whether the sampled units have ticked at this time already, where it is one of their sample times.
    """

    time: float
    x: np.ndarray
    u: np.ndarray
    memory: dict[str, dict[str, float]] | None
    origin: str
    opaque: dict[str, bytes] = field(default_factory=dict)
    hidden: dict[str, Any] = field(default_factory=dict)
    ticked: bool = False


def of_trim(point: TrimPoint, composite: Composite, sampled: list[str]) -> OperatingPoint:
    """Operating point of a steady state.

    Raises
    ------
    UsageError
        When the steady state belongs to another system.
    """
    if tuple(point.states) != composite.states:
        both = (*composite.states, *point.states)
        different = next((s for s in both if (s in composite.states) != (s in point.states)), None)
        what = "its units have another order" if different is None else f"state '{different}' is in one of them only"
        raise UsageError(f"start_from belongs to another system ({what}); trim this system")
    strange = [n for n in sampled if n not in point.memory]
    known = {**point.inputs, **point.commands, **point.outputs}
    strange += [n for n in composite.externals[composite.commands] if n not in point.commands]
    if strange:
        raise UsageError(f"start_from belongs to another system ('{strange[0]}' is missing); trim this system")
    u = np.array([known.get(path, np.nan) for path in composite.externals], dtype=float)
    x = np.array(list(point.states.values()), dtype=float)
    return OperatingPoint(point.time, x, u, point.memory, repr(point), point.opaque, point.hidden)


def of_dataset(ds: xr.Dataset, composite: Composite, t: float | None, alone: str | None = None) -> OperatingPoint:
    """Operating point of one row of a result.

    Parameters
    ----------
    ds
        Result that was made with `variables=["states", …]`; a single row is taken as it is.
    composite
        The system.
    t
        Time of the row, s; not needed when there is one row only.
    alone
        Unit name of an FMU that was run by itself, whose variables have no unit in their names.

    Raises
    ------
    UsageError
        When there is no such row, or a state, input or command is not in it.
    """
    row = _row(ds, t)
    time = float(row["time"])
    x = np.array([_value(row, _shown(path, alone), path, "state") for path in composite.states], dtype=float)
    u = np.array([_value(row, _shown(path, alone), path, "signal") for path in composite.externals], dtype=float)
    _check_same_name(composite, row, time, x, u, alone)
    last = float(np.atleast_1d(ds["time"].values)[-1])
    kept = ds.attrs.get(_MEMORY)
    origin = f"Dataset of {ds.attrs.get('system', 'a run')} at t = {time:g} s"
    if kept is None or not _is_end(ds, time, last):
        return OperatingPoint(time, x, u, None, origin)
    end = json.loads(str(kept))
    return OperatingPoint(time, x, u, end["memory"], origin, hidden=end["hidden"], ticked=True)


def _is_end(ds: xr.Dataset, time: float, last: float) -> bool:
    """Whether a row is the end of its run, where the memory was kept."""
    end = float(ds.attrs.get("stop", last))
    return abs(time - end) <= time_tolerance(time, end)


def _row(ds: xr.Dataset, t: float | None) -> xr.Dataset:
    if "time" not in ds.coords:
        raise UsageError("the Dataset has no coordinate 'time', so it is no result of simulate")
    if ds["time"].ndim == 0:
        return ds
    times = ds["time"].values.astype(float)
    if times.size == 1:
        return ds.isel(time=0)
    if times.size == 0:
        raise UsageError("the Dataset has no rows")
    if t is None:
        raise UsageError(f"the Dataset has {times.size} rows; choose one by t=, or give ds.isel(time=-1)")
    i = int(np.argmin(np.abs(times - t)))
    if abs(times[i] - t) > time_tolerance(t, float(times[i])):
        raise UsageError(
            f"the Dataset has no row at t = {t:.9g} s (from {times[0]:g} to {times[-1]:g} s, the nearest at "
            f"{times[i]:.9g} s); choose one of its times, or give a single row, ds.isel(time=-1)"
        )
    return ds.isel(time=i)


def _shown(path: str, alone: str | None) -> str:
    return path[len(alone) + 1 :] if alone is not None and path.startswith(f"{alone}.") else path


def _value(row: xr.Dataset, name: str, path: str, what: str) -> float:
    found = _lookup(row, name)
    if found is None:
        hint = 'simulate with variables=["states", "*"]' if what == "state" else 'keep it with variables="*"'
        raise UsageError(f"the Dataset has no {what} '{path}'; {hint}")
    if not np.isfinite(found):
        raise UsageError(f"the Dataset has {found} for '{path}'; choose another row")
    return found


def _lookup(row: xr.Dataset, name: str) -> float | None:
    if name in row.data_vars and row[name].ndim == 0:
        return float(row[name])
    base, index = split_subscript(name)
    if index and base in row.data_vars and row[base].ndim == len(index):
        return float(row[base].values[tuple(i - 1 for i in index)])
    return None


def _check_same_name(
    composite: Composite, row: xr.Dataset, time: float, x: np.ndarray, u: np.ndarray, alone: str | None
) -> None:
    """A result has one entry for a state and an output of one name; it must be the state's value."""
    both = [i for i, path in enumerate(composite.outputs) if path in composite.states]
    if not both:
        return
    y = np.asarray(composite.output(time, x, u)).ravel()
    for i in both:
        path = composite.outputs[i]
        recorded = _lookup(row, _shown(path, alone))
        if recorded is None or abs(y[i] - recorded) > _AGREES * max(abs(recorded), composite.output_ports[i].nominal):
            raise UsageError(
                f"the Dataset holds the output '{path}', which differs from the state of the same name; start from "
                "a checkpoint"
            )
