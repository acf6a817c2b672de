"""Annuities against a table and against the present value of their payments; the best size of a curve."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from heatsim.dispatch.investment import Investment, annuity, invested
from heatsim.errors import UsageError


def curves(cost: list[list[float]], volume: list[float], heat: list[float]) -> xr.Dataset:
    return xr.Dataset({"cost": (("volume", "heat"), cost)}, coords={"volume": volume, "heat": heat})


def test_annuity_of_textbooks() -> None:
    assert annuity(0.05, 20.0) == pytest.approx(0.080243, abs=1e-6)
    assert annuity(0.08, 10.0) == pytest.approx(0.149029, abs=1e-6)
    assert annuity(0.0, 25.0) == 0.04
    assert annuity(1e-12, 25.0) == pytest.approx(0.04, rel=1e-9)


@pytest.mark.parametrize("interest", [1e-6, 0.03, 0.2])
def test_payments_are_worth_the_investment(interest: float) -> None:
    years = np.arange(1, 31)
    assert np.sum(annuity(interest, 30.0) / (1.0 + interest) ** years) == pytest.approx(1.0, rel=1e-9)


def test_the_best_size_is_that_of_least_cost_with_annuities() -> None:
    # 1000 EUR/m3 over 40 years without interest: 25 EUR/(m3 a); 500 EUR/kW over 20 years: 25 EUR/(kW a)
    investment = Investment(0.0, 40.0, 20.0, per_volume=1000.0, per_heat=0.5)
    cost = [[1000e3, 800e3, 790e3], [960e3, 750e3, 745e3], [950e3, 740e3, 738e3]]
    result = invested(curves(cost, [0.0, 1000.0, 2000.0], [4e6, 8e6, 12e6]), investment)
    np.testing.assert_allclose(result["annuity_tank"], [0.0, 25e3, 50e3])
    np.testing.assert_allclose(result["annuity_heat_pump"], [100e3, 200e3, 300e3])
    expected = np.array(cost) + np.array([[0.0], [25e3], [50e3]]) + np.array([100e3, 200e3, 300e3])
    np.testing.assert_allclose(result["cost_total"], expected)
    assert (result.attrs["best_volume"], result.attrs["best_heat"]) == (1000.0, 8e6)
    assert result.attrs["best_at_edge"] == ""
    assert result["cost_total"].dims == ("volume", "heat")


def test_a_best_size_at_the_edge_says_that_a_better_one_may_lie_outside() -> None:
    free = Investment(0.05, 40.0, 20.0, per_volume=0.0, per_heat=0.0)
    result = invested(curves([[5.0, 4.0], [3.0, 2.0]], [0.0, 100.0], [1e6, 2e6]), free)
    assert result.attrs["best_at_edge"] == "volume, heat"
    dear = Investment(0.05, 40.0, 20.0, per_volume=1e6, per_heat=0.0)
    result = invested(curves([[5.0, 4.0, 5.0], [3.0, 2.0, 3.0]], [0.0, 100.0], [1e6, 2e6, 3e6]), dear)
    assert (result.attrs["best_volume"], result.attrs["best_heat"]) == (0.0, 2e6)
    assert result.attrs["best_at_edge"] == ""  # no tank is smaller than none


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"interest": 5.0}, "0.05 for 5 % a year"),
        ({"interest": -0.1}, "interest is -0.1"),
        ({"per_volume": float("nan")}, "per_volume"),
        ({"per_heat": 5e5}, "divide a price in EUR/MW"),
    ],
)
def test_bad_investment(changes: dict, says: str) -> None:
    values = {"interest": 0.05, "tank_lifetime": 40.0, "heat_pump_lifetime": 20.0, "per_volume": 1.0, "per_heat": 1.0}
    with pytest.raises(UsageError, match=says):
        Investment(**(values | changes))


def test_a_lifetime_of_nothing() -> None:
    with pytest.raises(UsageError, match="lifetime 0 a"):
        annuity(0.05, 0.0)
