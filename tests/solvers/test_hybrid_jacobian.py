"""Jacobian of a graph with units that have events, against central finite differences of the whole."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from fmus.build import fmu

from heatsim import simulate
from heatsim.fmu import Fmu
from heatsim.solvers.compose import compose
from heatsim.solvers.event_unit import EventUnit
from heatsim.solvers.hybrid_model import HybridModel
from heatsim.solvers.integrator import Statistics
from heatsim.system import Port, System


class Rod:
    """Heat conduction in n layers with a nonlinear loss; gives its last temperature and its mean."""

    inputs = (Port("Q", "W"),)
    outputs = (Port("T", "K"), Port("mean", "K"))
    parameters = ()

    def __init__(self, n: int) -> None:
        self.states = tuple(Port(f"T{i}", "K", start=300.0, nominal=300.0) for i in range(n))

    def equations(
        self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        T = list(x.values())
        rates = {}
        for i, name in enumerate(x):
            left = T[i - 1] - T[i] if i else u["Q"] / 10
            right = T[i + 1] - T[i] if i < len(T) - 1 else (290 - T[i]) ** 3 / 1e4
            rates[name] = 0.1 * (left + right)
        return rates, {"T": T[-1] + 0.01 * u["Q"], "mean": sum(T) / len(T)}


def system(n: int, fmi: str = "2.0", through: bool = True) -> System:
    def me(name: str) -> Fmu:
        return Fmu(fmu(name, fmi, interfaces=("model_exchange",)))

    result = System("s").add("rod", Rod(n)).add("branch", me("branch"))
    result.connect("branch.x", "rod.Q", factor=100.0)
    if not through:
        return result.connect("rod.mean", "branch.u", factor=1 / 300)
    result.add("through", me("feed_through"))
    for name in result.members["through"].ports["inputs"]:
        if name != "u":
            result.set(f"through.{name}", 1.0)
    return result.connect("rod.T", "through.u", factor=1 / 300).connect("through.y", "branch.u")


@pytest.mark.parametrize("fmi", ["2.0", "3.0"])
@pytest.mark.parametrize("through", [False, True])
def test_entries_against_finite_differences(fmi: str, through: bool) -> None:
    coupled = system(25, fmi, through)
    composite, statistics = compose(coupled), Statistics()
    units = [EventUnit(coupled.members[name], 1e-6, statistics) for name in composite.opaque_slices]
    model = HybridModel(composite, units)
    x0 = composite.initial + np.random.default_rng(0).normal(size=25)
    y = model.start(0.0, 1.0, x0, np.zeros(0), np.zeros(0))
    found = model.sparsity.copy()
    found.data = model.jacobian(0.0, y)
    expected = np.zeros(found.shape)
    for j in range(y.size):
        step = np.zeros(y.size)
        step[j] = 1e-4
        expected[:, j] = (model.rates(0.0, y + step) - model.rates(0.0, y - step)) / 2e-4
    assert found.toarray() == pytest.approx(expected, abs=1e-7)
    assert np.count_nonzero(expected) <= found.nnz < 0.25 * expected.size
    for unit in units:
        unit.close()


def test_dense_and_sparse_runs_agree_with_finite_differences(monkeypatch: pytest.MonkeyPatch) -> None:
    with_jacobian = simulate(system(80), stop=100.0, output_step=10.0, rtol=1e-9)
    monkeypatch.setattr("heatsim.solvers.event_integrator._DENSE", 1000)
    dense = simulate(system(80), stop=100.0, output_step=10.0, rtol=1e-9)
    monkeypatch.setattr("heatsim.solvers.hybrid_model._WORTH_A_JACOBIAN", 1000)
    differences = simulate(system(80), stop=100.0, output_step=10.0, rtol=1e-9)
    for name in with_jacobian.data_vars:
        assert dense[name].values == pytest.approx(differences[name].values, rel=1e-6)
        assert with_jacobian[name].values == pytest.approx(differences[name].values, rel=1e-6)
