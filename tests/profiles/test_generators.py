"""Built-in weather, demand and prices: hand-checked numbers at known times."""

from __future__ import annotations

import math

import numpy as np
import pytest
import xarray as xr

from heatsim import profiles
from heatsim.errors import InputError, UnitError, UsageError


def test_outdoor_temperature_has_its_extremes_where_they_belong() -> None:
    year = profiles.outdoor_temperature(start="2021-01-01", duration="365d")
    assert float(year.mean()) == pytest.approx(282.65, abs=0.05)
    # Coldest: night (3 h) near the 19th of January, 9.5 + 4 K below the mean.
    assert float(year.min()) == pytest.approx(282.65 - 13.5, abs=0.02)
    coldest = float(year["time"][int(np.argmin(year.values))])
    assert abs(coldest / 86400.0 - 19.0) < 1.0
    assert (coldest / 3600.0) % 24 == pytest.approx(3.0)


def test_ground_follows_kusuda() -> None:
    # By hand: a = 6e-7 m2/s, d = sqrt(a * year / pi) = sqrt(6e-7 * 31536000 / pi) = 2.4541 m; at 2 m the amplitude is
    # 9.5 exp(-2 / 2.4541) = 4.205 K and the minimum comes 2 / 2.4541 / (2 pi) * 365 = 47.3 d after the surface's.
    year = profiles.ground_temperature(start="2021-01-01", duration="365d", depth=2.0)
    depth = math.sqrt(6e-7 * 365 * 86400 / math.pi)
    assert depth == pytest.approx(2.4541, rel=1e-4)
    assert float(year.min()) == pytest.approx(283.15 - 4.205, abs=0.005)
    assert float(year["time"][int(np.argmin(year.values))]) / 86400.0 == pytest.approx(19 + 47.3, abs=1.0)


def test_surface_of_the_ground_is_undamped() -> None:
    year = profiles.ground_temperature(start="2021-01-01", duration="365d", depth=0.0)
    assert float(year.max() - year.min()) == pytest.approx(19.0, abs=0.01)


def _constant(value: float) -> xr.DataArray:
    return profiles.make_series(
        [0.0, 86400.0], [value, value], name="T_outdoor", units="K", long_name="T", interpolation="linear"
    )


def test_demand_reaches_its_peak_at_the_design_temperature_only() -> None:
    cold = profiles.heat_demand(T_outdoor=_constant(261.15), peak="14MW")
    colder = profiles.heat_demand(T_outdoor=_constant(250.0), peak="14MW")
    mild = profiles.heat_demand(T_outdoor=_constant(274.65), peak="14MW")
    assert float(cold.max()) == pytest.approx(14e6)
    assert float(colder.max()) == pytest.approx(14e6)
    assert float(mild.max()) < 0.65 * 14e6
    assert 6 <= float(cold["time"][int(np.argmax(cold.values))]) / 3600.0 <= 8


def test_summer_demand_is_hot_water_only() -> None:
    summer = profiles.heat_demand(T_outdoor=_constant(293.15), peak=10e6, hot_water_share=0.2)
    # Largest hour at design is 7 h: 0.8 * 1.00 + 0.2 * 1.00 = 1, so hot water peaks at 0.2 of the peak.
    assert float(summer.max()) == pytest.approx(2e6)
    assert float(summer.min()) == pytest.approx(0.2 * 0.08 * 10e6)


def test_electricity_price_has_two_peaks_and_its_mean() -> None:
    price = profiles.electricity_price(start="2020-01-15")  # a Wednesday
    per_mwh = price.values[:-1] * 3.6e9
    assert per_mwh.mean() == pytest.approx(80.0)
    assert per_mwh.max() == pytest.approx(130.0)
    assert int(np.argmax(per_mwh)) == 18
    assert per_mwh[7] > per_mwh[10]
    assert per_mwh[7] > per_mwh[4]
    assert price.attrs["interpolation"] == "held"


def test_weekend_is_cheaper_and_hours_stay_on_the_clock() -> None:
    friday = profiles.electricity_price(start="2020-01-17T22:30", duration="4h")
    np.testing.assert_allclose(friday["time"].values, [0, 1800, 5400, 9000, 12600, 14400])
    monday = profiles.electricity_price(start="2020-01-20", duration="2h")
    assert friday.values[2] == pytest.approx(0.85 * monday.values[0])  # Saturday 0 h against Monday 0 h


def test_gas_price_is_constant() -> None:
    gas = profiles.gas_price("36 EUR/MWh", duration="7d")
    np.testing.assert_allclose(gas.values, 1e-8)
    assert gas.name == "price_gas"


def test_dataset_has_all_series_over_the_whole_run() -> None:
    series = profiles.dataset(start="2020-02-27", duration="3d")
    assert list(series) == ["P_IT", "T_outdoor", "T_ground", "Q_flow_demand", "price_electricity", "price_gas"]
    for one in series.values():
        assert one["time"].values[0] == 0.0
        assert one["time"].values[-1] == 3 * 86400.0
        assert one.attrs["start_time"] == "2020-02-27T00:00:00"
        assert one.attrs["interpolation"] in ("linear", "held")


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: profiles.dataset(start="yesterday"), InputError, "ISO"),
        (lambda: profiles.dataset(start="2020-01-15T00:00Z"), InputError, "time zone"),
        (lambda: profiles.dataset(duration="5 kg"), UnitError, "5 kg"),
        (lambda: profiles.dataset(duration=0.0), InputError, "positive"),
        (lambda: profiles.gas_price("3 EUR"), UnitError, "EUR/J"),
        (lambda: profiles.ground_temperature(depth=-1.0), UsageError, "depth"),
        (lambda: profiles.heat_demand(T_outdoor=_constant(280.0), duration="2d"), InputError, "longer window"),
    ],
)
def test_wrong_calls_are_refused(call, error: type[Exception], words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(error, match=words):
        call()


def test_series_refuses_what_is_no_series() -> None:
    names = {"name": "x", "units": "W", "long_name": "x", "interpolation": "linear"}
    with pytest.raises(InputError, match="not finite"):
        profiles.make_series([0.0, 1.0], [1.0, float("nan")], **names)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="does not increase"):
        profiles.make_series([0.0, 0.0], [1.0, 1.0], **names)  # type: ignore[arg-type]


def test_integral_and_value_follow_the_interpolation() -> None:
    names = {"name": "x", "units": "W", "long_name": "x"}
    linear = profiles.make_series([0.0, 10.0], [0.0, 4.0], interpolation="linear", **names)
    held = profiles.make_series([0.0, 10.0, 20.0], [1.0, 3.0, 3.0], interpolation="held", **names)
    assert profiles.integral(linear) == 20.0
    assert profiles.integral(held) == 40.0
    np.testing.assert_allclose(profiles.value_at(linear, [2.5]), [1.0])
    np.testing.assert_allclose(profiles.value_at(held, [9.9, 10.0]), [1.0, 3.0])
