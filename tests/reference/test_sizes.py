"""The reference plant with other heat pumps and another tank."""

from __future__ import annotations

import pytest

from heatsim.errors import UsageError
from heatsim.reference import reference_plant
from heatsim.reference.presets import PRESETS
from heatsim.reference.sizing import Sizing
from heatsim.system import System


def values(system: System) -> dict[str, float]:
    """Every parameter, start value and constant input of a plant."""
    found = {}
    for member in system.members.values():
        found |= {f"{member.name}.{name}": member.parameter_value(name) for name in member.ports["parameters"]}
        found |= {f"{member.name}.{name}": value for name, value in (member.start | member.inputs).items()}
    return found


def test_a_tank_changes_nothing_but_its_volume() -> None:
    usual, other = values(reference_plant()), values(reference_plant(storage_volume=700.0))
    assert {name: value for name, value in other.items() if value != usual[name]} == {"storage.V": 700.0}


def test_heat_pumps_take_with_them_what_depends_on_their_size() -> None:
    usual, other = values(reference_plant()), values(reference_plant(heat_capacity=6e6))
    changed = {name: value / usual[name] for name, value in other.items() if value != usual[name]}
    assert changed == pytest.approx(
        {
            "heat_pump.Q_flow_nominal": 0.5,
            "storage.V_header": 0.5,
            "storage.m_flow_nominal": 0.5,
            "supervisor.machine_heat": 0.5,
            "capacity_feedforward.nominal": 0.5,
            "sink_flow.k": 2.0,
        }
    )


@pytest.mark.parametrize("preset", ["reference", "odense"])
def test_a_plant_built_to_a_size_is_the_usual_one_with_the_settings_of_the_size(preset: str) -> None:
    """A sweep copies a plant and sets what the size gives; that must be the plant that is built to the size."""
    sizing = Sizing.of(PRESETS[preset], 7e6)
    other = sizing.sized(5e6, 900.0)
    system = reference_plant(7e6, preset=preset)
    for path, value in other.settings().items():
        if value != sizing.settings()[path]:
            system.set(path, value)
    assert values(system) == values(reference_plant(7e6, preset=preset, heat_capacity=5e6, storage_volume=900.0))


def test_a_size_in_another_unit_is_doubted() -> None:
    with pytest.raises(UsageError, match="heat_capacity 12 W lies outside of 12000 to"):
        reference_plant(heat_capacity=12.0)
    with pytest.raises(UsageError, match="storage_volume 0 m3 lies outside of 2 to 2e"):
        reference_plant(storage_volume=0.0)
    with pytest.raises(UsageError, match="storage_volume nan m3"):
        reference_plant(storage_volume=float("nan"))
