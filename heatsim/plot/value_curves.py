"""Figure of value curves: yearly cost and worth of one more unit, over tank volume and size of the heat pumps."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from heatsim.errors import UsageError
from heatsim.plot.style import BLACK, BLUE, GREEN, GREY, ORANGE, PINK, RED, SKY, legend_above, new_figure, room

_COLOURS = (BLUE, ORANGE, GREEN, PINK, SKY, RED, GREY, BLACK)
_FONT = 10.0
_MOST_LINES = len(_COLOURS)
_MEGA, _KILO = 1e6, 1e3


def value_curves(curves: xr.Dataset, checked: xr.Dataset | None = None) -> Figure:
    """Draw value curves.

    Left: yearly cost of operation over tank volume (above, a line for each size of heat pumps) and over the size of the
    heat pumps (below, a line for each volume), kEUR/a; with an investment the total with annuities, and the best size.
    Right: what one more m³ (EUR/(m³ a)) or MW (kEUR/(MW a)) saves between neighbors, with the annuity that it has to
    earn. Shaded: what the slack of the plans leaves open.

    Parameters
    ----------
    curves
        Result of `heatsim.dispatch.value.value_curves`.
    checked
        Costs of chosen sizes on the plant: `heatsim.study.storage_sizing.check_on_plant`.

    Raises
    ------
    UsageError
        If there are fewer than two sizes of the tank and of the heat pumps, or more lines than colours.
    """
    shown = [axis for axis in ("volume", "heat") if curves.sizes[axis] > 1]
    if not shown:
        raise UsageError("value curves of one size: give at least two volumes or two sizes of heat pumps")
    other = {"volume": "heat", "heat": "volume"}
    if max(curves.sizes[other[axis]] for axis in shown) > _MOST_LINES:
        raise UsageError(
            f"more than {_MOST_LINES} lines cannot be told apart: select fewer sizes, as in curves.isel(…)"
        )
    total = "cost_total" in curves
    figure = new_figure(11.5, 0.6 + 3.9 * len(shown))
    rows = figure.subplots(len(shown), 2, squeeze=False)
    for axis, (left, right) in zip(shown, rows, strict=True):
        _costs(left, curves, axis, other[axis], "cost_total" if total else "cost")
        _slopes(right, curves, axis, other[axis])
        if checked is not None:
            _checked(left, checked, curves, axis, other[axis], total)
        if total:
            _best(left, curves, axis)
        _legend(left, curves, other[axis])
    figure.suptitle(_words(curves), x=0.01, ha="left", fontsize=_FONT + 3, fontweight="bold")
    return figure


def _words(curves: xr.Dataset) -> str:
    span = "the whole year" if curves.attrs.get("weeks") == "whole year" else "representative weeks"
    return f"Value of tank and heat pumps, planned on {span}"


def _x(curves: xr.Dataset, name: str) -> np.ndarray:
    """Return sizes in the unit of the axis: m³ or MW."""
    return np.asarray(curves[name].values / (_MEGA if name.startswith("heat") else 1.0))


def _label(axis: str) -> str:
    return "tank volume in m³" if axis == "volume" else "heat of all heat pumps in MW"


def _name(curves: xr.Dataset, axis: str, i: int) -> str:
    size = float(_x(curves, axis)[i])
    if axis == "volume":
        return f"{size:g} m³" if size else "no tank"
    return f"{size:g} MW"


def _costs(axes: Axes, curves: xr.Dataset, axis: str, other: str, name: str) -> None:
    x = _x(curves, axis)
    for i, colour in zip(range(curves.sizes[other]), _COLOURS, strict=False):
        one = curves.isel({other: i})
        cost, slack = one[name].values / _KILO, one["cost_slack"].values / _KILO
        axes.fill_between(x, cost - slack, cost, color=colour, alpha=0.25, linewidth=0)
        axes.plot(x, cost, "o-", color=colour, linewidth=1.8, markersize=4.5)
    words = "yearly cost with annuities" if name == "cost_total" else "yearly cost of operation"
    _dress(axes, f"{words} in kEUR/a", axis)
    room(axes)


def _slopes(axes: Axes, curves: xr.Dataset, axis: str, other: str) -> None:
    scale, unit = (1.0, "EUR/(m³ a)") if axis == "volume" else (_MEGA / _KILO, "kEUR/(MW a)")
    edges = _x(curves, axis)
    for i, colour in zip(range(curves.sizes[other]), _COLOURS, strict=False):
        one = curves.isel({other: i})
        slope = one[f"marginal_value_{axis}"].values * scale
        slack = one[f"marginal_slack_{axis}"].values * scale
        axes.stairs(slope, edges, color=colour, linewidth=1.8, baseline=None)
        low, high = (np.append(band, band[-1]) for band in (slope - slack, slope + slack))
        axes.fill_between(edges, low, high, step="post", color=colour, alpha=0.2, linewidth=0)
    name, words = ("annuity_tank", "of the tank") if axis == "volume" else ("annuity_heat_pump", "of the heat pumps")
    if name in curves:
        sizes = curves[axis].values
        price = float(curves[name].values[-1] / sizes[-1]) * scale
        axes.axhline(price, color=BLACK, linestyle=(0, (4, 2)), linewidth=1.3, label=f"annuity {words}: {price:.3g}")
        legend_above(axes, 1)
    axes.axhline(0.0, color=BLACK, linewidth=0.8)
    what = "one more m³ saves" if axis == "volume" else "one more MW saves"
    _dress(axes, f"{what}, {unit}", axis)
    room(axes, zero=True)


def _checked(axes: Axes, checked: xr.Dataset, curves: xr.Dataset, axis: str, other: str, total: bool) -> None:
    """Draw the cost that the plant had at chosen sizes, in the colour of their line."""
    for k in range(checked.sizes["point"]):
        point = checked.isel(point=k)
        place = {name: float(point[name]) for name in ("volume", "heat")}
        lines = np.flatnonzero(np.isclose(curves[other].values, place[other], rtol=1e-6, atol=1e-6))
        if not lines.size:
            continue
        cost = float(point["cost_plant"])
        if total:
            there = curves.sel(place, method="nearest")
            cost += float(there["annuity_tank"]) + float(there["annuity_heat_pump"])
        x = place[axis] / (_MEGA if axis == "heat" else 1.0)
        axes.plot(x, cost / _KILO, "D", color=_COLOURS[lines[0]], markersize=8, markeredgecolor=BLACK)
    axes.plot([], [], "D", color="white", markeredgecolor=BLACK, markersize=8, label="on the plant")
    room(axes)


def _best(axes: Axes, curves: xr.Dataset, axis: str) -> None:
    place = {"volume": curves.attrs["best_volume"], "heat": curves.attrs["best_heat"]}
    if any(place[name] not in curves[name].values for name in place):
        return  # of sizes that were selected for the figure, the best is none
    cost = float(curves["cost_total"].sel(place)) / _KILO
    x = place[axis] / (_MEGA if axis == "heat" else 1.0)
    size = f"{place['volume']:g} m³, {place['heat'] / _MEGA:g} MW"
    axes.plot(x, cost, "*", color="white", markeredgecolor=BLACK, markersize=15, label=f"best: {size}")


def _legend(axes: Axes, curves: xr.Dataset, other: str) -> None:
    """Say the colours above the axes, and in a second row what the markers are."""
    marks = axes.get_legend_handles_labels()[0]
    lines = [
        Line2D([], [], color=colour, linewidth=2.0, label=_name(curves, other, i))
        for i, colour in zip(range(curves.sizes[other]), _COLOURS, strict=False)
    ]
    style: dict[str, Any] = {"loc": "lower left", "frameon": False, "fontsize": _FONT - 1, "columnspacing": 1.0}
    style |= {"borderaxespad": 0.15, "handlelength": 1.7, "handletextpad": 0.5}
    if marks:
        axes.add_artist(axes.legend(handles=marks, bbox_to_anchor=(0.0, 1.0), ncols=2, **style))
    axes.legend(handles=lines, bbox_to_anchor=(0.0, 1.07 if marks else 1.0), ncols=min(len(lines), 6), **style)


def _dress(axes: Axes, label: str, axis: str) -> None:
    axes.set_xlabel(_label(axis), fontsize=_FONT)
    axes.set_ylabel(label, fontsize=_FONT)
    axes.grid(True, color="#D9D9D9", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=_FONT - 1)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
