"""Controllers, sensors and the heat meter against the step responses of their equations."""

from __future__ import annotations

from collections.abc import Callable

import casadi as ca
import numpy as np
import pytest
from modelica_plant import Plant

import heatsim as hs


@pytest.fixture(scope="module")
def controllers(plant: Callable) -> Plant:
    return plant("Validation.Controllers")


def test_pi_gives_its_step_response(controllers: Plant) -> None:
    """k e (1 + t/Ti) on top of the initial integral part, until the limit."""
    run = controllers.run(100, inputs={"setpoint": 2.0})
    assert run["y_PI"] == pytest.approx(0.2 + 0.1 * 2 * (1 + run.time / 50), abs=1e-6)
    assert run["y_direct"] == pytest.approx(0.2 - 0.1 * 2 * (1 + run.time / 50), abs=1e-6)


def test_feed_forward_adds_to_the_output(controllers: Plant) -> None:
    run = controllers.run(10, inputs={"setpoint": 0.0, "feed_forward": 0.3})
    assert run["y_direct"] == pytest.approx(0.5, abs=1e-9)
    assert run["y_PI"] == pytest.approx(0.2, abs=1e-9)


def test_pi_leaves_its_limit_soon_after_the_error_changes_sign(controllers: Plant) -> None:
    """Back-calculation holds the unlimited output at Tt/Ti k e beyond the limit, however long the error lasts."""
    for length in (500, 5000):
        wound = controllers.run(length, inputs={"setpoint": 5.0})
        assert wound["y_PI"][-1] == 1.0
        freed = controllers.run(100, inputs={"setpoint": -1.0}, x0=wound.final, points=1001)
        # on the limit: integral = 1 + 0.4 k 5 - k 5 = 0.7; then k (-1) + 0.7 = 0.6 at once, falling by k/Ti
        assert freed["y_PI"][0] == pytest.approx(0.6, abs=1e-3)
        assert freed["y_PI"] == pytest.approx(0.6 - 0.1 * freed.time / 50, abs=1e-3)


def test_pid_gives_its_step_response(controllers: Plant) -> None:
    """A step of the measurement: -k (x + Td N exp(-N t/Td) x/...) with the filter Td/N, and the integral."""
    settled = controllers.run(1, inputs={"setpoint": 0.0, "measurement": 0.0})
    run = controllers.run(20, inputs={"setpoint": 0.0, "measurement": -0.2}, x0=settled.final, points=401)
    expected = 0.2 + 0.1 * 0.2 * (1 + 8 * np.exp(-run.time * 8 / 20) + run.time / 50)
    assert run["y_PID"] == pytest.approx(expected, abs=1e-5)
    weighted = controllers.run(1, inputs={"setpoint": 1.0, "measurement": 0.0}, points=2)
    assert weighted["y_PID"][0] == pytest.approx(0.2 + 0.1 * 0.5, abs=1e-9)


def response(model: Plant, output: str, frequency: float) -> complex:
    """Return the frequency response from `measurement` to an output, from the model's own Jacobians."""
    x, u = ca.SX.sym("x", len(model.states)), ca.SX.sym("u", len(model.inputs))
    p = ca.DM(list(model.p.values()))
    ode, y = model.function(0, x, u, p)
    index = model.outputs.index(output)
    jacobians = ca.Function("j", [x, u], [ca.jacobian(ode, x), ca.jacobian(ode, u), ca.jacobian(y[index], x)])
    A, B, C = (np.array(matrix) for matrix in jacobians(0, 0))
    column = B[:, model.inputs.index("measurement")]
    return complex((C @ np.linalg.solve(2j * np.pi * frequency * np.eye(len(A)) - A, column))[0])


@pytest.mark.parametrize(("periods", "degrees", "share"), [(10, 0.1, 0.005), (20, 0.1, 0.005), (4, 0.6, 0.03)])
def test_sampled_sensor_has_phase_and_amplitude_of_the_hold(
    controllers: Plant, periods: float, degrees: float, share: float
) -> None:
    """The zero-order hold (1 - exp(-s T))/(s T) with T = 10 s, for oscillations of some sampling periods."""
    frequency = 1 / (10 * periods)
    s = 2j * np.pi * frequency * 10
    ratio = response(controllers, "y_sampled", frequency) / ((1 - np.exp(-s)) / s)
    assert abs(np.angle(ratio, deg=True)) < degrees
    assert abs(abs(ratio) - 1) < share


def test_lags_begin_settled(controllers: Plant) -> None:
    run = controllers.run(10, inputs={"measurement": 0.0, "setpoint": 0.0})
    assert run["y_lag"] == pytest.approx(0, abs=1e-12)
    assert run["y_sampled"] == pytest.approx(0, abs=1e-12)


