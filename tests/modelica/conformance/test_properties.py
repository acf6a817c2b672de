"""Random models: the FMU gives the numbers of NumPy.

Expressions, arrays, functions and linear systems are generated together with their value in Python. Many of them share
one model, so that compiling costs little. Seeds are fixed; `HEATSIM_LONG_TESTS=20` runs twenty times as many.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from conformance.compiling import compile_to
from conformance.model_exchange import Unit
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

LONG = int(os.environ.get("HEATSIM_LONG_TESTS", "1"))
COMMON = settings(
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),  # making an example smaller would compile hundreds of models
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
INPUTS = ("a", "b", "c", "d")
Environment = dict[str, float]


@dataclass(frozen=True)
class Expression:
    """Modelica text and what it means."""

    text: str
    value: Callable[[Environment], float]

    def __repr__(self) -> str:
        return self.text


def _number(number: float) -> Expression:
    return Expression(f"({number!r})" if number < 0 else repr(number), lambda _e: number)


def _name(name: str) -> Expression:
    return Expression(name, lambda e: e[name])


def _one(text: str, function: Callable[[float], float]) -> Callable[[Expression], Expression]:
    return lambda x: Expression(text.format(x.text), lambda e: function(x.value(e)))


def _two(text: str, function: Callable[[float, float], float]) -> Callable[[Expression, Expression], Expression]:
    return lambda x, y: Expression(text.format(x.text, y.text), lambda e: function(x.value(e), y.value(e)))


def _three(
    text: str, function: Callable[[float, float, float], float]
) -> Callable[[Expression, Expression, Expression], Expression]:
    return lambda x, y, z: Expression(
        text.format(x.text, y.text, z.text), lambda e: function(x.value(e), y.value(e), z.value(e))
    )


# every function is kept inside its domain, and values stay of moderate size
SMOOTH_ONE = (
    _one("(-{0})", lambda x: -x),
    _one("sin({0})", math.sin),
    _one("cos({0})", math.cos),
    _one("tanh({0})", math.tanh),
    _one("atan({0})", math.atan),
    _one("exp(-({0})^2/50)", lambda x: math.exp(-(x**2) / 50)),
    _one("sqrt(1 + ({0})^2)", lambda x: math.sqrt(1 + x**2)),
    _one("log(2 + ({0})^2)", lambda x: math.log(2 + x**2)),
    _one("log10(3 + ({0})^2)", lambda x: math.log10(3 + x**2)),
    _one("asin(0.99*tanh({0}))", lambda x: math.asin(0.99 * math.tanh(x))),
    _one("acos(0.9*sin({0}))", lambda x: math.acos(0.9 * math.sin(x))),
    _one("tan(atan({0})/2)", lambda x: math.tan(math.atan(x) / 2)),
    _one("sinh(tanh({0}))", lambda x: math.sinh(math.tanh(x))),
    _one("cosh(cos({0}))", lambda x: math.cosh(math.cos(x))),
    _one("cubic({0})", lambda x: 0.1 * x**3 - x),
    _one("horner({{0.5, -1, 0.25}}, {0})", lambda x: 0.5 - x + 0.25 * x**2),
    _one("sum({{i*({0}) for i in 1:3}})", lambda x: 6 * x),
    _one("product(1 + sin({0})/i for i in 1:3)", lambda x: math.prod(1 + math.sin(x) / i for i in (1, 2, 3))),
)
SMOOTH_TWO = (
    _two("({0} + {1})", lambda x, y: x + y),
    _two("({0} - {1})", lambda x, y: x - y),
    _two("{0}*{1}", lambda x, y: x * y),
    _two("({0})/(1.5 + ({1})^2)", lambda x, y: x / (1.5 + y**2)),
    _two("(1.1 + sin({0}))^tanh({1})", lambda x, y: (1.1 + math.sin(x)) ** math.tanh(y)),
    _two("{{{0}, {1}}}*{{{1}, 2}}", lambda x, y: x * y + 2 * y),
    _two("sum([1, 2; 3, 4]*{{{0}, {1}}})", lambda x, y: 4 * x + 6 * y),
    _two("mixed({0}, w=({1}))", lambda x, y: 0.25 * x + y * 2),
)
KINKED_ONE = (
    _one("noEvent(abs({0}))", abs),
    _one("noEvent(sign({0}))", lambda x: float(np.sign(x))),
    _one("noEvent(floor({0}))", lambda x: float(math.floor(x))),
    _one("noEvent(ceil({0}))", lambda x: float(math.ceil(x))),
    _one("noEvent(integer({0}))", lambda x: float(math.floor(x))),
    _one("noEvent(mod({0}, 1.75))", lambda x: x - math.floor(x / 1.75) * 1.75),
    _one("noEvent(rem({0}, 1.75))", lambda x: math.fmod(x, 1.75)),
    _one("noEvent(div({0}, 1.75))", lambda x: float(math.trunc(x / 1.75))),
    _one("dead({0})", lambda x: x - 1 if x > 1 else x + 1 if x < -1 else 0.0),
    _one("noEvent(if {0} > 0 then sqrt(max({0}, 0)) else {0})", lambda x: math.sqrt(x) if x > 0 else x),
    _one("noEvent(semiLinear({0}, 2, -3))", lambda x: 2 * x if x >= 0 else -3 * x),
)
KINKED_TWO = (
    _two("noEvent(min({0}, {1}))", min),
    _two("noEvent(max({0}, {1}))", max),
    _two("noEvent(max({{{0}, {1}, 0.5}}))", lambda x, y: max(x, y, 0.5)),
    _two("atan2({0}, 2 + noEvent(abs({1})))", lambda x, y: math.atan2(x, 2 + abs(y))),
)
KINKED_THREE = (
    _three("noEvent(if {0} < {1} then {2} else {0})", lambda x, y, z: z if x < y else x),
    _three(
        "noEvent(if {0} >= 1 and not {1} > 0 then {2} elseif {1} <= {2} or {0} > {1} + 2 then {1} else 7)",
        lambda x, y, z: z if x >= 1 and not y > 0 else y if y <= z or x > y + 2 else 7.0,
    ),
)

FUNCTIONS = """
  function cubic
    input Real x;
    output Real y;
  protected
    Real z;
  algorithm
    z := x*x;
    y := 0.1*z*x - x;
  end cubic;
  function horner
    input Real c[:];
    input Real x;
    output Real y;
  algorithm
    y := 0;
    for i in size(c, 1):-1:1 loop
      y := y*x + c[i];
    end for;
  end horner;
  function mixed
    input Real x;
    input Real k = 0.25;
    input Real w = 1.0;
    output Real y;
  algorithm
    y := k*x + 2*w;
  end mixed;
  function dead
    input Real x;
    output Real y;
  algorithm
    if x > 1 then
      y := x - 1;
    elseif x < -1 then
      y := x + 1;
    else
      y := 0;
    end if;
  end dead;
