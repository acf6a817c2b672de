"""Boilers and engine: balance, efficiency, start, ramp."""

from __future__ import annotations

from collections.abc import Callable

import CoolProp.CoolProp as CP
import pytest


def test_outlet_temperature_follows_from_the_heat(plant: Callable) -> None:
    run = plant("Plants.PeakPlant").run(20000, inputs={"command": 0.5, "T_in": 333.15, "m_flow": 80})
    heat = 7e6 - 700 * (run["T_out"][-1] - 293.15)
    enthalpy = [CP.PropsSI("H", "T", T, "P", 6e5, "Water") for T in (333.15, run["T_out"][-1])]
    assert 80 * (enthalpy[1] - enthalpy[0]) == pytest.approx(heat, rel=5e-4)
    assert run["Q_flow"][-1] == pytest.approx(7e6, rel=1e-6)
    assert run["E_fuel"][-1] > run["E_in_burner"][-1]


def test_colder_water_and_part_load_raise_the_efficiency(plant: Callable) -> None:
    model = plant("Plants.PeakPlant")

    def efficiency(command: float, temperature: float) -> float:
        run = model.run(20000, inputs={"command": command, "T_in": temperature, "m_flow": 100}, points=3)
        return run["Q_flow"][-1] / run["P_fuel"][-1]

    assert efficiency(1, 343.15) == pytest.approx(0.92, abs=1e-3)
    assert efficiency(1, 318.15) == pytest.approx(0.9575, abs=1e-3)
    assert efficiency(0.3, 343.15) > 0.93


def test_burners_ramp_and_respect_the_turndown(plant: Callable) -> None:
    model = plant("Plants.PeakPlant")
    run = model.run(600, inputs={"command": 1}, points=601)
    assert run.time[(run["load"] > 0.5).argmax()] == pytest.approx(150, abs=3)
    assert model.run(3000, inputs={"command": 0.07}, points=3)["load"][-1] == pytest.approx(0.1, abs=1e-3)
    assert model.run(3000, inputs={"command": 0.0}, points=3)["load"][-1] == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize(
    ("name", "wait", "ramp"),
    [("PeakPlant", 120.0, 300.0), ("ElectricPeakPlant", 30.0, 60.0), ("CHPPlant", 180.0, 300.0)],
)
def test_no_heat_before_the_start_is_over_then_a_ramp(plant: Callable, name: str, wait: float, ramp: float) -> None:
    model = plant(f"Plants.{name}", use_start_up=True)
    run = model.run(900, inputs={"command": 1.0}, points=901)
    heat = run["P_el"] if name == "CHPPlant" else run["Q_flow"]
    full = 4e6 if name == "CHPPlant" else 14e6
    assert heat[run.time < 0.9 * wait].max() < 5e-3 * full
    half = run.time[(heat > 0.5 * full).argmax()]
    assert half == pytest.approx(wait + 0.5 * ramp, abs=0.06 * wait + 0.03 * ramp)


def test_a_short_command_gives_no_heat(plant: Callable) -> None:
    model = plant("Plants.PeakPlant", use_start_up=True)
    short = model.run(60, inputs={"command": 1.0}, points=61)
    after = model.run(600, x0=short.final, points=61)
    assert max(short["Q_flow"].max(), after["Q_flow"].max()) < 1e3
    again = model.run(100, inputs={"command": 1.0}, x0=after.final, points=101)
    assert again["Q_flow"].max() < 1e3  # the second start takes its whole time again


def test_electric_boiler_gives_its_heat_and_loses_the_rest_to_the_room(plant: Callable) -> None:
    run = plant("Plants.ElectricPeakPlant").run(20000, inputs={"command": 0.5, "T_in": 333.15, "m_flow": 80.0})
    assert run["Q_flow"][-1] == pytest.approx(7e6, rel=1e-6)
    assert run["P_el"][-1] == pytest.approx(7e6 / 0.99 + 10e3, rel=1e-6)
    rise = (7e6 - 200 * (run["T_out"][-1] - 293.15)) / (80 * 4186)
    assert run["T_out"][-1] - 333.15 == pytest.approx(rise, rel=3e-3)


