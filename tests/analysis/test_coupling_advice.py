"""Advice names the step, the bond that limits it and the better cut, and a run warns before it diverges."""

from __future__ import annotations

import math
import warnings

import casadi as ca
import numpy as np
import pytest
from fmus.build import fmu
from small_bonds import Cold, Warm, thermal_bond
from small_systems import controlled
from small_units import SampledPI, Tank

import heatsim as hs
from heatsim.errors import HeatsimWarning, SimulationError, UsageError
from heatsim.system import Port, System


def _two_bonds() -> System:
    """A thermal bond with C/UA = 25 s, and one with 250 s."""
    system = thermal_bond()

    class Slow(Warm):
        def equations(self, t, x, u, p):  # type: ignore[no-untyped-def]
            derivatives, outputs = super().equations(t, x, u, p)
            return {name: value / 10.0 for name, value in derivatives.items()}, outputs

    system.add("slow", Slow()).add("cold_2", Cold())
    system.connect("slow.T", "cold_2.T_in").connect("cold_2.Q_flow", "slow.Q_flow")
    return system.heat_bond("slow_heat", "cold_2.Q_flow", "slow.T")


def test_thermal_bond() -> None:
    advice = hs.advise(thermal_bond(), step=60.0, extrapolation="held")
    table = advice.table()
    assert table.loc[("jacobi", "held"), "stable"] == pytest.approx(48.65, rel=0.025)
    assert table.loc[("jacobi", "linear"), "stable"] == pytest.approx(24.3, rel=0.025)
    assert math.isinf(table.loc[("iterated", "linear"), "stable"]) or table.loc[("iterated", "linear"), "stable"] > 40.0
    # a fifth of C/UA
    assert table.loc[("jacobi", "linear"), "recommended"] == pytest.approx(0.2 * 25 * 36 / 37, rel=0.05)
    assert advice.limiting is not None
    assert advice.limiting.link.name == "bond 'heat'"
    assert advice.best_cut is not None
    assert math.isinf(advice.best_cut.merged)
    assert advice.diagnosis is not None
    assert advice.diagnosis.radius == pytest.approx(60.0 / 25.0 - 1.0, rel=0.05)
    assert "largest stable step 48" in repr(advice)
    assert any(
        "clusters=[['warm', 'cold']]" in line or "clusters=[['cold', 'warm']]" in line for line in advice.lines()
    )


def test_the_faster_of_two_bonds_limits() -> None:
    advice = hs.advise(_two_bonds())
    assert advice.limiting is not None
    assert advice.limiting.link.name == "bond 'heat'"
    links = advice.links()
    # C/UA = 250 s, and the other capacity is 3.6 times as large
    assert links.loc["bond 'heat'", "merged"] == pytest.approx(250.0 * 3.6 / 4.6, rel=0.05)
    assert math.isnan(links.loc["bond 'slow_heat'", "merged"])
    merged = hs.advise(_two_bonds(), clusters=[["warm", "cold"]])
    assert merged.limiting is not None
    assert merged.limiting.link.name == "bond 'slow_heat'"
    assert merged.limit.stable == pytest.approx(250.0 * 3.6 / 4.6, rel=0.05)


def test_connections_outside_of_bonds_are_named_by_their_units() -> None:
    system = thermal_bond()
    system.bonds.clear()
    advice = hs.advise(system)
    assert advice.limiting is not None
    assert advice.limiting.link.name == "connections cold - warm"
    assert advice.diagnosis is None


def test_sampled_units_are_held() -> None:
    advice = hs.advise(controlled(SampledPI()), {"T_ambient": 290.0})
    assert math.isinf(advice.limit.stable)
    assert advice.limiting is None
    assert "any" in repr(advice)


def test_at_a_steady_state_and_a_result() -> None:
    system = controlled(SampledPI())
    ds = hs.simulate(system, {"T_ambient": 290.0}, stop=600.0, variables=["states", "*"])
    assert math.isinf(hs.advise(system, at=ds, start=600.0).limit.stable)
    with pytest.raises(UsageError, match="at= takes"):
        hs.advise(system, at=3.0)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="method 'monolithic' is no method of co-simulation"):
        hs.advise(system, {"T_ambient": 290.0}, method="monolithic")


