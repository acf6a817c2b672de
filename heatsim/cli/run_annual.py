"""`heatsim run annual`: its options, and the run from them, or from where it broke off, to files and a verdict."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from heatsim.cli.progress import Progress
from heatsim.cli.run_parts import positive, results_folder, setting, sizes, start_time, verdict
from heatsim.cli.run_storage_dispatch import POLICIES, charge
from heatsim.errors import UsageError, near_miss
from heatsim.study import load_study

DEFAULTS: dict[str, Any] = {
    "policy": "supervisor",
    "replan": "1d",
    "horizon": "48h",
    "start_cost": "20EUR",
    "grid_charge": "0EUR/MWh",
    "co2_price": "0EUR/t",
    "start": "2020-01-01",
    "stop": "365d",
    "part": None,
    "resume": False,
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
    "period": "5min",
    "rtol": 1e-5,
    "output_step": "15min",
}


def add_options(group: Any) -> None:
    """Add what only this study takes."""
    group.add_argument(
        "--policy", metavar="NAME", help=f"who runs the plant (default: supervisor): supervisor, {', '.join(POLICIES)}"
    )
    group.add_argument("--period", metavar="TIME", help="sample time of the supervisor (default: 5min)")
    group.add_argument(
        "--part", metavar="TIME", help="length of the parts that an interrupted run goes on from (default: months)"
    )
    group.add_argument(
        "--resume",
        action="store_true",
        default=None,
        help="go on with the run in --out that was interrupted, with the same options",
    )


def run(args: argparse.Namespace) -> int:
    """Run the year, show the months, and return 0 when all checks pass."""
    begin = time.perf_counter()
    known = ("supervisor", *POLICIES)
    if args.policy not in known:
        raise UsageError(
            f"--policy: no policy '{args.policy}'{near_miss(args.policy, known)}; there are {', '.join(known)}"
        )
    chosen = {
        "start": start_time(args.start),
        "start_cost": charge("--start-cost", args.start_cost, "EUR"),
        "grid_charge": charge("--grid-charge", args.grid_charge, "EUR/J"),
        "co2_price": charge("--co2-price", args.co2_price, "EUR/kg"),
        "demand_peak": None if args.demand_peak is None else positive("--demand-peak", args.demand_peak, "W"),
        **sizes(args),
        "part": None if args.part is None else positive("--part", args.part, "s"),
        "settings": dict(setting(text) for text in args.assignments),
    }
    for name in ("stop", "replan", "horizon", "period", "output_step"):
        chosen[name] = positive("--" + name.replace("_", "-"), getattr(args, name), "s")
    same = ("policy", "data", "demand", "weather", "price", "gas_price", "utilisation", "seed", "preset", "compiler")
    study = load_study("annual")
    options = study.Annual(**chosen, rtol=args.rtol, **{name: getattr(args, name) for name in same})
    folder = Path(args.out or "results/annual")
    with results_folder(folder, lambda: study.set_aside(folder)), Progress() as progress:
        work = study.resume if args.resume else study.run
        try:
            result = work(options, folder, report=progress.line, progress=progress.update)
        except BaseException as error:
            parts = study.finished_parts(folder)
            if parts and not isinstance(error, UsageError):
                print(f"heatsim: {parts} parts of the run are kept; go on with --resume", file=sys.stderr)
            raise
    study.show(result)
    files = study.write(result, folder)
    print(f"{time.perf_counter() - begin:.1f} s; wrote {', '.join(file.name for file in files)} to {folder}")
    return verdict(result.failure)
