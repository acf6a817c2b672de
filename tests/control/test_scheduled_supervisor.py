"""The scheduled supervisor follows a plan as far as hall, tank, network and machines allow, and says why not."""

from __future__ import annotations

import itertools

import pytest

from heatsim.control import INTERVENTIONS, Intervention, ScheduledSupervisor, Supervisor

CAPACITY = 2000.0 * 983.0 * 4186.0 * 30.0
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
    "T_supply": 348.15,
    "peak_load": 0.0,
    "T_hall_supply": 303.15,
    "derating": 1.0,
}
OFFERED = 7.12e6 * 3.5 / 2.5


def unit(**options):
    return ScheduledSupervisor(tank_capacity=CAPACITY, T_network_setpoint=347.15, T_hall_limit=309.15, **options)


def parameters(supervisor):
    return {port.name: port.start for port in supervisor.parameters}


def plan(t, heats, machines, charge=0.5, full=0.0):
    """Inputs of a plan with hourly heats (W) and machines; the state of charge stays."""
    k = int(t // 3600.0)

    def at(values, i):
        return float(values[min(max(i, 0), len(values) - 1)])

    return {
        "Q_flow_planned": at(heats, k),
        "Q_flow_before": at(heats, k - 1),
        "Q_flow_next": at(heats, k + 1),
        "full_planned": full,
        "full_before": full,
        "full_next": full,
        "machines_planned": at(machines, k),
        "machines_before": at(machines, k - 1),
        "machines_next": at(machines, k + 1),
        "charge_begin": charge,
        "charge_end": charge,
        "begin": 3600.0 * k,
        "end": 3600.0 * (k + 1),
    }


def run(supervisor, hours, heats, machines, change=None, charge=0.5):
    p = parameters(supervisor)
    state = supervisor.initial_state(BASE | plan(0.0, heats, machines, charge), p)
    history = []
    for k in range(int(hours * 3600.0 / supervisor.period)):
        t = k * supervisor.period
        u = BASE | plan(t, heats, machines, charge) | (change(t) if change else {})
        outputs, state = supervisor.step(t, u, state, p)
        history.append(outputs)
    return history


def heat(outputs):
    return outputs["m_flow_sink_setpoint"] * 4186.0 * 31.0


def test_flow_is_that_of_the_planned_heat():
    last = run(unit(), 1, [8e6], [3])[-1]
    assert last["m_flow_sink_setpoint"] == pytest.approx(8e6 / (4186.0 * 31.0))
    assert last["machines_on"] == 3
    assert last["intervention"] == Intervention.NONE


def test_never_takes_more_heat_than_the_hall_offers():
    last = run(unit(), 1, [12e6], [3])[-1]
    assert heat(last) == pytest.approx(OFFERED, rel=1e-6)
    assert last["intervention"] == Intervention.HALL


def test_a_plan_that_takes_all_heat_takes_what_there_is():
    full = {"full_planned": 1.0, "full_before": 1.0, "full_next": 1.0}
    last = run(unit(), 1, [0.97 * OFFERED], [3], lambda t: full)[-1]
    assert heat(last) == pytest.approx(OFFERED, rel=1e-6)
    assert last["intervention"] == Intervention.NONE
    above = run(unit(), 1, [0.97 * OFFERED], [3], lambda t: full | {"state_of_charge": 0.53})[-1]
    assert heat(above) < 0.97 * OFFERED


def test_cold_facility_water_takes_heat_back_as_without_a_plan():
    def cold(t):
        return {"T_fws_return": 302.15}

    planned = run(unit(), 1, [12e6], [3], cold)[-1]
    own = Supervisor()
    p = {port.name: port.start for port in own.parameters}
    state = own.initial_state(BASE, p)
    for k in range(60):
        outputs, state = own.step(60.0 * k, BASE | cold(0.0), state, p)
    assert heat(planned) == pytest.approx(heat(outputs), rel=1e-9)
    assert heat(planned) < OFFERED


def test_without_a_plan_it_does_what_the_supervisor_does():
    passed = {"begin": -3600.0, "end": 0.0}
    mine, own = unit(), Supervisor()
    p = parameters(mine) | {"ramp_up": 600.0}
    q = {port.name: port.start for port in own.parameters}
    state, other = mine.initial_state(BASE | plan(0.0, [0.0], [0]), p), own.initial_state(BASE, q)
    for k in range(200):
        u = BASE | {"P_hall": 7e6 + 2e6 * ((k // 40) % 3 - 1), "state_of_charge": 0.9 + 0.01 * (k % 9)}
        outputs, state = mine.step(60.0 * k, u | plan(0.0, [0.0], [0]) | passed, state, p)
        expected, other = own.step(60.0 * k, u, other, q)
        assert {name: outputs[name] for name in expected} == expected
        assert outputs["intervention"] == Intervention.NO_PLAN


def test_heat_passes_from_hour_to_hour_in_a_line_that_keeps_the_energy():
    heats = [6e6, 8e6, 5e6, 5e6]
    history = run(unit(), 4, heats, [3] * 4)
    setpoints = [one["Q_flow_setpoint"] for one in history]
    # half way at the edge, and no step larger than the line's: 12 MW in 900 s
    assert setpoints[60] == pytest.approx(7e6)
    assert max(abs(b - a) for a, b in itertools.pairwise(setpoints)) == pytest.approx(12e6 * 60.0 / 900.0)
    assert sum(setpoints) / len(setpoints) == pytest.approx(sum(heats) / 4, rel=2e-3)


def test_changes_of_machines_lie_around_the_edge():
    history = run(unit(), 4, [0.0, 8e6, 8e6, 0.0], [0, 3, 3, 0])
    running = [one["machines_on"] for one in history]
    first = next(k for k in range(30, 240) if running[k])
    assert first == 60 - 7  # 450 s before, at the next sample
    assert running[first : first + 3] == [1, 2, 3]  # one at each sample
    # The last one hands over 55 % of its share, a fifteenth a minute, and stands half a ramp behind the edge.
    assert running[177:181] == [3, 2, 1, 0]
    standing = next(k for k in range(180, 240) if not history[k]["share_total"])
    assert standing == pytest.approx(180 + 7.5, abs=2.0)
    assert {one["intervention"] for one in history} == {Intervention.NONE}


def test_a_tank_below_its_plan_gets_more_heat_within_the_authority():
    def at(charge):
        return run(unit(), 1, [6e6], [3], lambda t: {"state_of_charge": charge})[-1]["Q_flow_setpoint"]

    assert at(0.497) == pytest.approx(6e6)  # dead band
    assert at(0.485) == pytest.approx(6e6 + 0.010 * CAPACITY / 5400.0)
    assert at(0.515) == pytest.approx(6e6 - 0.010 * CAPACITY / 5400.0)
    assert at(0.1) == pytest.approx(6e6 + 0.15 * 12e6)


def test_no_machine_starts_for_the_tank_where_the_plan_has_none():
    last = run(unit(), 2, [0.0], [0], lambda t: {"state_of_charge": 0.1})[-1]
    assert last["machines_on"] == 0
    assert last["m_flow_sink_setpoint"] == 0.0


def test_a_machine_more_runs_only_for_a_large_deviation():
    def machines(charge):
        return run(unit(), 1, [7.6e6], [2], lambda t: {"state_of_charge": charge})[-1]["machines_on"]

    assert machines(0.48) == 2
    assert machines(0.40) == 3


def test_full_tank_limits_the_flow_to_the_network():
    last = run(unit(), 1, [9e6], [3], lambda t: {"state_of_charge": 0.96}, charge=0.96)[-1]
    assert last["m_flow_sink_setpoint"] == pytest.approx(60.0)
    assert last["intervention"] == Intervention.TANK_FULL


def test_full_tank_stops_machines_whose_lowest_load_is_more_than_the_network_takes():
    def change(t):
        return {"state_of_charge": 0.96 if t < 5400.0 else 0.87, "m_flow_load": 7.0}  # 0.9 MW

    outputs = run(unit(), 3, [1.7e6] * 3, [1] * 3, change, charge=0.94)
    steps = len(outputs) // 3
    assert outputs[steps]["machines_on"] == 0
    assert outputs[steps]["m_flow_sink_setpoint"] == 0.0
    assert outputs[steps]["intervention"] == Intervention.TANK_FULL
    assert outputs[-1]["machines_on"] == 1  # released
    # what the network takes is enough for one machine of two
    last = run(unit(), 1, [3e6], [2], lambda t: {"state_of_charge": 0.96, "m_flow_load": 16.0}, charge=0.94)[-1]
    assert last["machines_on"] == 1
    assert heat(last) < 2.1e6


def test_a_little_water_between_the_loops_starts_and_stops_nothing():
    small = ScheduledSupervisor(tank_capacity=2.5e9, T_network_setpoint=347.15, T_hall_limit=309.15)
    for charge in (0.1, 0.9):
        last = run(small, 1, [7.6e6], [2], lambda t, charge=charge: {"state_of_charge": charge})[-1]
        assert last["machines_on"] == 2


def test_minimum_times_hold_against_a_plan_that_flickers():
    supervisor = unit()
    p = parameters(supervisor)
    state = supervisor.initial_state(BASE | plan(0.0, [8e6], [3]), p)
    changes = {i: [] for i in (1, 2, 3)}
    was = {i: state[f"on[{i}]"] for i in changes}
    seen = set()
    for k in range(600):
        t = 60.0 * k
        wanted = 3 if (k // 7) % 2 else 0
        u = BASE | plan(0.0, [8e6 if wanted else 0.0], [wanted]) | {"begin": t, "end": t + 3600.0}
        outputs, state = supervisor.step(t, u, state, p)
        seen.add(Intervention(int(outputs["intervention"])))
        for i in changes:
            if state[f"on[{i}]"] != was[i]:
                changes[i].append((t, was[i]))
                was[i] = state[f"on[{i}]"]
    assert Intervention.MINIMUM_TIME in seen
    for times in changes.values():
        assert len(times) > 4
        for (a, _), (b, ran) in itertools.pairwise(times):
            assert b - a >= (600.0 if ran else 1200.0)


def test_trip_stops_all_machines_at_once():
    history = run(unit(), 1, [8e6], [3], lambda t: {"available": float(t < 1800.0)})
    assert history[29]["machines_on"] == 3
    assert history[30]["machines_on"] == 0
    assert history[30]["intervention"] == Intervention.TRIP


def test_hall_that_offers_less_than_the_lowest_load_stops_machines():
    last = run(unit(), 1, [9e6], [3], lambda t: {"P_hall": 1.4e6})[-1]
    # 1.4 MW offer 1.96 MW: one machine's lowest load is 1.2 MW
    assert last["machines_on"] == 1
    assert last["intervention"] == Intervention.HALL


def test_cold_network_calls_the_heat_pumps_until_the_tank_has_gained():
    charge = {"now": 0.0}

    def change(t):
        cold = 3600.0 <= t < 5400.0
        charge["now"] += 0.1 * 60.0 / 7200.0 if t > 5400.0 else 0.0
        return {
            "T_supply": 340.15 if cold else 348.15,
            "peak_load": 1.0 if cold else 0.1,
            "state_of_charge": charge["now"],
        }

    history = run(unit(), 5, [0.0], [0], change)
    assert history[64]["machines_on"] == 0  # 300 s are to pass
    assert history[65]["intervention"] == Intervention.NETWORK
    assert history[90]["machines_on"] == 3
    assert heat(history[90]) == pytest.approx(OFFERED, rel=1e-6)
    ended = next(k for k in range(90, 300) if history[k]["intervention"] != Intervention.NETWORK)
    assert ended == pytest.approx((5400.0 + 7200.0) / 60.0, abs=2)
    assert history[-1]["machines_on"] == 0


def test_hot_facility_water_calls_the_heat_pumps():
    history = run(unit(), 2, [0.0], [0], lambda t: {"T_hall_supply": 310.15 if t >= 3600.0 else 305.15})
    assert history[59]["machines_on"] == 0
    assert history[-1]["intervention"] == Intervention.HALL_HOT
    assert history[-1]["machines_on"] == 3


def test_every_intervention_is_explained():
    assert set(INTERVENTIONS) == set(Intervention)
