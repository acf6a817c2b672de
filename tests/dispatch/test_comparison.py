"""Policies side by side: saving against no tank, regret against perfect foresight, stored heat at its value."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pytest
import xarray as xr
from dispatch_cases import MWH, given, simple

from heatsim.dispatch.comparison import NO_TANK, PERFECT, compare, compare_policies, without_tank
from heatsim.dispatch.policies import FollowDemand, PriceThreshold, RecoverAll
from heatsim.dispatch.schedule import compared_cost, total_cost
from heatsim.dispatch.state import DispatchState
from heatsim.errors import InputError, UsageError
from heatsim.reference import reference_plant

PLANT = simple()
STATE = DispatchState(0.0, 0.4)
DATA = given(4.0 + 1.5 * np.sin(np.arange(24) / 3.0), price=30.0 + 25.0 * np.sin(np.arange(24) / 4.0), IT=6.0)
VALUE = 8.0 / MWH


@pytest.fixture(scope="module")
def planned():
    policies = {"price_threshold": PriceThreshold(PLANT), "recover_all": RecoverAll(PLANT)}
    return compare_policies(policies, STATE, DATA, plant=PLANT, value=VALUE)


def test_optimum_is_the_reference_and_no_rule_is_better(planned):
    assert {row.policy for row in planned} == {NO_TANK, PERFECT, "price_threshold", "recover_all"}
    assert planned[PERFECT].regret_planned == 0.0
    assert planned[NO_TANK].saving_planned == 0.0
    assert planned[PERFECT].saving_share == 1.0
    for row in planned:
        # The optimum is found to 0.5 % of its cost.
        assert row.regret_planned > -0.006 * abs(planned[PERFECT].cost_planned), row.policy
        assert row.cost_realised is None
        assert row.gap_percent is None


def test_costs_are_those_of_the_schedules_with_the_stock(planned):
    for row in planned:
        schedule = planned.runs[row.policy][0]
        expected = total_cost(schedule) if row.policy == NO_TANK else compared_cost(schedule, PLANT, VALUE)
        assert row.cost_planned == pytest.approx(expected)
        assert row.saving_planned == pytest.approx(planned[NO_TANK].cost_planned - expected)


def test_emptying_the_tank_earns_nothing():
    schedule = FollowDemand(PLANT).plan(STATE, DATA)
    other = schedule.copy(deep=True)
    other["state_of_charge"][-1] -= 0.2
    other["cost_electricity"][0] -= 0.2 * 10.0 * 8.0  # 2 MWh at their value
    table = compare({"kept": (schedule, None), "emptied": (other, None)}, PLANT, DATA, value=VALUE)
    assert table["emptied"].cost_planned == pytest.approx(table["kept"].cost_planned)
    assert table["kept"].saving_planned is None  # no such baseline among the runs
    assert table["kept"].regret_planned is None


def test_a_baseline_with_a_tank_earns_nothing_by_emptying_it_either():
    schedule = FollowDemand(PLANT).plan(STATE, DATA)
    emptied = schedule.copy(deep=True)
    emptied["state_of_charge"][-1] -= 0.2
    emptied["cost_electricity"][0] -= 0.2 * 10.0 * 8.0
    runs = {"emptied": (emptied, None), "kept": (schedule, None)}
    table = compare(runs, PLANT, DATA, baseline="emptied", reference="kept", value=VALUE)
    assert table["kept"].saving_planned == pytest.approx(0.0, abs=1e-9)


def test_share_of_a_reference_that_saves_nothing_is_not_told():
    schedule = FollowDemand(PLANT).plan(STATE, DATA)
    dearer = {name: schedule.copy(deep=True) for name in ("best", "other")}
    dearer["best"]["cost_gas"][0] += 5.0
    dearer["other"]["cost_gas"][0] += 10.0
    runs = {NO_TANK: (schedule, None)} | {name: (one, None) for name, one in dearer.items()}
    table = compare(runs, PLANT, DATA, reference="best", value=VALUE)
    assert table["other"].saving_planned == pytest.approx(-10.0)
    assert table["other"].saving_share is None


@dataclass
class Ran:
    planned: xr.Dataset
    realised: xr.Dataset


def test_realised_side(planned):
    def run(name, policy):
        schedule = policy.plan(STATE, DATA)
        real = schedule.copy(deep=True)
        real["cost_electricity"][3] += {NO_TANK: 10.0, PERFECT: 4.0}[name]
        real["P_bought"][3] += 1e6
        return Ran(schedule, real)

    table = compare_policies({}, STATE, DATA, plant=PLANT, run=run, value=VALUE)
    best = table[PERFECT]
    assert best.cost_realised - best.cost_planned == pytest.approx(4.0)
    assert best.gap_percent == pytest.approx(400.0 / abs(best.cost_planned))
    assert best.saving_realised == pytest.approx(best.saving_planned + 6.0)
    assert table[NO_TANK].regret_realised == pytest.approx(table[NO_TANK].regret_planned + 6.0)
    assert best.electricity == pytest.approx(float(best_energy(table)) + 1.0)


def best_energy(table):
    """Return the electricity planned by the optimum, MWh."""
    return table.runs[PERFECT][0]["P_bought"].sum() / 1e6


def test_json_and_print(planned, tmp_path, capsys):
    content = json.loads(planned.to_json(tmp_path / "comparison.json").read_text())
    assert content["stock_value_EUR_per_MWh"] == pytest.approx(8.0)
    assert content["policies"][PERFECT]["regret_planned"] == 0.0
    planned.print()
    out = capsys.readouterr().out
    assert "recover_all" in out
    assert "gap" not in out  # nothing was run
    assert "Energies planned" in out


def test_wrong_calls(planned):
    schedule = planned.runs[PERFECT][0]
    with pytest.raises(InputError, match="neither a plan nor a run"):
        compare({"a": (None, None)}, PLANT, DATA)
    with pytest.raises(InputError, match="same intervals"):
        compare({"a": (schedule, None), "b": (schedule.isel(time=slice(0, 5)), None)}, PLANT, DATA)
    with pytest.raises(InputError, match="no policy"):
        compare({}, PLANT, DATA)
    with pytest.raises(UsageError, match="did you mean"):
        planned["no_tanks"]


def test_plant_without_a_tank_keeps_a_separator():
    system = reference_plant()
    other = without_tank(system)
    assert other.members["storage"].parameter_value("V") == pytest.approx(60.0)
    assert system.members["storage"].parameter_value("V") == 2000.0