def test_sensor_lags_behind_the_water_and_follows_the_direction_of_the_flow(plant: Callable) -> None:
    model = plant("Validation.HeatMeter")
    settled = model.run(500)
    warm = model.run(60, inputs={"T_supply": 353.15}, x0=settled.final)
    assert warm["T_sensor"] == pytest.approx(353.15 - 10 * np.exp(-warm.time / 15), abs=1e-4)
    back = model.run(200, inputs={"m_flow": -10}, x0=settled.final)
    assert back["T_liquid"][-1] == pytest.approx(318.15, abs=1e-6)
    still = model.run(200, inputs={"m_flow": 0}, x0=settled.final)
    assert still["T_liquid"][-1] == pytest.approx((343.15 + 318.15) / 2, abs=0.01)


def test_heat_meter_is_right_when_settled_and_misses_what_the_lags_hide(plant: Callable) -> None:
    """After a step of the return temperature the register is off by m cp T_lag times the step."""
    model = plant("Validation.HeatMeter")
    settled = model.run(500)
    assert settled["Q_flow"][-1] == pytest.approx(settled["Q_flow_true"][-1], rel=1e-6)
    assert settled["Q_flow"][-1] == pytest.approx(10 * 4183 * 25, rel=2e-3)
    run = model.run(500, inputs={"T_return": 308.15}, x0=settled.final)
    metered, true = (run[name][-1] - run[name][0] for name in ("E_metered", "E_true"))
    assert true - metered == pytest.approx(10 * 4180 * 15 * 10, rel=5e-3)


def test_anti_windup_keeps_the_overshoot_small() -> None:
    run = hs.simulate(hs.build("HeatReuse.Examples.Windup"), stop=7200, output_step=10)
    over = {name: float(run[f"T_{name}"].max()) - 338.15 for name in ("good", "windup", "PID")}
    assert over["good"] < 2.0
    assert over["windup"] > 6.0
    assert over["PID"] < over["good"]


def test_mixing_loop_holds_its_set_point() -> None:
    run = hs.simulate(hs.build("HeatReuse.Examples.MixingLoop"), stop=3600, output_step=5)
    for time in (1190.0, 1990.0, 2990.0):
        assert float(run["T_supply"].sel(time=time)) == pytest.approx(float(run["T_set"].sel(time=time)), abs=0.5)
    share = (run["T_return"] * 0 + run["m_flow_primary"]) / run["m_flow"]
    assert float(share.sel(time=1000.0)) == pytest.approx(
        1e-3 + 0.998 * float(run["opening"].sel(time=1000.0)), abs=1e-6
    )


def test_direct_acting_pi_leaves_its_lower_limit_as_soon(controllers: Plant) -> None:
    """The same on the other side, where the limit is -1."""
    for length in (500, 5000):
        wound = controllers.run(length, inputs={"setpoint": 5.0})
        assert wound["y_direct"][-1] == -1.0
        freed = controllers.run(100, inputs={"setpoint": -1.0}, x0=wound.final, points=1001)
        # on the limit: integral = -1 - 0.4 k 5 + k 5 = -0.7; then k 1 - 0.7 = -0.6 at once, rising by k/Ti
        assert freed["y_direct"] == pytest.approx(-0.6 + 0.1 * freed.time / 50, abs=1e-3)


@pytest.mark.parametrize("sign", [1, -1])
def test_pid_is_not_wound_up_by_a_long_error(controllers: Plant, sign: int) -> None:
    """Weight 0.5: on the limit v lies Tt/Ti k e beyond it, so the integral is limit + (Tt/Ti - b) k e."""
    error = 20.0 * sign
    limit = 1.0 if sign > 0 else 0.0
    for length in (1000, 10000):
        wound = controllers.run(length, inputs={"setpoint": error})
        freed = controllers.run(1, inputs={"setpoint": 0.0}, x0=wound.final)
        Tt = Ti = 50.0
        integral = limit + (Tt / Ti - 0.5) * 0.1 * error
        assert wound["y_PID"][-1] == limit
        assert freed["y_PID"][0] == pytest.approx(np.clip(integral, 0, 1), abs=1e-3)


def test_heat_that_flows_back_counts_negative(plant: Callable) -> None:
    """Reversed flow: water of 60 degC goes back from the consumer's supply, water of 45 degC comes to its return."""
    model = plant("Validation.HeatMeter")
    back = {"m_flow": -10.0, "T_consumer": 333.15}
    settled = model.run(500, inputs=back)
    run = model.run(100, inputs=back, x0=settled.final)
    metered, true = (run[name][-1] - run[name][0] for name in ("E_metered", "E_true"))
    assert metered == pytest.approx(-10 * 4183 * 15 * 100, rel=2e-3)
    assert metered == pytest.approx(true, rel=1e-6)
    assert run["Q_flow"][-1] == pytest.approx(run["Q_flow_true"][-1], rel=1e-6)
