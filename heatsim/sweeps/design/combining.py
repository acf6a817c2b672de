"""Makes the points of a sweep from what is given for each name: each with each, one by one, or as a sample."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from heatsim import units
from heatsim.edge import Quantity
from heatsim.errors import UnitError, UsageError, near_miss
from heatsim.sweeps.case import Value
from heatsim.sweeps.design.axis import MOST, Axis, check_name, read_axis, read_column, sample_axis
from heatsim.sweeps.design.constraints import read_constraints
from heatsim.sweeps.design.points import Design
from heatsim.sweeps.design.sampling import SAMPLES, draw, read_sample, read_seed
from heatsim.sweeps.design.values import exact_unit, has_offset, in_own_unit


def design(
    over: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    *,
    sample: str = "grid",
    constraints: Sequence[str] = (),
    seed: int = 0,
    settings: Mapping[str, Value] | None = None,
    unit_of: Callable[[str], str | None] = lambda _: None,
) -> Design:
    """Return the cases over what is swept.

    Parameters
    ----------
    over
        Name -> values: a list, an array, one value, or a text as on the command line (`range(a,b,n)`,
        `logrange(a,b,n)`, `choices(a,b,...)`); of a sample bounds as a tuple (low, high) or `range(a,b)`,
        `logrange(a,b)`, and choices as a list or `choices(...)`. Numbers are SI, texts may have units. A list of
        mappings, one a case, is the method `list`.
    sample
        `grid`: all combinations; `zip`: the first values of all, the second ones, ... (one value is for all cases);
        `list`: cases one by one; `lhs:N`: Latin hypercube of N cases; `sobol:N`: N (2 D + 2) cases of D names, N a
        power of two; `morris:N`: N trajectories of D + 1 cases.
    constraints
        Texts such as `storage_volume >= 100 * heat_capacity / 1e6`; cases that do not meet them are left out.
    seed
        Of a sample: the same seed gives the same cases, with the same SALib, SciPy and NumPy.
    settings
        What all cases share, SI; constraints may name it.
    unit_of
        Unit of a name as the study knows it, or None. Where it is not SI (`l/min`), values that were given with a unit
        are converted to it, and those without are in it.

    Raises
    ------
    UsageError
        When anything is not understood, empty, given twice, or too much (10^6 cases); names it.
    """
    method, count = read_sample(sample)
    seed = read_seed(seed)
    constraints = (constraints,) if isinstance(constraints, str) else tuple(constraints)
    if not isinstance(over, Mapping):
        if method not in ("grid", "list"):
            raise UsageError(f"a list of cases goes with sample='list', not '{sample}'")
        method, over = "list", _columns(over)
    elif method == "list":
        raise UsageError("sample='list' takes a list of cases, such as [{'a': 1, 'b': 2}, {'a': 3, 'b': 4}]")
    if not over:
        raise UsageError("nothing is swept; give at least one name with its values")
    rows: list[tuple[Value, ...]]
    if method == "grid":
        axes = tuple(_in_own_unit(read_axis(name, given), unit_of) for name, given in over.items())
        _check_size(axes)
        rows = list(itertools.product(*(axis.values or () for axis in axes)))
    elif method in SAMPLES:
        if constraints and method != "lhs":
            raise UsageError(
                f"constraints would break the structure of a {method} sample; use lhs or grid, or choose the bounds so "
                "that every case meets them"
            )
        axes = tuple(_in_own_unit(sample_axis(name, given), unit_of) for name, given in over.items())
        rows = draw(method, count, axes, seed)
    else:
        axes, rows = _zipped(over, unit_of)
    known = {name: unit_of(name) for name in settings or {}}
    known |= {axis.name: axis.units or unit_of(axis.name) for axis in axes}
    kept = read_constraints(constraints, axes, settings or {}, known).met(rows)
    chosen = [row for row, keep in zip(rows, kept, strict=True) if keep]
    if not chosen:
        raise UsageError(f"none of {len(rows)} cases meets the constraints; relax them or sweep other values")
    points, at = _unique(chosen)
    if len(points) < len(chosen) and method not in SAMPLES:
        again = next(i for i, point in enumerate(at) if point < i)
        values = ", ".join(
            f"{axis.name} = {_text(axis.name, value, known[axis.name])}"
            for axis, value in zip(axes, chosen[again], strict=True)
        )
        raise UsageError(f"two cases are equal: {values}; give each case once")
    return Design(
        method,
        axes,
        tuple(points),
        seed,
        count,
        len(rows) - len(chosen),
        constraints,
        tuple(at) if len(points) < len(chosen) else (),
    )


def _text(name: str, si: Value, unit: str | None) -> str:
    return Quantity.of(name, np.array([si]), {"units": unit or ""}).read(si)


def _unique(rows: list[tuple[Value, ...]]) -> tuple[list[tuple[Value, ...]], list[int]]:
    number: dict[tuple[Value, ...], int] = {}
    at = [number.setdefault(row, len(number)) for row in rows]
    return list(number), at


def _in_own_unit(axis: Axis, unit_of: Callable[[str], str | None]) -> Axis:
    """Return an axis in the unit that the study has for the name; UnitError when it was given in none that fits."""
    expected = unit_of(axis.name)
    if not axis.units or not expected or not units.known(expected):
        return axis
    if not units.compatible(axis.units, expected):
        raise UnitError(
            f"{axis.name}: the values were given in '{axis.units}', which is no unit of it; "
            f"write one that converts to '{expected}'"
        )
    if exact_unit(expected) == (1, 0):
        return axis
    if axis.logarithmic and has_offset(expected):
        raise UnitError(f"{axis.name}: is a number of '{expected}', which has no logarithm; use range")

    def own(value: Value) -> Any:
        return in_own_unit(axis.name, value, axis.units, expected)

    values = None if axis.values is None else tuple(map(own, axis.values))
    if values is not None and len(set(values)) < len(values):
        raise UsageError(f"{axis.name}: two values are the same in '{expected}'; give each once")
    bounds = None if axis.bounds is None else (own(axis.bounds[0]), own(axis.bounds[1]))
    return replace(axis, values=values, bounds=bounds, units=None)


def _check_size(axes: tuple[Axis, ...]) -> None:
    lengths = [len(axis.values or ()) for axis in axes]
    if math.prod(lengths) > MOST:
        raise UsageError(
            f"a grid of {' x '.join(map(str, lengths))} has {math.prod(lengths)} cases, and a sweep may have {MOST}; "
            "take fewer values or a sample such as lhs:1000"
        )


def _columns(cases: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    if isinstance(cases, str) or not isinstance(cases, Sequence) or not all(isinstance(c, Mapping) for c in cases):
        raise UsageError("give what is swept as a mapping of names to values, or as a list of cases")
    if not cases:
        raise UsageError("the list of cases is empty")
    names = list(cases[0])
    for i, case in enumerate(cases):
        for name in {**cases[0], **case}:
            if name not in case or name not in names:
                has, lacks = (i + 1, 1) if name in case else (1, i + 1)
                known = names if name in case else list(case)
                raise UsageError(
                    f"case {has} has '{name}' and case {lacks} has not{near_miss(str(name), known)}; "
                    "give every case the same names"
                )
    return {name: [case[name] for case in cases] for name in names}


def _zipped(
    over: Mapping[str, Any], unit_of: Callable[[str], str | None]
) -> tuple[tuple[Axis, ...], list[tuple[Value, ...]]]:
    for name in over:
        check_name(name)
    columns = {name: read_column(name, given) for name, given in over.items()}
    lengths = {name: len(values) for name, (values, _) in columns.items()}
    longest = max(lengths, key=lambda name: lengths[name])
    for name, length in lengths.items():
        if length not in (1, lengths[longest]):
            raise UsageError(
                f"zip: '{name}' has {length} values and '{longest}' has {lengths[longest]}; give as many, or one"
            )
    full = [values * lengths[longest] if len(values) == 1 else values for values, _ in columns.values()]
    axes = tuple(Axis(name, tuple(dict.fromkeys(values)), units=unit) for name, (values, unit) in columns.items())
    own = tuple(_in_own_unit(axis, unit_of) for axis in axes)
    for column, before, after in zip(full, axes, own, strict=True):
        changed = dict(zip(before.values or (), after.values or (), strict=True))
        column[:] = [changed[value] for value in column]
    return own, list(zip(*full, strict=True))
