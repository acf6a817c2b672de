"""A lock for each case that runs as a command of its own: no two commands, and no command and a sweep, run the same.

Commands of different cases run beside each other in one folder. A command takes the lock of its case and then looks
for a sweep; a sweep takes the lock of the folder and then looks for commands: whatever the order, one of them sees
the other.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from heatsim.errors import UsageError
from heatsim.sweeps.keeping.folder import SweepFolder

_PATIENCE = 10.0  # s; many commands that start at once look for a sweep one after another


def _locks(folder: SweepFolder) -> Path:
    return folder.path / "locks"


@contextmanager
def case_lock(folder: SweepFolder, case_id: str) -> Iterator[None]:
    """Hold the lock of a case while the block runs; waits while another command runs the case.

    Raises
    ------
    UsageError
        When a sweep runs in the folder, or the lock cannot be made.
    """
    file = _locks(folder) / f"{case_id}.lock"
    try:
        file.parent.mkdir(exist_ok=True)
        lock = _acquired(file)
    except OSError as error:
        raise UsageError(
            f"{file}: the lock of the case cannot be made ({error.strerror or error}); choose another folder or free "
            "space"
        ) from error
    try:
        _refuse_sweep(folder)
        yield
    finally:
        with contextlib.suppress(OSError):  # not while it is open, on Windows
            file.unlink(missing_ok=True)
        lock.release()


@contextmanager
def preparing(folder: SweepFolder) -> Iterator[None]:
    """Hold the lock of the folder for a moment; waits for other commands that do so."""
    try:
        folder.path.mkdir(parents=True, exist_ok=True)
        lock = _waited_for(folder)
    except OSError as error:
        raise UsageError(
            f"{folder.path}: the sweep cannot be kept here ({error.strerror or error}); choose another folder or free "
            "space"
        ) from error
    try:
        yield
    finally:
        lock.release()


def refuse_running_cases(folder: SweepFolder) -> None:
    """Raise UsageError when a command runs a case in the folder; remove locks that killed ones have left."""
    for file in sorted(_locks(folder).glob("*.lock")):
        lock = filelock.FileLock(file, timeout=0)
        try:
            lock.acquire()
        except filelock.Timeout:
            raise UsageError(
                f"{folder.path}: case {file.stem} is being run by a command of its own (--case); wait for its end, or "
                "choose another folder"
            ) from None
        with contextlib.suppress(OSError):
            file.unlink(missing_ok=True)
        lock.release()


def _acquired(file: Path) -> filelock.BaseFileLock:
    while True:
        lock = filelock.FileLock(file)
        lock.acquire()
        # who held it before has removed the file: what is locked now is of no use to those who come later
        try:
            if os.path.samestat(os.stat(file), os.fstat(lock._context.lock_file_fd)):  # type: ignore[arg-type]
                return lock
        except FileNotFoundError:
            pass
        lock.release()


def _refuse_sweep(folder: SweepFolder) -> None:
    _waited_for(folder).release()


def _waited_for(folder: SweepFolder) -> filelock.BaseFileLock:
    """Take the lock of the folder; UsageError when a sweep keeps it."""
    while True:
        lock = filelock.FileLock(folder.path / "sweep.lock", timeout=_PATIENCE)
        try:
            lock.acquire()
            return lock
        except filelock.Timeout:
            with folder.lock():  # says who holds it
                pass
