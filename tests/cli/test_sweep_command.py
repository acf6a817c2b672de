"""`heatsim sweep`: cases that end well and badly, resumed, prepared, run one by one, interrupted, and wrong calls."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import heatsim as hs
from heatsim.cli import main
from heatsim.sweeps.case import identifier
from heatsim.sweeps.keeping.folder import SweepFolder
from heatsim.sweeps.running import case_lock

STUDY = """
import os, time
from pathlib import Path

def study(case):
    here = Path(__file__).parent
    with open(here / "runs.txt", "a") as runs:
        runs.write(f"{case.id}\\n")
    if (here / "slow.txt").exists():
        time.sleep(float((here / "slow.txt").read_text()))
    if case["a"] == 3:
        raise ValueError(f"no plant is that large at t = {12.5 * case.get('b', 1)} s")
    return {"y": case["a"] ** 2 + case.get("b", 0.0)}
"""


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "mine.py"
    file.write_text(STUDY, encoding="utf-8")
    return file


_ENDS = (("SIGTERM", 143), ("SIGHUP", 129))


def runs(script: Path) -> list[str]:
    file = script.parent / "runs.txt"
    return file.read_text(encoding="utf-8").split() if file.exists() else []


def status(folder: str) -> dict[str, object]:
    return json.loads(Path(folder, "status.json").read_text(encoding="utf-8"))


def started(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "heatsim", "sweep", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(hs.__file__).parents[1])},
    )


def wait_for(condition: object, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.05)


def test_sweep_ends_with_a_summary_and_is_resumed_with_more_points(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    limits = ["--jobs", "2", "--time-limit", "1 h"]
    assert main(["sweep", "mine.py", "--over", "a=range(1,4,4)", "--out", "out", *limits, "--no-report"]) == 1
    shown = capsys.readouterr()
    assert "4 cases: 3 ok, 1 failed" in shown.out
    assert "1 x exception: ValueError: no plant is that large" in shown.out
    # with its limits, which the folder does not know
    assert "`heatsim sweep --out out --resume --jobs 2 --time-limit '1 h' --retry-failed`" in shown.err
    found = status("out")
    assert found["state"] == "finished"
    assert found["cases"] == {
        "total": 4, "ok": 3, "failed": 1, "running": 0, "waiting": 0, "left_out": 0, "ended_before": 0,
    }  # fmt: skip
    assert found["failures"][0]["count"] == 1  # type: ignore[index]

    assert main(["sweep", "mine.py", "--over", "a=range(1,4,4)", "--out", "out"]) == 2
    assert "holds a sweep already" in capsys.readouterr().err
    assert len(runs(script)) == 4

    assert main(["sweep", "mine.py", "--over", "a=range(1,5,5)", "--out", "out", "--resume", "--no-report"]) == 1
    assert "5 cases: 4 ok, 1 failed, 4 of them before this session; 1 run in" in capsys.readouterr().out
    assert len(runs(script)) == len(set(runs(script))) == 5
    assert hs.open_sweep("out").y.sel(a=[1, 2, 4, 5]).values.tolist() == [1.0, 4.0, 16.0, 25.0]


def test_prepared_folder_is_run_by_commands_of_one_case(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "mine.py", "--over", "a=choices(2,3)", "--set", "b=0.5", "--out", "out", "--prepare"]) == 0
    assert runs(script) == []
    good, bad = Path("out/cases.txt").read_text(encoding="utf-8").split()
    assert main(["sweep", "--out", "out", "--case", good[:6]]) == 0
    assert f"case {good}: ok (a = 2)" in capsys.readouterr().out
    assert main(["sweep", "--out", "out", "--case", good]) == 0
    assert "has ended before" in capsys.readouterr().out
    assert main(["sweep", "--out", "out", "--case", bad]) == 1
    assert "no plant is that large" in capsys.readouterr().err
    assert main(["sweep", "--out", "out", "--case", bad]) == 1
    assert "--retry-failed runs it again" in capsys.readouterr().err
    assert runs(script) == [good, bad]
    # the sweep of the folder has nothing left to do, and says the same
    assert main(["sweep", "--out", "out", "--resume", "--no-report"]) == 1
    assert "2 cases: 1 ok, 1 failed, 2 of them before this session" in capsys.readouterr().out
    assert hs.open_sweep("out").y.sel(a=2).item() == 4.5


def test_folder_is_named_after_the_study(script: Path) -> None:
    assert main(["sweep", str(script), "--over", "a=1", "--prepare"]) == 0
    assert main(["sweep", "mine.py:study", "--over", "a=1", "--prepare", "--resume"]) == 0
    # a class is no file: what is behind its last dot is no ending
    sweep = ["sweep", "HeatReuse.Examples.BoosterLine", "--over", "stop=choices(1h,2h)", "--prepare"]
    assert main(sweep) == 0
    assert {file.name for file in Path("results").iterdir()} == {"sweep_mine", "sweep_HeatReuse.Examples.BoosterLine"}


def test_log_that_cannot_hold_a_character_ends_nothing(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", output)
    assert main(["sweep", "mine.py", "--over", "a=1", "--out", "\u0394p", "--prepare"]) == 0
    output.flush()
    assert output.buffer.getvalue().startswith(b"1 cases are prepared in \\u0394p;")  # type: ignore[attr-defined]


def test_case_that_is_not_there_or_not_the_only_one(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = ["sweep", "mine.py", "--over", "a=range(1,2000,2000)", "--out", "out"]
    assert main([*out, "--prepare"]) == 0
    ids = Path("out/cases.txt").read_text(encoding="utf-8").split()
    assert len(set(ids)) == 2000
    for text, message in (
        ("17", "is no identifier"),
        ("", "is no identifier"),
        ("zzzzzzzz", "is no identifier"),
        ("0" * 16, "has no such case among its 2000"),
    ):
        assert main(["sweep", "--out", "out", "--case", text]) == 2, text
        assert message in capsys.readouterr().err
    # a case of other points would be run for nothing
    more = [*out[:3], "a=choices(5000)", *out[4:], "--case"]
    assert main([*more, identifier("study", {"a": 5000})]) == 2
    assert "is none of the 2000 that were prepared here" in capsys.readouterr().err
    # another study is another sweep
    script.write_text(STUDY.replace("** 2", "** 3"), encoding="utf-8")
    assert main(["sweep", "--out", "out", "--case", ids[0]]) == 2
    assert "has changed" in capsys.readouterr().err
    assert runs(script) == []


def test_beginning_of_several_identifiers_names_them(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from heatsim.errors import UsageError
    from heatsim.sweeps.plan import plan
    from heatsim.sweeps.running import one_case

    monkeypatch.setattr(one_case, "SHORTEST", 1)
    what = plan(script, {"a": list(range(40))}, out="out")
    first = next(what.definition.cases()).id
    same = [case.id for case in what.definition.cases() if case.id[0] == first[0]]
    assert len(same) > 1
    with pytest.raises(UsageError, match=f"{len(same)} cases begin so.*{same[1]}.*more digits"):
        one_case.find_case(what, first[0])
    assert one_case.find_case(what, first.upper()).id == first


def test_case_and_sweep_never_run_at_once(
    script: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["sweep", "mine.py", "--over", "a=choices(1,2)", "--out", "out", "--prepare"]) == 0
    one = Path("out/cases.txt").read_text(encoding="utf-8").split()[0]
    monkeypatch.setattr(case_lock, "_PATIENCE", 0.2)
    folder = SweepFolder(Path("out"))
    with folder.lock():
        assert main(["sweep", "--out", "out", "--case", one]) == 2
        assert "another sweep is running here" in capsys.readouterr().err
    with case_lock.case_lock(folder, one):
        assert main(["sweep", "--out", "out", "--resume"]) == 2
        assert f"case {one} is being run by a command of its own" in capsys.readouterr().err
    assert runs(script) == []
    assert main(["sweep", "--out", "out", "--case", one]) == 0
    assert main(["sweep", "--out", "out", "--resume", "--no-report"]) == 0
    assert len(runs(script)) == 2
    assert list(Path("out/locks").iterdir()) == []


def test_two_commands_of_one_case_run_it_once(script: Path) -> None:
    Path("slow.txt").write_text("1", encoding="utf-8")
    # each of them would prepare the folder, too
    commands = [
        started("mine.py", "--over", "a=choices(1,2)", "--out", "out", "--case", one) for one in 2 * _ids(2)[:1]
    ]
    for command in commands:
        out, err = command.communicate(timeout=60)
        assert command.returncode == 0, out + err
    assert runs(script) == _ids(2)[:1]


def _ids(number: int) -> list[str]:
    from heatsim.sweeps.plan import plan

    return [case.id for case in plan("mine.py", {"a": f"range(1,{number},{number})"}, out="out").definition.cases()]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(
    ("name", "code"), [("SIGINT", 130), *(pytest.param(n, c, marks=pytest.mark.slow) for n, c in _ENDS)]
)
def test_interrupted_sweep_keeps_what_has_ended_and_goes_on(script: Path, name: str, code: int) -> None:
    Path("slow.txt").write_text("0.3", encoding="utf-8")
    sweep = started("mine.py", "--over", "a=range(4,43,40)", "--out", "out", "--jobs", "2")
    wait_for(lambda: len(list(Path("out").glob("cases/*.json"))) >= 3)
    sweep.send_signal(getattr(signal, name))
    out, err = sweep.communicate(timeout=30)
    assert sweep.returncode == code, out + err
    assert "Traceback" not in err
    assert "--resume" in err
    assert status("out")["state"] == "interrupted"
    ended = [file.stem for file in Path("out/cases").glob("*.json")]
    assert len(ended) < 40
    Path("slow.txt").unlink()
    assert main(["sweep", "--out", "out", "--resume", "--no-report"]) == 0
    again = [one for one in set(runs(script)) if runs(script).count(one) > 1]
    assert len(again) <= 2  # those in flight
    assert not set(again) & set(ended)
    assert hs.open_sweep("out").y.values.tolist() == [float(a) ** 2 for a in range(4, 44)]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_case_that_a_queue_ends_is_run_by_the_next_command(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A queue repeats its signal while the command tidies up, as GNU parallel does after 200 ms."""
    assert main(["sweep", "mine.py", "--over", "a=choices(1,2)", "--out", "out", "--prepare"]) == 0
    one = Path("out/cases.txt").read_text(encoding="utf-8").split()[0]
    Path("slow.txt").write_text("60", encoding="utf-8")
    command = started("--out", "out", "--case", one)
    wait_for(lambda: runs(script) == [one])
    for _ in range(4):
        command.send_signal(signal.SIGTERM)
        time.sleep(0.02)
    out, err = command.communicate(timeout=30)
    # the last may come when the handler has gone
    assert command.returncode in (143, -signal.SIGTERM), out + err
    assert err.splitlines() == [
        f"heatsim: case {one} has not ended; the same command runs it again",
        "heatsim: ended by SIGTERM",
    ]
    assert not Path("out/cases").exists() or list(Path("out/cases").iterdir()) == []
    Path("slow.txt").unlink()
    capsys.readouterr()
    assert main(["sweep", "--out", "out", "--case", one]) == 0
    assert capsys.readouterr().out.startswith(f"case {one}: ok (")
    assert runs(script) == [one, one]


