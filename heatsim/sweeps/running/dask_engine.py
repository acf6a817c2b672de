"""Runs cases on the workers of a Dask cluster, which share the folder of the sweep.

Each thread of each worker has a `CaseRunner`, so that limits and crashes mean the same as on one machine. Results go
into the folder where they are made; only records travel. A worker that dies loses the cases in flight, which Dask gives
to another one; a case that has outlived several workers is marked as killed.
"""

from __future__ import annotations

import contextlib
import platform
import sys
import threading
import time
import uuid
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import heatsim
from heatsim.errors import HeatsimError, HeatsimWarning, UsageError
from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.keeping.folder import SweepFolder
from heatsim.sweeps.keeping.records import FAILED, CaseRecord, write_record
from heatsim.sweeps.running.runner import CaseRunner, Limits, Stopped
from heatsim.whole_file import whole_file

if TYPE_CHECKING:
    from distributed import Client, Future

_CONNECT = 20.0  # s to reach the scheduler
_AHEAD = 20  # cases that wait at the scheduler beyond those that its workers can take
_LOOK = 5.0  # s between looks at how many workers there are
_IDLE = 600.0  # s after which a worker ends a process that nobody has used: the client may be gone
_VISIBLE = 90.0  # s until a file that another machine has written is seen here


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
    def study_file(self) -> Path:
        """Where the study lies; a worker that finds it sees the same folder as the client."""
        return Path(self.folder) / f".study-{self.token}.tmp"


def run_dask(
    cases: Iterable[SweepCase],
    study: bytes,
    folder: SweepFolder,
    limits: Limits,
    cluster: Client | str,
    tell: Callable[[str, SweepCase, CaseRecord | None], None],
) -> None:
    """Run cases on a cluster.

    Parameters
    ----------
    cases
        What is to run; taken one by one.
    study, folder, limits
        As for `CaseRunner`.
    cluster
        Client, address of a scheduler, or scheduler file.
    tell
        As for `run_local`.

    Raises
    ------
    UsageError
        When the cluster cannot be reached, or a worker does not have the folder or the same versions.
    HeatsimError
        When the cluster goes away.
    """
    share = Share(uuid.uuid4().hex, str(folder.path.resolve()), limits, _versions())
    with connected(cluster) as client:
        try:
            with whole_file(share.study_file, "the study for the workers") as temporary:
                temporary.write_bytes(study)
            _Session(client, share, folder, tell).run(iter(cases))
        finally:
            share.study_file.unlink(missing_ok=True)


def cluster_threads(cluster: Client | str) -> int:
    """Return how many cases a cluster runs at once."""
    with connected(cluster) as client:
        return sum(client.nthreads().values())


@contextmanager
def connected(cluster: Client | str) -> Iterator[Client]:
    """Give a client of the cluster; one that was made here is closed at the end."""
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError("dask needs the package distributed; install it by `pip install distributed`") from error
    if isinstance(cluster, Client):
        if cluster.asynchronous or cluster.status != "running":
            raise UsageError(
                f"the Dask client is {cluster.status or 'closed'}; give one that is connected, and not asynchronous"
            )
        yield cluster
        return
    if not isinstance(cluster, str):
        raise UsageError(f"dask is a {type(cluster).__name__}; give a distributed.Client or the address of a scheduler")
    where = {"scheduler_file": cluster} if cluster.endswith(".json") else {"address": cluster}
    if cluster.endswith(".json") and not Path(cluster).is_file():
        raise UsageError(
            f"{cluster}: there is no such scheduler file; start `dask scheduler --scheduler-file {cluster}`"
        )
    try:
        client = Client(**where, timeout=_CONNECT, set_as_default=False)
    except (OSError, ValueError, ImportError) as error:
        raise UsageError(
            f"no Dask scheduler answers at {cluster} ({_short(error)}); start one by `dask scheduler`, or check the "
            "address"
        ) from error
    try:
        yield client
    finally:
        with contextlib.suppress(OSError, TimeoutError):
            client.close(timeout=5)


