"""The monolithic method against exact solutions and an independent integrator."""

from __future__ import annotations

import json
from pathlib import Path

import casadi as ca
import numpy as np
import pytest
import xarray as xr
from scipy.integrate import solve_ivp
from scipy.linalg import expm
from small_systems import OSCILLATOR, controlled, oscillator
from small_units import Gain, SampledPI, bar_fmu, fmi2_fmu, integrator_fmu

from heatsim.errors import SimulationError, UsageError
from heatsim.simulation import simulate
from heatsim.solvers.monolithic import equal_steps, hard_breaks
from heatsim.solvers.segments import time_line
from heatsim.system import Port, Signal, System


def test_ramp_integrates_exactly_with_no_output_in_between(tmp_path: Path) -> None:
    ramp = xr.DataArray([0.0, 1.0], dims="time", coords={"time": [0.0, 1.0]})
    ds = simulate(integrator_fmu(tmp_path), {"u": ramp}, stop=1.0, output_step=1.0, rtol=1e-8)
    assert ds["y"].values[-1] == pytest.approx(0.5, rel=1e-7)
    assert ds.sizes["time"] == 2


def test_two_masses_meet_the_exact_solution() -> None:
    ds = simulate(oscillator(), stop=10.0, output_step=0.5, rtol=1e-9)
    exact = np.array([expm(OSCILLATOR * t) @ [0, 0, 0.5, 0] for t in ds["time"].values])
    assert np.abs(ds["a.x"].values - exact[:, 0]).max() < 1e-7
    assert np.abs(ds["b.x"].values - exact[:, 2]).max() < 1e-7
    assert ds["a.x"].values[-1] == pytest.approx(0.05104081, abs=1e-7)
    assert ds["b.x"].values[-1] == pytest.approx(0.03164134, abs=1e-7)


def test_halving_the_tolerance_brings_the_result_closer() -> None:
    exact = expm(OSCILLATOR * 10.0) @ [0, 0, 0.5, 0]
    errors = [
        abs(simulate(oscillator(), stop=10.0, rtol=rtol)["a.x"].values[-1] - exact[0]) for rtol in (1e-4, 1e-6, 1e-8)
    ]
    assert errors[1] < 0.2 * errors[0]
    assert errors[2] < 0.2 * errors[1]


def test_coupled_fmus_meet_an_independent_integrator(tmp_path: Path) -> None:
    system = System("bars").add("first", bar_fmu(tmp_path / "a")).add("second", bar_fmu(tmp_path / "b", "hs_bar2"))
    system.add_input("Q", "W").add_input("T_end", "K")
    system.connect("Q", "first.Q_flow").connect("first.Q_flow_end", "second.Q_flow").connect("T_end", "second.T_end")
    # the end of the first touches the first layer of the second
    system.connect("second.T[1]", "first.T_end")
    power = Signal.held([0.0, 100.0, 200.0], [0.0, 2000.0, 500.0])
    ds = simulate(
        system, {"Q": power, "T_end": Signal.linear([0, 600], [300.0, 310.0])}, stop=600.0, output_step=30.0, rtol=1e-9
    )

    def rhs(t: float, x: np.ndarray, q: float) -> np.ndarray:
        flow = 10.0 * -np.diff(np.append(x, 300.0 + t / 60.0))
        return (np.append(q, flow[:-1]) - flow) / 1000.0

    x = np.full(6, 300.0)
    for begin, end, q in ((0.0, 100.0, 0.0), (100.0, 200.0, 2000.0), (200.0, 600.0, 500.0)):
        x = solve_ivp(rhs, (begin, end), x, args=(q,), method="Radau", rtol=1e-10, atol=1e-8).y[:, -1]
    assert ds["first.T"].values[-1] == pytest.approx(x[:3], abs=1e-5)
    assert ds["second.T"].values[-1] == pytest.approx(x[3:], abs=1e-5)


