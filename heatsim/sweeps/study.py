"""What a sweep runs: a function, a function of a script, or a built-in study, all behind one face.

A study is sent to other processes as bytes (`to_bytes`, `from_bytes`) and prepared there once (`warm`).
"""

from __future__ import annotations

import hashlib
import inspect
import runpy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import cloudpickle
import xarray as xr

from heatsim.errors import UsageError
from heatsim.study import STUDIES
from heatsim.sweeps.case import SweepCase


class Study(Protocol):
    """What can be swept."""

    @property
    def name(self) -> str:
        """Name that is part of each case's identifier."""

    def reference(self) -> str | None:
        """Return what `find_study` finds it by in another session, None when nothing does."""

    def fingerprint(self) -> Mapping[str, str]:
        """Name -> hash or version of everything besides the values that decides on results: code, inputs, FMUs."""

    def check(self, case: SweepCase) -> None:
        """Raise UsageError for names and values that the study cannot take, before anything runs."""

    def describe(self, name: str) -> tuple[str | None, str | None]:
        """Return SI unit and description of a swept name, None where the study does not know them."""

    def warm(self) -> None:
        """Load what all cases share; called once in each process."""

    def run(self, case: SweepCase) -> xr.Dataset | Mapping[str, Any]:
        """Run a case and return its figures and series."""


@dataclass(frozen=True)
class FunctionStudy:
    """A function `study(case) -> Dataset | dict`."""

    function: Callable[[SweepCase], xr.Dataset | Mapping[str, Any]]

    @property
    def name(self) -> str:
        return self.function.__name__

    def reference(self) -> str | None:
        file = inspect.getsourcefile(self.function)
        return f"{Path(file).resolve()}:{self.function.__name__}" if file else None

    def fingerprint(self) -> Mapping[str, str]:
        source = inspect.getsource(self.function)
        return {"code": hashlib.sha256(source.encode()).hexdigest()}

    def check(self, case: SweepCase) -> None:
        """Take any names: the function knows what it reads."""

    def describe(self, name: str) -> tuple[str | None, str | None]:
        return None, None

    def warm(self) -> None:
        """Nothing is shared."""

    def run(self, case: SweepCase) -> xr.Dataset | Mapping[str, Any]:
        return self.function(case)


def find_study(study: str | Path | Study | Callable[..., Any]) -> Study:
    """Return the study for a function, the name of a built-in study, or `FILE.py[:FUNCTION]`."""
    if callable(study):
        return FunctionStudy(study)
    if str(study) in STUDIES:
        from heatsim.sweeps.built_in import built_in  # loads the analysis

        return built_in(str(study))
    path, _, name = str(study).partition(":")
    if path.endswith(".py") and Path(path).is_file():
        return FunctionStudy(runpy.run_path(path)[name or "study"])
    raise UsageError(f"there is no study '{study}'")


def to_bytes(study: Study) -> bytes:
    """Return a study as bytes for another process; functions of a notebook go by value."""
    return cloudpickle.dumps(study)


def from_bytes(content: bytes) -> Study:
    """Return the study of these bytes."""
    return cloudpickle.loads(content)
