"""Speed and accuracy of the engine; run `python -m benchmarks.engine` in the checkout.

`--page docs/benchmarks.md` writes what was measured as a page. Every ratio is of two runs in this process, or of
simulated time and wall time.
"""

from __future__ import annotations

import argparse
import inspect
import os
import platform
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

import heatsim as hs
from benchmarks.engine_fmu import one_fmu
from benchmarks.engine_methods import methods
from benchmarks.engine_orders import orders
from benchmarks.engine_overhead import overhead
from benchmarks.engine_plant import sampled, week, year
from heatsim.compiler.toolchain import find_c_compiler

Row = dict[str, Any]
TABLES: dict[str, tuple[str, Callable[[bool], list[Row]]]] = {
    "fmu": ("One Model Exchange FMU against FMPy", one_fmu),
    "week": ("A week of the reference plant", week),
    "year": ("A year of the reference plant", year),
    "sampled": ("Control sampled at 10 s", sampled),
    "overhead": ("Co-Simulation FMUs against a loop by hand", overhead),
    "orders": ("Order of accuracy of every method", orders),
    "methods": ("All methods on the day of the reference plant", methods),
}


def shown(value: Any) -> str:
    """A figure as it stands in a table."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int) or (value == int(value) and abs(value) < 1e6):
        return f"{int(value):,}".replace(",", " ")
    if 1e-3 <= abs(value) < 1e5:
        return f"{value:,.3g}".replace(",", " ") if abs(value) < 1000 else f"{value:,.0f}".replace(",", " ")
    return f"{value:.1e}" if abs(value) < 1 else f"{value:,.0f}".replace(",", " ")


def print_table(title: str, rows: list[Row]) -> None:
    """Print rows as a table."""
    table = Table(title=title, title_justify="left", header_style="bold")
    for name in rows[0]:
        table.add_column(name, justify="right" if isinstance(rows[0][name], int | float) else "left")
    for row in rows:
        table.add_row(*(shown(row.get(name, "")) for name in rows[0]))
    Console().print(table)


def markdown(title: str, function: Callable[[bool], list[Row]], rows: list[Row]) -> str:
    """Rows as a section of the page, under what the function says of itself."""
    names = list({name: None for row in rows for name in row})
    first = rows[0]
    rules = ["---:" if isinstance(first.get(name, 0.0), int | float) else "---" for name in names]
    lines = [f"## {title}", "", inspect.getdoc(function) or "", "", f"| {' | '.join(names)} |", f"|{'|'.join(rules)}|"]
    lines += [f"| {' | '.join(shown(row.get(name, '')) for name in names)} |" for row in rows]
    return "\n".join([*lines, ""])


def machine() -> str:
    """What it was measured on."""
    model = platform.processor() or platform.machine()
    cpu = Path("/proc/cpuinfo")
    if cpu.is_file():
        found = [
            line.split(":", 1)[1].strip() for line in cpu.read_text().splitlines() if line.startswith("model name")
        ]
        model = found[0] if found else model
    return (
        f"{model}, {os.cpu_count()} processors, {platform.system()}, Python {platform.python_version()}, "
        f"heatsim {hs.__version__}, {find_c_compiler()}"
    )


def main() -> None:
    """Run the benchmarks that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine", description=__doc__)
    parser.add_argument("--only", choices=list(TABLES), nargs="+", default=list(TABLES), help="tables to make")
    parser.add_argument("--quick", action="store_true", help="shorter runs, fewer repeats")
    parser.add_argument("--page", type=Path, help="Markdown file to write; tables that are not made again stay in it")
    arguments = parser.parse_args()
    sections = kept_sections(arguments.page)
    for name in arguments.only:
        title, function = TABLES[name]
        rows = function(arguments.quick)
        print_table(title, rows)
        sections[title] = markdown(title, function, rows)
        if arguments.page:
            write_page(arguments.page, sections)


def kept_sections(page: Path | None) -> dict[str, str]:
    """Sections of a page that was written before, by title; those that are measured again replace them."""
    if page is None or not page.is_file():
        return {}
    parts = re.split(r"^## ", page.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {part.split("\n", 1)[0]: f"## {part.rstrip()}\n" for part in parts}


def write_page(page: Path, sections: dict[str, str]) -> None:
    """Write the sections that there are, in the order of the tables."""
    head = (
        "# Benchmarks of the engine\n\n"
        f"Measured by `python -m benchmarks.engine --page {page.as_posix()}` on: {machine()}.\n"
    )
    listed = [sections[title] for title, _ in TABLES.values() if title in sections]
    page.write_text("\n".join([head, *listed]), encoding="utf-8")


if __name__ == "__main__":
    main()
