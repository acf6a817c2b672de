"""Heat loss of buried pipes: formulas against manufacturers' tables, limits, and the records of the library."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from heatsim.plants.losses import single_pair, twin
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


def test_better_foam_and_drier_soil_lose_less() -> None:
    assert single_pair(0.1143, 0.2, lambda_foam=0.022) < single_pair(0.1143, 0.2)
    assert single_pair(0.1143, 0.2, lambda_soil=1.0) < single_pair(0.1143, 0.2)
    assert twin(0.0603, 0.2, 0.02, lambda_foam=0.022)[0] < twin(0.0603, 0.2, 0.02)[0]
