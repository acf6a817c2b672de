"""Sweeps on one machine: parallel efficiency, overhead of a case, and many cheap cases: `python -m benchmarks.sweeps`.

The cases are days of load swings on the reference plant with other tanks, heat pumps and gains, each result new to the
process. Efficiency is the time of one process over that of two, halved; both run the same cases, one after the other in
batches, so that what else the machine does falls on both. On a machine that is not free, clock times say little: the
processor time of all processes for a case is printed beside them, and what two processes need more of it than one is
what they take from each other (memory, caches).

The overhead of a case is what it takes besides finding its steady state, simulating and judging it: making its plant
and inputs, sending, collecting and writing its figures.
"""

from __future__ import annotations

import argparse
import functools
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import psutil
from rich.console import Console
from rich.table import Table

import heatsim as hs
from heatsim import analysis
from heatsim.study import load_swing
from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.keeping.records import CaseRecord
from heatsim.sweeps.studies.study import find_study

DAY = 86400.0
BATCHES = 4


def points(number: int) -> list[dict[str, float]]:
    """Return so many different plants."""
    random = np.random.default_rng(0)
    low, high = np.array([500.0, 9e6, 0.5]), np.array([4000.0, 15e6, 1.5])
    names = ("storage_volume", "heat_capacity", "heat_pump_capacity.k:factor")
    return [dict(zip(names, map(float, row), strict=True)) for row in random.uniform(low, high, (number, 3))]


def processor_time() -> float:
    """Processor time of this process and the children that have ended, s."""
    own = os.times()
    return own.user + own.system + own.children_user + own.children_system


def _session(cases: list[dict[str, float]], stop: float, jobs: int) -> tuple[float, float]:
    """Clock and processor time of a sweep, s; each process has one case before that, which loads and compiles."""
    begun: list[float] = []
    first = points(2)
    warming = [{**first[i % 2], "storage_volume": 5000.0 + i} for i in range(jobs)]

    def tell(event: str, case: SweepCase, record: CaseRecord | None) -> None:
        if record is not None and not record.ok:
            raise RuntimeError(f"{case}: {record.message}")
        if event == "started" and case.values["storage_volume"] < 5000.0 and not begun:
            begun.append(time.perf_counter())

    with tempfile.TemporaryDirectory() as folder:
        before = processor_time()
        settings = {"stop": stop}
        hs.sweep("load_swing", warming, sample="list", settings=settings, out=f"{folder}/warm", jobs=jobs)
        loading = processor_time() - before
        before = processor_time()
        hs.sweep(
            "load_swing",
            warming + cases,
            sample="list",
            settings={"stop": stop},
            out=f"{folder}/s",
            jobs=jobs,
            tell=tell,
        )
        return time.perf_counter() - begun[0], processor_time() - before - loading


def efficiency(number: int, stop: float) -> Table:
    """Return the table of one process against two."""
    table = Table(title=f"{number} cases of {stop / 3600.0:g} h on the reference plant, {os.cpu_count()} processors")
    for heading in ("processes", "time in s", "processor time of a case in s", "efficiency", "of the processor time"):
        table.add_column(heading, justify="right")
    batches = np.array_split(np.arange(number), min(BATCHES, number))
    everything = points(number)
    total = {jobs: np.zeros(2) for jobs in (1, 2)}
    for k, batch in enumerate(batches):
        for jobs in (1, 2) if k % 2 == 0 else (2, 1):
            total[jobs] += _session([everything[i] for i in batch], stop, jobs)
    for jobs, (clock, processor) in total.items():
        share, work = total[1][0] / (jobs * clock), total[1][1] / processor
        table.add_row(
            str(jobs), f"{clock:.1f}", f"{processor / number:.2f}", f"{100 * share:.0f} %", f"{100 * work:.0f} %"
        )
    return table


@contextmanager
def _counted(seconds: list[float]) -> Iterator[None]:
    """Count the processor time of steady state, simulation and judgement in a study of this process."""
    kept: list[tuple[Any, str, Callable[..., Any]]] = []

    def wrap(owner: Any, name: str) -> None:
        function = getattr(owner, name)
        kept.append((owner, name, function))

        @functools.wraps(function)
        def counting(*args: Any, **kwargs: Any) -> Any:
            begin = time.process_time()
            try:
                return function(*args, **kwargs)
            finally:
                seconds[0] += time.process_time() - begin

        setattr(owner, name, counting)

    for owner, name in ((load_swing, "trim"), (load_swing, "simulate"), (analysis, "kpis"), (analysis, "audit")):
        wrap(owner, name)
    try:
        yield
    finally:
        for owner, name, function in kept:
            setattr(owner, name, function)


