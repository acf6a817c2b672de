"""Built-in studies in a sweep: every kind of name reaches the plant, to the bit, whatever ran in the process before."""

from __future__ import annotations

import dataclasses
import random
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import heatsim as hs
from heatsim import analysis, profiles
from heatsim.errors import UsageError
from heatsim.reference import PRESETS, reference_plant
from heatsim.study.annual_options import Annual
from heatsim.study.changed_series import SeriesChange
from heatsim.study.load_swing import LoadSwing
from heatsim.study.loop_hunting import LoopHunting
from heatsim.study.storage_dispatch import StorageDispatch
from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.studies.options import NO_OPTIONS, OPTIONS
from heatsim.sweeps.studies.plant_names import values_of
from heatsim.sweeps.studies.plant_studies import ADAPTERS
from heatsim.sweeps.studies.series_names import of_plant
from heatsim.sweeps.studies.study import find_study

STOP = 900.0
RECORDS = {
    "load_swing": LoadSwing,
    "annual": Annual,
    "storage_dispatch": StorageDispatch,
    "loop_hunting": LoopHunting,
}


@pytest.mark.parametrize("name", RECORDS)
def test_every_option_of_a_study_can_be_swept(name: str) -> None:
    fields = {field.name for field in dataclasses.fields(RECORDS[name])}  # type: ignore[arg-type]
    assert set(OPTIONS[name]) == fields - set(NO_OPTIONS)


def options(study: str = "load_swing", **values: Any) -> Any:
    """Return the study's record for values; dots are written as two underscores, colons as three."""
    named = {name.replace("___", ":").replace("__", "."): value for name, value in values.items()}
    case = SweepCase(study, named)
    found = find_study(study)
    found.check(case)
    return found.options(case)  # type: ignore[attr-defined]


