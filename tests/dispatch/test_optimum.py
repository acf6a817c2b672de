"""The schedule of least cost: worked-out cases, balances, prices, and what the solver says of itself."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import xarray as xr
from dispatch_cases import MW, MWH, PER_MWH, given, pumps, simple, store

from heatsim.dispatch.forecasts import heat_offered
from heatsim.dispatch.optimum import optimise
from heatsim.dispatch.plant import CHP, Curve, DispatchPlant, HeatPumps, PeakPlant, Tariff
from heatsim.dispatch.power import power
from heatsim.dispatch.schedule import total_cost
from heatsim.dispatch.state import DispatchState
from heatsim.errors import HeatsimWarning, SimulationError, UsageError

EMPTY = DispatchState(state_of_charge=0.0)


def week(number: int = 24, seed: int = 1, step: float = 3600.0) -> xr.Dataset:
    """Return forecasts that swing by day, with a price below zero on some hours."""
    random = np.random.default_rng(seed)
    hour = np.arange(number) * step / 3600.0
    demand = 6.0 + 3.0 * np.sin(2 * np.pi * (hour - 3) / 24.0) + random.normal(0.0, 0.5, number)
    price = 25.0 + 30.0 * np.sin(2 * np.pi * (hour - 9) / 12.0) + random.normal(0.0, 8.0, number)
    IT = 5.0 + 1.0 * np.sin(2 * np.pi * hour / 24.0)
    return given(demand, IT=IT, price=price, gas=28.0, step=step, T_outdoor=283.15)


def rich() -> DispatchPlant:
    """Return a plant with everything in it."""
    groups = (
        HeatPumps(
            "large",
            machines=2,
            heat=3e6,
            COP=Curve((35.0, 45.0), (4.4, 3.6)),
            part_load=Curve((0.3, 0.6, 1.0), (0.36, 0.58, 1.0)),
            start_cost=15.0,
            start_energy=0.1 * MWH,
            pump=0.01,
            minimum_on=7200.0,
            minimum_off=7200.0,
        ),
        HeatPumps("small", machines=1, heat=1.5e6, COP=Curve((45.0,), (3.2,)), start_cost=5.0, ramp=0.5 / 3600.0),
    )
    tariff = Tariff(
        grid_charge=8 * PER_MWH, feed_in=-3 * PER_MWH, peak_charge=5e-4, co2_price=0.05, heat_value=2 * PER_MWH
    )
    return DispatchPlant(
        heat_pumps=groups,
        tank=store(30.0, UA=400.0, charge_min=0.05, charge_max=0.95),
        peak=PeakPlant(heat=12e6, after_tank=True, losses=2e4),
        chp=CHP(start_cost=10.0),
        tariff=tariff,
    )


def scaled(record: Any, scale: float, *names: str) -> Any:
    """Return a record with fields multiplied."""
    return replace(record, **{name: scale * getattr(record, name) for name in names})


def test_cheap_hours_fill_the_tank_for_dear_ones():
    data = given([4.0, 4.0, 4.0, 4.0], price=[10.0, 100.0, 10.0, 100.0], gas=200.0)
    schedule = optimise(simple(), EMPTY, data, gap=0.0)
    np.testing.assert_allclose(schedule["Q_flow_heat_pump"] / MW, [8.0, 0.0, 8.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(schedule["state_of_charge"], [0.0, 0.4, 0.0, 0.4, 0.0], atol=1e-9)
    assert schedule["machines_on"].values.tolist() == [2, 0, 2, 0]
    assert schedule["starts"].values.tolist() == [2, 0, 2, 0]
    assert total_cost(schedule) == pytest.approx(2 * 2.0 * 10.0)


def test_start_costs_keep_a_machine_running():
    data = given([4.0, 4.0, 4.0, 4.0], price=[10.0, 20.0, 10.0, 20.0], gas=200.0)
    dear = optimise(simple(heat_pumps=(pumps(start_cost=50.0),)), EMPTY, data, gap=0.0)
    # Two machines for two hours save 1 MWh of electricity at 10 EUR/MWh each time, and cost a start more.
    assert dear["starts"].sum() == 1
    assert total_cost(dear) == pytest.approx(50.0 + 10.0 + 20.0 + 10.0 + 20.0)
    cheap = optimise(simple(heat_pumps=(pumps(start_cost=1.0),)), EMPTY, data, gap=0.0)
    assert total_cost(cheap) == pytest.approx(4.0 + 2 * 20.0)


def test_waste_heat_is_all_the_heat_pumps_can_take():
    data = given([8.0, 8.0], IT=3.0, price=10.0, gas=30.0)
    schedule = optimise(simple(tank=None), EMPTY, data, gap=0.0)
    # At a COP of 4, 3 MW of the hall make 4 MW.
    np.testing.assert_allclose(schedule["Q_flow_heat_pump"] / MW, 4.0)
    np.testing.assert_allclose(schedule["Q_flow_peak"] / MW, 4.0)
    np.testing.assert_allclose(schedule["Q_flow_rejected"], 0.0, atol=1e-3)


STATE = DispatchState(state_of_charge=0.4, machines_on={"large": 1}, since={"large": (600.0, 600.0)}, peak_power=0.5e6)
FINAL_VALUE = 12 * PER_MWH


@pytest.fixture(scope="module")
def planned() -> xr.Dataset:
    """Return a plan of the plant with everything in it."""
    return optimise(rich(), STATE, week(18), gap=0.01, final_value=FINAL_VALUE)


def test_balances_close(planned):
    plant, data, schedule = rich(), week(18), planned
    heat = sum(schedule[name].values for name in ("Q_flow_heat_pump", "Q_flow_peak", "Q_flow_chp", "Q_flow_unmet"))
    wanted = schedule["Q_flow_wanted"].values
    np.testing.assert_allclose(heat - schedule["Q_flow_charge"].values, wanted, rtol=1e-6)
    hall = schedule["Q_flow_recovered"].values + schedule["Q_flow_rejected"].values
    np.testing.assert_allclose(hall, heat_offered(plant, data), rtol=1e-6)
    groups = plant.heat_pumps
    machines, heats = schedule["machines_on_group"].values, schedule["Q_flow_group"].values
    lift = plant.T_sink - plant.hall.T_source(data["P_IT"].values)
    compressors = sum(power(group, n, q, lift) for group, n, q in zip(groups, machines, heats, strict=True))
    np.testing.assert_allclose(heats.sum(axis=0) - compressors, schedule["Q_flow_recovered"].values, atol=20.0)
    starts = np.maximum(np.diff(machines, prepend=[[1.0], [0.0]], axis=1), 0.0)
    extra = groups[0].pump * heats[0] + sum(g.standby * g.machines for g in groups)
    extra = extra + starts[0] * groups[0].start_energy / 3600.0
    np.testing.assert_allclose(schedule["P_heat_pump"].values, compressors + extra, atol=20.0)
    electricity = (
        schedule["P_heat_pump"] + plant.hall.rejection_power * schedule["Q_flow_rejected"] - schedule["P_chp"]
    ).values
    np.testing.assert_allclose((schedule["P_bought"] - schedule["P_sold"]).values, electricity, atol=1.0)
    tank = plant.tank
    assert tank is not None
    charge = schedule["state_of_charge"].values
    loss = tank.loss(0.5 * (charge[1:] + charge[:-1]), data["T_outdoor"].values)
    stored = np.diff(charge) * tank.capacity / 3600.0
    np.testing.assert_allclose(stored, schedule["Q_flow_charge"].values - loss, atol=1.0)


def test_objective_is_the_cost_of_the_schedule(planned):
    plant = rich()
    assert plant.tank is not None
    left = FINAL_VALUE * plant.tank.capacity * float(planned["state_of_charge"].values[-1])
    expected = total_cost(planned) - plant.tariff.peak_charge * STATE.peak_power - left
    assert planned.attrs["objective"] == pytest.approx(expected, rel=1e-7)
    assert planned.attrs["bound"] <= planned.attrs["objective"] + 1e-6
    assert planned.attrs["gap"] <= planned.attrs["gap_wanted"] == 0.01
    assert planned.attrs["status"] == "optimal"


def test_numbers_of_machines_are_whole(planned):
    for name in ("machines_on", "starts", "machines_on_group"):
        np.testing.assert_array_equal(planned[name].values, np.round(planned[name].values))
    machines = planned["machines_on_group"].values
    started = np.maximum(np.diff(machines, prepend=[[1.0], [0.0]], axis=1), 0.0)
    np.testing.assert_array_equal(planned["starts"].values, started.sum(axis=0))


def test_units_and_names_of_every_variable():
    schedule = optimise(simple(), EMPTY, given([4.0, 4.0]))
    assert schedule.attrs["policy"] == "optimum"
    for name, variable in schedule.variables.items():
        assert "long_name" in variable.attrs, name
        assert name == "group" or "units" in variable.attrs, name


def test_heat_price_is_what_one_more_unit_costs():
    plant, data = simple(tank=store(6.0), tariff=Tariff(co2_price=0.03)), week(8)
    state = DispatchState(state_of_charge=0.3)
    schedule = optimise(plant, state, data, gap=0.0)
    for chosen in (1, 6):
        more = data.copy(deep=True)
        more["Q_flow_demand"].values[chosen] += 1e3
        dearer = optimise(plant, state, more, gap=0.0)
        assert dearer["machines_on"].equals(schedule["machines_on"])
        rise = (total_cost(dearer) - total_cost(schedule)) / (1e3 * 3600.0)
        assert schedule["heat_price"].values[chosen] == pytest.approx(rise, rel=1e-5)
    fuller = replace(state, state_of_charge=0.3 + 1e3 * 3600.0 / plant.tank.capacity)
    saved = (total_cost(schedule) - total_cost(optimise(plant, fuller, data, gap=0.0))) / (1e3 * 3600.0)
    assert schedule["storage_value"].values[0] == pytest.approx(saved, rel=1e-5)


def test_price_below_zero_does_not_lift_power_above_its_curve():
    group = pumps(part_load=Curve((0.5, 0.75, 1.0), (0.5, 0.6, 1.0)), start_cost=1.0)
    data = given([6.0, 6.0, 6.0, 3.0], price=[-50.0, -50.0, 20.0, -80.0], gas=40.0)
    for demand in (data, data.assign(P_IT=0.04 * data["P_IT"])):
        schedule = optimise(simple(heat_pumps=(group,)), EMPTY, demand, gap=0.0)
        drawn = power(group, schedule["machines_on"].values, schedule["Q_flow_heat_pump"].values, np.full(4, 45.0))
        np.testing.assert_allclose(schedule["P_heat_pump"].values, drawn, atol=20.0)


def test_scarce_waste_heat_does_not_lift_power_above_its_curve():
    # Electricity that turned into heat one to one would be cheaper than gas.
    group = pumps(part_load=Curve((0.5, 0.75, 1.0), (0.5, 0.6, 1.0)))
    data = given([8.0, 8.0], IT=3.5, price=20.0, gas=60.0)
    schedule = optimise(simple(heat_pumps=(group,), tank=None), EMPTY, data, gap=0.0)
    drawn = power(group, schedule["machines_on"].values, schedule["Q_flow_heat_pump"].values, np.full(2, 45.0))
    np.testing.assert_allclose(schedule["P_heat_pump"].values, drawn, atol=20.0)
    relaxed = optimise(simple(heat_pumps=(group,), tank=None), EMPTY, data, relax=True)
    assert relaxed.attrs["energy_above_curve"] >= 0.0
    assert total_cost(relaxed) <= total_cost(schedule) + 1e-6


def test_no_electricity_is_bought_and_sold_at_once():
    chp = CHP(heat=4e6, power=4e6, fuel=9e6, minimum_load=0.5)
    plant = simple(chp=chp, tank=None, tariff=Tariff(feed_in=30 * PER_MWH))
    data = given([12.0, 12.0, 6.0], price=[60.0, -20.0, 60.0], gas=30.0)
    schedule = optimise(plant, EMPTY, data, gap=0.0)
    assert np.all(np.minimum(schedule["P_bought"].values, schedule["P_sold"].values) == 0.0)
    drawn = (schedule["P_heat_pump"] - schedule["P_chp"]).values
    np.testing.assert_allclose((schedule["P_bought"] - schedule["P_sold"]).values, drawn, atol=1.0)
    assert schedule["P_sold"].max() > 0.0
    with pytest.raises(UsageError, match=r"feed_in 30 EUR/MWh exceeds Tariff\.grid_charge 0"):
        optimise(plant, EMPTY, data, relax=True)


def test_engine_runs_when_electricity_is_dear():
    chp = CHP(heat=4e6, power=4e6, fuel=10e6, minimum_load=0.5)
    plant = simple(chp=chp, tank=None, heat_pumps=(pumps(COP=Curve((45.0,), (2.0,))),))
    data = given([4.0, 4.0], price=[20.0, 200.0], gas=40.0)
    schedule = optimise(plant, EMPTY, data, gap=0.0)
    np.testing.assert_allclose(schedule["P_chp"].values / MW, [0.0, 4.0])
    np.testing.assert_allclose(schedule["P_sold"].values / MW, [0.0, 4.0])
    # Heat pump at COP 2 first; then 10 MWh of gas for 4 MWh of electricity sold.
    assert total_cost(schedule) == pytest.approx(2.0 * 20.0 + 10.0 * 40.0 - 4.0 * 200.0)


def test_electric_boiler_takes_power_that_pays():
    plant = simple(peak=PeakPlant(heat=20e6, efficiency=1.0, carrier="electricity"))
    data = given([4.0, 4.0], price=[-30.0, 40.0])
    schedule = optimise(plant, EMPTY, data, gap=0.0)
    np.testing.assert_allclose(schedule["Q_flow_peak"].values / MW, [14.0, 0.0], atol=1e-6)
    assert total_cost(schedule) == pytest.approx(-14.0 * 30.0)
    assert schedule["cost_gas"].sum() == 0.0


def test_peak_charge_flattens_and_knows_the_peak_before():
    tariff = Tariff(peak_charge=1e-3)  # 1000 EUR/MW
    data = given([4.0, 4.0, 8.0, 8.0], price=[30.0, 30.0, 20.0, 20.0], gas=200.0)
    fresh = optimise(simple(tariff=tariff), EMPTY, data, gap=0.0)
    assert fresh["P_bought"].max() / MW == pytest.approx(1.5)
    assert fresh.attrs["cost_peak"] == pytest.approx(1500.0)
    known = optimise(simple(tariff=tariff), replace(EMPTY, peak_power=2e6), data, gap=0.0)
    assert known["P_bought"].max() / MW == pytest.approx(2.0)
    assert total_cost(known) == pytest.approx(2000.0 + 1.0 * 30.0 * 2 + 2.0 * 20.0 * 2)


def test_limit_of_co2_moves_heat_and_has_a_price():
    data = given([4.0], price=50.0, gas=10.0, co2=100.0)
    free = optimise(simple(tank=None), EMPTY, data, gap=0.0)
    per_gas = 0.202 / 3.6e6 * MWH
    assert float(free["co2"].sum()) == pytest.approx(4.0 * per_gas)
    limit = 1.5 * per_gas + 2.5 / 4.0 * 100.0
    bound = optimise(simple(tank=None, tariff=Tariff(co2_limit=limit)), EMPTY, data, gap=0.0)
    assert bound["Q_flow_heat_pump"].values[0] / MW == pytest.approx(2.5)
    assert float(bound["co2"].sum()) == pytest.approx(limit)
    # A MWh more from the heat pump costs 12.5 - 10 EUR and saves the gas' CO2 less that of a quarter MWh of power.
    assert bound.attrs["co2_price_of_limit"] == pytest.approx(2.5 / (per_gas - 25.0))


def test_value_of_recovered_heat_changes_the_merit_order():
    data = given([4.0], price=60.0, gas=14.0)
    plain = optimise(simple(tank=None), EMPTY, data, gap=0.0)
    assert plain["Q_flow_peak"].values[0] == pytest.approx(4e6)
    valued = optimise(simple(tank=None, tariff=Tariff(heat_value=5 * PER_MWH)), EMPTY, data, gap=0.0)
    assert valued["Q_flow_recovered"].values[0] == pytest.approx(3e6)
    assert total_cost(valued) == pytest.approx(60.0 - 15.0)


def test_one_interval():
    data = given([5.0], IT=5.0, step=900.0)
    schedule = optimise(simple(), EMPTY, data, gap=0.0)
    assert schedule.sizes == {"time": 1, "time_edge": 2, "group": 1}
    np.testing.assert_allclose(schedule["Q_flow_heat_pump"] / MW, [5.0])
    assert schedule["machines_on"].values.tolist() == [2]


def test_repeating_horizon_ends_as_it_begins_wherever_it_is_cut():
    group = pumps(minimum_on=7200.0, minimum_off=7200.0, start_cost=5.0, ramp=0.3 / 3600.0)
    plant, data = simple(heat_pumps=(group,), tank=store(10.0, UA=300.0)), week(10)
    costs = []
    for shift in (0, 4):
        rolled = data.roll(time=shift, roll_coords=False)
        schedule = optimise(plant, DispatchState(), rolled, gap=0.0, cyclic=True)
        assert schedule["state_of_charge"].values[0] == pytest.approx(schedule["state_of_charge"].values[-1], abs=1e-8)
        machines = schedule["machines_on"].values
        np.testing.assert_array_equal(schedule["starts"].values, np.maximum(machines - np.roll(machines, 1), 0.0))
        costs.append(total_cost(schedule))
    assert costs[0] == pytest.approx(costs[1], rel=1e-6)


def test_unmet_demand_is_paid():
    plant = simple(tank=None, peak=PeakPlant(heat=1e6, efficiency=1.0), tariff=Tariff(unmet_cost=500 * PER_MWH))
    schedule = optimise(plant, EMPTY, given([12.0]), gap=0.0)
    assert schedule["Q_flow_unmet"].values[0] / MW == pytest.approx(3.0)
    assert float(schedule["cost_unmet"].sum()) == pytest.approx(1500.0)


@pytest.mark.slow
@pytest.mark.parametrize("scale", [1e-3, 1e3])
def test_plants_of_every_size_have_the_same_plan(scale):
    plant, data = rich(), week(4)
    groups = tuple(scaled(group, scale, "heat", "standby", "start_cost", "start_energy") for group in plant.heat_pumps)
    sized = replace(
        plant,
        heat_pumps=groups,
        chp=scaled(plant.chp, scale, "heat", "power", "fuel", "start_cost"),
        tank=scaled(plant.tank, scale, "volume", "UA", "charge_power", "discharge_power"),
        peak=scaled(plant.peak, scale, "heat", "losses"),
        hall=scaled(plant.hall, 1.0 / scale, "T_source_per_power"),
    )
    sized_data = data.assign(Q_flow_demand=scale * data["Q_flow_demand"], P_IT=scale * data["P_IT"])
    base = optimise(plant, DispatchState(), data, gap=1e-4)
    schedule = optimise(sized, DispatchState(), sized_data, gap=1e-4)
    assert total_cost(schedule) / scale == pytest.approx(total_cost(base), rel=5e-4)
    heat = sum(schedule[name].values for name in ("Q_flow_heat_pump", "Q_flow_peak", "Q_flow_chp"))
    wanted = schedule["Q_flow_wanted"].values
    np.testing.assert_allclose(heat - schedule["Q_flow_charge"].values, wanted, rtol=1e-6)


def test_time_limit_with_a_plan_is_said(monkeypatch):
    data = week(24)
    with pytest.warns(HeatsimWarning, match="% from the best bound") as caught:
        schedule = _interrupted(monkeypatch, data)
    assert len(caught) == 1
    assert schedule.attrs["status"] == "time limit"
    assert schedule.attrs["gap"] > 1e-4
    np.testing.assert_array_equal(schedule["machines_on"].values, np.round(schedule["machines_on"].values))


def _interrupted(monkeypatch: pytest.MonkeyPatch, data: xr.Dataset) -> xr.Dataset:
    """Optimise with a solver that stops at its first plan, as if its time were over."""
    import highspy

    from heatsim.dispatch import solver

    def run(highs):
        mixed = any(kind == highspy.HighsVarType.kInteger for kind in highs.getLp().integrality_)
        if mixed:
            highs.setOptionValue("mip_max_improving_sols", 1)
        highs.run()
        return "time limit" if mixed else "optimal"

    monkeypatch.setattr(solver, "_run", run)
    return optimise(rich(), DispatchState(), data, gap=1e-6)


def test_time_limit_without_a_plan_is_an_error():
    with pytest.raises(SimulationError, match=r"no plan: the time limit of 0\.0001 s came first"):
        optimise(simple(), DispatchState(), week(48), gap=1e-6, time_limit=1e-4)


def test_nothing_is_printed_and_nothing_warned(capfd):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimise(rich(), DispatchState(), week(3), gap=0.01)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("state", "arguments", "message"),
    [
        (DispatchState(t=7200.0), {}, "state is that of t = 2 h, the forecasts begin at 0 h"),
        (DispatchState(machines_on={"other": 1}), {}, "names 'other'; the plant has heat_pump"),
        (DispatchState(machines_on={"heat_pump": 3}), {}, "3 machines of 'heat_pump' running"),
        (DispatchState(), {"final_charge": 1.2}, r"final_charge 1\.2 is above"),
        (DispatchState(), {"final_value": 600 * PER_MWH}, "not below Tariff.unmet_cost"),
    ],
)
def test_arguments_that_do_not_fit(state, arguments, message):
    plant = simple(tariff=Tariff(unmet_cost=500 * PER_MWH))
    with pytest.raises(UsageError, match=message):
        optimise(plant, state, given([4.0, 4.0]), **arguments)
