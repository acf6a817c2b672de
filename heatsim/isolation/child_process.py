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
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn, cast

import heatsim
from heatsim.isolation.messages import GarbageError, decode, read_message, write_message

if TYPE_CHECKING:
    from heatsim.isolation.containment import Containment

_TAIL = 1 << 16  # B of what it prints
_LONGEST_POLL = 0.25  # s between looks at the clock
_CHECK_POLL = 0.1  # s between checks
_LAST_WORDS = 2.0  # s to wait for the end of what it prints
_FAREWELL = 0.1  # s between asking a process where it is and its end
_STOPPED = 1.0  # s that a look at the clock is late by when this process has been stopped meanwhile
# not `-m`, which looks into the present folder for modules first, whatever lies there
_START = "import sys; sys.path[:] = filter(None, sys.path); import runpy; runpy.run_module({!r}, run_name='__main__')"


class ProcessEnded(Exception):
    """The process cannot answer any more; the text says how it ended, in the past tense.

    Attributes
    ----------
    cause
        `time limit`, `signal`, `exit` (by itself), `rubbish` (an answer that is none), `silence` (it closed its
        connection), `ended` (from this side), or what `check` has said.
    number
        Of the signal, or exit code.
    """

    def __init__(self, how: str, cause: str, number: int = 0) -> None:
        super().__init__(how)
        self.cause = cause
        self.number = number


class _Shared:
    """What the threads that watch a process have in common with its owner; it does not keep the owner alive."""

    def __init__(self, period: float, check: Callable[[int], tuple[str, str] | None] | None, ask: int | None) -> None:
        self.longest = _LONGEST_POLL if check is None else _CHECK_POLL
        self.period = min(period, self.longest)
        self.check = check
        self.ask = ask
        self.turn = threading.Lock()
        self.calls = 0
        self.allowed = self.begun = 0.0
        self.deadline: float | None = None
        self.broken: ProcessEnded | None = None
        self.over = threading.Event()
        self.tail = b""
        self.changed = threading.Condition()
        self.drained = False


class ChildProcess:
    """A process that answers one call after another.

    Parameters
    ----------
    module
        What the interpreter runs. It reads messages from its standard input and writes one answer to each on its
        standard output; what it writes to its standard error is kept.
    time_limit
        Longest time that one call may take, s.
    environment
        Variables that it has besides those of this process.
    check
        Called with the number of the process some times a second while a call lasts; returns a cause and a text, in
        the past tense, when the process is to be ended.
    ask
        Signal that it gets a moment before it is ended for a limit; it may print what it was doing.
    containment
        Ends what has left the group of the process, too.
    """

    def __init__(
        self,
        module: str,
        time_limit: float,
        *,
        environment: Mapping[str, str] | None = None,
        check: Callable[[int], tuple[str, str] | None] | None = None,
        ask: int | None = None,
        containment: Containment | None = None,
    ) -> None:
        self.time_limit = time_limit
        search = [str(Path(heatsim.__file__).parents[1]), os.environ.get("PYTHONPATH")]
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _START.format(module)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                # the same heatsim as in this process, also when it runs from a folder that is not installed
                env={
                    **os.environ,
                    "PYTHONPATH": os.pathsep.join(p for p in search if p),
                    **(environment or {}),
                    **(containment.environment if containment is not None else {}),
                },
                # a group of its own: Ctrl-C does not reach it, and what it starts ends with it
                start_new_session=sys.platform != "win32",
            )
            self.pid = self._process.pid
            if containment is not None:
                containment.guard(self.pid)
        except BaseException:  # the machine has no room for one process more
            if containment is not None:
                containment.close()
            raise
        self._requests = cast(BinaryIO, self._process.stdin)
        self._replies = cast(BinaryIO, self._process.stdout)
        self._shared = _Shared(min(_LONGEST_POLL, time_limit / 10), check, ask)
        errors = cast(BinaryIO, self._process.stderr)
        self._threads = [
            threading.Thread(target=_drain, args=(errors, self._shared), daemon=True, name="heatsim-printed"),
            threading.Thread(
                target=_watch, args=(self._process, self._shared, containment), daemon=True, name="heatsim-watch"
            ),
        ]
        for thread in self._threads:
            thread.start()
        self._finalizer = weakref.finalize(self, _end, self._process, self._shared, containment, os.getpid())
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
        with shared.turn:
            shared.calls += 1
            shared.allowed = allowed
            if limit is not None:
                shared.period = min(shared.longest, limit / 10)
            shared.begun = time.monotonic()
            shared.deadline = shared.begun + allowed
        try:
            write_message(self._requests, content)
            answer = decode(read_message(self._replies))
        except (OSError, EOFError, ValueError) as error:
            self._end_as(self._how(), error)
        except GarbageError as error:
            self._end_as(ProcessEnded(f"gave an answer that cannot be used ({error})", "rubbish"), error)
        except BaseException:  # Ctrl-C in the middle: the answer would be taken for that of the next call
            self.kill()
            raise
        finally:
            with shared.turn:
                shared.deadline = None
        if shared.broken is not None:
            # the signal before the end may have cut short what the answer tells of
            self._ended = shared.broken
            self.kill()
            raise shared.broken
        return answer

    def _end_as(self, ended: ProcessEnded, error: Exception) -> NoReturn:
        self._ended = ended
        self.kill()
        raise ended from error

    def _how(self) -> ProcessEnded:
        """How a process ended that closed its side or was ended for a limit."""
        if self._shared.broken is not None:
            return self._shared.broken
        if self._ended is not None:  # by another thread
            return self._ended
        try:
            code = self._process.wait(timeout=_LAST_WORDS)
        except subprocess.TimeoutExpired:
            return ProcessEnded("closed its connection", "silence")
        if code < 0:
            name = _signal_name(-code)
            hint = " (perhaps for want of memory)" if name == "SIGKILL" else ""
            return ProcessEnded(f"crashed with {name}{hint}", "signal", -code)
        if sys.platform == "win32" and code > 0xFF:
            return ProcessEnded(f"crashed with code {code:#x}", "signal", code)
        return ProcessEnded(f"ended itself with exit code {code}", "exit", code)

    def printed(self) -> str:
        """Tail of what it printed so far."""
        with self._shared.changed:
            return self._shared.tail.decode(errors="replace")

    def wait_printed(self, mark: bytes) -> None:
        """Wait until what it printed before this mark has been read, and take the mark out; not longer than 2 s."""
        self._wait_for(mark)
        with self._shared.changed:
            self._shared.tail = self._shared.tail.replace(mark, b"")

    def forget_printed(self, mark: bytes) -> None:
        """Forget what it printed before this mark, waiting for it not longer than 2 s."""
        self._wait_for(mark)
        with self._shared.changed:
            self._shared.tail = self._shared.tail.partition(mark)[2]

    def _wait_for(self, mark: bytes) -> None:
        shared = self._shared
        with shared.changed:
            shared.changed.wait_for(lambda: mark in shared.tail or shared.drained, _LAST_WORDS)

    def finish(self, limit: float) -> None:
        """Let it end by itself, for want of calls, and end it when it does not within this time, s."""
        if self._ended is None:
            self._ended = ProcessEnded("was ended", "ended")
            with contextlib.suppress(OSError):
                self._requests.close()
            self.wait(limit)
        self.kill()

    def kill(self) -> None:
        """End it and everything that it started, now; what it printed last can be read afterwards."""
        if self._ended is None:
            self._ended = ProcessEnded("was ended", "ended")
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


