"""Error of representative weeks: against sums of the plans of each week, on a year whose types repeat."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from dispatch_cases import given, simple, store

from heatsim.dispatch.plant import Tariff
from heatsim.dispatch.value import value_curves
from heatsim.dispatch.weeks import representative_weeks
from heatsim.dispatch.weeks_error import error_table, weeks_error
from heatsim.errors import UsageError

HOUR = np.arange(168)


def data() -> xr.Dataset:
    """Return weeks that differ in demand and in the spread of the price: high, low, low, low."""
    demand = np.concatenate([np.full(168, level) for level in (8.0, 4.0, 4.0, 4.0)])
    swing = np.where(HOUR % 24 < 12, -1.0, 1.0)
    price = np.concatenate([40.0 + width * swing for width in (10.0, 20.0, 20.0, 20.0)])
    return given(demand, price=price)


def test_two_types_need_two_weeks() -> None:
    volumes = [0.0, store(12.0).volume]
    errors = weeks_error(simple(), data(), [1, 2], volumes)
    np.testing.assert_allclose(errors["cost_error"].sel(number=2), 0.0, atol=1e-6)
    np.testing.assert_allclose(errors["value_error"].sel(number=2, volume=volumes[1]), 0.0, atol=1e-6)
    # the week of the low demand stands for all: without a tank, heat costs 10 EUR/MWh in both, and one takes 8 MW
    np.testing.assert_allclose(errors["cost_error"].sel(number=1, volume=0.0), 4.0 / (3.0 + 2.0) - 1.0, rtol=1e-6)
    # the tank shifts 12 MWh a day from heat at 15 to heat at 5 EUR/MWh in three weeks; in the fourth there is no room
    np.testing.assert_allclose(errors["value_error"].sel(number=1, volume=volumes[1]), 1.0 / 0.75 - 1.0, rtol=1e-6)
    lines = error_table(errors)
    assert len(lines) == 5
    assert lines[-1].split() == ["2", "+0.00", "+0.00", "+0.0"]
    assert np.isnan(errors["value_error"].sel(volume=0.0)).all()


def test_the_costs_are_those_of_value_curves() -> None:
    volumes = [0.0, 300.0]
    errors = weeks_error(simple(), data(), [2], volumes, seed=4)
    chosen = representative_weeks(data(), 2, seed=4)
    curves = value_curves(simple(), data(), volumes, [8e6], weeks=chosen, relax=True)
    np.testing.assert_allclose(errors["cost"].sel(number=2), curves["cost"].sel(heat=8e6), rtol=1e-9)


def test_what_no_week_can_be_judged_by() -> None:
    with pytest.raises(UsageError, match="judge weeks without it"):
        weeks_error(simple(tariff=Tariff(peak_charge=0.1)), data(), [1], [0.0, 100.0])
    with pytest.raises(UsageError, match="at least two volumes"):
        weeks_error(simple(), data(), [1], [0.0])
