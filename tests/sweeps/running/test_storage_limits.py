"""A full disk, a folder that cannot be written, and two sweeps at once end in one clear line; nothing is lost."""

import errno
import os
import shutil
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from sweep_folders import defined, kept_sweep

import heatsim as hs
from heatsim import whole_file
from heatsim.errors import UsageError
from heatsim.sweeps.keeping.folder import SweepFolder
from heatsim.sweeps.keeping.keep import keep
from heatsim.sweeps.keeping.outcome import outcome
from heatsim.sweeps.keeping.records import CannotKeep

STUDY = textwrap.dedent(
    """
    import numpy as np
    import xarray as xr

    def study(case):
        # random numbers do not shrink
        T = np.random.default_rng(int(case["a"])).random(int(case["rows"]))
        return {"y": case["a"], "T": xr.DataArray(T, dims="time")}
    """
)

# children inherit the limit, and Python takes the signal that would end them
LIMITED = textwrap.dedent(
    """
    import resource, sys
    import heatsim.sweeps as hs
    from heatsim.errors import UsageError
    from study import study
    over = [{"a": float(a), "rows": rows} for a, rows in enumerate((10, 10, 200_000, 10, 200_000))]
    if sys.argv[2] != "0":
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
    try:
        ds = hs.sweep(study, over, out=sys.argv[1], series=True, jobs=1, resume=True)
        print("status", *ds["status"].values)
        print("sum", float(ds["T"].sum()))
    except UsageError as error:
        print("refused", error)
    """
)


def run(folder: Path, code: str, *args: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *args], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file sizes")
def test_a_full_disk_stops_the_sweep_and_resume_goes_on(tmp_path):
    (tmp_path / "study.py").write_text(STUDY)
    out = tmp_path / "out"
    said = run(tmp_path, LIMITED, str(out), "300000")
    assert said.startswith("refused")
    assert f"the arrays of the case cannot be written ({os.strerror(errno.EFBIG)}); choose another folder" in said
    assert len(said.splitlines()) == 1
    ds = hs.open_sweep(out)
    assert ds["status"].values.tolist() == ["ok", "ok", "missing", "missing", "missing"]
    assert not list(out.rglob("*.tmp"))
    said = run(tmp_path, LIMITED, str(out), "0")
    exact = sum(np.random.default_rng(a).random(rows).sum() for a, rows in enumerate((10, 10, 200_000, 10, 200_000)))
    assert "status ok ok ok ok ok" in said
    assert float(said.split()[-1]) == pytest.approx(exact, rel=1e-12)


