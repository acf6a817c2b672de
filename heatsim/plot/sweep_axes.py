"""Axes and colours of a sweep: values of a swept name lie to scale, texts and uneven steps side by side."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator

from heatsim.edge import NumberFormat, Quantity
from heatsim.plot.style import BLACK, cell_edges

FONT = 10.0
COLOURS = "viridis"
_DECADES = 1e3
_EVEN = 3.0
"""Steps whose largest is at most this many times the smallest are drawn to scale."""
_MOST_TICKS = 12
_LETTERS = 9.5
"""Letters of tick labels for which an inch of an axis has room."""
_SMALL_PART = 0.28
_NEAR = 0.055
"""Values nearer to each other than this share of the axis do not get a tick each."""


@dataclass(frozen=True)
class Scale:
    """Where the values of a swept name lie on an axis.

    Attributes
    ----------
    quantity
        The swept name, in units for people.
    values
        Its different values, in the order of the axis.
    kind
        `linear`, `log`, or `side by side` for texts and for steps too uneven to be drawn to scale.
    """

    quantity: Quantity
    values: np.ndarray
    kind: str

    @classmethod
    def of(cls, found: Quantity, *, cells: bool = True) -> Scale:
        """Return the axis of a swept name; `cells`: each value needs a width of its own."""
        if not found.number:
            return cls(found, _unique(found.values), "side by side")
        values = np.unique(found.values[np.isfinite(found.values)])
        positive = values.size > 1 and bool(values[0] > 0.0)
        if not cells:
            kind = "log" if positive and _crowded(values) and not _crowded(np.log(values)) else "linear"
        elif values.size < 3 or _even(values):
            kind = "linear"
        else:
            kind = "log" if positive and _even(np.log(values)) else "side by side"
        return cls(found, values, kind)

    def at(self, values: np.ndarray) -> np.ndarray:
        """Return where values lie on the axis."""
        if self.kind != "side by side":
            return np.asarray(values, dtype=float)
        return np.array([float(np.flatnonzero(self.values == value)[0]) for value in np.ravel(values)])

    @property
    def places(self) -> np.ndarray:
        """Where the values lie."""
        return self.at(self.values)

    @property
    def edges(self) -> np.ndarray:
        """Edges of the values' cells, one more than values."""
        if self.kind == "log":
            return np.asarray(np.exp(cell_edges(np.log(self.values))))
        return cell_edges(self.places)

    def index(self, values: np.ndarray) -> np.ndarray:
        """Return the position of each value among those of the axis."""
        found = {value: i for i, value in enumerate(self.values.tolist())}
        return np.array([found[value] for value in np.ravel(values).tolist()], dtype=int)

    def _few(self) -> bool:
        """Whether each value may have a tick."""
        places = np.log(self.values) if self.kind == "log" else self.values
        if not 1 < self.values.size <= _MOST_TICKS:
            return self.values.size == 1
        return bool(np.diff(places).min() >= _NEAR * np.ptp(places))

    def dress(self, axes: Axes, way: str, *, label: bool = True) -> None:
        """Write ticks and label of the x axis (`way` "x") or of the y axis."""
        axis = axes.xaxis if way == "x" else axes.yaxis
        if self.kind == "log":
            (axes.set_xscale if way == "x" else axes.set_yscale)("log")
        if self.kind == "side by side" or self._few():
            step = max(1, -(-self.values.size // _MOST_TICKS))
            ticks = self.places[::step]
            texts = [self.quantity.text(value) for value in self.values[::step]]
            axis.set_major_locator(FixedLocator(ticks.tolist()))
            axis.set_major_formatter(FuncFormatter(lambda _, i: texts[i] if i is not None and i < len(texts) else ""))
            axis.set_minor_locator(NullLocator())
            if way == "x" and sum(len(text) + 1 for text in texts) > _LETTERS * _width(axes):
                axes.tick_params(axis="x", labelrotation=45)
        else:
            axis.set_major_formatter(FuncFormatter(lambda value, _: NumberFormat.of(axis.get_majorticklocs())(value)))
            axis.set_minor_formatter(NullFormatter())
        if self.kind == "side by side":
            (axes.set_xlim if way == "x" else axes.set_ylim)(-0.5, self.values.size - 0.5)
        axes.tick_params(labelsize=FONT - 1)
        if label:
            hint = " (not to scale)" if self.kind == "side by side" and self.quantity.number else ""
            text = self.quantity.label + hint
            axes.set_xlabel(text, fontsize=FONT) if way == "x" else axes.set_ylabel(text, fontsize=FONT)


def heading(figure: Figure, text: str) -> None:
    """Write the title of a figure, in lines that fit."""
    letters = int(figure.get_figwidth() * 10.0)
    figure.suptitle("\n".join(textwrap.wrap(text, letters)), x=0.01, ha="left", fontsize=FONT + 1, fontweight="bold")


def colour_scale(values: np.ndarray) -> Normalize:
    """Return how values become colours: in the logarithm when they span more than three decades."""
    known = values[np.isfinite(values)]
    if not known.size:
        return Normalize(0.0, 1.0)
    low, high = float(known.min()), float(known.max())
    return LogNorm(low, high) if 0.0 < low * _DECADES < high else Normalize(low, high if high > low else low + 1e-9)


def colour_bar(drawn: Figure, norm: Normalize, axes: list[Axes], label: str) -> None:
    """Draw the scale of colours right of the axes."""
    bar = drawn.colorbar(ScalarMappable(norm, COLOURS), ax=axes, fraction=0.05, pad=0.02, aspect=28)
    bar.set_label(label, fontsize=FONT)
    bar.ax.tick_params(labelsize=FONT - 1)
    if not isinstance(norm, LogNorm):
        bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: NumberFormat.of(bar.get_ticks())(value)))


def ink_on(colours: str, share: float) -> str:
    """Return black or white, whichever reads better on a colour of a map."""
    red, green, blue, _ = matplotlib.colormaps[colours](float(share))
    return BLACK if 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 else "white"


def plain(axes: Axes) -> None:
    """Dress axes with lines: light grid, open frame."""
    axes.grid(True, color="#D9D9D9", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=FONT - 1, colors=BLACK)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _width(axes: Axes) -> float:
    """Width of axes, about, in inches."""
    spec, figure = axes.get_subplotspec(), axes.figure
    columns = 1 if spec is None else spec.get_gridspec().ncols
    return (figure.get_figwidth() - 1.5) / columns if isinstance(figure, Figure) else 6.0


def _even(values: np.ndarray) -> bool:
    steps = np.diff(values)
    return bool(steps.max() <= _EVEN * steps.min())


def _crowded(values: np.ndarray) -> bool:
    """Whether half of the values lie in a small part of their range."""
    return bool(np.median(values) - values[0] < _SMALL_PART * np.ptp(values))


def _unique(texts: np.ndarray) -> np.ndarray:
    """Return different texts in the order of their first appearance."""
    return np.array(list(dict.fromkeys(texts.ravel().tolist())), dtype=object)
