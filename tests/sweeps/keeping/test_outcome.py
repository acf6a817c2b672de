"""What a study returns becomes plain values and arrays, or is refused by name."""

import decimal
import fractions
import math

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from heatsim.errors import UsageError
from heatsim.sweeps.keeping.outcome import outcome


@pytest.mark.parametrize(
    ("given", "value"),
    [
        (2, 2),
        (2.5, 2.5),
        (True, True),
        ("cold", "cold"),
        (None, None),
        (np.float32(0.5), 0.5),
        (np.int8(-3), -3),
        (np.bool_(False), False),
        (np.str_("warm"), "warm"),
        (np.array(7.0), 7.0),
        (decimal.Decimal("1.5"), 1.5),
        (fractions.Fraction(1, 4), 0.25),
        (pd.NA, None),
        (xr.DataArray(3, attrs={"units": "W"}), 3),
        (xr.Variable((), 4.0), 4.0),
    ],
)
def test_single_values_become_plain_ones_of_the_same_kind(given, value):
    found = outcome({"y": given}).figures["y"].value
    assert found == value
    assert type(found) is type(value)


def test_values_that_are_not_finite_are_figures():
    found = outcome({"a": math.nan, "b": math.inf}).figures
    assert math.isnan(found["a"].value)
    assert found["b"].value == math.inf


def test_unit_and_description_come_from_attributes():
    found = outcome({"p": xr.DataArray(3.0, attrs={"units": "W", "long_name": "Peak power"})}).figures["p"]
    assert (found.units, found.long_name) == ("W", "Peak power")


def test_a_dataset_is_sorted_into_figures_and_arrays():
    ds = xr.Dataset(
        {"y": 1.0, "T": ("time", [1.0, 2.0])}, {"time": [0.0, 10.0], "method": "cvode"}, {"system": "plant"}
    )
    found = outcome(ds)
    assert {name: figure.value for name, figure in found.figures.items()} == {"y": 1.0, "method": "cvode"}
    assert found.arrays is not None
    assert list(found.arrays.variables) == ["T", "time"]
    assert found.attributes == {"system": "plant"}


def test_coordinates_of_a_selected_array_are_no_figures():
    T = xr.DataArray([[1.0, 2.0]], dims=("layer", "time"), coords={"layer": [5], "time": [0.0, 1.0]})
    found = outcome({"T": T.isel(layer=0), "mean": T.isel(layer=0).mean()})
    assert set(found.figures) == {"mean"}
    assert found.arrays is not None


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (None, "returned nothing; return a Dataset"),
        (3.0, "returned a float"),
        (xr.DataArray(3.0), "DataArray without a name"),
        ({"y": [1, 2]}, "a list as 'y'; give an array its dimensions"),
        ({"y": np.array([1.0, 2.0])}, "a ndarray as 'y'"),
        ({"y": (3.0, "W")}, "a tuple as 'y'.*attrs={'units': 'W'}"),
        ({"y": pd.Series([1.0])}, "a Series as 'y'"),
        ({"y": {"z": 1}}, "a dict as 'y'"),
        ({"y": 1 + 2j}, "a complex as 'y'"),
        ({"y": b"text"}, "a bytes as 'y'"),
        ({"y": object()}, "a object as 'y'"),
        ({"y": np.datetime64("2024-01-01T00", "ns")}, "'y' is a date"),
        ({"y": np.timedelta64(3, "ns")}, "'y' is a date or a duration"),
        ({"y": xr.DataArray(np.datetime64("2024-01-01", "ns"))}, "'y' is a date"),
        ({"y": pd.Timestamp("2024-01-01")}, "'y' is a date"),
        ({"y": 2**53 + 1}, "more than a float holds exactly"),
        (
            {"T": xr.DataArray([1.0], dims="layer"), "layer": xr.DataArray([2.0], dims="layer")},
            "array 'layer' is called",
        ),
        ({1: 2.0}, "1 as the name of a figure"),
        (
            {"a": xr.DataArray([1.0, 2.0], dims="time"), "b": xr.DataArray([1.0], dims="time")},
            "do not fit together",
        ),
    ],
)
def test_what_cannot_be_kept_is_refused_by_name(given, says):
    with pytest.raises(UsageError, match=says):
        outcome(given)
