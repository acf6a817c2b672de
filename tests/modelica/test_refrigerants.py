"""Refrigerants and maps: records against CoolProp, and what the choice of a refrigerant does to a machine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import CoolProp.CoolProp as CP
import numpy as np
import pytest

from studies.refrigerants import RANGES, ammonia_map, basis, cycle, two_stage_ammonia

POINTS = [(5.0, 50.0), (20.0, 60.0), (30.0, 75.0), (40.0, 70.0)]
NUMBER = {"R717": 1, "R1234ze(E)": 2, "R134a": 3}
FIRST = 3


@pytest.fixture(scope="module")
def evaluate(plant: Callable) -> Callable[..., dict[str, float]]:
    """Return a function that gives all performances at source in, source out, sink out (°C) and capacity."""
    model = plant("Validation.HeatPumpPerformance")

    def values(source_in: float, source_out: float, sink_out: float, capacity: float = 1.0) -> dict[str, float]:
        inputs = {
            "T_source_a": source_in + 273.15,
            "T_source_out": source_out + 273.15,
            "T_sink_out": sink_out + 273.15,
            "capacity": capacity,
        }
        run = model.run(1.0, inputs=inputs, points=2)
        return {name: float(column[-1]) for name, column in run.values.items()}

    return values


@pytest.mark.parametrize("fluid", RANGES)
@pytest.mark.parametrize("point", POINTS, ids=str)
def test_cycle_agrees_with_coolprop(evaluate: Callable, fluid: str, point: tuple[float, float]) -> None:
    """Evaporation 4 K below the source and condensation 3 K above the sink, the efficiency as the model says."""
    evaporation, condensation = point
    number = NUMBER[fluid]
    got = evaluate(evaporation + 8, evaporation + 4, condensation - 3)
    exact = cycle(fluid, evaporation + 273.15, condensation + 273.15)
    eta = got[f"eta[{number}]"]
    work = exact.w_isentropic / eta
    ratio = exact.p_condensation / exact.p_evaporation
    heat = exact.rho_suction * 0.97 * ratio**-0.06 * (exact.q_evaporator + work)
    superheat = (exact.h_superheat + work - exact.w_isentropic) / (exact.q_evaporator + work)
    assert 0.6 < eta <= 0.75
    assert got[f"COP[{FIRST + number}]"] == pytest.approx(0.94 * (exact.q_evaporator + work) / work, rel=0.01)
    assert got[f"q_volumetric[{number}]"] == pytest.approx(heat, rel=0.01)
    assert got[f"T_discharge[{number}]"] == pytest.approx(exact.discharge(fluid, eta), abs=5)
    assert got[f"share_superheat[{number}]"] == pytest.approx(superheat, abs=0.012)


@pytest.mark.parametrize(("fluid", "record"), [("R717", "R717"), ("R1234ze(E)", "R1234zeE"), ("R134a", "R134a")])
def test_record_has_the_critical_point_and_stays_below_it(fluid: str, record: str) -> None:
    text = (Path(__file__).parents[2] / "modelica/HeatReuse/Data/Refrigerants" / f"{record}.mo").read_text()

    def number(name: str) -> float:
        return float(text.split(f"{name}=", 1)[1].split(",")[0])

    assert number("T_critical") == pytest.approx(CP.PropsSI("Tcrit", fluid), abs=0.01)
    assert number("p_critical") == pytest.approx(CP.PropsSI("pcrit", fluid), rel=1e-4)
    assert number("T_condensation_max") < number("T_critical") - 10
    ln_p = [float(value) for value in text.split("ln_p={", 1)[1].split("}")[0].split(",")]
    for celsius in (-5.0, 20.0, 50.0, number("T_condensation_max") - 273.15):
        pressure = np.exp(np.polynomial.polynomial.polyval(celsius / 100, ln_p))
        assert pressure == pytest.approx(CP.PropsSI("P", "T", celsius + 273.15, "Q", 1, fluid), rel=3e-3)


def test_a_fluid_with_less_pressure_needs_a_larger_compressor(evaluate: Callable) -> None:
    got = evaluate(40, 30, 65)
    ammonia, ze, r134a = (got[f"q_volumetric[{number}]"] for number in (1, 2, 3))
    assert ammonia > 1.8 * r134a
    assert 0.7 * r134a < ze < 0.8 * r134a


def test_each_refrigerant_ends_at_its_own_limit(evaluate: Callable) -> None:
    """Ammonia by the temperature of the vapour, R134a by that of condensation; R1234ze(E) goes further."""
    warm, hot = evaluate(40, 30, 60), evaluate(40, 30, 82)
    for number in NUMBER.values():
        assert warm[f"derating[{FIRST + number}]"] == pytest.approx(1, abs=0.2)
    assert hot["T_discharge[1]"] > 273.15 + 150
    assert hot["T_discharge[3]"] < 273.15 + 120
    assert [round(hot[f"derating[{FIRST + number}]"], 2) for number in (1, 2, 3)] == [0, 1, 0]


def test_map_is_that_of_the_cycle(evaluate: Callable) -> None:
    source, sink, cop, heat = ammonia_map()
    nominal = two_stage_ammonia(303.15, 348.15)[1]
    for i, j in ((1, 2), (3, 3), (4, 5)):
        got = evaluate(source[i] - 263.15, source[i] - 273.15, sink[j] - 273.15)
        assert got["COP[3]"] == pytest.approx(cop[i, j], rel=1e-3)
        assert got["availability[3]"] == pytest.approx(heat[i, j], rel=1e-3)
    for source_out, sink_out in ((15, 65), (25, 75), (35, 85)):
        exact = two_stage_ammonia(source_out + 273.15, sink_out + 273.15)
        got = evaluate(source_out + 10, source_out, sink_out)
        assert got["COP[3]"] == pytest.approx(exact[0], rel=0.02)
        assert got["availability[3]"] == pytest.approx(exact[1] / nominal, rel=0.01)


def test_part_load_costs_efficiency_in_every_performance(evaluate: Callable) -> None:
    full, part = evaluate(40, 30, 65), evaluate(40, 30, 65, capacity=0.3)
    for number in (1, 2, 3):
        assert 0.8 < part[f"COP[{number}]"] / full[f"COP[{number}]"] < 0.95
    for number in (1, 2, 3):  # smaller pinches give back a part of what the compressor loses
        assert part[f"eta[{number}]"] < 0.95 * full[f"eta[{number}]"]


@pytest.mark.parametrize("capacity", [-0.1, 0.0, 1.2])
def test_no_state_of_the_water_breaks_a_performance(evaluate: Callable, capacity: float) -> None:
    for source in (-10.0, 5.0, 70.0):
        for sink in (10.0, 40.0, 110.0):
            got = evaluate(source + 5, source, sink, capacity)
            assert np.isfinite(list(got.values())).all()
            assert min(got[f"COP[{number}]"] for number in range(1, 7)) > 0.5
            assert min(got[f"availability[{number}]"] for number in range(1, 7)) > 0


@pytest.mark.parametrize(("fluid", "record"), [("R717", "R717"), ("R1234ze(E)", "R1234zeE"), ("R134a", "R134a")])
def test_polynomials_of_the_record_reproduce_the_fluid(fluid: str, record: str) -> None:
    """Energies within 0.4 % (work from 20 K of lift) and isentropic temperature within 0.3 K over the fitted range."""
    text = (Path(__file__).parents[2] / "modelica/HeatReuse/Data/Refrigerants" / f"{record}.mo").read_text()

    def polynomial(name: str, T_e: float, T_c: float) -> float:
        numbers = [float(value) for value in text.split(f"{name}={{", 1)[1].split("}")[0].split(",")]
        return float(basis(np.array(T_e), np.array(T_c)) @ numbers)

    lowest, highest, coldest, hottest = RANGES[fluid]
    for T_e in np.linspace(lowest, highest, 5) + 273.15:
        for T_c in np.linspace(coldest, hottest, 5) + 273.15:
            if T_c - T_e < 20:
                continue
            exact = cycle(fluid, T_e, T_c)
            assert polynomial("q_evaporator", T_e, T_c) == pytest.approx(exact.q_evaporator, rel=4e-3)
            assert polynomial("w_isentropic", T_e, T_c) == pytest.approx(exact.w_isentropic, rel=4e-3)
            assert polynomial("T_discharge", T_e, T_c) == pytest.approx(exact.T_discharge, abs=0.3)


@pytest.mark.parametrize(
    ("fluid", "record", "kelvin"),
    [("R717", "R717", 5.5), ("R1234ze(E)", "R1234zeE", 4.5), ("R134a", "R134a", 2.5)],
)
def test_vapour_behind_the_compressor_is_as_hot_as_documented(fluid: str, record: str, kelvin: float) -> None:
    """One mean heat capacity of the vapour, and the superheat behind isentropic compression, over the whole range."""
    text = (Path(__file__).parents[2] / "modelica/HeatReuse/Data/Refrigerants" / f"{record}.mo").read_text()

    def numbers(name: str) -> np.ndarray:
        value = text.split(f"{name}=", 1)[1]
        return np.array([float(v) for v in value.split("}")[0].strip("{").split(",")])

    cp = float(text.split("cp_discharge=", 1)[1].split(")")[0])
    lowest, highest, coldest, hottest = RANGES[fluid]
    for T_e in np.linspace(lowest, highest, 7) + 273.15:
        for T_c in np.linspace(coldest, hottest, 7) + 273.15:
            if T_c - T_e < 10:
                continue
            exact, row = cycle(fluid, T_e, T_c), basis(np.array(T_e), np.array(T_c))
            work = float(row @ numbers("w_isentropic"))
            assert work == pytest.approx(exact.w_isentropic, rel=4e-3)
            behind = float(row @ numbers("T_discharge")) + work * (1 / 0.7 - 1) / cp
            assert behind == pytest.approx(exact.discharge(fluid, 0.7), abs=kelvin)
            superheat = float(row @ numbers("h_superheat"))
            assert superheat == pytest.approx(exact.h_superheat, abs=0.011 * exact.q_evaporator)


def test_each_limit_of_a_refrigerant_takes_the_output_away(evaluate: Callable) -> None:
    """Evaporation, pressure ratio: 4 K below the source and 3 K above the sink, R1234ze(E) and R134a."""
    assert evaluate(8, 0, 30)["derating[5]"] < 0.2  # evaporation -4 degC, limit -5
    assert evaluate(8, -2, 30)["derating[5]"] == 0
    assert evaluate(8, -2, 30)["derating[6]"] == 1  # R134a goes down to -10 degC
    ratios = [CP.PropsSI("P", "T", T, "Q", 1, "R134a") for T in (273.15, 273.15 + 71)]
    assert ratios[1] / ratios[0] > 7.2
    assert evaluate(12, 4, 68)["derating[6]"] < 1
    assert evaluate(12, 4, 74)["derating[6]"] == 0  # ratio 8.2 at condensation of 77 degC, below its 80 degC
