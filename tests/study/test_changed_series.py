"""Input series with a factor, an offset, or a constant in their place."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from heatsim.errors import UsageError
from heatsim.study.changed_series import SeriesChange, changed


@pytest.fixture
def series() -> dict[str, xr.DataArray]:
    times = np.array([0.0, 60.0, 180.0])
    attrs = {"units": "W", "long_name": "Power", "interpolation": "held"}
    return {name: xr.DataArray([1.0, 3.0, 7.0], {"time": times}, "time", name, attrs) for name in ("P_IT", "other")}


def test_factor_comes_before_offset(series: dict[str, xr.DataArray]) -> None:
    found = changed(series, {"P_IT": SeriesChange(factor=2.0, offset=-1.0)})
    assert found["P_IT"].values.tolist() == [1.0, 5.0, 13.0]
    assert found["P_IT"].attrs == series["P_IT"].attrs
    assert series["P_IT"].values.tolist() == [1.0, 3.0, 7.0], "the series itself stays, others may be using it"
    assert found["other"] is series["other"]


def test_a_constant_has_no_knots_within_the_run(series: dict[str, xr.DataArray]) -> None:
    found = changed(series, {"P_IT": SeriesChange(constant=4.0, factor=0.5, offset=1.0)})["P_IT"]
    assert found["time"].values.tolist() == [0.0, 180.0]
    assert found.values.tolist() == [3.0, 3.0]
    assert (found.name, found.attrs["interpolation"]) == ("P_IT", "held")


def test_wrong_names_and_numbers_are_refused(series: dict[str, xr.DataArray]) -> None:
    with pytest.raises(UsageError, match=r"no input series 'P_ITT' \(did you mean 'P_IT'\?\)"):
        changed(series, {"P_ITT": SeriesChange()})
    with pytest.raises(UsageError, match="P_IT: factor, offset and constant must be finite"):
        changed(series, {"P_IT": SeriesChange(factor=float("nan"))})


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("P_IT", SeriesChange(offset=-2.0), "P_IT: its change makes it -1 W, and it cannot be less than 0 W"),
        ("Q_flow_demand", SeriesChange(factor=-1.0), "makes it -7 W, and it cannot be less than 0 W"),
        ("heat_pump_available", SeriesChange(constant=2.0), "makes it 2 W, and it cannot be more than 1 W"),
        ("T_outdoor", SeriesChange(offset=-50.0), "makes it -49 W, and it cannot be less than 150"),
    ],
)
def test_what_a_series_cannot_be_is_refused(
    series: dict[str, xr.DataArray], name: str, change: SeriesChange, message: str
) -> None:
    one = series["P_IT"]
    assert changed({name: one}, {})[name] is one
    with pytest.raises(UsageError, match=message):
        changed({name: one}, {name: change})
    free = changed({"price_gas": one}, {"price_gas": change})["price_gas"]
    assert free.values[0] == change.factor * (1.0 if change.constant is None else change.constant) + change.offset
