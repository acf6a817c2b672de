"""A year in parts: months and leap years, a run that broke off, what may not be mixed, monthly figures."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from heatsim.errors import InputError, UsageError
from heatsim.study import annual
from heatsim.study.annual import Annual
from tests.public_data import public

pytestmark = pytest.mark.xdist_group("day")

SHORT = Annual(start="2020-04-30T22:30", stop=3 * 3600.0, part=3600.0)
"""Three hours in three parts, over the end of a month."""


def finished(options: Annual, folder: Path) -> tuple[xr.Dataset, dict]:
    """Run, or go on where a run broke off, and return what the files hold."""
    work = annual.resume if annual.finished_parts(folder) else annual.run
    files = annual.write(work(options, folder), folder)
    with xr.open_dataset(files[0], decode_times=False) as ds:
        return ds.load(), json.loads(files[1].read_text())


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[xr.Dataset, dict, Path]:
    folder = tmp_path_factory.mktemp("annual")
    return *finished(SHORT, folder), folder


def test_parts_are_the_months_of_the_calendar_also_of_a_leap_year() -> None:
    for start, days in (("2020-01-01", 366), ("2021-01-01", 365), ("2020-02-15T06:00", 400)):
        edges = annual.parts.edges(Annual(start=start, stop=days * 86400.0))
        begin = pd.Timestamp(start)
        months = pd.date_range(begin.normalize(), begin + pd.Timedelta(days=days), freq="MS")
        expected = [begin, *(one for one in months if begin < one), begin + pd.Timedelta(days=days)]
        found = [begin + pd.Timedelta(seconds=float(edge)) for edge in edges]
        assert found == sorted(set(expected))
    assert annual.parts.edges(Annual())[2] == 60 * 86400.0  # 31 days and 29 days


def test_parts_begin_on_the_grid_of_the_results() -> None:
    edges = annual.parts.edges(Annual(start="2020-01-31T23:50", stop=86400.0, output_step=900.0))
    np.testing.assert_array_equal(edges, [0.0, 900.0, 86400.0])


def test_a_run_leaves_its_files_and_months_and_no_parts(undisturbed: tuple[xr.Dataset, dict, Path]) -> None:
    ds, table, folder = undisturbed
    pictures = {"monthly_balance.png", "load_duration.png", "performance.png", "state_of_charge.png"}
    assert {path.name for path in folder.iterdir()} == {"annual.nc", "annual.json"} | pictures
    np.testing.assert_array_equal(ds["time"], np.arange(0.0, 3 * 3600.0 + 1.0, 900.0))
    assert (ds.attrs["status"], table["status"]) == ("ok", "ok")
    assert [month["month"] for month in table["months"]] == ["2020-04", "2020-05"]
    # the meter of the demand over the rows of each month, by the clock
    clock = pd.Timestamp(SHORT.start) + pd.to_timedelta(ds["time"].values, unit="s")
    demand = pd.Series(np.diff(ds["grid.E_demand"].values) / 3.6e9, index=clock[:-1])
    by_month = demand.groupby(demand.index.to_period("M")).sum()
    assert [month["heat_demand"] for month in table["months"]] == pytest.approx(by_month.tolist())


def test_charges_stand_beside_the_cost_of_energy(undisturbed: tuple[xr.Dataset, dict, Path]) -> None:
    ds, table, _ = undisturbed
    (year,) = annual.monthly(ds.assign_attrs(start_time="2020-05-01"))
    options = Annual(grid_charge=50.0 / 3.6e9, co2_price=0.1, start_cost=20.0)
    charged = annual.charged(year.kpis, options)
    energy = sum(float(ds[name][-1] - ds[name][0]) for name in ("heat_pump.E_el", "heat_pump.E_pumps", "grid.E_pump"))
    assert charged["cost_grid"] == pytest.approx(50.0 * energy / 3.6e9)
    assert charged["cost_co2"] == pytest.approx(100.0 * charged["co2_total"])
    parts = charged["cost_total"] + charged["cost_grid"] + charged["cost_co2"] + charged["cost_starts"]
    assert charged["cost_with_charges"] == pytest.approx(parts)
    assert table["year"]["cost_with_charges"] == pytest.approx(table["year"]["cost_total"])


def test_energy_of_each_month_closes_and_months_add_up_to_the_run(undisturbed: tuple[xr.Dataset, dict, Path]) -> None:
    _, table, _ = undisturbed
    for one in (*table["months"], table["year"]):
        come = one["hall_heat"] + one["heat_pump_shaft"] + one["peak_heat"] + one["network_pump_heat"]
        gone = one["rejected_heat"] + one["heat_pump_room_loss"] + one["storage_loss"] + one["peak_loss"]
        gone += one["network_loss"] + one["heat_delivered"]
        assert come == pytest.approx(gone + one["stored_heat_change"] + one["water_heat_change"], rel=1e-5)
        assert abs(one["balance_residual"]) < 1e-5 * come
    for name in ("heat_delivered", "heat_pump_heat", "cost_total", "co2_total", "stored_heat_change"):
        assert sum(month[name] for month in table["months"]) == pytest.approx(table["year"][name])


def test_a_run_that_broke_off_goes_on_to_the_same_bits_and_says_when_it_fails_its_checks(
    undisturbed: tuple[xr.Dataset, dict, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(t: float, stop: float) -> None:
        if t > 1.5 * 3600.0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        annual.run(SHORT, tmp_path, progress=break_off)
    first = tmp_path / "parts" / "part_000.nc"
    before = first.stat().st_mtime_ns, first.read_bytes()
    assert annual.finished_parts(tmp_path) == 1
    with pytest.raises(UsageError, match="holds 1 parts of a run that was interrupted; go on with it"):
        annual.run(SHORT, tmp_path)
    for other, what in (
        (replace(SHORT, rtol=1e-6), "rtol = 1e-05, not 1e-06"),
        (replace(SHORT, settings={"storage.V": 500.0}), "settings = {}, not {'storage.V': 500.0}"),
        (replace(SHORT, seed=1, demand_peak=13e6), "demand_peak = None, not 13000000.0"),
    ):
        with pytest.raises(UsageError, match=f"the parts were made with {what.replace('{}', '{.*}')}"):
            annual.resume(other, tmp_path)
    reports: list[str] = []
    result = annual.resume(SHORT, tmp_path, report=reports.append)
    assert (first.stat().st_mtime_ns, first.read_bytes()) == before
    assert "going on at 1 h, 1 of 3 parts are there" in reports
    assert not any("trimming" in line for line in reports)
    ds = result.dataset.load()
    xr.testing.assert_equal(ds, undisturbed[0])
    assert set(ds.attrs) == set(undisturbed[0].attrs)

    # all parts are there now; the files of a run that fails its checks say so in their names
    (tmp_path / "annual.nc").write_bytes(b"an earlier run")
    monkeypatch.setattr(annual, "UNMET_LIMIT", -1.0)
    result = annual.resume(SHORT, tmp_path)
    assert str(result.failure).startswith("unmet demand is ")
    names = {path.name for path in annual.write(result, tmp_path)}
    assert {"annual.failed.nc", "annual.failed.json", "load_duration.failed.png"} < names
    assert (tmp_path / "previous" / "annual.nc").read_bytes() == b"an earlier run"
    with xr.open_dataset(tmp_path / "annual.failed.nc") as failed:
        assert failed.attrs["status"].startswith("failed: unmet demand is")


def test_changed_input_series_are_not_mixed(tmp_path: Path) -> None:
    demand = tmp_path / "demand.csv"
    rows = [f"2020-04-30 {hour:02d}:00:00,{{level}}\n" for hour in range(24)] + ["2020-05-01 00:00:00,{level}\n"] * 1
    text = "time,heat_demand_MW\n" + "".join(rows)
    demand.write_text(text.replace("{level}", "6.0"))
    options = replace(SHORT, start="2020-04-30T12:00", stop=2 * 3600.0, demand=str(demand), demand_peak=6e6)
    folder = tmp_path / "out"
    annual.parts.remember(options, annual.inputs(options), folder, False)
    annual.parts.remember(options, annual.inputs(options), folder, True)
    demand.write_text(text.replace("{level}", "5.0") + "2020-05-01 01:00:00,6.0\n")
    with pytest.raises(UsageError, match="the parts were made with input series = "):
        annual.parts.remember(options, annual.inputs(options), folder, True)


def test_there_must_be_something_to_go_on_with(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no run that was interrupted; start one without --resume"):
        annual.resume(SHORT, tmp_path)


@pytest.mark.slow
def test_a_year_of_data_covers_a_leap_year_and_no_more() -> None:
    folder = str(public("profiles"))
    leap = Annual(stop=366 * 86400.0, data=folder, demand_peak=14e6)
    series = annual.inputs(leap)
    assert all(float(one["time"][-1]) == leap.stop for one in series.values())
    assert float(series["Q_flow_demand"].max()) == pytest.approx(14e6)
    # 8760 values of the typical year are stretched over the leap day, prices of the file stay at their clock time
    assert series["price_electricity"].attrs["source"].startswith("district_2020.csv")
    with pytest.raises(InputError, match=r"covers 2020-01-01 .* the run needs"):
        annual.inputs(replace(leap, stop=367 * 86400.0))
    with pytest.raises(InputError, match=r"electricity_price_de_2020\.csv.* covers 2020-01-01 .* the run needs"):
        annual.inputs(replace(leap, price=f"{folder}/electricity_price_de_2020.csv"))


def test_a_policy_that_cannot_be_carried_out_says_so_before_the_run(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no policy 'recoverall' .did you mean 'recover_all'"):
        annual.run(replace(SHORT, policy="recoverall"), tmp_path)
    assert not (tmp_path / "parts").exists()


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["supervisor", "price_threshold", "receding_horizon"])
def test_a_killed_run_goes_on_to_the_same_bits(policy: str, tmp_path: Path) -> None:
    """Killed without a chance to clean up, with plans made anew in each part."""
    call = [sys.executable, "-m", "heatsim", "run", "annual", "--policy", policy, "--start", "2020-04-20T03:00"]
    call += ["--stop", "8h", "--part", "2h", "--replan", "1h", "--horizon", "12h", "--output-step", "5min", "--out"]

    def files(folder: Path) -> xr.Dataset:
        (found,) = folder.glob("annual*.nc")
        with xr.open_dataset(found, decode_times=False) as ds:
            return ds.load()

    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert subprocess.run([*call, str(whole)], capture_output=True).returncode in (0, 1)
    process = subprocess.Popen([*call, str(killed)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not (killed / "parts" / "part_001.nc").is_file():
        assert process.poll() is None, "the run ended before it could be killed"
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    # what a kill may leave behind: a temporary file, and a checkpoint without its part
    assert subprocess.run([*call, str(killed), "--resume"], capture_output=True).returncode in (0, 1)
    xr.testing.assert_equal(files(whole), files(killed))
    assert not (killed / "parts").exists()
