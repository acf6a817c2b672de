"""The tank in the optimisation model: range, limits, losses, a start outside of the range, boilers behind it."""

from __future__ import annotations

import numpy as np
import pytest
from dispatch_cases import MW, MWH, given, pumps, simple, store

from heatsim.dispatch.optimum import optimise
from heatsim.dispatch.plant import Curve, PeakPlant
from heatsim.dispatch.schedule import total_cost
from heatsim.dispatch.state import DispatchState

SERIES = PeakPlant(heat=20e6, efficiency=1.0, after_tank=True)


def charges(schedule) -> np.ndarray:
    """Return the states of charge."""
    return schedule["state_of_charge"].values


def test_usable_range_and_flows_are_kept():
    plant = simple(tank=store(20.0, charge_min=0.1, charge_max=0.8, charge_power=3e6, discharge_power=2e6))
    data = given([4.0] * 9, price=[1.0] * 4 + [500.0] * 5, gas=90.0)
    schedule = optimise(plant, DispatchState(state_of_charge=0.3), data, gap=0.0, final_charge=0.3)
    np.testing.assert_allclose(schedule["Q_flow_charge"][:4].sum() / MW, 10.0)
    assert schedule["Q_flow_charge"].max() <= 3e6 + 1.0
    np.testing.assert_allclose(schedule["Q_flow_charge"][4:] / MW, -2.0)
    assert charges(schedule).max() == pytest.approx(0.8)


def test_loss_is_that_of_the_mean_charge():
    plant = simple(tank=store(10.0, UA=2e3))
    data = given([4.0] * 3, price=[1.0, 500.0, 500.0], T_outdoor=283.15)
    schedule = optimise(plant, DispatchState(state_of_charge=0.5), data, gap=0.0)
    tank, charge = plant.tank, charges(schedule)
    loss = tank.loss(0.5 * (charge[1:] + charge[:-1]), 283.15)
    np.testing.assert_allclose(np.diff(charge) * tank.capacity / 3600.0, schedule["Q_flow_charge"] - loss, atol=1e-2)
    np.testing.assert_allclose(loss[0], 2e3 * (35.0 + 30.0 * 0.5 * (charge[0] + charge[1])))


def test_start_below_the_range_is_charged_before_it_is_used():
    plant = simple(tank=store(100.0, UA=1e3, charge_min=0.2))
    data = given([8.0, 4.0, 4.0, 12.0, 12.0], price=[30.0, 30.0, 30.0, 400.0, 400.0], gas=90.0, T_outdoor=283.15)
    schedule = optimise(plant, DispatchState(state_of_charge=0.15), data, gap=0.0)
    charge = charges(schedule)
    outside = charge[:-1] < 0.2 - 1e-9
    assert outside[0]
    assert np.all(schedule["Q_flow_charge"].values[outside] >= -1e-3)
    # 8 MWh do not lift it into its range by more than 3 MWh, and these it may use.
    assert charge[3] > 0.2
    assert charge[-1] == pytest.approx(0.2)


def test_start_below_the_range_without_any_heat_only_loses():
    plant = simple(tank=store(10.0, UA=1e3, charge_min=0.2), peak=PeakPlant(heat=4e6, efficiency=1.0))
    data = given([4.0, 4.0], IT=0.0, T_outdoor=283.15)
    schedule = optimise(plant, DispatchState(state_of_charge=0.15), data, gap=0.0)
    np.testing.assert_allclose(schedule["Q_flow_charge"], 0.0, atol=1e-2)
    assert np.all(np.diff(charges(schedule)) < 0.0)


def test_what_was_charged_into_the_range_is_not_lost_below_it_again():
    tank, group = store(10.0, UA=20e3, charge_min=0.2), pumps(machines=1, minimum_load=1.0, minimum_on=3600.0)
    data = given([2.0] * 4, price=30.0, gas=60.0, T_outdoor=263.15, heat_pump_available=[1.0, 0.0, 0.0, 0.0])
    running = DispatchState(state_of_charge=0.19, machines_on={"heat_pump": 1}, since={"heat_pump": (0.0,)})
    schedule = optimise(simple(tank=tank, heat_pumps=(group,)), running, data, gap=0.0)
    # The machine that must run charges it by 2 MWh less losses; boilers then hold it at its lowest charge.
    assert charges(schedule)[1] > 0.25
    np.testing.assert_allclose(charges(schedule)[2:], 0.2)
    np.testing.assert_allclose(schedule["Q_flow_peak"][2:], 2e6 + tank.loss(0.2, 263.15))
    # One that nobody charges stays outside.
    cold = optimise(simple(tank=tank, heat_pumps=(group,)), DispatchState(state_of_charge=0.19), data, gap=0.0)
    assert np.all(charges(cold)[1:] < 0.19)


