"""How often the hunting detectors are right; run `python -m benchmarks.hunting_detectors` in the checkout.

`--page docs/hunting-detectors.md` writes the confusion matrices as a page. Thresholds were chosen on the signals of
`TUNING_SEED`; what is reported is of other seeds, and no threshold was changed after looking at those.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

import heatsim as hs
from benchmarks.hunting_signals import FAMILIES, Sample, samples_of
from heatsim.analysis.hunting import Cause, Verdict, loop_signals
from heatsim.analysis.hunting.symptoms import symptoms

TUNING_SEED = 1
REPORT_SEEDS = (101, 102)

CAUSES = {
    "on/off": Cause.MINIMUM_LOAD,
    "stiction": Cause.STICTION,
    "tight tuning": Cause.TIGHT_TUNING,
    "slow sampling": Cause.SLOW_SAMPLING,
    "windup": Cause.WINDUP,
    "forced": Cause.FORCED,
    "none": None,
}
"""What the classifier calls a planted cause."""

Matrix = dict[str, Counter[str]]


@dataclass(frozen=True)
class Outcome:
    """What was found for a signal."""

    sample: Sample
    verdict: Verdict
    state: str
    cause: str


def state_of(verdict: Verdict) -> str:
    """ "oscillating", "forced", "calm" (also sluggish and saturated: the loop does not swing), or "undecided"."""
    if verdict.hunts:
        return "oscillating"
    return verdict.value if verdict in (Verdict.FORCED, Verdict.UNDECIDED) else "calm"


def outcome(sample: Sample) -> Outcome:
    """Judge one signal: state, and the likeliest cause."""
    row = hs.hunting(sample.dataset)["loop"]
    found = symptoms(loop_signals(sample.dataset, "loop"), row)
    names = {cause: name for name, cause in CAUSES.items()}
    cause = found[0].cause if found else None
    return Outcome(sample, row.verdict, state_of(row.verdict), names.get(cause, "unknown"))


def outcomes(number: int, seed: int) -> list[Outcome]:
    """Judge `number` signals of each family."""
    return [outcome(sample) for family in FAMILIES for sample in samples_of(family, number, seed)]


def matrix(found: list[Outcome], truth: str, said: str) -> Matrix:
    """Count what was said (attribute `said` of the outcome) for each truth (attribute `truth` of the sample)."""
    rows: Matrix = {}
    for o in found:
        rows.setdefault(str(getattr(o.sample, truth)), Counter())[str(getattr(o, said))] += 1
    return rows


def accuracy(found: list[Outcome], truth: str, said: str) -> float:
    """Share of signals for which what was said is the truth."""
    return sum(getattr(o.sample, truth) == getattr(o, said) for o in found) / len(found)


def calm_or_oscillating(found: list[Outcome]) -> list[Outcome]:
    """The signals that either rest or hunt; periodic loads are a question of their own."""
    return [o for o in found if o.sample.state != "forced"]


def with_cause(found: list[Outcome]) -> list[Outcome]:
    """The signals that have a cause."""
    return [o for o in found if o.sample.cause != "none"]


def tables(found: list[Outcome]) -> dict[str, Matrix]:
    """The confusion matrices by title, with the share of hits in it."""
    states, causes = (
        accuracy(calm_or_oscillating(found), "state", "state"),
        accuracy(with_cause(found), "cause", "cause"),
    )
    return {
        f"State: {states:.1%} of the calm and oscillating signals are told right": matrix(found, "state", "state"),
        "State by family": matrix(found, "family", "state"),
        f"Cause: {causes:.1%} of the signals with a cause are told right": matrix(with_cause(found), "cause", "cause"),
    }


def columns_of(rows: Matrix) -> list[str]:
    """What was said at least once, the truths first in their order."""
    said = {name for row in rows.values() for name in row}
    first = [name for name in rows if name in said]
    return [*first, *sorted(said - set(first))]


def print_matrix(title: str, rows: Matrix) -> None:
    """Print a matrix: truth down, what was said across."""
    table = Table(title=title, title_justify="left", header_style="bold")
    table.add_column("truth")
    names = columns_of(rows)
    for name in names:
        table.add_column(name, justify="right")
    for truth, row in rows.items():
        table.add_row(truth, *(str(row[name] or "·") for name in names))
    Console().print(table)


def markdown(title: str, rows: Matrix) -> str:
    """A matrix as a section of the page."""
    names = columns_of(rows)
    lines = [f"## {title}", "", f"| truth | {' | '.join(names)} |", f"|---|{'|'.join(['---:'] * len(names))}|"]
    lines += [f"| {truth} | {' | '.join(str(row[name] or '·') for name in names)} |" for truth, row in rows.items()]
    return "\n".join([*lines, ""])


PAGE = """# How often the hunting detectors are right

Made by `python -m benchmarks.hunting_detectors --page docs/hunting-detectors.md`: {number} signals, {each} of each of
the {families} families, seeds {seeds}. The thresholds were chosen on the signals of seed {tuning}, which are not among
them.

Every signal is a simulated loop: a sampled PI or on/off controller, an actuator (with stiction, a rate limit, or
none), a first-order process with dead time (L/T from 0.1 to 0.6), and a sensor whose noise (0.01 to 1 K), drift and
random walk the controller reads too. Windows are between 4000 and 8000 s, which is from some 4 to 150 cycles. Sound
loops have SIMC settings. A planted oscillation counts only when its twin without noise, drift and random loads keeps
moving; windup counts only when the same loop with anti-windup comes to rest.

What the matrices do not tell: signals alone cannot tell low load, a slow sensor or a valve that is too large from
settings that are too tight, because all of them are a loop gain that is too high for the delay. They are "tight
tuning" here, and told apart by re-runs. A random load that nobody measured is calm here, as a matter of definition.
What is missed are mostly sticking valves: noise decides when they slip, so that their cycles are unequal, and the
window holds few of them.

"""


def main() -> None:
    """Print the matrices, and write them to a page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--number", type=int, default=20, help="signals of each family and seed")
    parser.add_argument("--tuning", action="store_true", help="the signals that thresholds are chosen on instead")
    parser.add_argument("--page", type=Path, help="file to write the matrices to")
    given = parser.parse_args()
    seeds = (TUNING_SEED,) if given.tuning else REPORT_SEEDS
    if given.page is not None and given.tuning:
        parser.error("the page is of signals that no threshold was chosen on: leave --tuning out")
    found = [o for seed in seeds for o in outcomes(given.number, seed)]
    parts = tables(found)
    for title, rows in parts.items():
        print_matrix(title, rows)
    for o in found:
        if given.tuning and (o.sample.state, o.sample.cause) != (o.state, o.cause):
            print(f"{o.sample.family}: {o.verdict.value}, {o.cause}")
    if given.page is not None:
        head = PAGE.format(
            number=len(found),
            each=given.number * len(seeds),
            families=len(FAMILIES),
            seeds=" and ".join(map(str, seeds)),
            tuning=TUNING_SEED,
        )
        given.page.write_text(head + "\n".join(markdown(t, rows) for t, rows in parts.items()), encoding="utf-8")


if __name__ == "__main__":
    main()
