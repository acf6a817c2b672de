"""The command line: `heatsim doctor | build | info | check | ...`.

A subcommand is a module of this package with `add_parser(subparsers)` and `run(args) -> int`; list it in `SUBCOMMANDS`.
Its parser module must import quickly; whatever is heavy belongs into the module or function that does the work.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from heatsim import __version__
from heatsim.errors import HeatsimError, near_miss

# name -> module; a module is imported only when its command is used, or for the list of commands in --help
SUBCOMMANDS: dict[str, str] = {
    "doctor": "heatsim.cli.doctor",
    "run": "heatsim.cli.run",
    "sweep": "heatsim.cli.sweep",
    "report": "heatsim.cli.report",
    "build": "heatsim.cli.build",
    "info": "heatsim.cli.info",
    "check": "heatsim.cli.check",
    "docs": "heatsim.cli.docs",
}


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, like every other error of heatsim; exit code 2."""

    def error(self, message: str) -> NoReturn:
        """Print the message and where to read more, and leave."""
        self.exit(2, f"heatsim: error: {message}; see `{self.prog} --help`\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments without the program's name; those of the process when left out.

    Returns
    -------
    int
        Exit code: 0 good, 1 failed, 2 wrong call, 130 interrupted.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        args = _parse(arguments)
        if args is None:
            return 2
        return args.run(args)
    except HeatsimError as error:
        if os.environ.get("HEATSIM_TRACEBACK") == "1":
            raise
        print(f"heatsim: error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("heatsim: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # `heatsim info … | head`: the reader has what it wanted
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - keeps Python from complaining when it flushes at exit
        return 0


def _parse(arguments: list[str]) -> argparse.Namespace | None:
    command = arguments[0] if arguments else None
    if command is not None and not command.startswith("-") and command not in SUBCOMMANDS:
        hint = near_miss(command, SUBCOMMANDS) or f": use one of {', '.join(SUBCOMMANDS)}"
        print(f"heatsim: error: unknown command '{command}'{hint}; see `heatsim --help`", file=sys.stderr)
        return None
    parser = Parser(
        prog="heatsim",
        description="Transient simulation of data-center heat reuse, from Modelica source to verdict.",
        epilog="Exit code: 0 good, 1 run or build failed, 2 wrong call. HEATSIM_TRACEBACK=1 shows where errors arose.",
    )
    parser.add_argument("--version", action="version", version=f"heatsim {__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", title="commands", parser_class=Parser)
    for name in [command] if command in SUBCOMMANDS else SUBCOMMANDS:
        module = importlib.import_module(SUBCOMMANDS[str(name)])
        module.add_parser(subparsers).set_defaults(run=module.run)
    if not arguments:
        parser.print_help(sys.stderr)
        return None
    return parser.parse_args(arguments)
