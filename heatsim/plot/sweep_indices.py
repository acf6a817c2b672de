"""Bars of sensitivity indices: how much of a figure's variation each swept name explains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from heatsim.edge import edge_of
from heatsim.errors import UsageError, listed, near_miss
from heatsim.plot.style import BLACK, BLUE, ORANGE, SKY, new_figure
from heatsim.plot.sweep_axes import FONT, heading, plain

_MOST_PARAMETERS = 12
_MOST_COLUMNS = 3
_WIDTH_OF_ENTRIES = 2.5
"""Width that an entry of the legend takes, about, inches."""


def sensitivity_bars(indices: xr.Dataset, figures: str | Sequence[str] | None = None) -> Figure:
    """Draw sensitivity indices, a panel for each figure, the strongest name on top.

    Variance-based ones: dark what a name explains alone (first order), pale with what it does together with others
    (total order). Of Morris trajectories: the mean of the absolute elementary effects, and a mark for their standard
    deviation. Whiskers: 95 % confidence.

    Parameters
    ----------
    indices
        Result of `heatsim.sensitivity`.
    figures
        Names of figures; all when left out.

    Raises
    ------
    UsageError
        If a figure is unknown, or there are no indices.
    """
    if "figure" not in indices.coords:
        raise UsageError("sensitivity_bars draws indices, not a sweep; give sensitivity_bars(heatsim.sensitivity(ds))")
    known = [str(name) for name in indices["figure"].values]
    wanted = [figures] if isinstance(figures, str) else list(figures or known)
    for name in wanted:
        if name not in known:
            raise UsageError(f"no indices of '{name}'{near_miss(name, known)}; there are {listed(known)}")
    main = next((name for name in ("ST", "S1", "mu_star") if name in indices), None)
    if main is None or not wanted:
        raise UsageError("there are no indices to draw; give the result of sensitivity()")
    columns = 2 if len(wanted) == 4 else min(len(wanted), _MOST_COLUMNS)
    rows = -(-len(wanted) // columns)
    number = min(indices.sizes["parameter"], _MOST_PARAMETERS)
    drawn = new_figure(1.4 + 3.6 * columns, 1.1 + rows * (0.95 + 0.36 * number))
    grid = drawn.subplots(rows, columns, squeeze=False).ravel()
    for axes, name in zip(grid, wanted, strict=False):
        _panel(axes, indices.sel(figure=name), name, main, number)
    for axes in grid[len(wanted) :]:
        axes.axis("off")
    _legend(drawn, indices)
    heading(drawn, f"Sensitivity, {indices.attrs['method']}" if indices.attrs.get("method") else "Sensitivity")
    return drawn


def _panel(axes: Axes, one: xr.Dataset, name: str, main: str, number: int) -> None:
    strength = np.nan_to_num(one[main].values.astype(float))
    order = np.argsort(-strength, kind="stable")[:number][::-1]
    names = [str(parameter) for parameter in one["parameter"].values[order]]
    places = np.arange(len(names))
    plain(axes)
    axes.grid(False, axis="y")
    if "mu_star" in one:
        values = one["mu_star"].values.astype(float)
        # an effect is a difference: no offset, so that K stays K
        edge = edge_of(name, "" if str(one["figure_units"].values) == "K" else str(one["figure_units"].values), values)
        unit = "K" if str(one["figure_units"].values) == "K" else edge.unit
        _bars(axes, places, edge.factor * one["mu_star"], order, edge.factor * one["mu_star_conf"], BLUE, 0.62)
        axes.plot(
            edge.factor * one["sigma"].values[order], places, "D", color=ORANGE, markeredgecolor=BLACK, markersize=6
        )
        label = "effect over the whole range"
        axes.set_xlabel(f"{label} in {unit}" if unit else label, fontsize=FONT - 1)
    else:
        if "ST" in one:
            _bars(axes, places, one["ST"], order, one.get("ST_conf"), SKY, 0.68)
        if "S1" in one:
            _bars(axes, places, one["S1"], order, one.get("S1_conf"), BLUE, 0.4 if "ST" in one else 0.62)
        axes.set_xlabel("share of the variance", fontsize=FONT - 1)
        axes.set_xlim(0.0, max(1.0, axes.get_xlim()[1]))
    axes.set_yticks(places, names)
    axes.set_ylim(-0.6, len(names) - 0.4)
    if not np.isfinite(one[main].values.astype(float)).any():
        why = (
            "does not vary"
            if "does not vary" in str(one.get("note", "does not vary"))
            else "too few cases with a value"
        )
        axes.text(0.5, 0.5, why, ha="center", va="center", transform=axes.transAxes, fontsize=FONT)
    left, used = int(one["cases_left_out"]), int(one["cases_used"])
    axes.set_title(f"{name}\n{used} cases" + (f", {left} left out" if left else ""), fontsize=FONT, loc="left")


def _bars(
    axes: Axes,
    places: np.ndarray,
    values: xr.DataArray,
    order: np.ndarray,
    confidence: xr.DataArray | None,
    colour: str,
    height: float,
) -> None:
    found = values.values.astype(float)[order]
    # estimates of small indices may be negative; they mean nothing else than zero
    axes.barh(places, np.clip(np.nan_to_num(found), 0.0, None), height=height, color=colour)
    if confidence is None:
        return
    spread = confidence.values.astype(float)[order]
    known = np.isfinite(found) & np.isfinite(spread)
    style: dict[str, Any] = {"fmt": "none", "ecolor": BLACK, "elinewidth": 1.1, "capsize": 2.5}
    axes.errorbar(found[known], places[known] + (0.14 if height > 0.65 else 0.0), xerr=spread[known], **style)


def _legend(drawn: Figure, indices: xr.Dataset) -> None:
    entries = []
    if "mu_star" in indices:
        entries += [
            Patch(color=BLUE, label="mean of absolute effects"),
            Line2D(
                [],
                [],
                marker="D",
                linestyle="",
                color=ORANGE,
                markeredgecolor=BLACK,
                label="their standard deviation: curved, or acts together with others",
            ),
        ]
    if "S1" in indices:
        entries.append(Patch(color=BLUE, label="alone (first order)"))
    if "ST" in indices:
        entries.append(Patch(color=SKY, label="with what it does together with others (total order)"))
    if any(f"{name}_conf" in indices for name in ("S1", "ST", "mu_star")):
        entries.append(Line2D([], [], color=BLACK, linewidth=1.1, label="95 % confidence"))
    # a single panel is narrower than the entries side by side
    columns = len(entries) if drawn.get_figwidth() > _WIDTH_OF_ENTRIES * len(entries) else 1
    drawn.legend(handles=entries, loc="outside lower left", ncols=columns, frameon=False, fontsize=FONT - 1.5)
