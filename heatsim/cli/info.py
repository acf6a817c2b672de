"""`heatsim info FILE.fmu`: what an FMU says about itself; reads the file and runs no code of it."""

from __future__ import annotations

import argparse
import re
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from heatsim.compiler import cache
from heatsim.compiler.description import read_facts
from heatsim.compiler.driver import kept_fmu
from heatsim.compiler.library import open_library
from heatsim.errors import FmuError, UsageError, near_miss

_ELEMENT = re.compile(r"(?P<base>.*)\[(?P<index>\d+)\](?P<rest>[^\[\]]*)")
_SECTIONS = ("inputs", "outputs", "parameters", "states")


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "info",
        help="describe an FMU without running it",
        description="Describe an FMU: capabilities, how it was built, and its variables. Runs no code of the FMU.",
    )
    parser.add_argument("fmu", metavar="FILE.fmu", help="an FMU, or the name of a model that has been built")
    parser.add_argument("--all", action="store_true", help="list internal variables too")
    return parser


def run(args: argparse.Namespace) -> int:
    """Print head, manifest and variables."""
    path = locate(args.fmu)
    facts = read_facts(path)
    manifest = cache.read_manifest(path)
    description = _description(path)

    kinds = [
        name for name, has in (("Model Exchange", facts.model_exchange), ("Co-Simulation", facts.co_simulation)) if has
    ]
    print(facts.model_name + (f": {description.description}" if description.description else ""))
    _line("file", f"{path} ({path.stat().st_size / 1e3:.0f} kB, sha256 {cache.file_digest(path)[:12]})")
    _line("interface", f"FMI {facts.fmi_version}, {' and '.join(kinds) or 'no simulation interface'}")
    _line("made by", description.generation_tool or "unknown tool")
    _line("platforms", ", ".join(platforms(path)) or "none (no binaries)")
    _line("equations", f"{facts.states} states, {facts.event_indicators} event indicators")
    _line("derivatives", "directional" if facts.directional_derivatives else "no directional derivatives")
    if manifest is None:
        _line("built", "by another tool")
    else:
        versions = ", ".join(f"{name} {version}" for name, version in manifest["versions"].items())
        _line("built", f"{manifest['compiler']} compiler, heatsim {manifest['heatsim_version']}, {versions}")
        if "c_compiler" in manifest:
            _line("", manifest["c_compiler"])
        if manifest["parameters"]:
            _line("set at build", ", ".join(f"{name}={value}" for name, value in manifest["parameters"].items()))
        for warning in manifest.get("warnings", []):
            _line("warning", warning)

    states = set(description.states)
    groups: dict[str, list[Any]] = {name: [] for name in (*_SECTIONS, *(["internal"] if args.all else []))}
    for variable in description.variables.values():
        if variable.causality in ("input", "output"):
            groups[variable.causality + "s"].append(variable)
        elif variable.causality in ("parameter", "structuralParameter"):
            groups["parameters"].append(variable)
        if variable.name in states:
            groups["states"].append(variable)
        elif args.all and variable.causality not in ("input", "output", "parameter", "structuralParameter"):
            groups["internal"].append(variable)
    for title, variables in groups.items():
        print(f"\n{title} ({len(variables)})")
        for row in aligned([row_of(group) for group in grouped(variables)]):
            print(f"  {row}")
    return 0


def locate(name: str) -> Path:
    """Return the FMU file of that name, or the kept FMU of the model of that name.

    Raises
    ------
    UsageError
        When there is neither.
    """
    path = Path(name).expanduser()
    if path.is_file():
        return path.resolve()
    if path.suffix == ".fmu" or len(path.parts) > 1:
        beside = [child.name for child in path.parent.glob("*.fmu")] if path.parent.is_dir() else []
        raise UsageError(f"no file {path}{near_miss(path.name, beside)}: give an FMU, or a model that has been built")
    model = open_library(None).resolve(name)
    manifest = kept_fmu(model)
    if manifest is None:
        raise UsageError(f"{model} is not built, or its source changed: run `heatsim build {model}`")
    return cache.fmu_path(model, manifest["key"])


def platforms(fmu: Path) -> list[str]:
    """Return the platforms an FMU has binaries for."""
    with zipfile.ZipFile(fmu) as archive:
        parts = [Path(name).parts for name in archive.namelist()]
    return sorted({part[1] for part in parts if len(part) > 2 and part[0] == "binaries"})


def _description(fmu: Path) -> Any:
    from heatsim.fmu.description_reader import read_description

    with tempfile.TemporaryDirectory(prefix="heatsim-info-") as folder, zipfile.ZipFile(fmu) as archive:
        try:
            extracted = Path(archive.extract("modelDescription.xml", folder))
        except KeyError:
            raise FmuError(f"{fmu} has no modelDescription.xml: it is not an FMU") from None
        return read_description(extracted, fmu.name)


def grouped(variables: Iterable[Any]) -> list[list[Any]]:
    """Put the elements of an array, `T[1]`, `T[2]`, ..., into one group; the order of first appearance stays."""
    groups: dict[str, list[Any]] = {}
    for variable in variables:
        found = _ELEMENT.fullmatch(variable.name)
        key = f"{found['base']}[]{found['rest']}" if found else variable.name
        groups.setdefault(key, []).append(variable)
    return list(groups.values())


def row_of(group: Sequence[Any]) -> tuple[str, str, str, str]:
    """Return name, start value, unit and description of a variable or of the elements of an array."""
    first = group[0]
    name = first.name
    if len(group) > 1:
        indices = [int(_ELEMENT.fullmatch(variable.name)["index"]) for variable in group]  # type: ignore[index]
        found = _ELEMENT.fullmatch(name)
        assert found is not None
        name = f"{found['base']}[{min(indices)}:{max(indices)}]{found['rest']}"
    elif first.shape:
        name = f"{name}[{', '.join(str(size) for size in first.shape)}]"
    starts = [variable.start for variable in group]
    numbers = [start for start in starts if start is not None]
    if not numbers:
        start = ""
    elif min(numbers) == max(numbers):
        start = f"{numbers[0]:g}"
    else:
        start = f"{min(numbers):g}..{max(numbers):g}"
    return name, start, first.unit, first.description


def aligned(rows: Sequence[tuple[str, str, str, str]]) -> list[str]:
    """Return rows with their columns under each other; numbers to the right."""
    if not rows:
        return []
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return [
        f"{name:<{widths[0]}}  {start:>{widths[1]}} {unit:<{widths[2]}}  {text}".rstrip()
        for name, start, unit, text in rows
    ]


def _line(label: str, text: str) -> None:
    print(f"  {label:<13} {text}")
