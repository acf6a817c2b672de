"""Signals over time that drive a system: piecewise linear or held, with jumps at exact times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from heatsim.errors import InputError
from heatsim.system.signal_sources import callable_knots, csv_knots


@dataclass(frozen=True, eq=False)
class Signal:
    """A scalar signal given by knots.

    Attributes
    ----------
    times
        Knot times, s, shape (n,), not decreasing. Two knots at one time make a jump; the later one holds from there on.
    values
        Values at the knots, SI, shape (n,).
    interpolation
        "linear" between knots, or "held": each value holds from its knot to the next.
    unit
        Unit of the values, or "" when it is that of the input.
    span
        Times from and to which the signal is known, s; a run beyond is refused. None: everywhere, the first and the
        last value hold outside of the knots.
    """

    times: np.ndarray
    values: np.ndarray
    interpolation: str = "linear"
    unit: str = ""
    span: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        times, values = _own(self.times, "times"), _own(self.values, "values")
        if self.interpolation not in ("linear", "held"):
            raise InputError(f"interpolation must be 'linear' or 'held', not '{self.interpolation}'")
        if times.ndim != 1 or times.shape != values.shape or times.size == 0:
            raise InputError(f"a signal needs as many times as values, not shapes {times.shape} and {values.shape}")
        if not np.all(np.isfinite(times)) or not np.all(np.isfinite(values)):
            raise InputError("a signal must be finite everywhere; fill or cut the missing values first")
        if np.any(np.diff(times) < 0):
            raise InputError(
                f"signal times decrease after t = {times[int(np.argmax(np.diff(times) < 0))]:g} s; sort them"
            )
        object.__setattr__(self, "times", times)
        object.__setattr__(self, "values", values)

    @classmethod
    def constant(cls, value: float, unit: str = "") -> Signal:
        """A signal that never changes."""
        return cls(np.array([0.0]), np.array([float(value)]), "held", unit)

    @classmethod
    def held(cls, times: Sequence[float] | np.ndarray, values: Sequence[float] | np.ndarray, unit: str = "") -> Signal:
        """A signal that jumps at each knot and holds in between."""
        return cls(np.asarray(times), np.asarray(values), "held", unit)

    @classmethod
    def linear(
        cls, times: Sequence[float] | np.ndarray, values: Sequence[float] | np.ndarray, unit: str = ""
    ) -> Signal:
        """A signal that runs straight from knot to knot."""
        return cls(np.asarray(times), np.asarray(values), "linear", unit)

    @classmethod
    def from_csv(
        cls,
        path: str | Path,
        column: str | None = None,
        *,
        unit: str | None = None,
        interpolation: str = "linear",
        start: str | dt.datetime | np.datetime64 | None = None,
        utc_offset: float = 1.0,
    ) -> Signal:
        """A signal from a column of a CSV file: comma-separated, a header line with a column `time`, decimal points.

        Parameters
        ----------
        path
            `FILE.csv` or `FILE.csv:column`.
        column
            Name of the column; may be left out when the file has only one besides `time`.
        unit
            Unit of the values; default is the ending of the column's name (`heat_MW`, `T_C`, `flow [kg/s]`), or that
            of the input when it has none.
        interpolation
            "linear" or "held"; held values are good for one usual step after the last row.
        start
            Clock time of t = 0 when `time` holds ISO stamps; default is the first row. A column of numbers is seconds
            on the clock of the run; two rows at one time make a jump.
        utc_offset
            Hours that the run's clock is ahead of UTC, for stamps with a time zone.

        Raises
        ------
        InputError
            When the file, the column, a cell or a time cannot be used; names the row.
        """
        times, values, found = csv_knots(path, column, unit, start, utc_offset)
        signal = cls(times, values, interpolation, found)
        steps = np.diff(times)
        reach = float(np.median(steps[steps > 0])) if interpolation == "held" and np.any(steps > 0) else 0.0
        return replace(signal, span=(float(times[0]), float(times[-1]) + reach))

    @classmethod
    def from_callable(
        cls,
        function: Callable[[float], float],
        times: Sequence[float] | np.ndarray,
        *,
        jumps: Sequence[float] | np.ndarray = (),
        interpolation: str = "linear",
        unit: str = "",
        tolerance: float | None = None,
    ) -> Signal:
        """A signal from a function of time, which is called before the run only.

        Parameters
        ----------
        function
            Gives the value at a time in s on the clock of the run; at a jump the value after it.
        times
            Knots, s; the first and the last are the span of the signal. With a `tolerance` those two suffice.
        jumps
            Times of discontinuities, s; the integrator stops there.
        interpolation
            "linear" between the knots, or "held".
        unit
            Unit of the values, or "" when it is that of the input.
        tolerance
            Largest deviation of the straight pieces from the function, in `unit`; knots are added until it is met in
            the quarters of each piece.

        Raises
        ------
        InputError
            When a value is not finite, a jump lies outside of `times`, or the function jumps where no jump is named.
        """
        knots, values = callable_knots(function, times, jumps, interpolation, tolerance)
        return cls(knots, values, interpolation, unit, (float(knots[0]), float(knots[-1])))

    @cached_property
    def _structure(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Start times, values and slopes of the straight pieces, and whether each begins with a jump."""
        t, v = self.times, self.values
        if self.interpolation == "held":
            last = np.append(np.diff(t) > 0, True)
            t, v = t[last], v[last]
            starts, values, slopes, ends = t, v, np.zeros_like(v), v
        else:
            steps = np.diff(t)
            proper = steps > 0
            starts = np.concatenate([t[:1], t[:-1][proper], t[-1:]])
            values = np.concatenate([v[:1], v[:-1][proper], v[-1:]])
            slopes = np.concatenate([[0.0], np.diff(v)[proper] / steps[proper], [0.0]])
            ends = np.concatenate([v[:1], v[1:][proper], v[-1:]])
            # the piece before the first knot starts one second earlier, so that start times stay distinct
            starts[0] -= 1.0
        # from the values as given: a value extrapolated along a steep piece would show jumps of rounding
        jump = np.zeros(starts.size, dtype=bool)
        jump[1:] = np.abs(values[1:] - ends[:-1]) > 1e-12 * np.maximum(np.abs(values[1:]), np.abs(ends[:-1]))
        keep = np.ones(starts.size, dtype=bool)
        keep[1:] = (slopes[1:] != slopes[:-1]) | jump[1:]
        return starts[keep], values[keep], slopes[keep], jump[keep]

    @cached_property
    def pieces(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Straight pieces as (start times, values at the start, slopes), each shape (m,).

        The first piece starts at minus infinity in effect. Knots that change neither value nor slope are left out, so
        that an integrator need not stop there.
        """
        return self._structure[:3]

    @cached_property
    def jumps(self) -> np.ndarray:
        """Times at which the value is discontinuous, shape (k,)."""
        return np.asarray(self._structure[0][self._structure[3]])

    @property
    def knots(self) -> np.ndarray:
        """Times at which value or slope changes, shape (k,)."""
        return np.asarray(self.pieces[0][1:])

    def piece(self, inside: float, at: float) -> tuple[float, float]:
        """Value extrapolated to `at` and slope of the piece that contains the time `inside`."""
        starts, values, slopes = self.pieces
        i = max(int(np.searchsorted(starts, inside, side="right")) - 1, 0)
        return float(values[i] + slopes[i] * (at - starts[i])), float(slopes[i])

    def __call__(self, t: float | np.ndarray) -> np.ndarray:
        """Values at times `t` (right limit at a jump)."""
        starts, values, slopes = self.pieces
        i = np.maximum(np.searchsorted(starts, t, side="right") - 1, 0)
        return np.asarray(values[i] + slopes[i] * (np.asarray(t, dtype=float) - starts[i]))

    def __repr__(self) -> str:
        if self.times.size == 1:
            return f"Signal({self.values[0]:g} {self.unit})".replace(" )", ")")
        return f"Signal({self.interpolation}, {self.times.size} knots from {self.times[0]:g} to {self.times[-1]:g} s)"


def _own(given: object, what: str) -> np.ndarray:
    """Copy as floats that nobody else can change; masked elements are missing ones."""
    try:
        array: np.ndarray = np.ma.filled(np.ma.array(given, dtype=float, copy=True), np.nan)
    except (TypeError, ValueError) as error:
        raise InputError(f"the {what} of a signal must be numbers ({error}); convert them first") from error
    array = np.atleast_1d(array)
    array.flags.writeable = False
    return array
