"""Indices of one figure, whatever design they follow from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from heatsim.sweeps.findings.table import CaseTable

CONFIDENCE = 0.95
"""Level of the intervals."""

DESCRIPTIONS = {
    "S1": ("1", "share of the variance that the name explains alone (first order)"),
    "S1_conf": ("1", "half-width of the 95 % confidence interval of S1"),
    "ST": ("1", "share of the variance that the name takes part in (total order)"),
    "ST_conf": ("1", "half-width of the 95 % confidence interval of ST"),
    "S2": ("1", "share of the variance that two names explain together only (second order)"),
    "S2_conf": ("1", "half-width of the 95 % confidence interval of S2"),
    "mu": ("unit of the figure", "mean elementary effect, per full range or change of choice"),
    "mu_star": ("unit of the figure", "mean absolute elementary effect, per full range or change of choice"),
    "mu_star_conf": ("unit of the figure", "half-width of the 95 % confidence interval of mu_star"),
    "sigma": ("unit of the figure", "standard deviation of the elementary effects"),
    "rank_correlation": ("1", "rank correlation of figure and name (Spearman)"),
}
"""Name of an index -> unit and description."""

_SMALLEST_VARIATION = 1e-12


@dataclass(frozen=True)
class Indices:
    """Indices of one figure.

    Attributes
    ----------
    method
        How they were found, for people.
    parameters
        What is swept, in the order of the arrays.
    arrays
        Name of `DESCRIPTIONS` -> (parameters,), of pairs (parameters, parameters) symmetric with NaN on the diagonal.
    used, left_out
        Numbers of cases.
    note
        What to know of them, for people; empty when there is nothing.
    """

    method: str
    parameters: tuple[str, ...]
    arrays: Mapping[str, np.ndarray]
    used: int
    left_out: int
    note: str = ""


def varies(values: np.ndarray) -> bool:
    """Return whether a figure varies by more than the arithmetic does."""
    return bool(np.ptp(values) > _SMALLEST_VARIATION * np.max(np.abs(values)))


def numbered(table: CaseTable) -> np.ndarray:
    """Return what is swept as numbers, float (cases, names): values, or of choices their number from 0."""
    columns = []
    for axis in table.design.axes:
        column = table.swept[axis.name].to_numpy()
        if axis.bounds is not None:
            columns.append(column.astype(float))
            continue
        choices = axis.values if axis.values is not None else tuple(dict.fromkeys(column.tolist()))
        if axis.values is None and not isinstance(choices[0], bool | str):
            columns.append(column.astype(float))
            continue
        place = {choice: float(i) for i, choice in enumerate(choices)}
        columns.append(np.array([place[value] for value in column.tolist()]))
    return np.column_stack(columns)


def joined(*notes: str) -> str:
    """Return notes as one line."""
    return "; ".join(note for note in notes if note)
