"""`heatsim run STUDY`: a built-in study from its inputs to files, figures and a verdict."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from heatsim.errors import UsageError
from heatsim.study import STUDIES, load_study


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "run",
        help="run a study and write its Dataset, key figures and plots",
        description="Run a study on the reference plant. Studies: "
        + "; ".join(f"{name}: {text}" for name, text in STUDIES.items())
        + ".",
        epilog="Quantities take units: 14MW, 24h, 75degC. CSV columns carry their unit as a suffix (_MW, _kW, _C, _K, "
        "_eur_mwh, ...); FILE.csv:column chooses one.",
    )
    parser.add_argument("study", metavar="STUDY", help="name of the study: " + ", ".join(STUDIES))
    files = parser.add_argument_group("inputs", "built-in series are used for what is not given")
    files.add_argument("--demand", metavar="CSV", help="heat demand of the network")
    files.add_argument(
        "--demand-peak", metavar="POWER", help="scale the demand to this yearly peak, such as 14MW (a file: as it is)"
    )
    files.add_argument("--weather", metavar="CSV", help="outdoor air temperature")
    files.add_argument("--price", metavar="CSV", help="electricity price")
    files.add_argument("--gas-price", metavar="PRICE|CSV", help="gas price, such as 35EUR/MWh, or a file")
    files.add_argument("--utilisation", metavar="CSV", help="hourly utilisation of the base load of the hall")
    files.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the IT load (default: 0)")
    plant = parser.add_argument_group("plant")
    plant.add_argument(
        "--preset",
        default="reference",
        metavar="NAME",
        help="reference (10 MW), or a published plant: odense, mantsala, norderstedt, campus",
    )
    plant.add_argument(
        "--it-capacity", metavar="POWER", help="rated IT power; scales the plant (default: that of the preset)"
    )
    plant.add_argument("--trip", metavar="TIME/DURATION", help="trip all heat pumps, such as 14h/30min after the start")
    plant.add_argument(
        "--set",
        dest="assignments",
        action="append",
        default=[],
        metavar="UNIT.NAME=VALUE",
        help="parameter, start value or constant input, SI or with a unit; may be repeated",
    )
    plant.add_argument("--compiler", default="auto", metavar="auto|openmodelica|embedded", help="what makes the FMUs")
    solution = parser.add_argument_group("run")
    solution.add_argument("--start", default="2020-01-15", metavar="DATE", help="clock time of the start (ISO)")
    solution.add_argument("--stop", default="24h", metavar="TIME", help="length of the run (default: 24h)")
    solution.add_argument("--method", default="monolithic", metavar="monolithic|jacobi", help="how units are coupled")
    solution.add_argument("--step", metavar="TIME", help="communication step of jacobi (default: 10s)")
    solution.add_argument("--rtol", type=float, default=1e-6, metavar="X", help="relative tolerance (default: 1e-6)")
    solution.add_argument("--output-step", default="60s", metavar="TIME", help="step of the results (default: 60s)")
    solution.add_argument("--out", default="results/load_swing", metavar="DIR", help="folder for the files")
    return parser


def run(args: argparse.Namespace) -> int:
    """Run the study, show its figures, and return 0 when all its checks passed."""
    begin = time.perf_counter()
    study = load_study(args.study)
    from heatsim import analysis  # the analysis loads xarray; a wrong call should not wait for it

    options = study.LoadSwing(
        start=_start(args.start),
        stop=_positive("--stop", args.stop, "s"),
        preset=args.preset,
        it_capacity=None if args.it_capacity is None else _positive("--it-capacity", args.it_capacity, "W"),
        demand=args.demand,
        weather=args.weather,
        price=args.price,
        gas_price=args.gas_price,
        utilisation=args.utilisation,
        demand_peak=None if args.demand_peak is None else _positive("--demand-peak", args.demand_peak, "W"),
        trip=_trip(args.trip),
        seed=args.seed,
        method=args.method,
        step=None if args.step is None else _positive("--step", args.step, "s"),
        rtol=args.rtol,
        output_step=_positive("--output-step", args.output_step, "s"),
        compiler=args.compiler,
        settings=dict(_setting(text) for text in args.assignments),
    )
    folder = Path(args.out)
    made = _make(folder)
    try:
        with _Progress() as progress:
            result = study.run(options, report=progress.line, progress=progress.update)
    except BaseException as error:
        _remove_empty(made)
        # A wrong call ran nothing, so what is in the folder is still what it says.
        earlier = None if isinstance(error, UsageError) else study.set_aside(folder)
        if earlier is not None:
            print(f"heatsim: the files of an earlier run are now in {earlier}", file=sys.stderr)
        raise
    analysis.print_kpis(result.kpis)
    result.audit.print()
    files = study.write(result, folder)
    print(f"{time.perf_counter() - begin:.1f} s; wrote {', '.join(file.name for file in files)} to {folder}")
    if result.failure is not None:
        print(f"heatsim: failed: {result.failure}", file=sys.stderr)
        return 1
    return 0


def _quantity(option: str, text: str, unit: str) -> float:
    from heatsim.units import parse_quantity

    try:
        return parse_quantity(text, unit)
    except UsageError as error:
        raise type(error)(f"{option}: {error}") from error


def _positive(option: str, text: str, unit: str) -> float:
    value = _quantity(option, text, unit)
    if not 0.0 < value < float("inf"):
        raise UsageError(f"{option} {text}: give a positive quantity in {unit}")
    return value


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
    return _quantity("--trip", begin, "s"), _positive("--trip", duration, "s")


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip() or not value.strip():
        raise UsageError(f"--set {text}: write UNIT.NAME=VALUE, such as storage.V=3000")
    return name.strip(), value.strip()


def _make(folder: Path) -> list[Path]:
    """Make the folder before the run, so that a wrong one costs no time; return what was not there, innermost first."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--out {folder}: the folder cannot be made ({error.strerror}); choose another") from error
    return missing


