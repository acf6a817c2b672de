"""The guard against numerical hunting: a verdict counts when finer numerics give the same amplitude and period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from heatsim.analysis.hunting.display import duration, quantity
from heatsim.analysis.hunting.figures import LoopVerdict
from heatsim.analysis.hunting.thresholds import Thresholds
from heatsim.analysis.hunting.vocabulary import Verdict
from heatsim.case import Case


def finer(case: Case) -> Case:
    """Return the case with finer numerics and half the distance of results, which shows aliases of quick swings."""
    return replace(case.refined(), output_step=0.5 * case.output_step)


def confirm(
    rows: Sequence[LoopVerdict], again: Sequence[LoopVerdict], thresholds: Thresholds
) -> tuple[LoopVerdict, ...]:
    """Return the rows with each hunting verdict confirmed, or turned into "numerical".

    Amplitude and period of the settled part are compared, not trajectories: the phase of a limit cycle drifts with any
    change of the numerics, and that means nothing. Where cycles differ by themselves, as on/off cycles do, the means of
    a few of them differ too: up to twice their standard error counts as the same, but never more than three times
    `change`.

    Parameters
    ----------
    rows, again
        Of the run at hand and of the finer one, in the same order.
    thresholds
        `change` is the largest relative change.
    """
    return tuple(_confirmed(a, b, thresholds) if a.hunts else a for a, b in zip(rows, again, strict=True))


def _confirmed(row: LoopVerdict, finer_row: LoopVerdict, thresholds: Thresholds) -> LoopVerdict:
    both = replace(row, refined_amplitude=finer_row.amplitude, refined_period=finer_row.period)
    if finer_row.period is None:
        reason = f"numerical: gone with finer numerics ({finer_row.verdict.value}: {finer_row.reason})"
        return replace(both, verdict=Verdict.NUMERICAL, confirmed=False, reason=reason)
    period = _change(row.period, finer_row.period)
    amplitude = _change(row.amplitude, finer_row.amplitude)
    if max(period, amplitude) <= thresholds.change:
        return replace(both, confirmed=True)
    if period <= _tolerance("period", row, finer_row, thresholds) and amplitude <= _tolerance(
        "amplitude", row, finer_row, thresholds
    ):
        differ = f"{max(period, amplitude):.0%} of change with finer numerics is within the scatter of the cycles"
        return replace(both, confirmed=True, reason=f"{row.reason}; {differ}")
    if period >= amplitude:
        what = f"period {duration(row.period)} becomes {duration(finer_row.period)}"
    else:
        what = f"amplitude {quantity(row.amplitude, row.unit)} becomes {quantity(finer_row.amplitude, row.unit)}"
    still = ", and still hunts: judge it there" if finer_row.hunts else ""
    return replace(both, verdict=Verdict.NUMERICAL, confirmed=False, reason=f"{what} with finer numerics{still}")


def _tolerance(name: str, row: LoopVerdict, finer_row: LoopVerdict, thresholds: Thresholds) -> float:
    """Largest relative change of a mean over cycles that is no change."""
    error = 0.0
    for one in (row, finer_row):
        settled = max((one.cycles or 0) / 2.0, 1.0)
        error += (getattr(one, f"{name}_scatter") or 0.0) ** 2 / settled
    return max(thresholds.change, min(2.0 * error**0.5, 3.0 * thresholds.change))


def _change(value: float | None, finer_value: float | None) -> float:
    if value is None or finer_value is None:
        return float("inf")
    return abs(value - finer_value) / max(abs(finer_value), 1e-300)
