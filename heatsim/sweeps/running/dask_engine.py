"""Runs cases on the workers of a Dask cluster, which share the folder of the sweep.

Each thread of each worker has a `CaseRunner` (`dask_worker`), so that limits and crashes mean the same as on one
machine. Results go into the folder where they are made; only records travel. A worker that dies loses the cases in
flight, which Dask gives to another one; a case that has outlived several workers is marked as killed.
"""

from __future__ import annotations

import contextlib
import threading
import time
import uuid
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, Any

from heatsim.errors import HeatsimError, HeatsimWarning, UsageError
from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.keeping.folder import SweepFolder
from heatsim.sweeps.keeping.records import FAILED, CaseRecord, write_record
from heatsim.sweeps.running.dask_cluster import short
from heatsim.sweeps.running.dask_worker import Share, close_runners, versions, work
from heatsim.sweeps.running.runner import Limits
from heatsim.whole_file import whole_file

if TYPE_CHECKING:
    from distributed import Client, Future

_AHEAD = 20  # cases that wait at the scheduler beyond those that its workers can take
_LOOK = 5.0  # s between looks at how many workers there are
_VISIBLE = 90.0  # s until a file that another machine has written is seen here


def run_dask(
    cases: Iterable[SweepCase],
    study: bytes,
    folder: SweepFolder,
    limits: Limits,
    client: Client,
    tell: Callable[[str, SweepCase, CaseRecord | None], None],
) -> None:
    """Run cases on a cluster.

    Parameters
    ----------
    cases
        What is to run; taken one by one.
    study, folder, limits
        As for `CaseRunner`.
    client
        Of the cluster (`dask_cluster.connected`).
    tell
        As for `run_local`.

    Raises
    ------
    UsageError
        When a worker does not have the folder or the same versions.
    HeatsimError
        When the cluster goes away.
    """
    share = Share(uuid.uuid4().hex, str(folder.path.resolve()), limits, versions())
    try:
        with whole_file(share.study_file, "the study for the workers") as temporary:
            temporary.write_bytes(study)
        _Session(client, share, folder, tell).run(iter(cases))
    finally:
        share.study_file.unlink(missing_ok=True)


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

        self._client.subscribe_topic(self._share.topic, self._started)
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

    def _submit(self, waiting: Iterator[SweepCase], completed: Any) -> bool:
        """Send cases as long as the cluster should have more; returns whether there may be more of them."""
        self._look()
        while len(self._flying) < self._most:
            case = next(waiting, None)
            if case is None:
                return False
            with self._lock:
                self._silent[case.id] = case
            future = self._client.submit(work, case, self._share, key=f"{self._share.topic}-{case.id}", pure=False)
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

        gone = HeatsimError(
            "the Dask cluster has gone, or has dropped the cases; what has ended is kept, and a resume goes on"
        )
        if future.cancelled() or self._client.status != "running":
            raise gone
        try:
            # waits for one whose worker has died with the result: it is run again elsewhere
            record = future.result()
        except KilledWorker as error:
            message = f"its Dask worker ended {error.allowed_failures + 1} times; see the logs of the workers"
            record = CaseRecord(case.id, dict(case.values), FAILED, "killed", message)
            write_record(record, self._folder.record(case.id))
        except CancelledError:
            raise gone from None
        except ImportError as error:
            raise UsageError(
                f"a Dask worker cannot run cases ({short(error)}); install the same heatsim and Python there"
            ) from error
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
            self._client.unsubscribe_topic(self._share.topic)
