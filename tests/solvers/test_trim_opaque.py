"""Steady states of systems with FMUs that keep their state to themselves."""

from __future__ import annotations

from typing import Any

import pytest
from fmus.build import fmu
from small_units import SampledPI, Tank

from heatsim.analysis.linearisation import linearize
from heatsim.errors import FmuError, SimulationError, UsageError
from heatsim.fmu import Fmu
from heatsim.simulation import simulate
from heatsim.solvers import trim
from heatsim.system import System


def _heated(interface: str, **capacity: Any) -> System:
    """A capacity with losses, heated by the losses of a tank under a sampled PI."""
    values = {"C": 1000.0, "G": 50.0, "T_ambient": 280.0, **capacity}
    system = System("s").add("wall", Fmu(fmu("capacity", interfaces=[interface])), parameters=values)
    system.add("tank", Tank(), parameters={"C": 4e3}).add("pi", SampledPI(5.0), parameters={"k": 20.0, "Ti": 100.0})
    system.add_input("T_set", "K").connect("T_set", "pi.setpoint")
    system.connect("tank.Q_flow_loss", "wall.Q_flow").connect("wall.T", "tank.T_ambient")
    return system.connect("tank.T", "pi.measurement").connect("pi.command", "tank.Q_flow")


def test_steady_state_is_that_of_the_balance_and_a_run_stays_there() -> None:
    system = _heated("co_simulation")
    point = trim(system, {"T_set": 320.0}, horizon=7200.0, t=100.0)
    # 100 (T - T_wall) = 50 (T_wall - 280)
    wall = (100.0 * 320.0 + 50.0 * 280.0) / 150.0
    assert point.states["tank.T"] == pytest.approx(320.0, abs=1e-3)
    assert point.outputs["wall.T"] == pytest.approx(wall, abs=1e-2)
    assert point.commands["pi.command"] == pytest.approx(50.0 * (wall - 280.0), rel=1e-4)
    assert point.states["tank.E_in"] == 0.0
    assert set(point.opaque) == {"wall"}
    settings: dict[str, Any] = {"method": "jacobi", "step": 0.5}
    ds = simulate(system, {"T_set": 320.0}, start=100.0, stop=400.0, start_from=point, **settings)
    assert ds["tank.T"].values == pytest.approx(320.0, abs=5e-3)
    assert ds["wall.T"].values == pytest.approx(wall, abs=2e-2)


def test_unit_that_cannot_give_its_state_is_named() -> None:
    system = System("s").add("lag", Fmu(fmu("lag", interfaces=["co_simulation"]))).set("lag.u", 1.0)
    with pytest.raises(FmuError, match="lag: the FMU cannot give its state"):
        trim(system, horizon=100.0)


def test_what_does_not_settle_is_named() -> None:
    system = System("s").add("store", Fmu(fmu("integrator", interfaces=["co_simulation"]))).set("store.u", 1.0)
    with pytest.raises(SimulationError, match=r"no steady state within 100 s; 'store\.y' still changes"):
        trim(system, horizon=100.0)


def test_states_cannot_be_held_there() -> None:
    with pytest.raises(UsageError, match=r"'tank\.T' cannot be held where units keep their state to themselves"):
        trim(_heated("co_simulation"), {"T_set": 320.0}, hold="tank.T")


def test_linear_model_holds_opaque_units_where_that_is_asked_for() -> None:
    system = _heated("co_simulation")
    point = trim(system, {"T_set": 320.0}, horizon=7200.0)
    with pytest.raises(UsageError, match=r"wall keeps its state to itself .* hold='wall'"):
        linearize(system, point)
    lin = linearize(system, point, inputs="tank.Q_flow", outputs="tank.T", hold="wall")
    assert lin.A[0, 0] == pytest.approx(-100.0 / 4e3)
    assert lin.info.held == ("pi", "wall")