def test_dry_run_lists_cases_and_estimates_without_writing(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sweep = ["sweep", "mine.py", "--over", "a=range(4,9,6)", "--over", "b=choices(1,2)", "--out", "out", "--jobs", "2"]
    assert main([*sweep, "--dry-run"]) == 0
    shown = capsys.readouterr().out
    assert "study over a x b (grid): 12 cases" in shown
    listed = re.findall(r"^([0-9a-f]{16})\t(\d+)\.0\t(\d+)$", shown, flags=re.MULTILINE)
    assert [(int(a), int(b)) for _, a, b in listed] == [(a, b) for a in range(4, 10) for b in (1, 2)]
    assert "with 2 processes; a case takes" in shown
    assert "a trial of case" in shown
    assert re.search(r"disk: about [\d.]+ kB, [\d.]+ k?B a case; [\d.]+ [GT]B are free", shown)
    assert not Path("out").exists()
    assert len(runs(script)) == 2  # the trial, and another for the time without the start

    assert main([*sweep, "--no-report"]) == 0
    capsys.readouterr()
    sweep[3] = "a=range(4,10,7)"
    assert main([*sweep, "--dry-run"]) == 0
    shown = capsys.readouterr().out
    assert "out: 12 ok, 2 to run" in shown
    assert "mean of 12 finished cases" in shown
    assert [file.stem for file in Path("out/cases").glob("*.json")] != []
    assert len(runs(script)) == 14


def test_units_of_listed_cases_are_in_the_heading(
    script: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep = ["sweep", "mine.py", "--over", "a=choices(3m3)", "--over", "b=choices(80degC,85.5degC)"]
    sweep += ["--over", "c=choices(1MW,12000kW)", "--out", "out", "--dry-run"]
    monkeypatch.setattr("heatsim.cli.sweep_dry_run._trial", lambda *_: None)  # of no interest here
    assert main(sweep) == 1
    shown = capsys.readouterr().out
    head, *rows = (line.split("\t") for line in shown.splitlines() if "\t" in line)
    assert head == ["case", "a [m³]", "b [°C]", "c [MW]"]
    assert [row[1:] for row in rows] == [["3.0", b, c] for b in ("80", "85.5") for c in ("1", "12")]
    monkeypatch.setenv("FORCE_COLOR", "1")  # as on a terminal
    assert main(sweep) == 1
    shown = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    assert re.search(r"case +a \[m³\] +b \[°C\] +c \[MW\]", shown)
    assert re.search(r"[0-9a-f]{16} +3 +85\.5 +12\n", shown)


@pytest.mark.parametrize("option", ["--no-report", "--dry-run"])
def test_cluster_without_the_package_is_one_line(
    script: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)  # as if it were not installed
    sweep = ["sweep", "mine.py", "--over", "a=4", "--out", "new/out", "--dask", "tcp://localhost:8786", option]
    assert main(sweep) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r'heatsim: error: .*install it by `pip install "heatsim\[dask\]"`\n', err)
    assert not Path("new").exists()
    assert runs(script) == []


def test_dry_run_of_a_study_that_fails_says_so(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "mine.py", "--over", "a=3", "--out", "out", "--dry-run"]) == 1
    shown = capsys.readouterr().err
    assert "the trial failed (exception): ValueError: no plant" in shown
    assert "no estimate: every trial failed" in shown
    assert main(["sweep", "mine.py", "--over", "a=choices(1,3)", "--out", "out", "--dry-run"]) == 0
    shown, failed = capsys.readouterr()
    assert failed.count("the trial failed (exception): ValueError: no plant") == 1
    assert "time: about" in shown


