"""`heatsim sweep STUDY --over NAME=VALUES ...`: many cases of a study, kept as files, resumable."""

from __future__ import annotations

import argparse
import contextlib
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

from heatsim.cli.run_parts import verdict
from heatsim.cli.sweep_arguments import check, engine_of, plan_of
from heatsim.study import STUDIES
from heatsim.sweeps.running.display import display, say, summary

if TYPE_CHECKING:
    from heatsim.sweeps.plan import SweepPlan
    from heatsim.sweeps.running.engine import Engine

_REPEATED = 1.0  # s in which a signal is the repetition of one before


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
    check(args)
    engine = engine_of(args)
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

    what = plan_of(args)
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
