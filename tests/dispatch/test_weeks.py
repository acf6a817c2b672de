"""Representative weeks: types that are known, sums that are kept, weeks that are given or kept, bad input."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from dispatch_cases import given

from heatsim.dispatch import weeks as weeks_room
from heatsim.dispatch.weeks import WEEK, representative_weeks
from heatsim.errors import InputError, UsageError

HOURS = 168
TYPES = {"winter": (9.0, 40.0, 273.0), "between": (5.0, 30.0, 283.0), "summer": (1.5, 35.0, 293.0)}
ORDER = ["winter"] * 9 + ["between"] * 12 + ["summer"] * 16 + ["between"] * 8 + ["winter"] * 7
"""Type of each of 52 weeks; the year has a day more."""


def year(order: list[str] = ORDER, extra: int = 24, seed: int = 3, step: float = 3600.0, **attrs: str) -> xr.Dataset:
    """Return forecasts of weeks of three types that differ by 2 %; `extra` hours more follow the last one."""
    random = np.random.default_rng(seed)
    per_hour = round(3600.0 / step)
    hour = np.arange(HOURS * per_hour) / per_hour
    day = np.sin(2.0 * np.pi * hour / 24.0)
    parts = []
    for name in [*order, order[-1]]:
        level, price, T = TYPES[name]
        noise = 1.0 + 0.02 * random.normal()
        parts.append(np.array([level * noise * (1.0 + 0.3 * day), price * noise - 10.0 * day, T + 4.0 * day]))
    demand, price, T_outdoor = np.hstack(parts)[:, : (len(order) * HOURS + extra) * per_hour]
    return given(demand, IT=7.0, price=price, T_outdoor=T_outdoor, step=step).assign_attrs(attrs)


def test_known_types_are_found_and_each_week_goes_to_its_own() -> None:
    weeks = representative_weeks(year(), 3)
    chosen = [ORDER[round(start / WEEK)] for start in weeks.starts]
    assert sorted(chosen) == ["between", "summer", "winter"]
    assert [chosen[group] for group in weeks.groups] == ORDER


def test_weights_keep_the_length_of_the_year_and_its_demand() -> None:
    data = year()
    for number in (2, 3, 7):
        weeks = representative_weeks(data, number)
        assert sum(weeks.weights) == pytest.approx(data.sizes["time"] / HOURS, rel=1e-9)
        assert min(weeks.weights) >= 0.0
        sums = [float(one["Q_flow_demand"].sum()) for _, one in weeks.windows(data)]
        assert weeks.sum(sums) == pytest.approx(float(data["Q_flow_demand"].sum()), rel=1e-6)
        assert abs(weeks.errors["Q_flow_demand"]) < 1e-6


def test_adjusted_weights_stay_near_the_sizes_of_the_groups() -> None:
    weeks = representative_weeks(year(), 3)
    sizes = np.bincount(weeks.groups)
    assert np.all(np.abs(np.array(weeks.weights) / sizes - 1.0) < 0.05)


def test_unadjusted_weights_are_sizes_and_their_error_is_stated() -> None:
    data = year()
    weeks = representative_weeks(data, 4, adjust=False)
    sizes = np.bincount(weeks.groups)
    np.testing.assert_allclose(weeks.weights, sizes * (data.sizes["time"] / HOURS) / 52)
    for name in ("Q_flow_demand", "price_electricity", "P_IT"):
        sums = weeks.sum([float(one[name].sum()) for _, one in weeks.windows(data)])
        assert weeks.errors[name] == pytest.approx(sums / float(data[name].sum()) - 1.0, abs=1e-12)
    assert abs(weeks.errors["Q_flow_demand"]) > 1e-5


def test_one_week_cannot_keep_the_demand_and_says_so() -> None:
    weeks = representative_weeks(year(), 1)
    assert weeks.weights == pytest.approx([8760 / HOURS])
    assert abs(weeks.errors["Q_flow_demand"]) > 1e-3
    assert "Q_flow_demand" in str(weeks)


def test_all_weeks_are_the_year() -> None:
    data = year(extra=0)
    weeks = representative_weeks(data, 52)
    assert weeks.starts == tuple(WEEK * i for i in range(52))
    np.testing.assert_allclose(weeks.weights, 1.0, atol=1e-9)


def test_the_same_seed_gives_the_same_weeks(monkeypatch: pytest.MonkeyPatch) -> None:
    data = year()
    monkeypatch.setattr(weeks_room, "RESTARTS", 1)  # many find the same groups from every seed
    assert representative_weeks(data, 6, seed=5) == representative_weeks(data, 6, seed=5)
    starts = {representative_weeks(data, 6, seed=seed).starts for seed in range(8)}
    assert len(starts) > 1


def test_the_week_of_the_highest_hour_is_kept_for_itself() -> None:
    data = year()
    spike = 30 * HOURS + 17  # in summer
    demand = data["Q_flow_demand"].copy(data=np.where(np.arange(8760) == spike, 20e6, data["Q_flow_demand"]))
    data = data.assign(Q_flow_demand=demand)
    weeks = representative_weeks(data, 3, keep=["Q_flow_demand"])
    assert len(weeks) == 4
    assert WEEK * 30 in weeks.starts
    assert weeks.groups.count(weeks.starts.index(WEEK * 30)) == 1
    # whole weeks scaled to the year and to its demand: about one
    assert weeks.weights[weeks.starts.index(WEEK * 30)] == pytest.approx(1.0, abs=0.05)


def test_given_weeks_stand_for_those_like_them() -> None:
    data = year(start_time="2020-01-01T00:00:00")
    weeks = representative_weeks(data, starts=["2020-01-08", "2020-07-08", 10 * WEEK])
    assert weeks.starts == (WEEK, 10 * WEEK, 27 * WEEK)
    assert [ORDER[round(weeks.starts[group] / WEEK)] for group in weeks.groups] == ORDER


def test_quarter_hours_and_a_clock_that_does_not_begin_at_zero() -> None:
    data = year(ORDER[:12], step=900.0)
    data = data.assign_coords(time=data["time"] + 5 * 86400.0)
    weeks = representative_weeks(data, 2)
    assert all((start - 5 * 86400.0) % WEEK == 0.0 for start in weeks.starts)
    assert [one.sizes["time"] for _, one in weeks.windows(data)] == [672, 672]


def test_weeks_that_are_all_the_same() -> None:
    weeks = representative_weeks(given(np.full(4 * HOURS, 5.0)), 2)
    assert sum(weeks.weights) == pytest.approx(4.0)
    assert weeks.errors["Q_flow_demand"] == pytest.approx(0.0, abs=1e-9)


def test_fewer_different_weeks_than_asked_for_leave_no_group_empty() -> None:
    demand = np.concatenate([np.full(HOURS, level) for level in (9.0, 2.0) * 3])
    weeks = representative_weeks(given(demand), 4)
    assert set(weeks.groups) == {0, 1, 2, 3}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"number": 0}, "0 representative weeks"),
        ({"number": 53}, "53 representative weeks of 52"),
        ({"number": 52, "keep": ["Q_flow_demand"]}, "beside 1 kept"),
        ({}, "either a number of weeks or their starts"),
        ({"number": 2, "starts": [0.0]}, "either a number of weeks or their starts"),
        ({"starts": []}, "list of starts is empty"),
        ({"starts": [86400.0]}, "no week of the forecasts begins at 86400.0"),
        ({"starts": [0.0, 0.0]}, "given twice"),
        ({"starts": [60 * WEEK]}, "52 of them"),
        ({"starts": ["2020-01-08"]}, "no attribute 'start_time'"),
        ({"number": 2, "keep": ["heat"]}, "no 'heat' to keep"),
    ],
)
def test_bad_arguments(arguments: dict, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        representative_weeks(year(), **arguments)


def test_bad_forecasts() -> None:
    with pytest.raises(UsageError, match="at least 7"):
        representative_weeks(given(np.full(100, 5.0)), 1)
    with pytest.raises(UsageError, match="do not divide blocks"):
        representative_weeks(given(np.full(200, 5.0), step=4 * 3600.0), 1)
    with pytest.raises(UsageError, match="is no date"):
        representative_weeks(year(start_time="2020-01-01"), starts=["monday"])
    gap = year().isel(time=np.r_[0:100, 101:400])
    with pytest.raises(InputError, match="missing"):
        representative_weeks(gap, 1)
    with pytest.raises(UsageError, match="2 values for 1 weeks"):
        representative_weeks(year(), 1).sum([1.0, 2.0])
