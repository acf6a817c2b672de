"""Tables against NumPy, SciPy's interpolators and a separate calculation of the slopes: values and derivatives."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import casadi as ca
import fmpy
import numpy as np
import pytest
from fmpy.fmi1 import FMICallException
from scipy.interpolate import BPoly, CubicHermiteSpline, RegularGridInterpolator

from heatsim.compiler.embedded import compile_model
from heatsim.compiler.toolchain import find_c_compiler

LIBRARY = Path(__file__).parents[2] / "modelica" / "HeatReuse"
POINTS = np.array([-2.0, -1.0, 0.5, 1.0, 4.0, 4.2, 7.0])
VALUES = np.array([3.0, 3.0, 1.0, 1.5, 6.0, 6.1, -2.0])
COLUMNS = np.array([0.0, 1.0, 2.5, 3.0])


def steffen(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Slopes after Steffen (1990), written for one vector: equation 11, and section 2.2 at the ends."""
    h = np.diff(x)
    s = np.diff(y) / h
    parabola = (s[:-1] * h[1:] + s[1:] * h[:-1]) / (h[:-1] + h[1:])
    limit = np.minimum(np.minimum(np.abs(s[:-1]), np.abs(s[1:])), 0.5 * np.abs(parabola))
    inner = (np.sign(s[:-1]) + np.sign(s[1:])) * limit

    def end(h0: float, h1: float, s0: float, s1: float) -> float:
        p = s0 * (1 + h0 / (h0 + h1)) - s1 * h0 / (h0 + h1)
        if p * s0 <= 0:
            return 0.0
        return 2 * s0 if abs(p) > 2 * abs(s0) else p

    return np.array([end(h[0], h[1], s[0], s[1]), *inner, end(h[-1], h[-2], s[-1], s[-2])])


Function = Callable[..., tuple[np.ndarray, np.ndarray]]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Function]:
    """Return a function that compiles a table to f(inputs, parameters={}) -> (values, derivatives)."""
    folder = tmp_path_factory.mktemp("tables")
    done: dict[str, Function] = {}

    def load(model: str, library: Path = LIBRARY, needs: tuple[Path, ...] = (), **parameters: object) -> Function:
        key = repr((model, sorted((name, str(value)) for name, value in parameters.items())))
        if key in done:
            return done[key]
        out = folder / f"table{len(done)}.fmu"
        compile_model(model, library=library, needs=needs, out=out, parameters=parameters, c_compiler=find_c_compiler())
        with zipfile.ZipFile(out) as archive:
            archive.extractall(out.with_suffix(""))
        settable = {
            variable.name: float(variable.start)
            for variable in fmpy.read_model_description(str(out), validate=False).modelVariables
            if variable.causality == "parameter" and variable.variability == "tunable"
        }
        dae = ca.DaeBuilder("unit", str(out.with_suffix("")), {})
        f = dae.create("f", ["t", "x", "u", "p"], ["ode", "y"]).expand()
        names = dae.p()
        u, p = ca.SX.sym("u", f.size1_in(2)), ca.SX.sym("p", f.size1_in(3))
        y = f(0, [], u, p)[1]
        both = ca.Function("both", [u, p], [y, ca.jacobian(y, u)])

        def evaluate(inputs: object, **changed: float) -> tuple[np.ndarray, np.ndarray]:
            own = dict(settable)
            for name, value in changed.items():
                array, index = name.rsplit("_", 1)
                own[f"{array}[{index}]"] = value
            values = np.array([own[name] for name in names])
            found = [both(point, values) for point in np.atleast_1d(np.asarray(inputs, dtype=float))]
            return np.array([float(a) for a, _ in found]), np.array([np.array(b).ravel() for _, b in found])

        evaluate.parameters = tuple(settable)  # type: ignore[attr-defined]
        done[key] = evaluate
        return evaluate

    return load


INSIDE = np.linspace(POINTS[0], POINTS[-1], 201)[:-1]
ONE = {"x": POINTS.tolist(), "y": VALUES.tolist()}


def test_straight_lines_are_those_of_numpy_and_held_outside(table) -> None:
    where = np.concatenate([[-10.0, -2.0001], INSIDE, [7.0, 9.0]])
    found, _ = table("HeatReuse.Tables.Table1D", smoothly=False, **ONE)(where)
    np.testing.assert_allclose(found, np.interp(where, POINTS, VALUES), rtol=1e-14, atol=1e-14)


