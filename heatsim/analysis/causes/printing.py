"""Prints a report on causes: one block for each oscillation, one line for each loop that follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console, Group
from rich.padding import Padding
from rich.text import Text

from heatsim.analysis.causes.report import CauseReport, LoopReport
from heatsim.analysis.causes.reruns import Outcome, Rerun
from heatsim.analysis.causes.wording import size, span
from heatsim.analysis.hunting.vocabulary import Verdict


def print_report(report: CauseReport, console: Console | None = None) -> None:
    """Print a report, the loop with the cause first."""
    screen = console or Console()
    if not report.loops:
        screen.print("No loop hunts: there is nothing to explain.")
        return
    names = [row.loop for row in report.loops]
    leading = [row for row in report.loops if row.source == row.loop or row.source not in names]
    shown: set[str] = set()
    for row in leading or report.loops:
        if row.source in names or row.source not in shown:
            screen.print(_shown(row, report.reruns))
        else:
            screen.print(_follower(row))
        shown.add(row.source)
    for row in report.loops:
        if leading and row not in leading:
            screen.print(_follower(row))


def _follower(row: LoopReport) -> Text:
    """One line on a loop whose cause was shown with another."""
    text = Text()
    text.append(row.loop, style="bold")
    text.append(
        f"  {row.verdict.value}, ±{size(row.amplitude, row.unit)} every {span(row.period)}: from {row.source}, "
    )
    text.append(f"{row.cause.value} ({row.confidence:.2f})")
    return text


def _shown(row: LoopReport, reruns: Mapping[str, Rerun]) -> Group:
    """One loop as lines: headline, evidence, other causes, re-runs."""
    head = Text()
    head.append(row.loop, style="bold")
    head.append(f"  {row.verdict.value}, ±{size(row.amplitude, row.unit)} every {span(row.period)}")
    parts: list[Any] = [head]
    for rank, finding in enumerate(row.findings):
        line = Text(no_wrap=False)
        line.append("because: " if rank == 0 else "or:      ")
        line.append(finding.cause.value, style="bold" if rank == 0 else "")
        line.append(f"  {finding.words} ({finding.confidence:.2f})", style="dim")
        parts.append(Padding(line, (0, 0, 0, 2)))
        for text in finding.evidence:
            parts.append(Padding(Text(f"- {text}"), (0, 0, 0, 11)))
    if not row.findings:
        parts.append(Padding(Text("because: unknown; no change that was tried says why"), (0, 0, 0, 2)))
    if row.source != row.loop or len(row.needed) > 1:
        source = f"source:  {row.source}"
        if len(row.needed) > 1:
            source += f" (needed for it: {', '.join(row.needed)})"
        parts.append(Padding(Text(source), (0, 0, 0, 2)))
    for note in row.notes:
        parts.append(Padding(Text(f"note:    {note}"), (0, 0, 0, 2)))
    if row.verdict is Verdict.NUMERICAL:
        return Group(*parts, Text(""))
    tried = [(run, run.effects.get(row.loop)) for run in reruns.values() if run.failure or row.loop in run.effects]
    if tried:
        parts.append(Padding(Text("run again:"), (0, 0, 0, 2)))
    for run, effect in tried:
        if effect is None:
            outcome = f"{Outcome.FAILED.value}: {run.failure}"
        else:
            outcome = f"{effect.outcome.value}, ±{size(effect.after, row.unit)}"
        parts.append(Padding(Text(f"- {run.label}: {outcome}"), (0, 0, 0, 4)))
    return Group(*parts, Text(""))
