"""A sweep whose processes are killed at any time loses the cases in flight at most, and does nothing twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections import Counter
from pathlib import Path

import numpy as np
import psutil
import pytest
import xarray as xr
from sweep_rigs import LOG, Rig, curve, misbehave, square

from heatsim.errors import UsageError
from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.collection.opening import open_sweep
from heatsim.sweeps.design.combining import design
from heatsim.sweeps.keeping.definition import Definition
from heatsim.sweeps.keeping.folder import SweepFolder
from heatsim.sweeps.keeping.records import CaseRecord
from heatsim.sweeps.running.local import run_local
from heatsim.sweeps.running.runner import Limits
from heatsim.sweeps.studies.study import to_bytes

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

JOBS = 2


def definition(count: int, seconds: float) -> Definition:
    xs = [0.5 * k for k in range(count)]
    return Definition("curve", {"seconds": seconds}, design({"x": xs}), True, {"code": "1"})


def sweep(folder: SweepFolder, what: Definition, resume: bool = False) -> None:
    """Run what has not ended."""
    with folder.lock():
        folder.begin(what, resume=resume)
        waiting = (case for case in what.cases() if folder.kept(case.id) is None)
        run_local(waiting, to_bytes(Rig(curve)), folder, Limits(), JOBS, lambda *_: None)


@pytest.fixture
def others() -> set[psutil.Process]:
    """Processes that earlier tests have left here for good, as multiprocessing does with its tracker of resources."""
    return children()


def children() -> set[psutil.Process]:
    return set(psutil.Process().children())


def files(folder: SweepFolder) -> dict[str, tuple[bytes, int]]:
    """Records that are there: content and time of each."""
    found = {}
    for file in (folder.path / "cases").glob("*.json"):
        found[file.stem] = (file.read_bytes(), file.stat().st_mtime_ns)
    return found


def assert_equal_bits(one: xr.Dataset, other: xr.Dataset) -> None:
    assert list(one.variables) == list(other.variables)
    assert one.attrs == other.attrs
    for name in one.variables:
        a, b = one[name], other[name]
        assert (a.dims, a.dtype, a.attrs) == (b.dims, b.dtype, b.attrs)
        if a.dtype == object:
            assert a.values.tolist() == b.values.tolist()
        else:
            assert a.values.tobytes() == b.values.tobytes()


def workers(parent: int) -> list[psutil.Process]:
    """Processes that work on cases for this one."""
    try:
        children = psutil.Process(parent).children()
        return [child for child in children if any("sweeps.running.worker" in word for word in child.cmdline())]
    except psutil.NoSuchProcess:
        return []


def ended(pids: list[int], within: float) -> bool:
    end = time.monotonic() + within
    while time.monotonic() < end:
        if not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE for pid in pids):
            return True
        time.sleep(0.02)
    return False


def undisturbed(tmp_path: Path, what: Definition) -> xr.Dataset:
    folder = SweepFolder(tmp_path / "undisturbed")
    sweep(folder, Definition("curve", {"seconds": what.settings["seconds"]}, what.design, True, what.fingerprint))
    return open_sweep(folder.path)


def test_killed_workers_lose_nothing_and_do_nothing_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LOG, str(tmp_path / "log"))
    what, folder, rng = definition(60, 0.02), SweepFolder(tmp_path / "sweep"), random.Random(8)
    kills, over = [], threading.Event()

    def kill() -> None:
        while not over.wait(rng.uniform(0.0, 0.6)) and len(kills) < 4:
            busy = [one for one in workers(os.getpid()) if time.time() - one.create_time() > 1.0]
            if busy:
                kills.append(rng.choice(busy).pid)
                os.kill(kills[-1], rng.choice((signal.SIGKILL, signal.SIGTERM)))

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        sweep(folder, what)
    finally:
        over.set()
        killer.join()
    assert kills
    records = [folder.kept(case.id) for case in what.cases()]
    assert all(record is not None and record.ok for record in records)
    runs = Counter((tmp_path / "log").read_text().split())
    assert len(runs) == 60
    # only a case that was in flight has run again
    again = sum(record.provenance["attempts"] - 1 for record in records if record is not None)
    assert 60 <= sum(runs.values()) <= 60 + again
    assert again <= len(kills)
    found = open_sweep(folder.path)
    assert np.all(found.status.values == "ok")
    assert found.peak.values.tolist() == [300.0 + 0.5 * k for k in range(60)]


@pytest.mark.parametrize(
    ("number", "most_parents", "most_children", "least"),
    [(40, 3, 4, 4), pytest.param(200, 22, 24, 30, marks=pytest.mark.slow)],
)
def test_parent_and_workers_killed_at_random_moments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, most_parents: int, most_children: int, least: int
) -> None:
    log = tmp_path / "log"
    seed = int(os.environ.get("HEATSIM_TEST_SEED", "1"))
    rng = random.Random(seed)
    what, folder = definition(number, 0.1), SweepFolder(tmp_path / "sweep")
    script = tmp_path / "kill_rig.py"
    script.write_text(
        textwrap.dedent(f"""
        import sys
        sys.path[:0] = {[str(Path(__file__).parent), str(Path(__file__).parents[2])]!r}
        from pathlib import Path
        from heatsim.sweeps.keeping.folder import SweepFolder
        from test_kills import definition, sweep
        sweep(SweepFolder(Path({str(folder.path)!r})), definition({number}, 0.1), resume=True)
        """)
    )
    parents = children = sessions = 0
    seen: dict[str, tuple[bytes, int]] = {}
    done, spared = False, 0.0
    while not done:
        sessions += 1
        parent = subprocess.Popen(
            [sys.executable, str(script)], env={**os.environ, LOG: str(log)}, stderr=subprocess.PIPE, text=True
        )
        # parents are killed so often at most, some of them while they start
        deadline = time.monotonic() + (
            rng.choice((0.6, 1.5, 3.0, 4.5)) * rng.random() + 0.3 if parents < most_parents else 600.0
        )
        pids: set[int] = set()
        while parent.poll() is None and time.monotonic() < deadline:
            time.sleep(rng.uniform(0.0, 0.2))
            busy = workers(parent.pid)
            pids |= {one.pid for one in busy}
            if busy and time.monotonic() > spared and children < most_children:
                # not so often that none ever comes to work
                spared = time.monotonic() + rng.uniform(0.0, 3.0)
                children += 1
                os.kill(rng.choice(busy).pid, rng.choice((signal.SIGKILL, signal.SIGTERM)))
        if parent.poll() is None:
            pids |= {one.pid for one in workers(parent.pid)}
            parent.kill()
            parents += 1
        else:
            done = parent.returncode == 0
        _, said = parent.communicate()
        assert done or parent.returncode == -signal.SIGKILL, said
        # at once, so that they are not in the way of the next session
        assert ended(sorted(pids), 2.0)
        now = files(folder)
        assert {name: now.get(name) for name in seen} == seen, f"seed {seed}: a finished case was run again"
        seen = now
    print(f"seed {seed}: {parents} kills of the parent, {children} of workers, {sessions} sessions")
    assert parents + children >= least
    assert len(seen) == number
    runs = Counter(log.read_text().split())
    assert len(runs) == number
    assert sum(runs.values()) <= number + parents * JOBS + children
    assert not list((folder.path / "cases").glob(".*"))
    assert_equal_bits(open_sweep(folder.path), undisturbed(tmp_path, what))


@pytest.mark.parametrize("how", ["hang_in_c", pytest.param("hang", marks=pytest.mark.slow)])
def test_workers_and_what_they_started_end_with_the_parent(tmp_path: Path, how: str) -> None:
    """A kill of the parent ends them at once, though a library keeps the interpreter of the worker to itself."""
    flag = tmp_path / "flag"
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent(f"""
        import sys
        sys.path[:0] = [{str(Path(__file__).parents[2])!r}]
        from pathlib import Path
        from sweep_rigs import Rig, misbehave
        from heatsim.sweeps.case import SweepCase
        from heatsim.sweeps.keeping.folder import SweepFolder
        from heatsim.sweeps.running.runner import CaseRunner, Limits
        from heatsim.sweeps.studies.study import to_bytes
        case = SweepCase("misbehave", {{"how": "relatives", "flag": {str(flag)!r}, "then": {how!r}}})
        CaseRunner(to_bytes(Rig(misbehave)), SweepFolder(Path({str(tmp_path / "sweep")!r})), Limits()).run(case)
        """)
    )
    parent = subprocess.Popen([sys.executable, str(script)])
    end = time.monotonic() + 60.0
    while not flag.exists() and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(0.2)
    children = psutil.Process(parent.pid).children(recursive=True)
    assert len(children) == 4  # worker, guard, and two programs of the study
    temporary = Path(flag.read_text())
    assert temporary.is_dir()
    parent.kill()
    parent.wait()
    assert ended([child.pid for child in children], 2.0)
    end = time.monotonic() + 2.0
    while temporary.exists() and time.monotonic() < end:
        time.sleep(0.02)
    assert not temporary.exists()


def test_interrupt_keeps_what_has_ended_and_marks_nothing_as_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, others: set[psutil.Process]
) -> None:
    monkeypatch.setenv(LOG, str(tmp_path / "log"))
    folder, told = SweepFolder(tmp_path / "sweep"), []
    cases = [SweepCase("square", {"x": k}, {"seconds": 0.05}) for k in range(12)]

    def tell(event: str, case: SweepCase, record: CaseRecord | None) -> None:
        told.append((event, case.id))
        if len(told) == 8:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        run_local(cases, to_bytes(Rig(square)), folder, Limits(), JOBS, tell)
    assert children() <= others
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("heatsim-sweep")]
    before = files(folder)
    assert {case_id for event, case_id in told if event == "ended"} == set(before)
    assert 2 <= len(before) < 12
    assert all(folder.kept(case_id).ok for case_id in before)  # type: ignore[union-attr]
    rest = [case for case in cases if case.id not in before]
    run_local(rest, to_bytes(Rig(square)), folder, Limits(), JOBS, lambda *_: None)
    after = files(folder)
    assert {name: after[name] for name in before} == before
    assert len(after) == 12


def test_what_ends_the_sweep_in_one_process_ends_the_others_at_once(
    tmp_path: Path, others: set[psutil.Process]
) -> None:
    folder = SweepFolder(tmp_path / "sweep")
    hows = ["hang", "full_disk", "good"]
    cases = [SweepCase("misbehave", {"how": how}) for how in hows]
    begin = time.monotonic()
    with pytest.raises(UsageError, match="cannot be written"):
        run_local(cases, to_bytes(Rig(misbehave)), folder, Limits(), JOBS, lambda *_: None)
    assert time.monotonic() - begin < 60.0
    assert files(folder) == {}
    assert children() <= others


@pytest.mark.parametrize("broken", ["tell", "cases"])
def test_what_the_caller_raises_reaches_it(tmp_path: Path, broken: str, others: set[psutil.Process]) -> None:
    def tell(*_: object) -> None:
        if broken == "tell":
            raise BrokenPipeError("nobody reads")

    def cases():  # type: ignore[no-untyped-def]
        if broken == "cases":
            raise OSError("no such list")
        yield SweepCase("square", {"x": 1})

    with pytest.raises(OSError, match="nobody reads" if broken == "tell" else "no such list"):
        run_local(cases(), to_bytes(Rig(square)), SweepFolder(tmp_path / "sweep"), Limits(), JOBS, tell)
    assert children() <= others
