"""What `heatsim run` does alike for a study and for a class: quantities, the folder of the files, the verdict."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from heatsim.errors import UsageError


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


def sizes(args: argparse.Namespace) -> dict[str, float | None]:
    """Return the sizes of the plant that were given, SI; None for those of the preset."""
    return {
        name: None if (text := getattr(args, name)) is None else positive("--" + name.replace("_", "-"), text, unit)
        for name, unit in (("it_capacity", "W"), ("heat_capacity", "W"), ("storage_volume", "m3"))
    }


def setting(text: str) -> tuple[str, str]:
    """Return name and value of a `--set` of a study."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip() or not value.strip():
        raise UsageError(f"--set {text}: write UNIT.NAME=VALUE, such as storage.V=3000")
    return name.strip(), value.strip()


def start_time(text: str) -> str:
    """Return `--start`, a clock time in ISO form without a time zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"--start {text}: write a date or time in ISO form, such as 2020-01-15 or 2020-01-15T06:00"
        ) from error
    if moment.tzinfo is not None:
        raise UsageError(f"--start {text}: give local standard time without a time zone")
    return text


@contextmanager
def results_folder(folder: Path, set_aside: Callable[[], Path | None]) -> Iterator[None]:
    """Make the folder before the run, so that a wrong one costs no time.

    When the run fails, nothing empty is left behind, and `set_aside` moves the files of an earlier run away, so that
    they cannot be taken for those of this one.
    """
    made = _made(folder)
    try:
        yield
    except BaseException as error:
        _remove_empty(made)
        # A wrong call ran nothing, so what is in the folder is still what it says.
        earlier = None if isinstance(error, UsageError) else set_aside()
        if earlier is not None:
            print(f"heatsim: the files of an earlier run are now in {earlier}", file=sys.stderr)
        raise


def verdict(failure: str | None) -> int:
    """Return the exit code of a finished run; say what a failed one did not pass."""
    if failure is None:
        return 0
    print(f"heatsim: failed: {failure}", file=sys.stderr)
    return 1


def _made(folder: Path) -> list[Path]:
    """Make the folder and return what was not there, innermost first."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--out {folder}: the folder cannot be made ({error.strerror}); choose another") from error
    return missing


def _remove_empty(folders: list[Path]) -> None:
    for folder in folders:
        if any(folder.iterdir()):
            return
        folder.rmdir()
