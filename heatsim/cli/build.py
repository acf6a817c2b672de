"""`heatsim build`: Modelica to FMU, compiling only what changed."""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from heatsim.cli.explain import events_of, explanation
from heatsim.compiler import BuildEvent, build_many, choose_compiler, library_models
from heatsim.compiler.driver import COMPILERS, TIME_LIMIT
from heatsim.compiler.library import open_library
from heatsim.errors import UsageError

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "build",
        help="compile Modelica models to FMUs",
        description="Compile Modelica models to FMUs. Without MODEL: all plants of HeatReuse (or all models of "
        "--library). What did not change is not compiled again.",
    )
    parser.add_argument("models", nargs="*", metavar="MODEL", help="class name, such as HeatReuse.Plants.DistrictGrid")
    parser.add_argument("--library", metavar="PATH", help="Modelica package folder or .mo file (default: HeatReuse)")
    parser.add_argument(
        "--compiler",
        default="auto",
        metavar="|".join(COMPILERS),
        help="auto takes OpenModelica when omc can be used, the embedded compiler otherwise",
    )
    parser.add_argument(
        "--out", metavar="PATH", help="copy the FMUs to this folder as MODEL.fmu, or one to a file ending in .fmu"
    )
    parser.add_argument("--force", action="store_true", help="compile even what did not change")
    parser.add_argument(
        "--set",
        dest="assignments",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="compile-time parameter in SI units, also a structural one, for example n=5, tank.V=1e3, on=true, "
        "R={1,2} or kind=Lib.Types.Kind.one; may be repeated",
    )
    parser.add_argument(
        "--expose",
        action="append",
        default=[],
        metavar="NAME",
        help="internal variable to make an output, such as pipe.T; may be repeated",
    )
    parser.add_argument(
        "--platform",
        action="append",
        metavar="NAMES",
        help="platforms to have a binary for, such as linux64,win64,darwin64 (default: this machine's); others than "
        "this machine's need the package ziglang",
    )
    parser.add_argument(
        "--explain",
        action="store_true",
        help="show states, equations, blocks, loops, time spent and what is in the FMU; of a model that does not "
        "compile, all equations and variables in question",
    )
    parser.add_argument("--jobs", type=int, metavar="N", help="models compiled at the same time (default: processors)")
    parser.add_argument(
        "--time-limit", type=float, default=TIME_LIMIT, metavar="S", help="seconds for one model (default: %(default)g)"
    )
    return parser


def run(args: argparse.Namespace) -> int:
    """Build and show a line per model."""
    begin = time.perf_counter()
    parameters = parse_assignments(args.assignments)
    platforms = None if args.platform is None else [name for names in args.platform for name in names.split(",")]
    choice = choose_compiler(args.compiler, platforms)
    library = open_library(args.library)
    models = [library.resolve(model) for model in args.models] or library_models(args.library)
    if not models:
        raise UsageError("the library has no models to build: name one, or give another --library")
    head = f"compiler: {choice.compiler} ({choice.reason})"
    display = (_Live if sys.stdout.isatty() else _Lines)(head, models, args.explain)
    with display:
        results = build_many(
            models,
            library=args.library,
            compiler=choice.compiler,
            parameters=parameters,
            expose=args.expose,
            platforms=platforms,
            out=args.out,
            force=args.force,
            progress=display.event,
            jobs=args.jobs,
            timeout=args.time_limit,
        )
    kept = sum(result.cached for result in results)
    counts = [f"{len(results) - kept} built"] * (kept < len(results)) + [f"{kept} unchanged"] * (kept > 0)
    folder = _relative(results[0].path.parent)
    print(f"{', '.join(counts)} in {time.perf_counter() - begin:.1f} s, in {folder}")
    return 0


def parse_assignments(texts: Sequence[str]) -> dict[str, object]:
    """Return the values of several `name=value` arguments by name.

    Raises
    ------
    UsageError
        One of them is wrong, or two are for the same parameter.
    """
    values: dict[str, object] = {}
    for text in texts:
        name, value = parse_assignment(text)
        if name in values:
            raise UsageError(f"--set {name} is given twice: keep one")
        values[name] = value
    return values


def parse_assignment(text: str) -> tuple[str, object]:
    """Return name and value of a `name=value` argument.

    Raises
    ------
    UsageError
        The text has no `=`, or the value is a quantity with a unit, an incomplete list or no Modelica value.
    """
    name, equals, value = text.partition("=")
    name, value = name.strip(), value.strip()
    if not equals or not name or not value:
        raise UsageError(f"--set {text}: write NAME=VALUE")
    return name, _value(name, value)


