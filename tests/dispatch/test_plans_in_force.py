"""Of each interval what the plan in force said; one that no plan covers is not a number, never another plan's."""

from __future__ import annotations

import numpy as np
import pytest

from heatsim.dispatch.forecasts import horizon
from heatsim.dispatch.plans_in_force import in_force
from heatsim.dispatch.schedule import make_schedule
from heatsim.dispatch.state import DispatchState
from heatsim.errors import InputError
from tests.dispatch_cases import given, simple

HOUR = 3600.0
PLANT = simple()


def plan(begin, hours, heat):
    data = horizon(given(np.full(12, 3.0)), begin * HOUR, (begin + hours) * HOUR)
    number = data.sizes["time"]
    values = {"Q_flow_heat_pump": np.full(number, heat), "machines_on": np.ones(number)}
    charge = 0.1 * begin + 0.01 * np.arange(number + 1)
    return make_schedule(PLANT, DispatchState(begin * HOUR), data, values, charge, policy="test")


def test_each_plan_until_the_next():
    plans = {0.0: plan(0, 12, 1e6), 2 * HOUR: plan(2, 10, 2e6)}
    found = in_force(plans, HOUR * np.arange(5), PLANT)
    assert found["Q_flow_heat_pump"].values == pytest.approx([1e6, 1e6, 2e6, 2e6, 2e6])
    assert found["state_of_charge"].values == pytest.approx([0.0, 0.01, 0.2, 0.21, 0.22, 0.23])
    assert found.attrs["intervals_without_plan"] == 0


def test_intervals_before_the_first_plan_are_not_those_of_the_last():
    with pytest.raises(InputError, match=r"no plan was in force at t = 3 h \(the first was made at 6 h\)"):
        in_force({6 * HOUR: plan(6, 6, 1e6)}, HOUR * np.arange(3, 8), PLANT)
    with pytest.raises(InputError, match="none was made"):
        in_force({}, HOUR * np.arange(2), PLANT)


def test_intervals_after_a_plan_has_ended():
    plans = {0.0: plan(0, 3, 1e6), 5 * HOUR: plan(5, 3, 2e6)}
    found = in_force(plans, HOUR * np.arange(7), PLANT)
    assert found["time"].values == pytest.approx(HOUR * np.arange(7))
    nan = np.nan
    np.testing.assert_allclose(found["Q_flow_heat_pump"], [1e6, 1e6, 1e6, nan, nan, 2e6, 2e6])
    np.testing.assert_allclose(found["state_of_charge"], [0.0, 0.01, 0.02, 0.03, nan, 0.5, 0.51, 0.52])
    assert found.attrs["intervals_without_plan"] == 2
