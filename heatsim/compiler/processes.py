"""Run another program with a time limit, and leave nothing of it behind.

`run_limited` starts the program in a process group of its own; when the time is up the whole group goes, so that
children of a compiler (omc starts make, make starts cc) do not outlive the call.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Finished:
    """A program that ended by itself: exit code and everything it said."""

    code: int
    stdout: str
    stderr: str

    @property
    def text(self) -> str:
        """Both streams, errors first."""
        return "\n".join(part for part in (self.stderr.strip(), self.stdout.strip()) if part)


def kill_group(process: subprocess.Popen[str]) -> None:
    """End a process started by `run_limited` and all its children; a process that is gone already is fine."""
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
    else:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
    process.wait()


def run_limited(
    command: Sequence[str], *, timeout: float, cwd: Path | None = None, environment: Mapping[str, str] | None = None
) -> Finished:
    """Run `command` and collect what it says.

    Parameters
    ----------
    command : sequence of str
        Program and arguments.
    timeout : float
        Time limit in s; the process group is killed when it is over.
    cwd : Path, optional
        Working folder.
    environment : mapping, optional
        Variables set on top of the present environment.

    Raises
    ------
    TimeoutError
        When the time limit is over.
    OSError
        When the program cannot be started.
    """
    process = subprocess.Popen(
        list(command),
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=sys.platform != "win32",
    )
    try:
        stdout, stderr = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        kill_group(process)
        raise TimeoutError(f"{command[0]} did not finish within {timeout:g} s") from None
    except BaseException:  # Ctrl-C must not leave a compiler running
        kill_group(process)
        raise
    return Finished(process.returncode, stdout, stderr)
