"""The report on why loops hunt: ranked causes with evidence and confidence, and what was run again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import xarray as xr
from rich.console import Console

from heatsim.analysis.causes.reruns import Rerun
from heatsim.analysis.hunting.vocabulary import Cause, Verdict
from heatsim.errors import UsageError, near_miss


@dataclass(frozen=True)
class Finding:
    """One cause that was looked at.

    Attributes
    ----------
    cause
        The cause.
    confidence
        0 to 1; see `heatsim.analysis.causes.ranking`.
    confirmed
        Whether taking the cause away, alone, calmed the loop.
    loop
        Loop that it sits in.
    evidence
        Lines with figures.
    rerun
        Label of the re-run that tested it; None when there was none.
    """

    cause: Cause
    confidence: float
    confirmed: bool
    loop: str
    evidence: tuple[str, ...]
    rerun: str | None = None

    @property
    def words(self) -> str:
        """Confidence in words."""
        return in_words(self.confidence)


@dataclass(frozen=True)
class LoopReport:
    """Why one loop hunts.

    Attributes
    ----------
    loop
        Its name.
    verdict
        What it does.
    unit, command_unit
        Units of controlled variable and command.
    amplitude, command_amplitude
        Amplitudes of both, SI.
    period
        Period, s.
    source
        Loop that the oscillation comes from, or the system input that forces it.
    needed
        Loops each of which, frozen alone, ends the oscillation.
    findings
        Causes from most to least likely.
    notes
        What the signals say, and what could not be done.
    """

    loop: str
    verdict: Verdict
    unit: str
    command_unit: str
    amplitude: float
    command_amplitude: float
    period: float
    source: str
    needed: tuple[str, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()

    @property
    def cause(self) -> Cause:
        """The most likely cause."""
        return self.findings[0].cause if self.findings else Cause.UNKNOWN

    @property
    def confidence(self) -> float:
        """Confidence in it, 0 to 1."""
        return self.findings[0].confidence if self.findings else 0.0

    @property
    def evidence(self) -> tuple[str, ...]:
        """Evidence for it."""
        return self.findings[0].evidence if self.findings else ()

    @property
    def causes(self) -> tuple[Cause, ...]:
        """Confirmed causes from most to least likely."""
        return tuple(finding.cause for finding in self.findings if finding.confirmed)


@dataclass(frozen=True, eq=False)
class CauseReport:
    """Why loops of a case hunt.

    `report["tcs_temperature"].cause` is the most likely cause of a loop.

    Attributes
    ----------
    loops
        One report per loop that was explained.
    reruns
        All re-runs by label, with what became of each loop.
    dataset
        The run that is explained.
    """

    loops: tuple[LoopReport, ...]
    reruns: Mapping[str, Rerun] = field(default_factory=dict)
    dataset: xr.Dataset | None = None

    def __getitem__(self, name: str) -> LoopReport:
        for row in self.loops:
            if row.loop == name:
                return row
        names = [row.loop for row in self.loops]
        there = f"explained are {', '.join(names)}" if names else "no loop hunts, so nothing is explained"
        raise UsageError(f"the report has no loop '{name}'{near_miss(name, names)}; {there}")

    def __iter__(self) -> Iterator[LoopReport]:
        return iter(self.loops)

    def __len__(self) -> int:
        return len(self.loops)

    def __contains__(self, name: str) -> bool:
        return any(row.loop == name for row in self.loops)

    def to_pandas(self) -> pd.DataFrame:
        """Return one row for each loop and cause, SI."""
        rows: list[dict[str, Any]] = []
        for row in self.loops:
            about = {"loop": row.loop, "verdict": row.verdict.value, "source": row.source, "period": row.period}
            about["amplitude"] = row.amplitude
            for rank, finding in enumerate(row.findings, start=1):
                rows.append(
                    about
                    | {"rank": rank, "cause": finding.cause.value, "confidence": finding.confidence}
                    | {"words": finding.words, "confirmed": finding.confirmed, "cause_in": finding.loop}
                    | {"evidence": "; ".join(finding.evidence), "rerun": finding.rerun}
                )
        columns = ["loop", "verdict", "source", "period", "amplitude", "rank", "cause", "confidence", "words"]
        columns += ["confirmed", "cause_in", "evidence", "rerun"]
        return pd.DataFrame(rows, columns=columns).set_index(["loop", "rank"])

    def to_json(self) -> str:
        """Return the report as JSON, SI; a figure that is not defined is null."""
        loops = [
            {
                "loop": row.loop,
                "verdict": row.verdict.value,
                "cause": row.cause.value,
                "confidence": round(row.confidence, 3),
                "source": row.source,
                "needed": list(row.needed),
                "period": _number(row.period),
                "amplitude": _number(row.amplitude),
                "unit": row.unit,
                "command_amplitude": _number(row.command_amplitude),
                "command_unit": row.command_unit,
                "findings": [
                    {
                        "cause": f.cause.value,
                        "confidence": round(f.confidence, 3),
                        "words": f.words,
                        "confirmed": f.confirmed,
                        "loop": f.loop,
                        "evidence": list(f.evidence),
                        "rerun": f.rerun,
                    }
                    for f in row.findings
                ],
                "notes": list(row.notes),
            }
            for row in self.loops
        ]
        reruns = [
            {
                "change": run.label,
                "failure": run.failure,
                "effects": {
                    name: {
                        "outcome": effect.outcome.value,
                        "before": _number(effect.before),
                        "after": _number(effect.after),
                        "period": _number(effect.period),
                    }
                    for name, effect in run.effects.items()
                },
            }
            for run in self.reruns.values()
        ]
        return json.dumps({"loops": loops, "reruns": reruns}, indent=2, ensure_ascii=False, allow_nan=False)

    def print(self, console: Console | None = None) -> None:
        """Print the report."""
        from heatsim.analysis.causes.printing import print_report

        print_report(self, console)

    def __repr__(self) -> str:
        if not self.loops:
            return "CauseReport: no loop hunts"
        lines = [f"{row.loop}: {row.cause.value}, {in_words(row.confidence)}" for row in self.loops]
        return "\n".join([f"CauseReport on {len(self.loops)} loops", *lines])


def in_words(confidence: float) -> str:
    """Confidence in words.

    "almost certain" from 0.85, "likely" from 0.65, "possible" from 0.35, else "a guess".
    """
    for least, words in ((0.85, "almost certain"), (0.65, "likely"), (0.35, "possible")):
        if confidence >= least:
            return words
    return "a guess"


def _number(value: float) -> float | None:
    return float(value) if value == value and abs(value) != float("inf") else None
