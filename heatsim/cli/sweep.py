"""`heatsim sweep STUDY --over NAME=VALUES ...`: many cases of a study, kept as files, resumable."""

from __future__ import annotations

import argparse
import contextlib
import csv
import shlex
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from heatsim.cli.run_parts import positive, verdict
from heatsim.errors import UsageError
from heatsim.study import STUDIES
from heatsim.sweeps.running.display import display, say, summary

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
_REPEATED = 1.0  # s in which a signal is the repetition of one before
_LEAST_MEMORY = 50 * 10**6  # B; an interpreter with numpy alone takes that


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "sweep",
        help="run a study over many cases, resumable, and write a report",
        description="Run a study over many cases on all processors, or on a cluster. Each case that has ended is a "
        "file; a sweep that was interrupted, in whatever way, goes on with --resume. Studies: "
        + ", ".join(STUDIES)
        + ", a Modelica class, or a function study(case) of a script. docs/sweeps.md says more.",
        epilog="VALUES: range(a,b,n), logrange(a,b,n), choices(a,b,...), or one value; of a sample range(a,b), "
        "logrange(a,b) or choices(a,b,...). Numbers are SI; quantities take units: 500m3, 75degC, 14MW. Exit code 0: "
        "all cases are ok; 1: some failed; 2: wrong call; 130: interrupted. Without STUDY, --resume, --case and "
        "--dry-run read from --out what the sweep is.",
    )
    parser.add_argument(
        "study", nargs="?", metavar="STUDY|CLASS|FILE.py[:FUNCTION]", help="what runs; a script's function is `study`"
    )
    what = parser.add_argument_group("cases")
    what.add_argument(
        "--over",
        action="append",
        default=[],
        metavar="NAME=VALUES",
        help="what is swept: an option of the study, UNIT.NAME, an input, or NAME:factor; may be repeated",
    )
    what.add_argument(
        "--cases", metavar="FILE.csv", help="in place of --over: a column for each name, a row for each case"
    )
    what.add_argument(
        "--sample",
        metavar="grid|zip|lhs:N|sobol:N|morris:N",
        help="how the values become cases (default: grid, each with each)",
    )
    what.add_argument(
        "--constraint",
        dest="constraints",
        action="append",
        default=[],
        metavar="EXPR",
        help="only cases for which this holds, such as 'storage_volume >= 100'; may be repeated",
    )
    what.add_argument(
        "--set",
        dest="settings",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="what all cases share; names as for --over; may be repeated",
    )
    what.add_argument("--seed", type=int, metavar="N", help="seed of a sample (default: 0)")
    what.add_argument(
        "--series",
        nargs="?",
        const=True,
        metavar="PATTERN,...",
        help="keep time series as well: all, or those of these names (storage.*)",
    )
    engine = parser.add_argument_group("running")
    engine.add_argument("--out", metavar="DIR", help="folder of the sweep (default: results/sweep_STUDY)")
    engine.add_argument("--jobs", type=int, metavar="N", help="processes (default: processors)")
    engine.add_argument("--time-limit", metavar="TIME", help="longest time of a case, such as 10min")
    engine.add_argument("--memory-limit", metavar="SIZE", help="most memory of a case, such as 2GB")
    engine.add_argument("--dask", metavar="ADDRESS|FILE", help="run on this Dask cluster: tcp://HOST:8786 or its file")
    engine.add_argument("--resume", action="store_true", help="go on with the sweep of the folder")
    engine.add_argument("--retry-failed", action="store_true", help="with --resume or --case: run failed cases again")
    engine.add_argument(
        "--accept-changes", action="store_true", help="with --resume or --case: although the study has changed since"
    )
    engine.add_argument("--no-report", action="store_true", help="write no report.html at the end")
    mode = parser.add_argument_group("instead of running").add_mutually_exclusive_group()
    mode.add_argument("--dry-run", action="store_true", help="list the cases; estimate time and disk from a trial case")
    mode.add_argument("--prepare", action="store_true", help="write sweep.json and cases.txt, for commands with --case")
    mode.add_argument("--case", metavar="ID", help="run this one case, unless it has ended (exit code 1: it failed)")
    return parser


def run(args: argparse.Namespace) -> int:
    """Do what was asked for; 0 when all cases that there are ended well, 1 when some failed."""
    _check(args)
    engine = _engine(args)
    # a message of a study that the encoding of a log cannot hold must not end the sweep
    with contextlib.suppress(AttributeError, ValueError, OSError):
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    with _signals() as received:
        try:
            return _run(args, engine)
        except KeyboardInterrupt:
            if not received:
                raise
            print(f"heatsim: ended by {received[0].name}", file=sys.stderr)
            return 128 + received[0]


