"""`heatsim run STUDY`: a built-in study from its inputs to files, figures and a verdict."""

from __future__ import annotations

import argparse
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from heatsim.cli import run_model
from heatsim.cli.progress import Progress
from heatsim.cli.run_parts import positive, quantity, results_folder, verdict
from heatsim.compiler.library import open_library
from heatsim.errors import UsageError, near_miss
from heatsim.study import STUDIES, load_study

# What a study takes and a single class does not, and what both take; values stand here so that what was given shows.
_STUDY_ONLY: dict[str, Any] = {
    "demand": None,
    "demand_peak": None,
    "weather": None,
    "price": None,
    "gas_price": None,
    "utilisation": None,
    "seed": 0,
    "it_capacity": None,
    "preset": "reference",
    "trip": None,
    "start": "2020-01-15",
    "method": "monolithic",
    "step": None,
}
_STUDY_DEFAULTS: dict[str, Any] = {"stop": "24h", "rtol": 1e-6, "output_step": "60s", "out": "results/load_swing"}


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "run",
        help="run a study or a Modelica class and write its Dataset and plots",
        description="Run a study on the reference plant, or one Modelica class such as HeatReuse.Examples.NAME as its "
        "experiment annotation says. Studies: " + "; ".join(f"{name}: {text}" for name, text in STUDIES.items()) + ".",
        epilog="Quantities take units: 14MW, 24h, 75degC. CSV columns carry their unit as a suffix (_MW, _kW, _C, _K, "
        "_eur_mwh, ...); FILE.csv:column chooses one. Exit code 1 when the energy balance does not hold: 0.1 % of the "
        "energy exchanged for a study, 0.001 % for a class with U and E_in_... .",
    )
    parser.add_argument(
        "study", metavar="STUDY|CLASS", help=f"name of a study ({', '.join(STUDIES)}) or of a class that is complete"
    )
    parser.add_argument(
        "--library", metavar="PATH", help="class: Modelica package folder or .mo file (default: HeatReuse)"
    )
    files = parser.add_argument_group("inputs of a study", "built-in series are used for what is not given")
    files.add_argument("--demand", metavar="CSV", help="heat demand of the network")
    files.add_argument(
        "--demand-peak", metavar="POWER", help="scale the demand to this yearly peak, such as 14MW (a file: as it is)"
    )
    files.add_argument("--weather", metavar="CSV", help="outdoor air temperature")
    files.add_argument("--price", metavar="CSV", help="electricity price")
    files.add_argument("--gas-price", metavar="PRICE|CSV", help="gas price, such as 35EUR/MWh, or a file")
    files.add_argument("--utilisation", metavar="CSV", help="hourly utilisation of the base load of the hall")
    files.add_argument("--seed", type=int, metavar="N", help="seed of the IT load (default: 0)")
    plant = parser.add_argument_group("plant, or class")
    plant.add_argument(
        "--preset",
        metavar="NAME",
        help="study: reference (10 MW), or a published plant: odense, mantsala, norderstedt, campus",
    )
    plant.add_argument(
        "--it-capacity", metavar="POWER", help="rated IT power; scales the plant (default: that of the preset)"
    )
    plant.add_argument(
        "--trip", metavar="TIME/DURATION", help="study: trip all heat pumps, such as 14h/30min after the start"
    )
    plant.add_argument(
        "--set",
        dest="assignments",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="parameter or constant input, of a study as UNIT.NAME, also start values; SI or with a unit; may be "
        "repeated",
    )
    plant.add_argument("--compiler", default="auto", metavar="auto|openmodelica|embedded", help="what makes the FMUs")
    solution = parser.add_argument_group("run")
    solution.add_argument("--start", metavar="DATE", help="study: clock time of the start (ISO, default: 2020-01-15)")
    solution.add_argument("--stop", metavar="TIME", help="end of the run (default: 24h; class: its StopTime)")
    solution.add_argument(
        "--method", metavar="monolithic|jacobi|gauss_seidel|iterated", help="study: how units are coupled"
    )
    solution.add_argument(
        "--step", metavar="TIME", help="study: step between exchanges of co-simulation (default: 10s)"
    )
    solution.add_argument(
        "--rtol", type=float, metavar="X", help="relative tolerance (default: 1e-6; class: its Tolerance)"
    )
    solution.add_argument(
        "--output-step", metavar="TIME", help="step of the results (default: 60s; class: its Interval)"
    )
    solution.add_argument("--out", metavar="DIR", help="folder for the files (default: results/STUDY or results/CLASS)")
    return parser


def run(args: argparse.Namespace) -> int:
    """Run the study or class, show its figures, and return 0 when all its checks passed."""
    if args.library is not None or _is_class(args.study):
        for name in _STUDY_ONLY:
            if getattr(args, name) is not None:
                option = "--" + name.replace("_", "-")
                raise UsageError(f"{option} belongs to the study load_swing; the class {args.study} does not take it")
        return run_model.run(args)
    for name, value in (_STUDY_ONLY | _STUDY_DEFAULTS).items():
        if getattr(args, name) is None:
            setattr(args, name, value)
    return _run_study(args)


def _is_class(name: str) -> bool:
    """Whether a name means a Modelica class: it has dots, or is one of HeatReuse and no near miss of a study."""
    if name in STUDIES:
        return False
    if "." in name:
        return True
    models = {full.rpartition(".")[2] for full in open_library(None).models()}
    if name not in models and not near_miss(name, STUDIES) and near_miss(name, models):
        raise UsageError(f"there is no study or class '{name}'{near_miss(name, models)}")
    return name in models


def _run_study(args: argparse.Namespace) -> int:
    begin = time.perf_counter()
    study = load_study(args.study)
    from heatsim import analysis  # the analysis loads xarray; a wrong call should not wait for it

    options = study.LoadSwing(
        start=_start(args.start),
        stop=positive("--stop", args.stop, "s"),
        preset=args.preset,
        it_capacity=None if args.it_capacity is None else positive("--it-capacity", args.it_capacity, "W"),
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
        settings=dict(_setting(text) for text in args.assignments),
    )
    folder = Path(args.out)
    with results_folder(folder, lambda: study.set_aside(folder)), Progress() as progress:
        result = study.run(options, report=progress.line, progress=progress.update)
    analysis.print_kpis(result.kpis)
    result.audit.print()
    files = study.write(result, folder)
    print(f"{time.perf_counter() - begin:.1f} s; wrote {', '.join(file.name for file in files)} to {folder}")
    return verdict(result.failure)


def _start(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"--start {text}: write a date or time in ISO form, such as 2020-01-15 or 2020-01-15T06:00"
        ) from error
    if moment.tzinfo is not None:
        raise UsageError(f"--start {text}: give local standard time without a time zone")
    return text


def _trip(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    begin, slash, duration = text.partition("/")
    if not slash:
        raise UsageError(f"--trip {text}: write TIME/DURATION, such as 14h/30min")
    return quantity("--trip", begin, "s"), positive("--trip", duration, "s")


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip() or not value.strip():
        raise UsageError(f"--set {text}: write UNIT.NAME=VALUE, such as storage.V=3000")
    return name.strip(), value.strip()
