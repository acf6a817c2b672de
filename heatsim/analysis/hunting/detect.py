"""`hunting`: which loops hunt, from a finished run or from a case that is run for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import xarray as xr

from heatsim.analysis.hunting.confirm import confirm, finer
from heatsim.analysis.hunting.episodes import with_episode
from heatsim.analysis.hunting.figures import LoopVerdict
from heatsim.analysis.hunting.judge import judge
from heatsim.analysis.hunting.quality import clock
from heatsim.analysis.hunting.signals import loop_signals, loops_in, series
from heatsim.analysis.hunting.table import HuntingTable
from heatsim.analysis.hunting.thresholds import Thresholds
from heatsim.case import Case
from heatsim.errors import UsageError, near_miss
from heatsim.system.loops import ControlLoop

Windows = Sequence[tuple[float, float]]


def hunting(
    what: xr.Dataset | Case,
    *,
    loops: Iterable[str | ControlLoop] | str | None = None,
    windows: Windows | float | None = None,
    thresholds: Thresholds | None = None,
    load: Sequence[str] | str = (),
    dead_time: Mapping[str, float] | float | None = None,
) -> HuntingTable:
    """Judge control loops: calm, sluggish, oscillating, limit cycle, forced, saturated, numerical, undecided.

    Parameters
    ----------
    what
        A finished run, whose verdicts stay unconfirmed; or a `Case`, which is run, and run again with finer numerics
        when a loop hunts. Where amplitude or period then change by more than 5 %, the verdict is "numerical".
    loops
        Names of loops of the run, or loops of your own (`ControlLoop`); all by default.
    windows
        Spans (from, to) in s that are judged one by one; a number cuts the run into windows of that length, the last
        one up to half longer or shorter. By default the whole run is one, and a loop that looks sound is searched for
        parts of it in which it hunts. A window should hold some ten periods of what is looked for. Times of measured
        data over dates count from the first.
    thresholds
        What the verdicts rest on.
    load
        Signals from outside that may force the loops. By default all system inputs that vary; measured data (without
        the attribute `loops` of a run) have none unless they are named here.
    dead_time
        Dead time for the Harris index, s: of all loops, or by name.

    Returns
    -------
    HuntingTable
        One row for each loop and window, with the verdict (`Verdict`), the reason, and all figures in SI.

    Raises
    ------
    UsageError
        The run has no such loop, signal or window.
    """
    limits = thresholds or Thresholds()

    def judged(ds: xr.Dataset) -> tuple[LoopVerdict, ...]:
        found = loops_in(ds, loops)
        # what other variables of measured data are, nobody says: a second sensor of the loop is no load
        inputs = _inputs(ds, found.values()) if "loops" in ds.attrs else {}
        chosen = {name: _load(ds, name) for name in ([load] if isinstance(load, str) else load)} or inputs
        all_known = "inputs_sha256" in ds.attrs  # a run of heatsim: nothing else comes from outside
        time = clock(ds)
        spans = _spans(time, windows)
        delays = _dead_times(dead_time, found)
        rows = []
        for loop in found.values():
            for span in spans:
                signals = loop_signals(ds, loop, span)
                outside = {n: np.interp(signals.time, time, v) for n, v in (inputs | chosen).items()}
                forcing = {n: v for n, v in outside.items() if n in chosen}
                known = outside if all_known else None
                row = judge(signals, forcing, everything=known, dead_time=delays.get(loop.name), thresholds=limits)
                if windows is None:  # whoever gives windows has chosen what is judged together
                    row = with_episode(row, signals, forcing, known, limits)
                rows.append(row if signals.time.size > 1 else replace(row, window=span))
        return tuple(rows)

    if not isinstance(what, Case):
        return HuntingTable(judged(what), what, limits)
    ds = what.run()
    rows = judged(ds)
    if not any(row.hunts for row in rows):
        return HuntingTable(rows, ds, limits)
    again = finer(what).run()
    return HuntingTable(confirm(rows, judged(again), limits), ds, limits, again)


def _spans(time: np.ndarray, windows: Windows | float | None) -> list[tuple[float, float]]:
    start, stop = float(np.nanmin(time)), float(np.nanmax(time))
    if windows is None:
        return [(start, stop)]
    if isinstance(windows, int | float | np.number):
        if not 0.0 < windows < np.inf:
            raise UsageError(f"windows={windows!r}: give a length in s, or spans (from, to)")
        number = max(int((stop - start) / windows + 0.5), 1)  # the last one is up to half longer or shorter
        edges = [start + k * float(windows) for k in range(number)] + [stop]
        return list(pairwise(edges))
    try:
        spans = [(float(a), float(b)) for a, b in windows]
    except (TypeError, ValueError):
        raise UsageError(
            f"windows={windows!r}: give a length in s, or spans such as [(0, 3600), (3600, 7200)]"
        ) from None
    if not spans:
        raise UsageError("windows is empty: give a length in s, spans (from, to), or None for the whole run")
    for a, b in spans:
        if not (start - 1e-6 <= a < b <= stop + 1e-6):
            raise UsageError(f"window {a:g} to {b:g} s does not lie in the run, which is from {start:g} to {stop:g} s")
    return spans


def _dead_times(given: Mapping[str, float] | float | None, loops: Mapping[str, ControlLoop]) -> dict[str, float]:
    if given is None:
        return {}
    found = dict(given) if isinstance(given, Mapping) else dict.fromkeys(loops, given)
    for name, value in found.items():
        if name not in loops:
            raise UsageError(f"dead_time: no loop '{name}'{near_miss(name, loops)}; judged are {', '.join(loops)}")
        if not 0.0 < value < np.inf:
            raise UsageError(f"dead_time of '{name}' is {value!r}: give s, more than 0")
    return found


def _inputs(ds: xr.Dataset, loops: Iterable[ControlLoop]) -> dict[str, np.ndarray]:
    """System inputs of a run by name: variables without a unit's name before a dot, but for the loops' own signals."""
    own = {path for loop in loops for path in (loop.measurement, loop.command)}
    names = [str(name) for name, v in ds.data_vars.items() if "." not in str(name) and v.dims == ("time",)]
    series_ = {name: ds[name].values.astype(float) for name in names if name not in own}
    return {name: values for name, values in series_.items() if np.all(np.isfinite(values))}


def _load(ds: xr.Dataset, name: str) -> np.ndarray:
    values = series(ds, name)
    missing = int(np.sum(~np.isfinite(values)))
    if missing:
        raise UsageError(f"load '{name}' has {missing} missing values; fill or cut them")
    return values
