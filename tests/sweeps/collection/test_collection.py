"""A sweep opens as one Dataset, whatever part of it has ended, and says what is not simply what the cases gave."""

import warnings

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from sweep_folders import kept_sweep

import heatsim as hs
from heatsim.errors import HeatsimWarning, UsageError
from heatsim.sweeps.keeping.records import FAILED, CaseRecord, write_record

OVER = {"a": [1.0, 2.0, 3.0], "n": [1, 2]}


def figures(case):
    if case["a"] == 3.0:
        raise ValueError("three")
    return {
        "y": xr.DataArray(case["a"] / 3.0, attrs={"units": "W", "long_name": "Power"}),
        "whole": int(case["n"]),
        "switch": case["n"] == 1,
        "name": "x" * int(case["n"]),
        "some": 7 if case["n"] == 2 else None,
        **({"rare": 1.5} if case["a"] == 2.0 else {}),
    }


@pytest.fixture(autouse=True)
def no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error", HeatsimWarning)
        yield


def test_figures_stand_at_the_values_they_were_computed_with(tmp_path):
    kept_sweep(tmp_path, OVER, figures, settings={"stop": 3.0})
    ds = hs.open_sweep(tmp_path)
    assert ds["y"].dims == ("a", "n")
    for a in (1.0, 2.0):
        for n in (1, 2):
            here = ds.sel(a=a, n=n)
            assert (here["y"], here["whole"], here["switch"]) == (a / 3.0, n, n == 1)
            assert here["name"].item() == "x" * n
    assert np.isnan(ds["y"].sel(a=3.0)).all()
    assert (ds["y"].attrs["units"], ds["y"].attrs["long_name"]) == ("W", "Power")
    assert ds["status"].values.tolist() == [["ok"] * 2] * 2 + [["failed"] * 2]
    assert ds["reason"].sel(a=3.0).values.tolist() == ["exception"] * 2
    assert ds["message"].sel(a=3.0).values.tolist() == ["three"] * 2
    assert (ds.attrs["ok"], ds.attrs["failed"], ds.attrs["missing"], ds.attrs["cases"]) == (4, 2, 0, 6)
    assert ds.attrs["settings"] == '{"stop": 3.0}'
    assert all({"units", "long_name"} <= set(ds[name].attrs) for name in ds.variables)


@pytest.mark.parametrize("part", [[], [0], [1], [0, 2], [1, 3], [0, 1, 2, 3, 4, 5]])
def test_types_do_not_depend_on_which_cases_have_ended(tmp_path, part):
    kept_sweep(tmp_path, OVER, figures, only=lambda case: int(2 * case["a"] - 2 + case["n"] - 1) in part)
    ds = hs.open_sweep(tmp_path)
    kinds = {"y": "f8", "whole": "f8", "switch": "f8", "name": "O", "some": "f8", "rare": "f8", "status": "O"}
    for name, kind in kinds.items():
        assert name not in ds or ds[name].dtype == kind, name
    assert (ds["status"] == "missing").sum() == 6 - len(part)
    assert ds["a"].dtype == "f8"
    assert ds["n"].dtype == "i8"


def test_nothing_depends_on_order_host_and_time(tmp_path):
    kept_sweep(tmp_path / "1", OVER, figures, provenance={"host": "a", "seconds": 1.0, "begin": "2020"})
    folder = kept_sweep(tmp_path / "2", OVER, figures, only=lambda case: case["n"] == 2, provenance={"host": "b"})
    (tmp_path / "2" / "sweep.json").unlink()
    (tmp_path / "2" / "cases").rename(tmp_path / "kept")
    kept_sweep(tmp_path / "2", OVER, figures, only=lambda case: case["n"] == 1, provenance={"host": "c"})
    for file in (tmp_path / "kept").iterdir():
        file.rename(folder.path / "cases" / file.name)
    one, two = hs.open_sweep(tmp_path / "1"), hs.open_sweep(tmp_path / "2")
    xr.testing.assert_identical(one, two)
    assert list(one.variables) == list(two.variables)
    for name in one.variables:
        if one[name].dtype != object:
            assert one[name].values.tobytes() == two[name].values.tobytes()


