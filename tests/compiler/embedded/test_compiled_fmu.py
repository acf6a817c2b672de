"""The FMU as others see it: valid, described, independent instances, the same equations as binary and as "
"expressions."""

from __future__ import annotations

import ctypes

import casadi as ca
import fmpy
import numpy as np
import pytest
from fmpy.validation import validate_fmu

from heatsim.compiler.embedded.fmu.unit_definitions import base_unit
from heatsim.fmu import Fmu

TANK = """package P
  type Temperature = Real(unit="K", displayUnit="degC", min=200, nominal=300, start=293.15);
  model Tank "Three layers & a \\"quoted\\" name"
    parameter Real C(unit="J/K") = 1e5 "Heat capacity of a layer";
    parameter Real G(unit="W/K") = 50;
    input Real Q_flow[2](each unit="W") "Heat flow, per side";
    input Temperature T_ambient(start=290) "Ambient temperature";
    output Temperature T[3](start={350, 340, 330}, each fixed=true) "Water temperature, per layer";
    output Real U(unit="J") "Internal energy";
  equation
    C*der(T[1]) = Q_flow[1] - G*(T[1] - T[2])*noEvent(abs(T[1] - T[2]));
    C*der(T[2]) = G*(T[1] - 2*T[2] + T[3]);
    C*der(T[3]) = Q_flow[2] - G*(T[3] - T[2]) - G*(T[3] - T_ambient);
    U = C*sum(T);
  end Tank;
end P;"""


@pytest.fixture
def tank(build):
    return build(TANK, "P.Tank")


def test_the_fmu_is_valid(tank) -> None:
    assert validate_fmu(str(tank.path)) == []


def test_names_units_and_descriptions_are_those_of_the_model(tank) -> None:
    description = fmpy.read_model_description(str(tank.path))
    assert description.modelName == "P.Tank"
    assert description.modelExchange.modelIdentifier == "hs_P_Tank"
    assert description.numberOfEventIndicators == 0
    assert description.description == 'Three layers & a "quoted" name'
    variables = tank.variables
    layer = variables["T[2]"]
    assert (layer.unit, layer.displayUnit, layer.min, layer.nominal) == ("K", "degC", "200.0", "300.0")
    assert layer.description == "Water temperature, per layer"
    assert (layer.causality, layer.initial, layer.start) == ("output", "exact", "340.0")
    assert [variable.name for variable in description.modelVariables if variable.causality == "input"] == [
        "Q_flow[1]",
        "Q_flow[2]",
        "T_ambient",
    ]
    assert variables["T_ambient"].start == "290.0"
    kelvin = next(unit for unit in description.unitDefinitions if unit.name == "K")
    celsius = kelvin.displayUnits[0]
    assert (celsius.name, float(celsius.factor), float(celsius.offset)) == ("degC", 1.0, -273.15)
    power = next(unit for unit in description.unitDefinitions if unit.name == "W").baseUnit
    assert (power.kg, power.m, power.s) == (1, 2, -3)


def test_import_of_casadi_agrees_with_the_binary(tank) -> None:
    dae = ca.DaeBuilder("unit", str(tank.folder), {})
    names = tank.names
    assert (dae.x(), dae.u(), dae.p(), dae.y()) == (
        names["states"],
        names["inputs"],
        names["parameters"],
        names["outputs"],
    )
    f = tank.function().expand()
    x, u, p = np.array([345.0, 341.0, 322.0]), np.array([1000.0, -50.0, 285.0]), np.array([2e5, 30.0])
    ode, y = (np.array(item).ravel() for item in f(0, x, u, p))
    model = tank.initialized(dict(zip(names["parameters"], p, strict=True)))
    tank.set(model, dict(zip(names["inputs"], u, strict=True)))
    model.enterContinuousTimeMode()
    tank.set(model, dict(zip(names["states"], x, strict=True)))
    assert tank.get(model, *(f"der({name})" for name in names["states"])) == pytest.approx(ode, rel=1e-14)
    assert tank.get(model, *names["outputs"]) == pytest.approx(y, rel=1e-14)
    model.freeInstance()


