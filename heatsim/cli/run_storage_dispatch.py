"""`heatsim run storage_dispatch`: its options, and the run from them to files and a verdict."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from heatsim.cli.progress import Progress
from heatsim.cli.run_parts import positive, quantity, results_folder, setting, sizes, start_time, verdict
from heatsim.errors import UsageError, near_miss
from heatsim.study import load_study

POLICIES = (
    "no_tank",
    "follow_demand",
    "recover_all",
    "price_threshold",
    "time_of_day",
    "state_of_charge",
    "receding_horizon",
    "perfect_foresight",
)
"""Names of the policies, as in `heatsim.study.storage_dispatch.POLICIES`."""

DEFAULTS: dict[str, Any] = {
    "start": "2020-04-20",
    "stop": "7d",
    "policies": None,
    "data": None,
    "demand": None,
    "demand_peak": None,
    "weather": None,
    "price": None,
    "gas_price": None,
    "utilisation": None,
    "seed": 0,
    "preset": "reference",
    "it_capacity": None,
    "heat_capacity": None,
    "storage_volume": None,
    "replan": "1h",
    "horizon": "48h",
    "grid_charge": "0EUR/MWh",
    "co2_price": "0EUR/t",
    "start_cost": "20EUR",
    "peak_charge": "0EUR/kW",
    "heat_value": "0EUR/MWh",
    "calibrations": 1,
    "output_step": "5min",
    "jobs": None,
}


def add_options(group: Any) -> None:
    """Add what only this study takes; quantities with units."""
    group.add_argument(
        "--policies", metavar="A,B,...", help=f"policies side by side (default: all): {', '.join(POLICIES)}"
    )
    group.add_argument("--replan", metavar="TIME", help="time between plans (default: receding_horizon 1h, annual 1d)")
    group.add_argument(
        "--horizon", metavar="TIME", help="length of a plan of receding_horizon and of annual (default: 48h)"
    )
    group.add_argument(
        "--grid-charge", metavar="PRICE", help="on every unit of electricity drawn, such as 60EUR/MWh (default: 0)"
    )
    group.add_argument(
        "--co2-price", metavar="PRICE", help="of CO2 of electricity and gas, such as 25EUR/t (default: 0)"
    )
    group.add_argument("--start-cost", metavar="EUR", help="wear of a start of a heat pump (default: 20EUR)")
    group.add_argument(
        "--peak-charge", metavar="PRICE", help="on the highest hourly power of the run, such as 2EUR/kW (default: 0)"
    )
    group.add_argument("--heat-value", metavar="PRICE", help="earned by heat recovered, such as 5EUR/MWh (default: 0)")
    group.add_argument(
        "--calibrations",
        type=int,
        metavar="N",
        help="runs from which the plan learns the plant before the policies run (default: 1)",
    )


def run(args: argparse.Namespace) -> int:
    """Run the study, show what the tank earned under each policy, and return 0 when all checks pass."""
    begin = time.perf_counter()
    if args.jobs is not None and args.jobs < 1:
        raise UsageError(f"--jobs {args.jobs}: give the number of processes, 1 or more")
    chosen = {
        "start": start_time(args.start),
        "stop": positive("--stop", args.stop, "s"),
        "policies": POLICIES if args.policies is None else _policies(args.policies),
        "demand_peak": None if args.demand_peak is None else positive("--demand-peak", args.demand_peak, "W"),
        **sizes(args),
        "replan": positive("--replan", args.replan, "s"),
        "horizon": positive("--horizon", args.horizon, "s"),
        "grid_charge": charge("--grid-charge", args.grid_charge, "EUR/J"),
        "co2_price": charge("--co2-price", args.co2_price, "EUR/kg"),
        "start_cost": charge("--start-cost", args.start_cost, "EUR"),
        "peak_charge": charge("--peak-charge", args.peak_charge, "EUR/W"),
        "heat_value": charge("--heat-value", args.heat_value, "EUR/J"),
        "output_step": positive("--output-step", args.output_step, "s"),
        "settings": dict(setting(text) for text in args.assignments),
    }
    same = (
        "data",
        "demand",
        "weather",
        "price",
        "gas_price",
        "utilisation",
        "seed",
        "preset",
        "compiler",
        "jobs",
        "calibrations",
    )
    study = load_study("storage_dispatch")
    options = study.StorageDispatch(**chosen, **{name: getattr(args, name) for name in same})
    folder = Path(args.out or "results/storage_dispatch")
    with results_folder(folder, lambda: study.set_aside(folder)), Progress("runs of the plant") as progress:
        result = study.run(options, report=progress.line, progress=progress.count)
    study.show(result)
    files = study.write(result, folder)
    print(f"{time.perf_counter() - begin:.1f} s; wrote {', '.join(file.name for file in files)} to {folder}")
    return verdict(result.failure)


def charge(option: str, text: str, unit: str) -> float:
    """Return a price that must not be negative; a bare number other than 0 lacks its unit."""
    value = quantity(option, text, unit)
    if not 0.0 <= value < float("inf"):
        raise UsageError(f"{option} {text}: give a price of 0 or more")
    if value and unit != "EUR" and text.strip().replace(".", "").isdigit():
        raise UsageError(f"{option} {text}: give the price with its unit, such as {_EXAMPLES[unit]}")
    return value


_EXAMPLES = {"EUR/J": "60EUR/MWh", "EUR/kg": "25EUR/t", "EUR/W": "2EUR/kW"}


def _policies(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        if name not in POLICIES:
            raise UsageError(
                f"--policies: no policy '{name}'{near_miss(name, POLICIES)}; there are {', '.join(POLICIES)}"
            )
    if not names or len(set(names)) < len(names):
        raise UsageError(f"--policies {text}: name at least one policy, each once, such as no_tank,perfect_foresight")
    return names
