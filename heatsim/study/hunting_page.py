"""What an engineer sees of the study of hunting loops: one page of figures, and the same in words on the terminal."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from heatsim.analysis.hunting import LoopVerdict, loop_signals
from heatsim.analysis.margins import onset
from heatsim.plot import loops as plots
from heatsim.plot.margins import nyquist
from heatsim.plot.style import BLACK, BLUE, GREEN, RED, new_figure
from heatsim.system.loops import loops_from_json

if TYPE_CHECKING:
    from heatsim.study.loop_hunting import HuntingResult

HEADER = ("loop", "before", "amplitude", "command", "period", "after", "amplitude", "why")
_MOST_PANELS = 4
_MOST_ROWS = 9
_LINE = 0.27
"""Height of a line of the page's text, inches."""
_WORDS = {"saturated": "at its limit"}
"""Verdicts in words that need no definition."""


def figures(result: HuntingResult) -> dict[str, Figure]:
    """Return the figures of a run by name of their file."""
    found = {"overview": overview(result), "loops": several(result)}
    if any(row.response is not None and row.acts for row in result.responses):
        found["margins"] = nyquist(result.responses, colours=(RED, BLUE))
    return found


def overview(result: HuntingResult) -> Figure:
    """Draw the page: which loop hunts, at which load, why, what to set, and what it does then."""
    said = [(name, line) for name, text in answers(result).items() for line in _wrapped(name, text)]
    rows = table_rows(result)
    heights = [0.55 + _LINE * len(said), 5.8, 0.7 + 0.3 * len(rows)]
    figure = new_figure(15.0, sum(heights))
    parts: Any = figure.subfigures(3, 1, height_ratios=heights)
    _write(parts[0], result, said, heights[0])
    left, right = parts[1].subfigures(1, 2, width_ratios=[1.05, 1.0])
    if result.cells is None:
        _beside(left, result)
    else:
        _draw_map(left.subplots(), result)
    upper, lower = right.subplots(2, 1, sharex=True)
    plots.comparison(result.before.dataset, result.after.dataset, result.scenario.loop, (upper, lower))
    for each in (upper, lower):
        each.axvspan(*_span(result, each), color="#F2F2F2", zorder=-2, label="_judged")
    upper.set_title(f"{result.scenario.loop}; judged where grey", loc="right", fontsize=9)
    plots.table(parts[2].subplots(), rows, HEADER, [_colours(row) for row in rows])
    return figure


def several(result: HuntingResult) -> Figure:
    """Draw measurement and command of the loops that hunt most, before and after; at most four."""
    names = ([row.loop for row in _by_size(result) if row.hunts] or [result.scenario.loop])[:_MOST_PANELS]
    figure = new_figure(7.5 * min(len(names), 2), 5.5 * math.ceil(len(names) / 2))
    parts: Any = figure.subfigures(math.ceil(len(names) / 2), min(len(names), 2), squeeze=False)
    for part, name in zip(parts.ravel(), names, strict=False):
        upper, lower = part.subplots(2, 1, sharex=True)
        plots.comparison(result.before.dataset, result.after.dataset, name, (upper, lower))
        part.suptitle(f"{name}: {_why_of(result, result.before[name])}", x=0.01, ha="left", fontsize=12)
    return figure


def answers(result: HuntingResult) -> dict[str, str]:
    """Return the answers of the study in sentences: which loop, why, at which load, what to set."""
    found = {"Which loop": which(result), "Why": why(result), "At which load": at_which_load(result)}
    found["What to set"] = " ".join(part for part in (result.scenario.cure, settings(result)) if part)
    return {name: text for name, text in found.items() if text}


def which(result: HuntingResult) -> str:
    """Return what the scenario's loop does, before and after, in a sentence."""
    row, later = result.before[result.scenario.loop], result.after[result.scenario.loop]
    others = sum(each.hunts for each in result.before) - row.hunts
    moves = f"{amplitude(row)} every {period(row)}, command {command(result, row)}" if row.hunts else row.reason
    text = f"{row.loop}: {row.verdict.value}, {moves}"
    text += f"; {others} other{'s' * (others != 1)} with it" if others and row.hunts else ""
    return f"{text}. With the cure: {_word(later)} ({later.reason})."