def test_binary_fmi2_runs_alone_and_in_a_system(tmp_path: Path) -> None:
    fmu = fmi2_fmu(tmp_path)
    ds = simulate(fmu, {"u": 1.0}, stop=4.0, output_step=1.0, parameters={"k": 0.25, "x_start": 8.0}, rtol=1e-8)
    exact = 4.0 + 4.0 * np.exp(-0.25 * ds["time"].values)
    assert ds["y"].values == pytest.approx(2 * exact, abs=1e-4)
    system = (
        System("s")
        .add("decay", fmu, parameters={"k": 0.25, "x_start": 8.0})
        .add("gain", Gain(), parameters={"k": -0.5})
    )
    system.connect("decay.y", "gain.u", factor=0.5).connect("gain.y", "decay.u")
    ds = simulate(system, stop=4.0, output_step=1.0, rtol=1e-8)
    assert ds["decay.y"].values == pytest.approx(16.0 * np.exp(-0.75 * ds["time"].values), abs=1e-4)


def test_jump_between_outputs_is_met_exactly(tmp_path: Path) -> None:
    jump = Signal.held([0.0, 1.2345678], [0.0, 1000.0])
    ds = simulate(integrator_fmu(tmp_path), {"u": jump}, stop=10.0, output_step=5.0, rtol=1e-8)
    assert ds["y"].values == pytest.approx([0.0, 1000 * (5 - 1.2345678), 1000 * (10 - 1.2345678)], rel=1e-9)


def test_value_on_a_jump_is_the_right_limit(tmp_path: Path) -> None:
    jump = Signal.held([0.0, 5.0, 10.0], [1.0, 2.0, 3.0])
    ds = simulate(integrator_fmu(tmp_path), {"u": jump}, stop=10.0, output_step=5.0)
    assert ds["u"].values == pytest.approx([1.0, 2.0, 3.0])


def test_stop_that_is_no_multiple_of_the_output_step_is_reached(tmp_path: Path) -> None:
    ds = simulate(integrator_fmu(tmp_path), {"u": 2.0}, start=100.0, stop=107.5, output_step=2.0)
    assert ds["time"].values == pytest.approx([100, 102, 104, 106, 107.5])
    assert ds["y"].values[-1] == pytest.approx(15.0, rel=1e-6)


def test_start_time_reaches_the_equations_and_signals() -> None:
    class Clock:
        inputs = ()
        outputs = (Port("y", "s"),)
        states = (Port("x", "s2"),)
        parameters = ()

        def equations(self, t, x, u, p):  # type: ignore[no-untyped-def]
            return {"x": 2 * t}, {"y": x["x"]}

    ds = simulate(System("s").add("c", Clock()), start=3.0, stop=5.0, output_step=1.0, rtol=1e-9)
    assert ds["c.y"].values == pytest.approx([0.0, 7.0, 16.0], rel=1e-7)


def test_sampled_controller_ticks_at_exact_times() -> None:
    controller = SampledPI(10.0, 2.5)
    simulate(controlled(controller), {"T_ambient": 290.0}, start=5.0, stop=47.5, output_step=7.0)
    assert controller.ticks == [5.0, 12.5, 22.5, 32.5, 42.5]


def test_sampled_loop_meets_the_exact_discrete_solution() -> None:
    ds = simulate(controlled(SampledPI(10.0)), {"T_ambient": 290.0}, stop=200.0, output_step=10.0, rtol=1e-10)
    temperature, integral, expected, commands = 300.0, 0.0, [], []
    decay = np.exp(-10.0 * 100.0 / 1e5)
    for _ in range(21):
        error = 320.0 - temperature
        integral += 500.0 / 400.0 * error * 10.0
        command = 500.0 * error + integral
        expected.append(temperature)
        commands.append(command)
        steady = 290.0 + command / 100.0
        temperature = steady + (temperature - steady) * decay
    assert ds["tank.T"].values == pytest.approx(expected, abs=1e-5)
    assert ds["pi.command"].values == pytest.approx(commands, rel=1e-6)


def test_cascade_of_sampled_units_passes_on_at_the_same_tick() -> None:
    class Relay(SampledPI):
        def step(self, t, u, state, p):  # type: ignore[no-untyped-def]
            return {"command": u["measurement"] + 1.0}, state

    system = System("cascade")
    # added in the wrong order on purpose
    system.add("second", Relay(10.0), inputs={"setpoint": 0.0}).add("first", Relay(10.0), inputs={"setpoint": 0.0})
    system.add_input("u", "K")
    system.connect("u", "first.measurement").connect("first.command", "second.measurement", factor=1.0, offset=0.5)
    ds = simulate(system, {"u": Signal.held([0, 10, 20], [0.0, 5.0, 7.0])}, stop=20.0, output_step=10.0)
    assert ds["second.command"].values == pytest.approx([2.5, 7.5, 9.5])