def _run(args: argparse.Namespace, engine: Engine) -> int:
    from heatsim.sweeps.running.engine import prepare

    what = _plan(args)
    if args.dry_run:
        from heatsim.cli.sweep_dry_run import dry_run

        return dry_run(what, engine, retry_failed=args.retry_failed)
    if args.prepare:
        prepare(what, resume=args.resume, accept_changes=args.accept_changes)
        say(f"{len(what.definition.design)} cases are prepared in {what.folder.path}; cases.txt has their identifiers")
        return 0
    if args.case is not None:
        return _one_case(args, what, engine)
    return _all_cases(args, what, engine)


def _all_cases(args: argparse.Namespace, what: SweepPlan, engine: Engine) -> int:
    from heatsim.sweeps.running.engine import run as run_all

    folder = what.folder.path
    shown: list[Any] = []

    def show(progress: Any) -> Any:
        shown.append(progress)
        return display(progress)

    try:
        done = run_all(
            what,
            engine,
            resume=args.resume,
            retry_failed=args.retry_failed,
            accept_changes=args.accept_changes,
            show=show,
        )
    except BaseException:
        if shown:
            print(
                f"heatsim: {shown[0].ended} of {shown[0].total} cases have ended and are kept; go on with "
                f"`{_resume(args, folder)}`",
                file=sys.stderr,
            )
        raise
    summary(done, str(folder))
    if not args.no_report:
        from heatsim.report import report

        say(f"wrote {report(folder)}")
    failure = None
    if done.failed:
        failure = (
            f"{done.failed} of {done.total} cases failed; their logs are in {folder / 'cases'}, and "
            f"`{_resume(args, folder)} --retry-failed` runs them again"
        )
    return verdict(failure)


def _resume(args: argparse.Namespace, folder: Path) -> str:
    """Return the command that goes on with a sweep as it was run: the folder does not know how."""
    parts = ["heatsim", "sweep", "--out", str(folder), "--resume"]
    for option in ("jobs", "time_limit", "memory_limit", "dask"):
        value = getattr(args, option)
        parts += [] if value is None else [f"--{option.replace('_', '-')}", str(value)]
    return shlex.join(parts)


def _one_case(args: argparse.Namespace, what: SweepPlan, engine: Engine) -> int:
    from heatsim.sweeps.case_texts import CaseTexts
    from heatsim.sweeps.running.engine import prepare_once
    from heatsim.sweeps.running.one_case import find_case, run_case

    case = find_case(what, args.case)
    if args.study is not None:
        prepare_once(what)
    try:
        record, now = run_case(
            what, case, engine.limits, retry_failed=args.retry_failed, accept_changes=args.accept_changes
        )
    except KeyboardInterrupt:
        # the log of a task that runs several cases is to say which has not ended
        print(f"heatsim: case {case.id} has not ended; the same command runs it again", file=sys.stderr)
        raise
    values = CaseTexts(what.definition).line(case)
    if record.ok:
        say(f"case {case.id}: ok{'' if now else ', has ended before'} ({values})")
        return 0
    again = "" if now else "; --retry-failed runs it again"
    return verdict(f"case {case.id} ({record.reason}): {record.message} ({values}){again}")


def _plan(args: argparse.Namespace) -> SweepPlan:
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


def _check(args: argparse.Namespace) -> None:
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


def _engine(args: argparse.Namespace) -> Engine:
    from heatsim.sweeps.running.engine import Engine
    from heatsim.sweeps.running.runner import Limits

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
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(names) or not all(cell.strip() for cell in row):
            raise UsageError(f"--cases {file}: row {number} has not a value for each of {', '.join(names)}")
    return [dict(zip(names, (cell.strip() for cell in row), strict=True)) for row in rows[1:]]


@contextmanager
def _signals() -> Iterator[list[signal.Signals]]:
    """End as by Ctrl-C when the terminal is closed or the queue of a cluster ends the job; gives what was received."""
    received: list[signal.Signals] = []
    deaf_until = 0.0

    def end(number: int, _frame: FrameType | None) -> None:
        nonlocal deaf_until
        # queues repeat their signal, as GNU parallel does after 200 ms, while the first is being followed
        if time.monotonic() < deaf_until:
            return
        deaf_until = time.monotonic() + _REPEATED
        received.append(signal.Signals(number))
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield received
        return
    # what somebody ignores (nohup) goes on being ignored
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    old = {
        n: signal.signal(n, end)
        for n in (getattr(signal, name) for name in names)
        if signal.getsignal(n) == signal.SIG_DFL
    }
    try:
        yield received
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
