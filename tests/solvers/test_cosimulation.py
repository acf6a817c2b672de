"""Methods of co-simulation: clusters, mixed systems, known inputs, bit-equal repetition, messages, the plant."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import casadi as ca
import numpy as np
import pytest
import xarray as xr
from fmus.build import fmu
from small_systems import controlled, oscillator
from small_units import Cold, Gain, Mass1, SampledPI, Tank, Warm

from heatsim.errors import SimulationError
from heatsim.fmu import Fmu
from heatsim.reference import reference_plant
from heatsim.simulation import simulate
from heatsim.solvers import iterated
from heatsim.solvers.cluster import Cluster
from heatsim.solvers.compose import compose
from heatsim.solvers.exchange import Slot, slot_of_cluster
from heatsim.solvers.gauss_seidel import ordered
from heatsim.solvers.integrator import Statistics
from heatsim.solvers.trim import trim
from heatsim.system import Port, Signal, System

METHODS = ("jacobi", "gauss_seidel", "iterated")


def _slots(system: System) -> list[Slot]:
    composite = compose(system)
    return [slot_of_cluster(Cluster(composite, [name], 1e-6, Statistics(), joined=False)) for name in composite.blocks]


def _order(system: System, names: list[str] | None = None) -> list[str]:
    return [slot.units[0] for slot in ordered(_slots(system), names)]


def test_order_is_that_of_the_graph_without_cycles() -> None:
    system = System("chain").add_input("w", "1")
    for name in ("c", "a", "b"):
        system.add(name, Gain())
    system.connect("w", "a.u").connect("a.y", "b.u").connect("b.y", "c.u")
    assert _order(system) == ["a", "b", "c"]
    assert _order(system, ["c"]) == ["c", "a", "b"]


def test_order_in_a_cycle_extrapolates_what_does_not_feed_through() -> None:
    # force and position: position and speed act on the force at once, the force on the position through states
    assert _order(oscillator()) == ["a", "b"]
    turned = System("turned").add("b", oscillator().members["b"].unit).add("a", Mass1())
    turned.connect("b.F", "a.F").connect("a.x", "b.x1").connect("a.v", "b.v1")
    assert _order(turned) == ["a", "b"]


def test_order_given_changes_the_result_of_gauss_seidel() -> None:
    run: dict[str, Any] = {"stop": 1.0, "output_step": 0.5, "method": "gauss_seidel", "step": 0.1}
    chosen = simulate(oscillator(), **run)["a.x"].values
    assert np.array_equal(simulate(oscillator(), order=["a"], **run)["a.x"].values, chosen)
    assert np.abs(simulate(oscillator(), order=["b", "a"], **run)["a.x"].values - chosen).max() > 1e-4


@pytest.mark.parametrize("method", METHODS)
def test_units_merged_into_one_cluster_are_coupled_exactly(method: str) -> None:
    run: dict[str, Any] = {"stop": 5.0, "output_step": 0.5, "rtol": 1e-9}
    reference = simulate(oscillator(), **run)
    for clusters in ("graph", [["b", "a"]]):
        ds = simulate(oscillator(), method=method, step=0.5, clusters=clusters, **run)
        assert ds["a.x"].values == pytest.approx(reference["a.x"].values, abs=1e-7)


def test_clusters_leave_the_coupling_of_the_others() -> None:
    system = oscillator().add("t", Tank(), inputs={"Q_flow": 0.0}).connect("a.x", "t.T_ambient", factor=1.0, offset=300)
    run: dict[str, Any] = {"stop": 5.0, "output_step": 0.5, "rtol": 1e-9}
    reference = simulate(system, **run)
    ds = simulate(system, method="jacobi", step=0.1, clusters=[["a", "b"]], **run)
    assert ds["a.x"].values == pytest.approx(reference["a.x"].values, abs=1e-7)
    assert ds["t.T"].values == pytest.approx(reference["t.T"].values, abs=1e-5)
    assert set(json.loads(ds.attrs["stats"])["unit_seconds"]) == {"a, b", "t"}
    assert json.loads(ds.attrs["clusters"]) == [["a", "b"]]


def _mixed() -> System:
    """A tank in the graph and a capacity that is a Co-Simulation FMU, joined by a conductance in the graph."""

    class Conductor:
        inputs = (Port("T_a", "K"), Port("T_b", "K"))
        outputs = (Port("Q_flow_a", "W"), Port("Q_flow_b", "W"))
        states = ()
        parameters = ()

        def equations(
            self, t: Any, x: Mapping[str, Any], u: Mapping[str, Any], p: Mapping[str, Any]
        ) -> tuple[dict[str, Any], dict[str, Any]]:
            flow = 500.0 * (u["T_a"] - u["T_b"])
            return {}, {"Q_flow_a": -flow, "Q_flow_b": flow}

    capacity = Fmu(fmu("capacity", "2.0"), interface="co_simulation")
    system = System("mixed").add("conductor", Conductor())
    system.add("tank", Tank(), parameters={"UA": 0.0}, start={"T": 350.0}, inputs={"T_ambient": 300.0})
    system.add("capacity", capacity, parameters={"C": 5e4, "G": 0.0, "T_start": 300.0})
    system.connect("tank.T", "conductor.T_a").connect("capacity.T", "conductor.T_b")
    return system.connect("conductor.Q_flow_a", "tank.Q_flow").connect("conductor.Q_flow_b", "capacity.Q_flow")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("clusters", [None, "units"])
def test_graph_and_opaque_units_exchange_heat(method: str, clusters: str | None) -> None:
    errors = []
    for step in (10.0, 5.0):
        ds = simulate(_mixed(), stop=200.0, output_step=50.0, rtol=1e-9, method=method, step=step, clusters=clusters)
        decay = np.exp(-500.0 * (1 / 1e5 + 1 / 5e4) * ds["time"].values)
        mean = (1e5 * 350.0 + 5e4 * 300.0) / 1.5e5
        errors.append(float(np.abs(ds["tank.T"].values - (mean + (350.0 - mean) * decay)).max()))
        assert ds["tank.E_in"].values == pytest.approx(-5e4 * (ds["capacity.T"].values - 300.0), rel=0.02, abs=1e3)
    assert errors[0] < 0.1
    assert errors[0] / errors[1] > 3.5


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("interface", ["co_simulation", "model_exchange"])
def test_ramp_at_an_integrator_is_exact_without_results_in_between(method: str, interface: str) -> None:
    # der(x) = u, u = t
    system = System("s").add("i", Fmu(fmu("integrator", "3.0"), interface=interface)).add_input("w", "1")
    system.connect("w", "i.u")
    ramp = Signal.linear([0.0, 3.3, 10.0], [0.0, 3.3, 10.0])
    ds = simulate(system, {"w": ramp}, stop=10.0, output_step=10.0, rtol=1e-9, method=method, step=5.0)
    assert ds["i.y"].values == pytest.approx([0.0, 50.0], rel=1e-8)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("control", ["constant", "adaptive", "rollback"])
def test_same_run_twice_is_bit_equal(method: str, control: str) -> None:
    def once() -> xr.Dataset:
        system = controlled(SampledPI(2.0))
        system.add("warm", Warm()).add("cold", Cold()).connect("warm.T", "cold.T_in")
        system.connect("cold.Q_flow", "warm.Q_flow")
        return simulate(
            system,
            {"T_ambient": Signal.linear([0, 7, 20], [290, 295, 280])},
            stop=20.0,
            output_step=1.0,
            method=method,
            step=1.0,
            step_control=control,
            extrapolation="quadratic",
        )

    first, second = once(), once()
    for name in first.data_vars:
        assert np.array_equal(first[name].values, second[name].values), name


@pytest.mark.parametrize("method", METHODS)
def test_no_extrapolation_across_an_event(method: str) -> None:
    # the sampler counts periods of 1 s, in steps; a line through the last two exchanges would go on rising
    system = System("s").add("sampler", Fmu(fmu("sampler", "3.0"), interface="model_exchange"), inputs={"u": 1.0})
    system.add("tank", Tank(), parameters={"UA": 0.0}, inputs={"T_ambient": 300.0})
    system.connect("sampler.y", "tank.Q_flow", factor=1.0)
    ds = simulate(system, stop=4.5, output_step=0.5, method=method, step=0.25, clusters="units")
    counted = ds["sampler.y"].values
    assert set(np.diff(counted)) == {0.0, 1.0}
    assert ds["tank.E_in"].values == pytest.approx(np.concatenate([[0.0], np.cumsum(counted[:-1]) * 0.5]), rel=1e-6)


@pytest.mark.parametrize("between", ["python", "fmu"])
@pytest.mark.parametrize("extrapolation", ["held", "linear", "quadratic"])
@pytest.mark.parametrize("method", METHODS)
def test_no_extrapolation_of_what_an_event_makes_jump_at_once(method: str, extrapolation: str, between: str) -> None:
    system = System("s").add("sampler", Fmu(fmu("sampler", "3.0"), interface="model_exchange"), inputs={"u": 1.0})
    if between == "python":
        system.add("gain", Gain(), parameters={"k": 1.0})
    else:
        others = {"count": 0, "on": 0, "mode": 1}
        system.add("gain", Fmu(fmu("feed_through", "2.0", start={"k": 1.0}), interface="co_simulation"), inputs=others)
    system.add("sum", _Sum())
    system.connect("sampler.y", "gain.u").connect("gain.y", "sum.u")
    run: dict[str, Any] = {"step": 0.25, "output_step": 5.0, "clusters": "units"}
    ds = simulate(system, stop=5.0, method=method, extrapolation=extrapolation, **run)
    # 0 + 1 + 2 + 3 + 4
    assert float(ds["sum.x"][-1]) == pytest.approx(10.0, abs=1e-6)


class _Sum:
    """der(x) = u."""

    inputs = (Port("u", ""),)
    outputs = (Port("x", ""),)
    states = (Port("x", ""),)
    parameters = ()

    def equations(self, t: Any, x: Mapping[str, Any], u: Mapping[str, Any], p: Mapping[str, Any]) -> Any:
        return {"x": u["u"]}, {"x": x["x"]}


class _Schedule:
    """A pulse between two times that are no exchanges, without states."""

    inputs = ()
    outputs = (Port("y", ""),)
    states = ()
    parameters = ()

    def equations(self, t: Any, x: Mapping[str, Any], u: Mapping[str, Any], p: Mapping[str, Any]) -> Any:
        return {}, {"y": ca.if_else(ca.logic_and(t >= 3.3, t < 7.1), 1.0, 0.0)}


@pytest.mark.parametrize("taker", ["python", "fmu"])
@pytest.mark.parametrize("control", ["constant", "adaptive", "rollback"])
@pytest.mark.parametrize("extrapolation", ["held", "linear", "quadratic"])
@pytest.mark.parametrize("method", METHODS)
def test_exchange_where_a_unit_makes_a_signal_of_time_jump(
    method: str, extrapolation: str, control: str, taker: str
) -> None:
    system = System("s").add("schedule", _Schedule())
    if taker == "python":
        system.add("sum", _Sum()).connect("schedule.y", "sum.u")
    else:
        system.add("sum", Fmu(fmu("integrator", "3.0"), interface="co_simulation")).connect("schedule.y", "sum.u")
    run: dict[str, Any] = {"step": 1.0, "output_step": 5.0, "clusters": "units", "step_control": control}
    ds = simulate(system, stop=10.0, method=method, extrapolation=extrapolation, **run)
    assert ds["sum.x" if taker == "python" else "sum.y"].values == pytest.approx([0.0, 1.7, 3.8], abs=1e-6)


def test_integrals_of_a_cluster_are_exact_over_the_step() -> None:
    system = System("s").add("tank", Tank(), parameters={"C": 1e3, "UA": 50.0}, start={"T": 350.0})
    system.add_input("Q", "W").add_input("T_a", "K").connect("Q", "tank.Q_flow").connect("T_a", "tank.T_ambient")
    cluster = Cluster(compose(system), ["tank"], 1e-8, Statistics(), quadratic=True)
    t, x, u = ca.SX.sym("t"), ca.SX.sym("x", 2), ca.SX.sym("u", 2)
    loss = 50.0 * (x[0] - u[1])
    cluster.integrate_also(
        ca.Function("q", [t, x, u], [ca.vertcat(loss, u[0])]), ["loss", "heat"], np.array([1e4, 1e3])
    )
    kept = cluster.save()
    c = np.array([[100.0, 300.0], [10.0, 0.0], [3.0, 0.0]])
    outputs = cluster.advance(0.0, 10.0, c)
    heat = 100.0 * 10 + 10.0 * 50 + 3.0 * 1000 / 3
    assert cluster.integral[1] == pytest.approx(heat, rel=1e-6)
    # what came in and did not go out is in the tank
    assert cluster.integral[0] == pytest.approx(heat - 1e3 * (outputs[0] - 350.0), rel=1e-6)
    cluster.restore(kept)
    assert np.array_equal(cluster.advance(0.0, 10.0, c), outputs)


def test_step_that_does_not_converge_names_the_signals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(iterated, "_MAX_ITERATIONS", 2)
    with pytest.raises(
        SimulationError,
        match=r"from 0 to 0\.5 s does not converge: after 2 iterations there still change '[ab]\.\w+' by",
    ):
        simulate(oscillator(), stop=5.0, output_step=0.5, method="iterated", step=0.5, tolerance=1e-8)


def test_iteration_converges_where_plain_iteration_would_not() -> None:
    # the thermal bond at four times C/UA: the flow changes more than the temperature that it answers
    system = System("bond").add("warm", Warm()).add("cold", Cold())
    system.connect("warm.T", "cold.T_in").connect("cold.Q_flow", "warm.Q_flow")
    ds = simulate(system, stop=1200.0, output_step=100.0, method="iterated", step=100.0, tolerance=1e-6)
    reference = simulate(system, stop=1200.0, output_step=100.0)
    assert np.abs(ds["warm.T"].values[-4:] - reference["warm.T"].values[-4:]).max() < 0.1
    assert json.loads(ds.attrs["stats"])["iterations"] < 12 * 8


def test_unit_that_stops_is_named_with_its_inputs_and_the_step() -> None:
    class Root:
        inputs = (Port("u", "1"),)
        outputs = (Port("y", "1"),)
        states = (Port("y", "1", start=1.0),)
        parameters = ()

        def equations(
            self, t: Any, x: Mapping[str, Any], u: Mapping[str, Any], p: Mapping[str, Any]
        ) -> tuple[dict[str, Any], dict[str, Any]]:
            return {"y": ca.sqrt(u["u"])}, {"y": x["y"]}

    system = System("s").add("root", Root()).add_input("w", "1").connect("w", "root.u")
    with pytest.raises(
        SimulationError, match=r"root: the integrator stopped between .*; inputs of the step from 2 to 3 s: u = 0\.\d+$"
    ):
        simulate(
            system, {"w": Signal.linear([0, 10], [1.1, -2.9])}, stop=5.0, output_step=1.0, method="jacobi", step=1.0
        )


def test_methods_agree_on_the_reference_plant() -> None:
    system = reference_plant()
    at = {"P_IT": 6e6, "T_outdoor": 278.15, "T_ground": 281.15, "Q_flow_demand": 7e6, "heat_pump_available": 1.0}
    start = trim(system, at=at)
    inputs = {**at, "P_IT": Signal.linear([0.0, 100.0, 200.0, 600.0], [6e6, 6e6, 8e6, 8e6])}
    run: dict[str, Any] = {"stop": 600.0, "output_step": 60.0, "start_from": start}
    reference = simulate(system, inputs, **run)
    moved = float(np.ptp(reference["hall.T_chip"].values))
    assert moved > 0.5
    errors = {}
    for method in METHODS:
        ds = simulate(system, inputs, method=method, step=10.0, **run)
        errors[method] = float(np.abs(ds["hall.T_chip"].values - reference["hall.T_chip"].values).max())
        assert float(ds["grid.E_in_consumers"][-1]) == pytest.approx(
            float(reference["grid.E_in_consumers"][-1]), rel=2e-3
        )
    assert max(errors.values()) < 0.2
