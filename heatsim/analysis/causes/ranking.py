"""How sure a cause is, as a number, by a rule that can be checked by hand.

A cause whose remedy, alone, makes the loop calm starts with what its kind of change says about the cause:

=================  =====  =========================================================================================
element            0.80   an element outside of its usual range was put back into it
path               0.75   a way of action was cut, the parts being usual
condition          0.70   the plant was run at another load
coupling           0.65   one of two loops was frozen, each of which is calm alone
tuning             0.55   the gain was reduced, which calms nearly every loop
=================  =====  =========================================================================================

To it come 0.10 times the severity (how far out of the ordinary the element is) and 0.05 for each symptom in the
signals that belongs to the cause, 0.10 at most. Each other cause that was confirmed by a change that says as much or
more takes 0.10 away, down to 0.50; so two sick elements, each of which suffices, both show. What is less specific takes
nothing away: a reduced gain calms a loop with a slow sensor too, and is named after it.

Elements that calm the loop only together are both causes, each with 0.55 and its severity; so is one that keeps up a
smaller oscillation after the larger one was cured. A cause whose remedy makes
the oscillation weaker, but not calm, gets 0.35 ("contributes"); one for which only signals or data sheets speak, 0.20.
An oscillation that goes on while the loop is in manual and ends when the loads are steady is forced: 0.95, 0.80 when
only one of both is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from heatsim.analysis.causes.remedies import Kind, Remedy
from heatsim.analysis.causes.report import Finding
from heatsim.analysis.causes.reruns import Outcome, Rerun
from heatsim.analysis.causes.wording import size
from heatsim.analysis.hunting.vocabulary import Cause

BASE = {Kind.ELEMENT: 0.80, Kind.PATH: 0.75, Kind.CONDITION: 0.70, Kind.COUPLING: 0.65, Kind.TUNING: 0.55}
TOGETHER, WEAKER, UNTESTED = 0.55, 0.35, 0.20
FORCED_BOTH, FORCED_ONE = 0.95, 0.80
FLOOR = 0.50
_ORDER = (Kind.ELEMENT, Kind.PATH, Kind.CONDITION, Kind.COUPLING, Kind.TUNING)


@dataclass(frozen=True)
class Trial:
    """A remedy with its re-run.

    Attributes
    ----------
    remedy, rerun
        What was changed and what came of it; `rerun` is None when it was not tried.
    loop
        Loop that the remedy belongs to.
    symptoms
        Lines of what the signals say for its cause.
    together
        Whether it calms the loop only with the other elements.
    """

    remedy: Remedy
    rerun: Rerun | None
    loop: str
    symptoms: tuple[str, ...] = ()
    together: bool = False


def ended(t: Trial, loop: str) -> bool:
    """Whether the oscillation of a loop ended with a remedy.

    With another load, a lower gain or another loop held, a command that rests at its limit proves nothing. With an
    element put back to what is usual it does: that is what the sound plant does there.
    """
    if t.rerun is None:
        return False
    at_rest = t.remedy.kind is Kind.ELEMENT and t.rerun.outcome(loop) is Outcome.AT_LIMIT
    return at_rest or t.rerun.calms(loop)


def rank(tested: Sequence[Trial], loop: str, unit: str) -> tuple[Finding, ...]:
    """Return the causes of the oscillation of a loop, most likely first, each cause once.

    Parameters
    ----------
    tested
        Remedies with their re-runs.
    loop
        Loop that is explained.
    unit
        Unit of its controlled variable.
    """
    calm = [t for t in tested if ended(t, loop)]
    findings: dict[Cause, Finding] = {}
    for t in tested:
        found = _finding(t, calm, loop, unit)
        if found is None:
            continue
        known = findings.get(found.cause)
        if known is None or found.confidence > known.confidence:
            findings[found.cause] = found
    return tuple(sorted(findings.values(), key=lambda f: (-f.confirmed, -f.confidence)))


def _finding(t: Trial, calm: Sequence[Trial], loop: str, unit: str) -> Finding | None:
    kind, remedy = t.remedy.kind, t.remedy
    evidence = [*remedy.evidence, *t.symptoms]
    outcome = Outcome.FAILED if t.rerun is None else t.rerun.outcome(loop)
    effect = None if t.rerun is None else t.rerun.effects.get(loop)
    if effect is not None:
        evidence.append(
            f"{remedy.change}: {effect.outcome.value}, amplitude {size(effect.before, unit)} becomes "
            f"{size(effect.after, unit)}"
        )
    confirmed = False
    if ended(t, loop):
        rivals = {
            other.remedy.cause
            for other in calm
            if other.remedy.cause is not remedy.cause and _ORDER.index(other.remedy.kind) <= _ORDER.index(kind)
        }
        confirmed = True
        confidence = BASE[kind] + 0.10 * remedy.severity + min(0.05 * len(t.symptoms), 0.10)
        # the causes above it are ahead anyway; below the floor it would no longer count as confirmed
        confidence = max(confidence - 0.10 * len(rivals), FLOOR)
    elif t.together:
        confirmed = True
        confidence = TOGETHER + 0.10 * remedy.severity
    elif kind is Kind.TUNING:
        return None  # a gain that was not too high is nothing to tell
    elif outcome is Outcome.WEAKER:
        confidence = WEAKER
    elif kind is Kind.ELEMENT:
        confidence = UNTESTED if t.rerun is None or t.rerun.failure or t.symptoms else 0.5 * UNTESTED
    else:
        return None
    label = None if t.rerun is None else t.rerun.label
    return Finding(remedy.cause, round(min(confidence, 0.99), 3), confirmed, t.loop, tuple(evidence), label)
