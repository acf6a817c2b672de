"""Arrays of all cases behave as one array in memory would, and read nothing but what is asked for."""

import copy
import pickle
import re
import warnings
from concurrent.futures import ThreadPoolExecutor

import netCDF4
import numpy as np
import pandas as pd
import psutil
import pytest
import xarray as xr
from sweep_folders import kept_sweep

import heatsim as hs
from heatsim.errors import HeatsimWarning, UsageError
from heatsim.sweeps.collection import lazy_arrays
from heatsim.sweeps.keeping.keep import keep
from heatsim.sweeps.keeping.outcome import outcome

OVER = {"a": [1.0, 2.0, 3.0, 4.0], "n": [2, 3, 5]}
UNITS = {"units": "K", "long_name": "Temperature"}


def value(a, n, time, layer):
    return 1000.0 * a + 100.0 * n + time + 0.5 * layer


def study(case):
    if case["a"] == 3.0:
        raise ValueError("three")
    a, n = case["a"], case["n"]
    # cases of other lengths: a case with n has times 0, 10, ... 10 (n - 1) s, and layers 0 ... n - 1 without coordinate
    time, layer = np.arange(n) * 10.0, np.arange(n)
    clock = ("time", time, {"units": "s", "long_name": "Time"})
    T = xr.DataArray(
        value(a, n, time[:, None], layer[None, :]), dims=("time", "layer"), coords={"time": clock}, attrs=UNITS
    )
    return {
        "T": T,
        "on": xr.DataArray(time > 5.0, dims="time", coords={"time": clock}),
        "mode": xr.DataArray([f"m{i}" for i in range(n)], dims="time", coords={"time": clock}),
        "count": xr.DataArray(np.arange(n, dtype="i4"), dims="time", coords={"time": clock}),
        "date": xr.DataArray(pd.date_range("2024-01-01", periods=n, freq="h").values, dims="layer"),
        "small": xr.DataArray(np.float32([a, n]), dims="pair"),
    }


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("sweep") / "s"
    kept_sweep(path, OVER, study, only=lambda case: (case["a"], case["n"]) != (4.0, 5))
    return path


@pytest.fixture
def ds(path):
    return hs.open_sweep(path)


@pytest.fixture(scope="module")
def expected():
    T = np.full((4, 3, 5, 5), np.nan)
    for i, a in enumerate(OVER["a"]):
        for j, n in enumerate(OVER["n"]):
            if a != 3.0 and (a, n) != (4.0, 5):
                T[i, j, :n, :n] = value(a, n, np.arange(n)[:, None] * 10.0, np.arange(n)[None, :])
    coords = {**OVER, "time": np.arange(5) * 10.0}
    return xr.DataArray(T, dims=("a", "n", "time", "layer"), coords=coords)


@pytest.fixture
def opened(monkeypatch):
    """Names of the files that are opened."""
    files = []
    original = netCDF4.Dataset

    def dataset(file, *args, **kwargs):
        files.append(str(file))
        return original(file, *args, **kwargs)

    monkeypatch.setattr(lazy_arrays.netCDF4, "Dataset", dataset)
    return files


SELECTIONS = {
    "all": lambda T: T,
    "one case": lambda T: T.sel(a=2.0, n=3),
    "a case that failed": lambda T: T.sel(a=3.0, n=3),
    "orthogonal": lambda T: T.isel(a=[3, 0, 0], n=slice(None, None, -1), time=[4, 0], layer=[1]),
    "last": lambda T: T[..., -1],
    "backwards": lambda T: T[..., ::-2, 1],
    "turned": lambda T: T.transpose("layer", "time", "n", "a").isel(time=2),
    "points": lambda T: T.isel(a=xr.DataArray([0, 1, 3], dims="p"), n=xr.DataArray([0, 2, 1], dims="p")),
    "switches": lambda T: T.isel(a=np.array([True, False, False, True])),
    "interval": lambda T: T.sel(time=slice(10.0, 30.0)),
    "nearest": lambda T: T.sel(time=[12.0], method="nearest"),
    "nothing": lambda T: T.isel(time=[]),
    "twice": lambda T: T.isel(a=[0, 1]).isel(a=1).isel(time=slice(1, None)).isel(time=[0, 2]),
    "mean": lambda T: T.mean("time"),
    "maximum": lambda T: T.max(),
    "groups": lambda T: T.groupby("n").max(),
    "condition": lambda T: T.where(T.a > 1.5),
    "stacked": lambda T: T.stack(case=("a", "n")).isel(case=[1, 4]),
    "aligned": lambda T: T.reindex(a=[1.0, 9.0]),
    "sorted": lambda T: T.sortby("a", ascending=False),
    "arithmetic": lambda T: T - T.sel(a=1.0),
    "interpolated": lambda T: T.interp(time=5.0),
    "table": lambda T: T.rename("T").to_dataframe().to_xarray()["T"],
}


