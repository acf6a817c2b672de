"""Parameters: what can be set follows everywhere, what cannot be set is not offered."""

from __future__ import annotations

import pytest

from heatsim.errors import CompilerError, UsageError

SOURCE = """model M "Plant"
  parameter Real P(unit="W", min=0) = 100 "Power";
  parameter Real twice = 2*P;
  final parameter Real fixed_value = 7;
  parameter Integer n = 2;
  parameter Real weight[n] = {1, 2};
  parameter Boolean flag = true;
  Real x[n](start=weight*P, each fixed=true, each unit="K");
  output Real y;
protected
  parameter Real inside = 3;
equation
  der(x) = -x + fill(inside, n)*fixed_value*0;
  y = twice + sum(weight) + (if flag then 0 else 1000);
end M;"""


def test_only_plain_real_parameters_can_be_set(build) -> None:
    assert build(SOURCE).names["parameters"] == ["P", "weight[1]", "weight[2]"]


def test_dependent_parameters_and_start_values_follow(build) -> None:
    built = build(SOURCE)
    model = built.initialized({"P": 50.0, "weight[2]": 4.0})
    assert built.get(model, "y", "x[1]", "x[2]") == [105.0, 50.0, 200.0]
    model.freeInstance()
    end = built.simulate(1e-9, {"P": 50.0, "weight[2]": 4.0})
    assert end["x[2]"] == pytest.approx(200.0)
    assert end["y"] == pytest.approx(105.0)


def test_a_start_value_given_from_outside_stays(build) -> None:
    built = build(SOURCE)
    model = built.instance()
    built.set(model, {"x[1]": 11.0, "P": 50.0})
    model.enterInitializationMode()
    model.exitInitializationMode()
    assert built.get(model, "x[1]", "x[2]") == [11.0, 100.0]
    model.freeInstance()


def test_parameters_changed_after_initialization_leave_the_states(build) -> None:
    built = build(SOURCE)
    model = built.initialized()
    built.set(model, {"P": 1.0})
    assert built.get(model, "x[1]", "y") == [100.0, 5.0]
    model.freeInstance()


def test_start_values_come_with_the_description(build) -> None:
    variables = build(SOURCE).variables
    assert (variables["x[2]"].start, variables["x[2]"].initial) == ("200.0", "approx")
    assert variables["P"].description == "Power"
    assert (variables["P"].unit, variables["P"].min) == ("W", "0.0")


def test_structural_parameters_are_set_at_compile_time(build) -> None:
    built = build(SOURCE, parameters={"n": 3, "weight": [1, 2, 3], "flag": False})
    assert built.info.states == 3
    model = built.initialized()
    assert built.get(model, "y") == [200 + 6 + 1000.0]
    model.freeInstance()


def test_nested_and_enumeration_modifications(build) -> None:
    source = """package P
      type Kind = enumeration(linear, quadratic);
      model C parameter Kind kind=Kind.linear; parameter Real k=1; output Real y; equation y = if kind == Kind.linear
      then k else k^2; end C; model M C c; output Real y; equation y = c.y; end M;
    end P;"""
    model_text = build(source, "P.M", parameters={"c.k": 3.0, "c.kind": "P.Kind.quadratic"})
    model = model_text.initialized()
    assert model_text.get(model, "y") == [9.0]
    model.freeInstance()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"PP": 1.0}, "no parameter 'PP'.*did you mean 'P'"),
        ({"fixed_value": 1.0}, "final"),
        ({"weight[1]": 2.0}, "whole array"),
    ],
)
def test_wrong_parameter_names_are_reported(build, parameters, message) -> None:
    with pytest.raises((UsageError, CompilerError), match=message):
        build(SOURCE, parameters=parameters)


def test_real_parameters_that_shape_the_model_are_not_offered(build) -> None:
    source = """model M parameter Real L=10; parameter Real dx=2.5; parameter Real limit=3; parameter Real k=1;
      parameter Integer n=integer(L/dx); Real x[n](each start=k, each fixed=true); Real extra=1 if limit > 2; output
      Real y;
    equation der(x) = -x; y = k*sum(x) + limit; end M;"""
    built = build(source)
    assert built.names["parameters"] == ["k"]
    assert built.info.states == 4
    assert build(source, parameters={"L": 20}).info.states == 8


