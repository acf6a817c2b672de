"""`heatsim docs`: the documentation of a Modelica library as static pages, checked while they are written."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from heatsim.compiler.library import open_library


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "docs",
        help="write the documentation of a Modelica library as pages",
        description="Write the documentation of HeatReuse, or of your own library, as static pages: equations, "
        "assumptions and sources, with tables of parameters, connectors and variables. Exit code 1 when a "
        "documentation is no well-formed XHTML or links to nowhere.",
    )
    parser.add_argument("name", nargs="?", metavar="CLASS|PACKAGE", help="only this one and what is inside of it")
    parser.add_argument("--library", metavar="PATH", help="Modelica package folder or .mo file (default: HeatReuse)")
    parser.add_argument("--out", default="results/docs", metavar="DIR", help="folder of the pages (results/docs)")
    return parser


def run(args: argparse.Namespace) -> int:
    """Write the pages; 0 when all documentation is in order."""
    from heatsim.documentation import write_site

    site = write_site(open_library(args.library), Path(args.out), args.name)
    print(f"wrote {site.pages} pages; open {site.entry}")
    for problem in site.problems:
        print(f"heatsim: {problem}", file=sys.stderr)
    return 1 if site.problems else 0