@pytest.mark.parametrize("select", SELECTIONS.values(), ids=SELECTIONS)
def test_every_selection_gives_what_an_array_in_memory_gives(ds, expected, select):
    xr.testing.assert_equal(select(ds["T"]).reset_coords(drop=True), select(expected).reset_coords(drop=True))


def test_random_selections(ds, expected):
    rng = np.random.default_rng(1)
    for _ in range(40):
        keys = {}
        for dim, size in expected.sizes.items():
            kind = rng.integers(4)
            step = int(rng.choice([-2, -1, 1, 2]))
            some = rng.integers(-size, size, rng.integers(0, 4))
            keys[dim] = [slice(None), int(rng.integers(-size, size)), slice(None, None, step), some][kind]
        xr.testing.assert_equal(ds["T"].isel(keys), expected.isel(keys))


def test_units_and_descriptions_come_along(ds):
    assert ds["T"].attrs == UNITS
    assert ds["time"].attrs == {"units": "s", "long_name": "Time"}
    assert ds["on"].attrs["flag_meanings"] == "false true"
    # a date has no unit
    names = [name for name in ds.variables if name != "date"]
    assert all({"units", "long_name"} <= set(ds[name].attrs) for name in names)


def test_other_kinds_than_floats(ds):
    here, none = {"a": 1.0, "n": 3}, {"a": 3.0, "n": 3}
    np.testing.assert_array_equal(ds["on"].sel(here), [0.0, 1.0, 1.0, np.nan, np.nan])
    assert ds["mode"].sel(here).values.tolist() == ["m0", "m1", "m2", "", ""]
    np.testing.assert_array_equal(ds["count"].sel(here), [0.0, 1.0, 2.0, np.nan, np.nan])
    np.testing.assert_array_equal(ds["date"].sel(here)[:3], pd.date_range("2024", periods=3, freq="h").values)
    assert np.isnat(ds["date"].sel(here).values[3:]).all()
    assert np.isnat(ds["date"].sel(none)).all()
    assert [ds[name].dtype.str[1:] for name in ("on", "count", "small", "date")] == ["f8", "f8", "f4", "M8[ns]"]


def test_only_files_that_are_asked_for_are_read(path, opened):
    ds = hs.open_sweep(path)
    # axes and attributes come from few files, whatever the number of cases
    assert len(set(opened)) <= 3
    opened.clear()
    repr(ds)
    selected = ds["T"].sel(a=2.0)
    assert opened == []
    selected.isel(n=[0, 2]).load()
    assert [ds["case_id"].sel(a=2.0, n=n).item() in file for n, file in zip((2, 5), opened, strict=True)] == [True] * 2
    assert not ds["T"].variable._in_memory


def test_values_are_not_kept_unless_loaded(ds, opened):
    for i in range(2):
        _ = ds["T"].sel(a=1.0, n=2).values
        assert not ds["T"].variable._in_memory, i
    loaded = ds["T"].load()
    opened.clear()
    assert loaded.sel(a=1.0, n=2).values.size == 25
    assert opened == []


