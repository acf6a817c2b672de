"""Values given at build that cannot be are refused by name, before anything is compiled."""

from __future__ import annotations

import pytest

from heatsim.errors import CompilerError, UsageError

SOURCE = """package P
  type Kind = enumeration(one, two);
  model Sub parameter Real g = 1; final parameter Real h = 2; end Sub;
  model M
    parameter Real k = 2;
    parameter Integer n = 3;
    parameter Boolean on = true;
    parameter Real R[2] = {1, 2};
    parameter Real A[2, 2] = {{1, 2}, {3, 4}};
    parameter String s = "a";
    parameter Kind kind = Kind.one;
    Sub sub;
    Real x[n](each start = 1);
    output Real y = k*sum(x) + sub.g + sum(R) + sum(A);
  equation
    der(x) = -k*x;
  end M;
end P;
"""

WRONG = {
    "text for a number": ({"k": "abc"}, "parameter 'k' cannot be 'abc': give a number"),
    "Boolean for a number": ({"k": True}, "parameter 'k' cannot be true: give a number"),
    "list for a number": ({"k": [1.0]}, "parameter 'k' cannot be .*: give one value, not a list"),
    "fraction for an Integer": ({"n": 1.5}, "parameter 'n' cannot be 1.5: give a whole number"),
    "number for a Boolean": ({"on": 1}, "parameter 'on' cannot be 1: give true or false"),
    "number for a text": ({"s": 3}, "parameter 's' cannot be 3: give a text"),
    "short name of an enumeration": ({"kind": "two"}, "parameter 'kind' cannot be 'two': .*full name"),
    "number for an enumeration": ({"kind": 2}, "parameter 'kind' cannot be 2: give a value of Kind"),
    "too long": ({"R": [1, 2, 3]}, "parameter 'R' cannot be .*: give a list of 2 values"),
    "scalar for an array": ({"R": 1.0}, "parameter 'R' cannot be 1.0: give a list of 2 values|keeps its value"),
    "ragged": ({"A": [[1, 2], [3]]}, "parameter 'A' cannot be .*: give a list of 2 by 2 values, all rows"),
    "unknown": ({"kk": 2.0}, r"the model has no parameter 'kk' \(did you mean 'k'\?\)"),
    "unknown inside": ({"sub.gg": 2.0}, r"the model has no parameter 'sub.gg' \(did you mean 'sub.g'\?\)"),
    "final": ({"sub.h": 2.0}, "parameter 'sub.h' is final and cannot be changed"),
    "a variable": ({"x": 2.0}, "'x' is a variable, not a parameter"),
    "the second of two": ({"n": 4, "k": "abc"}, "parameter 'k' cannot be 'abc'"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_value_is_named(build, name: str) -> None:
    values, message = WRONG[name]
    with pytest.raises((UsageError, CompilerError), match=message) as caught:
        build(SOURCE, "P.M", parameters=values)
    assert "input.mo" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_value_that_the_model_itself_refuses_says_so(build) -> None:
    with pytest.raises(CompilerError, match=r"^with the values given for n: .*:13:5: .*'x'.*non-negative"):
        build(SOURCE, "P.M", parameters={"n": -1})
    with pytest.raises(CompilerError, match=r"^with the values given for kind: .*there is no 'P\.Kind\.three'"):
        build(SOURCE, "P.M", parameters={"kind": "P.Kind.three"})


def test_an_error_of_the_model_is_not_blamed_on_the_values(build) -> None:
    source = "model M parameter Real k=1; Real x(start=1);\nequation\n  der(x) = -xx; end M;"
    with pytest.raises(CompilerError, match=r":3:13: there is no 'xx'"):
        build(source, parameters={"k": 2.0})


def test_values_that_fit_arrive(build) -> None:
    values = {"k": 3, "n": 2, "on": False, "R": [3, 4], "A": [[0, 1], [1, 0]], "kind": "P.Kind.two", "sub.g": 5.0}
    built = build(SOURCE, "P.M", parameters=values)
    model = built.initialized()
    assert built.get(model, "y") == [3 * 2 + 5 + 7 + 2]
    model.terminate()
    model.freeInstance()
