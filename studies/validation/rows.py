"""A row of the validation table: one figure, the limits it has to keep, the verdict, and where the limits come from.

Rows are made by the helpers `within`, `close`, `worse` and `reported`, which work the verdict out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["pass", "fail", "reported"]


@dataclass(frozen=True)
class Row:
    """One figure against its limits.

    Attributes
    ----------
    name
        What is measured, unique over all topics, such as `ULg 151202: outlet RMSE`.
    figure
        The number that the models give, in `unit`.
    unit
        Unit of the figure and its limits; "1" for a plain number.
    limits
        The limits in words, such as `≤ 0.7`.
    verdict
        `pass`, `fail`, or `reported` for a figure without a limit.
    source
        Who says what is right: measurement, standard, paper, analytic solution.
    reference
        The value of the source, in `unit`, when there is one.
    note
        What a reader has to know about the figure.
    """

    name: str
    figure: float
    unit: str
    limits: str
    verdict: Verdict
    source: str
    reference: float | None = None
    note: str = ""

    @property
    def passed(self) -> bool:
        """False only for a row that fails; what is reported has no limit to break."""
        return self.verdict != "fail"


def within(
    name: str,
    figure: float,
    unit: str,
    *,
    lower: float | None = None,
    upper: float | None = None,
    source: str,
    reference: float | None = None,
    note: str = "",
) -> Row:
    """Return the row of a figure that must lie between two limits, or keep one.

    Raises
    ------
    ValueError
        When there is no limit: use `reported`.
    """
    if lower is None and upper is None:
        raise ValueError(f"row '{name}' has no limit; give lower= or upper=, or use reported()")
    holds = math.isfinite(figure)
    if lower is not None:
        holds = holds and figure >= lower
    if upper is not None:
        holds = holds and figure <= upper
    if lower is None:
        limits = f"≤ {digits(upper)}"
    elif upper is None:
        limits = f"≥ {digits(lower)}"
    else:
        limits = f"{digits(lower)} to {digits(upper)}"
    return Row(name, float(figure), unit, limits, "pass" if holds else "fail", source, reference, note)


def close(
    name: str,
    figure: float,
    unit: str,
    *,
    reference: float,
    relative: float | None = None,
    absolute: float | None = None,
    source: str,
    note: str = "",
) -> Row:
    """Return the row of a figure that must agree with a reference value, within a share of it or a distance from it.

    Raises
    ------
    ValueError
        Unless exactly one of `relative` and `absolute` is given.
    """
    if (relative is None) == (absolute is None):
        raise ValueError(f"row '{name}': give either relative= or absolute=")
    if relative is not None:
        distance, limits = relative * abs(reference), f"{digits(reference)} ± {digits(100.0 * relative)} %"
    else:
        distance, limits = float(absolute or 0.0), f"{digits(reference)} ± {digits(absolute)}"
    holds = math.isfinite(figure) and abs(figure - reference) <= distance
    return Row(name, float(figure), unit, limits, "pass" if holds else "fail", source, float(reference), note)


def worse(name: str, figure: float, unit: str, *, than: float, factor: float = 1.5, source: str, note: str = "") -> Row:
    """Return the row of a negative control: an error that must be clearly larger than that of the good model.

    Parameters
    ----------
    figure
        Error of the model that lacks something.
    than
        Error of the good model, or the limit that the bad one has to miss.
    factor
        How much larger the error must be at least.
    """
    row = within(name, figure, unit, lower=factor * than, source=source, reference=than, note=note)
    return Row(row.name, row.figure, unit, f"≥ {digits(factor)} × {digits(than)}", row.verdict, source, than, note)


def reported(
    name: str, figure: float, unit: str, *, source: str, reference: float | None = None, note: str = ""
) -> Row:
    """Return the row of a figure that is stated without a limit."""
    return Row(name, float(figure), unit, "–", "reported", source, reference, note)


def digits(value: float | None) -> str:
    """Return a number with at most four digits that count, and no zeros that say nothing."""
    return "–" if value is None else f"{value:.4g}"