def test_a_run_warns_before_it_diverges() -> None:
    with pytest.warns(HeatsimWarning) as caught:
        hs.simulate(thermal_bond(), stop=120.0, method="jacobi", step=30.0, output_step=30.0)
    assert len(caught) == 1
    text = str(caught[0].message)
    assert text.startswith("bond 'heat' (warm - cold) is unstable at step = 30 s (jacobi with linear signals)")
    assert "the largest stable step is 24." in text
    assert "take step=4.8" in text
    assert "\n" not in text
    # the warning is about the line that called
    assert caught[0].filename == __file__


@pytest.mark.parametrize(("step", "advise"), [(20.0, True), (30.0, False)])
def test_a_stable_run_and_one_without_advice_are_silent(step: float, advise: bool) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        hs.simulate(thermal_bond(), stop=120.0, method="jacobi", step=step, output_step=30.0, advise=advise)


def test_a_run_that_leaves_its_bounds_says_that_the_coupling_did_it() -> None:
    with pytest.raises(
        SimulationError,
        match=r"'warm.T' = -.* K lies below its minimum of 0 K at t = .* s; bond 'heat' .* is unstable at step = 60 s",
    ):
        hs.simulate(thermal_bond(), stop=6000.0, method="jacobi", step=60.0, extrapolation="held", advise=False)


def test_a_failure_of_a_unit_says_so_too() -> None:
    class Rooted(Cold):
        def equations(self, t, x, u, p):  # type: ignore[no-untyped-def]
            derivatives, outputs = super().equations(t, x, u, p)
            return derivatives, outputs | {"Q_flow": outputs["Q_flow"] + 1e-3 * ca.sqrt(u["T_in"])}

    system = System("bond").add("warm", Warm()).add("cold", Rooted())
    system.connect("warm.T", "cold.T_in").connect("cold.Q_flow", "warm.Q_flow")
    system.heat_bond("heat", "cold.Q_flow", "warm.T")
    with pytest.raises(SimulationError, match=r"'cold.Q_flow' is nan .*; bond 'heat' .* unstable at step = 60 s"):
        hs.simulate(system, stop=6000.0, method="jacobi", step=60.0, advise=False, bounds="off")


def test_iterated_method_that_does_not_converge() -> None:
    advice = hs.advise(thermal_bond(), method="iterated", extrapolation="held", step=2.0)
    if math.isinf(advice.limit.stable):
        return
    worse = hs.advise(thermal_bond(), method="iterated", extrapolation="held", step=3.0 * advice.limit.stable)
    assert worse.diagnosis is not None
    assert not worse.diagnosis.converges
    assert "the iteration does not converge" in worse.diagnosis.text


def test_tank_alone_has_no_coupling() -> None:
    system = System("tank").add("tank", Tank(), inputs={"Q_flow": 0.0, "T_ambient": 290.0})
    assert math.isinf(hs.advise(system).limit.stable)


def _of_fmus(interface: str, version: str = "3.0") -> System:
    """A capacity (C = 1000 J/K) behind an exchanger (UA = 40 W/K) at 300 K: C/UA = 25 s."""
    system = System("fmus")
    start = {"C": 1000.0, "T_start": 350.0}
    system.add("capacity", hs.Fmu(fmu("capacity", version, interfaces=(interface,), start=start)))
    system.add("exchanger", hs.Fmu(fmu("exchanger", version, interfaces=(interface,), start={"UA": 40.0})))
    system.set("exchanger.T_cold", 300.0)
    return system.connect("capacity.T", "exchanger.T_hot").connect("exchanger.Q_flow_hot", "capacity.Q_flow")