def test_two_runs_are_equal_bit_by_bit() -> None:
    runs = [simulate(controlled(SampledPI(10.0)), {"T_ambient": 290.0}, stop=500.0, output_step=7.0) for _ in range(2)]
    for name in runs[0].data_vars:
        assert np.array_equal(runs[0][name].values, runs[1][name].values)


class Meter:
    """der(x) = u, y = x."""

    inputs = (Port("u", "1"),)
    outputs = (Port("y", "1"),)
    states = (Port("x", "1"),)
    parameters = ()

    def equations(self, t, x, u, p):  # type: ignore[no-untyped-def]
        return {"x": u["u"]}, {"y": x["x"]}


def test_outputs_need_no_restart() -> None:
    stats = json.loads(simulate(oscillator(), stop=12.8, output_step=0.1).attrs["stats"])
    assert stats["segments"] == 1
    # another small number of outputs is put together from powers of two: 32 + 8 + 4
    stats = json.loads(simulate(oscillator(), stop=4.4, output_step=0.1).attrs["stats"])
    assert stats["segments"] == 3
    assert equal_steps(np.array([1.0, 2.0, 2.0, 2.0, 3.0])) == [1, 3, 1]


def test_steps_that_grow_little_by_little_are_not_equal() -> None:
    assert max(equal_steps(1.0 + 0.9e-9 * np.arange(2000))) <= 3
    assert equal_steps(1.0 + 1e-13 * (np.arange(2000) % 2)) == [2000]


@pytest.mark.parametrize("growth", [1e-4, 1e-8])
def test_knots_at_nearly_equal_distances_are_met(growth: float) -> None:
    """A triangular wave whose legs grow: its integral has a parabola on each leg."""
    knots = np.concatenate([[0.0], np.cumsum(1.0 + growth * np.arange(400))])
    up = np.arange(401) % 2
    system = System("s").add("i", Meter()).add_input("u", "1").connect("u", "i.u")
    ds = simulate(system, {"u": Signal.linear(knots, up)}, stop=float(knots[-1]), output_step=37.3, rtol=1e-10)
    t = ds.time.values
    leg = np.clip(np.searchsorted(knots, t, side="right") - 1, 0, 399)
    since, length = t - knots[leg], np.diff(knots)[leg]
    area = since**2 / (2 * length)
    exact = 0.5 * knots[leg] + np.where(up[leg] == 0, area, since - area)
    assert ds["i.y"].values == pytest.approx(exact, abs=1e-9 * knots[-1])


def test_integration_restarts_at_jumps_ticks_and_checkpoints_but_not_at_kinks_of_inputs() -> None:
    signals = [Signal.linear([0, 1, 2, 2, 9], [0.0, 1.0, 0.0, 5.0, 0.0]), Signal.held([0, 3], [0.0, 1.0])]
    ticks = [np.array([0.0, 5.0])]
    line = time_line(0.0, 8.0, np.arange(0.0, 9.0), signals, ticks, kinks=[4.5], checkpoints=[6.0])
    assert line.breaks.tolist() == [0.0, 1.0, 2.0, 3.0, 4.5, 5.0, 6.0, 8.0]
    assert line.breaks[hard_breaks(line)].tolist() == [0.0, 2.0, 3.0, 4.5, 5.0, 6.0, 8.0]


def test_chain_of_feedthrough_is_put_in_order() -> None:
    system = System("s").add("c", Gain()).add("a", Gain()).add("b", Gain()).add_input("u", "1")
    system.connect("b.y", "c.u").connect("a.y", "b.u").connect("u", "a.u")
    ds = simulate(system, {"u": Signal.linear([0, 10], [0.0, 10.0])}, stop=10.0, output_step=5.0)
    assert ds["c.y"].values == pytest.approx([0.0, 40.0, 80.0])


def test_failure_names_state_time_and_next_step() -> None:
    class Blowup:
        inputs = ()
        outputs = (Port("y", "1"),)
        states = (Port("calm", "1"), Port("wild", "1", start=1.0))
        parameters = ()

        def equations(self, t, x, u, p):  # type: ignore[no-untyped-def]
            return {"calm": -x["calm"], "wild": x["wild"] ** 2}, {"y": x["wild"]}

    with pytest.raises(SimulationError, match=r"stopped between t = 0\.999\d* and 1 s.*'unit\.wild'"):
        simulate(System("s").add("unit", Blowup()), stop=2.0, output_step=2.0)


