"""What people read of SI values: °C, MW, MWh, bar, h and %, with as many digits as tell values apart.

Plots, reports, tables and lists of cases all go through this, so that a value looks the same wherever it is read. Files
for programs stay in SI.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

_KELVIN = 273.15
_ABSOLUTE = 150.0
"""Kelvin above which a temperature is no difference: nothing in a plant is colder than -120 °C."""
_SCALES: dict[str, tuple[tuple[float, float, str], ...]] = {
    "W": ((1e6, 1e-6, "MW"), (1e3, 1e-3, "kW")),
    "J": ((3.6e9, 1.0 / 3.6e9, "MWh"), (3.6e6, 1.0 / 3.6e6, "kWh")),
    "Pa": ((1e5, 1e-5, "bar"), (1e3, 1e-3, "kPa")),
    "s": ((3 * 86400.0, 1.0 / 86400.0, "d"), (7200.0, 1.0 / 3600.0, "h")),
    "kg": ((1e3, 1e-3, "t"),),
    "EUR": ((1e8, 1e-6, "MEUR"), (1e6, 1e-3, "kEUR")),
    "EUR/J": ((0.0, 3.6e9, "EUR/MWh"),),
    "kg/J": ((0.0, 3.6e9, "g/kWh"),),
    "m3/s": ((0.0, 3600.0, "m³/h"),),
}
"""SI unit -> from which size on, factor, unit for people."""
_TYPESET = {"m3": "m³", "m2": "m²", "degC": "°C", "1": "", "m3/h": "m³/h"}
_SHARES = ("share", "state_of_charge", "efficiency")
"""Words in the name of a number without a unit that is read in %."""
_DIGITS = 4
_FEW = 20
"""Different numbers that are all told apart, unless they differ by rounding only."""
_MOST_DIGITS = 12
_WIDE = 1e4
"""Numbers of a column that are farther apart than this do not share their decimals."""
_LOGARITHMIC = 30.0
"""Nor do those that are farther apart than this when half of them are small."""


@dataclass(frozen=True)
class Edge:
    """How an SI value is shown: `factor * value + offset`, in `unit` ("" for a number without one)."""

    unit: str = ""
    factor: float = 1.0
    offset: float = 0.0

    def __call__(self, values: np.ndarray) -> np.ndarray:
        return self.factor * np.asarray(values, dtype=float) + self.offset


def edge_of(name: str, unit: str, values: np.ndarray) -> Edge:
    """Return how values of this name and SI unit are shown: °C, MW, MWh, bar, h, %.

    Parameters
    ----------
    name
        Of the figure or swept name.
    unit
        SI unit; "" or "1" for a number without one.
    values
        Any shape; NaN where a case has none.
    """
    known = values[np.isfinite(values)]
    largest = float(np.abs(known).max()) if known.size else 0.0
    if unit == "K" and known.size and float(known.min()) > _ABSOLUTE:
        return Edge("°C", offset=-_KELVIN)
    if unit in ("", "1"):
        share = any(word in name for word in _SHARES) and largest <= 1.5
        return Edge("%", 100.0) if share else Edge()
    for least, factor, shown in _SCALES.get(unit, ()):
        if largest >= least:
            return Edge(shown, factor)
    return Edge(_TYPESET.get(unit, unit))


@dataclass(frozen=True)
class Quantity:
    """A swept name or a figure, for people.

    Attributes
    ----------
    name
        As it is in the Dataset.
    unit
        In which `values` are; "" without one.
    words
        What it is, or "".
    values
        Floats in `unit` (NaN where there is none), or texts; the shape of the Dataset's variable.
    number
        Whether the values are numbers.
    edge
        How SI values become those shown.
    """

    name: str
    unit: str
    words: str
    values: np.ndarray
    number: bool
    edge: Edge

    @property
    def label(self) -> str:
        """Name and unit for an axis."""
        return f"{self.name} in {self.unit}" if self.unit else self.name

    @cached_property
    def _format(self) -> NumberFormat:
        return NumberFormat.of(self.values)

    @property
    def heading(self) -> str:
        """Name and unit for a column of a list."""
        return f"{self.name} [{self.unit}]" if self.unit else self.name

    @classmethod
    def of(cls, name: str, values: np.ndarray, attributes: Mapping[str, object]) -> Quantity:
        """Return SI values for people; `attributes` are those of a Dataset's variable, `units` and `long_name`."""
        words = str(attributes.get("long_name", "")).replace(" degC", " °C")
        if is_number(values):
            si = values.astype(float)
            # an infinite figure has no place on an axis, and no mean
            si = np.where(np.isfinite(si), si, np.nan)
            edge = edge_of(name, str(attributes.get("units", "")), si)
            return cls(name, edge.unit, words, edge(si), True, edge)
        texts = np.array(["" if value is None else str(value) for value in values.ravel()], dtype=object)
        return cls(name, "", words, texts.reshape(values.shape), False, Edge())

    def text(self, value: object) -> str:
        """Return one value (in `unit`, or a text) for people, without the unit."""
        return self._format(float(value)) if self.number else str(value)  # type: ignore[arg-type]

    def with_unit(self, value: object) -> str:
        """Return one value with its unit."""
        return f"{self.text(value)}\u00a0{self.unit}" if self.unit else self.text(value)

    def read(self, si: object, *, unit: bool = True) -> str:
        """Return one SI value (or a text or switch) for people, with its unit when wanted."""
        if not self.number or isinstance(si, str | bool):
            return str(si)
        shown = self._shown(si)
        return self.with_unit(shown) if unit else self.text(shown)

    def plain(self, si: object) -> str:
        """Return one SI value in `unit` for programs: digits, point and exponent alone."""
        if not self.number or isinstance(si, str | bool) or self.edge == Edge(self.unit):
            return str(si)
        # 353.15 - 273.15 is no round number, and what was typed was one
        return f"{self._shown(si):.{_MOST_DIGITS}g}"

    def _shown(self, si: object) -> float:
        return float(self.edge(np.array(float(si))))  # type: ignore[arg-type]


