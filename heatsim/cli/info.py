"""`heatsim info FILE.fmu`: what an FMU says about itself; reads the file and runs no code of it."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from heatsim.compiler import cache
from heatsim.compiler.driver import kept_fmu
from heatsim.compiler.library import open_library
from heatsim.errors import UsageError, near_miss
from heatsim.fmu.archive import list_entries, sha256_of
from heatsim.fmu.description import Claims, Description
from heatsim.fmu.description_reader import description_of
from heatsim.fmu.extra import manifest_of
from heatsim.fmu.xml_attributes import clean as printable

_ELEMENT = re.compile(r"(?P<base>.*)\[(?P<index>\d+)\](?P<rest>[^\[\]]*)")
INTERFACES = {"model_exchange": "Model Exchange", "co_simulation": "Co-Simulation"}
_CLAIMS = {
    "can_get_and_set_state": "keeps and restores its state",
    "can_serialize_state": "gives its state as bytes",
    "provides_directional_derivatives": "directional derivatives",
    "provides_adjoint_derivatives": "adjoint derivatives",
    "can_handle_variable_step": "steps of any length",
    "can_interpolate_inputs": "takes derivatives of inputs",
    "has_event_mode": "event mode",
    "might_return_early": "may return early",
    "can_be_instantiated_only_once": "only one instance in a process",
    "needs_execution_tool": "needs another program to run",
}
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
    description = description_of(path)
    print(description.model_name + (f": {description.description}" if description.description else ""))
    _line("file", f"{path} ({path.stat().st_size / 1e3:.0f} kB, sha256 {sha256_of(path)[:12]})")
    kinds = " and ".join(INTERFACES[name] for name in description.interfaces)
    _line("interface", f"FMI {description.fmi_version}, {kinds or 'no simulation interface'}")
    for name, claims in description.interfaces.items():
        _line("", f"{INTERFACES[name]}, as {claims.model_identifier}: {_claims(claims)}")
    _line("made by", description.generation_tool or "unknown tool")
    _line("platforms", ", ".join(platforms(path)) or "none (no binaries)")
    _line("equations", f"{len(description.states)} states, {description.event_indicators} event indicators")
    if _experiment(description):
        _line("experiment", _experiment(description))
    _print_build(manifest_of(path))

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
    parts = [name.split("/") for name in list_entries(fmu)]
    return sorted({printable(part[1]) for part in parts if len(part) > 2 and part[0] == "binaries"})


def _claims(claims: Claims) -> str:
    """What an interface says it can do, none of it tested."""
    listed = [text for name, text in _CLAIMS.items() if getattr(claims, name)]
    if claims.max_output_derivative_order:
        listed.append(f"derivatives of outputs up to order {claims.max_output_derivative_order}")
    return ", ".join(listed) or "no optional capabilities"


def _experiment(description: Description) -> str:
    experiment = description.experiment
    parts = (
        ("from", experiment.start, " s"),
        ("to", experiment.stop, " s"),
        ("in steps of", experiment.step, " s"),
        ("at a tolerance of", experiment.tolerance, ""),
    )
    return " ".join(f"{word} {value:g}{unit}" for word, value, unit in parts if value is not None)


def _print_build(manifest: Mapping[str, Any] | None) -> None:
    """Lines on how heatsim built the FMU; what is missing in the manifest is left out."""
    if manifest is None:
        _line("built", "by another tool")
        return

    def table(key: str) -> dict[str, Any]:
        found = manifest.get(key)
        return found if isinstance(found, dict) else {}

    versions = "".join(f", {name} {version}" for name, version in table("versions").items())
    compiler, version = manifest.get("compiler", "unknown"), manifest.get("heatsim_version", "unknown")
    _line("built", f"{compiler} compiler, heatsim {version}{versions}")
    if "c_compiler" in manifest:
        _line("", str(manifest["c_compiler"]))
    if table("parameters"):
        _line("set at build", ", ".join(f"{name}={value}" for name, value in table("parameters").items()))
    warnings = manifest.get("warnings")
    for warning in warnings if isinstance(warnings, list) else []:
        _line("warning", str(warning))


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
    print(f"  {label:<13} {printable(text)}")
