"""`heatsim run annual`: a run that was interrupted goes on, a wrong call says one line and leaves 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from heatsim.cli import main
from heatsim.study import annual

pytestmark = pytest.mark.xdist_group("day")

CALL = ["run", "annual", "--start", "2020-04-30T22:00", "--stop", "2h", "--part", "1h"]

WRONG_CALLS = {
    "policy": ([*CALL, "--policy", "price_treshold"], "no policy 'price_treshold' (did you mean 'price_threshold'?)"),
    "date": (["run", "annual", "--start", "2020-30-04"], "--start 2020-30-04: write a date"),
    "part": ([*CALL[:-1], "1min"], "part = 60 s is shorter than output_step = 900 s"),
    "time": ([*CALL, "--replan", "0h"], "--replan 0h: give a positive quantity"),
    "whole hours": (
        [*CALL, "--policy", "recover_all", "--replan", "90min"],
        "replan is 5400 s; plans are made of whole",
    ),
    "period": ([*CALL, "--period", "2h"], "supervisor_period 7200 s lies outside of 1 to 600 s"),
    "cost": ([*CALL, "--start-cost=-5EUR"], "--start-cost -5EUR: give a price of 0 or more"),
    "data": ([*CALL, "--data", "none"], "--data none: none of"),
    "nothing to go on with": ([*CALL, "--resume"], "holds no run that was interrupted"),
    "option of another study": ([*CALL, "--policies", "no_tank"], "--policies belongs to the study storage_dispatch"),
    "option of this study": (["run", "load_swing", "--resume"], "--resume belongs to the study annual"),
}


def called(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    try:
        code = main([*arguments])
    except SystemExit as stop:
        code = int(str(stop.code))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.parametrize("case", WRONG_CALLS)
def test_a_wrong_call_says_one_line_and_leaves_2(
    case: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HEATSIM_DATA", raising=False)
    arguments, message = WRONG_CALLS[case]
    code, _, errors = called(capsys, *arguments)
    assert code == 2
    assert message in errors
    assert errors.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_an_interrupted_run_says_what_is_kept_and_goes_on(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HEATSIM_DATA", raising=False)
    save = annual.results.save

    def save_and_break_off(ds: object, path: Path) -> Path:
        save(ds, path)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(annual.results, "save", save_and_break_off)
        code, _, errors = called(capsys, *CALL, "--out", str(tmp_path))
    assert code == 130
    assert "1 parts of the run are kept; go on with --resume" in errors
    code, _, errors = called(capsys, *CALL, "--out", str(tmp_path))
    assert code == 2
    assert "go on with it (--resume), or delete" in errors
    code, text, errors = called(capsys, *CALL, "--out", str(tmp_path), "--resume")
    assert (code, errors) == (0, "")
    for shown in ("built-in series for", "going on at 1 h", "Energy by month in MWh", "2020-04", "wrote annual.nc"):
        assert shown in text
    assert (tmp_path / "annual.json").is_file()
    assert not (tmp_path / "parts").exists()