def test_points_that_a_constraint_takes_out_are_no_missing_cases(tmp_path):
    kept_sweep(tmp_path, OVER, figures, constraints=["a >= n"])
    ds = hs.open_sweep(tmp_path)
    assert ds["status"].values.tolist() == [["ok", "left out"], ["ok", "ok"], ["failed", "failed"]]
    assert ds["case_id"].sel(a=1.0, n=2).item() == ""
    assert (ds.attrs["left_out"], ds.attrs["missing"]) == (1, 0)


@pytest.mark.parametrize("sample", ["zip", "lhs:7", "list"])
def test_points_without_a_grid_have_one_dimension(tmp_path, sample):
    over = {
        "zip": {"a": [1.0, 2.0, 2.0], "m": ["on", "off", "on"]},
        "lhs:7": {"a": (0.0, 1.0), "m": ["on", "off"]},
        "list": [{"a": 1.0, "m": "on"}, {"a": 2.0, "m": "on"}],
    }[sample]
    kept_sweep(tmp_path, over, lambda case: {"y": 2.0 * case["a"], "m_seen": case["m"]}, sample=sample)
    ds = hs.open_sweep(tmp_path)
    assert ds["y"].dims == ("case",)
    np.testing.assert_array_equal(ds["y"], 2.0 * ds["a"])
    np.testing.assert_array_equal(ds["m_seen"], ds["m"])
    assert set(ds.coords) == {"a", "m"}
    assert ds.where(ds["m"] == "on", drop=True)["y"].size == (ds["m"] == "on").sum()


def test_coordinates_keep_their_kind(tmp_path):
    over = {"f": [0.5, 2], "i": [1, 2], "t": ["b", "a"], "s": [True, False]}
    ds = hs.open_sweep(kept_sweep(tmp_path, over, lambda case: {"y": case["f"]}).path)
    assert [ds[name].dtype.kind for name in over] == ["f", "i", "O", "b"]
    assert ds["y"].sel(f=2, i=2, t="a", s=False) == 2.0
    assert ds["t"].values.tolist() == ["b", "a"]


def test_names_that_clash_are_told_apart(tmp_path):
    def study(case):
        T = xr.DataArray([1.0, 2.0], dims="layer", coords={"layer": [10, 20]})
        return {"layer": 4.0, "status": "good", "status.result": 2.0, "T": T}

    ds = hs.open_sweep(kept_sweep(tmp_path, {"layer": [1.0, 2.0]}, study).path)
    assert ds["layer.result.result"].dims == ("layer",)
    assert ds["T"].dims == ("layer", "layer.result")
    assert ds["layer.result"].values.tolist() == [10, 20]
    assert ds["status"].values.tolist() == ["ok", "ok"]
    assert ds["status.result"].values.tolist() == ["good", "good"]
    assert ds["status.result.result"].values.tolist() == [2.0, 2.0]
    np.testing.assert_array_equal(ds["T"], [[1.0, 2.0]] * 2)


def noted(path):
    with pytest.warns(HeatsimWarning) as caught:
        ds = hs.open_sweep(path)
    assert [str(w.message) for w in caught] == [f"{path}: {note}" for note in ds.attrs["notes"].split("\n")]
    assert str(path) not in ds.attrs["notes"]
    return ds, ds.attrs["notes"]


def test_units_of_one_kind_are_converted_with_a_note(tmp_path):
    def study(case):
        scale, units = (1e-3, "kW") if case["n"] == 2 else (1.0, "W")
        return {"P": xr.DataArray(1000.0 * case["a"] * scale, attrs={"units": units})}

    ds, notes = noted(kept_sweep(tmp_path, OVER, study).path)
    np.testing.assert_allclose(ds["P"], [[1000.0] * 2, [2000.0] * 2, [3000.0] * 2], rtol=1e-15)
    assert ds["P"].attrs["units"] == "W"
    assert "'P' has the unit 'W' in case" in notes
    assert "it is given in 'W'" in notes


def test_units_of_other_kinds_are_never_put_into_one_array(tmp_path):
    def study(case):
        return {"P": xr.DataArray(1.0, attrs={"units": "K" if case["n"] == 2 else "W"}), "y": 1.0}

    ds, notes = noted(kept_sweep(tmp_path, OVER, study).path)
    assert "P" not in ds
    assert (ds["y"] == 1.0).all()
    assert "figure 'P' has the unit 'W' in case" in notes
    assert "it is left out" in notes


