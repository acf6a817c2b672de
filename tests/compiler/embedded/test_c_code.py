"""The C code of a model computes bit by bit what CasADi computes, is small, and shows nothing to the outside."""

from __future__ import annotations

import ctypes
import re
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import casadi as ca
import numpy as np
import pytest

from heatsim.compiler.c_code import c_code
from heatsim.compiler.toolchain import SHARED_SUFFIX, find_c_compiler

WILD = [float("nan"), float("inf"), -float("inf"), 0.0, -0.0, 1.0, -1.0, 1e300, 5e-324, 0.1]


def compiled(folder: Path, functions: Sequence[ca.Function], portion: int) -> list[ca.Function]:
    """Compile functions and load them again."""
    source, library = folder / f"code{portion}.c", folder / f"code{portion}{SHARED_SUFFIX}"
    source.write_text(c_code(functions, portion), encoding="utf-8")
    find_c_compiler().compile_shared([source], library, flags=["-O1"])
    return [ca.external(function.name(), str(library)) for function in functions]


def same_bits(a: ca.DM, b: ca.DM) -> bool:
    """Compare bit by bit; all that is not a number counts as the same."""
    x, y = np.array(a).ravel(), np.array(b).ravel()
    return bool(np.all((x.view(np.int64) == y.view(np.int64)) | (np.isnan(x) & np.isnan(y))))


def largest_and_smallest(x: ca.SX) -> list[ca.SX]:
    a, b = x[0], x[1]
    return [ca.fmin(a, b), ca.fmax(a, b), ca.fmax(a, 0), ca.fmin(-2.5, a), ca.fmin(b, 0.1), ca.fmax(1e3, b)]


def every_operation(x: ca.SX, p: ca.SX) -> list[ca.SX]:
    a, b, c = x[0], x[1], x[2]
    unary = [-a, a * a, ca.sqrt(a), ca.exp(a), ca.log(b), ca.sin(a), ca.cos(a), ca.tan(a), ca.asin(a), ca.acos(a)]
    unary += [ca.atan(a), ca.sinh(a), ca.cosh(a), ca.tanh(a), ca.floor(a), ca.ceil(a), ca.fabs(a), ca.sign(a), 1 / a]
    unary += [2 * a, ca.log10(b), ca.asinh(a), ca.expm1(a), ca.log1p(b), -3.5 * a, ca.logic_not(a)]
    binary = [
        a + b,
        a - b,
        a * b,
        a / b,
        a**b,
        a**2.5,
    ]
    binary += [ca.atan2(a, b), ca.fmod(a, b), ca.copysign(a, b), a < b, a <= b, a == b, a != b, ca.hypot(a, b)]
    binary += [ca.logic_and(a, b), ca.logic_or(a, b)]
    chosen = [ca.if_else(a < b, c, -c), ca.if_else(a, b * p, c / p), ca.if_else(a > 0, ca.if_else(b > 0, a, b), c)]
    return [*unary, *binary, *chosen]


@pytest.mark.parametrize("portion", [1, 7, 1000])
def test_every_operation_gives_the_same_bits(tmp_path: Path, portion: int) -> None:
    x, p = ca.SX.sym("x", 3), ca.SX.sym("p")
    zero = ca.SX.sym("zero")  # makes 0 of -0: which of the two fmax(0, -0) gives is open in C
    extremes = [item + zero for item in largest_and_smallest(x)]
    function = ca.Function("f", [x, p, zero], [ca.vertcat(*every_operation(x, p), *extremes), ca.vertcat(x, 2.5, p)])
    (again,) = compiled(tmp_path, [function], portion)
    random = np.random.default_rng(1)
    points = [random.normal(size=3) * 10.0 ** random.integers(-3, 4) for _ in range(200)]
    points += [np.array([a, b, 0.5]) for a in WILD for b in WILD]
    for point in points:
        for expected, found in zip(function(point, 0.7, 0.0), again(point, 0.7, 0.0), strict=True):
            assert same_bits(expected, found), point


