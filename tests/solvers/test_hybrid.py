"""Systems with FMUs that have events, by the monolithic method: alone, coupled both ways, with sampled units."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import casadi as ca
import numpy as np
import pytest
from fmus.build import fmu
from scipy.integrate import solve_ivp
from small_units import Gain, Integrator, SampledPI, Tank, height

import heatsim as hs
from heatsim import errors, simulate
from heatsim.fmu import Fmu
from heatsim.system import Port, Signal, System

BOTH = pytest.mark.parametrize("fmi", ["2.0", "3.0"])


def me(name: str, fmi: str = "2.0", **start: float) -> Fmu:
    attributes = {"needsCompletedIntegratorStep": "true"} if name == "turns" and fmi == "3.0" else {}
    return Fmu(fmu(name, fmi, interfaces=("model_exchange",), start=start, attributes=attributes))


@BOTH
@pytest.mark.parametrize("output_step", [0.05, 0.7, 2.1])
def test_ball_alone_against_the_exact_solution(fmi: str, output_step: float) -> None:
    ds = simulate(me("ball", fmi), stop=2.1, output_step=output_step, rtol=1e-8, parameters={"e": 0.7})
    assert ds["h"].values == pytest.approx([height(float(t)) for t in ds.time], abs=1e-6)
    assert ds.time.values == pytest.approx(np.arange(0.0, 2.1 + output_step / 2, output_step))
    assert json.loads(ds.attrs["stats"])["events"] > 0


@BOTH
def test_events_without_end_name_unit_and_time(fmi: str) -> None:
    with pytest.raises(errors.SimulationError, match=r"ball: event indicator 1 changes .* at t = 2\.55"):
        simulate(me("ball", fmi), stop=10.0, output_step=1.0, parameters={"e": 0.7, "v_min": 0.0})


@BOTH
def test_branch_switches_after_the_start(fmi: str) -> None:
    ds = simulate(me("branch", fmi), {"u": 1.0}, stop=10.0, output_step=10.0, rtol=1e-9)
    assert ds["x"].values[-1] == pytest.approx(1.9, abs=1e-8)


@BOTH
def test_time_events_on_the_output_grid_are_right_limits(fmi: str) -> None:
    ds = simulate(me("sampler", fmi), {"u": 2.0}, stop=3.0, output_step=0.1, parameters={"period": 0.1}, rtol=1e-9)
    assert ds["y"].values == pytest.approx(2.0 * np.arange(31))
    assert ds["x"].values == pytest.approx([0.1 * k * (k - 1) for k in range(31)], abs=1e-8)


@BOTH
def test_pulse_of_time_in_the_graph_is_not_stepped_over_without_indicators(fmi: str) -> None:
    class Pulse:
        """Integral of a pulse around t = 50000 s, a normal distribution of 20 s."""

        inputs = ()
        outputs = (Port("x", "1"),)
        states = (Port("x", "1"),)
        parameters = ()

        def equations(
            self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
        ) -> tuple[dict[str, Any], dict[str, Any]]:
            rate = ca.exp(-0.5 * ((t - 5e4) / 20.0) ** 2) / (20.0 * math.sqrt(2.0 * math.pi))
            return {"x": rate}, {"x": x["x"]}

    system = System("s").add("pulse", Pulse())
    system.add("sampler", me("sampler", fmi), parameters={"period": 3e4}, inputs={"u": 1.0})
    ds = simulate(system, stop=1e5, output_step=60.0)
    assert float(ds["pulse.x"][-1]) == pytest.approx(1.0, abs=1e-4)
    assert float(ds["sampler.y"][-1]) == 3.0


@BOTH
def test_step_events(fmi: str) -> None:
    ds = simulate(me("turns", fmi), {"omega": 3.0}, stop=20.0, output_step=0.5, rtol=1e-8)
    assert ds["y"].values == pytest.approx(np.sin(3.0 * ds.time.values), abs=1e-6)
    assert ds["turns"].values[-1] == 9


def test_input_is_followed_exactly_between_outputs() -> None:
    # der(x) = u = t below the switch: x = t**2/2, and 1 at t = sqrt(2), a tenth from there
    ds = simulate(me("branch"), {"u": Signal.linear([0, 4], [0.0, 4.0])}, stop=4.0, output_step=4.0, rtol=1e-9)
    assert ds["x"].values[-1] == pytest.approx(1.0 + 0.1 * (8.0 - 1.0), abs=1e-8)


def test_jump_of_an_input_inside_an_output_step() -> None:
    ds = simulate(me("branch"), {"u": Signal.held([0, 0.5], [1.0, 0.25])}, stop=4.5, output_step=4.5, rtol=1e-9)
    # x = 0.5 at 0.5 s, then 0.25/s until 1 at 2.5 s, then 0.025/s
    assert ds["x"].values[-1] == pytest.approx(1.0 + 0.05, abs=1e-8)


@BOTH
def test_coupled_with_the_graph_both_ways(fmi: str) -> None:
    """The branch drives an integrator of the graph, which slows the branch down: u = 1 - 0.5*z, der(z) = x."""
    system = System("s").add("branch", me("branch", fmi)).add("z", Integrator())
    system.connect("branch.x", "z.u").connect("z.x", "branch.u", factor=-0.5, offset=1.0)
    ds = simulate(system, stop=4.0, output_step=0.25, rtol=1e-9)

    def rhs(_t: float, y: np.ndarray, k: float) -> list[float]:
        return [k * (1 - 0.5 * y[1]), y[0]]

    options: dict[str, Any] = {"rtol": 1e-11, "atol": 1e-12, "dense_output": True}
    pieces = []
    t, y, k = 0.0, np.zeros(2), 1.0
    while t < 4.0:

        def crosses(_t: float, y: np.ndarray, _k: float) -> float:
            return y[0] - 1.0

        crosses.terminal = True  # type: ignore[attr-defined]
        crosses.direction = 1.0 if k == 1.0 else -1.0  # type: ignore[attr-defined]
        found = solve_ivp(rhs, (t, 4.0), y, args=(k,), events=crosses, **options)
        pieces.append((t, found.t[-1], found.sol))
        t, y, k = found.t[-1], found.y[:, -1], 0.1 if k == 1.0 else 1.0
    assert len(pieces) >= 3
    for time, x, z in zip(ds.time.values, ds["branch.x"].values, ds["z.x"].values, strict=True):
        exact = next(sol for begin, end, sol in pieces if begin <= time <= end)(time)
        # the way back goes slowly through the switch, so that its time is less sharp than the states
        assert x == pytest.approx(exact[0], abs=1e-6)
        assert z == pytest.approx(exact[1], abs=1e-6)


@BOTH
def test_event_of_one_unit_is_an_input_jump_of_another(fmi: str) -> None:
    """`above` of one branch is the input of the next, through a feed-through of the graph: right limits agree."""
    system = System("s").add("a", me("branch", fmi), inputs={"u": 1.0}).add("gain", Gain()).add("b", me("branch", fmi))
    system.connect("a.above", "gain.u").connect("gain.y", "b.u")
    ds = simulate(system, stop=3.0, output_step=0.4, rtol=1e-9)
    # a crosses 1 at t = 1 s; b then runs at 2/s and crosses 1 at 1.5 s, and goes on at 0.2/s
    assert ds["a.above"].values == pytest.approx((ds.time.values >= 1.0).astype(float))
    t = ds.time.values
    b = np.where(t < 1.0, 0.0, np.where(t < 1.5, 2 * (t - 1.0), 1 + 0.2 * (t - 1.5)))
    assert ds["b.x"].values == pytest.approx(b, abs=1e-7)
    assert ds["gain.y"].values == pytest.approx(2 * ds["a.above"].values)


@BOTH
def test_feed_through_of_a_binary_in_a_chain(fmi: str) -> None:
    system = System("s").add("pass", me("feed_through", fmi)).add("branch", me("branch", fmi)).add("gain", Gain())
    for name in ("count", "on", "mode", "single", "byte", "long"):
        if name in system.members["pass"].ports["inputs"]:
            system.set(f"pass.{name}", 1.0)
    system.add_input("u", "1").connect("u", "gain.u").connect("gain.y", "pass.u").connect("pass.y", "branch.u")
    factor = system.members["pass"].ports["parameters"]["k"].start
    ds = simulate(system, {"u": Signal.linear([0, 1], [0.0, 0.25])}, stop=1.0, output_step=0.5, rtol=1e-9)
    assert ds["pass.y"].values == pytest.approx([0.0, 0.25 * factor, 0.5 * factor])
    assert ds["branch.x"].values[-1] == pytest.approx(0.25 * factor, abs=1e-8)


def test_sampled_unit_reads_and_drives_an_event_unit() -> None:
    """A sampled PI holds the branch's state at a set point above the switch."""
    pi = SampledPI(0.5)
    system = System("s").add("branch", me("branch")).add("pi", pi, parameters={"k": 0.5, "Ti": 10.0})
    system.connect("branch.x", "pi.measurement", offset=0.0).connect("pi.command", "branch.u")
    system.set("pi.setpoint", 2.0)
    ds = simulate(system, stop=20.0, output_step=0.5, rtol=1e-9)
    # the same by hand: exact between ticks
    x, integral, rows = 0.0, 0.0, []
    for _ in range(41):
        error = 2.0 - x
        integral += 0.5 / 10.0 * error * 0.5
        u = 0.5 * error + integral
        rows.append((x, u))
        until = (1.0 - x) / u if u != 0 else math.inf
        if x < 1.0 and 0 < until < 0.5:
            x = 1.0 + 0.1 * u * (0.5 - until)
        elif x > 1.0 and u < 0 and 0 < (1.0 - x) / (0.1 * u) < 0.5:
            x = 1.0 + u * (0.5 - (1.0 - x) / (0.1 * u))
        else:
            x += u * (0.1 if x > 1.0 else 1.0) * 0.5
    assert ds["branch.x"].values == pytest.approx([r[0] for r in rows], abs=1e-7)
    assert ds["pi.command"].values == pytest.approx([r[1] for r in rows], abs=1e-7)


