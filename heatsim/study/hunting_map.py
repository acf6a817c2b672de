"""Map of verdicts: one loop, simulated over a load and a factor on its gain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import xarray as xr

from heatsim.analysis.hunting import Verdict, hunting
from heatsim.analysis.hunting.signals import series
from heatsim.case import Case
from heatsim.errors import HeatsimError, UsageError, near_miss
from heatsim.processes import processes
from heatsim.profiles.series import value_at as series_at
from heatsim.system.loops import find_loop
from heatsim.system.signals import Signal


@dataclass(frozen=True)
class Cell:
    """A point of the map: level of the input, factor on the gain, what the loop did there."""

    level: float
    gain: float
    verdict: Verdict
    amplitude: float
    period: float
    flow: float


def at_level(case: Case, name: str, level: float) -> Case:
    """Return the case with one of its inputs scaled so that it ends at a level; a step before grows with it.

    Raises
    ------
    UsageError
        The case has no such input, or it ends at zero.
    """
    inputs: dict[str, Any] = dict(case.inputs or {})  # type: ignore[arg-type]
    if name not in inputs:
        raise UsageError(f"the case has no input '{name}'{near_miss(name, inputs)}; choose one of {', '.join(inputs)}")
    given = inputs[name]
    end = value_at(given, case.stop)
    if end == 0.0:
        raise UsageError(f"input '{name}' ends at zero and cannot be scaled; choose another input")
    factor = level / end
    if isinstance(given, Signal):
        scaled: Any = replace(given, values=given.values * factor)
    elif isinstance(given, xr.DataArray):
        scaled = given.copy(data=given.values * factor)  # a product would lose unit and interpolation
    else:
        scaled = given * factor
    return replace(case, inputs={**inputs, name: scaled})


def value_at(given: Any, t: float) -> float:
    """Return the value of an input (number, `Signal` or DataArray over time) at a time."""
    if isinstance(given, Signal):
        return float(given(t))
    return float(series_at(given, t)) if isinstance(given, xr.DataArray) else float(given)


def with_gain(case: Case, loop: str, factor: float) -> Case:
    """Return the case with the gain of a loop times a factor.

    Raises
    ------
    UsageError
        The loop has no parameter that is its gain.
    """
    found = find_loop(case.system, loop)
    if found.gain is None:
        raise UsageError(f"loop '{loop}' has no gain that could be changed; choose another loop")
    unit, _, name = found.gain.partition(".")
    member = case.system.members[unit]
    value = member.parameter_value(name)
    assert value is not None
    system = case.system.copy()
    system.set(found.gain, factor * value)
    return replace(case, system=system)


def hunting_map(
    build: Callable[[], Case],
    loop: str,
    over: str,
    levels: Sequence[float],
    gains: Sequence[float],
    *,
    flow: str | None = None,
    window: tuple[float, float] | None = None,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> xr.Dataset:
    """Simulate a case at every level of an input and every factor on a loop's gain, and judge the loop.

    Every verdict that says hunting has been confirmed with finer numerics.

    Parameters
    ----------
    build
        Makes the case; called in each process, so with `jobs` above 1 a function of a module (or a partial of one).
    loop
        Loop that is judged, and whose gain is changed.
    over
        System input, such as "Q_flow_demand".
    levels
        Its values at the end of the run, where the loop is judged, SI.
    gains
        Factors on the gain.
    flow
        Output whose mean over the judged time, with the lowest gain, is kept as the flow of each level.
    window
        Begin and end of the time in which the loop is judged, s; None for the whole run.
    jobs
        Processes.
    progress
        Called with the number of finished cells and of all.

    Returns
    -------
    xarray.Dataset
        Dimensions `over` and `gain`. `verdict` (text), `amplitude` (unit of the measurement), `period` (s), and
        `flow` over the levels.

    Raises
    ------
    UsageError
        Unknown loop or input; nothing to map.
    HeatsimError
        When a run fails; names the point.
    """
    if not len(levels) or not len(gains):
        raise UsageError("the map needs at least one level and one gain")
    case = build()
    found = find_loop(case.system, loop)
    with_gain(at_level(case, over, float(levels[0])), loop, 1.0)  # a wrong name is said before anything runs
    arguments = [(build, loop, over, float(level), tuple(map(float, gains)), flow, window) for level in levels]
    cells: list[Cell] = []
    total = len(levels) * len(gains)
    if jobs <= 1:
        for row in arguments:
            cells += _row(*row)
            if progress:
                progress(len(cells), total)
    else:
        with processes(jobs) as pool:
            for future in as_completed([pool.submit(_row, *row) for row in arguments]):
                cells += future.result()
                if progress:
                    progress(len(cells), total)
    unit = case.system.inputs[over].unit if over in case.system.inputs else ""
    return _dataset(cells, over, unit, levels, gains, found.unit, flow).assign_attrs(loop=loop, over=over)


@cache
def _built(build: Callable[[], Case]) -> Case:
    return build()


def _row(
    build: Callable[[], Case],
    loop: str,
    over: str,
    level: float,
    gains: Sequence[float],
    flow: str | None,
    window: tuple[float, float] | None,
) -> list[Cell]:
    """All gains at one level: they share the steady state, which does not depend on the gain."""
    base = at_level(_built(build), over, level)
    cells = []
    try:
        begin = base.begin()
        for gain in gains:
            case = replace(with_gain(base, loop, gain), start_from=begin)
            table = hunting(case, loops=[loop], windows=None if window is None else [window])
            row = table[loop]
            m_flow = float("nan") if flow is None else _mean(table.dataset, flow, row.window)
            cells.append(Cell(level, gain, row.verdict, _number(row.amplitude), _number(row.period), m_flow))
    except HeatsimError as error:
        raise type(error)(f"{over} = {level:g}: {error}") from error
    return cells


def _mean(ds: xr.Dataset, name: str, window: tuple[float, float]) -> float:
    time = ds["time"].values
    return float(series(ds, name)[(time >= window[0]) & (time <= window[1])].mean())


def _number(value: float | None) -> float:
    return float("nan") if value is None else value


def _dataset(
    cells: Sequence[Cell],
    over: str,
    unit: str,
    levels: Sequence[float],
    gains: Sequence[float],
    measured: str,
    flow: str | None,
) -> xr.Dataset:
    found = {(cell.level, cell.gain): cell for cell in cells}
    grid = [[found[float(level), float(gain)] for gain in gains] for level in levels]
    dims = (over, "gain")
    data = {
        "verdict": (dims, [[cell.verdict.value for cell in row] for row in grid], {"long_name": "Verdict"}),
        "amplitude": (
            dims,
            [[c.amplitude for c in row] for row in grid],
            {"units": measured, "long_name": "Amplitude"},
        ),
        "period": (dims, [[c.period for c in row] for row in grid], {"units": "s", "long_name": "Period"}),
    }
    if flow is not None:
        calmest = [min(row, key=lambda cell: cell.gain).flow for row in grid]
        data["flow"] = ((over,), calmest, {"units": "kg/s", "long_name": flow})  # type: ignore[assignment]
    coords = {
        over: (over, np.asarray(levels, float), {"units": unit}),
        "gain": ("gain", np.asarray(gains, float), {"units": "1", "long_name": "Factor on the gain"}),
    }
    return xr.Dataset(data, coords)