def test_many_arrays_of_a_case_are_read_from_a_file_that_is_opened_twice(ds, opened):
    one = ds[["on", "count"]].sel(a=1.0, n=2).load()
    assert len(opened) == 2
    other = ds[["on", "count"]].sel(a=2.0, n=3)
    np.testing.assert_array_equal(one["count"], [0.0, 1.0, np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(other["count"], [0.0, 1.0, 2.0, np.nan, np.nan])


@pytest.fixture
def wide(tmp_path):
    def study(case):
        time = [0.0, 10.0] if case["n"] == 2 else [0.0, 5.0, 10.0]
        arrays = {f"x{i}": array(np.arange(len(time)) + 100.0 * i + case["a"], time=time) for i in range(6)}
        return {**arrays, **({"rare": array([1.0, 2.0], time=time)} if (case["a"], case["n"]) == (1.0, 2) else {})}

    return kept_sweep(tmp_path / "s", OVER, study, only=lambda case: case["a"] != 3.0)


def test_arrays_that_are_read_ahead_are_those_that_would_be_read(wide, opened, monkeypatch):
    monkeypatch.setattr(lazy_arrays, "_MOST_AHEAD", 0)
    slow = hs.open_sweep(wide.path).load()
    alone = len(opened)
    monkeypatch.setattr(lazy_arrays, "_MOST_AHEAD", 3 * slow["x0"].nbytes)
    opened.clear()
    quick = hs.open_sweep(wide.path).load()
    xr.testing.assert_identical(quick, slow)
    assert len(opened) < 0.7 * alone
    ds = hs.open_sweep(wide.path)
    for part in (ds.isel(time=[1]), ds.sel(a=2.0), ds.isel(a=0, n=0), ds.sel(a=3.0), ds.isel(time=[1])):
        names = {"a": part["a"], "n": part["n"], "time": part["time"]}
        xr.testing.assert_identical(part.load(), slow.sel(names))


def test_what_was_read_ahead_is_not_taken_when_a_file_has_changed(wide):
    ds = hs.open_sweep(wide.path)
    for name in ("x0", "x1"):
        ds[name].values  # noqa: B018
    assert set(ds["x1"].variable._data.array.array.files.ahead.values) == {"x2", "x3", "x4", "x5"}
    assert ds["x2"].sel(a=2.0, n=2, time=10.0) == 203.0
    for name in ("x0", "x1"):
        ds[name].values  # noqa: B018
    rewritten(wide.series(ds["case_id"].sel(a=1.0, n=3).item()))
    with pytest.raises(UsageError, match="open the sweep again"):
        ds["x2"].load()


def test_what_was_read_ahead_does_not_travel(wide):
    ds = hs.open_sweep(wide.path)
    for name in ("x0", "x1"):
        ds[name].values  # noqa: B018
    received = pickle.loads(pickle.dumps(ds))
    assert received["x0"].variable._data.array.array.files.ahead is None
    xr.testing.assert_identical(received.load(), ds.load())


def test_no_file_stays_open(ds, path):
    ds["mode"].load()
    ds.sel(a=1.0, n=2).load()
    opened = [file.path for file in psutil.Process().open_files()]
    assert [file for file in opened if file.startswith(str(path))] == []


def test_a_dataset_goes_to_other_processes_as_names_of_files(ds, expected):
    sent = pickle.dumps(ds)
    received = pickle.loads(sent)
    assert not received["T"].variable._in_memory
    xr.testing.assert_equal(received["T"], expected)


def test_a_copy_can_be_written_to_and_the_files_stay(ds, expected):
    other = copy.deepcopy(ds)
    assert not other["T"].variable._in_memory
    other["T"].loc[{"a": 1.0, "n": 2}] = -1.0
    assert (other["T"].sel(a=1.0, n=2) == -1.0).all()
    xr.testing.assert_equal(other["T"].sel(a=2.0), expected.sel(a=2.0))
    xr.testing.assert_equal(ds["T"], expected)


def test_threads_read_at_once(ds, expected):
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: ds["T"].load(), range(8)):
            xr.testing.assert_equal(found, expected)


def test_dask_reads_in_pieces(ds, expected):
    pytest.importorskip("dask")
    chunked = ds.chunk({"a": 1})
    xr.testing.assert_equal(chunked["T"].max("time").compute(), expected.max("time"))


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (lambda file: file.unlink(), "is not there"),
        (lambda file: file.write_bytes(b""), "is damaged"),
        (lambda file: file.write_bytes(file.read_bytes()[:3000]), "is damaged"),
        (lambda file: rewritten(file), "is not the file that its record tells of"),
    ],
)
def test_a_file_that_has_changed_since_is_never_read_as_if_it_had_not(tmp_path, harm, says):
    folder = kept_sweep(tmp_path, OVER, study)
    ds = hs.open_sweep(tmp_path)
    _ = ds["T"].sel(a=1.0, n=3).values
    harm(folder.series(ds["case_id"].sel(a=1.0, n=3).item()))
    with pytest.raises(UsageError, match=rf"\.nc: {says}.* open the sweep again"):
        ds["T"].load()
    # the others can still be read
    assert float(ds["T"].sel(a=2.0, n=3, time=0.0).isel(layer=0)) == value(2.0, 3, 0.0, 0)


