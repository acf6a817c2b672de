"""Gain schedule over flow, cascade with a saturated inner loop, on/off control."""

from __future__ import annotations

import math

import numpy as np
import pytest
from control_rigs import function, loop, parameters, steps, ticks

import heatsim as hs
from heatsim.control import PI, PID, FirstOrder, GainSchedule, OnOff, SampledPID, cascade
from heatsim.errors import UsageError
from heatsim.system import System

POINTS = [(20.0, 0.2, 2.0), (50.0, 0.6, 1.2), (80.0, 1.0, 1.0)]


def test_factors_run_straight_between_the_points_and_stay_outside():
    unit = GainSchedule(POINTS)
    f, p = function(unit), list(parameters(unit).values())
    flows = np.linspace(0.0, 100.0, 41)
    found = np.array([np.asarray(f([], [flow], p)[1]).ravel() for flow in flows])
    at, k, Ti = np.array(POINTS).T
    np.testing.assert_allclose(found, np.column_stack([np.interp(flows, at, k), np.interp(flows, at, Ti)]), atol=1e-12)


@pytest.mark.parametrize("points", [POINTS[:1], POINTS[::-1], [(1.0, 1.0, 1.0), (2.0, 0.0, 1.0)]])
def test_malformed_schedules_are_refused(points):
    with pytest.raises(UsageError, match="GainSchedule"):
        GainSchedule(points)


@pytest.mark.parametrize("kind", [PID, SampledPID])
def test_a_schedule_in_the_loop_gives_the_controller_of_its_flow(kind):
    period = {"period": 2.0} if kind is SampledPID else {}
    scheduled = loop(kind(k=3.0, Ti=30.0, Tt=40.0, **period)).add("schedule", GainSchedule(POINTS))
    scheduled.add_input("m_flow", "kg/s").connect("m_flow", "schedule.u")
    scheduled.connect("schedule.k_factor", "c.k_factor").connect("schedule.Ti_factor", "c.Ti_factor")
    plain = loop(kind(k=3.0 * 0.4, Ti=30.0 * 1.6, Tt=40.0, **period))
    a = hs.simulate(scheduled, {"r": 0.6, "load": 0.0, "m_flow": 35.0}, stop=300.0, rtol=1e-9)
    b = hs.simulate(plain, {"r": 0.6, "load": 0.0}, stop=300.0, rtol=1e-9)
    np.testing.assert_allclose(a["c.y"], b["c.y"], atol=1e-6)


def plant(inner):
    """A flow (5 s, at most 1) that heats a room (200 s)."""
    system = System("cascade").add("flow", FirstOrder(T=5.0)).add("room", FirstOrder(T=200.0))
    system.add("inner", inner, inputs={"setpoint": 0.3, "y_min": 0.0, "y_max": 1.0})
    system.connect("flow.y", "inner.measurement").connect("inner.y", "flow.u").connect("flow.y", "room.u")
    return system.add_input("load", "1").connect("load", "room.load").add_input("r", "1")


@pytest.mark.parametrize("sampled", [False, True])
def test_a_saturated_inner_loop_does_not_wind_up_the_outer_one(sampled):
    """For 1500 s the load wants a flow of 1.5, which the set point allows and the pump cannot give."""
    kind, extra = (SampledPID, {"period": 1.0}) if sampled else (PID, {})
    inputs = {"r": 0.5, "load": steps((0.0, 0.0), (500.0, -1.0), (2000.0, 0.0))}

    def highest(tracking):
        system = plant(kind(k=0.5, Ti=5.0, **extra))
        outer = kind(k=4.0, Ti=100.0, **extra)
        cascade(system, "outer", outer, inner="inner", measurement="room.y", setpoint="r", y_min=0.0, y_max=3.0)
        system.set("outer.tracking", tracking)
        ds = hs.simulate(system, inputs, stop=4000.0, output_step=5.0)
        assert float(ds["inner.y"].sel(time=1990.0)) == pytest.approx(1.0)
        late = ds["room.y"].sel(time=slice(2000.0, None))
        assert float(ds["room.y"][-1]) == pytest.approx(0.5, abs=0.01)
        return float(late.max())

    # the integral waits at the flow there is, 1, or runs to the limit of the set point, 3
    assert highest(tracking=1.0) < 0.6
    assert highest(tracking=0.0) > 0.75


def test_cascade_takes_over_the_set_point_and_names_its_loops():
    system = plant(PI(k=0.5, Ti=5.0, T_sensor=1.0))
    system.set("inner.feedforward", 0.0)
    cascade(system, "outer", PID(k=4.0, Ti=100.0), inner="inner", measurement="room.y", setpoint=0.5, y_min=0, y_max=1)
    system.inputs.pop("r")
    system.check()
    assert system.loops["outer"].drives == ("inner.setpoint",)
    assert system.loops["inner"].setpoint == "outer.y"
    assert system.loops["outer"].setpoint == 0.5


def test_cascade_refuses_what_cannot_work():
    system = plant(PID(k=0.5, Ti=5.0))
    options = {"measurement": "room.y", "setpoint": 0.5, "y_min": 0.0, "y_max": 1.0}
    with pytest.raises(UsageError, match="no controller 'innner'"):
        cascade(system, "outer", PID(k=1.0, Ti=9.0), inner="innner", **options)
    with pytest.raises(UsageError, match="Tt = inf"):
        cascade(system, "outer", PID(k=1.0, Ti=9.0, Tt=math.inf), inner="inner", **options)


def test_on_off_cycles_between_the_edges_of_its_band():
    """T·der(y) = u − y between 0.4 and 0.6: half periods T·ln(0.6/0.4) each."""
    system = System("thermostat").add("room", FirstOrder(T=100.0, start=0.5))
    system.add("c", OnOff(hysteresis=0.1, period=0.1), inputs={"setpoint": 0.5})
    system.connect("room.y", "c.measurement").connect("c.y", "room.u")
    ds = hs.simulate(system, stop=400.0, output_step=0.5)
    y, on = ds["room.y"].values, ds["c.y"].values
    assert (y.max(), y.min()) == pytest.approx((0.6, 0.4), abs=1e-3)
    starts = ds["time"].values[1:][np.diff(on) > 0]
    assert np.diff(starts) == pytest.approx(2 * 100.0 * math.log(1.5), abs=1.0)
    found = system.loops["c"]
    assert (found.y_min, found.y_max, found.period) == (0.0, 1.0, 0.1)


def test_minimum_times_and_cooling():
    unit = OnOff(hysteresis=0.1, minimum_on=5.0, minimum_off=3.0, cooling=True)
    values = [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0]
    rows = [{"measurement": value, "setpoint": 0.5} for value in values]
    on = [row["y"] for row in ticks(unit, rows)]
    # on at 1 s; wanted off from 2 s, done at 6 s; wanted on again from 7 s, done at 9 s
    assert on == [0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0]
