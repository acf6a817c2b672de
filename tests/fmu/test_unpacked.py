"""Unpacked archives go with their process, however it ends, and never before."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from heatsim.fmu import unpacked

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="ends of processes on POSIX")

_SCRIPT = """
import os, signal, sys, tempfile, time
tempfile.tempdir = sys.argv[1]
from heatsim.fmu.unpacked import new_folder
folder = new_folder("a")
(folder / "file").write_text("x")
print(folder, flush=True)
"""


def run(place: Path, then: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", _SCRIPT + then, str(place)], stdout=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str]) -> str:
    return process.communicate(timeout=60)[0].splitlines()[0]


def left(place: Path) -> list[Path]:
    return sorted(place.iterdir())


def aged(place: Path) -> None:
    for lock in place.glob("*/lock"):
        os.utime(lock, (time.time() - 3600.0, time.time() - 3600.0))


@pytest.mark.parametrize("then", ["", "sys.exit(3)", "raise ValueError"])
def test_a_process_that_ends_leaves_nothing(then: str, tmp_path: Path) -> None:
    assert ended(run(tmp_path, then)).startswith(str(tmp_path))
    assert left(tmp_path) == []


def test_a_fork_leaves_the_folder_to_its_parent(tmp_path: Path) -> None:
    process = run(tmp_path, "sys.exit(0) if os.fork() == 0 else os.wait(); print((folder / 'file').exists())")
    assert process.communicate(timeout=60)[0].splitlines()[-1] == "True"
    assert left(tmp_path) == []


def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path: Path) -> None:
    folder = Path(ended(run(tmp_path, "os.kill(os.getpid(), signal.SIGKILL)")))
    assert (folder / "file").read_text() == "x"
    # a young one may belong to a process that is about to lock it
    ended(run(tmp_path, ""))
    assert (folder / "file").exists()
    aged(tmp_path)
    ended(run(tmp_path, ""))
    assert left(tmp_path) == []


def test_what_a_living_process_uses_is_not_removed(tmp_path: Path) -> None:
    process = run(tmp_path, "time.sleep(600)")
    assert process.stdout is not None
    folder = Path(process.stdout.readline().strip())
    try:
        aged(tmp_path)
        ended(run(tmp_path, ""))
        assert (folder / "file").exists()
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()


def test_what_is_not_ours_is_not_removed(tmp_path: Path) -> None:
    other = tmp_path / "heatsim-results"
    other.mkdir()
    (other / "data").write_text("x")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "data").write_text("x")
    (tmp_path / "heatsim-link").mkdir()
    (tmp_path / "heatsim-link" / "lock").symlink_to(outside / "data")
    aged(tmp_path)
    ended(run(tmp_path, ""))
    assert (other / "data").exists()
    assert (outside / "data").exists()
    assert (tmp_path / "heatsim-link").exists()


def test_a_folder_that_is_given_back_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    first, second = unpacked.new_folder("a"), unpacked.new_folder("b")
    assert first.parent == second.parent
    unpacked.remove_folder(first)
    assert second.exists()
    assert not first.exists()
    unpacked.remove_folder(second)
    assert left(tmp_path) == []
    third = unpacked.new_folder("c")
    assert third.is_dir()
    unpacked.remove_folder(third)


def test_what_another_user_left_is_not_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(ended(run(tmp_path, "os.kill(os.getpid(), signal.SIGKILL)")))
    aged(tmp_path)
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    unpacked._sweep.__wrapped__(tmp_path)
    assert (folder / "file").exists()
    monkeypatch.undo()
    unpacked._sweep.__wrapped__(tmp_path)
    assert left(tmp_path) == []
