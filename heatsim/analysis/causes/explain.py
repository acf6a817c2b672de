"""`explain_hunting`: why the loops of a case hunt, from its signals, its parts, and runs with one thing changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import xarray as xr

from heatsim.analysis.causes import element_rules, path_rules, plant_rules
from heatsim.analysis.causes.conclusions import report_on
from heatsim.analysis.causes.group import GroupStudy
from heatsim.analysis.causes.oscillation import Oscillation, oscillation, violence
from heatsim.analysis.causes.remedies import Norms, Rule
from heatsim.analysis.causes.report import CauseReport, Finding, LoopReport
from heatsim.analysis.causes.reruns import Rerun, Reruns
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
    path_rules.outer_return,
    path_rules.returning_temperature,
    path_rules.parallel,
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
    reports = [_numerical(row) for row in wanted if row.verdict is Verdict.NUMERICAL]
    waiting = [row for row in wanted if row.verdict is not Verdict.NUMERICAL and row.period]
    done: dict[str, Rerun] = {}
    while waiting:
        # the most violent oscillation first: what is calm without it, were its harmonics and followers
        group = _together(waiting, ds)
        waves = _waves(table, group, waiting, rows.values())
        bench = Reruns(case, ds, _span(group), waves, reruns, say)
        study = GroupStudy(bench, {row.loop: row for row in group}, (*RULES, *rules), norms or Norms())
        study.run()
        found = {row.loop for row in waiting if row.loop in waves and study.explains(row.loop)}
        reports += [report_on(study, row) for row in waiting if row.loop in found]
        waiting = [row for row in waiting if row.loop not in found]
        done |= bench.done
    order = {row.loop: i for i, row in enumerate(wanted)}
    return CauseReport(tuple(sorted(reports, key=lambda r: order[r.loop])), done, ds)


def _together(rows: Sequence[LoopVerdict], ds: xr.Dataset) -> list[LoopVerdict]:
    """The loop that moves its command most for its range, and those of the same period."""

    def how(row: LoopVerdict) -> tuple[float, float]:
        return violence(oscillation(loop_signals(ds, row.loop), _span([row]), row.period))

    most = max(rows, key=how)
    period = most.period or np.nan
    return [most, *(r for r in rows if r is not most and abs((r.period or np.nan) / period - 1.0) < SAME_PERIOD)]


def _span(rows: Sequence[LoopVerdict]) -> tuple[float, float]:
    """Span in which all loops of a group oscillate."""
    begin = max(row.begin if row.begin is not None else row.window[0] for row in rows)
    stop = min(row.window[1] for row in rows)
    period = max(row.period or 0.0 for row in rows)
    # enough waves to measure, even when one of the loops began late
    return max(rows[0].window[0], min(begin, stop - 4.0 * period)), stop


def _waves(
    table: HuntingTable, group: Sequence[LoopVerdict], waiting: Sequence[LoopVerdict], every: Iterable[LoopVerdict]
) -> dict[str, Oscillation]:
    """Oscillations of the loops of a group, of others that are to be explained, and of those that move with them."""
    span = _span(group)
    period = float(np.median([row.period for row in group if row.period]))
    own = {row.loop: row.period for row in waiting if row.period}
    found = {}
    for name in dict.fromkeys([*(r.loop for r in group), *own, *(r.loop for r in every)]):
        signals = loop_signals(table.dataset, name)
        if signals.refused:
            continue
        together = any(row.loop == name for row in group)
        seen = oscillation(signals, span, period if together else own.get(name, period))
        limits = table.thresholds
        moves = seen.measurement.amplitude > signals.negligible(limits)
        moves |= seen.command.amplitude > signals.negligible_command(limits)
        if name in own or (moves and seen.measurement.purity > 0.3):
            found[name] = seen
    return found


def _numerical(row: LoopVerdict) -> LoopReport:
    evidence = (row.reason, "with half the step and a tenth of the tolerance it is another oscillation, or none")
    return LoopReport(
        row.loop, row.verdict, row.unit, row.command_unit, row.amplitude or 0.0, row.command_amplitude or 0.0,
        row.period or float("nan"), row.loop, (), (Finding(Cause.NUMERICAL, 0.95, True, row.loop, evidence),),
    )  # fmt: skip