def test_slopes_of_straight_lines_are_those_to_the_right_at_the_points(table) -> None:
    _, slopes = table("HeatReuse.Tables.Table1D", smoothly=False, **ONE)(POINTS)
    np.testing.assert_allclose(slopes[:, 0], [*np.diff(VALUES) / np.diff(POINTS), 0.0], rtol=1e-13)


def test_straight_lines_go_on_outside_when_extended(table) -> None:
    found, slopes = table("HeatReuse.Tables.Table1D", smoothly=False, extend=True, **ONE)([-4.0, 7.0, 8.0])
    last = (VALUES[-1] - VALUES[-2]) / (POINTS[-1] - POINTS[-2])
    np.testing.assert_allclose(found, [3.0, -2.0, -2.0 + last], rtol=1e-14)
    np.testing.assert_allclose(slopes[:, 0], [0.0, last, last], rtol=1e-14)


@pytest.mark.parametrize("extend", [False, True])
def test_smooth_curve_is_the_monotone_one_of_steffen(table, extend: bool) -> None:
    f = table("HeatReuse.Tables.Table1D", extend=extend, **ONE)
    spline = CubicHermiteSpline(POINTS, VALUES, steffen(POINTS, VALUES))
    where = np.concatenate([INSIDE, POINTS[:-1]])
    found, slopes = f(where)
    np.testing.assert_allclose(found, spline(where), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(slopes[:, 0], spline(where, 1), rtol=1e-11, atol=1e-12)
    outside, outer_slopes = f([-3.0, 8.0])
    d = steffen(POINTS, VALUES) * extend
    np.testing.assert_allclose(outside, [VALUES[0] - d[0], VALUES[-1] + d[-1]], rtol=1e-13)
    np.testing.assert_allclose(outer_slopes[:, 0], d[[0, -1]], rtol=1e-13)


def test_smooth_curve_passes_through_the_points_without_overshoot(table) -> None:
    f = table("HeatReuse.Tables.Table1D", **ONE)
    np.testing.assert_array_equal(f(POINTS)[0], VALUES)
    for left, right, a, b in zip(POINTS, POINTS[1:], VALUES, VALUES[1:], strict=False):
        found, _ = f(np.linspace(left, right, 40))
        assert np.all(np.diff(found) * np.sign(b - a) >= -1e-14)
        assert found.min() >= min(a, b) - 1e-14
        assert found.max() <= max(a, b) + 1e-14


def test_values_of_very_different_size_do_not_disturb_each_other(table) -> None:
    f = table("HeatReuse.Tables.Table1D", x=[0.0, 1.0, 2.0, 3.0], y=[1e12, 1e6, 1.0, 2.0], smoothly=False)
    np.testing.assert_allclose(f([2.5])[0], [1.5], rtol=1e-15)


def test_values_can_be_set_in_the_fmu_and_the_slopes_follow(table) -> None:
    f = table("HeatReuse.Tables.Table1D", **ONE)
    assert {"x[1]", "y[7]"} <= set(f.parameters)
    changed = VALUES.copy()
    changed[3] = 0.2
    spline = CubicHermiteSpline(POINTS, changed, steffen(POINTS, changed))
    found, slopes = f(INSIDE, y_4=0.2)
    np.testing.assert_allclose(found, spline(INSIDE), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(slopes[:, 0], spline(INSIDE, 1), rtol=1e-11, atol=1e-12)


def test_abscissae_that_do_not_increase_are_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    parameters = {"x": [0.0, 2.0, 1.0], "y": [0.0, 1.0, 2.0]}
    out = tmp_path / "t.fmu"
    compile_model(
        "HeatReuse.Tables.Table1D", library=LIBRARY, out=out, parameters=parameters, c_compiler=find_c_compiler()
    )
    with pytest.raises(FMICallException):
        fmpy.simulate_fmu(str(out), stop_time=1.0)
    assert "the abscissae x of a table must increase" in capfd.readouterr().out


# -- two dimensions


def surface(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(POINTS.size, COLUMNS.size))


def two(z: np.ndarray) -> dict[str, object]:
    return {"x": POINTS.tolist(), "y": COLUMNS.tolist(), "z": z.tolist()}


PLACES = np.random.default_rng(5).uniform([-3, -1], [8, 4], size=(150, 2))


def test_bilinear_table_is_that_of_scipy_and_held_outside(table) -> None:
    found, _ = table("HeatReuse.Tables.Table2D", smoothly=False, **two(surface(1)))(PLACES)
    held = np.clip(PLACES, [POINTS[0], COLUMNS[0]], [POINTS[-1], COLUMNS[-1]])
    np.testing.assert_allclose(
        found, RegularGridInterpolator((POINTS, COLUMNS), surface(1))(held), rtol=1e-12, atol=1e-14
    )


def bicubic(z: np.ndarray, place: np.ndarray) -> tuple[float, np.ndarray]:
    """Bicubic Hermite value and gradient from SciPy's curves along one dimension and then along the other."""
    z_x = np.array([steffen(POINTS, column) for column in z.T]).T
    z_y = np.array([steffen(COLUMNS, row) for row in z])
    z_xy = np.array([steffen(POINTS, column) for column in z_y.T]).T

    def along_second(values: np.ndarray, slopes: np.ndarray, order: int) -> np.ndarray:
        curves = [CubicHermiteSpline(COLUMNS, v, s) for v, s in zip(values, slopes, strict=True)]
        return np.array([curve(place[1], order) for curve in curves])

    def along_first(values: np.ndarray, slopes: np.ndarray, order: int) -> float:
        curve = BPoly.from_derivatives(POINTS, np.column_stack([values, slopes]))
        return float(curve(place[0], nu=order))

    plain = along_second(z, z_y, 0), along_second(z_x, z_xy, 0)
    turned = along_second(z, z_y, 1), along_second(z_x, z_xy, 1)
    return along_first(*plain, 0), np.array([along_first(*plain, 1), along_first(*turned, 0)])


def test_smooth_table_is_the_bicubic_one_with_its_gradient(table) -> None:
    low, high = np.array([POINTS[0], COLUMNS[0]]), np.array([POINTS[-1], COLUMNS[-1]])
    inside = PLACES[((low <= PLACES) & (high > PLACES)).all(axis=1)]
    assert len(inside) > 50
    found, slopes = table("HeatReuse.Tables.Table2D", **two(surface(2)))(inside)
    expected = [bicubic(surface(2), place) for place in inside]
    np.testing.assert_allclose(found, [value for value, _ in expected], rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(slopes, [gradient for _, gradient in expected], rtol=1e-10, atol=1e-11)


def test_smooth_table_has_no_step_and_no_kink_at_the_lines(table) -> None:
    f = table("HeatReuse.Tables.Table2D", **two(surface(2)))
    for x in POINTS[1:-1]:
        (left, right), slopes = f([[x - 1e-9, 0.7], [x + 1e-9, 0.7]])
        assert left == pytest.approx(right, abs=1e-7)
        np.testing.assert_allclose(slopes[0], slopes[1], atol=1e-6)


def test_smooth_table_is_exact_for_bilinear_values_also_outside_when_extended(table) -> None:
    def exact(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return 2 - 0.5 * x + 3 * y + 0.25 * x * y

    z = exact(POINTS[:, None], COLUMNS[None, :])
    found, slopes = table("HeatReuse.Tables.Table2D", extend=True, **two(z))(PLACES)
    np.testing.assert_allclose(found, exact(PLACES[:, 0], PLACES[:, 1]), rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(slopes[:, 0], -0.5 + 0.25 * PLACES[:, 1], rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(slopes[:, 1], 3 + 0.25 * PLACES[:, 0], rtol=1e-10, atol=1e-10)


def test_table_in_a_plant_with_final_values_has_no_parameters_left(table, tmp_path: Path) -> None:
    own = tmp_path / "own.mo"
    own.write_text(
        "model Own input Real u(start=0); output Real v; HeatReuse.Tables.Table1D t(final x={0, 1, 3, 4}, "
        "final y={0, 2, 3, 3}); equation t.u = u; v = t.v; end Own;"
    )
    f = table("Own", library=own, needs=(LIBRARY,))
    assert f.parameters == ()
    x, y = np.array([0.0, 1, 3, 4]), np.array([0.0, 2, 3, 3])
    np.testing.assert_allclose(f([0.3, 2.2])[0], CubicHermiteSpline(x, y, steffen(x, y))([0.3, 2.2]), rtol=1e-13)
