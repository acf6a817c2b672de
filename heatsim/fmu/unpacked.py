"""Temporary folders for unpacked archives, of which nothing is left, not even by a process that was killed.

A process has one folder around all of them, and removes it when it ends. One that is ended by a signal cannot, so the
folder has a lock that its process holds: a later process removes folders whose locks nobody holds any more.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import sys
import tempfile
import time
from functools import cache
from pathlib import Path

_PREFIX = "heatsim-"
_LOCK = "lock"
_YOUNGEST = 60.0  # s; another process may be about to lock a folder that is younger

_AROUND: dict[tuple[int, Path], Path] = {}
"""Folder around all others of a process, by its number and the folder for temporary files."""
_HELD: dict[Path, int] = {}
"""Handles of the locks of those."""


def new_folder(label: str) -> Path:
    """An empty folder of this process; one that cannot be filled is given back by `remove_folder`.

    Parameters
    ----------
    label
        Part of its name.
    """
    parent = Path(tempfile.gettempdir())
    # a process that was forked off makes one of its own
    key = (os.getpid(), parent)
    if key not in _AROUND:
        _sweep(parent)
        around = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        _HELD[around] = _locked(around)
        _AROUND[key] = around
        atexit.register(_remove_own, around, os.getpid())
    return Path(tempfile.mkdtemp(prefix=f"{label}-", dir=_AROUND[key]))


def remove_folder(folder: Path) -> None:
    """Remove a folder made by `new_folder`, and what is around it when it was the only one."""
    shutil.rmtree(folder, ignore_errors=True)
    around = folder.parent
    if [child.name for child in around.iterdir()] == [_LOCK]:
        _AROUND.pop((os.getpid(), around.parent), None)
        _remove_own(around, os.getpid())


def _remove_own(around: Path, owner: int) -> None:
    # a process that was forked off has the same handlers, and must not take away its parent's folder
    if os.getpid() == owner and around in _HELD:
        os.close(_HELD.pop(around))
        shutil.rmtree(around, ignore_errors=True)


def _locked(around: Path) -> int:
    """Handle of the lock of a folder; the system lets go of it however this process ends."""
    handle = os.open(around / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    if sys.platform != "win32":
        import fcntl

        # some network file systems have no locks; nobody takes the folder for left behind then
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
    return handle


@cache
def _sweep(parent: Path) -> None:
    """Remove what killed processes of this user have left, once per process; Windows has no such locks."""
    if sys.platform == "win32":
        return
    import fcntl

    for lock in parent.glob(f"{_PREFIX}*/{_LOCK}"):
        with contextlib.suppress(OSError):
            found = lock.lstat()
            if found.st_uid != os.getuid() or time.time() - found.st_mtime < _YOUNGEST:
                continue
            handle = os.open(lock, os.O_RDWR | os.O_NOFOLLOW)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock.parent, ignore_errors=True)
            finally:
                os.close(handle)
