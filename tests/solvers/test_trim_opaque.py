"""Steady states of systems with FMUs that keep their state to themselves."""

from __future__ import annotations

from typing import Any

import control
import numpy as np
import pytest
from fmus.build import fmu
from small_units import SampledPI, Tank

from heatsim.analysis.linearisation import linearize
from heatsim.errors import FmuError, SimulationError, UsageError
from heatsim.fmu import Fmu
from heatsim.simulation import simulate
from heatsim.solvers import trim
from heatsim.solvers.run import run
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
    with pytest.raises(UsageError, match=r"wall keeps its state to itself \(Co-Simulation\) .* hold='wall'"):
        linearize(system, point)
    lin = linearize(system, point, inputs="tank.Q_flow", outputs="tank.T", hold="wall")
    assert lin.A[0, 0] == pytest.approx(-100.0 / 4e3)
    assert lin.info.held == ("pi", "wall")


def test_fmu_with_events_is_linearised_in_its_mode() -> None:
    """der(x) = u - k*x with k that switches at x = 1."""
    for u, rate in ((0.5, 1.0), (0.3, 0.1)):
        system = System("s").add("branch", Fmu(fmu("branch")), parameters={"x_start": 0.0 if u == 0.5 else 1.5})
        system.add_input("u", "1").connect("u", "branch.u")
        settings: dict[str, Any] = {"method": "jacobi", "step": 0.01, "output_step": 0.1, "variables": ["states", "*"]}
        kept: list[Any] = []
        run(system, {"u": u}, stop=0.3, keep=kept.append, **{k: v for k, v in settings.items() if k != "variables"})
        lin = linearize(system, kept[-1], outputs="branch.x")
        assert lin.state_labels == ["branch/x"]
        ds = simulate(system, {"u": u + 0.01}, start=0.3, stop=0.8, start_from=kept[-1], rtol=1e-10, **settings)
        base = simulate(system, {"u": u}, start=0.3, stop=0.8, start_from=kept[-1], rtol=1e-10, **settings)
        time = ds["time"].values - 0.3
        response = control.forced_response(lin, time, np.full(time.size, 0.01)).y[0]
        assert response == pytest.approx((ds["branch.x"] - base["branch.x"]).values, abs=2e-5), rate
        with pytest.raises(UsageError, match="the operating point does not hold it"):
            linearize(system, ds.isel(time=-1))


def test_fmu_with_events_in_a_loop_is_closed_with_the_rest() -> None:
    system = _heated("model_exchange")
    wall = Fmu(fmu("capacity", interfaces=["model_exchange"]), isolate=True)
    isolated = System("s").add("wall", wall, parameters=system.members["wall"].parameters)
    for name in ("tank", "pi"):
        isolated.add(name, system.members[name].unit, parameters=system.members[name].parameters)
    isolated.inputs, isolated.connections = system.inputs, system.connections
    graph = trim(system, {"T_set": 320.0}, horizon=7200.0)
    point = trim(isolated, {"T_set": 320.0}, horizon=7200.0)
    assert point.outputs["wall.T"] == pytest.approx(graph.outputs["wall.T"], abs=1e-2)
    arguments: dict[str, Any] = {"inputs": ["T_set", "tank.Q_flow"], "outputs": ["tank.T", "wall.T"]}
    for sampled in ("held", "discrete"):
        reference = linearize(system, graph, sampled=sampled, **arguments)
        lin = linearize(isolated, point, sampled=sampled, **arguments)
        for s in (0.001j, 0.01j, 0.1j):
            z = s if sampled == "held" else np.exp(5.0 * s)
            assert lin(z) == pytest.approx(reference(z), rel=1e-5, abs=1e-9)


def test_monolithic_run_starts_from_the_steady_state_of_fmus_with_events() -> None:
    system = System("s").add("tank", Tank(), parameters={"C": 4e3}).add_input("Q", "W").connect("Q", "tank.Q_flow")
    wall = Fmu(fmu("capacity", interfaces=["model_exchange"]), isolate=True)
    system.add("wall", wall, parameters={"C": 1000.0, "G": 50.0, "T_ambient": 280.0})
    system.connect("tank.Q_flow_loss", "wall.Q_flow").connect("wall.T", "tank.T_ambient")
    point = trim(system, {"Q": 1500.0}, horizon=3600.0)
    assert point.outputs["wall.T"] == pytest.approx(310.0, abs=1e-3)
    assert point.states["tank.T"] == pytest.approx(325.0, abs=1e-3)
    ds = simulate(system, {"Q": 1500.0}, stop=120.0, start_from=point)
    assert ds["wall.T"].values == pytest.approx(310.0, abs=1e-3)
    assert ds["tank.T"].values == pytest.approx(325.0, abs=1e-3)
