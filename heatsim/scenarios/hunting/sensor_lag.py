"""A temperature sensor in a deep, dry pocket: the controller acts on what was a minute and a half ago."""

from __future__ import annotations

from heatsim.analysis.hunting.vocabulary import Cause
from heatsim.case import Case
from heatsim.control import Sensor
from heatsim.scenarios.hunting.common import BRISK, gentle, plant, step, tuned
from heatsim.scenarios.hunting.scenario import Scenario
from heatsim.system import System

POCKET = 90.0
"""Time constant of the pocket, s."""
IN_THE_FLOW = 2.0
"""The same for a sensor that stands in the flow, s."""


def _system(pocket: float) -> System:
    system = tuned(plant(), "tcs_temperature", **BRISK)
    sensor = Sensor(T=pocket, unit="K", nominal=300.0, start=307.15, description="Coolant to the racks, in its pocket")
    return system.insert("pocket", sensor, "tcs_temperature.measurement")


def _case(system: System) -> Case:
    inputs = step("P_IT", 4e6, 3.5e6, Q_flow_demand=5e6)
    return Case(system, 9000.0, inputs, output_step=5.0, twin=gentle(system, "tcs_temperature"))


def _hunting() -> Case:
    return _case(_system(POCKET))


def _cured() -> Case:
    return _case(_system(IN_THE_FLOW))


SCENARIO = Scenario(
    name="sensor_lag",
    title="Sensor of the coolant in a dry pocket, 90 s",
    cause=Cause.SENSOR_LAG,
    loop="tcs_temperature",
    story=(
        "The sensor of the coolant temperature stands in a deep pocket without paste: 90 s in front of the 10 s of the "
        "sensor itself. The loop was tuned for the sensor alone, with a gain margin of 3.5 and a phase margin of 50°. "
        "With the pocket both are gone below half load (gain margin 0.8 at 3.5 MW): the coolant swings by 4 K with a "
        "period of 4.6 minutes, and the controller sees less than half of it."
    ),
    cure=(
        "The sensor is moved into the flow: 2 s instead of 90 s in front of it, the same settings of the controller, "
        "gain margin 3.1. Who cannot move the sensor halves the gain and sets Ti to 150 s (gain margin 6.5)."
    ),
    hunting=_hunting,
    cured=_cured,
    settle=3600.0,
)