def test_non_finite_output_is_an_error() -> None:
    class Root:
        inputs = ()
        outputs = (Port("y", "1"),)
        states = (Port("x", "1", start=1.0),)
        parameters = ()

        def equations(self, t, x, u, p):  # type: ignore[no-untyped-def]
            return {"x": -1.0}, {"y": x["x"] ** 0.5}

    with pytest.raises(SimulationError, match=r"'unit\.y' is nan at t = 2 s"):
        simulate(System("s").add("unit", Root()), stop=3.0, output_step=1.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"stop": 0.0}, "stop = 0 s must come after start"),
        ({"stop": 10.0, "output_step": 0.0}, "output_step must be positive"),
        ({"stop": 10.0, "rtol": 1.0}, "rtol must lie between"),
        ({"stop": float("nan")}, "stop must be a finite number"),
        ({"stop": 10.0, "method": "monolitic"}, r"did you mean 'monolithic'\?"),
        ({"stop": 10.0, "step": 1.0}, "step= belongs to method 'jacobi'"),
        ({"stop": 10.0, "method": "jacobi"}, "needs step="),
        ({"stop": 10.0, "method": "jacobi", "step": 3.0}, "no multiple of step = 3 s"),
        ({"stop": 10.0, "method": "jacobi", "step": 1.0, "extrapolation": "cubic"}, "extrapolation 'cubic' is unknown"),
    ],
)
def test_wrong_calls_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        simulate(oscillator(), **arguments)  # type: ignore[arg-type]


def test_progress_is_told_to_the_end() -> None:
    seen: list[tuple[float, float]] = []
    simulate(oscillator(), stop=10.0, progress=lambda t, stop: seen.append((t, stop)))
    assert seen[-1] == (10.0, 10.0)


def test_parameters_of_a_run_leave_the_system_alone() -> None:
    system = controlled(SampledPI())
    other = simulate(system, {"T_ambient": 290.0}, stop=100.0, parameters={"tank.UA": 500.0})
    again = simulate(system, {"T_ambient": 290.0}, stop=100.0)
    assert abs(float(other["tank.T"][-1] - again["tank.T"][-1])) > 0.5
    with pytest.raises(UsageError, match="tank: no parameter, state or input 'UAA'"):
        simulate(system, {"T_ambient": 290.0}, stop=100.0, parameters={"tank.UAA": 500.0})


def test_derivative_that_becomes_nan_on_the_way_is_named_with_its_time() -> None:
    class Root:
        inputs = (Port("u", "1"),)
        outputs = (Port("y", "1"),)
        states = (Port("x", "1", start=1.0),)
        parameters = ()

        def equations(self, t, x, u, p):  # type: ignore[no-untyped-def]
            return {"x": -(u["u"] ** 0.5)}, {"y": x["x"]}

    system = System("s").add("unit", Root()).add_input("u", "1").connect("u", "unit.u")
    with pytest.raises(
        SimulationError,
        match=r"the derivative of 'unit\.x' is nan with the inputs of t = 5\.0000\d s; inputs at t = 5 s: u = 0",
    ):
        simulate(system, {"u": Signal.linear([0, 10], [5.0, -5.0])}, stop=10.0, output_step=10.0)


def test_first_step_does_not_skip_an_explicit_function_of_time() -> None:
    class Wave:
        inputs = ()
        outputs = (Port("y", "1"),)
        states = (Port("x", "1"),)
        parameters = ()

        def equations(self, t, x, u, p):  # type: ignore[no-untyped-def]
            # the period is a hundredth of the run, which is where a given first step would look
            return {"x": np.pi / 10.0 * ca.sin(2.0 * np.pi * t / 10.0) - x["x"] / 1e4}, {"y": x["x"]}

    ds = simulate(System("s").add("unit", Wave()), stop=1000.0, output_step=1000.0, rtol=1e-8)
    # A/(w2 + r2)*(r*sin(w*t) - w*cos(w*t) + w*exp(-r*t)) after whole periods
    omega, rate = 2.0 * np.pi / 10.0, 1e-4
    amplitude = np.pi / 10.0 / (omega**2 + rate**2)
    assert float(ds["unit.y"][-1]) == pytest.approx(amplitude * omega * (np.exp(-0.1) - 1.0), abs=1e-4)
