"""Samples of SALib, mapped to values: Latin hypercube, Sobol' sequences (Saltelli) and Morris trajectories.

SALib draws in the unit cube; the mapping to values is done here, in arithmetic that gives the same numbers on every
machine, and knows choices.
"""

from __future__ import annotations

import importlib
import numbers
import re
from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np

from heatsim.errors import UsageError, near_miss
from heatsim.sweeps.case import Value
from heatsim.sweeps.design.axis import MOST, Axis, between_logarithmically

SAMPLES = ("lhs", "sobol", "morris")
"""Methods that draw cases."""

FEWEST = {"lhs": 1, "sobol": 8, "morris": 4}
"""Smallest number of each: of Sobol' blocks and Morris trajectories as many as indices need."""
_LARGEST_SEED = 2**32 - 1


def read_sample(sample: str) -> tuple[str, int]:
    """Return method and number of `lhs:200`; of a method that draws nothing, 0.

    Raises
    ------
    UsageError
        When the method is unknown, or the number is missing or does not fit the method.
    """
    known = ("grid", "zip", "list", *SAMPLES)
    method, colon, number = (part.strip() for part in str(sample).partition(":"))
    if method not in known:
        raise UsageError(f"sample '{sample}': unknown method{near_miss(method, known)}; choose {', '.join(known)}")
    if method not in SAMPLES:
        if colon:
            raise UsageError(f"sample '{sample}': {method} takes no number; write {method}")
        return method, 0
    if not re.fullmatch(r"\d+", number) or int(number) < FEWEST[method]:
        needed = "; indices need as many" if method != "lhs" else ""
        raise UsageError(
            f"sample '{sample}': write a whole number from {FEWEST[method]} on, such as {method}:64{needed}"
        )
    count = int(number)
    if method == "sobol" and count & (count - 1):
        below = 1 << (count.bit_length() - 1)
        raise UsageError(
            f"sample '{sample}': a Sobol' sequence is balanced for powers of two only; take {below} or {2 * below}"
        )
    return method, count


def read_seed(seed: int) -> int:
    """Return a seed; UsageError when it is none."""
    if not isinstance(seed, numbers.Integral) or isinstance(seed, bool) or not 0 <= seed <= _LARGEST_SEED:
        raise UsageError(f"seed {seed!r}: give a whole number from 0 to {_LARGEST_SEED}")
    return int(seed)


def cases_of(method: str, count: int, axes: int) -> int:
    """Return how many rows a sample has."""
    return {"lhs": count, "sobol": count * (2 * axes + 2), "morris": count * (axes + 1)}[method]


def levels(axes: Sequence[Axis]) -> int:
    """Return the levels of Morris trajectories: four, or as many as let every choice be tried."""
    most = max((len(axis.values) for axis in axes if axis.values is not None), default=0)
    return max(4, most + most % 2)


def draw(method: str, count: int, axes: Sequence[Axis], seed: int) -> list[tuple[Value, ...]]:
    """Return the rows of a sample, values in the order of the axes; rows may be equal when there are choices.

    Parameters
    ----------
    method
        `lhs`: `count` rows. `sobol`: Saltelli's scheme with second order, `count` blocks of 2 D + 2 rows. `morris`:
        `count` trajectories of D + 1 rows.
    count
        See `method`.
    axes
        What is sampled.
    seed
        The same seed gives the same rows.
    """
    rows = cases_of(method, count, len(axes))
    if rows > MOST:
        raise UsageError(f"sample '{method}:{count}' of {len(axes)} names: {rows} cases; a sweep may have {MOST}")
    problem = {
        "num_vars": len(axes),
        "names": [f"x{i}" for i in range(len(axes))],
        "bounds": [[0.0, 1.0]] * len(axes),
    }
    if method == "morris":
        steps = levels(axes)
        cube = importlib.import_module("SALib.sample.morris").sample(problem, count, num_levels=steps, seed=seed)
        columns = [_on_levels(axis, cube[:, i], steps) for i, axis in enumerate(axes)]
    elif method == "sobol":
        cube = importlib.import_module("SALib.sample.sobol").sample(problem, count, calc_second_order=True, seed=seed)
        columns = [_anywhere(axis, cube[:, i]) for i, axis in enumerate(axes)]
    else:
        cube = importlib.import_module("SALib.sample.latin").sample(problem, count, seed=seed)
        columns = [_anywhere(axis, cube[:, i]) for i, axis in enumerate(axes)]
    return list(zip(*columns, strict=True))


def _anywhere(axis: Axis, shares: np.ndarray) -> list[Value]:
    """Values at shares (0 to 1) of an axis; choices are equally likely."""
    if axis.bounds is None:
        choices = axis.values or ()
        return [choices[min(int(share * len(choices)), len(choices) - 1)] for share in shares.tolist()]
    low, high = axis.bounds
    value = _between(axis)
    # a Saltelli sample has each share many times
    found = {share: value(share) for share in set(shares.tolist())}
    return [min(max(found[share], low), high) for share in shares.tolist()]


def _on_levels(axis: Axis, shares: np.ndarray, steps: int) -> list[Value]:
    """Values at the levels of a trajectory, of which a step moves by half; a step always changes a choice."""
    at = np.rint(shares * (steps - 1)).astype(int)
    if axis.bounds is None:
        choices = axis.values or ()
        return [choices[level * len(choices) // steps] for level in at.tolist()]
    value = _between(axis)
    ladder = [value(Fraction(level, steps - 1)) for level in range(steps)]
    return [ladder[level] for level in at.tolist()]


def _between(axis: Axis) -> Callable[[float | Fraction], float]:
    low, high = axis.bounds or (0.0, 0.0)
    if axis.logarithmic:
        return lambda share: between_logarithmically(low, high, share)
    begin, end = Fraction(repr(low)), Fraction(repr(high))
    return lambda share: float(begin + Fraction(share) * (end - begin))