def overhead(number: int, stop: float) -> Table:
    """Return the table of what a case takes besides its run, medians."""
    study = find_study("load_swing")
    inside = []
    for i, values in enumerate(points(number + 1)):
        counted = [0.0]
        with _counted(counted):
            begin = time.process_time()
            study.run(SweepCase("load_swing", values, {"stop": stop}))
            if i:
                inside.append(time.process_time() - begin - counted[0])
    processor, clock = _around(100, 500)
    table = Table(title="Overhead of a case")
    for heading in ("part", "processor time in ms", "clock time in ms"):
        table.add_column(heading, justify="left" if heading == "part" else "right")
    table.add_row("plant, inputs and figures, in its process", f"{1e3 * np.median(inside):.1f}", "")
    table.add_row("sending, collecting and writing it", f"{1e3 * processor:.1f}", f"{1e3 * clock:.1f}")
    return table


def _figures(case: SweepCase) -> dict[str, float]:
    """Return as many figures as a day of load swings has, and do nothing for them."""
    return {f"figure_{i}": i * float(case["a"]) for i in range(90)}  # type: ignore[arg-type]


def _around(few: int, many: int) -> tuple[float, float]:
    """Processor and clock time of a case of a study that takes none, s: sweeps of few and of many cases, subtracted."""
    ends: list[float] = []

    def tell(event: str, case: SweepCase, record: CaseRecord | None) -> None:
        if event == "ended":
            ends.append(time.perf_counter())

    spent = []
    for number in (few, many):
        ends.clear()
        before = processor_time()
        with tempfile.TemporaryDirectory() as folder:
            hs.sweep(_figures, {"a": [float(i) for i in range(number)]}, out=f"{folder}/s", jobs=1, tell=tell)
        spent.append(processor_time() - before)
    return (spent[1] - spent[0]) / (many - few), float(np.median(np.diff(ends)))


def cheap(number: int) -> Table:
    """Return the table of many cases that take no time: rate, memory of this process, and opening them."""
    table = Table(title=f"{number} cases that take no time, two processes")
    for heading in ("cases", "time in s", "memory of the parent in MB"):
        table.add_column(heading, justify="right")
    begin, done = time.perf_counter(), 0
    marks = {round(number * share) for share in (0.1, 0.25, 0.5, 0.75, 1.0)}

    def tell(event: str, case: SweepCase, record: CaseRecord | None) -> None:
        nonlocal done
        if event == "ended":
            done += 1
            if done in marks:
                memory = psutil.Process().memory_info().rss / 1e6
                table.add_row(str(done), f"{time.perf_counter() - begin:.0f}", f"{memory:.0f}")

    with tempfile.TemporaryDirectory() as folder:
        hs.sweep(_figures, {"a": [float(i) for i in range(number)]}, out=f"{folder}/s", jobs=2, tell=tell)
        opening = time.perf_counter()
        ds = hs.open_sweep(f"{folder}/s")
        assert float(ds["figure_3"][7]) == 21.0
        seconds, memory = time.perf_counter() - opening, psutil.Process().memory_info().rss / 1e6
        table.add_row("opened", f"{seconds:.1f}", f"{memory:.0f}")
    return table


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=200, help="cases of the efficiency (default: 200)")
    parser.add_argument("--cheap", type=int, default=10_000, help="cases that take no time (default: 10000)")
    parser.add_argument("--hours", type=float, default=24.0, help="length of a case (default: 24)")
    parser.add_argument("--only", nargs="+", choices=("efficiency", "overhead", "cheap"), help="print some tables")
    args = parser.parse_args()
    wanted = args.only or ("efficiency", "overhead", "cheap")
    stop = args.hours * 3600.0
    parts = {
        "efficiency": lambda: efficiency(args.cases, stop),
        "overhead": lambda: overhead(5, stop),
        "cheap": lambda: cheap(args.cheap),
    }
    for name in wanted:
        Console(width=110).print(parts[name]())


if __name__ == "__main__":
    main()
