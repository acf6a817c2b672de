"""Jacobi co-simulation: order, energy drift, and agreement with the monolithic run."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from scipy.linalg import expm
from small_systems import OSCILLATOR, controlled, oscillator
from small_units import Cold, SampledPI, Tank, Warm

from heatsim.control import PI
from heatsim.errors import UsageError
from heatsim.simulation import simulate
from heatsim.system import Port, Signal, System


def _errors(extrapolation: str) -> list[float]:
    """Largest error of the first mass over 10 s, relative to its largest deflection, at H = 0.1, 0.05, 0.025 s."""
    result = []
    for step in (0.1, 0.05, 0.025):
        ds = simulate(
            oscillator(), stop=10.0, output_step=0.1, rtol=1e-9, method="jacobi", step=step, extrapolation=extrapolation
        )
        exact = np.array([(expm(OSCILLATOR * t) @ [0, 0, 0.5, 0])[0] for t in ds["time"].values])
        result.append(float(np.abs(ds["a.x"].values - exact).max() / np.abs(exact).max()))
    return result


def test_held_inputs_are_of_order_one() -> None:
    errors = _errors("held")
    assert np.all(np.array(errors) < [7.2e-1, 3.4e-1, 1.6e-1])
    assert 0.8 < np.log2(errors[1] / errors[2]) < 1.3


def test_linear_inputs_are_of_order_two() -> None:
    errors = _errors("linear")
    assert np.all(np.array(errors) < [2.7e-1, 6.7e-2, 1.7e-2])
    assert 1.8 < np.log2(errors[1] / errors[2]) < 2.3


def _bond(step: float, extrapolation: str) -> xr.Dataset:
    system = System("bond").add("warm", Warm()).add("cold", Cold())
    system.connect("warm.T", "cold.T_in").connect("cold.Q_flow", "warm.Q_flow").bond("b", "warm.E_in", "cold.E_in")
    # beyond the limit of stability too, without being told
    return simulate(
        system,
        stop=1200.0,
        output_step=120.0,
        rtol=1e-10,
        method="jacobi",
        step=step,
        extrapolation=extrapolation,
        advise=False,
        bounds="off",
    )


def _bond_drift(step: float, extrapolation: str) -> float:
    ds = _bond(step, extrapolation)
    return abs(float(ds["warm.E_in"][-1] + ds["cold.E_in"][-1]) / float(ds["cold.E_in"][-1]))


@pytest.mark.parametrize("step", [1.0, 5.0, 20.0, 40.0])
def test_drift_of_a_thermal_bond_with_held_inputs_is_half_a_step_of_the_receiving_capacity(step: float) -> None:
    # the flow is held at the old temperature of the receiver: drift = UA*H/(2*C_cold), 5.6e-4 at 1 s, 2.2e-2 at 40 s
    assert _bond_drift(step, "held") == pytest.approx(1e3 * step / (2 * 900e3), rel=0.1)


def test_drift_of_a_thermal_bond_with_linear_inputs_is_of_second_order() -> None:
    # what is left comes from the first step, which has no history
    drift = [_bond_drift(step, "linear") for step in (1.0, 2.0, 5.0)]
    assert drift[0] < 5e-6
    assert drift[1] / drift[0] == pytest.approx(4.0, rel=0.1)
    assert drift[2] < 1e-4


@pytest.mark.parametrize(
    ("step", "extrapolation", "diverges"),
    [
        (40.0, "held", False),
        (60.0, "held", True),
        (20.0, "linear", False),
        (30.0, "linear", True),
    ],
)
def test_thermal_bond_diverges_beyond_its_limit(step: float, extrapolation: str, diverges: bool) -> None:
    # held: H < 2 C/UA = 50 s; linear: H < C/UA = 25 s
    swing = float(np.abs(_bond(step, extrapolation)["warm.T"][-3:] - 301.35).max())
    assert (swing > 50.0) == diverges


def test_step_of_a_fifth_of_the_time_constant_closes_the_bond() -> None:
    assert _bond_drift(5.0, "held") < 3e-3


def test_sampled_loop_equals_the_monolithic_run() -> None:
    # the only coupling is through the controller, whose command is held: no error of coupling is left
    runs = {}
    for method, step in (("monolithic", None), ("jacobi", 5.0)):
        runs[method] = simulate(
            controlled(SampledPI(10.0)),
            {"T_ambient": 290.0},
            stop=600.0,
            output_step=15.0,
            rtol=1e-9,
            method=method,
            step=step,
        )
    assert np.abs(runs["jacobi"]["tank.T"].values - runs["monolithic"]["tank.T"].values).max() < 1e-4
    assert runs["jacobi"]["pi.command"].values == pytest.approx(runs["monolithic"]["pi.command"].values, rel=1e-4)


def test_sampled_controller_ticks_at_the_same_times_in_both_methods() -> None:
    ticks = []
    for method, step in (("monolithic", None), ("jacobi", 2.5)):
        controller = SampledPI(10.0, 5.0)
        simulate(controlled(controller), {"T_ambient": 290.0}, stop=60.0, method=method, step=step)
        ticks.append(controller.ticks)
    assert ticks[0] == ticks[1] == [0.0, 5.0, 15.0, 25.0, 35.0, 45.0, 55.0]


def test_period_that_is_no_multiple_of_the_step_is_refused() -> None:
    with pytest.raises(UsageError, match=r"pi: its sample period of 10 s is no multiple of step = 4 s"):
        simulate(controlled(SampledPI(10.0)), {"T_ambient": 290.0}, stop=60.0, method="jacobi", step=4.0)


def test_jump_of_an_input_inside_a_macro_step_is_exact() -> None:
    system = System("s").add("tank", Tank(), parameters={"UA": 0.0}, inputs={"T_ambient": 300.0})
    system.add_input("Q", "W").connect("Q", "tank.Q_flow")
    ds = simulate(
        system, {"Q": Signal.held([0.0, 12.34], [0.0, 1e5])}, stop=20.0, output_step=5.0, method="jacobi", step=10.0
    )
    assert ds["tank.E_in"].values == pytest.approx([0, 0, 0, 1e5 * (15 - 12.34), 1e5 * (20 - 12.34)], rel=1e-7)


def test_jump_that_feeds_through_to_another_unit_does_not_spoil_the_extrapolation() -> None:
    class Doubler:
        inputs = (Port("u", "W"),)
        outputs = (Port("y", "W"),)
        states = ()
        parameters = ()

        def equations(self, t, x, u, p):  # type: ignore[no-untyped-def]
            return {}, {"y": 2 * u["u"]}

    system = System("s").add("d", Doubler()).add("tank", Tank(), parameters={"UA": 0.0}, inputs={"T_ambient": 300.0})
    system.add_input("Q", "W").connect("Q", "d.u").connect("d.y", "tank.Q_flow")
    ds = simulate(
        system, {"Q": Signal.held([0.0, 20.0], [0.0, 1e3])}, stop=60.0, output_step=10.0, method="jacobi", step=10.0
    )
    assert ds["tank.E_in"].values[-1] == pytest.approx(2e3 * 40, rel=1e-7)
    assert ds["d.y"].values == pytest.approx([0, 0, 2e3, 2e3, 2e3, 2e3, 2e3])


def test_method_step_and_extrapolation_are_kept_in_the_result() -> None:
    ds = simulate(oscillator(), stop=1.0, output_step=0.5, method="jacobi", step=0.1)
    assert (ds.attrs["method"], ds.attrs["step"], ds.attrs["extrapolation"]) == ("jacobi", 0.1, "linear")


def test_order_two_with_a_continuous_controller_and_a_set_point_that_jumps_inside_a_step() -> None:
    controller = PI(k=500.0, Ti=200.0, T_sensor=20.0, unit="K", command_unit="W", measured_start=300.0)
    system = System("s").add("tank", Tank())
    system.add("pi", controller, inputs={"feedforward": 0.0, "y_min": -1e6, "y_max": 1e6})
    system.add_input("T_ambient", "K").connect("T_ambient", "tank.T_ambient")
    system.add_input("setpoint", "K").connect("setpoint", "pi.setpoint")
    system.connect("tank.T", "pi.measurement").connect("pi.y", "tank.Q_flow")
    inputs = {
        "T_ambient": Signal.linear([0, 500, 3000], [290, 280, 285]),
        "setpoint": Signal.held([0, 703.3], [310, 320]),
    }
    runs = {"stop": 2000.0, "output_step": 50.0, "rtol": 1e-9}
    reference = simulate(system, inputs, **runs)["tank.T"]
    errors = [
        float(abs(simulate(system, inputs, method="jacobi", step=step, **runs)["tank.T"] - reference).max())
        for step in (12.5, 6.25)
    ]
    # without an exchange at the jump: 0.37 and 0.12 K
    assert errors[0] < 0.05
    assert errors[0] / errors[1] > 3.5


def test_restarts_do_not_add_up_to_more_than_the_tolerance() -> None:
    # a free decay that nothing is coupled to: what is left is the error of 100 restarts; the tolerance is 3e-4 K
    system = System("s").add("tank", Tank(), parameters={"C": 100.0}, inputs={"Q_flow": 0.0, "T_ambient": 295.0})
    ds = simulate(system, stop=5.0, output_step=1.0, method="jacobi", step=0.05)
    exact = 295.0 + 5.0 * np.exp(-ds["time"].values)
    assert np.abs(ds["tank.T"].values - exact).max() < 2e-3
