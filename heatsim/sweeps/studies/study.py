"""What a sweep runs: a function, a function of a script, or a built-in study, all behind one face.

A study is sent to other processes as bytes (`to_bytes`, `from_bytes`) and prepared there once (`warm`).
"""

from __future__ import annotations

import contextlib
import os
import pickle
import platform
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import cloudpickle
import xarray as xr

from heatsim.errors import UsageError, near_miss
from heatsim.study import STUDIES
from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.studies import script
from heatsim.sweeps.studies.fingerprint import VERSIONS, of_file, of_heatsim
from heatsim.sweeps.studies.function_study import FunctionStudy, own_code

__all__ = ["FunctionStudy", "Study", "find_study", "from_bytes", "to_bytes"]


class Study(Protocol):
    """What can be swept."""

    @property
    def name(self) -> str:
        """Name that is part of each case's identifier."""

    def reference(self) -> str | None:
        """Return what `find_study` finds it by in another session, None when nothing does."""

    def fingerprint(self) -> Mapping[str, str]:
        """Name -> hash or version of everything besides the values that decides on results: code, inputs, FMUs."""

    def files(self, name: str, value: str) -> tuple[Path, ...]:
        """Return the files that a value of a case names, whose contents decide on results too."""

    def check(self, case: SweepCase) -> None:
        """Raise UsageError for names and values that the study cannot take, before anything runs."""

    def describe(self, name: str) -> tuple[str | None, str | None]:
        """Return SI unit and description of a swept name, None where the study does not know them."""

    def warm(self) -> None:
        """Load what all cases share; called once in each process."""

    def run(self, case: SweepCase) -> xr.Dataset | Mapping[str, Any]:
        """Run a case and return its figures and series."""


_FACE = ("name", "reference", "fingerprint", "files", "check", "describe", "warm", "run")


def find_study(study: str | Path | Study | Callable[..., Any]) -> Study:
    """Return a study.

    Parameters
    ----------
    study
        A function `study(case)`; the name of a built-in study; `FILE.py` or `FILE.py:FUNCTION`; `MODULE:FUNCTION`; a
        Modelica class, as for `heatsim run`; or an object with the methods of `Study`.

    Raises
    ------
    UsageError
        When there is none; with a near miss.
    """
    script.refuse_while_loading()
    if not isinstance(study, str | Path):
        if all(hasattr(study, name) for name in _FACE):
            return study  # type: ignore[return-value]
        if callable(study):
            return FunctionStudy(study)
        raise UsageError(f"{type(study).__name__} is no study; give a function study(case), or the name of a study")
    text = str(study)
    if text in STUDIES:
        from heatsim.sweeps.studies.built_in import built_in  # loads the analysis

        return built_in(text)
    if (parts := script.split(text)) is not None:
        function, file, name = script.found(*parts)
        return FunctionStudy(function, found=(file, name))
    if ":" in text:
        return FunctionStudy(script.function_of_module(text))
    if "." in text or not near_miss(text, STUDIES):
        from heatsim.sweeps.studies.built_in_model import is_class, model_study

        if "." in text or is_class(text):
            return model_study(text)
    raise UsageError(
        f"there is no study '{text}'{near_miss(text, STUDIES)}; give one of {', '.join(STUDIES)}, FILE.py:FUNCTION, "
        "or a Modelica class"
    )


def to_bytes(study: Study) -> bytes:
    """Return a study as bytes for another process, with its folder, where it imports from, and the state of files."""
    code = own_code(study) if isinstance(study, FunctionStudy) else {}
    fingerprint = study.fingerprint()
    versions = {name: fingerprint[name] for name in VERSIONS if name in fingerprint}
    try:
        return pickle.dumps((os.getcwd(), list(sys.path), code, versions, cloudpickle.dumps(study)))
    except UsageError:
        raise
    except Exception as error:
        raise UsageError(f"the study cannot be sent to another process: {type(error).__name__}: {error}") from error


def from_bytes(content: bytes) -> Study:
    """Return the study of these bytes; the present folder becomes that of the sweep, to which names of files refer.

    Raises
    ------
    UsageError
        When a file of the study has changed since, or versions differ here: results would be of another study.
    """
    folder, path, code, versions, study = pickle.loads(content)
    with contextlib.suppress(OSError):  # another machine may not have it
        os.chdir(folder)
    sys.path.extend(folder for folder in path if folder not in sys.path)
    for file, before in code.items():
        if of_file(Path(file)) != before:
            raise UsageError(
                f"{file} has changed since the sweep began; start it again with --resume, and with --accept-changes if "
                "cases that have ended are to be kept"
            )
    here = of_heatsim() if versions else {}
    for name, version in versions.items():
        if here.get(name) != version:
            raise UsageError(
                f"{name} is {here.get(name, 'missing')} on {platform.node()}, and {version} where the sweep began; use "
                "the same everywhere"
            )
    return cloudpickle.loads(study)