def _value(name: str, text: str) -> object:
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r"[-+]?\d+", text):
        return int(text)
    if _NUMBER.fullmatch(text):
        return float(text)
    if text.lower() in ("true", "false"):
        raise UsageError(f"--set {name}={text}: write {text.lower()}")
    if text.lower().lstrip("+-") in ("nan", "inf", "infinity"):
        raise UsageError(f"--set {name}={text}: give a finite number")
    if any(text.count(opening) != text.count(closing) for opening, closing in ("{}", "[]")):
        raise UsageError(f"--set {name}={text}: a bracket is missing; write lists like {{1,2}} or {{{{1,2}},{{3,4}}}}")
    if text[0] + text[-1] in ("{}", "[]"):
        return [_value(name, item) for item in _split(text[1:-1])]
    if _NUMBER.match(text):
        raise UsageError(
            f"--set {name}={text}: compile-time values are plain numbers in SI units, such as 14e6 for 14 MW"
        )
    return text.strip('"')


def _split(text: str) -> list[str]:
    """Split at the commas that are not inside braces."""
    parts, depth, start = [], 0, 0
    for position, character in enumerate(text):
        depth += (character in "{[") - (character in "}]")
        if character == "," and depth == 0:
            parts.append(text[start:position].strip())
            start = position + 1
    return [part for part in [*parts, text[start:].strip()] if part]


class _Lines:
    """One plain line per finished model, below a line that says which compiler is used and why."""

    def __init__(self, head: str, models: Sequence[str], explain: bool) -> None:
        self._head: str | None = head
        self._explain = explain
        self._width = max(len(model) for model in models)
        self._several = len(models) > 1

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_exception: object) -> None:
        return None

    def event(self, event: BuildEvent) -> None:
        """Print a finished model, and its warnings."""
        self._begin()
        if event.kind in ("cached", "built", "failed"):
            lines = finished_lines(event, self._width, self._several)
            if self._explain:
                # the structure of a model, or what is in question when it has none
                found = event.details if event.result is None else explanation(event.result)
                lines += [f"    {line}" for line in found]
            self._print("\n".join(lines))

    def _begin(self) -> None:
        # not before the first event: a wrong call should give its error and nothing else
        if self._head is not None:
            print(self._head, flush=True)
            self._head = None

    def _print(self, text: str) -> None:
        print(text, flush=True)


class _Live(_Lines):
    """The same lines, and below them a spinner with the phase of each model that is being compiled."""

    def __init__(self, head: str, models: Sequence[str], explain: bool) -> None:
        super().__init__(head, models, explain)
        self._progress: Any = None
        self._tasks: dict[str, Any] = {}

    def __exit__(self, *_exception: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    def event(self, event: BuildEvent) -> None:
        """Move the spinners; rich is loaded only when something is compiled."""
        self._begin()
        if event.kind == "started":
            if self._progress is None:
                self._progress = _spinners()
                self._progress.start()
            self._tasks[event.model] = self._progress.add_task(event.model.ljust(self._width), total=None, phase="")
        elif event.kind == "phase":
            self._progress.update(self._tasks[event.model], phase=event.text.partition(":")[0])
        elif event.model in self._tasks:
            self._progress.remove_task(self._tasks.pop(event.model))
        super().event(event)

    def _print(self, text: str) -> None:
        if self._progress is None:
            print(text, flush=True)
        else:
            self._progress.console.print(text, markup=False, highlight=False, soft_wrap=True)


def _spinners() -> Any:
    import rich.progress

    return rich.progress.Progress(
        rich.progress.TextColumn("{task.description}"),
        rich.progress.SpinnerColumn(),
        rich.progress.TimeElapsedColumn(),
        rich.progress.TextColumn("{task.fields[phase]}", style="dim"),
        transient=True,
    )


def finished_lines(event: BuildEvent, width: int, several: bool) -> list[str]:
    """Return what is shown of a model that is done: model, compiler, states, seconds; then its warnings or error."""
    head = f"  {event.model:<{width}}  {event.compiler:<12}"
    if event.result is None:
        # the error of a single model ends the command and is shown then
        return [f"{head}  failed", *([f"    error: {event.text}"] if several else [])]
    manifest = event.result.manifest
    states = f"{manifest['states']:>5} state{'s' if manifest['states'] != 1 else ' '}"
    time_taken = "unchanged" if event.kind == "cached" else f"{event.result.seconds:6.1f} s"
    lines = [f"{head}{states}  {time_taken}"]
    events = events_of(manifest)
    if events:
        lines.append(
            f"    note: {events}: heatsim runs this FMU through its binary, slower than as equations in one graph; "
            "write the model without events (noEvent, smooth formulas) where speed matters"
        )
    lines += [f"    warning: {text}" for text in manifest.get("warnings", [])]
    return lines


def _relative(folder: Path) -> str:
    here = Path.cwd()
    return str(folder.relative_to(here)) if folder.is_relative_to(here) and folder != here else str(folder)