def _remove_empty(folders: list[Path]) -> None:
    """Leave nothing behind of a run that failed."""
    for folder in folders:
        if any(folder.iterdir()):
            return
        folder.rmdir()


class _Progress:
    """A bar with simulated time and speed on a terminal, a line every tenth of the run elsewhere."""

    def __init__(self) -> None:
        self._begin = 0.0
        self._shown = 0.0
        self._bar: Any = None
        self._task: Any = None
        self._live = sys.stdout.isatty()

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def line(self, text: str) -> None:
        """Print a line of text; nothing is printed over the bar."""
        (self._bar.console.print if self._bar is not None else print)(text)
        sys.stdout.flush()

    def update(self, t: float, stop: float) -> None:
        """Show how far the run is."""
        if self._begin == 0.0:
            self._begin = time.perf_counter()
            if self._live:
                self._start_bar(stop)
        speed = t / max(time.perf_counter() - self._begin, 1e-9)
        if self._live:
            self._bar.update(self._task, completed=t, simulated=f"{t / 3600:5.1f} of {stop / 3600:g} h", speed=speed)
        elif t - self._shown >= 0.1 * stop or t >= stop > self._shown:
            self._shown = t
            print(f"simulated {t / 3600:5.1f} of {stop / 3600:g} h, {speed:,.0f} times real time", flush=True)

    def _start_bar(self, stop: float) -> None:
        import rich.progress

        self._bar = rich.progress.Progress(
            rich.progress.TextColumn("simulating"),
            rich.progress.BarColumn(),
            rich.progress.TextColumn("{task.fields[simulated]}"),
            rich.progress.TextColumn("{task.fields[speed]:,.0f} x real time"),
            rich.progress.TimeRemainingColumn(),
        )
        self._bar.start()
        self._task = self._bar.add_task("run", total=stop, simulated="", speed=0.0)
