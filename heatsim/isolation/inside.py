"""What a process that answers calls does first: streams, limits, and its end when the process that calls has gone."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import threading
import time
from typing import BinaryIO

_PARENT_POLL = 1.0  # s
_LINE_BUFFERED = 1  # _IOLBF of glibc, musl and macOS


def own_streams() -> tuple[BinaryIO, BinaryIO]:
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


def print_mark(mark: bytes, descriptor: int = 2) -> None:
    """Print a mark after all that was printed before, by Python or by C."""
    for stream in (sys.stdout, sys.stderr):
        # who runs here may have closed or replaced them
        with contextlib.suppress(AttributeError, OSError, ValueError):
            stream.flush()
    ctypes.CDLL("msvcrt" if sys.platform == "win32" else None).fflush(None)
    os.write(descriptor, mark)


def limit_data(limit: int, hard: bool = True) -> None:
    """Limit the data that this process may have, B, so that who takes it without end fails before the machine does.

    Not the address space: a Java runtime in an FMU reserves far more of that than it ever uses. Windows and macOS keep
    no such limit.
    """
    if sys.platform == "win32" or limit <= 0:
        return
    import resource

    with contextlib.suppress(OSError, ValueError):  # a lower limit is in force already
        resource.setrlimit(
            resource.RLIMIT_DATA, (limit, limit if hard else resource.getrlimit(resource.RLIMIT_DATA)[1])
        )


def no_core_files() -> None:
    """Write no file of gigabytes in a crash that is expected here."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def machine_memory() -> int:
    """Physical memory, B, 0 when it is not known."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0


def die_with(parent: int) -> None:
    """End this process when the other one has gone, also in the middle of an endless loop of the FMU."""

    def wait_posix() -> None:
        while os.getppid() == parent:
            time.sleep(_PARENT_POLL)
        # also what was started here
        os.killpg(0, 9)

    def wait_windows() -> None:
        import _winapi

        synchronize, for_ever = 0x00100000, 0xFFFFFFFF
        handle = _winapi.OpenProcess(synchronize, False, parent)  # type: ignore[attr-defined]
        _winapi.WaitForSingleObject(handle, for_ever)  # type: ignore[attr-defined]
        os._exit(1)

    target = wait_windows if sys.platform == "win32" else wait_posix
    threading.Thread(target=target, daemon=True, name="heatsim-parent").start()
