"""Cases as rows, for pandas and for spreadsheets."""

import csv

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from sweep_folders import kept_sweep

import heatsim as hs
from heatsim.errors import UsageError
from heatsim.sweeps import cases_table, to_csv


def study(case):
    if case["a"] == 3.0:
        raise ValueError('three, "quoted"\nand more')
    return {
        "P": xr.DataArray(case["a"] / 3.0, attrs={"units": "W"}),
        "name": "größer, als",
        "T": xr.DataArray([1.0, 2.0], dims="time"),
    }


OVER = {"a": [1.0, 2.0, 3.0], "seconds": [5, 6]}


@pytest.fixture
def folder(tmp_path):
    made = {"seconds": 1.25, "host": "here", "begin": "2026-01-02T03:04:05.678+00:00", "attempts": 2}
    return kept_sweep(
        tmp_path / "s",
        OVER,
        study,
        only=lambda case: case["a"] > 1.0,
        provenance=made,
        described={"a": ("m3", "Volume"), "seconds": (None, None)},
    )


def test_a_row_for_each_case_with_its_time_and_host(folder):
    table = cases_table(folder.path)
    assert table.index.tolist() == [case.id for case in folder.read().cases()]
    assert table["status"].tolist() == ["missing", "missing", "ok", "ok", "failed", "failed"]
    assert table["seconds"].tolist() == [5, 6] * 3
    assert table["seconds.result"].tolist()[2:4] == [1.25, 1.25]
    assert table["seconds.result"].isna().tolist() == [True, True, False, False, True, True]
    assert table["host"].tolist() == ["", "", "here", "here", "", ""]
    assert table["begin"].iloc[2] == pd.Timestamp("2026-01-02T03:04:05.678Z")
    assert table["attempts"].iloc[2] == 2.0
    assert table["message"].iloc[4] == 'three, "quoted"\nand more'


def test_csv_has_all_digits_and_comes_back(folder, tmp_path):
    file = to_csv(folder.path, tmp_path / "table.csv")
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert len(rows) == 6
    assert list(rows[0]) == ["case_id", "a [m3]", "seconds", "status", "reason", "message", "P [W]", "name"]
    assert float(rows[2]["P [W]"]) == 2.0 / 3.0
    assert rows[0]["P [W]"] == rows[4]["P [W]"] == ""
    assert rows[2]["name"] == "größer, als"
    assert rows[4]["message"] == 'three, "quoted"\nand more'
    back = pd.read_csv(file)
    np.testing.assert_array_equal(back["P [W]"].dropna(), [2.0 / 3.0] * 2)


def test_csv_of_a_part_of_the_dataset(folder, tmp_path):
    part = hs.open_sweep(folder.path).sel(a=2.0)
    back = pd.read_csv(to_csv(part, tmp_path / "part.csv"))
    assert back["seconds"].tolist() == [5, 6]
    assert back["a [m3]"].tolist() == [2.0, 2.0]


def test_points_left_out_are_no_rows(tmp_path):
    kept_sweep(tmp_path / "s", OVER, study, constraints=["a <= 2"])
    assert len(pd.read_csv(to_csv(tmp_path / "s", tmp_path / "t.csv"))) == 4
    assert len(cases_table(tmp_path / "s")) == 4


def test_other_datasets_are_refused(tmp_path):
    with pytest.raises(UsageError, match="not the Dataset of a sweep"):
        to_csv(xr.Dataset({"y": 1.0}), tmp_path / "t.csv")
    with pytest.raises(UsageError, match="holds no sweep"):
        cases_table(tmp_path)
