"""`heatsim run CLASS`: one Modelica class to its Dataset, a figure, a short table and its energy balance."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from heatsim.cli.build import parse_assignment
from heatsim.cli.progress import Progress
from heatsim.errors import UsageError


def run(args: argparse.Namespace) -> int:
    """Run the class, print its figures, and return 0 when its energy balance holds."""
    begin = time.perf_counter()
    from heatsim.study import model_run  # loads the whole engine; a wrong call should not wait for it

    options = model_run.ModelRun(
        model=args.study,
        library=args.library,
        stop=None if args.stop is None else quantity("--stop", args.stop, "s"),
        output_step=None if args.output_step is None else positive("--output-step", args.output_step, "s"),
        rtol=args.rtol,
        settings=dict(_setting(text) for text in args.assignments),
        compiler=args.compiler,
    )
    name = model_run.full_name(options)
    folder = Path(args.out or f"results/{name}")
    made = made_folder(folder)
    try:
        with Progress() as progress:
            result = model_run.run(options, report=progress.line, progress=progress.update)
    except BaseException as error:
        remove_empty(made)
        earlier = None if isinstance(error, UsageError) else model_run.set_aside(name, folder)
        if earlier is not None:
            print(f"heatsim: the files of an earlier run are now in {earlier}", file=sys.stderr)
        raise
    _print(model_run.summary(result))
    if result.audit is not None:
        total = result.audit.total
        print(f"energy balance: off by {total.share:.1e} of the {total.exchanged / 3.6e9:.3g} MWh exchanged")
    files = model_run.write(result, folder)
    print(f"{time.perf_counter() - begin:.1f} s; wrote {' and '.join(file.name for file in files)} to {folder}")
    if result.failure is not None:
        print(f"heatsim: failed: {result.failure}", file=sys.stderr)
        return 1
    return 0


def _print(rows: list[tuple[str, str, str, str, str, str]]) -> None:
    import rich.table
    from rich.console import Console
    from rich.text import Text

    table = rich.table.Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("variable", "unit", "min", "max", "final", "description"):
        justify = "right" if heading in ("min", "max", "final") else "left"
        table.add_column(heading, justify=justify, no_wrap=heading != "description")  # type: ignore[arg-type]
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)


def _setting(text: str) -> tuple[str, object]:
    """Return name and value: text with a unit is kept for the parameter's own, anything else is read as for a build."""
    name, equals, value = (part.strip() for part in text.partition("="))
    if not equals or not name or not value:
        raise UsageError(f"--set {text}: write NAME=VALUE, such as storage.V=3000 or Q_flow_nominal=14MW")
    try:
        return parse_assignment(text)
    except UsageError:
        return name, value


def quantity(option: str, text: str, unit: str) -> float:
    """Return an option that is a quantity, in `unit`; a wrong one names the option."""
    from heatsim.units import parse_quantity

    try:
        return parse_quantity(text, unit)
    except UsageError as error:
        raise type(error)(f"{option}: {error}") from error


def positive(option: str, text: str, unit: str) -> float:
    """Return an option that must be a positive quantity, in `unit`."""
    value = quantity(option, text, unit)
    if not 0.0 < value < float("inf"):
        raise UsageError(f"{option} {text}: give a positive quantity in {unit}")
    return value


def made_folder(folder: Path) -> list[Path]:
    """Make the folder before the run, so that a wrong one costs no time; return what was not there, innermost first."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--out {folder}: the folder cannot be made ({error.strerror}); choose another") from error
    return missing


def remove_empty(folders: list[Path]) -> None:
    """Leave nothing behind of a run that failed."""
    for folder in folders:
        if any(folder.iterdir()):
            return
        folder.rmdir()
