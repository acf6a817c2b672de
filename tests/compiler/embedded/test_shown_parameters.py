"""An FMU shows with what parameters it was made, also those that cannot be set."""

from __future__ import annotations

import fmpy
import pytest
from fmpy.fmi1 import FMICallException

SOURCE = """model M
  type Mode = enumeration(heating, cooling);
  parameter Integer n = 3 "Cells";
  parameter Boolean on = true;
  parameter Mode mode = Mode.cooling;
  parameter Real k(unit = "K") = 2;
  parameter Real twice(unit = "K") = 2*k;
  parameter Real x_start = 1;
  parameter Real not_used = 7;
  final parameter Real factor = 3;
  Real x[n](each start = x_start, each fixed = true);
  output Real y = x[1];
equation
  for i in 1:n loop der(x[i]) = if on and mode == Mode.cooling then -twice*x[i] else factor*x[i]; end for;
end M;"""


@pytest.fixture
def built(build):
    return build(SOURCE)


def test_each_parameter_has_its_role_and_type(built) -> None:
    roles = {name: (v.causality, v.variability, v.type) for name, v in built.variables.items()}
    constant = ("local", "constant")
    assert roles["k"] == ("parameter", "tunable", "Float64")
    assert roles["x_start"] == ("parameter", "fixed", "Float64")
    assert roles["twice"] == ("calculatedParameter", "tunable", "Float64")
    assert roles["n"] == (*constant, "Int32")
    assert roles["on"] == (*constant, "Boolean")
    assert roles["mode"] == (*constant, "Enumeration")
    assert roles["factor"] == roles["not_used"] == (*constant, "Float64")
    assert built.variables["n"].description == "Cells"
    literals = fmpy.read_model_description(str(built.path)).typeDefinitions[0].items
    assert [item.name for item in literals] == ["heating", "cooling"]


def test_constants_and_dependent_parameters_can_be_read(built) -> None:
    model = built.initialized({"k": 5.0})
    assert built.get(model, "k", "twice", "factor", "not_used") == [5.0, 10.0, 3.0, 7.0]
    assert list(model.getInt32([built.variables["n"].valueReference])) == [3]
    assert list(model.getBoolean([built.variables["on"].valueReference])) == [True]
    assert list(model.getInt64([built.variables["mode"].valueReference])) == [2]
    assert built.get(model, "der(x[1])") == [-10.0]
    model.freeInstance()


def test_parameters_of_start_values_are_set_before_the_start_only(built) -> None:
    model = built.initialized({"x_start": 4.0})
    assert built.get(model, "y") == [4.0]
    with pytest.raises(FMICallException):
        built.set(model, {"x_start": 5.0})
    built.set(model, {"k": 1.0})  # tunable
    assert built.get(model, "der(x[1])", "y") == [-8.0, 4.0]
    model.freeInstance()


def test_constants_cannot_be_set(built) -> None:
    model = built.instance()
    with pytest.raises(FMICallException):
        built.set(model, {"not_used": 1.0})
    model.freeInstance()


def test_states_that_initial_equations_determine_cannot_be_set(build) -> None:
    built = build(
        "model M parameter Real k=2; output Real x(start=5); output Real z(start=1); initial equation der(x)=0; "
        "equation der(x)=-k*x+z; der(z)=-z; end M;"
    )
    assert (built.variables["x"].initial, built.variables["x"].start) == ("calculated", None)
    assert (built.variables["z"].initial, built.variables["z"].start) == ("exact", "1.0")
    model = built.instance()
    built.set(model, {"z": 3.0})
    with pytest.raises(FMICallException):
        built.set(model, {"x": 1.0})
    model.enterInitializationMode(startTime=0.0)
    assert built.get(model, "x", "der(x)") == pytest.approx([1.5, 0.0])
    model.freeInstance()
