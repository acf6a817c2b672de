"""What an engineer sees of the study of hunting loops: one page of figures, and the same in words on the terminal."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any

import xarray as xr
from matplotlib.figure import Figure
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from heatsim.analysis.hunting import LoopVerdict
from heatsim.plot import loops as plots
from heatsim.plot.margins import nyquist
from heatsim.plot.style import BLACK, GREEN, RED, new_figure
from heatsim.study.hunting_map import value_at

if TYPE_CHECKING:
    from heatsim.study.loop_hunting import HuntingResult

HEADER = ("loop", "before", "amplitude", "period", "after", "amplitude", "why")
_MOST_PANELS = 4


def figures(result: HuntingResult) -> dict[str, Figure]:
    """Return the figures of a run by name of their file."""
    found = {"overview": overview(result), "loops": several(result)}
    if result.responses:
        found["margins"] = nyquist(result.responses)
    return found


def overview(result: HuntingResult) -> Figure:
    """Draw the page: which loop hunts, at which load, why, what to set, and what it does then."""
    figure = new_figure(15.0, 10.0)
    rows = table_rows(result)
    parts: Any = figure.subfigures(2, 1, height_ratios=[3.0, 0.55 + 0.22 * len(rows)])
    top, bottom = parts
    left, right = top.subfigures(1, 2, width_ratios=[1.05, 1.0])
    _draw_map(left.subplots(), result)
    upper, lower = right.subplots(2, 1, sharex=True)
    plots.comparison(result.before.dataset, result.after.dataset, result.scenario.loop, (upper, lower))
    for each in (upper, lower):
        each.axvspan(*_span(result, each), color="#F2F2F2", zorder=-2, label="_judged")
    head = "\n".join(textwrap.wrap(f"{result.scenario.title}. {why(result)}", 150))
    what = "\n".join(textwrap.wrap(f"Cure: {result.scenario.cure} {settings(result)}", 190))
    figure.suptitle(head, x=0.01, ha="left", fontsize=13, fontweight="bold")
    plots.table(bottom.subplots(), rows, HEADER, [_colours(row) for row in rows])
    bottom.suptitle(what, x=0.01, ha="left", fontsize=10.5, color=BLACK)
    return figure


def several(result: HuntingResult) -> Figure:
    """Draw measurement and command of every loop that hunts, before and after; at most four."""
    names = [row.loop for row in result.before.hunting]
    names.sort(key=lambda name: name != result.scenario.loop)
    names = (names or [result.scenario.loop])[:_MOST_PANELS]
    figure = new_figure(7.5 * min(len(names), 2), 5.5 * math.ceil(len(names) / 2))
    parts: Any = figure.subfigures(math.ceil(len(names) / 2), min(len(names), 2), squeeze=False)
    for part, name in zip(parts.ravel(), names, strict=False):
        upper, lower = part.subplots(2, 1, sharex=True)
        plots.comparison(result.before.dataset, result.after.dataset, name, (upper, lower))
        part.suptitle(name, x=0.01, ha="left", fontsize=12, fontweight="bold")
    return figure


def why(result: HuntingResult) -> str:
    """Return the cause of the scenario's loop in a sentence."""
    loop = result.scenario.loop
    if loop not in result.report:
        return f"{loop}: {result.before[loop].verdict.value}."
    found = result.report[loop]
    row = result.before[loop]
    sure = found.findings[0].words if found.findings else "no cause found"
    return f"{loop} hunts with {amplitude(row)} every {period(row)}: {found.cause.value} ({sure})."


def settings(result: HuntingResult) -> str:
    """Return what the tuning advisor would set, in a sentence; empty when it has nothing to say."""
    if result.advice is None:
        return ""
    found = result.advice
    return (
        f"Tuning advisor for all loads, {found.rule}: k = {found.settings.k:.3g}, Ti = {found.settings.Ti:.3g} s "
        f"(now {found.before.k:.3g}, {found.before.Ti:.3g} s), Ms {found.worst.after.Ms:.2f} at the worst load."
    )


def table_rows(result: HuntingResult) -> list[tuple[str, ...]]:
    """Return the loops that move before or after, or rest in another way after, as text for people."""
    later = {row.loop: row for row in result.after}
    rows: list[tuple[str, ...]] = []
    for row in result.before:
        after = later.get(row.loop)
        rests = ("calm", "saturated")  # also loops that are not needed, at their limit
        quiet = row.verdict.value in rests and (after is None or after.verdict is row.verdict)
        if quiet and row.loop != result.scenario.loop:
            continue
        cause = result.report[row.loop].cause.value if row.loop in result.report else ""
        rows.append(
            (
                row.loop,
                row.verdict.value,
                amplitude(row),
                period(row),
                "" if after is None else after.verdict.value,
                "" if after is None else amplitude(after),
                cause,
            )
        )
    rows.sort(key=lambda row: row[0] != result.scenario.loop)
    return rows


def amplitude(row: LoopVerdict) -> str:
    """Return the amplitude in the unit that engineers read."""
    if row.amplitude is None:
        return ""
    factor, unit = {"K": (1.0, "K"), "Pa": (1e-5, "bar"), "W": (1e-6, "MW"), "1": (100.0, "%")}.get(
        row.unit, (1.0, row.unit)
    )
    return f"±{factor * row.amplitude:.2g} {unit}"


def period(row: LoopVerdict) -> str:
    """Return the period in s, min or h."""
    if row.period is None:
        return ""
    for scale, unit in ((3600.0, "h"), (60.0, "min")):
        if row.period >= 1.5 * scale:
            return f"{row.period / scale:.2g} {unit}"
    return f"{row.period:.2g} s"


def show(result: HuntingResult) -> None:
    """Print the story, the loops before and after, the cause with its evidence, and what to set."""
    console = Console()
    console.print(Text(result.scenario.title, style="bold"))
    console.print(Padding(Text(result.scenario.story), (0, 0, 1, 2)))
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in HEADER:
        table.add_column(name)
    for row in table_rows(result):
        table.add_row(*row)
    console.print(table)
    console.print()
    result.report.print()
    console.print(Text("Cure: ", style="bold").append(Text(result.scenario.cure, style="")))
    if result.advice is not None:
        console.print(Text(settings(result)))
    for note in result.notes:
        console.print(Text(f"note: {note}"))


def _draw_map(axes: Any, result: HuntingResult) -> None:
    if result.cells is None:
        axes.axis("off")
        axes.text(0.5, 0.5, "no map: the loop has no gain", ha="center", va="center")
        return
    scenario = result.scenario
    case = scenario.hunting()
    inputs: Any = case.inputs
    level = value_at(inputs[scenario.over], case.stop)
    boundary: xr.DataArray | None = None if result.margins is None else result.margins["critical_gain"]
    plots.verdict_map(axes, result.cells, boundary, at=[(level, 1.0, "the scenario")])


def _span(result: HuntingResult, axes: Any) -> tuple[float, float]:
    """Judged part of the run on the time axis of the figure."""
    time = result.before.dataset["time"].values
    low, high = axes.get_xlim()
    scale = (time[-1] - time[0]) / (high - low)
    begin, end = result.before[result.scenario.loop].window
    return low + (begin - time[0]) / scale, low + (end - time[0]) / scale


def _colours(row: tuple[str, ...]) -> tuple[str, ...]:
    bad = ("oscillating", "limit cycle", "numerical")
    return tuple(
        (RED if cell in bad else GREEN if cell == "calm" else "") if column in (1, 4) else ""
        for column, cell in enumerate(row)
    )
