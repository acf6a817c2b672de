"""Events: when clauses, samples, time and state events, initialization with modes, and how the FMU does them.

Expected values are worked out by hand from the rules of the Modelica language specification 3.6: at an event all
equations hold with `pre` values fixed, and it repeats until `pre` values are those that hold (appendix B); a `when` is
active at the moment its condition becomes true, and at the start only with `initial()` (section 8.3.5).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import fmpy
import numpy as np
import pytest
from conformance.model_exchange import RunError, Unit, simulate
from fmpy.validation import validate_fmu

from heatsim.errors import CompilerError

Case = Callable[..., dict[str, list[float]]]


@pytest.fixture
def run(build, tmp_path: Path) -> Case:
    """Return a function that compiles the body of a model and gives values of variables at given times."""

    def compile_and_run(
        body: str,
        times: Sequence[float],
        *names: str,
        parameters: Mapping[str, float] | None = None,
        inputs: Mapping[str, Callable[[float], float]] | None = None,
        breaks: Sequence[float] = (),
        start: float = 0.0,
    ) -> dict[str, list[float]]:
        path = build(f"model M\n{body}\nend M;\n", expose=names).path
        found = simulate(
            path, tmp_path / "run", times, names, parameters=parameters, inputs=inputs, breaks=breaks, start=start
        )
        return {name: [float(value) for value in found.values[name]] for name in names}

    return compile_and_run


COUNT = "Integer n(start=0, fixed=true);"


# -- moments


def test_time_greater_than_the_start_time_becomes_true_just_after_the_start(run):
    body = f"{COUNT} equation when time > 0 then n = pre(n) + 1; end when;"
    assert run(body, [0.5, 1], "n")["n"] == [1, 1]


def test_time_at_least_the_start_time_is_true_from_the_start_and_has_no_edge(run):
    body = f"{COUNT} equation when time >= 0 then n = pre(n) + 1; end when;"
    assert run(body, [0.5, 1], "n")["n"] == [0, 0]


def test_timer_that_sets_its_next_moment_runs_from_the_start(run):
    body = f"""{COUNT} discrete Real next(start=0, fixed=true);
    equation when time > pre(next) then next = pre(next) + 0.5; n = pre(n) + 1; end when;"""
    assert run(body, [0.25, 0.75, 1.25, 2.1], "n")["n"] == [1, 2, 3, 5]


def test_time_greater_than_a_moment_comes_after_what_happens_at_the_moment(run):
    body = f"{COUNT} equation when {{time > 1, sample(1, 1)}} then n = pre(n) + 1; end when;"
    assert run(body, [0.5, 1.5, 2.5], "n")["n"] == [0, 2, 3]


def test_moment_set_to_now_starts_the_timer_again(run):
    body = f"""{COUNT} discrete Real T(start=0.5, fixed=true);
    equation when sample(1, 10) then T = time; end when; when time > pre(T) then n = pre(n) + 1; end when;"""
    assert run(body, [0.4, 0.6, 1.5], "n")["n"] == [0, 1, 2]


@pytest.mark.parametrize(
    ("start", "times", "counts"),
    [
        (5.3, [5.5, 6.5, 9.5], [0, 1, 4]),
        (5.0, [5.5, 6.5, 9.5], [1, 2, 5]),
        (-3.0, [-0.5, 0.5, 1.5], [0, 1, 2]),
        (3e7, [3e7 + 0.5, 3e7 + 10.5], [1, 11]),
    ],
)
def test_samples_stand_on_their_grid_whatever_the_start_time_is(run, start, times, counts):
    body = f"{COUNT} equation when sample(0, 1) then n = pre(n) + 1; end when;"
    assert run(body, times, "n", start=start)["n"] == counts


def test_a_thousand_ticks_gather_no_error(run):
    body = f"""{COUNT} discrete Real last(start=0);
    equation when sample(0, 0.1) then n = pre(n) + 1; last = time; end when;"""
    found = run(body, [100.05], "n", "last")
    assert found["n"] == [1001]
    assert found["last"] == [pytest.approx(100.0, abs=1e-12)]


def test_samples_that_meet_are_one_event(run):
    body = f"""{COUNT} Integer a(start=0), b(start=0); Boolean tick = sample(0, 0.1) or sample(0, 0.3);
    equation when tick then n = pre(n) + 1; end when; when sample(0, 0.1) then a = pre(a) + 1; end when;
    when sample(0, 0.3) then b = a; end when;"""
    found = run(body, [0.05, 0.35, 3.05], "n", "b")
    assert found == {"n": [1, 4, 31], "b": [1, 4, 31]}


def test_interval_that_is_changed_during_a_run_counts_on_the_new_grid(build, tmp_path):
    source = f"model M parameter Real T = 1; {COUNT} equation when sample(0, T) then n = pre(n) + 1; end when; end M;"
    unit = Unit(build(source, expose=("n",)).path, tmp_path / "run")
    assert unit.initialize(0.0, {}, {}) == 1.0
    unit.place(100.5, np.zeros(0))
    unit.model.enterEventMode()
    unit.iterate()
    unit.model.enterEventMode()
    unit.set({"T": 10})
    assert unit.iterate() == 110.0
    unit.close()


@pytest.mark.parametrize("interval", [0.0, 1e-300])
def test_impossible_intervals_are_refused_and_end_no_run_in_a_circle(run, interval):
    body = f"parameter Real T = 1; {COUNT} equation when sample(0, T) then n = pre(n) + 1; end when;"
    with pytest.raises(RunError, match="the interval of a sample"):
        run(body, [6], "n", parameters={"T": interval}, start=5)


# -- states


def test_relations_at_their_threshold_from_the_start(run):
    body = f"""{COUNT} Integer m(start=0); Real x(start=0, fixed=true); Boolean least = x >= 0, more = x > 0;
    equation der(x) = 1; when least then n = pre(n) + 1; end when; when more then m = pre(m) + 1; end when;"""
    assert run(body, [0.5], "n", "m", "least", "more") == {"n": [0], "m": [1], "least": [1], "more": [1]}


def test_reinit_exactly_to_a_threshold(run):
    body = """Real x(start=0, fixed=true); Boolean least = x >= 1, more = x > 1;
    equation der(x) = 0; when time >= 1 then reinit(x, 1); end when;"""
    assert run(body, [0.5, 1.5], "least", "more") == {"least": [0, 1], "more": [0, 0]}


def test_states_swap_their_values(run):
    body = """Real x(start=1, fixed=true), y(start=2, fixed=true);
    equation der(x) = 0; der(y) = 0; when time >= 1 then reinit(x, y); reinit(y, x); end when;"""
    assert run(body, [0.5, 1.5], "x", "y") == {"x": [1, 2], "y": [2, 1]}


def test_reinit_that_causes_the_next_event_at_the_same_moment(run):
    body = f"""{COUNT} Real x(start=0, fixed=true), y(start=0, fixed=true);
    equation der(x) = 0; der(y) = 1; when y > 1 then reinit(x, 5); end when;
    when x > 4 then n = pre(n) + 1; reinit(y, x - 1); end when;"""
    found = run(body, [0.5, 1.5], "x", "y", "n")
    assert found["x"] == [0, 5]
    assert found["y"] == pytest.approx([0.5, 4.5])
    assert found["n"] == [0, 1]


def test_whole_numbers_of_a_falling_state(run):
    times = [0.1, 0.6, 1.05, 1.3, 2.6, 3.45]
    body = """Real x(start=0, fixed=true); Integer a = integer(x + 2.5); Real c = ceil(x);
    Real d = mod(x, 0.7), e = rem(x, 0.7), f = div(x, 0.7); equation der(x) = -1;"""
    found = run(body, times, "a", "c", "d", "e", "f")
    assert found["a"] == [math.floor(2.5 - t) for t in times]
    assert found["c"] == [math.ceil(-t) for t in times]
    assert found["d"] == pytest.approx([-t - math.floor(-t / 0.7) * 0.7 for t in times], abs=1e-7)
    assert found["e"] == pytest.approx([-math.fmod(t, 0.7) for t in times], abs=1e-7)
    assert found["f"] == [math.trunc(-t / 0.7) for t in times]


def test_mode_switch_in_a_nonlinear_loop_is_seen_through_the_loop(run):
    body = """Real x(start=0, fixed=true), q(start=1); Boolean open(start=true, fixed=true);
    equation der(x) = q; q^3 + q = if open then 2 - x else 0; open = pre(open) and x < 0.5;"""
    found = run(body, [0.1, 3], "x", "q", "open")
    assert found["open"] == [1, 0]
    assert found["q"][0] ** 3 + found["q"][0] == pytest.approx(2 - found["x"][0], abs=1e-9)
    assert found["x"][1] == pytest.approx(0.5, abs=1e-7)


# -- order of evaluation


def test_clauses_read_each_other_at_the_same_moment(run):
    body = """Integer a(start=0), b(start=0), c(start=0), d(start=0); equation
    when sample(1, 1) then c = pre(b); end when; when sample(1, 1) then b = a + pre(b); end when;
    when sample(1, 1) then a = pre(a) + 1; end when; when change(a) then d = pre(d) + b; end when;"""
    found = run(body, [0.5, 1.5, 2.5, 3.5], "a", "b", "c", "d")
    assert found == {"a": [0, 1, 2, 3], "b": [0, 1, 3, 6], "c": [0, 0, 1, 3], "d": [0, 1, 4, 10]}


def test_first_of_several_branches_counts(run):
    body = f"""{COUNT} equation when time >= 1 then n = pre(n) + 1; elsewhen time >= 1 then n = pre(n) + 10;
    elsewhen sample(1, 1) then n = pre(n) + 100; end when;"""
    assert run(body, [0.5, 1.5, 2.5], "n")["n"] == [0, 1, 101]


def test_pre_in_a_condition_acts_in_the_next_round_of_the_event(run):
    body = """Integer a(start=0), b(start=0), c(start=0); Boolean p = time >= 1, q = pre(p); equation
    when p then a = 1; end when; when q then b = a + 1; end when; when {p, q} then c = pre(c) + b + 1; end when;"""
    assert run(body, [0.5, 1.5], "a", "b", "c") == {"a": [0, 1], "b": [0, 2], "c": [0, 4]}


def test_event_passes_through_continuous_equations(run):
    body = f"""{COUNT} Real x(start=0, fixed=true); Boolean a = x > 1, b = y + x > 5; Real y = if a then 5 else 0;
    equation der(x) = 1; when b then n = pre(n) + 1; end when;"""
    assert run(body, [0.5, 1.5], "n", "y") == {"n": [0, 1], "y": [0, 5]}


def test_enumeration_starts_with_its_first_value(run):
    body = """type E = enumeration(off, heat, cool); E m; Real y = if m == E.off then 5 else 6;
    equation when time >= 1 then m = E.cool; end when;"""
    assert run(body, [0.5, 1.5], "m", "y") == {"m": [1, 3], "y": [5, 6]}


def test_initial_may_stand_in_equations_of_discrete_variables(run):
    body = "Integer k; equation k = if initial() then 5 else pre(k);"
    assert run(body, [0, 1], "k")["k"] == [5, 5]


# -- initialization


def test_steady_start_holds_with_the_mode_it_has_there(run):
    body = """Real x(start=0); Boolean on = x < 5; Real y = if on then 3 else 7;
    initial equation der(x) = 0; equation der(x) = y - x;"""
    assert run(body, [0, 0.9], "x")["x"] == pytest.approx([3, 3])


def test_steady_start_that_does_not_exist_is_no_start(build):
    source = """model M Real x; Boolean hot = x > 5; Real y = if hot then 3 else 7;
    initial equation der(x) = 0; equation der(x) = y - x; end M;"""
    with pytest.raises(CompilerError, match=r"initial equations: .*no solution near the start values"):
        build(source)


def test_loop_with_a_jump_is_solved_on_the_right_side_of_the_jump(run):
    # with y = 0 put in, as for linear equations, the jump would be seen on the wrong side: 1.5 instead of 0.75
    body = "Real x(start=0, fixed=true), y(start=2); equation der(x) = 1; y = noEvent(if y > 0.5 then 1.5 else 3) - y;"
    assert run(body, [0, 1], "y")["y"] == pytest.approx([0.75, 0.75])


def test_state_that_is_set_before_the_start_counts_in_initial_equations(run):
    body = """parameter Real p = 1; Real x(start=p, fixed=true), y, z(start=1);
    initial equation y = 2*x; z^3 + z = 5*x; equation der(x) = 0; der(y) = 0; der(z) = 0;"""
    assert run(body, [0], "x", "y", "z", parameters={"x": 2})["y"] == [4]
    found = run(body, [0], "x", "y", "z", parameters={"p": 6})
    assert (found["x"], found["y"], found["z"]) == ([6], [12], [pytest.approx(3.0, abs=1e-9)])


@pytest.mark.parametrize(
    ("declared", "clause", "value"),
    [
        ("d(start=6, fixed=true)", "when time > 1 then d = 8; end when;", 6),
        ("d", "when initial() then d = 8; end when;", 8),
    ],
)
def test_state_starts_from_a_discrete_variable_that_has_a_value(run, declared, clause, value):
    body = f"Real x; discrete Real {declared}; initial equation x = d; equation der(x) = 0; {clause}"
    assert run(body, [0.5], "x", "d") == {"x": [value], "d": [value]}


def test_discrete_variable_without_a_value_starts_from_its_initial_equation(run):
    body = """Real x(start=2, fixed=true); discrete Real d(start=6); Integer n;
    initial equation d = x + 1; pre(n) = 5;
    equation der(x) = 0; when time > 1 then d = 8; n = pre(n) + 1; end when;"""
    assert run(body, [0.5, 1.5], "d", "n") == {"d": [3, 8], "n": [5, 6]}


# -- the FMU

MACHINE = """model M
  type Mode = enumeration(off, heat, cool);
  input Boolean b(start=false); input Integer k(start=2); input Mode e(start=Mode.heat); input Real u(start=1);
  output Boolean on; output Integer n(start=0, fixed=true); output Mode mode; discrete output Real d(start=0);
  Real x(start=0, fixed=true); parameter Real limit = 1; Boolean bb = b;
