"""The integrator of the suite itself: FMI 2.0 and 3.0, inputs with jumps, tight tolerances."""

from __future__ import annotations

import math
from pathlib import Path

import fmpy
import numpy as np
import pytest
from conformance.compiling import compile_to
from conformance.model_exchange import RunError, Unit, simulate
from small_units import fmi2_fmu


def test_fmi2_units_run_with_inputs_that_jump(tmp_path: Path) -> None:
    fmu = fmi2_fmu(tmp_path).path
    run = simulate(
        fmu,
        tmp_path / "run",
        (0.0, 0.5, 0.999, 1.001, 2.0),
        ("x", "y"),
        parameters={"k": 2.0},
        inputs={"u": lambda t: 1.0 if t < 1 else math.sin(t)},
        breaks=(1.0,),
    )
    start = run.values["x"][0]

    def exact(t: float) -> float:
        if t < 1:
            return 0.5 + (start - 0.5) * math.exp(-2 * t)
        particular = lambda s: (2 * math.sin(s) - math.cos(s)) / 5  # noqa: E731
        return particular(t) + (exact(1 - 1e-15) - particular(1)) * math.exp(-2 * (t - 1))

    expected = [exact(t) for t in (0.0, 0.5, 0.999, 1.001, 2.0)]
    np.testing.assert_allclose(run.values["x"], expected, rtol=1e-9)
    np.testing.assert_allclose(run.values["y"], 2 * np.array(expected), rtol=1e-9)
    assert run.events == [1.0]


def test_a_stopped_run_says_what_the_fmu_said(embedded_only: None, tmp_path: Path) -> None:
    (tmp_path / "M.mo").write_text(
        'model M Real x(start = 1, fixed = true); equation der(x) = -x; assert(x > 0.5, "low"); end M;',
        encoding="utf-8",
    )
    fmu = compile_to("embedded", tmp_path / "M.mo", "M", tmp_path / "M.fmu")
    with pytest.raises(RunError, match="low"):
        simulate(fmu, tmp_path / "run", (0.0, 2.0), ("x",))


@pytest.mark.parametrize("stiff", [False, True])
def test_both_integrators_are_accurate(embedded_only: None, stiff: bool, tmp_path: Path) -> None:
    (tmp_path / "M.mo").write_text(
        "model M Real x(start = 1, fixed = true); Real v(start = 0, fixed = true); "
        "equation der(x) = v; der(v) = -25*x; end M;",
        encoding="utf-8",
    )
    fmu = compile_to("embedded", tmp_path / "M.mo", "M", tmp_path / "M.fmu")
    run = simulate(fmu, tmp_path / "run", (0.0, 0.7, 2.0), ("x", "v"), stiff=stiff)
    np.testing.assert_allclose(run.values["x"], np.cos(5 * np.array([0.0, 0.7, 2.0])), atol=2e-8)


BALL = Path(__file__).parent / "models/events/BouncingBall.mo"


def test_an_independent_master_gets_the_same_events(embedded_only: None, tmp_path: Path) -> None:
    fmu = compile_to("embedded", BALL, "BouncingBall", tmp_path / "ball.fmu")
    times = np.linspace(0, 2, 21)
    own = simulate(fmu, tmp_path / "run", times, ("h", "bounces"))
    other = fmpy.simulate_fmu(
        str(fmu), stop_time=2.0, output_interval=0.1, solver="CVode", relative_tolerance=1e-10, output=["h", "bounces"]
    )
    # results at events are recorded twice; the values at the asked times are compared
    rows = [other[np.argmin(np.abs(other["time"] - t))] for t in times]
    np.testing.assert_allclose([row["h"] for row in rows], own.values["h"], atol=2e-6)
    np.testing.assert_array_equal([row["bounces"] for row in rows], own.values["bounces"])


def test_instances_with_events_do_not_disturb_each_other(embedded_only: None, tmp_path: Path) -> None:
    fmu = compile_to("embedded", BALL, "BouncingBall", tmp_path / "ball.fmu")
    first, second = Unit(fmu, tmp_path / "first"), Unit(fmu, tmp_path / "second")
    try:
        for unit, e in ((first, 0.5), (second, 0.9)):
            unit.initialize(0.0, {"e": e}, {})
        for unit in (first, second, first):
            unit.place(1.0, np.array([-1e-6, -2.0]))
            unit.model.enterEventMode()
            unit.iterate()
        assert list(first.states()) == pytest.approx([-1e-6, 1.0])
        assert list(second.states()) == pytest.approx([-1e-6, 1.8])
        assert list(first.get(["bounces"])) == [2.0]
        assert list(second.get(["bounces"])) == [1.0]
    finally:
        first.close()
        second.close()


def test_a_saved_state_brings_discrete_variables_back(embedded_only: None, tmp_path: Path) -> None:
    fmu = compile_to("embedded", BALL, "BouncingBall", tmp_path / "ball.fmu")
    unit = Unit(fmu, tmp_path / "unit")
    try:
        unit.initialize(0.0, {}, {})
        saved = unit.model.getFMUState()
        for _ in range(2):
            unit.place(1.0, np.array([-1e-6, -2.0]))
            unit.model.enterEventMode()
            unit.iterate()
            assert list(unit.get(["bounces"])) == [1.0]
            unit.model.setFMUState(saved)
            assert list(unit.get(["bounces"])) == [0.0]
            assert list(unit.states()) == [1.0, 0.0]
        unit.model.freeFMUState(saved)
    finally:
        unit.close()
