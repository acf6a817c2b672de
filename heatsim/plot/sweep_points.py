"""Map of cases that are no grid: points over two swept names, coloured by a figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from heatsim.errors import listed
from heatsim.plot.style import BLACK, GREY, RED, new_figure
from heatsim.plot.sweep_axes import COLOURS, FONT, Scale, colour_bar, colour_scale, heading
from heatsim.plot.sweep_cells import ALLOWED, best_case, case_values, marked, two_names
from heatsim.plot.sweep_values import CASE, quantity, status_of, swept_names

_SIZES = ((60, 70.0), (300, 40.0), (1500, 22.0))
"""Cases up to which points have a size."""


def points(ds: xr.Dataset, figure: str, x: str | None, y: str | None, best: str | Mapping[str, Any] | None) -> Figure:
    """Draw a point for each case; parameters as for `heatsim.plot.sweeps.heat_map`."""
    names = swept_names(ds)
    x, y = two_names(names, x, y)
    shown, across, up = (quantity(ds, name) for name in (figure, x, y))
    state, allowed = status_of(ds), ds[ALLOWED].values
    scales = Scale.of(across, cells=False), Scale.of(up, cells=False)
    px, py = (scale.at(found.values) for scale, found in zip(scales, (across, up), strict=True))
    size = next((size for most, size in _SIZES if state.size <= most), 12.0)
    drawn = new_figure(7.8, 5.6)
    axes = drawn.subplots()
    good = np.isfinite(shown.values)
    norm = colour_scale(shown.values)
    style: dict[str, Any] = {"cmap": COLOURS, "norm": norm}
    for which, edge, label in ((good & ~allowed, GREY, "does not meet the constraints"), (good & allowed, BLACK, "")):
        if which.any():
            faint: dict[str, Any] = {"alpha": 0.35, "label": label} if label else {}
            axes.scatter(
                px[which], py[which], s=size, c=shown.values[which], edgecolors=edge, linewidths=0.4, **style, **faint
            )
    for name, marker, colour, label in (("failed", "x", RED, "failed"), ("missing", ".", GREY, "not run yet")):
        which = (state == name) & ~good
        if which.any():
            axes.scatter(px[which], py[which], s=size * 0.7, marker=marker, color=colour, label=label, linewidths=1.2)
    lacking = (state == "ok") & ~good
    if lacking.any():
        label = "ended well without this figure"
        axes.scatter(px[lacking], py[lacking], s=size * 0.7, marker="+", color=GREY, label=label, linewidths=1.2)
    mark = case_values(best_case(ds, figure, best)) if isinstance(best, str) else best
    if mark:
        mark = marked(ds, mark)
        held = {name: ds[name].values.tolist() for name in names if name in mark}
        there = [k for k in range(ds.sizes[CASE]) if all(held[name][k] == mark[name] for name in held)]
        named = best if isinstance(best, str) else "best case"
        axes.scatter(
            px[there[:1]], py[there[:1]], s=4.5 * size, facecolors="none", edgecolors=RED, linewidths=2.2, label=named
        )
    for scale, way in zip(scales, "xy", strict=True):
        scale.dress(axes, way)
    colour_bar(drawn, norm, [axes], shown.label)
    if axes.get_legend_handles_labels()[0]:
        drawn.legend(loc="outside lower left", ncols=4, frameon=False, fontsize=FONT - 1)
    others = [name for name in names if name not in (x, y)]
    text = shown.words or shown.name
    heading(drawn, f"{text}; {listed(others)} {'vary' if len(others) > 1 else 'varies'} as well" if others else text)
    return drawn
