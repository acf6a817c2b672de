"""FMUs with events in every method: a bouncing ball, a branch that switches after the start, samples, both ways."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from fmus.build import fmu
from small_units import Gain, Integrator, height

from heatsim import simulate
from heatsim.fmu import Fmu
from heatsim.system import System

METHODS = pytest.mark.parametrize(
    "method",
    [
        {"method": "monolithic"},
        {"method": "jacobi", "step": 0.05},
        {"method": "jacobi", "step": 0.05, "extrapolation": "held"},
        {"method": "jacobi", "step": 0.05, "extrapolation": "quadratic"},
        {"method": "gauss_seidel", "step": 0.05},
        {"method": "iterated", "step": 0.05},
    ],
    ids=lambda m: " ".join(str(v) for v in m.values()),
)
BOTH = pytest.mark.parametrize("fmi", ["2.0", "3.0"])


def me(name: str, fmi: str) -> Fmu:
    return Fmu(fmu(name, fmi, interfaces=("model_exchange",)))


@BOTH
@METHODS
def test_bouncing_ball(fmi: str, method: dict[str, Any]) -> None:
    ds = simulate(me("ball", fmi), stop=2.0, output_step=0.1, rtol=1e-8, parameters={"e": 0.7}, **method)
    assert ds["h"].values == pytest.approx([height(float(t)) for t in ds.time], abs=1e-5)


@BOTH
@METHODS
def test_branch_that_switches_after_the_start(fmi: str, method: dict[str, Any]) -> None:
    ds = simulate(me("branch", fmi), {"u": 1.0}, stop=5.0, output_step=1.0, rtol=1e-8, **method)
    assert ds["x"].values[-1] == pytest.approx(1.4, abs=1e-7)


@BOTH
@METHODS
def test_samples_on_the_output_grid(fmi: str, method: dict[str, Any]) -> None:
    run = simulate(me("sampler", fmi), {"u": 2.0}, stop=2.0, output_step=0.1, parameters={"period": 0.1}, **method)
    assert run["y"].values == pytest.approx(2.0 * np.arange(21))


@METHODS
def test_coupled_with_the_graph_both_ways(method: dict[str, Any]) -> None:
    system = System("s").add("branch", me("branch", "2.0")).add("z", Integrator()).add("gain", Gain())
    system.set("gain.k", -0.5)
    system.connect("branch.x", "z.u").connect("z.x", "gain.u").connect("gain.y", "branch.u", offset=1.0)
    exact = simulate(system, stop=4.0, output_step=0.5, rtol=1e-10)
    ds = simulate(system, stop=4.0, output_step=0.5, rtol=1e-8, **method)
    limit = 0.1 if method.get("extrapolation") == "held" else 2e-3
    for name in ("branch.x", "z.x", "gain.y"):
        assert ds[name].values == pytest.approx(exact[name].values, abs=limit if "step" in method else 1e-6)
