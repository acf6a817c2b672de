"""Start values that depend on inputs, together with the inputs that other units give at the start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fmus.build import fmu
from small_units import Gain

import heatsim as hs
from heatsim import errors, simulate, trim
from heatsim.fmu import Fmu
from heatsim.system import Port, Signal, System

MODELICA = """
model Settled "begins at rest: x(0) = k*u(0)"
  parameter Real k = 2;
  input Real u(start = 0);
  Real x;
  output Real y = x;
initial equation
  der(x) = 0;
equation
  der(x) = (k*u - x)/5;
end Settled;
"""


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Fmu:
    folder: Path = tmp_path_factory.mktemp("settled")
    (folder / "Settled.mo").write_text(MODELICA, encoding="utf-8")
    return hs.build("Settled", library=folder / "Settled.mo", compiler="embedded", out=folder / "out")


def follower(fmi: str) -> Fmu:
    """der(x) = (u - x)/tau with x(0) = u(0)."""
    return Fmu(fmu("start_at_input", fmi, interfaces=("model_exchange",)))


@pytest.mark.parametrize("fmi", ["2.0", "3.0"])
@pytest.mark.parametrize("method", ["monolithic", "jacobi"])
def test_state_starts_at_the_input_of_the_run(fmi: str, method: str) -> None:
    extra: dict[str, Any] = {} if method == "monolithic" else {"step": 0.5}
    ds = simulate(
        follower(fmi), {"u": Signal.linear([0, 10], [4.0, 4.0])}, stop=2.0, output_step=1.0, method=method, **extra
    )
    assert ds["x"].values == pytest.approx([4.0, 4.0, 4.0])
    # from another time on, the input of that time counts
    ds = simulate(follower(fmi), {"u": Signal.linear([0, 10], [0.0, 10.0])}, start=3.0, stop=4.0, output_step=1.0)
    assert ds["x"].values[0] == pytest.approx(3.0)


def test_initial_equations_of_the_embedded_compiler(settled: Fmu) -> None:
    ds = simulate(settled, {"u": 3.0}, stop=10.0, output_step=5.0, parameters={"k": 4.0})
    assert ds["y"].values == pytest.approx([12.0, 12.0, 12.0])


def test_chain_of_units_whatever_their_order(settled: Fmu) -> None:
    for names in (("a", "b", "c"), ("c", "b", "a")):
        system = System("s").add_input("u", "")
        for name in names:
            system.add(name, settled)
        system.add("gain", Gain(), parameters={"k": -1.0})
        system.connect("u", "a.u").connect("a.y", "gain.u").connect("gain.y", "b.u").connect("b.y", "c.u", factor=0.5)
        ds = simulate(system, {"u": 3.0}, stop=1.0, output_step=1.0)
        assert ds["a.y"].values == pytest.approx([6.0, 6.0])
        assert ds["b.y"].values == pytest.approx([-12.0, -12.0])
        assert ds["c.y"].values == pytest.approx([-12.0, -12.0])


def test_loop_of_start_values_is_solved(settled: Fmu) -> None:
    # a(0) = 2*(0.2*b(0) + 1), b(0) = 2*0.4*a(0), so a(0) = 2/(1 - 0.32)
    system = System("s").add("a", settled).add("b", settled)
    system.connect("b.y", "a.u", factor=0.2, offset=1.0).connect("a.y", "b.u", factor=0.4)
    ds = simulate(system, stop=5.0, output_step=5.0)
    assert ds["a.y"].values == pytest.approx([2 / 0.68] * 2, rel=1e-9)
    assert ds["b.y"].values == pytest.approx([1.6 / 0.68] * 2, rel=1e-9)
    point = trim(system)
    assert point.states["a.x"] == pytest.approx(2 / 0.68)


def test_loop_that_does_not_settle_names_its_units(settled: Fmu) -> None:
    system = System("s").add("a", settled).add("b", settled)
    system.connect("b.y", "a.u", factor=1.0, offset=1.0).connect("a.y", "b.u")
    with pytest.raises(
        errors.SimulationError, match=r"[ab]: start values depend on inputs .* set\('unit\.state', value\)"
    ):
        simulate(system, stop=1.0)


def test_given_start_values_stay(settled: Fmu) -> None:
    system = System("s").add("a", settled, start={"x": 1.5}, inputs={"u": 3.0})
    ds = simulate(system, stop=5.0, output_step=5.0)
    assert ds["a.y"].values == pytest.approx([1.5, 6.0 - 4.5 * np.exp(-1.0)], rel=1e-5)


def test_start_follows_the_first_tick_of_sampled_units(settled: Fmu) -> None:
    class Constant:
        inputs = (Port("w", ""),)
        outputs = (Port("command", "", start=0.0),)
        parameters = ()
        period, offset = 1.0, 0.0

        def initial_state(self, u: dict[str, float], p: dict[str, float]) -> dict[str, float]:
            return {}

        def step(
            self, t: float, u: dict[str, float], state: dict[str, float], p: dict[str, float]
        ) -> tuple[dict[str, float], dict[str, float]]:
            return {"command": u["w"] + 1.0}, state

    system = System("s").add("a", settled).add("c", Constant(), inputs={"w": 4.0}).connect("c.command", "a.u")
    ds = simulate(system, stop=2.0, output_step=1.0)
    assert ds["a.y"].values == pytest.approx([10.0, 10.0, 10.0])


def test_with_a_unit_that_has_events(settled: Fmu) -> None:
    branch = Fmu(fmu("branch", "2.0", interfaces=("model_exchange",), start={"x_start": 0.25}))
    system = System("s").add("a", settled).add("branch", branch).connect("branch.x", "a.u").connect("a.y", "branch.u")
    ds = simulate(system, stop=1.0, output_step=1.0)
    assert ds["a.y"].values[0] == pytest.approx(0.5)
    with pytest.raises(errors.UsageError, match=r"a: its start values depend on inputs.*method='monolithic'"):
        simulate(system, stop=1.0, output_step=1.0, method="jacobi", step=0.5)