def test_start_above_the_range_is_not_charged():
    plant = simple(tank=store(10.0, charge_max=0.8))
    data = given([4.0, 4.0, 4.0, 4.0], price=[-100.0, -100.0, 10.0, 200.0])
    schedule = optimise(plant, DispatchState(state_of_charge=0.95), data, gap=0.0)
    charge = charges(schedule)
    above = charge[:-1] > 0.8 + 1e-9
    assert above[0]
    assert np.all(schedule["Q_flow_charge"].values[above] <= 1e-3)
    assert charge[-1] <= 0.8 + 1e-9


def test_a_long_idle_tank_keeps_its_range():
    tank = store(10.0, UA=5e3, charge_min=0.1)
    data = given([4.0] * 400, T_outdoor=263.15, gas=31.0, price=30.0)
    schedule = optimise(simple(tank=tank), DispatchState(state_of_charge=0.12), data, relax=True)
    assert charges(schedule).min() >= 0.1 - 1e-9


def test_relaxed_start_below_the_range_ends_near_it():
    tank = store(10.0, UA=5e3, charge_min=0.3)
    data = given([4.0] * 400, T_outdoor=263.15, gas=31.0, price=30.0)
    schedule = optimise(simple(tank=tank), DispatchState(state_of_charge=0.25), data, relax=True)
    day = charges(optimise(simple(tank=None), DispatchState(), data, relax=True))
    assert day.size == 401
    alone = 0.25 * 10.0 * MWH - 5e3 * (55.0 + 0.25 * 30.0) * 86400.0
    assert charges(schedule).min() >= alone / (10.0 * MWH) - 0.02


def test_boilers_behind_the_tank_wait_until_it_is_empty():
    data = given([10.0, 10.0, 10.0], price=[200.0, 200.0, 20.0], gas=30.0)
    free = optimise(simple(), DispatchState(state_of_charge=0.5), data, gap=0.0)
    series = optimise(simple(peak=SERIES), DispatchState(state_of_charge=0.5), data, gap=0.0)
    assert total_cost(series) >= total_cost(free) - 1e-6
    burning = series["Q_flow_peak"].values > 1.0
    assert burning.any()
    np.testing.assert_allclose(charges(series)[1:][burning], 0.0, atol=1e-9)
    # Boilers beside it would keep its 5 MWh for nothing: both burn as much, but not at the same time.
    assert series["Q_flow_peak"].values[0] / MW == pytest.approx(5.0)


def test_boilers_behind_the_tank_help_where_it_gives_all_it_can():
    tank = store(100.0, discharge_power=3e6)
    plant = simple(tank=tank, peak=SERIES, heat_pumps=(pumps(machines=1),))
    schedule = optimise(plant, DispatchState(state_of_charge=0.9), given([12.0, 2.0]), gap=0.0)
    assert schedule["Q_flow_charge"].values[0] / MW == pytest.approx(-3.0)
    assert schedule["Q_flow_peak"].values[0] / MW == pytest.approx(5.0)
    assert schedule["Q_flow_peak"].values[1] == pytest.approx(0.0, abs=1e-3)


def test_empty_tank_behind_which_boilers_burn_for_hours():
    tank = store(20.0, UA=1e3, charge_min=0.1)
    plant = simple(tank=tank, peak=SERIES)
    data = given([10.0] * 6, heat_pump_available=0.0, T_outdoor=283.15)
    schedule = optimise(plant, DispatchState(state_of_charge=0.5), data, gap=0.0)
    np.testing.assert_allclose(charges(schedule)[1:], 0.1, atol=1e-9)
    # The boilers replace what the empty tank loses.
    loss = tank.loss(0.1, 283.15)
    np.testing.assert_allclose(schedule["Q_flow_peak"][1:], 10e6 + loss, atol=1e-2)


def test_final_value_and_final_charge():
    data, state = given([4.0, 4.0], price=30.0, gas=90.0), DispatchState(state_of_charge=0.5)
    plant = simple(heat_pumps=(pumps(COP=Curve((45.0,), (3.0,))),))
    for value, end in ((9.0 / MWH, 0.0), (11.0 / MWH, 1.0)):
        schedule = optimise(plant, state, data, gap=0.0, final_value=value)
        assert charges(schedule)[-1] == pytest.approx(end, abs=1e-9)
    assert charges(optimise(plant, state, data, gap=0.0, final_charge=0.7))[-1] == pytest.approx(0.7)