MIXED = """model M
  output Real a = 10*b[1];
  output Real b[3](start={1, 2, 3}, each fixed=true);
  input Real u(start=7);
  output Real c[2];
  Real z(start=9);
  output Real d(start=5);
  output Real e[2];
  parameter Real k = 2;
  output Real f;
equation
  for i in 1:3 loop der(b[i]) = -i*b[i]; end for;
  c = {d*u, b[2]}; der(z) = -z; der(d) = k*z; e[1] = 100*z; der(e[2]) = 1; f = k;
end M;"""


def test_outputs_that_are_states_keep_their_place_in_all_ways_of_reading(build) -> None:
    # outputs computed and outputs that are states, arrays of both and an array that is half and half
    built = build(MIXED)
    states = ["b[1]", "b[2]", "b[3]", "z", "d", "e[2]"]
    expected = {"a": 15.0, "b[1]": 1.5, "b[2]": 3.0, "b[3]": 4.5, "c[1]": 52.5, "c[2]": 3.0, "d": 7.5}
    expected |= {"e[1]": 600.0, "e[2]": 9.0, "f": 2.0}
    rates = [-1.5, -6.0, -13.5, -6.0, 12.0, 1.0]
    x = [1.5 * (i + 1) for i in range(6)]

    model = built.initialized()
    model.enterContinuousTimeMode()
    built.set(model, dict(zip(states, x, strict=True)))
    assert built.get(model, *expected) == pytest.approx(list(expected.values()), rel=1e-14)
    assert built.get(model, *(f"der({name})" for name in states)) == pytest.approx(rates, rel=1e-14)
    model.freeInstance()
    description = fmpy.read_model_description(str(built.path))
    assert [output.variable.name for output in description.outputs] == list(expected)

    block = Fmu(built.path).block()
    assert ([port.name for port in block.states], [port.name for port in block.outputs]) == (states, list(expected))
    ode, y = block.function(0.0, x, [7.0], [2.0])
    assert ode.full().ravel() == pytest.approx(rates, rel=1e-14)
    assert y.full().ravel() == pytest.approx(list(expected.values()), rel=1e-14)

    dae = ca.DaeBuilder("unit", str(built.folder), {})
    assert (dae.x(), dae.y()) == (states, list(expected))
    ode, y = dae.create("f", ["t", "x", "u", "p"], ["ode", "y"])(0.0, x, [7.0], [2.0])
    assert ode.full().ravel() == pytest.approx(rates, rel=1e-14)
    assert y.full().ravel() == pytest.approx(list(expected.values()), rel=1e-14)


def test_directional_derivatives_are_exact(tank) -> None:
    model = tank.initialized()
    variables = tank.variables
    reference = {name: variables[name].valueReference for name in ("T[1]", "T[2]", "der(T[1])", "der(T[2])", "U", "G")}
    values = model.getDirectionalDerivative(
        [reference["der(T[1])"], reference["der(T[2])"], reference["U"]], [reference["T[1]"]], [1.0]
    )
    # d/dT1 of -G*(T1-T2)*|T1-T2|/C at T1-T2 = 10 is -2*G*10/C
    assert values == pytest.approx([-2 * 50 * 10 / 1e5, 50 / 1e5, 1e5])
    by_conductance = model.getDirectionalDerivative([reference["der(T[1])"]], [reference["G"]], [1.0])
    assert by_conductance == pytest.approx([-100 / 1e5])
    model.freeInstance()


def test_instances_do_not_disturb_each_other(tank) -> None:
    first, second = tank.initialized({"C": 1e5}), tank.initialized({"C": 2e5})
    tank.set(first, {"Q_flow[1]": 7000.0})
    assert tank.get(first, "U") == [1e5 * 1020]
    assert tank.get(second, "U", "der(T[1])") == [2e5 * 1020, -50 * 100 / 2e5]
    assert tank.get(first, "der(T[1])") == [(7000 - 5000) / 1e5]
    first.freeInstance()
    assert tank.get(second, "U") == [2e5 * 1020]
    second.freeInstance()


