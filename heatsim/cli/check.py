"""`heatsim check FILE.fmu`: starts an FMU in a process of its own and tries what it claims to be able to do."""

from __future__ import annotations

import argparse
import math
from typing import Any

from heatsim.cli.info import INTERFACES, locate
from heatsim.errors import FmuError, UsageError, near_miss
from heatsim.fmu.xml_attributes import clean as printable

_WIDTH = 26


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "check",
        help="start an FMU and try what it claims",
        description="Start an FMU in a process of its own and try what it claims: keeping its state, reset, "
        "derivatives, dependencies. Runs code of the FMU, with the rights of the user. Exit code 1 when it does not "
        "start or a claim does not hold.",
    )
    parser.add_argument("fmu", metavar="FILE.fmu", help="an FMU, or the name of a model that has been built")
    parser.add_argument("--interface", choices=tuple(INTERFACES), help="only this one (default: all that it offers)")
    parser.add_argument("--time-limit", type=float, default=60.0, metavar="S", help="for one call, s (default: 60)")
    parser.add_argument(
        "--set",
        dest="assignments",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="value of a parameter or an input, SI; may be repeated",
    )
    return parser


def run(args: argparse.Namespace) -> int:
    """Try all interfaces; 1 when something does not hold."""
    from heatsim.fmu import Fmu  # imports the solvers' libraries, which the parser should not pay for

    if not (math.isfinite(args.time_limit) and args.time_limit > 0.0):
        raise UsageError(f"--time-limit must be a positive number of seconds, not {args.time_limit:g}")
    path = locate(args.fmu)
    first = Fmu(path, interface=args.interface, isolate=True)
    names = [first.interface] if args.interface else list(first.description.interfaces)
    print(f"{first.name}: FMI {first.fmi_version}")
    failed = 0
    for name in names:
        fmu = first if name == first.interface else Fmu(path, interface=name, isolate=True)
        fmu.time_limit = args.time_limit
        print(f"\n{INTERFACES[name]}")
        failed += _try(fmu, _values(fmu, args.assignments))
    print()
    if failed:
        print(f"{failed} of the above {'does' if failed == 1 else 'do'} not hold; heatsim does not use what fails")
    else:
        print("all that is claimed holds")
    return 1 if failed else 0


def _values(fmu: Any, assignments: list[str]) -> dict[str, float]:
    """Values of parameters and inputs from the command line."""
    values = {}
    for assignment in assignments:
        name, equals, text = (part.strip() for part in assignment.partition("="))
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not equals or not math.isfinite(value):
            raise UsageError(f"--set {assignment}: write NAME=VALUE with a number in SI units")
        known = {**fmu.inputs, **fmu.parameters}
        if name not in known:
            raise UsageError(
                f"{fmu.path.name}: no parameter or input '{name}'{near_miss(name, known)}; see `heatsim info`"
            )
        values[name] = value
    return values


def _try(fmu: Any, values: dict[str, float]) -> int:
    """Print a line for each trial; returns the number of those that failed."""
    from heatsim.fmu.capabilities import Capabilities, Trial

    trial = Trial.of(fmu.description, values)
    if fmu.description.interfaces[fmu.interface].needs_execution_tool:
        _line("needs", "another program, which must be installed")
    try:
        _line("start", _start(fmu, trial))
    except FmuError as error:
        _line("start", f"FAILS: {error}")
        return 1
    failed = 0
    tested = Capabilities(fmu.open_binary, fmu.description, fmu.interface, trial)
    for finding in tested.all():
        wrong = finding.claimed and not finding.works
        _line(finding.name, f"FAILS: {finding.why}" if wrong else finding.why)
        failed += wrong
    return failed


def _start(fmu: Any, trial: Any) -> str:
    """Initialise one instance and read its outputs."""
    from heatsim.fmu.instance import settle

    binary = fmu.open_binary()
    try:
        binary.initialise(trial.t, None, None, trial.values)
        if fmu.interface == "model_exchange":
            settle(binary)
        outputs = [name for name, v in fmu.outputs.items() if v.fmi_type not in ("String", "Binary", "Clock")]
        found = binary.get(binary.group(outputs))
        if len(found) == len(outputs) and not all(math.isfinite(value) for value in found):
            name = next(name for name, value in zip(outputs, found, strict=True) if not math.isfinite(value))
            raise FmuError(f"output '{name}' is not finite at t = {trial.t:g} s; set its parameters by --set")
        said = binary.last_words().removeprefix("; ")
    finally:
        binary.close()
    return "works" + (f" ({said})" if said else "")


def _line(label: str, text: str) -> None:
    print(f"  {label:<{_WIDTH}} {printable(text)}")
