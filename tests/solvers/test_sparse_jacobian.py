"""The monolithic method hands CVODES the exact Jacobian of the coupled FMUs, with the zeros left out."""

from __future__ import annotations

from pathlib import Path

import casadi as ca
import numpy as np
import pytest
from scipy.linalg import expm

from heatsim.compiler.embedded import compile_model
from heatsim.compiler.toolchain import find_c_compiler
from heatsim.fmu import Fmu
from heatsim.solvers.compose import Composite, compose
from heatsim.solvers.integrator import SegmentIntegrator, Statistics
from heatsim.system import System

CELLS = 40
MODELICA = Path(__file__).parents[2] / "modelica" / "HeatReuse"
NEIGHBOURS = 4  # two upstream and two downstream: the reach of the limiter in both directions


@pytest.fixture(scope="module")
def pipes(tmp_path_factory: pytest.TempPathFactory) -> Composite:
    """Return two pipes one behind the other."""
    out = tmp_path_factory.mktemp("pipe") / "pipe.fmu"
    compile_model(
        "HeatReuse.Validation.PipeTransport",
        library=MODELICA,
        out=out,
        parameters={"n": CELLS},
        c_compiler=find_c_compiler(),
    )
    system = System("pipes").add("first", Fmu(out)).add("second", Fmu(out))
    for name, unit in (("m_flow", "kg/s"), ("T_a", "K"), ("T_surroundings", "K")):
        system.add_input(name, unit)
    for pipe in ("first", "second"):
        system.connect("m_flow", f"{pipe}.m_flow").connect("T_surroundings", f"{pipe}.T_surroundings")
    system.connect("T_a", "first.T_a").connect("first.T_b", "second.T_a")
    return compose(system)


def integrator(composite: Composite) -> SegmentIntegrator:
    return SegmentIntegrator("pipes", composite.ode, composite.states, composite.nominal, 1e-6, Statistics())


def test_jacobian_has_no_more_entries_than_cells_have_neighbours(pipes: Composite) -> None:
    jacobian = integrator(pipes)._integrator(1, 0.01).function.get_function("jacF")
    n = len(pipes.states)
    assert n == 2 * (CELLS + 2)  # temperatures and two meters each
    meters = 4 * 3 + 2 * CELLS  # those of the ends, and heat of all cells
    assert jacobian.nnz_out(0) == pipes.ode.jac_sparsity(0, 1).nnz()
    assert jacobian.nnz_out(0) < 2 * CELLS * (1 + NEIGHBOURS + 1) + meters
    assert jacobian.nnz_out(0) < 0.1 * n**2
    assert jacobian.is_a("SXFunction")  # one pass, without a sweep for each state


def test_jacobian_is_that_of_the_right_hand_side(pipes: Composite) -> None:
    made = integrator(pipes)
    jacobian = made._integrator(1, 0.01).function.get_function("jacF")
    n = len(pipes.states)
    random = np.random.default_rng(5)
    x = np.where(pipes.nominal > 100, 300.0 + np.cumsum(random.uniform(0.1, 1.0, n)), 0.0)
    u = np.array([70.0, 345.0, 281.0])
    order = [list(pipes.externals).index(name) for name in ("m_flow", "T_a", "T_surroundings")]
    inputs = np.zeros(len(pipes.externals))
    inputs[order] = u
    length = 60.0
    w = np.concatenate([[0.0], inputs, np.zeros(len(inputs))])
    z = (x / pipes.nominal)[made._order]
    scaled = np.array(ca.DM(jacobian(0.0, z, [], made._arguments(0.0, length), w)[0]).full())[
        np.ix_(made._place, made._place)
    ]
    matrix = scaled * pipes.nominal[:, None] / pipes.nominal / length
    for column in range(n):
        step = 1e-4
        right, left = x.copy(), x.copy()
        right[column] += step
        left[column] -= step
        difference = np.array(pipes.ode(0.0, right, inputs) - pipes.ode(0.0, left, inputs)).ravel() / (2 * step)
        scale = np.abs(difference).max() + 1e-12
        assert matrix[:, column] == pytest.approx(difference, abs=1e-5 * scale)


def test_states_are_eliminated_in_an_order_that_fills_little() -> None:
    """A star: n states that hang on the first, which would couple all others with each other."""
    n = 60
    x = ca.SX.sym("x", n)
    ode = ca.vertcat(-ca.sum1(x), 0.5 * x[0] - x[1:])
    t, u = ca.SX.sym("t"), ca.SX.sym("u", 0)
    made = SegmentIntegrator("star", ca.Function("f", [t, x, u], [ode]), tuple("x" * n), np.ones(n), 1e-8, Statistics())
    assert list(made._order).index(0) >= n - 2
    assert sorted(made._order) == list(range(n))
    start = np.linspace(1.0, 2.0, n)
    matrix = np.zeros((n, n))
    matrix[0], matrix[1:, 0] = -1.0, 0.5
    matrix[np.arange(1, n), np.arange(1, n)] = -1.0
    expected = expm(3.0 * matrix) @ start
    assert made.advance(start, 0.0, 3.0, np.zeros(0), np.zeros(0)) == pytest.approx(expected, rel=1e-5, abs=1e-6)
