"""How heatsim's figures look, and the pieces they share: time axis, panels, legends, limits, bands of operating modes.

Figures are made without pyplot, so nothing global changes and no window system is needed. The colours are those of
Okabe and Ito (2008), which people with colour-vision deficiencies can tell apart.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import Locator, MaxNLocator, MultipleLocator

from heatsim.analysis.groups import mode_names
from heatsim.errors import UsageError, near_miss

BLACK, ORANGE, SKY, GREEN = "#222222", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, RED, PINK, GREY = "#F0E442", "#0072B2", "#D55E00", "#CC79A7", "#8C8C8C"

MODE_COLOURS = {
    "recovery": GREEN,
    "charging": BLUE,
    "discharging": SKY,
    "partial_rejection": YELLOW,
    "full_rejection": ORANGE,
    "start_up": PINK,
    "heat_pump_trip": RED,
}
_OTHER_MODES = (GREEN, BLUE, SKY, YELLOW, ORANGE, PINK, RED, GREY, BLACK)

_FONT = 10.0
_MOST_COLUMNS = 2000
_SCALES = ((86400.0, "d", 10 * 86400.0), (3600.0, "h", 4 * 3600.0), (60.0, "min", 300.0), (1.0, "s", 0.0))
"""Seconds in a unit of the time axis, its name, and the shortest run that is shown in it."""
_HOUR_STEPS = (0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 12.0, 24.0)
_CLOCK_STEPS = (0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 60.0)
"""Hours between ticks; minutes or seconds between ticks. Days have round numbers."""
_MOST_TICKS = 9
_LEAST_SPAN = 0.02
"""Least height of a value axis, as a share of the values: a constant is no drama of the sixth digit."""


@dataclass(frozen=True)
class Clock:
    """The time axis of a run: clock time when its start is known, else days to seconds from the start."""

    x: np.ndarray
    label: str
    dates: bool

    @classmethod
    def of(cls, ds: xr.Dataset) -> Clock:
        """Return the time axis of a run; `start_time` (ISO) in its attributes is the clock time of t = 0."""
        time = np.asarray(ds["time"].values, dtype=float)
        if time.size < 2:
            raise UsageError("the run has fewer than two output times; there is nothing to plot")
        start = ds.attrs.get("start_time")
        if start:
            stamps = np.datetime64(str(start), "ms") + np.round(time * 1e3).astype("timedelta64[ms]")
            first, last = (str(stamp.astype("datetime64[m]")).replace("T", " ") for stamp in stamps[[0, -1]])
            return cls(stamps, f"{first} to {last}, local standard time", True)
        length = time[-1] - time[0]
        scale, unit = next((s, u) for s, u, shortest in _SCALES if length >= shortest)
        return cls(time / scale, f"time in {unit}", False)


def signal(ds: xr.Dataset, name: str) -> np.ndarray:
    """Return a variable of a run, time first; a missing one is a UsageError with a near miss."""
    if name not in ds.data_vars:
        hint = near_miss(name, [str(variable) for variable in ds.data_vars])
        raise UsageError(f"the plot needs '{name}', which the run does not hold{hint}; keep it in the run")
    return np.asarray(ds[name].transpose("time", ...).values, dtype=float)


def megawatt(ds: xr.Dataset, name: str) -> np.ndarray:
    """Return a heat flow or power in MW."""
    return signal(ds, name) / 1e6


def celsius(ds: xr.Dataset, name: str) -> np.ndarray:
    """Return a temperature in °C."""
    return signal(ds, name) - 273.15


class ShownFigure(Figure):
    """A figure that a notebook shows at the end of a cell, which it does by itself for those of pyplot only."""

    def _repr_png_(self) -> bytes:
        content = io.BytesIO()
        self.savefig(content, format="png")
        return content.getvalue()


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure in inches, laid out so that labels and legends do not overlap or leave it."""
    figure = ShownFigure(figsize=(width, height), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def title(figure: Figure, text: str, ds: xr.Dataset) -> None:
    """Write the title of a figure; a run that failed its checks says so."""
    status = str(ds.attrs.get("status", "ok"))
    if status == "ok":
        figure.suptitle(text, x=0.01, ha="left", fontsize=_FONT + 4, fontweight="bold")
    else:
        figure.suptitle(f"{text}: RUN FAILED ITS CHECKS", x=0.01, ha="left", fontsize=_FONT + 4, color=RED)


def panel(axes: Axes, label: str, clock: Clock, *, last: bool = True) -> Axes:
    """Dress an axes: label, light grid, time axis; only the last one of a column shows the time."""
    axes.set_ylabel(label, fontsize=_FONT)
    axes.grid(True, color="#D9D9D9", linewidth=0.7)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    time_axis(axes, clock, last=last)
    return axes


def time_axis(axes: Axes, clock: Clock, *, last: bool = True) -> None:
    """Set the limits and ticks of the time axis."""
    axes.tick_params(labelsize=_FONT - 1, labelbottom=last)
    axes.set_xlim(clock.x[0], clock.x[-1])
    if clock.dates:
        locator = AutoDateLocator(minticks=5, maxticks=12)
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))
    else:
        axes.xaxis.set_major_locator(_ticks(clock))
    if last:
        axes.set_xlabel(clock.label, fontsize=_FONT)


