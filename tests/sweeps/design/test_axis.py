import decimal
import math

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from heatsim.errors import UsageError
from heatsim.sweeps.design.axis import between_logarithmically, read_axis, sample_axis


@pytest.mark.parametrize(
    ("given", "values", "unit"),
    [
        ("range(0.1,0.5,5)", (0.1, 0.2, 0.3, 0.4, 0.5), None),  # numpy.linspace has 0.30000000000000004
        ("range(500m3, 2000m3, 4)", (500.0, 1000.0, 1500.0, 2000.0), "m3"),
        ("range(20degC, 80degC, 3)", (293.15, 323.15, 353.15), "K"),
        ("range(500l, 2m3, 4)", (0.5, 1.0, 1.5, 2.0), "m3"),
        ("range(5, 1, 3)", (5.0, 3.0, 1.0), None),
        ("logrange(1, 1000, 4)", (1.0, 10.0, 100.0, 1000.0), None),
        ("logrange(100kW, 1W, 6)", (1e5, 1e4, 1e3, 1e2, 1e1, 1.0), "W"),
        ("choices(3, 1, 2)", (3, 1, 2), None),
        ("choices(1, 2.5)", (1.0, 2.5), None),
        ("choices(jacobi, 'a,b', \"c d\")", ("jacobi", "a,b", "c d"), None),
        ("choices(true,false)", (True, False), None),
        ("14MW", (14e6,), "W"),
        ("jacobi", ("jacobi",), None),
        (5, (5,), None),
        ([1, 2], (1, 2), None),
        ((1.0, 2.0), (1.0, 2.0), None),
        (["75degC", "80 degC"], (348.15, 353.15), "K"),
        (range(3), (0, 1, 2), None),
        (np.array([1.5, 2.5]), (1.5, 2.5), None),
        (np.array(["a", "b"]), ("a", "b"), None),
        (pd.Series([1.0, 2.0], index=[5, 6]), (1.0, 2.0), None),
        (xr.DataArray([20.0, 30.0], dims="x", attrs={"units": "degC"}), (293.15, 303.15), "K"),
        (xr.DataArray([0.5, 1.0], dims="x", attrs={"units": "1"}), (0.5, 1.0), "1"),
    ],
)
def test_values_of_a_grid(given, values, unit):
    axis = read_axis("x", given)
    assert (axis.values, axis.units) == (values, unit)
    assert [type(value) for value in axis.values] == [type(value) for value in values]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ([], "no values"),
        ("range(1, 5)", "number of values"),
        ("range(1, 5, 1)", "from 2 on"),
        ("range(1, 5, 2.5)", "from 2 on"),
        ("range(1, 5, 10000000)", "may have"),
        ("range(3, 3, 4)", "both ends are 3"),
        ("range(0.5MW, 500kW, 4)", "both ends"),
        ("range(20, 80degC, 4)", "20 has no unit"),
        ("range(20degC, 80m3, 4)", "different quantities"),
        ("range(a, b, 4)", "'a' is not a number"),
        ("range(1,,3)", "a value is missing"),
        ("logrange(0, 10, 3)", "above zero"),
        ("logrange(20degC, 80degC, 3)", "write K"),
        ("ragne(1, 5, 3)", "did you mean 'range'"),
        ("range(1, 5, 3", "not understood"),
        ("choices()", "a value is missing"),
        ("choices(1, 1.0)", "1 is given twice"),
        ("choices(1MW, 1000kW)", "1e\\+06 is given twice"),
        ("choices(a, 1)", "numbers"),
        ([True, 1], "switches"),
        ([1.0, None], "cannot be swept"),
        ({1.0, 2.0}, "not a list"),
        ({"a": 1}, "not a list"),
        ((x for x in [1, 2]), "not a list"),
        (np.zeros((2, 2)), "2 dimensions"),
        ([1.0, float("nan")], "finite"),
        (np.array(["2020-01-01"], dtype="datetime64[D]"), "cannot be swept"),
    ],
)
def test_what_is_no_axis_gets_one_line_with_the_name(given, says):
    with pytest.raises(UsageError, match=says) as caught:
        read_axis("storage.V", given)
    assert str(caught.value).startswith("storage.V: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["", "a b", "a=b", "case", "status", "time", 3])
def test_names_that_cannot_be_swept(name):
    with pytest.raises(UsageError, match="name"):
        read_axis(name, [1, 2])


def test_bounds_and_choices_of_a_sample():
    assert sample_axis("x", "range(1MW, 2MW)").bounds == (1e6, 2e6)
    assert sample_axis("x", ("20degC", "30degC")).bounds == (293.15, 303.15)
    assert sample_axis("x", (1, 2)).bounds == (1.0, 2.0)
    logarithmic = sample_axis("x", "logrange(1, 10)")
    assert logarithmic.logarithmic
    assert logarithmic.bounds == (1.0, 10.0)
    assert sample_axis("x", ["b", "a"]).values == ("b", "a")
    # numbers in order, so that a step up is a larger number
    assert sample_axis("x", "choices(3, 1, 2)").values == (1, 2, 3)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("range(1, 5, 5)", "range\\(low, high\\)"),
        ((5, 1), "lower bound"),
        ((1, 2, 3), "\\(low, high\\)"),
        (5.0, "no sample"),
        ("choices(a)", "no sample"),
        ("logrange(-1, 1)", "above zero"),
        ((1, "2m3"), "has no unit"),
        (("a", "b"), "not a number"),
        ((1, 1), "both ends"),
    ],
)
def test_what_is_no_axis_of_a_sample(given, says):
    with pytest.raises(UsageError, match=says):
        sample_axis("x", given)


def test_logarithmic_interpolation_is_correctly_rounded():
    for low, high, share in [(1.0, 100.0, 0.5), (0.3, 7.0, 0.123456789), (1e-9, 1e9, 0.999), (2.0, 3.0, 1 / 3)]:
        with decimal.localcontext() as context:
            context.prec = 60
            a, b, s = decimal.Decimal(repr(low)), decimal.Decimal(repr(high)), decimal.Decimal(share)
            exact = (a.ln() + s * (b.ln() - a.ln())).exp()
        assert between_logarithmically(low, high, share) == float(exact)
        assert math.isclose(float(exact), low * (high / low) ** share, rel_tol=1e-14)
    assert between_logarithmically(0.3, 7.0, 0.0) == 0.3
    assert between_logarithmically(0.3, 7.0, 1.0) == 7.0
