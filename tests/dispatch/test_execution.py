"""Policies on the plant: it is read from its parameters, follows plans, resumes, and keeps hall and network safe."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import heatsim as hs
from heatsim import profiles
from heatsim.control import Intervention
from heatsim.dispatch.comparison import without_tank
from heatsim.dispatch.execution import execute, interventions, output_names, scheduled
from heatsim.dispatch.forecasts import forecasts, horizon
from heatsim.dispatch.measured_state import state_of
from heatsim.dispatch.reading import PROBES, plant_of
from heatsim.dispatch.schedule import make_schedule
from heatsim.errors import UsageError
from heatsim.reference import reference_plant

HOUR = 3600.0
COUNTED = ("Q_flow_heat_pump", "Q_flow_recovered", "Q_flow_rejected", "Q_flow_wanted")


class Table:
    """A policy of one's own: heat (MW) and machines by hour; the tank takes what is left over."""

    name = "table"

    def __init__(self, plant, heat, machines):
        self.plant, self.heat, self.machines = plant, np.asarray(heat, dtype=float), np.asarray(machines, dtype=float)

    def plan(self, state, data):
        data = horizon(data, state.t)
        first = round(state.t / HOUR)
        number = data.sizes["time"]
        heat, machines = (values[first : first + number] for values in (1e6 * self.heat, self.machines))
        wanted = data["Q_flow_demand"].values + self.plant.network.loss + self.plant.peak.losses
        tank, charge = self.plant.tank, [state.state_of_charge]
        for flow, ambient in zip(heat - wanted, data["T_outdoor"].values, strict=True):
            charge.append(charge[-1] + (flow - tank.loss(charge[-1], ambient)) * HOUR / tank.capacity)
        values = {
            "Q_flow_heat_pump": heat,
            "machines_on": machines,
            "Q_flow_recovered": heat * 0.75,
            "Q_flow_charge": heat - wanted,
        }
        return make_schedule(self.plant, state, data, values, np.array(charge), policy=self.name)


@pytest.fixture(scope="module")
def site():
    """The reference plant, a spring day, the plant as dispatch sees it, and where runs start."""
    series = profiles.dataset(start="2020-04-20", duration=24 * HOUR, it_options={"training_share": 0.0})
    series["heat_pump_available"] = profiles.heat_pump_availability(duration=24 * HOUR, trip=None)
    system = reference_plant()
    start = hs.trim(system, at={name: series[name] for name in system.inputs})
    plant = plant_of(system, start_cost=20.0)
    return SimpleNamespace(
        series=series, system=system, start=start, plant=plant, data=forecasts(series, stop=24 * HOUR)
    )


def run(site, policy, stop, **options):
    return execute(
        options.pop("system", site.system),
        policy,
        options.pop("series", site.series),
        site.data,
        stop=stop,
        plant=site.plant,
        start_from=options.pop("start_from", site.start),
        **options,
    )


def table(site):
    heat = [8.0, 0.0, 0.0, 6.0, 7.0, *[5.0] * 19]
    return Table(site.plant, heat, [3, 0, 0, 2, 2, *[2] * 19])


@pytest.fixture(scope="module")
def done(site):
    return run(site, table(site), 5 * HOUR)


def test_numbers_of_the_plant_are_those_of_its_units(site):
    plant, group = site.plant, site.plant.heat_pumps[0]
    assert (group.machines, group.minimum_on, group.minimum_off, group.standby) == (3, 600.0, 1200.0, 5e3)
    # 4 MW at 30 °C and 75 °C; 76 °C cost half a per cent
    assert group.heat == pytest.approx(0.995 * 4e6, rel=2e-3)
    # The library's correlation of Jesper and others, 2021, at a lift of 40 K.
    assert float(group.COP(40.0)) == pytest.approx(1.4480e12 * 217.46**-4.946, rel=5e-3)
    assert float(group.part_load(0.5)) == pytest.approx(0.5 / 0.95, rel=1e-3)
    assert (plant.tank.volume, plant.tank.T_hot, plant.tank.T_cold) == (2000.0, 348.15, 318.15)
    assert plant.tank.charge_max == pytest.approx(0.94)
    assert (plant.peak.heat, plant.peak.after_tank, plant.T_sink) == (14e6, True, 349.15)


def test_loss_of_the_tank_is_that_of_the_plant(site):
    point = site.start.outputs
    T_ambient = site.start.inputs["T_outdoor"]
    assert float(site.plant.tank.loss(0.5, T_ambient)) == pytest.approx(point["storage.Q_flow_loss"], rel=0.02)


def test_hall_and_network_are_those_of_another_steady_state(site):
    point = site.start.outputs
    power = site.start.inputs["P_IT"]
    assert power / 10e6 not in [one[0] for one in PROBES]
    heat = point["hall.Q_flow_recovery"] + point["hall.Q_flow_rejected"]
    assert float(site.plant.hall.heat(power)) == pytest.approx(heat, rel=0.01)
    assert float(site.plant.hall.T_source(power)) == pytest.approx(point["hall.T_fws_out"], abs=0.3)
    assert site.plant.network.loss == pytest.approx(point["grid.Q_flow_loss"], rel=0.05)


