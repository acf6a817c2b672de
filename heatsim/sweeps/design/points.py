"""Which cases a sweep has: its axes, how they were combined or sampled, and the points that came out of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from heatsim.sweeps.case import Value
from heatsim.sweeps.design.axis import Axis
from heatsim.sweeps.design.sampling import SAMPLES

POINT = "case"
"""Dimension of points that do not form a grid."""

ATTRIBUTE = "sweep_design"
"""Attribute of the Dataset of a sweep that holds its design without the points (`Design.attribute`)."""


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
        What the sample was asked for: `lhs:200` -> 200; of `sobol` the blocks, of `morris` the trajectories.
    left_out
        Points that a constraint has taken out.
    constraints
        The constraints.
    rows
        Of a sample in which points repeat (choices, Morris trajectories that meet): which point each of its rows is,
        so that a case runs once and the analysis has the whole structure. Empty when rows and points are the same.
    """

    method: str
    axes: tuple[Axis, ...]
    points: tuple[tuple[Value, ...], ...]
    seed: int = 0
    samples: int = 0
    left_out: int = 0
    constraints: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The swept names."""
        return tuple(axis.name for axis in self.axes)

    @property
    def dims(self) -> tuple[str, ...]:
        """Dimensions of the Dataset: the swept names of a grid, else `case`."""
        return self.names if self.method == "grid" else (POINT,)

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the dimensions; of a grid with the points that a constraint has taken out."""
        return tuple(len(axis.values or ()) for axis in self.axes) if self.method == "grid" else (len(self.points),)

    def positions(self) -> np.ndarray:
        """Return where each point lies in the flattened (row-major) array of `shape`; int, (points,)."""
        if self.method != "grid":
            return np.arange(len(self.points))
        where = [{value: i for i, value in enumerate(axis.values or ())} for axis in self.axes]
        indices = np.array(
            [[at[value] for at, value in zip(where, point, strict=True)] for point in self.points], dtype=int
        )
        return np.ravel_multi_index(tuple(indices.T), self.shape)

    def __iter__(self) -> Iterator[dict[str, Value]]:
        names = self.names
        for point in self.points:
            yield dict(zip(names, point, strict=True))

    def __len__(self) -> int:
        return len(self.points)

    def __str__(self) -> str:
        asked = f"{self.method}:{self.samples}" if self.samples else self.method
        text = f"{asked} over {', '.join(self.names)}: {len(self)} cases"
        if self.left_out:
            text += f", {self.left_out} left out by constraints"
        if self.rows and len(self.rows) > len(self):
            text += f" ({len(self.rows)} rows of the sample, of which {len(self.rows) - len(self)} are equal to others)"
        return text

    def problem(self) -> dict[str, Any]:
        """Return the problem as SALib describes one: names and bounds, SI; choices are numbered from 0."""
        bounds = []
        for axis in self.axes:
            if axis.bounds is not None:
                bounds.append(list(axis.bounds))
            elif axis.numeric and self.method not in SAMPLES:
                numbers = [float(value) for value in axis.values or ()]  # type: ignore[arg-type]
                bounds.append([min(numbers), max(numbers)])
            else:
                bounds.append([0.0, len(axis.values or ()) - 1.0])
        return {
            "num_vars": len(self.axes),
            "names": list(self.names),
            "bounds": bounds,
            "dists": ["logunif" if axis.logarithmic else "unif" for axis in self.axes],
        }

    def attribute(self) -> str:
        """Return the design without its points, as JSON: what the analysis needs besides the Dataset itself."""
        kept = asdict(Design(self.method, self.axes, (), self.seed, self.samples, self.left_out, self.constraints))
        if self.method in ("zip", "list"):
            # their values are the coordinates
            kept["axes"] = [{**axis, "values": None} for axis in kept["axes"]]
        return json.dumps({**kept, "rows": list(self.rows)})

    @classmethod
    def from_attribute(cls, content: Mapping[str, Any]) -> Design:
        """Return the design, without its points, that `attribute` has described."""
        axes = tuple(
            Axis(**{**axis, "values": _tuple(axis["values"]), "bounds": _tuple(axis["bounds"])})
            for axis in content["axes"]
        )
        lists = {name: tuple(content[name]) for name in ("points", "constraints", "rows")}
        return cls(**{**content, **lists, "axes": axes})


def _tuple(given: Sequence[Any] | None) -> tuple[Any, ...] | None:
    return None if given is None else tuple(given)
