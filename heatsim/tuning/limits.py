"""Limits that a tuning of several loops has to keep: figures of loops, signals, and the maximum sensitivity."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import xarray as xr

from heatsim.analysis.hunting import LoopVerdict, hunting
from heatsim.analysis.hunting.signals import series
from heatsim.errors import UsageError, near_miss

_OF_SIGNALS = ("max", "min", "mean")
_OF_LOOPS = (
    "overshoot",
    "decay_ratio",
    "settling_time",
    "error_mean",
    "error_max",
    "reversals",
    "total_variation",
    "travel",
    "starts",
)


@dataclass(frozen=True)
class Limit:
    """A figure that must not pass a value.

    Attributes
    ----------
    what
        Loop ("tcs_temperature") or signal ("grid.T_return").
    figure
        Of a loop: overshoot, decay_ratio, settling_time, error_mean, error_max, reversals, total_variation, travel or
        starts, as in the hunting table, and "Ms", the maximum sensitivity at the operating points. Of a signal: max,
        min or mean over the run.
    most, least
        Limits, SI; give one.
    """

    what: str
    figure: str
    most: float | None = None
    least: float | None = None

    def __post_init__(self) -> None:
        known = _OF_SIGNALS if "." in self.what else (*_OF_LOOPS, "Ms")
        if self.figure not in known:
            hint = near_miss(self.figure, known)
            raise UsageError(
                f"limit on '{self.what}': no figure '{self.figure}'{hint}; choose one of {', '.join(known)}"
            )
        if (self.most is None) == (self.least is None) or not math.isfinite(self.bound):
            raise UsageError(f"limit on the {self.figure} of '{self.what}': give most= or least=, a finite number")

    @property
    def bound(self) -> float:
        """The value of the limit."""
        return float(self.least if self.most is None else self.most)  # type: ignore[arg-type]

    def excess(self, value: float) -> float:
        """How far a value is beyond the limit, relative to it; negative inside."""
        beyond = value - self.bound if self.least is None else self.bound - value
        return beyond / max(abs(self.bound), 1e-12)

    def __str__(self) -> str:
        sign = "<=" if self.least is None else ">="
        return f"{self.figure} of {self.what} {sign} {self.bound:.4g}"


def figures_of_run(ds: xr.Dataset, limits: Sequence[Limit]) -> list[float | None]:
    """Values of the limited figures in a run; None for those of linear models.

    A figure of a loop that is not defined in the run (an overshoot without a step of the set point) is 0 where that
    means that nothing happened, and refused otherwise.

    Raises
    ------
    UsageError
        The run has no such signal, or the figure is not defined.
    """
    wanted = {limit.what for limit in limits if "." not in limit.what and limit.figure != "Ms"}
    rows = _rows(ds, wanted) if wanted else {}
    values: list[float | None] = []
    for limit in limits:
        if limit.figure == "Ms":
            values.append(None)
        elif "." in limit.what:
            values.append(float(getattr(series(ds, limit.what), limit.figure)()))
        else:
            values.append(_of_loop(rows[limit.what], limit))
    return values


def _rows(ds: xr.Dataset, loops: Iterable[str]) -> dict[str, LoopVerdict]:
    return {row.loop: row for row in hunting(ds, loops=sorted(loops))}


def _of_loop(row: LoopVerdict, limit: Limit) -> float:
    value = getattr(row, limit.figure)
    if value is None:
        raise UsageError(
            f"limit '{limit}': the run does not show this figure; let the case have a step of set point or load, or "
            "limit another figure, error_max for example"
        )
    return float(value)
