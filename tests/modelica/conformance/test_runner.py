"""The integrator of the suite itself: FMI 2.0 and 3.0, inputs with jumps, tight tolerances."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from conformance.compiling import compile_to
from conformance.model_exchange import RunError, simulate
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