def test_a_missing_value_needs_no_unit(tmp_path):
    def study(case):
        return {"P": xr.DataArray(2.0, attrs={"units": "W"}) if case["n"] == 2 else np.nan}

    ds = hs.open_sweep(kept_sweep(tmp_path, OVER, study).path)
    assert ds["P"].attrs["units"] == "W"
    assert np.isnan(ds["P"].sel(n=1)).all()


def test_numbers_among_texts_are_texts_with_a_note(tmp_path):
    ds, notes = noted(kept_sweep(tmp_path, OVER, lambda case: {"h": "never" if case["n"] == 2 else case["a"]}).path)
    assert ds["h"].values.tolist() == [["1.0", "never"], ["2.0", "never"], ["3.0", "never"]]
    assert "'h' is a number in some cases and a text in others" in notes


def test_cases_of_a_changed_study_are_counted(tmp_path):
    kept_sweep(
        tmp_path,
        OVER,
        figures,
        fingerprint={"code": "new", "heatsim": "1"},
        provenance={"fingerprint": {"code": "old"}},
    )
    _, notes = noted(tmp_path)
    assert notes == "'code' of the study was another when 4 of the cases were run"


def test_damaged_records_are_missing_cases_with_a_note(tmp_path):
    folder = kept_sweep(tmp_path, OVER, figures)
    case = next(folder.read().cases())
    folder.record(case.id).write_bytes(b"\0\0")
    ds, notes = noted(tmp_path)
    assert ds["status"].values[0, 0] == "missing"
    assert "is damaged; its case runs again" in ds["message"].values[0, 0]
    assert f"{case.id}.json: is damaged" in notes


def test_a_sweep_comes_back_from_one_netcdf_file(tmp_path):
    def study(case):
        return {**figures(case), "T": xr.DataArray([case["a"], 1.0], dims="time", coords={"time": [0.0, 10.0]})}

    over = {"a": [1.0, 2.0, 3.0], "n": [1, 2], "P_IT:factor": [0.5, 1.0], "mode": ["on", "off"]}
    kept_sweep(tmp_path / "s", over, study, only=lambda case: case["n"] == 2)
    ds = hs.load(tmp_path / "s")
    back = hs.load(hs.save(ds, tmp_path / "all.nc"))
    xr.testing.assert_identical(back, ds.load())
    assert back.attrs == ds.attrs


def test_a_name_that_netcdf_cannot_hold_is_a_figure_all_the_same(tmp_path):
    ds = hs.open_sweep(kept_sweep(tmp_path / "s", {"a": [1.0]}, lambda case: {"supply/return": 2.0}).path)
    assert ds["supply/return"].values.tolist() == [2.0]
    with pytest.raises(UsageError, match="cannot hold a variable called 'supply/return'"):
        hs.save(ds, tmp_path / "all.nc")


def test_failures_with_log_are_there_for_who_reads_the_record(tmp_path):
    folder = kept_sweep(tmp_path, OVER, figures)
    failed = [case for case in folder.read().cases() if case["a"] == 3.0]
    assert [folder.kept(case.id).log for case in failed] == ["the log"] * 2
    # a failure of a case that had arrays once
    record = CaseRecord(failed[0].id, failed[0].values, FAILED, "crash", "gone")
    write_record(record, folder.record(failed[0].id))
    assert hs.open_sweep(tmp_path)["reason"].sel(a=3.0, n=1).item() == "crash"


def test_a_path_without_a_sweep_is_named(tmp_path):
    with pytest.raises(UsageError, match="holds no sweep"):
        hs.load(tmp_path)
    with pytest.raises(UsageError, match="no such result file"):
        hs.load(tmp_path / "nothing")


def test_a_relative_folder_stays_the_same_folder(tmp_path, monkeypatch):
    def study(case):
        return {"T": xr.DataArray([case["a"], 1.0], dims="time")}

    kept_sweep(tmp_path / "s", OVER, study)
    monkeypatch.chdir(tmp_path)
    ds = hs.open_sweep("s")
    monkeypatch.chdir("/")
    assert ds["T"].sel(a=2.0, n=1).values.tolist() == [2.0, 1.0]


def test_pandas_reads_the_dataset(tmp_path):
    ds = hs.open_sweep(kept_sweep(tmp_path, OVER, figures).path)
    table = ds[["y", "status"]].to_dataframe()
    assert isinstance(table, pd.DataFrame)
    assert table.loc[(2.0, 1), "y"] == 2.0 / 3.0
