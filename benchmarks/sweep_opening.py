"""Opening sweeps: time and memory for the cases of a folder as one Dataset, and for what is read of it afterwards.

Each line is measured in a process of its own. Cases are written as the workers of a sweep write them, with 20 figures,
and in the second table with 30 series of a day at 1 min besides.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import xarray as xr

import heatsim as hs
from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.keeping.folder import SweepFolder

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from sweep_folders import kept_sweep

_TIME = np.arange(0.0, 86400.0, 60.0)
_DAY = {"dims": "time", "coords": {"time": ("time", _TIME, {"units": "s"})}, "attrs": {"units": "K"}}


def _figures(case: SweepCase) -> dict[str, Any]:
    a = float(case["a"])  # type: ignore[arg-type]
    attrs = {"units": "W", "long_name": "Highest electric power of the heat pumps of the plant"}
    return {f"figure_{i}": xr.DataArray(a + i, attrs=attrs) for i in range(20)}


def _with_series(case: SweepCase) -> dict[str, Any]:
    a = float(case["a"])  # type: ignore[arg-type]
    return {**_figures(case), **{f"unit.T_{i}": xr.DataArray(a + np.sin(_TIME + i), **_DAY) for i in range(30)}}


def _timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Time, s, and memory that is left behind, MB."""
    before, begin = psutil.Process().memory_info().rss, time.perf_counter()
    kept = work()
    seconds = time.perf_counter() - begin
    left = (psutil.Process().memory_info().rss - before) / 1e6
    del kept
    return seconds, left


def _measure(folder: str, what: str) -> tuple[float, float]:
    where = SweepFolder(Path(folder) / "s")
    hs.open_sweep(Path(folder) / "small").load()  # loads the modules
    if what == "survey":  # what a resumed sweep does first
        return _timed(lambda: sum(where.kept(case.id) is not None for case in where.read().cases()))
    if what == "open":
        return _timed(lambda: hs.open_sweep(where.path))
    ds = hs.open_sweep(where.path)
    works: dict[str, Callable[[], Any]] = {
        "one case": lambda: ds.isel(a=0).load(),
        "last value of a series": lambda: ds["unit.T_3"].isel(time=-1).load(),
        "a whole series": lambda: ds["unit.T_3"].load(),
    }
    return _timed(works[what])


def _table(title: str, sizes: list[int], study: Callable[[SweepCase], dict[str, Any]], parts: list[str]) -> None:
    print(f"\n{title}\n\n| cases | " + " | ".join(f"{part}, s (MB)" for part in parts) + " |")
    print("|---" * (len(parts) + 1) + "|")
    fresh = multiprocessing.get_context("spawn")
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            kept_sweep(Path(folder) / "s", {"a": [float(i) for i in range(size)]}, study)
            kept_sweep(Path(folder) / "small", {"a": [1.0, 2.0]}, study)
            cells = []
            for part in parts:
                with fresh.Pool(1) as pool:
                    seconds, memory = pool.apply(_measure, (folder, part))
                cells.append(f"{seconds:.2f} ({memory:.0f})")
            print(f"| {size} | {' | '.join(cells)} |", flush=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the cases")
    scale = 10 if parser.parse_args().quick else 1
    _table("Figures only", [1000 // scale, 10_000 // scale], _figures, ["survey", "open"])
    parts = ["survey", "open", "one case", "last value of a series", "a whole series"]
    _table("With series", [100 // scale, 1000 // scale], _with_series, parts)


if __name__ == "__main__":
    main()