def rewritten(file):
    with netCDF4.Dataset(file, "a") as opened:
        opened.setncattr("arrays_digest", "0" * 16)


def test_cases_that_end_later_are_in_the_next_dataset(tmp_path):
    folder = kept_sweep(tmp_path, OVER, study, only=lambda case: case["a"] == 1.0)
    ds = hs.open_sweep(tmp_path)
    for case in folder.read().cases():
        if case["a"] == 2.0:
            keep(folder, case, outcome(study(case)), {})
    assert np.isnan(ds["T"].sel(a=2.0)).all()
    assert not np.isnan(hs.open_sweep(tmp_path)["T"].sel(a=2.0, n=5)).any()


def noted(path):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", HeatsimWarning)
        ds = hs.open_sweep(path)
    assert len(caught) == len(ds.attrs["notes"].split("\n"))
    return ds, ds.attrs["notes"]


def array(values, dims="time", time=None, **attrs):
    return xr.DataArray(values, dims=dims, coords={} if time is None else {"time": time}, attrs=attrs)


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        (array([1.0], units="W"), array([1.0], units="kW"), "array 'x' has the unit W in case .* and kW in case"),
        (array([1.0]), array([[1.0]], ("time", "layer")), "array 'x' has the dimensions"),
        (array([1.0]), array(["a"]), "array 'x' has numbers, texts or dates"),
        (array([1.0], time=[0.0]), array([1.0]), "the axis 'time' has a coordinate in some cases only"),
        (array([1.0], time=[0.0]), array([1.0, 2.0], time=[5.0, 5.0]), "the axis 'time' has an entry twice"),
        (array([1.0], time=[0.0]), array([1.0], time=["a"]), "the axis 'time' is of numbers in some cases"),
    ],
)
def test_arrays_that_do_not_go_together_are_left_out_with_a_note(tmp_path, first, second, says):
    def study(case):
        return {"x": first if case["a"] == 1.0 else second, "other": array([1.0, 2.0], "place"), "y": 1.0}

    kept_sweep(tmp_path, {"a": [1.0, 2.0]}, study)
    ds, notes = noted(tmp_path)
    assert "x" not in ds
    assert (ds["other"] == [1.0, 2.0]).all()
    assert (ds["y"] == 1.0).all()
    assert re.search(says, notes)


def test_events_at_one_instant_are_kept_when_all_cases_have_the_same_axis(tmp_path):
    kept_sweep(tmp_path, {"a": [1.0, 2.0]}, lambda case: {"x": array([case["a"], 7.0], time=[5.0, 5.0])})
    assert hs.open_sweep(tmp_path)["x"].values.tolist() == [[1.0, 7.0], [2.0, 7.0]]