def test_changed_parameters_reach_the_plan(site):
    other = site.system.copy()
    other.set("storage.V", 500.0)
    other.set("supervisor.charge_stop", 0.8)
    other.set("peak.Q_flow_nominal", 5e6)
    other.set("heat_pump.COP_factor", 1.1)
    plant = plant_of(other)
    assert plant.tank.volume == 500.0
    assert plant.tank.UA < 0.6 * site.plant.tank.UA
    assert plant.tank.charge_max == pytest.approx(0.79)
    assert plant.peak.heat == 5e6
    lift = 41.0
    ratio = plant.heat_pumps[0].COP(lift) / site.plant.heat_pumps[0].COP(lift)
    assert float(ratio) == pytest.approx(1.1, rel=1e-3)


def test_plant_does_what_the_plan_says(done):
    planned, realised = done.planned, done.realised
    assert planned.sizes["time"] == realised.sizes["time"] == 5
    for name in COUNTED[:1]:
        assert float(realised[name].sum()) == pytest.approx(float(planned[name].sum()), rel=0.03), name
    # ramps pass half of their heat to the neighboring hour
    assert np.abs(realised["Q_flow_heat_pump"] - planned["Q_flow_heat_pump"]).max() < 0.8e6
    assert np.abs(realised["state_of_charge"].values - planned["state_of_charge"].values).max() < 0.015
    assert realised["machines_on"].values == pytest.approx([3, 0.4, 0.1, 2, 2], abs=0.4)
    assert float(realised["starts"].sum()) == 2.0
    assert realised["Q_flow_wanted"].values == pytest.approx(planned["Q_flow_wanted"].values, rel=0.01)


def test_energy_of_the_run_is_balanced(done):
    realised = done.realised
    residual = realised["Q_flow_heat_pump"] + realised["Q_flow_peak"] - realised["Q_flow_charge"]
    # what is left changes the content of pipes and boilers: some tens of kW
    assert float(np.abs(residual - realised["Q_flow_wanted"]).mean()) < 0.05e6
    compressors = realised["Q_flow_heat_pump"].sum() - realised["Q_flow_recovered"].sum()
    assert float(realised["P_heat_pump"].sum()) == pytest.approx(float(compressors), rel=0.05)
    assert hs.audit(done.dataset).worst.share < 1e-4


def test_hall_and_network_stay_within_their_limits(done):
    ds = done.dataset
    assert float(ds["hall.T_tcs_supply"].max()) < 273.15 + 37.0
    assert float(ds["hall.T_fws_supply"].min()) > 273.15 + 28.0
    assert float(ds["peak.T_out"].min()) > 273.15 + 72.0
    assert float(np.abs(ds["P_IT"] - ds["hall.P_IT_drawn"]).max()) < 1.0


def test_reasons_are_listed(done):
    found = interventions(done)
    assert list(found.columns) == ["begin_h", "length_h", "reason"]
    assert (found["length_h"] > 0.0).all()
    code = done.dataset["supervisor.intervention"].values
    assert set(np.unique(code)) <= {float(one) for one in Intervention}


def test_state_at_the_end_of_a_run(done, site):
    state = state_of(done.dataset, site.plant)
    assert state.t == 5 * HOUR
    assert state.state_of_charge == pytest.approx(float(done.dataset["storage.state_of_charge"][-1]), abs=1e-9)
    assert state.machines_on == {"heat_pump": 2}
    assert len(state.since["heat_pump"]) == 3
    assert 0.3 < state.load["heat_pump"] <= 1.0


def test_a_run_that_is_resumed_is_the_same_bit_by_bit(site, tmp_path):
    kept = tmp_path / "run.checkpoint"
    options = {"every": HOUR, "checkpoint_step": 0.5 * HOUR, "output_step": 600.0}
    policy = table(site)
    whole = run(site, policy, 2 * HOUR, checkpoint=tmp_path / "whole.checkpoint", **options)
    run(site, policy, 1.5 * HOUR, checkpoint=kept, **options)
    system = scheduled(site.system, table(site), site.data, site.plant, every=HOUR)
    series = {name: site.series[name] for name in system.inputs}
    rest = hs.resume(kept, system, series, stop=2 * HOUR)
    same = whole.dataset.sel(time=rest["time"])
    for name in ("storage.T", "heat_pump.capacity_actual", "planner.Q_flow_heat_pump", "supervisor.Q_flow_setpoint"):
        assert np.array_equal(rest[name].values, same[name].values), name
    assert list(whole.plans) == [0.0, HOUR, 2 * HOUR]


