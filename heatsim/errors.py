"""Everything heatsim raises on purpose.

A message is one line that names the thing and the next step. The command line turns these into exit codes:
`UsageError` and its children mean a wrong call (exit code 2), everything else a failed run (exit code 1).
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Iterable


class HeatsimError(Exception):
    """Base of all errors that heatsim raises on purpose.

    Attributes
    ----------
    details : tuple of str
        Further lines for who asks for them (`heatsim build --explain`); the message says enough without.
    """

    exit_code = 1
    details: tuple[str, ...] = ()


class UsageError(HeatsimError):
    """The call is wrong: an unknown name, a wrong unit, a missing file."""

    exit_code = 2


class InputError(UsageError):
    """An input series or file cannot be used: missing column, NaN, gap, wrong unit, too short."""


class UnitError(UsageError):
    """A unit cannot be parsed or converted."""


class ConnectionError(UsageError):  # noqa: A001 - the public name is part of the contract
    """Units, connections or inputs of a system do not fit together."""


class CompilerError(HeatsimError):
    """A Modelica model could not be turned into an FMU."""


class UnsupportedModelicaError(CompilerError):
    """The embedded compiler refuses a construct; the message gives file, line and what to write instead."""


class FmuError(HeatsimError):
    """An FMU cannot be read, loaded or evaluated."""


class SimulationError(HeatsimError):
    """A run failed: the integrator stopped, a value became non-finite, a check did not pass."""


class AuditError(HeatsimError):
    """A finished run does not close its energy balance within the limit."""


class HeatsimWarning(UserWarning):
    """Something that the user should know of a run that goes on."""


def caller_level() -> int:
    """Stack level, for `warnings.warn`, of the call into heatsim: the line that a warning is about."""
    level, frame = 1, inspect.currentframe()
    frame = None if frame is None else frame.f_back
    while frame is not None and str(frame.f_globals.get("__name__", "")).partition(".")[0] == "heatsim":
        level, frame = level + 1, frame.f_back
    return level


def near_miss(name: str, candidates: Iterable[str]) -> str:
    """Return `" (did you mean 'x'?)"` for the closest candidate, or an empty string when none is close."""
    matches = difflib.get_close_matches(name, list(candidates), n=1, cutoff=0.6)
    return f" (did you mean '{matches[0]}'?)" if matches else ""


def listed(names: Iterable[str], most: int = 12) -> str:
    """Return names as a list in words, "none" for an empty one; of a long one the first and how many more there are."""
    every = list(names)
    shown = ", ".join(every[:most])
    return f"{shown} and {len(every) - most} more" if len(every) > most else shown or "none"