def _ticks(clock: Clock) -> Locator:
    length = float(clock.x[-1] - clock.x[0])
    steps = _HOUR_STEPS if clock.label.endswith(" h") else () if clock.label.endswith(" d") else _CLOCK_STEPS
    step = next((step for step in steps if step * _MOST_TICKS >= length), 0.0)
    if 0.0 < step * 3.0 <= length:  # very short runs have ticks between those of the clock
        return MultipleLocator(step)
    return MaxNLocator(nbins=_MOST_TICKS, steps=[1, 2, 5, 10])


def room(axes: Axes, *, zero: bool = False) -> None:
    """Leave a margin above and below the data, so that nothing touches the frame; `zero`: start at zero.

    Nearly constant values get an axis of 2 % of their size, so that they are seen to be constant.
    """
    low, high = axes.dataLim.y0, axes.dataLim.y1
    if zero:
        span = (high - min(low, 0.0)) or 1.0
        axes.set_ylim(min(low - 0.02 * span, 0.0), high + 0.08 * span)
        return
    lacking = max(0.0, _LEAST_SPAN * max(abs(high), abs(low)) - (high - low))
    low, high = low - 0.5 * lacking, high + 0.5 * lacking
    span = (high - low) or 1.0
    axes.set_ylim(low - 0.06 * span, high + 0.08 * span)


def limit(axes: Axes, value: float, label: str) -> None:
    """Draw a limit as a dashed line."""
    axes.axhline(value, color=RED, linestyle=(0, (3, 1.6)), linewidth=1.3, label=label)


def legend_right(axes: Axes) -> None:
    """Put the legend right of the axes, where it covers nothing."""
    legend = axes.legend(
        loc="upper left",
        bbox_to_anchor=(1.005, 1.02),
        frameon=False,
        fontsize=_FONT - 1,
        borderaxespad=0.0,
        handlelength=2.4,
    )
    _thicken(legend)


def legend_above(axes: Axes, columns: int) -> None:
    """Put the legend in a row above the axes, where it covers nothing."""
    legend = axes.legend(
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=columns,
        frameon=False,
        fontsize=_FONT - 1,
        borderaxespad=0.15,
        columnspacing=1.0,
        handlelength=1.7,
        handletextpad=0.5,
    )
    _thicken(legend)


def _thicken(legend: Any) -> None:
    # A thin line's colour cannot be read off its legend.
    for line in legend.get_lines():
        line.set_linewidth(max(line.get_linewidth(), 2.0))
        line.set_alpha(1.0)


def thin(count: int) -> np.ndarray:
    """Return at most 2000 evenly spread indices, first and last included: more columns a picture cannot show."""
    return np.unique(np.linspace(0, count - 1, min(count, _MOST_COLUMNS)).round().astype(int))


def cell_edges(x: np.ndarray) -> np.ndarray:
    """Return the edges of cells around their centres; the outer ones are as wide as their neighbours."""
    if x.size == 1:
        half = 0.5 * abs(float(x[0])) or 0.5
        return np.array([x[0] - half, x[0] + half])
    middle = 0.5 * (x[1:] + x[:-1])
    return np.concatenate([[2 * x[0] - middle[0]], middle, [2 * x[-1] - middle[-1]]])


def mode_bands(axes: Axes, ds: xr.Dataset, clock: Clock, *, letter: float = 0.0075) -> list[Patch]:
    """Draw the operating modes as coloured bands over time, with the name in each wide band; return legend entries.

    `letter` is the width of a letter as a share of the axes' width: a name that does not fit is left to the legend.
    """
    name = "supervisor.mode"
    modes = np.rint(signal(ds, name)).astype(int)
    names = mode_names(dict(ds[name].attrs))
    edges = np.flatnonzero(np.diff(modes)) + 1
    begins = np.concatenate([[0], edges])
    ends = np.concatenate([edges, [modes.size - 1]])
    seconds = ds["time"].values
    colours = {mode: _mode_colour(mode, names) for mode in np.unique(modes).tolist()}
    for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
        mode = int(modes[begin])
        axes.axvspan(clock.x[begin], clock.x[end], color=colours[mode], linewidth=0)
        text = mode_text(mode, names)
        if (seconds[end] - seconds[begin]) / (seconds[-1] - seconds[0]) > letter * (len(text) + 1):
            middle = clock.x[begin] + (clock.x[end] - clock.x[begin]) / 2
            axes.text(middle, 0.47, text, ha="center", va="center", fontsize=_FONT - 1.5, color=_ink(colours[mode]))
    axes.set_ylim(0.0, 1.0)
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)
    time_axis(axes, clock, last=False)
    axes.tick_params(bottom=False)
    return [Patch(color=colour, label=mode_text(mode, names)) for mode, colour in colours.items()]


def mode_legend(axes: Axes, entries: list[Patch], *, inside: bool = False) -> None:
    """Put the names of the modes in a row above their bands, or inside axes that are made for them."""
    axes.legend(
        handles=entries,
        loc="lower left",
        bbox_to_anchor=(0.0, 0.0 if inside else 1.0),
        ncols=len(entries),
        frameon=False,
        fontsize=_FONT - 1,
        borderaxespad=0.15,
        columnspacing=1.1,
        handlelength=1.3,
        handletextpad=0.5,
    )


def mode_text(mode: int, names: dict[int, str]) -> str:
    """Return the name of a mode in words."""
    return names.get(mode, f"mode {mode}").replace("_", " ")


def _mode_colour(mode: int, names: dict[int, str]) -> str:
    return MODE_COLOURS.get(names.get(mode, ""), _OTHER_MODES[mode % len(_OTHER_MODES)])


def _ink(colour: str) -> str:
    """Return black or white, whichever reads better on a colour."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255.0 for i in (1, 3, 5))
    return "black" if 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 else "white"