@pytest.mark.parametrize("version", ["2.0", "3.0"])
@pytest.mark.parametrize("interface", ["model_exchange", "co_simulation"])
def test_fmus_with_and_without_known_equations(interface: str, version: str) -> None:
    advice = hs.advise(_of_fmus(interface, version), step=10.0, extrapolation="held", clusters="units")
    assert advice.left_out == ()
    # the exchanger follows at once, so this is Euler's method: twice C/UA
    assert advice.limit.stable == pytest.approx(50.0, rel=0.03)
    linear = advice.table().loc[("jacobi", "linear"), "stable"]
    # these Co-Simulation FMUs cannot use slopes; they hold the mean of the line, as Adams and Bashforth do
    assert linear == pytest.approx(25.0, rel=0.03)


@pytest.mark.parametrize("version", ["2.0", "3.0"])
@pytest.mark.parametrize("extrapolation", ["held", "linear", "quadratic"])
@pytest.mark.parametrize("method", ["jacobi", "gauss_seidel"])
def test_co_simulation_fmus_diverge_where_it_is_predicted(method: str, extrapolation: str, version: str) -> None:
    """Three lags of different speed in a ring, closed by a unit in Python."""

    def ring() -> System:
        system = System("ring").add("last", _Back())
        for name, tau in (("a", 1.0), ("b", 0.3), ("c", 2.0)):
            fast = fmu("start_at_input", version, interfaces=("co_simulation",), start={"tau": tau})
            system.add(name, hs.Fmu(fast))
        system.connect("a.x", "b.u").connect("b.x", "c.u").connect("c.x", "last.u")
        return system.connect("last.y", "a.u")

    settings = {"method": method, "extrapolation": extrapolation}
    if method == "gauss_seidel":
        settings["order"] = ["c", "a", "last", "b"]
    advice = hs.advise(ring(), step=1.0, **settings)
    limit = advice.limit.stable
    assert advice.left_out == ()
    assert 0.3 < limit < 30.0
    for factor, diverges in ((0.9, False), (1.1, True)):
        step = factor * limit
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            ds = hs.simulate(ring(), stop=150 * step, step=step, output_step=step, rtol=1e-9, **settings)
        moved = np.abs(np.diff(ds["a.x"].values))
        assert (moved[-30:].max() > moved[40:70].max()) == diverges
        assert any("unstable" in str(warning.message) for warning in told) == diverges


class _Back:
    """4*der(x) = -2.5*u - x."""

    inputs = (Port("u", ""),)
    outputs = (Port("y", ""),)
    states = (Port("x", "", start=1.0),)
    parameters = ()

    def equations(self, t, x, u, p):  # type: ignore[no-untyped-def]
        return {"x": (-2.5 * u["u"] - x["x"]) / 4.0}, {"y": x["x"]}


def test_units_that_cannot_go_back_are_left_out_by_name() -> None:
    system = System("lag").add("lag", hs.Fmu(fmu("lag", "2.0", interfaces=("co_simulation",))))
    system.set("lag.u", 1.0)
    advice = hs.advise(system, step=1.0)
    assert advice.left_out == ("lag",)
    assert "Not looked at, and taken as constant: lag." in advice.lines()


def test_a_run_of_co_simulation_fmus_warns_before_it_diverges() -> None:
    system = _of_fmus("co_simulation").heat_bond("heat", "exchanger.Q_flow_hot", "capacity.T")
    settings = {"method": "jacobi", "extrapolation": "held", "clusters": "units", "output_step": 60.0, "bounds": "off"}
    with pytest.warns(HeatsimWarning, match=r"bond 'heat' .* is unstable at step = 60 s .* stable step is 49"):
        unstable = hs.simulate(system, stop=1200.0, step=60.0, **settings)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        stable = hs.simulate(system, stop=1200.0, step=40.0, **settings)
        silent = hs.simulate(system, stop=1200.0, step=60.0, advise=False, **settings)
    assert abs(float(stable["capacity.T"][-1]) - 300.0) < 1.0
    assert abs(float(unstable["capacity.T"][-1]) - 300.0) > 1e3
    # looking does not change the run
    assert unstable["capacity.T"].equals(silent["capacity.T"])
