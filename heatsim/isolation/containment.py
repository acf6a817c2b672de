"""Ends what a process has started, also what has left its group, and also when the process that called is killed.

Every process that comes from the one contained inherits a mark in its environment, by which it is found; temporary
files go to a folder of its own that is removed with it. A shell waits, without taking time, for the end of the process
that calls: when that is killed, nothing else is left that could end the group. When the shell is killed too, or not
there yet, the folder stays; the next process that contains others removes it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import filelock
import psutil

MARK = "HEATSIM_PROCESS"
_PREFIX = "heatsim-process-"
_HELD = "lock"  # in the folder, locked while its maker is there; of the same name as in folders of unpacked FMUs
_MAKING = 60.0  # s after which a folder that nobody holds is not just being made
_ROUNDS = 20  # what starts processes all the time is ended while it does so
# one that is found in the middle of its end cannot be asked, nor can one of another user
_GONE = (psutil.Error, OSError)
# what has left the group is found by the mark where the system shows it as files (Linux); twice, for what starts more
_GUARD = """read _; kill -s KILL -- "-$0"
for round in 1 2; do
    for file in $(grep -ls -- "$2" /proc/[0-9]*/environ); do
        id=${file#/proc/}; kill -s KILL "${id%/environ}"
    done
done
rm -rf -- "$1"
"""


class Containment:
    """Mark, folder for temporary files and guard of one process.

    Attributes
    ----------
    environment
        Variables that the process is to have.
    """

    def __init__(self) -> None:
        self._mark = secrets.token_hex(8)
        _tidy_once()
        self._folder = tempfile.mkdtemp(prefix=_PREFIX)
        # the system lets go of it with this process, however that ends; by a number it could not be known from
        # another container that has the same folder for temporary files
        self._held = filelock.FileLock(Path(self._folder, _HELD), timeout=0, thread_local=False)
        self._held.acquire()
        self._guard: subprocess.Popen[bytes] | None = None
        # of a process inside another one both find it
        marks = [m for m in (os.environ.get(MARK), self._mark) if m]
        self.environment: Mapping[str, str] = {
            MARK: ":".join(marks),
            **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), self._folder),
        }

    def guard(self, pid: int) -> None:
        """Watch over the group of this process; on Windows the process itself does."""
        if sys.platform != "win32":
            self._guard = subprocess.Popen(
                ["/bin/sh", "-c", _GUARD, str(pid), self._folder, self._mark],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )

    def end_marked(self) -> None:
        """End all processes that bear the mark."""
        for _ in range(_ROUNDS):
            found = [process for process in psutil.process_iter() if self._bears_mark(process)]
            for process in found:
                with contextlib.suppress(*_GONE):
                    process.kill()
            if not found:
                return

    def _bears_mark(self, process: psutil.Process) -> bool:
        try:
            return self._mark in process.environ().get(MARK, "").split(":") and process.status() != psutil.STATUS_ZOMBIE
        except _GONE:
            return False

    def close(self) -> None:
        """End what is left, and remove the folder; the process itself has ended."""
        if self._guard is not None:
            # before its input is closed, which is its sign to act
            self._guard.kill()
            self._guard.wait()
            if self._guard.stdin is not None:
                self._guard.stdin.close()
        self.end_marked()
        self._held.release()
        shutil.rmtree(self._folder, ignore_errors=True)


_tidied = threading.Lock()


def _tidy_once() -> None:
    """Remove the folders of killed processes, once in a process; never more than that could do without them."""
    if _tidied.acquire(blocking=False):
        with contextlib.suppress(OSError):
            remove_left_folders(Path(tempfile.gettempdir()))


def remove_left_folders(where: Path) -> None:
    """Remove folders for temporary files whose makers have gone.

    Parameters
    ----------
    where
        Folder that has them.
    """
    for folder in where.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            told = folder.lstat()
            mine = not hasattr(os, "getuid") or told.st_uid == os.getuid()
            if folder.is_symlink() or not folder.is_dir() or not mine or time.time() - told.st_mtime < _MAKING:
                continue
            if not (folder / _HELD).exists():
                folder.rmdir()  # fails when there is something in it
                continue
            lock = filelock.FileLock(folder / _HELD, timeout=0)
            with contextlib.suppress(filelock.Timeout), lock:
                shutil.rmtree(folder, ignore_errors=True)