def test_list_of_cases_from_a_file(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("cases.csv").write_text("a,b\n1,10\n2,20\n", encoding="utf-8")
    assert main(["sweep", "mine.py", "--cases", "cases.csv", "--out", "out", "--no-report"]) == 0
    assert hs.open_sweep("out").y.values.tolist() == [11.0, 24.0]
    for text, message in (
        ("a,b\n", "has no cases"),
        ("a,a\n1,2\n", "one twice"),
        ("a,b\n1\n", "row 2 has not a value for each of a, b"),
        ("a;b\n1,5;2\n", "'a;b': separate columns by commas, and write decimal points"),
        ("a [degC],b\n1,2\n", "'a [degC]': units go with the values, as in 75degC"),
        ("a,b\n1,\n", "row 2"),
    ):
        Path("cases.csv").write_text(text, encoding="utf-8")
        assert main(["sweep", "mine.py", "--cases", "cases.csv", "--out", "out2"]) == 2
        assert message in capsys.readouterr().err
    assert not Path("out2").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give a study and what it is swept over"),
        (["mine.py"], "has no cases; give --over"),
        (["mine.py", "--over", "a"], "write NAME=VALUES"),
        (["mine.py", "--over", "a=1", "--over", "a=2"], "--over a: is given twice"),
        (["mine.py", "--over", "a=1", "--set", "a=2"], "swept and set"),
        (["mine.py", "--over", "a=range(1,2)"], "range"),
        (["mine.py", "--over", "a=1", "--jobs", "0"], "at least 1"),
        (["mine.py", "--over", "a=1", "--time-limit", "5kg"], "--time-limit"),
        (["mine.py", "--over", "a=1", "--time-limit", "0s"], "positive"),
        (["mine.py", "--over", "a=1", "--memory-limit", "2"], "write a size such as 2GB"),
        (["mine.py", "--over", "a=1", "--memory-limit", "2MB"], "at least 50MB"),
        (["mine.py", "--over", "a=1", "--jobs", "2", "--dask", "tcp://127.0.0.1:1"], "cluster"),
        (["mine.py", "--over", "a=1", "--retry-failed"], "goes with --resume"),
        (["mine.py", "--over", "a=1", "--accept-changes"], "goes with --resume"),
        (["mine.py", "--over", "a=1", "--prepare", "--time-limit", "1s"], "no meaning with --prepare"),
        (["mine.py", "--over", "a=1", "--case", "0" * 16, "--jobs", "2"], "no meaning with --case"),
        (["mine.py", "--over", "a=1", "--prepare", "--dry-run"], "not allowed with"),
        (["mine.py", "--over", "a=1", "--sample", "list"], "--cases FILE.csv"),
        (["mine.py", "--cases", "x.csv"], "cannot be read"),
        (["mine.py", "--cases", "x.csv", "--over", "a=1"], "leave --over out"),
        (["nothing.py", "--over", "a=1"], "nothing.py"),
        (["load_swin", "--over", "a=1"], "load_swing"),
        (["--out", "nowhere", "--resume"], "nowhere"),
        (["--out", "nowhere", "--resume", "--set", "a=1"], "takes a study as well"),
        (["--out", "nowhere"], "add --resume"),
    ],
)
def test_wrong_call_is_one_line_and_leaves_nothing(
    script: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    try:
        code = main(["sweep", *arguments])
    except SystemExit as error:  # argparse
        code = int(str(error.code))
    shown = capsys.readouterr()
    assert code == 2, shown
    assert message in shown.err
    assert shown.err.count("\n") == 1
    assert sorted(file.name for file in script.parent.iterdir() if file.name != "__pycache__") == ["mine.py"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")
def test_reader_that_goes_away_does_not_end_the_sweep(script: Path) -> None:
    Path("slow.txt").write_text("0.2", encoding="utf-8")
    sweep = started("mine.py", "--over", "a=range(1,8,8)", "--out", "out", "--jobs", "1", "--no-report")
    assert sweep.stdout is not None
    sweep.stdout.readline()
    sweep.stdout.close()
    assert sweep.wait(timeout=60) == 1  # one case fails
    assert status("out")["cases"]["ok"] == 7  # type: ignore[index]
    assert sweep.stderr is not None
    assert "Traceback" not in sweep.stderr.read()
    sweep.stderr.close()


def test_series_that_no_case_has_are_told_before_the_night(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script.write_text(
        "import xarray as xr\ndef study(case):\n    return {'T': xr.DataArray([1.0, case['a']], dims='time')}\n",
        encoding="utf-8",
    )
    sweep = ["sweep", "mine.py", "--over", "a=choices(1,2)", "--series", "T,P", "--out", "out", "--no-report"]
    assert main([*sweep, "--dry-run"]) == 0
    assert "heatsim: warning: no series matches 'P'" in capsys.readouterr().err
