"""What a tank earns in a year under each policy, on the dynamic plant: runs each year, or reads it where it is there.

    python studies/annual_policies.py --data DIR --demand-peak 14MW --out results/annual_policies

A year takes some minutes, so each policy has a folder of its own with the files of `heatsim run annual`; a run that was
interrupted goes on where it broke off. `--stop 7d --start 2020-04-20` does the same for a week.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from heatsim.cli.run_parts import positive, start_time
from heatsim.errors import HeatsimError, UsageError
from heatsim.processes import processes
from heatsim.study import annual
from heatsim.study.annual import SUPERVISOR, Annual
from heatsim.study.dispatch_policies import POLICIES

REFERENCE = "no_tank"
COLUMNS: dict[str, tuple[str, str]] = {
    "cost\nkEUR": ("cost", "{:.1f}"),
    "earned\nkEUR": ("earned", "{:.1f}"),
    "earned\n%": ("share", "{:.1f}"),
    "COP": ("seasonal_cop", "{:.2f}"),
    "ERF": ("energy_reuse_factor", "{:.3f}"),
    "boilers\nMWh": ("peak_heat", "{:.0f}"),
    "CO2\nt": ("co2_total", "{:.0f}"),
    "starts": ("starts", "{:.0f}"),
    "unmet\n%": ("unmet", "{:.3f}"),
    "checks": ("status", "{}"),
}


def run(options: Annual, folder: Path) -> dict[str, Any]:
    """Return what `annual.json` of a policy says; runs what is not there yet."""
    for name in ("annual.json", "annual.failed.json"):
        file = folder / name
        if file.is_file() and not annual.finished_parts(folder):
            found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            wanted = json.loads(json.dumps(dataclasses.asdict(options)))
            if strange := next((key for key in wanted if found["options"].get(key) != wanted[key]), None):
                raise UsageError(f"{folder}: was run with another '{strange}'; give the options as they were, or --out")
            return found
    work = annual.resume if annual.finished_parts(folder) else annual.run
    result = work(options, folder)
    figures = annual.table(result)
    annual.write(result, folder)
    return figures


def compare(found: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a row for each policy: its cost less the value of the heat that it has stored, and what it earned.

    A unit of stored heat is worth what a unit of heat costs without a tank. Both are energy costs; wear is not in them.
    """
    years = {name: one["year"] for name, one in found.items()}
    reference = years.get(REFERENCE)
    rows = []
    for name, year in years.items():
        worth = 0.0 if reference is None else reference["cost_total"] / reference["heat_delivered"]
        cost = year["cost_total"] - worth * year["stored_heat_change"]
        row = {"policy": name, **year, "cost": cost / 1e3, "unmet": 100.0 * year["unmet_daily"] / year["heat_demand"]}
        row["starts"] = sum(value for key, value in year.items() if key.startswith("heat_pump_starts"))
        row["status"] = found[name]["status"].partition(":")[0]
        if reference is not None:
            base = reference["cost_total"] - worth * reference["stored_heat_change"]
            row |= {"earned": (base - cost) / 1e3, "share": 100.0 * (base - cost) / base if base > 0.0 else None}
        rows.append(row)
    return rows


def show(rows: Sequence[dict[str, Any]]) -> None:
    """Print the table."""
    printed = Table(box=box.SIMPLE, padding=(0, 1), show_edge=False)
    printed.add_column("policy", no_wrap=True)
    for heading in COLUMNS:
        printed.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        cells = (form.format(row[key]) if row.get(key) is not None else "–" for key, form in COLUMNS.values())
        printed.add_row(row["policy"], *cells)
    Console(width=110).print(printed)


def main() -> None:
    """Run what is missing and print the table."""
    parser = argparse.ArgumentParser(description="What a tank earns in a year under each policy.")
    parser.add_argument("--data", metavar="DIR", help="folder of the series (default: profiles in HEATSIM_DATA)")
    parser.add_argument("--demand-peak", default="14MW", metavar="POWER")
    parser.add_argument("--start", default="2020-01-01", metavar="DATE")
    parser.add_argument("--stop", default="365d", metavar="TIME")
    parser.add_argument("--out", default="results/annual_policies", metavar="DIR")
    parser.add_argument("--policies", default=",".join([*POLICIES, SUPERVISOR]), metavar="A,B,...")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes (default: 1)")
    args = parser.parse_args()
    try:
        base = Annual(
            start=start_time(args.start),
            stop=positive("--stop", args.stop, "s"),
            demand_peak=positive("--demand-peak", args.demand_peak, "W"),
            data=args.data,
        )
        names = args.policies.split(",")
        cases = {name: (dataclasses.replace(base, policy=name), Path(args.out) / name) for name in names}
        show(compare(_all(cases, args.jobs, lambda name: print(f"{name} is there", flush=True))))
    except HeatsimError as error:
        parser.exit(error.exit_code, f"annual_policies: {error}\n")


def _all(cases: dict[str, tuple[Annual, Path]], jobs: int, tell: Callable[[str], None]) -> dict[str, dict[str, Any]]:
    found = {}
    if jobs == 1:
        for name, case in cases.items():
            found[name] = run(*case)
            tell(name)
        return found
    with processes(jobs) as pool:
        waiting = {name: pool.submit(run, *case) for name, case in cases.items()}
        for name, future in waiting.items():
            found[name] = future.result()
            tell(name)
    return found


if __name__ == "__main__":
    main()