def test_units_in_the_graph_are_as_exact_as_without_events() -> None:
    system = System("s").add("tank", Tank(), inputs={"T_ambient": 290.0, "Q_flow": 1e4}).add("ball", me("ball", e=0.7))
    ds = simulate(system, stop=2.0, output_step=0.5, rtol=1e-8)
    assert ds["tank.T"].values == pytest.approx(390.0 - 90.0 * np.exp(-ds.time.values / 1000.0), abs=1e-5)


def test_start_inputs_are_consistent_when_initial_states_depend_on_them() -> None:
    """x(0) = u(0), u from the output of another such unit, whichever is added first."""
    for names in (("a", "b"), ("b", "a")):
        system = System("s")
        for name in names:
            system.add(name, Fmu(fmu("start_at_input", "2.0", interfaces=("model_exchange",))))
        system.add("ball", me("ball", e=0.7)).add("z", Integrator())
        system.add_input("u", system.members["a"].ports["inputs"]["u"].unit)
        system.connect("u", "a.u").connect("a.x", "b.u").connect("ball.h", "z.u")
        ds = simulate(system, {"u": 5.0}, stop=1.0, output_step=1.0)
        assert ds["a.x"].values == pytest.approx([5.0, 5.0])
        assert ds["b.x"].values == pytest.approx([5.0, 5.0])


