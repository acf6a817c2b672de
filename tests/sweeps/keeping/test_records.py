"""The file of a case gives back what was written, exactly, or is known to be damaged."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from heatsim.errors import UsageError
from heatsim.sweeps.keeping.arrays import write_arrays
from heatsim.sweeps.keeping.outcome import CaseFigure
from heatsim.sweeps.keeping.records import CannotKeep, CaseRecord, DamagedRecord, read_record, write_record

RECORD = CaseRecord(
    "0123456789abcdef",
    {"a": 0.1 + 0.2, "n": 3, "name": "größer", "on": True},
    "ok",
    figures={
        "y": CaseFigure(1 / 3, "W", "A third"),
        "n": CaseFigure(2**53),
        "low": CaseFigure(-math.inf),
        "text": CaseFigure("a\nb\u2028\U0001f525"),
        "none": CaseFigure(None),
        "switch": CaseFigure(False),
    },
    provenance={"seconds": 0.25, "attributes": {"x": "y"}},
)


def test_a_record_is_read_as_it_was_written(tmp_path):
    arrays = write_arrays(xr.Dataset({"T": ("time", [1.0, 2.0])}, {"time": [0.0, 1.0]}), tmp_path / "a.nc")
    record = CaseRecord(**{**vars(RECORD), "arrays": arrays})
    write_record(record, tmp_path / "cases" / "x.json")
    found = read_record(tmp_path / "cases" / "x.json")
    assert found == record
    assert [type(f.value) for f in found.figures.values()] == [type(f.value) for f in RECORD.figures.values()]


def test_nan_survives(tmp_path):
    write_record(CaseRecord("i", {}, "ok", figures={"y": CaseFigure(math.nan)}), tmp_path / "x.json")
    assert math.isnan(read_record(tmp_path / "x.json").figures["y"].value)
    json.loads((tmp_path / "x.json").read_text(), parse_constant=lambda c: pytest.fail(f"{c} is no JSON"))


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 4096, b"{", b"[]", b"3", b"null", b'{"id": "x"}', b'{"figures": {"y": 3}}', b"\xff\xfe"]
)
def test_a_damaged_file_is_known(tmp_path, content):
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(DamagedRecord, match=r"x\.json: is damaged; its case runs again"):
        read_record(tmp_path / "x.json")


def test_no_beginning_of_a_record_is_taken_for_a_whole_one(tmp_path):
    write_record(RECORD, tmp_path / "x.json")
    whole = (tmp_path / "x.json").read_bytes()
    rng = np.random.default_rng(0)
    for length in {0, 1, len(whole) - 3, *rng.integers(0, len(whole) - 2, 30).tolist()}:
        (tmp_path / "x.json").write_bytes(whole[:length])
        with pytest.raises(DamagedRecord):
            read_record(tmp_path / "x.json")


def test_a_folder_that_cannot_be_written_is_told_apart_from_a_bad_result(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotKeep, match="the result of the case cannot be written"):
        write_record(RECORD, tmp_path / "file" / "x.json")


@pytest.mark.parametrize("far", [np.array(["3020-01-01"], "M8[s]"), np.array([400 * 366], "m8[D]")])
def test_dates_that_nanoseconds_cannot_hold_are_refused_and_not_others(tmp_path: Path, far: np.ndarray) -> None:
    with pytest.raises(UsageError, match="array 'a' has dates or durations that do not fit into nanoseconds"):
        write_arrays(xr.Dataset({"a": ("x", far)}), tmp_path / "a.nc")
    assert not list(tmp_path.iterdir())
    near = np.array(["2020-01-01", "NaT"], "M8[s]")
    assert write_arrays(xr.Dataset({"a": ("x", near)}), tmp_path / "a.nc").arrays["a"].dtype == "M8[ns]"


def test_array_whose_name_a_file_cannot_hold_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="array 'hot/cold' has a name that a netCDF file cannot hold; call it other"):
        write_arrays(xr.Dataset({"hot/cold": ("x", [1.0])}), tmp_path / "a.nc")
