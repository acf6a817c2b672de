"""Units: what a person writes becomes SI, and Modelica unit strings are compared by meaning."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from heatsim import units
from heatsim.errors import UnitError


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("14MW", "W", 14e6),
        ("14 MW", "W", 14e6),
        ("1.5e3kW", "W", 1.5e6),
        ("7d", "s", 604800.0),
        ("90 min", "s", 5400.0),
        ("24h", "s", 86400.0),
        ("75 degC", "K", 348.15),
        ("75C", "K", 348.15),
        ("75 °C", "K", 348.15),
        ("-5 degC", "K", 268.15),
        ("300 K", "degC", 26.85),
        ("2.5bar", "Pa", 2.5e5),
        ("36 m3/h", "m3/s", 0.01),
        ("60 l/min", "m3/s", 1e-3),
        ("30%", "1", 0.3),
        ("100 MWh", "J", 3.6e11),
        ("50 EUR/MWh", "EUR/J", 50 / 3.6e9),
        ("3600", "s", 3600.0),
        (".5", "1", 0.5),
        (12, "W", 12.0),
        (1.5, "K", 1.5),
    ],
)
def test_quantity_becomes_si(text: str | float, unit: str, expected: float) -> None:
    assert units.parse_quantity(text, unit) == pytest.approx(expected, rel=1e-13)


def test_unit_outside_of_the_own_grammar_is_answered_by_pint() -> None:
    # 1 BTU (international table) is 1055.056 J; water freezes at 32 degF.
    assert units.parse_quantity("3600 BTU/hour", "W") == pytest.approx(1055.056, rel=1e-6)
    assert units.parse_quantity("32 degF", "K") == pytest.approx(273.15)


@pytest.mark.parametrize(
    ("text", "unit", "words"),
    [
        ("14 MX", "W", ["14 MX", "unknown unit 'MX'", "'W'"]),
        ("14 kw", "W", ["did you mean 'kW'"]),
        ("14 MW", "K", ["14 MW", "'K'"]),
        ("MW", "W", ["does not start with a number"]),
        ("", "W", ["does not start with a number"]),
        ("1,5 MW", "W", ["decimal point"]),
        ("5 W W", "W", ["unknown unit 'W W'"]),
        (float("nan"), "W", ["finite"]),
        ("1e999 W", "W", ["finite"]),
        (True, "W", ["not a quantity"]),
        (None, "s", ["not a quantity"]),
        ("1__import__", "s", ["1__import__"]),
    ],
)
def test_bad_quantity_is_refused_in_one_line(text: object, unit: str, words: list[str]) -> None:
    with pytest.raises(UnitError) as caught:
        units.parse_quantity(text, unit)  # type: ignore[arg-type]
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("W", "J/s"),
        ("W/(m2.K)", "J/(s.m2.K)"),
        ("W/(m2.K)", "W/m2/K"),
        ("kg/s", "kg.s-1"),
        ("", "1"),
        ("Pa", "N/m2"),
        ("Pa.s", "kg/(m.s)"),
        ("rad/s", "1/s"),
        ("K", "K"),
        ("W/(m.degC)", "W/(m.K)"),
        ("m^3/s", "m3/s"),
    ],
)
def test_units_that_mean_the_same(a: str, b: str) -> None:
    assert units.same(a, b)
    assert units.compatible(a, b)


@pytest.mark.parametrize(("a", "b"), [("kW", "W"), ("degC", "K"), ("bar", "Pa"), ("h", "s"), ("%", "1")])
def test_units_that_only_convert(a: str, b: str) -> None:
    assert units.compatible(a, b)
    assert not units.same(a, b)


@pytest.mark.parametrize(("a", "b"), [("kg/s", "m3/s"), ("W", "J"), ("K", "1"), ("", "W"), ("W/K", "W")])
def test_units_that_do_not_fit(a: str, b: str) -> None:
    assert not units.compatible(a, b)
    with pytest.raises(UnitError, match="different quantities"):
        units.convert(1.0, a, b)


@pytest.mark.parametrize("unit", ["W/(m2.K", "W//K", "/s", "W.", "foo", "hs", "§", "2", "W^^2"])
def test_text_that_is_no_unit(unit: str) -> None:
    assert not units.known(unit)
    with pytest.raises(UnitError, match="unknown unit"):
        units.compatible(unit, "W")


def test_arrays_keep_their_shape() -> None:
    values = np.array([[0.0, 25.0], [75.0, 100.0]])
    kelvin = units.convert(values, "degC", "K")
    np.testing.assert_allclose(kelvin, values + 273.15)
    np.testing.assert_allclose(units.convert(kelvin, "K", "degC"), values, atol=1e-12)


def test_hot_path_does_not_load_pint() -> None:
    code = (
        "import sys; from heatsim import units; "
        "units.parse_quantity('14MW', 'W'); units.same('W/(m2.K)', 'W/(m2.K)'); units.convert(1, 'degC', 'K'); "
        "assert 'pint' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("MWh", "J"),
        ("degC", "K"),
        ("l/min", "m3/s"),
        ("EUR/MWh", "EUR/J"),
        ("g/kWh", "kg/J"),
        ("%", "1"),
        ("", "1"),
        ("rpm", "1/s"),
        ("kJ/(kg.K)", "J/(kg.K)"),
        ("m2", "m2"),
        ("t/(m.h)", "Pa.s"),
        ("bar.s/m6", "kg/(m7.s)"),
    ],
)
def test_si_unit_of_what_a_unit_measures(unit, expected):
    assert units.si(unit) == expected
    assert units.compatible(unit, expected)
    assert units.definition(expected).factor == 1.0
