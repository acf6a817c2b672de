"""`heatsim run`: a good run writes everything, a wrong call says one line and leaves 2, a failed run leaves 1."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import xarray as xr

from heatsim.cli import main
from heatsim.study import load_swing

pytestmark = pytest.mark.xdist_group("day")

HOUR = ["run", "load_swing", "--stop", "1h"]

DEMAND = "time,heat_demand_MW\n" + "".join(f"2020-01-15 {h:02d}:00:00,{7.0 + 0.1 * h:.2f}\n" for h in range(24))


def called(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    try:
        code = main([*arguments])
    except SystemExit as stop:
        code = int(str(stop.code))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_good_run_writes_dataset_figures_and_plots(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    demand = tmp_path / "demand.csv"
    demand.write_text(DEMAND)
    out = tmp_path / "out"
    out.mkdir()
    (out / "load_swing.failed.nc").write_bytes(b"an earlier run that failed")
    code, text, errors = called(capsys, *HOUR, "--demand", str(demand), "--set", "storage.V=3000", "--out", str(out))
    assert (code, errors) == (0, "")
    for shown in ("DistrictGrid", "trimming", "times real time", "seasonal_cop", "Energy balance", "whole system"):
        assert shown in text
    files = {path.name for path in out.iterdir()}
    pictures = {"overview.png", "heat_flows.png", "temperatures.png", "tank.png", "operation.png"}
    assert files == {"load_swing.nc", "kpis.json"} | pictures
    with xr.open_dataset(out / "load_swing.nc") as ds:
        assert ds.attrs["status"] == "ok"
        assert ds.attrs["method"] == "monolithic"
        assert json.loads(ds.attrs["fmus"])["hall"]["compiler"] in ("embedded", "openmodelica")
        assert ds["storage.T"].dims == ("time", "storage.layer")
        assert ds["hall.T_chip"].attrs["units"] == "K"
        assert float(ds["time"][-1]) == 3600.0
    figures = json.loads((out / "kpis.json").read_text())
    assert figures["heat_demand"]["unit"] == "MWh"
    assert figures["heat_demand"]["value"] == pytest.approx(7.05, rel=1e-3)  # from 7.0 to 7.1 MW in the first hour


def test_a_run_that_fails_its_audit_leaves_1_and_no_result_that_looks_complete(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_swing, "ENERGY_LIMIT", 1e-30)
    code, _, errors = called(capsys, *HOUR[:2], "--stop", "10min", "--out", str(tmp_path))
    assert code == 1
    assert re.fullmatch(r"heatsim: failed: energy balance of .* is off by .*\n", errors)
    assert [path.name for path in tmp_path.iterdir()] == ["load_swing.failed.nc"]
    with xr.open_dataset(tmp_path / "load_swing.failed.nc") as ds:
        assert ds.attrs["status"].startswith("failed: energy balance")


WRONG_CALLS = {
    "unknown study": (["run", "load_swin"], "no study 'load_swin' (did you mean 'load_swing'?)"),
    "missing file": ([*HOUR, "--demand", "none.csv"], "none.csv: no such file"),
    "unit of an option": ([*HOUR, "--demand-peak", "14bar"], "--demand-peak: '14bar' cannot be expressed in 'W'"),
    "negative time": (["run", "load_swing", "--stop=-3h"], "--stop -3h: give a positive quantity"),
    "date": ([*HOUR, "--start", "2019-13-01"], "--start 2019-13-01: write a date"),
    "time zone": ([*HOUR, "--start", "2020-01-15T00:00+01:00"], "without a time zone"),
    "trip": ([*HOUR, "--trip", "3h"], "--trip 3h: write TIME/DURATION"),
    "trip after the end": ([*HOUR, "--trip", "3h/1h"], "does not begin within the run"),
    "method": ([*HOUR, "--method", "euler"], "method 'euler' is unknown; choose one of monolithic, jacobi"),
    "unknown unit name": ([*HOUR, "--set", "storag.V=3"], "no unit 'storag'"),
    "unknown parameter": ([*HOUR, "--set", "storage.VV=3"], "no parameter, state or input 'VV' (did you mean 'V'?)"),
    "unit of a setting": ([*HOUR, "--set", "storage.V=3MW"], "'3MW' cannot be expressed in 'm3'"),
    "below the minimum": ([*HOUR, "--set", "storage.V=-5"], "storage.V: -5 m3 lies below its minimum of 0 m3"),
    "time below the minimum": ([*HOUR, "--set", "tcs_temperature.Ti=0"], "tcs_temperature.Ti: 0 s lies below"),
    "setting without value": ([*HOUR, "--set", "storage.V"], "write UNIT.NAME=VALUE"),
    "driven twice": ([*HOUR, "--set", "hall.P_IT=5MW"], "hall.P_IT"),
    "step": ([*HOUR, "--method", "jacobi", "--step", "7s"], "no multiple of step = 7 s"),
    "step without jacobi": ([*HOUR, "--step", "5s"], "step= belongs to method 'jacobi'"),
    "peak without unit": ([*HOUR, "--demand-peak", "14"], "give the peak with its unit, such as 14MW"),
    "tolerance": ([*HOUR, "--rtol", "5"], "rtol must lie between 1e-12 and 0.1, not 5"),
    "unknown option": ([*HOUR, "--demant", "x.csv"], "--demant"),
    "folder": ([*HOUR, "--out", "/dev/null/x"], "--out /dev/null/x: the folder cannot be made"),
}


@pytest.mark.parametrize("case", WRONG_CALLS)
def test_a_wrong_call_says_one_line_and_leaves_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments, message = WRONG_CALLS[case]
    code, _, errors = called(capsys, *arguments)
    assert code == 2
    assert errors.count("\n") == 1
    assert errors.startswith("heatsim: error: ")
    assert message in errors
    assert not list(tmp_path.rglob("*.nc"))


BROKEN_FILES = {
    "column missing": (DEMAND.replace("heat_demand_MW", "heat_MJ"), "no column ends in _W, _kW or _MW"),
    "NaN": (DEMAND.replace(",7.30", ",nan"), "row 5, column 'heat_demand_MW' holds 'nan'"),
    "text": (DEMAND.replace(",7.30", ",much"), "row 5, column 'heat_demand_MW' holds 'much'"),
    "gap": (re.sub(r"2020-01-15 0[34].*\n", "", DEMAND), "gap"),
    "too short": (DEMAND.replace("2020-01-15", "2020-01-14"), "choose another start or duration"),
}


@pytest.mark.parametrize("case", BROKEN_FILES)
def test_a_broken_file_is_named_with_the_place_and_leaves_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, case: str
) -> None:
    content, message = BROKEN_FILES[case]
    path = tmp_path / "demand.csv"
    path.write_text(content)
    arguments = ["run", "load_swing", "--stop", "12h", "--demand", str(path), "--out", str(tmp_path / "out")]
    code, _, errors = called(capsys, *arguments)
    assert code == 2
    assert errors.count("\n") == 1
    assert "demand.csv" in errors
    assert message in errors
    assert not list(tmp_path.rglob("*.nc"))


def test_a_run_that_cannot_be_integrated_names_the_state_and_leaves_1(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, _, errors = called(capsys, *HOUR, "--set", "capacity_feedforward.nominal=0", "--out", str(tmp_path))
    assert code == 1
    assert errors.count("\n") == 1
    assert "heat_pump_capacity.integral" in errors
    assert "integrator stopped" in errors
    assert not list(tmp_path.iterdir())


def test_an_impossible_size_is_refused_with_the_words_of_the_model(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, _, errors = called(capsys, *HOUR, "--set", "hall.liquid_share=1", "--out", str(tmp_path))
    assert code == 1
    assert errors.count("\n") == 1
    assert "liquid_share must lie between 0 and 1" in errors
    assert not list(tmp_path.iterdir())


def test_a_wrong_call_leaves_no_folder_that_was_not_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    for out in (tmp_path / "new" / "run", kept):
        code, _, _ = called(capsys, *HOUR, "--demand", str(tmp_path / "none.csv"), "--out", str(out))
        assert code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_a_failed_run_sets_the_files_of_an_earlier_run_aside_and_a_wrong_call_leaves_them(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in ("load_swing.nc", "kpis.json", "overview.png", "mine.txt"):
        (tmp_path / name).write_text("earlier")
    code, _, _ = called(capsys, *HOUR, "--set", "storage.VV=3", "--out", str(tmp_path))
    assert code == 2
    assert (tmp_path / "load_swing.nc").read_text() == "earlier"
    code, _, errors = called(capsys, *HOUR, "--set", "capacity_feedforward.nominal=0", "--out", str(tmp_path))
    assert code == 1
    assert "the files of an earlier run are now in" in errors
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.txt", "previous"]
    assert sorted(path.name for path in (tmp_path / "previous").iterdir()) == [
        "kpis.json",
        "load_swing.nc",
        "overview.png",
    ]
