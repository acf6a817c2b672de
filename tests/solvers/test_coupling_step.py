"""The map from one exchange to the next is what the co-simulation does; its spectral radius tells where it diverges."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
import xarray as xr
from scipy.linalg import expm
from small_bonds import thermal_bond
from small_systems import OSCILLATOR, oscillator

from heatsim.simulation import simulate
from heatsim.solvers.advice import EXTRAPOLATIONS, METHODS, StabilityModel, largest, rounded_down
from heatsim.solvers.compose import compose
from heatsim.solvers.coupling_step import couple, iteration_matrix, spectral_radius, step_matrix, transition
from heatsim.solvers.linear_units import LinearSystem, LinearUnit, linear_system
from heatsim.system import System

_CASES = [(method, extrapolation) for method in METHODS for extrapolation in EXTRAPOLATIONS]


def _linear(system: System) -> LinearSystem:
    composite = compose(system)
    return linear_system(composite, 0.0, composite.initial, np.zeros(0))


def _model(system: System) -> StabilityModel:
    return StabilityModel(system, _linear(system), [[name] for name in system.members])


def _quiet(system: System, **keywords: Any) -> xr.Dataset:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return simulate(system, advise=False, bounds="off", rtol=1e-9, **keywords)


@pytest.mark.parametrize(("method", "extrapolation"), _CASES)
def test_map_reproduces_the_run_of_a_linear_system(method: str, extrapolation: str) -> None:
    step = 0.1
    tolerance = {"tolerance": 1e-9} if method == "iterated" else {}
    ds = _quiet(
        oscillator(),
        stop=3.0,
        output_step=step,
        method=method,
        extrapolation=extrapolation,
        step=step,
        order=None if method == "jacobi" else ["a", "b"],
        variables=["states", "*"],
        **tolerance,
    )
    coupling = couple(_linear(oscillator()), [["a"], ["b"]])
    assert coupling.signals == (("a", "x"), ("a", "v"), ("b", "F"))
    matrix = step_matrix(coupling, transition(coupling, step), method, extrapolation, [0, 1])
    x = np.stack([ds[name].values for name in ("a.x", "a.v", "b.x", "b.v")], axis=1)
    signals = np.stack([ds[name].values for name in ("a.x", "a.v", "b.F")], axis=1)
    degree = EXTRAPOLATIONS.index(extrapolation)
    for n in range(4, 29):
        z = np.concatenate([x[n], *(signals[n - 1 - k] for k in range(degree))])
        np.testing.assert_allclose((matrix @ z)[:4], x[n + 1], atol=2e-7)


def test_merged_units_follow_the_exact_solution() -> None:
    coupling = couple(_linear(oscillator()), [["a", "b"]])
    assert coupling.signals == ()
    matrix = step_matrix(coupling, transition(coupling, 0.3), "jacobi", "linear")
    # without signals no state is visible, so nothing is left to be unstable
    assert matrix.size == 0
    both = couple(_linear(oscillator()), [["a"], ["b"]])
    np.testing.assert_allclose(expm(both.monolithic * 0.3), expm(OSCILLATOR * 0.3), atol=1e-12)


def test_frozen_inputs_cut_the_loop() -> None:
    coupling = couple(_linear(oscillator()), [["a"], ["b"]], frozen=[("a", "F")])
    alone = np.array([[0.0, 1.0], [-10.0, -0.2]])
    radius = spectral_radius(step_matrix(coupling, transition(coupling, 0.5), "jacobi", "linear"))
    other = np.array([[0.0, 1.0], [-30.0, -0.8]])
    expected = max(np.abs(np.linalg.eigvals(expm(m * 0.5))).max() for m in (alone, other))
    assert radius == pytest.approx(expected, rel=1e-6)


# both capacities together have the time constant 25 s * 36/37; Euler's method is stable up to twice, that of Adams and
# Bashforth up to once, their third-order one up to 6/11 of it; the exact solution of the large capacity changes little
@pytest.mark.parametrize(("extrapolation", "limit"), [("held", 50.0), ("linear", 25.0), ("quadratic", 25.0 * 6 / 11)])
def test_limits_of_the_thermal_bond(extrapolation: str, limit: float) -> None:
    found = _model(thermal_bond()).stable_step("jacobi", extrapolation, 5.0)
    assert found == pytest.approx(limit * 36 / 37, rel=0.03)


@pytest.mark.parametrize("first", [0.01, 10.0, 1000.0])
def test_limit_is_found_from_either_side(first: float) -> None:
    assert _model(thermal_bond()).stable_step("jacobi", "held", first) == pytest.approx(48.65, rel=0.025)


@pytest.mark.parametrize(
    ("method", "extrapolation"),
    [("jacobi", "held"), ("jacobi", "linear"), ("jacobi", "quadratic"), ("gauss_seidel", "linear")],
)
def test_thermal_bond_diverges_where_it_is_predicted(method: str, extrapolation: str) -> None:
    limit = _model(thermal_bond()).stable_step(method, extrapolation, 5.0)
    for factor, diverges in ((0.9, False), (1.1, True)):
        step = factor * limit
        ds = _quiet(
            thermal_bond(), method=method, extrapolation=extrapolation, step=step, stop=80 * step, output_step=step
        )
        off = np.abs(ds["warm.T"].values - 50.0 * 25 / 925 - 300.0)
        assert (off[-10:].max() > off[30:40].max()) == diverges


@pytest.mark.parametrize(
    ("method", "extrapolation"),
    [
        ("jacobi", "held"),
        ("jacobi", "linear"),
        ("jacobi", "quadratic"),
        ("gauss_seidel", "held"),
        ("iterated", "linear"),
    ],
)
def test_oscillator_diverges_where_it_is_predicted(method: str, extrapolation: str) -> None:
    order = () if method == "jacobi" else ("a", "b")
    linear = _linear(oscillator())
    model = StabilityModel(oscillator(), linear, [["a"], ["b"]], order=order)
    limit = model.stable_step(method, extrapolation, 0.01)
    assert 1e-3 < limit < 10.0
    for factor, diverges in ((0.9, False), (1.1, True)):
        step = factor * limit
        settings = {"step": step, "stop": step * 300, "output_step": step, "order": order or None}
        x = np.abs(_quiet(oscillator(), method=method, extrapolation=extrapolation, **settings)["a.x"].values)
        assert (x[-50:].max() > x[50:100].max()) == diverges


def test_accelerated_iteration_has_no_limit_with_few_signals() -> None:
    model = StabilityModel(thermal_bond(), _linear(thermal_bond()), [["warm"], ["cold"]], order=("warm", "cold"))
    matrix = iteration_matrix(model.coupling, transition(model.coupling, 100.0), "linear", [0, 1])
    # plain iteration of Crank and Nicolson's rule: UA*H/(2*C), a little less for the other capacity
    assert spectral_radius(matrix) == pytest.approx(2.0, rel=0.06)
    assert spectral_radius(matrix, beyond=5) == 0.0
    assert model.stable_step("iterated", "linear", 1.0) == np.inf
    ds = _quiet(thermal_bond(), method="iterated", step=100.0, stop=2e4, output_step=100.0, order=["warm", "cold"])
    assert float(ds["warm.T"][-1]) == pytest.approx(300.0 + 50.0 * 25 / 925, abs=0.1)


def test_plant_that_is_unstable_by_itself_is_no_fault_of_the_coupling() -> None:
    unit = LinearUnit("a", ("u",), ("y",), np.array([[0.01]]), np.array([[1.0]]), np.array([[1.0]]), np.zeros((1, 1)))
    other = LinearUnit("b", ("u",), ("y",), np.array([[-1.0]]), np.array([[1.0]]), np.array([[1e-3]]), np.zeros((1, 1)))
    linear = LinearSystem((unit, other), (("a", "u"), ("b", "u")), (("a", "y"), ("b", "y")), np.array([[0, 1], [1, 0]]))
    model = StabilityModel(System("s"), linear, [["a"], ["b"]])
    assert model.plant_rate == pytest.approx(0.011, abs=2e-4)
    radius = model.radius(1.0, "jacobi", "linear")
    assert radius > 1.01
    assert not model.is_unstable(1.0, radius)


def test_search_for_the_limit() -> None:
    assert largest(lambda step: step > 3.0, 1.0) == pytest.approx(3.0, rel=0.02)
    assert largest(lambda step: step > 3.0, 500.0) == pytest.approx(3.0, rel=0.02)
    assert largest(lambda step: False, 1.0) == np.inf
    assert largest(lambda step: True, 1.0) == 0.0
    assert [rounded_down(x) for x in (4.871, 0.0123, 100.0, 4.0)] == [4.8, 0.012, 100.0, 4.0]