@BOTH
def test_failure_of_the_fmu_names_it(fmi: str) -> None:
    system = System("s").add("table", me("failing", fmi), inputs={"u": 1.0}).add("ball", me("ball", fmi, e=0.7))
    system.members["table"].unit.isolate = False
    with pytest.raises(errors.HeatsimError, match="table"):
        simulate(system, stop=2.0, output_step=0.5)


MODELICA = """
model Switching
  parameter Real e = 0.7;
  input Real u(start = 0);
  Real h(start = 1, fixed = true);
  Real v(start = 0, fixed = true);
  output Real height = h;
  discrete output Real held(start = 0, fixed = true);
  output Integer bounces(start = 0, fixed = true);
  output Real through = 2*u;
equation
  der(h) = v;
  der(v) = -9.81;
  when h <= 0 and v < 0 then
    reinit(v, -e*pre(v));
    bounces = pre(bounces) + 1;
  end when;
  when sample(0.1, 0.1) then
    held = u;
  end when;
end Switching;
"""


@pytest.fixture(scope="module")
def switching(tmp_path_factory: pytest.TempPathFactory) -> Fmu:
    folder: Path = tmp_path_factory.mktemp("switching")
    (folder / "Switching.mo").write_text(MODELICA, encoding="utf-8")
    return hs.build("Switching", library=folder / "Switching.mo", compiler="embedded", out=folder / "out")


