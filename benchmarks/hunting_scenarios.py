"""What the hunting scenarios show; run `python -m benchmarks.hunting_scenarios` in the checkout.

Every scenario is run hunting and cured, each loop is judged, and the attribution looks for the cause without knowing
which one was planted. `--page docs/hunting-scenarios.md` writes the table; with `--only` the rows of the other
scenarios stay on the page. Some ten minutes on two processors.
"""

from __future__ import annotations

import argparse
import multiprocessing
import re
import warnings
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import heatsim as hs
from heatsim.analysis.hunting import LoopVerdict
from heatsim.analysis.hunting.display import duration, quantity
from heatsim.errors import HeatsimWarning
from heatsim.scenarios.hunting import SCENARIOS

PAGE = """# The eleven scenarios of hunting loops

Made by `python -m benchmarks.hunting_scenarios --page docs/hunting-scenarios.md`. Every scenario plants one cause in
the reference plant, and has a cure. "Before" and "after" are what `hs.hunting` says of the scenario's loop, amplitude
(half of peak to peak) of its controlled variable and period; ✓ marks a verdict that a run with finer numerics
confirmed. "Found" is the first cause that `hs.explain_hunting` names, with its confidence; it knows nothing of the
scenario; "also" are further confirmed causes. "Saturated" after a cure is a command that rests at its limit: the heat
pumps stand. `heatsim run loop_hunting --scenario NAME` shows one of them on a page of figures.

"""
HEADER = "| scenario | planted cause | loop | before | after | found | |\n|---|---|---|---|---|---|---|"
_ROW = re.compile(r"^\| `(\w+)` \|.*$", flags=re.MULTILINE)


@dataclass(frozen=True)
class Outcome:
    """What one scenario showed."""

    name: str
    before: LoopVerdict
    after: LoopVerdict
    found: str
    confidence: float
    others: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Whether the first cause that was found is the planted one."""
        return self.found == SCENARIOS[self.name].cause.value

    @property
    def row(self) -> str:
        """Row of the table."""
        scenario = SCENARIOS[self.name]
        also = f"; also {', '.join(self.others)}" if self.others else ""
        cells = (f"`{self.name}`", scenario.cause.value, f"`{scenario.loop}`", shown(self.before), shown(self.after))
        found = f"{self.found} ({self.confidence:.2f}){also}"
        return "| " + " | ".join((*cells, found, "right" if self.right else "wrong")) + " |"


def shown(row: LoopVerdict) -> str:
    """Verdict, amplitude and period in a cell of the table."""
    sure = " ✓" if row.confirmed else ""
    if row.amplitude is None or row.period is None:
        return row.verdict.value + sure
    return f"{row.verdict.value}{sure}, ±{quantity(row.amplitude, row.unit)} every {duration(row.period)}"


def outcome(name: str) -> Outcome:
    """Run a scenario."""
    warnings.simplefilter("ignore", HeatsimWarning)
    scenario = SCENARIOS[name]
    hunting_case, cured_case = scenario.hunting(), scenario.cured()
    before = hs.hunting(hunting_case, windows=[(scenario.settle, hunting_case.stop)])
    after = hs.hunting(cured_case, windows=[(scenario.settle, cured_case.stop)])
    report = hs.explain_hunting(hunting_case, table=before)
    row, later = before[scenario.loop], after[scenario.loop]
    if scenario.loop not in report:
        return Outcome(name, row, later, "nothing", 0.0, ())
    found = report[scenario.loop]
    others = tuple(cause.value for cause in found.causes if cause is not found.cause)
    return Outcome(name, row, later, found.cause.value, found.confidence, others)


def page(found: list[Outcome], earlier: str) -> str:
    """Return the page: the table with the rows of an earlier one where nothing was run, and the stories."""
    rows = {match[1]: match[0] for match in _ROW.finditer(earlier)} | {o.name: o.row for o in found}
    names = [name for name in SCENARIOS if name in rows]
    right = sum(rows[name].endswith("| right |") for name in names)
    lines = [f"The planted cause was found in {right} of {len(names)}.", "", HEADER]
    lines += [*(rows[name] for name in names), ""]
    for name in names:
        scenario = SCENARIOS[name]
        lines += [f"## {name}: {scenario.title}", "", scenario.story, "", f"**Cure.** {scenario.cure}", ""]
    return PAGE + "\n".join(lines).rstrip() + "\n"


def main() -> None:
    """Run the scenarios and print or write what they showed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=list(SCENARIOS), metavar="NAME", help="some of the scenarios")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    parser.add_argument("--page", type=Path, help="file to write the table to")
    given = parser.parse_args()
    found = []
    # a fresh interpreter each: CasADi and loaded binaries do not survive a fork
    with ProcessPoolExecutor(given.jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        for future in as_completed([pool.submit(outcome, name) for name in given.only or SCENARIOS]):
            found.append(future.result())
            print(found[-1].row, flush=True)
    print(f"the planted cause was found in {sum(o.right for o in found)} of {len(found)}")
    if given.page is not None:
        earlier = given.page.read_text(encoding="utf-8") if given.page.is_file() else ""
        given.page.write_text(page(found, earlier), encoding="utf-8")


if __name__ == "__main__":
    main()