"""


def expressions(kinked: bool, depth: int = 4) -> st.SearchStrategy[Expression]:
    """Strategy for expressions of the inputs and parameters."""
    number = st.floats(-4, 4, allow_nan=False).map(lambda x: _number(round(x, 3) + 0.0))
    leaf = st.one_of(st.sampled_from([_name(n) for n in (*INPUTS, "p", "time")]), number)
    one, two = SMOOTH_ONE + (KINKED_ONE if kinked else ()), SMOOTH_TWO + (KINKED_TWO if kinked else ())

    def grow(children: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
        choices = [
            st.builds(lambda f, x: f(x), st.sampled_from(one), children),
            st.builds(lambda f, x, y: f(x, y), st.sampled_from(two), children, children),
        ]
        if kinked:
            choices.append(
                st.builds(lambda f, x, y, z: f(x, y, z), st.sampled_from(KINKED_THREE), children, children, children)
            )
        return st.one_of(choices)

    return st.recursive(leaf, grow, max_leaves=2**depth)


POINTS = st.lists(
    st.fixed_dictionaries({n: st.floats(-3, 3, allow_nan=False).map(lambda x: round(x, 6)) for n in (*INPUTS, "p")}),
    min_size=3,
    max_size=3,
)


def compiled(text: str, folder: Path) -> Unit:
    """Compile a model `M` and return an instance of its FMU."""
    (folder / "M.mo").write_text(text, encoding="utf-8")
    return Unit(compile_to("embedded", folder / "M.mo", "M", folder / "M.fmu"), folder / "unpacked")


def model_of(some: list[Expression]) -> str:
    inputs = "".join(f"  input Real {name}(start = 0);\n" for name in INPUTS)
    equations = "".join(f"  y[{k + 1}] = {item.text};\n" for k, item in enumerate(some))
    equations += "  all = p + a + b + c + d;\n"  # so that every input and the parameter is used
    return (
        f"model M\n{FUNCTIONS}  parameter Real p = 1;\n{inputs}  output Real y[{len(some)}];\n  output Real all;\n"
        f"equation\n{equations}end M;\n"
    )


def set_up(unit: Unit, point: Environment) -> float:
    """Initialize and return the value of p; it is fixed where it decides between conditions made of numbers alone."""
    can_be_set = unit.variables["p"].causality == "parameter"
    unit.initialize(0.0, {"p": point["p"]} if can_be_set else {}, {name: point[name] for name in INPUTS})
    return point["p"] if can_be_set else 1.0


def place(unit: Unit, point: Environment, t: float) -> None:
    unit.place(t, np.zeros(unit.nx))
    unit.set({name: point[name] for name in INPUTS})


def is_near_a_kink(item: Expression, point: Environment) -> bool:
    """Rounding decides on which side of a jump a value lies."""
    moved = [item.value({**point, n: point[n] + s}) for n in point for s in (-1e-9, 1e-9)]
    here = item.value(point)
    return any(abs(value - here) > 1e-3 * max(1.0, abs(here)) for value in moved)


@settings(COMMON, max_examples=4 * LONG)
@given(some=st.lists(expressions(kinked=True), min_size=25, max_size=25), points=POINTS)
def test_random_expressions_have_the_values_of_python(
    some: list[Expression], points: list[Environment], embedded_only: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    unit = compiled(model_of(some), tmp_path_factory.mktemp("expressions"))
    try:
        p = set_up(unit, points[0])
        for number, point in enumerate(points):
            at = {**point, "p": p, "time": 0.5 * number}
            place(unit, at, at["time"])
            found = unit.get([f"y[{k + 1}]" for k in range(len(some))])
            for item, value in zip(some, found, strict=True):
                if not is_near_a_kink(item, at):
                    expected = item.value(at)
                    assert value == pytest.approx(expected, rel=1e-10, abs=1e-10), (item, at)
    finally:
        unit.close()


@settings(COMMON, max_examples=3 * LONG)
@given(some=st.lists(expressions(kinked=False), min_size=20, max_size=20), points=POINTS)
def test_random_directional_derivatives_are_those_of_differences(
    some: list[Expression], points: list[Environment], embedded_only: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    unit = compiled(model_of(some), tmp_path_factory.mktemp("derivatives"))
    outputs = [f"y[{k + 1}]" for k in range(len(some))]
    try:
        p = set_up(unit, points[0])
        for point in points:
            at = {**point, "p": p, "time": 1.25}
            place(unit, at, at["time"])
            direction = {name: 0.3 + 0.2 * k for k, name in enumerate(INPUTS)}
            found = unit.model.getDirectionalDerivative(
                [unit.variables[n].valueReference for n in outputs],
                [unit.variables[n].valueReference for n in INPUTS],
                list(direction.values()),
            )
            for item, value in zip(some, found, strict=True):
                assert value == pytest.approx(_slope(item, at, direction), rel=2e-6, abs=2e-6), (item, at)
    finally:
        unit.close()


def _slope(item: Expression, at: Environment, direction: Environment) -> float:
    """Derivative along a direction by central differences with Richardson's extrapolation."""

    def difference(h: float) -> float:
        ahead = {**at, **{n: at[n] + h * d for n, d in direction.items()}}
        behind = {**at, **{n: at[n] - h * d for n, d in direction.items()}}
        return (item.value(ahead) - item.value(behind)) / (2 * h)

    return (4 * difference(5e-4) - difference(1e-3)) / 3


