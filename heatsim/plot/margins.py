"""Figures of loop margins: maps over operating points and gains; Bode and Nyquist diagrams from `margin_curves`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import ScalarFormatter

from heatsim.analysis.margins.over import onset
from heatsim.errors import UsageError
from heatsim.plot.margin_curves import bode, dress, nyquist
from heatsim.plot.style import BLACK, BLUE, RED, cell_edges, new_figure

__all__ = ["bode", "boundary", "draw_map", "margin_map", "nyquist", "scale"]

_FONT = 10.0
_LEVELS = (0.0, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 1e9)
_SHADES = ("#D55E00", "#F2A65A", "#F7D08A", "#F3F0B5", "#BFE3C3", "#73C2A0", "#009E73")
_LABELS = ("unstable", "1 to 1.5", "1.5 to 2", "2 to 3", "3 to 5", "5 to 10", "above 10")
_UNKNOWN = "#E8E8E8"
_KNOWN = {
    "W": (1e-6, "MW"),
    "K": (1.0, "K"),
    "kg/s": (1.0, "kg/s"),
    "Pa": (1e-5, "bar"),
}


def margin_map(
    found: xr.Dataset, *, x: str | None = None, y: str | None = None, figure_of: str = "gain_margin"
) -> Figure:
    """Map of a margin over one or two dimensions, with the boundary of stability.

    Parameters
    ----------
    found
        From `hs.margin_map`, with one or two dimensions.
    x, y
        Dimensions; default the last one ("gain", if there is one) upwards and the first to the right.
    figure_of
        For one dimension, the margin to draw beside the gain margin: "Ms", "phase_margin", "delay_margin".
    """
    dims = [str(d) for d in found["stable"].dims]
    if len(dims) == 1:
        return _lines(found, dims[0], "Ms" if figure_of == "gain_margin" else figure_of)
    if len(dims) != 2:
        raise UsageError(f"a margin map is drawn over one or two dimensions, not {len(dims)}; choose with .sel()")
    x = dims[0] if x is None else x
    y = next(d for d in dims if d != x) if y is None else y
    figure = new_figure(8.2, 5.6)
    axes = figure.subplots()
    draw_map(axes, found, x=x, y=y)
    figure.suptitle(_heading(found), x=0.01, ha="left", fontsize=_FONT + 3, fontweight="bold")
    return figure


def draw_map(axes: Axes, found: xr.Dataset, *, x: str, y: str) -> None:
    """Draw the gain margin as colours into axes, with the boundary of stability and a legend."""
    data = found.sortby([x, y]).transpose(y, x)
    values = np.where(data["stable"], np.nan_to_num(data["gain_margin"], nan=0.0, posinf=1e8), 0.5)
    values = np.where(data["status"] == "ok", values, np.nan)
    norm = BoundaryNorm(_LEVELS, len(_SHADES))
    colours = ListedColormap(list(_SHADES)).with_extremes(bad=_UNKNOWN)
    px, py = data[x].values * scale(found, x)[0], data[y].values * scale(found, y)[0]
    axes.pcolormesh(
        cell_edges(px), cell_edges(py), np.ma.masked_invalid(values), cmap=colours, norm=norm, shading="flat"
    )
    boundary(axes, found, x=x, y=y)
    axes.set_xlabel(_axis_label(found, x), fontsize=_FONT)
    axes.set_ylabel(_axis_label(found, y), fontsize=_FONT)
    axes.tick_params(labelsize=_FONT - 1)
    present = np.unique(np.digitize(values[np.isfinite(values)], _LEVELS) - 1)
    entries = [
        Line2D([], [], marker="s", linestyle="", markersize=10, color=_SHADES[k], label=_LABELS[k]) for k in present
    ]
    if np.isnan(values).any():
        entries.append(Line2D([], [], marker="s", linestyle="", markersize=10, color=_UNKNOWN, label="not found"))
    lines = [line for line in axes.get_lines() if str(line.get_label()).startswith("predicted")]
    axes.legend(
        handles=[*entries, *lines],
        title="gain margin",
        loc="upper left",
        bbox_to_anchor=(1.01, 1.0),
        frameon=False,
        fontsize=_FONT - 1,
    )


def boundary(
    axes: Axes,
    found: xr.Dataset,
    *,
    x: str | None = None,
    y: str | None = None,
    label: str = "predicted limit",
    **style: Any,
) -> None:
    """Draw the predicted limit of stability of a map into axes, for instance over verdicts of simulations.

    In units of `scale(found, name)`. With the dimension "gain" upwards the critical gain is drawn over the other one,
    which is finer than the map.

    Parameters
    ----------
    axes
        Axes to draw into.
    found
        From `hs.margin_map`.
    x, y
        Dimensions of the axes. With a map of one dimension, `y` is taken as factor on the gain.
    label, style
        Of the line.
    """
    dims = [str(d) for d in found["stable"].dims]
    x = dims[0] if x is None else x
    y = next((d for d in dims if d != x), "gain") if y is None else y
    style = dict[str, Any](color=BLACK, linewidth=2.2) | style
    if y == "gain":
        data = found.sortby(x)
        at = data[x].values * scale(found, x)[0]
        limits = data["critical_gain"] if "gain" not in dims else data["critical_gain"].median("gain")
        limits = limits.where(np.isfinite(limits))
        low, high = axes.get_ylim()
        axes.plot(at, limits.values, label=label, **style)
        if "gain" in dims:
            axes.set_ylim(low, high)
        return
    line = onset(found, x)
    axes.plot(line.values * scale(found, x)[0], line[y].values * scale(found, y)[0], label=label, **style)


def scale(found: xr.Dataset, name: str) -> tuple[float, str]:
    """Factor and unit with which a dimension is drawn: MW for W, bar for Pa."""
    unit = str(found[name].attrs.get("units", ""))
    return _KNOWN.get(unit, (1.0, unit if unit != "1" else ""))


def _lines(found: xr.Dataset, x: str, second: str) -> Figure:
    data = found.sortby(x)
    at = data[x].values * scale(found, x)[0]
    figure = new_figure(7.8, 6.0)
    upper, lower = figure.subplots(2, 1, sharex=True)
    bad = ~data["stable"].values
    for axes, name in ((upper, "gain_margin"), (lower, second)):
        values = np.where(np.isfinite(data[name].values), data[name].values, np.nan)
        axes.plot(at, values, color=BLUE, linewidth=1.8, marker="o", markersize=4)
        dress(axes, _figure_label(found, name))
    upper.set_yscale("log")
    upper.yaxis.set_major_formatter(ScalarFormatter())
    upper.yaxis.set_minor_formatter(ScalarFormatter())
    upper.tick_params(axis="y", which="minor", labelsize=_FONT - 2)
    upper.axhline(1.0, color=RED, linestyle=(0, (3, 1.6)), linewidth=1.3)
    limit = float(onset(found, x))
    place = limit * scale(found, x)[0]
    for axes in (upper, lower):
        for begin, end in _spans(at, bad, place):
            axes.axvspan(begin, end, color=RED, alpha=0.12, linewidth=0)
        axes.set_xlim(at[0], at[-1])
    if math.isfinite(limit):
        for axes in (upper, lower):
            axes.axvline(place, color=BLACK, linewidth=1.6)
        text = f" limit of stability {place:.3g} {scale(found, x)[1]}"
        upper.annotate(text, (place, 1.0), xycoords=("data", "axes fraction"), va="bottom", fontsize=_FONT - 1)
    lower.set_xlabel(_axis_label(found, x), fontsize=_FONT)
    figure.suptitle(_heading(found), x=0.01, ha="left", fontsize=_FONT + 3, fontweight="bold")
    return figure


def _spans(x: np.ndarray, bad: np.ndarray, limit: float) -> list[tuple[float, float]]:
    """Where the loop is unstable: around the points, up to the limit where it lies between two of them."""
    edges = cell_edges(x)
    k = int(np.searchsorted(x, limit))
    if 0 < k < x.size:
        edges[k] = limit
    return [(float(edges[k]), float(edges[k + 1])) for k in np.flatnonzero(bad)]


def _axis_label(found: xr.Dataset, name: str) -> str:
    if name == "gain":
        return "gain of the controller, relative to its setting"
    unit = scale(found, name)[1]
    return f"{name} in {unit}" if unit else name


def _figure_label(found: xr.Dataset, name: str) -> str:
    words: Mapping[str, str] = {
        "gain_margin": "gain margin",
        "Ms": "maximum sensitivity Ms",
        "phase_margin": "phase margin in °",
        "delay_margin": "delay margin in s",
        "damping": "damping ratio",
    }
    return words.get(name, name)


def _heading(found: xr.Dataset) -> str:
    return f"Predicted stability of {found.attrs.get('loop', 'the loop')}"
