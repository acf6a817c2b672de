"""Steps of a co-simulation that adapt: errors follow the tolerance, known instants are met, few changes."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from fmus.build import fmu
from scipy.linalg import expm
from small_systems import OSCILLATOR, controlled, oscillator, oscillator_error
from small_units import Cold, SampledPI, Tank, Warm

from heatsim.errors import SimulationError, UsageError
from heatsim.fmu import Fmu
from heatsim.simulation import simulate
from heatsim.solvers import cosimulation, step_control
from heatsim.system import Signal, System


@pytest.fixture
def lengths(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Lengths of the accepted steps of a run."""
    found: list[float] = []
    accept = cosimulation.CoSimulation.accept

    def spy(self: Any, step: Any, *rest: Any) -> None:
        found.append(step.length)
        accept(self, step, *rest)

    monkeypatch.setattr(cosimulation.CoSimulation, "accept", spy)
    return found


@pytest.mark.parametrize("extrapolation", ["linear", "quadratic"])
@pytest.mark.parametrize("method", ["jacobi", "gauss_seidel", "iterated"])
@pytest.mark.parametrize(("control", "bound"), [("adaptive", 1.0), ("rollback", 50.0)])
def test_errors_follow_the_tolerance(method: str, extrapolation: str, control: str, bound: float) -> None:
    tolerances = (1e-2, 1e-3)
    errors = [
        oscillator_error(oscillator(), 0.1, method, extrapolation, step_control=control, tolerance=tolerance)
        for tolerance in tolerances
    ]
    # local errors add up over some hundred steps with going back; the error of an extrapolation acts for one step only
    assert np.all(np.array(errors) < bound * np.array(tolerances))
    assert errors[1] < 0.35 * errors[0]


def test_lengths_are_powers_of_two_and_change_seldom(lengths: list[float]) -> None:
    oscillator_error(oscillator(), 0.1, "jacobi", "quadratic", step_control="adaptive", tolerance=1e-3)
    # the last steps before the end are equal parts of what was left
    powers = np.log2(np.array(lengths[:-16]) / 0.1)
    assert np.abs(powers - np.round(powers)).max() < 1e-6
    changes = np.count_nonzero(np.diff(np.round(powers)))
    assert changes < len(lengths) / 20


def test_steps_of_a_system_at_rest_grow(lengths: list[float]) -> None:
    system = System("rest").add("a", Tank(), parameters={"UA": 0.0}, inputs={"Q_flow": 0.0, "T_ambient": 300.0})
    system.add("b", Tank(), inputs={"Q_flow": 0.0}).connect("a.T", "b.T_ambient")
    simulate(system, stop=1e5, output_step=1e4, method="jacobi", step=1.0, step_control="adaptive", tolerance=1e-3)
    assert len(lengths) < 250
    assert max(lengths) > 500.0


@pytest.mark.parametrize("control", ["adaptive", "rollback"])
def test_thermal_bond_stays_stable_from_a_step_that_is_not(control: str) -> None:
    system = System("bond").add("warm", Warm()).add("cold", Cold())
    system.connect("warm.T", "cold.T_in").connect("cold.Q_flow", "warm.Q_flow")
    run: dict[str, Any] = {"stop": 1200.0, "output_step": 60.0, "rtol": 1e-9}
    ds = simulate(system, method="jacobi", step=60.0, step_control=control, tolerance=1e-4, **run)
    reference = simulate(system, **run)
    assert np.abs(ds["warm.T"].values - reference["warm.T"].values).max() < 0.2


@pytest.mark.parametrize("control", ["adaptive", "rollback"])
def test_ticks_and_jumps_are_met_whatever_the_step(control: str) -> None:
    controller = SampledPI(10.0, 3.0)
    options: dict[str, Any] = {"stop": 60.0, "output_step": 7.0, "rtol": 1e-9}
    reference = simulate(controlled(SampledPI(10.0, 3.0)), {"T_ambient": 290.0}, **options)
    ds = simulate(
        controlled(controller), {"T_ambient": 290.0}, method="jacobi", step=0.7, step_control=control, **options
    )
    assert controller.ticks == [0.0, 3.0, 13.0, 23.0, 33.0, 43.0, 53.0]
    assert ds["tank.T"].values == pytest.approx(reference["tank.T"].values, abs=1e-4)
    assert ds["pi.command"].values == pytest.approx(reference["pi.command"].values, rel=1e-4)


