"""Knots of signals from CSV files and from functions of time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from heatsim.errors import InputError, near_miss

_MOST_KNOTS = 1_000_000
_SHORTEST = 1e-6  # s; two values that still differ at this distance are a jump


def csv_knots(
    path: str | Path,
    column: str | None,
    unit: str | None,
    start: str | dt.datetime | np.datetime64 | None,
    utc_offset: float,
) -> tuple[np.ndarray, np.ndarray, str]:
    """Times (s on the clock of the run), values and unit of a column; `Signal.from_csv` documents the arguments."""
    # the rules for CSV files live with the profiles, which stand above; this part of them needs nothing of the system
    from heatsim.profiles.series import clock
    from heatsim.profiles.table import numbers, read_rows, split_path, time_axis, unit_of

    file, named = split_path(path)
    if column is not None and named is not None:
        raise InputError(f"{path}: names the column '{named}', and column= names '{column}'; give one of them")
    header, rows = read_rows(file)
    if "time" not in header:
        raise InputError(
            f"{file.name}: no column 'time'{near_miss('time', header)}; it has {', '.join(header)}; rename the "
            "one with times"
        )
    others = [name for name in header if name != "time"]
    wanted = column or named
    if wanted is None:
        if len(others) > 1:
            raise InputError(f"{file.name}: has the columns {', '.join(others)}; choose one with column=")
        wanted = others[0]
    if wanted not in others:
        raise InputError(f"{file.name}: no column '{wanted}'{near_miss(wanted, others)}; it has {', '.join(others)}")
    values = numbers(file, wanted, [row[header.index(wanted)] for row in rows])
    cells = [row[header.index("time")] for row in rows]
    if all(_is_number(cell) for cell in cells):
        if start is not None:
            raise InputError(f"{file.name}: its times are seconds already, so start= says nothing; leave it out")
        times = numbers(file, "time", cells)
        late = np.diff(times) < 0
        if late.any():
            row = int(np.argmax(late))
            raise InputError(
                f"{file.name}: row {row + 3}: time {times[row + 1]:g} s is before {times[row]:g} s; sort the rows"
            )
    else:
        stamps, _, _ = time_axis(file, cells, utc_offset)
        zero = stamps[0] if start is None else clock(start)
        times = (stamps - zero) / np.timedelta64(1, "s")
    _check_gaps(file, times)
    return times, values, (unit_of(wanted) or "") if unit is None else unit


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _check_gaps(file: Path, times: np.ndarray) -> None:
    """An evenly spaced series has no missing rows; a table of corners may have any spacing."""
    steps = np.diff(times)
    steps = np.where(steps > 0, steps, np.nan)
    if steps.size < 8:
        return
    usual = float(np.nanmedian(steps))
    regular = np.abs(steps - usual) <= 1e-6 * usual
    widest = int(np.nanargmax(steps))
    if regular.mean() >= 0.9 and steps[widest] > 1.5 * usual:
        raise InputError(
            f"{file.name}: a gap of {steps[widest]:g} s after row {widest + 2} (t = {times[widest]:g} s) in a series "
            f"with steps of {usual:g} s; fill it"
        )


def callable_knots(
    function: Callable[[float], float],
    times: Sequence[float] | np.ndarray,
    jumps: Sequence[float] | np.ndarray,
    interpolation: str,
    tolerance: float | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Times and values of a function; `Signal.from_callable` documents the arguments."""
    try:
        grid = np.unique(np.asarray(times, dtype=float).ravel())
        jump_times = np.unique(np.asarray(jumps, dtype=float).ravel())
    except (TypeError, ValueError) as error:
        raise InputError(f"from_callable: times and jumps must be numbers, s ({error})") from error
    if grid.size < 2 or not np.isfinite(grid).all():
        raise InputError("from_callable: times needs its first and last time at least, all of them finite")
    outside = jump_times[(jump_times < grid[0]) | (jump_times > grid[-1]) | ~np.isfinite(jump_times)]
    if outside.size:
        raise InputError(
            f"from_callable: the jump at t = {outside[0]:g} s lies outside of times, {grid[0]:g} to {grid[-1]:g} s; "
            "extend times or leave it out"
        )
    if tolerance is not None and (interpolation == "held" or not tolerance > 0):
        raise InputError("from_callable: tolerance must be positive, and belongs to linear interpolation")
    knots = np.union1d(grid, jump_times)
    if interpolation == "held":
        return knots, np.array([_value(function, t) for t in knots])
    result: list[tuple[float, float]] = []
    for begin, end in pairwise(knots):
        # the left limit, a hair before the jump
        last = np.nextafter(end, -np.inf) if end in jump_times else end
        first = (float(begin), _value(function, begin))
        piece = [first, (float(end), _value(function, last))]
        result.extend(piece if tolerance is None else _refined(function, piece, float(last), tolerance, len(result)))
    result.append((float(knots[-1]), _value(function, knots[-1])))
    return np.array([t for t, _ in result]), np.array([v for _, v in result])


def _refined(
    function: Callable[[float], float], piece: list[tuple[float, float]], last: float, tolerance: float, count: int
) -> list[tuple[float, float]]:
    """Halve a piece until straight lines meet the function in its quarters within the tolerance."""
    done: list[tuple[float, float]] = [piece[0]]
    waiting = [piece[1]]
    while waiting:
        (a, va), (b, vb) = done[-1], waiting[-1]
        inside = [a + share * (b - a) for share in (0.25, 0.5, 0.75)]
        values = [_value(function, min(t, last)) for t in inside]
        lines = [va + share * (vb - va) for share in (0.25, 0.5, 0.75)]
        if all(abs(v - line) <= tolerance for v, line in zip(values, lines, strict=True)):
            done.append(waiting.pop())
            continue
        if b - a < _SHORTEST:
            raise InputError(
                f"from_callable: the function jumps from {va:g} to {vb:g} at t = {b:.9g} s; name the time in jumps="
            )
        if count + len(done) + len(waiting) > _MOST_KNOTS:
            raise InputError(
                f"from_callable: {_MOST_KNOTS} straight pieces do not reach tolerance = {tolerance:g}; take a "
                "larger one"
            )
        waiting.append((inside[1], values[1]))
    return done


def _value(function: Callable[[float], float], t: float) -> float:
    try:
        value = float(function(float(t)))
    except Exception as error:  # it is the user's
        raise InputError(
            f"from_callable: the function gives no number at t = {t:g} s ({type(error).__name__}: {error}); check it "
            "there"
        ) from error
    if not np.isfinite(value):
        raise InputError(f"from_callable: the function is {value} at t = {t:g} s; a signal must be finite")
    return value
