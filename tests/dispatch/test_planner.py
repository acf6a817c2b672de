"""The planner measures the plant, asks its policy when it is time, and gives out the set points of the interval."""

from __future__ import annotations

import math

import numpy as np
import pytest

from heatsim.dispatch.forecasts import horizon
from heatsim.dispatch.planner import Planner
from heatsim.dispatch.schedule import make_schedule
from heatsim.dispatch.state import LONG_AGO
from heatsim.errors import InputError, SimulationError, UsageError
from tests.dispatch_cases import given, simple

HOUR = 3600.0
MACHINES = simple().heat_pumps[0].machines
TANK = simple().tank


class Steps:
    """A policy whose plan numbers its hours, and that can fail."""

    name = "steps"

    def __init__(self, plant, fails=()):
        self.plant, self.fails, self.asked, self.seen = plant, set(fails), [], []

    def plan(self, state, forecasts):
        self.asked.append(state)
        self.seen.append(forecasts["time"].values / HOUR)
        if state.t / HOUR in self.fails:
            raise SimulationError("no plan: heat_balance")
        data = horizon(forecasts, state.t)
        number = data.sizes["time"]
        values = {
            "Q_flow_heat_pump": 1e6 * (1.0 + np.arange(number)) + 1e3 * len(self.asked),
            "machines_on": np.minimum(0.5 + np.arange(number), MACHINES),
            "Q_flow_recovered": 1e5 * np.ones(number),
        }
        return make_schedule(self.plant, state, data, values, np.linspace(0.5, 0.6, number + 1), policy=self.name)


def planner(policy=None, hours=48, **options):
    plant = simple()
    policy = policy or Steps(plant)
    return policy, Planner(policy, given(np.full(hours, 3.0)), plant, layers=4, machines=MACHINES, **options)


def measured(T=None, capacity=0.0, energy=0.0):
    T = [TANK.T_cold + 0.5 * (TANK.T_hot - TANK.T_cold)] * 4 if T is None else T
    capacity = capacity if isinstance(capacity, list) else [capacity] * MACHINES
    return (
        {f"T[{i}]": value for i, value in enumerate(T, start=1)}
        | {f"capacity[{i}]": value for i, value in enumerate(capacity, start=1)}
        | {"E_machines": energy, "E_pumps": 0.0, "E_network": 0.0}
    )


def run(unit, hours, u=measured, memory=None, start=0.0):
    memory = unit.initial_state(u() if callable(u) else u, {}) if memory is None else memory
    history = []
    for k in range(int(hours * HOUR / unit.period)):
        t = start + k * unit.period
        outputs, memory = unit.step(t, u() if callable(u) else u, memory, {})
        assert set(outputs) == {port.name for port in unit.outputs}
        history.append(outputs)
    return history, memory


def test_plans_once_and_walks_through_the_hours():
    policy, unit = planner(horizon=12 * HOUR)
    history, _ = run(unit, 4)
    assert len(policy.asked) == 1
    assert list(policy.seen[0]) == list(range(12))
    for k in (0, 59, 60, 119, 239):
        hour = k // 60
        assert history[k]["Q_flow_heat_pump"] == 1e6 * (1 + hour) + 1e3
        assert history[k]["Q_flow_next"] == 1e6 * (2 + hour) + 1e3
        assert (history[k]["begin"], history[k]["end"]) == (hour * HOUR, (hour + 1) * HOUR)
        assert history[k]["charge_end"] == pytest.approx(0.5 + 0.1 * (hour + 1) / 12)
    assert history[119]["Q_flow_before"] == 1e6 + 1e3
    assert history[0]["machines_on"] == 1.0  # half a machine of a relaxed plan is one that runs


def test_plans_again_every_so_often_and_when_a_plan_ends():
    policy, unit = planner(every=2 * HOUR, horizon=6 * HOUR)
    history, _ = run(unit, 7)
    assert [state.t / HOUR for state in policy.asked] == [0, 2, 4, 6]
    assert history[-1]["plans"] == 4
    # a day back stays visible: what prices of days to come are taken from
    assert list(policy.seen[-1]) == list(range(12))
    assert history[120]["Q_flow_before"] == 2e6 + 1e3  # that of the plan before
    policy, unit = planner(horizon=3 * HOUR)
    run(unit, 7)
    assert [state.t / HOUR for state in policy.asked] == [0, 3, 6]


