"""Signals over time that drive a system: piecewise linear or held, with jumps at exact times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from heatsim.errors import InputError


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

    A value holds before the first and after the last knot.
    """

    times: np.ndarray
    values: np.ndarray
    interpolation: str = "linear"
    unit: str = ""

    def __post_init__(self) -> None:
        times = np.atleast_1d(np.asarray(self.times, dtype=float))
        values = np.atleast_1d(np.asarray(self.values, dtype=float))
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