@pytest.fixture
def tiny(tmp_path):
    """A command that runs another one with a file system of 1 MB on `tiny`."""
    (tmp_path / "tiny").mkdir()
    unshare = shutil.which("unshare")
    mount = ["mount", "-t", "tmpfs", "-o", "size=1M", "none", str(tmp_path / "tiny")]
    if unshare is None or subprocess.run([unshare, "-rm", *mount], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a file system of their own")
    return [unshare, "-rm", "sh", "-c", f'{" ".join(mount)} && exec "$@"', "sh"]


def test_a_file_system_without_space(tmp_path, tiny):
    code = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        import numpy as np, xarray as xr
        sys.path.insert(0, sys.argv[2])
        from sweep_folders import kept_sweep
        from heatsim.sweeps.keeping.records import CannotKeep
        import heatsim as hs
        path = Path(sys.argv[1])
        def study(case):
            rng = np.random.default_rng(int(case["a"]))
            return {"y": case["a"], "T": xr.DataArray(rng.random(30_000), dims="time")}
        try:
            kept_sweep(path, {"a": [float(a) for a in range(8)]}, study)
        except CannotKeep as error:
            print("refused", error)
        ds = hs.open_sweep(path)
        ended = int((ds["status"] == "ok").sum())
        # 1 MB holds three or four of them
        print(2 <= ended <= 4, len(list(path.rglob("*.tmp"))), bool((ds["T"].mean("time") > 0.4).sum() == ended))
        """
    )
    tests = str(Path(__file__).parents[2])
    done = subprocess.run(
        [*tiny, sys.executable, "-c", code, str(tmp_path / "tiny"), tests],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert f"cannot be written ({os.strerror(errno.ENOSPC)})" in first
    assert second == "True 0 True"


def refusing(code: int):
    def refuse(*args, **kwargs):
        raise OSError(code, os.strerror(code))

    return refuse


@pytest.mark.parametrize("code", [errno.EROFS, errno.ENOSPC, errno.EACCES, errno.EIO])
@pytest.mark.parametrize("arrays", [False, True])
def test_what_the_system_refuses_is_told_with_its_reason(tmp_path, monkeypatch, code, arrays):
    definition = defined({"a": [1.0]})
    folder = kept_sweep(tmp_path, {"a": [1.0]}, lambda case: {}, only=lambda case: False)
    (case,) = definition.cases()
    found = outcome({"y": 1.0, **({"T": xr.DataArray([1.0], dims="time")} if arrays else {})})
    monkeypatch.setattr(whole_file.tempfile, "mkstemp", refusing(code))
    monkeypatch.setattr(whole_file.tempfile, "TemporaryFile", refusing(code))
    with pytest.raises(CannotKeep, match=rf"cannot be written \({os.strerror(code)}\); choose another folder"):
        keep(folder, case, found, {})
    monkeypatch.undo()
    assert folder.kept(case.id) is None
    assert hs.open_sweep(tmp_path)["status"].values.tolist() == ["missing"]


def test_a_folder_that_cannot_be_written_is_refused_at_once_and_can_be_read(tmp_path, monkeypatch):
    folder = kept_sweep(tmp_path / "s", {"a": [1.0, 2.0]}, lambda case: {"y": case["a"]})
    if os.geteuid() == 0:
        # nothing is forbidden to this user; the system could still refuse
        monkeypatch.setattr("filelock.FileLock.acquire", refusing(errno.EROFS))
    else:
        for place in (folder.path, folder.path / "cases"):
            place.chmod(0o555)
        (folder.path / "sweep.lock").chmod(0o444)
    try:
        with pytest.raises(UsageError, match=r"the sweep cannot be kept here .*; choose another folder"), folder.lock():
            pytest.fail("the folder cannot be written")
        assert hs.open_sweep(folder.path)["y"].values.tolist() == [1.0, 2.0]
    finally:
        for place in (folder.path, folder.path / "cases"):
            place.chmod(0o755)


def test_a_folder_inside_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="the sweep cannot be kept here"), SweepFolder(tmp_path / "file" / "s").lock():
        pytest.fail("there is no such folder")


TWO = textwrap.dedent(
    """
    import os, sys, time
    import heatsim.sweeps as hs
    from heatsim.errors import UsageError

    def study(case):
        with open("runs.txt", "a") as log:
            log.write(f"{case.id}\\n")
        while not os.path.exists("go on"):
            time.sleep(0.05)
        return {"y": case["a"]}

    try:
        ds = hs.sweep(study, {"a": [1.0, 2.0, 3.0]}, out="out", jobs=1, resume=True)
        print("ended", ds["y"].values.tolist())
    except UsageError as error:
        print("refused", error)
    """
)


def test_two_sweeps_on_one_folder_at_once(tmp_path):
    (tmp_path / "two.py").write_text(TWO)
    command = [sys.executable, "two.py"]
    first = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    try:
        end = time.monotonic() + 60.0
        while not (tmp_path / "runs.txt").exists():
            assert time.monotonic() < end
            assert first.poll() is None
            time.sleep(0.05)
        second = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
        assert second.stdout.startswith("refused out: another sweep is running here")
        assert f"process {first.pid} on" in second.stdout
        (tmp_path / "go on").touch()
        said, _ = first.communicate(timeout=60)
    finally:
        (tmp_path / "go on").touch()
        first.kill()
        first.wait()
    assert said == "ended [1.0, 2.0, 3.0]\n"
    runs = (tmp_path / "runs.txt").read_text().split()
    assert len(runs) == len(set(runs)) == 3