def test_initial_equations_with_parameters_follow(build) -> None:
    built = build(
        """model M parameter Real a=2; Real x; Real z; Real w(start=5); output Real y;
        initial equation x = 3*a; z - x = 1; equation der(x) = -x; der(z) = 0; der(w) = 0; y = x; end M;"""
    )
    model = built.initialized({"a": 4.0})
    assert built.get(model, "x", "z", "w") == [12.0, 13.0, 5.0]
    model.freeInstance()


def test_a_parameter_that_cancels_at_the_start_can_be_set(build) -> None:
    """What holds at the start, x = u, makes T der(x) = u - x vanish there; T acts all the same afterwards."""
    built = build(
        """model M parameter Real T=10; input Real u(start=1); output Real x;
        initial equation x = u; equation T*der(x) = 3*u - x; end M;"""
    )
    model = built.initialized({"T": 4.0})
    assert built.get(model, "x", "der(x)") == [1.0, 0.5]
    model.freeInstance()


def test_exposed_variables_become_outputs(build) -> None:
    source = """model M Real x(start=1, fixed=true); Real inner_value[2];
    equation der(x) = -x; inner_value = {x, 2*x}; end M;"""
    built = build(source, expose=("inner_value", "x"))
    assert built.names["outputs"] == ["inner_value[1]", "inner_value[2]", "x"]
    assert built.variables["x"].causality == "output"
    with pytest.raises(UsageError, match=r"did you mean 'inner_value"):
        build(source, expose=("iner_value",))


def test_words_in_documentation_do_not_make_parameters_structural(build) -> None:
    built = build(
        """model M parameter Real k=1 "used if k > 0; else not"; parameter Boolean use=true; // if k;
        Real z=1 if use annotation(Dialog(group="if k")); Real x(start=k);
        equation if use then der(x) = -k*x; else der(x) = 0; end if;
        annotation(Documentation(info="<p>Set it if k is known;</p>")); end M;"""
    )
    assert built.names["parameters"] == ["k"]


def test_parameters_without_effect_are_not_offered(build) -> None:
    built = build(
        """model M parameter Boolean linear=true; parameter Real a=1; parameter Real b=2; Real x(start=1);
        equation der(x) = if linear then -a*x else -b*x^2; end M;"""
    )
    assert built.names["parameters"] == ["a"]


RANGES = {
    "iterator": "output Real y; equation y = sum(i*k for i in 1:integer(k));",
    "second iterator": "output Real y; equation y = sum(i*j*k for i in 1:2, j in 1:integer(k));",
    "loop": "Real x[5](each start=k); equation for i in 1:integer(k) loop der(x[i]) = k; end for;"
    " for i in integer(k) + 1:5 loop der(x[i]) = 2*k; end for;",
    "slice": "Real x[5](each start=k); output Real y; equation der(x) = -x; y = sum(x[1:integer(k)]) + k;",
    "size": "Real x[if k > 2 then 2 else 3](each start=k); equation der(x) = -k*x;",
    "branches of different equations": "Real x(start=k); Real q; Real r; equation der(x) = k*q;"
    " if k > 2 then q = k; r = 1; else r = 2; q = r + 1; end if;",
}


@pytest.mark.parametrize("name", RANGES)
def test_what_the_front_end_has_written_out_cannot_be_set(build, name: str) -> None:
    built = build(f"model M parameter Real k=3; parameter Real a=1; output Real z=a; {RANGES[name]} end M;")
    assert built.names["parameters"] == ["a"]


def test_a_branch_by_a_parameter_follows_it(build) -> None:
    built = build(
        """model M parameter Real k=3; Real x[4](each start=k); output Real y = if k > 2 then k else -k;
        equation for i in 1:4 loop der(x[i]) = if k > 2 then -k else i; end for; end M;"""
    )
    model = built.initialized({"k": 1.0})
    assert built.get(model, "y", "x[2]", "der(x[2])") == [-1.0, 1.0, 2.0]
    built.set(model, {"k": 5.0})
    assert built.get(model, "y", "der(x[2])") == [5.0, -5.0]
    model.freeInstance()
