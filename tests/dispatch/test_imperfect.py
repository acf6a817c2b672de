"""Imperfect forecasts: reproducible, consistent with each other, and as wrong as they are said to be."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from dispatch_cases import PER_MWH, given

from heatsim.dispatch.imperfect import PERFECT, ErrorModel, errors, imperfect, known_until
from heatsim.errors import InputError, UsageError

HOUR = 3600.0


def _truth(days: int = 4) -> xr.Dataset:
    """Return forecasts whose price is the hour since the begin plus one, so that each price tells its hour."""
    number = 24 * days
    data = given(np.full(number, 5.0), IT=np.full(number, 8.0), price=1.0 + np.arange(number))
    return data.assign_attrs(start_time="2020-04-20T00:00:00")


def test_the_error_depends_on_seed_issue_and_target_only() -> None:
    data = _truth()
    one = imperfect(data, 5 * HOUR, ErrorModel(), 3)
    for _ in range(2):
        imperfect(data, 9 * HOUR, ErrorModel(), 7)  # whatever is asked between
        xr.testing.assert_identical(one, imperfect(data, 5 * HOUR, ErrorModel(), 3))
    shorter = imperfect(data, 5 * HOUR, ErrorModel(), 3, stop=20 * HOUR)
    np.testing.assert_array_equal(shorter["Q_flow_demand"], one["Q_flow_demand"][:15])
    assert not np.allclose(one["Q_flow_demand"], imperfect(data, 5 * HOUR, ErrorModel(), 4)["Q_flow_demand"])
    assert (one.attrs["issued"], one.attrs["seed"]) == (5 * HOUR, 3)
    # Demand and IT power are wrong independently of each other.
    demand, power = one["Q_flow_demand"].values / 5e6, one["P_IT"].values / 8e6
    assert abs(float(np.corrcoef(np.log(demand), np.log(power))[0, 1])) < 0.9


def test_a_later_forecast_takes_out_one_innovation() -> None:
    """The error for a time, issued one interval later, is less by the decayed innovation of the interval between."""
    time, tau = HOUR * np.arange(40.0), 12 * HOUR
    phi = np.exp(-HOUR / tau)
    early, _ = errors("Q_flow_demand", time, 0.0, HOUR, tau, 1)
    late, _ = errors("Q_flow_demand", time[1:], HOUR, HOUR, tau, 1)
    np.testing.assert_allclose(early[1:] - late, early[0] * phi ** np.arange(1, 40), atol=1e-12)


def test_errors_have_the_stated_variance_and_grow_with_lead_time() -> None:
    """Over many issues: variance 1 - phi^(2k) after k intervals, and its sample within its own scatter."""
    lead, tau = np.array([1, 6, 24]), 12 * HOUR
    sample = []
    for issue in range(0, 24 * 400, 24):
        time = HOUR * (issue + np.arange(24.0))
        error, variance = errors("Q_flow_demand", time, HOUR * issue, HOUR, tau, 11)
        sample.append(error[lead - 1])
        np.testing.assert_allclose(variance[lead - 1], 1.0 - np.exp(-2.0 * lead / 12.0))
    found = np.var(sample, axis=0)
    # The variance of 400 normal numbers scatters by sqrt(2/400) = 7 %; four times that.
    np.testing.assert_allclose(found, 1.0 - np.exp(-2.0 * lead / 12.0), rtol=0.28)
    assert found[0] < found[1] < found[2]


def test_the_relative_error_far_ahead_is_that_of_the_model() -> None:
    """Mean and standard deviation of the factor, far ahead, over many seeds."""
    data = _truth(2)
    model = ErrorModel(demand=0.2, IT_power=0.0)
    factors = [float(imperfect(data, 0.0, model, seed)["Q_flow_demand"][-1]) / 5e6 for seed in range(200)]
    assert np.mean(factors) == pytest.approx(1.0, abs=4 * 0.2 / 14)
    assert np.std(factors) == pytest.approx(0.2, rel=0.28)
    assert min(factors) > 0.0


@pytest.mark.parametrize(("hour", "until"), [(0, 24), (13, 24), (14, 48), (23, 48), (24, 48), (37, 48), (38, 72)])
def test_prices_are_known_to_the_end_of_the_day_ahead(hour: int, until: int) -> None:
    assert known_until(_truth(), hour * HOUR, ErrorModel()) == until * HOUR


def test_unknown_prices_repeat_the_last_known_day() -> None:
    data = _truth()
    # Issued at 15 h: known to hour 47, after that the hours of the second day again and again.
    price = imperfect(data, 15 * HOUR, ErrorModel())["price_electricity"].values / PER_MWH
    np.testing.assert_allclose(price[:33], 1.0 + np.arange(15, 48))
    np.testing.assert_allclose(price[33:57], 1.0 + np.arange(24, 48))
    np.testing.assert_allclose(price[57:81], 1.0 + np.arange(24, 48))
    # The clock of the data counts: at a start at 12 h the auction is over two hours later.
    noon = data.assign_attrs(start_time="2020-04-20T12:00:00")
    assert known_until(noon, 1 * HOUR, ErrorModel()) == 12 * HOUR
    assert known_until(noon, 2 * HOUR, ErrorModel()) == 36 * HOUR


def test_no_price_of_the_future_is_used() -> None:
    """Whatever happens after the known prices changes nothing in the forecast."""
    data = _truth()
    other = data.copy(deep=True)
    other["price_electricity"][24:] = 99.0 * PER_MWH
    for hour in (0, 7, 13):
        np.testing.assert_array_equal(
            imperfect(data, hour * HOUR, ErrorModel())["price_electricity"],
            imperfect(other, hour * HOUR, ErrorModel())["price_electricity"],
        )


def test_a_perfect_model_returns_the_truth() -> None:
    data = _truth()
    found = imperfect(data, 3 * HOUR, PERFECT, 5)
    for name in data:
        np.testing.assert_array_equal(found[name], data[name][3:])


def test_bad_models_are_named() -> None:
    with pytest.raises(UsageError, match=r"ErrorModel.demand is -0.1"):
        ErrorModel(demand=-0.1)
    with pytest.raises(UsageError, match=r"correlation_time is 0 s"):
        ErrorModel(correlation_time=0.0)
    with pytest.raises(UsageError, match="seed of imperfect forecasts is -1"):
        imperfect(_truth(), 0.0, ErrorModel(), -1)
    with pytest.raises(InputError, match="within an interval"):
        imperfect(_truth(), 100.0, ErrorModel())