def why(result: HuntingResult) -> str:
    """Return the cause of the scenario's loop and the first evidence, in a sentence."""
    loop = result.scenario.loop
    if loop not in result.report:
        return "nothing to explain."
    found = result.report[loop]
    if not found.findings:
        return "unknown; no change that was tried ends it."
    return f"{found.cause.value}, {found.findings[0].words} ({found.confidence:.2f}): {'; '.join(found.evidence[:2])}."


def at_which_load(result: HuntingResult) -> str:
    """Return where the linear model loses stability, in a sentence; empty when there is no prediction."""
    if result.margins is None:
        return ""
    over, found = result.scenario.over, result.margins
    # a loop whose command reaches nothing, or an unstable mode that no gain of this loop calms, says nothing about it
    known = (found["status"] == "ok") & found["acts"] & (found["stable"] | found["gain_margin"].notnull())
    stable, loads = found["stable"].values[known], found[over].values[known]
    if not loads.size or found["gain_margin"].isnull().all():
        return ""
    if stable.all() or not stable.any():
        word = "stable" if stable.all() else "unstable"
        span = f"from {over} = {_load(result, loads.min())} to {_load(result, loads.max())}"
        span = span if loads.size > 1 else f"at {over} = {_load(result, loads.min())}"
        hint = "; what makes the loop hunt is not linear, so the boundary of the map does not show it"
        return f"the linear model is {word} {span}{hint if stable.all() else ''}."
    limit = float(onset(result.margins, over))
    side = "below" if stable[int(np.argmax(loads))] else "above"
    flow = ""
    if result.cells is not None and "flow" in result.cells:
        kg = float(np.interp(limit, result.cells[over].values, result.cells["flow"].values))
        flow = f" ({result.scenario.flow} {kg:.3g} kg/s)"
    return f"the linear model is unstable {side} {over} = {_load(result, limit)}{flow}."


def settings(result: HuntingResult) -> str:
    """Return what the tuning advisor would set, in a sentence; empty when there is nothing to tune."""
    found = result.advice
    if found is None:
        return ""
    return (
        f"Tuning advisor for all loads, {found.rule}: k = {found.settings.k:.3g}, Ti = {found.settings.Ti:.3g} s "
        f"(now {found.before.k:.3g}, {found.before.Ti:.3g} s), Ms {found.worst.after.Ms:.2f} at the worst load."
    )


def table_rows(result: HuntingResult) -> list[tuple[str, ...]]:
    """Return the loops that move before or after, or rest in another way after, as text for people.

    The scenario's loop comes first, then what moves most; loops beyond the ninth are counted.
    """
    later = {row.loop: row for row in result.after}
    rows: list[tuple[str, ...]] = []
    for row in _by_size(result):
        after = later.get(row.loop)
        rests = ("calm", "saturated")  # also loops that are not needed, at their limit
        quiet = row.verdict.value in rests and (after is None or after.verdict is row.verdict)
        if quiet and row.loop != result.scenario.loop:
            continue
        rows.append(
            (
                row.loop,
                _word(row),
                amplitude(row),
                command(result, row),
                period(row),
                "" if after is None else _word(after),
                "" if after is None else amplitude(after),
                _why_of(result, row),
            )
        )
    if len(rows) > _MOST_ROWS:
        more = len(rows) - _MOST_ROWS + 1
        rows = [*rows[: _MOST_ROWS - 1], (f"{more} more", *[""] * (len(HEADER) - 2), "in loops.json")]
    return rows


def amplitude(row: LoopVerdict) -> str:
    """Return the amplitude in the unit that engineers read."""
    if row.amplitude is None:
        return ""
    return _difference(row.amplitude, row.unit)


def command(result: HuntingResult, row: LoopVerdict) -> str:
    """Return the amplitude of the command in the unit that engineers read; of machines it is a number."""
    if row.command_amplitude is None:
        return ""
    if row.command_amplitude < 1e-9:
        return "rests"
    if plots.counts(loop_signals(result.before.dataset, row.loop).command):
        return "on/off" if row.command_amplitude == 0.5 else f"±{row.command_amplitude:g}"
    return _difference(row.command_amplitude, row.command_unit)


