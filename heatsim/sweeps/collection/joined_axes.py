"""One axis for the arrays of all cases along a dimension, where their own axes may be shorter, longer, or finer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class JoinedAxis:
    """An axis that holds those of all cases.

    Attributes
    ----------
    size
        Its length.
    values
        Its coordinate, or None when the dimension has none.
    hash
        Of the coordinate of a case that has all of it, or None when no case is known to.
    """

    size: int
    values: np.ndarray | None
    hash: str | None

    def positions(self, own: np.ndarray) -> np.ndarray:
        """Return the position on this axis of each entry of a case's own coordinate."""
        assert self.values is not None
        if self.values.dtype.kind == "O":
            known = {value: i for i, value in enumerate(self.values)}
            return np.array([known[value] for value in own], dtype=np.int64)
        return _nearest(self.values, own)


class CannotJoin(ValueError):
    """The axes of the cases do not make one."""


def join_axes(axes: Iterable[np.ndarray]) -> np.ndarray:
    """Return a coordinate that has all entries of these; numbers and times in order, texts as they come.

    Numbers that differ by rounding only, as those of `start + k*step` and of running sums do, are the same.

    Raises
    ------
    CannotJoin
        When one of them has an entry twice or a NaN, or some are texts and some numbers.
    """
    joined: np.ndarray | None = None
    for axis in axes:
        _check(axis)
        if joined is None:
            joined = axis
        elif _sort(joined) != _sort(axis):
            raise CannotJoin(f"is of {_sort(joined)} in some cases and of {_sort(axis)} in others")
        else:
            joined = _union(joined, axis)
    assert joined is not None
    return joined


def _sort(axis: np.ndarray) -> str:
    return {"O": "texts", "M": "dates", "m": "durations"}.get(axis.dtype.kind, "numbers")


def _check(axis: np.ndarray) -> None:
    if axis.dtype.kind == "O":
        twice = len(set(axis)) < axis.size
    else:
        ordered = np.sort(axis)
        twice = bool(np.any(_same(ordered[1:], ordered[:-1])))
    if twice:
        raise CannotJoin("has an entry twice, and differs between cases")
    if axis.dtype.kind in "fmM" and np.isnan(axis).any():
        raise CannotJoin("has entries that are no numbers, and differs between cases")


def _union(joined: np.ndarray, axis: np.ndarray) -> np.ndarray:
    if joined.dtype.kind == "O":
        texts = list(dict.fromkeys((*joined, *axis)))
        union = np.empty(len(texts), dtype=object)
        union[:] = texts
        return union
    ordered = np.sort(np.concatenate([joined, axis]))
    new = np.ones(ordered.size, dtype=bool)
    new[1:] = ~_same(ordered[1:], ordered[:-1])
    return ordered[new]


def _same(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    if a.dtype.kind != "f":
        return a == b
    return np.abs(a - b) <= 1e-12 * np.maximum(np.abs(a), np.abs(b))


def _nearest(axis: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return the position in an axis in ascending order that lies nearest to each entry."""
    right = np.minimum(np.searchsorted(axis, wanted), axis.size - 1)
    if axis.dtype.kind != "f":
        return right
    left = np.maximum(right - 1, 0)
    return np.where(np.abs(axis[left] - wanted) < np.abs(axis[right] - wanted), left, right)
