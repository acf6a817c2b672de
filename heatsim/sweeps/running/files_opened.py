"""Which files the function of a study opens while a case runs: results depend on what it reads there.

Python tells of every file that it opens (audit event `open`). What libraries in C open by themselves, such as netCDF4
and HDF5, and what other processes open, it does not tell. A file that is younger than the case was most likely made by
it, as by a program that it has started.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import platformdirs

from heatsim.compiler.folders import checkout_folder, fmu_folder, user_cache_folder
from heatsim.sweeps.keeping.files_read import EDITED, MADE, NEW, READ
from heatsim.sweeps.studies.fingerprint import FileState, of_file, state_of
from heatsim.sweeps.studies.imports import is_foreign

_CODE = (".py", ".pyc", ".pyi", ".so", ".pyd", ".dll", ".dylib")  # counted with the study, or with heatsim
_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_COARSE = 50_000_000  # ns; times of files are behind the clock
_SYSTEM = ("/proc", "/sys", "/dev", "/etc", "/usr", "/run", "/lib", "/opt")


class FilesOpened:
    """Notes the files that this process opens, from now on.

    Parameters
    ----------
    base
        Folder of the study; files below it are called by their place in it, so that a project may be moved.
    apart
        Folders whose files do not count, such as that of the sweep.
    """

    def __init__(self, base: Path, apart: Iterable[Path]) -> None:
        self._base = base.resolve()
        checkout = checkout_folder()
        caches = (fmu_folder(), user_cache_folder(), Path(platformdirs.user_cache_dir()))
        folders = [*apart, Path(tempfile.gettempdir()), *caches, Path(sys.prefix), Path(sys.base_prefix)]
        if checkout is not None:
            folders.append(checkout / "modelica")
        around = [folder.resolve() for folder in folders]
        # not those that hold the study itself, as an environment that was made in the folder of the project
        self._apart = tuple(f"{folder}{os.sep}" for folder in around if not self._base.is_relative_to(folder))
        self._home = Path.home().resolve()
        self._read: dict[str, tuple[FileState, bool]] = {}  # and whether it is younger than the case
        self._written: set[str] = set()
        self._made: set[str] = set()  # written since the last case that was kept
        self._digests: dict[str, tuple[FileState, str]] = {}
        self._since = 0
        sys.addaudithook(self._heard)

    def begin(self) -> None:
        """Hear that a case begins."""
        self._since = time.time_ns() - _COARSE

    def take(self, declared: Iterable[Path] = ()) -> dict[str, Any]:
        """Return what has been read and made since the last case that was kept.

        Parameters
        ----------
        declared
            Files that are known to count, and are watched elsewhere.

        Returns
        -------
        dict
            For the provenance of a case: name -> hash of the content, under `NEW` for files that are younger than the
            case, under `READ` for others; under `MADE` names of files that were written and are still there. Without
            what there is none of.
        """
        # threads that a case has left go on to open files
        read, written = dict(self._read), set(self._written)
        known = {file.resolve() for file in declared}
        found: dict[str, dict[str, str]] = {READ: {}, NEW: {}}
        for text, (state, is_new) in read.items():
            path = Path(text)
            if text not in written and path not in known and self._counts(path):
                found[NEW if is_new else READ][self._name(path)] = self._digest(text, None if is_new else state)
        made = sorted(self._name(path) for path in map(Path, set(self._made)) if self._counts(path))
        return {name: content for name, content in {**found, MADE: made}.items() if content}

    def forget(self) -> None:
        """Begin anew, as what was found is kept; what this process has written is not forgotten."""
        self._read.clear()
        self._made.clear()

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        try:
            if event == "open":
                path, _, flags = arguments
                if isinstance(path, int):
                    return
                text = os.path.realpath(os.fsdecode(path))
                if text.startswith(self._apart):
                    return
                if flags & _WRITE:
                    self._wrote(text)
                elif text not in self._read and (state := _state(text)) is not None:
                    self._read[text] = (state, max(state[2:]) >= self._since)
            elif event == "os.rename":
                self._wrote(os.path.realpath(os.fsdecode(arguments[1])))
        except Exception:  # noqa: BLE001 - a file that cannot be noted must open as ever
            return

    def _wrote(self, text: str) -> None:
        if not text.startswith(self._apart):
            self._written.add(text)
            self._made.add(text)

    def _counts(self, path: Path) -> bool:
        """Whether a file is one of the user's own, and still there; those apart have not been noted."""
        if path.suffix in _CODE or not path.is_file() or is_foreign(path):
            return False
        for folder in (self._base, self._home):
            if path.is_relative_to(folder):
                # settings and caches of programs
                return not any(part.startswith((".", "__pycache__")) for part in path.relative_to(folder).parts[:-1])
        return not any(path.is_relative_to(folder) for folder in _SYSTEM)

    def _digest(self, text: str, before: FileState | None) -> str:
        now = _state(text)
        if now is None or now != (before or now):
            return EDITED
        known = self._digests.get(text)
        if known is None or known[0] != now:
            known = self._digests[text] = (now, of_file(Path(text)))
        return known[1]

    def _name(self, path: Path) -> str:
        return path.relative_to(self._base).as_posix() if path.is_relative_to(self._base) else path.as_posix()


def _state(text: str) -> FileState | None:
    try:
        return state_of(text)
    except OSError:
        return None
