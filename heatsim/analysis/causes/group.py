"""Loops that oscillate together: forced or not, which of them is the source, and which remedy calms them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from heatsim.analysis.causes.linear import linear_view
from heatsim.analysis.causes.oscillation import violence
from heatsim.analysis.causes.path_rules import inner_loops
from heatsim.analysis.causes.plant_rules import gain
from heatsim.analysis.causes.ranking import Trial, ended
from heatsim.analysis.causes.remedies import Kind, Norms, Remedy, Rule, Situation
from heatsim.analysis.causes.reruns import Outcome, Rerun, Reruns
from heatsim.analysis.causes.signs import swinging_inputs
from heatsim.analysis.causes.structure import anatomy, freeze, frozen_with, siblings
from heatsim.analysis.causes.wording import size, span
from heatsim.analysis.hunting.figures import LoopVerdict
from heatsim.analysis.hunting.signals import series
from heatsim.analysis.hunting.symptoms import symptoms
from heatsim.analysis.hunting.vocabulary import Cause
from heatsim.errors import UsageError
from heatsim.system.loops import ControlLoop, loops_of
from heatsim.system.member import split_path
from heatsim.system.system import System

SLOWER = 4.0
"""Factor by which the oscillation of a loop with a lower gain may be slower."""

TELLING = 0.5
"""Least score of a symptom in the signals that counts."""

SHAPE_OF = {
    Cause.STICTION: Cause.STICTION,
    Cause.BACKLASH: Cause.STICTION,
    Cause.WINDUP: Cause.WINDUP,
    Cause.MINIMUM_LOAD: Cause.MINIMUM_LOAD,
    Cause.TANK_CHATTER: Cause.MINIMUM_LOAD,
    Cause.SLOW_SAMPLING: Cause.SLOW_SAMPLING,
}
"""Cause -> what its signals look like; a gain that is too high looks the same whatever is behind it."""

_LEFT = (Outcome.GOES_ON, Outcome.WEAKER, Outcome.FAILED)

FREEZES = 4
"""Most loops that are frozen one at a time, the loop at hand included."""

KEPT = 2
"""Runs that are kept back for the last question, whether a lower gain calms the loop."""


class GroupStudy:
    """Explains loops of one oscillation.

    Parameters
    ----------
    bench
        Repeats the case.
    rows
        Verdicts on the loops that are to be explained, the first of them being the one at hand.
    rules
        Propose remedies.
    norms
        What is usual.
    """

    def __init__(self, bench: Reruns, rows: Mapping[str, LoopVerdict], rules: Sequence[Rule], norms: Norms) -> None:
        self.bench, self.rows, self.rules, self.norms = bench, rows, rules, norms
        self.system = bench.case.system
        self.loops = loops_of(self.system)
        self.notes: list[str] = []
        self.tested: list[Trial] = []
        self.steady: tuple[list[str], Rerun] | None = None
        self.frozen: dict[str, Rerun] = {}
        self.target = self.at_hand = self._target()
        self.linear = linear_view(bench.case, bench.steady_state(), self.target)
        if self.linear.known and not self.linear.stable and self.linear.owner in rows:
            self.target = self.at_hand = self.linear.owner

    def run(self) -> None:
        """Run what has to be run."""
        self.steady = self._steady()
        self._freeze(self.target)
        if self.steady is not None and self.steady[1].calms(self.target):
            return
        self.tested += self._try(self.target, (Kind.ELEMENT,))
        for name in self._others():
            self._freeze(name)
        sources = [name for name in self.needed(self.target) if name != self.target]
        for name in sources[:2]:
            self.tested += self._try(name, (Kind.ELEMENT,))
        self.tested += self._together(self.tested)
        if not self._acts(self.target) and sources:
            self.at_hand = sources[0]
        self.tested += self._try_all([self.at_hand, *sources], (Kind.PATH,))
        self.tested += self._try(self.at_hand, (Kind.CONDITION,))
        self.tested += self._tuning(self.at_hand)
        self.tested += self._interaction(self.at_hand, self.needed(self.at_hand))
        self.tested += self._by_signals()

    def explains(self, name: str) -> bool:
        """Whether what ends the oscillation at hand ends that of another loop, or nothing is known of either."""
        if name == self.target or name == self.at_hand:
            return True
        if self.steady is not None and self.steady[1].calms(self.target):
            return self.steady[1].calms(name) or self.steady[1].outcome(name) is Outcome.AT_LIMIT
        calming = [t for t in self.tested if ended(t, self.at_hand)]
        if not calming:
            return name in self.rows
        return any(t.rerun is not None and t.rerun.outcome(name) not in _LEFT for t in calming)

    # -- runs

    def _target(self) -> str:
        """The loop that is tried first: of those that began first the one that moves its command most."""
        waves = {name: self.bench.loops[name] for name in self.rows}
        first = min(w.onset for w in waves.values())
        period = next(iter(waves.values())).period
        # of one mode that grows, the loops pass half of the final size within a few periods of each other
        early = {n: w for n, w in waves.items() if w.onset <= first + 3.0 * period}
        return max(early, key=lambda n: violence(early[n]))

    def _steady(self) -> tuple[list[str], Rerun] | None:
        """Run with the inputs that swing at the period held at their means."""
        period = self.bench.loops[self.target].period
        names = list(swinging_inputs(self.system, self.bench.ds, (self.bench.start, self.bench.stop), period))
        if not names:
            return None
        given = self.bench.case.inputs
        assert given is not None  # an input swings, so inputs were given
        inputs: dict[str, Any] = {str(key): given[str(key)] for key in given}
        time = np.asarray(self.bench.ds["time"].values, dtype=float)
        inside = (time >= self.bench.start) & (time <= self.bench.stop)
        for name in names:
            values = self.bench.ds[name].transpose("time", ...).values[inside]
            inputs[name] = np.mean(values, axis=0) if values.ndim > 1 else float(np.mean(values))
        return names, self.bench.run(f"{', '.join(names)} steady at the mean", self.system, inputs)

    def _freeze(self, name: str) -> None:
        loop = self.loops[name]
        together = frozen_with(self.system, loop)
        known = next((self.frozen[other] for other in together if other in self.frozen), None)
        if known is None:
            label = f"{', '.join(together)} {'frozen' if loop.inside else 'in manual'}"
            try:
                system = freeze(self.system, loop, self._means(loop))
                known = self.bench.run(label, system, frozen=together)
            except UsageError as error:
                self.notes.append(str(error))
                return
        for other in together:
            self.frozen[other] = known

    def _means(self, loop: ControlLoop) -> dict[str, float]:
        """Mean of each output of the controller of a loop while it oscillates."""
        unit = split_path(loop.command)[0]
        paths = {loop.command} | {c.source for c in self.system.connections if split_path(c.source)[0] == unit}
        time = np.asarray(self.bench.ds["time"].values, dtype=float)
        inside = (time >= self.bench.start) & (time <= self.bench.stop)
        return {path: float(np.mean(series(self.bench.ds, path)[inside])) for path in paths}

    def _others(self) -> list[str]:
        """Other loops that take part, those that move their command most first."""
        waves = self.bench.loops
        shares = {n: w.command_share for n, w in waves.items() if n not in self.frozen}
        names = sorted((n for n, share in shares.items() if share > 0.01), key=lambda n: -shares[n])
        return names[: FREEZES - 1]

    def situation(self, name: str) -> Situation:
        """What rules are given to look at."""
        return Situation(
            self.bench.case,
            self.bench.ds,
            (self.bench.start, self.bench.stop),
            anatomy(self.system, self.loops[name]),
            self.bench.loops[name],
            self.norms,
        )

    def _try(self, name: str, kinds: tuple[Kind, ...]) -> list[Trial]:
        """Run the remedies of some kinds that the rules propose for a loop."""
        return self._try_all([name], kinds)

    def _try_all(self, names: Sequence[str], kinds: tuple[Kind, ...]) -> list[Trial]:
        """The same for several loops, the most suspicious first; what two propose alike is run once."""
        proposed: dict[str, tuple[str, Remedy]] = {}
        tried = {t.remedy.change for t in self.tested}
        for name in dict.fromkeys(names):
            if name not in self.bench.loops:
                continue
            situation = self.situation(name)
            for rule in self.rules:
                for remedy in rule(situation) if rule is not gain else ():
                    if remedy.kind in kinds and remedy.change not in tried:
                        proposed.setdefault(remedy.change, (name, remedy))
        found: list[Trial] = []
        calmed: set[Cause] = set()
        for name, remedy in sorted(proposed.values(), key=lambda p: -p[1].severity):
            if remedy.cause in calmed and remedy.kind is Kind.CONDITION:
                continue  # the next higher load has shown it
            found.append(Trial(remedy, self._run(remedy, KEPT), name, self._symptoms(remedy.cause, name)))
            if ended(found[-1], self.target):
                calmed.add(remedy.cause)
        return found

    def _symptoms(self, cause: Cause, name: str) -> tuple[str, ...]:
        """Lines of what linear model and signals say for a cause in a loop."""
        lines = list(self.linear.symptoms(cause, self.bench.loops[name].period))
        if name in self.rows:
            found = symptoms(self.bench.loops[name].signals, self.rows[name])
            lines += [s.evidence for s in found if s.cause is SHAPE_OF.get(cause) and s.score >= TELLING]
        return tuple(lines)

    def _by_signals(self) -> list[Trial]:
        """Causes that the signals of the loop at hand alone speak for, when no change told more."""
        if self.at_hand not in self.rows or any(ended(t, self.at_hand) for t in self.tested):
            return []
        found = symptoms(self.bench.loops[self.at_hand].signals, self.rows[self.at_hand])
        causes = {t.remedy.cause for t in self.tested}
        return [
            Trial(Remedy(s.cause, "", System.copy, Kind.ELEMENT, (), 0.0), None, self.at_hand, (s.evidence,))
            for s in found
            if s.score >= TELLING and s.cause not in causes and s.cause not in (Cause.UNKNOWN, Cause.FORCED)
        ]

    def _run(self, remedy: Remedy, kept: int = 0) -> Rerun | None:
        if self.bench.left <= kept:
            self.notes.append(f"not run: {remedy.change}")
            return None
        own_start = remedy.inputs is not None
        return self.bench.run(
            remedy.change,
            remedy.apply(self.system),
            remedy.inputs,
            remedy.frozen,
            own_start,
            remedy.kind is Kind.TUNING,
        )

    def _tuning(self, name: str) -> list[Trial]:
        found: list[Trial] = []
        if name not in self.bench.loops:
            return found
        for remedy in gain(self.situation(name)):
            found.append(Trial(remedy, self._run(remedy), name, self._symptoms(remedy.cause, name)))
            if found[-1].rerun is not None and found[-1].rerun.calms(self.target):
                break
        return found

    def _together(self, tested: Sequence[Trial]) -> list[Trial]:
        """When no element calms the loop alone: all at once, and all but one, for two may be needed."""
        elements = [t for t in tested if t.remedy.kind is Kind.ELEMENT and t.rerun is not None]
        if len(elements) < 2:
            return []
        calming = [t for t in elements if ended(t, self.target)]
        if calming:
            return self._remainder(calming, [t for t in elements if t not in calming])
        if not self._all(elements).calms(self.target):
            return []
        needed = list(elements)
        for t in elements if len(elements) > 2 else []:
            rest = [other for other in needed if other is not t]
            if len(rest) > 1 and self._all(rest).calms(self.target):
                needed = rest
        names = " and ".join(t.remedy.cause.value for t in needed)
        line = f"only together: without {names} it is calm, with any of them it goes on"
        return [replace(t, together=True, symptoms=(*t.symptoms, line)) for t in needed]

    def _remainder(self, calming: Sequence[Trial], rest: Sequence[Trial]) -> list[Trial]:
        """When a smaller oscillation remains after the elements that end the larger one: who keeps that up."""
        best = min(calming, key=lambda t: t.rerun.effects[self.target].ratio if t.rerun is not None else np.inf)
        left = best.rerun.effects[self.target] if best.rerun is not None else None
        if left is None or left.outcome is not Outcome.SMALLER:
            return []
        found = []
        for t in rest:
            run = self._all([best, t])
            if run.outcome(self.target) is Outcome.CALM:
                line = (
                    f"after {best.remedy.change} it keeps up an oscillation of ±"
                    f"{size(left.after, self.loops[self.target].unit)} every {span(left.period)}, which ends without it"
                )
                found.append(replace(t, together=True, symptoms=(*t.symptoms, line)))
        return found

    def _all(self, elements: Sequence[Trial]) -> Rerun:
        """Run with several remedies at once."""
        label = "; ".join(t.remedy.change for t in elements)
        if self.bench.left <= KEPT:
            return Rerun(label, failure="not run: the number of re-runs is used up")
        system = self.system
        for t in elements:
            system = t.remedy.apply(system)
        return self.bench.run(label, system)

    def needed(self, name: str) -> list[str]:
        """Loops that end the oscillation of a loop when they are frozen."""
        return [other for other, run in self.frozen.items() if run.calms(name)]

    def _acts(self, name: str) -> bool:
        """Whether the oscillation goes through the loop; when it could not be frozen it is taken to."""
        return name not in self.frozen or self.frozen[name].failure is not None or name in self.needed(name)

    def _interaction(self, name: str, needed: list[str]) -> list[Trial]:
        """Loops that oscillate only together: freezing either one calms the other."""
        if name not in needed:
            return []
        own = self.situation(name)
        cascade = inner_loops(own)
        unit = own.loop.controller
        partners = [n for n in needed if n not in frozen_with(self.system, self.loops[name]) and n not in cascade]
        partners = [n for n in partners if self.loops[n].inside or split_path(self.loops[n].command)[0] != unit]
        if not partners:
            return []
        alike = set(siblings(self.system, self.loops[name]))
        cause = Cause.PARALLEL_CDUS if alike & set(partners) else Cause.INTERACTION
        run = self.frozen[partners[0]]
        effect = self.frozen[name].effects.get(name)
        lines = [f"each of {name} and {', '.join(partners)} alone is calm: with the other frozen nothing oscillates"]
        if effect is not None:
            lines.append(f"{name} frozen: {effect.outcome.value}, ±{size(effect.after, own.loop.loop.unit)}")
        remedy = Remedy(cause, run.label, System.copy, Kind.COUPLING, tuple(lines), min(0.5 * len(partners), 1.0))
        return [Trial(remedy, run, name, self._symptoms(cause, name))]
