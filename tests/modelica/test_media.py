"""Properties of the liquids against CoolProp (IAPWS for water), and the inverse of the enthalpy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI

from heatsim.compiler.embedded import compile_model
from heatsim.compiler.toolchain import find_c_compiler
from heatsim.fmu import Fmu

LIBRARY = Path(__file__).parents[2] / "modelica" / "HeatReuse"
PROPERTIES = {
    "density": "D",
    "specificHeatCapacity": "C",
    "dynamicViscosity": "V",
    "thermalConductivity": "L",
}
MEDIA = {"Water": ("Water", 6e5, 393.15), "PG25": ("INCOMP::APG[0.25]", 3e5, 373.15)}
OUTPUTS = "\n".join(
    f'  output Real {name}_{medium}(unit="1") = HeatReuse.Media.{medium}.{name}(T);'
    for medium in (*MEDIA, "ConstantWater")
    for name in (*PROPERTIES, "enthalpy")
)
BACK = "\n".join(
    f'  output Real back_{medium}(unit="K") = '
    f"HeatReuse.Media.{medium}.temperature(HeatReuse.Media.{medium}.enthalpy(T));"
    for medium in (*MEDIA, "ConstantWater")
)
MODEL = f"""model Properties
  input Real T(unit="K", start=300);
{OUTPUTS}
{BACK}
end Properties;
"""

Values = Callable[[str, np.ndarray], np.ndarray]


@pytest.fixture(scope="module")
def values(tmp_path_factory: pytest.TempPathFactory) -> Values:
    """Return a function that gives an output of the compiled properties at temperatures in K."""
    folder = tmp_path_factory.mktemp("media")
    source = folder / "Properties.mo"
    source.write_text(MODEL, encoding="utf-8")
    out = folder / "properties.fmu"
    compile_model("Properties", library=source, needs=[LIBRARY], out=out, c_compiler=find_c_compiler())
    block = Fmu(out).block()
    names = [port.name for port in block.outputs]

    def at(name: str, T: np.ndarray) -> np.ndarray:
        _, y = block.function.map(len(T))(0, [], T[None, :], [])
        return np.array(y)[names.index(name)]

    return at


def temperatures(medium: str) -> np.ndarray:
    return np.linspace(273.16, MEDIA[medium][2], 241)


@pytest.mark.parametrize("medium", MEDIA)
@pytest.mark.parametrize(
    ("name", "limit"),
    [("density", 1e-3), ("specificHeatCapacity", 1e-3), ("dynamicViscosity", 2e-3), ("thermalConductivity", 1e-3)],
)
def test_properties_agree_with_coolprop(values: Values, medium: str, name: str, limit: float) -> None:
    fluid, pressure, _ = MEDIA[medium]
    T = temperatures(medium)
    expected = np.array([PropsSI(PROPERTIES[name], "T", one, "P", pressure, fluid) for one in T])
    assert np.abs(values(f"{name}_{medium}", T) / expected - 1).max() < limit


@pytest.mark.parametrize("pressure", [2.5e5, 10e5])
@pytest.mark.parametrize("name", ["density", "specificHeatCapacity"])
def test_water_holds_at_the_pressures_of_networks(values: Values, name: str, pressure: float) -> None:
    """Density and heat capacity within 0.1 % of IAPWS, from the return of a plant to its supply."""
    T = np.linspace(273.16, 393.15, 61)
    expected = np.array([PropsSI(PROPERTIES[name], "T", one, "P", pressure, "Water") for one in T])
    assert np.abs(values(f"{name}_Water", T) / expected - 1).max() < 1e-3


@pytest.mark.parametrize("medium", MEDIA)
def test_enthalpy_differences_agree_with_coolprop(values: Values, medium: str) -> None:
    fluid, pressure, _ = MEDIA[medium]
    T = temperatures(medium)
    expected = np.array([PropsSI("H", "T", one, "P", pressure, fluid) for one in T])
    mine = values(f"enthalpy_{medium}", T)
    assert np.abs((mine - mine[0]) - (expected - expected[0]))[1:] == pytest.approx(0, abs=100.0)  # 0.03 K


@pytest.mark.parametrize("medium", [*MEDIA, "ConstantWater"])
def test_heat_capacity_is_the_slope_of_the_enthalpy(values: Values, medium: str) -> None:
    T = np.linspace(263.15, 403.15, 141)
    slope = (values(f"enthalpy_{medium}", T + 0.01) - values(f"enthalpy_{medium}", T - 0.01)) / 0.02
    assert values(f"specificHeatCapacity_{medium}", T) == pytest.approx(slope, rel=1e-7)


@pytest.mark.parametrize(("medium", "limit"), [("Water", 1e-8), ("PG25", 1e-10), ("ConstantWater", 1e-10)])
def test_temperature_is_the_inverse_of_the_enthalpy(values: Values, medium: str, limit: float) -> None:
    T = np.linspace(273.15, 393.15, 241)
    assert np.abs(values(f"back_{medium}", T) - T).max() < limit
    wide = np.linspace(233.15, 433.15, 201)  # states that overshoot their limits must not meet a wrong branch
    assert np.abs(values(f"back_{medium}", wide) - wide).max() < 1e-5
    assert (np.diff(values(f"enthalpy_{medium}", wide)) > 0).all()
