"""Margins of loops of systems against linear models with the loop open, eigenvalues, and simulation."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import control
import numpy as np
import pytest
import xarray as xr
from small_systems import controlled
from small_units import SampledPI, Tank

import heatsim as hs
from heatsim.analysis.margins import critical_gain
from heatsim.analysis.margins.model import loop_model
from heatsim.analysis.margins.modes import Modes
from heatsim.control import PI, PID, FirstOrder, SampledPID, TransportDelay
from heatsim.errors import UsageError
from heatsim.solvers.transfer import transfer
from heatsim.system import Port, System

sys.path.insert(0, str(Path(__file__).parent))
from rig import AMIGO, RULES, SIMC, L, T, rig

PLANT = {"P_IT": 8e6, "T_outdoor": 278.15, "T_ground": 281.15, "Q_flow_demand": 8e6, "heat_pump_available": 1.0}


def _tank(k: float = 500.0) -> System:
    system = System("loop").add("tank", Tank())
    limits = {"setpoint": 320.0, "feedforward": 0.0, "y_min": -1e6, "y_max": 1e6}
    controller = PI(k=k, Ti=400.0, T_sensor=20.0, unit="K", command_unit="W", measured_start=300.0)
    system.add("pi", controller, inputs=limits)
    system.add_input("T_ambient", "K").connect("T_ambient", "tank.T_ambient")
    return system.connect("tank.T", "pi.measurement").connect("pi.y", "tank.Q_flow")


class Crossed:
    """Two lags whose commands both move both: T y1' = u1 + c u2 - y1, T y2' = c u1 + u2 - y2."""

    inputs = (Port("u1", "1"), Port("u2", "1"))
    outputs = (Port("y1", "1"), Port("y2", "1"))
    states = (Port("y1", "1"), Port("y2", "1"))
    parameters = (Port("T", "s", start=60.0), Port("c", "1", start=0.4))

    def equations(
        self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        first = (u["u1"] + p["c"] * u["u2"] - x["y1"]) / p["T"]
        second = (p["c"] * u["u1"] + u["u2"] - x["y2"]) / p["T"]
        return {"y1": first, "y2": second}, {"y1": x["y1"], "y2": x["y2"]}


def _crossed(c: float = 0.4, periods: tuple[float, float] = (0.0, 0.0), k: float = 3.0) -> System:
    system = System("crossed").add("process", Crossed(), parameters={"c": c})
    wide = {"y_min": -100.0, "y_max": 100.0, "setpoint": 0.5}
    for i, period in enumerate(periods, start=1):
        settings = {"k": k / i, "Ti": 40.0, "T_filter": 10.0}
        unit = SampledPID(**settings, period=period) if period else PID(**settings)
        system.add(f"c{i}", unit, inputs=wide).connect(f"process.y{i}", f"c{i}.measurement")
        system.connect(f"c{i}.y", f"process.u{i}")
    return system


def test_continuous_loop_has_the_margins_of_its_transfer_function() -> None:
    system = _tank()
    found = hs.loop_margins(system, {"T_ambient": 290.0})["pi"]
    s = control.tf("s")
    loop = 500.0 * (1 + 1 / (400.0 * s)) / (1 + 20.0 * s) / (1e5 * s + 100.0)
    gain, phase, distance, _, w_phase, _ = control.stability_margins(loop)
    assert (found.gain_margin, gain) == (np.inf, np.inf)
    assert (found.phase_margin, found.w_crossover) == pytest.approx((phase, w_phase), rel=1e-6)
    assert found.delay_margin == pytest.approx(np.radians(phase) / w_phase, rel=1e-6)
    assert found.Ms == pytest.approx(1 / distance, rel=1e-3)
    poles = control.poles(control.feedback(loop, 1))
    assert found.stable
    assert np.abs(poles - found.eigenvalue).min() < 1e-9
    assert (found.owner, found.method, found.warning) == ("pi", "continuous", "")
    assert sum(found.units.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("periods", [(0.0, 0.0), (10.0, 10.0)])
def test_each_loop_is_opened_with_the_other_closed(periods: tuple[float, float]) -> None:
    system = _crossed(periods=periods)
    point = hs.trim(system)
    table = hs.loop_margins(system, point)
    for name in ("c1", "c2"):
        way = "discrete" if periods[0] else "held"
        lin = hs.linearize(system, point, inputs=[], outputs=[], open=f"{name}.y", sampled=way)
        omega = np.asarray(table[name].response.omega)
        at = np.exp(1j * omega * periods[0]) if periods[0] else 1j * omega
        expected = -np.ravel(lin(at))
        values = np.ravel(table[name].response.frdata)
        assert np.abs(values / expected - 1).max() < 1e-6
        assert omega[-1] <= np.pi / periods[0] if periods[0] else True


@pytest.mark.parametrize("periods", [(10.0, 10.0), (10.0, 4.0), (12.0, 0.0), (0.0, 12.0), (15.0, 5.0)])
def test_gain_margin_is_where_an_eigenvalue_leaves_also_with_several_sample_times(
    periods: tuple[float, float],
) -> None:
    system = _crossed(periods=periods)
    point = hs.trim(system)
    table, model = hs.loop_margins(system, point), loop_model(system, point)
    for name, period in zip(("c1", "c2"), periods, strict=True):
        margin = table[name].gain_margin
        assert margin > 1.0
        assert np.isfinite(margin) == bool(period)  # two lags without dead time have no limit
        factors = (0.995 * margin, 1.005 * margin) if period else (50.0,)
        unstable = [bool(Modes(model, {name: factor}).unstable().size) for factor in factors]
        assert unstable == [False, True][: len(factors)], (name, margin)


@pytest.mark.parametrize("first", ["pid", "delay"])
@pytest.mark.parametrize("at_command", [True, False])
def test_dead_time_and_hold_are_exact_whatever_the_order_of_ticks(first: str, at_command: bool) -> None:
    system = System("rig").add("process", FirstOrder(T=T))
    units = {"pid": SampledPID(**SIMC, T_filter=0.0, period=5.0), "delay": TransportDelay(L=L, period=5.0)}
    for name in (first, *(n for n in units if n != first)):
        system.add(name, units[name], inputs={"setpoint": 0.0, "y_min": -9.0, "y_max": 9.0} if name == "pid" else {})
    way = ["process.y", "pid.measurement", "pid.y", "delay.u", "delay.y", "process.u"]
    if not at_command:
        way = ["process.y", "delay.u", "delay.y", "pid.measurement", "pid.y", "process.u"]
    for source, target in zip(way[::2], way[1::2], strict=True):
        system.connect(source, target)
    point = hs.trim(system)
    found = hs.loop_margins(system, point)["pid"]
    # units that read each other directly tick in the order of their connections, not of their names
    omega = np.asarray(found.response.omega)
    z = np.exp(5j * omega)
    decay = np.exp(-5.0 / T)
    expected = 1.5 * (1 + 5.0 / 60.0 / (z - 1)) * (1 - decay) / (z - decay) * np.exp(-1j * omega * L)
    assert np.abs(np.ravel(found.response.frdata) / expected - 1).max() < 1e-5
    assert found.method == "sampled every 5 s, exact"


def test_continuous_controller_sees_half_a_tick_more_of_dead_time() -> None:
    table = hs.loop_margins(rig(SIMC), {"flow": 1.0, "load": 0.0})
    found = table["pid"]
    omega = np.asarray(found.response.omega)
    omega = omega[omega < 0.2]
    values = np.ravel(found.response.frdata)[: omega.size]
    expected = 1.5 / (60j * omega) * np.exp(-20.5j * omega)
    assert np.abs(values / expected - 1).max() < 5e-3
    assert found.gain_margin == pytest.approx(np.pi / 2 * 60 / 1.5 / 20.5, rel=5e-3)
    # a host of fast modes belongs to the pipe; the one that an engineer sees is slow
    assert 100.0 < found.period < 250.0


def _grows(system: System, flow: float) -> bool:
    ds = hs.simulate(system, {"flow": flow, "load": 0.1}, stop=2000.0, output_step=4.0)
    moved = ds["heater.y"].values
    middle, end = moved[200:350], moved[350:]
    return bool(np.ptp(end) > np.ptp(middle))


@pytest.mark.parametrize("rule", ["simc", "amigo"])
@pytest.mark.parametrize("period", [0.0, 6.0])
def test_load_at_which_hunting_begins_is_that_of_the_simulation(rule: str, period: float) -> None:
    system = rig(RULES[rule], period, tick=2.0)
    flows = {"simc": [0.52, 0.58, 0.66], "amigo": [0.36, 0.4, 0.46]}[rule]
    found = hs.margin_map(system, "pid", {"flow": flows}, {"load": 0.0})
    assert found["stable"].values.tolist()[::2] == [False, True]
    limit = float(hs.onset(found, "flow"))
    low, high = {"simc": (0.54, 0.62), "amigo": (0.37, 0.43)}[rule]
    assert low < limit < high
    assert _grows(system, 0.95 * limit)
    assert not _grows(system, 1.05 * limit)


def test_unstable_sampled_loop_has_a_steady_state_and_a_factor_that_calms_it() -> None:
    system = rig(SIMC, 5.0, tick=5.0)
    found = hs.loop_margins(system, {"flow": 0.45, "load": 0.2})["pid"]
    assert not found.stable
    assert 0.4 < found.gain_margin < 0.8
    assert found.damping < 0
    system.set("pid.k", 0.98 * found.gain_margin * SIMC["k"])
    assert hs.loop_margins(system, {"flow": 0.45, "load": 0.2})["pid"].stable


def test_map_over_gain_and_flow_has_the_boundary_in_every_row() -> None:
    system = rig(AMIGO, 5.0, tick=2.5)
    given = {"flow": [0.6, 0.9], "pid.Ti": [40.0, 52.0]}
    found = hs.margin_map(system, "pid", given, {"load": 0.0}, gains=[0.5, 1.0, 8.0])
    assert found["stable"].dims == ("flow", "pid.Ti", "gain")
    assert found["flow"].attrs["units"] == "kg/s"
    assert (found["status"] == "ok").all()
    critical = found["critical_gain"]
    assert float((critical.max("gain") / critical.min("gain")).max()) == pytest.approx(1.0, rel=1e-6)
    assert (found["stable"] == (found["gain"] < critical)).all()
    limits = hs.onset(found, "gain")
    assert limits.dims == ("flow", "pid.Ti")
    assert np.allclose(limits, critical.isel(gain=0), rtol=1e-6)
    one = critical_gain(system, "pid", {"flow": 0.9, "load": 0.0})
    assert one == pytest.approx(float(critical.sel({"flow": 0.9, "pid.Ti": 52.0}).isel(gain=0)), rel=1e-6)
    assert np.isnan(hs.onset(found, "flow").sel(gain=0.5)).all()
    assert system.members["pid"].parameter_values()["Ti"] == 52.0


def test_limit_is_found_across_points_without_figures() -> None:
    """The limit of a gain margin of x/3.2, of which the point beside the limit failed."""
    x = np.array([2.0, 4.0, 1.0, 3.0])  # in any order
    status = np.where(x == 3.0, "did not settle", "ok")
    margin = np.where(x == 3.0, np.nan, x / 3.2)
    stable = (margin > 1.0) & (status == "ok")
    figures = {"stable": stable, "gain_margin": margin, "damping": np.where(stable, 0.1, -0.1), "status": status}
    found = xr.Dataset({name: ("x", values) for name, values in figures.items()}, coords={"x": x})
    assert float(hs.onset(found, "x")) == pytest.approx(3.2)
    assert np.isnan(float(hs.onset(found.sel(x=[1.0, 2.0, 3.0]), "x")))


def test_rows_of_a_dataset_and_inputs_are_operating_points() -> None:
    system = _tank()
    point = hs.trim(system, {"T_ambient": 290.0})
    ds = hs.simulate(system, {"T_ambient": 290.0}, stop=60.0, start_from=point, variables=["states", "*"])
    margins = [hs.loop_margins(system, at)["pi"].phase_margin for at in ({"T_ambient": 290.0}, point, ds.isel(time=-1))]
    assert margins == pytest.approx([margins[0]] * 3, rel=1e-6)


def test_limit_on_the_way_of_a_loop_is_named_and_another_one_is_not() -> None:
    system = _crossed(c=0.0)
    system.set("c1.y_max", 0.5)
    # y1 = u1 = 0.5 is where the command stands at its limit
    table = hs.loop_margins(system, hs.trim(system))
    assert table["c1"].warning.startswith("the command stands at its upper limit")
    assert table["c2"].warning == ""


def test_loop_that_does_nothing_is_open_and_not_stable_in_words() -> None:
    system = _crossed(c=0.0)
    system.set("c1.y_max", 0.2)
    table = hs.loop_margins(system, hs.trim(system))
    assert (table["c1"].verdict, table["c1"].acts) == ("open", False)
    assert table["c2"].verdict == "stable"
    assert "open" in str(table)


def test_wrong_calls_name_the_mistake() -> None:
    system = _crossed()
    point = hs.trim(system)
    with pytest.raises(UsageError, match=r"no control loop 'c3'"):
        hs.loop_margins(system, point, "c3")
    with pytest.raises(UsageError, match=r"no margins of loop 'c2'"):
        hs.loop_margins(system, point, "c1")["c2"]
    with pytest.raises(UsageError, match=r"has no control loops"):
        hs.loop_margins(System("none").add("tank", Tank(), inputs={"Q_flow": 0.0, "T_ambient": 290.0}), {})
    with pytest.raises(UsageError, match=r"over=\{\} names nothing"):
        hs.margin_map(system, "c1", {})
    with pytest.raises(hs.HeatsimError, match=r"no parameter, state or input 'kk'"):
        hs.margin_map(system, "c1", {"c1.kk": [1.0]})
    with pytest.raises(UsageError, match=r"no dimension 'load'"):
        hs.onset(hs.margin_map(system, "c1", {"c1.k": [1.0]}), "load")


def test_unit_that_is_no_controller_closes_no_loop() -> None:
    system = controlled(SampledPI(10.0))
    with pytest.raises(UsageError, match="has no control loops"):
        hs.loop_margins(system, {"T_ambient": 290.0})


@pytest.fixture(scope="module")
def plant() -> tuple[System, Any]:
    system = hs.reference_plant(supervisor="continuous")
    return system, hs.trim(system, PLANT)


def test_critical_gain_of_the_reference_plant_is_that_of_the_simulation(plant: tuple[System, Any]) -> None:
    system, point = plant
    found = hs.loop_margins(system, point, "tcs_temperature")["tcs_temperature"]
    assert found.gain_margin == pytest.approx(13.46, rel=0.01)
    ratios = {}
    for factor in (0.95, 1.05):
        other = system.copy().set("tcs_temperature.k", -0.04 * found.gain_margin * factor)
        start = transfer(point, other)
        ds = hs.simulate(
            other,
            PLANT | {"P_IT": 8.02e6},
            stop=1600.0,
            output_step=4.0,
            start_from=start,
            rtol=1e-8,
            variables=["hall.T_tcs_supply"],
        )
        mode = hs.loop_margins(other, start, "tcs_temperature")["tcs_temperature"]
        assert mode.stable == (factor < 1)
        # amplitude at the frequency of the mode in two windows, 800 s apart
        time, y = ds["time"].values, ds["hall.T_tcs_supply"].values
        wave = np.exp(-1j * mode.eigenvalue.imag * time)
        windows = [(time >= begin) & (time < begin + 400.0) for begin in (100.0, 900.0)]
        sizes = [abs(np.sum(np.diff(y, 2, append=[0, 0])[w] * np.hanning(w.sum()) * wave[w])) for w in windows]
        ratios[factor] = sizes[1] / sizes[0]
        assert np.log(ratios[factor]) == pytest.approx(800.0 * mode.eigenvalue.real, abs=0.25)
    assert ratios[0.95] < 1.0 < ratios[1.05]


def test_table_of_the_reference_plant_says_what_it_can(plant: tuple[System, Any]) -> None:
    system, point = plant
    table = hs.loop_margins(system, point)
    assert set(table.rows) == set(system.loops)
    sink = table["sink_flow"]
    assert sink.stable
    assert sink.gain_reduction == pytest.approx(0.11, abs=0.01)
    model = loop_model(system, point, ["sink_flow"])
    assert Modes(model, {"sink_flow": 0.97 * sink.gain_reduction}).unstable(0).size
    assert not Modes(model, {"sink_flow": 1.03 * sink.gain_reduction}).unstable(0).size
    inside = table["consumer_3"]
    assert "inside an FMU" in inside.warning
    assert np.isnan(inside.gain_margin)
    assert inside.stable
    assert 0 < inside.damping < 1
    assert table["network_supply"].verdict == "open"
    assert "heat_pump.capacity" in table["heat_pump_capacity"].warning
    assert "grid" not in table["tcs_temperature"].warning
    assert len(table.to_pandas()) == len(system.loops)
    assert '"gain_margin": "inf"' in table.to_json()
    assert all(len(line) < 240 for line in str(table).splitlines())


def test_sampled_supervisor_hardly_changes_the_fast_loops(plant: tuple[System, Any]) -> None:
    continuous = hs.loop_margins(*plant, "tcs_temperature")["tcs_temperature"]
    system = hs.reference_plant(supervisor="sampled")
    sampled = hs.loop_margins(system, hs.trim(system, PLANT), ["tcs_temperature", "supervisor/flow"])
    row = sampled["tcs_temperature"]
    assert row.gain_margin == pytest.approx(continuous.gain_margin, rel=0.01)
    assert row.damping == pytest.approx(continuous.damping, abs=0.1)
    assert row.period == pytest.approx(continuous.period, rel=0.1)
    assert sampled["supervisor/flow"].method == "sampled every 60 s, exact"


@pytest.mark.slow
def test_peak_plant_that_controls_the_temperature_at_a_far_consumer_has_the_predicted_critical_gain() -> None:
    # the dead time is that of the pipes of the Modelica library, the time constants those of the network
    system = hs.reference_plant(supervisor="continuous")
    system.disconnect("network_supply.measurement").connect("grid.T_consumer[1]", "network_supply.measurement")
    system.set("network_supply.setpoint", 353.15).set("network_supply.k", 0.001)
    inputs = PLANT | {"Q_flow_demand": 12e6}
    point = hs.trim(system, inputs)
    critical = hs.loop_margins(system, point, "network_supply")["network_supply"].gain_margin
    assert 2.0 < critical < 3.5
    for factor in (0.85, 1.2):
        other = system.copy().set("network_supply.k", 0.001 * critical * factor)
        start = transfer(point, other)
        mode = hs.loop_margins(other, start, "network_supply")["network_supply"]
        assert (mode.stable, mode.owner) == (factor < 1, "network_supply")
        disturbed = inputs | {"T_ground": 281.25, "Q_flow_demand": 12.02e6}
        names = ["network_supply.y"]
        ds = hs.simulate(other, disturbed, stop=60000.0, output_step=60.0, start_from=start, variables=names)
        y = ds["network_supply.y"].values
        sizes = [np.ptp(y[k * 200 : (k + 1) * 200]) for k in (1, 4)]
        rate = np.log(sizes[1] / sizes[0]) / (3 * 200 * 60.0)
        assert (rate < 0) == (factor < 1)
        assert rate == pytest.approx(mode.eigenvalue.real, rel=0.35)