def test_engine_has_the_efficiencies_of_its_record_over_load(plant: Callable) -> None:
    model = plant("Plants.CHPPlant")
    for command, load, electric, heat in ((4 / 14, 1.0, 0.43, 0.43), (2 / 14, 0.5, 0.395, 0.465)):
        inputs = {"command": command, "T_in": 333.15, "m_flow": 60.0}
        run = model.run(36000, inputs=inputs, points=3)
        assert run["load_engine"][-1] == pytest.approx(load, abs=2e-3)
        assert run["P_el"][-1] / run["P_fuel"][-1] == pytest.approx(electric, rel=2e-3)
        loss = 600 * (run["engine.T_engine"][-1] - 293.15)
        assert (run["Q_flow"][-1] + loss) / run["P_fuel"][-1] == pytest.approx(heat, rel=2e-3)
        assert run["load_boiler"][-1] == pytest.approx(0, abs=1e-6)


def test_engine_at_rest_is_kept_warm_with_electricity(plant: Callable) -> None:
    run = plant("Plants.CHPPlant").run(48 * 3600, inputs={"command": 0.0, "m_flow": 0.0}, points=49)
    assert 273.15 + 50 < run["engine.T_engine"][-1] < 273.15 + 62
    assert -40e3 < run["P_el"][-1] < -1e3


def test_engine_without_flow_stops_at_its_limit(plant: Callable) -> None:
    run = plant("Plants.CHPPlant").run(7200, inputs={"command": 0.28, "m_flow": 0.0})
    assert run["T_out"].max() < 273.15 + 112
    assert run["P_el"][-1] < 0.2e6


def test_part_load_gains_two_points_towards_zero_load(plant: Callable) -> None:
    run = plant("Plants.PeakPlant").run(20000, inputs={"command": 0.3, "T_in": 343.15, "m_flow": 100}, points=3)
    assert run["Q_flow"][-1] / run["P_fuel"][-1] == pytest.approx(0.92 + 0.02 * 0.7, abs=1e-4)


@pytest.mark.parametrize(("name", "limit"), [("PeakPlant", 110.0), ("ElectricPeakPlant", 120.0)])
def test_boiler_without_flow_stops_at_its_limit(plant: Callable, name: str, limit: float) -> None:
    run = plant(f"Plants.{name}").run(7200, inputs={"command": 1.0, "m_flow": 0.0})
    assert limit - 4 < run["T_out"].max() - 273.15 < limit + 0.1
    assert run["Q_flow"][-1] < 1e5


def test_efficiency_follows_the_water_that_enters_also_when_the_flow_reverses(plant: Callable) -> None:
    """The outlet gives back its own water, so a boiler with reversed flow sees water of its own temperature."""
    inputs = {"command": 0.2, "T_in": 303.15, "m_flow": -100.0}
    run = plant("Plants.PeakPlant").run(200, inputs=inputs)
    expected = 0.92 + 1.5e-3 * (343.15 - run["T_out"][-1]) + 0.02 * (1 - run["load"][-1])
    assert run["Q_flow"][-1] / run["P_fuel"][-1] == pytest.approx(expected, abs=1e-4)


def test_room_of_the_electric_boiler_gets_its_losses(plant: Callable) -> None:
    run = plant("Plants.ElectricPeakPlant").run(36000, inputs={"command": 0.5, "T_in": 333.15, "m_flow": 80.0})
    rate = (run["E_in_ambient"][-1] - run["E_in_ambient"][-2]) / (run.time[-1] - run.time[-2])
    assert -rate == pytest.approx(200 * (run["T_out"][-1] - 293.15) + 7e6 * (1 / 0.99 - 1) + 10e3, rel=1e-4)


def test_engine_does_not_cool_the_water_while_it_is_colder(plant: Callable) -> None:
    """A cold engine at rest in warm water stays at the temperature of its preheater."""
    run = plant("Plants.CHPPlant").run(24 * 3600, inputs={"command": 0.0, "m_flow": 60.0, "T_in": 353.15}, points=25)
    assert run["engine.T_engine"][-1] < 273.15 + 62
    assert run["T_out"][-1] > 353.15 - 0.5


def test_plant_smaller_than_its_engine_is_refused(plant: Callable) -> None:
    model = plant("Plants.CHPPlant")
    assert not model.violated()
    assert any("Q_flow_nominal must exceed" in text for text in model.violated({"Q_flow_nominal": 4e6}))
