"""Machines in the optimisation model: availability, ramps, two groups, lift."""

from __future__ import annotations

import numpy as np
import pytest
from dispatch_cases import MW, given, pumps, simple, store

from heatsim.dispatch.optimum import optimise
from heatsim.dispatch.plant import Curve, Tariff
from heatsim.dispatch.schedule import total_cost
from heatsim.dispatch.state import DispatchState

RUNNING = {"heat_pump": 2}


def test_machines_that_are_taken_away_stop_though_they_should_run():
    plant = simple(heat_pumps=(pumps(minimum_on=4 * 3600.0, minimum_off=2 * 3600.0),), tank=None)
    state = DispatchState(machines_on=RUNNING, since={"heat_pump": (0.0, 0.0)}, load={"heat_pump": 1.0})
    data = given([8.0] * 5, gas=200.0, heat_pump_available=[0.0, 0.5, 1.0, 1.0, 1.0])
    schedule = optimise(plant, state, data, gap=0.0)
    # Both stop at once and then stand for their two hours.
    assert schedule["machines_on"].values.tolist() == [0, 0, 2, 2, 2]


def test_machine_is_not_started_for_less_than_its_minimum_time():
    plant = simple(heat_pumps=(pumps(minimum_on=3 * 3600.0),), tank=None)
    data = given([8.0] * 5, gas=200.0, heat_pump_available=[1.0, 1.0, 0.5, 0.5, 0.5])
    schedule = optimise(plant, DispatchState(), data, gap=0.0)
    assert schedule["machines_on"].values.tolist() == [1, 1, 1, 1, 1]


def test_minimum_times_begin_before_the_horizon():
    plant = simple(heat_pumps=(pumps(minimum_on=3 * 3600.0, minimum_off=3 * 3600.0),), tank=None)
    state = DispatchState(machines_on={"heat_pump": 1}, since={"heat_pump": (3600.0, 3600.0)})
    dear_power = optimise(plant, state, given([8.0] * 4, price=500.0), gap=0.0)
    assert dear_power["machines_on"].values.tolist() == [1, 1, 0, 0]
    dear_gas = optimise(plant, state, given([8.0] * 4, gas=500.0), gap=0.0)
    assert dear_gas["machines_on"].values.tolist() == [1, 1, 2, 2]


def test_ramp_in_quarters_of_an_hour():
    group = pumps(minimum_load=0.25, part_load=Curve((0.25, 1.0), (0.25, 1.0)), ramp=0.01 / 60.0)  # 15 % in 15 min
    plant = simple(heat_pumps=(group,), tank=None)
    data = given([8.0] * 6, gas=500.0, step=900.0)
    cold = optimise(plant, DispatchState(load={"heat_pump": 0.0}), data, gap=0.0)
    # Both start at a quarter of 4 MW and gain 15 % an interval, 0.6 MW each.
    np.testing.assert_allclose(cold["Q_flow_heat_pump"] / MW, [3.2, 4.4, 5.6, 6.8, 8.0, 8.0])
    warm = optimise(plant, DispatchState(machines_on=RUNNING, load={"heat_pump": 0.5}), data, gap=0.0)
    np.testing.assert_allclose(warm["Q_flow_heat_pump"] / MW, [5.2, 6.4, 7.6, 8.0, 8.0, 8.0])
    starting = optimise(plant, DispatchState(machines_on=RUNNING, load={"heat_pump": 0.01}), data, gap=0.0)
    np.testing.assert_allclose(starting["Q_flow_heat_pump"] / MW, [3.2, 4.4, 5.6, 6.8, 8.0, 8.0])
    unknown = optimise(plant, DispatchState(machines_on=RUNNING), data, gap=0.0)
    np.testing.assert_allclose(unknown["Q_flow_heat_pump"] / MW, 8.0)


def test_swapping_machines_is_no_way_around_the_ramp():
    group = pumps(machines=3, heat=2e6, minimum_load=0.2, part_load=Curve((0.2, 1.0), (0.2, 1.0)), ramp=0.1 / 3600.0)
    plant = simple(heat_pumps=(group,), tank=None)
    state = DispatchState(machines_on={"heat_pump": 2}, load={"heat_pump": 0.2})
    schedule = optimise(plant, state, given([3.0, 3.0], gas=500.0, price=1.0), gap=0.0)
    # 0.8 MW and 0.2 MW an hour each; the third machine brings 0.4 and 0.2 more.
    np.testing.assert_allclose(schedule["Q_flow_heat_pump"].values / MW, [1.8, 2.4])
    assert schedule["starts"].values.tolist() == [1, 0]


def test_the_better_group_runs_first():
    good, poor = pumps(COP=Curve((45.0,), (4.0,))), pumps(name="poor", COP=Curve((45.0,), (2.5,)), heat=2e6)
    schedule = optimise(simple(heat_pumps=(poor, good), tank=None), DispatchState(), given([8.0, 10.0]), gap=0.0)
    np.testing.assert_allclose(schedule["Q_flow_group"].sel(group="heat_pump") / MW, [8.0, 8.0])
    np.testing.assert_allclose(schedule["Q_flow_group"].sel(group="poor") / MW, [0.0, 2.0], atol=1e-9)
    assert total_cost(schedule) == pytest.approx(30.0 * (2.0 + 2.0 + 0.8))


def test_hours_of_low_lift_are_used():
    group = pumps(COP=Curve((40.0, 50.0), (4.5, 3.5)))
    data = given([4.0, 4.0], T_sink=348.15, T_source=[298.15, 308.15], gas=200.0)
    schedule = optimise(
        simple(heat_pumps=(group,), tank=store(10.0)), DispatchState(state_of_charge=0.4), data, gap=0.0
    )
    np.testing.assert_allclose(schedule["Q_flow_heat_pump"] / MW, [0.0, 4.0], atol=1e-9)
    np.testing.assert_allclose(schedule["P_heat_pump"] / MW, [0.0, 4.0 / 4.5], atol=1e-9)


def test_start_energy_is_not_burnt_where_power_pays():
    group = pumps(machines=2, start_energy=3.6e9)
    plant = simple(heat_pumps=(group,), tank=None, tariff=Tariff())
    data = given([3.0, 3.0, 3.0], price=-40.0, gas=10.0)
    schedule = optimise(plant, DispatchState(machines_on={"heat_pump": 1}), data, gap=0.0)
    assert schedule["starts"].sum() == 0
    np.testing.assert_allclose(schedule["P_heat_pump"] / MW, 0.75)


def test_relaxed_plan_is_a_bound():
    data = given([3.0, 5.0, 1.0, 7.0], price=[10.0, 50.0, 20.0, 90.0])
    plant = simple(heat_pumps=(pumps(start_cost=10.0),))
    whole = optimise(plant, DispatchState(), data, gap=0.0)
    relaxed = optimise(plant, DispatchState(), data, relax=True)
    assert total_cost(relaxed) <= total_cost(whole) + 1e-6
    assert relaxed.attrs["relaxed"] == 1
