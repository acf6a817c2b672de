"""`heatsim run load_swing`: its options, and the run from them to files and a verdict."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from heatsim.cli.progress import Progress
from heatsim.cli.run_parts import positive, quantity, results_folder, setting, sizes, start_time, verdict
from heatsim.errors import UsageError
from heatsim.study import load_study

DEFAULTS: dict[str, Any] = {
    "demand": None,
    "demand_peak": None,
    "weather": None,
    "price": None,
    "gas_price": None,
    "utilisation": None,
    "seed": 0,
    "it_capacity": None,
    "heat_capacity": None,
    "storage_volume": None,
    "preset": "reference",
    "trip": None,
    "start": "2020-01-15",
    "method": "monolithic",
    "step": None,
    "stop": "24h",
    "rtol": 1e-6,
    "output_step": "60s",
}


def run(args: argparse.Namespace) -> int:
    """Run the study, show its figures, and return 0 when its energy balance holds."""
    begin = time.perf_counter()
    study = load_study("load_swing")
    from heatsim import analysis  # the analysis loads xarray; a wrong call should not wait for it

    options = study.LoadSwing(
        start=start_time(args.start),
        stop=positive("--stop", args.stop, "s"),
        preset=args.preset,
        **sizes(args),
        demand=args.demand,
        weather=args.weather,
        price=args.price,
        gas_price=args.gas_price,
        utilisation=args.utilisation,
        demand_peak=None if args.demand_peak is None else positive("--demand-peak", args.demand_peak, "W"),
        trip=_trip(args.trip),
        seed=args.seed,
        method=args.method,
        step=None if args.step is None else positive("--step", args.step, "s"),
        rtol=args.rtol,
        output_step=positive("--output-step", args.output_step, "s"),
        compiler=args.compiler,
        settings=dict(setting(text) for text in args.assignments),
    )
    folder = Path(args.out or "results/load_swing")
    with results_folder(folder, lambda: study.set_aside(folder)), Progress() as progress:
        result = study.run(options, report=progress.line, progress=progress.update)
    analysis.print_kpis(result.kpis)
    result.audit.print()
    files = study.write(result, folder)
    print(f"{time.perf_counter() - begin:.1f} s; wrote {', '.join(file.name for file in files)} to {folder}")
    return verdict(result.failure)


def _trip(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    begin, slash, duration = text.partition("/")
    if not slash:
        raise UsageError(f"--trip {text}: write TIME/DURATION, such as 14h/30min")
    return quantity("--trip", begin, "s"), positive("--trip", duration, "s")