def test_state_of_an_instance_can_be_saved_and_restored(tank) -> None:
    model = tank.initialized()
    tank.set(model, {"T[1]": 301.0, "Q_flow[1]": 5.0})
    saved = model.getFMUState()
    before = tank.get(model, "der(T[1])", "U")
    tank.set(model, {"T[1]": 399.0, "Q_flow[1]": 0.0, "C": 1.0})
    model.setFMUState(saved)
    assert tank.get(model, "der(T[1])", "U") == before
    model.freeFMUState(saved)
    model.reset()
    assert tank.get(model, "T[1]") == [350.0]
    model.freeInstance()


def test_nominals_of_states_are_known_to_integrators(tank) -> None:
    model = tank.initialized()
    nominals = (ctypes.c_double * 3)()
    model.getNominalsOfContinuousStates(nominals, 3)
    assert list(nominals) == [300.0] * 3
    model.freeInstance()


def test_fmpy_integrates_the_binary_like_cvodes_the_expressions(tank) -> None:
    result = fmpy.simulate_fmu(str(tank.path), stop_time=1000.0, output_interval=100.0, relative_tolerance=1e-9)
    end = tank.simulate(1000.0)
    for name in ("T[1]", "T[2]", "T[3]", "U"):
        assert result[name][-1] == pytest.approx(end[name], rel=1e-6)


def test_the_same_model_gives_the_same_file(build) -> None:
    first, second = build(TANK, "P.Tank"), build(TANK, "P.Tank")
    assert (first.folder / "modelDescription.xml").read_bytes() == (second.folder / "modelDescription.xml").read_bytes()


def test_a_class_may_be_called_like_a_function_of_the_c_library(build) -> None:
    source = "model pipe Real x(start=2, fixed=true); output Real y; equation der(x) = -x; y = x; end pipe;"
    built = build(source, "pipe")
    model = built.initialized()
    assert built.get(model, "x", "der(x)", "y") == [2.0, -2.0, 2.0]
    model.freeInstance()


@pytest.mark.parametrize(
    ("text", "exponents", "factor", "offset"),
    [
        ("W/(m2.K)", {"kg": 1, "s": -3, "K": -1}, 1.0, 0.0),
        ("J/(kg.K)", {"m": 2, "s": -2, "K": -1}, 1.0, 0.0),
        ("kg/s", {"kg": 1, "s": -1}, 1.0, 0.0),
        ("m3/h", {"m": 3, "s": -1}, 1 / 3600, 0.0),
        ("kW.h", {"kg": 1, "m": 2, "s": -2}, 3.6e6, 0.0),
        ("degC", {"K": 1}, 1.0, 273.15),
        ("1", {}, 1.0, 0.0),
        ("1/min", {"s": -1}, 1 / 60, 0.0),
        ("bar", {"kg": 1, "m": -1, "s": -2}, 1e5, 0.0),
    ],
)
def test_units_are_read_as_modelica_writes_them(
    text: str, exponents: dict[str, int], factor: float, offset: float
) -> None:
    unit = base_unit(text)
    assert unit is not None
    names = ("kg", "m", "s", "A", "K", "mol", "cd", "rad")
    assert {name: e for name, e in zip(names, unit.exponents, strict=True) if e} == exponents
    assert unit.factor == pytest.approx(factor)
    assert unit.offset == offset


def test_units_that_are_not_units_have_no_base() -> None:
    assert base_unit("EUR/MWh") is None
    assert base_unit("W/(m2") is None


def test_the_experiment_annotation_is_the_default_experiment(build) -> None:
    source = """model M Real x(start=1, fixed=true); equation der(x) = -x;
      annotation(Documentation(info="experiment(StopTime=1)"),
        experiment(StopTime=7200, Interval=2*30, Tolerance=1e-6));
      end M;"""
    found = fmpy.read_model_description(str(build(source).path), validate=True).defaultExperiment
    assert (float(found.stopTime), float(found.tolerance), found.stepSize) == (7200.0, 1e-6, None)