def test_a_run_does_not_start_from_the_middle_of_a_plan(site, done):
    with pytest.raises(UsageError, match="start_from is of a run that followed a plan"):
        run(site, table(site), 8 * HOUR, start=5 * HOUR, start_from=done.dataset)


def test_systems_and_times_that_do_not_fit(site):
    policy = table(site)
    with pytest.raises(UsageError, match="needs the sampled supervisor, not ContinuousSupervisor"):
        execute(reference_plant(supervisor="continuous"), policy, site.series, site.data, stop=HOUR)
    other = site.system.copy()
    del other.members["storage"]
    with pytest.raises(UsageError, match="needs the unit 'storage'"):
        plant_of(other)
    with pytest.raises(UsageError, match="lies inside an interval"):
        run(site, policy, 2 * HOUR, start=600.0)
    with pytest.raises(UsageError, match="the forecasts end at 24 h, before stop = 25 h"):
        run(site, policy, 25 * HOUR)
    with pytest.raises(UsageError, match="knows a tank of 500 m3, the system has one of 2000 m3"):
        scheduled(site.system, policy, site.data, site.plant.having(tank__volume=500.0))
    with pytest.raises(UsageError, match="knows no tank, the system has one of 2000 m3"):
        scheduled(site.system, policy, site.data, site.plant.having(tank=None))
    scheduled(without_tank(site.system), policy, site.data, site.plant.having(tank=None))
    again = scheduled(site.system, policy, site.data, site.plant)
    outputs = {f"{member.name}.{name}" for member in again.members.values() for name in member.names("outputs")}
    assert output_names(site.system) == outputs
    assert set(again.inputs) == set(site.system.inputs)
    with pytest.raises(UsageError, match="follows a plan already"):
        scheduled(again, policy, site.data, site.plant)


@pytest.mark.slow
def test_a_trip_is_survived_and_planned_around(site):
    series = site.series | {
        "heat_pump_available": profiles.heat_pump_availability(duration=24 * HOUR, trip=(2 * HOUR, HOUR))
    }
    policy = Table(site.plant, [6.0] * 24, [2] * 24)
    done = run(site, policy, 5 * HOUR, series=series, every=HOUR)
    code = done.dataset["supervisor.intervention"].values
    hours = done.dataset["time"].values / HOUR
    assert np.all(code[(hours >= 2.01) & (hours < 2.99)] == Intervention.TRIP)
    assert float(done.realised["machines_on"][4]) == pytest.approx(2.0, abs=0.1)
    assert float(done.dataset["hall.T_tcs_supply"].max()) < 273.15 + 39.0
    assert done.plans[3 * HOUR]["state_of_charge"].values[0] < done.plans[0.0]["state_of_charge"].values[3]


@pytest.mark.slow
def test_heat_pumps_save_the_network_from_a_plan_that_starves_it(site):
    system = site.system.copy()
    system.set("peak.Q_flow_nominal", 1.5e6)
    system.set("storage.state_of_charge_start", 0.1)
    policy = Table(site.plant, [0.0] * 24, [0] * 24)
    done = run(site, policy, 8 * HOUR, system=system, start_from=None)
    assert Intervention.NETWORK in done.dataset["supervisor.intervention"].values
    assert "network too cold" in " ".join(interventions(done)["reason"])
    called = done.dataset["supervisor.intervention"].values == Intervention.NETWORK
    supply = done.dataset["peak.T_out"].values
    first = int(np.argmax(called))
    assert supply[first : first + 2].min() < 273.15 + 71.0
    assert supply[first + 9 : first + 15].min() > 273.15 + 73.0


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["odense", "mantsala"])
def test_published_plants_follow_plans(preset, site):
    system = reference_plant(preset=preset)
    plant = plant_of(system)
    rated = system.members["hall"].parameter_value("P_IT_nominal")
    peak = system.members["grid"].parameter_value("Q_flow_nominal")
    series = dict(site.series)
    for name, factor in (("P_IT", rated / 10e6), ("Q_flow_demand", peak / 14e6)):
        series[name] = (series[name] * factor).assign_attrs(site.series[name].attrs)
    data = forecasts(series, stop=24 * HOUR)
    full = float(plant.hall.heat(series["P_IT"].values.min())) * 1.2 / 1e6
    number = int(0.9 * full * 1e6 / plant.heat_pumps[0].heat) + 1
    heat = np.array([1.0, 1.0, 0.5, 0.5, 1.0, 1.0])
    policy = Table(plant, np.resize(0.8 * full * heat, 24), np.resize(np.full(6, number), 24))
    done = execute(system, policy, series, data, stop=6 * HOUR, plant=plant)
    assert float(done.realised["Q_flow_heat_pump"].sum()) == pytest.approx(
        float(done.planned["Q_flow_heat_pump"].sum()), rel=0.03
    )
    assert np.abs(done.realised["state_of_charge"].values - done.planned["state_of_charge"].values).max() < 0.02
    assert hs.audit(done.dataset).worst.share < 1e-4