def test_a_plan_that_fails_leaves_the_one_before_in_force():
    policy = Steps(simple(), fails={1.0})
    _, unit = planner(policy, every=HOUR, horizon=6 * HOUR)
    history, _ = run(unit, 3)
    assert history[60]["Q_flow_heat_pump"] == 2e6 + 1e3  # second hour of the first plan
    assert history[60]["failures"] == 1 == history[-1]["failures"]
    assert history[120]["Q_flow_heat_pump"] == 1e6 + 3e3
    assert list(unit.failures) == [HOUR]
    assert "heat_balance" in unit.failures[HOUR]
    assert list(unit.plans) == [0.0, 2 * HOUR]


def test_the_first_plan_must_not_fail():
    _, unit = planner(Steps(simple(), fails={0.0}))
    with pytest.raises(SimulationError, match="heat_balance"):
        run(unit, 1)


def test_after_the_forecasts_there_is_no_plan():
    _, unit = planner(hours=2)
    history, _ = run(unit, 3)
    assert history[119]["end"] > 119 * 60.0
    assert history[120]["end"] <= 120 * 60.0


def test_state_from_layers_and_capacities():
    policy, unit = planner(every=HOUR, horizon=2 * HOUR)
    T = [TANK.T_cold + share * (TANK.T_hot - TANK.T_cold) for share in (1.0, 1.0, 0.6, -0.2)]
    on = [0.8, *[0.0] * (MACHINES - 1)]
    now = {"t": -60.0}

    def u():
        now["t"] += 60.0
        return measured(T, on if now["t"] >= 2400.0 else 0.0)

    memory = unit.initial_state(measured(T), {})
    run(unit, 1.1, u, memory)
    first, second = policy.asked
    assert first.state_of_charge == pytest.approx(0.6)
    assert first.machines_on == {"heat_pump": 0}
    assert set(first.since["heat_pump"]) == {LONG_AGO}
    assert second.machines_on == {"heat_pump": 1}
    assert second.since["heat_pump"][0] == pytest.approx(1200.0)
    assert second.load == {"heat_pump": pytest.approx(0.8)}


def test_highest_mean_power_of_the_intervals_is_known():
    policy, unit = planner(every=HOUR, horizon=2 * HOUR)
    now = {"t": -60.0}

    def u():
        now["t"] += 60.0
        return measured(energy=2e6 * min(now["t"], HOUR) + 1e6 * max(now["t"] - HOUR, 0.0))

    run(unit, 3.1, u, unit.initial_state(measured(), {}))
    assert [state.peak_power for state in policy.asked] == pytest.approx([0.0, 2e6, 2e6, 2e6])


def test_memory_alone_goes_on_with_the_plan():
    _, unit = planner(every=3 * HOUR, horizon=6 * HOUR)
    whole, _ = run(unit, 5)
    _, first = planner(every=3 * HOUR, horizon=6 * HOUR)
    begun, memory = run(first, 2)
    assert all(isinstance(value, float) and math.isfinite(value) for value in memory.values())
    policy = Steps(simple())
    policy.asked.append(None)  # its next plan is the second one
    policy.seen.append(None)
    _, other = planner(policy, every=3 * HOUR, horizon=6 * HOUR)
    rest, _ = run(other, 3, memory=memory, start=2 * HOUR)
    assert begun + rest == whole


def test_plans_are_kept_only_when_asked_for():
    _, unit = planner(every=HOUR, horizon=2 * HOUR, keep_plans=False)
    history, _ = run(unit, 3)
    assert history[-1]["plans"] == 3
    assert unit.plans == {}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"every": 5400.0}, "every is 5400 s; give a whole number of 3600 s"),
        ({"horizon": 100.0}, "horizon is 100 s"),
        ({"period": 7.0}, "a whole number of 7 s"),
    ],
)
def test_times_that_do_not_fit(options, message):
    with pytest.raises(UsageError, match=message):
        planner(**options)


def test_other_machines_than_the_system_has():
    with pytest.raises(UsageError, match=f"the plan knows {MACHINES} machines, the system has 7"):
        Planner(Steps(simple()), given(np.full(4, 3.0)), simple(), layers=4, machines=7)


def test_schedules_that_cannot_be_followed():
    class Wrong(Steps):
        def plan(self, state, forecasts):
            return self.change(super().plan(state, forecasts))

    for change, message in (
        (lambda plan: plan.drop_vars("machines_on"), "has no 'machines_on'"),
        (lambda plan: plan.isel(time=slice(1, None)), "begins at 3600 s"),
        (lambda plan: plan.assign(Q_flow_heat_pump=plan["Q_flow_heat_pump"] * np.nan), "not finite"),
    ):
        policy = Wrong(simple())
        policy.change = change
        _, unit = planner(policy)
        with pytest.raises(InputError, match=message):
            run(unit, 0.1)
