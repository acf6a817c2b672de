"""The hunting table as an object: lookup, export, print."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from rich.console import Console

import heatsim as hs
from heatsim.analysis.hunting import HuntingTable, Verdict
from heatsim.system.loops import ControlLoop, loops_to_json

TIME = np.arange(0.0, 3600.0, 2.0)


@pytest.fixture(scope="module")
def table() -> HuntingTable:
    """Three loops in two windows: two swing together, the second 20 s after the first; one rests."""

    def wave(delay: float) -> np.ndarray:
        return np.sin(2.0 * np.pi * (TIME - delay) / 150.0)

    data = {
        "a.T": 333.15 + 2.0 * wave(0.0),
        "b.T": 333.15 + wave(20.0),
        "c.p": np.full(TIME.size, 1e5),
        "a.y": 0.5 - 0.1 * wave(40.0),
        "b.y": 0.5 - 0.1 * wave(60.0),
        "c.y": np.full(TIME.size, 0.5),
    }
    loops = {
        "first": ControlLoop("first", "a.T", "a.y", 333.15, 0.0, 1.0, "K", "1"),
        "second": ControlLoop("second", "b.T", "b.y", 333.15, 0.0, 1.0, "K", "1"),
        "third": ControlLoop("third", "c.p", "c.y", 1e5, 0.0, 1.0, "Pa", "1"),
    }
    ds = xr.Dataset(
        {name: ("time", values) for name, values in data.items()},
        coords={"time": TIME},
        attrs={"loops": loops_to_json(loops)},
    )
    return hs.hunting(ds, windows=1799.0)


def test_rows_are_found_by_loop_and_window(table: HuntingTable) -> None:
    assert len(table) == 6
    assert table["second", 1].window == (1800.0, 3598.0)
    assert {row.loop for row in table.hunting} == {"first", "second"}
    assert table["third", 0].verdict is Verdict.CALM
    with pytest.raises(hs.UsageError, match="has 2 windows"):
        table["first"]
    with pytest.raises(hs.UsageError, match="no loop 'frst'"):
        table["frst"]
    with pytest.raises(hs.UsageError, match="none of number 2"):
        table["first", 2]


def test_order_tells_which_loop_goes_first(table: HuntingTable) -> None:
    order = table.order(1)
    assert list(order.index) == ["first", "second"]
    assert order["group"].tolist() == [1, 1]
    assert order.loc["first", "lead"] == 0.0
    assert order.loc["second", "lead"] == pytest.approx(-20.0, abs=0.5)
    assert order.loc["first", "share"] == pytest.approx(2.0 / 0.05, rel=0.02)


def test_table_goes_to_pandas_json_and_netcdf(table: HuntingTable, tmp_path: Path) -> None:
    frame = table.to_pandas()
    assert frame.loc[("first", 0.0), "period"].iloc[0] == pytest.approx(150.0, rel=0.01)
    records = json.loads(table.to_json())
    assert len(records) == 6
    assert records[0]["verdict"] == "limit cycle"
    assert records[0]["harris"] is None
    xds = table.to_xarray()
    assert dict(xds.sizes) == {"loop": 3, "window": 2}
    xds.to_netcdf(tmp_path / "table.nc")
    again = xr.load_dataset(tmp_path / "table.nc")
    assert again["verdict"].sel(loop="third").values.tolist() == ["calm", "calm"]
    assert np.isnan(again["period"].sel(loop="third").values).all()
    assert again["confirmed"].values.tolist() == [[-1, -1]] * 3
    assert again["amplitude"].sel(loop="first").values == pytest.approx([2.0, 2.0], rel=0.02)


@pytest.mark.parametrize("width", [80, 120])
def test_printed_table_fits_and_has_units(table: HuntingTable, width: int) -> None:
    console = Console(file=io.StringIO(), width=width)
    table.print(console)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert max(len(line) for line in text.splitlines()) <= width
    assert "4 of 6 hunt" in text
    assert "150 s" in text
    assert re.search(r"\b(1\.99|2|2\.0\d) K", text)
    assert text.index("limit cycle") < text.index("calm")
    assert ("turns/h" in text) is (width == 120)
