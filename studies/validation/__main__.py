"""`python -m studies.validation`: run all topics, print the table, write docs/validation.md and its plots."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import rich.table
from rich.console import Console

from heatsim.errors import HeatsimError
from studies.validation import page, topics
from studies.validation.data import CHECKOUT
from studies.validation.rows import digits

PAGE = CHECKOUT / "docs" / "validation.md"
_STYLES = {"pass": "green", "fail": "bold red", "reported": ""}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the topics; 0 when every row passes, 1 when one fails, 2 for a wrong call."""
    parser = argparse.ArgumentParser(prog="python -m studies.validation", description=__doc__)
    parser.add_argument("--only", metavar="TOPIC", action="append", help="run this topic only; may be repeated")
    parser.add_argument("--out", metavar="PAGE", type=Path, help=f"write the page here (default: {PAGE.name} in docs)")
    parser.add_argument(
        "--incomplete", action="store_true", help="write the page although a topic without data was not run"
    )
    args = parser.parse_args(argv)
    try:
        return _run(args)
    except HeatsimError as error:
        print(f"validation: error: {error}", file=sys.stderr)
        return error.exit_code


def _run(args: argparse.Namespace) -> int:
    done = []
    for name in args.only or topics.names():
        begin = time.perf_counter()
        done.append(topics.run(name))
        print(f"{name}: {time.perf_counter() - begin:.1f} s", file=sys.stderr)
    _print(done)
    missing = [topic for topic in done if topic.missing]
    for topic in missing:
        print(f"not run: {topic.name}: {topic.missing}")
    failed = [row.name for topic in done for row in topic.rows if not row.passed]
    out = args.out
    if out is None and not args.only:
        out = PAGE
    if out is not None and missing and not args.incomplete:
        print(
            f"validation: {out} is left as it is, because topics are missing; --incomplete writes it", file=sys.stderr
        )
        return 1
    if out is not None:
        print(f"wrote {', '.join(str(file) for file in page.write(done, out))}")
    for name in failed:
        print(f"validation: failed: {name}", file=sys.stderr)
    return 1 if failed else 0


def _print(done: Sequence[topics.Topic]) -> None:
    table = rich.table.Table(box=None, pad_edge=False)
    for heading in ("what", "figure", "unit", "limits", "verdict"):
        table.add_column(heading, justify="right" if heading == "figure" else "left")
    for topic in done:
        for row in topic.rows:
            verdict = f"[{_STYLES[row.verdict]}]{row.verdict}[/]" if _STYLES[row.verdict] else row.verdict
            table.add_row(row.name, digits(row.figure), row.unit, row.limits, verdict)
    Console(width=None if sys.stdout.isatty() else 120).print(table)


if __name__ == "__main__":
    sys.exit(main())
