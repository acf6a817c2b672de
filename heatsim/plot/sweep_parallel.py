"""Parallel coordinates of a sweep: a line for each case through its swept values and its figures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, MaxNLocator

from heatsim.edge import NumberFormat, Quantity
from heatsim.errors import UsageError, listed
from heatsim.plot.style import BLACK, GREY, RED, new_figure
from heatsim.plot.sweep_axes import COLOURS, FONT, Scale, colour_bar, colour_scale, heading
from heatsim.plot.sweep_values import CASE, along_cases, figure_names, quantity, status_of, swept_names

_MOST_LINES = 2000
_MOST_AXES = 16
_TICKS = 5


def parallel_coordinates(
    ds: xr.Dataset,
    figures: str | Sequence[str],
    *,
    colour: str | None = None,
    best: Sequence[int] = (),
    allowed: xr.DataArray | None = None,
) -> Figure:
    """Draw each case as a line through its swept values (left) and its figures (right), an upright axis each.

    Lines of failed cases are dashed and end at the figures, which they do not have. Of more than 2000 cases evenly
    spread ones are drawn, and the title says so; marked ones always.

    Parameters
    ----------
    ds
        A sweep (`heatsim.sweeps.open_sweep`).
    figures
        Names of figures that get an axis.
    colour
        Figure that gives the lines their colour; the first one when left out.
    best
        Numbers of cases that are drawn thick, from 0 in the order of the cells of the Dataset: the index of the
        table of `heatsim.best`.
    allowed
        Whether each case meets the constraints; lines of those that do not are pale.

    Raises
    ------
    UsageError
        If a name is unknown or text, or there are more axes than fit.
    """
    wanted = [figures] if isinstance(figures, str) else list(figures)
    marked = ds.assign(__allowed=xr.ones_like(ds["status"], dtype=bool) if allowed is None else allowed.astype(bool))
    cases = along_cases(marked)
    number = np.cumsum(status_of(ds).ravel() != "left out") - 1  # of a cell among the cases
    best = [int(number[cell]) for cell in best]
    varied = [name for name in swept_names(ds) if np.unique(quantity(ds, name).values.astype(str)).size > 1]
    columns = [quantity(cases, name) for name in (*varied, *wanted)]
    texts = [column.name for column in columns[len(varied) :] if not column.number]
    if texts or not wanted:
        raise UsageError(f"name figures that are numbers, not {listed(texts)}; there are {listed(figure_names(ds))}")
    if not 2 <= len(columns) <= _MOST_AXES:
        raise UsageError(
            f"{len(varied)} swept names and {len(wanted)} figures: parallel coordinates have 2 to {_MOST_AXES} axes; "
            "name fewer figures, or draw main_effects or sensitivity_bars"
        )
    scales = [Scale.of(column, cells=False) for column in columns]
    spans = [_span(scale) for scale in scales]
    heights = np.array(
        [_height(scale, column, span) for scale, column, span in zip(scales, columns, spans, strict=True)]
    )
    drawn = new_figure(max(8.0, 1.6 + 1.55 * len(columns)), 5.4)
    axes = drawn.subplots()
    shade = quantity(cases, colour or wanted[0])
    norm = colour_scale(shade.values)
    shown = _some(cases.sizes[CASE], best)
    state, good = status_of(cases), np.isfinite(heights).all(axis=0)
    met = cases["__allowed"].values
    _lines(axes, heights, [k for k in shown if good[k] and not met[k]], color=GREY, alpha=0.25, linewidth=0.7)
    plain = [k for k in shown if good[k] and met[k] and k not in best]
    _lines(
        axes,
        heights,
        plain,
        array=shade.values[plain],
        cmap=COLOURS,
        norm=norm,
        alpha=0.4 if best else 0.65,
        linewidth=0.9,
    )
    failed = [k for k in shown if state[k] == "failed"]
    _lines(axes, heights[: len(varied)], failed, color=RED, alpha=0.8, linewidth=0.9, linestyle=(0, (3, 2)))
    chosen = [k for k in best if good[k]]
    _lines(axes, heights, chosen, color="white", linewidth=4.6, zorder=4)
    _lines(axes, heights, chosen, array=shade.values[chosen], cmap=COLOURS, norm=norm, linewidth=2.8, zorder=5)
    for k, (scale, column, span) in enumerate(zip(scales, columns, spans, strict=True)):
        _axis(axes, k, scale, column, span, first=len(varied) == k)
    axes.set_xlim(-0.15, len(columns) - 0.55)
    axes.set_ylim(-0.03, 1.03)
    axes.axis("off")
    colour_bar(drawn, norm, [axes], shade.label)
    _legend(drawn, bool(failed), bool(chosen), bool((good & ~met).any()))
    total = cases.sizes[CASE]
    cut = f"{len(shown)} of {total} cases, evenly spread" if len(shown) < total else f"{total} cases"
    lacking = int(((state == "ok") & ~good).sum())
    less = f", {lacking} of them left out that ended well without one of the figures" if lacking else ""
    heading(drawn, f"Parallel coordinates of {cut}{less}")
    return drawn


def _some(number: int, best: Sequence[int]) -> list[int]:
    if number <= _MOST_LINES:
        return list(range(number))
    return sorted({*np.linspace(0, number - 1, _MOST_LINES).round().astype(int).tolist(), *map(int, best)})


def _span(scale: Scale) -> tuple[float, float]:
    places = np.log(scale.places) if scale.kind == "log" else scale.places
    if not places.size:
        return 0.0, 1.0
    low, high = float(places.min()), float(places.max())
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _height(scale: Scale, column: Quantity, span: tuple[float, float]) -> np.ndarray:
    known = np.isfinite(column.values) if column.number else np.ones(column.values.shape, bool)
    found = np.full(column.values.shape, np.nan)
    places = scale.at(column.values[known])
    found[known] = ((np.log(places) if scale.kind == "log" else places) - span[0]) / (span[1] - span[0])
    return found


def _lines(axes: Axes, heights: np.ndarray, which: Sequence[int], **style: object) -> None:
    if not len(which):
        return
    at = np.arange(heights.shape[0], dtype=float)
    lines = [np.column_stack([at, heights[:, k]]) for k in which]
    array = style.pop("array", None)
    drawn = LineCollection(lines, rasterized=len(lines) > 400, **style)  # type: ignore[arg-type]
    if array is not None:
        drawn.set_array(array)  # type: ignore[arg-type]
    axes.add_collection(drawn)


def _axis(axes: Axes, k: int, scale: Scale, column: Quantity, span: tuple[float, float], *, first: bool) -> None:
    """Draw an upright axis with its ticks; a grey line parts swept values from figures."""
    axes.plot([k, k], [0.0, 1.0], color=BLACK, linewidth=1.1, zorder=6)
    if first and k:
        axes.axvline(k - 0.5, color=GREY, linewidth=0.8, linestyle=(0, (1, 3)))
    values = scale.values
    if column.number and values.size > _TICKS + 1:
        values = _round_ticks(scale.kind, values)
        form = NumberFormat.of(values)
        texts = [form(value) for value in values]
        places = np.log(values) if scale.kind == "log" else values
    else:
        texts = [column.text(value) for value in values]
        places = np.log(scale.places) if scale.kind == "log" else scale.places
    for place, text in zip(places, texts, strict=True):
        y = (float(place) - span[0]) / (span[1] - span[0])
        axes.plot([k - 0.025, k], [y, y], color=BLACK, linewidth=0.9, zorder=6)
        box = {"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 0.6}
        axes.text(k - 0.04, y, text, fontsize=FONT - 2, ha="right", va="center", bbox=box, zorder=7)
    unit = f"\n{column.unit}" if column.unit else "\n"
    axes.text(k, -0.06, f"{_broken(column.name)}{unit}", fontsize=FONT - 1, ha="center", va="top", zorder=7)


def _round_ticks(kind: str, values: np.ndarray) -> np.ndarray:
    """Return round numbers in the range of the values, which do not include its ends."""
    low, high = float(values[0]), float(values[-1])
    ticks = LogLocator(subs=(1.0, 2.0, 5.0)) if kind == "log" else MaxNLocator(_TICKS)
    found = np.asarray(ticks.tick_values(low, high))
    return found[(found >= low) & (found <= high)]


def _broken(name: str, most: int = 17) -> str:
    """Return a name in lines that stand side by side."""
    parts, lines = name.replace("_", "_\0").replace(".", ".\0").replace(":", ":\0").split("\0"), [""]
    for part in parts:
        if lines[-1] and len(lines[-1]) + len(part) > most:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def _legend(drawn: Figure, failed: bool, chosen: bool, broken: bool) -> None:
    entries = [
        (chosen, Line2D([], [], color=BLACK, linewidth=2.8, label="best cases")),
        (failed, Line2D([], [], color=RED, linestyle=(0, (3, 2)), label="failed: no figures")),
        (broken, Line2D([], [], color=GREY, alpha=0.5, label="does not meet the constraints")),
    ]
    handles = [entry for there, entry in entries if there]
    if handles:
        drawn.legend(handles=handles, loc="outside lower left", ncols=len(handles), frameon=False, fontsize=FONT - 1)
