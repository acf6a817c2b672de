"""How a sweep ends that is told to: by Ctrl-C, a closed terminal, `kill`, or the queue of a cluster."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def ended_in_order() -> Iterator[list[signal.Signals]]:
    """End the block as by Ctrl-C when the process is told to end, and then the process as the signal would have.

    Gives the signals that were received. What the caller handles or ignores (`nohup`) stays as it is; in another
    thread than the main one, nothing can be handled.
    """
    received: list[signal.Signals] = []

    def end(number: int, _frame: FrameType | None) -> None:
        received.append(signal.Signals(number))
        if len(received) == 1:  # what ends the processes is not to be disturbed
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield received
        return
    names = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    old = {number: signal.signal(number, end) for number in names if signal.getsignal(number) == signal.SIG_DFL}
    try:
        yield received
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
        if received:
            for stream in (sys.stdout, sys.stderr):
                with contextlib.suppress(AttributeError, OSError, ValueError):
                    stream.flush()
            os.kill(os.getpid(), received[0])