def _watch(process: subprocess.Popen[bytes], shared: _Shared, containment: Containment | None) -> None:
    """End the process when a call takes too long or too much, and what it has left behind when it has ended itself."""
    while True:
        begin, period = time.monotonic(), shared.period
        if shared.over.wait(period):
            return
        now = time.monotonic()
        late = now - begin - period
        if late > _STOPPED:
            # Ctrl-Z, a suspended job, a container that was paused: the call is not to blame, and may have been answered
            with shared.turn:
                if shared.deadline is not None:
                    shared.deadline += min(late, now - shared.begun)
        if process.poll() is not None:
            # else who has inherited its side of the connections keeps the call waiting
            _kill(process, containment)
            return
        with shared.turn:
            number, deadline, allowed = shared.calls, shared.deadline, shared.allowed
        if deadline is None:
            continue
        broken = None
        if time.monotonic() > deadline:
            broken = ProcessEnded(f"did not answer within {allowed:g} s and was ended", "time limit")
        elif shared.check is not None and (found := shared.check(process.pid)) is not None:
            broken = ProcessEnded(found[1], found[0])
        if broken is None:
            continue
        with shared.turn:
            # the call may have ended meanwhile, and another one begun
            if shared.deadline is None or shared.calls != number:
                continue
            shared.broken = broken
        if shared.ask is not None:
            with contextlib.suppress(OSError):
                process.send_signal(shared.ask)
            shared.over.wait(_FAREWELL)
        _kill(process, containment)
        return


def _kill(process: subprocess.Popen[bytes], containment: Containment | None) -> None:
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
    else:
        # the group may outlive its leader, when it has started programs
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    if containment is not None:
        containment.end_marked()


def _end(process: subprocess.Popen[bytes], shared: _Shared, containment: Containment | None, owner: int) -> None:
    """End a process, read what it printed, and close the connections; also runs when this process ends."""
    if os.getpid() != owner:  # a fork of the process that has started it
        return
    shared.over.set()
    _kill(process, containment)
    process.wait()
    with shared.changed:
        shared.changed.wait_for(lambda: shared.drained, _LAST_WORDS)
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
    if shared.drained and process.stderr is not None:
        process.stderr.close()
    if containment is not None:
        containment.close()


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