def cells(count: int, sizes: np.ndarray) -> ca.Function:
    """Return a chain of cells, each with a size of its own; inner cells differ by their inputs and numbers only."""
    x, u = ca.SX.sym("x", count), ca.SX.sym("u")
    flow = [u * ca.if_else(u > 0, u if i == 0 else x[i - 1], x[i]) for i in range(count)]
    flow.append(u * x[count - 1])
    heat = [ca.sqrt(1 + x[i] ** 2) * ca.fmin(x[i], 3.0) / float(sizes[i]) for i in range(count)]
    rates = [(flow[i] - flow[i + 1] - heat[i]) / (float(sizes[i]) + 0.5) for i in range(count)]
    return ca.Function("chain", [x, u], ca.cse([ca.vertcat(*rates), ca.sum1(ca.vertcat(*heat))]))


def test_what_repeats_is_written_once_and_gives_the_same_bits(tmp_path: Path) -> None:
    sizes = np.random.default_rng(2).uniform(1, 9, 300)
    function = cells(300, sizes)
    code = c_code([function])
    assert re.search(r"casadi_f0_s0\(arg, res, v, 29\d, casadi_f0_i0 \+ 0, ", code)
    assignments = len(re.findall(r"^  a\d+=", code, re.MULTILINE))
    assert function.n_instructions() > 4000
    assert assignments < 1000  # the outputs' sum over all cells is a straight line
    (again,) = compiled(tmp_path, [function], 50)
    random = np.random.default_rng(3)
    for _ in range(20):
        x, u = random.normal(size=300), random.normal()
        assert all(same_bits(a, b) for a, b in zip(function(x, u), again(x, u), strict=True))


def test_newton_iterations_get_the_same_bits(tmp_path: Path) -> None:
    z, x = ca.SX.sym("z", 2), ca.SX.sym("x")
    residual = ca.Function("r", [z, x], [ca.vertcat(z[0] ** 3 + z[1] - x, z[1] * ca.exp(z[1]) - z[0])])
    newton = ca.rootfinder("n", "fast_newton", residual, {"abstol": 1e-12})
    given = ca.MX.sym("x")
    found = newton(ca.DM([0.5, 0.3]), given)
    function = ca.Function("solved", [given], [found, residual(found, given)])
    (again,) = compiled(tmp_path, [function], 3)
    for value in (0.5, 1.0, 2.0, 10.0):
        assert all(same_bits(a, b) for a, b in zip(function(value), again(value), strict=True))


@pytest.mark.skipif(sys.platform != "linux", reason="reads the symbols with nm")
def test_only_functions_of_fmi_are_visible(build) -> None:
    built = build(
        "model M\n Real x(start=1, fixed=true);\nequation\n der(x) = -noEvent(max(x, min(time, 2)))^2;\nend M;"
    )
    library = next((built.folder / "binaries").rglob("*.so"))
    listed = subprocess.run(["nm", "-D", "--defined-only", str(library)], capture_output=True, text=True, check=True)
    names = [line.split()[-1] for line in listed.stdout.splitlines()]
    assert len(names) > 50
    assert [name for name in names if not name.startswith("fmi3")] == []


def test_many_cells_make_little_code(build) -> None:
    text = """model M
      parameter Integer n = 200;
      Real T[n](each start=300, each fixed=true);
      Real q[n + 1];
    equation
      q[1] = 300 + sin(time) - T[1];
      for i in 2:n loop
        q[i] = noEvent(max(T[i-1] - T[i], 0))^1.5*(1 + 0.1*sin(T[i]) + 0.01*exp(0.01*T[i-1]))/sqrt(1 + T[i]^2);
      end for;
      q[n + 1] = 0;
      for i in 1:n loop
        der(T[i]) = q[i] - q[i + 1];
      end for;
    end M;"""
    sizes = []
    for n in (50, 200):
        with zipfile.ZipFile(build(text, parameters={"n": n}).path) as archive:
            sizes.append(len(re.findall(r"^  a\d+=", archive.read("sources/model_functions.h").decode(), re.MULTILINE)))
    assert sizes[1] < sizes[0] + 20


def test_the_library_loads_without_what_it_was_compiled_with(build) -> None:
    built = build("model M\n Real x(start=1, fixed=true);\nequation\n der(x) = -x;\nend M;")
    library = next(path for path in (built.folder / "binaries").rglob("*") if path.suffix == SHARED_SUFFIX)
    loaded = ctypes.CDLL(str(library))
    loaded.fmi3GetVersion.restype = ctypes.c_char_p
    assert loaded.fmi3GetVersion().startswith(b"3.0")
