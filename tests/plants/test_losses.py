"""Heat loss of buried pipes: formulas against manufacturers' tables, limits, and the records of the library."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import spsolve

from heatsim.errors import InputError
from heatsim.plants.losses import R_SURFACE, single_pair, twin
from heatsim.plants.sizes import pipe_sizes

DATA = Path(__file__).parents[2] / "modelica" / "HeatReuse" / "Pipes" / "Data"
# heat loss coefficients of manufacturers' tables, standard insulation, W/(m K)
PUBLISHED = {25: 0.156, 50: 0.201, 80: 0.242, 100: 0.254, 150: 0.337, 200: 0.369, 300: 0.413, 500: 0.415}
INNER = {25: 0.0273, 50: 0.0539, 80: 0.0825, 100: 0.1071, 150: 0.1603, 200: 0.2101}


def record(name: str) -> dict[str, float]:
    text = (DATA / f"{name}.mo").read_text(encoding="utf-8")
    return {key: float(value) for key, value in re.findall(r"(\w+)=([\d.]+)", text.split("annotation")[0])}


SINGLE = [name for name in pipe_sizes() if not name.startswith("Twin")]
TWIN = [name for name in pipe_sizes() if name.startswith("Twin")]


def test_sizes_reach_from_dn_20_to_dn_500() -> None:
    assert (SINGLE[0], SINGLE[-1], len(SINGLE)) == ("DN20", "DN500", 17)
    assert (TWIN[0], TWIN[-1]) == ("TwinDN20", "TwinDN200")


@pytest.mark.parametrize("nominal", PUBLISHED)
def test_formula_gives_the_published_losses(nominal: int) -> None:
    size = record(f"DN{nominal}")
    assert size["U"] == PUBLISHED[nominal]
    outer = size["D_inner"] + 2 * size["s_wall"]
    assert single_pair(outer, size["D_casing"]) == pytest.approx(PUBLISHED[nominal], rel=0.026)


@pytest.mark.parametrize("nominal", INNER)
def test_inner_diameters_are_the_published_ones(nominal: int) -> None:
    assert record(f"DN{nominal}")["D_inner"] == pytest.approx(INNER[nominal])


@pytest.mark.parametrize("name", [name for name in SINGLE if int(name[2:]) not in PUBLISHED])
def test_other_single_pipes_are_computed(name: str) -> None:
    size = record(name)
    assert size["U"] == pytest.approx(single_pair(size["D_inner"] + 2 * size["s_wall"], size["D_casing"]), abs=5.1e-4)


@pytest.mark.parametrize("name", TWIN)
def test_twin_pipes_are_computed(name: str) -> None:
    size = record(name)
    ground, between = twin(size["D_inner"] + 2 * size["s_wall"], size["D_casing"], size["gap"])
    assert (size["U_ground"], size["U_between"]) == pytest.approx((ground, between), abs=5.1e-5)
    assert 0 < ground < single_pair(size["D_inner"] + 2 * size["s_wall"], size["D_casing"] / 1.4)


@pytest.mark.parametrize("gap", [0.01, 0.03, 0.1])
def test_twin_pipes_in_one_material_exchange_what_two_cylinders_do(gap: float) -> None:
    """Closed form: heat per kelvin between two cylinders in an infinite medium, pi lambda/acosh(distance/diameter)."""
    ground, between = twin(0.1, 0.5, gap, cover=2000.0, lambda_foam=1.0, lambda_soil=1.0)
    assert between + 0.5 * ground == pytest.approx(np.pi / np.arccosh((0.1 + gap) / 0.1), rel=1e-6)


def field_in_volumes(size: dict[str, float], second: float, cell: float) -> float:
    """Return the heat of the first of two pipes per metre, W/m, at 1 K and `second` K, from finite volumes.

    One half of the field, cut between the pipes; squares in the casing, growing cells outside of it.
    """
    outer, casing, gap = size["D_inner"] + 2 * size["s_wall"], size["D_casing"], size["gap"]
    foam, soil, depth = 0.0245, 1.5, 0.8 + 0.5 * casing + 1.5 * R_SURFACE
    fine = np.arange(0, 0.5 * casing + cell, cell)

    def grown(limit: float) -> np.ndarray:
        edges = list(fine)
        while edges[-1] < limit:
            edges.append(edges[-1] + 1.15 * (edges[-1] - edges[-2]))
        return np.array([*(edge for edge in edges if edge < limit - 1e-9), limit])

    x, y = grown(20.0), np.concatenate([-grown(20.0)[:0:-1], grown(depth)])
    dx, dy = np.diff(x), np.diff(y)
    cx, cy = (x[:-1] + x[1:]) / 2, (y[:-1] + y[1:]) / 2
    X, Y = np.meshgrid(cx, cy, indexing="ij")
    pipe = np.hypot(X - 0.5 * (outer + gap), Y) < 0.5 * outer
    conductivity = np.where(pipe, 1e3, np.where(np.hypot(X, Y) < 0.5 * casing, foam, soil))
    number = np.arange(X.size).reshape(X.shape)
    rows, columns, values = [], [], []

    def link(a: np.ndarray, b: np.ndarray, g: np.ndarray) -> None:
        rows.extend([a.ravel(), a.ravel(), b.ravel(), b.ravel()])
        columns.extend([a.ravel(), b.ravel(), b.ravel(), a.ravel()])
        values.extend([g.ravel(), -g.ravel(), g.ravel(), -g.ravel()])

    half_x, half_y = dx[:, None] / 2 / conductivity, dy[None, :] / 2 / conductivity
    gx, gy = dy[None, :] / (half_x[:-1] + half_x[1:]), dx[:, None] / (half_y[:, :-1] + half_y[:, 1:])
    link(number[:-1], number[1:], gx)
    link(number[:, :-1], number[:, 1:], gy)
    size_of = X.size
    matrix = coo_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))).tocsr()
    fixed = np.zeros(X.shape)
    fixed[:, -1] += dx / half_y[:, -1]  # the surface, at 0
    if second < 0:
        fixed[0] += dy / half_x[0]  # the plane between the pipes, at 0; else a mirror
    held = np.where(pipe, 1e6, 0.0)
    system = matrix + coo_matrix(((fixed + held).ravel(), (number.ravel(), number.ravel())), shape=(size_of, size_of))
    T = spsolve(system.tocsc(), held.ravel()).reshape(X.shape)
    return float((held * (1 - T)).sum())


@pytest.mark.parametrize("name", ["TwinDN25", "TwinDN100", "TwinDN200"])
def test_twin_pipes_agree_with_finite_volumes(name: str) -> None:
    size = record(name)
    cell = size["D_casing"] / 200
    equal, opposite = (field_in_volumes(size, second, cell) for second in (1.0, -1.0))
    assert size["U_ground"] == pytest.approx(equal, rel=0.005)
    assert size["U_between"] == pytest.approx(0.5 * (opposite - equal), rel=0.015)


def test_twin_pipes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InputError, match="do not fit into a casing of"):
        twin(0.09, 0.2, 0.03)
    with pytest.raises(InputError, match="gap is 0; give a value above 0"):
        twin(0.06, 0.2, 0.0)
    with pytest.raises(InputError, match="leave more foam between the pipes"):
        twin(0.099, 0.2, 0.0005)


def test_better_foam_and_drier_soil_lose_less() -> None:
    assert single_pair(0.1143, 0.2, lambda_foam=0.022) < single_pair(0.1143, 0.2)
    assert single_pair(0.1143, 0.2, lambda_soil=1.0) < single_pair(0.1143, 0.2)
    assert twin(0.0603, 0.2, 0.02, lambda_foam=0.022)[0] < twin(0.0603, 0.2, 0.02)[0]