def is_number(values: np.ndarray) -> bool:
    """Return whether values are numbers: not texts, and not switches."""
    if values.dtype.kind in "fiu":
        return True
    if values.dtype.kind != "O":
        return False
    present = [v for v in values.ravel() if v is not None and not (isinstance(v, float) and math.isnan(v))]
    return bool(present) and all(isinstance(v, int | float | np.number) and not isinstance(v, bool) for v in present)


@dataclass(frozen=True)
class NumberFormat:
    """How the numbers of a column are written; `decimals` None: each number by itself, with so many `digits`."""

    decimals: int | None = None
    digits: int = _DIGITS

    @classmethod
    def of(cls, values: np.ndarray | Sequence[float]) -> NumberFormat:
        """Return the format that tells values apart: three digits of their spread, at most seven of the largest."""
        known = np.unique(np.asarray(values, dtype=float))
        known = known[np.isfinite(known)]
        sizes = np.abs(known[known != 0.0])
        if not sizes.size or sizes.max() > _WIDE * sizes.min() or not 1e-3 <= sizes.max() < 1e9:
            return cls(digits=_telling_digits(known))
        if sizes.max() > _LOGARITHMIC * sizes.min() and sizes.size > 3 and np.median(sizes) < 0.2 * sizes.max():
            return cls(digits=_telling_digits(known))
        order = math.floor(math.log10(sizes.max()))
        spread = float(np.ptp(known))
        finest = math.floor(math.log10(spread)) - 2 if spread > 0.0 else order - _DIGITS + 1
        decimals = min(max(_DIGITS - 1 - order, -finest, 0), max(6 - order, 0))
        some = known[:: max(1, known.size // 1000)]
        while decimals and np.array_equal(np.round(some, decimals), np.round(some, decimals - 1)):
            decimals -= 1
        return cls(decimals)

    def __call__(self, value: float) -> str:
        if not math.isfinite(value):
            return "–"
        if self.decimals is not None:
            return _thousands(f"{value:,.{self.decimals}f}")
        if value == 0.0:
            return "0"
        order = math.floor(math.log10(abs(value)))
        if not -3 <= order < 9:
            mantissa, _, power = f"{value:.{self.digits - 1}e}".partition("e")
            return _thousands(f"{mantissa.rstrip('0').rstrip('.')}e{int(power)}")
        text = _thousands(f"{value:,.{max(self.digits - 1 - order, 0)}f}")
        return text.rstrip("0").rstrip(".") if "." in text else text


def _telling_digits(values: np.ndarray) -> int:
    """Return how many digits tell a few different numbers apart."""
    if values.size > _FEW:
        return _DIGITS
    enough = (n for n in range(_DIGITS, _MOST_DIGITS) if len({f"{v:.{n - 1}e}" for v in values}) == values.size)
    return next(enough, _DIGITS)


def _thousands(text: str) -> str:
    return text.replace(",", "\u202f").replace("-", "−")
