"""Series of dispatch studies: files given, known files of a folder, built-in ones, and a line that says which."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from public_data import public

from heatsim.errors import InputError, UsageError
from heatsim.study import dispatch_series

DAY = 86400.0


@pytest.fixture(autouse=True)
def _no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEATSIM_DATA", raising=False)


def price_file(folder: Path, name: str, column: str, first: str, hours: int, value: float) -> Path:
    """Write an hourly price."""
    stamps = np.datetime64(first, "h") + np.arange(hours)
    rows = [f"{str(stamp).replace('T', ' ')}:00:00,{value}" for stamp in stamps]
    path = folder / name
    path.write_text("\n".join([f"time,{column}", *rows]) + "\n")
    return path


def test_built_in_series_are_used_and_said_when_nothing_is_given() -> None:
    found = dispatch_series.find({}, data=None, start="2020-04-20", stop=DAY)
    assert set(found.files.values()) == {None}
    assert found.notes == (
        "built-in series for demand, price, gas price, weather, utilisation: no file is given, no --data DIR, and "
        "HEATSIM_DATA is not set",
    )
    series = dispatch_series.series(found, start="2020-04-20", stop=DAY)
    lines = dispatch_series.described(series)
    assert any("Electricity price" in line and "built-in daily pattern" in line for line in lines)
    cheap = {**series, "price_electricity": 1e-3 * series["price_electricity"]}
    cheap["price_electricity"].attrs = dict(series["price_electricity"].attrs)
    doubted = [line for line in dispatch_series.described(cheap) if "if these are EUR/kWh, say so" in line]
    assert len(doubted) == 1
    assert doubted[0].startswith("Electricity price")
    assert not any("EUR/kWh" in line for line in lines)
    # Hourly load without the swings of training jobs.
    assert series["P_IT"].sizes["time"] < 100
    assert "training" not in series["P_IT"].attrs["source"]


def test_a_file_that_is_given_goes_before_the_folder(tmp_path: Path) -> None:
    price_file(tmp_path, "electricity_price_de_2020.csv", "price_eur_mwh", "2020-04-19", 72, 10.0)
    mine = price_file(tmp_path, "mine.csv", "price_eur_mwh", "2020-04-19", 72, 50.0)
    found = dispatch_series.find({"price": str(mine)}, data=tmp_path, start="2020-04-20", stop=DAY)
    assert found.files["price"] == str(mine)
    series = dispatch_series.series(found, start="2020-04-20", stop=DAY)
    np.testing.assert_allclose(series["price_electricity"] * 3.6e9, 50.0)


def test_the_environment_names_the_folder_and_missing_files_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "profiles"
    folder.mkdir()
    price_file(folder, "electricity_price_de_2020.csv", "price_eur_mwh", "2020-04-19", 72, 10.0)
    monkeypatch.setenv("HEATSIM_DATA", str(tmp_path))
    found = dispatch_series.find({}, data=None, start="2020-04-20", stop=DAY)
    assert found.files["price"] == str(folder / "electricity_price_de_2020.csv")
    assert found.files["demand"] is None
    assert any(note.startswith("built-in series for demand:") and "district_2020.csv" in note for note in found.notes)


def test_the_first_price_that_covers_the_run_is_taken(tmp_path: Path) -> None:
    price_file(tmp_path, "electricity_price_de_2020.csv", "price_eur_mwh", "2020-01-01", 48, 10.0)
    price_file(tmp_path, "district_2020.csv", "electricity_price_EUR_per_MWh", "2020-04-19", 72, 20.0)
    found = dispatch_series.find({}, data=tmp_path, start="2020-04-20", stop=DAY)
    assert found.files["price"] == f"{tmp_path / 'district_2020.csv'}:electricity_price_EUR_per_MWh"
    assert any("price from district_2020.csv" in note and "covers 2020-01-01" in note for note in found.notes)
    with pytest.raises(InputError, match="covers 2020-04-19"):
        dispatch_series.find({}, data=tmp_path, start="2021-04-20", stop=DAY)


def test_a_folder_without_known_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match=r"--data .*: none of district_2020.csv"):
        dispatch_series.find({}, data=tmp_path, start="2020-04-20", stop=DAY)
    monkeypatch.setenv("HEATSIM_DATA", str(tmp_path / "none"))
    with pytest.raises(UsageError, match=r"HEATSIM_DATA .*: none of district_2020.csv"):
        dispatch_series.find({}, data=None, start="2020-04-20", stop=DAY)


def test_the_public_data_give_a_week_with_negative_prices() -> None:
    folder = public("profiles")
    found = dispatch_series.find({}, data=folder, start="2020-04-20", stop=7 * DAY)
    assert found.notes == ()
    series = dispatch_series.series(found, start="2020-04-20", stop=7 * DAY)
    assert float(series["price_electricity"].min()) * 3.6e9 == pytest.approx(-83.94)
    assert float(series["Q_flow_demand"].max()) < 14e6  # the peak of the year is in winter
    assert series["P_IT"].attrs["source"] == "utilisation of it_utilisation_alibaba_hourly.csv:cpu_load"
