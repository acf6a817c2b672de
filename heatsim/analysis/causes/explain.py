"""`explain_hunting`: why the loops of a case hunt, from its signals, its parts, and runs with one thing changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from heatsim.analysis.causes import element_rules, plant_rules
from heatsim.analysis.causes.group import GroupStudy
from heatsim.analysis.causes.remedies import Norms, Rule
from heatsim.analysis.causes.report import CauseReport, Finding, LoopReport
from heatsim.analysis.causes.reruns import Oscillation, Rerun, Reruns, oscillation
from heatsim.analysis.hunting.detect import hunting
from heatsim.analysis.hunting.figures import LoopVerdict
from heatsim.analysis.hunting.signals import loop_signals
from heatsim.analysis.hunting.table import HuntingTable
from heatsim.analysis.hunting.vocabulary import Cause, Verdict
from heatsim.case import Case
from heatsim.errors import UsageError

RULES: tuple[Rule, ...] = (
    element_rules.sensors,
    element_rules.sampling,
    element_rules.stuck_actuators,
    element_rules.windup,
    plant_rules.valves,
    plant_rules.staging,
    plant_rules.tank_limits,
    plant_rules.outer_return,
    plant_rules.returning_temperature,
    plant_rules.parallel,
    plant_rules.low_load,
    plant_rules.gain,
)
"""The catalogue of remedies."""

SAME_PERIOD = 0.1
"""Relative difference of periods within which loops take part in one oscillation."""


def explain_hunting(
    case: Case,
    loop: str | Sequence[str] | None = None,
    table: HuntingTable | None = None,
    *,
    rules: Sequence[Rule] = (),
    norms: Norms | None = None,
    reruns: int = 14,
    tell: Callable[[str], None] | None = None,
) -> CauseReport:
    """Explain why loops hunt.

    Loops that oscillate with one period are looked at together. Is the oscillation forced from outside: does it go on
    with the loop in manual, and end when the loads are steady? Which loops are needed for it: it ends when one of them
    is frozen? Which small change, alone, ends it: a sensor, sampling, a valve, an anti-windup put back to what is
    usual, a way of action cut, another load, a lower gain? Every answer comes from running the case again; what the
    signals and the data of the parts say is evidence and an order in which to try. How sure a cause is, follows the
    rule in `heatsim.analysis.causes.ranking`.

    Parameters
    ----------
    case
        The case that hunts.
    loop
        Loop or loops to explain; all that hunt or are forced when left out.
    table
        Result of `heatsim.hunting` for the case, when it is there already; it is made when left out.
    rules
        Further rules that propose remedies, besides `RULES`.
    norms
        What is usual.
    reruns
        Most runs for one oscillation.
    tell
        Gets a line of text before each run.

    Returns
    -------
    CauseReport

    Raises
    ------
    UsageError
        For an unknown loop.
    """
    if not isinstance(case, Case):
        raise UsageError(f"explain_hunting takes a Case, which it can run again, not {type(case).__name__}")
    if reruns < 1:
        raise UsageError(f"explain_hunting: reruns={reruns}: give 1 or more")
    say = tell or (lambda line: None)
    if table is None:
        say("the case itself")
        table = hunting(case)
    ds = table.dataset
    rows = {row.loop: row for row in table.rows}  # the last window of each
    names = [loop] if isinstance(loop, str) else list(loop) if loop is not None else None
    if names is None:
        wanted = [row for row in rows.values() if row.hunts or row.verdict in (Verdict.FORCED, Verdict.NUMERICAL)]
    else:
        wanted = [table[name, -1] for name in names]
        wanted = [row for row in wanted if row.verdict not in (Verdict.CALM, Verdict.SLUGGISH)]
    reports: list[LoopReport] = [_numerical(row) for row in wanted if row.verdict is Verdict.NUMERICAL]
    done: dict[str, Rerun] = {}
    for rows_of_group in _groups([row for row in wanted if row.verdict is not Verdict.NUMERICAL and row.period]):
        period = float(np.median([row.period for row in rows_of_group if row.period]))
        waves = _waves(table, rows_of_group, rows.values(), period)
        bench = Reruns(case, ds, _span(rows_of_group), waves, reruns, say)
        study = GroupStudy(bench, {row.loop: row for row in rows_of_group}, (*RULES, *rules), norms or Norms())
        reports += study.reports()
        done |= bench.done
    order = {row.loop: i for i, row in enumerate(wanted)}
    return CauseReport(tuple(sorted(reports, key=lambda r: order[r.loop])), done, ds)


def _groups(rows: Sequence[LoopVerdict]) -> list[list[LoopVerdict]]:
    """Rows of one period together, the most violent first."""
    groups: list[list[LoopVerdict]] = []
    for row in sorted(rows, key=lambda r: -(r.cycles or 0)):
        for group in groups:
            of = group[0].period
            if row.period and of and abs(row.period / of - 1.0) < SAME_PERIOD:
                group.append(row)
                break
        else:
            groups.append([row])
    return groups


def _span(rows: Sequence[LoopVerdict]) -> tuple[float, float]:
    """Span in which all loops of a group oscillate."""
    begin = max(row.begin if row.begin is not None else row.window[0] for row in rows)
    stop = min(row.window[1] for row in rows)
    period = max(row.period or 0.0 for row in rows)
    # enough waves to measure, even when one of the loops began late
    return max(rows[0].window[0], min(begin, stop - 4.0 * period)), stop


def _waves(
    table: HuntingTable, rows: Sequence[LoopVerdict], every: Iterable[LoopVerdict], period: float
) -> dict[str, Oscillation]:
    """Oscillations of the loops of a group, then of others that move with them."""
    span = _span(rows)
    found = {}
    names = [row.loop for row in rows]
    names += [row.loop for row in every if row.loop not in names]
    for name in names:
        signals = loop_signals(table.dataset, name)
        if signals.refused:
            continue
        seen = oscillation(signals, span, period)
        limits = table.thresholds
        moves = seen.measurement.amplitude > signals.negligible(limits)
        moves |= seen.command.amplitude > signals.negligible_command(limits)
        if name in names[: len(rows)] or (moves and seen.measurement.purity > 0.3):
            found[name] = seen
    return found


def _numerical(row: LoopVerdict) -> LoopReport:
    evidence = (row.reason, "with half the step and a tenth of the tolerance it is another oscillation, or none")
    return LoopReport(
        row.loop, row.verdict, row.unit, row.command_unit, row.amplitude or 0.0, row.command_amplitude or 0.0,
        row.period or float("nan"), row.loop, (), (Finding(Cause.NUMERICAL, 0.95, True, row.loop, evidence),),
    )  # fmt: skip
