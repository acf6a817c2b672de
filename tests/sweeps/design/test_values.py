import math

import numpy as np
import pytest

from heatsim import units
from heatsim.errors import UnitError, UsageError
from heatsim.sweeps.design.values import exact, read_value, to_si


@pytest.mark.parametrize(
    ("written", "value", "unit"),
    [
        ("500m3", 500.0, "m3"),
        ("75 degC", 348.15, "K"),
        ("-10degC", 263.15, "K"),
        ("14MW", 14e6, "W"),
        ("1.1MW", 1.1e6, "W"),  # in floating point 1.1 * 1e6 is 1100000.0000000002
        ("7d", 604800.0, "s"),
        ("50%", 0.5, "1"),
        ("60EUR/MWh", 60.0 / 3.6e9, "EUR/J"),
        ("36 m3/h", 0.01, "m3/s"),
        ("250g/kWh", 0.25 / 3.6e6, "kg/J"),
        ("3 W/(m2.K)", 3.0, "W/(m2.K)"),
        ("5 1/s", 5.0, "1/s"),
        ("1e3", 1000.0, None),
        (0.25, 0.25, None),
        (np.float64(0.1), 0.1, None),
    ],
)
def test_quantities_become_si_numbers_of_their_own_kind(written, value, unit):
    found = read_value("x", written)
    assert found == (value, unit)
    assert type(found[0]) is float


@pytest.mark.parametrize(
    "unit", ["MW", "kWh", "degC", "m3/h", "bar", "EUR/MWh", "%", "l/min", "deg", "kg/s", "GWh", "rpm"]
)
def test_the_exact_conversion_agrees_with_that_of_the_house(unit):
    for number in (0.0, 0.1, 1.0, 7.3, 1234.5):
        assert math.isclose(to_si(exact(number), unit), units.convert(number, unit, units.si(unit)), rel_tol=1e-14)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("NTU", "NTU"),
        ("cold winter", "cold winter"),
        ("2020-01-15", "2020-01-15"),
        ("2020-01-15T06:00", "2020-01-15T06:00"),
        ("'2stage'", "2stage"),
        ('"5"', "5"),
        ("true", True),
        ("False", False),
        (np.bool_(True), True),
        (5, 5),
        ("5", 5),
        (np.int64(7), 7),
        (-0.0, 0.0),
    ],
)
def test_names_switches_and_whole_numbers_stay_what_they_are(written, value):
    found, unit = read_value("x", written)
    assert (found, unit) == (value, None)
    assert type(found) is type(value)
    if value == 0.0 and isinstance(value, float):
        assert math.copysign(1.0, found) == 1.0  # -0.0 and 0.0 are equal, so they are one case


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("10kw", "did you mean 'kW'"),
        ("2stage", "unknown unit 'stage'"),
        ("1,5", "decimal point"),
        ("1_000", "decimal point"),
        ("nan", "finite"),
        ("-inf", "finite"),
        ("1e400", "too large"),
        (float("nan"), "finite"),
        (float("inf"), "finite"),
        (None, "cannot be swept"),
        (1j, "cannot be swept"),
        ("", "empty"),
        (2**53 + 1, "too large"),
        ("range(1,2", "choices"),
        ("a,b", "choices"),
        ("\u22125degC", "write -5degC"),
        ("1/3", "unknown unit"),
        ("10 000", "unknown unit"),
    ],
)
def test_what_is_no_value_gets_one_line_with_the_name(written, says):
    with pytest.raises(UsageError, match=says) as caught:
        read_value("storage.V", written)
    assert str(caught.value).startswith("storage.V: ")
    assert "\n" not in str(caught.value)


def test_factors_have_no_unit_and_offsets_are_differences():
    assert read_value("P_IT:factor", "110%") == (1.1, "1")
    assert read_value("T_outdoor:offset", "5K") == (5.0, "K")
    with pytest.raises(UnitError, match="a factor has none"):
        read_value("P_IT:factor", "2MW")
    # as a point on the scale it would be 278.15 K more
    with pytest.raises(UnitError, match="difference; write it in K"):
        read_value("T_outdoor:offset", "5degC")
