"""Figures of loop margins: Bode and Nyquist diagrams, and maps of margins over operating points and gains."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle
from matplotlib.ticker import MultipleLocator, ScalarFormatter

from heatsim.analysis.margins.table import LoopMargins
from heatsim.errors import UsageError
from heatsim.plot.style import BLACK, BLUE, GREEN, GREY, ORANGE, PINK, RED, SKY, new_figure

_COLOURS = (BLUE, ORANGE, GREEN, PINK, SKY, BLACK)
_GRID = "#D9D9D9"
_FONT = 10.0
_REACH = 3.0
_LEVELS = (0.0, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 1e9)
_SHADES = ("#D55E00", "#F2A65A", "#F7D08A", "#F3F0B5", "#BFE3C3", "#73C2A0", "#009E73")
_LABELS = ("unstable", "1 to 1.5", "1.5 to 2", "2 to 3", "3 to 5", "5 to 10", "above 10")
_KNOWN = {
    "W": (1e-6, "MW"),
    "K": (1.0, "°C"),
    "kg/s": (1.0, "kg/s"),
    "Pa": (1e-5, "bar"),
}


def bode(margins: LoopMargins | Sequence[LoopMargins], frequency: str = "rad/s") -> Figure:
    """Bode diagram of loops with gain and phase margins marked.

    Parameters
    ----------
    margins
        Rows of a `MarginTable`.
    frequency
        "rad/s", or "period" for an axis in seconds per turn.
    """
    rows = _rows(margins)
    figure = new_figure(8.6, 6.4)
    upper, lower = figure.subplots(2, 1, sharex=True)
    low, high = math.inf, 0.0
    shown = 0.0
    for row, colour in zip(rows, _COLOURS * len(rows), strict=False):
        omega, values = _curve(row)
        magnitude, angle = np.abs(values), np.degrees(np.unwrap(np.angle(values)))
        used = (magnitude > 2e-3) & (magnitude < 2e3)
        # below the range shown, where a loop with other loops around it may have turned several times, nothing counts
        first = int(np.argmax(magnitude < 100.0))
        angle -= 360.0 * round((angle[first] + 90.0) / 360.0)
        low, high = min(low, omega[used][0]), max(high, omega[used][-1])
        x = _axis(omega, frequency)
        upper.loglog(x, magnitude, color=colour, linewidth=1.8, label=f"{row.loop} ({_words(row)})")
        lower.semilogx(x, angle, color=colour, linewidth=1.8)
        shown = min(shown, float(angle[used].min()))
        _mark(upper, lower, row, omega, angle, colour, frequency)
    upper.axhline(1.0, color=BLACK, linewidth=0.9)
    lower.axhline(-180.0, color=BLACK, linewidth=0.9)
    upper.set_ylim(2e-3, 2e3)
    lower.set_ylim(max(shown - 20.0, -900.0), 20.0)
    lower.yaxis.set_major_locator(_turns(lower))
    limits = _axis(np.array([low, high]), frequency)
    lower.set_xlim(float(limits.min()), float(limits.max()))
    if frequency == "period":
        lower.invert_xaxis()
    lower.set_xlabel("period in s" if frequency == "period" else "frequency in rad/s", fontsize=_FONT)
    _dress(upper, "magnitude of L")
    _dress(lower, "phase of L in °")
    upper.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), frameon=False, fontsize=_FONT - 1)
    return figure


def nyquist(margins: LoopMargins | Sequence[LoopMargins], Ms: float = 2.0) -> Figure:
    """Nyquist diagram of loops with the circle that a curve of maximum sensitivity `Ms` touches."""
    rows = _rows(margins)
    figure = new_figure(7.4, 6.6)
    axes = figure.subplots()
    for row, colour in zip(rows, _COLOURS * len(rows), strict=False):
        omega, values = _curve(row)
        # lines between far points would cut through the picture
        near = np.where(np.abs(values) < 20 * _REACH, values, np.nan)
        axes.plot(near.real, near.imag, color=colour, linewidth=1.8, label=f"{row.loop} ({_words(row)})")
        _arrow(axes, near, colour)
        for w, marker in ((row.w_critical, "o"), (row.w_crossover, "s")):
            if w > 0:
                point = _at(omega, values, w)
                axes.plot(point.real, point.imag, marker, color=colour, markersize=6, markeredgecolor="white")
    turn = np.linspace(0.0, 2.0 * np.pi, 300)
    axes.plot(np.cos(turn), np.sin(turn), color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), label="unit circle")
    circle = Circle((-1.0, 0.0), 1.0 / Ms, facecolor=RED, alpha=0.12, edgecolor=RED, linewidth=1.2, label=f"Ms = {Ms:g}")
    axes.add_patch(circle)
    axes.plot(-1.0, 0.0, "+", color=RED, markersize=12, markeredgewidth=2.2)
    axes.axhline(0.0, color=BLACK, linewidth=0.7)
    axes.axvline(0.0, color=BLACK, linewidth=0.7)
    axes.set_xlim(-_REACH, 1.5)
    axes.set_ylim(-_REACH, 0.5 * _REACH)
    axes.set_aspect("equal")
    axes.set_xlabel("real part of L", fontsize=_FONT)
    _dress(axes, "imaginary part of L")
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), frameon=False, fontsize=_FONT - 1, ncols=2)
    return figure


def margin_map(found: xr.Dataset, *, x: str | None = None, y: str | None = None, figure_of: str = "gain_margin") -> Figure:
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
    colours = ListedColormap(list(_SHADES))
    colours.set_bad("#E8E8E8")
    px, py = data[x].values * scale(found, x)[0], data[y].values * scale(found, y)[0]
    axes.pcolormesh(_edges(px), _edges(py), np.ma.masked_invalid(values), cmap=colours, norm=norm, shading="flat")
    boundary(axes, found, x=x, y=y)
    axes.set_xlabel(_axis_label(found, x), fontsize=_FONT)
    axes.set_ylabel(_axis_label(found, y), fontsize=_FONT)
    axes.tick_params(labelsize=_FONT - 1)
    present = np.unique(np.digitize(values[np.isfinite(values)], _LEVELS) - 1)
    entries = [Line2D([], [], marker="s", linestyle="", markersize=10, color=_SHADES[k], label=_LABELS[k]) for k in present]
    if np.isnan(values).any():
        entries.append(Line2D([], [], marker="s", linestyle="", markersize=10, color="#E8E8E8", label="not found"))
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
    axes: Axes, found: xr.Dataset, *, x: str | None = None, y: str | None = None, label: str = "predicted limit", **style: Any
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
    style = {"color": BLACK, "linewidth": 2.2} | style
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
    from heatsim.analysis.margins.over import onset

    line = onset(found, x)
    axes.plot(line.values * scale(found, x)[0], line[y].values * scale(found, y)[0], label=label, **style)


def scale(found: xr.Dataset, name: str) -> tuple[float, str]:
    """Factor and unit with which a dimension is drawn."""
    unit = str(found[name].attrs.get("unit", ""))
    factor, word = _KNOWN.get(unit, (1.0, unit if unit != "1" else ""))
    return (1.0, "K") if unit == "K" else (factor, word)


def _lines(found: xr.Dataset, x: str, second: str) -> Figure:
    data = found.sortby(x)
    at = data[x].values * scale(found, x)[0]
    figure = new_figure(7.8, 6.0)
    upper, lower = figure.subplots(2, 1, sharex=True)
    bad = ~data["stable"].values
    for axes, name in ((upper, "gain_margin"), (lower, second)):
        values = np.where(np.isfinite(data[name].values), data[name].values, np.nan)
        axes.plot(at, values, color=BLUE, linewidth=1.8, marker="o", markersize=4)
        _dress(axes, _figure_label(found, name))
    upper.set_yscale("log")
    upper.yaxis.set_major_formatter(ScalarFormatter())
    upper.yaxis.set_minor_formatter(ScalarFormatter())
    upper.tick_params(axis="y", which="minor", labelsize=_FONT - 2)
    upper.axhline(1.0, color=RED, linestyle=(0, (3, 1.6)), linewidth=1.3)
    from heatsim.analysis.margins.over import onset

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
    edges = _edges(x)
    k = int(np.searchsorted(x, limit))
    if 0 < k < x.size:
        edges[k] = limit
    return [(float(edges[k]), float(edges[k + 1])) for k in np.flatnonzero(bad)]


def _edges(x: np.ndarray) -> np.ndarray:
    """Edges of cells around points."""
    if x.size == 1:
        half = 0.5 * abs(float(x[0])) or 0.5
        return np.array([x[0] - half, x[0] + half])
    middle = 0.5 * (x[1:] + x[:-1])
    return np.concatenate([[2 * x[0] - middle[0]], middle, [2 * x[-1] - middle[-1]]])


def _rows(margins: LoopMargins | Sequence[LoopMargins]) -> list[LoopMargins]:
    rows = [margins] if isinstance(margins, LoopMargins) else list(margins)
    shown = [row for row in rows if row.response is not None and row.acts]
    if not shown:
        raise UsageError("none of these loops has a curve to draw: they cannot be opened, or do nothing at this point")
    return shown


def _curve(row: LoopMargins) -> tuple[np.ndarray, np.ndarray]:
    return np.asarray(row.response.omega), np.ravel(row.response.frdata)


def _axis(omega: np.ndarray, frequency: str) -> np.ndarray:
    if frequency not in ("rad/s", "period"):
        raise UsageError(f"frequency='{frequency}': choose 'rad/s' or 'period'")
    return 2.0 * np.pi / omega if frequency == "period" else omega


def _at(omega: np.ndarray, values: np.ndarray, w: float) -> complex:
    return complex(np.interp(w, omega, values.real), np.interp(w, omega, values.imag))


def _words(row: LoopMargins) -> str:
    if not row.stable:
        return "unstable"
    parts = [f"GM {row.gain_margin:.3g}"] if math.isfinite(row.gain_margin) else []
    if row.gain_reduction:
        parts.append(f"down to {row.gain_reduction:.2g}")
    if math.isfinite(row.phase_margin):
        parts.append(f"PM {row.phase_margin:.3g}°")
    return ", ".join([*parts, f"Ms {row.Ms:.3g}"])


def _mark(
    upper: Axes, lower: Axes, row: LoopMargins, omega: np.ndarray, angle: np.ndarray, colour: str, frequency: str
) -> None:
    """Arrows of the gain margin from 1 to the curve, of the phase margin from the curve to -180°."""
    if row.w_critical > 0 and math.isfinite(row.gain_margin):
        x = float(_axis(np.array([row.w_critical]), frequency)[0])
        upper.plot([x, x], [1.0, 1.0 / row.gain_margin], color=colour, linewidth=3.0, alpha=0.6)
        upper.plot(x, 1.0 / row.gain_margin, "o", color=colour, markersize=6, markeredgecolor="white")
        lower.plot(x, float(np.interp(row.w_critical, omega, angle)), "o", color=colour, markersize=6, markeredgecolor="white")
    if row.w_crossover > 0:
        x = float(_axis(np.array([row.w_crossover]), frequency)[0])
        here = float(np.interp(row.w_crossover, omega, angle))
        line = -180.0 + 360.0 * round((here + 180.0) / 360.0)
        lower.plot([x, x], [here, line], color=colour, linewidth=3.0, alpha=0.6)
        lower.plot(x, here, "s", color=colour, markersize=6, markeredgecolor="white")
        upper.plot(x, 1.0, "s", color=colour, markersize=6, markeredgecolor="white")


def _arrow(axes: Axes, values: np.ndarray, colour: str) -> None:
    """An arrow head in the direction of rising frequency, where the curve enters the picture."""
    inside = np.flatnonzero((np.abs(values) < 0.8 * _REACH) & (np.abs(values) > 0.5))
    if inside.size > 2:
        k = int(inside[len(inside) // 3])
        begin, end = values[k], values[min(k + 1, values.size - 1)]
        axes.annotate(
            "",
            xy=(end.real, end.imag),
            xytext=(begin.real, begin.imag),
            arrowprops={"arrowstyle": "-|>", "color": colour, "linewidth": 1.8},
        )


def _turns(axes: Axes) -> MultipleLocator:
    low, high = axes.get_ylim()
    return MultipleLocator(45.0 if high - low < 400.0 else 90.0 if high - low < 800 else 180.0)


def _dress(axes: Axes, label: str) -> None:
    axes.set_ylabel(label, fontsize=_FONT)
    axes.grid(True, color=_GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=_FONT - 1)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


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
