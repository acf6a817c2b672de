"""`heatsim run STUDY`: a built-in study from its inputs to files, figures and a verdict."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from heatsim.cli import run_annual, run_load_swing, run_loop_hunting, run_model, run_storage_dispatch
from heatsim.compiler.library import open_library
from heatsim.errors import UsageError, near_miss
from heatsim.study import STUDIES, load_study

# Options of a study that others do not take, with their defaults; the value of an option that was not given is None.
_OPTIONS: dict[str, dict[str, Any]] = {
    "load_swing": run_load_swing.DEFAULTS,
    "loop_hunting": run_loop_hunting.DEFAULTS,
    "storage_dispatch": run_storage_dispatch.DEFAULTS,
    "annual": run_annual.DEFAULTS,
    "class": {"library": None, "stop": None, "output_step": None, "rtol": None},
}
_RUNS: dict[str, Callable[[argparse.Namespace], int]] = {
    "load_swing": run_load_swing.run,
    "loop_hunting": run_loop_hunting.run,
    "storage_dispatch": run_storage_dispatch.run,
    "annual": run_annual.run,
    "class": run_model.run,
}
_COMMON = ("study", "assignments", "compiler", "out", "run")


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "run",
        help="run a study or a Modelica class and write its Dataset and plots",
        description="Run a study on the reference plant, or one Modelica class such as HeatReuse.Examples.NAME as its "
        "experiment annotation says. Studies: " + "; ".join(f"{name}: {text}" for name, text in STUDIES.items()) + ".",
        epilog="Quantities take units: 14MW, 24h, 75degC. CSV columns carry their unit as a suffix (_MW, _kW, _C, _K, "
        "_eur_mwh, ...); FILE.csv:column chooses one. Exit code 1 when the energy balance does not hold: 0.1 % of the "
        "energy exchanged for load_swing, 0.001 % for a class with U and E_in_... . Of loop_hunting: when the loop "
        "does not hunt before its cure, or hunts after it. Of storage_dispatch: when a run fails, energy, demand or a "
        "limit of the hall is violated, or the plant does not do what was planned with perfect foresight. Of annual: "
        "when energy, demand or a limit of the hall is violated. The files then have .failed in their names.",
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
    files.add_argument(
        "--data", metavar="DIR", help="folder with the known files of these (default: profiles in HEATSIM_DATA, if set)"
    )
    files.add_argument("--seed", type=int, metavar="N", help="seed of the IT load and of forecast errors (default: 0)")
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
        "--heat-capacity", metavar="POWER", help="study: heat of all heat pumps together (default: that of the preset)"
    )
    plant.add_argument(
        "--storage-volume", metavar="VOLUME", help="study: water in the tank, such as 500m3 (default: as the preset)"
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
    solution.add_argument(
        "--start",
        metavar="DATE",
        help="study: clock time of the start (ISO, default: 2020-01-15; storage_dispatch: 2020-04-20; "
        "annual: 2020-01-01)",
    )
    solution.add_argument(
        "--stop",
        metavar="TIME",
        help="end of the run (default: 24h; storage_dispatch: 7d; annual: 365d; class: its StopTime)",
    )
    solution.add_argument(
        "--method", metavar="monolithic|jacobi|gauss_seidel|iterated", help="study: how units are coupled"
    )
    solution.add_argument(
        "--step", metavar="TIME", help="study: step between exchanges of co-simulation (default: 10s)"
    )
    solution.add_argument(
        "--rtol", type=float, metavar="X", help="relative tolerance (default: 1e-6; annual: 1e-5; class: its Tolerance)"
    )
    solution.add_argument(
        "--output-step",
        metavar="TIME",
        help="step of the results (default: 60s; storage_dispatch: 5min; annual: 15min; class: its Interval)",
    )
    hunting = parser.add_argument_group("loop_hunting")
    hunting.add_argument(
        "--scenario", metavar="NAME", help="what goes wrong (default: low_load): " + ", ".join(run_loop_hunting.NAMES)
    )
    hunting.add_argument(
        "--levels",
        metavar="LOW:HIGH:N",
        help="loads of the map, as shares of the scenario's full load (default: 0.25:1:6)",
    )
    hunting.add_argument(
        "--gains",
        metavar="LOW:HIGH:N",
        help="factors on the loop's gain in the map, in equal ratios (default: 0.25:4:5)",
    )
    solution.add_argument(
        "--jobs", type=int, metavar="N", help="processes for the map or the policies (default: processors)"
    )
    run_storage_dispatch.add_options(parser.add_argument_group("storage_dispatch; annual has some of them"))
    run_annual.add_options(parser.add_argument_group("annual"))
    solution.add_argument("--out", metavar="DIR", help="folder for the files (default: results/STUDY or results/CLASS)")
    return parser


def run(args: argparse.Namespace) -> int:
    """Run the study or class, show its figures, and return 0 when all its checks passed."""
    is_class = args.library is not None or _is_class(args.study)
    if not is_class and args.study not in STUDIES:
        load_study(args.study)  # says what there is
    kind = "class" if is_class else args.study
    _check_options(args, kind)
    for name, value in _OPTIONS[kind].items():
        if getattr(args, name) is None:
            setattr(args, name, value)
    return _RUNS[kind](args)


def _check_options(args: argparse.Namespace, kind: str) -> None:
    """Refuse options that belong to something else."""
    for name, value in vars(args).items():
        if value is None or name in _COMMON or name in _OPTIONS[kind]:
            continue
        owners = [owner for owner, names in _OPTIONS.items() if name in names]
        option, what = "--" + name.replace("_", "-"), f"class {args.study}" if kind == "class" else f"study {kind}"
        studies = [owner for owner in owners if owner != "class"]
        belongs = f"the stud{'ies' if len(studies) > 1 else 'y'} {', '.join(studies)}" if studies else ""
        belongs += " and classes" if studies and "class" in owners else "classes" if "class" in owners else ""
        raise UsageError(f"{option} belongs to {belongs}; the {what} does not take it")


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
