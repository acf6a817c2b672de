"""Bode and Nyquist diagrams of loops with their margins marked."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from matplotlib.ticker import MultipleLocator

from heatsim.analysis.margins.table import LoopMargins
from heatsim.errors import UsageError
from heatsim.plot.style import BLACK, BLUE, GREEN, GREY, ORANGE, PINK, RED, SKY, new_figure

_COLOURS = (BLUE, ORANGE, GREEN, PINK, SKY, BLACK)
_FONT = 10.0
_REACH = 3.0


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
    dress(upper, "magnitude of L")
    dress(lower, "phase of L in °")
    upper.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), frameon=False, fontsize=_FONT - 1)
    return figure


def nyquist(margins: LoopMargins | Sequence[LoopMargins], Ms: float = 2.0, colours: Sequence[str] = _COLOURS) -> Figure:
    """Nyquist diagram of loops with the circle that a curve of maximum sensitivity `Ms` touches.

    Parameters
    ----------
    margins
        Rows of a `MarginTable`.
    Ms
        Maximum sensitivity of the circle.
    colours
        Of the rows, from the first on again when there are more rows.
    """
    rows = _rows(margins)
    figure = new_figure(7.4, 6.6)
    axes = figure.subplots()
    for i, (row, colour) in enumerate(zip(rows, [*colours] * len(rows), strict=False)):
        omega, values = _curve(row)
        # lines between far points would cut through the picture
        near = np.where(np.abs(values) < 20 * _REACH, values, np.nan)
        # the first ones thicker, so that a curve below an equal one is seen
        width = max(1.6, 3.2 - 1.6 * i) if len(rows) > 1 else 1.8
        axes.plot(near.real, near.imag, color=colour, linewidth=width, label=f"{row.loop} ({_words(row)})")
        _arrow(axes, near, colour)
        for w, marker in ((row.w_critical, "o"), (row.w_crossover, "s")):
            if w > 0:
                point = _at(omega, values, w)
                axes.plot(point.real, point.imag, marker, color=colour, markersize=6, markeredgecolor="white")
    turn = np.linspace(0.0, 2.0 * np.pi, 300)
    axes.plot(np.cos(turn), np.sin(turn), color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), label="unit circle")
    circle = Circle(
        (-1.0, 0.0), 1.0 / Ms, facecolor=RED, alpha=0.12, edgecolor=RED, linewidth=1.2, label=f"Ms = {Ms:g}"
    )
    axes.add_patch(circle)
    axes.plot(-1.0, 0.0, "+", color=RED, markersize=12, markeredgewidth=2.2)
    axes.axhline(0.0, color=BLACK, linewidth=0.7)
    axes.axvline(0.0, color=BLACK, linewidth=0.7)
    axes.set_xlim(-_REACH, 1.5)
    axes.set_ylim(-_REACH, 0.5 * _REACH)
    axes.set_aspect("equal")
    axes.set_xlabel("real part of L", fontsize=_FONT)
    dress(axes, "imaginary part of L")
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), frameon=False, fontsize=_FONT - 1, ncols=2)
    return figure


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
        lower.plot(
            x, float(np.interp(row.w_critical, omega, angle)), "o", color=colour, markersize=6, markeredgecolor="white"
        )
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


def dress(axes: Axes, label: str) -> None:
    """Label the values of an axes, light grid, no frame above and right."""
    axes.set_ylabel(label, fontsize=_FONT)
    axes.grid(True, color="#D9D9D9", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=_FONT - 1)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
