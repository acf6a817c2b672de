"""Algebraic cycles between units: linear ones solved in symbols, others by Newton, compared with scipy and by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import casadi as ca
import numpy as np
import pytest
from fmus.build import fmu
from scipy.integrate import solve_ivp
from scipy.optimize import fsolve
from small_units import Gain, casadi_fmu

from heatsim import errors, simulate, trim
from heatsim.fmu import Fmu
from heatsim.solvers.compose import compose
from heatsim.solvers.cycles import order_outputs
from heatsim.system import Port, Signal, System


class Mixer:
    """y = a*u + b*v + w with a first-order lag of y."""

    inputs = (Port("u", ""), Port("w", ""))
    outputs = (Port("y", ""), Port("lag", ""))
    states = (Port("x", ""),)
    parameters = (Port("a", "1", start=0.5),)

    def equations(
        self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        y = p["a"] * u["u"] + u["w"]
        return {"x": y - x["x"]}, {"y": y, "lag": x["x"]}


class Orifice:
    """Mass flow through a valve by its pressure difference, regularised at zero."""

    inputs = (Port("p", "Pa"),)
    outputs = (Port("m", "kg/s", nominal=10.0),)
    states = ()
    parameters = (Port("c", "1", start=0.02), Port("p_out", "Pa", start=1e5))

    def equations(
        self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        difference = u["p"] - p["p_out"]
        return {}, {"m": p["c"] * difference / ca.sqrt(ca.sqrt(difference**2 + 100.0**2))}


class Pump:
    """Pressure behind a pump that falls with the square of the flow, at a speed from outside."""

    inputs = (Port("m", "kg/s"), Port("speed", "1"))
    outputs = (Port("p", "Pa", nominal=1e5),)
    states = ()
    parameters = (Port("p0", "Pa", start=3e5), Port("k", "1", start=500.0))

    def equations(
        self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        return {}, {"p": 1e5 + p["p0"] * u["speed"] ** 2 - p["k"] * u["m"] ** 2}


class Meter:
    """Sum of a flow."""

    inputs = (Port("m", "kg/s"),)
    outputs = (Port("total", "kg"),)
    states = (Port("total", "kg", nominal=100.0),)
    parameters = ()

    def equations(
        self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"total": u["m"]}, {"total": x["total"]}


def network() -> System:
    """A pump against a valve: two nonlinear equations, and a meter of the flow."""
    system = System("network").add("pump", Pump()).add("valve", Orifice()).add("meter", Meter())
    system.add_input("speed", "1").connect("speed", "pump.speed")
    return system.connect("valve.m", "pump.m").connect("pump.p", "valve.p").connect("valve.m", "meter.m")


def flow_by_scipy(speed: float) -> float:
    def residual(m: np.ndarray) -> np.ndarray:
        difference = 3e5 * speed**2 - 500.0 * m**2
        return 0.02 * difference / np.sqrt(np.sqrt(difference**2 + 100.0**2)) - m

    return float(fsolve(residual, 5.0, xtol=1e-12)[0])


def test_linear_cycle_is_solved_in_symbols() -> None:
    # a = 0.5*b + u, b = -0.4*a + 1, so a = (u + 0.5)/1.2; each feeds its own lag
    system = System("s").add("a", Mixer()).add("b", Mixer(), parameters={"a": -0.4}, inputs={"w": 1.0})
    system.add_input("u", "").connect("u", "a.w").connect("a.y", "b.u").connect("b.y", "a.u")
    composite = compose(system)
    assert composite.symbolic
    assert len(composite.cycles) == 1
    ds = simulate(system, {"u": Signal.linear([0, 10], [0.0, 5.0])}, stop=10.0, output_step=0.5, rtol=1e-9)
    u = 0.5 * ds.time.values
    assert ds["a.y"].values == pytest.approx((u + 0.5) / 1.2, abs=1e-12)
    assert ds["b.y"].values == pytest.approx(1 - 0.4 * (u + 0.5) / 1.2, abs=1e-12)
    # x' = (0.5*t + 0.5)/1.2 - x, so x = 0.5*t/1.2
    assert ds["a.lag"].values == pytest.approx(u / 1.2, abs=1e-7)


def test_direct_dependence_of_an_output_on_itself() -> None:
    # y = -2 y + 0.5*t
    system = System("s").add("a", Mixer(), parameters={"a": -2.0})
    system.add_input("u", "").connect("u", "a.w").connect("a.y", "a.u")
    ds = simulate(system, {"u": Signal.linear([0, 10], [0.0, 5.0])}, stop=10.0, output_step=1.0)
    assert ds["a.y"].values == pytest.approx(ds.time.values / 6, abs=1e-13)


def test_coefficients_that_change_with_time_stay_in_symbols_and_singular_ones_are_an_error() -> None:
    class Product:
        inputs = (Port("u", ""), Port("gain", ""))
        outputs = (Port("y", ""),)
        states = ()
        parameters = ()

        def equations(
            self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
        ) -> tuple[dict[str, Any], dict[str, Any]]:
            return {}, {"y": u["gain"] * u["u"] + 1}

    system = System("s").add("a", Product()).add_input("k", "").connect("k", "a.gain").connect("a.y", "a.u")
    assert compose(system).symbolic
    ds = simulate(system, {"k": Signal.linear([0, 10], [-1.0, 0.5])}, stop=10.0, output_step=1.0)
    assert ds["a.y"].values == pytest.approx(1 / (1 - ds["k"].values))
    # the gain passes through one at t = 5 s, where there is no solution
    with pytest.raises(errors.SimulationError, match=r"a\.y.* at t = 5 s.*algebraic cycle a\.y -> a\.y"):
        simulate(system, {"k": Signal.linear([0, 10], [0.5, 1.5])}, stop=10.0, output_step=1.0)


def test_singular_cycle_is_named_before_the_run() -> None:
    system = System("s").add("a", Gain()).add("b", Gain(), parameters={"k": 0.5})
    system.connect("a.y", "b.u").connect("b.y", "a.u")
    with pytest.raises(
        errors.ConnectionError, match=r"algebraic cycle (a\.y -> b\.y -> a\.y|b\.y -> a\.y -> b\.y) has no"
    ):
        simulate(system, stop=1.0)


@pytest.mark.parametrize("method", ["monolithic", "jacobi"])
def test_nonlinear_cycle_against_scipy(method: str) -> None:
    extra: dict[str, Any] = {} if method == "monolithic" else {"step": 1.0}
    ds = simulate(
        network(),
        {"speed": Signal.linear([0, 10], [1.0, 0.4])},
        stop=10.0,
        output_step=2.0,
        method=method,
        rtol=1e-9,
        **extra,
    )
    for speed, found, pressure in zip(ds["speed"].values, ds["valve.m"].values, ds["pump.p"].values, strict=True):
        m = flow_by_scipy(float(speed))
        assert found == pytest.approx(m, rel=1e-9)
        assert pressure == pytest.approx(1e5 + 3e5 * speed**2 - 500 * m**2, rel=1e-9)
    quadrature = solve_ivp(lambda t, _: [flow_by_scipy(1.0 - 0.06 * t)], (0, 10), [0.0], rtol=1e-9, atol=1e-9)
    if method == "monolithic":
        assert ds["meter.total"].values[-1] == pytest.approx(quadrature.y[0, -1], rel=1e-7)


def test_cycles_that_depend_on_each_other_are_solved_in_order() -> None:
    # the flow of a nonlinear cycle drives a linear one, which drives another nonlinear one
    system = network().add("a", Mixer()).add("b", Mixer(), parameters={"a": -0.4}, inputs={"w": 0.0})
    system.connect("valve.m", "a.w", factor=0.01, offset=0.3).connect("a.y", "b.u").connect("b.y", "a.u")
    system.add("pump2", Pump()).add("valve2", Orifice()).connect("valve2.m", "pump2.m").connect("pump2.p", "valve2.p")
    system.connect("a.y", "pump2.speed", factor=1.0)
    ds = simulate(system, {"speed": 0.8}, stop=1.0, output_step=1.0)
    first = flow_by_scipy(0.8)
    speed = (0.01 * first + 0.3) / 1.2
    assert ds["a.y"].values == pytest.approx(speed, rel=1e-10)
    assert ds["valve2.m"].values == pytest.approx(flow_by_scipy(speed), rel=1e-9)


def test_cycle_without_solution_is_an_error_that_names_it() -> None:
    class Square:
        inputs = (Port("u", ""), Port("w", ""))
        outputs = (Port("y", ""),)
        states = ()
        parameters = ()

        def equations(
            self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
        ) -> tuple[dict[str, Any], dict[str, Any]]:
            return {}, {"y": u["u"] ** 2 + u["w"]}

    # y = y**2 + w has solutions for w <= 1/4 only
    system = System("s").add("a", Square()).add_input("w", "").connect("w", "a.w").connect("a.y", "a.u")
    ds = simulate(system, {"w": 0.1}, stop=1.0, output_step=1.0)
    y = ds["a.y"].values[0]
    assert y == pytest.approx(y**2 + 0.1, abs=1e-10)
    with pytest.raises(errors.SimulationError, match=r"algebraic cycle a\.y -> a\.y"):
        simulate(system, {"w": Signal.linear([0, 10], [0.1, 1.0])}, stop=10.0, output_step=1.0)
    with pytest.raises(errors.SimulationError, match=r"algebraic cycle a\.y -> a\.y"):
        trim(system, {"w": 0.5})


def test_trim_through_a_cycle() -> None:
    system = System("s").add("a", Mixer()).add("b", Mixer(), parameters={"a": -0.4}, inputs={"w": 1.0})
    system.add_input("u", "").connect("u", "a.w").connect("a.y", "b.u").connect("b.lag", "a.u")
    point = trim(system, {"u": 2.0})
    a = (2.0 + 0.5) / 1.2
    assert point.states["a.x"] == pytest.approx(a, rel=1e-6)
    loop = network()
    point = trim(loop, {"speed": 0.9}, hold="meter.total")
    assert point.outputs["valve.m"] == pytest.approx(flow_by_scipy(0.9), rel=1e-9)


def gain_fmu(folder: Path) -> Fmu:
    """y = u**3/10 + w, der(x) = y - x, as a binary with its equations."""

    def build(dae: ca.DaeBuilder) -> None:
        u, w = dae.add("u", "input"), dae.add("w", "input")
        x, y = dae.add("x"), dae.add("y", "output")
        dae.eq(y, u**3 / 10 + w)
        dae.eq(dae.der(x), u**3 / 10 + w - x)

    return casadi_fmu(folder, "hs_cubic", build)


@pytest.fixture(scope="module")
def cubic(tmp_path_factory: pytest.TempPathFactory) -> Fmu:
    return gain_fmu(tmp_path_factory.mktemp("cubic"))


def test_cycle_through_a_binary(cubic: Fmu) -> None:
    system = System("s").add("f", cubic).add("g", Gain(), parameters={"k": -1.5})
    system.add_input("w", "").connect("w", "f.w").connect("f.y", "g.u").connect("g.y", "f.u")
    ds = simulate(system, {"w": Signal.linear([0, 10], [0.0, 5.0])}, stop=10.0, output_step=1.0)
    for w, y in zip(ds["w"].values, ds["f.y"].values, strict=True):
        assert y == pytest.approx(
            float(fsolve(lambda z, w=w: (-1.5 * z) ** 3 / 10 + w - z, 0.5, xtol=1e-13)[0]), abs=1e-9
        )


@pytest.mark.parametrize("fmi", ["2.0", "3.0"])
@pytest.mark.parametrize("method", [{}, {"method": "jacobi", "step": 0.5}, {"method": "iterated", "step": 0.5}])
def test_cycle_through_a_binary_without_expressions(fmi: str, method: dict[str, Any]) -> None:
    """Q = UA*(T_hot - 300 K) and T_hot = 350 K - 0.001*Q; CasADi imports the FMU of FMI 2.0, not that of FMI 3.0."""
    exchanger = Fmu(fmu("exchanger", fmi, interfaces=("model_exchange",)))
    system = System("s").add("ex", exchanger, inputs={"T_cold": 300.0}).add("g", Gain(), parameters={"k": 1e-3})
    system.connect("ex.Q_flow_hot", "g.u").connect("g.y", "ex.T_hot", offset=350.0)
    system.add("meter", Meter()).connect("ex.Q_flow_cold", "meter.m", factor=0.5, offset=1.0)
    exchanged = 40.0 * 50.0 / (1 + 0.04)
    ds = simulate(system, stop=2.0, output_step=1.0, **method)
    assert ds["ex.Q_flow_cold"].values == pytest.approx([exchanged] * 3, rel=1e-9)
    assert ds["meter.total"].values[-1] == pytest.approx(exchanged + 2.0, rel=1e-6)


class Square:
    """y = u**2 + x/10 with der(x) = 1."""

    inputs = (Port("u", ""),)
    outputs = (Port("y", ""),)
    states = (Port("x", ""),)
    parameters = ()

    def equations(
        self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"x": 1.0 + 0.0 * u["u"]}, {"y": u["u"] ** 2 + x["x"] / 10}


def test_of_several_solutions_the_one_near_the_start_values_is_found() -> None:
    """y = y**2 + x/10 with der(x) = 1 has two solutions until x = 2.5."""

    system = System("s").add("a", Square()).connect("a.y", "a.u")
    system.add("meter", Meter()).connect("a.y", "meter.m", factor=1.0)
    ds = simulate(system, stop=2.0, output_step=1.0)
    # the start value of an output is zero where none is given
    assert ds["a.y"].values == pytest.approx(0.5 - np.sqrt(0.25 - ds.time.values / 10), abs=1e-9)


@pytest.mark.parametrize(
    ("step", "exact"),
    [
        (lambda u: ca.if_else(u > 1.2, 1.0, 0.0), 4.0),  # 4 = 3 + 1, since 0.5*4 > 1.2
        (ca.floor, 5.0),  # 5 = 3 + floor(2.5)
        (ca.sign, 4.0),
        (lambda u: ca.fmod(u, 1.2), 3.6),  # 3.6 = 3 + (1.8 - 1.2)
    ],
    ids=["switch", "floor", "sign", "remainder"],
)
def test_steps_along_the_cycle_are_not_taken_for_linear(step: Any, exact: float) -> None:
    """Their derivative is zero, so that a solution by derivatives alone would be that of the step at zero."""

    class Stepped:
        inputs = (Port("u", ""),)
        outputs = (Port("y", "", start=4.0),)
        states = (Port("x", ""),)
        parameters = ()

        def equations(
            self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
        ) -> tuple[dict[str, Any], dict[str, Any]]:
            y = 3.0 + step(u["u"])
            return {"x": y - x["x"]}, {"y": y}

    system = System("s").add("a", Stepped()).connect("a.y", "a.u", factor=0.5)
    ds = simulate(system, stop=2.0, output_step=1.0)
    y = ds["a.y"].values
    assert y == pytest.approx(np.array([3.0 + float(step(ca.DM(0.5 * v))) for v in y]), abs=1e-9)
    assert y == pytest.approx(exact, abs=1e-9)


def test_cycle_that_loses_its_solution_during_the_run_is_named() -> None:
    """y = y**2 + x/10 with der(x) = 1 has no solution from x = 2.5 on."""

    system = System("s").add("a", Square()).connect("a.y", "a.u")
    system.add("meter", Meter()).connect("a.y", "meter.m", factor=1.0)
    with pytest.raises(errors.SimulationError, match=r"t = 2\.5.*algebraic cycle.*a\.y -> a\.y"):
        simulate(system, stop=4.0, output_step=1.0)


def test_tearing_leaves_no_cycle() -> None:
    # two rings that share output 0, and an output that hangs on them
    needs = {0: {2, 4}, 1: {0}, 2: {1}, 3: {0}, 4: {3}, 5: {2}, 6: set()}
    order, cycles = order_outputs(needs, [f"n{i}" for i in range(7)])
    assert len(cycles) == 1
    assert cycles[0].torn == (0,)
    assert sorted(order) == list(range(7))
    place = {i: k for k, i in enumerate(order)}
    assert all(place[j] < place[i] for i, wanted in needs.items() for j in wanted - {0})