def _difference(value: float, kind: str) -> str:
    factor, unit = {"K": (1.0, "K"), "Pa": (1e-5, "bar"), "W": (1e-6, "MW"), "1": (100.0, "%")}.get(kind, (1.0, kind))
    return f"±{factor * value:.2g} {unit}"


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
    console.print(Text(_title(result), style="bold"))
    console.print(Padding(Text(result.scenario.story), (0, 0, 1, 2)))
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in HEADER:
        table.add_column(name, no_wrap=name == "loop", overflow="fold")
    for row in table_rows(result):
        table.add_row(*row)
    console.print(table)
    console.print()
    result.report.print()
    for name, text in answers(result).items():
        if name != "Why":  # the report said it
            console.print(Text(f"{name}: ", style="bold").append(Text(text, style="")))
    for note in result.notes:
        console.print(Text(f"note: {note}"))


def _write(part: Any, result: HuntingResult, said: list[tuple[str, str]], height: float) -> None:
    """Write title and answers at the top of the page."""
    colour = BLACK if result.failure is None else RED
    title = _title(result) if result.failure is None else f"{_title(result)}: RUN FAILED ITS CHECKS"
    part.text(0.01, 1.0 - 0.08 / height, title, fontsize=15, fontweight="bold", color=colour, va="top")
    before = ""
    for i, (name, line) in enumerate(said):
        y = 1.0 - (0.45 + _LINE * i) / height
        if name != before:
            part.text(0.01, y, name, fontsize=10.5, fontweight="bold", color=BLACK, va="top")
        part.text(0.095, y, line, fontsize=10.5, color=BLACK, va="top")
        before = name


def _wrapped(name: str, text: str) -> list[str]:
    return textwrap.wrap(text, 165)


def _title(result: HuntingResult) -> str:
    return result.scenario.title[0].upper() + result.scenario.title[1:]


def _word(row: LoopVerdict) -> str:
    return _WORDS.get(row.verdict.value, row.verdict.value)


def _load(result: HuntingResult, value: float) -> str:
    shown, unit = plots.edge(str(result.margins[result.scenario.over].attrs["units"]), value)  # type: ignore[index]
    return f"{float(shown):.3g} {unit}"


def _why_of(result: HuntingResult, row: LoopVerdict) -> str:
    """Return the cause of a loop, or whose oscillation it takes part in."""
    if row.loop not in result.report:
        return "moved from outside" if row.verdict.value == "forced" else ""
    found, own = result.report[row.loop], result.scenario.loop
    if own in result.report and row.loop != own and found.cause is result.report[own].cause:
        return f"takes part in that of {own}"
    return found.cause.value


def _by_size(result: HuntingResult) -> list[LoopVerdict]:
    """Return the loops, the scenario's first, then those that move their command most for its range."""

    def size(row: LoopVerdict) -> tuple[bool, float]:
        signals = loop_signals(result.before.dataset, row.loop)
        span = signals.command_range
        return row.loop != result.scenario.loop, -((row.command_amplitude or 0.0) / span if span > 0.0 else 0.0)

    return sorted(result.before, key=size)


def _beside(part: Any, result: HuntingResult) -> None:
    """Draw the other loop that moves most, in the place of a map."""
    loops = result.before.dataset.attrs["loops"]
    moving = [row.loop for row in _by_size(result) if row.hunts and row.loop != result.scenario.loop]
    # an actuator says more than a set point
    others = sorted(moving, key=lambda name: loops_from_json(loops)[name].gain is None)
    if not others:
        axes = part.subplots()
        axes.axis("off")
        axes.text(0.5, 0.5, "no map: the loop has no gain", ha="center", va="center")
        return
    upper, lower = part.subplots(2, 1, sharex=True)
    plots.comparison(result.before.dataset, result.after.dataset, others[0], (upper, lower))
    upper.set_title(f"{others[0]}: {_why_of(result, result.before[others[0]])}", loc="right", fontsize=9)


def _draw_map(axes: Any, result: HuntingResult) -> None:
    assert result.cells is not None
    scenario = result.scenario
    level = float(result.before.dataset[scenario.over].isel(time=-1))
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
        (RED if cell in bad else GREEN if cell == "calm" else "") if HEADER[column] in ("before", "after") else ""
        for column, cell in enumerate(row)
    )
