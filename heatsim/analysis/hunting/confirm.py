"""The guard against numerical hunting: a verdict counts when finer numerics give the same amplitude and period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

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
    change of the numerics, and that means nothing.

    Parameters
    ----------
    rows, again
        Of the run at hand and of the finer one, in the same order.
    thresholds
        `change` is the largest relative change.
    """
    return tuple(_confirmed(a, b, thresholds) if a.hunts else a for a, b in zip(rows, again, strict=True))


def _confirmed(row: LoopVerdict, finer_row: LoopVerdict, thresholds: Thresholds) -> LoopVerdict:
    figures = {"refined_amplitude": finer_row.amplitude, "refined_period": finer_row.period}
    changes = {name: _change(getattr(row, name), getattr(finer_row, name)) for name in ("amplitude", "period")}
    name, worst = max(changes.items(), key=lambda item: item[1])
    if worst <= thresholds.change:
        return replace(row, confirmed=True, **figures)
    if finer_row.period is None:
        reason = "finer numerics show no oscillation"
    else:
        reason = f"{name} {getattr(row, name):.3g} becomes {getattr(finer_row, name):.3g} with finer numerics"
    return replace(row, verdict=Verdict.NUMERICAL, confirmed=False, reason=reason, **figures)


def _change(value: float | None, finer_value: float | None) -> float:
    if value is None or finer_value is None:
        return float("inf")
    return abs(value - finer_value) / max(abs(finer_value), 1e-300)
