"""What runs on the workers of a Dask cluster: a `CaseRunner` for each of their threads.

A worker finds the study and the folder of the sweep where all machines see them, and refuses to run with other versions
than the client has. Processes that nobody has used for long are ended: the client may be gone.
"""

from __future__ import annotations

import platform
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import heatsim
from heatsim.errors import UsageError
from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.keeping.folder import SweepFolder
from heatsim.sweeps.keeping.records import CaseRecord
from heatsim.sweeps.running.runner import CaseRunner, Limits, Stopped

_IDLE = 600.0  # s after which a worker ends a process that nobody has used


@dataclass(frozen=True)
class Share:
    """What a worker must know and have in common with the client.

    Attributes
    ----------
    token
        Of this run.
    folder
        Of the sweep, absolute.
    limits
        Of each case.
    versions
        Of heatsim and Python, on the side of the client.
    """

    token: str
    folder: str
    limits: Limits
    versions: tuple[str, str]

    @property
    def topic(self) -> str:
        """Under which workers tell that a case runs; the names of the tasks begin with it."""
        return f"heatsim-{self.token}"

    @property
    def study_file(self) -> Path:
        """Where the study lies; a worker that finds it sees the same folder as the client."""
        return Path(self.folder) / f".study-{self.token}.tmp"


_guard = threading.Lock()
_runners: dict[tuple[str, int], _Used] = {}
_over: set[str] = set()


class _Used:
    """A runner, and when it was used last."""

    def __init__(self, runner: CaseRunner) -> None:
        self.runner = runner
        self.busy = True
        self.last = time.monotonic()


def work(case: SweepCase, share: Share) -> CaseRecord | None:
    """Run a case on a worker, None when the sweep is over; what cannot be kept, or an unfit worker, is raised."""
    from distributed import get_worker

    get_worker().log_event(share.topic, case.id)
    key = (share.token, threading.get_ident())
    with _guard:
        if share.token in _over:
            return None
        used = _runners.get(key)
        if used is None:
            used = _runners[key] = _Used(CaseRunner(_study(share), SweepFolder(Path(share.folder)), share.limits))
            _watch_idle()
        used.busy = True
    try:
        return used.runner.run(case)
    except Stopped:
        return None
    finally:
        used.busy, used.last = False, time.monotonic()


def close_runners(token: str) -> None:
    """End the processes that a worker has for a sweep."""
    with _guard:
        _over.add(token)
        ours = [key for key in _runners if key[0] == token]
        closing = [_runners.pop(key) for key in ours]
    for used in closing:
        used.runner.stop()


def _study(share: Share) -> bytes:
    """Read the study; says what this machine lacks."""
    here = f"the Dask worker on {platform.node()}"
    if versions() != share.versions:
        theirs, ours = (f"heatsim {h} on Python {p}" for h, p in (versions(), share.versions))
        raise UsageError(f"{here} has {theirs}, the sweep {ours}; install the same on all machines")
    try:
        return share.study_file.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{here} does not see the folder of the sweep, {share.folder} ({error.strerror}); put it where all "
            "machines have it under the same path"
        ) from error


def versions() -> tuple[str, str]:
    return heatsim.__version__, ".".join(map(str, sys.version_info[:2]))


_watching = False


def _watch_idle() -> None:
    """End processes that nobody has used for long, in a thread of its own."""
    global _watching
    if _watching:
        return
    _watching = True

    def watch() -> None:
        while True:
            time.sleep(_IDLE / 10.0)
            old = time.monotonic() - _IDLE
            with _guard:
                idle = [key for key, used in _runners.items() if not used.busy and used.last < old]
                closing = [_runners.pop(key) for key in idle]
            for used in closing:
                used.runner.close()

    threading.Thread(target=watch, daemon=True, name="heatsim-idle").start()
