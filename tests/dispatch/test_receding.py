"""Receding horizon: near perfect foresight when it knows everything, and sound when it does not."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import xarray as xr
from dispatch_cases import MW, MWH, PER_MWH, given, pumps, simple, store

from heatsim.dispatch.imperfect import ErrorModel
from heatsim.dispatch.plant import DispatchPlant, Tariff
from heatsim.dispatch.policies import FollowDemand, Optimum, Policy, RecedingHorizon, RecoverAll, closed_loop
from heatsim.dispatch.receding import planned
from heatsim.dispatch.schedule import compared_cost, stock_value
from heatsim.dispatch.state import DispatchState
from heatsim.dispatch.violations import violations
from heatsim.dispatch.wish import Moment
from heatsim.errors import InputError, UsageError

HOUR = 3600.0


def _plant() -> DispatchPlant:
    return simple(
        tank=store(20.0, UA=200.0, charge_min=0.05, charge_max=0.95),
        heat_pumps=(pumps(minimum_load=0.3, start_cost=10.0, minimum_on=2 * HOUR),),
        tariff=Tariff(unmet_cost=1000.0 * PER_MWH),
    )


def _days(days: int) -> xr.Dataset:
    """Return days with cheap nights and noons, and a demand that is highest in the evening."""
    hour = np.arange(24.0 * days)
    price = 40.0 - 25.0 * np.cos(2 * np.pi * (hour - 3.0) / 12.0) + 5.0 * np.sin(hour)
    return given(
        5.0 + 2.0 * np.sin(2 * np.pi * (hour - 12.0) / 24.0), IT=7.0 + np.cos(hour), price=price, T_outdoor=283.15
    )


def test_with_perfect_forecasts_it_comes_close_to_perfect_foresight() -> None:
    """Within 0.5 % of the optimum over all days, and never better than its bound; plans of 24 h every 8 h."""
    plant, state, data = _plant(), DispatchState(state_of_charge=0.5), _days(2)
    value = stock_value(plant, data)
    best = Optimum(plant, gap=1e-4).plan(state, data)
    policy = RecedingHorizon(plant, horizon=24 * HOUR, every=8 * HOUR, imperfect=None, gap=1e-3)
    found = closed_loop(policy, plant, state, data)
    assert found.attrs["plans"] == 6
    assert violations(plant, state, data, found) == []
    # Beyond the end both know nothing: the stock is compared at the same value.
    assert compared_cost(found, plant, value) >= best.attrs["bound"] + value * plant.tank.capacity * 0.5 - 1e-6
    assert compared_cost(found, plant, value) <= 1.005 * compared_cost(best, plant, value)
    without = compared_cost(FollowDemand(plant.having(tank=None)).plan(state, data), plant.having(tank=None), value)
    assert compared_cost(found, plant, value) < 0.95 * without


def test_imperfect_forecasts_cost_something_and_keep_the_limits() -> None:
    plant, state, data = _plant(), DispatchState(state_of_charge=0.5), _days(1)
    value = stock_value(plant, data)
    wrong = ErrorModel(demand=0.4, IT_power=0.2)
    policy = RecedingHorizon(plant, horizon=12 * HOUR, every=6 * HOUR, imperfect=wrong, seed=3)
    found = closed_loop(policy, plant, state, data)
    again = closed_loop(dataclasses.replace(policy), plant, state, data)
    xr.testing.assert_identical(found, again)
    assert violations(plant, state, data, found) == []
    np.testing.assert_allclose(found["Q_flow_demand"], data["Q_flow_demand"])
    best = Optimum(plant, gap=1e-4).plan(state, data)
    assert compared_cost(found, plant, value) > compared_cost(best, plant, value)


def test_a_plan_knows_only_its_forecast() -> None:
    """The schedule holds the demand of the forecast, not the true one, over its horizon only."""
    plant, data = _plant(), _days(3)
    policy = RecedingHorizon(plant, horizon=8 * HOUR, seed=1)
    plan = policy.plan(DispatchState(t=5 * HOUR), data)
    assert plan.sizes["time"] == 8
    assert float(plan["time"][0]) == 5 * HOUR
    assert not np.allclose(plan["Q_flow_demand"], data["Q_flow_demand"][5:13], rtol=1e-4)
    np.testing.assert_array_equal(plan["Q_flow_demand"], policy.known(5 * HOUR, data)["Q_flow_demand"])
    # At the end of the forecasts a plan is shorter; beyond it there is none.
    assert policy.plan(DispatchState(t=70 * HOUR), data).sizes["time"] == 2
    with pytest.raises(InputError, match="forecasts cover 0 to 72 h"):
        policy.plan(DispatchState(t=72 * HOUR), data)


def test_the_loop_with_a_rule_is_the_rule() -> None:
    """A rule that looks at the moment only does the same however often it is asked."""
    plant, state, data = simple(), DispatchState(state_of_charge=0.5), _days(1)
    once = RecoverAll(plant).plan(state, data)
    often = closed_loop(RecoverAll(plant), plant, state, data, every=2 * HOUR)
    assert often.attrs["plans"] == 12
    for name in ("Q_flow_heat_pump", "state_of_charge", "machines_on", "P_bought"):
        np.testing.assert_allclose(often[name], once[name], rtol=1e-9, atol=1e-6)
    part = closed_loop(RecoverAll(plant), plant, state, data, 6 * HOUR)
    np.testing.assert_allclose(part["state_of_charge"], once["state_of_charge"][:7])


def test_the_tank_takes_what_a_plan_did_not_expect() -> None:
    """Planned for 4 MW with the tank at rest, carried out at 5 MW: the tank gives 1 MW, all else is as planned."""
    plant = simple()
    plan = FollowDemand(plant).plan(DispatchState(state_of_charge=0.5), given([4.0, 9.0]))

    class Fixed:
        name = "fixed"

        def plan(self, state: DispatchState, forecasts: xr.Dataset) -> xr.Dataset:
            return plan

    true = given([5.0, 10.0])
    found = closed_loop(Fixed(), plant, DispatchState(state_of_charge=0.5), true, every=10 * HOUR)
    np.testing.assert_allclose(found["Q_flow_heat_pump"] / MW, [4.0, 8.0])
    np.testing.assert_allclose(found["Q_flow_peak"] / MW, [0.0, 1.0])
    np.testing.assert_allclose(found["Q_flow_charge"] / MW, [-1.0, -1.0])
    with pytest.raises(UsageError, match=r"a plan for 0 to 2 h says nothing of t = 2 h; plan more often"):
        closed_loop(Fixed(), plant, DispatchState(state_of_charge=0.5), given([4.0, 4.0, 4.0]), every=10 * HOUR)


def test_a_wish_from_a_plan() -> None:
    plan = FollowDemand(simple()).plan(DispatchState(), given([4.0, 9.0]))
    moment = Moment(0, HOUR + 900.0, 0.5, {}, 10 * MW, 0.0, 0.0, 0.0, DispatchState)
    wish = planned(plan, moment)
    assert (wish.heat, wish.machines, wish.chp_heat) == (pytest.approx(8 * MW), {"heat_pump": 2}, 0.0)
    assert wish.flow == pytest.approx(-1 * MW)


def test_bad_arguments_are_named() -> None:
    with pytest.raises(UsageError, match="a plan must last until the next"):
        RecedingHorizon(simple(), horizon=HOUR, every=2 * HOUR)
    with pytest.raises(UsageError, match="within the forecasts' intervals"):
        closed_loop(RecoverAll(simple()), simple(), DispatchState(), _days(1), every=600.0)


def test_all_are_policies() -> None:
    for policy in (RecedingHorizon(simple()), Optimum(simple()), FollowDemand(simple())):
        assert isinstance(policy, Policy)


def test_the_final_value_keeps_heat_in_the_tank() -> None:
    """A plan that ends at cheap prices fills the tank, unless the heat left is worth nothing."""
    plant, data = simple(), given([4.0, 4.0], price=[40.0, 5.0])
    kept = Optimum(plant).plan(DispatchState(state_of_charge=0.5), data)
    spent = Optimum(plant, final_value=0.0).plan(DispatchState(state_of_charge=0.5), data)
    assert float(kept["state_of_charge"][-1]) > 0.4
    assert float(spent["state_of_charge"][-1]) == pytest.approx(0.0, abs=1e-6)
    assert stock_value(plant, data) * MWH == pytest.approx(22.5 / 4.0)
