from __future__ import annotations

import pytest
from cause_rigs import pair, pi, rig

from heatsim.analysis.causes.structure import anatomy, freeze, frozen_with, siblings
from heatsim.control import PI, Positioner, cascade
from heatsim.control.pid import PID
from heatsim.errors import UsageError
from heatsim.reference import reference_plant
from heatsim.system.system import System


@pytest.fixture(scope="module")
def plant() -> System:
    return reference_plant(supervisor="sampled")


def test_what_stands_between_command_and_measurement() -> None:
    system = rig(pi(), valve=Positioner(T_stroke=30.0, start=0.5), sensor=20.0)
    found = anatomy(system, system.loops["c"])
    assert found.controller == "c"
    assert found.between[0] == "valve"
    assert set(found.between) == {"valve", "process", "pipe", "sensor"}
    assert found.inner == ()


def test_plant_inputs_of_a_split_command(plant: System) -> None:
    found = anatomy(plant, plant.loops["dry_cooler"])
    assert found.plant == ("hall.opening_cooler", "hall.speed_fan")
    assert found.between == ("cooler_range",)
    assert found.measured == "hall"


def test_a_loop_that_leads_a_set_point_is_the_outer_one(plant: System) -> None:
    assert "sink_flow" in anatomy(plant, plant.loops["supervisor/flow"]).inner
    system = rig(pi())
    outer = PID(k=1.0, Ti=200.0, unit="K", command_unit="K", y_start=305.0, nominal=300.0)
    cascade(system, "lead", outer, inner="c", measurement="process.y", setpoint=305.0, y_min=300.0, y_max=310.0)
    assert anatomy(system, system.loops["lead"]).inner == ("c",)


def test_neighbours_are_no_cascade() -> None:
    system = pair()
    assert anatomy(system, system.loops["c1"]).inner == ()


def test_siblings_drive_elements_of_one_array_from_outside(plant: System) -> None:
    assert siblings(plant, plant.loops["tcs_temperature"]) == ()
    # four thermostats with one array of valves, but inside the network: they are no CDUs on a header
    assert siblings(plant, plant.loops["consumer_1"]) == ()


def test_freezing_holds_the_command_and_leaves_the_system_alone() -> None:
    system = rig(pi())
    frozen = freeze(system, system.loops["c"], {"c.y": 0.37})
    assert frozen.members["process"].inputs["u"] == 0.37
    assert not any(c.source == "c.y" for c in frozen.connections)
    assert any(c.source == "c.y" for c in system.connections)


def test_loops_inside_an_fmu_are_frozen_by_their_gain(plant: System) -> None:
    loop = plant.loops["consumer_2"]
    assert freeze(plant, loop, {}).members["grid"].parameters["k_thermostat"] == 0.0
    assert frozen_with(plant, loop) == ("consumer_1", "consumer_2", "consumer_3", "consumer_4")


def test_a_sequence_that_shares_a_load_out_is_frozen_at_all_its_outputs(plant: System) -> None:
    loop = plant.loops["supervisor/machines"]
    assert loop.drives == ()
    sources = {c.source for c in plant.connections if c.source.startswith("supervisor.")}
    frozen = freeze(plant, loop, dict.fromkeys(sources, 0.5))
    assert not any(c.source in sources for c in frozen.connections)
    # the factor of the connection counts: the lower limit is minimum load times shares
    assert frozen.members["heat_pump_capacity"].inputs["y_min"] == pytest.approx(0.15)


def test_a_loop_whose_gain_is_not_known_says_so() -> None:
    system = rig(PI(k=0.1, Ti=60.0, unit="K", nominal=300.0))
    system.declare_loop("hidden", "process.y", "c.error")
    with pytest.raises(UsageError, match=r"'hidden' cannot be frozen: it is closed inside an FMU and its gain"):
        freeze(system, system.loops["hidden"], {})
