"""Main effects of a sweep: how figures follow one swept name, over all values of the others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from heatsim.edge import Quantity
from heatsim.errors import UsageError, listed, near_miss
from heatsim.plot.style import BLACK, BLUE, ORANGE, RED, new_figure, room
from heatsim.plot.sweep_axes import FONT, Scale, heading, plain
from heatsim.plot.sweep_values import CASE, figure_names, quantity, status_of, swept_names

_MOST_COLUMNS = 6
_BINS = 8
_LEAST_IN_BIN = 4


def main_effects(ds: xr.Dataset, figures: str | Sequence[str], names: Sequence[str] | None = None) -> Figure:
    """Draw figures over each swept name.

    Of a grid: the mean over all values of the other names (line) and the range between the lowest and the highest
    case (band). The mean is taken over those settings of the other names that ended well at every value of this one,
    so that a failed case does not bend the line; where these are less than half, over all cases that ended well, and
    the points are hollow. Of one swept name: the cases themselves. Of cases that are no grid: the cases as points, and
    the median of groups of equal size.

    Parameters
    ----------
    ds
        A sweep (`heatsim.sweeps.open_sweep`).
    figures
        Names of figures: a row of panels each.
    names
        Swept names: a column each; all, up to six, when left out.

    Raises
    ------
    UsageError
        If a name is unknown, or the sweep has no swept name with two values.
    """
    wanted = [figures] if isinstance(figures, str) else list(figures)
    known = swept_names(ds)
    for name in names or ():
        if name not in known:
            raise UsageError(f"the sweep has no swept name '{name}'{near_miss(name, known)}; it has {listed(known)}")
    columns = [name for name in names or known if np.unique(quantity(ds, name).values.astype(str)).size > 1]
    if not columns or not wanted:
        raise UsageError("main effects need a figure and a swept name with two values or more")
    left = columns[_MOST_COLUMNS:]
    columns = columns[:_MOST_COLUMNS]
    figure = new_figure(max(7.2, 1.6 + 2.9 * len(columns)), 1.0 + 2.6 * len(wanted))
    grid = figure.subplots(len(wanted), len(columns), squeeze=False, sharey="row")
    marks: set[str] = set()
    for i, name in enumerate(wanted):
        shown = quantity(ds, name)
        if not shown.number:
            raise UsageError(f"'{name}' is text; choose figures that are numbers: {listed(figure_names(ds))}")
        for k, swept in enumerate(columns):
            axes = grid[i, k]
            marks |= _cases(axes, ds, shown, swept) if CASE in ds.dims else _grid(axes, ds, shown, swept)
            plain(axes)
            Scale.of(quantity(ds, swept), cells=False).dress(axes, "x", label=i == len(wanted) - 1)
            if k == 0:
                axes.set_ylabel(shown.label, fontsize=FONT)
        if np.isfinite(shown.values).any():
            room(grid[i, 0])
    _legend(figure, marks)
    heading(figure, _words(ds, wanted, columns, left))
    return figure


def _words(ds: xr.Dataset, wanted: Sequence[str], columns: Sequence[str], left: Sequence[str]) -> str:
    if len(wanted) == 1:
        words = quantity(ds, wanted[0]).words or wanted[0]
    else:
        words = "Main effects" if len(columns) > 1 else f"Figures over {columns[0]}"
    return f"{words}, without {listed(left)}" if left else words


def complete_means(values: np.ndarray) -> tuple[np.ndarray, int]:
    """Return the mean of each row over the columns in which no row is NaN, and how many columns that are.

    Rows that are NaN throughout are left out of the comparison, and have the mean NaN.
    """
    some = np.isfinite(values).any(axis=1)
    complete = np.isfinite(values[some]).all(axis=0)
    means = np.full(values.shape[0], np.nan)
    if complete.any():
        means[some] = values[some][:, complete].mean(axis=1)
    return means, int(complete.sum())


def _grid(axes: Axes, ds: xr.Dataset, shown: Quantity, swept: str) -> set[str]:
    """Draw mean and range over a dimension; return what the legend has to say."""
    one = quantity(ds, swept)
    scale = Scale.of(one, cells=False)
    order = np.argsort(scale.at(one.values))
    place = scale.at(one.values)[order]
    values = xr.DataArray(shown.values, dims=ds[shown.name].dims).transpose(swept, ...).values
    values = values.reshape(place.size, -1)[order]
    state = xr.DataArray(status_of(ds), dims=ds["status"].dims).transpose(swept, ...).values.reshape(place.size, -1)
    failed = (state[order] == "failed").any(axis=1)
    marks = set()
    if failed.any():
        _mark_failed(axes, place[failed], 6)
        marks.add("failed")
    if values.shape[1] == 1:
        axes.plot(place, values[:, 0], _line(scale), color=BLUE, linewidth=1.8, markersize=4.5)
        return marks
    means, count = complete_means(values)
    balanced = 2 * count >= values.shape[1]
    if not balanced:
        number = np.isfinite(values).sum(axis=1)
        means = np.where(number, np.nansum(values, axis=1) / np.maximum(number, 1), np.nan)
        marks.add("partial")
    some = np.isfinite(values).any(axis=1)
    low, high = np.nanmin(values[some], axis=1), np.nanmax(values[some], axis=1)
    if scale.kind == "side by side":
        axes.vlines(place[some], low, high, color=BLUE, alpha=0.14, linewidth=12)
    else:
        axes.fill_between(place[some], low, high, color=BLUE, alpha=0.14, linewidth=0)
    axes.plot(
        place,
        means,
        _line(scale),
        color=BLUE,
        linewidth=1.8,
        markersize=5,
        markerfacecolor=BLUE if balanced else "white",
    )
    return marks | {"mean"}


def _cases(axes: Axes, ds: xr.Dataset, shown: Quantity, swept: str) -> set[str]:
    """Draw cases as points with the median of groups; return what the legend has to say."""
    one = quantity(ds, swept)
    scale = Scale.of(one, cells=False)
    place, good, state = scale.at(one.values), np.isfinite(shown.values), status_of(ds)
    size = 14.0 if good.size <= 300 else 6.0
    axes.scatter(
        place[good], shown.values[good], s=size, color=BLUE, alpha=0.45, linewidths=0, rasterized=good.size > 3000
    )
    failed = (state == "failed") & ~good
    if failed.any():
        _mark_failed(axes, place[failed], 5)
    marks = {"failed"} if failed.any() else set()
    x, y = medians(place[good], shown.values[good])
    if x.size > 1:
        axes.plot(
            x, y, _line(scale), color=ORANGE, linewidth=1.8, markersize=4, markeredgecolor=BLACK, markeredgewidth=0.5
        )
        marks.add("median")
    return marks


def _mark_failed(axes: Axes, places: np.ndarray, size: int) -> None:
    """Draw crosses on the lower edge, where no value is."""
    axes.plot(
        places,
        np.zeros(places.size),
        "x",
        color=RED,
        transform=axes.get_xaxis_transform(),
        clip_on=False,
        markersize=size,
        zorder=5,
    )


def _line(scale: Scale) -> str:
    """Between texts lies nothing that a line could join."""
    return "o" if scale.kind == "side by side" else "o-"


def medians(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return medians of x and y of groups of neighbouring x, as many as eight, with four cases each at least."""
    places = np.unique(x)
    if places.size <= _BINS:
        groups = [np.flatnonzero(x == place) for place in places]
    else:
        groups = np.array_split(np.argsort(x, kind="stable"), min(_BINS, max(1, x.size // _LEAST_IN_BIN)))
    groups = [group for group in groups if group.size]
    return np.array([np.median(x[group]) for group in groups]), np.array([np.median(y[group]) for group in groups])


def _legend(figure: Figure, marks: set[str]) -> None:
    entries: dict[str, list[Line2D | Patch]] = {
        "mean": [
            Line2D([], [], color=BLUE, marker="o", label="mean over the other names"),
            Patch(color=BLUE, alpha=0.14, linewidth=0, label="lowest to highest case"),
        ],
        "partial": [
            Line2D([], [], color=BLUE, marker="o", markerfacecolor="white", label="mean of different sets of cases")
        ],
        "median": [Line2D([], [], color=ORANGE, marker="o", label="median of neighbours")],
        "failed": [Line2D([], [], color=RED, marker="x", linestyle="", label="with failed cases")],
    }
    handles = [entry for name, group in entries.items() if name in marks for entry in group]
    if handles:
        columns = min(len(handles), 3)  # a fourth would not fit beside two narrow panels
        figure.legend(handles=handles, loc="outside lower left", ncols=columns, frameon=False, fontsize=FONT - 1)
