"""`heatsim run loop_hunting`: its options, and the run from them to files and a verdict."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from heatsim.cli.progress import Progress
from heatsim.cli.run_parts import results_folder, setting, verdict
from heatsim.errors import UsageError, near_miss
from heatsim.scenarios import HUNTING as NAMES
from heatsim.study import load_study

DEFAULTS: dict[str, Any] = {"scenario": "low_load", "levels": None, "gains": None, "jobs": None}


def run(args: argparse.Namespace) -> int:
    """Run the study, show the loops before and after, and return 0 when the cure works."""
    begin = time.perf_counter()
    jobs = args.jobs
    if jobs is not None and jobs < 1:
        raise UsageError(f"--jobs {jobs}: give the number of processes, 1 or more")
    levels, gains = (_range(f"--{name}", getattr(args, name)) for name in ("levels", "gains"))
    if args.scenario not in NAMES:
        raise UsageError(
            f"no scenario '{args.scenario}'{near_miss(args.scenario, NAMES)}; there are {', '.join(NAMES)}"
        )
    study = load_study("loop_hunting")
    chosen = {name: values for name, values in (("levels", levels), ("gains", gains), ("jobs", jobs)) if values}
    options = study.LoopHunting(
        scenario=args.scenario,
        compiler=args.compiler,
        settings=dict(setting(text) for text in args.assignments),
        **chosen,
    )
    folder = Path(args.out or "results/loop_hunting")
    with results_folder(folder, lambda: study.set_aside(folder)), Progress("cells of the map") as progress:
        result = study.run(options, report=progress.line, progress=progress.count)
    study.show(result)
    files = study.write(result, folder)
    print(f"{time.perf_counter() - begin:.1f} s; wrote {', '.join(file.name for file in files)} to {folder}")
    return verdict(result.failure)


def _range(option: str, text: str | None) -> tuple[float, ...] | None:
    """Numbers of LOW:HIGH:N; levels straight, gains in equal ratios."""
    if text is None:
        return None
    parts = text.split(":")
    example = "0.25:1:6" if option == "--levels" else "0.25:4:5"
    try:
        low, high, count = float(parts[0]), float(parts[1]), int(parts[2])
    except (ValueError, IndexError) as error:
        raise UsageError(f"{option} {text}: write LOW:HIGH:N, such as {example}") from error
    if len(parts) != 3 or not 0.0 < low < high < float("inf") or not 2 <= count <= 100:
        raise UsageError(f"{option} {text}: needs 0 < LOW < HIGH and 2 to 100 values, such as {example}")
    if option == "--gains":
        return tuple(low * (high / low) ** (i / (count - 1)) for i in range(count))
    return tuple(low + (high - low) * i / (count - 1) for i in range(count))