@st.composite
def linear_systems(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A sparse, well conditioned matrix, a right-hand side, and marks of the coefficients that are parameters."""
    n = draw(st.integers(2, 12))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    a = np.round(rng.normal(size=(n, n)) * (rng.random((n, n)) < min(1.0, 3 / n)), 3)
    a += np.diag(np.sign(rng.normal(size=n)) * (np.abs(a).sum(axis=1) + 1))
    rows = rng.permutation(n)
    return a[rows], np.round(rng.normal(size=n), 3), rng.random((n, n)) < 0.3


@settings(COMMON, max_examples=6 * LONG)
@given(system=linear_systems(), seed=st.integers(0, 2**32 - 1))
def test_random_linear_systems_have_the_solution_of_numpy(
    system: tuple[np.ndarray, np.ndarray, np.ndarray],
    seed: int,
    embedded_only: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    a, b, is_parameter = system
    n = len(b)
    names = {(i, j): f"k{i}_{j}" for i, j in zip(*np.nonzero(is_parameter & (a != 0)), strict=True)}
    parameters = "".join(f"  parameter Real {name} = {float(a[i, j])!r};\n" for (i, j), name in names.items())
    equations = ""
    for i in range(n):
        terms = [f"{names.get((i, j), f'({float(a[i, j])!r})')}*x[{j + 1}]" for j in range(n) if a[i, j]]
        equations += f"  {' + '.join(terms)} = {float(b[i])!r} + u*{i + 1};\n"
    text = f"model M\n{parameters}  input Real u(start = 0);\n  output Real x[{n}];\nequation\n{equations}end M;\n"
    changed = a.copy()
    rng = np.random.default_rng(seed)
    for i, j in names:
        changed[i, j] *= rng.uniform(0.9, 1.0) if np.argmax(np.abs(a[i])) != j else rng.uniform(1.0, 1.1)
    unit = compiled(text, tmp_path_factory.mktemp("systems"))
    try:
        given_values = {name: float(changed[i, j]) for (i, j), name in names.items()}
        unit.initialize(0.0, given_values, {"u": 0.0})
        for u in (0.0, 0.7):
            unit.set({"u": u})
            found = unit.get([f"x[{k + 1}]" for k in range(n)])
            expected = np.linalg.solve(changed, b + u * np.arange(1, n + 1))
            np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-10 * np.abs(expected).max())
    finally:
        unit.close()


@settings(COMMON, max_examples=4 * LONG)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(2, 8), m=st.integers(2, 6))
def test_random_array_models_have_the_values_of_numpy(
    seed: int, n: int, m: int, embedded_only: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rng = np.random.default_rng(seed)
    a, v = np.round(rng.normal(size=(n, m)), 3), np.round(rng.normal(size=m), 3)
    matrix = "[" + "; ".join(", ".join(map(repr, map(float, row))) for row in a) + "]"
    first, last, step = 1, m, int(rng.integers(1, 3))
    text = f"""model M
  parameter Real A[{n}, {m}] = {matrix};
  input Real u[{m}](start = {{{", ".join(map(repr, map(float, v)))}}});
  output Real y1[{n}] = A*u;
  output Real y2[{m}] = u*transpose(A)*A;
  output Real y3 = sum(u[{first}:{step}:{last}]) + product(1 + u[i]/10 for i in 1:{m});
  output Real y4[{n}, {n}] = A*transpose(A) + u[1]*identity({n});
  output Real y5[{2 * m}] = cat(1, u, 2*u[{m}:-1:1]);
  output Real y6[{m}] = {{sum(A[:, j])*u[j] for j in 1:{m}}};
  output Real y7 = noEvent(max(A*u) + min(u)) + u*u;
equation
end M;
"""
    unit = compiled(text.replace("u*transpose(A)*A", "(A*u)*A"), tmp_path_factory.mktemp("arrays"))
    try:
        unit.initialize(0.0, {}, {})
        expected = {
            "y1": a @ v,
            "y2": a.T @ a @ v,
            "y3": np.array(v[::step].sum() + np.prod(1 + v / 10)),
            "y4": a @ a.T + v[0] * np.eye(n),
            "y5": np.concatenate([v, 2 * v[::-1]]),
            "y6": a.sum(axis=0) * v,
            "y7": np.array((a @ v).max() + v.min() + v @ v),
        }
        for name, values in expected.items():
            wanted = {
                name + (f"[{','.join(str(k + 1) for k in index)}]" if index else ""): values[index]
                for index in np.ndindex(values.shape)
            }
            np.testing.assert_allclose(unit.get(list(wanted)), list(wanted.values()), rtol=1e-12, atol=1e-12)
    finally:
        unit.close()
