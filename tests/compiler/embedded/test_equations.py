"""Compiled models agree with solutions worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.linalg import expm

from heatsim.errors import UnsupportedModelicaError


def test_first_order_lag_follows_the_exponential(build) -> None:
    built = build(
        "model M parameter Real k=2; Real x(start=3, fixed=true); output Real y; equation der(x) = -k*x; y = "
        "2*x; end M;"
    )
    end = built.simulate(1.5)
    assert end["x"] == pytest.approx(3 * math.exp(-3), rel=1e-8)
    assert end["y"] == pytest.approx(6 * math.exp(-3), rel=1e-8)


def test_every_member_of_a_loop_over_derivatives_is_there(build) -> None:
    # the front end writes out only the first members of such loops
    built = build(
        """model M parameter Integer n=6; Real x[n](start={i for i in 1:n}, each fixed=true);
        equation
          for i in 1:n loop der(x[i]) = -i*x[i] + (if i == 1 then 0 else x[i - 1]); end for;
        end M;"""
    )
    a = np.diag([-float(i) for i in range(1, 7)]) + np.diag(np.ones(5), -1)
    expected = expm(0.7 * a) @ np.arange(1.0, 7.0)
    end = built.simulate(0.7)
    assert [end[f"x[{i}]"] for i in range(1, 7)] == pytest.approx(expected, rel=1e-7)


def test_loops_over_two_indices_keep_rows_and_columns(build) -> None:
    built = build(
        """model M Real x[2,3](each start=0, each fixed=true);
        equation for i in 1:2, j in 1:3 loop der(x[i,j]) = 10*i + j; end for; end M;"""
    )
    end = built.simulate(1.0)
    assert {name: round(value, 9) for name, value in end.items()} == {
        f"x[{i},{j}]": 10.0 * i + j for i in (1, 2) for j in (1, 2, 3)
    }


def test_conduction_through_cells_with_fluxes_between_them(build) -> None:
    built = build(
        """model M parameter Integer n=4; parameter Real k=2; Real x[n](each start=1, each fixed=true); Real q[n+1];
        equation
          for i in 1:n loop der(x[i]) = q[i] - q[i + 1]; end for;
          for i in 2:n loop q[i] = k*(x[i - 1] - x[i]); end for;
          q[1] = 0; q[n + 1] = x[n];
        end M;"""
    )
    a = np.array([[-2, 2, 0, 0], [2, -4, 2, 0], [0, 2, -4, 2], [0, 0, 2, -3.0]])
    end = built.simulate(1.0)
    assert [end[f"x[{i}]"] for i in range(1, 5)] == pytest.approx(expm(a) @ np.ones(4), rel=1e-7)


EXPRESSIONS = [
    ("1/2 + 2^3 - 7*(2 - 5)", 29.5),
    ("sum({1, 2, 3}.*{4, 5, 6}) + {1, 2, 3}*{4, 5, 6}", 64.0),
    ("product({2, 3, 4}) + max({1, 5, 2}) + min({4, 3, 9}) + max(u, 7)", 24 + 5 + 3 + 7),
    ("sum(i*i for i in 1:4)", 30.0),
    ("size(zeros(3, 5), 2) + size(ones(2, 4), 1)", 7.0),
    ("sum(fill(u, 2, 3)) + sum(linspace(0, 1, 5)) + sum(identity(3))", 18 + 2.5 + 3),
    ("sum([1, 2; 3, 4]*{1, 10}) + sum(transpose([1, 2; 3, 4])*{1, 10})", 21 + 43 + 31 + 42),
    ("{1, 2, 3, 4}*{4, 3, 2, 1}", 20.0),
    ("sum(v[2:3]) + v[end] + sum(v[{1, 3}]) + sum(m[2, :])", (2 + 3) + 3 + (1 + 3) + (4 + 5 + 6)),
    ("sum(cat(1, v, {7})) + sum(vector([1; 2]))", 6 + 7 + 3),
    ("noEvent(if u > 2 then 5 elseif u > 1 then 6 else 7)", 5.0),
    ("noEvent(if u < 2 then 5 elseif u < 10 then 6 else 7)", 6.0),
    ("smooth(0, if u > 2 then u else 2)", 3.0),
    ("semiLinear(u - 5, 10, 100)", -200.0),
    ("noEvent(mod(-u, 2)) + noEvent(rem(-u, 2)) + noEvent(div(-u, 2))", 1 - 1 - 1),
    ("noEvent(floor(-u/2)) + noEvent(ceil(-u/2)) + noEvent(integer(u/2))", -2 - 1 + 1),
    ("mod(-7, 3) + rem(-7, 3) + div(-7, 3)", 2 - 1 - 2),
    ("abs(-u) + sign(-u)", 2.0),
    ("sqrt(u) + exp(u) + log(u) + log10(u) + tanh(u)", sum(f(3.0) for f in (math.sqrt, math.exp, math.log, math.log10,
    math.tanh))), ("sin(u) + cos(u) + tan(u) + atan(u) + atan2(u, 2) + asin(u/4) + acos(u/4) + sinh(u) + cosh(u)",
     math.sin(3) + math.cos(3) + math.tan(3) + math.atan(3) + math.atan2(3, 2) + math.asin(0.75) + math.acos(0.75)
     + math.sinh(3) + math.cosh(3)),
    ("if kind == Kind.b and not flag or false then 1 else 2", 2.0),
    ("if kind == Kind.b and flag then 1 else 2", 1.0),
    ("Integer(kind)", 2.0),
    ("homotopy(u, 1)", 3.0),
    ("time + u", 3.25),
    ("noEvent(if u > 5 then sqrt(u - 5) else 1)", 1.0),
    ("-2^2 - u^2 + (-2)^2 - 2*u^2", -4 - 9 + 4 - 18),
    ("2 - 3 - 4 + 12/2/3 + 2*3/4*2", -5 + 2 + 3),
    ("n/2 + neg/2 + 1/n + neg^3 + u^n + u^(-n)", 1.5 - 3.5 + 1/3 - 343 + 27 + 1/27),
    ("div(neg, 2) + 10*mod(neg, 2) + 100*rem(neg, 2)", -3 + 10 - 100),
    ("div(7, -2) + 10*mod(7, -2) + 100*rem(7, -2)", -3 - 10 + 100),
    ("mod(-5.5, 2) + 10*rem(-5.5, 2) + 100*div(-5.5, 2)", 0.5 - 15 - 200),
    ("noEvent(mod(u, -2)) + 10*noEvent(rem(-u - 4, 2)) + 100*noEvent(div(-u - 4, 2))", -1 - 10 - 300),
    ("integer(-2.5) + 10*floor(-2.5) + 100*ceil(-2.5) + 1000*integer(neg/2)", -3 - 30 - 200 - 4000),
    ("sum(v.^2) + sum(2 .^ v) + sum(-v.^2) + sum(1 ./ v) + sum(v .+ 1) + sum(v .- 1)", 14 + 14 - 14 + 11/6 + 9 + 3),
    ("v*v + sum(m*v) + sum({1, 10}*m) + sum(m*transpose(m)) + sum(m.*m)", 14 + 46 + 156 + 155 + 91),
    ("max([u, 1; 7, 2]) + 10*min(i - 5 for i in 1:3) + 100*max(n, neg)", 7 - 40 + 300),
    ("v[end - 1] + 10*m[end, 1] + 100*m[1, end] + 1000*sum(m[:, end])", 2 + 40 + 300 + 9000),
    ("sum(v[3:-1:1].*{1, 10, 100}) + sum(v[{3, 1}].*{1000, 10000})", 3 + 20 + 100 + 3000 + 10000),
    ("sum(5:-2:1) + sum(1:2:6) + sum(1:0) + sum(0:0.1:0.3)", 9 + 9 + 0 + 0.6),
    ("sum(i*10 + j for i in 1:2, j in 1:3)", 102.0),
    ("{{10*i + j for j in 1:2} for i in 1:3}*{1, 100}*{1, 0, 0}", 11 + 1200),
    ("sum([v, v]*{1, 10}) + sum([m; m]*{1, 0, 0}) + sum([[1, 2]; [3, 4]]*{1, 10})", 66 + 10 + 21 + 43),
    ("sum(cat(2, [1; 2], [3; 4])*{1, 10}) + sum(diagonal({1, 2, 3})*v)", 1 + 30 + 2 + 40 + 14),
    ('(if "a" + "b" == "ab" then 1 else 0) + (if "a" < "b" then 10 else 0) + (if "a" <> "a" then 100 else 0)', 11.0),
    ("(if flag or flag and not flag then 1 else 0) + (if not flag == false then 10 else 0)", 11.0),
    ("(if kind > Kind.a then 1 else 0) + (if n == 3 and neg < 0 then 10 else 0)", 11.0),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "expected"), EXPRESSIONS, ids=[e[0][:40] for e in EXPRESSIONS])
def test_expressions_have_the_value_that_modelica_gives_them(build, expression: str, expected: float) -> None:
    built = build(
        f"""model M type Kind = enumeration(a, b, c); parameter Kind kind = Kind.b; parameter Boolean flag = true;
        parameter Integer n = 3; parameter Integer neg = -7; Real v[3] = {{1, 2, 3}};
        Real m[2,3] = [1, 2, 3; 4, 5, 6]; input Real u(start=3); output Real y;
        equation y = {expression}; end M;"""
    )
    model = built.initialized()
    model.enterContinuousTimeMode()
    model.setTime(0.25)
    assert built.get(model, "y") == pytest.approx([expected])
    model.freeInstance()


def test_functions_with_loops_branches_and_several_results(build) -> None:
    built = build(
        """package P
          function f
            input Real x; input Real c[:]; output Real y; output Real last;
          protected
            Real power;
          algorithm
            y := 0; power := 1;
            for i in 1:size(c, 1) loop y := y + c[i]*power; power := power*x; end for;
            if x > 2 then last := 10; elseif x > 1 then last := 20; else last := 30; y := -y; end if;
          end f;
          model M input Real u(start=1.5); output Real a; output Real b; output Real c[2];
          equation (a, b) = f(u, {1, 2, 3}); c = {f(u + i, {1, 1}) for i in 1:2}; end M;
        end P;""",
        "P.M",
    )
    for u, sign, last in ((1.5, 1, 20), (3.0, 1, 10), (0.5, -1, 30)):
        model = built.initialized({"u": u})
        expected = [sign * (1 + 2 * u + 3 * u * u), last, 2 + u, 3 + u]
        assert built.get(model, "a", "b", "c[1]", "c[2]") == pytest.approx(expected)
        model.freeInstance()


def test_results_of_a_function_are_assigned_in_a_function(build) -> None:
    built = build(
        """package P
          function g input Real x; output Real a; output Real b; algorithm a := x; b := 2*x; end g;
          function f input Real x; output Real y; protected Real p; Real q;
          algorithm (p, q) := g(x); (, y) := g(p + 10*q); end f;
          model M output Real y = f(3); end M;
        end P;""",
        "P.M",
    )
    model = built.initialized()
    assert built.get(model, "y") == [2 * 63.0]
    model.freeInstance()


def test_a_subscript_behind_an_array_of_components_belongs_to_the_field(build) -> None:
    source = """package P
      model C parameter Real k=2; Real p[2]={k, 3}; end C;
      model M C c[2](k={1, 5}); output Real y; output Real z; output Real w = sum(c[1:2].p[2]);
      equation y = sum(c.p[1]); z = sum(c[1].p); end M;
    end P;"""
    built = build(source, "P.M")
    model = built.initialized()
    assert built.get(model, "y", "z", "w") == [6.0, 4.0, 6.0]
    model.freeInstance()
    with pytest.raises(UnsupportedModelicaError, match=r":3:\d+: 'c\.p\[\.\.\.\]' would be taken for elements of 'c'"):
        build(
            "package P\nmodel C Real p[2]={1, 3}; end C;\nmodel M C c[2]; output Real y = sum(c.p[1]); end M; end P;",
            "P.M",
        )


def test_records_go_through_functions(build) -> None:
    built = build(
        """package P
          record R Real a; Real b; end R;
          function make input Real x; output R r; algorithm r.a := x; r.b := 2*x; end make;
          function use input R r; output Real y; algorithm y := r.a + 10*r.b; end use;
          model M input Real u(start=3); parameter R p(a=1, b=2); R r; output Real y; output Real z;
          equation r = make(u); y = use(r); z = use(p); end M;
        end P;""",
        "P.M",
    )
    model = built.initialized()
    assert built.get(model, "y", "z") == [63.0, 21.0]
    model.freeInstance()


def test_arrays_of_components_and_their_fields(build) -> None:
    built = build(
        """package P
          model C parameter Real k=1; input Real u; output Real y; Real x(start=k, fixed=true); equation der(x) = u -
          x; y = k*x; end C; model M parameter Integer n=3; C c[n](k={1, 2, 3}); input Real u[n](each start=4); output
          Real total; output Real y[n]; equation c.u = u; total = sum(c.y); for i in 1:n loop y[i] = c[i].y; end for;
          end M;
        end P;""",
        "P.M",
    )
    end = built.simulate(0.5)
    x = [4 + (k - 4) * math.exp(-0.5) for k in (1, 2, 3)]
    assert [end[f"y[{i + 1}]"] for i in range(3)] == pytest.approx([(i + 1) * x[i] for i in range(3)], rel=1e-8)
    assert end["total"] == pytest.approx(sum((i + 1) * x[i] for i in range(3)), rel=1e-8)


def test_if_equations_choose_between_sets_of_equations(build) -> None:
    built = build(
        """model M input Real u(start=1); output Real a; output Real b;
        equation if noEvent(u > 0) then a + b = 5; a - b = 1; else a = 7; b = u; end if; end M;"""
    )
    model = built.initialized({"u": 1.0})
    assert built.get(model, "a", "b") == pytest.approx([3, 2])
    built.set(model, {"u": -4.0})
    assert built.get(model, "a", "b") == pytest.approx([7, -4])
    model.freeInstance()


def test_linear_systems_are_solved_at_compile_time(build) -> None:
    # Wheatstone bridge: node voltages of resistors 1, 2, 3, 4 ohm with 5 ohm across, at 10 V
    built = build(
        """model M parameter Real R[5] = {1, 2, 3, 4, 5}; Real i[5]; output Real a; output Real b; output Real total;
        equation 10 - a = R[1]*i[1]; 10 - b = R[2]*i[2]; a = R[3]*i[3]; b = R[4]*i[4]; a - b = R[5]*i[5];
          i[1] = i[3] + i[5]; i[2] + i[5] = i[4]; total = i[1] + i[2]; end M;"""
    )
    g = np.array([[1 + 1 / 3 + 1 / 5, -1 / 5], [-1 / 5, 1 / 2 + 1 / 4 + 1 / 5]])
    a, b = np.linalg.solve(g, [10.0, 5.0])
    model = built.initialized()
    assert built.get(model, "a", "b", "total") == pytest.approx([a, b, (10 - a) + (10 - b) / 2])
    assert not built.info.loops
    model.freeInstance()


def test_nonlinear_equations_are_solved_inside_the_fmu(build) -> None:
    # two quadratic resistances in series between 0 and 2e5 Pa; each takes its share by its coefficient
    built = build(
        """model M input Real dp(start=2e5); Real m(start=1, nominal=10); output Real p(nominal=1e5); output Real m_out;
        equation dp - p = 300*m*abs(m); p = 100*m*abs(m) + 50*m; m_out = m; end M;"""
    )
    assert len(built.info.loops) == 1
    for dp in (2e5, -2e5, 1.0):
        model = built.initialized({"dp": dp})
        p, m = built.get(model, "p", "m_out")
        exact = math.copysign((-50 + math.sqrt(2500 + 4 * 400 * abs(dp))) / 800, dp)
        assert m == pytest.approx(exact, rel=1e-9)
        assert p == pytest.approx(dp - 300 * m * abs(m), rel=1e-9)
        model.freeInstance()


def test_a_valve_is_solved_from_far_away_where_plain_newton_circles(build) -> None:
    built = build(
        """model M input Real m(start=0.1); output Real dp(start=1e5, nominal=1e5);
        equation m = 10*dp/(dp^2 + 1)^0.25/300; end M;"""
    )
    model = built.initialized()
    (dp,) = built.get(model, "dp")
    assert 10 * dp / (dp**2 + 1) ** 0.25 / 300 == pytest.approx(0.1, rel=1e-9)
    model.freeInstance()


def test_an_equation_without_solution_gives_an_error_not_a_number(build) -> None:
    built = build("model M input Real u(start=4); output Real y(start=1); equation y*y = u; end M;")
    model = built.initialized()
    assert built.get(model, "y") == pytest.approx([2.0])
    built.set(model, {"u": -1.0})
    with pytest.raises(Exception, match="fmi3GetFloat64"):
        built.get(model, "y")
    model.freeInstance()


def test_a_value_that_is_not_finite_gives_an_error(build) -> None:
    built = build("model M input Real u(start=4); output Real y; equation y = 1/u; end M;")
    model = built.initialized()
    built.set(model, {"u": 0.0})
    with pytest.raises(Exception, match="fmi3GetFloat64"):
        built.get(model, "y")
    model.freeInstance()


def test_a_branch_that_is_not_taken_does_not_spoil_derivatives(build) -> None:
    built = build(
        """model M Real x(start=-1, fixed=true); output Real y;
        equation der(x) = -x; y = noEvent(if x > 0 then sqrt(x) + log(x) + x^0.3 + 1/x else 2*x); end M;"""
    )
    f = built.function().expand()
    import casadi as ca

    x = ca.SX.sym("x")
    slope = ca.Function("s", [x], [ca.jacobian(f(0, x, ca.SX(0, 1), ca.SX(0, 1))[1], x)])
    assert float(slope(-1)) == 2.0
    assert float(slope(4)) == pytest.approx(0.25 + 0.25 + 0.3 * 4**-0.7 - 1 / 16)


def test_assertions_on_variables_stop_the_fmu(build) -> None:
    built = build(
        """model M input Real u(start=1); output Real y; equation y = 2*u; assert(y < 10, "too warm"); end M;"""
    )
    model = built.initialized()
    assert built.get(model, "y") == [2.0]
    built.set(model, {"u": 6.0})
    with pytest.raises(Exception, match="fmi3GetFloat64"):
        built.get(model, "y")
    assert built.names["checks"][0]["message"].endswith("too warm")
    model.freeInstance()


def test_reinit_at_the_start_counts_without_any_other_event(build) -> None:
    built = build(
        "model M output Real x(start=1); equation der(x)=-x; when initial() then reinit(x, 7); end when; end M;"
    )
    model = built.initialized()
    assert built.get(model, "x") == [7.0]
    model.freeInstance()