def test_a_file_that_is_not_that_of_its_record_is_noted(tmp_path):
    folder = kept_sweep(tmp_path, OVER, study)
    first = next(folder.read().cases())
    rewritten(folder.series(first.id))
    ds, notes = noted(tmp_path)
    assert f"cases/{first.id}.nc: is not the file that its record tells of" in notes.replace("\\", "/")
    assert np.isnan(ds["T"].isel(a=0, n=0)).all()
    assert not np.isnan(ds["T"].isel(a=0, n=2)).any()


@pytest.mark.parametrize(
    ("series", "names"),
    [(True, {"tank.T", "tank.V", "P", "fixed"}), (False, {"fixed"}), (("tank.*",), {"tank.T", "tank.V", "fixed"})],
)
def test_series_are_kept_on_request_and_arrays_without_time_always(tmp_path, series, names):
    def study(case):
        return {**{name: array([1.0, 2.0]) for name in ("tank.T", "tank.V", "P")}, "fixed": array([1.0], "place")}

    folder = kept_sweep(tmp_path, {"a": [1.0]}, study, series=series)
    ds = hs.open_sweep(tmp_path)
    assert {name for name, variable in ds.data_vars.items() if variable.ndim == 2} == names
    with netCDF4.Dataset(folder.series(ds["case_id"].values[0])) as file:
        assert set(file.variables) == names


def test_a_pattern_without_series_is_noted_and_loses_no_figures(tmp_path):
    kept_sweep(tmp_path, {"a": [1.0]}, lambda case: {"P": array([1.0]), "y": 2.0}, series=("storag.*",))
    ds, notes = noted(tmp_path)
    assert ds["y"].values.tolist() == [2.0]
    assert notes == "no series matches 'storag.*' in 1 of the cases"


def test_a_file_of_a_case_is_an_ordinary_result(tmp_path):
    folder = kept_sweep(tmp_path, OVER, study)
    case = next(folder.read().cases())
    one = hs.load(folder.series(case.id))
    xr.testing.assert_identical(one["T"], study(case)["T"].rename("T"))


def test_packing_of_a_file_that_a_study_has_read_does_not_round_its_results(tmp_path):
    def study(case):
        packed = array([0.123456789, 1.0])
        packed.encoding = {"dtype": "i2", "scale_factor": 0.1, "_FillValue": -1}
        return {"x": packed}

    kept_sweep(tmp_path, {"a": [1.0]}, study)
    assert hs.open_sweep(tmp_path)["x"].values.tolist() == [[0.123456789, 1.0]]


def test_attributes_that_netcdf_cannot_hold_are_kept_as_text(tmp_path):
    attrs = {
        "none": None,
        "flag": True,
        "list": [1, "a"],
        "a/b": 3,
        "-x": 4,
        "_FillValue": 5.0,
        "n": np.int64(3),
        "NAME": 6,
        "": 7,
    }
    kept_sweep(tmp_path, {"a": [1.0]}, lambda case: {"x": array([1.0, 5.0], **attrs)})
    found = hs.open_sweep(tmp_path)["x"]
    assert found.values.tolist() == [[1.0, 5.0]]
    assert (found.attrs["none"], found.attrs["flag"], found.attrs["n"]) == ("None", "True", 3)
    assert (found.attrs["a_b"], found.attrs["_-x"], found.attrs["_NAME"], found.attrs["list"]) == (3, 4, 6, "[1, 'a']")


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (array([1 + 2j]), "'x' holds neither numbers nor texts"),
        (array(np.array([object()])), "'x' holds neither numbers nor texts"),
        (array(np.array([2**60])), "'x' has numbers that a float does not hold"),
    ],
)
def test_arrays_that_cannot_be_kept_are_refused_by_name(tmp_path, bad, says):
    with pytest.raises(UsageError, match=says):
        kept_sweep(tmp_path, {"a": [1.0]}, lambda case: {"x": bad})


def test_a_name_that_netcdf_cannot_hold_is_refused(tmp_path):
    with pytest.raises(UsageError, match="array 'supply/return' has a name that a netCDF file cannot hold"):
        kept_sweep(tmp_path, {"a": [1.0]}, lambda case: {"supply/return": array([1.0])})
