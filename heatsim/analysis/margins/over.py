"""Margins of a loop over operating points and gains, and the load at which it loses stability."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from threadpoolctl import threadpool_limits

from heatsim.analysis.margins.loops import check_loop, margins_at_gains
from heatsim.analysis.margins.model import loop_model
from heatsim.analysis.margins.steady import steady_state
from heatsim.analysis.margins.table import LoopMargins
from heatsim.errors import SimulationError, UsageError
from heatsim.one_at_a_time import one_at_a_time
from heatsim.system.loops import find_loop
from heatsim.system.system import System

GAIN = "gain"
_FIGURES: dict[str, tuple[str, str]] = {
    "gain_margin": ("1", "Factor on the gain at which stability is lost or, below 1, regained"),
    "gain_reduction": ("1", "Factor below 1 at which a conditionally stable loop loses stability"),
    "critical_gain": ("1", "Factor on the controller's own gain at which stability is lost"),
    "phase_margin": ("deg", "Phase margin"),
    "delay_margin": ("s", "Additional dead time at which stability is lost"),
    "Ms": ("1", "Maximum sensitivity"),
    "w_critical": ("rad/s", "Frequency of the gain margin"),
    "w_crossover": ("rad/s", "Frequency of the phase margin"),
    "growth": ("1/s", "Real part of the eigenvalue of the least damped mode"),
    "damping": ("1", "Damping ratio of the least damped mode"),
    "period": ("s", "Period of the least damped mode"),
}


@one_at_a_time
def margin_map(
    system: System,
    loop: str,
    over: Mapping[str, Sequence[float]],
    inputs: Mapping[str, Any] | None = None,
    gains: Sequence[float] | None = None,
    *,
    twin: System | None = None,
    progress: Callable[[float], None] | None = None,
) -> xr.Dataset:
    """Margins of one loop over operating points.

    Parameters
    ----------
    system
        The system; it stays as it is.
    loop
        Name of the loop; the others stay closed.
    over
        Values (SI) by system input ("P_IT"), or by parameter or constant input of a unit ("pi.setpoint"). Each becomes
        a dimension.
    inputs
        The other system inputs.
    gains
        Factors on the gain of the loop; they become the dimension "gain".
    twin
        System whose steady states are taken when `system` hunts and has none to settle to; without it, one with lower
        gains is tried. Parameters in `over` are set in both where both have them.
    progress
        Called with the share that is done.

    Returns
    -------
    xarray.Dataset
        `stable`, margins, the least damped mode, `warning` (what the linear model leaves out there) and `status` ("ok",
        or why there are no figures; `stable` is False there, and figures are NaN).

    Raises
    ------
    UsageError
        For an unknown name, an empty list, a loop that cannot be opened.
    SimulationError
        When there is no operating point at all.
    """
    find_loop(system, loop)
    axes = {name: np.asarray(values, dtype=float) for name, values in over.items()}
    factors = None if gains is None else np.asarray(gains, dtype=float)
    _check(system, axes, factors)
    shape = tuple(values.size for values in axes.values())
    rows: dict[tuple[int, ...], list[LoopMargins] | str] = {}
    places = list(_snake(shape))
    for done, place in enumerate(places):
        point = {name: float(values[i]) for (name, values), i in zip(axes.items(), place, strict=True)}
        rows[place] = _at(system, loop, point, dict(inputs or {}), factors, twin)
        if progress is not None:
            progress((done + 1) / len(places))
    failures = [row for row in rows.values() if isinstance(row, str)]
    if len(failures) == len(rows):
        raise SimulationError(f"margin_map: no operating point of the map has figures: {failures[0]}")
    return _dataset(system, loop, axes, factors, rows)


def _check(system: System, axes: Mapping[str, np.ndarray], factors: np.ndarray | None) -> None:
    if not axes:
        raise UsageError("margin_map: over={} names nothing to vary; give e.g. over={'P_IT': [4e6, 6e6, 8e6]}")
    for name, values in axes.items():
        if values.ndim != 1 or not values.size or not np.isfinite(values).all():
            raise UsageError(f"margin_map: over: '{name}' needs a list of finite values")
        if np.unique(values).size != values.size:
            raise UsageError(f"margin_map: over: '{name}' has a value twice")
        if name == GAIN:
            raise UsageError("margin_map: give factors on the gain as gains=")
        if name not in system.input_scalars:
            system.copy().set(name, float(values[0]))  # says what is wrong with the name
    if factors is not None and (factors.ndim != 1 or not factors.size or not (factors > 0).all()):
        raise UsageError("margin_map: gains= needs positive factors")


def _snake(shape: tuple[int, ...]) -> Sequence[tuple[int, ...]]:
    return list(itertools.product(*(range(n) for n in shape)))


def _at(
    system: System,
    loop: str,
    point: dict[str, float],
    inputs: dict[str, Any],
    factors: np.ndarray | None,
    twin: System | None,
) -> list[LoopMargins] | str:
    """Rows for each gain at one operating point, or why there are none."""
    here, there = system.copy(), None if twin is None else twin.copy()
    for name, value in point.items():
        if name in system.input_scalars:
            inputs[name] = value
            continue
        here.set(name, value)
        if there is not None and _has(there, name):
            there.set(name, value)
    try:
        with threadpool_limits(1, "blas"):
            model = loop_model(here, steady_state(here, inputs, [loop], there), [loop])
            check_loop(model, loop)
            return margins_at_gains(model, loop, [1.0] if factors is None else factors.tolist())
    except SimulationError as error:
        return str(error)


def _has(system: System, path: str) -> bool:
    unit, _, name = path.partition(".")
    member = system.members.get(unit)
    return member is not None and any(name in member.names(group) for group in ("parameters", "inputs", "states"))


def _dataset(
    system: System,
    loop: str,
    axes: Mapping[str, np.ndarray],
    factors: np.ndarray | None,
    rows: Mapping[tuple[int, ...], list[LoopMargins] | str],
) -> xr.Dataset:
    coords: dict[str, Any] = dict(axes)
    if factors is not None:
        coords[GAIN] = factors
    count = 1 if factors is None else factors.size
    dims = tuple(coords)
    shape = tuple(len(values) for values in coords.values())
    figures = {name: np.full((*[v.size for v in axes.values()], count), np.nan) for name in _FIGURES}
    flags = {name: np.zeros((*[v.size for v in axes.values()], count), dtype=bool) for name in ("stable", "acts")}
    texts = {
        name: np.full((*[v.size for v in axes.values()], count), "", dtype=object) for name in ("warning", "status")
    }
    for place, row in rows.items():
        for k in range(count):
            at = (*place, k)
            if isinstance(row, str):
                texts["status"][at] = row
                continue
            found = row[k]
            for name in _FIGURES:
                if name not in ("growth", "critical_gain"):
                    figures[name][at] = getattr(found, name)
            figures["growth"][at] = found.eigenvalue.real
            figures["critical_gain"][at] = found.gain_margin * (1.0 if factors is None else factors[k])
            flags["stable"][at], flags["acts"][at] = found.stable, found.acts
            texts["warning"][at], texts["status"][at] = found.warning, "ok"
    ds = xr.Dataset(coords=coords)
    for name, values in (figures | flags | texts).items():
        text = name in texts
        ds[name] = (dims, values.reshape(shape).astype(str) if text else values.reshape(shape))
        if name in _FIGURES:
            unit, description = _FIGURES[name]
            ds[name].attrs = {"units": unit, "description": description}
    for name in axes:
        ds[name].attrs["units"] = _unit(system, name)
    ds.attrs = {"loop": loop, "system": system.name, "kind": "margin map"}
    return ds


def _unit(system: System, name: str) -> str:
    if name in system.input_scalars:
        return system.input_scalars[name].unit
    unit, _, variable = name.partition(".")
    ports = system.members[unit].ports
    return next((ports[group][variable].unit for group in ("parameters", "inputs") if variable in ports[group]), "")


def onset(found: xr.Dataset, along: str) -> xr.DataArray:
    """Value at which the loop loses stability, between the points of a margin map.

    Between a stable and an unstable neighbour the gain margin is taken as a power of the variable (as a straight line
    in its logarithm when the variable is not positive); it is 1 at the limit. Where one of them has no gain margin, the
    damping ratio takes its place.

    Parameters
    ----------
    found
        From `margin_map`.
    along
        Dimension to look along, such as "P_IT".

    Returns
    -------
    xarray.DataArray
        Over the other dimensions, in the unit of `along`; NaN where the verdict is the same at all points that have
        one. Of several limits the highest.

    Raises
    ------
    UsageError
        The map has no such dimension.
    """
    if along not in found.dims:
        raise UsageError(f"onset: the map has no dimension '{along}'; it has {', '.join(map(str, found.dims))}")
    order = found.sortby(along)
    x = order[along].values
    others = [d for d in order["stable"].dims if d != along]
    margin = order["gain_margin"].transpose(*others, along).values
    damping = order["damping"].transpose(*others, along).values
    stable = order["stable"].transpose(*others, along).values
    usable = (order["status"] == "ok").transpose(*others, along).values
    result = np.full(stable.shape[:-1], np.nan)
    for place in np.ndindex(*stable.shape[:-1]):
        known = np.flatnonzero(usable[place])  # a point without figures lies between its neighbors
        for k in range(known.size - 1, 0, -1):
            ends = known[k - 1 : k + 1]
            if stable[place][ends[0]] == stable[place][ends[1]]:
                continue
            result[place] = _zero(x[ends], *(v[place][ends].tolist() for v in (margin, damping)))
            break
    coords = {d: order[d] for d in others}
    return xr.DataArray(result, coords=coords, dims=others, name=f"onset_{along}", attrs=dict(found[along].attrs))


def _zero(x: np.ndarray, margin: list[float], damping: list[float]) -> float:
    """Place between two points at which stability is lost."""
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.log(np.array(margin))
    if not np.isfinite(values).all() or values[0] * values[1] > 0:
        values = np.array(damping)
    if not np.isfinite(values).all() or values[0] * values[1] > 0:
        return float(x.mean())
    share = values[0] / (values[0] - values[1]) if values[0] != values[1] else 0.5
    # margins go with powers of flow, load and gain
    return float(x[0] * (x[1] / x[0]) ** share if x[0] > 0 else x[0] + share * (x[1] - x[0]))


def critical_gain(system: System, loop: str, at: Any) -> float:
    """Factor on the gain of a loop at which it loses stability at an operating point; inf when at none.

    Parameters
    ----------
    system, loop
        The system and the name of the loop.
    at
        As for `loop_margins`.
    """
    with threadpool_limits(1, "blas"):
        model = loop_model(system, at, [loop])
        check_loop(model, loop)
        margin = margins_at_gains(model, loop, [1.0])[0].gain_margin
    if math.isnan(margin):
        raise SimulationError(
            f"no gain of loop '{loop}' makes the system stable: the unstable mode belongs to another loop"
        )
    return margin
