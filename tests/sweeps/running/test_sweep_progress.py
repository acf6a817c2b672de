"""Counts, rate and time left of a sweep; its status file; failures in groups; how it is shown."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.keeping.folder import SweepFolder
from heatsim.sweeps.keeping.records import CaseRecord
from heatsim.sweeps.running import display as sweep_progress
from heatsim.sweeps.running import progress as progress_module
from heatsim.sweeps.running.progress import Progress
from heatsim.sweeps.survey import Failures, Survey


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(progress_module, "time", clock)
    return clock


def case(number: int) -> SweepCase:
    return SweepCase("study", {"a": float(number), "name of the thing": "x" * 30})


def ok(number: int) -> CaseRecord:
    return CaseRecord(case(number).id, case(number).values, "ok")


def failed(number: int, message: str, reason: str = "exception") -> CaseRecord:
    return CaseRecord(case(number).id, case(number).values, "failed", reason, message)


def test_time_left_follows_the_cases_that_ended_last(tmp_path: Path, clock: Clock) -> None:
    progress = Progress(SweepFolder(tmp_path), Survey(total=10, left_out=0), slots=2)
    assert progress.seconds_left() is None
    assert progress.per_second is None
    for number in (0, 1):
        progress.tell("started", case(number), None)
    clock.now += 10.0
    progress.tell("ended", case(0), ok(0))
    # 8 wait at 10 s on 2 processes, and the one that runs should end now
    assert progress.waiting == 8
    assert progress.seconds_left() == pytest.approx(8 * 10.0 / 2)
    progress.tell("started", case(2), None)
    clock.now += 4.0
    progress.tell("ended", case(1), failed(1, "no"))
    # mean of 10 s and 14 s: 7 wait, one has run for 4 s
    assert progress.seconds_left() == pytest.approx((7 * 12.0 + 8.0) / 2)
    assert progress.per_second == pytest.approx(2 / 14.0)
    assert (progress.ok, progress.failed, progress.ended) == (1, 1, 2)


def test_cases_of_earlier_sessions_tell_the_time_but_no_rate(tmp_path: Path, clock: Clock) -> None:
    survey = Survey(total=100, left_out=5, ok=60, seconds=60 * 30.0)
    survey.failures.add(failed(1, "no"))
    progress = Progress(SweepFolder(tmp_path), survey, slots=3)
    assert progress.before == 61
    assert progress.seconds_left() == pytest.approx(39 * 30.0 / 3)
    assert progress.per_second is None
    # cases that fail at once make the rest shorter: they go on to fail as often
    for number in range(2, 12):
        progress.tell("started", case(number), None)
        clock.now += 1.0
        progress.tell("ended", case(number), failed(number, "no"))
    assert progress.seconds_left() == pytest.approx(29 * 1.0 / 3)


def test_status_file_is_whole_and_says_how_it_ended(tmp_path: Path) -> None:
    folder = SweepFolder(tmp_path)
    with (  # noqa: PT012 - what is looked at is the inside of the context
        pytest.raises(KeyboardInterrupt),
        Progress(folder, Survey(total=3, left_out=1), slots=2) as progress,
    ):
        progress.tell("started", case(1), None)
        progress._write()
        told = json.loads(folder.status_file.read_text(encoding="utf-8"))
        assert told["state"] == "running"
        assert told["cases"] == {
            "total": 3, "ok": 0, "failed": 0, "running": 1, "waiting": 2, "left_out": 1, "ended_before": 0,
        }  # fmt: skip
        assert told["running"][0]["id"] == case(1).id
        progress.tell("ended", case(1), failed(1, "bad"))
        raise KeyboardInterrupt
    told = json.loads(folder.status_file.read_text(encoding="utf-8"))
    assert told["state"] == "interrupted"
    assert told["failures"] == [{"reason": "exception", "message": "bad", "first": case(1).id, "count": 1}]
    assert told["seconds_left"] is None
    with pytest.raises(RuntimeError), Progress(folder, Survey(total=3, left_out=0), slots=2):
        raise RuntimeError("disk full")
    told = json.loads(folder.status_file.read_text(encoding="utf-8"))
    assert (told["state"], told["message"]) == ("stopped", "disk full")
    assert [file.name for file in tmp_path.iterdir()] == ["status.json"]


def test_folder_that_takes_no_status_does_not_end_the_sweep(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    with Progress(SweepFolder(tmp_path / "file"), Survey(total=1, left_out=0), slots=1) as progress:
        progress.tell("started", case(1), None)
        progress.tell("ended", case(1), ok(1))
    assert progress.state == "finished"


def test_thousands_of_failures_are_a_few_groups() -> None:
    failures = Failures()
    for number in range(5000):
        failures.add(failed(number, f"stopped at t = {number / 7.0:.3g} s in heat_pump_2", "solver"))
        failures.add(failed(number, f"stopped at t = {number / 7.0:.3g} s in heat_pump_3", "solver"))
    failures.add(failed(1, "memory"))
    groups, others = failures.groups(2)
    assert [group.count for group in groups] == [5000, 5000]
    assert "heat_pump_2" in groups[0].message
    assert others == 1
    for number in range(3000):  # each with a text of its own
        failures.add(failed(number, f"no {'x' * number}"))
    groups, others = failures.groups(10)
    assert len(groups) == 10
    assert failures.count == 13001 == sum(group.count for group in groups) + others
    assert len(failures.groups()[0]) < 300


def test_summary_of_thousands_of_failures_is_short(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(SweepFolder(tmp_path), Survey(total=4000, left_out=0), slots=2)
    for number in range(4000):
        progress.tell("started", case(number), None)
        progress.tell("ended", case(number), failed(number, "a long text\nof two lines " * 40 + "y" * (number % 50)))
    sweep_progress.summary(progress, "out")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("4000 cases: 0 ok, 4000 failed")
    assert len(lines) == 13
    assert all(len(line) < 400 for line in lines)
    assert lines[1].startswith("  80 x exception: a long text of two lines")
    assert lines[11] == "  3200 x otherwise"


def test_lines_tell_each_kind_of_failure_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(SweepFolder(tmp_path), Survey(total=40, left_out=3), slots=2)
    with sweep_progress.Lines(progress):
        for number in range(40):
            progress.tell("started", case(number), None)
            progress.tell("ended", case(number), failed(number, f"at {number} s") if number % 2 else ok(number))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "40 cases (3 left out by constraints)"
    assert [line for line in lines if "failed (exception)" in line] == [
        f"case {case(1).id[:8]} failed (exception): at 1 s"
    ]
    assert lines[-1].startswith("40 of 40, 20 failed, ")
    assert len(lines) < 6


@pytest.mark.parametrize("width", [20, 40, 80, 160])
def test_live_table_fits_any_terminal(tmp_path: Path, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    progress = Progress(SweepFolder(tmp_path), Survey(total=5000, left_out=0), slots=64)
    for number in range(64):
        progress.tell("started", case(number), None)
    for number in range(10):
        progress.tell("ended", case(number), failed(number, f"{'x' * number} no such thing can be said of it" * 3))
    screen = io.StringIO()
    console = Console(file=screen, width=width, height=24, force_terminal=True)
    console.print(sweep_progress.Live(progress, console)._table())
    shown = screen.getvalue()
    assert "\x1b[3" not in shown  # no colours
    lines = Console(width=500).render_str(shown).plain.splitlines()
    lines = [line.replace("\x1b[1m", "").replace("\x1b[0m", "") for line in lines]
    assert len(lines) <= 24
    assert max(map(len, lines)) <= width
    assert "10 of 5" in shown
    if width >= 40:
        assert "10 failed" in shown
        assert case(10).id[:8] in shown
        assert "more" in shown


def test_live_table_shows_values_as_people_read_them(tmp_path: Path, clock: Clock) -> None:
    progress = Progress(SweepFolder(tmp_path), Survey(total=4, left_out=0), slots=2, words=lambda _: "T = 80\u00a0°C")
    progress.tell("started", case(1), None)
    for encoding, shown in (("utf-8", "T = 80\u00a0°C"), ("ascii", "T = 80 \\xb0C")):
        file = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
        console = Console(file=file, width=80, force_terminal=True)
        console.print(sweep_progress.Live(progress, console)._table())
        file.flush()
        assert shown in file.buffer.getvalue().decode(encoding)  # type: ignore[attr-defined]
    assert progress.status()["running"][0]["values"]["a"] == 1.0  # for programs: SI
