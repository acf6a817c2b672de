"""The boiler: balance, efficiency, ramp."""

from __future__ import annotations

from collections.abc import Callable

import pytest


def test_outlet_temperature_follows_from_the_heat(plant: Callable) -> None:
    run = plant("Plants.PeakPlant").run(20000, inputs={"command": 0.5, "T_in": 333.15, "m_flow": 80})
    heat = 7e6 - 700 * (run["T_out"][-1] - 293.15)
    assert run["T_out"][-1] == pytest.approx(333.15 + heat / (80 * 4186), abs=1e-3)
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