@pytest.mark.parametrize("control", ["adaptive", "rollback"])
def test_jump_of_an_input_inside_long_steps_is_exact(control: str) -> None:
    system = System("s").add("tank", Tank(), parameters={"UA": 0.0}, inputs={"T_ambient": 300.0})
    system.add("other", Tank(), inputs={"Q_flow": 0.0}).connect("tank.T", "other.T_ambient")
    system.add_input("Q", "W").connect("Q", "tank.Q_flow")
    ds = simulate(
        system,
        {"Q": Signal.held([0.0, 12.34], [0.0, 1e5])},
        stop=20.0,
        output_step=5.0,
        method="jacobi",
        step=10.0,
        step_control=control,
        tolerance=1e-3,
    )
    assert ds["tank.E_in"].values == pytest.approx([0, 0, 0, 1e5 * (15 - 12.34), 1e5 * (20 - 12.34)], rel=1e-7)


@pytest.mark.parametrize("control", ["adaptive", "rollback"])
def test_bouncing_ball_is_seen_whatever_the_step(control: str) -> None:
    for interface in ("model_exchange", "co_simulation"):
        system = System("s").add("ball", Fmu(fmu("ball", "3.0"), interface=interface))
        run: dict[str, Any] = {"stop": 1.0, "output_step": 0.05, "method": "jacobi", "step": 0.05, "rtol": 1e-8}
        ds = simulate(system, step_control=control, tolerance=1e-3, **run)
        e, g, h = (system.members["ball"].ports["parameters"][n].start for n in ("e", "g", "h_start"))
        first = np.sqrt(2 * h / g)
        bounced = ds["time"].values - first
        speed = e * g * first
        flight = 2 * speed / g
        exact = np.where(bounced < 0, h - g * ds["time"] ** 2 / 2, speed * bounced - g * bounced**2 / 2)
        here = bounced < flight
        assert (bounced[here] > 0).sum() > 3
        assert ds["ball.h"].values[here] == pytest.approx(exact[here], abs=1e-5), interface


def test_statistics_count_steps_exchanges_and_time_of_each_unit() -> None:
    ds = simulate(
        oscillator(),
        stop=5.0,
        output_step=1.0,
        method="gauss_seidel",
        step=0.4,
        step_control="rollback",
        tolerance=1e-4,
    )
    stats = json.loads(ds.attrs["stats"])
    assert stats["steps_rejected"] > 0
    assert stats["exchanges"] == stats["steps_accepted"] > 10
    assert set(stats["unit_seconds"]) == {"a", "b"}
    assert all(0 < seconds < stats["wall_seconds"] for seconds in stats["unit_seconds"].values())
    assert (ds.attrs["step_control"], ds.attrs["tolerance"]) == ("rollback", 1e-4)


def test_results_between_exchanges_are_those_of_the_step() -> None:
    # one output every 0.01 s, exchanges every 0.2 s: the interior is integrated, no line between exchanges
    ds = simulate(oscillator(), stop=2.0, output_step=0.01, method="iterated", step=0.2, extrapolation="quadratic")
    exact = np.array([(expm(OSCILLATOR * t) @ [0, 0, 0.5, 0])[2] for t in ds["time"].values])
    assert np.abs(ds["b.x"].values - exact).max() < 0.02
    coarse = np.interp(ds["time"].values, ds["time"].values[::20], exact[::20])
    assert np.abs(coarse - exact).max() > 0.05


def test_tolerance_that_cannot_be_met_names_the_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step_control, "_SHORTEST", 2.0)
    with pytest.raises(
        SimulationError, match=r"'[ab]\.\w+' errs by .* times the tolerance in a step of .* s at t = 0 s"
    ):
        oscillator_error(oscillator(), 0.4, "jacobi", "held", step_control="rollback", tolerance=1e-8)
    with pytest.raises(SimulationError, match=r"signal '[ab]\.\w+' still moves by .* times the tolerance"):
        oscillator_error(oscillator(), 0.4, "jacobi", "held", step_control="adaptive", tolerance=1e-8)


