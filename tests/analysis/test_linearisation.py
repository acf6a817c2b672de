"""Linear models against analytic matrices, transfer functions, and small steps in the nonlinear simulation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import control
import numpy as np
import pytest
import xarray as xr
from small_systems import OSCILLATOR, controlled, oscillator
from small_units import Gain, SampledPI, Tank, bar_fmu, fmi2_fmu

from heatsim.analysis.linearisation import linearize
from heatsim.control import PI
from heatsim.errors import HeatsimWarning, SimulationError, UsageError
from heatsim.simulation import simulate
from heatsim.solvers import trim
from heatsim.system import Port, System

C, UA, K, TI, SENSOR = 1e5, 100.0, 500.0, 400.0, 20.0


class Radiator:
    """C*der(T) = Q_flow - s*(T**4 - T_ambient**4), nonlinear on purpose."""

    inputs = (Port("Q_flow", "W"), Port("T_ambient", "K", nominal=300.0))
    outputs = (Port("T", "K", nominal=300.0), Port("Q_flow_loss", "W"))
    states = (Port("T", "K", start=300.0, nominal=300.0),)
    parameters = (Port("s", "W/K4", start=2e-6),)

    def equations(
        self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        loss = p["s"] * (x["T"] ** 4 - u["T_ambient"] ** 4)
        return {"T": (u["Q_flow"] - loss) / C}, {"T": x["T"], "Q_flow_loss": loss}


def _loop(plant: Any = None) -> System:
    """Tank under a continuous PI."""
    system = System("loop").add("tank", plant or Tank())
    limits = {"setpoint": 320.0, "feedforward": 0.0, "y_min": -1e6, "y_max": 1e6}
    system.add("pi", PI(k=K, Ti=TI, T_sensor=SENSOR, unit="K", command_unit="W", measured_start=300.0), inputs=limits)
    system.add_input("T_ambient", "K").connect("T_ambient", "tank.T_ambient")
    return system.connect("tank.T", "pi.measurement").connect("pi.y", "tank.Q_flow")


def _open_loop(s: complex) -> complex:
    """Loop transfer function of `_loop` from the heat to the command, by hand."""
    return -K * (1 + 1 / (TI * s)) / (1 + SENSOR * s) / (C * s + UA)


def test_two_masses_have_their_exact_matrix() -> None:
    system = oscillator()
    lin = linearize(system, trim(system), inputs=["a.F"], outputs=["b.x", "b.v"])
    assert np.asarray(lin.A) == pytest.approx(OSCILLATOR, abs=1e-12)
    assert lin.B.ravel() == pytest.approx([0, 1, 0, 0])
    assert np.asarray(lin.C) == pytest.approx(np.array([[0, 0, 1, 0], [0, 0, 0, 1]]))
    assert lin.state_labels == ["a/x", "a/v", "b/x", "b/v"]
    assert (lin.input_labels, lin.output_labels) == (["a/F"], ["b/x", "b/v"])


def test_loop_opened_by_name_has_the_analytic_transfer_function_and_margins() -> None:
    system = _loop()
    point = trim(system, {"T_ambient": 290.0})
    lin = linearize(system, point, inputs=[], outputs=["tank.T"], open="pi.y")
    assert (lin.input_labels, lin.output_labels) == (["pi/y"], ["tank/T", "pi/y"])
    loop = lin["pi/y", "pi/y"]
    for omega in (1e-4, 1e-3, 1e-2, 0.1):
        assert complex(loop(1j * omega)) == pytest.approx(_open_loop(1j * omega), rel=1e-9)
    _, phase, _, crossing = control.margin(-loop)
    assert abs(_open_loop(1j * crossing)) == pytest.approx(1.0, rel=1e-6)
    assert phase == pytest.approx(180.0 + np.degrees(np.angle(-_open_loop(1j * crossing))), abs=1e-6)
    # opened at the one input that the signal drives, the loop is the same
    same = linearize(system, point, inputs=[], outputs=[], open="tank.Q_flow")
    assert complex(same(0.01j)) == pytest.approx(_open_loop(0.01j), rel=1e-9)


def test_what_is_added_at_an_input_in_a_closed_loop_sees_the_sensitivity() -> None:
    system = _loop()
    point = trim(system, {"T_ambient": 290.0})
    lin = linearize(system, point, inputs=["tank.Q_flow", "pi.y"], outputs=["tank.Q_flow", "pi.y"])
    s = 0.01j
    loop = -_open_loop(s)
    assert complex(lin["tank/Q_flow", "tank/Q_flow"](s)) == pytest.approx(1 / (1 + loop), rel=1e-9)
    # what the controller gives does not contain what is added to it
    assert complex(lin["pi/y", "pi/y"](s)) == pytest.approx(-loop / (1 + loop), rel=1e-9)
    assert complex(lin["tank/Q_flow", "pi/y"](s)) == pytest.approx(1 / (1 + loop), rel=1e-9)


def test_closed_loops_stay_out_of_a_pattern_that_opens_the_others() -> None:
    system = _loop()
    point = trim(system, {"T_ambient": 290.0})
    lin = linearize(system, point, inputs=[], outputs=[], open=["*.y", "tank.T"], close="pi.y")
    assert lin.input_labels == ["tank/T"]
    assert linearize(system, point, outputs="tank.T", open="pi.y", close="pi.*").input_labels == ["T_ambient"]


def test_small_step_of_a_nonlinear_loop_is_that_of_the_linear_model() -> None:
    system = _loop(Radiator())
    point = trim(system, {"T_ambient": 290.0})
    lin = linearize(system, point, outputs=["tank.T", "pi.y", "tank.Q_flow_loss"])
    errors = []
    for step in (1.0, 0.1):
        ds = simulate(system, {"T_ambient": 290.0 + step}, stop=3000.0, start_from=point, rtol=1e-10)
        time = ds["time"].values
        response = control.forced_response(lin, time, np.full(time.size, step)).y
        error = 0.0
        for name, row in zip(("tank.T", "pi.y"), response, strict=False):
            moved = ds[name].values - ds[name].values[0]
            error = max(error, float(np.abs(row - row[0] - moved).max() / np.abs(moved).max()))
        errors.append(error)
    # the error falls with the step: what is left is curvature, not a wrong derivative
    assert errors[0] < 1e-2
    assert errors[1] < 0.2 * errors[0]


def test_fmus_with_equations_and_arrays_meet_the_matrix_of_the_bar(tmp_path: Path) -> None:
    bar = bar_fmu(tmp_path)
    point = trim(bar, {"Q_flow": 100.0, "T_end": 300.0})
    lin = linearize(bar, point, outputs=["T", "Q_flow_end"])
    assert lin.input_labels == ["Q_flow", "T_end"]
    assert lin.output_labels == ["T[1]", "T[2]", "T[3]", "Q_flow_end"]
    conduction = np.array([[-1, 1, 0], [1, -2, 1], [0, 1, -2]]) * 0.01
    assert np.asarray(lin.A) == pytest.approx(conduction, abs=1e-12)
    assert np.asarray(lin.B) == pytest.approx(np.array([[1e-3, 0], [0, 0], [0, 0.01]]), abs=1e-12)
    assert lin.C[3] == pytest.approx([0, 0, 10])
    assert lin.D[3] == pytest.approx([0, -10])


def test_fmu_that_is_only_a_binary_is_linearised_in_its_loop(tmp_path: Path) -> None:
    looped = System("s").add("decay", fmi2_fmu(tmp_path), parameters={"k": 0.25}).add("gain", Gain())
    looped.set("gain.k", -0.5).connect("decay.y", "gain.u", factor=0.5).connect("gain.y", "decay.u")
    lin = linearize(looped, trim(looped), inputs="decay.u", outputs=["decay.y", "decay.x"])
    assert np.asarray(lin.A) == pytest.approx(np.array([[-0.75]]), abs=1e-9)
    assert np.asarray(lin.B) == pytest.approx(np.array([[1.0]]), abs=1e-9)
    assert np.asarray(lin.C) == pytest.approx(np.array([[2.0], [1.0]]), abs=1e-9)
    opened = linearize(looped, trim(looped), inputs=[], outputs=[], open="gain.y")
    assert complex(opened(1j)) == pytest.approx(-0.5 / (1j + 0.25), rel=1e-9)


def test_cycle_without_a_state_is_solved() -> None:
    system = System("s").add("tank", Tank()).add("gain", Gain(), parameters={"k": 0.25}).add("sum", _Sum())
    system.add_input("r", "").connect("r", "sum.a").connect("gain.y", "sum.b").connect("sum.y", "gain.u")
    system.connect("sum.y", "tank.Q_flow", factor=1.0, offset=0.5).set("tank.T_ambient", 290.0)
    point = trim(system, {"r": 10.0})
    lin = linearize(system, point, outputs=["sum.y", "tank.T"])
    # y = r + 0.25*y
    assert float(lin.D[0, 0]) == pytest.approx(4 / 3, rel=1e-12)
    assert float(lin.B[0, 0]) == pytest.approx(4 / 3 / C, rel=1e-12)


class _Sum:
    inputs = (Port("a", ""), Port("b", ""))
    outputs = (Port("y", ""),)
    states = ()
    parameters = ()

    def equations(
        self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        return {}, {"y": u["a"] + u["b"]}


def test_meters_are_left_out_unless_they_are_wanted() -> None:
    system = _loop()
    point = trim(system, {"T_ambient": 290.0})
    lin = linearize(system, point)
    assert "tank/E_in" not in lin.state_labels + lin.output_labels
    assert lin.info.removed == ("tank.E_in",)
    asked = linearize(system, point, outputs="tank.E_in")
    assert "tank/E_in" in asked.state_labels
    # the meter integrates the command
    assert complex(asked(0.01j)) == pytest.approx(
        complex(linearize(system, point, outputs="pi.y")(0.01j)) / 0.01j, rel=1e-9
    )
    assert "tank/E_in" in linearize(system, point, keep_meters=True).output_labels


def test_rows_of_a_dataset_are_operating_points() -> None:
    system = _loop(Radiator())
    point = trim(system, {"T_ambient": 290.0})
    ds = simulate(system, {"T_ambient": 300.0}, stop=600.0, start_from=point, variables=["states", "*"])
    first = linearize(system, ds, t=60.0, outputs="tank.T")
    row = linearize(system, ds.sel(time=60.0), outputs="tank.T")
    temperature = float(ds["tank.T"].sel(time=60.0))
    assert first.A[0, 0] == pytest.approx(-8e-6 * temperature**3 / C, rel=1e-12)
    assert np.array_equal(first.A, row.A)
    assert first.info.residual > 1e-6
    with pytest.raises(UsageError, match=r"no row at t = 61 s .*the nearest at 60 s"):
        linearize(system, ds, t=61.0)
    with pytest.raises(UsageError, match=r"has 11 rows; choose one by t="):
        linearize(system, ds)
    with pytest.raises(UsageError, match=r"has no state 'pi\.measured'; simulate with variables="):
        linearize(system, ds.drop_vars("pi.measured").isel(time=0))


def test_state_hidden_by_an_output_of_its_name_is_noticed() -> None:
    class Doubled(Radiator):
        def equations(self, t, x, u, p):  # type: ignore[no-untyped-def]
            rates, outputs = super().equations(t, x, u, p)
            return rates, {**outputs, "T": 2.0 * x["T"]}

    system = System("s").add("tank", Doubled(), inputs={"Q_flow": 0.0, "T_ambient": 290.0})
    ds = simulate(system, stop=60.0, variables=["states", "*"])
    with pytest.raises(UsageError, match=r"holds the output 'tank\.T', which differs from the state"):
        linearize(system, ds.isel(time=-1))


def test_sampled_units_are_held_and_named_by_default() -> None:
    system = controlled(SampledPI(10.0))
    point = trim(system, {"T_ambient": 290.0})
    lin = linearize(system, point, inputs=["T_ambient", "pi.command"], outputs="tank.T")
    assert lin.info.held == ("pi",)
    assert lin.dt == 0
    assert np.asarray(lin.A) == pytest.approx(np.array([[-UA / C]]))
    assert lin.B.ravel() == pytest.approx([UA / C, 1 / C])
    with pytest.raises(UsageError, match="pi is a sampled unit"):
        linearize(system, point, sampled="error")
    with pytest.raises(UsageError, match=r"open: 'pi\.command' is held"):
        linearize(system, point, open="pi.command")


def test_discrete_model_of_a_sampled_loop_has_its_exact_matrices() -> None:
    system = controlled(SampledPI(10.0))
    point = trim(system, {"T_ambient": 290.0})
    lin = linearize(system, point, outputs="tank.T", sampled="discrete")
    decay = np.exp(-10.0 * UA / C)
    gain = (1 - decay) / UA
    kept = 500.0 + 500.0 / 400.0 * 10.0
    expected = np.array([[decay - gain * kept, gain], [-500.0 / 400.0 * 10.0, 1.0]])
    assert lin.dt == 10.0
    assert lin.state_labels == ["tank/T", "pi/memory/integral"]
    assert np.asarray(lin.A) == pytest.approx(expected, rel=1e-7)
    opened = linearize(system, point, inputs=[], outputs=[], open="pi.command", sampled="discrete")
    z = np.exp(0.02j * 10.0)
    plant = gain / (z - decay)
    assert complex(opened(z)) == pytest.approx(-(500.0 + 12.5 * z / (z - 1)) * plant, rel=1e-7)


def test_units_of_different_periods_and_offsets_give_the_response_of_the_simulation() -> None:
    system = System("s").add("tank", Tank()).add("pi", SampledPI(20.0), inputs={"setpoint": 320.0})
    system.add("trim", SampledPI(30.0, 10.0), inputs={"setpoint": 2500.0}, parameters={"k": -0.3, "Ti": 900.0})
    system.add("sum", _Sum()).add_input("T_ambient", "K").connect("T_ambient", "tank.T_ambient")
    system.connect("tank.T", "pi.measurement").connect("pi.command", "sum.a").connect("trim.command", "sum.b")
    system.connect("pi.command", "trim.measurement", factor=1.0, offset=1e-12)
    system.connect("sum.y", "tank.Q_flow", factor=1.0, offset=1e-12)
    point = trim(system, {"T_ambient": 290.0})
    lin = linearize(system, point, outputs=["tank.T", "pi.command", "trim.command"], sampled="discrete")
    assert lin.dt == 60.0
    ds = simulate(system, {"T_ambient": 291.0}, stop=3600.0, start_from=point, rtol=1e-10)
    base = simulate(system, {"T_ambient": 290.0}, stop=3600.0, start_from=point, rtol=1e-10)
    response = control.forced_response(lin, ds["time"].values, np.ones(61)).y
    for name, row in zip(("tank.T", "pi.command", "trim.command"), response, strict=True):
        moved = (ds[name] - base[name]).values
        assert row == pytest.approx(moved, abs=1e-4 * np.abs(moved).max()), name


def test_step_with_a_limit_at_the_point_is_refused_with_the_command() -> None:
    class Limited(SampledPI):
        def step(self, t, u, state, p):  # type: ignore[no-untyped-def]
            outputs, memory = super().step(t, u, state, p)
            return {"command": min(outputs["command"], state.get("limit", 1e9))}, {**memory, "limit": 1e9}

        def initial_state(self, u, p):  # type: ignore[no-untyped-def]
            return {"integral": 0.0, "limit": 1e9}

    system = controlled(Limited(10.0))
    point = trim(system, {"T_ambient": 290.0})
    linearize(system, point, sampled="discrete")
    point.memory["pi"]["limit"] = point.commands["pi.command"]
    error = 320.0 - point.states["tank.T"]
    point.memory["pi"]["limit"] = 512.5 * error + point.memory["pi"]["integral"]
    with pytest.raises(SimulationError, match=r"pi: its step\(\) has a kink or a jump here: 'command'"):
        linearize(system, point, sampled="discrete")
    assert linearize(system, point, sampled={"pi": "held"}).dt == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"inputs": "T_ambiant"}, r"input: nothing matches 'T_ambiant' \(did you mean 'T_ambient'\?\)"),
        ({"inputs": "pi.integral"}, r"'pi\.integral' is no signal between units; a state is no input"),
        ({"outputs": "tank.TT"}, r"output: nothing matches 'tank\.TT'"),
        ({"open": "tank.T_ambient"}, r"no unit drives 'tank\.T_ambient'"),
        ({"open": "T_ambient"}, r"'T_ambient' is no signal between units; name an output of a unit"),
        ({"sampled": "discrete"}, "has no sampled units"),
        ({"inputs": []}, "no inputs; name some in inputs="),
        ({"sampled": "frozen"}, "sampled='frozen' is unknown"),
        ({"hold": "tank"}, "hold= takes opaque units; 'tank' is none"),
    ],
)
def test_wrong_calls_name_the_mistake(arguments: dict[str, Any], message: str) -> None:
    system = _loop()
    with pytest.raises(UsageError, match=message):
        linearize(system, trim(system, {"T_ambient": 290.0}), **arguments)


def test_derivative_that_is_not_finite_names_its_place() -> None:
    class Root(Radiator):
        def equations(self, t, x, u, p):  # type: ignore[no-untyped-def]
            return {"T": (x["T"] - 300.0) ** 0.5}, {"T": x["T"], "Q_flow_loss": 0}

    system = System("s").add("tank", Root(), inputs={"Q_flow": 0.0, "T_ambient": 0.0})
    with pytest.raises(SimulationError, match=r"tank: the derivatives of 'der\(T\)' are not finite at t = 0 s"):
        linearize(system, trim(system), inputs="tank.Q_flow")


def test_point_of_another_kind_is_refused() -> None:
    with pytest.raises(UsageError, match=r"not dict; start with hs\.trim"):
        linearize(_loop(), {"T_ambient": 290.0})  # type: ignore[arg-type]


def test_time_is_frozen_at_the_point() -> None:
    class Clocked(Radiator):
        def equations(self, t, x, u, p):  # type: ignore[no-untyped-def]
            return {"T": -(1.0 + 0.1 * t) * x["T"]}, {"T": x["T"], "Q_flow_loss": 0}

    system = System("s").add("tank", Clocked(), inputs={"Q_flow": 0.0, "T_ambient": 0.0})
    ds = simulate(system, stop=4.0, output_step=2.0, variables=["states", "*"])
    assert isinstance(ds, xr.Dataset)
    lin = linearize(system, ds, t=2.0, inputs="tank.Q_flow", outputs="tank.T")
    assert lin.A[0, 0] == pytest.approx(-1.2)


def test_kinks_at_the_point_are_named() -> None:
    system = _loop()
    point = trim(system, {"T_ambient": 290.0})
    assert linearize(system, point).info.kinks == ()
    # the command is at its upper limit, to the last bit
    limited = _loop().set("pi.y_max", 3000.0)
    point.states["pi.integral"] = 3000.0
    point.states["pi.measured"] = 320.0
    with pytest.warns(HeatsimWarning, match=r"lies on kinks .* of pi \(\d\), where the linear model holds in one"):
        lin = linearize(limited, point)
    assert any("pi: " in text and "'integral'" in text for text in lin.info.kinks)
    assert not any("E_in" in text for text in lin.info.kinks)
