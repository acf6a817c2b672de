"""Whatever a case does to its process, it comes back as a record, and the next case finds things as they were."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from fmus.build import fmu
from sweep_fmu_rig import one_fmu
from sweep_rigs import LOG, Broken, Rig, leave_file, misbehave, square

from heatsim.errors import HeatsimError, SimulationError, UsageError
from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.keeping.folder import SweepFolder
from heatsim.sweeps.keeping.records import CannotKeep, CaseRecord
from heatsim.sweeps.running import study_process
from heatsim.sweeps.running.runner import CaseRunner, Limits
from heatsim.sweeps.studies.study import find_study, to_bytes

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes of POSIX")

Run = Callable[..., CaseRecord]


def running(folder: SweepFolder, limits: Limits | None = None, function: Any = misbehave) -> CaseRunner:
    return CaseRunner(to_bytes(Rig(function)), folder, limits or Limits())


def run(runner: CaseRunner, how: str, **settings: Any) -> CaseRecord:
    record = runner.run(SweepCase("misbehave", {"how": how}, settings))
    assert record == runner._folder.kept(record.id)
    assert "\n" not in record.message
    return record


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseRunner]:
    """A process for cases that do not end it."""
    with running(SweepFolder(tmp_path_factory.mktemp("shared") / "sweep")) as runner:
        yield runner


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[SweepFolder]:
    """Folder of a sweep; no process that the test has started is left."""
    before = descendants()
    yield SweepFolder(tmp_path / "sweep")
    end = time.monotonic() + 10.0
    while descendants() - before and time.monotonic() < end:
        time.sleep(0.05)
    assert not [process.cmdline() for process in descendants() - before]


def descendants() -> set[psutil.Process]:
    return set(psutil.Process().children(recursive=True))


def left(name: str) -> list[str]:
    """Programs with this in their command line."""
    return subprocess.run(["pgrep", "-fa", name], capture_output=True, text=True, check=False).stdout.splitlines()


def test_failures_of_the_study_have_reason_line_and_log_and_do_not_end_the_process(shared: CaseRunner) -> None:
    good = run(shared, "good")
    assert (good.status, good.figures["y"].value, good.log) == ("ok", 1.0, "this is good\n")
    pids = {good.provenance["pid"]}
    expected = {
        "exception": ("exception", "ValueError: three is too many (sweep_rigs.py:"),
        "halves": ("exception", "ValueError: half of a character: \\ud800 (sweep_rigs.py:"),
        "solver": ("solver", "the integrator stopped at t = 3 s"),
        "checks": ("checks", "12 J are missing"),
        "usage": ("exception", "the case has no 'nothing'; it has how"),
        "nothing": ("result", "the study returned nothing; return a Dataset"),
        "unwritable": ("result", "the study returned a object as 'y'"),
        "sys_exit": ("crash", "the study ended its process (sys.exit('no licence'))"),
        "interrupt": ("exception", "KeyboardInterrupt (sweep_rigs.py:"),
        "input": ("exception", "EOFError: EOF when reading a line (sweep_rigs.py:"),
        "memory_at_once": ("memory limit", "MemoryError: Unable to allocate 8.00 TiB"),
    }
    for how, (reason, message) in expected.items():
        if how == "memory_at_once":
            break
        record = run(shared, how)
        assert (record.status, record.reason) == ("failed", reason), record
        assert record.message.startswith(message)
        assert record.log.startswith(f"this is {how}\n")
        assert "Traceback" in record.log
        assert f"_{how}(case" not in record.log.partition("Traceback")[0]
        assert not record.figures
        pids.add(record.provenance["pid"])
    assert pids == {good.provenance["pid"]}
    # what is asked for at once and is not there
    record = run(shared, "memory_at_once")
    assert record.reason == "memory limit"
    assert record.message.startswith(expected["memory_at_once"][1])


def test_prints_of_megabytes_are_cut_and_belong_to_their_case(shared: CaseRunner) -> None:
    record = run(shared, "prints")
    assert record.figures["y"].value == 5.0
    assert len(record.log) < 5000
    assert record.log.endswith(f"{'x' * 99}\nthe last of all")
    assert run(shared, "c_print").log == "this is c_print\nprinted by C\n"
    assert run(shared, "fork").figures["y"].value == 4.0
    assert run(shared, "good").log == "this is good\n"
    for how in ("prints", "c_print", "fork", "good"):
        assert run(shared, how).ok


def test_what_a_case_changes_is_put_back_and_its_random_numbers_are_its_own(shared: CaseRunner) -> None:
    os.environ.pop("HEATSIM_VANDAL", None)
    first = run(shared, "draw")
    assert run(shared, "vandal").figures["y"].value == 8.0
    second = run(shared, "draw")
    other = shared.run(SweepCase("misbehave", {"how": "draw", "again": 1}))
    assert second.figures == first.figures
    assert second.log == first.log
    assert "UserWarning: this is drawn" in first.log
    assert other.figures["y"] != first.figures["y"]
    assert first.figures["folder"].value == os.getcwd()
    assert first.figures["threads"].value == "1"
    assert first.figures["vandal"].value == ""


def test_process_that_ends_ends_its_case_at_most(folder: SweepFolder, tmp_path: Path) -> None:
    with running(folder) as runner:
        # killed from outside: again, at once
        record = run(runner, "kill_once", flag=str(tmp_path / "flag"))
        assert record.ok
        assert record.provenance["attempts"] == 2
        assert record.log == "this is kill_once\n"
        record = run(runner, "segfault")
        assert (record.reason, record.message) == ("crash", "its process crashed with SIGSEGV")
        assert "sweep_rigs.py" in record.log
        assert "in _segfault" in record.log
        assert "Extension modules" not in record.log
        record = run(runner, "exit")
        assert (record.reason, record.message) == ("crash", "its process ended itself with exit code 3")
        assert record.log == "this is exit\nabout to leave\n"


def test_record_that_was_written_just_before_the_end_counts_once(
    folder: SweepFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(LOG, str(tmp_path / "log"))
    with running(folder) as runner:
        for _ in range(2):  # what an earlier session has left is not taken for it
            record = run(runner, "die_when_kept")
            assert record.ok, record
            assert record.figures["y"].value == 9.0
            assert record.provenance["attempts"] == 1
    assert len((tmp_path / "log").read_text().split()) == 2


@pytest.mark.slow
def test_full_disk_ends_the_sweep_and_not_the_case(folder: SweepFolder) -> None:
    with running(folder) as runner:
        kept = run(runner, "good")
        case = SweepCase("misbehave", {"how": "full_disk"})
        with pytest.raises(CannotKeep) as caught:
            runner.run(case)
        message = str(caught.value)
        assert message.startswith(
            f"{folder.record(case.id)}: the result of the case cannot be written (File too large)"
        )
        assert message.endswith("what has ended is kept; go on with resume=True (--resume) when there is room")
    assert [file.name for file in (folder.path / "cases").iterdir()] == [f"{kept.id}.json"]


@pytest.mark.slow
def test_fmu_that_crashes_fails_its_case(folder: SweepFolder) -> None:
    path = str(fmu("failing", start={"how": 4.0}))
    with running(folder, None, one_fmu) as runner:
        isolated = run(runner, "fmu", fmu=path, isolate=True)
        assert isolated.reason == "solver"
        assert "pump: " in isolated.message
        assert "the process of the FMU crashed with SIGSEGV" in isolated.message
        within = run(runner, "fmu", fmu=path, isolate=False)
        assert (within.reason, within.message) == ("crash", "its process crashed with SIGSEGV")
        assert "failing: goodbye" in within.log
        assert "in one_fmu" in within.log
        good = run(runner, "fmu", fmu=str(fmu("failing", start={"how": 10.0})), isolate=False)
        assert good.ok, good


@pytest.mark.slow
def test_process_that_is_killed_again_and_again_gives_up_its_case(folder: SweepFolder) -> None:
    with running(folder) as runner:
        record = run(runner, "kill")
        assert record.reason == "killed"
        assert record.message.startswith("its process was ended from outside 3 times, at last by SIGKILL, perhaps")
        assert run(runner, "abort").message == "its process crashed with SIGABRT"


@pytest.mark.slow
def test_process_that_dies_between_two_cases_is_the_fault_of_neither(folder: SweepFolder) -> None:
    with running(folder) as runner:
        first = run(runner, "die_afterwards")
        assert first.ok
        time.sleep(3.0)
        record = run(runner, "good")
        assert record.ok
        assert record.provenance["attempts"] == 1
        assert record.provenance["pid"] != first.provenance["pid"]


@pytest.mark.parametrize(("how", "line"), [("hang", "in _hang"), ("hang_in_c", "in _hang_in_c")])
@pytest.mark.slow
def test_case_that_hangs_is_ended_and_the_log_says_where_it_was(folder: SweepFolder, how: str, line: str) -> None:
    with running(folder, Limits(time=1.0)) as runner:
        begin = time.monotonic()
        record = run(runner, how)
        assert time.monotonic() - begin < 30.0
        assert (record.reason, record.message) == ("time limit", "did not end within 1 s and was ended")
        assert line in record.log
        assert 0.9 < record.provenance["seconds"] < 20.0


@pytest.mark.parametrize("then", ["hang", pytest.param("segfault", marks=pytest.mark.slow)])
def test_what_a_case_has_started_ends_with_it_also_when_it_left_the_group(
    folder: SweepFolder, tmp_path: Path, then: str
) -> None:
    with running(folder, Limits(time=1.5)) as runner:
        record = run(runner, "family", flag=str(tmp_path / "flag"), then=then)
        assert (tmp_path / "flag").exists()
        assert record.reason == {"hang": "time limit", "segfault": "crash"}[then]
        assert f"in _{then}" in record.log
        assert left("sleep 4321.25") == []


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS tells the memory of others to nobody")
@pytest.mark.parametrize("how", [pytest.param("memory", marks=pytest.mark.slow), "memory_of_a_child"])
def test_case_that_takes_too_much_memory(folder: SweepFolder, how: str) -> None:
    with running(folder, Limits(memory=800 * 10**6)) as runner:
        record = run(runner, how)
        assert record.reason == "memory limit", record
        if how == "memory_of_a_child":
            assert "more than the limit of 800 MB, and was ended" in record.message
            assert "in _memory_of_a_child" in record.log


@pytest.mark.slow
def test_memory_that_earlier_cases_have_kept_is_not_counted_to_a_case(folder: SweepFolder) -> None:
    with running(folder, Limits(memory=600 * 10**6)) as runner:
        records = [runner.run(SweepCase("misbehave", {"how": "leak", "n": n})) for n in range(12)]
    assert all(record.ok for record in records)
    pids = [record.provenance["pid"] for record in records]
    assert 2 < len(set(pids)) < 8


def test_memory_limit_below_what_a_process_takes_is_a_wrong_call(folder: SweepFolder) -> None:
    with running(folder, Limits(memory=50 * 10**6)) as runner, pytest.raises(UsageError, match="before its first case"):
        runner.run(SweepCase("misbehave", {"how": "good"}))
    assert not folder.path.exists()


def test_processes_are_replaced_after_many_cases(folder: SweepFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study_process, "_START_SHARE", 0.0)
    with running(folder, Limits(recycle=3), square) as runner:
        records = [runner.run(SweepCase("square", {"x": x})) for x in range(5)]
    assert [record.figures["y"].value for record in records] == [0.0, 1.0, 4.0, 9.0, 16.0]
    pids = [record.provenance["pid"] for record in records]
    assert [pids.count(pid) for pid in dict.fromkeys(pids)] == [3, 2]


@pytest.mark.parametrize(
    ("study", "error", "message"),
    [
        (Broken(square), UsageError, "of its own: ModuleNotFoundError: No module named 'plant_of_last_year' (sweep_ri"),
        pytest.param(
            Broken(misbehave), SimulationError, "of its own, which crashed with SIGABRT", marks=pytest.mark.slow
        ),
    ],
)
def test_study_that_cannot_be_loaded_ends_the_sweep_with_one_line(
    folder: SweepFolder, study: Rig, error: type[HeatsimError], message: str
) -> None:
    with CaseRunner(to_bytes(study), folder, Limits()) as runner, pytest.raises(error) as caught:
        runner.run(SweepCase("square", {"x": 1}))
    assert str(caught.value).startswith("the study cannot be loaded in a process ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert any("warm" in line for line in caught.value.details)
    assert not folder.path.exists()


@pytest.mark.slow
def test_study_that_changes_while_the_sweep_runs_is_refused(folder: SweepFolder) -> None:
    fingerprint = {"code": "1"}
    study = to_bytes(Rig(square, {"code": "2"}))
    with (
        CaseRunner(study, folder, Limits(), fingerprint) as runner,
        pytest.raises(UsageError, match=r"changed.*\(code"),
    ):
        runner.run(SweepCase("square", {"x": 1}))


@pytest.mark.slow
@pytest.mark.parametrize("then", ["good", "exit"])
def test_temporary_files_of_a_case_go_with_its_process(folder: SweepFolder, tmp_path: Path, then: str) -> None:
    flag = tmp_path / "flag"
    with running(folder, None, leave_file) as runner:
        record = runner.run(SweepCase("leave_file", {"then": then}, {"flag": str(flag)}))
    assert record.ok == (then == "good")
    assert not Path(flag.read_text()).exists()
    assert not Path(flag.read_text()).parent.exists()


@pytest.mark.parametrize("how", ["good", "exception"])
def test_folder_that_is_renamed_while_the_sweep_runs_is_not_made_anew(
    folder: SweepFolder, tmp_path: Path, how: str
) -> None:
    folder.path.mkdir()
    folder.definition_file.touch()
    with running(folder) as runner:
        assert run(runner, "good").ok
        folder.path.rename(tmp_path / "elsewhere")
        with pytest.raises(CannotKeep, match="sweep: the folder has been removed or renamed while its sweep ran; put "):
            runner.run(SweepCase("misbehave", {"how": how}, {"again": 1}))
    assert not folder.path.exists()


def test_case_of_a_script_may_start_processes_that_import_it(folder: SweepFolder, tmp_path: Path) -> None:
    script = tmp_path / "pooled study.v2.py"
    script.write_text(
        "import multiprocessing\n"
        "def work(x): return x * x\n"
        "def study(case):\n"
        "    with multiprocessing.get_context('spawn').Pool(1) as pool:\n"
        "        return {'y': float(sum(pool.map(work, range(4))))}\n"
    )
    # without it the pool would wait for ever
    with CaseRunner(to_bytes(find_study(script)), folder, Limits(time=60.0)) as runner:
        record = runner.run(SweepCase("study", {"x": 1}))
    assert record.ok, record
    assert record.figures["y"].value == 14.0
