"""From what was run for an oscillation to the reports on its loops."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from heatsim.analysis.causes.budget import budget_line
from heatsim.analysis.causes.ranking import FORCED_BOTH, FORCED_ONE, rank
from heatsim.analysis.causes.report import Finding, LoopReport
from heatsim.analysis.causes.reruns import Outcome, Rerun
from heatsim.analysis.causes.signs import order_in_time, who_predicts
from heatsim.analysis.causes.wording import size
from heatsim.analysis.hunting.figures import LoopVerdict
from heatsim.analysis.hunting.vocabulary import Cause, Verdict

if TYPE_CHECKING:
    from heatsim.analysis.causes.group import GroupStudy


def report_on(study: GroupStudy, row: LoopVerdict) -> LoopReport:
    """Return the report on a loop whose oscillation is that of the group."""
    name, steady = row.loop, study.steady
    wave = study.bench.loops[name]
    unit = study.loops[name].unit
    needed = study.needed(name)
    findings = rank(study.tested, study.at_hand, study.loops[study.at_hand].unit)
    source = _source(study, name, needed, findings)
    if steady is not None and (steady[1].calms(name) or steady[1].outcome(name) is Outcome.AT_LIMIT):
        findings = (_forced(study, name, steady, unit), *findings)
        source = steady[0][0]
    elif row.verdict is Verdict.FORCED and not findings:
        findings = (_forced_by_signals(row),)
        source = row.load or source
    notes = [*order_in_time(study.bench.loops, name), *who_predicts(study.bench.loops, name), *study.notes]
    if name == study.at_hand and row.verdict is not Verdict.FORCED and not study.loops[name].inside:
        notes.insert(0, budget_line(study.situation(name)))
    if not any(study.linear.line in line for f in findings for line in f.evidence):
        notes.insert(0, study.linear.line)
    return LoopReport(
        name,
        row.verdict,
        unit,
        study.loops[name].command_unit,
        wave.measurement.amplitude,
        wave.command.amplitude,
        wave.period,
        source,
        tuple(needed),
        findings,
        tuple(dict.fromkeys(notes)),
    )


def _source(study: GroupStudy, name: str, needed: list[str], findings: Sequence[Finding]) -> str:
    """Loop with the cause; without one the needed loop that began first; the loop itself when nothing is known."""
    if findings and findings[0].confirmed:
        return findings[0].loop
    if not needed or name in needed:
        return name
    return min(needed, key=lambda n: study.bench.loops[n].onset if n in study.bench.loops else np.inf)


def _forced(study: GroupStudy, name: str, steady: tuple[list[str], Rerun], unit: str) -> Finding:
    names, run = steady
    effect = run.effects[name]
    manual = study.frozen.get(name)
    goes_on = manual is not None and manual.outcome(name) in (Outcome.GOES_ON, Outcome.WEAKER)
    evidence = [
        f"{', '.join(names)} swings with the same period; held at its mean, amplitude {size(effect.before, unit)} "
        f"becomes {size(effect.after, unit)}"
    ]
    if manual is not None and name in manual.effects:
        left = manual.effects[name]
        word = "goes on" if goes_on else left.outcome.value
        evidence.append(f"with the loop in manual it {word}, ±{size(left.after, unit)}")
    confidence = FORCED_BOTH if goes_on else FORCED_ONE
    return Finding(Cause.FORCED, confidence, True, names[0], tuple(evidence), run.label)


def _forced_by_signals(row: LoopVerdict) -> Finding:
    evidence = (f"{row.reason} (coherence {row.load_coherence or 0.0:.2f})",)
    return Finding(Cause.FORCED, 0.5, False, row.load or row.loop, evidence)
