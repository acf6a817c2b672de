"""What the options of `heatsim sweep` mean: the sweep that is planned, the engine, and what goes with what."""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heatsim.cli.run_parts import positive
from heatsim.errors import UsageError
from heatsim.study import STUDIES

if TYPE_CHECKING:
    from heatsim.sweeps.plan import SweepPlan
    from heatsim.sweeps.running.engine import Engine

_DEFINING = {
    "over": "--over",
    "cases": "--cases",
    "sample": "--sample",
    "constraints": "--constraint",
    "settings": "--set",
    "seed": "--seed",
    "series": "--series",
}
_SIZES = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
_LEAST_MEMORY = 50 * 10**6  # B; an interpreter with numpy alone takes that


def check(args: argparse.Namespace) -> None:
    """Refuse options that have no meaning together."""
    one = args.case is not None  # an empty identifier too, which a script of a cluster may give by mistake
    given = [option for name, option in _DEFINING.items() if getattr(args, name) not in (None, [])]
    if args.study is None:
        if given:
            raise UsageError(
                f"{given[0]} says what a sweep is, which takes a study as well: {', '.join(STUDIES)}, FILE.py"
            )
        if args.out is None:
            raise UsageError(
                "give a study and what it is swept over, such as `heatsim sweep load_swing --over "
                "storage_volume=range(500,3000,6)`, or --out DIR of a sweep to go on with"
            )
        if not (args.resume or args.dry_run or one):
            raise UsageError(f"--out {args.out}: add --resume to go on with its sweep, or give a study for a new one")
    elif not args.over and args.cases is None:
        raise UsageError(f"the sweep of {args.study} has no cases; give --over NAME=VALUES, or --cases FILE.csv")
    if args.over and args.cases is not None:
        raise UsageError("--cases has all values; leave --over out, or put its name into the file")
    if args.cases is not None and args.sample is not None:
        raise UsageError("--cases is a list of cases; leave --sample out")
    if args.sample == "list":
        raise UsageError("--sample list: give the cases as rows of a file, --cases FILE.csv")
    if args.retry_failed and not (args.resume or one or args.dry_run):
        raise UsageError("--retry-failed goes with --resume or --case")
    if args.accept_changes and not (args.resume or one):
        raise UsageError("--accept-changes goes with --resume or --case")
    running = {"--jobs": args.jobs, "--dask": args.dask}
    limits = {"--time-limit": args.time_limit, "--memory-limit": args.memory_limit}
    for option, value in {**running, **(limits if args.prepare else {})}.items():
        if value is not None and (one or args.prepare):
            raise UsageError(f"{option} has no meaning with {'--case' if one else '--prepare'}; leave it out")
    if one and args.resume:
        raise UsageError("--case goes on with whatever is there; leave --resume out")


def engine_of(args: argparse.Namespace) -> Engine:
    """Return where cases run, and what each may take."""
    from heatsim.sweeps.running.engine import Engine
    from heatsim.sweeps.running.study_process import Limits

    time_limit = None if args.time_limit is None else positive("--time-limit", args.time_limit, "s")
    memory_limit = None if args.memory_limit is None else _size("--memory-limit", args.memory_limit)
    return Engine(args.jobs, Limits(time=time_limit, memory=memory_limit), args.dask)


def _size(option: str, text: str) -> int:
    number = text.strip().rstrip("BbkKMGiI ")
    unit = text.strip()[len(number) :].strip()
    try:
        size = float(number) * _SIZES[unit]
    except (ValueError, KeyError) as error:
        raise UsageError(f"{option} {text}: write a size such as 2GB or 500MB") from error
    if not _LEAST_MEMORY <= size < float("inf"):
        raise UsageError(f"{option} {text}: a case needs at least {_LEAST_MEMORY // 10**6}MB for Python itself")
    return int(size)


def _named(option: str, texts: list[str], what: str, example: str) -> Iterator[tuple[str, str]]:
    """Give names and texts; each name once."""
    seen: set[str] = set()
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not name or not value:
            raise UsageError(f"{option} {text}: write NAME={what}, such as {example}")
        if name in seen:
            raise UsageError(f"{option} {name}: is given twice; leave one out")
        seen.add(name)
        yield name, value


def _rows(file: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file with names in its first line."""
    try:
        with file.open(newline="", encoding="utf-8-sig") as content:
            rows = [row for row in csv.reader(content) if any(cell.strip() for cell in row)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"--cases {file}: cannot be read ({getattr(error, 'strerror', None) or error})") from error
    if len(rows) < 2:
        raise UsageError(f"--cases {file}: has no cases; write names into the first line and a case into each other")
    names = [name.strip() for name in rows[0]]
    if not all(names) or len(set(names)) < len(names):
        raise UsageError(f"--cases {file}: its first line has an empty name, or one twice; name each column")
    for name in names:
        if ";" in name:
            raise UsageError(f"--cases {file}: '{name}': separate columns by commas, and write decimal points")
        if " [" in name:  # of a table that was exported; an element, storage.tank.T[1], has no space
            raise UsageError(
                f"--cases {file}: '{name}': units go with the values, as in 75degC; without one they are SI"
            )
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(names) or not all(cell.strip() for cell in row):
            raise UsageError(f"--cases {file}: row {number} has not a value for each of {', '.join(names)}")
    return [dict(zip(names, (cell.strip() for cell in row), strict=True)) for row in rows[1:]]


def plan_of(args: argparse.Namespace) -> SweepPlan:
    """Return the sweep that the options say, or that the folder holds."""
    from heatsim.sweeps.plan import plan, planned

    if args.study is None:
        return planned(args.out)
    over: Any = dict(_named("--over", args.over, "VALUES", "storage_volume=range(500,3000,6)"))
    sample = args.sample or "grid"
    if args.cases is not None:
        over, sample = _rows(Path(args.cases)), "list"
    series = args.series or False
    return plan(
        args.study,
        over,
        out=args.out or f"results/sweep_{_short_name(args.study)}",
        sample=sample,
        constraints=args.constraints,
        settings=dict(_named("--set", args.settings, "VALUE", "storage_volume=3000")),
        seed=args.seed or 0,
        series=series if isinstance(series, bool) else tuple(p.strip() for p in series.split(",") if p.strip()),
    )


def _short_name(study: str) -> str:
    """Return the file of a script without its ending and folder, or the name of the study or class."""
    text = study.partition(":")[0]
    return Path(text).stem if text.endswith(".py") else text
