"""The folder of a sweep lets one sweep in at a time, goes on with the same study only, and knows damaged files."""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import xarray as xr
from sweep_folders import defined, kept_sweep

from heatsim.errors import UsageError
from heatsim.sweeps.keeping.definition import Definition
from heatsim.sweeps.keeping.folder import SweepFolder

OVER = {"a": [1.0, 2.0], "n": [1, 2, 3]}

HOLDS = """
import sys, time
from pathlib import Path
from heatsim.sweeps.keeping.folder import SweepFolder
with SweepFolder(Path(sys.argv[1])).lock():
    print("held", flush=True)
    time.sleep(60)
"""


def begun(path, definition=None):
    folder = SweepFolder(path)
    with folder.lock():
        folder.begin(definition or defined(OVER))
    return folder


def changed(definition, **others):
    return Definition(**{**vars(definition), **others})


def test_a_definition_is_read_as_it_was_written(tmp_path):
    definition = defined(
        {"a": "range(1m,2m,3)", "mode": "choices(on,off)", "n": [1, 2], "s": [True, False]},
        constraints=["a >= 1.2"],
        settings={"stop": 86400.0, "method": "cvode", "quiet": True},
        series=("storage.*", "P"),
        fingerprint={"code": "1f"},
        described={"a": ("m", "Length"), "mode": (None, None)},
        reference="x.py:study",
    )
    folder = begun(tmp_path / "s", definition)
    assert folder.read() == definition
    assert (folder.path / "cases.txt").read_text().split() == [case.id for case in definition.cases()]


def test_only_one_sweep_is_in_a_folder_and_the_other_hears_who_it_is(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", HOLDS, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "held\n"
        running = rf"another sweep is running here \(process {process.pid} on .*, since 20"
        with pytest.raises(UsageError, match=running), SweepFolder(tmp_path).lock():
            pytest.fail("two sweeps are in one folder")
    finally:
        process.kill()
        process.communicate()
    # the system lets go of the lock of a killed process
    with SweepFolder(tmp_path).lock():
        assert json.loads((tmp_path / "holder.json").read_text())["pid"] == os.getpid()
    assert not (tmp_path / "holder.json").exists()


def test_the_lock_holds_in_one_process_too_and_ends_with_an_exception(tmp_path):
    def second():
        with SweepFolder(tmp_path).lock():
            pytest.fail("two sweeps are in one folder")

    def first():
        with SweepFolder(tmp_path).lock():
            with pytest.raises(UsageError, match=f"process {os.getpid()}"):
                second()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        first()
    with SweepFolder(tmp_path).lock():
        pass


def test_a_folder_with_a_sweep_is_refused_unless_it_is_resumed(tmp_path):
    folder = begun(tmp_path)
    with pytest.raises(UsageError, match=r"holds a sweep already; go on with it by resume=True \(--resume\)"):
        folder.begin(defined(OVER))
    folder.begin(defined(OVER), resume=True)


def test_resume_begins_where_there_is_nothing(tmp_path):
    SweepFolder(tmp_path / "new").begin(defined(OVER), resume=True)
    assert SweepFolder(tmp_path / "new").read() == defined(OVER)


@pytest.mark.parametrize(
    ("others", "says"),
    [
        ({"study": "another"}, "the study is 'another' and was 'study'"),
        ({"settings": {"stop": 2.0, "new": 1}}, "'stop' is 2 and was 1; 'old' is not given and was cold; 'new' is 1"),
        ({"settings": {"stop": True, "old": "cold"}}, "'stop' is True and was 1"),
        ({"fingerprint": {"code": "2", "heatsim": "1"}}, r"the study itself has changed \(code\)"),
        ({"fingerprint": {"heatsim": "1"}}, r"the study itself has changed \(code\)"),
        ({"series": False}, "series are not kept and were kept"),
        ({"series": ("T*",)}, r"series are those of T\* and were kept"),
    ],
)
def test_another_study_is_not_mixed_with_old_results_unless_told(tmp_path, others, says):
    old = defined(OVER, settings={"stop": 1.0, "old": "cold"}, fingerprint={"code": "1", "heatsim": "1"})
    folder, new = begun(tmp_path, old), changed(old, **others)
    with pytest.raises(UsageError, match=rf"cannot be resumed, as .*{says}.* \(--accept-changes\)"):
        folder.begin(new, resume=True)
    assert folder.read() == old
    folder.begin(new, resume=True, accept_changes=True)
    assert folder.read() == new


def test_other_points_of_the_same_study_go_on(tmp_path):
    folder = kept_sweep(tmp_path, OVER, lambda case: {"y": case["a"]}, settings={"b": 2.0})
    # more values, a setting that is swept now, and a file that only a new point names
    more = defined({"a": [2.0, 3.0], "n": [3], "b": [2.0]}, fingerprint={"file a = input.csv": "1"})
    folder.begin(more, resume=True)
    assert [folder.kept(case.id) is not None for case in more.cases()] == [True, False]


def test_a_file_that_cases_name_is_the_same_in_all_sessions_or_the_sweep_is_refused(tmp_path):
    def naming(values, **hashes):
        files = {f"file input = {name}.csv": told for name, told in hashes.items()}
        return defined({"input": [f"{name}.csv" for name in values]}, fingerprint={"code": "1", **files})

    folder = begun(tmp_path, naming("a", a="1"))
    folder.begin(naming("b", b="2"), resume=True)
    # that of the first session has been edited while no case named it; where a name says nothing, or another file
    for other in (naming("ab", a="3", b="2"), naming("ab", a="1", b="3"), naming("ab", a="1"), naming("ba", b="2")):
        with pytest.raises(UsageError, match=r"files have changed, .* \(input = [ab].csv\)"):
            folder.begin(other, resume=True)
    folder.begin(naming("abc", a="1", b="2"), resume=True)
    # which cases have written, perhaps
    folder.begin(naming("abc", a="1", b="2", c="4"), resume=True)
    folder.begin(naming("bc", b="2"), resume=True, accept_changes=True)
    # accepted: there is no c.csv any more
    folder.begin(naming("abc", a="1", b="2"), resume=True)
    assert folder.read().fingerprint == naming("abc", a="1", b="2").fingerprint


def test_equal_numbers_are_no_change(tmp_path):
    folder = begun(tmp_path, defined({"a": [1, 2]}, settings={"n": 3}))
    again = defined({"a": [1.0, 2.0]}, settings={"n": 3.0})
    folder.begin(again, resume=True)


def test_cases_without_a_definition_are_not_taken(tmp_path):
    folder = kept_sweep(tmp_path, OVER, lambda case: {"y": 1.0})
    folder.definition_file.unlink()
    with pytest.raises(UsageError, match=r"holds cases but no sweep\.json"):
        folder.begin(defined(OVER), resume=True)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "is damaged"),
        ("{}", "is not of a sweep"),
        ('{"format": "heatsim sweep"}', "is damaged"),
        ('{"format": "heatsim sweep", "version": 99}', "has format 99, this heatsim reads format 1"),
        ('{"format": "heatsim sweep", "version": 1, "new": 3}', "is damaged"),
        ("[]", "is damaged"),
    ],
)
def test_a_definition_that_cannot_be_read_is_named(tmp_path, content, says):
    folder = begun(tmp_path)
    folder.definition_file.write_text(content)
    with pytest.raises(UsageError, match=rf"sweep\.json: .*{says}"):
        folder.read()


