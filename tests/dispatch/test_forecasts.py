"""Forecasts: exact means of series, and bad input named in one line."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from dispatch_cases import MW, PER_MWH, given
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from heatsim.dispatch.forecasts import check, forecasts, horizon, step_of, window
from heatsim.errors import InputError
from heatsim.profiles.series import make_series

HOUR = 3600.0


def _series(interpolation: str = "linear", **values: np.ndarray) -> dict[str, xr.DataArray]:
    """Return the required series with knots every half hour over 4 h."""
    time = 1800.0 * np.arange(9)
    base = {
        "Q_flow_demand": np.full(9, 5e6),
        "P_IT": np.full(9, 4e6),
        "T_outdoor": np.full(9, 280.0),
        "price_electricity": np.full(9, 30.0 * PER_MWH),
        "price_gas": np.full(9, 40.0 * PER_MWH),
    }
    return {
        name: make_series(
            time, value, name=name, units="", long_name=name, interpolation=interpolation, start="2020-01-01"
        )
        for name, value in (base | values).items()
    }


def test_means_of_a_straight_line_and_of_a_held_series() -> None:
    """A line over an interval has the mean of its ends, a held series that of its pieces."""
    values = 1e6 * np.arange(9.0)
    line = forecasts(_series("linear", Q_flow_demand=values), stop=4 * HOUR)
    held = forecasts(_series("held", Q_flow_demand=values), stop=4 * HOUR)
    np.testing.assert_allclose(line["Q_flow_demand"], 1e6 * np.array([1.0, 3.0, 5.0, 7.0]))
    np.testing.assert_allclose(held["Q_flow_demand"], 1e6 * np.array([0.5, 2.5, 4.5, 6.5]))
    assert line.attrs["start_time"].startswith("2020-01-01")
    assert line["Q_flow_demand"].attrs["units"] == "W"


@settings(max_examples=25, deadline=None)
@for_all(
    values=st.lists(st.floats(1e4, 1e8), min_size=9, max_size=9),
    step=st.sampled_from([900.0, 1200.0, 1800.0, 2400.0, 3600.0]),
    interpolation=st.sampled_from(["linear", "held"]),
)
def test_means_keep_the_energy(values: list[float], step: float, interpolation: str) -> None:
    """The sum over the intervals is the integral of the series, whatever the interval."""
    number = int(4 * HOUR // step)
    found = forecasts(_series(interpolation, Q_flow_demand=np.array(values)), stop=number * step, step=step)
    fine = np.linspace(0.0, number * step, 200 * number * 9 + 1)
    knots = 1800.0 * np.arange(9)
    middle = 0.5 * (fine[1:] + fine[:-1])
    if interpolation == "linear":
        exact = np.interp(middle, knots, values)
    else:
        exact = np.array(values)[np.searchsorted(knots, middle, side="right") - 1]
    assert float(found["Q_flow_demand"].sum()) * step == pytest.approx(float(np.sum(exact * np.diff(fine))), rel=1e-6)


def test_a_horizon_must_be_whole_intervals_and_covered() -> None:
    with pytest.raises(InputError, match="no whole number of intervals"):
        forecasts(_series(), stop=2.5 * HOUR)
    with pytest.raises(InputError, match="Q_flow_demand"):
        forecasts(_series(), stop=9 * HOUR)
    with pytest.raises(InputError, match="need the series 'price_gas'"):
        forecasts({name: one for name, one in _series().items() if name != "price_gas"}, stop=HOUR)


def _broken(change: str) -> xr.Dataset:
    data = given(np.full(6, 5.0))
    values = {name: data[name].values.copy() for name in data}
    if change == "missing hour":
        return data.isel(time=[0, 1, 4, 5])
    if change == "missing hour, no step":
        return data.isel(time=[0, 2, 3, 4, 5]).drop_attrs(deep=False)
    if change == "double hour":
        return data.isel(time=[0, 1, 1, 2])
    if change == "half hour":
        return data.assign_coords(time=[0.0, 3600.0, 7200.0, 9000.0, 12600.0, 16200.0])
    if change == "nan":
        values["P_IT"][3] = np.nan
        return data.assign(P_IT=("time", values["P_IT"]))
    if change == "negative demand":
        return data.assign(Q_flow_demand=("time", values["Q_flow_demand"] - np.array([0, 0, 6, 0, 0, 0]) * MW))
    if change == "demand in MW":
        return data.assign(Q_flow_demand=("time", values["Q_flow_demand"] / MW))
    if change == "price in EUR/MWh":
        return data.assign(price_electricity=("time", np.full(6, 30.0)))
    if change == "price in EUR/kWh":
        return data.assign(price_gas=("time", np.full(6, 0.04)))
    if change == "price converted twice":
        return data.assign(price_electricity=("time", np.full(6, 30.0) * PER_MWH**2))
    if change == "price with other units":
        return data.assign(price_gas=data["price_gas"].assign_attrs(units="EUR/MWh"))
    if change == "temperature in °C":
        return data.assign(T_outdoor=("time", np.full(6, 7.0)))
    if change == "CO2 in g/kWh":
        return data.assign(co2_electricity=("time", np.full(6, 366.0)))
    if change == "availability in percent":
        return data.assign(heat_pump_available=("time", np.full(6, 100.0)))
    if change == "shape":
        return data.assign(P_IT=(("time", "hall"), np.ones((6, 2)) * MW))
    if change == "dates":
        return data.assign_coords(time=np.array(["2020-01-01"], dtype="datetime64[ns]").repeat(6))
    if change == "text":
        return data.assign(P_IT=("time", np.array(["5 MW"] * 6)))
    if change == "no gas price":
        return data.drop_vars("price_gas")
    if change == "empty":
        return data.isel(time=slice(0, 0))
    raise AssertionError(change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("missing hour", "2 intervals of 3600 s are missing after t = 1 h; fill them"),
        ("missing hour, no step", "1 intervals of 3600 s are missing after t = 0 h"),
        ("double hour", "time does not increase after t = 1 h"),
        ("half hour", "an interval of 1800 s at t = 2 h"),
        ("nan", "'P_IT' at t = 3 h is not finite"),
        ("negative demand", "'Q_flow_demand' is negative at t = 2 h"),
        ("demand in MW", "'Q_flow_demand' has values up to 5 W; give W"),
        ("price in EUR/MWh", "'price_electricity' has a mean of 30 EUR/J"),
        ("price in EUR/kWh", "'price_gas' has a mean of 0.04 EUR/J"),
        ("price converted twice", "which is 8.33e-09 EUR/MWh; give EUR/J"),
        ("price with other units", "'price_gas' is in EUR/MWh; convert it to EUR/J"),
        ("temperature in °C", "'T_outdoor' leaves 200 to 450 K"),
        ("CO2 in g/kWh", "give kg/J"),
        ("availability in percent", "'heat_pump_available' rises to 100"),
        ("shape", r"'P_IT' has shape \(6, 2\)"),
        ("dates", "'time' is of type datetime64"),
        ("text", "'P_IT' is of type"),
        ("no gas price", r"forecasts lack 'price_gas' \(EUR/J\)"),
        ("empty", "no interval"),
    ],
)
def test_bad_forecasts_are_named_in_one_line(change: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as error:
        check(_broken(change))
    assert "\n" not in str(error.value)


def test_negative_and_zero_prices_are_fine() -> None:
    """A day of negative prices is a day of the market; a price of zero means that it does not count."""
    data = check(given(np.full(4, 5.0), price=[-80.0, -20.0, 10.0, 40.0], gas=0.0))
    assert data["price_electricity"].values.min() < 0.0


def test_missing_co2_and_availability_are_filled_with_stated_values() -> None:
    data = check(given(np.full(4, 5.0)).drop_vars("co2_electricity"))
    np.testing.assert_allclose(data["co2_electricity"] * 3.6e6, 0.366)
    assert np.all(data["heat_pump_available"] == 1.0)


def test_window_and_horizon() -> None:
    data = given(np.arange(1.0, 7.0))
    cut = window(data, 2 * HOUR, 4 * HOUR)
    np.testing.assert_array_equal(cut["time"], [2 * HOUR, 3 * HOUR])
    assert step_of(cut.isel(time=[0])) == HOUR
    with pytest.raises(InputError, match="forecasts cover 0 to 6 h; the plan needs 6 to 8 h"):
        window(data, 6 * HOUR, 8 * HOUR)
    with pytest.raises(InputError, match="within an interval"):
        horizon(data, 1.5 * HOUR)
