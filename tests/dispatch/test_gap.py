"""The table of planned against realised: differences that are put in by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest
from dispatch_cases import MW, MWH, given, simple

from heatsim.dispatch.gap import gap, turnover
from heatsim.dispatch.optimum import optimise
from heatsim.dispatch.schedule import total_cost
from heatsim.dispatch.state import DispatchState
from heatsim.errors import InputError, UsageError

DATA = given([4.0, 6.0, 3.0, 5.0], price=[20.0, -10.0, 60.0, 40.0])


@pytest.fixture(scope="module")
def plan():
    return optimise(simple(), DispatchState(0.0, 0.5), DATA)


def changed(plan):
    """Return the plan with 2 MWh more bought and 120 EUR, 1 MWh unmet, one start, a warmer tank."""
    other = plan.copy(deep=True)
    other["P_bought"][2] += 2.0 * MW
    other["cost_electricity"][2] += 2.0 * 60.0
    other["Q_flow_unmet"][1] += 1.0 * MW
    other["starts"][3] += 1
    other["state_of_charge"][4] += 0.1
    return other


def test_unmet_demand_of_every_instant_stands_beside_the_net_one(plan):
    other = plan.copy(deep=True)
    other["Q_flow_unmet_at_the_time"] = 0.0 * other["Q_flow_unmet"] + 0.5 * MW
    row = gap(plan, other)["unmet_at_the_time"]
    assert (row.planned, row.realised) == (0.0, pytest.approx(2.0))


def test_what_was_changed_by_hand(plan):
    table = gap(plan, changed(plan), plant=simple(), forecasts=DATA, value=30.0 / MWH)
    assert table["cost"].difference == pytest.approx(120.0)
    assert table["cost"].planned == pytest.approx(total_cost(plan))
    assert table["cost"].percent == pytest.approx(100.0 * 120.0 / abs(total_cost(plan)))
    # A tenth of 10 MWh at 30 EUR/MWh.
    assert table["cost_compared"].difference == pytest.approx(120.0 - 30.0)
    assert table["electricity_bought"].difference == pytest.approx(2.0)
    assert table["unmet_share"].realised == pytest.approx(1.0 / 18.0)
    assert table["starts"].difference == pytest.approx(1.0)
    assert table["state_of_charge_end"].difference == pytest.approx(0.1)
    assert table["state_of_charge_apart"].realised == pytest.approx(0.1)
    assert table["state_of_charge_rms"].realised == pytest.approx(0.1 / np.sqrt(5))
    touched = (
        "cost",
        "cost_compared",
        "cost_electricity",
        "electricity_bought",
        "unmet_demand",
        "unmet_share",
        "starts",
    )
    for row in table:
        if row.name not in touched and not row.name.startswith("state_of_charge"):
            assert row.difference in (0.0, None), row.name


def test_no_difference(plan):
    assert all(row.difference in (0.0, None) for row in gap(plan, plan))


def test_worst_hours_and_their_terms(plan):
    worst = gap(plan, changed(plan)).worst(2)
    assert worst.index[0] == 2.0
    assert worst.loc[2.0, "cost_EUR"] == pytest.approx(120.0)
    assert worst.loc[2.0, "P_bought_MW"] == pytest.approx(2.0)
    assert len(worst) == 2


def test_json_and_print(plan, tmp_path, capsys):
    table = gap(plan, changed(plan))
    content = json.loads(table.to_json(tmp_path / "gap.json").read_text())
    assert content["policy"] == "optimum"
    assert content["rows"]["cost"]["difference"] == pytest.approx(120.0)
    assert content["rows"]["chp_heat"]["percent"] is None
    frame = table.to_pandas()
    assert frame.loc["electricity_bought", "unit"] == "MWh"
    table.print()
    out = capsys.readouterr().out
    assert "electricity_bought" in out
    assert "chp_heat" not in out  # zero in both


def test_schedules_that_do_not_fit(plan):
    with pytest.raises(InputError, match="same intervals"):
        gap(plan, plan.isel(time=slice(1, None), time_edge=slice(1, None)))
    with pytest.raises(InputError, match="lacks 'P_bought'"):
        gap(plan, plan.drop_vars("P_bought"))
    broken = plan.copy(deep=True)
    broken["co2"][0] = np.nan
    with pytest.raises(InputError, match="'co2' that are not finite"):
        gap(plan, broken)
    with pytest.raises(UsageError, match="did you mean 'starts'"):
        gap(plan, plan)["start"]


def test_a_cost_of_next_to_nothing_is_no_measure_of_a_difference(plan):
    """A week in which negative prices pay for the dear hours."""
    even, other = plan.copy(deep=True), plan.copy(deep=True)
    even["cost_electricity"][0] -= total_cost(plan) - 1.0
    other["cost_electricity"][0] = even["cost_electricity"][0] + 3.0
    row = gap(even, other)["cost"]
    assert (row.planned, row.difference) == (pytest.approx(1.0), pytest.approx(3.0))
    assert row.percent is None  # 300 % of a euro, where many are paid and earned
    assert turnover(even) > 40.0
    assert gap(plan, other)["cost"].percent is not None


def test_a_trace_of_heat_is_no_measure_either(plan):
    trace, other = plan.copy(deep=True), plan.copy(deep=True)
    trace["Q_flow_chp"][0], other["Q_flow_chp"][0] = 1e-3, 5e3
    row = gap(trace, other)["chp_heat"]
    assert row.difference == pytest.approx(5e-3, rel=1e-3)
    assert row.percent is None
