"""`heatsim run CLASS`: one Modelica class to its Dataset, a figure, a short table and its energy balance."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from heatsim.cli.build import parse_assignment
from heatsim.cli.progress import Progress
from heatsim.cli.run_parts import positive, quantity, results_folder, verdict
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
    with results_folder(folder, lambda: model_run.set_aside(name, folder)), Progress() as progress:
        result = model_run.run(options, report=progress.line, progress=progress.update)
    _print(model_run.summary(result))
    if result.audit is not None:
        total = result.audit.total
        print(f"energy balance: off by {total.share:.1e} of the {total.exchanged / 3.6e9:.3g} MWh exchanged")
    files = model_run.write(result, folder)
    print(f"{time.perf_counter() - begin:.1f} s; wrote {' and '.join(file.name for file in files)} to {folder}")
    return verdict(result.failure)


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
