"""Processes that share the work of a study or of value curves, and end with it."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager


def processors() -> int:
    """Return how many processors this process may use: in the job of a queue fewer than the machine has."""
    allowed = getattr(os, "sched_getaffinity", None)  # not on Windows and macOS
    return max(1, len(allowed(0)) if allowed else os.cpu_count() or 1)


@contextmanager
def processes(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that end at once when the block fails or is interrupted, and leave Ctrl-C to the one that began them.

    Without it an interrupted study goes on with all the work that waits.
    """
    others = set(multiprocessing.active_children())
    # a fresh interpreter each: CasADi and loaded binaries do not survive a fork
    pool = ProcessPoolExecutor(
        jobs,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_IGN),
    )
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        raise
    pool.shutdown()
