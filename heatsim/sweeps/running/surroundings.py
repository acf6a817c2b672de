"""What a case finds around it in its process, the same whatever cases ran there before."""

from __future__ import annotations

import contextlib
import faulthandler
import locale
import os
import random
import signal
import sys
import warnings
from collections.abc import Iterator
from typing import TextIO

import numpy as np

ENVIRONMENT = {
    # as many processes as processors run already; sums of several threads also depend on how many there are
    **dict.fromkeys(
        (
            "OMP_NUM_THREADS",
            "OPENBLAS_NUM_THREADS",
            "MKL_NUM_THREADS",
            "BLIS_NUM_THREADS",
            "VECLIB_MAXIMUM_THREADS",
            "NUMEXPR_NUM_THREADS",
        ),
        "1",
    ),
    # the order of sets of texts
    "PYTHONHASHSEED": "0",
}
"""Environment of a process that works on cases."""


class Surroundings:
    """What of the process a case may change and the next one must not find; made once, before the first case.

    Present folder, environment, streams, random numbers, warnings, errors of numpy, rights of new files, locale,
    handlers of signals, and alarms. Not where modules are looked for, which those that are loaded already count on.
    """

    def __init__(self) -> None:
        self._folder = os.getcwd()
        self._environment = dict(os.environ)
        self._depth = sys.getrecursionlimit()
        self._mask = os.umask(0)
        self._locale = locale.setlocale(locale.LC_ALL)
        self._handlers = {number: signal.getsignal(number) for number in signal.valid_signals()}
        self._errors = os.dup(2)
        self._streams = [_writer(1), _writer(2)]
        self._put_back()

    @property
    def errors(self) -> int:
        """Descriptor of what is printed, whatever a case has done to the others."""
        return self._errors

    @contextlib.contextmanager
    def of(self, case_id: str) -> Iterator[None]:
        """Run a case: random numbers that nobody seeds are those of the case, and what it changes is put back."""
        seed = int(case_id, 16)
        random.seed(seed)
        np.random.seed(seed % 2**32)
        try:
            with warnings.catch_warnings(), np.errstate():  # the first also forgets which warnings have been shown
                yield
        finally:
            self._put_back()

    def _put_back(self) -> None:
        for k in (0, 1):
            with contextlib.suppress(OSError, ValueError):
                self._streams[k].flush()
            with contextlib.suppress(OSError):
                os.dup2(self._errors, k + 1)
            if self._streams[k].closed:
                self._streams[k] = _writer(k + 1)
        sys.stdout, sys.stderr = self._streams
        if os.environ != self._environment:
            os.environ.clear()
            os.environ.update(self._environment)
        with contextlib.suppress(OSError):  # the folder is gone, which the next case will find
            os.chdir(self._folder)
        sys.setrecursionlimit(self._depth)
        os.umask(self._mask)
        with contextlib.suppress(locale.Error):
            locale.setlocale(locale.LC_ALL, self._locale)
        self._silence()

    def _silence(self) -> None:
        """Let no alarm of a case ring in the next one, and no handler of it answer."""
        faulthandler.cancel_dump_traceback_later()
        if sys.platform != "win32":
            for timer in (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF):
                signal.setitimer(timer, 0.0)
        for number, handler in self._handlers.items():
            # None: of a library in C, which Python cannot put back
            if handler is not None and signal.getsignal(number) != handler:
                with contextlib.suppress(OSError, ValueError):
                    signal.signal(number, handler)


def _writer(descriptor: int) -> TextIO:
    # by lines: what is printed last before a crash is not lost
    return open(descriptor, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)
