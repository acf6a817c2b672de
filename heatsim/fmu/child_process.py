"""A process that answers calls, with a time limit for each, and of which nothing is left when it or this process ends.

It is started as a new interpreter, as "spawn" of multiprocessing does, but without importing the main script again, so
that a script needs no `if __name__ == "__main__"`. What it prints is read all the time, and only the tail is kept.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

import heatsim
from heatsim.fmu.messages import GarbageError, decode, read_message, write_message

_TAIL = 1 << 16  # B of what it prints
_LONGEST_POLL = 0.25  # s between looks at the clock
_LAST_WORDS = 2.0  # s to wait for the end of what it prints


class ProcessEnded(Exception):
    """The process cannot answer any more; the text says how it ended, in the past tense."""

    def __init__(self, how: str, hint: str) -> None:
        super().__init__(how)
        self.hint = hint


class _Shared:
    """What the threads that watch a process have in common with its owner; it does not keep the owner alive."""

    def __init__(self, period: float) -> None:
        self.period = period
        self.deadline: float | None = None
        self.timed_out = False
        self.over = threading.Event()
        self.tail = b""
        self.changed = threading.Condition()
        self.drained = False


class ChildProcess:
    """A process that answers one call after another.

    Parameters
    ----------
    arguments
        Arguments of the interpreter, such as `-m` and a module. It reads messages from its standard input and writes
        one answer to each on its standard output; what it writes to its standard error is kept.
    time_limit
        Longest time that one call may take, s.
    """

    def __init__(self, arguments: Sequence[str], time_limit: float) -> None:
        self.time_limit = time_limit
        search = [str(Path(heatsim.__file__).parents[1]), os.environ.get("PYTHONPATH")]
        self._process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # the same heatsim as in this process, also when it runs from a folder that is not installed
            env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in search if p)},
            # a group of its own: Ctrl-C does not reach it, and what it starts ends with it
            start_new_session=sys.platform != "win32",
        )
        self.pid = self._process.pid
        self._requests = cast(BinaryIO, self._process.stdin)
        self._replies = cast(BinaryIO, self._process.stdout)
        self._shared = _Shared(min(_LONGEST_POLL, time_limit / 10))
        errors = cast(BinaryIO, self._process.stderr)
        self._threads = [
            threading.Thread(target=_drain, args=(errors, self._shared), daemon=True, name="heatsim-printed"),
            threading.Thread(target=_watch, args=(self._process, self._shared), daemon=True, name="heatsim-watch"),
        ]
        for thread in self._threads:
            thread.start()
        self._finalizer = weakref.finalize(self, _end, self._process, self._shared)
        self._ended: ProcessEnded | None = None

    @property
    def alive(self) -> bool:
        """Whether it can be called."""
        return self._ended is None

    def call(self, content: bytes, limit: float | None = None) -> Any:
        """Send a message and return the answer.

        Parameters
        ----------
        content
            The message.
        limit
            Time limit for this call, s; default is the one of the process.

        Raises
        ------
        ProcessEnded
            When it does not answer in time, answers nonsense, or has ended. It is not there any more then.
        """
        if self._ended is not None:
            raise self._ended
        shared = self._shared
        allowed = self.time_limit if limit is None else limit
        shared.deadline = time.monotonic() + allowed
        try:
            write_message(self._requests, content)
            return decode(read_message(self._replies))
        except (OSError, EOFError, ValueError) as error:
            self._end_as(self._how(allowed), error)
        except GarbageError as error:
            self._end_as(
                ProcessEnded(f"gave an answer that cannot be used ({error})", "the FMU has damaged its process"), error
            )
        except BaseException:  # Ctrl-C in the middle: the answer would be taken for that of the next call
            self.kill()
            raise
        finally:
            shared.deadline = None

    def _end_as(self, ended: ProcessEnded, error: Exception) -> None:
        self._ended = ended
        self.kill()
        raise ended from error

    def _how(self, allowed: float) -> ProcessEnded:
        """How a process ended that closed its side or was ended for its slowness."""
        if self._shared.timed_out:
            return ProcessEnded(
                f"did not answer within {allowed:g} s and was ended", "raise time_limit= if it only needs longer"
            )
        try:
            code = self._process.wait(timeout=_LAST_WORDS)
        except subprocess.TimeoutExpired:
            return ProcessEnded("closed its connection", "the FMU has damaged its process")
        if code < 0:
            name = _signal_name(-code)
            hint = " (perhaps for want of memory)" if name == "SIGKILL" else ""
            return ProcessEnded(f"crashed with {name}{hint}", "")
        if sys.platform == "win32" and code > 0xFF:
            return ProcessEnded(f"crashed with code {code:#x}", "")
        return ProcessEnded(f"ended itself with exit code {code}", "")

    def printed(self) -> str:
        """Tail of what it printed so far."""
        with self._shared.changed:
            return self._shared.tail.decode(errors="replace")

    def wait_printed(self, mark: bytes) -> None:
        """Wait until what it printed before this mark has been read, and take the mark out; not longer than 2 s."""
        shared = self._shared
        with shared.changed:
            shared.changed.wait_for(lambda: mark in shared.tail or shared.drained, _LAST_WORDS)
            shared.tail = shared.tail.replace(mark, b"")

    def kill(self) -> None:
        """End it and everything that it started, now; what it printed last can be read afterwards."""
        if self._ended is None:
            self._ended = ProcessEnded("was ended", "")
        self._finalizer()

    def wait(self, limit: float) -> bool:
        """Wait for it to end by itself; returns whether it did."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=limit)
        return self._process.returncode is not None


def _drain(stream: BinaryIO, shared: _Shared) -> None:
    """Read what the process prints, and keep the tail."""
    descriptor = stream.fileno()
    while True:
        try:
            data = os.read(descriptor, _TAIL)
        except OSError:
            data = b""
        with shared.changed:
            if data:
                shared.tail = (shared.tail + data)[-_TAIL:]
            else:
                shared.drained = True
            shared.changed.notify_all()
        if not data:
            return


def _watch(process: subprocess.Popen[bytes], shared: _Shared) -> None:
    """End the process when a call takes too long."""
    while not shared.over.wait(shared.period):
        deadline = shared.deadline
        if deadline is not None and time.monotonic() > deadline:
            shared.timed_out = True
            _kill(process)
            return


def _kill(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
    else:
        # the group may outlive its leader, when the FMU has started programs
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def _end(process: subprocess.Popen[bytes], shared: _Shared) -> None:
    """End a process, read what it printed, and close the connections; also runs when this process ends."""
    shared.over.set()
    _kill(process)
    process.wait()
    with shared.changed:
        shared.changed.wait_for(lambda: shared.drained, _LAST_WORDS)
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
    if shared.drained and process.stderr is not None:
        process.stderr.close()


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
