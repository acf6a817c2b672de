"""The continuous PI: law, limits and anti-windup, against a hand-written integration."""

from __future__ import annotations

import casadi as ca
import numpy as np
import pytest

from heatsim.control import PI, split_range


def functions(unit):
    def symbols(ports):
        return {port.name: ca.SX.sym(port.name) for port in ports}

    x, u, p = symbols(unit.states), symbols(unit.inputs), symbols(unit.parameters)
    derivatives, outputs = unit.equations(ca.SX.sym("t"), x, u, p)
    arguments = [ca.vertcat(*group.values()) for group in (x, u, p)]
    return ca.Function("f", arguments, [ca.vertcat(*derivatives.values()), ca.vertcat(*outputs.values())])


def test_command_and_derivatives_follow_the_written_law():
    unit = PI(k=0.2, Ti=100.0, T_sensor=10.0)
    f = functions(unit)
    p = [port.start for port in unit.parameters]
    x, u = [4.0, 0.3], [5.0, 6.0, 0.05, 0.0, 1.0]
    derivatives, outputs = f(x, u, p)
    error = 6.0 - 4.0
    assert float(outputs[0]) == pytest.approx(0.2 * error + 0.3 + 0.05)
    assert np.asarray(derivatives).ravel() == pytest.approx([(5.0 - 4.0) / 10.0, 0.2 / 100.0 * error])


def test_integral_recovers_within_the_tracking_time_after_saturation():
    """First-order process 1/(50 s + 1) that cannot reach the set point: the command must leave its limit promptly."""
    unit = PI(k=2.0, Ti=50.0, T_sensor=1.0)
    f = functions(unit)
    p = [port.start for port in unit.parameters]
    x, process, dt, left = np.zeros(2), 0.0, 0.5, None
    for i in range(4000):
        t = i * dt
        setpoint = 2.0 if t < 1000.0 else 0.5
        derivatives, outputs = f(x, [process, setpoint, 0.0, 0.0, 1.0], p)
        y = float(outputs[0])
        if t < 1000.0 and t > 300.0:
            assert y == 1.0
        if t >= 1000.0 and y < 1.0 and left is None:
            left = t
        process += dt * (y - process) / 50.0
        x = x + dt * np.asarray(derivatives).ravel()
    assert left is not None
    assert left - 1000.0 < 50.0  # without anti-windup the integral would hold the limit for about 1000 s
    assert process == pytest.approx(0.5, abs=1e-3)


def test_times_must_be_positive():
    with pytest.raises(ValueError, match="positive"):
        PI(k=1.0, Ti=0.0)


@pytest.mark.parametrize(
    ("u", "expected"),
    [(-1.0, (0, 0)), (0.025, (0.05, 0.125)), (0.25, (0.5, 0.25)), (0.5, (1, 0.25 + 0.75 * 0.05 / 0.55)), (2.0, (1, 1))],
)
def test_split_range_follows_each_characteristic(u, expected):
    unit = split_range(valve=[(0, 0), (0.5, 1)], fan=[(0, 0), (0.05, 0.25), (0.45, 0.25), (1, 1)])
    f = functions(unit)
    outputs = f([], [u], [port.start for port in unit.parameters])[1]
    assert np.asarray(outputs).ravel() == pytest.approx(expected)


def test_split_range_refuses_points_out_of_order():
    with pytest.raises(ValueError, match="increasing order"):
        split_range(valve=[(0.5, 0), (0.5, 1)])


def test_gain_has_the_unit_of_command_per_measurement():
    units = [("1", "K", "1/K"), ("1", "kg/s", "1/(kg/s)"), ("W", "K", "W/K"), ("1", "1", "1"), ("1", "", "")]
    for command, measurement, expected in units:
        unit = PI(k=1.0, Ti=1.0, unit=measurement, command_unit=command)
        assert unit.parameters[0].unit == expected
