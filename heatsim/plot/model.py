"""The figure of any run: its variables grouped by unit into panels, with units at the edge (°C, MW, bar, %)."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from heatsim.errors import UsageError
from heatsim.plot.style import (
    BLACK,
    BLUE,
    GREEN,
    ORANGE,
    PINK,
    RED,
    SKY,
    Clock,
    legend_right,
    new_figure,
    panel,
    room,
    signal,
    title,
)

_COLOURS = (BLUE, RED, GREEN, ORANGE, PINK, SKY, BLACK)
_DASHES = ("-", (0, (5, 2)), (0, (1.5, 1.5)))
_OVER = ((0, (6, 4)), (0, (2, 8)), (5, (1, 9)))
"""Dashes of a curve on top of one, two, three others, which shine through its gaps."""
_COINCIDENT = 0.01
"""Curves nearer than this share of the height of the panel for most of the time cannot be told apart."""
_QUANTITIES = {
    "°C": "temperature",
    "K": "difference",
    "W": "power",
    "kg/s": "mass flow",
    "m3/s": "volume flow",
    "bar": "pressure",
    "Pa": "pressure",
    "kPa": "pressure",
    "%": "share",
    "m": "length",
    "s": "time",
    "m3": "volume",
    "kg": "mass",
    "kg/m3": "density",
    "Pa.s": "dynamic viscosity",
    "K/W": "thermal resistance",
    "W/K": "conductance",
    "J/m3": "volumetric heat",
}
_FROM_ZERO = ("W", "kW", "MW", "kg/s", "%")
_FLAT = 0.4
"""What varies by less than this share of its largest value has an axis that does not begin at zero."""
_DECADES = 5.0
_FAR_APART = 50.0
_SINGLE = 4
"""Arrays with more elements are drawn as a bundle, with only the first and the last in the legend."""


@dataclass(frozen=True)
class _Curve:
    name: str
    label: str
    unit: str
    values: np.ndarray


def edge_units(unit: str, values: np.ndarray) -> tuple[str, np.ndarray]:
    """Return values in a unit for people, and that unit.

    Absolute temperatures become °C, powers W, kW or MW, pressures Pa, kPa or bar, shares %. Kelvin that are never
    above 150 are differences and stay.

    Parameters
    ----------
    unit
        SI unit.
    values
        Any shape, finite.
    """
    largest = float(np.abs(values).max()) if values.size else 0.0
    if unit == "K" and float(values.min()) > 150.0:
        return "°C", values - 273.15
    if unit == "W":
        return ("MW", values / 1e6) if largest >= 1e6 else ("kW", values / 1e3) if largest >= 1e3 else ("W", values)
    if unit == "Pa":
        return ("bar", values / 1e5) if largest >= 1e5 else ("kPa", values / 1e3) if largest >= 1e3 else ("Pa", values)
    if unit in ("1", "") and values.size and float(values.min()) >= -0.05 and largest <= 1.05:
        return "%", 100.0 * values
    return unit, values


def variables(ds: xr.Dataset, names: Sequence[str], *, heading: str) -> Figure:
    """Draw variables of a run in one panel a unit; arrays as bundles of lines.

    Parameters
    ----------
    ds : xr.Dataset
        Any run.
    names : sequence of str
        Variables to draw.
    heading : str
        Title of the figure.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    UsageError
        If there is nothing to draw, or the run lacks a variable.
    """
    if not names:
        raise UsageError("there is no variable to plot; name some")
    clock = Clock.of(ds)
    groups = _groups([_curve(ds, name) for name in names])
    heights = [max(1.0, 0.11 * sum(_entries(curve) for curve in group)) for group in groups]
    figure = new_figure(11.0, 1.0 + 1.9 * sum(heights))
    rows = figure.subplots(len(groups), 1, sharex=True, height_ratios=heights, squeeze=False)[:, 0]
    for axes, group in zip(rows, groups, strict=True):
        _draw(axes, group, clock)
        panel(axes, _axis_label(group), clock, last=axes is rows[-1])
        if _spans_decades(group):
            axes.set_yscale("log")
        else:
            room(axes, zero=_from_zero(group))
            axes.ticklabel_format(axis="y", useOffset=False)
        legend_right(axes)
    figure.align_ylabels(rows)
    title(figure, "\n".join(textwrap.wrap(_degrees(heading), 80)), ds)
    return figure


def _axis_label(group: list[_Curve]) -> str:
    unit = group[0].unit
    if unit in ("1", ""):
        return "COP" if all(curve.name.startswith("COP") for curve in group) else "dimensionless"
    quantity = _QUANTITIES.get(unit, "power" if unit in ("kW", "MW") else "")
    return f"{quantity} in {unit}" if quantity else unit


def _extent(group: list[_Curve]) -> tuple[float, float]:
    return min(float(c.values.min()) for c in group), max(float(c.values.max()) for c in group)


def _from_zero(group: list[_Curve]) -> bool:
    """Whether the axis begins at zero: not when that hides how the values vary, but again when they do not vary."""
    low, high = _extent(group)
    return group[0].unit in _FROM_ZERO and low >= 0.0 and not 1e-3 * high < high - low < _FLAT * high


def _spans_decades(group: list[_Curve]) -> bool:
    """Whether values grow steadily over decades (a flow that falls to nothing for a while does not)."""
    low, high = _extent(group)
    if not 0.0 < low * 10.0**_DECADES < high:
        return False
    return all(float((curve.values > 0.01 * curve.values.max()).mean()) < 0.5 for curve in group)


def _curve(ds: xr.Dataset, name: str) -> _Curve:
    values = signal(ds, name)
    unit, values = edge_units(str(ds[name].attrs.get("units", "1")), values.reshape(values.shape[0], -1))
    text = str(ds[name].attrs.get("long_name", name))
    return _Curve(name, "\n".join(textwrap.wrap(_degrees(text), 38)), unit, values)


def _degrees(text: str) -> str:
    return text.replace(" degC", " °C")


def _groups(curves: list[_Curve]) -> list[list[_Curve]]:
    """One group a unit, in the order of appearance; what would be flat beside a far larger one has its own."""
    by_unit: dict[str, list[_Curve]] = {}
    for curve in curves:
        by_unit.setdefault(curve.unit, []).append(curve)
    groups = []
    for unit, members in by_unit.items():
        sizes = [float(np.abs(curve.values).max()) for curve in members]
        small = [s > 0.0 and s * _FAR_APART < max(sizes) and unit not in ("°C", "%") for s in sizes]
        for wanted in (False, True):
            group = [curve for curve, is_small in zip(members, small, strict=True) if is_small is wanted]
            groups += [group] if group else []
    return groups


def _entries(curve: _Curve) -> int:
    """Lines that a curve takes in the legend."""
    columns = curve.values.shape[1]
    each = curve.label.count("\n") + 1
    return each if columns == 1 else columns + each - 1 if columns <= _SINGLE else 2 + each - 1


def _draw(axes: Axes, group: list[_Curve], clock: Clock) -> None:
    number = 0
    low, high = _extent(group)
    drawn: list[np.ndarray] = []
    bundles = iter(("viridis", "plasma", "cividis"))
    for curve in group:
        columns = curve.values.shape[1]
        if columns > _SINGLE:
            colours = matplotlib.colormaps[next(bundles, "viridis")](np.linspace(0.0, 0.9, columns))
            for i in range(columns):
                label = f"{curve.label}, first" if i == 0 else "last" if i == columns - 1 else None
                axes.plot(clock.x, curve.values[:, i], color=colours[i], linewidth=1.0, label=label)
            continue
        for i in range(columns):
            colour, dash = _COLOURS[number % len(_COLOURS)], _DASHES[number // len(_COLOURS) % len(_DASHES)]
            values = curve.values[:, i]
            below = sum(float((abs(values - other) <= _COINCIDENT * (high - low)).mean()) > 0.7 for other in drawn)
            if below:
                dash = _OVER[min(below, len(_OVER)) - 1]
            label = curve.label if columns == 1 else f"{curve.label}, 1" if i == 0 else f"…, {i + 1}"
            axes.plot(clock.x, values, color=colour, linestyle=dash, linewidth=1.5, label=label)
            drawn.append(values)
            number += 1