class _Session:
    """One run of cases: what is in flight, and who is told."""

    def __init__(
        self,
        client: Client,
        share: Share,
        folder: SweepFolder,
        tell: Callable[[str, SweepCase, CaseRecord | None], None],
    ) -> None:
        self._client = client
        self._share = share
        self._folder = folder
        self._tell = tell
        self._lock = threading.Lock()
        self._flying: dict[Future, SweepCase] = {}
        self._silent: dict[str, SweepCase] = {}
        self._unseen: set[str] = set()
        self._most, self._looked = _AHEAD, float("-inf")
        self._fingerprint: Mapping[str, str] | None = None

    def run(self, waiting: Iterator[SweepCase]) -> None:
        from distributed import as_completed

        self._client.subscribe_topic(self._topic, self._started)
        completed = as_completed(loop=self._client.loop)
        try:
            more = self._submit(waiting, completed)
            while self._flying:
                for future in completed.next_batch(block=True):
                    self._ended(future, self._flying.pop(future))
                if more:
                    more = self._submit(waiting, completed)
            self._wait_for_files()
        finally:
            self._close()

    @property
    def _topic(self) -> str:
        return f"heatsim-{self._share.token}"

    def _submit(self, waiting: Iterator[SweepCase], completed: Any) -> bool:
        """Send cases as long as the cluster should have more; returns whether there may be more of them."""
        self._look()
        while len(self._flying) < self._most:
            case = next(waiting, None)
            if case is None:
                return False
            with self._lock:
                self._silent[case.id] = case
            future = self._client.submit(work, case, self._share, key=f"{self._topic}-{case.id}", pure=False)
            self._flying[future] = case
            completed.add(future)
        return True

    def _look(self) -> None:
        """Follow a cluster that grows or shrinks."""
        if time.monotonic() - self._looked < _LOOK:
            return
        threads = sum(self._client.nthreads().values())
        if threads == 0 and self._looked < 0.0:
            warnings.warn("the Dask cluster has no workers yet; the cases wait for them", HeatsimWarning, stacklevel=2)
        self._most, self._looked = 2 * threads + _AHEAD, time.monotonic()

    def _started(self, event: tuple[float, str]) -> None:
        """Hear from a worker that a case runs; called by a thread of the client."""
        with self._lock:
            case = self._silent.pop(event[1], None)
            if case is not None:
                self._tell("started", case, None)

    def _ended(self, future: Future, case: SweepCase) -> None:
        from distributed import KilledWorker

        if future.status == "finished":
            record = future.result()
        elif future.cancelled() or self._client.status != "running":
            raise HeatsimError(
                "the Dask cluster has gone, or has dropped the cases; what has ended is kept, and a resume goes on"
            )
        else:
            error = future.exception()
            if isinstance(error, KilledWorker):
                message = f"its Dask worker ended {error.allowed_failures + 1} times; see the logs of the workers"
                record = CaseRecord(case.id, dict(case.values), FAILED, "killed", message)
                write_record(record, self._folder.record(case.id))
            elif isinstance(error, ImportError):
                raise UsageError(
                    f"a Dask worker cannot run cases ({_short(error)}); install the same heatsim and Python there"
                ) from error
            else:
                raise error
        with self._lock:
            if self._silent.pop(case.id, None) is not None:
                self._tell("started", case, None)
            self._tell("ended", case, record)
        if not self._folder.record(case.id).is_file():
            self._unseen.add(case.id)
        self._same_study(record)

    def _same_study(self, record: CaseRecord) -> None:
        """Refuse a worker whose study is not that of the others: another version of a file or of a package."""
        found = record.provenance.get("fingerprint")
        if not found:
            return
        if self._fingerprint is None:
            self._fingerprint = found
        other = [k for k in {**self._fingerprint, **found} if self._fingerprint.get(k) != found.get(k)]
        if other:
            raise UsageError(
                f"the study on the Dask worker on {record.provenance.get('host')} is not that of the others "
                f"({', '.join(other)}); make them equal and resume; case {record.id} was run there"
            )

    def _wait_for_files(self) -> None:
        """Wait until the last records are seen here: a network file system may take its time."""
        end = time.monotonic() + _VISIBLE
        while self._unseen:
            self._unseen = {one for one in self._unseen if not self._folder.record(one).is_file()}
            if not self._unseen:
                return
            if time.monotonic() > end:
                raise UsageError(
                    f"{self._folder.path}: {len(self._unseen)} results that workers have written cannot be seen here; "
                    "check that the folder is the same on all machines, and resume"
                )
            time.sleep(0.5)

    def _close(self) -> None:
        """Take back what is in flight and end the processes of all workers."""
        if self._client.status != "running":
            return
        # whatever the cluster says to this, what has ended the session is what counts
        with contextlib.suppress(Exception):
            self._client.cancel(list(self._flying), force=True)
            self._client.run(close_runners, self._share.token, on_error="ignore")
            self._client.unsubscribe_topic(self._topic)


# From here on: on the workers.

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

    get_worker().log_event(f"heatsim-{share.token}", case.id)
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
    if _versions() != share.versions:
        theirs, ours = (f"heatsim {h} on Python {p}" for h, p in (_versions(), share.versions))
        raise UsageError(f"{here} has {theirs}, the sweep {ours}; install the same on all machines")
    try:
        return share.study_file.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{here} does not see the folder of the sweep, {share.folder} ({error.strerror}); put it where all "
            "machines have it under the same path"
        ) from error


def _versions() -> tuple[str, str]:
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


def _short(error: BaseException | None) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
