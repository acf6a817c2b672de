"""What runs in the process of an isolated FMU: one instance, and a loop that answers calls to it.

The process has standard input for requests and standard output for answers only until it begins: both are moved away
before the FMU is loaded, so that whatever the FMU reads and prints goes elsewhere.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pickle
import sys
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any, BinaryIO

from heatsim.errors import FmuError
from heatsim.fmu.binary import Binary, CallError
from heatsim.fmu.messages import encode, read_message, write_message
from heatsim.fmu.printed import CATCHER

LOG_MARK = "\x01"
MEMORY_SHARE = 0.5  # of the machine's, for one isolated FMU
_PARENT_POLL = 1.0  # s
_LINE_BUFFERED = 1  # _IOLBF of glibc, musl and macOS


class _Log(deque[str]):
    """Lines that the FMU logs, with those that were not told in an answer yet.

    Each line also goes where the FMU prints, with a mark and its number: the last ones before a crash get no answer.
    """

    def __init__(self, lines: deque[str]) -> None:
        super().__init__(lines, lines.maxlen)
        self.fresh = list(lines)
        self.number = len(lines)

    def append(self, line: str) -> None:
        super().append(line)
        self.fresh.append(line)
        self.number += 1
        with contextlib.suppress(OSError):
            os.write(2, f"{LOG_MARK}{self.number} {line}\n".encode())

    def taken(self) -> tuple[int, tuple[str, ...]]:
        """Number of all lines so far, and the last of those that were not told yet."""
        fresh, self.fresh = self.fresh[-50:], []
        return self.number, tuple(fresh)


def main() -> None:
    """Answer calls until the other side goes."""
    requests, replies = _own_streams()
    parent, memory = pickle.loads(read_message(requests))
    _die_with(parent)
    _limit_memory(memory)
    CATCHER.leave_alone()
    write_message(replies, encode(("ok", None, (0, ()))))
    binary: Binary | None = None
    log = _Log(deque(maxlen=50))
    while True:
        try:
            name, arguments = pickle.loads(read_message(requests))
        except EOFError:
            return
        answer: tuple[Any, ...]
        try:
            if name == "open":
                label, folder, description, interface = arguments
                binary = Binary(label, Path(folder), description, interface)
                binary.log = log = _Log(binary.log)
                result = None
            elif name == "mark":
                _print_mark(arguments[0])
                result = None
            else:
                result = getattr(binary, name)(*arguments)
            answer = ("ok", result)
        except CallError as error:
            answer = ("call", str(error), error.function, error.status, error.last_time)
        except FmuError as error:
            answer = ("fmu", str(error))
        except Exception as error:  # noqa: BLE001 - told on the other side, as a fault of heatsim or of the FMU
            answer = ("other", f"{type(error).__name__}: {error}")
        write_message(replies, encode((*answer, log.taken())))
        if name == "close":
            return


def _own_streams() -> tuple[BinaryIO, BinaryIO]:
    """Streams for requests and answers; standard input becomes empty, standard output goes where errors go."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    # else what was printed last would be lost in a crash; a system that names the stream otherwise loses it
    with contextlib.suppress(AttributeError, OSError, ValueError):
        library = ctypes.CDLL(None)
        stream = ctypes.c_void_p.in_dll(library, "__stdoutp" if sys.platform == "darwin" else "stdout")
        library.setvbuf(stream, None, ctypes.c_int(_LINE_BUFFERED), ctypes.c_size_t(0))
    return requests, replies


def _print_mark(mark: bytes) -> None:
    sys.stdout.flush()
    ctypes.CDLL("msvcrt" if sys.platform == "win32" else None).fflush(None)
    os.write(2, mark)


def _limit_memory(limit: int) -> None:
    """Limit the memory of this process, so that an FMU that takes it without end fails before the machine does."""
    if sys.platform == "win32" or limit <= 0:
        return
    import resource

    with contextlib.suppress(OSError, ValueError):  # a lower limit is in force already
        # not the address space: a Java runtime in an FMU reserves far more of that than it ever uses
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    # no file of gigabytes from a crash that is expected here
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def machine_memory() -> int:
    """Physical memory, B, 0 when it is not known."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0


def _die_with(parent: int) -> None:
    """End this process when the other one has gone, also in the middle of an endless loop of the FMU."""

    def wait_posix() -> None:
        while os.getppid() == parent:
            time.sleep(_PARENT_POLL)
        # also what the FMU has started
        os.killpg(0, 9)

    def wait_windows() -> None:
        import _winapi

        synchronize, for_ever = 0x00100000, 0xFFFFFFFF
        handle = _winapi.OpenProcess(synchronize, False, parent)  # type: ignore[attr-defined]
        _winapi.WaitForSingleObject(handle, for_ever)  # type: ignore[attr-defined]
        os._exit(1)

    target = wait_windows if sys.platform == "win32" else wait_posix
    threading.Thread(target=target, daemon=True, name="heatsim-parent").start()


if __name__ == "__main__":
    main()
