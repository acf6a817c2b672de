"""`heatsim report DIR`: the report of a sweep as one HTML file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from heatsim.errors import UsageError


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "report",
        help="write the report of a sweep as one HTML file",
        description="Write the report of a sweep, finished or not, as one HTML file that opens without a network: what "
        "was swept, failures with reasons, best cases, maps, what matters, provenance.",
    )
    parser.add_argument("folder", metavar="DIR", help="folder that `heatsim sweep` wrote to")
    parser.add_argument(
        "--figure",
        dest="figures",
        action="append",
        default=[],
        metavar="NAME",
        help="figure to draw; may be repeated (default: the most telling ones)",
    )
    parser.add_argument("--best", metavar="FIGURE", help="figure that is to be small (default: a cost)")
    parser.add_argument("--largest", action="store_true", help="with --best: the figure is to be large")
    parser.add_argument(
        "--where",
        dest="constraints",
        action="append",
        default=[],
        metavar="EXPR",
        help="what a good case meets, such as 'network_supply_min >= 70degC'; may be repeated",
    )
    parser.add_argument("--csv", metavar="FILE", help="write all cases as a table as well")
    parser.add_argument("--out", metavar="FILE", help="file of the report (default: DIR/report.html)")
    return parser


def run(args: argparse.Namespace) -> int:
    """Write the report; 0 when it is written, whatever became of the cases."""
    from heatsim.report import report  # imports matplotlib and xarray, which the parser should not pay for

    if args.largest and args.best is None:
        raise UsageError("--largest says how --best FIGURE is meant; give --best as well")
    written = report(
        args.folder,
        figures=args.figures,
        best=args.best,
        largest=args.largest,
        constraints=args.constraints,
        out=args.out,
    )
    print(f"wrote {written}")
    if args.csv is not None:
        from heatsim.sweeps import to_csv

        print(f"wrote {to_csv(args.folder, Path(args.csv))}")
    return 0