def test_a_folder_without_a_sweep_is_named(tmp_path, monkeypatch):
    with pytest.raises(UsageError, match="holds no sweep; give the folder"):
        SweepFolder(tmp_path).read()
    with pytest.raises(UsageError, match="there is no such folder; give the folder"):
        SweepFolder(tmp_path / "nothing").read()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=re.escape(f"results: there is no such folder in {tmp_path}; give the folder")):
        SweepFolder(Path("results")).read()


def test_files_of_killed_processes_are_removed(tmp_path):
    folder = kept_sweep(tmp_path, OVER, lambda case: {"y": 1.0})
    before = sorted(path.name for path in (tmp_path / "cases").iterdir())
    handle, _ = tempfile.mkstemp(prefix=".0123456789abcdef.nc-", suffix=".tmp", dir=tmp_path / "cases")
    os.close(handle)
    (tmp_path / ".sweep.json-abc.tmp").write_text("half")
    (tmp_path / "cases" / "notes of mine.txt").write_text("stay")
    folder.begin(defined(OVER), resume=True)
    assert sorted(path.name for path in (tmp_path / "cases").iterdir()) == sorted([*before, "notes of mine.txt"])
    assert not list(tmp_path.glob(".*.tmp"))


def with_arrays(case):
    return {"T": xr.DataArray([1.0, 2.0], dims="time", coords={"time": [0.0, 10.0]}), "y": 1.0}


@pytest.mark.parametrize(
    "harm",
    [
        lambda record, arrays: record.write_bytes(b""),
        lambda record, arrays: record.write_bytes(record.read_bytes()[:-20]),
        lambda record, arrays: arrays.unlink(),
        lambda record, arrays: arrays.write_bytes(b""),
        lambda record, arrays: arrays.write_bytes(arrays.read_bytes()[:-1]),
        lambda record, arrays: record.write_text(record.read_text().replace('"id": "', '"id": "f')),
    ],
)
def test_a_case_with_damaged_files_has_not_ended(tmp_path, harm):
    folder = kept_sweep(tmp_path, OVER, with_arrays)
    first, second, *_ = defined(OVER).cases()
    assert folder.kept(first.id).ok
    harm(folder.record(first.id), folder.series(first.id))
    assert folder.kept(first.id) is None
    assert folder.kept(second.id).ok


def test_reading_needs_no_lock(tmp_path):
    folder = kept_sweep(tmp_path, OVER, lambda case: {"y": 1.0})
    with folder.lock():
        assert folder.read() == defined(OVER)
        assert all(folder.kept(case.id) for case in defined(OVER).cases())
