"""Heat map of a sweep: a figure over two swept names, with contours, the best case, and the cases that are lacking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from heatsim.edge import NumberFormat
from heatsim.errors import UsageError
from heatsim.plot.style import BLACK, RED, new_figure
from heatsim.plot.sweep_axes import COLOURS, FONT, Scale, colour_bar, colour_scale, heading, ink_on
from heatsim.plot.sweep_cells import (
    ALLOWED,
    REDUCTIONS,
    best_case,
    case_values,
    check_rest,
    cut,
    marked,
    reduced,
    sorted_grid,
    two_names,
    words,
)
from heatsim.plot.sweep_points import points
from heatsim.plot.sweep_values import CASE, quantity, swept_names

_MOST_PANELS = 12
_MOST_WRITTEN = 121
"""Cells of all panels up to which their values are written in."""
_MOST_ROWS = 12
"""Rows of a panel up to which values have room."""
_WIDTH, _PANEL_WIDTH = 5.8, 2.8
"""Width of the axes of a map alone, and of one of several panels, inch."""
_CHARACTER = 0.6 * (FONT - 2) / 72.0
"""Width of a character of a value that is written in, inch."""
_LEAST_CONTOURS = 4
"""Cells in either direction from which on contours mean something."""
_LACKING = {
    "failed": ("#F6DDD0", "////", "#A33A00", "failed"),
    "missing": ("#FFFFFF", "...", "#8C8C8C", "not run yet"),
    "ok": ("#EDEDED", "xx", "#B5B5B5", "ended well without this figure"),
    "left out": ("#FFFFFF", "", "#D0D0D0", "left out by a constraint"),
}
"""Colour, hatch and its colour of cells without a value, and what they are."""


def heat_map(
    ds: xr.Dataset,
    figure: str,
    *,
    x: str | None = None,
    y: str | None = None,
    at: Mapping[str, Any] | None = None,
    facet: str | None = None,
    over: str | None = None,
    best: str | Mapping[str, Any] | None = None,
    allowed: xr.DataArray | None = None,
) -> Figure:
    """Draw a figure over two swept names as a map.

    Of a grid each case is a cell, with contour lines where there are enough of them. Cells of cases that failed are
    hatched, those not run yet dotted; cells that do not meet the constraints are pale and crossed. Cases that are no
    grid (samples, lists) are drawn as points; their other names vary from point to point.

    Parameters
    ----------
    ds
        A sweep (`heatsim.sweeps.open_sweep`).
    figure
        Name of a figure.
    x, y
        Swept names; the first two that are free when left out.
    at
        Swept name of a grid -> the value (SI) at which to cut.
    facet
        Swept name of a grid with a panel for each value; when three are free, the one that is neither x nor y.
    over
        What a cell shows of all values of the names that are left: `lowest`, `highest` (of the cases that meet the
        constraints, where there are such), or `mean` (of the cases that ended well).
    best
        Case that is marked: `lowest` or `highest` of this figure among those shown that meet the constraints, or the
        values (SI) of a case by name.
    allowed
        Whether each case meets the constraints, with the dimensions of the sweep.

    Raises
    ------
    UsageError
        If a name is unknown, fewer than two names are swept, or values are left to be chosen.
    """
    if not quantity(ds, figure).number:
        raise UsageError(f"'{figure}' is text, which has no map; choose a figure that is a number")
    if isinstance(best, str) and best not in REDUCTIONS[:2]:
        raise UsageError(f"best: '{best}' is unknown; choose lowest or highest, or give the values of a case")
    ds = ds.assign({ALLOWED: xr.ones_like(ds["status"], dtype=bool) if allowed is None else allowed.astype(bool)})
    if CASE in ds.dims:
        return points(ds, figure, x, y, best)
    known = marked(ds, best) if best is not None and not isinstance(best, str) else None
    ds = cut(sorted_grid(ds), at or {})
    x, y = two_names(swept_names(ds), x, y)
    rest = [name for name in swept_names(ds) if name not in (x, y)]
    if facet is None and over is None and len(rest) == 1:
        facet = rest[0]
    rest = [name for name in rest if name != facet]
    check_rest(ds, (x, y), rest, facet, over, _MOST_PANELS)
    mark = case_values(best_case(ds, figure, best)) if isinstance(best, str) else known
    named = best if isinstance(best, str) else "best case"
    label = quantity(ds, figure).label
    cells = reduced(ds, figure, rest, over).assign_attrs(label=label, words=words(ds, figure, at or {}, rest, over))
    return _maps(cells, x, y, facet, mark or {}, named)


def _maps(cells: xr.Dataset, x: str, y: str, facet: str | None, mark: Mapping[str, Any], named: str) -> Figure:
    """Draw cells (dimensions x, y and facet) as panels with one scale of colours."""
    panels = [cells.isel({facet: k}) for k in range(cells.sizes[facet])] if facet else [cells]
    columns = min(len(panels), 4 if len(panels) in (4, 7, 8, 10, 11, 12) else 3)
    rows = -(-len(panels) // columns)
    size = (7.8, 1.6 + min(4.0, 0.75 * cells.sizes[y])) if len(panels) == 1 else (1.6 + 2.9 * columns, 1.5 + 2.7 * rows)
    drawn = new_figure(*size)
    grid = drawn.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
    scales = Scale.of(quantity(cells, x)), Scale.of(quantity(cells, y))
    norm, format_ = colour_scale(cells["value"].values), NumberFormat.of(cells["value"].values)
    longest = max((len(format_(value)) for value in cells["value"].values.flat if np.isfinite(value)), default=0)
    room = (_WIDTH if len(panels) == 1 else _PANEL_WIDTH) / cells.sizes[x]
    written = cells["value"].size <= _MOST_WRITTEN and cells.sizes[y] <= _MOST_ROWS
    written = written and (longest + 1) * _CHARACTER <= room
    framed = False
    for k, (axes, panel) in enumerate(zip(grid, panels, strict=False)):
        _panel(axes, panel.transpose(y, x), scales, norm, format_ if written else None)
        place = _place(panel, x, y, mark)
        if place is not None:
            framed = True
            _frame(axes, *(scale.edges[i : i + 2] for scale, i in zip(scales, place, strict=True)))
        scales[0].dress(axes, "x", label=k + columns >= len(panels))
        scales[1].dress(axes, "y", label=k % columns == 0)
        axes.tick_params(labelbottom=k + columns >= len(panels))
        if facet:
            name = quantity(cells, facet)
            axes.set_title(f"{facet} = {name.with_unit(name.values[k])}", fontsize=FONT, loc="left")
    for axes in grid[len(panels) :]:
        axes.axis("off")
    colour_bar(drawn, norm, list(grid), str(cells.attrs["label"]))
    _legend(drawn, cells, named if framed else "")
    heading(drawn, str(cells.attrs["words"]))
    return drawn


def _panel(
    axes: Axes, panel: xr.Dataset, scales: tuple[Scale, Scale], norm: Normalize, written: NumberFormat | None
) -> None:
    x, y = scales
    values, state = panel["value"].values, panel["state"].values.astype(str)
    masked = np.ma.masked_invalid(values)
    axes.pcolormesh(x.edges, y.edges, masked, cmap=COLOURS, norm=norm, shading="flat", rasterized=values.size > 2500)
    broken = np.isfinite(values) & ~panel["allowed"].values
    for i, k in np.argwhere(~np.isfinite(values) | broken):
        cell = (x.edges[k], y.edges[i]), x.edges[k + 1] - x.edges[k], y.edges[i + 1] - y.edges[i]
        style = {"facecolor": "white", "alpha": 0.6} if broken[i, k] else _lacking(state[i, k])
        axes.add_patch(Rectangle(*cell, linewidth=0.0, **style))
    crossed = np.argwhere(broken)
    if written is None and crossed.size:
        axes.plot(x.places[crossed[:, 1]], y.places[crossed[:, 0]], "x", color=BLACK, markersize=5, markeredgewidth=1.0)
    if written is None:
        _contours(axes, x, y, values, norm)
    else:
        for i, k in np.argwhere(np.isfinite(values)):
            ink = BLACK if broken[i, k] else ink_on(COLOURS, norm(values[i, k]))
            text = written(values[i, k]) + (" ×" if broken[i, k] else "")
            axes.text(x.places[k], y.places[i], text, ha="center", va="center", fontsize=FONT - 2, color=ink)
    axes.set_xlim(x.edges[0], x.edges[-1])
    axes.set_ylim(y.edges[0], y.edges[-1])


def _contours(axes: Axes, x: Scale, y: Scale, values: np.ndarray, norm: Normalize) -> None:
    known = values[np.isfinite(values)]
    if min(values.shape) < _LEAST_CONTOURS or known.size < 0.5 * values.size or np.ptp(known) <= 0.0:
        return
    levels: dict[str, Any] = {} if isinstance(norm, LogNorm) else {"levels": 7}
    lines = axes.contour(x.places, y.places, np.ma.masked_invalid(values), colors="white", linewidths=0.9, **levels)
    text = NumberFormat.of(np.asarray(lines.levels))
    lines.clabel(fontsize=FONT - 2.5, fmt=lambda level: text(level))


def _lacking(state: str) -> dict[str, Any]:
    colour, hatch, ink, _ = _LACKING[state]
    return {"facecolor": colour, "hatch": hatch, "edgecolor": ink}


def _place(panel: xr.Dataset, x: str, y: str, mark: Mapping[str, Any]) -> tuple[int, int] | None:
    """Return column and row of a case; None when the panel cuts elsewhere."""
    for name, held in panel.coords.items():
        if held.ndim == 0 and name in mark and held.item() != mark[str(name)]:
            return None
    if x not in mark or y not in mark:
        return None
    found = [[k for k, one in enumerate(panel[name].values.tolist()) if one == mark[name]] for name in (x, y)]
    return (found[0][0], found[1][0]) if all(found) else None


def _frame(axes: Axes, across: np.ndarray, up: np.ndarray) -> None:
    cell = (across[0], up[0]), across[1] - across[0], up[1] - up[0]
    axes.add_patch(Rectangle(*cell, fill=False, edgecolor="white", linewidth=4.5, zorder=4))
    axes.add_patch(Rectangle(*cell, fill=False, edgecolor=RED, linewidth=2.4, zorder=5))


def _legend(drawn: Figure, cells: xr.Dataset, marked: str) -> None:
    """Say below the maps what marks and hatches mean, of those that are there."""
    states = set(cells["state"].values.astype(str)[~np.isfinite(cells["value"].values)].tolist())
    entries: list[Any] = [
        Patch(facecolor=c, hatch=h, edgecolor=ink, label=label)
        for name, (c, h, ink, label) in _LACKING.items()
        if name in states
    ]
    if bool((cells["value"].notnull() & ~cells["allowed"]).any()):
        entries.append(Line2D([], [], marker="x", linestyle="", color=BLACK, label="does not meet the constraints"))
    if marked:
        entries.append(Patch(facecolor="white", edgecolor=RED, linewidth=2.4, label=marked))
    if entries:
        drawn.legend(handles=entries, loc="outside lower left", ncols=len(entries), frameon=False, fontsize=FONT - 1)
