"""Functions with loops, exits, subscripts and records give what the same steps give in Python; the rest is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import casadi as ca
import numpy as np
import pytest
from random_modelica import random_function

from heatsim.errors import CompilerError, UnsupportedModelicaError

XS, YS = [0.0, 1.0, 3.0, 4.0], [0.0, 10.0, 20.0, 15.0]
PLACES = [-1.0, 0.0, 0.5, 1.0, 2.0, 3.5, 4.0, 5.0]


def model(body: str, local: str = "", before: str = "", inputs: str = "", call: str = "") -> str:
    """Return a model y = f(u, xs, ys) with the given statements; the body begins in line 6."""
    inputs = inputs or "input Real u; input Real xs[:]; input Real ys[size(xs, 1)];"
    call = call or "f(u, {0.0, 1, 3, 4}, {0, 10, 20, 15})"
    protected = f"protected {local}" if local else ""
    return (
        f"model M\n {before}\n function f {inputs} output Real y;\n {protected}\n algorithm\n {body}\n end f;\n"
        f" input Real u(start=0); output Real y;\nequation\n y = {call};\nend M;\n"
    )


@pytest.fixture
def evaluate(build) -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    """Return a function that compiles a model and gives its outputs and their derivatives by the inputs."""

    def run(source: str, places: Sequence[object] = PLACES) -> tuple[np.ndarray, np.ndarray]:
        f = build(source).function().expand()
        u = ca.SX.sym("u", f.size1_in(2))
        y = f(0, [], u, ca.DM(f.size1_in(3), 1))[1]
        both = ca.Function("both", [u], [y, ca.jacobian(y, u)])
        found = [both(place) for place in places]
        values = [np.array(value).ravel() for value, _ in found]
        slopes = [np.array(slope).ravel() for _, slope in found]
        return np.squeeze(np.array(values)), np.squeeze(np.array(slopes))

    return run


def refused(build, source: str, message: str) -> None:
    with pytest.raises(CompilerError) as caught:
        build(source)
    assert re.search(message, str(caught.value)), str(caught.value)
    assert "\n" not in str(caught.value)


# -- while


def test_search_with_a_static_bound_interpolates_as_numpy(evaluate) -> None:
    source = model(
        "i := 1; while i < size(xs, 1) - 1 and u > xs[i + 1] loop i := i + 1; end while; "
        "y := ys[i] + (u - xs[i])*(ys[i + 1] - ys[i])/(xs[i + 1] - xs[i]);",
        "Integer i;",
    )
    inside = [0.0, 0.5, 1.5, 2.0, 3.5, 4.0]
    values, slopes = evaluate(source, inside)
    np.testing.assert_allclose(values, np.interp(inside, XS, YS), rtol=1e-14)
    np.testing.assert_allclose(slopes, [10, 10, 5, 5, -5, -5], rtol=1e-14)


def test_condition_stops_at_the_first_part_that_is_false(evaluate) -> None:
    """At i = 5 `xs[i]` does not exist; `i <= 4` is false then, so it must not be asked for."""
    source = model(
        "i := 1; while i <= size(xs, 1) and u > xs[i] loop i := i + 1; end while; "
        "y := if i > size(xs, 1) then -u else ys[i]*u;",
        "Integer i;",
    )
    values, slopes = evaluate(source, [0.5, 2.0, 5.0])
    np.testing.assert_array_equal(values, [5.0, 40.0, -5.0])
    np.testing.assert_array_equal(slopes, [10.0, 20.0, -1.0])


def test_iteration_for_a_root_gives_the_derivative_of_the_root(evaluate) -> None:
    source = model(
        "y := 1; i := 0; while abs(y*y - u) > 1e-13 and i < 30 loop y := 0.5*(y + u/y); i := i + 1; end while;",
        "Integer i;",
    )
    values, slopes = evaluate(source, [4.0, 2.0, 0.25])
    np.testing.assert_allclose(values, np.sqrt([4.0, 2.0, 0.25]), rtol=1e-12)
    np.testing.assert_allclose(slopes, 0.5 / np.sqrt([4.0, 2.0, 0.25]), rtol=1e-9)


def test_loops_without_iterations_leave_everything_as_it_is(evaluate) -> None:
    loops = (
        "for i in 1:0 loop y := 0; end for; while false loop y := 2; end while; for q in zeros(0) loop y := 3; end for;"
    )
    values, _ = evaluate(model(f"y := u; {loops}"), [-1.0, 3.0])
    np.testing.assert_array_equal(values, [-1.0, 3.0])


@pytest.mark.parametrize("condition", ["y < u", "y > 0"])
def test_loop_without_static_bound_is_refused(build, condition: str) -> None:
    refused(
        build,
        model(f"y := 1; while {condition} loop y := 2*abs(y); end while;"),
        rf":6:\d+: 'while {condition}' has no static bound.*count the iterations",
    )


# -- break and return


def test_break_leaves_the_loop_it_stands_in(evaluate) -> None:
    source = model(
        "y := 0; for i in 1:3 loop for j in 1:3 loop if j > u then break; end if; y := y + 10*i + j; end for; end for;"
    )

    def expected(u: float) -> float:
        return sum(10 * i + j for i in range(1, 4) for j in range(1, 4) if j <= u)

    values, _ = evaluate(source)
    np.testing.assert_array_equal(values, [expected(u) for u in PLACES])


def test_return_leaves_loops_and_function(evaluate) -> None:
    source = model("y := 0; for i in 1:4 loop y := y + i; if u < i then return; end if; end for; y := 100 + u;")
    values, slopes = evaluate(source)
    np.testing.assert_array_equal(values, [1, 1, 1, 3, 6, 10, 104, 105])
    np.testing.assert_array_equal(slopes, [0, 0, 0, 0, 0, 0, 1, 1])


def test_statements_behind_return_do_not_count(evaluate) -> None:
    values, slopes = evaluate(model("y := 0; if u <= 0 then return; end if; y := sqrt(u);"), [-4.0, 0.0, 4.0])
    np.testing.assert_array_equal(values, [0.0, 0.0, 2.0])
    np.testing.assert_array_equal(slopes, [0.0, 0.0, 0.25])


def test_endless_loop_with_break(evaluate) -> None:
    source = model(
        "y := 0; i := 0; while true loop i := i + 1; y := y + u; if i > 3 or y > 6 then break; end if; end while; "
        "y := y + 100*i;",
        "Integer i;",
    )
    values, _ = evaluate(source, [1.0, 3.5, 5.0])
    np.testing.assert_array_equal(values, [404.0, 207.0, 210.0])


@pytest.mark.parametrize("seed", range(24))
def test_random_function_does_what_python_does(evaluate, seed: int) -> None:
    source, f = random_function(seed)
    places = np.random.default_rng(seed).uniform(-3, 3, size=(25, 2))
    values, slopes = evaluate(source, places)
    np.testing.assert_allclose(values, [f(*place) for place in places], rtol=1e-10, atol=1e-10)
    step = 1e-6
    for (u, w), found in zip(places, slopes, strict=True):
        by_u, by_w = f(u + step, w) - f(u - step, w), f(u, w + step) - f(u, w - step)
        np.testing.assert_allclose(
            found, np.array([by_u, by_w]) / (2 * step), rtol=1e-4, atol=1e-4 * (1 + abs(f(u, w)))
        )


# -- subscripts


def test_subscript_outside_gives_nan_where_it_counts_and_only_there(evaluate) -> None:
    source = model("i := if u > 1 then 5 else 2; y := if u > 3 then u*u else u*ys[i];", "Integer i;")
    values, slopes = evaluate(source, [0.5, 2.0, 4.0])
    np.testing.assert_array_equal(values, [5.0, np.nan, 16.0])
    np.testing.assert_array_equal(slopes[[0, 2]], [10.0, 8.0])


def test_elements_rows_and_vectors_chosen_by_a_variable(evaluate) -> None:
    source = model(
        "A := [1, 2; 3, 4]; i := if u > 1 then 2 else 1; row := A[i, :]; both := ys[{i, i + 1}]; "
        "y := A[i, 2] + 10*A[1, i] + 100*row[1] + 1000*A[i, i] + 1e4*both[1] + 1e6*both[2];",
        "Real A[2, 2]; Real row[2]; Real both[2]; Integer i;",
    )
    values, _ = evaluate(source, [0.0, 2.0])
    np.testing.assert_array_equal(values, [2 + 10 + 100 + 1000 + 0 + 10e6, 4 + 20 + 300 + 4000 + 10e4 + 20e6])


def test_element_written_at_a_variable_place(evaluate) -> None:
    source = model(
        "v := {1, 2, 3}; i := if u > 1 then 2 else 1; v[i] := u; y := 100*v[1] + 10*v[2] + v[3];",
        "Integer i; Real v[3];",
    )
    values, slopes = evaluate(source, [0.5, 2.0, 5.0])
    np.testing.assert_array_equal(values, [73.0, 123.0, 153.0])
    np.testing.assert_array_equal(slopes, [100.0, 10.0, 10.0])


def test_element_written_outside_spoils_the_array_where_it_counts(evaluate) -> None:
    source = model("v := {1, 2}; i := if u > 1 then 3 else 1; v[i] := u; y := v[2];", "Integer i; Real v[2];")
    values, _ = evaluate(source, [0.5, 2.0])
    np.testing.assert_array_equal(values, [2.0, np.nan])


def test_known_subscript_outside_is_refused(build) -> None:
    refused(build, model("y := xs[5];"), r":6:\d+: subscript 5 is outside 1..4 in 'xs'")


def test_several_iterators_have_the_last_one_as_first_dimension(evaluate) -> None:
    """Section 10.4.1.2 of the language specification: {f for i in a, j in b} is {{f for i in a} for j in b}."""
    source = model(
        "a := {10*i + j for i in 1:2, j in 1:3}; y := a[3, 1] + 100*a[1, 2] + 1e4*u*sum(i*j for i in 1:2, j in 1:3);",
        "Real a[3, 2];",
    )
    values, _ = evaluate(source, [2.0])
    assert values == pytest.approx(13 + 100 * 21 + 1e4 * 2 * 18)


# -- arguments, results, records


def test_limits_of_arguments_are_for_the_reader(evaluate) -> None:
    values, _ = evaluate(model("y := 2*u;", inputs="input Real u(min=0, max=2);", call="f(u)"), [3.0])
    assert values == 6.0


def test_default_and_named_arguments(evaluate) -> None:
    source = model(
        "y := u + 10*a + 100*b;",
        inputs="input Real u; input Real a = 2; input Real b = 2*a;",
        call="f(u) + 1e3*f(a=u, u=1) + 1e6*f(u, b=3)",
    )
    values, _ = evaluate(source, [1.0])
    assert values == pytest.approx(421.0 + 1e3 * (1 + 10 + 200) + 1e6 * (1 + 20 + 300))


def test_sizes_and_defaults_of_locals_follow_the_arguments(evaluate) -> None:
    source = model(
        "z[1] := u; for i in 2:n loop z[i] := z[i - 1] + xs[i]; end for; y := z[n] + 100*k;",
        "Real z[size(xs, 1)]; Integer n = size(xs, 1); Integer k = 2*n; Boolean high = u > 1;",
    )
    values, _ = evaluate(source, [1.5])
    assert values == pytest.approx(1.5 + 8 + 800)


def test_strings_decide_and_booleans_choose(evaluate) -> None:
    source = model(
        'y := if kind == "double" and high then 2*u else u;',
        "Boolean high = u > 1;",
        inputs="input Real u; input String kind;",
        call='f(u, "double") + 100*f(u, "plain")',
    )
    values, _ = evaluate(source, [1.0, 3.0])
    np.testing.assert_array_equal(values, [101.0, 306.0])


def test_function_with_several_results_is_applied_to_each_element(evaluate) -> None:
    source = """model M function g input Real a; input Real v[2]; output Real p; output Real q[2];
      algorithm p := a*v[1]; q := a*v; end g;
      input Real u(start=1); output Real y[3]; output Real z[3, 2];
      equation (y, z) = g({u, 2*u, 3*u}, {1, 2}); end M;"""
    values, _ = evaluate(source, [1.5])
    np.testing.assert_array_equal(values, [1.5, 3.0, 4.5, 1.5, 3, 3, 6, 4.5, 9])


RECORDS = "record P Real x; Real y = 7; end P; record R Real a; P b; Real v[3]; P w[2]; end R;"


def test_fields_of_nested_records_are_assigned_one_by_one(evaluate) -> None:
    source = model(
        "r.b.x := u; r.v[2] := 3; r.w[1].x := 4; if u > 0 then r.b.x := 5; r.v[2] := 2*u; end if; "
        "y := r.b.x + 10*r.v[2] + 100*r.w[1].x + 1000*r.b.y;",
        "R r;",
        RECORDS,
    )
    values, _ = evaluate(source, [-1.0, 2.0])
    np.testing.assert_array_equal(values, [-1 + 30 + 400 + 7000, 5 + 40 + 400 + 7000])


def test_record_of_an_array_chosen_by_a_variable(evaluate) -> None:
    source = model(
        "i := if u > 0 then 2 else 1; w[1] := P(1, 2); w[2] := P(3, 4); w[i].x := 9; p := w[i]; "
        "y := w[1].x + 10*w[2].x + 100*p.y;",
        "P w[2]; P p; Integer i;",
        RECORDS,
    )
    values, _ = evaluate(source, [-1.0, 1.0])
    np.testing.assert_array_equal(values, [9 + 30 + 200, 1 + 90 + 400])


def test_nested_records_go_into_and_out_of_functions(evaluate) -> None:
    source = """model M record P Real x; Real y; end P; record R P p; Real v[2]; end R;
      function make input Real u; output R r; algorithm r.p.x := u; r.p.y := 2*u; r.v := {3*u, 4*u}; end make;
      function use input R r; output Real y; algorithm y := r.p.x + 10*r.p.y + 100*r.v[1] + 1000*r.v[2]; end use;
      input Real u(start=1); output Real y; R r;
      equation r = make(u); y = use(r); end M;"""
    values, slopes = evaluate(source, [0.5])
    assert values == pytest.approx(0.5 * 4321)
    assert slopes == pytest.approx(4321)


# -- refusals


def test_recursion_is_refused_by_name(build) -> None:
    refused(build, model("y := if u < 0 then 0 else f(u - 1, xs, ys);"), r":6:\d+: .*'M.f' calls itself.*write a loop")


def test_recursion_through_another_function_is_refused_by_name(build) -> None:
    other = "function g input Real u; output Real y; algorithm y := f(u, {1, 2}, {1, 2}); end g;"
    refused(build, model("y := if u < 0 then 0 else g(u - 1);", before=other), r"'M.f' calls itself.*M.g -> M.f")


REFUSED = {
    "a result that is not always assigned": (model("if u > 0 then y := 1; end if;"), r"'f' does not assign.*'y'"),
    "a field without a value": (model("r.a := 1; y := r.b.x;", "R r;", RECORDS), r":6:\d+: 'r.b.x'.* value"),
    "an element without a value": (model("v[1] := u; y := v[2];", "Real v[2];"), r":6:\d+: 'v'.* value"),
    "a range that varies": (model("y := 0; for i in 1:integer(u) loop y := y + i; end for;"), r":6:\d+: 'u' varies"),
    "a varying slice": (model("i := if u > 1 then 1 else 2; y := sum(xs[1:i]);", "Integer i;"), r":6:\d+: 'u' varies"),
    "an assertion that fails": (model('y := u; assert(size(xs, 1) > 9, "too short");'), r":6:\d+:.*fails: too short"),
    "an assertion on variables": (model('y := u; assert(u > 9, "low");'), r":6:\d+: an assert in a function.*model"),
    "an assignment of another size": (model("v := xs; y := u;", "Real v[3];"), r"size|shape|extent"),
    "an argument of another size": (model("y := u;", call="f(u, {1, 2}, {1, 2, 3})"), r"size|extent"),
    "an assignment to an input": (model("u := 2; y := u;"), r"input.*'u'"),
    "an unknown function": (model("y := nothing(u);"), r"nothing"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_meaning_is_refused(build, name: str) -> None:
    refused(build, *REFUSED[name])


# -- sources that are rewritten for the front end


def test_places_are_those_of_the_sources_when_bodies_were_kept_from_the_front_end(build) -> None:
    source = model("y := 0; for i in 1:3 loop if u > 0 then break; end if; y := y + xs[i + 3]; end for;")
    refused(build, source, r"source\d+\.mo:6:\d+: subscript 5 is outside 1..4 in 'xs'")
    line = source.splitlines()[5]
    with pytest.raises(CompilerError, match=rf":6:{line.index('xs[') + 1}: "):
        build(source)


def test_library_with_break_in_one_of_its_files(build, tmp_path: Path) -> None:
    library = tmp_path / "Lib"
    library.mkdir()
    (library / "package.mo").write_text('within ;\npackage Lib "Ünïcode"\nend Lib;\n', encoding="utf-8")
    (library / "first.mo").write_text(
        'within Lib;\nfunction first "Größe"\n  input Real xs[:]; input Real u; output Real y;\nalgorithm\n'
        "  y := -1; // Maß\n  for x in xs loop\n    if x > u then\n      y := x; break;\n    end if;\n  end for;\n"
        "end first;\n",
        encoding="utf-8",
    )
    (library / "P.mo").write_text(
        "within Lib;\nmodel P\n input Real u(start=2); output Real y;\nequation\n y = first({1, 3, 5}, u);\nend P;\n"
    )
    built = build(library, model="Lib.P")
    f = built.function()
    assert [float(f(0, [], u, [])[1]) for u in (0, 2, 4, 6)] == [1, 3, 5, -1]


def test_external_function_is_still_refused_beside_one_with_break(build) -> None:
    before = 'function g input Real u; output Real y; external "C" y = g(u); end g;'
    with pytest.raises(UnsupportedModelicaError, match="external"):
        build(model("y := 0; for x in xs loop if x > u then break; end if; y := g(x); end for;", before=before))
