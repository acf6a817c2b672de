"""One run of a case by a process, and why it failed when its process has ended on the way."""

from __future__ import annotations

import datetime as dt
import platform
import secrets
import signal
import time
from typing import Any

from heatsim.isolation.child_process import ChildProcess, ProcessEnded
from heatsim.sweeps.case import SweepCase

ATTEMPTS = 3
"""Times that a case is run whose process is ended from outside."""

_LOG = 4000  # characters of what a case has printed
_OUTSIDE = {getattr(signal, name, None) for name in ("SIGKILL", "SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT")}


class Attempt:
    """One run of a case.

    Attributes
    ----------
    number
        From 1.
    alone
        Whether its process has run no other case before.
    mark
        Printed before and after it.
    writing
        Whether the study has come to its end.
    clock, seconds
        When it began, and how long it took, s.
    """

    def __init__(self, case: SweepCase, child: ChildProcess, number: int, alone: bool) -> None:
        self.case = case
        self.child = child
        self.number = number
        self.alone = alone
        self.mark = secrets.token_bytes(16)
        self.begin = dt.datetime.now(dt.timezone.utc).isoformat(timespec="milliseconds")
        self.writing = False
        self.clock = time.perf_counter()
        self.seconds = 0.0

    def provenance(self, fingerprint: dict[str, str]) -> dict[str, Any]:
        """How the case was run, with the fingerprint of its study."""
        return {
            "fingerprint": dict(fingerprint),
            "host": platform.node(),
            "pid": self.child.pid,
            "begin": self.begin,
            "attempt": self.mark.hex(),
            "attempts": self.number,
        }


def why(ended: ProcessEnded, attempt: Attempt, printed: str) -> tuple[str, str] | None:
    """Return reason and message of a case whose process has ended; None when it is to be run again."""
    if ended.cause == "memory limit":
        return ("memory limit", str(ended)) if attempt.alone else None
    if ended.cause == "time limit":
        return "time limit", str(ended).replace("did not answer within", "did not end within")
    if from_outside(ended):
        if attempt.number < ATTEMPTS:
            return None
        return "killed", (
            f"its process was ended from outside {ATTEMPTS} times, at last by {signal.Signals(ended.number).name}, "
            "perhaps for want of memory; set a memory limit or use fewer jobs"
        )
    if "std::bad_alloc" in printed:
        return "memory limit", f"its process {ended} when it got no more memory"
    return "crash", f"its process {ended}"


def from_outside(ended: ProcessEnded) -> bool:
    """Whether a process was ended by somebody else, or by the system for want of memory."""
    return ended.cause == "signal" and ended.number in _OUTSIDE


def tail(text: str) -> str:
    """Return the last of what was printed, from the beginning of a line."""
    # a hundred names that a crash of Python prints
    text = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("Extension modules: "))
    if len(text) <= _LOG:
        return text
    return f"...{text[-_LOG:].partition(chr(10))[2] or text[-_LOG:]}"
