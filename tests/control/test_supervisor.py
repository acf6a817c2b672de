"""The supervisor turns offered heat into flow, modes and machines, and survives trips and a full tank."""

from __future__ import annotations

import itertools

import pytest

from heatsim.control import Mode, Supervisor
from heatsim.reference import reference_plant

BASE = {
    "available": 1.0,
    "P_hall": 7.12e6,
    "T_fws_return": 303.15,
    "T_sink_in": 318.15,
    "T_sink_out": 349.15,
    "m_flow_load": 60.0,
    "COP": 3.5,
    "Q_flow_rejected": 0.0,
    "state_of_charge": 0.5,
}


def parameters(unit):
    return {port.name: port.start for port in unit.parameters}


def run(unit, steps, change=None):
    p = parameters(unit)
    state = unit.initial_state(BASE, p)
    history = []
    for k in range(steps):
        t = k * unit.period
        u = BASE | (change(t) if change else {})
        outputs, state = unit.step(t, u, state, p)
        history.append(outputs)
    return history


def test_flow_takes_all_offered_heat():
    unit = Supervisor()
    last = run(unit, 5)[-1]
    # 7.12 MW offered; x 3.5/2.5 = 9.97 MW condenser heat; / (4186 J/(kg K) x 31 K) = 76.8 kg/s
    assert last["m_flow_sink_setpoint"] == pytest.approx(76.8, rel=1e-3)
    assert last["machines_on"] == 3
    assert last["mode"] == Mode.CHARGING


def test_full_tank_limits_the_flow_to_the_network_and_releases_with_hysteresis():
    unit = Supervisor()
    soc = {0.0: 0.5, 600.0: 0.96, 1200.0: 0.90, 1800.0: 0.87}

    def change(t):
        return {"state_of_charge": soc[max(k for k in soc if k <= t)]}

    history = run(unit, 40, change)
    assert history[9]["m_flow_sink_setpoint"] > 60.0
    assert history[12]["m_flow_sink_setpoint"] == pytest.approx(60.0)
    assert history[25]["m_flow_sink_setpoint"] == pytest.approx(60.0)  # 0.90 lies inside the band
    assert history[31]["m_flow_sink_setpoint"] > 60.0


def test_full_tank_can_be_discharged_until_it_is_released():
    unit = Supervisor()
    p = parameters(unit) | {"full_flow": 0.8}
    u = BASE | {"state_of_charge": 0.96}
    state = unit.initial_state(u, p)
    for k in range(10):
        outputs, state = unit.step(k * unit.period, u, state, p)
    assert outputs["m_flow_sink_setpoint"] == pytest.approx(0.8 * 60.0)
    assert outputs["mode"] == Mode.DISCHARGING
    outputs, state = unit.step(10 * unit.period, u | {"state_of_charge": 0.87}, state, p)
    assert outputs["m_flow_sink_setpoint"] > 0.8 * 60.0


def test_limit_of_the_tank_is_a_loop_of_the_supervisor():
    loops = reference_plant().loops
    assert loops["supervisor/tank"].measurement == "storage.state_of_charge"
    assert loops["supervisor/tank"].setpoint == 0.95
    assert loops["supervisor/tank"].drives == ("sink_flow.setpoint",)


def test_trip_stops_all_machines_at_once_and_restarts_after_the_standing_time():
    unit = Supervisor()
    history = run(unit, 80, lambda t: {"available": 0.0 if 600 <= t < 1200 else 1.0})
    assert history[10]["mode"] == Mode.HEAT_PUMP_TRIP
    assert history[10]["machines_on"] == 0
    assert history[10]["m_flow_sink_setpoint"] == 0.0
    first = next(k for k in range(20, 80) if history[k]["machines_on"] > 0)
    assert first * 60.0 - 600.0 >= 1200.0
    assert history[first]["mode"] == Mode.START_UP


def test_little_heat_is_rejected_rather_than_run_below_minimum_load():
    unit = Supervisor()
    history = run(unit, 60, lambda t: {"P_hall": 6.3e5, "Q_flow_rejected": 6e5})
    assert history[-1]["machines_on"] == 0
    assert history[-1]["mode"] == Mode.FULL_REJECTION


def test_discharging_when_the_network_takes_more_than_the_machines_give():
    unit = Supervisor()
    assert run(unit, 10, lambda t: {"m_flow_load": 100.0})[-1]["mode"] == Mode.DISCHARGING


def test_trim_does_not_wind_up_while_the_tank_is_full():
    unit = Supervisor()
    p = parameters(unit)
    state = unit.initial_state(BASE, p)
    for k in range(100):
        _, state = unit.step(k * 60.0, BASE | {"state_of_charge": 0.97, "T_fws_return": 305.15}, state, p)
    assert state["trim"] == 0.0


def test_flow_ramps_no_faster_than_the_machines():
    unit = Supervisor()
    history = run(unit, 40, lambda t: {"P_hall": 4e6 if t < 600 else 8e6})
    flows = [outputs["m_flow_sink_setpoint"] for outputs in history]
    full = 3 * 4e6 / (4186.0 * 31.0)
    assert max(b - a for a, b in itertools.pairwise(flows)) == pytest.approx(full * 60.0 / 600.0)
    assert flows[-1] == pytest.approx(8e6 * 3.5 / 2.5 / (4186.0 * 31.0), rel=1e-6)


def test_trim_waits_while_the_machines_do_not_follow():
    unit = Supervisor()
    p = parameters(unit)
    state = unit.initial_state(BASE, p)
    for k in range(30):
        _, state = unit.step(k * 60.0, BASE | {"T_fws_return": 304.15, "T_sink_out": 345.0}, state, p)
    assert state["trim"] == 0.0
    for k in range(30, 40):
        _, state = unit.step(k * 60.0, BASE | {"T_fws_return": 304.15}, state, p)
    assert state["trim"] == pytest.approx(10 * 0.04 * 60.0 / 1000.0)


def test_a_starting_machine_takes_its_share_as_it_ramps_and_a_stopping_one_hands_it_over():
    unit = Supervisor(on_at_start=2)
    history = run(unit, 60, lambda t: {"P_hall": 7.5e6 if t < 1800 else 3e6})
    totals = [outputs["share_total"] for outputs in history]
    started = next(k for k, outputs in enumerate(history) if outputs["machines_on"] == 3)
    assert totals[started - 1] == 2.0
    assert totals[started : started + 10] == pytest.approx([2.0 + 0.1 * (j + 1) for j in range(10)])
    stopped = next(k for k in range(30, 60) if history[k]["machines_on"] == 2)
    assert totals[stopped : stopped + 5] == pytest.approx([2.9, 2.8, 2.7, 2.6, 2.5])
    assert totals[stopped + 6] == 2.0
