"""What runs in the process of an isolated FMU: one instance, and a loop that answers calls to it.

The process has standard input for requests and standard output for answers only until it begins: both are moved away
before the FMU is loaded, so that whatever the FMU reads and prints goes elsewhere.
"""

from __future__ import annotations

import contextlib
import os
import pickle
from collections import deque
from pathlib import Path
from typing import Any

from heatsim.errors import FmuError
from heatsim.fmu.binary import Binary, CallError
from heatsim.fmu.printed import CATCHER
from heatsim.isolation.inside import die_with, limit_data, no_core_files, own_streams, print_mark
from heatsim.isolation.messages import encode, read_message, write_message

LOG_MARK = "\x01"
MEMORY_SHARE = 0.5  # of the machine's, for one isolated FMU


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
    requests, replies = own_streams()
    parent, memory = pickle.loads(read_message(requests))
    die_with(parent)
    limit_data(memory)
    if memory > 0:
        no_core_files()
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
                print_mark(arguments[0])
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


if __name__ == "__main__":
    main()