@pytest.mark.parametrize("version", ["2.0", "3.0"])
@pytest.mark.parametrize("interface", ["co_simulation", "model_exchange"])
@pytest.mark.parametrize(("method", "control"), [("iterated", "constant"), ("jacobi", "rollback")])
@pytest.mark.parametrize(
    ("how", "words"), [(3, r"failed \(fatal\)"), (4, "crashed with SIGSEGV"), (9, "asks to end the simulation")]
)
def test_unit_that_has_ended_is_not_tried_again(
    how: int, words: str, method: str, control: str, interface: str, version: str
) -> None:
    start = {"how": float(how), "t_fail": 5.3}
    bad = Fmu(fmu("failing", version, start=start), interface=interface, isolate=how == 4)
    if bad.execution == "graph":
        pytest.skip("within the graph it is not known which way it failed")
    system = System("s").add("tank", Tank(), inputs={"T_ambient": 300.0}).add("bad", bad)
    system.connect("bad.y", "tank.Q_flow").connect("tank.T", "bad.u", factor=0.01)
    run: dict[str, Any] = {"stop": 10.0, "output_step": 1.0, "step": 0.5, "tolerance": 1e-3}
    with pytest.raises(SimulationError, match=words) as caught:
        simulate(system, method=method, step_control=control, **run)
    # the first failure, not what became of it when the step was repeated or its states were freed
    text = str(caught.value)
    assert text.startswith("bad: ")
    assert text.count("the table ends at 5.3 s") == 1
    assert "u = 3" in text or how == 9


def test_unit_that_cannot_go_back_is_named() -> None:
    system = System("s").add("lag", Fmu(fmu("lag", "2.0"))).add_input("w", "1").connect("w", "lag.u")
    run: dict[str, Any] = {"stop": 1.0, "output_step": 0.5, "step": 0.1}
    with pytest.raises(UsageError, match=r"lag: step_control 'rollback' needs units that can go back"):
        simulate(system, {"w": 1.0}, method="jacobi", step_control="rollback", **run)
    with pytest.raises(
        UsageError, match=r"lag: method 'iterated' needs units that can go back .* choose method 'jacobi'"
    ):
        simulate(system, {"w": 1.0}, method="iterated", **run)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"step_control": "fast", "method": "jacobi", "step": 1.0}, "step_control 'fast' is unknown"),
        ({"step_control": "adaptive"}, "step_control= belongs to the methods of co-simulation"),
        ({"tolerance": 1e-3}, "tolerance= belongs to the methods of co-simulation"),
        ({"tolerance": 1e-3, "method": "jacobi", "step": 1.0}, "tolerance= has no effect on method 'jacobi'"),
        ({"tolerance": 5.0, "method": "iterated", "step": 1.0}, "tolerance must lie between"),
        ({"tolerance": float("nan"), "method": "iterated", "step": 1.0}, "tolerance must be a finite number"),
        ({"method": "iterated"}, "method 'iterated' needs step="),
        ({"method": "gauss_seidel", "step": -1.0}, "step must be positive"),
        ({"method": "jacobi", "step": 1.0, "order": ["a"]}, "order= has no effect on method 'jacobi'"),
        ({"method": "gauss_seidel", "step": 1.0, "order": ["c"]}, "order: no unit 'c'"),
        ({"method": "gauss_seidel", "step": 1.0, "order": ["a", "a"]}, "order: a unit is named twice"),
        ({"method": "jacobi", "step": 1.0, "clusters": "all"}, "clusters='all' is unknown"),
        ({"method": "jacobi", "step": 1.0, "clusters": [["a", "x"]]}, "clusters: no unit 'x'"),
        ({"method": "jacobi", "step": 1.0, "clusters": [["a", "b"], ["a"]]}, "clusters: 'a' is named twice"),
    ],
)
def test_choices_that_make_no_sense_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        simulate(oscillator(), stop=1.0, output_step=0.5, **options)