def test_fmu_of_the_embedded_compiler_with_state_and_time_events(switching: Fmu) -> None:
    assert switching.execution == "events"
    system = System("s").add("fmu", switching).add("z", Integrator())
    system.add_input("u", "").connect("u", "fmu.u").connect("fmu.held", "z.u")
    ds = simulate(system, {"u": Signal.linear([0, 2], [0.0, 4.0])}, stop=2.0, output_step=0.05, rtol=1e-8)
    t = ds.time.values
    assert ds["fmu.height"].values == pytest.approx([height(float(x)) for x in t], abs=1e-6)
    ticks = np.floor(t / 0.1 + 1e-9)
    assert ds["fmu.held"].values == pytest.approx(0.2 * ticks, abs=1e-9)
    assert ds["fmu.through"].values == pytest.approx(4 * t)
    # integral of a staircase
    assert ds["z.x"].values == pytest.approx(
        [sum(0.2 * k * 0.1 for k in range(int(n))) + 0.2 * n * (x - 0.1 * n) for n, x in zip(ticks, t, strict=True)],
        abs=1e-7,
    )


def test_two_runs_are_equal_bit_by_bit(switching: Fmu) -> None:
    runs = [simulate(switching, {"u": 1.0}, stop=2.0, output_step=0.05) for _ in range(2)]
    for name in runs[0].data_vars:
        assert np.array_equal(runs[0][name].values, runs[1][name].values)


def test_co_simulation_fmu_is_refused_with_what_to_do() -> None:
    unit = Fmu(fmu("branch", "2.0"), interface="co_simulation")
    with pytest.raises(
        errors.UsageError, match=r"branch: .*Co-Simulation.*method='jacobi'.*interface='model_exchange'"
    ):
        simulate(System("s").add("branch", unit, inputs={"u": 1.0}), stop=1.0)


@BOTH
@pytest.mark.parametrize("cut", [2.0, 1.0])
def test_resumed_run_equals_the_uninterrupted_one(tmp_path: Path, fmi: str, cut: float) -> None:
    """State, time and step events, a sampled unit, and states in the graph."""
    system = System("s").add("branch", me("branch", fmi)).add("ball", me("ball", fmi), parameters={"e": 0.7})
    system.add("sampler", me("sampler", fmi), parameters={"period": 0.5}).add("turns", me("turns", fmi))
    system.add("z", Integrator()).add("pi", SampledPI(0.25), parameters={"k": 0.5, "Ti": 10.0})
    system.connect("branch.x", "pi.measurement").connect("pi.command", "branch.u").set("pi.setpoint", 2.0)
    system.connect("ball.h", "z.u").connect("z.x", "turns.omega", factor=3.0).connect("branch.above", "sampler.u")
    settings: dict[str, Any] = {"output_step": 0.1, "checkpoint_step": 1.0}
    whole = simulate(system, stop=2.5, checkpoint=tmp_path / "whole", **settings)
    simulate(system, stop=cut, checkpoint=tmp_path / "part", **settings)
    rest = hs.resume(tmp_path / "part", system, stop=2.5)
    same = whole.sel(time=rest["time"].values)
    assert rest["time"].size > 3
    for name in rest.data_vars:
        assert np.array_equal(same[name].values, rest[name].values), name


def test_start_from_without_states_of_event_units_is_refused() -> None:
    first = simulate(me("ball", "2.0"), stop=1.0, output_step=0.5, variables=["states", "*"])
    with pytest.raises(errors.UsageError, match="ball"):
        simulate(me("ball", "2.0"), start=1.0, stop=2.0, output_step=0.5, start_from=first)


