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
WET_POCKET = 10.0
"""The same with heat-conducting paste, s."""


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
    return _case(_system(WET_POCKET))


SCENARIO = Scenario(
    name="sensor_lag",
    title="Sensor of the coolant in a dry pocket, 90 s",
    cause=Cause.SENSOR_LAG,
    loop="tcs_temperature",
    story=(
        "The sensor of the coolant temperature stands in a deep pocket without paste: 90 s in front of the 10 s of the "
        "sensor itself. The loop was tuned for the sensor alone, with a gain margin of 3.5 and a phase margin of 50°. "
        "With the pocket both are gone below half load, and the coolant swings with a period of 4.5 minutes, by more "
        "than the controller sees."
    ),
    cure=(
        "Paste in the pocket, or a sensor in a thin one: 10 s instead of 90 s in front of the sensor, the same "
        "settings of the controller. Who cannot move the sensor has to slow the loop down: a third of the gain and "
        "Ti = 200 s."
    ),
    hunting=_hunting,
    cured=_cured,
    settle=3600.0,
)
