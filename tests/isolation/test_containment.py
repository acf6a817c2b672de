"""Nothing is left of a process that is contained, also not of its folder for temporary files."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from heatsim.fmu import unpacked
from heatsim.isolation import child_process
from heatsim.isolation.child_process import ChildProcess
from heatsim.isolation.containment import Containment, remove_left_folders

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes of POSIX")


@pytest.fixture
def where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder for temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def old(folder: Path) -> None:
    hour = time.time() - 3600.0
    os.utime(folder, (hour, hour))


def test_folders_of_killed_processes_are_removed_and_no_others(where: Path) -> None:
    script = textwrap.dedent(f"""
        import os, signal, tempfile
        tempfile.tempdir = {str(where)!r}
        from heatsim.isolation.containment import Containment
        made = Containment()
        open(os.path.join(made.environment["TMPDIR"], "large"), "w").close()
        print(made.environment["TMPDIR"], flush=True)
        input()
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    maker = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ
    )
    assert maker.stdin is not None
    assert maker.stdout is not None
    left = Path(maker.stdout.readline().strip())
    assert left.parent == where
    own = Containment()
    empty, full, fresh, other = (where / f"heatsim-process-{name}" for name in ("empty", "full", "fresh", "link"))
    for folder in (empty, full, fresh):
        folder.mkdir()
    (full / "of somebody").touch()
    other.symlink_to(full)
    for folder in (left, Path(own.environment["TMPDIR"]), empty, full):
        old(folder)
    old(Path(own.environment["TMPDIR"]) / "lock")
    remove_left_folders(where)
    unpacked._sweep.__wrapped__(where)  # which looks for locks in folders of any such name
    assert left.is_dir()  # its maker lives
    assert Path(own.environment["TMPDIR"]).is_dir()
    maker.communicate("\n")
    assert maker.returncode < 0
    remove_left_folders(where)
    assert sorted(where.iterdir()) == sorted([Path(own.environment["TMPDIR"]), full, fresh, other])
    own.close()
    assert sorted(where.iterdir()) == sorted([full, fresh, other])


def test_process_that_cannot_be_guarded_is_ended(where: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started = []

    class Full(Containment):
        def guard(self, pid: int) -> None:
            started.append(pid)
            raise BlockingIOError("no more processes")

    monkeypatch.setattr(child_process, "_START", "import time; time.sleep(1000) # {}")
    with pytest.raises(BlockingIOError, match="no more"):
        ChildProcess("none", 10.0, containment=Full())
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(started[0]).wait(timeout=10.0)
    assert list(where.iterdir()) == []
