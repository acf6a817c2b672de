"""What holds for every plant: energy balance, rest, reversed and extreme operation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from modelica_plant import energy_residual

DEMAND = {f"Q_flow_demand[{i + 1}]": 14e6 * share for i, share in enumerate((0.30, 0.25, 0.25, 0.20))}
OFF = {
    "DataCenterLoop": {"speed_tcs": 0, "speed_fws": 0, "speed_fan": 0, "P_IT": 0},
    "HeatPumpPlant": {"capacity[1]": 0, "capacity[2]": 0, "capacity[3]": 0, "speed_sink": 0, "m_flow_source": 0},
    "ThermalStorage": {"m_flow_source": 0, "m_flow_load": 0},
    "PeakPlant": {"command": 0, "m_flow": 0},
    "DistrictGrid": dict.fromkeys(DEMAND, 0) | {"speed_pump": 0},
}
CHANGED = {
    "DataCenterLoop": {"P_IT": 6e6, "T_outdoor": 303.15, "T_fws_in": 310.15, "opening_cooler": 0.7, "speed_fan": 0.8},
    "HeatPumpPlant": {"capacity[1]": 0, "capacity[2]": 0.4, "T_source_in": 308.15, "T_sink_in": 325.15},
    "ThermalStorage": {"m_flow_source": 30, "m_flow_load": 110, "T_source_in": 350.15, "T_load_in": 312.15},
    "PeakPlant": {"command": 0.6, "T_in": 338.15},
    "DistrictGrid": {name: 0.4 * value for name, value in DEMAND.items()} | {"speed_pump": 0.5, "T_supply": 358.15},
}


@pytest.mark.parametrize("name", OFF)
def test_energy_balance_closes(plant: Callable, name: str) -> None:
    run = plant(f"Plants.{name}").run(4 * 3600, inputs=CHANGED[name])
    assert energy_residual(run) < 1e-7


@pytest.mark.parametrize(
    ("name", "meter", "power"),
    [
        ("DataCenterLoop", "E_auxiliary", "P_auxiliary"),
        ("HeatPumpPlant", "E_el", "P_el"),
        ("HeatPumpPlant", "E_pumps", "P_pumps"),
        ("DistrictGrid", "E_pump", "P_pump"),
        ("DistrictGrid", "E_unmet", "Q_flow_unmet"),
    ],
)
def test_meters_of_electricity_count_the_power(plant: Callable, name: str, meter: str, power: str) -> None:
    inputs = CHANGED[name] if name != "DistrictGrid" else DEMAND | {"speed_pump": 0.5}
    run = plant(f"Plants.{name}").run(4 * 3600, inputs=inputs, points=4321)
    assert run[meter][-1] > 0
    assert run[meter][-1] == pytest.approx(np.trapezoid(run[power], run.time), rel=1e-4)


@pytest.mark.parametrize("name", OFF)
def test_rest_for_ten_hours_stays_finite_and_near_the_surroundings(plant: Callable, name: str) -> None:
    run = plant(f"Plants.{name}").run(36000, inputs=OFF[name])
    assert energy_residual(run) < 1e-7
    for variable, values in run.values.items():
        if variable.startswith(("T_", "T[")):
            assert values.min() > 270, variable
            assert values.max() < 365, variable


@pytest.mark.parametrize("name", OFF)
def test_restart_from_rest_reaches_the_same_state(plant: Callable, name: str) -> None:
    """A plant that was off for hours comes back to the state it reaches from its start values."""
    model = plant(f"Plants.{name}")
    hours = 400 if name == "ThermalStorage" else 30
    inputs = {"m_flow_source": 120.0} if name == "ThermalStorage" else {}
    rest = model.run(7200, inputs=OFF[name], points=3)
    again = model.run(hours * 3600, inputs=inputs, x0=rest.final, points=3)
    direct = model.run(hours * 3600, inputs=inputs, points=3)
    for i, state in enumerate(model.states):
        if not state.startswith("E_"):
            assert again.final[i] == pytest.approx(direct.final[i], rel=2e-3, abs=2e-2), state


def test_full_load_without_any_flow_throttles_the_processors(plant: Callable) -> None:
    run = plant("Plants.DataCenterLoop").run(7200, inputs={"speed_tcs": 0, "speed_fws": 0})
    assert run["T_chip"].max() < 273.15 + 116
    assert run["P_IT_drawn"][-1] < 0.1 * run["P_IT_drawn"][0]
    assert energy_residual(run) < 1e-7


def test_air_of_a_hall_without_water_stays_bounded(plant: Callable) -> None:
    """Servers throttle and the fans stop, at the latest at 60 degC, however long the water is missing."""
    run = plant("Plants.DataCenterLoop").run(100 * 3600, inputs=OFF["DataCenterLoop"])
    assert run["T_air"].max() < 273.15 + 60


def test_machines_without_sink_flow_stop_at_the_envelope(plant: Callable) -> None:
    run = plant("Plants.HeatPumpPlant").run(7200, inputs={"speed_sink": 0})
    assert run["derating"][-1] < 0.02
    assert run["Q_flow_condenser"][-1] < 1e5
    states = np.array([run[f"bank.machine[{i}].T_sink_out"][-1] for i in (1, 2, 3)])
    assert (states < 273.15 + 85.1).all()


def test_machines_without_source_flow_stop_at_the_envelope(plant: Callable) -> None:
    run = plant("Plants.HeatPumpPlant").run(7200, inputs={"m_flow_source": 0})
    assert run["derating"][-1] < 0.02
    assert min(run[f"bank.machine[{i}].T_source_out"].min() for i in (1, 2, 3)) > 273.15 + 7.9


def test_boiler_without_flow_stays_below_its_limit(plant: Callable) -> None:
    run = plant("Plants.PeakPlant").run(7200, inputs={"command": 1, "m_flow": 0})
    assert run["T_out"].max() < 273.15 + 110.1


def test_reversed_boundary_flow_closes_its_balance(plant: Callable) -> None:
    for name, inputs in (
        ("HeatPumpPlant", {"m_flow_source": -50}),
        ("ThermalStorage", {"m_flow_source": -20, "m_flow_load": -40}),
        ("PeakPlant", {"m_flow": -30}),
    ):
        assert energy_residual(plant(f"Plants.{name}").run(7200, inputs=inputs)) < 1e-7
