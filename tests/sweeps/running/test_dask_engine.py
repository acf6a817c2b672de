"""Sweeps on a Dask cluster: the same results as on one machine, workers that die, clusters that are not fit."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import dask
import pytest
from distributed import Client, LocalCluster

import heatsim as hs
from heatsim.errors import HeatsimError, UsageError
from heatsim.sweeps import SweepCase
from heatsim.sweeps.keeping.folder import SweepFolder
from heatsim.sweeps.keeping.records import CaseRecord
from heatsim.sweeps.running import dask_cluster, dask_engine, dask_worker
from heatsim.sweeps.running.dask_cluster import connected
from heatsim.sweeps.running.dask_engine import run_dask
from heatsim.sweeps.running.dask_worker import Share
from heatsim.sweeps.running.runner import Limits

_WORK = dask_engine.work

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


def study(case: SweepCase) -> dict[str, Any]:
    a = case["a"]
    assert isinstance(a, float)
    if a == 3.0:
        raise ValueError("three is too many")
    if a == 4.0:
        os.abort()
    return {"y": a**2, "name": f"plant {a:g}"}


@pytest.fixture(scope="module")
def threads() -> Iterator[Client]:
    """A cluster of one worker with two threads, in this process."""
    with (
        LocalCluster(n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


def test_same_results_as_on_one_machine(tmp_path: Path, threads: Client) -> None:
    over = {"a": [1.0, 2.0, 3.0, 4.0, 5.0]}
    told: list[tuple[str, float]] = []

    def tell(event: str, case: SweepCase, record: CaseRecord | None) -> None:
        told.append((event, float(case["a"])))  # type: ignore[arg-type]
        assert (record is None) == (event == "started")

    there = hs.sweep(study, over, out=tmp_path / "there", dask=threads, tell=tell)
    here = hs.sweep(study, over, out=tmp_path / "here", jobs=1)
    assert there.identical(here)
    assert there.reason.values.tolist() == ["", "", "exception", "crash", ""]
    # each has started before it has ended, once
    assert sorted(told) == sorted((event, a) for event in ("started", "ended") for a in over["a"])
    assert all(told.index(("started", a)) < told.index(("ended", a)) for a in over["a"])
    status = json.loads((tmp_path / "there" / "status.json").read_text(encoding="utf-8"))
    assert (status["state"], status["cases"]["ok"], status["cases"]["failed"]) == ("finished", 3, 2)
    assert not list((tmp_path / "there").glob(".*"))
    assert dask_worker._runners == {}

    # by its address, and resumed with more
    scheduler = threads.scheduler.address  # type: ignore[union-attr]
    told.clear()
    more = hs.sweep(study, {"a": [*over["a"], 6.0]}, out=tmp_path / "there", dask=scheduler, resume=True, tell=tell)
    assert more.y.values[-1] == 36.0
    assert told == [("started", 6.0), ("ended", 6.0)]
    # what is complete needs no cluster
    assert hs.sweep(study, over, out=tmp_path / "here", dask="tcp://127.0.0.1:9", resume=True).identical(here)


def test_interruption_ends_the_processes_on_the_workers(tmp_path: Path, threads: Client) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()

    def endless(case: SweepCase) -> dict[str, Any]:
        import time

        (marks / f"{case['a']}").write_text(str(os.getpid()), encoding="utf-8")
        if case["a"] != 1.0:
            time.sleep(600.0)
        return {"y": case["a"]}

    def interrupt(event: str, case: SweepCase, record: CaseRecord | None) -> None:
        def later() -> None:
            while len(list(marks.iterdir())) < 3:
                threading.Event().wait(0.05)
            os.kill(os.getpid(), signal.SIGINT)

        if event == "ended":
            threading.Thread(target=later, daemon=True).start()

    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        hs.sweep(endless, {"a": [1.0, 2.0, 3.0, 4.0, 5.0]}, out=out, dask=threads, tell=interrupt)
    assert json.loads((out / "status.json").read_text(encoding="utf-8"))["state"] == "interrupted"
    found = hs.open_sweep(out)
    assert found.status.values.tolist() == ["ok"] + 4 * ["missing"]
    for mark in marks.iterdir():
        pid = int(mark.read_text(encoding="utf-8"))
        for _ in range(100):
            if not _alive(pid):
                break
            threading.Event().wait(0.05)
        assert not _alive(pid)
    # the cluster is as good as before
    assert threads.submit(sum, [1, 2]).result() == 3


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_worker_without_the_folder_or_with_other_versions_is_named(tmp_path: Path) -> None:
    share = Share("token", str(tmp_path / "elsewhere"), Limits(), dask_worker.versions())
    with pytest.raises(UsageError, match=r"does not see the folder of the sweep, .*elsewhere"):
        dask_worker._study(share)
    (tmp_path / "elsewhere").mkdir()
    share.study_file.write_bytes(b"study")
    assert dask_worker._study(share) == b"study"
    other = Share("token", share.folder, Limits(), ("0.0.1", "3.8"))
    with pytest.raises(UsageError, match=r"has heatsim .* on Python .*, the sweep heatsim 0\.0\.1 on Python 3\.8"):
        dask_worker._study(other)


def test_unfit_worker_stops_the_sweep_with_its_message(
    tmp_path: Path, threads: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    # what the client writes lies where the worker does not look
    monkeypatch.setattr(dask_engine, "work", _work_elsewhere)
    with pytest.raises(UsageError, match="does not see the folder"):
        hs.sweep(study, {"a": [1.0, 2.0]}, out=tmp_path / "out", dask=threads)
    assert json.loads((tmp_path / "out/status.json").read_text(encoding="utf-8"))["state"] == "stopped"


def _work_elsewhere(case: SweepCase, share: Share) -> CaseRecord | None:
    return _WORK(case, replace(share, folder="/nowhere"))


def test_results_of_different_studies_are_not_mixed(tmp_path: Path, threads: Client) -> None:
    session = dask_engine._Session(
        threads, Share("token", str(tmp_path), Limits(), ("", "")), SweepFolder(tmp_path), lambda *_: None
    )
    first = CaseRecord("1", {}, "ok", provenance={"fingerprint": {"mine.py": "a", "numpy": "2"}, "host": "one"})
    session._same_study(first)
    session._same_study(first)
    other = CaseRecord("2", {}, "ok", provenance={"fingerprint": {"mine.py": "b", "numpy": "2"}, "host": "two"})
    with pytest.raises(UsageError, match=r"worker on two is not that of the others \(mine.py\)"):
        session._same_study(other)


def test_clusters_that_cannot_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, threads: Client) -> None:
    monkeypatch.setattr(dask_cluster, "_CONNECT", 0.3)
    (tmp_path / "other.json").write_text('{"workers": {}}', encoding="utf-8")
    for wrong, message in (
        ("tcp://127.0.0.1:9", "no Dask scheduler answers at tcp://127.0.0.1:9"),
        ("nonsense://x", "no address of a scheduler .*nonsense"),
        ("localhost", "no address of a scheduler .*missing port"),
        (str(tmp_path / "scheduler.json"), "no such scheduler file"),
        (str(tmp_path / "other.json"), "is no scheduler file"),
        (3, "give a distributed.Client"),
    ):
        with pytest.raises(UsageError, match=message), connected(wrong):  # type: ignore[arg-type]
            pass
        with pytest.raises(UsageError, match=message):
            hs.sweep(study, {"a": [1.0]}, out=tmp_path / "deep" / "out", dask=wrong)  # type: ignore[arg-type]
        assert not (tmp_path / "deep").exists()
    assert threads.cluster is not None
    closed = Client(threads.cluster, set_as_default=False)
    closed.close()
    with pytest.raises(UsageError, match="client is closed"):
        hs.sweep(study, {"a": [1.0]}, out=tmp_path / "out", dask=closed)
    assert threads.status == "running"


@pytest.mark.slow
def test_worker_that_dies_costs_only_its_case(tmp_path: Path) -> None:
    """One case ends its worker each time, another only once; both workers come back."""
    once = tmp_path / "once"

    def deadly(case: SweepCase) -> dict[str, Any]:
        a = case["a"]
        if a == 2.0 or (a == 5.0 and not once.exists()):
            once.touch()
            os.kill(os.getppid(), signal.SIGKILL)
            signal.pause()
        return {"y": a}

    out = tmp_path / "out"
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 2}),
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        found = hs.sweep(deadly, {"a": [float(a) for a in range(1, 9)]}, out=out, dask=client)
    assert found.status.sel(a=[1, 3, 4, 6, 7, 8, 5]).values.tolist() == 7 * ["ok"]
    assert found.reason.sel(a=2).item() == "killed"
    assert "Dask worker ended" in found.message.sel(a=2).item()


@pytest.mark.slow
def test_cluster_that_goes_away_ends_the_sweep(tmp_path: Path) -> None:
    def slow(case: SweepCase) -> dict[str, Any]:
        import time

        time.sleep(0.3)
        return {"y": case["a"]}

    cluster = LocalCluster(n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None)
    client = Client(cluster, set_as_default=False)

    def close(event: str, case: SweepCase, record: CaseRecord | None) -> None:
        if event == "ended" and case["a"] == 2.0:
            threading.Thread(target=cluster.close, daemon=True).start()

    out = tmp_path / "out"
    try:
        with pytest.raises(HeatsimError, match="cluster has gone"):
            hs.sweep(slow, {"a": [float(a) for a in range(1, 99)]}, out=out, dask=client, tell=close)
    finally:
        client.close()
        cluster.close()
    found = hs.open_sweep(out)
    assert found.status.values.tolist()[:2] == ["ok", "ok"]
    assert set(found.status.values.tolist()) == {"ok", "missing"}


def test_cluster_is_asked_for_no_more_cases_than_it_needs(tmp_path: Path, threads: Client) -> None:
    """Ten thousand cases are not all sent at once: neither client nor scheduler should hold them."""
    taken: list[int] = []

    def cases() -> Iterator[SweepCase]:
        for number in range(10_000):
            taken.append(number)
            yield SweepCase("study", {"a": float(number)})

    def stop(event: str, case: SweepCase, record: CaseRecord | None) -> None:
        if event == "ended":
            raise RuntimeError("enough")

    def nothing(case: SweepCase) -> dict[str, Any]:
        return {"y": 1.0}

    from heatsim.sweeps.studies.study import find_study, to_bytes

    folder = SweepFolder(tmp_path)
    with pytest.raises(RuntimeError, match="enough"):
        run_dask(cases(), to_bytes(find_study(nothing)), folder, Limits(), threads, stop)
    assert len(taken) < 100
