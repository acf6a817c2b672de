"""Calibration: laws that are known exactly come back from the meters of a run; what a run does not show stays."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from dispatch_cases import MW, given
from meter_run import Execution, run
from rich.console import Console

from heatsim.dispatch.calibration import calibrate, iterate
from heatsim.dispatch.optimum import optimise
from heatsim.dispatch.plant import Curve, DispatchPlant, Hall, HeatPumps, Network, PeakPlant, Tank
from heatsim.dispatch.power import power
from heatsim.dispatch.state import DispatchState
from heatsim.errors import UsageError

HOURS = np.arange(72)
TRUTH = DispatchPlant(
    hall=Hall(2e5, 1.02, 307.0, 5e-7, rejection_power=0.004, fans=3e4),
    heat_pumps=(
        HeatPumps(
            COP=Curve((30.0, 45.0), (4.6, 3.4)),
            part_load=Curve((0.3, 0.65, 1.0), (0.36, 0.66, 1.0)),
            standby=7e3,
            pump=0.003,
            start_energy=1.2e8,
        ),
    ),
    tank=Tank(volume=1500.0, UA=260.0, charge_min=0.02, capacity_factor=0.96),
    peak=PeakPlant(efficiency=0.93, after_tank=True, losses=4e4),
    network=Network(loss=3e5, pump=(1e3, 0.0, 0.0, 6e-17)),
    T_sink=350.15,
)
GUESS = DispatchPlant(
    heat_pumps=(HeatPumps(COP=Curve((30.0, 45.0), (5.0, 3.9)), part_load=Curve((0.3, 1.0), (0.33, 1.0))),),
    tank=Tank(volume=1500.0),
    peak=PeakPlant(after_tank=True),
)


def weather(number=72, **changes):
    hours = np.arange(number)
    series = {
        "demand": 6.5 + 3.0 * np.sin(2 * np.pi * hours / 24.0) + 0.5 * np.sin(hours),
        "IT": 6.0 + 2.0 * np.sin(hours / 5.0),
        "price": 30.0 + 25.0 * np.sin(2 * np.pi * (hours - 6) / 24.0),
        "T_outdoor": 280.0 + 5.0 * np.sin(2 * np.pi * hours / 24.0),
    }
    return given(**(series | changes))


def excited(truth=TRUTH, **settings):
    """Return a run in which machines, load, IT power and tank move."""
    pattern = np.array([3, 3, 2, 2, 2, 1, 1, 0, 0, 1, 2, 3])
    machines = np.tile(pattern, 6)
    share = np.clip(0.65 + 0.35 * np.sin(1.7 * HOURS), 0.31, 1.0)
    return run(truth, weather(), machines, machines * share * truth.heat_pumps[0].heat, **settings)


@pytest.fixture(scope="module")
def fitted():
    return calibrate(GUESS, excited(before=3).dataset)


def test_truth_comes_back(fitted):
    found, true = fitted.plant, TRUTH
    assert found.hall.heat_base == pytest.approx(true.hall.heat_base, rel=1e-3)
    assert found.hall.heat_per_power == pytest.approx(true.hall.heat_per_power, rel=1e-3)
    assert found.hall.T_source_base == pytest.approx(true.hall.T_source_base, abs=0.1)
    assert found.hall.T_source_per_power == pytest.approx(true.hall.T_source_per_power, rel=0.03)
    assert found.hall.fans == pytest.approx(true.hall.fans, rel=0.01)
    assert found.hall.rejection_power == pytest.approx(true.hall.rejection_power, rel=0.02)
    conductance = found.tank.UA
    assert conductance == pytest.approx(true.tank.UA, rel=1e-3)
    assert found.tank.capacity == pytest.approx(true.tank.capacity, rel=1e-4)
    assert found.network.loss == pytest.approx(true.network.loss, rel=1e-6)
    assert found.peak.losses == pytest.approx(true.peak.losses, rel=1e-6)
    assert found.peak.efficiency == pytest.approx(true.peak.efficiency, rel=1e-6)
    assert found.T_sink == pytest.approx(true.T_sink, abs=1e-6)
    demand = np.linspace(4e6, 9e6, 5)
    np.testing.assert_allclose(found.network.pump_power(demand), true.network.pump_power(demand), rtol=0.01)


def test_heat_pumps_come_back(fitted):
    found, true = fitted.plant.heat_pumps[0], TRUTH.heat_pumps[0]
    assert found.standby == pytest.approx(true.standby, rel=1e-3)
    assert found.pump == pytest.approx(true.pump, rel=1e-3)
    # The lifts of the run, and beyond them the shape that was known before.
    lift = np.linspace(39.2, 41.0, 4)
    np.testing.assert_allclose(found.COP(lift), true.COP(lift), rtol=0.01)
    load = np.linspace(0.35, 1.0, 8)
    np.testing.assert_allclose(found.part_load(load), true.part_load(load), atol=0.012)
    assert found.start_energy == pytest.approx(true.start_energy, rel=0.25)


def test_tank_range_is_where_boilers_took_over():
    truth = TRUTH.having(tank__charge_min=0.12)
    outcome = excited(truth, before=3)
    assert float(outcome.realised["Q_flow_peak"].sum()) > 0.1 * truth.tank.capacity / 3600.0
    found = calibrate(GUESS, outcome.dataset)
    assert found.plant.tank.charge_min == pytest.approx(0.12, abs=0.005)
    row = found["tank.charge_min"]
    assert row.error_after < 0.1 * row.error_before


def test_hours_without_heat_say_nothing_of_the_network():
    dataset = excited(before=3).dataset.copy(deep=True)
    hour = dataset["time"].values / 3600.0
    short = (hour > 30.0) & (hour <= 34.0)
    for name, factor in (("grid.E_in_consumers", 0.5), ("grid.E_pump", 6.0), ("grid.E_in_supply", 0.6)):
        gains = np.diff(dataset[name].values, prepend=0.0)
        dataset[name] = ("time", np.cumsum(np.where(short, factor * gains, gains)))
    found = calibrate(GUESS, dataset)
    assert found.plant.network.loss == pytest.approx(TRUTH.network.loss, rel=1e-6)
    demand = np.linspace(4e6, 9e6, 5)
    np.testing.assert_allclose(found.plant.network.pump_power(demand), TRUTH.network.pump_power(demand), rtol=0.01)
    assert "8 intervals left out: consumers lacked heat" in found["network.pump"].note
    assert not found["tank.charge_min"].seen
    assert found.plant.tank.charge_min == GUESS.tank.charge_min


def test_little_demand_does_not_tell_the_pump_of_much():
    rising = (5e2, 4.5e-4, 0.0, 1.1e-16)  # 60 kW at 8 MW
    truth = TRUTH.having(network__pump=rising)
    guess = GUESS.having(network__pump=(0.0, 0.0, 6e-10))
    low = given(1.5 + 0.7 * np.sin(HOURS / 4.0), IT=6.0 + 2.0 * np.sin(HOURS / 5.0), T_outdoor=293.0)
    machines = np.ones(HOURS.size)
    found = calibrate(guess, run(truth, low, machines, np.full(HOURS.size, 1.8e6), before=1).dataset).plant.network
    seen, much = np.linspace(0.9e6, 2.1e6, 5), np.array([4e6, 8e6])
    np.testing.assert_allclose(found.pump_power(seen), truth.network.pump_power(seen), rtol=0.05)
    np.testing.assert_allclose(found.pump_power(much), guess.network.pump_power(much), rtol=0.35)


def test_notes_are_printed(fitted):
    console = Console(width=80, record=True, file=io.StringIO())
    fitted.print(console)
    text = console.export_text()
    assert "Notes" in text
    assert "electricity" in text


def test_a_second_calibration_changes_nothing(fitted):
    again = calibrate(fitted.plant, excited(before=3).dataset)
    for row in again:
        if row.before is not None and row.seen and row.quantity not in ("heat_pump.start_energy",):
            assert row.after == pytest.approx(row.before, rel=0.01, abs=1e-4), row.quantity


def test_errors_do_not_grow(fitted):
    for row in fitted:
        if row.error_before is not None:
            assert row.error_after <= row.error_before * (1.0 + 1e-6), row.quantity


def test_what_a_run_does_not_show_stays():
    still = given(np.full(24, 6.0), IT=7.0, T_outdoor=280.0)
    machines = np.full(24, 2.0)
    truth = TRUTH.having(tank__UA=0.0)
    wanted = 6.0 * MW + truth.network.loss + truth.peak.losses
    found = calibrate(GUESS, run(truth, still, machines, np.full(24, wanted), before=2).dataset)
    unseen = {row.quantity: row.note for row in found if not row.seen}
    assert {
        "hall.heat_per_power",
        "hall.T_source_per_power",
        "tank.capacity_factor",
        "tank.charge_min",
        "tank.charge_max",
        "peak.efficiency",
        "heat_pump.standby",
        "heat_pump.heat",
        "heat_pump.COP slope",
        "heat_pump.part_load",
        "heat_pump.start_energy",
    } <= set(unseen)
    assert all(unseen.values())
    old, new = GUESS, found.plant
    assert new.hall.heat_per_power == old.hall.heat_per_power
    assert (new.tank.capacity_factor, new.tank.charge_min) == (old.tank.capacity_factor, old.tank.charge_min)
    assert new.peak.efficiency == old.peak.efficiency
    assert new.heat_pumps[0].start_energy == old.heat_pumps[0].start_energy
    assert new.heat_pumps[0].part_load == old.heat_pumps[0].part_load
    # The point itself is met all the same: standby and compressors together, which the run does not tell apart.
    assert new.hall.heat(7e6) == pytest.approx(truth.hall.heat(7e6), rel=1e-6)
    assert electricity(new, wanted) == pytest.approx(electricity(truth, wanted), rel=1e-4)


def electricity(plant, heat):
    """Return the electricity of two machines at 7 MW of IT, W."""
    group = plant.heat_pumps[0]
    lift = float(plant.T_sink - plant.hall.T_source(7e6))
    return float(power(group, np.array(2.0), np.array(heat), np.array(lift))) + group.machines * group.standby


def test_a_meter_that_is_missing_is_named():
    dataset = excited(before=3).dataset.drop_vars(["peak.E_fuel", "heat_pump.E_el"])
    found = calibrate(GUESS, dataset)
    assert "peak.E_fuel" in found["peak.efficiency"].note
    assert "heat_pump.E_el" in found["heat_pump.COP"].note
    assert found.plant.heat_pumps == GUESS.heat_pumps


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda ds: ds.isel(time=slice(0, 60)), "less than two intervals"),
        (lambda ds: ds.isel(time=slice(0, None, 30)), "too coarse"),
        (lambda ds: ds.assign({"hall.U": ds["hall.U"] * np.nan}), "'hall.U' holds values that are not finite"),
    ],
)
def test_runs_that_cannot_be_used(spoil, message):
    with pytest.raises(UsageError, match=message):
        calibrate(GUESS, spoil(excited(before=3).dataset))


def test_table_as_json_and_print(fitted, tmp_path, capsys):
    content = json.loads(fitted.to_json(tmp_path / "calibration.json").read_text())
    assert content["rows"]["network.loss"]["after"] == pytest.approx(3e5)
    assert content["plant"]["tank"]["volume"] == 1500.0
    fitted.print()
    assert "network.loss" in capsys.readouterr().out
    with pytest.raises(UsageError, match=r"did you mean 'network\.loss'"):
        fitted["network.los"]


def planned_and_run(plant: DispatchPlant) -> Execution:
    """Plan 30 h with `plant` and let the true plant run machines and heat of the plan."""
    data = weather(30)
    planned = optimise(plant, DispatchState(0.0, 0.5, {"heat_pump": 2}), data, final_charge=0.4, gap=0.01)
    return run(
        TRUTH,
        data,
        planned["machines_on"].values,
        planned["Q_flow_heat_pump"].values,
        before=2,
        planned=planned,
    )


def test_the_second_plan_is_closer():
    iteration = iterate(GUESS, planned_and_run, rounds=2)
    first, second = (one.gap for one in iteration.rounds)
    for name, share in (("cost", 0.2), ("electricity_bought", 0.2), ("heat_pump_electricity", 0.2)):
        assert abs(second[name].difference) < share * abs(first[name].difference), name
    assert second["state_of_charge_rms"].realised < 0.25 * first["state_of_charge_rms"].realised
    assert abs(second["cost"].percent) < 1.0
    table = iteration.to_pandas()
    assert table.loc[("cost", 2), "percent"] == pytest.approx(second["cost"].percent)
    assert iteration.plant is iteration.rounds[1].calibration.plant


def test_iterate_refuses_no_round():
    with pytest.raises(UsageError, match="at least 1"):
        iterate(GUESS, planned_and_run, rounds=0)
