"""What a tank earns in a year under each policy, on the dynamic plant: runs each year, or reads it where it is there.

    python studies/annual_policies.py --data DIR --demand-peak 14MW --out results/annual_policies

A year takes some minutes, so each policy has a folder of its own with the files of `heatsim run annual`; a run that was
interrupted goes on where it broke off. `--stop 7d --start 2020-04-20` does the same for a week. The exit code is 1 when
a year does not pass its checks.
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
from heatsim.errors import HeatsimError, UsageError, near_miss
from heatsim.processes import processes
from heatsim.study import annual
from heatsim.study.annual import SUPERVISOR, Annual
from heatsim.study.dispatch_policies import POLICIES

REFERENCE = "no_tank"
SMALL = 0.05
"""Share of electricity and gas together below which a cost is no measure."""
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
        worth = _worth(reference)
        cost = year["cost_total"] - worth * year["stored_heat_change"]
        row = {"policy": name, **year, "cost": cost / 1e3, "unmet": _percent(year["unmet_daily"], year["heat_demand"])}
        row["starts"] = sum(value for key, value in year.items() if key.startswith("heat_pump_starts"))
        row["status"] = found[name]["status"].partition(":")[0]
        if reference is not None:
            base = reference["cost_total"] - worth * reference["stored_heat_change"]
            share = 100.0 * (base - cost) / base if _measures(reference) else None
            row |= {"earned": (base - cost) / 1e3, "share": share}
        rows.append(row)
    return rows


def _percent(part: float, whole: float) -> float | None:
    return 100.0 * part / whole if whole > 0.0 else None


def _worth(reference: dict[str, Any] | None) -> float:
    """Return what a unit of stored heat is worth, EUR/MWh: no less than nothing, as it can be left where it is."""
    if reference is None or not reference["heat_delivered"] > 0.0:
        return 0.0
    return max(reference["cost_total"] / reference["heat_delivered"], 0.0)


def _measures(reference: dict[str, Any]) -> bool:
    """Return whether shares of the cost mean something: not where negative prices have paid nearly all of it."""
    return reference["cost_total"] > SMALL * (abs(reference["cost_electricity"]) + abs(reference["cost_gas"]))


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
        names = _names(args.policies)
        if args.jobs < 1:
            raise UsageError(f"--jobs {args.jobs}: give the number of processes, 1 or more")
        cases = {name: (dataclasses.replace(base, policy=name), Path(args.out) / name) for name in names}
        found = _all(cases, args.jobs, lambda name: print(f"{name} is there", flush=True))
        show(compare(found))
    except HeatsimError as error:
        parser.exit(error.exit_code, f"annual_policies: {error}\n")
    if failed := [f"{name}: {one['status']}" for name, one in found.items() if one["status"] != "ok"]:
        parser.exit(1, "annual_policies: " + "; ".join(failed) + "\n")


def _names(text: str) -> list[str]:
    known = [*POLICIES, SUPERVISOR]
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise UsageError(f"--policies: no policy '{name}'{near_miss(name, known)}; there are {', '.join(known)}")
    if not names or len(set(names)) < len(names):
        raise UsageError(f"--policies {text}: name at least one policy, each once, such as no_tank,perfect_foresight")
    return names


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
