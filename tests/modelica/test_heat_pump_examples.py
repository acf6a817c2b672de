"""Examples of heat pumps and generation show what their documentation says, and keep their energy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from modelica_plant import Run, energy_residual

STOP = {
    "HeatPumpStart": 7200.0,
    "SeriesHeatPumps": 10800.0,
    "Refrigerants": 18000.0,
    "Desuperheater": 14400.0,
    "CombinedHeatAndPower": 21600.0,
    "ElectricBoilerStart": 3600.0,
}


@pytest.fixture(scope="module")
def example(plant: Callable) -> Callable[[str], Run]:
    return lambda name: plant(f"Examples.{name}").run(STOP[name], points=361)


@pytest.mark.parametrize("name", STOP)
def test_energy_of_the_example_is_conserved(example: Callable[[str], Run], name: str) -> None:
    assert energy_residual(example(name)) < 1e-6


def test_series_needs_a_seventh_less_electricity(example: Callable[[str], Run]) -> None:
    run = example("SeriesHeatPumps")
    before, after = (int(np.argmin(abs(run.time - time))) for time in (3500, 6000))
    assert 1 - run["P_series"][before] / run["P_parallel"][before] == pytest.approx(1 / 7, abs=0.02)
    drop = run["T_sink_out_series"][before] - run["T_sink_out_series"][after]
    assert drop / (run["T_sink_out_series"][before] - 318.15) == pytest.approx(1 / 3, abs=0.05)


def test_refrigerants_end_one_after_the_other(example: Callable[[str], Run]) -> None:
    run = example("Refrigerants")
    end = {}
    for name in ("R717", "R134a", "R1234zeE"):
        gone = (run[f"Q_flow_{name}"] < 1e6) & (run.time > 3600)
        end[name] = float(run["T_sink_out_R1234zeE"][gone.argmax()]) - 273.15
    assert end["R717"] < end["R134a"] + 1
    assert end["R1234zeE"] > end["R134a"] + 5
    early = int(np.argmin(abs(run.time - 3000)))
    assert run["COP_R717"][early] > run["COP_R1234zeE"][early] > run["COP_R134a"][early]


def test_engine_makes_electricity_before_heat(example: Callable[[str], Run]) -> None:
    run = example("CombinedHeatAndPower")
    soon = int(np.argmin(abs(run.time - 2200)))
    assert run["P_el"][soon] > 1.5 * run["Q_flow"][soon] > 0
    late = int(np.argmin(abs(run.time - 7000)))
    assert run["Q_flow"][late] == pytest.approx(run["P_el"][late] * 0.435 / 0.425, rel=0.03)


def test_short_command_starts_no_boiler(example: Callable[[str], Run]) -> None:
    run = example("ElectricBoilerStart")
    assert run["Q_flow_gas"][run.time < 700].max() < 1e4
    electric, gas = (run.time[(run[f"Q_flow_{name}"] > 11e6).argmax()] for name in ("electric", "gas"))
    assert electric - 600 == pytest.approx(80, abs=15)
    assert gas - 600 == pytest.approx(360, abs=25)