def test_names_become_the_record_that_a_run_by_hand_has() -> None:
    assert options() == LoadSwing()
    assert options(storage_volume=700.0, seed=3.0, trip="14h/30min") == LoadSwing(
        storage_volume=700.0, seed=3, trip=(50400.0, 1800.0)
    )
    assert options(storage__V="500m3").settings == {"storage.V": 500.0}
    assert options(storage__V___factor=0.5, storage__V___offset=-100.0).settings == {"storage.V": 900.0}
    assert options(storage__V___factor=0.5, storage__V=600.0).settings == {"storage.V": 300.0}
    assert options(storage__V___factor=0.5, preset="odense").settings == {"storage.V": 2100.0}
    assert options(storage__V___factor=0.5, storage_volume=600.0).settings == {"storage.V": 300.0}
    assert options(heat_capacity___factor=0.5, it_capacity=5e6).heat_capacity == 3e6
    assert options(it_capacity___factor=0.5, heat_capacity___factor=0.5).heat_capacity == 3e6
    assert options(demand_peak___factor=0.5).demand_peak == 7e6
    assert options(P_IT=6e6, P_IT___factor=0.5).changes == {"P_IT": SeriesChange(factor=0.5, constant=6e6)}
    assert options(T_outdoor___offset=2.0).changes == {"T_outdoor": SeriesChange(offset=2.0)}
    tank = options(storage__tank__T___offset=1.0).settings
    assert len(tank) == 30
    assert options("annual", policy="follow_demand", storage_volume=700.0, stop=7200.0).policy == "follow_demand"
    assert options("annual", period="10min", stop=7200.0).period == 600.0
    assert options("storage_dispatch", policies="no_tank+follow_demand").policies == ("no_tank", "follow_demand")
    assert options("storage_dispatch", co2_price="25EUR/t").co2_price == 0.025
    assert options("loop_hunting", gains="1+2", scenario="low_load").gains == (1.0, 2.0)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"storage_volum": 1.0}, r"no 'storage_volum' \(did you mean 'storage_volume'\?\)"),
        ({"storge.V": 1.0}, r"no unit 'storge'.*did you mean 'storage'"),
        ({"storage.W": 1.0}, r"storage: no parameter, state or input 'W'"),
        ({"storage.W:factor": 1.0}, r"storage: no parameter, state or input 'W'"),
        ({"storage.V:times": 1.0}, r"'times' is unknown; write storage.V:factor or storage.V:offset"),
        ({"storage.V": "5kg"}, r"storage.V: '5kg' cannot be expressed in 'm3'"),
        ({"storage.V": -5.0}, r"storage.V: -5 m3 lies below its minimum"),
        ({"storage.T_hot_ref": 80.0}, r"storage.T_hot_ref: 80 K is -193.15 °C; numbers are SI, so write 80degC"),
        ({"network_supply.setpoint": 80}, r"network_supply.setpoint: 80 K is -193.15 °C"),
        ({"T_outdoor": -5.0}, r"T_outdoor: -5 K is -278.15 °C; numbers are SI, so write -5degC"),
        ({"storage.V": True}, r"storage.V: takes a number, not True"),
        ({"storage.V": float("inf")}, r"storage.V: must be a finite number"),
        ({"storage.V:factor": "two"}, r"storage.V:factor: 'two' does not start with a number"),
        ({"hall.T_air": 300.0}, r"hall.T_air: is an output and cannot be set"),
        ({"sink_flow.setpoint": 90.0}, r"is driven by supervisor.m_flow_sink_setpoint and cannot be set"),
        ({"grid.Q_flow_demand": 1.0}, r"is driven by Q_flow_demand and cannot be set"),
        ({"hall.T_air_start": 300.0}, r"no equation of 'hall' depends on it, and the run starts from the steady state"),
        ({"tcs_temperature.measured": 300.0}, r"start value of a state that settles before the run"),
        ({"tcs_pressure.feedforward:factor": 2.0}, r"feedforward:factor has no effect, since .* is 0"),
        ({"storage.V": 700.0, "storage_volume": 500.0}, r"storage_volume and storage.V give the same size"),
        ({"supervisor.T_fws_setpoint:factor": 1.1}, r"T_fws_setpoint:factor multiplies a temperature in K"),
        ({"T_outdoor:factor": 1.1}, r"T_outdoor:factor multiplies a temperature in K; sweep T_outdoor:offset"),
        ({"Q_flow_demand:offset": -15e6}, r"Q_flow_demand: its change makes it -.* W, and it cannot be less than 0 W"),
        ({"P_IT": 6e6, "seed": 2}, r"seed has no effect while P_IT is constant"),
        ({"Q_flow_demand": 6e6, "demand_peak": 2e7}, r"demand_peak has no effect while Q_flow_demand is constant"),
        ({"seed": 1.5}, r"seed: takes whole numbers, not 1.5"),
        ({"seed:factor": 2.0}, r"seed is no quantity; sweep its values themselves"),
        ({"step:factor": 2.0}, r"step: has no value that could be changed"),
        ({"price:factor": 2.0}, r"price is no quantity; sweep price_electricity:factor"),
        ({"gas_price:factor": 2.0}, r"gas_price: has no value .* or change the series, price_gas"),
        (
            {"heat_pump_capacity.setpoint": 343.15},
            r"heat_pump_capacity.setpoint: capacity_feedforward.T_setpoint and supervisor.T_sink_setpoint stand for "
            r"the same temperature .*; sweep T_sink_setpoint, which sets all of them, or give them too",
        ),
        ({"supervisor.T_sink_setpoint:offset": -2.0}, r"heat_pump_capacity.setpoint and .* stand for the same"),
        ({"network_supply.setpoint": 343.15}, r"peak_feedforward.T_setpoint stands for .*; sweep T_network_setpoint"),
        ({"T_sink_setpoint": 70.0}, r"T_sink_setpoint: 70 K is -203.15 °C; numbers are SI, so write 70degC"),
        ({"T_sink_setpoint:factor": 1.1}, r"T_sink_setpoint:factor multiplies a temperature in K"),
        (
            {"T_sink_setpoint": 343.15, "storage.T_top_start:offset": -2.0},
            r"T_sink_setpoint sets storage.T_top_start as well, and storage.T_top_start:offset is given",
        ),
        ({"preset": "odens"}, r"unknown preset 'odens' \(did you mean 'odense'\?\)"),
        ({"method": "jakobi"}, r"method 'jakobi' is unknown \(did you mean 'jacobi'\?\)"),
        ({"start": "2020-13-01"}, r"start '2020-13-01' is not an ISO time"),
        ({"demand": "nowhere.csv"}, r"nowhere.csv: no such file"),
        ({"heat_capacity": 12.0}, r"heat_capacity 12 W lies outside of"),
        ({"it_capacity": "10m3"}, r"it_capacity: '10m3' cannot be expressed in 'W'"),
        ({"trip": "noon"}, r"trip: 'noon'; write TIME/DURATION"),
        ({"settings": 1.0}, r"load_swing has no 'settings'"),
        ({"jobs": 2}, r"load_swing has no 'jobs'"),
    ],
)
def test_what_cannot_be_swept_is_refused_before_anything_runs(values: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        find_study("load_swing").check(SweepCase("load_swing", values))


@pytest.mark.parametrize(
    ("study", "values", "message"),
    [
        ("annual", {"policy": "no_tanks"}, r"there is no policy 'no_tanks' \(did you mean 'no_tank'\?\)"),
        ("storage_dispatch", {"policies": "no_tanks"}, r"there is no policy 'no_tanks'"),
        ("storage_dispatch", {"stop": 1000.0}, r"stop is 0.277778 h; plans have intervals of one hour"),
        ("loop_hunting", {"scenario": "low_loads"}, r"there is no 'low_loads' \(did you mean 'low_load'\?\)"),
        ("annual", {"stop": 172800.0, "replan": 3600.0}, r"replan has no effect without plans"),
        (
            "loop_hunting",
            {"scenario": "oversized_valve", "hall.authority:factor": 1.1},
            r"oversized_valve \(0.1 and 0.5\)",
        ),
        ("loop_hunting", {"P_IT": 1.0}, r"loop_hunting has no 'P_IT'"),
        ("loop_hunting", {"gains": "1+1"}, r"gains: '1\+1'; write positive numbers"),
    ],
)
def test_other_studies_refuse_likewise(study: str, values: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        find_study(study).check(SweepCase(study, values))


def test_units_and_descriptions() -> None:
    study = find_study("load_swing")
    assert study.describe("storage.V") == ("m3", "Volume of the tank")
    assert study.describe("storage.V:factor") == ("1", "Volume of the tank, factor")
    assert study.describe("T_outdoor:offset") == ("K", "Outdoor air temperature, offset")
    assert study.describe("heat_capacity") == ("W", "Nominal heat of all heat pumps")
    assert study.describe("heat_pump_capacity.k")[0] == "1/K"
    assert study.describe("preset") == (None, "Plant")
    assert study.describe("storage.W") == (None, None)


def test_input_files_count_by_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    study = find_study("load_swing")
    (tmp_path / "prices.csv").write_text("time,price_eur_mwh\n0,1\n")
    assert study.files("price", "prices.csv:price_eur_mwh") == (tmp_path / "prices.csv",)
    assert study.files("gas_price", "Gas.CSV") == (tmp_path / "Gas.CSV",)
    assert study.files("preset", "odense") == ()
    assert study.options(SweepCase("load_swing", {"price": "prices.csv:a"})).price == f"{tmp_path}/prices.csv:a"  # type: ignore[attr-defined]


def test_known_files_of_a_data_folder_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "weather_dresden_tmy.csv"
    file.write_text("time,T_C\n")
    monkeypatch.setenv("HEATSIM_DATA", str(tmp_path))
    before = find_study("annual").fingerprint()
    file.write_text("time,T_K\n")
    after = find_study("annual").fingerprint()
    assert [name for name in before if before[name] != after[name]] == [f"data {file}"]
    assert dict(find_study("load_swing").fingerprint()) == {k: v for k, v in after.items() if "data" not in k}


Direct = Callable[[], tuple[xr.Dataset, analysis.KpiTable]]


def direct(
    plant: Mapping[str, Any] | None = None,
    settings: Mapping[str, float] | None = None,
    inputs: Callable[[dict[str, Any]], dict[str, Any]] = dict,
    series: Mapping[str, Any] | None = None,
    run: Mapping[str, Any] | None = None,
) -> tuple[xr.Dataset, analysis.KpiTable]:
    """Run a plant by hand, with nothing of sweeps."""
    plant = dict(plant or {})
    system = reference_plant(**plant)
    for path, value in (settings or {}).items():
        system.set(path, value)
    preset = PRESETS[plant.get("preset", "reference")]
    scale = plant.get("it_capacity", preset.it_capacity.value) / preset.it_capacity.value
    wanted = {
        "start": "2020-01-15",
        "duration": STOP,
        "it_capacity": preset.it_capacity.value * scale,
        "demand_peak": preset.network_peak.value * scale,
    }
    made = profiles.dataset(**{**wanted, **(series or {})})
    made["heat_pump_available"] = profiles.heat_pump_availability(duration=STOP)
    made = inputs(made)
    given = {name: made[name] for name in system.inputs}
    ds = hs.simulate(system, given, stop=STOP, start_from=hs.trim(system, at=given), **(run or {}))
    ds = profiles.attach(ds, made)
    ds.attrs |= preset.limits()
    return ds, analysis.kpis(ds)


def linear(name: str, factor: float = 1.0, offset: float = 0.0) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda made: {**made, name: made[name].copy(data=factor * made[name].values + offset)}


def constant(name: str, value: float) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda made: {**made, name: value}


CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "none": ({}, {}),
    "parameter": ({"storage.V": 700.0}, {"settings": {"storage.V": 700.0}}),
    "factor": ({"storage.V:factor": 0.37}, {"settings": {"storage.V": 740.0}}),
    "tank": ({"storage_volume": 700.0}, {"plant": {"storage_volume": 700.0}}),
    "heat pumps": ({"heat_capacity:factor": 0.75}, {"plant": {"heat_capacity": 9e6}}),
    "capacity": ({"it_capacity": 8e6}, {"plant": {"it_capacity": 8e6}}),
    "gain": ({"heat_pump_capacity.k:factor": 0.5}, {"settings": {"heat_pump_capacity.k": 0.025}}),
    "set point": ({"hall_air.setpoint:offset": -1.0}, {"settings": {"hall_air.setpoint": 297.15}}),
    "supervisor": (
        {"supervisor.T_fws_setpoint:offset": 1.0},
        {"settings": {"supervisor.T_fws_setpoint": 304.15}},
    ),
    # as in the sizing of the plant, water in the tank is a kelvin colder than where it was heated
    "set point of several": (
        {"T_sink_setpoint:offset": -6.0, "T_network_setpoint": 343.15},
        {
            "settings": {
                "heat_pump_capacity.setpoint": 343.15,
                "capacity_feedforward.T_setpoint": 343.15,
                "supervisor.T_sink_setpoint": 343.15,
                "storage.T_hot_ref": 342.15,
                "storage.T_top_start": 342.15,
                "network_supply.setpoint": 343.15,
                "peak_feedforward.T_setpoint": 343.15,
            }
        },
    ),
    "start": ({"storage.tank.T[1]": 340.0}, {"settings": {"storage.tank.T[1]": 340.0}}),
    "start of all": ({"storage.T_top_start": 340.0}, {"settings": {"storage.T_top_start": 340.0}}),
    "series times": ({"P_IT:factor": 0.9}, {"inputs": linear("P_IT", 0.9)}),
    "series plus": ({"T_outdoor:offset": 10.0}, {"inputs": linear("T_outdoor", offset=10.0)}),
    "series constant": ({"P_IT": 6e6}, {"inputs": constant("P_IT", 6e6)}),
    "price": ({"price_electricity:factor": 2.0}, {"inputs": linear("price_electricity", 2.0)}),
    "peak": ({"demand_peak": 10e6}, {"series": {"demand_peak": 10e6}}),
    "seed": ({"seed": 3}, {"series": {"seed": 3}}),
    "method": ({"method": "jacobi", "step": 20.0}, {"run": {"method": "jacobi", "step": 20.0}}),
    "preset": ({"preset": "campus"}, {"plant": {"preset": "campus"}}),
    "size of a preset": (
        {"preset": "odense", "storage.V:factor": 0.5, "heat_capacity": 27e6},
        {"plant": {"preset": "odense", "heat_capacity": 27e6}, "settings": {"storage.V": 2100.0}},
    ),
}


def swept(name: str) -> xr.Dataset:
    study = find_study("load_swing")
    case = SweepCase("load_swing", CASES[name][0], {"stop": STOP}, series=True)
    study.check(case)
    found = study.run(case)
    assert isinstance(found, xr.Dataset)
    return found


def same(one: np.ndarray, other: np.ndarray) -> bool:
    return np.array_equal(one, other, equal_nan=True)


def differing(found: xr.Dataset, ds: xr.Dataset, kpis: analysis.KpiTable) -> list[str]:
    """Names of series and figures that are not the same to the last bit."""
    series = [str(name) for name in ds.data_vars if "time" in ds[name].dims]
    names = {str(name) for name in found.data_vars}
    apart = [*{*series, *(kpi.name for kpi in kpis)} - names]  # of a plant with more machines
    apart += [name for name in series if name in names and not same(found[name].values, ds[name].values)]
    for kpi in kpis:
        value = np.nan if kpi.value is None else kpi.value
        if kpi.name in names and not same(found[kpi.name].values, np.asarray(value)):
            apart.append(kpi.name)
        elif not apart:
            assert found[kpi.name].attrs == {"units": kpi.unit, "long_name": kpi.description}
    return apart


def test_values_reach_the_plant_and_leave_nothing_behind() -> None:
    """A case after another one, against a run by hand, to the last bit."""
    every = {"storage.V:factor": 0.37, "heat_pump_capacity.k:factor": 0.5, "P_IT:factor": 0.9, "heat_capacity": 9e6}
    CASES["all"] = (
        every,
        {
            "plant": {"heat_capacity": 9e6},
            "settings": {"storage.V": 740.0, "heat_pump_capacity.k": 0.025},
            "inputs": linear("P_IT", 0.9),
        },
    )
    ds, kpis = direct(**CASES["all"][1])
    assert differing(swept("none"), ds, kpis)
    assert not differing(swept("all"), ds, kpis)
    series = {str(name) for name in ds.data_vars if "time" in ds[name].dims}
    assert of_plant(reference_plant()) | {"price_electricity", "price_gas"} == series


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_every_kind_of_name_in_any_order_gives_the_bits_of_a_run_by_hand(seed: int) -> None:
    names = [*CASES, "none", "tank"]
    random.Random(seed).shuffle(names)
    by_hand: dict[str, tuple[xr.Dataset, analysis.KpiTable]] = {}
    for name in names:
        found = swept(name)
        if name not in by_hand:
            by_hand[name] = direct(**CASES[name][1])
        assert not differing(found, *by_hand[name]), name
    usual = swept("none")
    for name in CASES:
        assert bool(differing(usual, *by_hand[name])) == (name != "none"), name


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gain", "size of a preset", "series times"])
def test_a_process_of_its_own_gives_the_same_bits(name: str, tmp_path: Path) -> None:
    code = (
        "import sys; from heatsim.sweeps.studies.study import find_study; from heatsim.sweeps.case import SweepCase; "
        "case = SweepCase('load_swing', eval(sys.argv[1]), {'stop': float(sys.argv[2])}, series=True); "
        "ds = find_study('load_swing').run(case); ds.attrs.clear(); ds.to_netcdf(sys.argv[3], engine='netcdf4')"
    )
    file = tmp_path / "alone.nc"
    subprocess.run([sys.executable, "-c", code, repr(CASES[name][0]), str(STOP), str(file)], check=True)
    for before in ("tank", "none"):
        swept(before)
    found = swept(name)
    with xr.open_dataset(file, decode_times=False) as alone:
        for variable in found.data_vars:
            assert np.array_equal(found[variable].values, alone[variable].values, equal_nan=True), variable


def figures(study: str, **values: Any) -> dict[str, Any]:
    """Return the figures of a case of a study."""
    named = {name.replace("___", ":").replace("__", "."): value for name, value in values.items()}
    found = find_study(study).run(SweepCase(study, named))
    assert isinstance(found, xr.Dataset)
    return {str(name): one.values.item() for name, one in found.data_vars.items() if one.ndim == 0}


@pytest.mark.slow
def test_values_reach_a_year() -> None:
    short = {"stop": 6 * 3600.0, "Q_flow_demand": 5e6}  # a demand that does not rise is met at once
    usual = figures("annual", **short)
    tank = figures("annual", **short, storage_volume=700.0)
    assert tank == figures("annual", **short, storage__V___factor=0.35)
    assert tank["storage_cycles"] != usual["storage_cycles"]
    dear = figures("annual", **short, price_electricity___factor=2.0)
    assert dear["cost_electricity"] == pytest.approx(2.0 * usual["cost_electricity"], rel=1e-12)
    assert dear["heat_demand"] == usual["heat_demand"]


@pytest.mark.slow
def test_values_reach_the_dispatch_of_a_week() -> None:
    short = {"stop": 3 * 3600.0, "calibrations": 0, "policies": "no_tank+follow_demand"}
    usual = figures("storage_dispatch", **short)
    tank = figures("storage_dispatch", **short, storage_volume=700.0)
    assert tank == figures("storage_dispatch", **short, storage__V=700.0)
    assert tank["cost_compared:follow_demand"] != usual["cost_compared:follow_demand"]
    dear = figures("storage_dispatch", **short, price_electricity___factor=2.0)
    for name in ("cost_electricity:no_tank", "cost_electricity_planned:no_tank"):
        assert dear[name] == pytest.approx(2.0 * usual[name], rel=1e-9)


@pytest.mark.parametrize(
    ("study", "values", "known", "unknown"),
    [
        ("load_swing", {}, ("storage.*", "price_gas", "P_IT", "*.opening"), "storge.T"),
        ("load_swing", {}, ("storage.T",), "storage.T[3]"),
        ("annual", {"stop": 172800.0}, ("heat_pump.COP",), "planner.plans"),
        ("storage_dispatch", {}, ("Q_flow_heat_pump", "state_of_charge", "price_*"), "Q_flow_heatpump"),
        ("storage_dispatch", {}, ("co2_electricity",), "T_source"),
        ("loop_hunting", {"scenario": "low_load"}, ("sink_flow.y",), "price_gas"),
        ("HeatReuse.Plants.ThermalStorage", {}, ("T", "T_a*"), "state_of_charge_"),
    ],
)
def test_series_that_a_study_does_not_give_are_refused_before_anything_runs(
    study: str, values: dict[str, Any], known: tuple[str, ...], unknown: str
) -> None:
    found = find_study(study)
    found.check(SweepCase(study, values, series=known))
    with pytest.raises(UsageError, match=f"nothing of {study} matches '{re.escape(unknown)}'"):
        found.check(SweepCase(study, values, series=(*known, unknown)))


def test_a_factor_on_a_difference_of_temperatures_or_on_both_plants_is_taken() -> None:
    find_study("load_swing").check(SweepCase("load_swing", {"heat_pump.dT_sink_nominal:factor": 1.1}))
    hunting = find_study("loop_hunting")
    options = hunting.options(SweepCase("loop_hunting", {"scenario": "oversized_valve", "hall_air.k:factor": 2.0}))
    assert options.settings == {"hall_air.k": -0.1}


def test_series_that_one_policy_gives_may_be_asked_for() -> None:
    study = find_study("annual")
    for policy in ("supervisor", "follow_demand"):
        study.check(SweepCase("annual", {"policy": policy}, {"stop": 172800.0}, ("planner.plans",)))
        with pytest.raises(UsageError, match=r"matches 'planner.plan' \(did you mean 'planner.plans'"):
            study.check(SweepCase("annual", {"policy": policy}, {"stop": 172800.0}, ("planner.plan",)))
    planned = {"stop": 172800.0, "policy": "time_of_day"}
    study.check(SweepCase("annual", {}, planned, ("planner.*", "supervisor.charge_planned")))
    with pytest.raises(UsageError, match="nothing of annual matches 'planer"):
        study.check(SweepCase("annual", {}, planned, ("planner.*", "planer.*")))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("study", "settings"),
    [
        ("annual", {"policy": "follow_demand", "stop": 6 * 3600.0, "Q_flow_demand": 5e6}),
        ("storage_dispatch", {"policies": "no_tank+follow_demand", "stop": 3 * 3600.0, "calibrations": 0}),
    ],
)
def test_series_that_are_known_before_are_those_that_the_run_gives(study: str, settings: dict[str, Any]) -> None:
    found = find_study(study)
    ds = found.run(SweepCase(study, {}, settings, series=True))
    assert isinstance(ds, xr.Dataset)
    given = {str(name) for name, one in ds.data_vars.items() if {"time", "time_edge"} & set(one.dims)}
    adapter = ADAPTERS[study]
    record = found.options(SweepCase(study, {}, settings))
    assert adapter.results(record, adapter.plant(record)) == given


@pytest.mark.parametrize("preset", ["reference", "odense"])
def test_a_set_point_that_several_units_hold_leaves_a_plant_as_it_is_at_its_own_value(preset: str) -> None:
    plant = reference_plant(preset=preset)
    own = {
        "T_sink_setpoint": values_of(plant, "heat_pump_capacity.setpoint")["heat_pump_capacity.setpoint"],
        "T_network_setpoint": values_of(plant, "network_supply.setpoint")["network_supply.setpoint"],
    }
    record = find_study("load_swing").options(SweepCase("load_swing", own, {"preset": preset}))
    assert len(record.settings) == 7
    for path, value in record.settings.items():
        assert value == pytest.approx(values_of(plant, path)[path], abs=1e-9), path
