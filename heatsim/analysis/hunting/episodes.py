"""Hunting that fills only a part of the window: two hours of a day, at low load.

Over a whole day such an episode drowns in what loads do. So a loop that looks sound is judged again in parts: halves,
quarters, eighths and sixteenths, each overlapping the next by half.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from heatsim.analysis.hunting.display import duration
from heatsim.analysis.hunting.figures import LoopVerdict
from heatsim.analysis.hunting.judge import judge
from heatsim.analysis.hunting.oscillation import find_oscillation
from heatsim.analysis.hunting.signals import LoopSignals
from heatsim.analysis.hunting.thresholds import Thresholds
from heatsim.analysis.hunting.vocabulary import Verdict

PARTS = (2, 4, 8, 16)
"""How many times shorter than the window the parts are, the longest first."""

LEAST_SAMPLES = 64
"""Fewest samples of a part: five cycles of a dozen."""

LEAST_CORRELATION = 0.8
"""Least autocorrelation at a lag of one period: there are many parts, and chance has many tries."""

_OF_THE_PART = (
    "amplitude", "command_amplitude", "period", "cycles", "regularity", "correlation", "period_scatter",
    "amplitude_scatter", "growth", "damping", "load", "load_coherence", "load_gain", "load_phase", "phase",
    "command_phase", "begin",
)  # fmt: skip


def with_episode(
    row: LoopVerdict,
    signals: LoopSignals,
    loads: Mapping[str, np.ndarray],
    everything: Mapping[str, np.ndarray] | None,
    thresholds: Thresholds,
) -> LoopVerdict:
    """Return the verdict on a window, or that on the part of it in which the loop hunts.

    Parameters
    ----------
    row
        Verdict on the whole window; one that hunts, is forced or undecided is returned as it is.
    signals, loads, everything, thresholds
        As for `judge`, over the whole window.

    Returns
    -------
    LoopVerdict
        Of the whole window; when a part shows a limit cycle, the verdict and the figures of the oscillation are those
        of the part, and the reason says from when to when.
    """
    if row.verdict not in (Verdict.CALM, Verdict.SLUGGISH, Verdict.SATURATED):
        return row
    strict = replace(thresholds, correlation_of_triangles=thresholds.correlation)
    for number in PARTS:
        found = [
            part
            for span in _spans(signals, number)
            if _swings(signals, span, strict) and _hunts(part := _judge(signals, span, loads, everything, strict))
        ]
        if found:
            return _merged(row, max(found, key=lambda part: part.cycles or 0))
    return row


def _spans(signals: LoopSignals, number: int) -> Iterator[slice]:
    length = signals.time.size // number
    if length < LEAST_SAMPLES:
        return
    for k in range(2 * number - 1):
        yield slice(k * length // 2, k * length // 2 + length)


def _swings(signals: LoopSignals, span: slice, thresholds: Thresholds) -> bool:
    """Whether there is anything to judge: a regular oscillation of the variable or of the command."""
    for values, least in (
        (signals.error, signals.negligible(thresholds)),
        (signals.command, signals.negligible_command(thresholds)),
    ):
        if float(np.ptp(values[span])) < 2.0 * least:
            continue
        found = find_oscillation(signals.time[span], values[span], thresholds)
        if found is not None and found.correlation >= LEAST_CORRELATION:
            return True
    return False


def _judge(
    signals: LoopSignals,
    span: slice,
    loads: Mapping[str, np.ndarray],
    everything: Mapping[str, np.ndarray] | None,
    thresholds: Thresholds,
) -> LoopVerdict:
    part = signals.between(float(signals.time[span.start]), float(signals.time[span.stop - 1]))
    return judge(
        part,
        {name: values[span] for name, values in loads.items()},
        everything=None if everything is None else {name: values[span] for name, values in everything.items()},
        thresholds=thresholds,
    )


def _hunts(part: LoopVerdict) -> bool:
    return part.verdict is Verdict.LIMIT_CYCLE and (part.correlation or 0.0) >= LEAST_CORRELATION


def _merged(row: LoopVerdict, part: LoopVerdict) -> LoopVerdict:
    start, stop = part.window
    where = f"between {duration(start)} and {duration(stop)}: {part.reason}"
    figures = {name: getattr(part, name) for name in _OF_THE_PART}
    return replace(row, verdict=part.verdict, reason=where, **figures)
