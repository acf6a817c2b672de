"""Which cases a sweep has: axes, how they are combined or sampled, and the points that come out of it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from heatsim.errors import UsageError
from heatsim.sweeps.case import Value

POINT = "case"
"""Dimension of points that do not form a grid."""


@dataclass(frozen=True)
class Axis:
    """A swept name.

    Attributes
    ----------
    name
        Parameter (`unit.name`), input, controller setting, or option of the study.
    values
        The values, SI; of a sample the choices, or None.
    bounds
        Lowest and highest value of a sample, SI, or None.
    logarithmic
        Whether a sample is even in the logarithm.
    units
        SI unit that the values were given in, or None where they had none.
    """

    name: str
    values: tuple[Value, ...] | None
    bounds: tuple[float, float] | None = None
    logarithmic: bool = False
    units: str | None = None


@dataclass(frozen=True)
class Design:
    """The cases of a sweep.

    Attributes
    ----------
    method
        `grid`, `zip`, `list`, `lhs`, `sobol` or `morris`.
    axes
        The swept names, in order.
    points
        Values in the order of the axes, a tuple for each case; no two are equal.
    seed
        Of a sample.
    samples
        What the sample was asked for: `lhs:200` -> 200.
    left_out
        Points that a constraint has taken out.
    """

    method: str
    axes: tuple[Axis, ...]
    points: tuple[tuple[Value, ...], ...]
    seed: int = 0
    samples: int = 0
    left_out: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The swept names."""
        return tuple(axis.name for axis in self.axes)

    def __iter__(self) -> Iterator[dict[str, Value]]:
        for point in self.points:
            yield dict(zip(self.names, point, strict=True))

    def __len__(self) -> int:
        return len(self.points)


def design(
    over: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    *,
    sample: str = "grid",
    constraints: Sequence[str] = (),
    seed: int = 0,
) -> Design:
    """Return the cases over what is swept."""
    if not isinstance(over, Mapping):
        raise UsageError("a list of cases is not there yet")
    axes = tuple(Axis(name, tuple(values)) for name, values in over.items())
    if sample != "grid":
        raise UsageError(f"sample '{sample}' is unknown; choose grid")
    return Design("grid", axes, tuple(itertools.product(*(axis.values or () for axis in axes))), seed)