equation
  der(x) = if b then k else -u; on = x > limit or b; mode = if on then Mode.cool else e;
  when {change(bb), sample(0.5, 1)} then n = pre(n) + k; d = x; end when;
end M;"""


def test_discrete_inputs_and_outputs_have_their_types_and_count_from_the_next_event(build, tmp_path):
    path = build(MACHINE).path
    assert validate_fmu(str(path)) == []
    unit = Unit(path, tmp_path / "run")
    assert unit.initialize(0.0, {}, {}) == 0.5
    names = ("on", "n", "mode", "d")
    assert list(unit.get(names)) == [0, 0, 2, 0]
    unit.place(0.3, np.array([0.2]))
    unit.set({"b": True})
    assert list(unit.rates()) == [-1]  # a discrete input is what it was until the event
    unit.model.enterEventMode()
    unit.iterate()
    assert list(unit.get(names)) == [1, 2, 3, 0.2]
    assert list(unit.rates()) == [2]
    unit.close()


def test_events_repeat_bit_by_bit_from_a_saved_state(build, tmp_path):
    built = build(MACHINE)
    unit = Unit(built.path, tmp_path / "run")
    unit.initialize(0.0, {}, {})

    def go_on() -> list[float]:
        values = []
        for k in range(40):
            unit.place(0.5 + 0.25 * k, np.array([0.3 * math.sin(k) + 1]))
            unit.model.enterEventMode()
            unit.set({"b": k % 3 == 0, "k": k % 5})
            values.append(unit.iterate())
            values += [*unit.get(("on", "n", "mode", "d")), *unit.rates(), *unit.indicators()]
        return values

    state = unit.model.getFMUState()
    first = go_on()
    unit.model.setFMUState(state)
    assert go_on() == first
    unit.model.freeFMUState(state)
    unit.model.reset()
    unit.initialize(0.0, {}, {})
    assert go_on() == first
    unit.close()


def test_derivatives_before_the_start_know_the_mode(build, tmp_path):
    source = "model M Real x(start=2, fixed=true); equation der(x) = (if x > 1 then -3 else 5)*x; end M;"
    unit = Unit(build(source).path, tmp_path / "run")
    unit.model.enterInitializationMode(startTime=0.0)
    x, rate = (unit.variables[name].valueReference for name in ("x", "der(x)"))
    assert list(unit.model.getDirectionalDerivative([rate], [x], [1.0])) == [-3]
    unit.close()


def test_fmpy_runs_models_without_states(build):
    path = build(
        f"model M {COUNT} equation when sample(0, 1) then n = pre(n) + 1; end when; end M;", expose=("n",)
    ).path
    found = fmpy.simulate_fmu(str(path), stop_time=2.5, output_interval=0.5, output=["n"], fmi_type="ModelExchange")
    assert found["n"][-1] == 3


# -- errors


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("Real x(start=0, fixed=true); Boolean b = if x > 1 then not pre(b) else true; equation der(x) = 1;", "'b' ch"),
        ("Integer n(start=0); equation n = pre(n) + 1;", "'n' changes again and again"),
        ("Real x(start=0, fixed=true), y = if y + x < 1 then 2 else 0; equation der(x) = 1;", "'y [+] x < 1' changes"),
        (
            "Real x(start=0.5, fixed=true); equation der(x) = if x > 0 then -1 else 1;",
            "'x > 0' changes again and again",
        ),
    ],
)
def test_events_without_end_stop_the_run_and_say_what_changes(run, body, words):
    with pytest.raises(RunError, match=f"at t = .* s: .*{words}.*"):
        run(body, [2])


def test_assertions_in_when_stop_the_run_or_warn(build, tmp_path):
    body = """Real x(start=0, fixed=true);
    equation der(x) = 1; when x > 1 then assert(x > 2, "too early"%s); end when;"""
    path = build(f"model M {body % ''} end M;").path
    with pytest.raises(RunError, match=r"assertion fails at t = 1 s: .*\.mo:2:\d+: too early"):
        simulate(path, tmp_path / "run", [1.5], [])
    path = build(f"model M {body % ', AssertionLevel.warning'} end M;").path
    said = simulate(path, tmp_path / "run", [1.5], []).messages
    assert [text.split(": ")[-1] for _, text in said] == ["too early"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            "Integer n; equation when time > 1 then n = 1; end when; when time > 2 then n = 2; end when;",
            "'n' is set here and .*: set it in one when, with elsewhen",
        ),
        (
            "Real x; equation der(x) = 1; when x > 1 then reinit(x, 0); end when;"
            "when x > 2 then reinit(x, 1); end when;",
            "reinit",
        ),
        (
            f"{COUNT} equation when {{sample(0, 1), sample(0, 3)}} then n = pre(n) + 1; end when;",
            "several samples among the conditions of one when: write Boolean tick",
        ),
        (
            "Integer n(start=6, fixed=true); initial equation pre(n) = 3; equation when time > 1 then n = 8; end when;",
            "'n' has an initial equation and a start value with fixed=true; remove one",
        ),
        (
            "Real x; Integer n; equation der(x) = 1; when noEvent(x > 1) then n = 1; end when;",
            "the condition of when depends on 'x' without an event; write the relation without noEvent",
        ),
    ],
)
def test_what_is_refused_says_what_to_write(build, body, words):
    with pytest.raises(CompilerError, match=words):
        build(f"model M {body} end M;")
