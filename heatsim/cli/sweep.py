"""`heatsim sweep STUDY --over NAME=VALUES ...`: many cases of a study, kept as files, resumable."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from heatsim.errors import UsageError


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    parser: argparse.ArgumentParser = subparsers.add_parser("sweep", help="run a study over many cases, resumable")
    parser.add_argument("study", nargs="?", metavar="STUDY|FILE.py[:FUNCTION]", help="built-in study or function")
    parser.add_argument("--over", action="append", default=[], metavar="NAME=VALUES", help="what is swept")
    parser.add_argument("--out", metavar="DIR", help="folder of the sweep")
    parser.add_argument("--jobs", type=int, metavar="N", help="processes (default: processors)")
    parser.add_argument("--resume", action="store_true", help="go on with a sweep")
    return parser


def run(args: argparse.Namespace) -> int:
    """Run the sweep; 0 when all cases ended well, 1 when some failed."""
    from heatsim.sweeps import engine, plan

    over = dict(_assignment("--over", text) for text in args.over)
    what = plan.plan(args.study, over, out=Path(args.out or f"results/sweep_{Path(args.study).stem}"))
    done = engine.run(what, engine.Engine(args.jobs), resume=args.resume)
    print(f"{done.total} cases, {done.failed} failed; {what.folder.path}")
    return 1 if done.failed else 0


def _assignment(option: str, text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip() or not value.strip():
        raise UsageError(f"{option} {text}: write NAME=VALUES, such as storage.V=range(500,3000,6)")
    return name.strip(), value.strip()