def test_pieces_of_a_signal_count_from_their_own_knots_after_a_late_start() -> None:
    system = System("s").add("branch", me("branch")).add("i", Integrator()).add_input("u", "1")
    system.connect("u", "branch.u").connect("u", "i.u")
    for name, value in {"k_below": 1.0, "k_above": 0.5, "x_switch": 2.0}.items():
        system.set(f"branch.{name}", value)
    signal = Signal.linear([100.0, 101.0, 103.0, 103.0, 105.0], [0.0, 2.0, 0.0, 1.0, 3.0])
    ds = simulate(system, {"u": signal}, start=100.0, stop=105.0, output_step=0.5, rtol=1e-9)
    since = np.array([0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0])
    area = np.select(
        [since <= 1.0, since <= 3.0], [since**2, 3.0 - 0.5 * (3.0 - since) ** 2], 3.0 + 0.5 * ((since - 2.0) ** 2 - 1.0)
    )
    assert ds["i.x"].values == pytest.approx(area, abs=1e-7)
    assert ds["branch.x"].values == pytest.approx(np.where(area < 2.0, area, 1.0 + 0.5 * area), abs=1e-7)


class Toggle:
    """Off and on in turn, every half second."""

    period, offset = 0.5, 0.0
    inputs = ()
    outputs = (Port("on", "1"),)
    parameters = ()

    def initial_state(self, inputs: dict[str, float], parameters: dict[str, float]) -> dict[str, float]:
        return {"on": 1.0}

    def step(
        self, t: float, inputs: dict[str, float], state: dict[str, float], parameters: dict[str, float]
    ) -> tuple[dict[str, float], dict[str, float]]:
        return {"on": 1.0 - state["on"]}, {"on": 1.0 - state["on"]}


@BOTH
def test_input_that_only_changes_at_events(fmi: str) -> None:
    """A Boolean input follows discrete outputs, held signals and sampled units, and nothing that changes in between."""

    def system() -> System:
        result = System("s").add("pass", me("feed_through", fmi)).add("branch", me("branch", fmi), inputs={"u": 1.0})
        for name in result.members["pass"].ports["inputs"]:
            if name != "on":
                result.set(f"pass.{name}", 1.0)
        return result

    coupled = system().connect("branch.above", "pass.on")
    ds = simulate(coupled, stop=2.0, output_step=0.4)
    assert 1 - ds["pass.off"].values == pytest.approx((ds.time.values >= 1.0).astype(float))
    held = system().add_input("on", "1").connect("on", "pass.on")
    ds = simulate(held, {"on": Signal.held([0, 0.5, 1.5], [0.0, 1.0, 0.0])}, stop=2.0, output_step=0.4)
    assert 1 - ds["pass.off"].values == pytest.approx([0, 0, 1, 1, 0, 0])
    toggled = system().add("toggle", Toggle()).connect("toggle.on", "pass.on")
    ds = simulate(toggled, stop=2.0, output_step=0.25)
    assert 1 - ds["pass.off"].values == pytest.approx([0, 0, 1, 1, 0, 0, 1, 1, 0])
    with pytest.raises(errors.UsageError, match=r"pass\.on: only changes at events.*'on' runs straight.*held"):
        simulate(held, {"on": Signal.linear([0, 2], [0.0, 1.0])}, stop=2.0, output_step=0.4)
    with pytest.raises(
        errors.ConnectionError, match=r"connection branch\.x -> pass\.on: the input only changes at events"
    ):
        simulate(system().connect("branch.x", "pass.on", factor=0.0), stop=2.0, output_step=0.4)


@BOTH
def test_fmu_that_may_be_instantiated_only_once(fmi: str) -> None:
    only = {"canBeInstantiatedOnlyOncePerProcess": "true"}
    unit = Fmu(fmu("ball", fmi, interfaces=("model_exchange",), attributes=only))
    ds = simulate(unit, stop=1.0, output_step=0.5, rtol=1e-8, parameters={"e": 0.7})
    assert ds["h"].values == pytest.approx([height(float(t)) for t in ds.time], abs=1e-6)


def test_isolated_fmu_with_events() -> None:
    unit = Fmu(fmu("ball", "2.0", interfaces=("model_exchange",)), isolate=True)
    ds = simulate(unit, stop=1.0, output_step=0.5, rtol=1e-8, parameters={"e": 0.7})
    assert ds["h"].values == pytest.approx([height(float(t)) for t in ds.time], abs=1e-6)
