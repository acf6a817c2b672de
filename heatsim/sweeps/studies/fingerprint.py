"""What a study's results depend on besides the values of a case: code, models, versions and input files, as hashes.

A fingerprint is name -> hash or version. A sweep keeps that of its study; results of a study that has changed since
are not mixed with new ones unless that is asked for, and the names say what has changed.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import heatsim
from heatsim.errors import UsageError
from heatsim.sweeps.case import Value
from heatsim.sweeps.keeping.definition import file_key

if TYPE_CHECKING:
    from heatsim.sweeps.studies.study import Study

_PACKAGES = ("casadi", "numpy", "scipy", "xarray")
VERSIONS = ("heatsim", "compiler", *_PACKAGES)
"""Entries that must be the same on all machines of a sweep."""

_PART = 1 << 20  # B

# what shows, writes or drives results, and does not decide on them
_OUTSIDE = ("cli", "plot", "report", "sweeps")
_OF_SWEEPS = (
    *("built_in.py", "built_in_model.py", "names.py", "options.py"),
    *("outcome.py", "plant_names.py", "plant_studies.py", "set_points.py"),
)


def fingerprint_of(study: Study, settings: Mapping[str, Value], cases: Iterable[Mapping[str, Value]]) -> dict[str, str]:
    """Return the fingerprint of a study with the files that settings and cases name.

    Raises
    ------
    UsageError
        If a file cannot be read.
    """
    found = dict(study.fingerprint())
    seen: set[str] = set()
    for values in (settings, *cases):
        for name, value in values.items():
            if isinstance(value, str) and (key := file_key(name, value)) not in seen:
                seen.add(key)
                found.update(of_named(study, name, value))
    return found


def of_named(study: Study, name: str, value: str) -> dict[str, str]:
    """Return the entry for the files that a value of a case names; empty when it names none."""
    files = study.files(name, value)
    if not files:
        return {}
    # a file by its content alone: a project may lie elsewhere in the next session
    return {file_key(name, value): "+".join(of_file(file) for file in files)}


class FileWatch:
    """Says which files of a case are not those that the sweep began with; read again only when they look different.

    Parameters
    ----------
    study
        Of the sweep.
    fingerprint
        With the files of all cases (`fingerprint_of`).
    """

    def __init__(self, study: Study, fingerprint: Mapping[str, str]) -> None:
        self._study = study
        self._fingerprint = fingerprint
        self._same: dict[str, list[tuple[str, FileState]]] = {}

    def changed(self, settings: Mapping[str, Value], values: Mapping[str, Value]) -> list[str]:
        """Return `NAME = VALUE` of those that have changed, or are not there any more."""
        return [
            f"{name} = {value}"
            for name, value in {**settings, **values}.items()
            if isinstance(value, str) and not self._is_same(name, value)
        ]

    def _is_same(self, name: str, value: str) -> bool:
        key = file_key(name, value)
        if key not in self._fingerprint:
            return True  # no file, or one that the study has made
        try:
            state = [one for path in self._study.files(name, value) for one in _states(path)]
            if self._same.get(key) == state:
                return True
            if of_named(self._study, name, value).get(key) != self._fingerprint[key]:
                return False
        except (OSError, UsageError):
            return False
        self._same[key] = state
        return True


FileState = tuple[int, int, int, int]


def state_of(file: str | Path) -> FileState:
    """What tells without reading whether a file is another: number, size, times of content and of the entry, ns."""
    told = os.stat(file)
    return told.st_ino, told.st_size, told.st_mtime_ns, told.st_ctime_ns


def _states(path: Path) -> Iterator[tuple[str, FileState]]:
    """The same of a file, or of all in a folder, with their names."""
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        yield str(file), state_of(file)


def of_file(path: Path) -> str:
    """Return the hash of a file's content, or of the contents of a folder; UsageError when it cannot be read."""
    try:
        if path.is_dir():
            return of_files(sorted(file for file in path.rglob("*") if file.is_file()), path)
        total = hashlib.sha256()
        with path.open("rb") as file:
            while part := file.read(_PART):  # a file may be larger than what a case may take of the memory
                total.update(part)
        return total.hexdigest()[:16]
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}), and the cases depend on it") from error


def of_files(files: Iterable[Path], folder: Path) -> str:
    """Return one hash of names and contents of files in a folder."""
    total = hashlib.sha256()
    for file in files:
        total.update(file.relative_to(folder).as_posix().encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()[:16]


@cache
def of_heatsim() -> dict[str, str]:
    """Return versions and hashes of heatsim: its sources and models, the compiler, and the packages that calculate."""
    from heatsim.compiler.driver import choose_compiler
    from heatsim.compiler.library import open_library

    found = {
        "heatsim": heatsim.__version__,
        "heatsim sources": of_files(_sources(), _folder()),
        "models": open_library(None).digest[:16],
        "compiler": choose_compiler("auto").compiler,
    }
    for package in _PACKAGES:
        if number := _version(package):
            found[package] = number
    return found


def of_packages(modules: Iterable[str]) -> dict[str, str]:
    """Return versions of installed packages that have the names of these modules."""
    return {f"package {name}": found for name in sorted(modules) if (found := _version(name))}


@cache
def _version(package: str) -> str:
    """Version of an installed package, "" when there is none of this name, as of a file of the user's."""
    if not package or package in sys.stdlib_module_names:
        return ""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _folder() -> Path:
    return Path(heatsim.__file__).parent


def _sources() -> Iterator[Path]:
    folder = _folder()
    for file in sorted(folder.rglob("*.py")):
        parts = file.relative_to(folder).parts
        if parts[0] not in _OUTSIDE or (parts[0] == "sweeps" and parts[-1] in _OF_SWEEPS):
            yield file
