"""Catches what the binary of an FMU prints on the standard streams.

The streams are turned to a temporary file by file descriptor, so that C output is caught too, and turned back after
each call into a binary. That takes about 3 us, as long as the call; who makes many calls in a row holds one
`redirected()` around them.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import sys
import tempfile
from collections.abc import Iterator

_LOG = logging.getLogger("heatsim.fmu")
_MOST_KEPT = 1 << 20  # bytes; the file starts anew beyond


class StreamCatcher:
    """The standard streams of this process, turned to a file while `enter` was called more often than `leave`.

    Attributes
    ----------
    turned
        Whether they are.
    """

    def __init__(self) -> None:
        self.turned = False
        self._depth = 0
        self._file = -1
        self._position = 0
        self._streams: list[tuple[int, int]] = []
        # called with NULL it flushes all streams of the C library
        self._flush = ctypes.CDLL("msvcrt" if sys.platform == "win32" else None).fflush
        self._flush.argtypes = [ctypes.c_void_p]

    def enter(self) -> None:
        """Turn the streams to the file."""
        self._depth += 1
        if not self.turned:
            self.turned = True
            self._turn()

    def leave(self) -> str:
        """Undo one `enter`; the last one gives what was printed since it was last taken."""
        self._depth -= 1
        if self._depth:
            return ""
        self.turned = False
        return self._turn_back()

    def leave_alone(self) -> None:
        """Never turn the streams again: another process reads what comes out of this one."""
        if self._file < 0:
            self._open()
        for _, own in self._streams:
            os.close(own)
        self._streams = []

    def take(self) -> str:
        """What was printed since it was last taken."""
        if not self._streams:
            return ""
        self._flush(None)
        end = os.lseek(self._file, 0, os.SEEK_CUR)
        return self._read(end) if end != self._position else ""

    def _turn(self) -> None:
        if self._file < 0:
            self._open()
        self._flush(None)
        for stream, _ in self._streams:
            os.dup2(self._file, stream)

    def _turn_back(self) -> str:
        text = self.take()
        for stream, own in self._streams:
            os.dup2(own, stream)
        return text

    def _read(self, end: int) -> str:
        os.lseek(self._file, self._position, os.SEEK_SET)
        data = os.read(self._file, end - self._position)
        if end > _MOST_KEPT:
            os.ftruncate(self._file, 0)
            end = 0
        os.lseek(self._file, end, os.SEEK_SET)
        self._position = end
        return data.decode(errors="replace")

    def _open(self) -> None:
        # a file without a name, closed by the system at the end of the process
        with tempfile.TemporaryFile(prefix="heatsim-") as file:
            self._file = os.dup(file.fileno())
        for stream in (1, 2):
            # a stream may be closed, in a service without a terminal
            with contextlib.suppress(OSError):
                self._streams.append((stream, os.dup(stream)))


CATCHER = StreamCatcher()


@contextlib.contextmanager
def redirected() -> Iterator[None]:
    """Keep the streams turned away for many calls.

    What is printed meanwhile goes to the binary whose call fails, or into the log of this module at the end. Nothing
    else in this process can print, warnings included.
    """
    CATCHER.enter()
    try:
        yield
    finally:
        text = CATCHER.leave()
        if text:
            _LOG.info("printed by FMUs: %s", text.rstrip())
