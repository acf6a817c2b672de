"""Figures of control loops: a hunting and a cured run over time, the map of verdicts, and both on one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from heatsim.analysis.hunting import Verdict
from heatsim.analysis.hunting.signals import loop_signals
from heatsim.plot.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PINK,
    RED,
    SKY,
    YELLOW,
    Clock,
    cell_edges,
    legend_above,
    new_figure,
    panel,
    room,
)
from heatsim.system.loops import ControlLoop

VERDICT_COLOURS: Mapping[str, str] = {
    Verdict.CALM.value: GREEN,
    Verdict.SLUGGISH.value: SKY,
    Verdict.OSCILLATING.value: ORANGE,
    Verdict.LIMIT_CYCLE.value: RED,
    Verdict.FORCED.value: BLUE,
    Verdict.SATURATED.value: YELLOW,
    Verdict.NUMERICAL.value: PINK,
    Verdict.UNDECIDED.value: GREY,
}
"""Colour of each verdict, the same in all figures."""
_LEGEND = {Verdict.SATURATED.value: "saturated (command at its limit)"}


def edge(unit: str, values: Any) -> tuple[Any, str]:
    """Return values in the unit that engineers read, and that unit: K to °C, Pa to bar, W to MW, 1 to %."""
    shifts = {"K": (1.0, -273.15, "°C"), "Pa": (1e-5, 0.0, "bar"), "W": (1e-6, 0.0, "MW"), "1": (100.0, 0.0, "%")}
    factor, offset, name = shifts.get(unit, (1.0, 0.0, unit))
    return factor * np.asarray(values, dtype=float) + offset, name


def counts(values: np.ndarray) -> bool:
    """Whether a signal without unit is a number of things or on/off, and not a share: whole numbers that change."""
    return bool(np.ptp(values) > 0.0 and np.all(values == np.round(values)))


def comparison(
    before: xr.Dataset, after: xr.Dataset | None, loop: ControlLoop | str, axes: Sequence[Axes] | None = None
) -> Any:
    """Draw measurement and command of a loop over time, before and after a cure.

    Parameters
    ----------
    before, after
        Runs; `after` may be left out.
    loop
        The loop, or its name in the runs.
    axes
        Two axes to draw into; a new figure when left out.

    Returns
    -------
    matplotlib.figure.Figure
        The figure, or the part of one that the axes belong to.
    """
    figure: Any = new_figure(10.0, 6.0) if axes is None else axes[0].get_figure()
    upper, lower = figure.subplots(2, 1, sharex=True) if axes is None else axes
    first = loop_signals(before, loop)
    second = None if after is None else loop_signals(after, loop)
    scale, word = (3600.0, "h") if first.time[-1] - first.time[0] >= 4 * 3600.0 else (60.0, "min")
    clock = Clock(first.time / scale, f"time in {word}", False)
    for what, each in (("measurement", upper), ("command", lower)):
        kind = first.loop.unit if what == "measurement" else first.loop.command_unit
        if counts(getattr(first, what)) and kind == "1":
            kind = ""
        each.plot(clock.x, edge(kind, getattr(first, what))[0], color=RED, linewidth=1.2, label="hunting")
        if second is not None:
            each.plot(
                second.time / scale, edge(kind, getattr(second, what))[0], color=BLUE, linewidth=1.6, label="cured"
            )
        unit, path = edge(kind, 0.0)[1], getattr(first.loop, what)
        panel(each, f"{path}\nin {unit}" if unit else path, clock, last=each is lower)
    if first.setpoint is not None:
        upper.plot(
            clock.x,
            np.broadcast_to(edge(first.loop.unit, first.setpoint)[0], clock.x.shape),
            color=BLACK,
            linewidth=1.0,
            linestyle=(0, (4, 2)),
            label="set point",
        )
    for each in (upper, lower):
        room(each)
    legend_above(upper, 3)
    return figure


def verdict_map(
    axes: Axes,
    cells: xr.Dataset,
    boundary: xr.DataArray | None = None,
    *,
    at: Sequence[tuple[float, float, str]] = (),
) -> None:
    """Draw what a loop did in simulations over a load and a factor on its gain, with the predicted boundary.

    Parameters
    ----------
    axes
        Where to draw.
    cells
        Result of `heatsim.study.hunting_map.hunting_map`.
    boundary
        Factor on the gain at which the linear model loses stability, over the load; NaN or infinite: nowhere.
    at
        Points to mark: load (SI), factor, text.
    """
    over = str(cells.attrs["over"])
    loads, unit = edge(str(cells[over].attrs.get("units", "")), cells[over].values)
    gains = cells["gain"].values
    texts = cells["verdict"].transpose(over, "gain").values
    names = [name for name in VERDICT_COLOURS if (texts == name).any()]
    x_edges, y_edges = cell_edges(loads), np.exp(cell_edges(np.log(gains)))
    for i in range(loads.size):
        for j in range(gains.size):
            axes.fill_between(
                x_edges[i : i + 2],
                y_edges[j],
                y_edges[j + 1],
                color=VERDICT_COLOURS[str(texts[i, j])],
                alpha=0.55,
                linewidth=0,
            )
    axes.set_yscale("log")
    axes.set_xlim(x_edges[0], x_edges[-1])
    axes.set_ylim(y_edges[0], y_edges[-1])
    handles: list[Any] = [
        Patch(color=VERDICT_COLOURS[name], alpha=0.55, label=_LEGEND.get(name, name)) for name in names
    ]
    if boundary is not None:
        x = edge(str(boundary[over].attrs.get("units", cells[over].attrs.get("units", ""))), boundary[over].values)[0]
        values = np.where(np.isfinite(boundary.values), boundary.values, 1e3 * gains[-1])
        (line,) = axes.plot(x, values, color=BLACK, linewidth=2.2, label="linear model: unstable above")
        handles.append(line)
    for level, gain, text in at:
        place = float(edge(str(cells[over].attrs.get("units", "")), level)[0])
        axes.plot(place, gain, marker="o", markersize=9, markerfacecolor="white", markeredgecolor=BLACK)
        axes.annotate(text, (place, gain), xytext=(9, 5), textcoords="offset points", fontsize=9, color=BLACK)
    axes.yaxis.set_major_formatter(lambda value, _position: f"{value:g}")
    ticks = [g for g in (0.1, 0.2, 0.25, 0.5, 1, 2, 4, 8, 16, 32) if y_edges[0] <= g <= y_edges[-1]]
    axes.set_yticks(ticks, minor=False)
    axes.set_yticks([], minor=True)
    axes.set_xlabel(f"{over} in {unit}", fontsize=10)
    axes.set_ylabel("factor on the gain of the controller", fontsize=10)
    axes.tick_params(labelsize=9)
    axes.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=3,
        frameon=False,
        fontsize=9,
        borderaxespad=0.2,
    )
    if "flow" in cells and np.isfinite(cells["flow"].values).all():
        _flow_axis(axes, loads, cells["flow"].values, str(cells["flow"].attrs.get("long_name", "flow")))


def _flow_axis(axes: Axes, loads: np.ndarray, flow: np.ndarray, name: str) -> None:
    """Show the flow that belongs to each load below the axis."""
    ticks = [f"{load:.3g}\n{value:.0f} kg/s" for load, value in zip(loads, flow, strict=True)]
    axes.set_xticks(loads, ticks)
    axes.set_xlabel(f"{axes.get_xlabel()} (below: {name})", fontsize=10)


def table(axes: Axes, rows: Sequence[Sequence[str]], header: Sequence[str], colours: Sequence[Sequence[str]]) -> None:
    """Draw a table as part of a figure; a colour "" leaves a cell white."""
    axes.axis("off")
    drawn = axes.table(
        cellText=[list(row) for row in rows], colLabels=list(header), loc="upper center", cellLoc="left", edges="B"
    )
    drawn.auto_set_font_size(False)
    drawn.set_fontsize(9)
    drawn.auto_set_column_width(list(range(len(header))))
    for (row, column), cell in drawn.get_celld().items():
        cell.set_edgecolor(GREY)
        cell.set_height(1.0 / (len(rows) + 1.5))
        if row == 0:
            cell.set_text_props(fontweight="bold")
        elif colours[row - 1][column]:
            cell.set_text_props(color=colours[row - 1][column], fontweight="bold")
