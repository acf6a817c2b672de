"""Loops are found by what is connected; units are replaced, put in between and taken out of loops."""

from __future__ import annotations

import numpy as np
import pytest
from control_rigs import loop, steps

import heatsim as hs
from heatsim.control import PI, FirstOrder, Lag, SampledPID
from heatsim.system.loops import find_loop, loops_from_json


def rig() -> hs.System:
    return loop(PI(k=2.0, Ti=50.0, T_sensor=5.0))


def test_a_controller_makes_a_loop_with_its_signals_and_limits() -> None:
    found = rig().loops["c"]
    assert (found.measurement, found.command, found.setpoint) == ("process.y", "c.y", "r")
    assert (found.y_min, found.y_max, found.period, found.inside) == (0.0, 1.0, 0.0, False)
    assert found.drives == ("process.u",)
    assert found.gain == "c.k"


def test_a_sampled_controller_tells_its_period() -> None:
    system = rig()
    system.replace("c", SampledPID(k=2.0, Ti=50.0, period=7.0))
    assert system.loops["c"].period == 7.0


def test_a_controller_that_measures_nothing_is_no_loop() -> None:
    system = rig().disconnect("c.measurement")
    assert "c" not in system.loops


def test_loops_travel_with_the_result() -> None:
    ds = hs.simulate(rig(), {"r": 0.5, "load": 0.0}, stop=10.0, output_step=1.0)
    assert loops_from_json(ds.attrs["loops"]) == rig().loops


def test_a_declared_loop_is_listed_and_its_name_is_taken() -> None:
    system = rig().declare_loop("inner", "process.y", "c.y", 0.5, unit="1")
    assert system.loops["inner"].inside
    assert system.copy().loops["inner"] == system.loops["inner"]
    with pytest.raises(hs.ConnectionError, match="'inner' already"):
        system.declare_loop("inner", "process.y", "c.y")


def test_an_unknown_loop_gets_a_near_miss() -> None:
    system = loop(PI(k=2.0, Ti=50.0))
    with pytest.raises(hs.UsageError, match=r"no control loop 'd': use one of c"):
        find_loop(system, "d")


def test_a_replaced_unit_keeps_connections_and_values() -> None:
    system = rig()
    system.set("c.k", 3.0)
    system.replace("c", PI(k=2.0, Ti=20.0))
    assert system.members["c"].parameters == {"k": 3.0}
    assert system.members["c"].inputs["y_max"] == 1.0
    system.check()
    system.replace("c", PI(k=2.0, Ti=20.0), keep=False)
    assert not system.members["c"].parameters


def test_a_new_unit_keeps_the_values_that_it_was_made_with() -> None:
    system = rig()
    system.set("c.k", 3.0).set("c.Ti", 40.0)
    system.replace("c", SampledPID.like(system.members["c"], period=5.0, k=1.0))
    values = system.members["c"].parameter_values()
    assert (values["k"], values["Ti"], values["T_filter"]) == (1.0, 40.0, 5.0)


def test_a_unit_without_a_connected_port_cannot_take_the_place() -> None:
    with pytest.raises(hs.ConnectionError, match=r"'c' cannot be replaced, output 'y'|input 'measurement'|input 'set"):
        rig().replace("c", FirstOrder(gain=1.0, T=1.0))
    with pytest.raises(hs.ConnectionError, match="no unit 'd' to replace"):
        rig().replace("d", PI(k=1.0, Ti=1.0))
    with pytest.raises(hs.ConnectionError, match=r"PI is a class; give an object of it"):
        rig().replace("c", PI)  # type: ignore[arg-type]


def test_a_unit_in_between_sees_the_old_driver() -> None:
    system = rig().insert("filter", Lag(T=4.0), before="process.u")
    arrows = {(c.source, c.target) for c in system.connections}
    assert {("c.y", "filter.u"), ("filter.y", "process.u")} <= arrows
    assert ("c.y", "process.u") not in arrows
    system.check()
    before = list(system.connections)
    with pytest.raises(hs.ConnectionError, match=r"'valve' cannot be put before 'process.u', it has no input 'x'"):
        system.insert("valve", Lag(T=4.0), before="process.u", input="x")
    assert (system.connections, "valve" in system.members) == (before, False)
    with pytest.raises(hs.ConnectionError, match=r"nothing drives 'process.v'"):
        system.insert("other", Lag(T=4.0), before="process.v")


def test_in_manual_the_command_stays_and_the_original_too() -> None:
    system = rig()
    inputs = {"r": steps((0.0, 0.2), (50.0, 0.8)), "load": 0.0}
    held = hs.simulate(system.in_manual("c", 0.3), inputs, stop=600.0, output_step=10.0)
    assert held["process.y"].values[-1] == pytest.approx(0.3, abs=1e-4)  # gain 1: the command itself
    moved = hs.simulate(system, inputs, stop=600.0, output_step=10.0)
    assert moved["process.y"].values[-1] == pytest.approx(0.8, abs=1e-3)


def test_manual_respects_the_factor_of_the_connection() -> None:
    system = rig().disconnect("process.u").connect("c.y", "process.u", factor=2.0, offset=0.1)
    held = system.in_manual("c", 0.3)
    assert held.members["process"].inputs["u"] == pytest.approx(0.7)


def test_a_loop_inside_an_fmu_cannot_be_put_into_manual() -> None:
    system = rig().declare_loop("inner", "process.y", "process.y")
    with pytest.raises(hs.UsageError, match="closed inside an FMU"):
        system.in_manual("inner", 0.5)


def test_the_reference_plant_lists_its_loops() -> None:
    system = hs.reference_plant()
    loops = system.loops
    assert {"tcs_temperature", "network_pressure", "supervisor/flow", "supervisor/machines", "consumer_4"} <= set(loops)
    assert loops["sink_flow"].setpoint == "supervisor.m_flow_sink_setpoint"
    assert loops["heat_pump_capacity"].y_min is None  # scaled on its way, so no signal of the result
    assert loops["consumer_1"].inside
    assert np.isclose(float(loops["consumer_1"].setpoint or 0), 333.15)
