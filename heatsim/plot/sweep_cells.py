"""What a map of a sweep shows: which cases are cut out, what a cell shows of several cases, which case is the best."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from heatsim.errors import UsageError, listed, near_miss
from heatsim.plot.sweep_values import CASE, along_cases, quantity, swept_names

REDUCTIONS = ("lowest", "highest", "mean")
"""What a cell may show of several cases."""
ALLOWED = "__allowed"
"""Variable: whether a case meets the constraints."""


def sorted_grid(ds: xr.Dataset) -> xr.Dataset:
    """Return a grid with the values of each swept name that is a number in rising order."""
    for name in swept_names(ds):
        if quantity(ds, name).number:
            ds = ds.sortby(name)
    return ds


def cut(ds: xr.Dataset, at: Mapping[str, Any]) -> xr.Dataset:
    """Return a grid at values of swept names; UsageError for one that it has not."""
    for name, value in at.items():
        names = swept_names(ds)
        if name not in names:
            raise UsageError(f"at: the sweep has no '{name}'{near_miss(name, names)}; it has {listed(names)}")
        values = ds[name].values.tolist()
        place = place_of(values, value)
        if place is None:
            held = [str(one) for one in values]
            raise UsageError(f"at: {name} has no value {value} in this sweep; it has {listed(held)}")
        ds = ds.isel({name: place})
    return ds


def place_of(values: Sequence[Any], wanted: Any) -> int | None:
    """Return where a value of a swept name stands: the nearest number that differs by rounding only; None if nowhere.

    Neighbours may be as near to each other as two large seeds, so that being near is not enough.
    """
    if isinstance(wanted, int | float | np.number):
        apart = [abs(one - wanted) if isinstance(one, int | float) else math.inf for one in values]
        place = min(range(len(values)), key=apart.__getitem__, default=None)
        if place is not None and apart[place] <= 1e-9 * abs(float(wanted)):
            return place
    return next((place for place, one in enumerate(values) if str(one) == str(wanted)), None)


def marked(ds: xr.Dataset, mark: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the values of a case as those of the coordinates; without the names that have no such value."""
    found: dict[str, Any] = {}
    for name, wanted in (mark or {}).items():
        values = ds[name].values.ravel().tolist() if name in ds.coords else []
        place = place_of(values, wanted)
        # a value that is none of the sweep equals none of them
        found[name] = math.nan if place is None else values[place]
    return found


def two_names(free: Sequence[str], x: str | None, y: str | None) -> tuple[str, str]:
    """Return the names of the axes; the first two that are free where they are not given."""
    for name in (x, y):
        if name is not None and name not in free:
            raise UsageError(f"'{name}' is no swept name that is free{near_miss(name, free)}; these are {listed(free)}")
    x = x or next((name for name in free if name != y), None)
    y = y or next((name for name in free if name != x), None)
    if x is None or y is None or x == y:
        raise UsageError(f"a map needs two swept names, and free are {listed(free)}; draw main_effects instead")
    return x, y


def check_rest(
    ds: xr.Dataset, drawn: tuple[str, str], rest: Sequence[str], facet: str | None, over: str | None, most: int
) -> None:
    """Refuse a map that leaves values to be chosen, or that has more panels than `most`."""
    if facet is not None:
        free = [name for name in swept_names(ds) if name not in drawn]
        if facet not in free:
            raise UsageError(f"facet: '{facet}' is no swept name that is free; these are {listed(free)}")
        if ds.sizes[facet] > most:
            raise UsageError(
                f"{facet} has {ds.sizes[facet]} values, and a figure room for {most} panels; choose one by at=, "
                "or what a cell shows of all by over='lowest'"
            )
    if over is not None and over not in REDUCTIONS:
        raise UsageError(f"over: '{over}' is unknown; choose one of {', '.join(REDUCTIONS)}")
    if rest and over is None:
        raise UsageError(f"choose values of {listed(rest)} by at=, or what a cell shows of them by over='lowest'")


def best_case(ds: xr.Dataset, figure: str, best: str) -> xr.Dataset | None:
    """Return the case with the lowest or highest figure of those that meet the constraints; None without one."""
    flat = along_cases(ds) if CASE not in ds.dims else ds
    values = flat[figure].values.astype(float)
    open_ = np.isfinite(values) & flat[ALLOWED].values
    if not open_.any():
        return None
    ranked = np.where(open_, values if best == "lowest" else -values, np.inf)
    return flat.isel({CASE: int(np.argmin(ranked))})


def case_values(case: xr.Dataset | None) -> dict[str, Any] | None:
    """Return the swept values of a case by name."""
    return None if case is None else {str(n): v.values.item() for n, v in case.coords.items() if n != CASE}


def reduced(ds: xr.Dataset, figure: str, rest: Sequence[str], over: str | None) -> xr.Dataset:
    """Return `value` in units for people, `allowed` and `state` of the cells."""
    value = ds[figure].copy(data=quantity(ds, figure).values)
    value = value.where(np.isfinite(value))
    state, allowed = ds["status"].astype(str), ds[ALLOWED]
    if not rest:
        return xr.Dataset({"value": value, "allowed": allowed, "state": state})
    if over == "mean":
        shown, met = value.mean(rest), allowed.any(rest)
    else:
        good, bad = (value.where(allowed == which) for which in (True, False))
        pick = xr.DataArray.min if over == "lowest" else xr.DataArray.max
        shown = pick(good, rest).fillna(pick(bad, rest))
        met = pick(good, rest).notnull()
    none = xr.full_like(shown, "left out", dtype=object)
    for name in ("ok", "missing", "failed"):
        none = xr.where((state == name).any(rest), name, none)
    return xr.Dataset({"value": shown, "allowed": met, "state": xr.where(shown.notnull(), "ok", none)})


def words(ds: xr.Dataset, figure: str, at: Mapping[str, Any], rest: Sequence[str], over: str | None) -> str:
    """Return what a map shows, for its heading."""
    found = quantity(ds, figure)
    text = found.words or found.name
    if at:
        held = [quantity(ds, name) for name in at]
        text += f", at {', '.join(f'{one.name} = {one.with_unit(one.values.item())}' for one in held)}"
    if not rest:
        return text
    cases = ds["status"] != "left out"
    lacking = int((cases & ~np.isfinite(ds[figure].astype(float))).sum())
    less = f", without {lacking} of {int(cases.sum())} cases that have no value" if lacking else ""
    return f"{text}, {over} over {listed(rest)}{less}"
