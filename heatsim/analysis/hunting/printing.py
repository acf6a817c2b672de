"""The hunting table in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from heatsim.analysis.hunting.display import duration, quantity
from heatsim.analysis.hunting.figures import LoopVerdict
from heatsim.analysis.hunting.vocabulary import Verdict

_STYLE = {
    Verdict.LIMIT_CYCLE: "bold red",
    Verdict.OSCILLATING: "red",
    Verdict.NUMERICAL: "magenta",
    Verdict.FORCED: "yellow",
    Verdict.SLUGGISH: "yellow",
    Verdict.SATURATED: "yellow",
    Verdict.UNDECIDED: "cyan",
    Verdict.CALM: "green",
}
"""In the order in which they are printed: what needs a look comes first."""

WIDE = 110


def print_hunting(rows: Sequence[LoopVerdict], console: Console) -> None:
    """Print verdicts, those that need a look first; the order of the loops stays within a verdict."""
    wide = console.width >= WIDE
    windows = dict.fromkeys(row.window for row in rows)
    span = f"in {len(windows)} windows" if len(windows) > 1 else " to ".join(duration(t) for t in next(iter(windows)))
    title = f"Control loops, {span}: {sum(row.hunts for row in rows)} of {len(rows)} hunt"
    printed = Table(title=title, title_justify="left", header_style="bold", padding=(0, 1))
    printed.add_column("loop", no_wrap=True)
    if len(windows) > 1:
        printed.add_column("window in h", justify="right", no_wrap=True)
    printed.add_column("verdict", no_wrap=True)
    figures = any(row.period is not None for row in rows)
    if figures:
        for name in ("amplitude", "period"):
            printed.add_column(name, justify="right", no_wrap=True)
    if wide:
        printed.add_column("command ±", justify="right", no_wrap=True)
        printed.add_column("turns/h", justify="right", no_wrap=True)
    printed.add_column("why", overflow="fold")
    ranks = list(_STYLE)
    for row in sorted(rows, key=lambda row: ranks.index(row.verdict)):
        sure = {True: " ✓", False: "", None: " ?" if row.hunts else ""}[row.confirmed]
        cells = [Text(row.loop)]
        if len(windows) > 1:
            cells.append(Text(f"{row.window[0] / 3600.0:.3g}–{row.window[1] / 3600.0:.3g}"))
        cells.append(Text(row.verdict.value + sure, style=_STYLE[row.verdict]))
        if figures:
            cells += [Text(quantity(row.amplitude, row.unit)), Text(duration(row.period))]
        if wide:
            turns = "–" if row.reversals is None else f"{row.reversals:.3g}"
            stages = row.starts is not None and row.command_unit in ("1", "")  # a number of machines is no share
            moved = f"{row.command_amplitude:.3g}" if stages and row.command_amplitude is not None else None
            cells += [Text(moved or quantity(row.command_amplitude, row.command_unit)), Text(turns)]
        printed.add_row(*cells, Text(row.reason))
    console.print(printed)
    if any(row.hunts for row in rows):
        console.print("✓ the same with finer numerics   ? not tried", style="dim")
