"""Order of every method and extrapolation on the two-mass oscillator, against the matrix exponential."""

from __future__ import annotations

from pathlib import Path

import casadi as ca
import numpy as np
import pytest
from fmus.build import fmu
from small_systems import oscillator, oscillator_error
from small_units import casadi_fmu

from heatsim.fmu import Fmu
from heatsim.system import System

# measured independently with another implementation: largest error at H = 0.1, 0.05, 0.025 s
LIMITS = {
    ("jacobi", "held"): (7.2e-1, 3.4e-1, 1.6e-1),
    ("jacobi", "linear"): (2.7e-1, 6.7e-2, 1.7e-2),
    ("gauss_seidel", "held"): (1.1, 3.1e-1, 1.4e-1),
    ("gauss_seidel", "linear"): (2.1e-1, 4.9e-2, 1.2e-2),
    ("iterated", "linear"): (5.1e-2, 1.3e-2, 3.2e-3),
}
ORDERS = {"held": 1.0, "linear": 2.0, "quadratic": 3.0}
METHODS = ("jacobi", "gauss_seidel", "iterated")


@pytest.mark.parametrize(("method", "extrapolation"), LIMITS)
def test_errors_do_not_exceed_those_of_another_implementation(method: str, extrapolation: str) -> None:
    errors = [oscillator_error(oscillator(), step, method, extrapolation) for step in (0.1, 0.05, 0.025)]
    assert np.all(np.array(errors) < LIMITS[method, extrapolation])


@pytest.mark.parametrize("extrapolation", ORDERS)
@pytest.mark.parametrize("method", METHODS)
def test_python_units_reach_the_order(method: str, extrapolation: str) -> None:
    # held signals of Gauss-Seidel are far from their order at longer steps
    coarse = 0.0125 if extrapolation == "held" else 0.025
    errors = [oscillator_error(oscillator(), step, method, extrapolation) for step in (coarse, coarse / 2)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(ORDERS[extrapolation], abs=0.1)


def _mass_fmus(folder: Path) -> System:
    """The oscillator of two Model Exchange FMUs exported by CasADi."""

    def first(dae: ca.DaeBuilder) -> None:
        force, x, v = dae.add("F", "input"), dae.add("x"), dae.add("v")
        dae.eq(dae.der(x), v)
        dae.eq(dae.der(v), -10.0 * x - 0.2 * v + force)
        for name, value in (("x_out", x), ("v_out", v)):
            dae.eq(dae.add(name, "output"), value)

    def second(dae: ca.DaeBuilder) -> None:
        x1, v1, x, v = dae.add("x1", "input"), dae.add("v1", "input"), dae.add("x"), dae.add("v")
        force = 10.0 * (x - x1) + 0.5 * (v - v1)
        dae.eq(dae.der(x), v)
        dae.eq(dae.der(v), -20.0 * x - 0.3 * v - force)
        dae.eq(dae.add("F", "output"), force)
        dae.set_start("x", 0.5)

    system = System("oscillator")
    system.add("a", casadi_fmu(folder / "a", "hs_mass_a", first), start={"x": 0.0, "v": 0.0})
    system.add("b", casadi_fmu(folder / "b", "hs_mass_b", second))
    return system.connect("b.F", "a.F").connect("a.x_out", "b.x1").connect("a.v_out", "b.v1")


@pytest.mark.parametrize("extrapolation", ORDERS)
@pytest.mark.parametrize("method", METHODS)
def test_model_exchange_fmus_give_what_python_units_give(method: str, extrapolation: str, tmp_path: Path) -> None:
    errors = [
        oscillator_error(system, 0.05, method, extrapolation, output)
        for system, output in ((_mass_fmus(tmp_path), "a.x_out"), (oscillator(), "a.x"))
    ]
    assert errors[0] == pytest.approx(errors[1], rel=1e-3)


def _co_simulation(version: str) -> System:
    system = System("oscillator")
    for name, parameters, inputs in (
        ("a", {"k": 10.0, "c": 0.2, "k_link": 0.0, "c_link": 0.0}, {"x_other": 0.0, "v_other": 0.0}),
        ("b", {"k": 20.0, "c": 0.3, "k_link": 10.0, "c_link": 0.5, "x_start": 0.5}, {"F": 0.0}),
    ):
        system.add(name, Fmu(fmu("mass", version), interface="co_simulation"), parameters=parameters, inputs=inputs)
    return system.connect("b.F_other", "a.F").connect("a.x", "b.x_other").connect("a.v", "b.v_other")


@pytest.mark.parametrize("version", ["2.0", "3.0"])
@pytest.mark.parametrize("extrapolation", ["held", "linear"])
@pytest.mark.parametrize("method", METHODS)
def test_co_simulation_fmus_reach_the_order(method: str, extrapolation: str, version: str) -> None:
    # they can only hold their inputs: at the mean of the line over each step
    coarse = 0.0125 if extrapolation == "held" else 0.05
    errors = [oscillator_error(_co_simulation(version), step, method, extrapolation) for step in (coarse, coarse / 2)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(ORDERS[extrapolation], abs=0.1)


def test_held_inputs_of_co_simulation_fmus_are_those_of_python_units() -> None:
    steps = (0.05, 0.025)
    for method in METHODS:
        fmus = [oscillator_error(_co_simulation("2.0"), step, method, "held") for step in steps]
        assert fmus == pytest.approx([oscillator_error(oscillator(), step, method, "held") for step in steps], rel=1e-5)
